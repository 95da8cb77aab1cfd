"""The commands for learners: start, check, hint, list, reset and pack."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.common import (
    EXIT_FAILED,
    PATH,
    exercise_option,
    json_option,
    reports_errors,
)
from grader.errors import UsageError

if TYPE_CHECKING:
    from grader.engine.lane import Lane
    from grader.results.screen import Screen

# Longer lines are hard to read, however wide the terminal is.
WIDEST = 100
FORM_OF = {"scripts": "py", "notebooks": "ipynb"}


def screen() -> Screen:
    """Return a screen for what standard output is: a terminal, with colours or not, or a pipe."""
    from grader.results.screen import Screen

    if not sys.stdout.isatty():
        return Screen(width=None)
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    columns = shutil.get_terminal_size().columns
    return Screen(width=min(columns, WIDEST), coloured=not plain)


def _say_checking() -> None:
    """Say at once that something is done; what follows on the same line replaces it."""
    if sys.stdout.isatty():
        sys.stdout.write("checking ...\r")
        sys.stdout.flush()


def _echo(text: str) -> int:
    """Print a text over the line of `_say_checking`; return the exit code 0."""
    click.echo(f"\x1b[K{text}" if sys.stdout.isatty() else text)
    return 0


@click.command()
@click.argument("folder", type=PATH, metavar="DIR")
@exercise_option
@click.option(
    "--form",
    type=click.Choice(["py", "ipynb", "marimo"]),
    help="Scripts (py), or notebooks for Jupyter (ipynb) or marimo; they hold the same text. "
    " [default: you are asked]",
)
@click.option(
    "--course",
    type=PATH,
    metavar="FOLDER",
    help="The folder of another course's exercises.  [default: those that came with the grader]",
)
@reports_errors
def start(folder: Path, exercises: tuple[str, ...], form: str | None, course: Path | None) -> None:
    """Get the exercises: copy them to DIR, as scripts or as notebooks.

    Files that already exist there stay as they are.

    \b
    Example:
      grader start work/
      grader start work/ --form ipynb
      grader start work/ --course Downloads/attention
    """  # noqa: D301  # click's mark for lines that are not rewrapped
    from grader.learner.start import start as start_in

    if form is None and sys.stdin.isatty():
        text = "Scripts for an editor, or notebooks for Jupyter?"
        choice = click.Choice(list(FORM_OF))
        form = FORM_OF[click.prompt(text, type=choice, default="scripts", show_choices=False)]
    started = start_in(folder, slugs=exercises, form=form or "py", course=course)
    click.echo(f"{folder}: {len(started.copied)} files copied")
    if started.existing:
        click.echo(f"already there, left as they were: {', '.join(started.existing)}")
    if form is None:
        click.echo("these are scripts; for notebooks, add: --form ipynb")
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
    help="Check again every time a file is saved. Keys lead on: n, h, l, a, r, and q to quit.",
)
@click.option("--all", "everything", is_flag=True, help="Show every check, also of what passes.")
@click.option(
    "--show",
    "name",
    metavar="NAME",
    help="Print the call of a failing check as code to paste into a prompt. NAME is a function's,"
    " a check's, or both: softmax.large_logits.",
)
@json_option
@reports_errors
def check(
    files: tuple[Path, ...], *, watch: bool, everything: bool, name: str | None, as_json: bool
) -> None:
    """Check your own work, and see what to do next.

    Runs the public checks, and shows what is wrong and which mistake it looks like. FILES are
    exercise files (.py or .ipynb); without any, all exercises in the current folder are checked,
    with a line for each and details of the first that fails. Your code runs on this machine with
    your own rights.

    \b
    Example:
      grader check
      grader check ex01_softmax.py
      grader check --watch ex01_softmax.py
      grader check --show softmax
      grader check ex01_softmax.py --json

    Exit code: 0 when all public checks pass, 1 when some do not, 2 when nothing could be checked.
    """  # noqa: D301  # click's mark for lines that are not rewrapped
    from grader.engine.own import lane_for_own_code

    if watch + as_json + (name is not None) > 1:
        raise UsageError("--watch, --show and --json each exclude the others; choose one")
    with lane_for_own_code() as lane:
        _say_checking()
        if watch:
            from grader.learner.watch import Watch

            code = Watch(files, lane, screen).run()
        elif name is not None:
            from grader.learner.show import failing_call

            code = _echo(failing_call(name, files, lane))
        else:
            code = _check(files, lane, everything=everything, as_json=as_json)
    sys.exit(code)


def _check(files: Sequence[Path], lane: Lane, *, everything: bool, as_json: bool) -> int:
    """Check files and print what was found; return the exit code."""
    from grader.learner.check import check_files

    checked = check_files(files, lane)
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode(checked.result))
        return 0 if checked.passed else EXIT_FAILED
    from grader.learner.folder import folder_of
    from grader.learner.overview import show
    from grader.learner.seen import remember, seen_in

    seen = seen_in(folder_of(files))
    new = seen.newly_passed(checked.passing)
    remember(seen, folder_of(files))
    lines = screen()
    is_folder = not files or files[0].is_dir()
    only = checked.first if is_folder else None
    code = show(checked, lines, new=new, only=only, everything=everything)
    _echo(lines.text)
    return code


@click.command()
@click.argument("function", required=False)
@reports_errors
def hint(function: str | None) -> None:
    """Get one hint for FUNCTION; the same command again gives the next one.

    Which hints come first depends on what fails. Without FUNCTION: for the first that fails.

    \b
    Example:
      grader hint softmax
    """  # noqa: D301  # click's mark for lines that are not rewrapped
    from grader.engine.own import lane_for_own_code
    from grader.learner.hints import hint_for
    from grader.learner.seen import remember, seen_in
    from grader.learner.show import check_function
    from grader.results.screen import line

    with lane_for_own_code() as lane:
        _say_checking()
        checked, result = check_function(function, lane)
    seen = seen_in(Path())
    lines = screen()
    line(lines, hint_for(checked, result, seen))
    remember(seen, Path())
    _echo(lines.text)


@click.command("list")
@reports_errors
def list_exercises() -> None:
    """List the exercises: which you have, in which form, and what has passed.

    Nothing is run: what has passed is what `grader check` found last.

    \b
    Example:
      grader list
    """  # noqa: D301  # click's mark for lines that are not rewrapped
    from grader.learner.listing import show_list

    lines = screen()
    show_list(Path(), lines)
    click.echo(lines.text)


@click.command()
@click.argument("exercise")
@click.option("--undo", is_flag=True, help="Put back what the last reset has replaced.")
@reports_errors
def reset(exercise: str, *, undo: bool) -> None:
    """Put EXERCISE back as it was handed out; a copy of what you had is kept.

    \b
    Example:
      grader reset ex01_softmax
      grader reset ex01_softmax --undo
    """  # noqa: D301  # click's mark for lines that are not rewrapped
    from grader.learner.folder import checks_path
    from grader.learner.start import reset as reset_in
    from grader.plan_json import read_plan

    file, copy = reset_in(Path(), exercise, read_plan(checks_path(Path())), undo=undo)
    now = "as it was before that" if undo else "as it was handed out"
    click.echo(f"{file} is {now}; what it held is kept in {copy}")
    click.echo(f"to go back: grader reset {file.stem} --undo")


@click.command()
@click.argument("files", nargs=-1, type=PATH)
@click.option(
    "--out", type=PATH, metavar="FILE", help="The archive to make.  [default: handin.zip]"
)
@reports_errors
def pack(files: tuple[Path, ...], *, out: Path | None) -> None:
    """Make the one file to hand in, and see what the grader will see in it.

    FILES are exercise files; without any, all exercises in the current folder. They go into a zip
    archive, which is then read as your instructor's grader reads it. A single file needs none.
    Nothing is overwritten.

    \b
    Example:
      grader pack
      grader pack ex01_softmax.ipynb

    Exit code: 0 when all files can be read, 1 when something in them cannot.
    """  # noqa: D301  # click's mark for lines that are not rewrapped
    from grader.engine.own import lane_for_own_code
    from grader.learner.pack import pack as pack_files
    from grader.learner.pack import show_packed

    with lane_for_own_code() as lane:
        _say_checking()
        packed = pack_files(files, lane, out=out)
    lines = screen()
    is_readable = show_packed(packed, lines)
    _echo(lines.text)
    sys.exit(0 if is_readable else EXIT_FAILED)
