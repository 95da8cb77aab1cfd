"""Compare a returned value with the expected one and say how they differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from grader import wire
from grader.plan import PlannedCall

# A value this large counts as infinite where the expected one is.
INFINITE = 1e300
SMALLEST = 1e-300

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

    def tolerance(self, *, tight: bool) -> NDArray[np.float64]:
        """The allowed error, in the shape of the value."""
        return self.tight if tight else self.loose  # type: ignore[no-any-return]


def expected_of(call: PlannedCall) -> Expected:
    """What a call must answer, ready to compare with."""
    return _expected(wire.unpack(call.expected), wire.unpack(call.magnitude), call, "")


def _expected(value: Any, magnitude: Any, call: PlannedCall, path: str) -> Expected:
    if isinstance(value, tuple | list):
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
    is_scalar = not isinstance(value, np.ndarray)
    return Expected(
        path,
        float(value) if is_scalar else numbers,
        call.loose * sizes + SMALLEST,
        call.tight * call.growth * sizes + SMALLEST,
    )


def value_difference(
    actual: wire.Value, expected: Expected, *, tight: bool = False
) -> Difference | None:
    """How the numbers in `actual` differ from the expected ones; None when they do not.

    A list, another dtype or a (1, 1) scalar is taken for what it holds: their form is the matter
    of `type_difference`. With `tight`, rounding must not add up to more than float64 makes it.
    """
    if expected.items:
        parts = _parts(actual, expected)
        if isinstance(parts, WrongType):
            return parts
        differences = (
            value_difference(part, item, tight=tight)
            for part, item in zip(parts, expected.items, strict=True)
        )
        return next((d for d in differences if d is not None), None)
    numbers = numbers_of(actual, expected)
    if isinstance(numbers, WrongType | WrongShape):
        return numbers
    want = np.asarray(expected.value)
    if numbers.shape != want.shape:
        if want.ndim == 0 and numbers.size == 1:
            numbers = numbers.reshape(())
        else:
            return WrongShape(expected.path, numbers.shape, want.shape)
    allowed = expected.tolerance(tight=tight)
    with np.errstate(all="ignore"):
        error = np.abs(numbers - want)
        fine = error <= allowed
        if fine.all():
            return None
        infinite = np.isinf(want)
        fine |= infinite & (np.sign(want) * numbers.real > INFINITE)
        if fine.all():
            return None
        # Of two entries that are both wrong, the one that is wrong by more tolerances is shown.
        severity = np.where(fine, -1.0, np.nan_to_num(error / allowed, nan=np.inf))
    wrong = int((~fine).sum())
    broken = ~fine & ~np.isfinite(numbers) & ~infinite
    if broken.any():
        index = _index(np.argmax(broken), want.shape)
        return NotFinite(
            expected.path,
            index,
            float(numbers[index].real),
            float(want[index]),
            int(broken.sum()),
            want.size,
        )
    index = _index(np.argmax(severity), want.shape)
    got = complex(numbers[index])
    return WrongValue(expected.path, index, got, float(want[index]), wrong, want.size)


def type_difference(actual: wire.Value, expected: Expected) -> WrongType | None:
    """Whether `actual` is of the class and dtype that the contract names, whatever it holds."""
    if expected.items:
        parts = _parts(actual, expected)
        if isinstance(parts, WrongType):
            return parts
        differences = (
            type_difference(part, item) for part, item in zip(parts, expected.items, strict=True)
        )
        return next((d for d in differences if d is not None), None)
    if isinstance(expected.value, float):
        want = "a float"
        match actual:
            case float() | wire.NumpyScalar(dtype="float64"):
                return None
            case wire.Array(dtype="float64", shape=(), held="ndarray"):
                return None
    else:
        want = "a float64 array"
        match actual:
            case wire.Array(dtype="float64", held="ndarray") | wire.Oversized(dtype="float64"):
                return None
    return WrongType(expected.path, type_name(actual), want)


def shape_difference(actual: wire.Value, expected: Expected) -> WrongType | WrongShape | None:
    """Whether `actual` has the expected shape, whatever its values."""
    if expected.items:
        parts = _parts(actual, expected)
        if isinstance(parts, WrongType):
            return parts
        differences = (
            shape_difference(part, item) for part, item in zip(parts, expected.items, strict=True)
        )
        return next((d for d in differences if d is not None), None)
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
            try:
                array = np.array(_nested(actual))
            except (ValueError, wire.WireError):
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


def _nested(value: wire.Value) -> Any:
    if isinstance(value, wire.Sequence):
        return [_nested(item) for item in value.items]
    if value is None or isinstance(value, wire.Mapping | wire.Callback):
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
        return WrongType(expected.path, f"a {actual.kind} of {len(actual.items)}", want)
    return actual.items


def _index(flat: np.intp, shape: Index) -> Index:
    return tuple(int(place) for place in np.unravel_index(flat, shape))


def _wanted(expected: Expected) -> str:
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
