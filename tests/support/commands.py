"""The command `grader`: in this process, which is quick, or in its own, as a user starts it."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from grader.cli import main

Done = subprocess.CompletedProcess[str]


def run_here(*args: object, cwd: Path | None = None) -> Done:
    """What the command prints and answers, without the half a second that a process takes to start.

    What nobody foresaw is raised here, where a process would print a traceback.
    """
    with contextlib.chdir(cwd or Path.cwd()):
        done = CliRunner().invoke(main, [*map(str, args)], prog_name="grader")
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Done(args, done.exit_code, done.stdout, done.stderr)


def run_apart(*args: object, cwd: Path | None = None) -> Done:
    """What the command prints and answers in a process of its own."""
    command = [sys.executable, "-m", "grader", *map(str, args)]
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, encoding="utf-8", check=False
    )


def without_a_wall(args: tuple[object, ...]) -> tuple[object, ...]:
    """The arguments of `grade` as most tests mean them.

    No wall where a test does not name one: not every machine has one. And one job: for a few files
    a second process costs more than it saves.
    """
    if args[:1] == ("grade",) and "--isolation" not in args:
        args = (*args, "--isolation", "none")
    if args[:1] == ("grade",) and not {"--jobs", "--dask"} & set(args):
        args = (*args, "--jobs", 1)
    return args
