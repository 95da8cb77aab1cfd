"""`grader export`: bring grades and feedback back to the systems and people they are for."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli.common import PATH, reports_errors, writes_private_files
from grader.cli.gradebooks import canvas, moodle, out_option, results_argument, write
from grader.errors import UsageError
from grader.files import write_bytes, writing_to

_anonymous = click.option(
    "--anonymous",
    "is_anonymous",
    is_flag=True,
    help="Leave out the people: numbers in place of learners, in random order, and nothing that a"
    " learner or a teacher wrote.",
)


@click.group()
def export() -> None:
    """Bring grades and feedback back to Canvas, Moodle, a spreadsheet, or people.

    RESULTS is the folder written by `grader grade --out`. For Canvas and Moodle, the grades are
    filled into a file that you exported there; everything else in it stays the same, to the byte.

    \b
    Example:
      grader export canvas results/ gradebook.csv --column "Softmax" --out filled.csv
      grader export csv results/ --anonymous --out grades.csv
      grader export feedback results/ --out feedback/
    """  # noqa: D301  # click's mark for lines that are not rewrapped


export.add_command(canvas)
export.add_command(moodle)


@export.command()
@results_argument
@out_option
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

    write("".join(gradescope_table(people_in(results))).encode(), out)


@export.command()
@results_argument
@out_option
@click.option(
    "--columns",
    metavar="NAMES",
    help="The columns, separated by commas: student, name, email, sid, lms_id, section, score,"
    " max_score, the exercises' names, comment (what is wrong, in short) and page (the feedback's"
    " file)."
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
    write("".join(rows).encode(encoding), out)


@export.command()
@results_argument
@out_option
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
    write("".join(json_line(person.result) for person in exported).encode(), out)


@export.command()
@results_argument
@click.option(
    "--out",
    type=PATH,
    required=True,
    metavar="DIR",
    help="The folder to write into; it must be new, or empty.",
)
@click.option(
    "--zip",
    "zipped",
    is_flag=True,
    help="Write a zip for each section, to be handed to whoever teaches it, in place of a folder.",
)
@reports_errors
@writes_private_files
def feedback(results: Path, out: Path, *, zipped: bool) -> None:
    """Write everybody's page of feedback under their name, a folder for each section.

    Sections and names come from the roster; without sections all pages are in one folder.

    \b
    Example:
      grader export feedback results/ --out feedback/
      grader export feedback results/ --out feedback/ --zip
    """  # noqa: D301  # click's mark for lines that are not rewrapped
    from grader.files import archive_of
    from grader.results.gradebooks.people import people_in
    from grader.results.gradebooks.returned import for_people
    from grader.text import counted

    sections = for_people(people_in(results), results)
    with writing_to(out, remedy="name another folder with --out"):
        out.mkdir(parents=True, exist_ok=True)
        if any(out.iterdir()):
            raise UsageError(f"{out} is not empty; name another folder with --out, or empty it")
        for section, pages in sections.items():
            if zipped:
                write_bytes(out / f"{section or 'feedback'}.zip", [archive_of(pages)])
                continue
            (out / section).mkdir(exist_ok=True)
            for name, page in pages.items():
                write_bytes(out / section / name, [page])
    count = sum(map(len, sections.values()))
    by = ", ".join(f"{section or 'no section'} {len(pages)}" for section, pages in sections.items())
    click.echo(f"{out}: {counted(count, 'page')}" + (f" ({by})" if len(sections) > 1 else ""))
