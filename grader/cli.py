"""The command line: `grader grade`, `check`, `start`, `build`, `demo` and `doctor`."""

from __future__ import annotations

import dataclasses
import signal
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader import __version__
from grader.errors import GraderError, Stopped, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from grader.catalog import Course
    from grader.launch import Wall
    from grader.plan import Plan
    from grader.run import Options

EXIT_FAILED = 1
EXIT_USAGE = 2
# What a shell adds to the number of the signal that ended a command: 130 for Ctrl-C.
SIGNALLED = 128

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def _reports_errors(command: Callable[..., None]) -> Callable[..., None]:
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


@click.group(context_settings=CONTEXT)
@click.version_option(__version__, "-V", "--version", message="softmax-grader %(version)s")
def main() -> None:
    """Grade the gradient of the softmax layer, and say what is wrong.

    \b
    Learners:     grader start DIR, grader check ex01_softmax.py
    Instructors:  grader grade submissions/ --out results/
    Authors:      grader build --check
    """  # noqa: D301  # click's mark for lines that are kept
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


class _LimitOption(click.Option):
    """Says the limits that hold if none is given; NumPy, which they import, only loads for that."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """The lines of --help."""
        from grader.limits import defaults
        from grader.model import Limits

        names, text = super().get_help_record(ctx) or ("", "")
        return names, f"{text}  [default: the course's, or {defaults(Limits())}]"


_course_option = click.option(
    "--course",
    type=click.Path(path_type=Path),
    default=None,
    metavar="DIR",
    help="The course's folder, with its course.toml.  [default: solutions]",
)
_jobs_option = click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=None,
    metavar="N",
    help="Submissions graded at once.  [default: the CPUs available]",
)


@main.command()
@click.argument("submissions", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    metavar="RESULTS",
    help="The folder for gradebook.csv, results.jsonl and all that is kept; made if not there.",
)
@_course_option
@click.option(
    "--exercise",
    "exercises",
    multiple=True,
    metavar="SLUG",
    help="Grade this exercise only; may be given more than once.",
)
@_jobs_option
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="What the hidden inputs are drawn from, the same for every learner.",
)
@click.option(
    "--limit",
    "limits",
    cls=_LimitOption,
    multiple=True,
    metavar="NAME=VALUE",
    help="How much a submission may use: seconds of computing for a call, a statement, the whole"
    " submission; how many times that may be waited for (wall); memory in MiB or GiB. May be given"
    " more than once.",
)
@click.option(
    "--overrides",
    type=click.Path(path_type=Path),
    default=None,
    metavar="FILE",
    help="Manual marks: a CSV file with the columns student,function,points,reason."
    "  [default: RESULTS/overrides.csv]",
)
@click.option(
    "--regrade",
    is_flag=True,
    help="Grade everything again, also what has not changed since it was graded.",
)
@click.option(
    "--isolation",
    type=click.Choice(["auto", "bubblewrap", "seccomp", "none"]),
    default="auto",
    show_default=True,
    help="What stands between learners' code and this machine. auto: the strongest wall that it can"
    " have, bubblewrap or seccomp; see `grader doctor`. none: limits on time and memory only.",
)
@_reports_errors
def grade(  # noqa: PLR0913  # one for each option
    submissions: Path,
    *,
    out: Path,
    course: Path | None,
    exercises: tuple[str, ...],
    jobs: int | None,
    seed: int,
    limits: tuple[str, ...],
    overrides: Path | None,
    isolation: str,
    regrade: bool,
) -> None:
    """Grade a folder of submissions, or a single one.

    SUBMISSIONS holds an entry for each learner: a file (ada.py, ada.ipynb), a folder (ada/) or an
    archive (ada.zip); entries of one name are one learner's.

    What is graded is kept in RESULTS at once. The same command goes on where an earlier one was
    stopped, and grades only what has changed since.

    \b
    Example:
      grader grade submissions/ --out results/
      grader grade ada.ipynb --out results/ --exercise ex01_softmax
      grader grade submissions/ --out results/ --limit call=5 --limit memory=2GiB

    Exit code: 0 when all were graded, 1 when the grader failed on any (their cells are blank), 2
    when it could not go on, 130 after Ctrl-C.
    """  # noqa: D301  # click's mark for lines that are kept
    from grader.batch import available_cpus
    from grader.intake import submission_names
    from grader.isolation import chosen
    from grader.limits import limits_with
    from grader.planning import plan_of
    from grader.run import Options

    read = _course(course)
    read = dataclasses.replace(read, limits=limits_with(read.limits, limits))
    entries, strays = submission_names(submissions, order=read.slugs, leave_out=out)
    for stray in strays:
        click.echo(f"not a submission (.py, .ipynb, .zip or a folder): {stray}", err=True)
    plan = plan_of(read, seed=seed, only=exercises, mistakes=True)
    options = Options(read.folder, jobs or available_cpus(), regrade=regrade, overrides=overrides)
    _grade_into(out, entries, plan, options, wall=chosen(isolation))


@main.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option(
    "--exercise",
    "exercises",
    multiple=True,
    metavar="SLUG",
    help="Only this exercise; may be given more than once.",
)
@click.option(
    "--form",
    type=click.Choice(["py", "ipynb", "both"]),
    default="both",
    show_default=True,
    help="Scripts, notebooks, or both: they hold the same text.",
)
@_reports_errors
def start(folder: Path, exercises: tuple[str, ...], form: str) -> None:
    """Get the exercises: copy them to DIR. Files that are there already are left alone.

    \b
    Example:
      grader start softmax/
      grader start softmax/ --form ipynb
    """  # noqa: D301  # click's mark for lines that are kept
    from grader.start import start as started_in

    started = started_in(folder, slugs=exercises, form=form)
    click.echo(f"{folder}: {len(started.copied)} files copied")
    if started.kept:
        click.echo(f"left as they were: {', '.join(started.kept)}")
    click.echo(
        f"\nNow read README.md there, open {started.first}, and after every save run:\n\n"
        f"    cd {folder}\n    grader check {started.first}\n\n"
        f"or let it run by itself:\n\n    grader check --watch {started.first}"
    )


@main.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--watch",
    is_flag=True,
    help="Check again whenever a file is saved, until q is pressed; h shows a hint.",
)
@_reports_errors
def check(files: tuple[Path, ...], *, watch: bool) -> None:
    """Check your own work: the public checks, which mistake it is, what to do next.

    FILES are exercise files (.py or .ipynb); without any, all of this folder's are checked. Your
    code runs on this machine as you.

    \b
    Example:
      grader check ex01_softmax.py
      grader check --watch ex01_softmax.py

    Exit code: 0 when all public checks pass, 1 when some do not, 2 when nothing could be checked.
    """  # noqa: D301  # click's mark for lines that are kept
    from grader.own import lane_for_own_code

    with lane_for_own_code() as lane:
        if watch:
            from grader.watch import watched

            code = watched(files, lane, _console())
        else:
            from grader.learner import found_in
            from grader.terminal import show

            code = show(found_in(files, lane), _console())
    sys.exit(code)


@main.command()
@_course_option
@click.option(
    "--exercises",
    type=click.Path(path_type=Path),
    default=None,
    metavar="DIR",
    help="The folder to write to (or to compare with).  [default: exercises, beside the course]",
)
@click.option("--check", "prove", is_flag=True, help="Write nothing; prove the course instead.")
@_reports_errors
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

    read = _course(course)
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


@main.command()
@_reports_errors
def doctor() -> None:
    """Say what this machine can do: each way to wall off learners' code, and what it lacks.

    Each tier is started, and a process behind it tries what learners' code must not be able to do.

    Exit code: 0 when a tier with a wall can be used, 1 when none can.
    """
    from grader.doctor import diagnosis

    sys.exit(diagnosis(_console()))


@main.command()
@click.option("--students", type=click.IntRange(min=1), default=24, show_default=True, metavar="N")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("demo"),
    show_default=True,
    metavar="DIR",
    help="The folder for the sample class and its results.",
)
@_course_option
@_jobs_option
@_reports_errors
def demo(students: int, out: Path, course: Path | None, jobs: int | None) -> None:
    """Make a class of sample submissions and grade it.

    The class holds right answers written in many ways, the mistakes that learners make, and files
    that are half done, broken, or never end.

    \b
    Example:
      grader demo --students 40 --out demo/
    """  # noqa: D301  # click's mark for lines that are kept
    from grader.batch import available_cpus
    from grader.demo import write_class
    from grader.intake import submission_names
    from grader.isolation import strongest
    from grader.planning import plan_of
    from grader.run import Options

    read = _course(course)
    plan = plan_of(read, seed=0, mistakes=True)
    try:
        submissions = write_class(read, out / "submissions", students=students)
    except OSError as error:
        raise UsageError(f"{out} cannot be written to: {error.strerror}; name another") from error
    click.echo(f"A class of {students}: {submissions}")
    entries, _strays = submission_names(submissions, order=read.slugs)
    options = Options(read.folder, jobs or available_cpus())
    _grade_into(out / "results", entries, plan, options, wall=strongest())


def _grade_into(
    out: Path,
    entries: list[tuple[str, list[Path]]],
    plan: Plan,
    options: Options,
    *,
    wall: Wall,
) -> None:
    """Grade, write, summarise and exit."""
    from grader.isolation import isolation_text
    from grader.pages import FEEDBACK, REPORT
    from grader.run import GRADEBOOK, RESULTS, grade_into

    console = _console()
    complete = grade_into(
        out, entries, plan, options, wall=wall, console=console, errors=_console(stderr=True)
    )
    console.print(f"isolation: {isolation_text(wall)}", highlight=False)
    written = [out / name for name in (GRADEBOOK, RESULTS, FEEDBACK, REPORT)]
    console.print("\n".join(map(str, written)), highlight=False, markup=False)
    sys.exit(0 if complete else EXIT_FAILED)


def _course(folder: Path | None) -> Course:
    """The course in `folder`, or in ./solutions, or in the checkout this grader is run from."""
    from grader.catalog import course_of

    if folder is not None:
        return course_of(folder)
    for candidate in (Path("solutions"), Path(__file__).parent.parent / "solutions"):
        if (candidate / "course.toml").exists():
            return course_of(candidate)
    raise UsageError("no course: there is no folder solutions/ here; name one with --course DIR")


def _prove(course: Course, exercises: Path) -> None:
    from grader.proof import problems_of

    problems = problems_of(course, exercises, step=lambda text: click.echo(f"  {text}", err=True))
    for problem in problems:
        click.echo(problem)
    if problems:
        click.echo(f"{len(problems)} problems", err=True)
        sys.exit(EXIT_FAILED)
    click.echo(f"{course.folder}: proved ({len(course.exercises)} exercises)")


def _listed(names: list[str]) -> str:
    return f": {', '.join(names)}" if names else ""


def _console(*, stderr: bool = False) -> Console:
    from rich.console import Console

    console = Console(stderr=stderr)
    if not console.is_terminal:
        # A pipe has no width of its own: do not fold what a script or a pager will read.
        console = Console(stderr=stderr, width=160)
    return console
