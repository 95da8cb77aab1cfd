"""Read manual marks from overrides.csv, and let their points count in the reports."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from grader.errors import UsageError
from grader.intake.people import ClassSubmissions, Entry
from grader.intake.table import Record, read_records
from grader.model import TOTAL, Override
from grader.plan import Plan
from grader.results.store import Store
from grader.text import safe_cell
from grader.worker.files import clean_name

FILE = "overrides.csv"
COLUMNS = ("student", "function", "points", "reason")
# Whether a mark may give more than the maximum: "yes", else not.
ABOVE = "above_max"
# A number; with a sign, what is added to the points; with %, the share of them that is added.
_POINTS = re.compile(r"(?P<sign>[+-]?)(?P<number>\d+(\.\d*)?|\.\d+)\s*(?P<percent>%?)")


class Mark(NamedTuple):
    """One line of overrides.csv; `target` is a function, an exercise, or TOTAL."""

    line: int
    student: str
    target: str
    points: str
    above_max: bool
    reason: str

    def points_after(self, graded: float | None) -> float | None:
        """Return the points that count where these were graded; None if that cannot be said."""
        match = _POINTS.fullmatch(self.points)
        assert match is not None
        number = float(match["sign"] + match["number"])
        if not match["sign"]:
            return number
        if graded is None:
            return None
        return graded * (1 + number / 100) if match["percent"] else graded + number

    @property
    def is_change(self) -> bool:
        """Whether it adds to the points, instead of standing in place of them."""
        return self.points[0] in "+-"


def read_marks(path: Path) -> list[Mark]:
    """Read the marks in a file. UsageError names the line that is malformed, and the remedy."""
    headings, records = read_records(path, option="--overrides")
    if sorted({*headings} - {ABOVE}) != sorted(COLUMNS):
        raise UsageError(
            f"{path}, line 1: the first line must name the columns {','.join(COLUMNS)} and, if you"
            f" like, {ABOVE}"
        )
    return [_mark(record, path) for record in records]


def _mark(record: Record, path: Path) -> Mark:
    cells = record.cells
    # A spreadsheet keeps a sign only behind an apostrophe.
    points = cells["points"].removeprefix("'").replace("\N{MINUS SIGN}", "-").replace(" ", "")
    match = _POINTS.fullmatch(points)
    if match is None or (match["percent"] and not match["sign"]):
        raise UsageError(
            f"{path}, line {record.line}: the points {cells['points']!r} cannot be read; write"
            " points (7.5), what is to be added (+2, -1), or a share of the points to be added"
            " (-10%)"
        )
    above = cells.get(ABOVE, "").casefold()
    if above not in ("", "no", "yes"):
        raise UsageError(
            f"{path}, line {record.line}: {ABOVE} is {cells[ABOVE]!r}; write yes or no"
        )
    student = clean_name(cells["student"])
    return Mark(record.line, student, cells["function"], points, above == "yes", cells["reason"])


def with_marked(submissions: ClassSubmissions, marks: Sequence[Mark]) -> None:
    """Give an empty entry to each who handed in nothing and has a mark, so that it can count."""
    marked = {mark.student for mark in marks}
    graded = [(one, person) for one, person in submissions.absent if one in marked]
    note = "handed in nothing; what counts is a manual mark"
    submissions.absent = [pair for pair in submissions.absent if pair not in graded]
    entries = [Entry(student, (), person=person, notes=(note,)) for student, person in graded]
    submissions.entries = sorted([*submissions.entries, *entries], key=lambda one: one.student)


def apply_marks(marks: Sequence[Mark], store: Store, plan: Plan) -> list[str]:
    """Apply the marks that can be applied; return a sentence about each of the others.

    Those for functions come first, then those for exercises, then those for everything: each of
    them changes what those before it have left.
    """
    counts = Counter((_student(mark, store), mark.target) for mark in marks)
    refused: list[tuple[int, str]] = []
    for mark in sorted(marks, key=lambda mark: _level(mark.target, plan)):
        student = _student(mark, store)
        if not store.is_present(student):
            why = f"no submission of {student} is in this run, and no roster names them"
        elif counts[student, mark.target] > 1:
            why = f"there is more than one line for {student}'s {mark.target}; keep one of them"
        else:
            why = _applied(mark, student, store, plan)
        if why:
            refused.append((mark.line, f"line {mark.line} is not applied: {why}"))
    return [sentence for _line, sentence in sorted(refused)]


def _student(mark: Mark, store: Store) -> str:
    """Return the student a mark is for; the gradebook quotes names that look like formulas."""
    name = mark.student.removeprefix("'")
    quoted = mark.student == safe_cell(name) != name
    return name if quoted and not store.is_present(mark.student) else mark.student


def _level(target: str, plan: Plan) -> int:
    return 0 if target in plan.names else 1 if target in plan.slugs else 2


def _applied(mark: Mark, student: str, store: Store, plan: Plan) -> str:
    """Apply a mark; say why it cannot be, or return an empty text."""
    target = mark.target
    if target not in (*plan.names, *plan.slugs, TOTAL):
        return f"no function or exercise is called {target!r}; for everything, write {TOTAL}"
    most = dict(_maxima(plan)).get(target)
    if most is None:
        what = f"the exercise of {target}" if target in plan.names else target
        return f"{what} is not in this run"
    graded = store.marks.points_of(student, target)
    points = mark.points_after(graded)
    if points is None:
        return f"the grader failed on {target}, so there are no points to change; write points"
    if mark.is_change:
        points = max(0.0, points if mark.above_max else min(points, max(most, graded or 0.0)))
    elif points > most and not mark.above_max:
        return (
            f"{points:g} points are more than the {most:g} of {target}; if that is meant, add a"
            f" column {ABOVE} and write yes"
        )
    mark_text = mark.points if mark.is_change else ""
    override = Override(round(points, 2), mark.reason, graded, mark_text)
    store.marks.set(student, target, override)
    return ""


def _maxima(plan: Plan) -> Iterator[tuple[str, float]]:
    """Yield the most points of each function and exercise of this run, and of all together."""
    for exercise in plan.exercises:
        yield from ((function.name, function.points) for function in exercise.functions)
        yield exercise.slug, sum(function.points for function in exercise.functions)
    yield TOTAL, sum(function.points for function in plan.functions.values())
