"""Zip the learners' pages as an LMS takes them back: each under a name that says whose it is."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

from grader.errors import UsageError
from grader.files import archive_of
from grader.intake.canvas import uploaded
from grader.intake.matching import may_be_one, without_marks_of_moodle
from grader.results.gradebooks.filling import FilledTable
from grader.results.gradebooks.matching import Match
from grader.results.pages import FEEDBACK, page_name

MOODLE = "{name}_{number}_assignfeedback_file_feedback.html"


def for_moodle(filled: FilledTable, results: Path) -> bytes:
    """Return the zip for Moodle's "Upload multiple feedback files in a zip".

    A page goes to everybody whose row is in the filled worksheet; of a team, to each member.
    """
    return archive_of(
        {
            MOODLE.format(name=_name(match), number=match.row.lms_id): _page(results, match)
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
            known[name] = _page(results, match)
        else:
            absent.append(match.row.label)
    return archive_of(known), absent


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


def _page(results: Path, match: Match) -> bytes:
    path = results / FEEDBACK / page_name(match.person.student)
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}; grade again") from error


def _name(match: Match) -> str:
    """Return a name as Moodle writes it; which one does not matter, if it has no underscore."""
    return without_marks_of_moodle(match.row.name) or "Participant"
