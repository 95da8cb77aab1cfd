"""Let the people of a group share what any of them handed in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import chain
from typing import NamedTuple

from grader.intake.files import Part
from grader.intake.people import ClassSubmissions, Entry, Person
from grader.text import listed


class _Member(NamedTuple):
    student: str
    person: Person
    entry: Entry | None


def share_in_groups(submissions: ClassSubmissions) -> None:
    """Give everybody of a group the files of all its members; a note and a remark say so.

    A group is what the roster calls so: people whose rows have the same text in the column `group`.
    Who handed in nothing is no longer absent then. Where several members handed in, the files of
    all of them are read, and of a function that is in two of them the better one counts, as ever.
    """
    groups: dict[str, list[_Member]] = defaultdict(list)
    for entry in submissions.entries:
        groups[entry.person.group].append(_Member(entry.student, entry.person, entry))
    for student, person in submissions.absent:
        groups[person.group].append(_Member(student, person, None))
    alone = [member.entry for member in groups.pop("", ()) if member.entry is not None]
    shared = list(chain.from_iterable(_shared(*group, submissions) for group in groups.items()))
    entries = {entry.student: entry for entry in (*alone, *shared)}
    submissions.entries = [entries[student] for student in sorted(entries)]
    submissions.absent = [pair for pair in submissions.absent if pair[0] not in entries]


def _shared(group: str, members: list[_Member], submissions: ClassSubmissions) -> Iterable[Entry]:
    """Yield the entries of one group's members."""
    handed = [member.entry for member in members if member.entry is not None]
    parts: list[Part] = []
    for part in chain.from_iterable(entry.parts for entry in handed):
        if part not in parts:
            parts.append(part)
    if all(len(entry.parts) == len(parts) for entry in handed) and len(handed) == len(members):
        # The LMS has given each of them the group's files.
        return handed
    if not handed:
        return ()
    names = [entry.person.name or entry.student for entry in handed]
    others = listed([member.person.name or member.student for member in members])
    submissions.remarks.append(f"group {group}: {others} share what {listed(names)} handed in")
    note = f"for the group {group}, what {listed(names)} handed in counts"
    notes = dict.fromkeys((*chain.from_iterable(entry.notes for entry in handed), note))
    late = any(entry.person.late for entry in handed)
    return [
        Entry(member.student, parts, member.person._replace(late=late), tuple(notes))
        for member in members
    ]
