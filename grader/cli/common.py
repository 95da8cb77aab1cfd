"""What the commands share: how errors are told, options that several take, where output goes."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.errors import GraderError, Stopped, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from grader.catalog import Course

EXIT_FAILED = 1
EXIT_USAGE = 2
# What a shell adds to the number of the signal that ended a command: 130 for Ctrl-C.
SIGNALLED = 128


def reports_errors(command: Callable[..., None]) -> Callable[..., None]:
    """Say a GraderError in one line and exit with 2; it names the place and the remedy."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except Stopped as error:
            click.echo(f"grader: {error}", err=True)
            sys.exit(SIGNALLED + error.number)
        except GraderError as error:
            click.echo(f"grader: {error}", err=True)
            sys.exit(EXIT_USAGE)
        except KeyboardInterrupt:
            click.echo("grader: stopped; nothing was written", err=True)
            sys.exit(SIGNALLED + signal.SIGINT)

    return wrapped


course_option = click.option(
    "--course",
    type=click.Path(path_type=Path),
    default=None,
    metavar="DIR",
    help="The course's folder, with its course.toml.  [default: solutions]",
)
jobs_option = click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=None,
    metavar="N",
    help="Submissions graded at once.  [default: the CPUs available]",
)


def read_course(folder: Path | None) -> Course:
    """The course in `folder`, or in ./solutions, or in the checkout this grader is run from."""
    from grader.catalog import course_of

    if folder is not None:
        return course_of(folder)
    for candidate in (Path("solutions"), Path(__file__).parents[2] / "solutions"):
        if (candidate / "course.toml").exists():
            return course_of(candidate)
    raise UsageError("no course: there is no folder solutions/ here; name one with --course DIR")


def console(*, stderr: bool = False) -> Console:
    """Where commands print: standard output, or standard error."""
    from rich.console import Console

    screen = Console(stderr=stderr)
    if not screen.is_terminal:
        # A pipe has no width of its own: do not fold what a script or a pager will read.
        screen = Console(stderr=stderr, width=160)
    return screen
