"""Judge the outcomes of a function's calls: verdicts and points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import NamedTuple

import msgspec

from grader import wire
from grader.judge.compare import Difference, shape_difference, type_difference, value_difference
from grader.judge.exceptions import exception_key, same_exception_text
from grader.judge.expected import Expected, expected_of, only_parts
from grader.judge.properties import property_difference
from grader.judge.scoring import score
from grader.judge.verdicts import difference_verdict, failure_verdict
from grader.judge.words import call_text, changed_text, message_of
from grader.model import (
    LADDER,
    NEUTRAL,
    CheckResult,
    Failure,
    FunctionResult,
    Kind,
    NotCalled,
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


class _Found(NamedTuple):
    """What a check finds, and the index of the call that it is about, if it fails.

    `problem`: why the call did not return, or what differs. `imprecise`: only in precision.
    `changed`: the arguments that it has changed.
    """

    verdict: Verdict
    call: int | None = None
    problem: Failure | Difference | None = None
    imprecise: bool = False
    changed: tuple[int, ...] = ()


_PASSED = _Found(Verdict.PASSED)


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
        self,
        exercise: PlannedExercise,
        function: PlannedFunction,
        outcomes: Sequence[Outcome],
        *,
        worded: bool = True,
    ) -> FunctionResult:
        """Return the verdicts and points for the outcomes of a function's open calls.

        Not `worded`, it has no messages: to put what differs into words takes longer than to judge.
        """
        found = [self._check(function, check, outcomes) for check in function.checks]
        pairs = zip(function.checks, found, strict=True)
        checks = [check_result(check, one.verdict, "", call=one.call) for check, one in pairs]
        if worded:
            checks = _worded(function, checks, found)
        answers = any(isinstance(outcome, Returned) for outcome in outcomes)
        verdict, message = summary_of(checks, answers=answers)
        points = score(function.points, checks)
        return result_of(exercise, function, checks, points, verdict, message if worded else "")

    def _check(
        self, function: PlannedFunction, check: PlannedCheck, outcomes: Sequence[Outcome]
    ) -> _Found:
        """Return what a check finds: of its calls, the first of those with the first verdict.

        A check that is given is passed by every function that answers anything.
        """
        expected = self.expected[function.name]
        calls = check.calls
        if check.given:
            if any(isinstance(outcome, Returned) for outcome in outcomes):
                return _PASSED
            made = (i for i, outcome in enumerate(outcomes) if not isinstance(outcome, NotCalled))
            calls = tuple(islice(made, 1))
        found = (
            _judge(function, check, index, outcomes[index], expected[index], function.calls[index])
            for index in calls
        )
        failed = [one for one in found if one.verdict is not Verdict.PASSED]
        return min(failed, key=lambda one: _ORDER[one.verdict], default=_PASSED)

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
        found = _judge(function, check, index, outcome, expected, function.sealed[index])
        return found.verdict is not Verdict.PASSED


def _judge(
    function: PlannedFunction,
    check: PlannedCheck,
    index: int,
    outcome: Outcome,
    expected: Expected,
    call: PlannedCall,
) -> _Found:
    """Return what a check finds in one of its calls."""
    if not isinstance(outcome, Returned):
        return _Found(failure_verdict(outcome, function.name), index, outcome)
    if check.kind is Kind.MUTATION:
        changed = outcome.changed
        return _Found(Verdict.MUTATED_ARGUMENT, index, changed=changed) if changed else _PASSED
    expected, imprecise = only_parts(expected, check.parts), False
    if check.holds is not None:
        difference = property_difference(check.holds, outcome.value, expected, call)
    else:
        difference, imprecise = _difference(check.kind, outcome.value, expected)
    if difference is None:
        return _PASSED
    return _Found(difference_verdict(difference, imprecise=imprecise), index, difference, imprecise)


def _message(function: PlannedFunction, found: _Found, same_as: str) -> str:
    """Put what a check has found into words, with the call as one would type it.

    `same_as`: the check that tells the same exception in full.
    """
    if found.call is None:
        return ""
    call = function.calls[found.call]
    if found.problem is None:
        return changed_text(function, call, found.changed)
    if same_as and isinstance(found.problem, Raised):
        return f"{call_text(function, call)}: {same_exception_text(found.problem.error, same_as)}"
    return message_of(found.problem, function, call, imprecise=found.imprecise)


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


def _worded(
    function: PlannedFunction, checks: Sequence[CheckResult], found: Sequence[_Found]
) -> list[CheckResult]:
    """Put the results into words; one check only tells an exception in full, a public one first."""
    first: dict[object, str] = {}
    told = {}
    for check, one in sorted(zip(checks, found, strict=True), key=lambda pair: pair[0].hidden):
        same_as = ""
        if one.verdict is Verdict.RAISED and isinstance(one.problem, Raised):
            name = first.setdefault(exception_key(one.problem.error), check.name)
            same_as = "" if name == check.name else name
        message = _message(function, one, same_as)
        told[check.name] = msgspec.structs.replace(check, message=message, same_as=same_as)
    return [told[check.name] for check in checks]


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
