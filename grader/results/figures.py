"""The figures of a class, taken learner by learner: of each only a row of a table is kept."""

from __future__ import annotations

import math
from array import array
from collections import Counter
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

from grader.model import FunctionResult, SubmissionResult, Verdict
from grader.plan import Plan

# Of learners behind one misconception, and of lines of one kind, so many are listed.
MOST_NAMES = 500
MOST_LINES = 200
BINS = 20
# So many learners are listed one by one in a terminal.
SMALL_CLASS = 40
# The correlation of so few learners says nothing.
FEW = 10

_T = TypeVar("_T")


@dataclass(slots=True)
class CheckFigures:
    """How a check divides a class."""

    function: str
    name: str
    hidden: bool
    kind: str
    graded: int = 0
    passed: int = 0
    # Sums over the learners of the rest of their points, its square, and it times the passing.
    rest: float = 0.0
    rest_squared: float = 0.0
    rest_passed: float = 0.0

    def add(self, *, passed: bool, rest: float) -> None:
        """Count one learner, who has `rest` points in all other functions."""
        self.graded += 1
        self.passed += passed
        self.rest += rest
        self.rest_squared += rest * rest
        self.rest_passed += rest if passed else 0.0

    @property
    def rate(self) -> float | None:
        """The share of the learners who pass."""
        return self.passed / self.graded if self.graded else None

    @property
    def discrimination(self) -> float | None:
        """The point-biserial correlation of passing with the points in all other functions.

        None where it says nothing: few learners, all pass or none, all have the same points.
        """
        n = self.graded
        variance = n * self.rest_squared - self.rest**2
        spread = self.passed * (n - self.passed)
        if n < FEW or spread == 0 or variance <= 1e-9 * n * self.rest_squared:
            return None
        return (n * self.rest_passed - self.passed * self.rest) / math.sqrt(spread * variance)


@dataclass(slots=True)
class FunctionFigures:
    """How a function went."""

    exercise: str
    name: str
    points: float
    graded: int = 0
    full: int = 0
    sum: float = 0.0
    follow_through: float = 0.0
    verdicts: Counter[Verdict] = field(default_factory=Counter)

    def add(self, result: FunctionResult) -> None:
        """Count one learner's result."""
        if result.score is None:
            return
        self.graded += 1
        self.sum += result.score
        self.full += result.score >= result.max_score
        self.follow_through += result.follow_through
        if result.verdict is not Verdict.PASSED:
            self.verdicts[result.verdict] += 1

    @property
    def mean(self) -> float | None:
        """The mean of the points."""
        return self.sum / self.graded if self.graded else None

    @property
    def rate(self) -> float | None:
        """The share of the learners with full points."""
        return self.full / self.graded if self.graded else None


@dataclass(slots=True)
class MisconceptionFigures:
    """Who has a misconception; the first ones by name."""

    exercise: str
    function: str
    id: str
    message: str
    count: int = 0
    students: list[str] = field(default_factory=list)

    def add(self, student: str) -> None:
        """Count one learner."""
        self.count += 1
        if len(self.students) < MOST_NAMES:
            self.students.append(student)

    @property
    def more(self) -> int:
        """How many are not listed by name."""
        return self.count - len(self.students)


@dataclass(slots=True)
class Listed(Generic[_T]):
    """Pairs of a learner and something about them: the first ones, and how many there are."""

    count: int = 0
    first: list[tuple[str, _T]] = field(default_factory=list)

    def add(self, student: str, item: _T) -> None:
        """Add one pair."""
        self.count += 1
        if len(self.first) < MOST_LINES:
            self.first.append((student, item))

    @property
    def more(self) -> int:
        """How many are not listed."""
        return self.count - len(self.first)


class LearnerRow(NamedTuple):
    """What the gradebook and the report say of one learner; `scores` by exercise."""

    student: str
    name: str
    scores: tuple[float | None, ...]
    score: float | None
    follow_through: float
    misconceptions: int
    overrides: str


class ClassFigures:
    """The one tally of a class, for the terminal, the gradebook and the report alike.

    Add the results one by one, in the order in which they are to be listed; each is decoded once,
    so a large class need not fit into memory. Kept are sums, a row for each learner, and the first
    few of what is listed by name.
    """

    def __init__(self, plan: Plan) -> None:
        self.count = 0
        self.max_score = 0.0
        self.scores = array("d")
        self.learners: list[LearnerRow] = []
        # In full, of a class that is small enough to be listed learner by learner.
        self.first: list[SubmissionResult] = []
        self.functions = {
            f.name: FunctionFigures(e.slug, f.name, f.points)
            for e in plan.exercises
            for f in e.functions
        }
        self.checks = {
            (f.name, c.name): CheckFigures(f.name, c.name, c.hidden, c.kind)
            for e in plan.exercises
            for f in e.functions
            for c in f.checks
        }
        self._slugs = [exercise.slug for exercise in plan.exercises]
        self._misconceptions: dict[tuple[str, str], MisconceptionFigures] = {}
        self.failures: Listed[str] = Listed()
        self.unreadable: Listed[str] = Listed()
        self.overrides: Listed[FunctionResult] = Listed()

    def add(self, result: SubmissionResult) -> None:
        """Count one more learner."""
        self.count += 1
        self.max_score = result.max_score
        if self.count <= SMALL_CLASS:
            self.first.append(result)
        if result.score is None:
            self.failures.add(result.student, result.notes[-1] if result.notes else "")
        else:
            self.scores.append(result.score)
        self._add_unreadable(result)
        for function in result.functions:
            if function.function in self.functions:
                self.functions[function.function].add(function)
            self._add_checks(function, result)
            if function.misconception is not None:
                self._add_misconception(function, result.student)
            if function.override is not None:
                self.overrides.add(result.student, function)
        self.learners.append(self._row(result))

    def _row(self, result: SubmissionResult) -> LearnerRow:
        functions = result.functions
        return LearnerRow(
            student=result.student,
            name=result.name,
            scores=tuple(result.exercise_score(slug) for slug in self._slugs),
            score=result.score,
            follow_through=sum(f.follow_through for f in functions),
            misconceptions=sum(f.misconception is not None for f in functions),
            overrides=" ".join(f.function for f in functions if f.override is not None),
        )

    @property
    def follow_through(self) -> list[float]:
        """The points by follow-through of those who have some."""
        return [row.follow_through for row in self.learners if row.follow_through > 0]

    def _add_unreadable(self, result: SubmissionResult) -> None:
        """Whose functions could not be looked at, with the first reason."""
        for function in result.functions:
            if function.verdict is Verdict.NOT_LOADED:
                self.unreadable.add(result.student, function.message)
                return

    def _add_checks(self, function: FunctionResult, result: SubmissionResult) -> None:
        if function.score is None or result.score is None:
            return
        rest = result.score - function.score
        for check in function.checks:
            figures = self.checks.get((function.function, check.name))
            if figures is not None and check.verdict is not Verdict.NOT_RUN:
                figures.add(passed=check.verdict is Verdict.PASSED, rest=rest)

    def _add_misconception(self, function: FunctionResult, student: str) -> None:
        found = function.misconception
        assert found is not None
        key = function.function, found.id
        if key not in self._misconceptions:
            self._misconceptions[key] = MisconceptionFigures(
                function.exercise, function.function, found.id, found.message
            )
        self._misconceptions[key].add(student)

    @property
    def misconceptions(self) -> list[MisconceptionFigures]:
        """The misconceptions, that of most learners first."""
        return sorted(self._misconceptions.values(), key=lambda one: (-one.count, one.id))

    @property
    def histogram(self) -> list[tuple[float, float, int]]:
        """How many learners have points from here to there, in steps of a 20th of all."""
        width = (self.max_score or 1.0) / BINS
        counts = [0] * BINS
        for score in self.scores:
            counts[min(int(score / width), BINS - 1)] += 1
        return [(n * width, (n + 1) * width, count) for n, count in enumerate(counts)]
