"""The commands for instructors: `grader grade`, `demo` and `doctor`."""

from __future__ import annotations

import dataclasses
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli.classes import class_of, class_options
from grader.cli.common import (
    EXIT_FAILED,
    PATH,
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
    writes_private_files,
)
from grader.errors import UsageError
from grader.files import write_text, writing_to

if TYPE_CHECKING:
    from grader.course.folder import Course
    from grader.grade.processes import Processes
    from grader.grade.run import ClassRun
    from grader.grade.tasks import Work
    from grader.intake.people import ClassSubmissions
    from grader.plan import Plan
    from grader.platforms.cluster.workers import Cluster


@click.command()
@class_options
@click.option(
    "--out",
    type=PATH,
    required=True,
    metavar="RESULTS",
    help="The folder for gradebook.csv, results.jsonl and all else that is stored; created if"
    " missing.",
)
@course_option
@exercise_option
@jobs_option
@seed_option("the one of the last run into RESULTS, else a new one")
@limits_option
@click.option(
    "--overrides",
    type=PATH,
    metavar="FILE",
    help="Manual marks: a CSV file with the columns student,function,points,reason."
    "  [default: RESULTS/overrides.csv]",
)
@click.option(
    "--rubric",
    type=PATH,
    metavar="FILE",
    help="Points for everybody who made a mistake: a CSV file with the columns"
    " function,mistake,points; `grader rubric` prints one to start from."
    "  [default: RESULTS/rubric.csv]",
)
@click.option(
    "--regrade",
    is_flag=True,
    help="Grade everything again, even what has not changed since it was graded.",
)
@isolation_option
@click.option(
    "--dask",
    metavar="ADDRESS",
    help="Grade on the Dask cluster whose scheduler is at ADDRESS (tcp://host:8786), instead of"
    " on this machine; needs softmax-grader[cluster].",
)
@reports_errors
@writes_private_files
def grade(  # noqa: PLR0913  # one for each option
    submissions: tuple[Path, ...],
    *,
    out: Path,
    course_folder: Path | None,
    source: str,
    names: str,
    roster: Path | None,
    exercises: tuple[str, ...],
    jobs: int | None,
    seed: str | None,
    limits: tuple[str, ...],
    overrides: Path | None,
    rubric: Path | None,
    isolation: str,
    regrade: bool,
    dask: str | None,
) -> None:
    """Grade a class of submissions, or a single one.

    SUBMISSIONS is a download from Gradescope, Canvas, Moodle or another system (see --from and
    --names), as a folder or the zip file itself; `grader class` shows whom it is taken for. Or it
    is a folder with an entry for each learner: a file (ada.py, ada.ipynb), a folder (ada/) or an
    archive (ada.zip); entries with the same name belong to the same learner.

    Several SUBMISSIONS are graded as one class: its sections, or the weeks of a course in their
    order. Where somebody handed in a file for an exercise twice, the later one counts.

    Every result is stored in RESULTS at once. If the command is stopped, give it again to continue;
    given again later, it grades only what has changed.

    \b
    Example:
      grader grade submissions/ --out results/
      grader grade submissions.zip --from canvas --roster roster.csv --out results/
      grader grade week1.zip week2.zip --roster roster.csv --out results/
      grader grade ada.ipynb --out results/ --exercise ex01_softmax
      grader grade submissions/ --out results/ --limit call=5 --limit memory=2GiB
      grader grade submissions/ --out results/ --dask tcp://10.0.0.1:8786

    Exit code: 0 when everything was graded, 1 when the grader itself failed on a submission (its
    cells are blank), 2 when the command could not continue, 130 after Ctrl-C.
    """  # noqa: D301  # click's mark for lines that are not rewrapped
    from grader.cli.limits import limits_with
    from grader.engine.isolation import chosen
    from grader.grade.run import ClassRun, Options
    from grader.grade.tasks import Work

    if dask and jobs:
        raise UsageError("--jobs is for this machine only; leave it out with --dask")
    course = read_course(course_folder)
    course = dataclasses.replace(course, limits=limits_with(course.limits, limits))
    class_submissions = class_of(
        submissions, course.slugs, source=source, names=names, roster=roster, leave_out=out
    )
    options = Options(regrade=regrade, overrides=overrides)
    screens = console(), console(stderr=True)
    if dask:
        plan = _plan(course, out, seed=seed, only=exercises, rubric=rubric)
        count = len(class_submissions.entries)
        with _cluster(dask, plan, isolation=isolation, count=count) as cluster:
            run = ClassRun(out, class_submissions, plan, cluster, cluster.wall, *screens, options)
            complete = _grade_class(run)
    else:
        wall = chosen(isolation)
        plan = _plan(course, out, seed=seed, only=exercises, rubric=rubric)
        workers = _processes(class_submissions, Work(plan, wall), jobs)
        run = ClassRun(out, class_submissions, plan, workers, wall, *screens, options)
        complete = _grade_class(run)
    sys.exit(0 if complete else EXIT_FAILED)


@click.command()
@json_option
@reports_errors
def doctor(*, as_json: bool) -> None:
    """Show how this machine can wall off learners' code.

    It also shows what is missing, and how to get it. Each tier (a kind of wall) is started, and a
    process behind it attempts what learners' code must not be able to do.

    \b
    Example:
      grader doctor
      grader doctor --json

    Exit code: 0 when a tier with a wall can be used, 1 when none can.
    """  # noqa: D301  # click's mark for lines that are not rewrapped
    from grader.cli.doctor import diagnosis, diagnosis_json

    if as_json:
        code, text = diagnosis_json()
        click.echo(text)
        sys.exit(code)
    sys.exit(diagnosis(console()))


@click.command()
@click.option(
    "--students",
    type=click.IntRange(min=1),
    default=24,
    show_default=True,
    metavar="N",
    help="How many learners the class has.",
)
@click.option(
    "--out",
    type=PATH,
    default=Path("demo"),
    show_default=True,
    metavar="DIR",
    help="The folder for the sample class and its results.",
)
@click.option(
    "--messy",
    is_flag=True,
    help="Hand in as learners do: the wrong files, every encoding, other names; with a roster.",
)
@course_option
@jobs_option
@reports_errors
@writes_private_files
def demo(
    *, students: int, out: Path, messy: bool, course_folder: Path | None, jobs: int | None
) -> None:
    """Make a class of sample submissions and grade it.

    The class holds right answers written in many ways, typical mistakes, and files that are half
    done, broken or never finish.

    \b
    Example:
      grader demo --students 40 --out demo/
      grader demo --students 300 --messy --out demo/
    """  # noqa: D301  # click's mark for lines that are not rewrapped
    from grader.course.messy import write_messy
    from grader.course.sample import write_class
    from grader.engine.isolation import strongest
    from grader.grade.run import ClassRun
    from grader.grade.tasks import Work

    course = read_course(course_folder)
    plan = _plan(course, out / "results")
    with writing_to(out, remedy="name another folder with --out"):
        if messy:
            submissions, roster = write_messy(course, out, students=students)
        else:
            submissions, roster = write_class(course, out / "submissions", students=students), None
    click.echo(f"A class of {students}: {submissions}" + (f", {roster}" if roster else ""))
    source = "canvas" if messy else "plain"
    class_submissions = class_of(
        (submissions,), course.slugs, source=source, names="", roster=roster
    )
    wall = strongest()
    workers = _processes(class_submissions, Work(plan, wall), jobs)
    screens = console(), console(stderr=True)
    run = ClassRun(out / "results", class_submissions, plan, workers, wall, *screens)
    sys.exit(0 if _grade_class(run) else EXIT_FAILED)


@click.command()
@click.argument("results", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--out",
    type=PATH,
    metavar="FILE",
    help="The file to write; the points in it, if there is one, are kept.  [default: print it]",
)
@reports_errors
@writes_private_files
def rubric(results: Path, out: Path | None) -> None:
    """Make a rubric to start from: each mistake that was made, and what it has cost so far.

    RESULTS is the folder that `grader grade` wrote. Write the points that a mistake is worth to you
    into the column `points` of RESULTS/rubric.csv: from the next `grader grade` on, everybody who
    made that mistake gets these points. Rows without points change nothing, and nothing is graded
    again.

    \b
    Example:
      grader rubric results/
      grader rubric results/ --out results/rubric.csv
    """  # noqa: D301  # click's mark for lines that are not rewrapped
    from grader.grade.rubric import points_in, rubric_csv
    from grader.results.gradebooks.people import people_in

    given = points_in(out) if out is not None and out.exists() else {}
    text = rubric_csv((person.result for person in people_in(results)), given)
    if out is None:
        click.echo(text, nl=False)
        return
    with writing_to(out, remedy="name another file with --out"):
        write_text(out, [text])
    click.echo(out)


def _plan(
    course: Course,
    out: Path,
    *,
    seed: str | None = None,
    only: tuple[str, ...] = (),
    rubric: Path | None = None,
) -> Plan:
    """Make the plan of a run into `out`: by default with the sealed inputs of the last run."""
    from grader.course.cache import cached_plan
    from grader.course.sealing import new_seed, with_sealed
    from grader.course.settled import settled
    from grader.grade.rubric import FILE, with_rubric
    from grader.results.store import stored_seed

    seed = seed or stored_seed(out) or new_seed()
    plan = settled(with_sealed(cached_plan(course, only=only), course, seed), course)
    path = rubric or out / FILE
    return with_rubric(plan, path) if rubric or path.exists() else plan


def _cluster(
    address: str, plan: Plan, *, isolation: str, count: int
) -> AbstractContextManager[Cluster]:
    try:
        from grader.platforms.cluster.workers import connected
    except ImportError as error:
        raise UsageError(
            f"--dask needs a library that is not installed ({error}); run"
            " pip install 'softmax-grader[cluster]'"
        ) from error
    return connected(address, plan, isolation=isolation, count=count)


def _processes(class_submissions: ClassSubmissions, work: Work, jobs: int | None) -> Processes:
    """Set up `jobs` worker processes (default: one for each CPU), but no more than submissions."""
    from grader.grade.processes import Processes, available_cpus

    return Processes(work, min(jobs or available_cpus(), len(class_submissions.entries)))


def _grade_class(run: ClassRun) -> bool:
    """Grade a class and print where the results are. True unless the grader failed on someone."""
    from grader.engine.isolation import isolation_text
    from grader.grade.run import GRADEBOOK, RESULTS
    from grader.results.pages import FEEDBACK, REPORT

    complete = run.grade()
    run.console.print(f"isolation: {isolation_text(run.wall)}", highlight=False)
    written = [run.out / name for name in (GRADEBOOK, RESULTS, FEEDBACK, REPORT)]
    run.console.print("\n".join(map(str, written)), highlight=False, markup=False)
    return complete
