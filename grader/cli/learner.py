"""The commands for learners: `grader start` and `grader check`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from grader.cli.common import (
    EXIT_FAILED,
    PATH,
    console,
    exercise_option,
    json_option,
    reports_errors,
)
from grader.errors import UsageError


@click.command()
@click.argument("folder", type=PATH, metavar="DIR")
@exercise_option
@click.option(
    "--form",
    type=click.Choice(["py", "ipynb", "both"]),
    default="both",
    show_default=True,
    help="Copy scripts, notebooks or both; they hold the same text.",
)
@reports_errors
def start(folder: Path, exercises: tuple[str, ...], form: str) -> None:
    """Get the exercises: copy them to DIR. Files that already exist there stay as they are.

    \b
    Example:
      grader start softmax/
      grader start softmax/ --form ipynb
    """  # noqa: D301  # click's mark for lines that are not rewrapped
    from grader.learner.start import start as start_in

    started = start_in(folder, slugs=exercises, form=form)
    click.echo(f"{folder}: {len(started.copied)} files copied")
    if started.existing:
        click.echo(f"already there, left as they were: {', '.join(started.existing)}")
    click.echo(
        f"\nNow read README.md there, open {started.first}, and after every save run:\n\n"
        f"    cd {folder}\n    grader check {started.first}\n\n"
        f"or let it run after every save by itself:\n\n    grader check --watch {started.first}"
    )


@click.command()
@click.argument("files", nargs=-1, type=PATH)
@click.option(
    "--watch",
    is_flag=True,
    help="Check again every time a file is saved. Press h for a hint, q to quit.",
)
@json_option
@reports_errors
def check(files: tuple[Path, ...], *, watch: bool, as_json: bool) -> None:
    """Check your own work, and see what to do next.

    Runs the public checks, and shows what is wrong and which mistake it looks like. FILES are
    exercise files (.py or .ipynb); without any, all exercise files in the current folder are
    checked. Your code runs on this machine with your own rights.

    \b
    Example:
      grader check ex01_softmax.py
      grader check --watch ex01_softmax.py
      grader check ex01_softmax.py --json

    Exit code: 0 when all public checks pass, 1 when some do not, 2 when nothing could be checked.
    """  # noqa: D301  # click's mark for lines that are not rewrapped
    from grader.engine.own import lane_for_own_code

    if watch and as_json:
        raise UsageError("--watch and --json cannot be used together; leave out one of them")
    with lane_for_own_code() as lane:
        if as_json:
            import msgspec

            from grader.learner.check import check_files

            checked = check_files(files, lane)
            click.echo(msgspec.json.encode(checked.result))
            code = 0 if checked.passed else EXIT_FAILED
        elif watch:
            from grader.learner.watch import watch_files

            code = watch_files(files, lane, console())
        else:
            from grader.learner.check import check_files
            from grader.results.terminal import show

            code = show(check_files(files, lane), console())
    sys.exit(code)
