"""Moodle's "Download all submissions": a folder for each learner, or (flat) one of files.

    Ada Lovelace_1203_assignsubmission_file/ex01_softmax.py    (older: ..._file_/)
    Ada Lovelace_1203_assignsubmission_file_ex01_softmax.py
    Participant 1203 is Participant_1203_..., in the language of the teacher

1203 is the participant's id in this assignment, or, where teams hand in, the team's.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from grader.intake.files import Part
from grader.intake.listing import Item, shown
from grader.intake.people import ClassSubmissions, Entry, Person, cleaned, student_id_of
from grader.text import counted

TITLE = "Moodle download"
LOOKED_FOR = "folders or files named like Ada Lovelace_1203_assignsubmission_file"

_NAMED = re.compile(
    r"(?P<name>.+?)(?:_(?P<id>\d+))?_assignsubmission_(?P<plugin>[a-z0-9]+)(?:_(?P<file>.*))?",
    re.DOTALL,
)
# What one blind participant is called; of more than one the pattern tells.
_BLIND = ("participant", "teilnehmer/in", "teilnehmer", "participante", "deelnemer", "partecipante")


class _MoodlePart(NamedTuple):
    """One folder or file of a learner's: what Moodle put into its name, taken apart."""

    item: Item
    name: str
    id: str
    plugin: str
    file: str


def fitting(items: Sequence[Item]) -> int:
    """How many of these are named as Moodle names what was handed in."""
    return sum(_named(item) is not None for item in items)


def take(items: Sequence[Item], order: tuple[str, ...]) -> ClassSubmissions:  # noqa: ARG001  # as of every LMS
    """The learners, or teams, whose folders or files these are."""
    learners: dict[tuple[str, str], list[_MoodlePart]] = defaultdict(list)
    remarks = []
    for item in items:
        match = _named(item)
        if match is None:
            remarks.append(
                f"{shown(item)} is not named as Moodle names submissions; it is not looked at"
            )
        else:
            name = cleaned(match["name"].replace("_", " "))
            part = _MoodlePart(item, name, match["id"] or "", match["plugin"], match["file"] or "")
            learners[name, part.id].append(part)
    blind = _are_blind(list(learners))
    names = Counter(name for name, _ in learners)
    entries = []
    for (name, number), parts in learners.items():
        key = name
        if blind:
            key = f"{name} {number}"
        elif names[name] > 1 and number:
            key = f"{name} ({number})"
        person = Person(name="" if blind else name, lms="moodle", lms_id=number)
        entries.append(Entry(student_id_of(key), _files(parts), person, _notes(parts)))
    typed = sum(not entry.parts for entry in entries)
    told = [counted(len(entries), "learner"), *["without names"] * blind]
    told += [f"{typed} with typed text only"] * (typed > 0)
    return ClassSubmissions(entries, "moodle", f"{TITLE}: {', '.join(told)}", remarks=remarks)


def _named(item: Item) -> re.Match[str] | None:
    match = _NAMED.fullmatch(item.name)
    # Without a participant's number only a folder is clear enough ("Default group").
    flat = match is not None and bool(match["file"])
    return None if match is None or (flat and item.folder) or (flat and not match["id"]) else match


def _are_blind(learners: Sequence[tuple[str, str]]) -> bool:
    """Whether all have the same name, which then is the word for a participant."""
    names = {name for name, _ in learners}
    return len(names) == 1 and (len(learners) > 1 or names.pop().casefold() in _BLIND)


def _files(parts: Sequence[_MoodlePart]) -> list[Part]:
    return [
        part.item.renamed(part.file) if part.file else part.item.part
        for part in parts
        if part.plugin == "file"
    ]


def _notes(parts: Sequence[_MoodlePart]) -> tuple[str, ...]:
    others = {part.plugin for part in parts} - {"file"}
    names = {"onlinetext": "what was typed into Moodle", "comments": "the comments in Moodle"}
    return tuple(
        f"{names.get(plugin, f'what Moodle calls {plugin}')} is not looked at"
        for plugin in sorted(others)
    )
