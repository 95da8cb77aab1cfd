"""Grade a course's checks: what each is good for, how far right and wrong answers are apart."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

import msgspec

from grader.course.folder import Course, Exercise, module_of
from grader.course.mistakes import silent
from grader.course.planning import plan_of
from grader.course.proof import GradeVariants, Step, graded_variants
from grader.course.variants import Variant, variants_in
from grader.diagnose.answers import same_leaves
from grader.engine.fresh import lane_for
from grader.engine.launch import Wall
from grader.grade.grader import Grader
from grader.judge.compare import distance, leaves_of
from grader.judge.expected import Expected, expected_of, only_parts
from grader.model import FunctionResult, Kind, Verdict
from grader.plan import PlannedCheck, PlannedFunction, PlannedMistake
from grader.worker.calling import answer_of

# Fewer ways to be right than these say little of whether a check is too strict.
FEW_ALTERNATIVES = 2
# In orders of magnitude (powers of ten): so far from the tolerance are the worst right answer, and
# the clearest answer of each wrong function.
MARGIN_RIGHT = 0.5
MARGIN_WRONG = 0.3
MEASURED = (Kind.VALUE, Kind.PRECISION)


class CheckAudit(msgspec.Struct, frozen=True):
    """What one check is good for.

    `sole` are the mistakes that lose nothing but this check. The margins are orders of magnitude
    between the tolerance and the worst right answer, and the nearest wrong one that loses the
    check; None where no number is compared, or (for right ones) where all are exact.
    """

    exercise: str
    function: str
    check: str
    kind: Kind
    hidden: bool
    killed: int
    sole: tuple[str, ...]
    right_margin: float | None = None
    right_by: str = ""
    wrong_margin: float | None = None
    wrong_by: str = ""


class FunctionAudit(msgspec.Struct, frozen=True):
    """What stands behind one function's checks.

    `nearest` is the mistake whose clearest answer is nearest to the tolerance, `margin` how far
    that is, in orders of magnitude; None where each mistake loses by more than numbers. `unnamed`
    mistakes are not named; `alike` are pairs with one of these, that answer alike in every call and
    do not share a docstring; `confused` are taken for another one (the second).
    """

    exercise: str
    function: str
    alternatives: int
    mistakes: int
    nearest: str = ""
    margin: float | None = None
    alike: tuple[tuple[str, str], ...] = ()
    confused: tuple[tuple[str, str], ...] = ()
    unnamed: tuple[str, ...] = ()


class Audit(msgspec.Struct, frozen=True):
    """The report card of a course; `broken` says which rules it breaks, and what to do."""

    title: str
    checks: tuple[CheckAudit, ...]
    functions: tuple[FunctionAudit, ...]
    broken: tuple[str, ...]


def audited(
    course: Course,
    *,
    seed: int = 0,
    step: Step = lambda _: None,
    graded: GradeVariants = graded_variants,
) -> Audit:
    """The report card of a course; `step` is told what is being looked at.

    Every mistake is graded as if a learner had handed it in (by `graded`), the alternatives are
    called here.
    """
    plan = plan_of(course, seed=seed, mistakes=True)
    checks: list[CheckAudit] = []
    functions: list[FunctionAudit] = []
    broken: list[str] = []
    with lane_for(Wall()) as lane:
        grader = Grader(plan, lane)
        for exercise, planned in zip(course.exercises, plan.exercises, strict=True):
            step(exercise.slug)
            mistakes = graded(exercise, exercise.mistakes_path.name, grader)
            alternatives = variants_in(exercise, "alternatives.py")
            answers = _Answers(exercise, alternatives)
            for function in planned.functions:
                own = {v: r for v, r in mistakes.items() if v.function == function.name}
                right = [v for v in alternatives if v.function == function.name]
                lost = {variant.id: _lost(result) for variant, result in own.items()}
                measured = _Measured(function, answers.of(function, right), lost)
                rows = [_check_audit(exercise, measured, check) for check in function.checks]
                row = _function_audit(exercise, measured, own, len(right))
                checks += rows
                functions.append(row)
                broken += _broken(exercise, rows, row, own)
    return Audit(plan.title, tuple(checks), tuple(functions), tuple(broken))


class _Answers:
    """What the alternatives of an exercise answer, called here: they are the author's own code."""

    def __init__(self, exercise: Exercise, variants: list[Variant]) -> None:
        path = exercise.folder / "alternatives.py"
        self._module = module_of(path, f"{exercise.slug}_alternatives") if variants else None

    def of(self, function: PlannedFunction, variants: list[Variant]) -> dict[str, list[Any]]:
        """The answer of each to each call but those that are made for their memory only."""
        memory = set(function.memory_calls)
        with silent():
            return {
                variant.id: [
                    None
                    if place in memory
                    else answer_of(getattr(self._module, variant.name), call.args, call.kwargs)[0]
                    for place, call in enumerate(function.calls)
                ]
                for variant in variants
            }


class _Measured:
    """How far from the tolerance the answers to one function's calls are, in tolerances.

    `lost` are the names of the checks that each mistake loses.
    """

    def __init__(
        self,
        function: PlannedFunction,
        right: dict[str, list[Any]],
        lost: Mapping[str, set[str]],
    ) -> None:
        self.function = function
        self.lost = lost
        self._expected = [expected_of(call) for call in function.calls]
        self._right = right

    def right(self, check: PlannedCheck) -> tuple[float, str]:
        """The worst right answer to a check's calls, and whose it is."""
        found = (
            (self._distance(check, place, answers[place]), name)
            for name, answers in self._right.items()
            for place in check.calls
        )
        return max(found, default=(0.0, ""))

    def wrong(self, check: PlannedCheck, mistake: PlannedMistake) -> float:
        """How far a mistake is off in the call of a check in which it is off by most."""
        found = [0.0]
        for place in check.calls:
            answer = mistake.answers[place]
            if answer is not None:
                distant = math.inf if answer.error else self._distance(check, place, answer.value)
                found.append(distant)
        return max(found)

    def alike(self, unnamed: Collection[str]) -> Iterator[tuple[str, str]]:
        """Of mistakes that are not named, those that answer alike, with the messages of two."""
        for one, other in combinations(self.function.mistakes, 2):
            asked = {one.id, other.id} & set(unnamed) and one.message != other.message
            if asked and self._is_alike(one, other):
                yield one.id, other.id

    def _is_alike(self, one: PlannedMistake, other: PlannedMistake) -> bool:
        for a, b, expected in zip(one.answers, other.answers, self._expected, strict=True):
            if a is None or b is None:
                if a is not b:  # pragma: no cover  # one is right here; no course so far
                    return False
            elif (a.error, a.mutated) != (b.error, b.mutated) or not (
                a.error or same_leaves(leaves_of(a.value, expected), leaves_of(b.value, expected))
            ):
                return False
        # Where no call shows it, they differ in their memory at most, of which nothing is known.
        return any(answer is not None for answer in one.answers)

    def _distance(self, check: PlannedCheck, place: int, answer: Any) -> float:
        expected: Expected = only_parts(self._expected[place], check.parts)
        return distance(answer, expected, tight=check.kind is Kind.PRECISION)


def _check_audit(exercise: Exercise, measured: _Measured, check: PlannedCheck) -> CheckAudit:
    lost = measured.lost
    row = CheckAudit(
        exercise=exercise.slug,
        function=measured.function.name,
        check=check.name,
        kind=check.kind,
        hidden=check.hidden,
        killed=sum(check.name in names for names in lost.values()),
        sole=tuple(sorted(name for name, names in lost.items() if names == {check.name})),
    )
    if check.kind not in MEASURED:
        return row
    worst, worst_by = measured.right(check)
    off = [(measured.wrong(check, m), m.id) for m in measured.function.mistakes]
    nearest, nearest_by = min((one for one in off if 1 < one[0] < math.inf), default=(math.inf, ""))
    return msgspec.structs.replace(
        row,
        right_margin=-math.log10(worst) if worst else None,
        right_by=worst_by if worst else "",
        wrong_margin=math.log10(nearest) if nearest_by else None,
        wrong_by=nearest_by,
    )


def _function_audit(
    exercise: Exercise,
    measured: _Measured,
    mistakes: Mapping[Variant, FunctionResult],
    alternatives: int,
) -> FunctionAudit:
    nearest = min(_clearest(measured), default=(math.inf, ""))
    docs = {variant.id: variant.doc for variant in mistakes}
    named = {
        variant.id: result.misconception.id if result.misconception else ""
        for variant, result in mistakes.items()
    }
    confused = (
        (mistake, name)
        for mistake, name in named.items()
        if name in docs and docs[name] != docs[mistake]
    )
    unnamed = tuple(sorted(mistake for mistake, name in named.items() if not name))
    return FunctionAudit(
        exercise=exercise.slug,
        function=measured.function.name,
        alternatives=alternatives,
        mistakes=len(mistakes),
        nearest=nearest[1] if nearest[0] < math.inf else "",
        margin=math.log10(nearest[0]) if nearest[0] < math.inf else None,
        alike=tuple(measured.alike(unnamed)),
        confused=tuple(sorted(confused)),
        unnamed=unnamed,
    )


def _clearest(measured: _Measured) -> Iterator[tuple[float, str]]:
    """How far each mistake is off where it is clearest, if it loses by its numbers alone."""
    kinds = {check.name: check.kind for check in measured.function.checks}
    for mistake in measured.function.mistakes:
        names = measured.lost.get(mistake.id, set())
        if names and all(kinds[name] in MEASURED for name in names):
            checks = [check for check in measured.function.checks if check.name in names]
            yield max(measured.wrong(check, mistake) for check in checks), mistake.id


def _lost(result: FunctionResult) -> set[str]:
    return {check.name for check in result.checks if check.verdict is not Verdict.PASSED}


def _broken(
    exercise: Exercise,
    checks: list[CheckAudit],
    function: FunctionAudit,
    mistakes: Mapping[Variant, FunctionResult],
) -> Iterator[str]:
    """The rules that a function breaks, each with its file and what to do."""
    mistakes_path, name = exercise.mistakes_path, function.function
    for variant, result in mistakes.items():
        if not _lost(result):
            yield (
                f"{mistakes_path}: {variant.name} loses no check; add an input to checks.py that"
                " shows the mistake"
            )
    if function.alternatives < FEW_ALTERNATIVES:
        yield (
            f"{exercise.folder / 'alternatives.py'}: {name} has {function.alternatives} of at least"
            f" {FEW_ALTERNATIVES} alternatives; write it in other ways that are right"
        )
    for pairs, told in ((function.alike, "answers as"), (function.confused, "is taken for")):
        for mistake, other in pairs:
            yield (
                f"{mistakes_path}: {name}__{mistake} {told} {other}; add an input to checks.py that"
                " tells them apart, or give them one docstring"
            )
    if function.margin is not None and function.margin < MARGIN_WRONG:
        yield (
            f"{mistakes_path}: {name}__{function.nearest} is wrong by {function.margin:.1f} orders"
            f" of magnitude where it is clearest, at least {MARGIN_WRONG}; add an input on which it"
            " shows more"
        )
    for check in checks:
        yield from _broken_by(check, exercise.checks_path)


def _broken_by(check: CheckAudit, path: Path) -> Iterator[str]:
    where = f"{path}: check {check.check} of {check.function}"
    if not check.killed:
        yield f"{where} is lost by no mistake; drop it, or write the mistake that it is for"
    if check.right_margin is not None and check.right_margin < MARGIN_RIGHT:
        yield (
            f"{where}: the alternative {check.right_by} is only {check.right_margin:.1f} orders of"
            f" magnitude within the tolerance, at least {MARGIN_RIGHT}; the terms are too small, or"
            " the alternative is not right"
        )
