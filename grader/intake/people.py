"""Who handed in what: what is known of a person, and the files that are read for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from grader.intake.files import Part
from grader.worker.files import clean_name, shortened

MAX_ID = 255


class Person(NamedTuple):
    """What an LMS or a roster says of a learner; unknown fields are empty.

    `sid` is the institution's number for them, `lms_id` the LMS's own, and `sortable` the name as
    Canvas puts it into file names: "lovelaceada".
    """

    name: str = ""
    email: str = ""
    sid: str = ""
    lms: str = ""
    lms_id: str = ""
    group: str = ""
    section: str = ""
    late: bool = False
    sortable: str = ""
    in_roster: bool = False


class Entry(NamedTuple):
    """One learner's hand-in; `student` is their id in the results, `notes` go into their result."""

    student: str
    parts: Sequence[Part]
    person: Person = Person()
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class ClassSubmissions:
    """The submissions of a class, as `class_at` and then `with_roster` make them.

    `entries`: one for each learner, sorted by `student`, which is unique.
    `lms`: "canvas", "moodle" or "gradescope"; "" for a plain folder or archive.
    `summary`: one line on what was recognised, for the user; `remarks`: sentences on what is odd.
    `strays`: names of files that are nobody's submission.
    `absent`: ids and people of the roster who handed in nothing; `rostered`: there is a roster.
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
        """Whether there may be more to know of a learner than the name of their files."""
        return bool(self.lms) or self.rostered


def cleaned(text: object) -> str:
    """Return a value of a file about people as one printable line; "" for None and for blanks."""
    text = " ".join(str("" if text is None else text).split())
    return clean_name(text) if text else ""


def student_id_of(text: str) -> str:
    """Return a text as a learner's id: printable, and if too long cut and made unique by a hash."""
    text = clean_name(text)
    return text if len(text) <= MAX_ID else shortened(text, 200)


def with_unique_ids(entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries, sorted, with unique ids: the LMS's id is added to one that is shared."""
    counts = Counter(entry.student for entry in entries)
    used: set[str] = {student for student, count in counts.items() if count == 1}
    unique = []
    for entry in sorted(entries, key=lambda entry: (entry.student, entry.person.lms_id)):
        student = entry.student
        if counts[student] > 1:
            if entry.person.lms_id:
                student = f"{student} ({entry.person.lms_id})"
            while student in used:
                student += "'"
            used.add(student)
        unique.append(entry._replace(student=student))
    return sorted(unique, key=lambda entry: entry.student)
