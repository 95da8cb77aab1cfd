"""The command line: `grader grade`, `check`, `build` and `demo`."""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader import __version__
from grader.errors import GraderError, SandboxError, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from grader.catalog import Course
    from grader.launch import Wall
    from grader.model import SubmissionResult
    from grader.plan import Plan

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130

CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def _reports_errors(command: Callable[..., None]) -> Callable[..., None]:
    """Say a GraderError in one line and exit with 2; it names the place and the remedy."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except GraderError as error:
            click.echo(f"grader: {error}", err=True)
            sys.exit(EXIT_USAGE)
        except KeyboardInterrupt:
            click.echo("grader: stopped; nothing was written", err=True)
            sys.exit(EXIT_INTERRUPTED)

    return wrapped


@click.group(context_settings=CONTEXT)
@click.version_option(__version__, "-V", "--version", message="softmax-grader %(version)s")
def main() -> None:
    """Grade the gradient of the softmax layer, and say what is wrong.

    \b
    Learners:     grader check ex01_softmax.py
    Instructors:  grader grade submissions/ --out results/
    Authors:      grader build --check
    """  # noqa: D301  # click's mark for lines that are kept
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


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
    help="The folder for results.jsonl and gradebook.csv; made if it is not there.",
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
    "--isolation",
    type=click.Choice(["auto", "bubblewrap", "seccomp", "none"]),
    default="auto",
    show_default=True,
    help="What stands between learners' code and this machine. auto: the strongest wall that it can"
    " have, bubblewrap or seccomp; see `grader doctor`. none: limits on time and memory only.",
)
@_reports_errors
def grade(
    submissions: Path,
    out: Path,
    course: Path | None,
    exercises: tuple[str, ...],
    jobs: int | None,
    seed: int,
    isolation: str,
) -> None:
    """Grade a folder of submissions, or a single one.

    SUBMISSIONS holds an entry for each learner: a file (ada.py, ada.ipynb), a folder (ada/) or an
    archive (ada.zip); entries of one name are one learner's.

    \b
    Example:
      grader grade submissions/ --out results/
      grader grade ada.ipynb --out results/ --exercise ex01_softmax

    Exit code: 0 when all were graded, 1 when the grader failed on any (their cells are blank), 2
    when nothing could be done.
    """  # noqa: D301  # click's mark for lines that are kept
    from grader.intake import submission_names
    from grader.isolation import chosen
    from grader.planning import plan_of

    read = _course(course)
    entries, strays = submission_names(submissions, order=read.slugs, leave_out=out)
    for stray in strays:
        click.echo(f"not a submission (.py, .ipynb, .zip or a folder): {stray}", err=True)
    plan = plan_of(read, seed=seed, only=exercises)
    _grade_into(out, entries, plan, jobs=jobs, wall=chosen(isolation))


@main.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@_reports_errors
def check(files: tuple[Path, ...]) -> None:
    """Check your own work: the public checks, what is wrong and where, what to do next.

    FILES are exercise files (.py or .ipynb); without any, all of this folder's are checked. Your
    code runs on this machine as you.

    \b
    Example:
      grader check ex01_softmax.py

    Exit code: 0 when all public checks pass, 1 when some do not, 2 when nothing could be checked.
    """  # noqa: D301  # click's mark for lines that are kept
    from grader.launch import launch

    # First of all: the learner's process gets ready while this one imports what it needs.
    try:
        zygote = launch()
    except OSError as error:
        raise SandboxError(f"no process for your code could be started: {error}") from error
    from grader.learner import checked
    from grader.sandbox import Lane

    with Lane(zygote=zygote) as lane:
        code = checked(files, lane, _console())
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
    from grader.demo import write_class
    from grader.intake import submission_names
    from grader.isolation import strongest
    from grader.planning import plan_of

    read = _course(course)
    plan = plan_of(read, seed=0)
    try:
        submissions = write_class(read, out / "submissions", students=students)
    except OSError as error:
        raise UsageError(f"{out} cannot be written to: {error.strerror}; name another") from error
    click.echo(f"A class of {students}: {submissions}")
    entries, _strays = submission_names(submissions, order=read.slugs)
    _grade_into(out / "results", entries, plan, jobs=jobs, wall=strongest())


def _grade_into(
    out: Path,
    entries: list[tuple[str, list[Path]]],
    plan: Plan,
    *,
    jobs: int | None,
    wall: Wall,
) -> None:
    """Grade, write, summarise and exit."""
    _make_folder(out)
    results = _graded(entries, plan, jobs=jobs, wall=wall)
    _write_results(results, plan, out)
    _summarise(results, plan, out, wall=wall)
    sys.exit(EXIT_FAILED if any(result.failed for result in results) else 0)


def _course(folder: Path | None) -> Course:
    """The course in `folder`, or in ./solutions, or in the checkout this grader is run from."""
    from grader.catalog import course_of

    if folder is not None:
        return course_of(folder)
    for candidate in (Path("solutions"), Path(__file__).parent.parent / "solutions"):
        if (candidate / "course.toml").exists():
            return course_of(candidate)
    raise UsageError("no course: there is no folder solutions/ here; name one with --course DIR")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Found out now, not when all the work is done.
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise UsageError(
            f"{folder} cannot be written to: {error.strerror}; name another --out"
        ) from error


def _graded(
    entries: list[tuple[str, list[Path]]], plan: Plan, *, jobs: int | None, wall: Wall
) -> list[SubmissionResult]:
    """Grade with a progress bar (lines, where no terminal shows it); sorted by student."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from grader.batch import available_cpus, grade_all

    console = _console(stderr=True)
    results = []
    columns = (TextColumn("grading"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    step = max(1, len(entries) // 10)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("grading", total=len(entries))
        for result in grade_all(entries, plan, jobs=jobs or available_cpus(), wall=wall):
            results.append(result)
            progress.advance(task)
            done = len(results)
            if not console.is_terminal and (done % step == 0 or done == len(entries)):
                click.echo(f"graded {done} of {len(entries)}", err=True)
    return sorted(results, key=lambda result: result.student)


def _write_results(results: list[SubmissionResult], plan: Plan, out: Path) -> None:
    from grader.report import gradebook_csv, results_jsonl, write_atomically

    try:
        write_atomically(out / "results.jsonl", results_jsonl(results))
        write_atomically(out / "gradebook.csv", gradebook_csv(results, plan))
    except OSError as error:
        raise UsageError(
            f"{out} cannot be written: {error.strerror}; name another --out"
        ) from error


MANY = 40


def _summarise(results: list[SubmissionResult], plan: Plan, out: Path, *, wall: Wall) -> None:
    from grader.isolation import isolation_text
    from grader.report import function_table, points, student_table

    console = _console()
    if len(results) <= MANY:
        console.print(student_table(results, plan))
        console.print()
    console.print(function_table(results, plan))
    console.print()
    scores = sorted(result.score for result in results if result.score is not None)
    if scores:
        console.print(
            f"{len(scores)} graded, of {points(results[0].max_score)} points: lowest"
            f" {points(scores[0])}, median {points(statistics.median(scores))},"
            f" highest {points(scores[-1])}",
            highlight=False,
        )
    for result in results:
        if result.failed:
            console.print(f"not graded: {result.student}: {result.notes[-1]}", markup=False)
    console.print(f"isolation: {isolation_text(wall)}", highlight=False)
    console.print(
        f"{out / 'gradebook.csv'}\n{out / 'results.jsonl'}", highlight=False, markup=False
    )


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
