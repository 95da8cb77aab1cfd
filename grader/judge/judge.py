"""Judge the outcomes of a function's calls: verdicts and points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grader import wire
from grader.judge.compare import Difference, shape_difference, type_difference, value_difference
from grader.judge.expected import Expected, expected_of, only_parts
from grader.judge.scoring import score
from grader.judge.verdicts import difference_verdict, failure_verdict
from grader.judge.words import message_of
from grader.model import (
    LADDER,
    CheckResult,
    FunctionResult,
    Kind,
    Outcome,
    Returned,
    Verdict,
)
from grader.plan import Plan, PlannedCall, PlannedCheck, PlannedExercise, PlannedFunction


class Judge:
    """Judges functions by one plan.

    Made once for a plan, which it prepares: `expected` holds, by function name, the expected answer
    of each open call in the form that comparing needs; the Explainer shares it. `judged` takes all
    outcomes of one function's open calls, in their order; `failed_elsewhere` takes those of its
    sealed calls. Both may be called any number of times in any order: they change nothing. They do
    not fail for any outcome, because outcomes come from learner code.
    """

    def __init__(self, plan: Plan) -> None:
        functions = [f for exercise in plan.exercises for f in exercise.functions]
        self.expected = {f.name: [expected_of(call) for call in f.calls] for f in functions}
        self._sealed = {f.name: [expected_of(call) for call in f.sealed] for f in functions}

    def judged(
        self, exercise: PlannedExercise, function: PlannedFunction, outcomes: Sequence[Outcome]
    ) -> FunctionResult:
        """Return the verdicts and points for the outcomes of a function's open calls."""
        checks = [self._check(function, check, outcomes) for check in function.checks]
        verdict, message = _summary(checks)
        points = score(function.points, checks)
        return result_of(exercise, function, checks, points, verdict, message)

    def _check(
        self, function: PlannedFunction, check: PlannedCheck, outcomes: Sequence[Outcome]
    ) -> CheckResult:
        expected = self.expected[function.name]
        for index in check.calls:
            call = function.calls[index]
            verdict, message = _judge(function, check, call, outcomes[index], expected[index])
            if verdict is not Verdict.PASSED:
                return check_result(check, verdict, message)
        return check_result(check, Verdict.PASSED, "")

    def failed_elsewhere(
        self, function: PlannedFunction, outcomes: Mapping[int, Outcome]
    ) -> frozenset[str]:
        """Return the names of the checks that fail on one of these sealed calls, by their index.

        Nothing else that a sealed call has brought may enter a result.
        """
        return frozenset(
            check.name
            for check in function.checks
            for index in check.sealed
            if index in outcomes and self._fails(function, check, index, outcomes[index])
        )

    def _fails(
        self, function: PlannedFunction, check: PlannedCheck, index: int, outcome: Outcome
    ) -> bool:
        expected = self._sealed[function.name][index]
        verdict, _ = _judge(function, check, function.sealed[index], outcome, expected)
        return verdict is not Verdict.PASSED


def _judge(
    function: PlannedFunction,
    check: PlannedCheck,
    call: PlannedCall,
    outcome: Outcome,
    expected: Expected,
) -> tuple[Verdict, str]:
    """Return the verdict and message of one call of a check."""
    if not isinstance(outcome, Returned):
        message = message_of(outcome, function, call, imprecise=False)
        return failure_verdict(outcome, function.name), message
    expected = only_parts(expected, check.parts)
    if check.kind is Kind.MUTATION:
        if not outcome.mutated:
            return Verdict.PASSED, ""
        message = "it changes its argument or an earlier answer; work on a copy, or on a new array"
        return Verdict.MUTATED_ARGUMENT, message
    difference, imprecise = _difference(check.kind, outcome.value, expected)
    if difference is None:
        return Verdict.PASSED, ""
    return (
        difference_verdict(difference, imprecise=imprecise),
        message_of(difference, function, call, imprecise=imprecise),
    )


def _difference(
    kind: Kind, value: wire.Value, expected: Expected
) -> tuple[Difference | None, bool]:
    """Compare in what this kind of check looks at; also return whether only precision differs."""
    match kind:
        case Kind.TYPE:
            return type_difference(value, expected), False
        case Kind.SHAPE:
            return shape_difference(value, expected), False
    difference = value_difference(value, expected)
    if difference is None and kind is Kind.PRECISION:
        return value_difference(value, expected, tight=True), True
    return difference, False


def _summary(checks: Sequence[CheckResult]) -> tuple[Verdict, str]:
    """Return a function's verdict, with the message of a check that has it, a public one first."""
    for verdict in LADDER:
        having = [check for check in checks if check.verdict is verdict]
        if having:
            first = min(having, key=lambda check: check.hidden)
            if verdict is Verdict.NOT_ATTEMPTED:
                if len(having) == len(checks):
                    return verdict, first.message
                # It answers some inputs, so only a part of it is still to be written.
                return Verdict.RAISED, f"{first.name}: {first.message}"
            return verdict, f"{first.name}: {first.message}"
    return Verdict.PASSED, ""


def check_result(check: PlannedCheck, verdict: Verdict, message: str) -> CheckResult:
    """Return the result of a planned check with this verdict."""
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
    """Return the result of a function, before any mistake is named."""
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
