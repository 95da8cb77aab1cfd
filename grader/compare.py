"""Compare a returned value with the expected one and say how they differ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from grader import wire
from grader.plan import PlannedCall

# A value this large counts as infinite where the expected one is.
INFINITE = 1e300
SMALLEST = 1e-300
# A list of so many items more than are expected is not compared item by item.
SPARE_ITEMS = 5_000
WANT_LISTED = "a list of floats or a 1-D float64 array"

Index: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class WrongType:
    """It is not what the contract names; `got` and `want` are words."""

    path: str
    got: str
    want: str


@dataclass(frozen=True, slots=True)
class WrongShape:
    """The numbers are arranged in another shape."""

    path: str
    got: Index
    want: Index


@dataclass(frozen=True, slots=True)
class NotFinite:
    """Entries are nan or infinite that should not be."""

    path: str
    index: Index
    got: float
    want: float
    wrong: int
    size: int


@dataclass(frozen=True, slots=True)
class WrongValue:
    """Entries lie outside the tolerance; `index` is the entry that lies furthest outside."""

    path: str
    index: Index
    got: complex
    want: float
    wrong: int
    size: int


Difference: TypeAlias = WrongType | WrongShape | NotFinite | WrongValue


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


@dataclass(frozen=True, slots=True)
class Leaf:
    """One array of an answer, or the words for what stands in its place."""

    expected: Expected
    numbers: NDArray[np.float64] | NDArray[np.complex128] | None
    words: str
    is_right: bool


def leaves_of(actual: wire.Value, expected: Expected) -> tuple[Leaf, ...]:
    """The arrays of an answer, one for each expected one; a single leaf if it has other parts."""
    if expected.items:
        parts = _parts(actual, expected)
        if isinstance(parts, WrongType):
            return (Leaf(expected, None, parts.got, is_right=False),)
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
    """Whether these are the expected numbers, in the expected shape (tolerance tier A)."""
    if numbers is None:
        return False
    want = np.asarray(expected.value)
    if numbers.shape != want.shape:
        return False
    with np.errstate(all="ignore"):
        if (np.abs(numbers - want) <= expected.loose).all():
            return True
        fine = np.abs(numbers - want) <= expected.loose
        fine |= np.isinf(want) & (np.sign(want) * numbers.real > INFINITE)
    return bool(fine.all())


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
    sizes = np.broadcast_to(np.abs(np.asarray(magnitude, dtype=np.float64)), numbers.shape)
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


def value_difference(
    actual: wire.Value, expected: Expected, *, tight: bool = False
) -> Difference | None:
    """How the numbers in `actual` differ from the expected ones; None when they do not.

    A list, another dtype or a (1, 1) scalar is taken for what it holds: their form is the matter
    of `type_difference`. With `tight`, rounding must not add up to more than float64 makes it.
    """
    return _first_difference(actual, expected, partial(_value_difference, tight=tight))


def type_difference(actual: wire.Value, expected: Expected) -> Difference | None:
    """Whether `actual` is of the class and dtype that the contract names, whatever it holds."""
    return _first_difference(actual, expected, _type_difference)


def shape_difference(actual: wire.Value, expected: Expected) -> Difference | None:
    """Whether `actual` has the expected shape, whatever its values."""
    return _first_difference(actual, expected, _shape_difference)


def only_parts(expected: Expected, keys: tuple[str, ...]) -> Expected:
    """What is expected of some parts of a dict (by key) or tuple (by place); of all if no keys."""
    if not keys:
        return expected
    places = [expected.keys.index(key) if expected.keys else int(key) for key in keys]
    return replace(expected, looked_at=tuple(places))


def _first_difference(
    actual: wire.Value,
    expected: Expected,
    compare: Callable[[wire.Value, Expected], Difference | None],
) -> Difference | None:
    """What `compare` finds first, in the parts of a tuple or dict if it is one."""
    if not expected.items:
        return compare(actual, expected)
    parts = _parts(actual, expected)
    if isinstance(parts, WrongType):
        return parts
    places = range(len(parts)) if expected.looked_at is None else expected.looked_at
    differences = (
        _first_difference(parts[place], expected.items[place], compare) for place in places
    )
    return next((difference for difference in differences if difference is not None), None)


def _value_difference(actual: wire.Value, expected: Expected, *, tight: bool) -> Difference | None:
    if _is_identical(actual, expected):
        return None
    numbers = numbers_of(actual, expected)
    if isinstance(numbers, WrongType | WrongShape):
        return numbers
    want = np.asarray(expected.value)
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
        # Of the entries that are wrong, the one that is wrong by most tolerances is shown.
        severity = np.where(fine, -1.0, np.nan_to_num(error / allowed, nan=np.inf))
    broken = ~fine & ~np.isfinite(numbers) & ~infinite
    if broken.any():
        index = _index(np.argmax(broken), want.shape)
        got, count = float(numbers[index].real), int(broken.sum())
        return NotFinite(expected.path, index, got, float(want[index]), count, want.size)
    index = _index(np.argmax(severity), want.shape)
    got_complex, count = complex(numbers[index]), int((~fine).sum())
    return WrongValue(expected.path, index, got_complex, float(want[index]), count, want.size)


def _is_identical(actual: wire.Value, expected: Expected) -> bool:
    """Whether an answer is the expected one to the last bit: then nothing need be computed."""
    if isinstance(actual, wire.Array):
        return (
            actual.data == expected.data
            and actual.dtype == "float64"
            and actual.shape == np.shape(expected.value)
        )
    return type(actual) is float is type(expected.value) and actual == expected.value


def _type_difference(actual: wire.Value, expected: Expected) -> WrongType | None:
    if isinstance(expected.value, float):
        if _is_float(actual):
            return None
        return WrongType(expected.path, type_name(actual), _wanted(expected))
    match actual:
        case wire.Array(dtype="float64", held="ndarray") | wire.Oversized(dtype="float64"):
            return None
        case wire.Sequence(kind="list", items=items) if expected.listed:
            others = [item for item in items if not _is_float(item)]
            if not others:
                return None
            got = f"a list that holds {type_name(others[0])}"
            return WrongType(expected.path, got, _wanted(expected))
    return WrongType(expected.path, type_name(actual), _wanted(expected))


def _is_float(value: wire.Value) -> bool:
    match value:
        case float() | wire.NumpyScalar(dtype="float64"):
            return True
        case wire.Array(dtype="float64", shape=(), held="ndarray"):
            return True
    return False


def _shape_difference(actual: wire.Value, expected: Expected) -> WrongType | WrongShape | None:
    numbers = numbers_of(actual, expected)
    if isinstance(numbers, WrongType | WrongShape):
        return numbers
    want = np.shape(expected.value)
    return None if numbers.shape == want else WrongShape(expected.path, numbers.shape, want)


def numbers_of(
    actual: wire.Value, expected: Expected
) -> NDArray[np.float64] | NDArray[np.complex128] | WrongType | WrongShape:
    """The numbers that `actual` holds, as float64 (complex128 if it holds complex ones)."""
    match actual:
        case wire.Array() | wire.NumpyScalar():
            array = np.asarray(wire.unpack(actual))
        case wire.Sequence():
            if _has_more_items(actual, SPARE_ITEMS + 4 * np.size(expected.value)):
                return WrongType(expected.path, "a list of far too many items", _wanted(expected))
            try:
                array = np.array(_nested(actual))
            except wire.WireError:
                return WrongType(expected.path, "a list of no numbers", _wanted(expected))
            except ValueError:
                return WrongType(expected.path, "a list of uneven rows", _wanted(expected))
        case bool() | int() | float():
            array = np.asarray(actual)
        case wire.Oversized(shape=shape):
            return WrongShape(expected.path, shape, np.shape(expected.value))
        case _:
            return WrongType(expected.path, type_name(actual), _wanted(expected))
    if array.dtype.kind == "c":
        return array.astype(np.complex128)
    if array.dtype.kind not in "biuf":
        return WrongType(expected.path, type_name(actual), _wanted(expected))
    return array.astype(np.float64, copy=False)


def _has_more_items(sequence: wire.Sequence, limit: int) -> bool:
    """Whether nested lists hold more than `limit` items; to look at each would take too long."""
    waiting = [sequence]
    while waiting:
        items = waiting.pop().items
        limit -= len(items)
        if limit < 0:
            return True
        waiting += [item for item in items if isinstance(item, wire.Sequence)]
    return False


def _nested(value: wire.Value) -> Any:
    if isinstance(value, wire.Sequence):
        return [_nested(item) for item in value.items]
    if value is None or isinstance(value, wire.Mapping | wire.Callback | wire.Word):
        raise wire.WireError("no number")
    return wire.unpack(value)


def _parts(actual: wire.Value, expected: Expected) -> tuple[wire.Value, ...] | WrongType:
    """The parts of a tuple or dict, in the expected order; extra keys of a dict are ignored."""
    if expected.keys:
        if not isinstance(actual, wire.Mapping):
            return WrongType(expected.path, type_name(actual), "a dict")
        missing = [key for key in expected.keys if key not in actual.keys]
        if missing:
            return WrongType(
                expected.path,
                f"a dict without {', '.join(map(repr, missing))}",
                f"a dict with {', '.join(map(repr, expected.keys))}",
            )
        return tuple(actual.values[actual.keys.index(key)] for key in expected.keys)
    count = len(expected.items)
    want = f"a tuple of {count}"
    if not isinstance(actual, wire.Sequence):
        return WrongType(expected.path, type_name(actual), want)
    if len(actual.items) != count:
        # Not how many: a number that the learner's code chose could carry a hidden input.
        return WrongType(expected.path, f"a {actual.kind} of another length", want)
    return actual.items


def _index(flat: np.intp, shape: Index) -> Index:
    return tuple(int(place) for place in np.unravel_index(flat, shape))


def _wanted(expected: Expected) -> str:
    if expected.listed:
        return WANT_LISTED
    return "a float" if isinstance(expected.value, float) else "a float64 array"


_OPAQUE = {
    "str": "a text (str)",
    "bytes": "bytes",
    "set": "a set",
    "function": "a function",
    "class": "a class",
    "generator": "a generator (make an array of it)",
    "stand-in": "an object of a plotting or notebook module",
    "array of objects": "an array of objects",
    "array of text": "an array of text",
    "structured array": "a structured array",
    "large int": "an int that no float64 can hold",
    "dict with keys that are not text": "a dict with keys that are not text",
    "too deep": "lists nested too deep",
    "too many items": "too many items to look at",
    "object": "an object that is no array",
}
_HELD = {
    "subclass": "a subclass of np.ndarray (such as np.matrix or a masked array)",
    "longdouble": "an array of long doubles",
    "object": "an array of objects",
}


def type_name(value: wire.Value) -> str:
    """What a value is, in words that hold nothing a learner's code could have chosen freely."""
    match value:
        case None:
            return "None (is a return statement missing?)"
        case bool():
            return "a bool"
        case int():
            return "an int"
        case float():
            return "a float"
        case wire.Array(held=held) if held != "ndarray":
            return _HELD[held]
        case wire.Array(dtype=dtype) | wire.NumpyScalar(dtype=dtype):
            article = "an" if dtype[0] == "i" else "a"
            return f"{article} {dtype} {'array' if isinstance(value, wire.Array) else 'number'}"
        case wire.Sequence(kind=kind):
            return f"a {kind}"
        case wire.Mapping():
            return "a dict"
        case wire.Oversized():
            return "an array far too large"
        case wire.Opaque(kind=kind):
            return _OPAQUE[kind]
        case wire.Callback():
            return "a function"
        case wire.Word():
            return "a text (str)"
