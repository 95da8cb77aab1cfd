"""What course authors use: `grader build`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.common import EXIT_FAILED, course_option, read_course, reports_errors
from grader.errors import UsageError

if TYPE_CHECKING:
    from grader.catalog import Course


@click.command()
@course_option
@click.option(
    "--exercises",
    type=click.Path(path_type=Path),
    default=None,
    metavar="DIR",
    help="The folder to write to (or to compare with).  [default: exercises, beside the course]",
)
@click.option("--check", "prove", is_flag=True, help="Write nothing; prove the course instead.")
@reports_errors
def build(course: Path | None, exercises: Path | None, *, prove: bool) -> None:
    """Make the exercises from the course, or prove the course.

    With --check: every reference and every alternative gets full points, every mistake loses
    some, every check is lost by some mistake, trivial answers earn next to nothing, the templates
    load and get 0, and the exercises are what this command makes.

    \b
    Example:
      grader build
      grader build --check
    """  # noqa: D301  # click's mark for lines that are kept
    from grader.build import built_files, strays, write_files

    read = read_course(course)
    folder = exercises or read.folder.parent / "exercises"
    if prove:
        _prove(read, folder)
        return
    files = built_files(read)
    try:
        written = write_files(files, folder)
    except OSError as error:
        raise UsageError(f"{folder} cannot be written to: {error.strerror}") from error
    click.echo(f"{folder}: {len(written)} of {len(files)} files written" + _listed(written))
    for name in strays(files, folder):
        click.echo(f"{folder / name} is not made by this command; delete it", err=True)


def _prove(course: Course, exercises: Path) -> None:
    from grader.proof import problems_of

    problems = problems_of(course, exercises, step=lambda text: click.echo(f"  {text}", err=True))
    for problem in problems:
        click.echo(problem)
    if problems:
        click.echo(f"{len(problems)} problems", err=True)
        sys.exit(EXIT_FAILED)
    count = len(course.exercises)
    click.echo(f"{course.folder}: proved ({count} exercise{'s' * (count != 1)})")


def _listed(names: list[str]) -> str:
    return f": {', '.join(names)}" if names else ""
