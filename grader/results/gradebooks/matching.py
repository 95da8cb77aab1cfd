"""Find whose row is whose: by what says it best, and never by a guess."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from grader.errors import UsageError
from grader.intake.matching import Level, name_levels, paired
from grader.intake.table import read_records
from grader.results.gradebooks.people import GradebookPerson


class RowIds(NamedTuple):
    """What a row of a teacher's file says of whose it is.

    `row` is its number in the table, `row_id` what a line of --match calls it.
    """

    row: int
    label: str
    row_id: str
    name: str = ""
    ids: tuple[str, ...] = ()
    lms_id: str = ""


@dataclass
class Matches:
    """Which row is whose, by what; and who has none."""

    rows: dict[int, GradebookPerson] = field(default_factory=dict)
    by: Counter[str] = field(default_factory=Counter)
    ambiguous: list[str] = field(default_factory=list)
    without_row: list[GradebookPerson] = field(default_factory=list)
    without_result: list[RowIds] = field(default_factory=list)


def matched(
    people: Sequence[GradebookPerson], rows: Sequence[RowIds], *, lms: str, by_hand: dict[str, str]
) -> Matches:
    """Match people with rows, one to one. `by_hand` gives the key of the row of some students."""
    pairs = paired(people, rows, _levels(lms, by_hand))
    given = set(pairs.found.values())
    return Matches(
        rows={rows[other].row: people[place] for place, other in pairs.found.items()},
        by=pairs.by,
        ambiguous=[
            f"{people[place].student}: {why.told('results', 'rows')}"
            for place, why in sorted(pairs.unclear.items())
        ],
        without_row=[
            person
            for place, person in enumerate(people)
            if place not in pairs.found and place not in pairs.unclear
        ],
        without_result=[row for place, row in enumerate(rows) if place not in given],
    )


def read_by_hand(path: Path) -> dict[str, str]:
    """Read a CSV file with the columns student and row, for what cannot be matched otherwise."""
    headings, records = read_records(path, option="--match")
    if headings != ["student", "row"]:
        raise UsageError(f"{path}, line 1: the first line must be student,row")
    return {record.cells["student"]: record.cells["row"] for record in records}


def _levels(lms: str, by_hand: dict[str, str]) -> list[Level[GradebookPerson, RowIds]]:
    by_name: list[Level[GradebookPerson, RowIds]] = name_levels(
        _name, lambda p: _sortable(p.student), lambda r: r.name
    )
    return [
        Level("line of --match", lambda p: [by_hand.get(p.student, "")], lambda r: [r.row_id]),
        Level("LMS id", lambda p: [p.lms_id] if p.lms == lms else [], lambda r: [r.lms_id]),
        Level("ID number", lambda p: [p.sid], lambda r: r.ids),
        Level("email", lambda p: [p.email.casefold()], lambda r: [i.casefold() for i in r.ids]),
        Level("login or key", lambda p: [p.student], lambda r: r.ids),
        *by_name,
    ]


def _name(person: GradebookPerson) -> str:
    return person.name or person.student


def _sortable(student: str) -> str:
    """The name in the key of a learner who came from Canvas's files."""
    match = re.fullmatch(r"(.+)_\d+", student)
    return match[1] if match else ""
