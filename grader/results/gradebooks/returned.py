"""Give back the learners' pages, each under a name that says whose it is: to an LMS, to people."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

from grader.errors import UsageError
from grader.files import archive_of
from grader.intake.canvas import uploaded
from grader.intake.matching import may_be_one, without_marks_of_moodle
from grader.results.gradebooks.filling import FilledTable
from grader.results.gradebooks.matching import Match
from grader.results.gradebooks.people import GradebookPerson
from grader.results.pages import FEEDBACK, RESERVED, page_name
from grader.text import printable

# Of a name, so many characters: in UTF-8 they take at most 240 bytes, of the 255 that may be.
LONGEST = 60
MOODLE = "{name}_{number}_assignfeedback_file_feedback.html"


def for_moodle(filled: FilledTable, results: Path) -> bytes:
    """Return the zip for Moodle's "Upload multiple feedback files in a zip".

    A page goes to everybody whose row is in the filled worksheet; of a team, to each member.
    """
    return archive_of(
        {
            MOODLE.format(name=_name(match), number=match.row.lms_id): _page(
                results, match.person.student
            )
            for match in filled.written
        }
    )


def for_canvas(filled: FilledTable, results: Path, names: Iterable[str]) -> tuple[bytes, list[str]]:
    """Return the zip for Canvas's "Upload Submissions", and the learners who are not in it.

    `names` are those of the files that were downloaded there: Canvas knows by them whose page it
    is, and shows it as a comment under the name of the file, of which each learner's newest is
    taken.
    """
    newest: dict[str, tuple[int, str]] = {}
    for name in names:
        if (file := uploaded(name)) is not None:
            newest[file.user] = max(newest.get(file.user, (0, "")), (file.attachment, name))
    known, absent = {}, []
    for match in filled.written:
        _attachment, name = newest.get(match.row.lms_id, (0, ""))
        file = uploaded(name)
        if file is not None and may_be_one(file.name, match.row.name):
            known[name] = _page(results, match.person.student)
        else:
            absent.append(match.row.label)
    return archive_of(known), absent


def for_people(people: Iterable[GradebookPerson], results: Path) -> dict[str, dict[str, bytes]]:
    """Return everybody's page under their name, by section; "" is that of all who have none.

    Whoever shares a name with another, as file systems see it, has the id behind it.
    """
    people = list(people)
    names = Counter(_file_name(person.name or person.student).casefold() for person in people)
    sections: dict[str, dict[str, bytes]] = {}
    for person in sorted(people, key=lambda person: (person.section, person.name)):
        name = _file_name(person.name or person.student)
        if names[name.casefold()] > 1:
            # No two learners' pages have one name, not even where case does not count.
            name = f"{name} ({page_name(person.student).removesuffix('.html')})"
        section = _file_name(person.section) if person.section else ""
        sections.setdefault(section, {})[f"{name}.html"] = _page(results, person.student)
    return sections


def _file_name(text: str) -> str:
    """Return a name that every file system takes, as like the text as can be."""
    name = re.sub(r'[\\/:*?"<>|]+', "-", printable(text)).strip(" .")[:LONGEST]
    return f"{name or 'nobody'}_" if RESERVED.fullmatch(name.lower()) or not name else name


def names_in(download: Path) -> list[str]:
    """Return the names of the files in a download: a folder or a zip archive; else UsageError."""
    try:
        if download.is_dir():
            return [path.name for path in download.rglob("*") if path.is_file()]
        with ZipFile(download) as archive:
            return [PurePosixPath(name).name for name in archive.namelist()]
    except Exception as error:  # zipfile raises many kinds for no archive
        raise UsageError(
            f"{download} is no download of submissions ({error}); name the zip from Canvas's"
            " Download Submissions, or its folder"
        ) from error


def _page(results: Path, student: str) -> bytes:
    path = results / FEEDBACK / page_name(student)
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}; grade again") from error


def _name(match: Match) -> str:
    """Return a name as Moodle writes it; which one does not matter, if it has no underscore."""
    return without_marks_of_moodle(match.row.name) or "Participant"
