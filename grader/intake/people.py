"""Who handed in what: a person as far as they are known, and what is read for them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from grader.intake.files import Part, clean_name

LATE = "handed in late"
MAX_ID = 255


class Person(NamedTuple):
    """A learner as far as an LMS or a roster tells; what is not known is empty.

    `sortable` is a name as Canvas writes it into file names: "lovelaceada".
    """

    name: str = ""
    email: str = ""
    sid: str = ""
    lms: str = ""
    lms_id: str = ""
    group: str = ""
    late: bool = False
    sortable: str = ""
    in_roster: bool = False


class Entry(NamedTuple):
    """What one learner handed in, under the key `student`; `notes` are told with the result."""

    student: str
    parts: Sequence[Part]
    person: Person = Person()
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class ClassSubmissions:
    """A class as it was taken in.

    `strays` are names of what is no submission, `remarks` sentences about what else is odd,
    `summary` says in a line what was recognised, `absent` are those of the roster (by their id) who
    have handed in nothing, `rostered` whether there is a roster.
    """

    entries: list[Entry]
    lms: str = ""
    summary: str = ""
    strays: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    absent: list[tuple[str, Person]] = field(default_factory=list)
    rostered: bool = False

    @property
    def knows_people(self) -> bool:
        """Whether more is known of anybody than the name of their entry."""
        return bool(self.lms) or self.rostered


def cleaned(text: object) -> str:
    """A text from a file about people, in one line that can be shown; empty if it is."""
    text = " ".join(str("" if text is None else text).split())
    return clean_name(text) if text else ""


def student_id_of(text: str) -> str:
    """A text as a learner's key: what is longer than any file's name is cut, and stays unique."""
    text = clean_name(text)
    if len(text) <= MAX_ID:
        return text
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{text[:200]}…{digest}"


def with_unique_ids(entries: Sequence[Entry]) -> list[Entry]:
    """The same entries, sorted, no two with one key: those that share one get their LMS's id."""
    counts = Counter(entry.student for entry in entries)
    taken: set[str] = {key for key, count in counts.items() if count == 1}
    made = []
    for entry in sorted(entries, key=lambda entry: (entry.student, entry.person.lms_id)):
        student = entry.student
        if counts[student] > 1:
            if entry.person.lms_id:
                student = f"{student} ({entry.person.lms_id})"
            while student in taken:
                student += "'"
            taken.add(student)
        made.append(entry._replace(student=student))
    return sorted(made, key=lambda entry: entry.student)
