"""`grader export canvas` and `moodle`: fill in a file that was exported there."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli.common import EXIT_FAILED, PATH, reports_errors, together
from grader.errors import UsageError
from grader.files import write_bytes, writing_to

if TYPE_CHECKING:
    from grader.results.gradebooks.filling import FilledTable

results_argument = click.argument("results", type=PATH, metavar="RESULTS")
out_option = click.option(
    "--out",
    type=PATH,
    metavar="FILE",
    help="The file to write; an input file is never overwritten.",
)
# The options of every command that fills a teacher's file.
_filling = together(
    click.option(
        "--pages",
        type=PATH,
        metavar="FILE",
        help="Also write a zip with everybody's page of feedback, to be uploaded there.",
    ),
    click.option(
        "--exercise",
        default="",
        metavar="SLUG",
        help="Export the points of this exercise, not of all.",
    ),
    out_option,
    click.option("--scale", is_flag=True, help="Scale the points if the file has another maximum."),
    click.option(
        "--match",
        "by_hand",
        type=PATH,
        metavar="FILE",
        help="Match learners and rows by hand: a CSV file with the columns student,row; row is the"
        " ID (Canvas) or the identifier (Moodle).",
    ),
    click.option(
        "--dry-run",
        is_flag=True,
        help="Write nothing; show what would change, and how learners were matched.",
    ),
)


@click.command()
@results_argument
@click.argument("gradebook", type=PATH)
@click.option(
    "--column",
    required=True,
    metavar="ASSIGNMENT",
    help='The column to fill: its heading "Title (id)", its id or its title.',
)
@click.option(
    "--only",
    is_flag=True,
    help="Write this column alone, for those who have a result: Canvas then sets nothing else back"
    " to what it was when you exported the gradebook.",
)
@click.option(
    "--submissions",
    type=PATH,
    metavar="DOWNLOAD",
    help="For --pages: what you downloaded from Canvas; it knows by these names whose page it is.",
)
@_filling
@reports_errors
def canvas(
    results: Path,
    gradebook: Path,
    *,
    column: str,
    only: bool,
    submissions: Path | None,
    pages: Path | None,
    **options: Any,
) -> None:
    """Fill a column of a gradebook from Canvas.

    GRADEBOOK is a file exported from Canvas (Grades > Export).

    \b
    Example:
      grader export canvas results/ gradebook.csv --column "Softmax" --dry-run
      grader export canvas results/ gradebook.csv --column "Softmax" --only --out filled.csv

    Exit code: 0 when every result has a row, 1 when some have none, 2 when nothing could be done.
    """  # noqa: D301  # click's mark for lines that are not rewrapped
    from grader.results.gradebooks.canvas import fill

    if (pages is None) != (submissions is None):
        raise UsageError("--pages and --submissions go together: name the zip, and the download")
    filled = _fill(partial(fill, column=column, only=only), results, gradebook, **options)
    if pages is not None and submissions is not None and not options["dry_run"]:
        from grader.results.gradebooks.returned import for_canvas, names_in

        data, absent = for_canvas(filled, results, names_in(submissions))
        write(data, pages)
        for label in absent:
            click.echo(f"! {label} has no file in {submissions}, so no page goes back")
    sys.exit(0 if filled.complete else EXIT_FAILED)


@click.command()
@results_argument
@click.argument("worksheet", type=PATH)
@click.option(
    "--feedback/--no-feedback",
    default=True,
    show_default=True,
    help="Also fill in the feedback comments: what is wrong, and which mistake it is.",
)
@click.option(
    "--grade-column",
    default="",
    metavar="HEADING",
    help="The column for the grades, if it is not recognised.",
)
@click.option(
    "--feedback-column",
    default="",
    metavar="HEADING",
    help="The column for the feedback comments, if it is not recognised.",
)
@_filling
@reports_errors
def moodle(
    results: Path,
    worksheet: Path,
    *,
    feedback: bool,
    grade_column: str,
    feedback_column: str,
    pages: Path | None,
    **options: Any,
) -> None:
    """Fill the grading worksheet of a Moodle assignment.

    WORKSHEET is the file downloaded from Moodle; it may be in any language.

    \b
    Example:
      grader export moodle results/ worksheet.csv --dry-run
      grader export moodle results/ worksheet.csv --out filled.csv --pages pages.zip

    Exit code: 0 when every result has a row, 1 when some have none, 2 when nothing could be done.
    """  # noqa: D301  # click's mark for lines that are not rewrapped
    from grader.results.gradebooks.moodle import fill

    fill_columns = partial(
        fill, feedback=feedback, grade_column=grade_column, feedback_column=feedback_column
    )
    filled = _fill(fill_columns, results, worksheet, **options)
    if pages is not None and not options["dry_run"]:
        from grader.results.gradebooks.returned import for_moodle

        write(for_moodle(filled, results), pages)
    sys.exit(0 if filled.complete else EXIT_FAILED)


def _fill(
    fill: Callable[..., FilledTable],
    results: Path,
    path: Path,
    *,
    out: Path | None,
    dry_run: bool,
    **options: Any,
) -> FilledTable:
    """Fill the teacher's file `path`, write it to `out`, and print the report.

    `options` are the rest of `_filling`.
    """
    from grader.intake.table import read_table
    from grader.results.gradebooks.filling import FillOptions, report
    from grader.results.gradebooks.matching import read_by_hand
    from grader.results.gradebooks.people import people_in

    if out is None and not dry_run:
        raise UsageError("name the file to write with --out, or say --dry-run")
    if out is not None and out.exists() and path.exists() and out.samefile(path):
        raise UsageError(f"{out} is the file that is read; name another --out")
    by_hand = options.pop("by_hand")
    fill_options = FillOptions(**options, by_hand=read_by_hand(by_hand) if by_hand else {})
    people = people_in(results, exercise=fill_options.exercise)
    filled = fill(read_table(path), people, fill_options)
    if out is not None and not dry_run:
        write(filled.table.to_bytes(), out)
    for line in report(filled, dry_run=dry_run):
        click.echo(line)
    return filled


def write(data: bytes, out: Path | None) -> None:
    """Write an exported file, and print its name; UsageError without one."""
    if out is None:
        raise UsageError("name the file to write with --out")
    with writing_to(out, remedy="name another file with --out"):
        write_bytes(out, [data])
    click.echo(out)
