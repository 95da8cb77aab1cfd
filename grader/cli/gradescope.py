"""`grader gradescope build`, for instructors whose course is on Gradescope."""

from __future__ import annotations

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
)


@click.group()
def gradescope() -> None:
    """Make an autograder for Gradescope, without otter.

    \b
    Example:
      grader gradescope build --exercise ex01_softmax --out autograder.zip
    """  # noqa: D301  # click's mark for lines that are not rewrapped


@gradescope.command()
@course_option
@click.option(
    "--out",
    type=PATH,
    default=Path("autograder.zip"),
    show_default=True,
    metavar="ZIP",
    help="The file to write.",
)
@click.option(
    "--per",
    type=click.Choice(["function", "check"]),
    default="function",
    show_default=True,
    help="What each entry that learners see is about. Either way the points belong to functions.",
)
@click.option(
    "--format",
    type=click.Choice(["html", "md"]),
    default="html",
    show_default=True,
    help="The format of the feedback.",
)
@click.option(
    "--hidden-visibility",
    type=click.Choice(["visible", "after_due_date", "after_published", "hidden"]),
    default="after_published",
    show_default=True,
    help="When learners see the results of hidden checks, and with them their points. They always"
    " see the results of public checks.",
)
@packing_options
@reports_errors
def build(course_folder: Path | None, *, out: Path, **options: Any) -> None:
    """Make autograder.zip for Gradescope.

    Upload it there under Configure Autograder. It holds this grader and the course; Gradescope
    needs nothing but pip to install it.

    \b
    Example:
      grader gradescope build --out autograder.zip
      grader gradescope build --exercise ex01_softmax --per check --hidden-visibility after_due_date
    """  # noqa: D301  # click's mark for lines that are not rewrapped
    from grader.platforms.gradescope.build import build as build_autograder

    course = read_course(course_folder)
    settings = settings_of(course, **options)
    size = build_autograder(course, out, settings)
    click.echo(f"{out} ({size / 1e6:.2f} MB)")
    click.echo(
        "Upload it to Gradescope: Configure Autograder, Zip file upload, with the base image"
        " Ubuntu 22.04 or later."
    )
    print_seed(settings)
