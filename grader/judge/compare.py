"""Compare a returned value with the expected one and describe how they differ."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from grader import wire
from grader.judge.expected import Expected, Index
from grader.judge.numbers import (
    WrongKeys,
    WrongShape,
    WrongType,
    is_of,
    is_one,
    numbers_of,
    parts_of,
    type_name,
    wanted,
)

# A value this large counts as infinite where the expected value is infinite.
INFINITE = 1e300
# An expected value of less than this share of what rounding can add up to is told as 0.
NOTHING = 0.01


@dataclass(frozen=True, slots=True)
class NotFinite:
    """Entries are nan or infinite that should be finite; `index` is the first of them."""

    path: str
    index: Index
    got: float
    want: float
    wrong: int
    size: int


@dataclass(frozen=True, slots=True)
class WrongValue:
    """Entries are outside the tolerance; `index` is the entry that is furthest outside."""

    path: str
    index: Index
    got: complex
    want: float
    wrong: int
    size: int
    # What the expected entries are (see Expected).
    holds: str = "float64"


@dataclass(frozen=True, slots=True)
class WrongText:
    """A text is another than the expected one."""

    path: str
    got: str
    want: str


@dataclass(frozen=True, slots=True)
class NotSo:
    """What a property says of the answer is not true."""


Difference: TypeAlias = (
    WrongType | WrongShape | WrongKeys | NotFinite | WrongValue | WrongText | NotSo
)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One array of an answer; `numbers` is None, and `words` say why, if it holds no numbers."""

    expected: Expected
    numbers: NDArray[np.float64] | NDArray[np.complex128] | None
    words: str
    is_right: bool


def leaves_of(actual: wire.Value, expected: Expected) -> tuple[Leaf, ...]:
    """Return a leaf for each expected array, or a single one if the answer has other parts."""
    if expected.has_parts:
        parts = parts_of(actual, expected)
        if not isinstance(parts, tuple):
            return (Leaf(expected, None, _said(parts), is_right=False),)
        pairs = zip(parts, expected.items, strict=True)
        return tuple(leaf for part, item in pairs for leaf in leaves_of(part, item))
    numbers = numbers_of(actual, expected)
    if isinstance(numbers, WrongType):
        return (Leaf(expected, None, numbers.got, is_right=False),)
    if isinstance(numbers, WrongShape):
        return (Leaf(expected, None, str(numbers.got), is_right=False),)
    if np.ndim(expected.value) == 0 and numbers.size == 1:
        numbers = numbers.reshape(())
    return (Leaf(expected, numbers, "", is_near(numbers, expected)),)


def is_near(
    numbers: NDArray[np.float64] | NDArray[np.complex128] | None, expected: Expected
) -> bool:
    """Return whether these are the expected numbers, in the expected shape (tolerance tier A)."""
    if numbers is None:
        return False
    want = np.asarray(expected.value)
    if numbers.shape != want.shape:
        return False
    with np.errstate(all="ignore"):
        fine = np.abs(numbers - want) <= expected.loose
        fine |= np.isinf(want) & (np.sign(want) * numbers.real > INFINITE)
    return bool(fine.all())


def value_difference(
    actual: wire.Value, expected: Expected, *, tight: bool = False
) -> Difference | None:
    """Return how the numbers in `actual` differ from the expected ones; None when they do not.

    A list, another dtype or a (1, 1) scalar counts as the numbers it holds: `type_difference` looks
    at the form. With `tight`, the tolerance is what rounding in float64 can add up to.
    """
    return _first_difference(actual, expected, partial(_value_difference, tight=tight))


def distance(actual: wire.Value, expected: Expected, *, tight: bool = False) -> float:
    """Return the largest error in `actual`, in tolerances: up to 1 there is no difference.

    Returns infinity where the numbers cannot be compared one by one.
    """
    if expected.has_parts:
        parts = parts_of(actual, expected)
        if not isinstance(parts, tuple):
            return math.inf
        indices = range(len(parts)) if expected.compared is None else expected.compared
        distances = (distance(parts[n], expected.items[n], tight=tight) for n in indices)
        return max(distances, default=0.0)
    numbers = numbers_of(actual, expected)
    want = np.asarray(expected.value)
    if isinstance(numbers, WrongType | WrongShape) or numbers.size != want.size:
        return math.inf
    if numbers.shape != want.shape and want.ndim:
        return math.inf
    numbers = numbers.reshape(want.shape)
    if expected.is_exact:
        return 0.0 if is_near(numbers, expected) else math.inf
    with np.errstate(all="ignore"):
        ratio = np.abs(numbers - want) / (expected.tight if tight else expected.loose)
        infinite = np.isinf(want) & (np.sign(want) * numbers.real > INFINITE)
        return float(np.max(np.where(infinite, 0.0, np.nan_to_num(ratio, nan=np.inf)), initial=0))


def type_difference(actual: wire.Value, expected: Expected) -> Difference | None:
    """Return how the class or dtype of `actual` breaks the contract, whatever it holds."""
    return _first_difference(actual, expected, _type_difference)


def shape_difference(actual: wire.Value, expected: Expected) -> Difference | None:
    """Return how the shape of `actual` differs from the expected one, whatever its values."""
    return _first_difference(actual, expected, _shape_difference)


def _first_difference(
    actual: wire.Value,
    expected: Expected,
    compare: Callable[[wire.Value, Expected], Difference | None],
) -> Difference | None:
    """Return what `compare` finds first, in the parts of `actual` if it has parts."""
    if not expected.has_parts:
        return compare(actual, expected)
    parts = parts_of(actual, expected)
    if not isinstance(parts, tuple):
        return parts
    indices = range(len(parts)) if expected.compared is None else expected.compared
    differences = (
        _first_difference(parts[index], expected.items[index], compare) for index in indices
    )
    return next((difference for difference in differences if difference is not None), None)


def _value_difference(actual: wire.Value, expected: Expected, *, tight: bool) -> Difference | None:
    if _is_identical(actual, expected):
        return None
    numbers = numbers_of(actual, expected)
    if isinstance(numbers, WrongType | WrongShape):
        return numbers
    want = np.asarray(expected.value)
    if expected.holds == "text" and isinstance(actual, wire.Word):
        right = numbers.shape == want.shape and bool((numbers == want).all())
        return None if right else WrongText(expected.path, actual.text, _text(expected))
    if numbers.shape != want.shape:
        if want.ndim != 0 or numbers.size != 1:
            return WrongShape(expected.path, numbers.shape, want.shape)
        numbers = numbers.reshape(())
    allowed = expected.tight if tight else expected.loose
    with np.errstate(all="ignore"):
        error = np.abs(numbers - want)
        fine = error <= allowed
        if fine.all():
            return None
        infinite = np.isinf(want)
        fine |= infinite & (np.sign(want) * numbers.real > INFINITE)
        if fine.all():
            return None
        # Used to report the wrong entry that is off by the most tolerances.
        ratio = error / allowed
        severity = np.where(fine, 0.0, np.where(np.isnan(ratio), np.inf, ratio))
    broken = ~fine & ~np.isfinite(numbers) & ~infinite
    if broken.any():
        index = _index(np.argmax(broken), want.shape)
        got, count = float(numbers[index].real), int(broken.sum())
        return NotFinite(expected.path, index, got, _told(expected, index), count, want.size)
    index = _index(np.argmax(severity), want.shape)
    got_complex, count = complex(numbers[index]), int((~fine).sum())
    told = _told(expected, index)
    return WrongValue(expected.path, index, got_complex, told, count, want.size, expected.holds)


def _text(expected: Expected) -> str:
    return "".join(map(chr, np.asarray(expected.value).astype(int).tolist()))


def _said(parts: WrongType | WrongShape | WrongKeys) -> str:
    """Return what a wrong answer is in words, the same for all that are wrong in the same way."""
    if isinstance(parts, WrongKeys):
        return f"without {sorted(parts.missing)}, with {sorted(parts.extra)}"
    return str(parts.got)


def _told(expected: Expected, index: Index) -> float:
    """Return an expected entry as it is told: 0 for what the reference has left by rounding."""
    want = np.asarray(expected.value)
    value, rounding = float(want[index]), float(np.broadcast_to(expected.tight, want.shape)[index])
    return 0.0 if abs(value) <= min(NOTHING * rounding, NOTHING) else value


def _is_identical(actual: wire.Value, expected: Expected) -> bool:
    """Return whether an answer equals the expected one bit by bit, so nothing needs computing."""
    if isinstance(actual, wire.Array):
        return (
            actual.data == expected.data
            and actual.dtype == "float64"
            and actual.shape == np.shape(expected.value)
        )
    return type(actual) is float is type(expected.value) and actual == expected.value


def _type_difference(actual: wire.Value, expected: Expected) -> WrongType | None:
    holds = expected.holds
    if expected.is_scalar or holds in ("text", "None"):
        if is_one(actual, holds):
            return None
        return WrongType(expected.path, type_name(actual), wanted(expected))
    match actual:
        case wire.Array(dtype=dtype, held="ndarray") | wire.Oversized(dtype=dtype) if is_of(
            dtype, holds
        ):
            return None
        case wire.Sequence(kind="list", items=items) if expected.listed:
            others = [item for item in items if not is_one(item, holds)]
            if not others:
                return None
            got = f"a list that holds {type_name(others[0])}"
            return WrongType(expected.path, got, wanted(expected))
    return WrongType(expected.path, type_name(actual), wanted(expected))


def _shape_difference(actual: wire.Value, expected: Expected) -> WrongType | WrongShape | None:
    numbers = numbers_of(actual, expected)
    if isinstance(numbers, WrongType | WrongShape):
        return numbers
    want = np.shape(expected.value)
    if numbers.shape == want or expected.holds == "text":
        return None
    return WrongShape(expected.path, numbers.shape, want)


def _index(flat: np.intp, shape: Index) -> Index:
    return tuple(int(number) for number in np.unravel_index(flat, shape))
