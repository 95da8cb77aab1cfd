"""`grader class`, and how every command that takes a class of submissions finds it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli.common import PATH, course_option, read_course, reports_errors, together
from grader.errors import UsageError

if TYPE_CHECKING:
    from grader.intake.people import ClassSubmissions, Entry

SOURCES = (
    "auto plain gradescope canvas moodle blackboard brightspace sakai autolab vpl github nbgrader"
    " teams ilias submitty drive"
).split()
MOST_FILES = 6

# The arguments of every command that takes a class of submissions.
class_options = together(
    click.argument("submissions", type=PATH, nargs=-1, required=True),
    click.option(
        "--from",
        "source",
        type=click.Choice(SOURCES),
        default="auto",
        show_default=True,
        metavar="LMS",
        help=f"Where SUBMISSIONS was downloaded from: {', '.join(SOURCES[1:])}; auto recognises it"
        " by the names of the files.",
    ),
    click.option(
        "--names",
        default="",
        metavar="REGEX",
        help="How the files are named, for any other system: a regular expression for their paths,"
        " with the named groups student (or name, first, last, email), file and, if you like, time"
        " or attempt. Try it with `grader class`.",
    ),
    click.option(
        "--roster",
        type=PATH,
        metavar="FILE",
        help="Who is in the class: a CSV file with the columns id,name,email and, if you like,"
        " group, canvas_id, moodle_id, gradescope_id; or a grading worksheet from Moodle.",
    ),
)


def class_of(
    submissions: tuple[Path, ...],
    order: tuple[str, ...],
    *,
    source: str,
    names: str,
    roster: Path | None,
    leave_out: Path | None = None,
) -> ClassSubmissions:
    """Return the class as the options say, and print what is odd about it."""
    from grader.intake.layouts import layout_of
    from grader.intake.recognise import class_at
    from grader.intake.roster import read_roster, with_roster
    from grader.intake.several import one_class

    if names and source != "auto":
        raise UsageError("--names says how the files are named; leave out --from")
    people = read_roster(roster) if roster is not None else []
    layout = layout_of(names) if names else source
    parts = []
    for path in submissions:
        part = class_at(path, order=order, leave_out=leave_out, source=layout)
        parts.append((path.name, with_roster(part, people) if people else part))
    found = one_class(parts, order)
    for stray in found.strays:
        click.echo(f"not a submission (.py, .ipynb, .zip or a folder): {stray}", err=True)
    for remark in (*filter(None, [found.summary]), *found.remarks):
        click.echo(remark, err=True)
    return found


@click.command("class")
@class_options
@course_option
@reports_errors
def show_class(
    submissions: tuple[Path, ...], *, course_folder: Path | None, **options: Any
) -> None:
    """Show who is in a class of submissions, with which files, without grading.

    Several SUBMISSIONS are taken for one class, as in `grader grade`.

    \b
    Example:
      grader class submissions.zip
      grader class hand-ins/ --names '(?P<last>[^_]+)_(?P<first>[^_]+)_(?P<file>.+)'

    Exit code: 0 when submissions were found, 2 when not.
    """  # noqa: D301  # click's mark for lines that are not rewrapped
    from grader.text import counted, printable

    course = read_course(course_folder)
    found = class_of(submissions, course.slugs, **options)
    for entry in found.entries:
        person = entry.person
        about = ", ".join(part for part in (person.name, person.email, person.group) if part)
        click.echo(f"{entry.student} ({about})" if about else entry.student)
        click.echo(f"  {printable(_files(entry))}")
        for note in entry.notes:
            click.echo(f"  {note}")
    for student, person in found.absent:
        click.echo(f"{student} ({person.name or student}): handed in nothing")
    click.echo(counted(len(found.entries), "submission"))


def _files(entry: Entry) -> str:
    """Return the names of an entry's files; archives are not opened."""
    from grader.intake.files import LaterHandIn, RenamedFile
    from grader.intake.listing import Item, files_of

    names: list[str] = []
    for part in entry.parts:
        if isinstance(part, LaterHandIn):
            names.append(f"later, in {part.where}:")
        elif isinstance(part, RenamedFile):
            names.append(part.name)
        else:
            folder = isinstance(part, Path) and part.is_dir() and not part.is_symlink()
            name = part.name if isinstance(part, Path) else ""
            names += sorted(files_of(Item(name, folder, part)))
    more = [f"and {len(names) - MOST_FILES} more"] if len(names) > MOST_FILES else []
    return ", ".join([*names[:MOST_FILES], *more]) or "no files"
