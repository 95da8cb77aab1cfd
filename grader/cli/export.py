"""`grader export`: bring grades back to the systems that instructors use."""

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

_results = click.argument("results", type=PATH, metavar="RESULTS")
_out = click.option(
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
    _out,
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
_anonymous = click.option(
    "--anonymous",
    "is_anonymous",
    is_flag=True,
    help="Leave out the people: numbers in place of learners, in random order, and nothing that a"
    " learner or a teacher wrote.",
)


@click.group()
def export() -> None:
    """Bring grades back to Canvas, Moodle or a spreadsheet.

    RESULTS is the folder written by `grader grade --out`. For Canvas and Moodle, the grades are
    filled into a file that you exported there; everything else in it stays the same, to the byte.

    \b
    Example:
      grader export canvas results/ gradebook.csv --column "Softmax" --out filled.csv
      grader export csv results/ --anonymous --out grades.csv
    """  # noqa: D301  # click's mark for lines that are not rewrapped


@export.command()
@_results
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
        _write(data, pages)
        for label in absent:
            click.echo(f"! {label} has no file in {submissions}, so no page goes back")
    sys.exit(0 if filled.complete else EXIT_FAILED)


@export.command()
@_results
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

        _write(for_moodle(filled, results), pages)
    sys.exit(0 if filled.complete else EXIT_FAILED)


@export.command()
@_results
@_out
@reports_errors
def gradescope(results: Path, out: Path | None) -> None:
    """Write a table with the headings of Gradescope's own exports.

    Gradescope cannot import grades; an autograder fills them in (see `grader gradescope build`).

    \b
    Example:
      grader export gradescope results/ --out grades.csv
    """  # noqa: D301  # click's mark for lines that are not rewrapped
    from grader.results.gradebooks.people import people_in
    from grader.results.gradebooks.plain import gradescope_table

    _write("".join(gradescope_table(people_in(results))).encode(), out)


@export.command()
@_results
@_out
@click.option(
    "--columns",
    metavar="NAMES",
    help="The columns, separated by commas: student, name, email, sid, lms_id, score, max_score,"
    " the exercises' names, comment (what is wrong, in short) and page (the feedback's file)."
    "  [default: student,name,email,score,max_score; with --anonymous"
    " student,score,max_score]",
)
@click.option(
    "--delimiter",
    type=click.Choice([",", ";", "tab"]),
    default=",",
    show_default=True,
    help="What separates the columns.",
)
@click.option(
    "--encoding",
    type=click.Choice(["utf-8", "utf-8-sig", "utf-16"]),
    default="utf-8",
    show_default=True,
    help="The encoding of the file; utf-8-sig starts with a mark by which spreadsheets recognise"
    " UTF-8.",
)
@_anonymous
@reports_errors
def csv(
    results: Path,
    out: Path | None,
    columns: str | None,
    delimiter: str,
    encoding: str,
    *,
    is_anonymous: bool,
) -> None:
    """Write a plain table with the columns of your choice.

    \b
    Example:
      grader export csv results/ --columns student,score --out grades.csv
      grader export csv results/ --delimiter ";" --encoding utf-8-sig --out grades.csv
      grader export csv results/ --anonymous --out grades.csv
    """  # noqa: D301  # click's mark for lines that are not rewrapped
    from grader.results.gradebooks.anonymous import NAMES, anonymous
    from grader.results.gradebooks.people import people_in
    from grader.results.gradebooks.plain import table

    default = "student,score,max_score" if is_anonymous else "student,name,email,score,max_score"
    names = [name.strip() for name in (columns or default).split(",")]
    if is_anonymous and (naming := [name for name in names if name in NAMES]):
        raise UsageError(
            f"--columns: {', '.join(naming)} would show who it is; leave them out, or --anonymous"
        )
    people = people_in(results)
    separator = "\t" if delimiter == "tab" else delimiter
    rows = table(anonymous(people) if is_anonymous else people, names, separator)
    _write("".join(rows).encode(encoding), out)


@export.command()
@_results
@_out
@_anonymous
@reports_errors
def jsonl(results: Path, out: Path | None, *, is_anonymous: bool) -> None:
    """Write all results as JSON, one line for each learner.

    With --anonymous the file can be shared: for research, for example.

    \b
    Example:
      grader export jsonl results/ --anonymous --out class.jsonl
    """  # noqa: D301  # click's mark for lines that are not rewrapped
    from grader.results.gradebooks.anonymous import anonymous
    from grader.results.gradebooks.people import people_in
    from grader.results.tables import json_line

    people = people_in(results)
    exported = anonymous(people) if is_anonymous else people
    _write("".join(json_line(person.result) for person in exported).encode(), out)


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
        _write(filled.table.to_bytes(), out)
    for line in report(filled, dry_run=dry_run):
        click.echo(line)
    return filled


def _write(data: bytes, out: Path | None) -> None:
    if out is None:
        raise UsageError("name the file to write with --out")
    with writing_to(out, remedy="name another file with --out"):
        write_bytes(out, [data])
    click.echo(out)
