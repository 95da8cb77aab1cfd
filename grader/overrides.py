"""Manual marks: read overrides.csv, and let its points stand in the reports."""

from __future__ import annotations

import csv
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from grader.errors import UsageError
from grader.handed import clean_name
from grader.plan import Plan
from grader.report import safe_cell
from grader.store import Store

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
    """The marks in a file. UsageError names the line that is malformed, and the remedy."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(_marks(csv.reader(file, strict=True), path))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}; correct --overrides") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8; save it as CSV UTF-8") from error


def apply_marks(marks: Sequence[Mark], store: Store, plan: Plan) -> list[str]:
    """Let those marks stand that can; a sentence about each one that is not applied."""
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
            store.override(student, mark.function, mark.points, mark.reason)
    return refused


def _marks(rows: Iterator[list[str]], path: Path) -> Iterator[Mark]:
    header: list[str] = []
    line = 1
    try:
        for line, row in _numbered(rows):
            if not header:
                header = [name.strip().lower() for name in row]
                if sorted(header) != sorted(COLUMNS):
                    break
            elif len(row) != len(header):
                raise UsageError(
                    f"{path}, line {line}: it has {len(row)} cells in place of {len(header)}; put"
                    " a cell that holds a comma in double quotes"
                )
            else:
                cells = dict(zip(header, (cell.strip() for cell in row), strict=True))
                yield _mark(cells, f"{path}, line {line}", line)
    except csv.Error as error:
        raise UsageError(f"{path}, line {line + 1}: {error}; save it as CSV again") from error
    if sorted(header) != sorted(COLUMNS):
        raise UsageError(
            f"{path}, line {line}: the first line must name the columns {','.join(COLUMNS)},"
            " with commas between them"
        )


def _numbered(rows: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty, each with its number, counted from 1."""
    for number, row in enumerate(rows, start=1):
        if any(cell.strip() for cell in row):
            yield number, row


def _mark(cells: dict[str, str], where: str, line: int) -> Mark:
    try:
        points = float(cells["points"])
    except ValueError:
        points = math.nan
    if not math.isfinite(points):
        raise UsageError(
            f"{where}: the points {cells['points']!r} are no number; write one like 7.5"
        )
    return Mark(
        line, clean_name(cells["student"]), cells["function"], round(points, 2), cells["reason"]
    )


def _student(mark: Mark, store: Store) -> str:
    """The student that is meant: a gradebook has an apostrophe before what looks like a formula."""
    name = mark.student.removeprefix("'")
    quoted = mark.student == safe_cell(name) != name
    return name if quoted and not store.is_present(mark.student) else mark.student


def _obstacle(mark: Mark, plan: Plan) -> str:
    """Why these points cannot be given for this function, or an empty text."""
    points = {f.name: f.points for exercise in plan.exercises for f in exercise.functions}
    if mark.function not in plan.names:
        return f"no function is called {mark.function!r}"
    if mark.function not in points:
        return f"the exercise of {mark.function} is not in this run"
    if not 0 <= mark.points <= points[mark.function]:
        most = points[mark.function]
        return f"{mark.points:g} points are not between 0 and the {most:g} of {mark.function}"
    return ""
