"""Extract from an answer its numbers or parts, or words for what it is instead."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader import wire
from grader.judge.expected import Expected, Index

# An array or a list with so many items more than expected is not compared item by item.
SPARE_ITEMS = 5_000


WANT_LISTED = "a list of floats or a 1-D float64 array"


@dataclass(frozen=True, slots=True)
class WrongType:
    """The value is not of the type in the contract; `got` and `want` are words."""

    path: str
    got: str
    want: str


@dataclass(frozen=True, slots=True)
class WrongShape:
    """The numbers have another shape."""

    path: str
    got: Index
    want: Index


def is_float(value: wire.Value) -> bool:
    """Return whether a value is a float of Python or NumPy."""
    match value:
        case float() | wire.NumpyScalar(dtype="float64"):
            return True
        case wire.Array(dtype="float64", shape=(), held="ndarray"):
            return True
    return False


def numbers_of(
    actual: wire.Value, expected: Expected
) -> NDArray[np.float64] | NDArray[np.complex128] | WrongType | WrongShape:
    """Return the numbers in `actual` as float64, or complex128 if some are complex.

    What holds far more of them than `expected` is not looked into.
    """
    limit = SPARE_ITEMS + 4 * np.size(expected.value)
    match actual:
        case wire.Array(shape=shape) if math.prod(shape) > limit:
            return WrongShape(expected.path, shape, np.shape(expected.value))
        case wire.Array() | wire.NumpyScalar():
            array = np.asarray(wire.unpack(actual))
        case wire.Sequence():
            if _has_more_items(actual, limit):
                return WrongType(expected.path, "a list of far too many items", wanted(expected))
            try:
                array = np.array(_nested(actual))
            except wire.WireError:
                return WrongType(expected.path, "a list of no numbers", wanted(expected))
            except ValueError:
                return WrongType(expected.path, "a list of uneven rows", wanted(expected))
        case bool() | int() | float():
            array = np.asarray(actual)
        case wire.Oversized(shape=shape):
            return WrongShape(expected.path, shape, np.shape(expected.value))
        case _:
            return WrongType(expected.path, type_name(actual), wanted(expected))
    if array.dtype.kind == "c":
        return array.astype(np.complex128)
    return array.astype(np.float64, copy=False)


def _has_more_items(sequence: wire.Sequence, limit: int) -> bool:
    """Return whether nested lists hold more than `limit` items, without visiting all of them."""
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
    if value is None or isinstance(value, wire.Mapping | wire.Lambda | wire.Word):
        raise wire.WireError("no number")
    return wire.unpack(value)


def parts_of(actual: wire.Value, expected: Expected) -> tuple[wire.Value, ...] | WrongType:
    """Return the parts of a tuple or dict in the expected order; extra keys are ignored."""
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


def wanted(expected: Expected) -> str:
    """Describe in words what is expected."""
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
    "far too large": "far more than was asked for",
    "object": "an object that is no array",
}


_HELD = {
    "subclass": "a subclass of np.ndarray (such as np.matrix or a masked array)",
    "longdouble": "an array of long doubles",
    "object": "an array of objects",
    # No honest process sends it: only arguments are made so.
    "fortran": "an array in another order",
}


def type_name(value: wire.Value) -> str:
    """Describe a value in words, none of which learner code could have chosen freely."""
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
        case wire.Lambda():
            return "a function"
        case wire.Word():  # pragma: no branch  # the last kind
            return "a text (str)"
