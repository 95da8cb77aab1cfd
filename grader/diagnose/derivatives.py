"""Recognise the derivative of another cost, by central differences of that cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from grader import wire
from grader.model import Misconception, Outcome, Returned
from grader.plan import PlannedCall, PlannedCost, PlannedFunction

Numbers: TypeAlias = NDArray[np.float64]

STEP = 1e-5
# Relative to the largest entry: nearer than SAME are equal derivatives, farther than OTHER not.
SAME = 1e-4
OTHER = 1e-3
# Each entry takes two calls of the learner's cost.
MAX_ENTRIES = 24
# For larger entries, the central differences of even the right cost are too inexact.
MAX_SIZE = 30.0
MAX_INPUTS = 4
ENOUGH = 2


# What a function gives, by its name and packed arguments; None if it gives no answer.
Ask: TypeAlias = Callable[[str, tuple[wire.Value, ...]], wire.Value]


def own_cost(
    function: PlannedFunction, outcomes: Sequence[Outcome], *, own: Ask, right: Ask
) -> Misconception | None:
    """What to say of a derivative that is right for the learner's own, other, cost."""
    for cost in function.costs:
        costs = {"own": _cost(cost, own), "right": _cost(cost, right)}
        if count := of_own_cost(function.calls, outcomes, **costs):
            return Misconception(
                "derivative_of_another_cost",
                f"Your derivative is right for your own {cost.name}, but that cost is not the one"
                f" asked for. Begin there: what should {cost.name} give that yours does not?",
                f"on {count} inputs it says by how much your own cost grows if an entry grows a"
                " little",
            )
    return None


def _cost(cost: PlannedCost, ask: Ask) -> Callable[..., Any]:
    factor = cost.factor and wire.make_callback(cost.factor.parameters, cost.factor.expression)

    def value(*args: Any) -> float:
        answer = wire.unpack(ask(cost.name, tuple(map(wire.pack, args))))
        return np.asarray(answer, dtype=np.float64).item() * (factor(*args) if factor else 1)

    return value


def of_own_cost(
    calls: Sequence[PlannedCall],
    outcomes: Sequence[Outcome],
    *,
    own: Callable[..., Any],
    right: Callable[..., Any],
) -> int:
    """Count the inputs on which the answers are derivatives of `own` and not of `right`.

    Returns 0 if one of them is not, or if there are fewer than two. Inputs on which the differences
    of `right` do not give the expected derivative are left out.
    """
    count = 0
    for call, outcome in zip(calls, outcomes, strict=True):
        if count == MAX_INPUTS:
            break
        if not isinstance(outcome, Returned):
            continue
        expected = _differences(right, call)
        right_answer = wire.unpack(call.expected)
        # No course has such an input so far.
        if expected is None or not _are_equal(expected, right_answer):  # pragma: no cover
            continue
        differences = _differences(own, call)
        if differences is None or not _are_equal(differences, wire.unpack(outcome.value)):
            return 0
        count += _are_different(differences, expected)
    return count if count >= ENOUGH else 0


def is_derivative(
    cost: PlannedCost, reference: Callable[..., Any], calls: Sequence[PlannedCall]
) -> bool:
    """Return whether the expected answers are derivatives of `cost`, as far as can be tested."""
    right = _cost(cost, lambda _name, args: wire.pack(reference(*map(wire.unpack, args))))
    equal = [
        _are_equal(differences, wire.unpack(call.expected))
        for call in calls
        if (differences := _differences(right, call)) is not None
    ]
    return sum(equal) >= max(ENOUGH, len(equal) / 2)


def _differences(cost: Callable[..., Any], call: PlannedCall) -> Numbers | None:
    """Return the central differences of a cost in its first argument; None if impossible."""
    first, *rest = (wire.unpack(value) for value in call.args)
    kwargs = {name: wire.unpack(value) for name, value in call.kwargs.items()}
    is_matrix = isinstance(first, np.ndarray)
    if not is_matrix or not 0 < first.size <= MAX_ENTRIES:  # pragma: no cover  # see of_own_cost
        return None
    at = np.array(first, dtype=np.float64)
    if not np.abs(at).max() <= MAX_SIZE:
        return None
    differences = np.zeros(at.shape)
    try:
        with np.errstate(all="ignore"):
            for index in np.ndindex(at.shape):
                step = np.zeros(at.shape)
                step[index] = STEP
                above, below = (float(cost(at + s, *rest, **kwargs)) for s in (step, -step))
                differences[index] = (above - below) / (2 * STEP)
    except Exception:  # noqa: BLE001  # a learner's answer may break the formula
        return None
    return differences


def _are_equal(one: Numbers, other: Any) -> bool:
    if not isinstance(other, np.ndarray) or other.shape != one.shape:
        return False
    return bool((np.abs(one - other) <= SAME * _size(one, other)).all())


def _are_different(one: Numbers, other: Numbers) -> bool:
    return bool((np.abs(one - other) > OTHER * _size(one, other)).any())


def _size(one: Numbers, other: Numbers) -> float:
    return float(max(np.abs(one).max(), np.abs(other).max()))
