"""Canvas's "Download Submissions": one folder or archive of files, with the learner in each name.

    lovelaceada_LATE_4021_90017_ex01_softmax-1.py
    name        late user attachment  name that the learner gave, with the number of the attempt

In an anonymous assignment `anon_` and an id stand in place of the name and the user. What was typed
into Canvas comes as `lovelaceada_4021_text.html`, a link as `..._link.html`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from grader.intake.files import Part
from grader.intake.listing import Item, shown
from grader.intake.people import LATE, ClassSubmissions, Entry, Person, student_id_of
from grader.intake.sources import exercise_of
from grader.text import counted

TITLE = "Canvas download"
LOOKED_FOR = "files named like lovelaceada_4021_90017_ex01_softmax.py"

# The name is in small letters, without spaces; ids are not looked for in what the learner named.
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


class _CanvasFile(NamedTuple):
    """One file of a learner's: what Canvas put into its name, taken apart."""

    item: Item
    key: str
    person: Person
    attachment: int
    file: str
    typed: bool


def fitting(items: Sequence[Item]) -> int:
    """How many of these are named as Canvas names files."""
    return sum(_named(item) is not None for item in items)


def take(items: Sequence[Item], order: tuple[str, ...]) -> ClassSubmissions:
    """The learners whose files these are."""
    learners: dict[str, list[_CanvasFile]] = defaultdict(list)
    remarks = []
    for item in items:
        match = _named(item)
        if match is None:
            remarks.append(f"{shown(item)} is not named as Canvas names files; it is not looked at")
        else:
            file = _file(item, match)
            learners[file.key].append(file)
    entries, again = [], 0
    for files in learners.values():
        entry, resubmitted = _entry(files, order)
        entries.append(entry)
        again += resubmitted
    late = sum(entry.person.late for entry in entries)
    told = [counted(len(entries), "learner")]
    told += [f"{late} late"] * (late > 0) + [f"{again} resubmitted"] * (again > 0)
    return ClassSubmissions(entries, "canvas", f"{TITLE}: {', '.join(told)}", remarks=remarks)


def _named(item: Item) -> re.Match[str] | None:
    if item.folder:
        return None
    return _ANONYMOUS.fullmatch(item.name) or _NAMED.fullmatch(item.name)


def _file(item: Item, match: re.Match[str]) -> _CanvasFile:
    found = match.groupdict()
    user, name = found["user"], found.get("name")
    person = Person(
        lms="canvas", lms_id=user, late=found["late"] is not None, sortable=(name or "").strip("_")
    )
    key = student_id_of(f"anon_{user}" if name is None else f"{name}_{user}" if name else user)
    typed = found["typed"] is not None
    return _CanvasFile(item, key, person, int(found["attachment"] or 0), found["file"] or "", typed)


def _entry(files: Sequence[_CanvasFile], order: tuple[str, ...]) -> tuple[Entry, bool]:
    """One learner's newest files, and whether they have handed in any of them again."""
    names = {file.file for file in files if not file.typed}
    newest: dict[str, tuple[int, int, _CanvasFile]] = {}
    again = False
    for file in files:
        if file.typed:
            continue
        name, attempt = _original(file.file, names, order)
        again = again or attempt > 0 or name in newest
        found = (attempt, file.attachment, file)
        newest[name] = max(newest.get(name, found), found, key=lambda one: one[:2])
    late = any(file.person.late for file in files)
    notes = [LATE] if late else []
    if older := sum(not file.typed for file in files) - len(newest):
        notes.append(f"handed in again: {counted(older, 'older file')} not looked at")
    if any(file.typed for file in files):
        notes.append("what was typed or linked in Canvas is not looked at")
    parts: list[Part] = [found[2].item.renamed(name) for name, found in sorted(newest.items())]
    person = files[0].person._replace(late=late)
    return Entry(files[0].key, parts, person, tuple(notes)), again


def _original(name: str, names: set[str], order: tuple[str, ...]) -> tuple[str, int]:
    """The name that the learner gave to a file, and which attempt at it this is, from 0.

    A number at the end is Canvas's when the same learner has the name without it, too, or when the
    name is an exercise's.
    """
    path = PurePosixPath(name)
    match = _ATTEMPT.fullmatch(path.stem)
    if match is None:
        return name, 0
    original = match["stem"] + path.suffix
    if original in names or exercise_of(original, order) in order:
        return original, int(match["attempt"])
    return name, 0
