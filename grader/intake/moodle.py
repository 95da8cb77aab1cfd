"""Read Moodle's "Download all submissions": a folder for each learner, or one folder of files.

    Ada Lovelace_1203_assignsubmission_file/ex01_softmax.py    (older: ..._file_/)
    Ada Lovelace_1203_assignsubmission_file_ex01_softmax.py
    Participant_1203_assignsubmission_file/...    (blind marking; in the teacher's language)

1203 is the participant's id in this assignment, or the team's id where teams hand in: the two count
on their own, so one may be equal to another's.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from grader.intake.files import Part
from grader.intake.listing import Item, printable_name
from grader.intake.people import ClassSubmissions, Entry, Person, cleaned, student_id_of
from grader.text import counted

TITLE = "Moodle download"
LOOKED_FOR = "folders or files named like Ada Lovelace_1203_assignsubmission_file"

_NAMED = re.compile(
    r"(?P<name>.+?)(?:_(?P<id>\d+))?_assignsubmission_(?P<plugin>[a-z0-9]+)(?:_(?P<file>.*))?",
    re.DOTALL,
)
# The word for "participant" under blind marking. It is needed only when there is one submission;
# several that share one name show it without help.
_BLIND = ("participant", "teilnehmer/in", "teilnehmer", "participante", "deelnemer", "partecipante")


class _MoodlePart(NamedTuple):
    """One folder or file of a learner, with the parts of the name that Moodle gave it."""

    item: Item
    name: str
    number: str
    plugin: str
    file: str


def fitting(items: Sequence[Item]) -> int:
    """Count the items that are named as Moodle names submissions."""
    return sum(_match(item) is not None for item in items)


def take(items: Sequence[Item], order: tuple[str, ...]) -> ClassSubmissions:  # noqa: ARG001  # all LMSs share this signature
    """Group the folders or files by learner, or by team."""
    learners: dict[tuple[str, str], list[_MoodlePart]] = defaultdict(list)
    remarks = []
    for item in items:
        match = _match(item)
        if match is None:
            remarks.append(
                f"{printable_name(item)} is not named as Moodle names submissions; ignored"
            )
        else:
            name = cleaned(match["name"].replace("_", " "))
            part = _MoodlePart(item, name, match["id"] or "", match["plugin"], match["file"] or "")
            learners[name, part.number].append(part)
    blind = _are_blind(list(learners))
    entries = []
    for (name, number), parts in learners.items():
        student_id = f"{name} {number}" if blind else name
        person = Person(name="" if blind else name, lms="moodle", lms_id=number)
        entries.append(Entry(student_id_of(student_id), _files(parts), person, _notes(parts)))
    typed = sum(not entry.parts for entry in entries)
    summary = [counted(len(entries), "learner"), *["without names"] * blind]
    summary += [f"{typed} with typed text only"] * (typed > 0)
    return ClassSubmissions(entries, "moodle", f"{TITLE}: {', '.join(summary)}", remarks=remarks)


def _match(item: Item) -> re.Match[str] | None:
    """Match a name as Moodle gives it; the team of those who are in no team has no number."""
    match = _NAMED.fullmatch(item.name)
    return None if match is None or (match["file"] and item.folder) else match


def _are_blind(learners: Sequence[tuple[str, str]]) -> bool:
    """Tell whether all have the same name, which is then the word for a participant."""
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
    sentences = {
        "onlinetext": "text entered in Moodle was ignored",
        "comments": "comments in Moodle were ignored",
    }
    return tuple(
        sentences.get(plugin, f"what Moodle calls {plugin} was ignored")
        for plugin in sorted(others)
    )
