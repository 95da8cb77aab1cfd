"""The expected answer of a call, and how far an answer may be from it."""

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
    """An expected value, and the largest error allowed in each entry."""

    path: str
    value: Any
    loose: Any
    tight: Any
    items: tuple[Expected, ...] = ()
    keys: tuple[str, ...] = ()
    # The bytes of an array, which most right answers equal.
    data: bytes = b""
    # A list of numbers: an answer may be a list or a 1-D array.
    listed: bool = False
    # The indices of the items to compare; None for all.
    compared: tuple[int, ...] | None = None

    @property
    def leaves(self) -> tuple[Expected, ...]:
        """The arrays and numbers in it, one by one."""
        if not self.items:
            return (self,)
        return tuple(leaf for item in self.items for leaf in item.leaves)


def expected_of(call: PlannedCall) -> Expected:
    """Return the expected answer of a call in the form that comparing needs."""
    return _expected(wire.unpack(call.expected), wire.unpack(call.magnitude), call, "")


def _expected(value: Any, magnitude: Any, call: PlannedCall, path: str) -> Expected:
    listed = isinstance(value, list) and all(isinstance(item, float) for item in value)
    if isinstance(value, tuple | list) and not listed:
        items = tuple(
            _expected(item, part, call, f"{path}[{index}]")
            for index, (item, part) in enumerate(zip(value, magnitude, strict=True))
        )
        return Expected(path, value, None, None, items)
    if isinstance(value, dict):
        items = tuple(_expected(value[k], magnitude[k], call, f"{path}[{k!r}]") for k in value)
        return Expected(path, value, None, None, items, tuple(value))
    numbers = np.asarray(value, dtype=np.float64)
    sizes = np.broadcast_to(np.abs(magnitude), numbers.shape)
    # An infinite expected value allows no error.
    sizes = np.where(np.isfinite(sizes), sizes, 0.0)
    is_scalar = not (listed or isinstance(value, np.ndarray))
    return Expected(
        path,
        float(value) if is_scalar else numbers,
        call.loose * sizes + SMALLEST,
        # Where the growth is huge, no answer may be near enough to be accurate and wrong at once.
        min(call.tight * call.growth, call.loose) * sizes + SMALLEST,
        data=numbers.tobytes(),
        listed=listed,
    )


def only_parts(expected: Expected, keys: tuple[str, ...]) -> Expected:
    """Limit the comparison to some keys of a dict or indices of a tuple; no keys means all."""
    if not keys:
        return expected
    indices = [expected.keys.index(key) if expected.keys else int(key) for key in keys]
    return replace(expected, compared=tuple(indices))
