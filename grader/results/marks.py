"""Manual marks while one run writes its reports: for a function, an exercise, or everything."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from grader.model import TOTAL, Move, Override, total

# `target`: a function, an exercise, or TOTAL. `graded`: the points without this mark.
TABLE = """
CREATE TEMP TABLE override (
    student TEXT, target TEXT, points REAL NOT NULL, reason TEXT NOT NULL, graded REAL,
    mark TEXT NOT NULL, PRIMARY KEY (student, target)
) WITHOUT ROWID;
"""
_FUNCTIONS = (
    "SELECT exercise, coalesce(points, score) FROM planned JOIN function USING (function)"
    " LEFT JOIN override ON override.student = function.student AND target = function.function"
    " WHERE function.student = ? ORDER BY place"
)
_PUBLISHED = (
    "SELECT exercise, published.score FROM planned JOIN function USING (function)"
    " JOIN published USING (student, function) WHERE student = ? ORDER BY place"
)
# What the last completed run published of marks that are not for one function.
_WIDE_BEFORE = (
    "FROM published WHERE student IN (SELECT student FROM present) AND NOT EXISTS (SELECT 1 FROM"
    " function WHERE function.student = published.student AND function.function ="
    " published.function)"
)
_WIDE_NOW = "FROM override WHERE target NOT IN (SELECT function FROM planned)"


class Marks:
    """The manual marks of one run, in a temporary table of the store's file.

    The stored results do not change. Set the marks for functions first, then those for exercises,
    then those for everything: what `points_of` tells includes the marks that are set already.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def set(self, student: str, target: str, override: Override) -> None:
        """Set a mark. Those for whole exercises and for everything stand beside the functions'."""
        self._connection.execute(
            "INSERT INTO override VALUES (?, ?, ?, ?, ?, ?)",
            (student, target, override.points, override.reason, override.graded, override.mark),
        ).close()

    def points_of(self, student: str, target: str) -> float | None:
        """Return the points of a function, an exercise or everything; None if the grader failed."""
        row = self._row(
            "SELECT coalesce(points, score) FROM function LEFT JOIN override ON override.student ="
            " function.student AND target = function.function WHERE function.student = ? AND"
            " function.function = ?",
            student,
            target,
        )
        return self._wide_points(_FUNCTIONS, student, target) if row is None else row[0]

    def wide(self, student: str = "") -> dict[str, dict[str, Override]]:
        """Return the marks for exercises and for everything, by student and target."""
        found: dict[str, dict[str, Override]] = defaultdict(dict)
        query = f"SELECT student, target, points, reason, graded, mark {_WIDE_NOW}"
        values = (student,) * bool(student)
        rows = self._connection.execute(query + " AND student = ?" * bool(student), values)
        for name, target, *about in rows:
            found[name][target] = Override(*about)
        return found

    def wide_moves(self) -> Iterator[Move]:
        """Yield each change by a mark for an exercise or everything since the last completed run.

        So that a mark that was taken back is told, too, it is looked for among what was published.
        """
        rows = self._connection.execute(f"SELECT student, function, score {_WIDE_BEFORE}")
        published = {(student, target): score for student, target, score in rows}
        marks = {(who, target) for who, targets in self.wide().items() for target in targets}
        for student, target in sorted({*published, *marks}):
            before = published.get((student, target))
            if before is None:
                if self._row(_PUBLISHED, student) is None:
                    continue
                before = self._wide_points(_PUBLISHED, student, target)
            after = self._wide_points(_FUNCTIONS, student, target)
            if before != after:
                yield Move(student, target, "", before, after, (student, target) in marks)

    def publish(self) -> None:
        """Record the marks for exercises and for everything as those of the last completed run."""
        self._connection.execute(f"DELETE {_WIDE_BEFORE}").close()
        self._connection.execute(
            f"INSERT INTO published SELECT student, target, points {_WIDE_NOW}"
        ).close()

    def _wide_points(self, query: str, student: str, target: str) -> float | None:
        """Return the points of an exercise or of everything, by what a query tells of functions."""
        scores: dict[str, list[float | None]] = defaultdict(list)
        for exercise, score in self._connection.execute(query, (student,)):
            scores[exercise].append(score)
        exercises = {slug: total(of_functions) for slug, of_functions in scores.items()}
        if query == _FUNCTIONS:
            of_student = self.wide(student).get(student, {})
            exercises |= {slug: one.points for slug, one in of_student.items()}
        points = exercises.pop(TOTAL, None)
        if target != TOTAL:
            return exercises.get(target)
        return total([*exercises.values()]) if points is None else points

    def _row(self, query: str, *values: object) -> tuple[Any, ...] | None:
        return next(iter(self._connection.execute(query, values)), None)
