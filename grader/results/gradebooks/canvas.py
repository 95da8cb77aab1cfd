"""Fill one assignment's column of a gradebook that Canvas has exported.

Canvas asks for Student in the first column, ID in the second, Section as the last one before the
assignments, whose headings are "Title (id)"; a row "Points Possible" says out of how many.
"""

from __future__ import annotations

import re

from grader.errors import UsageError
from grader.intake.table import Table
from grader.results.gradebooks.filling import Filled, number, scale_of
from grader.results.gradebooks.matching import RowIds, matched
from grader.results.gradebooks.people import GradebookPerson

STUDENT, SECTION, POSSIBLE = "Student", "Section", "Points Possible"
IDS = ("SIS User ID", "SIS Login ID", "Integration ID")
EXCUSED = "EX"
# A gradebook has such rows for nobody: the points, how grades are posted, and a test student.
NOBODY = (POSSIBLE, "", "Student, Test", "Test Student")
ASSIGNMENT = re.compile(r"(.*\S) *\((\d+)\)", re.DOTALL)


def fill(
    table: Table,
    people: list[GradebookPerson],
    *,
    column: str,
    exercise: str,
    scale: bool,
    by_hand: dict[str, str],
) -> Filled:
    """Put the points into a column. UsageError when the table is no such gradebook."""
    place = _column(table, column)
    most = _points_possible(table, place)
    where = f"the column {table.header[place]!r}"
    scaled = scale_of(people, exercise, most, where, scale=scale, comma=False)
    filled = Filled(table, matched(people, _keys(table), lms="canvas", by_hand=by_hand))
    for number_of_row, person in sorted(filled.matches.rows.items()):
        row = table.rows[number_of_row]
        label, score = row.value(0), person.score(exercise)
        if row.value(place).upper() == EXCUSED:
            filled.excused.append(label)
        elif score is None:
            filled.failed.append(label)
        else:
            filled.put(number_of_row, place, scaled.text(score), label)
    return filled


def _column(table: Table, wanted: str) -> int:
    """The place of the assignment's column: by its heading, its id, or its title."""
    header = table.header
    if len(header) < 3 or header[0] != STUDENT or header[1] != "ID" or SECTION not in header:
        raise UsageError(
            f"{table.path}, line 1: this is no gradebook of Canvas, which begins with Student, ID"
            " and has a column Section; export it under Grades > Export"
        )
    first = header.index(SECTION) + 1
    assignments = {
        n: m for n in range(first, len(header)) if (m := ASSIGNMENT.fullmatch(header[n]))
    }
    ways = (
        [n for n in assignments if header[n] == wanted],
        [n for n, match in assignments.items() if match[2] == wanted],
        [n for n, match in assignments.items() if match[1].casefold() == wanted.casefold()],
    )
    found = next((places for places in ways if places), [])
    listed = ", ".join(repr(header[n]) for n in assignments) or "none"
    if len(found) > 1:
        raise UsageError(
            f"{table.path}: {len(found)} columns are called {wanted!r}; name one by its id:"
            f" {listed}"
        )
    if not found:
        if wanted in header:
            raise UsageError(
                f"{table.path}: {wanted!r} is read-only; the assignments are: {listed}"
            )
        raise UsageError(f"{table.path}: no assignment is called {wanted!r}; there are: {listed}")
    return found[0]


def _points_possible(table: Table, place: int) -> float | None:
    for row in table.rows[1:4]:
        if row.value(0) == POSSIBLE:
            text = row.value(place)
            if "read only" in text.lower():
                raise UsageError(f"{table.path}: the column {table.header[place]!r} is read-only")
            return number(text)
    return None


def _keys(table: Table) -> list[RowIds]:
    header = table.header
    ids = [header.index(name) for name in IDS if name in header]
    return [
        RowIds(
            place,
            label=row.value(0),
            row_id=row.value(1) or row.value(0),
            name=row.value(0),
            ids=tuple(row.value(column) for column in ids),
            lms_id=row.value(1),
        )
        for place, row in enumerate(table.rows)
        if place and not row.is_blank and row.value(0) not in NOBODY
    ]
