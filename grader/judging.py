"""Judge what a function's calls have given: verdicts, points, and what explains them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from grader import feedback, wire
from grader.compare import Difference, shape_difference, type_difference, value_difference
from grader.diagnosis import Diagnoser
from grader.errors import SandboxError
from grader.expected import Expected, expected_of, only_parts
from grader.model import (
    LADDER,
    CheckResult,
    FunctionResult,
    Kind,
    Outcome,
    Returned,
    Verdict,
)
from grader.picture import grid_of
from grader.plan import Plan, PlannedCheck, PlannedExercise, PlannedFunction
from grader.scoring import score

_log = logging.getLogger(__name__)


class Judge:
    """Judges by one plan; keeps what can be prepared once."""

    def __init__(self, plan: Plan) -> None:
        functions = [f for exercise in plan.exercises for f in exercise.functions]
        self.expected = {f.name: [expected_of(call) for call in f.calls] for f in functions}
        self._diagnosers = {f.name: Diagnoser(f, self.expected[f.name]) for f in functions}

    def judged(
        self, exercise: PlannedExercise, function: PlannedFunction, outcomes: Sequence[Outcome]
    ) -> FunctionResult:
        """What these outcomes of a function's calls are worth."""
        checks = [self._check(function, check, outcomes) for check in function.checks]
        verdict, message = _summary(checks)
        points = score(function.points, checks)
        result = result_of(exercise, function, checks, points, verdict, message)
        if verdict is Verdict.PASSED:
            return result
        expected = self.expected[function.name]
        return msgspec.structs.replace(
            result,
            misconception=extra(lambda: self._diagnosers[function.name].diagnosis(outcomes)),
            grid=extra(lambda: grid_of(function, outcomes, expected)),
        )

    def _check(
        self, function: PlannedFunction, check: PlannedCheck, outcomes: Sequence[Outcome]
    ) -> CheckResult:
        for place in check.calls:
            verdict, message = _judge(
                function, check, place, outcomes[place], self.expected[function.name][place]
            )
            if verdict is not Verdict.PASSED:
                return check_result(check, verdict, message)
        return check_result(check, Verdict.PASSED, "")


T = TypeVar("T")


def extra(compute: Callable[[], T]) -> T | None:
    """What `compute` gives; None if it fails: no failure to explain points may cost any."""
    try:
        return compute()
    except SandboxError:
        raise
    except Exception:  # noqa: BLE001  # ours, not the learner's
        _log.exception("an explanation failed; the points are not touched by that")
        return None


def _judge(
    function: PlannedFunction,
    check: PlannedCheck,
    place: int,
    outcome: Outcome,
    expected: Expected,
) -> tuple[Verdict, str]:
    """What one call says about one check."""
    hidden = check.hidden
    call = function.calls[place]
    verdict = feedback.outcome_verdict(outcome, function.name)
    if verdict is not None:
        message = feedback.outcome_message(outcome, function.name, hidden=hidden)
        return verdict, _with_call(message, function, place, hidden=hidden)
    assert isinstance(outcome, Returned)
    expected = only_parts(expected, check.parts)
    if check.kind is Kind.MUTATION:
        if not outcome.mutated:
            return Verdict.PASSED, ""
        message = "it changes its argument; work on a copy, or on a new array"
        return Verdict.MUTATED_ARGUMENT, message
    difference, imprecise = _difference(check.kind, outcome.value, expected)
    if difference is None:
        return Verdict.PASSED, ""
    message = feedback.difference_message(difference, call, hidden=hidden, imprecise=imprecise)
    return (
        feedback.difference_verdict(difference, imprecise=imprecise),
        _with_call(message, function, place, hidden=hidden),
    )


def _difference(
    kind: Kind, value: wire.Value, expected: Expected
) -> tuple[Difference | None, bool]:
    """How an answer differs in what a kind of check looks at; whether that is precision only."""
    match kind:
        case Kind.TYPE:
            return type_difference(value, expected), False
        case Kind.SHAPE:
            return shape_difference(value, expected), False
    difference = value_difference(value, expected)
    if difference is None and kind is Kind.PRECISION:
        return value_difference(value, expected, tight=True), True
    return difference, False


def _with_call(message: str, function: PlannedFunction, place: int, *, hidden: bool) -> str:
    """`message` with the call it is about, which a hidden check keeps to itself."""
    return (
        message if hidden else f"{feedback.call_text(function, function.calls[place])}: {message}"
    )


def _summary(checks: Sequence[CheckResult]) -> tuple[Verdict, str]:
    """The verdict on a function, and the message of the check that gives it: a public one first."""
    for verdict in LADDER:
        found = [check for check in checks if check.verdict is verdict]
        if found:
            first = min(found, key=lambda check: check.hidden)
            if verdict is Verdict.NOT_ATTEMPTED:
                if len(found) == len(checks):
                    return verdict, first.message
                # It answers some inputs: a part is still to be written.
                return Verdict.RAISED, f"{first.name}: {first.message}"
            return verdict, f"{first.name}: {first.message}"
    return Verdict.PASSED, ""


def check_result(check: PlannedCheck, verdict: Verdict, message: str) -> CheckResult:
    """The result of a check."""
    return CheckResult(
        name=check.name,
        kind=check.kind,
        hidden=check.hidden,
        weight=check.weight,
        verdict=verdict,
        message=message,
    )


def result_of(
    exercise: PlannedExercise,
    function: PlannedFunction,
    checks: Sequence[CheckResult],
    points: float | None,
    verdict: Verdict,
    message: str,
) -> FunctionResult:
    """The result of a function, before any mistake is named."""
    return FunctionResult(
        exercise=exercise.slug,
        function=function.name,
        score=points,
        max_score=function.points,
        verdict=verdict,
        message=message,
        misconception=None,
        checks=tuple(checks),
    )
