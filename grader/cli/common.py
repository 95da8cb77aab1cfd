"""What the commands share: how errors are told, options that several take, where output goes."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import click

from grader.errors import GraderError, Stopped, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from grader.course.folder import Course
    from grader.platforms.container.pack import Settings

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


class _LimitOption(click.Option):
    """Says the limits that hold if none is given; NumPy, which they import, only loads for that."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """The lines of --help."""
        from grader.model import Limits

        names, text = super().get_help_record(ctx) or ("", "")
        return names, f"{text}  [default: the course's, or {Limits().as_options}]"


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
exercise_option = click.option(
    "--exercise",
    "exercises",
    multiple=True,
    metavar="SLUG",
    help="This exercise only; may be given more than once.",
)
seed_option = click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="What the hidden inputs are drawn from, the same for every learner.",
)
limits_option = click.option(
    "--limit",
    "limits",
    cls=_LimitOption,
    multiple=True,
    metavar="NAME=VALUE",
    help="How much a submission may use: seconds of computing for a call, a statement, the whole"
    " submission; how many times that may be waited for (wall); memory in MiB or GiB. May be given"
    " more than once.",
)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON, for a script, in place of text."
)
isolation_option = click.option(
    "--isolation",
    type=click.Choice(["auto", "bubblewrap", "seccomp", "none"]),
    default="auto",
    show_default=True,
    help="What stands between learners' code and this machine. auto: the strongest wall that it can"
    " have, bubblewrap or seccomp; see `grader doctor`. none: limits on time and memory only.",
)


def read_course(folder: Path | None) -> Course:
    """The course in `folder`, or in ./solutions, or in the checkout this grader is run from."""
    from grader.course.folder import course_of

    if folder is not None:
        return course_of(folder)
    for candidate in (Path("solutions"), Path(__file__).parents[2] / "solutions"):
        if (candidate / "course.toml").exists():
            return course_of(candidate)
    raise UsageError("no course: there is no folder solutions/ here; name one with --course DIR")


def settings_of(
    course: Course,
    exercises: tuple[str, ...],
    *,
    seed: int,
    limits: tuple[str, ...],
    isolation: str,
    shown: Mapping[str, str] = MappingProxyType({}),
) -> Settings:
    """How a course that is packed for a container is to be graded, and `shown`."""
    import msgspec

    from grader.cli.limits import limits_with
    from grader.platforms.container.pack import Settings

    given = {"exercises": exercises, "seed": seed, "isolation": isolation, **shown}
    return msgspec.convert(given | {"limits": limits_with(course.limits, limits)}, Settings)


def console(*, stderr: bool = False) -> Console:
    """Where commands print: standard output, or standard error."""
    from rich.console import Console

    screen = Console(stderr=stderr)
    if not screen.is_terminal:
        # A pipe has no width of its own: do not fold what a script or a pager will read.
        screen = Console(stderr=stderr, width=160)
    return screen
