"""Count up a class learner by learner, keeping only one table row of each."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from grader.intake.people import ClassSubmissions, Person
from grader.model import NOT_THERE, FunctionResult, Override, SubmissionResult, Verdict, total
from grader.plan import Plan
from grader.results.attention import Attention, Concern
from grader.results.causes import Cause, Causes
from grader.results.lists import ShortList
from grader.results.spread import BINS, Spread

# A class of at most this size is listed learner by learner in a terminal.
SMALL_CLASS = 40
# Of fewer learners a correlation says nothing.
FEW = 10
# Of an exercise or a section, the histogram is a small one.
FEW_BINS = 10


@dataclass(slots=True)
class CheckFigures:
    """How many pass a check, of those who wrote the function, and how that goes with their rest."""

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


class LearnerRow(NamedTuple):
    """One learner's row in the gradebook and the report; `scores` are in the order of exercises."""

    student: str
    name: str
    scores: tuple[float | None, ...]
    score: float | None
    misconceptions: int
    overrides: str
    late: bool
    email: str = ""
    section: str = ""


class ClassFigures:
    """The one tally of a class, shared by the terminal, the gradebook and the report.

    State: sums for each function and check, a LearnerRow for each learner, who needs a look
    (`concerns`), what is to be taught again (`causes`), and short lists of what is shown by name.
    A result itself is stored only while the class is small enough to be listed learner by learner,
    so a large class need not fit into memory.
    Lifetime: one for each run, once grading is done.
    Order: `add` every result, in the order in which learners are to be listed; then read.
    """

    def __init__(self, plan: Plan, submissions: ClassSubmissions | None = None) -> None:
        self.count = 0
        self.max_score = 0.0
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
        self._exercises = {e.slug: sum(f.points for f in e.functions) for e in plan.exercises}
        entries = submissions.entries if submissions is not None else []
        self._people = {entry.student: entry.person for entry in entries}
        self.absent = submissions.absent if submissions is not None else []
        self._attention = Attention(submissions)
        self.causes = Causes(plan)
        self.failures: ShortList[str] = ShortList()
        self.overrides: ShortList[tuple[str, Override]] = ShortList()

    def add(self, result: SubmissionResult) -> None:
        """Count one learner's result."""
        self.count += 1
        self.max_score = result.max_score
        if self.count <= SMALL_CLASS:
            self.first.append(result)
        if result.score is None:
            self.failures.add(result.student, result.notes[-1] if result.notes else "")
        self._attention.add(result)
        self.causes.add(result)
        earned = total([f.score for f in result.functions if f.function in self.functions])
        for function in result.functions:
            if function.function in self.functions:
                self.functions[function.function].add(function)
            self._add_checks(function, earned)
        for override in result.all_overrides:
            self.overrides.add(result.student, override)
        self.learners.append(self._row(result))

    def _row(self, result: SubmissionResult) -> LearnerRow:
        functions = result.functions
        person = self._people.get(result.student, Person())
        return LearnerRow(
            student=result.student,
            name=result.name,
            scores=tuple(result.exercise_score(slug) for slug in self._exercises),
            score=result.score,
            misconceptions=sum(f.misconception is not None for f in functions),
            overrides=" ".join(target for target, _override in result.all_overrides),
            late=result.late,
            email=person.email,
            section=person.section,
        )

    def _add_checks(self, function: FunctionResult, earned: float | None) -> None:
        """Count a function's checks, if somebody wrote it: who did not says nothing of a check.

        `earned` are the points of all functions together.
        """
        if function.score is None or earned is None or function.verdict in NOT_THERE:
            return
        rest = earned - function.score
        for check in function.checks:
            figures = self.checks.get((function.function, check.name))
            if figures is not None and check.verdict is not Verdict.NOT_RUN:
                figures.add(passed=check.verdict is Verdict.PASSED, rest=rest)

    @cached_property
    def concerns(self) -> list[Concern]:
        """Who needs a look, and why; the most pressing reason first. Read when all are added."""
        return self._attention.concerns

    @cached_property
    def to_teach(self) -> list[Cause]:
        """What to teach again, what cost most first. Read when all are added."""
        return self.causes.to_teach

    @property
    def names(self) -> dict[str, str]:
        """The names of learners, by id, as far as they are known."""
        absent = {student: person.name for student, person in self.absent if person.name}
        return absent | {row.student: row.name for row in self.learners if row.name}

    @property
    def lost(self) -> float:
        """The points that all learners together do not have."""
        return sum(self.max_score - row.score for row in self.learners if row.score is not None)

    @cached_property
    def spread(self) -> Spread | None:
        """How the points of all are spread; None before any."""
        return _spread(self.learners, self.max_score)

    @property
    def sections(self) -> dict[str, Spread | None]:
        """How the points of each section are spread; empty if the roster tells of none."""
        sections: dict[str, list[LearnerRow]] = {}
        for row in self.learners:
            if row.section:
                sections.setdefault(row.section, []).append(row)
        return {
            name: _spread(sections[name], self.max_score, bins=FEW_BINS)
            for name in sorted(sections)
        }

    @property
    def exercises(self) -> dict[str, Spread | None]:
        """How the points of each exercise are spread, by its slug."""
        return {
            slug: Spread.over(
                [row.scores[n] or 0.0 for row in self.learners if row.scores[n] is not None],
                most,
                bins=FEW_BINS,
            )
            for n, (slug, most) in enumerate(self._exercises.items())
        }

    @property
    def worst_checks(self) -> list[CheckFigures]:
        """All checks, those that tell learners apart worst first, and the hardest of equal ones."""
        return sorted(self.checks.values(), key=_worth)


def _worth(check: CheckFigures) -> tuple[float, float]:
    unknown = check.discrimination is None
    return (
        1.0 if unknown else check.discrimination or 0.0,
        1.0 if check.rate is None else check.rate,
    )


def _spread(rows: Iterable[LearnerRow], of: float, *, bins: int = BINS) -> Spread | None:
    return Spread.over([row.score for row in rows if row.score is not None], of, bins=bins)
