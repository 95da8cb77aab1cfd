"""What the commands share: how errors are reported, common options, where output goes."""

from __future__ import annotations

import re
import signal
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import click

from grader.errors import GraderError, Stopped, UsageError
from grader.files import only_for_this_user

if TYPE_CHECKING:
    from rich.console import Console

    from grader.course.folder import Course
    from grader.platforms.container.pack import Settings

PATH = click.Path(path_type=Path)
Option: TypeAlias = Callable[[Callable[..., None]], Callable[..., None]]
EXIT_FAILED = 1
EXIT_USAGE = 2
# Added to the number of the signal that stopped a command, as shells do: 130 for Ctrl-C.
SIGNALLED = 128


def reports_errors(command: Callable[..., None]) -> Callable[..., None]:
    """Make a command print a GraderError after `grader: `, without a traceback, and exit with 2.

    Exit with 128 and the number of the signal when the command was stopped by one.
    """

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


def writes_private_files(command: Callable[..., None]) -> Callable[..., None]:
    """Let all files of a command be readable by this user alone: results are nobody else's."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        with only_for_this_user():
            command(*args, **kwargs)

    return wrapped


def together(*options: Option) -> Option:
    """Make one decorator of the options that several commands share, in the order of their help."""

    def added(command: Callable[..., None]) -> Callable[..., None]:
        for option in reversed(options):
            command = option(command)
        return command

    return added


class _LimitOption(click.Option):
    """An option whose help names the default limits; NumPy is only imported to print it."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the option's name and its text for --help."""
        from grader.model import Limits

        names, text = super().get_help_record(ctx) or ("", "")
        return names, f"{text}  [default: the course's, else {Limits().as_options}]"


course_option = click.option(
    "--course",
    "course_folder",
    type=PATH,
    metavar="DIR",
    help="The course's folder, which holds course.toml.  [default: solutions]",
)
jobs_option = click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="How many submissions to grade at the same time.  [default: one for each CPU]",
)
exercise_option = click.option(
    "--exercise",
    "exercises",
    multiple=True,
    metavar="SLUG",
    help="Only this exercise; may be given more than once.",
)


def _secret(_context: click.Context, _option: click.Parameter, seed: str | None) -> str | None:
    """Return a seed; click reports one that is too short to be secret."""
    if seed is not None and not re.fullmatch("[0-9a-f]{32}", seed):
        raise click.BadParameter(
            f"{seed!r} is not a seed: one has 32 digits and letters a to f, as it was printed;"
            " leave out --seed to have one drawn"
        )
    return seed


def seed_option(default: str) -> Option:
    """Return the option --seed of a command; `default` says what is used without it."""
    return click.option(
        "--seed",
        callback=_secret,
        metavar="SEED",
        help="The secret seed of the sealed inputs, as an earlier command printed it; they are the"
        f" same for every learner.  [default: {default}]",
    )


limits_option = click.option(
    "--limit",
    "limits",
    cls=_LimitOption,
    multiple=True,
    metavar="NAME=VALUE",
    help="How much a submission may use. call, statement, submission: seconds of computing for"
    " one call, one statement, the whole submission. wall: how many times as long these may take by"
    " the clock. memory: MiB or GiB. May be given more than once.",
)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON instead of text, for use in scripts."
)
isolation_option = click.option(
    "--isolation",
    type=click.Choice(["auto", "bubblewrap", "seccomp", "none"]),
    default="auto",
    show_default=True,
    help="The wall between learners' code and this machine. auto: the strongest that works here,"
    " bubblewrap or seccomp (see `grader doctor`). none: only limits on time and memory.",
)

# The options of every command that packs a course for a container.
packing_options = together(
    exercise_option, seed_option("a new one, which is printed"), limits_option, isolation_option
)


def read_course(folder: Path | None) -> Course:
    """Read the course in `folder`, else in ./solutions, else in the checkout this grader runs from.

    UsageError when there is none, CourseError when it cannot be used.
    """
    from grader.course.folder import course_of

    if folder is not None:
        return course_of(folder)
    for candidate in (Path("solutions"), Path(__file__).parents[2] / "solutions"):
        if (candidate / "course.toml").exists():
            return course_of(candidate)
    raise UsageError(
        "no course found: there is no folder solutions/ here; name a course with --course DIR"
    )


def settings_of(
    course: Course, *, seed: str | None, limits: tuple[str, ...], **others: object
) -> Settings:
    """Collect how a packed course is graded; options are named as the settings are.

    UsageError when a limit is not valid.
    """
    import msgspec

    from grader.cli.limits import limits_with
    from grader.platforms.container.pack import Settings

    settings = others | ({"seed": seed} if seed else {})
    return msgspec.convert(settings | {"limits": limits_with(course.limits, limits)}, Settings)


def print_seed(settings: Settings) -> None:
    """Print the seed of an autograder, which is stored nowhere else."""
    click.echo(
        f"seed: {settings.seed}\n"
        "Keep it secret and keep it: with --seed you can make an autograder that grades alike."
    )


def show_step(text: str) -> None:
    """Print what a command does next."""
    click.echo(f"  {text}", err=True)


def console(*, stderr: bool = False) -> Console:
    """Open the console on which commands print: standard output, or standard error."""
    from rich.console import Console

    screen = Console(stderr=stderr)
    if not screen.is_terminal:
        # A pipe has no width: do not fold lines that a script or a pager will read.
        screen = Console(stderr=stderr, width=160)
    return screen
