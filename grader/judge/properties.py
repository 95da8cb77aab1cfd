"""Evaluate what a property says of an answer: an expression of the course's author."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from grader import wire
from grader.judge.compare import Difference, NotSo, shape_difference
from grader.judge.expected import Expected
from grader.judge.numbers import WrongShape, WrongType, numbers_of, parts_of
from grader.plan import PlannedCall

# Above this, float64 has no odd numbers, and an integer has no more bits than it.
LARGEST_WHOLE = 2.0**53


def property_difference(
    holds: wire.Lambda, actual: wire.Value, expected: Expected, call: PlannedCall
) -> Difference | None:
    """Return how an answer is not what a property says; None if it is.

    An expression is evaluated for answers in the form of the reference's only, made of plain arrays
    and numbers. What it raises says that the property does not hold.
    """
    difference = shape_difference(actual, expected)
    if difference is not None:
        return difference
    try:
        return None if holds_for(holds, formed(actual, expected), call) else NotSo()
    except Exception:  # noqa: BLE001  # the numbers are a learner's: any may be unfit for it
        return NotSo()


def holds_for(holds: wire.Lambda, answer: Any, call: PlannedCall) -> bool:
    """Return whether a property holds; whatever its expression raises passes through."""
    args = [wire.unpack(value) for value in call.args]
    named = {name: wire.unpack(value) for name, value in call.kwargs.items()}
    with np.errstate(all="ignore"):
        return bool(wire.make_callback(holds.parameters, holds.expression)(answer, *args, **named))


def formed(actual: wire.Value, expected: Expected) -> Any:
    """Return an answer as the reference would have returned it: a list of numbers as an array."""
    if expected.has_parts:
        parts = parts_of(actual, expected)
        assert isinstance(parts, tuple)
        made = [formed(*pair) for pair in zip(parts, expected.items, strict=True)]
        keyed = isinstance(expected.value, dict)
        return dict(zip(expected.keys, made, strict=True)) if keyed else made
    if expected.holds in ("text", "None"):
        return wire.unpack(actual)
    numbers = numbers_of(actual, replace(expected, equal_up_to="nothing"))
    assert not isinstance(numbers, WrongType | WrongShape)
    whole = (numbers == np.round(numbers.real)) & (np.abs(numbers) < LARGEST_WHOLE)
    if expected.is_exact and whole.all():
        numbers = numbers.real.astype(bool if expected.holds == "bool" else np.int64)
    return numbers.item() if expected.is_scalar else numbers
