"""Fill one assignment's column of a gradebook exported from Canvas.

Canvas requires the columns Student (or LastName and FirstName) first, then ID, and Section last
before the assignments, whose headings are "Title (id)". A row "Points Possible" has the maximum of
each assignment. What a file does not have, Canvas leaves as it is; what it has is set back to what
it was when the file was exported.
"""

from __future__ import annotations

import re

from grader.errors import UsageError
from grader.intake.table import Table, TableRow, number
from grader.results.gradebooks.filling import FilledTable, FillOptions, scale_of
from grader.results.gradebooks.matching import RowIds, matched
from grader.results.gradebooks.people import GradebookPerson

ID, SECTION, POSSIBLE = "ID", "Section", "Points Possible"
NAMES = (["Student"], ["LastName", "FirstName"])
IDS = ("SIS User ID", "SIS Login ID", "Integration ID")
# Canvas's marks for learners who are excused, and for whom an assignment is not meant.
EXCUSED = ("EX", "N/A")
# Rows that are no learner's: the points possible, how grades are posted, and the test student.
NOBODY = (POSSIBLE, "", "Student, Test", "Test Student")
ASSIGNMENT = re.compile(r"(.*\S) *\((\d+)\)", re.DOTALL)


def fill(
    table: Table,
    people: list[GradebookPerson],
    options: FillOptions,
    *,
    column: str,
    only: bool = False,
) -> FilledTable:
    """Put the points into the assignment `column` names: by its heading, its id, or its title.

    With `only`, leave out all other assignments, and the learners who get no points. Raise
    UsageError when the table is no Canvas gradebook, or has no such column to fill.
    """
    index = _column(table, column)
    most = _points_possible(table, index)
    scale = scale_of(people, options, most, f"the column {table.header[index]!r}")
    matches = matched(people, _row_ids(table), lms="canvas", by_hand=options.by_hand)
    filled = FilledTable(table, matches)
    for row_index, match in sorted(matches.rows.items()):
        row = table.rows[row_index]
        label, score = match.row.label, match.person.score(options.exercise)
        if row.value(index).upper() in EXCUSED:
            filled.excused.append(label)
        elif score is None:
            filled.failed.append(label)
        else:
            filled.written.append(match)
            filled.put(row_index, index, scale.text(score), label)
    if only:
        # With the headings, the points possible, and how grades are posted.
        rows = {
            n for n, row in enumerate(table.rows[:4]) if not n or _name(table, row) in NOBODY[:2]
        }
        rows |= {match.row.row for match in filled.written}
        filled.table = table.part(rows, {*range(table.header.index(SECTION) + 1), index})
    return filled


def _column(table: Table, wanted: str) -> int:
    """Return the index of the assignment's column: by its heading, its id, or its title."""
    header = table.header
    if not any(header[: len(names) + 1] == [*names, ID] for names in NAMES) or (
        SECTION not in header
    ):
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
        if _name(table, row) == POSSIBLE:
            text = row.value(column)
            if "read only" in text.lower():
                raise UsageError(f"{table.path}: the column {table.header[column]!r} is read-only")
            return number(text)
    return None


def _row_ids(table: Table) -> list[RowIds]:
    header = table.header
    ids = [header.index(name) for name in IDS if name in header]
    lms_id = header.index(ID)
    return [
        RowIds(
            index,
            label=name,
            row_id=row.value(lms_id) or name,
            name=name,
            ids=tuple(row.value(column) for column in ids),
            lms_id=row.value(lms_id),
        )
        for index, row in enumerate(table.rows)
        if index and not row.is_blank and (name := _name(table, row)) not in NOBODY
    ]


def _name(table: Table, row: TableRow) -> str:
    """Return the name in a row, as "Last, First" where it is in two columns."""
    names = [row.value(column) for column in range(table.header.index(ID))]
    return ", ".join(name for name in names if name)
