"""What instructors use whose course is on Gradescope: `grader gradescope build`."""

from __future__ import annotations

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

VISIBILITIES = click.Choice(["visible", "after_due_date", "after_published", "hidden"])


@click.group()
def gradescope() -> None:
    """An autograder for Gradescope, without otter.

    \b
    Example:
      grader gradescope build --exercise ex01_softmax --out autograder.zip
    """  # noqa: D301  # click's mark for lines that are kept


@gradescope.command()
@course_option
@exercise_option
@click.option(
    "--out",
    type=click.Path(path_type=Path),
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
    help="What learners see an entry for. Points belong to functions either way.",
)
@click.option(
    "--format",
    "markup",
    type=click.Choice(["html", "md"]),
    default="html",
    show_default=True,
    help="What the feedback is written in.",
)
@click.option(
    "--hidden-visibility",
    type=VISIBILITIES,
    default="after_published",
    show_default=True,
    help="When learners see what hidden checks have found, and with it their points. What public"
    " checks have found they always see.",
)
@seed_option
@limits_option
@isolation_option
@reports_errors
def build(  # noqa: PLR0913  # one for each option
    course: Path | None,
    exercises: tuple[str, ...],
    *,
    out: Path,
    per: str,
    markup: str,
    hidden_visibility: str,
    seed: int,
    limits: tuple[str, ...],
    isolation: str,
) -> None:
    """Make autograder.zip, to be uploaded under Configure Autograder.

    It holds this grader and the course; the platform installs it with pip alone.

    \b
    Example:
      grader gradescope build --out autograder.zip
      grader gradescope build --exercise ex01_softmax --per check --hidden-visibility after_due_date
    """  # noqa: D301  # click's mark for lines that are kept
    from grader.platforms.gradescope.build import build as built

    read = read_course(course)
    settings = settings_of(
        read,
        exercises,
        seed=seed,
        limits=limits,
        isolation=isolation,
        shown={"per": per, "format": markup, "hidden_visibility": hidden_visibility},
    )
    size = built(read, out, settings)
    click.echo(f"{out} ({size / 1e6:.2f} MB)")
    click.echo(
        "Upload it to Gradescope: Configure Autograder, Zip file upload, with the base image"
        " Ubuntu 22.04 or later."
    )
