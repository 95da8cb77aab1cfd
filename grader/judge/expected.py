"""The expected answer of a call, and how far an answer may be from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from grader import wire
from grader.plan import EqualUpTo, PlannedCall

SMALLEST = 1e-300

# What has no tolerance.
EXACT = ("int", "bool", "text", "None")

Index: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Expected:
    """An expected value, and the largest error allowed in each entry.

    A text is the numbers of its characters, and None no numbers: so all that is computed with
    numbers can be computed with these.
    """

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
    # What the answer must be or hold: "int", "bool", "text", "None", or a dtype of floats.
    holds: str = "float64"
    exact_keys: bool = False
    equal_up_to: EqualUpTo = "nothing"
    # The indices of the items to compare; None for all.
    compared: tuple[int, ...] | None = None

    @property
    def is_exact(self) -> bool:
        """Whether an answer must be equal, without any tolerance."""
        return self.holds in EXACT

    @property
    def is_scalar(self) -> bool:
        """Whether it is neither an array nor a list."""
        return isinstance(self.value, float)

    @property
    def has_parts(self) -> bool:
        """Whether it is a dict, a tuple, or a list of more than numbers."""
        return isinstance(self.value, dict | tuple | list)

    @property
    def leaves(self) -> tuple[Expected, ...]:
        """The arrays and numbers in it, one by one."""
        if not self.has_parts:
            return (self,)
        return tuple(leaf for item in self.items for leaf in item.leaves)


def expected_of(call: PlannedCall) -> Expected:
    """Return the expected answer of a call in the form that comparing needs."""
    return _expected(wire.unpack(call.expected), wire.unpack(call.magnitude), call, "")


def _expected(value: Any, magnitude: Any, call: PlannedCall, path: str) -> Expected:
    listed = isinstance(value, list) and _holds_numbers(value, exact=magnitude is None)
    if isinstance(value, dict | tuple | list) and not listed:
        keys = tuple(value) if isinstance(value, dict) else range(len(value))
        parts = [None] * len(value) if magnitude is None else magnitude
        parts = [parts[key] for key in keys] if isinstance(parts, dict) else parts
        items = tuple(
            _expected(value[key], part, call, f"{path}[{key!r}]")
            for key, part in zip(keys, parts, strict=True)
        )
        names = tuple(value) if isinstance(value, dict) else ()
        return Expected(path, value, None, None, items, names, exact_keys=call.exact_keys)
    numbers = numbers_in(value)
    sizes = np.broadcast_to(0.0 if magnitude is None else np.abs(magnitude), numbers.shape)
    # An infinite expected value allows no error.
    sizes = np.where(np.isfinite(sizes), sizes, 0.0)
    is_scalar = not (listed or isinstance(value, np.ndarray | str) or value is None)
    return Expected(
        path,
        float(value) if is_scalar else numbers,
        call.loose * sizes + SMALLEST,
        # Where the growth is huge, no answer may be near enough to be accurate and wrong at once.
        min(call.tight * call.growth, call.loose) * sizes + SMALLEST,
        data=numbers.tobytes(),
        listed=listed,
        holds=_kind_of(value) if magnitude is None else _float_of(value),
        equal_up_to=call.equal_up_to,
    )


def numbers_in(value: Any) -> NDArray[np.float64]:
    """Return the numbers of an answer without parts: of a text, those of its characters."""
    if isinstance(value, str):
        return np.array([ord(character) for character in value], np.float64)
    return np.array([]) if value is None else np.asarray(value, np.float64)


def _holds_numbers(items: list[Any], *, exact: bool) -> bool:
    if not exact:
        return all(isinstance(item, float) for item in items)
    whole = int, np.integer, np.bool_
    kinds = {_kind_of(item) if isinstance(item, whole) else "" for item in items}
    return kinds in (set(), {"int"}, {"bool"})


def _kind_of(value: Any) -> str:
    """Return what an answer that is compared exactly is, or holds."""
    if value is None or isinstance(value, str):
        return "None" if value is None else "text"
    kind = np.asarray(value).dtype.kind
    return "bool" if kind == "b" else "int"


def _float_of(value: Any) -> str:
    """Return the dtype that an answer has which is compared within a tolerance."""
    dtype = np.asarray(value).dtype
    return dtype.name if dtype.kind == "f" else "float64"


def only_parts(expected: Expected, keys: tuple[str, ...]) -> Expected:
    """Limit the comparison to some keys of a dict or indices of a tuple; no keys means all."""
    if not keys:
        return expected
    indices = [expected.keys.index(key) if expected.keys else int(key) for key in keys]
    return replace(expected, compared=tuple(indices))
