"""Fill one assignment's column of a gradebook exported from Canvas.

Canvas requires the columns Student first, ID second, and Section last before the assignments, whose
headings are "Title (id)". A row "Points Possible" has the maximum of each assignment.
"""

from __future__ import annotations

import re

from grader.errors import UsageError
from grader.intake.table import Table
from grader.results.gradebooks.filling import FilledTable, FillOptions, number, scale_of
from grader.results.gradebooks.matching import RowIds, matched
from grader.results.gradebooks.people import GradebookPerson

STUDENT, SECTION, POSSIBLE = "Student", "Section", "Points Possible"
IDS = ("SIS User ID", "SIS Login ID", "Integration ID")
EXCUSED = "EX"
# Rows that are no learner's: the points possible, how grades are posted, and a test student.
NOBODY = (POSSIBLE, "", "Student, Test", "Test Student")
ASSIGNMENT = re.compile(r"(.*\S) *\((\d+)\)", re.DOTALL)


def fill(
    table: Table, people: list[GradebookPerson], options: FillOptions, *, column: str
) -> FilledTable:
    """Put the points into the assignment `column` names: by its heading, its id, or its title.

    Raise UsageError when the table is no Canvas gradebook, or has no such column to fill.
    """
    index = _column(table, column)
    most = _points_possible(table, index)
    scale = scale_of(people, options, most, f"the column {table.header[index]!r}")
    matches = matched(people, _row_ids(table), lms="canvas", by_hand=options.by_hand)
    filled = FilledTable(table, matches)
    for row_index, match in sorted(matches.rows.items()):
        row = table.rows[row_index]
        label, score = match.row.label, match.person.score(options.exercise)
        if row.value(index).upper() == EXCUSED:
            filled.excused.append(label)
        elif score is None:
            filled.failed.append(label)
        else:
            filled.put(row_index, index, scale.text(score), label)
    return filled


def _column(table: Table, wanted: str) -> int:
    """Return the index of the assignment's column: by its heading, its id, or its title."""
    header = table.header
    if len(header) < 3 or header[0] != STUDENT or header[1] != "ID" or SECTION not in header:
        raise UsageError(
            f"{table.path}, line 1: this is not a Canvas gradebook, whose columns are Student, ID"
            " and, further on, Section; export it under Grades > Export"
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
    indices = next((indices for indices in ways if indices), [])
    listed = ", ".join(repr(header[n]) for n in assignments) or "none"
    if len(indices) > 1:
        raise UsageError(
            f"{table.path}: {len(indices)} columns are called {wanted!r}; name one by its id:"
            f" {listed}"
        )
    if not indices:
        if wanted in header:
            raise UsageError(
                f"{table.path}: {wanted!r} is read-only; the assignments are: {listed}"
            )
        raise UsageError(
            f"{table.path}: no assignment is called {wanted!r}; the assignments are: {listed}"
        )
    return indices[0]


def _points_possible(table: Table, column: int) -> float | None:
    for row in table.rows[1:4]:
        if row.value(0) == POSSIBLE:
            text = row.value(column)
            if "read only" in text.lower():
                raise UsageError(f"{table.path}: the column {table.header[column]!r} is read-only")
            return number(text)
    return None


def _row_ids(table: Table) -> list[RowIds]:
    header = table.header
    ids = [header.index(name) for name in IDS if name in header]
    return [
        RowIds(
            index,
            label=row.value(0),
            row_id=row.value(1) or row.value(0),
            name=row.value(0),
            ids=tuple(row.value(column) for column in ids),
            lms_id=row.value(1),
        )
        for index, row in enumerate(table.rows)
        if index and not row.is_blank and row.value(0) not in NOBODY
    ]
