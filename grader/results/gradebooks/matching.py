"""Find each learner's row in a gradebook, by the most reliable data first, without guessing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from grader.errors import UsageError
from grader.intake.matching import Level, name_levels, paired
from grader.intake.table import read_records
from grader.results.gradebooks.people import GradebookPerson


class RowIds(NamedTuple):
    """What a row of a teacher's file says about the person it is for.

    `row` is its index in the table, `label` what the user is shown, `row_id` what a line of --match
    calls it, `ids` the ids and addresses in it.
    """

    row: int
    label: str
    row_id: str
    name: str = ""
    ids: tuple[str, ...] = ()
    lms_id: str = ""


@dataclass
class Matches:
    """The learners and the rows that were matched, and those that were not.

    `rows` maps the index of a row to its learner, and `by` counts the pairs of each level.
    `ambiguous` says who fits several rows; `without_row` fit none.
    """

    rows: dict[int, GradebookPerson] = field(default_factory=dict)
    by: Counter[str] = field(default_factory=Counter)
    ambiguous: list[str] = field(default_factory=list)
    without_row: list[GradebookPerson] = field(default_factory=list)
    without_result: list[RowIds] = field(default_factory=list)


def matched(
    people: Sequence[GradebookPerson],
    rows: Sequence[RowIds],
    *,
    lms: str,
    by_hand: Mapping[str, str],
) -> Matches:
    """Match people with rows, one to one; `by_hand` maps a learner's id to a `row_id`."""
    pairs = paired(people, rows, _levels(lms, by_hand))
    matched_rows = set(pairs.partners.values())
    return Matches(
        rows={rows[other].row: people[index] for index, other in pairs.partners.items()},
        by=pairs.by,
        ambiguous=[
            f"{people[index].student}: {why.sentence('results', 'rows')}"
            for index, why in sorted(pairs.unclear.items())
        ],
        without_row=[
            person
            for index, person in enumerate(people)
            if index not in pairs.partners and index not in pairs.unclear
        ],
        without_result=[row for index, row in enumerate(rows) if index not in matched_rows],
    )


def read_by_hand(path: Path) -> dict[str, str]:
    """Read the file of --match: the row of each learner who cannot be matched otherwise.

    Raise UsageError when its columns are not student and row.
    """
    headings, records = read_records(path, option="--match")
    if headings != ["student", "row"]:
        raise UsageError(f"{path}, line 1: the first line must be student,row")
    return {record.cells["student"]: record.cells["row"] for record in records}


def _levels(lms: str, by_hand: Mapping[str, str]) -> list[Level[GradebookPerson, RowIds]]:
    by_name: list[Level[GradebookPerson, RowIds]] = name_levels(
        _name, lambda p: _sortable(p.student), lambda r: r.name
    )
    return [
        Level("line of --match", lambda p: [by_hand.get(p.student, "")], lambda r: [r.row_id]),
        Level("LMS id", lambda p: [p.lms_id] if p.lms == lms else [], lambda r: [r.lms_id]),
        Level("ID number", lambda p: [p.sid], lambda r: r.ids),
        Level("email", lambda p: [p.email.casefold()], lambda r: [i.casefold() for i in r.ids]),
        Level("login or id", lambda p: [p.student], lambda r: r.ids),
        *by_name,
    ]


def _name(person: GradebookPerson) -> str:
    return person.name or person.student


def _sortable(student: str) -> str:
    """Return the name in the id of a learner whose files came from Canvas, else ""."""
    match = re.fullmatch(r"(.+)_\d+", student)
    return match[1] if match else ""
