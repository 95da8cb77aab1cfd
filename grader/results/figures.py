"""Count up a class learner by learner, keeping only one table row of each."""

from __future__ import annotations

import math
from array import array
from collections import Counter
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

from grader.model import FunctionResult, Override, SubmissionResult, Verdict
from grader.plan import Plan

# The most learners listed for one misconception, and the most lines listed of one kind.
MOST_NAMES = 500
MOST_LINES = 200
BINS = 20
# A class of at most this size is listed learner by learner in a terminal.
SMALL_CLASS = 40
# Of fewer learners a correlation says nothing.
FEW = 10

_T = TypeVar("_T")


@dataclass(slots=True)
class CheckFigures:
    """How many learners pass a check, and how that goes with their other points."""

    function: str
    name: str
    hidden: bool
    kind: str
    graded: int = 0
    passed: int = 0
    # Sums over the learners: the points in all other functions, their squares, and the points of
    # those who pass.
    rest: float = 0.0
    rest_squared: float = 0.0
    rest_passed: float = 0.0

    def add(self, *, passed: bool, rest: float) -> None:
        """Count one learner with `rest` points in all other functions."""
        self.graded += 1
        self.passed += passed
        self.rest += rest
        self.rest_squared += rest * rest
        self.rest_passed += rest if passed else 0.0

    @property
    def rate(self) -> float | None:
        """The share of learners who pass, from 0 to 1; None before any."""
        return self.passed / self.graded if self.graded else None

    @property
    def discrimination(self) -> float | None:
        """The point-biserial correlation of passing with the points in all other functions.

        None where it says nothing: there are few learners, all or none pass, or all have the same
        points.
        """
        n = self.graded
        variance = n * self.rest_squared - self.rest**2
        spread = self.passed * (n - self.passed)
        if n < FEW or spread == 0 or variance <= 1e-9 * n * self.rest_squared:
            return None
        return (n * self.rest_passed - self.passed * self.rest) / math.sqrt(spread * variance)


@dataclass(slots=True)
class FunctionFigures:
    """The points and verdicts that a class got for one function."""

    exercise: str
    name: str
    points: float
    graded: int = 0
    full: int = 0
    sum: float = 0.0
    verdicts: Counter[Verdict] = field(default_factory=Counter)

    def add(self, result: FunctionResult) -> None:
        """Count one learner's result, unless the grader failed on it."""
        if result.score is None:
            return
        self.graded += 1
        self.sum += result.score
        self.full += result.score >= result.max_score
        if result.verdict is not Verdict.PASSED:
            self.verdicts[result.verdict] += 1

    @property
    def mean(self) -> float | None:
        """The mean of the points; None before any."""
        return self.sum / self.graded if self.graded else None

    @property
    def rate(self) -> float | None:
        """The share of learners with full points, from 0 to 1; None before any."""
        return self.full / self.graded if self.graded else None


@dataclass(slots=True)
class MisconceptionFigures:
    """How many learners have a misconception, and the ids of the first ones."""

    function: str
    id: str
    message: str
    learners: ShortList[None] = field(default_factory=lambda: ShortList(most=MOST_NAMES))


@dataclass(slots=True)
class ShortList(Generic[_T]):
    """Pairs of a learner's id and something about them: the first ones, and how many there are."""

    count: int = 0
    first: list[tuple[str, _T]] = field(default_factory=list)
    most: int = MOST_LINES

    def add(self, student: str, item: _T) -> None:
        """Add one pair."""
        self.count += 1
        if len(self.first) < self.most:
            self.first.append((student, item))

    @property
    def more(self) -> int:
        """How many pairs are not listed."""
        return self.count - len(self.first)


class LearnerRow(NamedTuple):
    """One learner's row in the gradebook and the report; `scores` are in the order of exercises."""

    student: str
    name: str
    scores: tuple[float | None, ...]
    score: float | None
    misconceptions: int
    overrides: str
    late: bool


class ClassFigures:
    """The one tally of a class, shared by the terminal, the gradebook and the report.

    State: sums for each function and check, a LearnerRow for each learner, and short lists of what
    is shown by name (failures, unreadable files, manual marks, misconceptions). A result itself is
    stored only while the class is small enough to be listed learner by learner, so a large class
    need not fit into memory.
    Lifetime: one for each run, once grading is done.
    Order: `add` every result, in the order in which learners are to be listed; then read.
    """

    def __init__(self, plan: Plan) -> None:
        self.count = 0
        self.max_score = 0.0
        self.scores = array("d")
        self.learners: list[LearnerRow] = []
        # The results of a class that is small enough to be listed learner by learner.
        self.first: list[SubmissionResult] = []
        self.functions = {
            f.name: FunctionFigures(e.slug, f.name, f.points)
            for e in plan.exercises
            for f in e.functions
        }
        self.checks = {
            (f.name, c.name): CheckFigures(f.name, c.name, c.hidden, c.kind)
            for f in plan.functions.values()
            for c in f.checks
        }
        self._slugs = [exercise.slug for exercise in plan.exercises]
        self._misconceptions: dict[tuple[str, str], MisconceptionFigures] = {}
        self.failures: ShortList[str] = ShortList()
        self.unreadable: ShortList[str] = ShortList()
        self.overrides: ShortList[tuple[str, Override]] = ShortList()

    def add(self, result: SubmissionResult) -> None:
        """Count one learner's result."""
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
        for override in result.all_overrides:
            self.overrides.add(result.student, override)
        self.learners.append(self._row(result))

    def _row(self, result: SubmissionResult) -> LearnerRow:
        functions = result.functions
        return LearnerRow(
            student=result.student,
            name=result.name,
            scores=tuple(result.exercise_score(slug) for slug in self._slugs),
            score=result.score,
            misconceptions=sum(f.misconception is not None for f in functions),
            overrides=" ".join(target for target, _override in result.all_overrides),
            late=result.late,
        )

    def _add_unreadable(self, result: SubmissionResult) -> None:
        """List the learner, with the first reason, if a function's file could not be read."""
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
        misconception = function.misconception
        assert misconception is not None
        key = function.function, misconception.id
        if key not in self._misconceptions:
            self._misconceptions[key] = MisconceptionFigures(
                function.function, misconception.id, misconception.message
            )
        self._misconceptions[key].learners.add(student, None)

    @property
    def misconceptions(self) -> list[MisconceptionFigures]:
        """The misconceptions, the most frequent first."""
        return sorted(
            self._misconceptions.values(),
            key=lambda one: (-one.learners.count, one.function, one.id),
        )

    @property
    def histogram(self) -> list[tuple[float, float, int]]:
        """The lower and upper bound of 20 equal bins of points, and the learners in each."""
        width = (self.max_score or 1.0) / BINS
        counts = [0] * BINS
        for score in self.scores:
            counts[min(int(score / width), BINS - 1)] += 1
        return [(n * width, (n + 1) * width, count) for n, count in enumerate(counts)]
