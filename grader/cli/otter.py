"""`grader otter assign` and `run`, for instructors who work with otter-grader."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from grader.cli.common import (
    PATH,
    course_option,
    packing_options,
    print_seed,
    read_course,
    reports_errors,
    settings_of,
    show_step,
)


@click.group()
def otter() -> None:
    """Make notebooks and autograders for otter-grader.

    Otter then runs them, and this grader does the grading.

    \b
    Example:
      grader otter assign --exercise ex01_softmax --out dist/
      grader otter run ada.ipynb --autograder dist/autograder/autograder.zip
    """  # noqa: D301  # click's mark for lines that are not rewrapped


@otter.command()
@course_option
@click.option(
    "--out",
    type=PATH,
    required=True,
    metavar="DIST",
    help="The folder for student/ and autograder/; created if missing.",
)
@click.option(
    "--name",
    default="",
    metavar="NAME",
    help="The name of the notebook.  [default: the exercise's, or for several the course's]",
)
@click.option(
    "--no-proof", is_flag=True, help="Save time: do not have otter grade the solved notebook."
)
@packing_options
@reports_errors
def assign(
    course_folder: Path | None, *, out: Path, name: str, no_proof: bool, **options: Any
) -> None:
    """Make a notebook and an autograder with `otter assign`.

    DIST/student holds the notebook for learners, with the public checks in it:
    grader.check("softmax") says what is wrong, even where this grader is not installed.
    DIST/autograder/autograder.zip is for `otter run`, `otter grade` and Gradescope; it holds this
    grader and the course.

    \b
    Example:
      grader otter assign --out dist/
      grader otter assign --exercise ex01_softmax --out dist/
    """  # noqa: D301  # click's mark for lines that are not rewrapped
    from grader.platforms.otter.assign import assign as assign_in

    course = read_course(course_folder)
    settings = settings_of(course, **options)
    assigned = assign_in(course, out, settings, name=name, prove=not no_proof, step=show_step)
    click.echo(f"for learners:    {assigned.notebook}\nfor otter:       {assigned.autograder}")
    print_seed(settings)
    click.echo(f"\nTry it:  otter run -a {assigned.autograder} SUBMISSION.ipynb")


@otter.command()
@click.argument("submission", type=PATH)
@click.option(
    "-a",
    "--autograder",
    type=PATH,
    required=True,
    metavar="ZIP",
    help="The autograder.zip made by `grader otter assign`.",
)
@click.option(
    "-o",
    "--out",
    type=PATH,
    default=Path(),
    metavar="DIR",
    help="The folder for results.json.  [default: the current folder]",
)
@reports_errors
def run(submission: Path, autograder: Path, out: Path) -> None:
    """Run otter on a submission as Gradescope does.

    SUBMISSION is a file, a folder or a zip archive. `otter run` itself takes a single file, and
    writes no results when a notebook cannot be read; this command always writes results.json.

    \b
    Example:
      grader otter run -a dist/autograder/autograder.zip ada.ipynb

    Exit code: 0 when it was graded, 1 when it was not (results.json says why).
    """  # noqa: D301  # click's mark for lines that are not rewrapped
    from grader.platforms.otter.container import run_once

    results, code = run_once(submission, autograder, out)
    click.echo(results)
    sys.exit(code)
