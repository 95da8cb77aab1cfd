"""The commands for course authors: `grader build`, `audit`, `new` and `preview`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from grader.cli.common import (
    EXIT_FAILED,
    PATH,
    console,
    course_option,
    json_option,
    read_course,
    reports_errors,
    seed_option,
    show_step,
)
from grader.errors import UsageError
from grader.files import write_text, writing_to
from grader.text import counted

if TYPE_CHECKING:
    from grader.course.folder import Course


@click.command()
@course_option
@click.option(
    "--exercises",
    type=PATH,
    metavar="DIR",
    help="The folder to write to, or with --check to compare with.  [default: exercises, beside the"
    " course]",
)
@click.option("--check", "prove", is_flag=True, help="Write nothing; prove the course.")
@click.option(
    "--exercise",
    "only",
    multiple=True,
    metavar="SLUG",
    help="With --check: prove only this exercise, and of DIR only its templates; may be given more"
    " than once.",
)
@click.option(
    "--watch",
    is_flag=True,
    help="With --check: prove again what was saved, and tell what changed, until Ctrl-C.",
)
@click.option(
    "--generate",
    is_flag=True,
    help="First generate mistakes from the right functions, where these have changed: minutes.",
)
@reports_errors
def build(
    course_folder: Path | None,
    exercises: Path | None,
    only: tuple[str, ...],
    *,
    prove: bool,
    generate: bool,
    watch: bool,
) -> None:
    """Make the exercises from the course, or prove the course.

    The proof (--check): every reference and every alternative gets full points, every mistake
    loses some, every check is lost by some mistake, trivial answers earn next to nothing, the
    templates load and get 0 points, the rules of `grader audit` are kept, and the exercises are up
    to date.

    \b
    Example:
      grader build
      grader build --check
      grader build --check --watch --exercise ex01_softmax
      grader build --generate

    Exit code: 0 when it is done, or proved; 1 when the proof finds a problem.
    """  # noqa: D301  # click's mark for lines that are not rewrapped
    course = read_course(course_folder)
    folder = exercises or course.folder.parent / "exercises"
    _refuse_within(course, folder)
    if (only or watch) and not prove:
        raise UsageError("--exercise and --watch are for the proof; add --check")
    if generate:
        _generate(course)
    if watch:
        _watch(course, folder, only)
    if prove:
        _prove(course, folder, only)
    else:
        _write(course, folder)


def _write(course: Course, folder: Path) -> None:
    from grader.course.handout import built_files, strays, write_files

    files = built_files(course)
    with writing_to(folder, remedy="name another folder with --exercises"):
        written = write_files(files, folder)
    names = f": {', '.join(written)}" if written else ""
    click.echo(f"{folder}: {len(written)} of {len(files)} files written{names}")
    for name in strays(files, folder):
        click.echo(f"{folder / name} is not made by this command; delete it", err=True)


def _generate(course: Course) -> None:
    from grader.course.generated import outdated, write_generated
    from grader.course.planning import plan_of
    from grader.engine.fresh import lane_for
    from grader.engine.launch import Wall

    plan = plan_of(course)
    names = outdated(course, plan)
    if names:
        with lane_for(Wall()) as lane:
            path = write_generated(course, plan, lane, step=lambda name: click.echo(name, err=True))
        click.echo(f"{path}: mistakes of {len(names)} functions generated")


def _refuse_within(course: Course, exercises: Path) -> None:
    """Raise UsageError if learners' files would lie among those of the course."""
    if exercises.resolve().is_relative_to(course.folder.resolve()):
        raise UsageError(
            f"{exercises} is in the course's own folder, which holds the solutions; name another"
            " folder with --exercises"
        )


def _watch(course: Course, exercises: Path, only: tuple[str, ...]) -> NoReturn:
    from watchfiles import watch

    from grader.course.watching import watch_course

    def saves() -> Iterator[list[Path]]:
        with suppress(KeyboardInterrupt):
            for changes in watch(course.folder):
                yield [Path(path) for _change, path in changes]

    click.echo(f"Watching {course.folder} (Ctrl-C quits).", err=True)
    done = watch_course(course.folder, exercises, only, click.echo, saves())
    sys.exit(0 if done else EXIT_FAILED)


def _prove(course: Course, exercises: Path, only: tuple[str, ...]) -> None:
    from grader.course.proof import problems_of

    problems = problems_of(course, exercises, step=show_step, only=only)
    for problem in problems:
        click.echo(problem)
    if problems:
        click.echo(counted(len(problems), "problem"), err=True)
        sys.exit(EXIT_FAILED)
    proved = ", ".join(only) or counted(len(course.exercises), "exercise")
    click.echo(f"{course.folder}: proved ({proved})")


@click.command()
@course_option
@seed_option("the same for every audit")
@click.option(
    "--html",
    type=PATH,
    metavar="FILE",
    help="Also write the report card as an HTML page.",
)
@json_option
@reports_errors
def audit(
    course_folder: Path | None, seed: str | None, html: Path | None, *, as_json: bool
) -> None:
    """Show how well each check of a course works.

    Every mistake and every alternative is graded as if a learner had handed it in. For each check
    the table shows how many mistakes lose it, how many of those lose no other check, and by how
    many orders of magnitude the worst right answer is within the tolerance (right) and the nearest
    wrong one beyond it (wrong).

    It also shows which rules the course breaks, the same that `grader build --check` proves: every
    mistake loses a check, and every check is lost by a mistake; every function has alternatives,
    which get full points; right and wrong answers are well apart; no mistake is taken for another;
    messages are long enough, plain, and give no solution away.

    \b
    Example:
      grader audit --course mycourse --html audit.html

    Exit code: 0 when the course keeps the rules, 1 when it breaks one.
    """  # noqa: D301  # click's mark for lines that are not rewrapped
    import msgspec

    from grader.course.audit import audit_course
    from grader.course.card import audit_page, print_audit
    from grader.course.sealing import FIXED_SEED

    course = read_course(course_folder)
    report_card = audit_course(course, seed=seed or FIXED_SEED, step=show_step)
    if html is not None:
        with writing_to(html, remedy="name another file with --html"):
            write_text(html, audit_page(report_card))
    if as_json:
        click.echo(msgspec.json.encode(report_card))
    else:
        print_audit(report_card, console())
        broken = f"{counted(len(report_card.broken), 'rule')} broken"
        click.echo(broken if report_card.broken else "the course keeps the rules")
    sys.exit(EXIT_FAILED if report_card.broken else 0)


@click.command()
@click.argument("name", metavar="MISTAKE")
@course_option
@reports_errors
def preview(name: str, course_folder: Path | None) -> None:
    """Show what a learner reads who makes MISTAKE, a function in mistakes.py.

    It is graded as if a learner had handed it in, by all checks of its function.

    \b
    Example:
      grader preview softmax__no_shift

    Exit code: 0 when it is recognised, 1 when it is not, or is taken for another one.
    """  # noqa: D301  # click's mark for lines that are not rewrapped
    from grader.cli.learner import screen
    from grader.course.preview import preview as preview_of

    shown = screen()
    is_recognised = preview_of(read_course(course_folder), name, shown)
    click.echo(shown.text)
    if not is_recognised:
        sys.exit(EXIT_FAILED)


@click.group()
def new() -> None:
    """Begin a course, an exercise or a function, to be changed into your own.

    What is written is proved as it stands: a function that doubles an array, with its text, checks,
    mistakes and alternatives.

    \b
    Example:
      grader new course mycourse
      grader new exercise ex02_attention --function attention --course mycourse
      grader new function attention_grad --exercise ex02_attention --course mycourse
    """  # noqa: D301  # click's mark for lines that are not rewrapped


@new.command()
@click.argument("folder", type=PATH, metavar="DIR")
@reports_errors
def course(folder: Path) -> None:
    """Begin a course in DIR, with one exercise.

    \b
    Example:
      grader new course mycourse
    """  # noqa: D301  # click's mark for lines that are not rewrapped
    from grader.course.skeleton import new_course

    with writing_to(folder, remedy="name another folder"):
        _show_written(new_course(folder), folder)


@new.command()
@click.argument("slug")
@click.option("--function", "name", required=True, metavar="NAME", help="Its first function.")
@course_option
@reports_errors
def exercise(slug: str, name: str, course_folder: Path | None) -> None:
    """Add the exercise SLUG to a course.

    \b
    Example:
      grader new exercise ex02_attention --function attention
    """  # noqa: D301  # click's mark for lines that are not rewrapped
    from grader.course.skeleton import new_exercise

    folder = course_folder or Path("solutions")
    with writing_to(folder, remedy="name another course with --course"):
        _show_written(new_exercise(folder, slug, name), folder)


@new.command()
@click.argument("name")
@click.option("--exercise", "slug", required=True, metavar="SLUG", help="The exercise it is of.")
@course_option
@reports_errors
def function(name: str, slug: str, course_folder: Path | None) -> None:
    """Add the function NAME to an exercise.

    \b
    Example:
      grader new function attention_grad --exercise ex02_attention
    """  # noqa: D301  # click's mark for lines that are not rewrapped
    from grader.course.skeleton import new_function

    folder = course_folder or Path("solutions")
    with writing_to(folder, remedy="name another course with --course"):
        _show_written(new_function(folder, slug, name), folder)


def _show_written(paths: list[Path], folder: Path) -> None:
    for path in paths:
        click.echo(f"{path}")
    click.echo(
        "Change the words and the code into your own, then make the exercises and prove them:\n\n"
        f"    grader build --course {folder}\n    grader build --check --course {folder}"
    )
