"""Read Canvas's "Download Submissions": files whose names say which learner they are from.

    lovelaceada_LATE_4021_90017_ex01_softmax-1.py
    name        late user attachment  the learner's own file name, with the number of the attempt

In an anonymous assignment `anon_` and an id stand in place of the name and the user. Text entered
in Canvas comes as `lovelaceada_4021_text.html`, a link as `..._link.html`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from grader.intake.files import Part
from grader.intake.listing import Item, printable_name
from grader.intake.people import ClassSubmissions, Entry, Person, student_id_of
from grader.model import LATE
from grader.text import counted
from grader.worker.sources import exercise_of

TITLE = "Canvas download"
LOOKED_FOR = "files named like lovelaceada_4021_90017_ex01_softmax.py"

# The name is in lower case, without spaces. The first ids count: the learner's own file name, which
# comes after them, may hold numbers too.
_NAMED = re.compile(
    r"(?P<name>[^\sA-Z]*?)(?P<late>_LATE|_late)?_(?P<user>\d{1,20})"
    r"_(?:(?P<attachment>\d{1,20})_(?P<file>.+)|(?P<typed>(?:text|link)\.html))",
    re.DOTALL,
)
_ANONYMOUS = re.compile(
    r"(?P<late>LATE_)?anon_(?P<user>[A-Za-z0-9]+)"
    r"_(?:(?P<attachment>\d{1,20})_(?P<file>.+)|(?P<typed>(?:text|link)\.html))",
    re.DOTALL,
)
_ATTEMPT = re.compile(r"(?P<stem>.+)-(?P<attempt>[1-9]\d{0,2})", re.DOTALL)


class Uploaded(NamedTuple):
    """Whose a downloaded file is: the name as in Canvas's files, the user, the attachment."""

    name: str
    user: str
    attachment: int


class _CanvasFile(NamedTuple):
    """One file of a learner, with the parts of the name that Canvas gave it."""

    item: Item
    student_id: str
    person: Person
    attachment: int
    file: str
    typed: bool


def fitting(items: Sequence[Item]) -> int:
    """Count the items that are named as Canvas names files."""
    return sum(_match(item) is not None for item in items)


def take(items: Sequence[Item], order: tuple[str, ...]) -> ClassSubmissions:
    """Group the files by learner and keep the newest attempt at each."""
    learners: dict[str, list[_CanvasFile]] = defaultdict(list)
    remarks = []
    for item in items:
        match = _match(item)
        if match is None:
            remarks.append(f"{printable_name(item)} is not named as Canvas names files; ignored")
        else:
            file = _file(item, match)
            learners[file.student_id].append(file)
    entries, resubmitted = [], 0
    for files in learners.values():
        entry, again = _entry(files, order)
        entries.append(entry)
        resubmitted += again
    anonymous = sum(entry.student.startswith("anon_") for entry in entries)
    if anonymous:
        remarks.append(
            "the download is anonymous, so Canvas will not know whose grades these are: turn off"
            " anonymous grading and download again before you export grades"
        )
    late = sum(entry.person.late for entry in entries)
    summary = [counted(len(entries), "learner")]
    summary += [f"{late} late"] * (late > 0) + [f"{resubmitted} resubmitted"] * (resubmitted > 0)
    return ClassSubmissions(entries, "canvas", f"{TITLE}: {', '.join(summary)}", remarks=remarks)


def uploaded(name: str) -> Uploaded | None:
    """Return what Canvas reads in the name of a file that comes back to it, or None.

    It takes the first two numbers between underscores, be they the learner's name or not.
    """
    match = _NAMED.fullmatch(name)
    if match is None or not match["attachment"]:
        return None
    numbers = [part for part in name.split("_") if part.isdecimal()]
    if numbers[:2] != [match["user"], match["attachment"]]:
        return None
    return Uploaded(match["name"].strip("_"), match["user"], int(match["attachment"]))


def _match(item: Item) -> re.Match[str] | None:
    if item.folder:
        return None
    return _ANONYMOUS.fullmatch(item.name) or _NAMED.fullmatch(item.name)


def _file(item: Item, match: re.Match[str]) -> _CanvasFile:
    parts = match.groupdict()
    user, name = parts["user"], parts.get("name")
    person = Person(
        lms="canvas", lms_id=user, late=parts["late"] is not None, sortable=(name or "").strip("_")
    )
    student_id = f"anon_{user}" if name is None else f"{name}_{user}" if name else user
    return _CanvasFile(
        item,
        student_id_of(student_id),
        person,
        int(parts["attachment"] or 0),
        parts["file"] or "",
        typed=parts["typed"] is not None,
    )


def _entry(files: Sequence[_CanvasFile], order: tuple[str, ...]) -> tuple[Entry, bool]:
    """Return an entry with one learner's newest files, and whether any file was resubmitted."""
    names = {file.file for file in files if not file.typed}
    newest: dict[str, tuple[int, int, _CanvasFile]] = {}
    again = False
    for file in files:
        if file.typed:
            continue
        name, attempt = _original(file.file, names, order)
        again = again or attempt > 0 or name in newest
        candidate = (attempt, file.attachment, file)
        newest[name] = max(newest.get(name, candidate), candidate, key=lambda one: one[:2])
    late = any(file.person.late for file in files)
    notes = [LATE] if late else []
    if older := sum(not file.typed for file in files) - len(newest):
        notes.append(f"resubmitted: {counted(older, 'older file')} ignored")
    if any(file.typed for file in files):
        notes.append("text or links entered in Canvas were ignored")
    parts: list[Part] = [file.item.renamed(name) for name, (*_, file) in sorted(newest.items())]
    person = files[0].person._replace(late=late)
    return Entry(files[0].student_id, parts, person, tuple(notes)), again


def _original(name: str, names: set[str], order: tuple[str, ...]) -> tuple[str, int]:
    """Return the learner's own name for a file, and the number of the attempt, from 0.

    A number at the end is taken for Canvas's attempt number if the learner also has a file of the
    name without it, or if that name is an exercise's; else the learner wrote it.
    """
    path = PurePosixPath(name)
    match = _ATTEMPT.fullmatch(path.stem)
    if match is None:
        return name, 0
    original = match["stem"] + path.suffix
    if original in names or exercise_of(original, order) in order:
        return original, int(match["attempt"])
    return name, 0
