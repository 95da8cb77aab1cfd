"""The commands for course authors: `grader build` and `grader audit`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

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
from grader.files import write_text, writing_to

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
    "--generate",
    is_flag=True,
    help="First generate mistakes from the right functions, where these have changed: minutes.",
)
@reports_errors
def build(
    course_folder: Path | None, exercises: Path | None, *, prove: bool, generate: bool
) -> None:
    """Make the exercises from the course, or prove the course.

    The proof (--check): every reference and every alternative gets full points, every mistake
    loses some, every check is lost by some mistake, trivial answers earn next to nothing, the
    templates load and get 0 points, and the exercises are up to date.

    \b
    Example:
      grader build
      grader build --check
      grader build --generate
    """  # noqa: D301  # click's mark for lines that are not rewrapped
    from grader.course.handout import built_files, strays, write_files

    course = read_course(course_folder)
    folder = exercises or course.folder.parent / "exercises"
    if generate:
        _generate(course)
    if prove:
        _prove(course, folder)
        return
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


def _prove(course: Course, exercises: Path) -> None:
    from grader.course.proof import problems_of

    problems = problems_of(course, exercises, step=show_step)
    for problem in problems:
        click.echo(problem)
    if problems:
        click.echo(f"{len(problems)} problem{'s' * (len(problems) != 1)}", err=True)
        sys.exit(EXIT_FAILED)
    count = len(course.exercises)
    click.echo(f"{course.folder}: proved ({count} exercise{'s' * (count != 1)})")


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

    Every mistake is graded as if a learner had handed it in, and every alternative is called. For
    each check the table shows how many mistakes lose it, how many of those lose no other check, and
    by how many orders of magnitude the worst right answer is within the tolerance (right) and the
    nearest wrong one beyond it (wrong).

    It also shows which rules the course breaks: every mistake loses a check, and every check is
    lost by a mistake; every function has alternatives; right and wrong answers are well apart; no
    mistake is taken for another; messages are long enough, plain, and give no solution away.

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
        count = len(report_card.broken)
        broken = f"{count} rule{'s' * (count != 1)} broken"
        click.echo(broken if count else "the course keeps the rules")
    sys.exit(EXIT_FAILED if report_card.broken else 0)
