"""What instructors use who work with otter-grader: `grader otter assign` and `run`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from grader.cli.common import (
    course_option,
    exercise_option,
    isolation_option,
    limits_option,
    read_course,
    reports_errors,
    seed_option,
    settings_of,
)


@click.group()
def otter() -> None:
    """Notebooks and autograders for otter-grader, which then grades by this grader.

    \b
    Example:
      grader otter assign --exercise ex01_softmax --out dist/
      grader otter run ada.ipynb --autograder dist/autograder/autograder.zip
    """  # noqa: D301  # click's mark for lines that are kept


@otter.command()
@course_option
@exercise_option
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    metavar="DIST",
    help="The folder for student/ and autograder/; made if not there.",
)
@click.option("--name", default="", metavar="NAME", help="What the notebook is to be called.")
@seed_option
@limits_option
@isolation_option
@click.option(
    "--no-proof", is_flag=True, help="Do not let otter grade the solved notebook, to save time."
)
@reports_errors
def assign(
    course: Path | None,
    exercises: tuple[str, ...],
    *,
    out: Path,
    name: str,
    seed: int,
    limits: tuple[str, ...],
    isolation: str,
    no_proof: bool,
) -> None:
    """Make the notebook for learners and the autograder for otter, by `otter assign` itself.

    DIST/student holds the notebook, with the public checks in it: grader.check("softmax") says
    what is wrong also where this grader is not installed. DIST/autograder/autograder.zip is for
    `otter run`, `otter grade` and Gradescope: it holds this grader and the course.

    \b
    Example:
      grader otter assign --out dist/
      grader otter assign --exercise ex01_softmax --out dist/
    """  # noqa: D301  # click's mark for lines that are kept
    from grader.platforms.otter.assign import assign as assigned_in

    read = read_course(course)
    settings = settings_of(read, exercises, seed=seed, limits=limits, isolation=isolation)
    made = assigned_in(
        read,
        out,
        settings,
        name=name,
        prove=not no_proof,
        step=lambda text: click.echo(f"  {text}", err=True),
    )
    click.echo(f"for learners:    {made.notebook}\nfor otter:       {made.autograder}")
    click.echo(f"\nTry it:  otter run -a {made.autograder} SUBMISSION.ipynb")


@otter.command()
@click.argument("submission", type=click.Path(path_type=Path))
@click.option(
    "-a",
    "--autograder",
    type=click.Path(path_type=Path),
    required=True,
    metavar="ZIP",
    help="The autograder.zip that `grader otter assign` has made.",
)
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    default=Path(),
    metavar="DIR",
    help="The folder for results.json.  [default: this one]",
)
@reports_errors
def run(submission: Path, autograder: Path, out: Path) -> None:
    """Run otter on a submission as Gradescope does: with results.json, whatever was handed in.

    SUBMISSION is a file, a folder or a zip archive. `otter run` itself takes one file, and ends
    without results at a notebook that cannot be read.

    \b
    Example:
      grader otter run -a dist/autograder/autograder.zip ada.ipynb

    Exit code: 0 when it was graded, 1 when results.json only says why not.
    """  # noqa: D301  # click's mark for lines that are kept
    from grader.platforms.otter.container import run_once

    results, code = run_once(submission, autograder, out)
    click.echo(results)
    sys.exit(code)
