"""Judge the outcomes of a function's calls: verdicts and points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from grader import wire
from grader.judge.compare import Difference, shape_difference, type_difference, value_difference
from grader.judge.exceptions import exception_key, same_exception_text
from grader.judge.expected import Expected, expected_of, only_parts
from grader.judge.scoring import score
from grader.judge.verdicts import difference_verdict, failure_verdict
from grader.judge.words import call_text, message_of
from grader.model import (
    LADDER,
    NEUTRAL,
    CheckResult,
    FunctionResult,
    Kind,
    Outcome,
    Raised,
    Returned,
    Verdict,
)
from grader.plan import Plan, PlannedCall, PlannedCheck, PlannedExercise, PlannedFunction

# A check that cannot be run is told only where nothing else is, and numbers that are off by much do
# not go before numbers that are off by little.
_ORDER = {verdict: place for place, verdict in enumerate((*LADDER, *NEUTRAL))}
_ORDER[Verdict.IMPRECISE] = _ORDER[Verdict.WRONG_VALUE]


class Judge:
    """Judges functions by one plan.

    Made once for a plan, which it prepares: `expected` holds, by function name, the expected answer
    of each open call in the form that comparing needs; the Explainer shares it. `judged` takes all
    outcomes of one function's open calls, in their order; `failed_elsewhere` takes those of its
    sealed calls. Both may be called any number of times in any order: they change nothing. They do
    not fail for any outcome, because outcomes come from learner code.
    """

    def __init__(self, plan: Plan) -> None:
        functions = plan.functions.values()
        self.expected = {f.name: [expected_of(call) for call in f.calls] for f in functions}
        self._sealed = {f.name: [expected_of(call) for call in f.sealed] for f in functions}

    def judged(
        self, exercise: PlannedExercise, function: PlannedFunction, outcomes: Sequence[Outcome]
    ) -> FunctionResult:
        """Return the verdicts and points for the outcomes of a function's open calls."""
        found = [self._check(function, check, outcomes) for check in function.checks]
        checks = _told_once(function, outcomes, found)
        answers = any(isinstance(outcome, Returned) for outcome in outcomes)
        verdict, message = summary_of(checks, answers=answers)
        points = score(function.points, checks)
        return result_of(exercise, function, checks, points, verdict, message)

    def _check(
        self, function: PlannedFunction, check: PlannedCheck, outcomes: Sequence[Outcome]
    ) -> CheckResult:
        """Return what a check finds: of its calls, the first of those with the first verdict."""
        expected = self.expected[function.name]
        failed = []
        for index in check.calls:
            call = function.calls[index]
            verdict, message = _judge(function, check, call, outcomes[index], expected[index])
            if verdict is not Verdict.PASSED:
                failed.append(check_result(check, verdict, message, call=index))
        passed = check_result(check, Verdict.PASSED, "")
        return min(failed, key=lambda found: _ORDER[found.verdict], default=passed)

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


def _told_once(
    function: PlannedFunction, outcomes: Sequence[Outcome], found: Sequence[CheckResult]
) -> list[CheckResult]:
    """Return the results; an exception is told in full by one check only, a public one first."""
    first: dict[object, str] = {}
    told = {}
    for result in sorted(found, key=lambda one: one.hidden):
        told[result.name] = result
        index = result.call
        outcome = None if index is None else outcomes[index]
        if index is None or not isinstance(outcome, Raised) or result.verdict is not Verdict.RAISED:
            continue
        name = first.setdefault(exception_key(outcome.error), result.name)
        if name != result.name:
            call = call_text(function, function.calls[index])
            message = f"{call}: {same_exception_text(outcome.error, name)}"
            told[result.name] = msgspec.structs.replace(result, message=message, same_as=name)
    return [told[one.name] for one in found]


def summary_of(checks: Sequence[CheckResult], *, answers: bool = False) -> tuple[Verdict, str]:
    """Return a function's verdict, with the message of a check that has it, a public one first.

    `answers`: it answers some inputs, so that only a part of it can still be to be written.
    """
    for verdict in LADDER:
        having = [check for check in checks if check.verdict is verdict]
        if having:
            first = min(having, key=lambda check: check.hidden)
            if verdict is not Verdict.NOT_ATTEMPTED:
                return verdict, f"{first.name}: {first.message}"
            if len(having) == len(checks) and not answers:
                return verdict, first.message
            return Verdict.RAISED, f"{first.name}: {first.message}"
    return Verdict.PASSED, ""


def check_result(
    check: PlannedCheck, verdict: Verdict, message: str, *, call: int | None = None
) -> CheckResult:
    """Return the result of a planned check with this verdict, which this open call has brought."""
    return CheckResult(
        name=check.name,
        kind=check.kind,
        hidden=check.hidden,
        weight=check.weight,
        verdict=verdict,
        message=message,
        call=call,
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
