"""Explain a judged result: name the mistake and draw the answer, without any effect on points."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import msgspec

from grader.diagnose import invariants
from grader.diagnose.diagnoser import Diagnoser
from grader.diagnose.grid import grid_of
from grader.errors import SandboxError
from grader.judge.expected import Expected
from grader.judge.judge import summary_of
from grader.model import (
    NEUTRAL,
    NOT_THERE,
    FunctionResult,
    Misconception,
    Outcome,
    Verdict,
)
from grader.plan import Plan, PlannedFunction

_log = logging.getLogger(__name__)
T = TypeVar("T")


class Explainer:
    """Names the mistake in a judged result and draws it; the only writer of `misconception`.

    Made once for a plan, from the same expected values as the judge's. It holds a `Diagnoser` for
    each function, which compares the listed mistakes with the reference when it is first needed.
    `explained` comes last, once for each function: after the best of several files, and the earlier
    functions to judge it with, have been chosen. Any error in here is
    logged and leaves the result without an explanation, with the same points; only a SandboxError
    passes through.
    """

    def __init__(self, plan: Plan, expected: Mapping[str, Sequence[Expected]]) -> None:
        functions = plan.functions.values()
        self._expected = expected
        self._diagnosers = {f.name: Diagnoser(f, expected[f.name], plan.words) for f in functions}

    def matches(
        self, result: FunctionResult, function: PlannedFunction, outcomes: Sequence[Outcome]
    ) -> tuple[str, ...]:
        """Return what the answers of a function that is wrong are exactly.

        Points may hang on it, so an error in here is not hidden: it is one of grading.
        """
        if result.verdict in NEUTRAL or result.verdict in NOT_THERE:
            return ()
        return self._diagnosers[function.name].matches(outcomes)

    def explained(
        self,
        result: FunctionResult,
        function: PlannedFunction,
        outcomes: Sequence[Outcome],
        *,
        named: bool = True,
        own_cost: Callable[[], Misconception | None] | None = None,
    ) -> FunctionResult:
        """Return the result with its mistake and its picture, unless it passed.

        `named` is false where an earlier function may be what is wrong. `own_cost` tests whether a
        derivative is the one of the learner's own cost; it is called when nothing more specific is
        known.
        """
        if result.verdict in (Verdict.PASSED, *NOT_THERE):
            return result
        expected = self._expected[function.name]
        misconception = None
        if named:
            diagnoser = self._diagnosers[function.name]
            misconception = attempt(lambda: diagnoser.diagnosis(outcomes))
            vague = misconception is None or misconception.id in invariants.IDS
            if own_cost is not None and vague:
                misconception = attempt(own_cost) or misconception
        grid = attempt(lambda: grid_of(function, result.checks, outcomes, expected))
        return msgspec.structs.replace(result, misconception=misconception, grid=grid)


def public_part(function: FunctionResult) -> FunctionResult:
    """Return a result as its public checks alone would have it, as `grader check` shows it."""
    if function.verdict in NOT_THERE:
        return msgspec.structs.replace(function, checks=(), misconception=None)
    checks = tuple(check for check in function.checks if not check.hidden)
    verdict, message = summary_of(checks)
    return msgspec.structs.replace(
        function,
        checks=checks,
        verdict=verdict,
        message=message,
        misconception=None if verdict is Verdict.PASSED else function.misconception,
    )


def begin_with(earlier: FunctionResult) -> Misconception:
    """Name an earlier function that fails as what may be wrong in one whose code names it.

    Where nobody answers for right functions, nothing more can be told of the later one.
    """
    name, count = earlier.function, len(earlier.checks)
    if earlier.verdict in NOT_THERE:
        how = "is not there yet"
    else:
        failed = sum(check.verdict not in NEUTRAL for check in earlier.checks)
        how = f"fails {failed} of its {count} checks"
    return Misconception(
        "earlier_function",
        f"It may be your {name}, which {how}: begin there.",
        f"the code uses {name}",
    )


def attempt(compute: Callable[[], T]) -> T | None:
    """Return what `compute` returns, or None if it fails: explaining must not cost points."""
    try:
        return compute()
    except SandboxError:
        raise
    except Exception:  # noqa: BLE001  # ours, not the learner's
        _log.exception("an explanation failed; the points are not affected")
        return None
