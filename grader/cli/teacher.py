"""What instructors use: `grader grade`, `demo` and `doctor`."""

from __future__ import annotations

import dataclasses
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.common import (
    EXIT_FAILED,
    console,
    course_option,
    exercise_option,
    isolation_option,
    jobs_option,
    json_option,
    limits_option,
    read_course,
    reports_errors,
    seed_option,
)
from grader.errors import UsageError

if TYPE_CHECKING:
    from grader.course.folder import Course
    from grader.grade.processes import Processes
    from grader.grade.run import ClassRun
    from grader.grade.tasks import Work
    from grader.intake.people import ClassSubmissions
    from grader.plan import Plan
    from grader.platforms.cluster.workers import Cluster


@click.command()
@click.argument("submissions", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    metavar="RESULTS",
    help="The folder for gradebook.csv, results.jsonl and all that is kept; made if not there.",
)
@course_option
@click.option(
    "--from",
    "source",
    type=click.Choice(["auto", "gradescope", "canvas", "moodle", "plain"]),
    default="auto",
    show_default=True,
    help="What SUBMISSIONS was downloaded from; auto looks at the names in it.",
)
@click.option(
    "--roster",
    type=click.Path(path_type=Path),
    default=None,
    metavar="FILE",
    help="Who is in the class: a CSV file with the columns id,name,email, and perhaps group,"
    " canvas_id, moodle_id, gradescope_id.",
)
@exercise_option
@jobs_option
@seed_option
@limits_option
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
@isolation_option
@click.option(
    "--dask",
    default=None,
    metavar="ADDRESS",
    help="Grade on the Dask cluster whose scheduler is at ADDRESS (tcp://host:8786), in place of"
    " this machine; needs softmax-grader[cluster].",
)
@reports_errors
def grade(  # noqa: PLR0913  # one for each option
    submissions: Path,
    *,
    out: Path,
    course: Path | None,
    source: str,
    roster: Path | None,
    exercises: tuple[str, ...],
    jobs: int | None,
    seed: int,
    limits: tuple[str, ...],
    overrides: Path | None,
    isolation: str,
    regrade: bool,
    dask: str | None,
) -> None:
    """Grade a class of submissions, or a single one.

    SUBMISSIONS is what Gradescope, Canvas or Moodle gave to download, as a folder or the zip
    itself; or a folder with an entry for each learner: a file (ada.py, ada.ipynb), a folder (ada/)
    or an archive (ada.zip); entries of one name are one learner's.

    What is graded is kept in RESULTS at once. The same command goes on where an earlier one was
    stopped, and grades only what has changed since.

    \b
    Example:
      grader grade submissions/ --out results/
      grader grade submissions.zip --from canvas --roster roster.csv --out results/
      grader grade ada.ipynb --out results/ --exercise ex01_softmax
      grader grade submissions/ --out results/ --limit call=5 --limit memory=2GiB
      grader grade submissions/ --out results/ --dask tcp://10.0.0.1:8786

    Exit code: 0 when all were graded, 1 when the grader failed on any (their cells are blank), 2
    when it could not go on, 130 after Ctrl-C.
    """  # noqa: D301  # click's mark for lines that are kept
    from grader.cli.limits import limits_with
    from grader.course.cache import cached_plan
    from grader.engine.isolation import chosen
    from grader.grade.run import ClassRun, Options
    from grader.grade.tasks import Work
    from grader.intake.recognise import class_at
    from grader.intake.roster import read_roster, with_roster

    if dask and jobs:
        raise UsageError("--jobs is for this machine; a cluster has the workers that were started")
    read = read_course(course)
    read = dataclasses.replace(read, limits=limits_with(read.limits, limits))
    people = read_roster(roster) if roster is not None else []
    taken = class_at(submissions, order=read.slugs, leave_out=out, source=source)
    if people:
        taken = with_roster(taken, people)
    for stray in taken.strays:
        click.echo(f"not a submission (.py, .ipynb, .zip or a folder): {stray}", err=True)
    for remark in (*filter(None, [taken.summary]), *taken.remarks):
        click.echo(remark, err=True)
    options = Options(regrade=regrade, overrides=overrides)
    screens = console(), console(stderr=True)
    if dask:
        plan = cached_plan(read, out, seed=seed, only=exercises)
        count = len(taken.entries)
        with _cluster(dask, read, plan, isolation=isolation, count=count) as cluster:
            run = ClassRun(out, taken, plan, cluster, cluster.wall, *screens, options)
            complete = _graded(run)
    else:
        wall = chosen(isolation)
        plan = cached_plan(read, out, seed=seed, only=exercises)
        workers = _processes(taken, Work(plan, wall, read.folder), jobs)
        complete = _graded(ClassRun(out, taken, plan, workers, wall, *screens, options))
    sys.exit(0 if complete else EXIT_FAILED)


@click.command()
@json_option
@reports_errors
def doctor(*, as_json: bool) -> None:
    """Say what this machine can do: each way to wall off learners' code, and what it lacks.

    Each tier is started, and a process behind it tries what learners' code must not be able to do.

    \b
    Example:
      grader doctor
      grader doctor --json

    Exit code: 0 when a tier with a wall can be used, 1 when none can.
    """  # noqa: D301  # click's mark for lines that are kept
    from grader.cli.doctor import diagnosis, diagnosis_json

    if as_json:
        code, text = diagnosis_json()
        click.echo(text)
        sys.exit(code)
    sys.exit(diagnosis(console()))


@click.command()
@click.option("--students", type=click.IntRange(min=1), default=24, show_default=True, metavar="N")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("demo"),
    show_default=True,
    metavar="DIR",
    help="The folder for the sample class and its results.",
)
@course_option
@jobs_option
@reports_errors
def demo(students: int, out: Path, course: Path | None, jobs: int | None) -> None:
    """Make a class of sample submissions and grade it.

    The class holds right answers written in many ways, the mistakes that learners make, and files
    that are half done, broken, or never end.

    \b
    Example:
      grader demo --students 40 --out demo/
    """  # noqa: D301  # click's mark for lines that are kept
    from grader.course.cache import cached_plan
    from grader.course.sample import write_class
    from grader.engine.isolation import strongest
    from grader.grade.run import ClassRun
    from grader.grade.tasks import Work
    from grader.intake.recognise import class_at

    read = read_course(course)
    plan = cached_plan(read, out / "results", seed=0)
    try:
        submissions = write_class(read, out / "submissions", students=students)
    except OSError as error:
        raise UsageError(f"{out} cannot be written to: {error.strerror}; name another") from error
    click.echo(f"A class of {students}: {submissions}")
    taken = class_at(submissions, order=read.slugs, source="plain")
    wall = strongest()
    workers = _processes(taken, Work(plan, wall, read.folder), jobs)
    screens = console(), console(stderr=True)
    run = ClassRun(out / "results", taken, plan, workers, wall, *screens)
    sys.exit(0 if _graded(run) else EXIT_FAILED)


def _cluster(
    address: str, course: Course, plan: Plan, *, isolation: str, count: int
) -> AbstractContextManager[Cluster]:
    try:
        from grader.platforms.cluster.workers import connected
    except ImportError as error:
        raise UsageError(
            f"--dask needs what is not installed ({error}); pip install 'softmax-grader[cluster]'"
        ) from error
    return connected(address, course, plan, isolation=isolation, count=count)


def _processes(taken: ClassSubmissions, work: Work, jobs: int | None) -> Processes:
    """As many worker processes as are asked for, or can be at work here, and have work."""
    from grader.grade.processes import Processes, available_cpus

    return Processes(work, min(jobs or available_cpus(), len(taken.entries)))


def _graded(run: ClassRun) -> bool:
    """Grade a class and say where the results are; whether the grader failed on nobody."""
    from grader.engine.isolation import isolation_text
    from grader.grade.run import GRADEBOOK, RESULTS
    from grader.results.pages import FEEDBACK, REPORT

    complete = run.grade()
    run.console.print(f"isolation: {isolation_text(run.wall)}", highlight=False)
    written = [run.out / name for name in (GRADEBOOK, RESULTS, FEEDBACK, REPORT)]
    run.console.print("\n".join(map(str, written)), highlight=False, markup=False)
    return complete
