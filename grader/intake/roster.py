"""Read a roster (the list of a class) and match its people with the submissions.

A roster is a CSV file with the columns id, name and email, and optionally section, group, lms_id,
canvas_id, moodle_id and gradescope_id; or a grading worksheet from Moodle, which tells all but the
section, and who was late. A person who fits two submissions, or none, is matched with none.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from grader.errors import UsageError
from grader.intake.groups import share_in_groups
from grader.intake.matching import (
    Level,
    as_in_group_files,
    as_in_moodle_files,
    folded,
    may_be_one,
    name_levels,
    paired,
)
from grader.intake.people import ClassSubmissions, Entry, Person, cleaned, student_id_of
from grader.intake.table import read_records, read_table
from grader.intake.worksheet import columns_of, people_in
from grader.model import LATE
from grader.text import listed

COLUMNS = (
    "id",
    "name",
    "email",
    "section",
    "group",
    "lms_id",
    "canvas_id",
    "moodle_id",
    "gradescope_id",
)


class RosterRow(NamedTuple):
    """One person of the roster; `line` is where their row begins in the file.

    `lms_ids` has the LMS's ids for them by LMS, under "lms" the one of the column lms_id; `late`
    and `notes` are what a worksheet says of what they handed in. `shares`: people of the same group
    share what they hand in; in a worksheet the same column may name who marks them.
    """

    line: int
    id: str
    name: str
    email: str
    group: str
    lms_ids: dict[str, str]
    late: bool = False
    notes: tuple[str, ...] = ()
    shares: bool = True
    section: str = ""

    def lms_id(self, lms: str) -> str:
        """Return the id that this LMS has for them, from its own column or from lms_id."""
        return self.lms_ids.get(lms) or self.lms_ids.get("lms", "")


def read_roster(path: Path) -> list[RosterRow]:
    """Read the rows of a roster. Raise UsageError with the line that is broken, and the remedy."""
    if (of_worksheet := _rows_of_worksheet(path)) is not None:
        return of_worksheet
    headings, records = read_records(path, option="--roster")
    if "id" not in headings and "name" not in headings:
        raise UsageError(
            f"{path}, line 1: there is no column called id or name; the possible columns are"
            f" {', '.join(COLUMNS)}"
        )
    rows: list[RosterRow] = []
    lines: dict[str, int] = {}
    for record in records:
        cells = {name: cleaned(text) for name, text in record.cells.items()}
        row = _row(cells, record.line, path)
        if row.id in lines:
            raise UsageError(
                f"{path}, line {row.line}: {row.id!r} is on line {lines[row.id]} too; give each"
                " person one row and a unique id"
            )
        lines[row.id] = row.line
        rows.append(row)
    if not rows:
        raise UsageError(f"{path} names nobody; write a row for each person below the headings")
    return rows


def _rows_of_worksheet(path: Path) -> list[RosterRow] | None:
    """Return the people of a grading worksheet; None if the file is none."""
    table = read_table(path, option="--roster")
    try:
        people = people_in(table, columns_of(table))
    except UsageError:
        return None
    rows = [
        RosterRow(
            one.line,
            one.id_number or one.email or one.name or one.number,
            one.name,
            one.email,
            one.team,
            {"moodle": one.number},
            one.late,
            (*[LATE] * one.late, *[f"in Moodle: {one.draft}"] * bool(one.draft)),
            shares=False,
        )
        for one in people
    ]
    shared = Counter(row.id for row in rows)
    return [
        row if shared[row.id] == 1 else row._replace(id=f"{row.id} ({row.lms_ids['moodle']})")
        for row in rows
    ]


def _row(cells: dict[str, str], line: int, path: Path) -> RosterRow:
    name = cells.get("name", "")
    if not (person_id := cells.get("id") or name):
        raise UsageError(f"{path}, line {line}: neither id nor name; fill one in")
    lms_ids = {
        heading.removesuffix("_id"): value
        for heading, value in cells.items()
        if heading.endswith("_id")
    }
    email, group, section = (cells.get(column, "") for column in ("email", "group", "section"))
    return RosterRow(line, person_id, name, email, group, lms_ids, section=section)


def with_roster(submissions: ClassSubmissions, roster: Sequence[RosterRow]) -> ClassSubmissions:
    """Give the class the names of the roster, and note who of it handed in nothing.

    `submissions` is changed and returned. An entry that is matched with a row gets the row's id. A
    group's entry becomes one for each of its people. An entry that is not matched keeps its id, and
    a remark says why.
    """
    entries, grouped, unclear = _of_groups(submissions.entries, roster)
    owners, remarks = _owners(entries, roster)
    named = []
    for index, entry in enumerate(entries):
        row = owners.get(index)
        named.append(entry if row is None else _named(entry, row, submissions.lms))
    handed = {row.id for row in owners.values()} | grouped
    absent = [
        (row.id, _person(row, Person(lms=submissions.lms), submissions.lms))
        for row in roster
        if row.id not in handed
    ]
    # The id of an entry that has no row must not be the id of somebody else's row.
    roster_ids = {entry.student for entry in named if entry.person.in_roster}
    entries = [
        entry
        if entry.person.in_roster
        else entry._replace(student=_other_than(entry.student, roster_ids))
        for entry in named
    ]
    submissions.entries = sorted(entries, key=lambda entry: entry.student)
    submissions.remarks += unclear + remarks
    submissions.absent = absent
    submissions.rostered = True
    share_in_groups(submissions)
    return submissions


def _other_than(student_id: str, used: set[str]) -> str:
    while student_id in used:
        student_id += "'"
    return student_id


def _of_groups(
    entries: Sequence[Entry], roster: Sequence[RosterRow]
) -> tuple[list[Entry], set[str], list[str]]:
    """Repeat a group's entry for each of its people; return the ids of those people, and remarks.

    The number that an LMS puts beside a group's name is the group's, or one member's: nobody else
    has it from there.
    """
    groups: dict[str, set[str]] = defaultdict(set)
    for row in roster:
        for form in as_in_group_files(row.group) if row.group else ():
            groups[form].add(row.group)
    repeated: list[Entry] = []
    grouped: set[str] = set()
    remarks: list[str] = []
    for entry in entries:
        name = _name(entry)
        forms = {*as_in_moodle_files(name), entry.person.sortable}
        names = {group for form in forms for group in groups.get(form, ())}
        if not names or entry.person.group:
            repeated.append(entry)
        elif any(folded(row.name) == folded(name) and row.group not in names for row in roster):
            # A person's own name; as a group's, it may be that of a worksheet's marker.
            repeated.append(entry)
        elif len(names) > 1:
            repeated.append(entry)
            remarks.append(f"{name} may be any of these groups: {listed(sorted(names))}")
        else:
            person = entry.person._replace(lms_id="", sortable="")
            people = [row for row in roster if row.group in names]
            grouped.update(row.id for row in people)
            repeated += [
                _named(entry._replace(person=person), row, person.lms, group=row.group)
                for row in people
            ]
    return repeated, grouped, remarks


def _owners(
    entries: Sequence[Entry], roster: Sequence[RosterRow]
) -> tuple[dict[int, RosterRow], list[str]]:
    """Return the row of each entry, by the entry's index, and a remark on each that has none."""
    left = [index for index, entry in enumerate(entries) if not entry.person.in_roster]
    pairs = paired(
        [entries[index] for index in left],
        roster,
        _LEVELS,
        lambda e, row: may_be_one(e.person.name or e.person.sortable, row.name),
    )
    remarks = []
    for number, index in enumerate(left):
        if number not in pairs.partners:
            reason = "it matches no row of the roster"
            if number in pairs.contradicted:
                other, level = pairs.contradicted[number]
                reason = f"the row of the roster with its {level} has the name {roster[other].name}"
            elif number in pairs.unclear:
                reason = pairs.unclear[number].sentence("submissions", "rows of the roster")
            remarks.append(f"{entries[index].student} is graded under that name: {reason}")
    return {left[number]: roster[row] for number, row in pairs.partners.items()}, remarks


def _name(entry: Entry) -> str:
    return entry.person.name or entry.student


def _with_lms(lms: str, lms_id: str) -> str:
    return f"{lms} {lms_id}" if lms and lms_id else ""


def _lms_ids(row: RosterRow) -> list[str]:
    """Return this person's id at each LMS, with the name of the LMS before it."""
    return [_with_lms(lms, row.lms_id(lms)) for lms in ("canvas", "moodle", "gradescope")]


_BY_NAME: list[Level[Entry, RosterRow]] = name_levels(
    _name, lambda e: e.person.sortable, lambda r: r.name
)
_LEVELS: tuple[Level[Entry, RosterRow], ...] = (
    Level("LMS id", lambda e: [_with_lms(e.person.lms, e.person.lms_id)], _lms_ids, checked=True),
    Level("id", lambda e: [e.person.sid, e.student], lambda r: [r.id], checked=True),
    Level(
        "email",
        lambda e: [e.person.email.casefold(), e.student.casefold()],
        lambda r: [r.email.casefold()],
        checked=True,
    ),
    *_BY_NAME,
)


def _named(entry: Entry, row: RosterRow, lms: str, *, group: str = "") -> Entry:
    person = _person(row, entry.person, lms)
    if group:
        person = person._replace(group=group)
    notes = (*entry.notes, *(note for note in row.notes if note not in entry.notes))
    return entry._replace(student=student_id_of(row.id), person=person, notes=notes)


def _person(row: RosterRow, person: Person, lms: str) -> Person:
    """Merge what is known of a person; for name and email the roster comes first."""
    return person._replace(
        name=row.name or person.name,
        email=row.email or person.email,
        sid=row.id,
        section=row.section or person.section,
        lms=lms or next((name for name in row.lms_ids if name != "lms"), ""),
        lms_id=person.lms_id or row.lms_id(lms),
        group=person.group or (row.group if row.shares else ""),
        late=person.late or row.late,
        in_roster=True,
    )
