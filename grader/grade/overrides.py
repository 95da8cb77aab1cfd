"""Read manual marks from overrides.csv, and let their points count in the reports."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from grader.errors import UsageError
from grader.intake.table import Record, read_records
from grader.plan import Plan
from grader.results.store import Store
from grader.text import safe_cell
from grader.worker.files import clean_name

FILE = "overrides.csv"
COLUMNS = ("student", "function", "points", "reason")


class Mark(NamedTuple):
    """One line of overrides.csv."""

    line: int
    student: str
    function: str
    points: float
    reason: str


def read_marks(path: Path) -> list[Mark]:
    """Read the marks in a file. UsageError names the line that is malformed, and the remedy."""
    headings, records = read_records(path, option="--overrides")
    if sorted(headings) != sorted(COLUMNS):
        raise UsageError(
            f"{path}, line 1: the first line must name the columns {','.join(COLUMNS)}"
        )
    return [_mark(record, path) for record in records]


def apply_marks(marks: Sequence[Mark], store: Store, plan: Plan) -> list[str]:
    """Apply the marks that can be applied; return a sentence about each of the others."""
    refused = []
    counts = Counter((_student(mark, store), mark.function) for mark in marks)
    for mark in marks:
        student = _student(mark, store)
        why = _obstacle(mark, plan)
        if not store.is_present(student):
            why = f"no submission of {student} is in this run"
        elif counts[student, mark.function] > 1:
            why = f"there is more than one line for {student}'s {mark.function}; keep one of them"
        if why:
            refused.append(f"line {mark.line} is not applied: {why}")
        else:
            store.set_override(student, mark.function, mark.points, mark.reason)
    return refused


def _mark(record: Record, path: Path) -> Mark:
    cells = record.cells
    try:
        points = float(cells["points"])
    except ValueError:
        points = math.nan
    if not math.isfinite(points):
        raise UsageError(
            f"{path}, line {record.line}: the points {cells['points']!r} are no number; write one"
            " like 7.5"
        )
    student = clean_name(cells["student"])
    return Mark(record.line, student, cells["function"], round(points, 2), cells["reason"])


def _student(mark: Mark, store: Store) -> str:
    """Return the student a mark is for; the gradebook quotes names that look like formulas."""
    name = mark.student.removeprefix("'")
    quoted = mark.student == safe_cell(name) != name
    return name if quoted and not store.is_present(mark.student) else mark.student


def _obstacle(mark: Mark, plan: Plan) -> str:
    """Say why these points cannot be given for this function, or return an empty text."""
    if mark.function not in plan.names:
        return f"no function is called {mark.function!r}"
    function = plan.functions.get(mark.function)
    if function is None:
        return f"the exercise of {mark.function} is not in this run"
    if not 0 <= mark.points <= function.points:
        most = f"the {function.points:g} of {mark.function}"
        return f"{mark.points:g} points are not between 0 and {most}"
    return ""
