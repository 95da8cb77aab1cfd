"""The class list: who there is, and what each is called by the LMS.

A CSV file with the columns id, name, email, and perhaps group, lms_id, canvas_id, moodle_id and
gradescope_id. Names are matched with submissions, never guessed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from grader.errors import UsageError
from grader.intake.matching import Level, folded, name_levels, paired
from grader.intake.people import ClassSubmissions, Entry, Person, cleaned, student_id_of
from grader.intake.table import read_records

KNOWN = ("id", "name", "email", "group", "lms_id", "canvas_id", "moodle_id", "gradescope_id")


class RosterLine(NamedTuple):
    """One person of the class list, and the line of the file that names them."""

    line: int
    id: str
    name: str
    email: str
    group: str
    lms_ids: dict[str, str]

    def lms_id(self, lms: str) -> str:
        """What the LMS calls them: by its own column, or by the one for any."""
        return self.lms_ids.get(lms) or self.lms_ids.get("lms", "")


def read_roster(path: Path) -> list[RosterLine]:
    """Read the people of a class list. UsageError names the line that is broken, and the remedy."""
    headings, records = read_records(path, option="--roster")
    if "id" not in headings and "name" not in headings:
        raise UsageError(
            f"{path}, line 1: there is neither a column id nor name; the columns are"
            f" {', '.join(KNOWN)}"
        )
    lines: list[RosterLine] = []
    owners: dict[str, int] = {}
    for record in records:
        cells = {name: cleaned(text) for name, text in record.cells.items()}
        found = _line(cells, record.line, path)
        if found.id in owners:
            raise UsageError(
                f"{path}, line {found.line}: {found.id!r} is in line {owners[found.id]}, too; give"
                " each person one line and an id of their own"
            )
        owners[found.id] = found.line
        lines.append(found)
    if not lines:
        raise UsageError(f"{path} names nobody; write a line for each person below the headings")
    return lines


def _line(cells: dict[str, str], number: int, path: Path) -> RosterLine:
    name = cells.get("name", "")
    if not (person_id := cells.get("id") or name):
        raise UsageError(f"{path}, line {number}: neither id nor name; fill one in")
    lms_ids = {
        key.removesuffix("_id"): value for key, value in cells.items() if key.endswith("_id")
    }
    return RosterLine(
        number, person_id, name, cells.get("email", ""), cells.get("group", ""), lms_ids
    )


def with_roster(taken: ClassSubmissions, lines: Sequence[RosterLine]) -> ClassSubmissions:
    """The class with the names of the roster, and who of it has handed in nothing.

    An entry that is matched with a line gets its id for a key. A group's entry becomes one for each
    of its people. Whoever is not matched keeps the key, and is told of.
    """
    entries, grouped = _of_groups(taken.entries, lines)
    owners, remarks = _owners(entries, lines)
    named = []
    for place, entry in enumerate(entries):
        line = owners.get(place)
        named.append(entry if line is None else _named(entry, line, taken.lms))
    handed = {line.id for line in owners.values()} | grouped
    absent = [
        (line.id, _person(line, Person(lms=taken.lms), taken.lms))
        for line in lines
        if line.id not in handed
    ]
    # A key that an entry without a line has must not be that of another's line.
    keys = {entry.student for entry in named if entry.person.in_roster}
    entries = [
        entry._replace(student=_other_than(entry.student, keys))
        if not entry.person.in_roster
        else entry
        for entry in named
    ]
    taken.entries = sorted(entries, key=lambda entry: entry.student)
    taken.remarks += remarks
    taken.absent = absent
    taken.rostered = True
    return taken


def _other_than(key: str, keys: set[str]) -> str:
    while key in keys:
        key += "'"
    return key


def _of_groups(
    entries: Sequence[Entry], lines: Sequence[RosterLine]
) -> tuple[list[Entry], set[str]]:
    """The entries, those of a group once for each of its people; and who those are."""
    members: dict[str, list[RosterLine]] = defaultdict(list)
    for line in lines:
        if line.group:
            members[folded(line.group)].append(line)
    made: list[Entry] = []
    grouped: set[str] = set()
    for entry in entries:
        name = entry.person.name or entry.student
        people = members.get(folded(name), [])
        if not people or entry.person.group:
            made.append(entry)
            continue
        grouped.update(line.id for line in people)
        made += [
            _named(entry, line, entry.person.lms, group=name)._replace(
                student=student_id_of(line.id)
            )
            for line in people
        ]
    return made, grouped


def _owners(
    entries: Sequence[Entry], lines: Sequence[RosterLine]
) -> tuple[dict[int, RosterLine], list[str]]:
    """The line of each entry, by its place, and a sentence on each that has none."""
    left = [place for place, entry in enumerate(entries) if not entry.person.in_roster]
    pairs = paired([entries[place] for place in left], lines, _LEVELS)
    remarks = []
    for number, place in enumerate(left):
        if number not in pairs.found:
            why = pairs.unclear.get(number)
            told = "no line of the roster is theirs"
            if why is not None:
                told = why.told("submissions", "lines of the roster")
            remarks.append(f"{entries[place].student} is graded under that name: {told}")
    return {left[number]: lines[other] for number, other in pairs.found.items()}, remarks


def _name(entry: Entry) -> str:
    return entry.person.name or entry.student


def _with_lms(lms: str, lms_id: str) -> str:
    return f"{lms} {lms_id}" if lms and lms_id else ""


def _lms_ids(line: RosterLine) -> list[str]:
    """Everything that this person may be called by an LMS."""
    return [_with_lms(lms, line.lms_id(lms)) for lms in ("canvas", "moodle", "gradescope")]


_BY_NAME: list[Level[Entry, RosterLine]] = name_levels(
    _name, lambda e: e.person.sortable, lambda n: n.name
)
_LEVELS: tuple[Level[Entry, RosterLine], ...] = (
    Level("LMS id", lambda e: [_with_lms(e.person.lms, e.person.lms_id)], _lms_ids),
    Level("id", lambda e: [e.person.sid, e.student], lambda n: [n.id]),
    Level(
        "email",
        lambda e: [e.person.email.casefold(), e.student.casefold()],
        lambda n: [n.email.casefold()],
    ),
    *_BY_NAME,
)


def _named(entry: Entry, line: RosterLine, lms: str, *, group: str = "") -> Entry:
    person = _person(line, entry.person, lms)
    if group:
        person = person._replace(group=group)
    return entry._replace(student=student_id_of(line.id), person=person)


def _person(line: RosterLine, person: Person, lms: str) -> Person:
    """What is known of somebody: what the roster says comes first."""
    return person._replace(
        name=line.name or person.name,
        email=line.email or person.email,
        sid=line.id,
        lms=lms or next((name for name in line.lms_ids if name != "lms"), ""),
        lms_id=person.lms_id or line.lms_id(lms),
        in_roster=True,
    )
