"""What a call must answer, and how far an answer may be from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np

from grader import wire
from grader.plan import PlannedCall

SMALLEST = 1e-300

Index: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Expected:
    """An expected value and how far an answer may be from it, entry by entry."""

    path: str
    value: Any
    loose: Any
    tight: Any
    items: tuple[Expected, ...] = ()
    keys: tuple[str, ...] = ()
    # The bytes of an array, which most right answers share.
    data: bytes = b""
    # A list of numbers stands for a list or a 1-D array of them.
    listed: bool = False
    # The places of the items to compare; None for all.
    looked_at: tuple[int, ...] | None = None

    @property
    def leaves(self) -> tuple[Expected, ...]:
        """The arrays and numbers in it, each for itself."""
        if not self.items:
            return (self,)
        return tuple(leaf for item in self.items for leaf in item.leaves)


def expected_of(call: PlannedCall) -> Expected:
    """What a call must answer, ready to compare with."""
    return _expected(wire.unpack(call.expected), wire.unpack(call.magnitude), call, "")


def _expected(value: Any, magnitude: Any, call: PlannedCall, path: str) -> Expected:
    listed = isinstance(value, list) and all(isinstance(item, float) for item in value)
    if isinstance(value, tuple | list) and not listed:
        items = tuple(
            _expected(item, part, call, f"{path}[{place}]")
            for place, (item, part) in enumerate(zip(value, magnitude, strict=True))
        )
        return Expected(path, value, None, None, items)
    if isinstance(value, dict):
        items = tuple(_expected(value[k], magnitude[k], call, f"{path}[{k!r}]") for k in value)
        return Expected(path, value, None, None, items, tuple(value))
    numbers = np.asarray(value, dtype=np.float64)
    sizes = np.broadcast_to(np.abs(magnitude), numbers.shape)
    # Where the expected value is infinite there is no error to bound.
    sizes = np.where(np.isfinite(sizes), sizes, 0.0)
    is_scalar = not (listed or isinstance(value, np.ndarray))
    return Expected(
        path,
        float(value) if is_scalar else numbers,
        call.loose * sizes + SMALLEST,
        call.tight * call.growth * sizes + SMALLEST,
        data=numbers.tobytes(),
        listed=listed,
    )


def only_parts(expected: Expected, keys: tuple[str, ...]) -> Expected:
    """What is expected of some parts of a dict (by key) or tuple (by place); of all if no keys."""
    if not keys:
        return expected
    places = [expected.keys.index(key) if expected.keys else int(key) for key in keys]
    return replace(expected, looked_at=tuple(places))
