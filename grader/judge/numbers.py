"""Extract from an answer its numbers or parts, or words for what it is instead."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader import wire
from grader.judge.expected import Expected, Index, numbers_in
from grader.judge.upto import nearest

# An array or a list with so many items more than expected is not compared item by item.
SPARE_ITEMS = 5_000


# For each kind of answer: one, a list of them, an array of them.
_WANTED = {
    "int": ("an int", "a list of ints or a 1-D array of integers", "an array of integers"),
    "bool": ("a bool", "a list of bools or a 1-D array of bool", "an array of bool"),
    "text": ("a text (str)", "", ""),
    "None": ("None", "", ""),
}


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


@dataclass(frozen=True, slots=True)
class WrongKeys:
    """A dict whose keys are a part of the answer has others."""

    path: str
    missing: tuple[str, ...]
    extra: tuple[str, ...]


def is_one(value: wire.Value, holds: str) -> bool:
    """Return whether a value is one number, or else one thing, of the kind that is expected."""
    match value:
        case wire.NumpyScalar(dtype=dtype) | wire.Array(dtype=dtype, shape=(), held="ndarray"):
            return is_of(dtype, holds)
        case float():
            return holds == "float64"
        case bool():
            return holds == "bool"
        case int():
            return holds == "int"
        case wire.Word():
            return holds == "text"
    return value is None and holds == "None"


def is_of(dtype: str, holds: str) -> bool:
    """Return whether numbers of this dtype are of the kind that is expected."""
    return dtype == holds or (holds == "int" and dtype.lstrip("u").startswith("int"))


def numbers_of(
    actual: wire.Value, expected: Expected
) -> NDArray[np.float64] | NDArray[np.complex128] | WrongType | WrongShape:
    """Return the numbers in `actual` as float64, or complex128 if some are complex.

    What holds far more of them than `expected` is not looked into. Numbers that are as right as
    others, by `equal_up_to`, are those of them that are nearest to the expected ones.
    """
    if expected.holds in ("text", "None"):
        if not is_one(actual, expected.holds):
            return WrongType(expected.path, type_name(actual), wanted(expected))
        return numbers_in(actual.text if isinstance(actual, wire.Word) else None)
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
        case bool() | int() | float() if not expected.listed:
            array = np.asarray(actual)
        case wire.Oversized(shape=shape):
            return WrongShape(expected.path, shape, np.shape(expected.value))
        case _:
            return WrongType(expected.path, type_name(actual), wanted(expected))
    if array.dtype.kind == "c":
        return array.astype(np.complex128)
    return nearest(array.astype(np.float64, copy=False), expected)


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


def parts_of(
    actual: wire.Value, expected: Expected
) -> tuple[wire.Value, ...] | WrongType | WrongShape | WrongKeys:
    """Return the parts of a tuple, list or dict in the expected order.

    Further keys are ignored, unless the keys are a part of the answer.
    """
    if isinstance(expected.value, dict):
        if not isinstance(actual, wire.Mapping):
            return WrongType(expected.path, type_name(actual), "a dict")
        missing = tuple(key for key in expected.keys if key not in actual.keys)
        extra = tuple(key for key in actual.keys if key not in expected.keys)
        if expected.exact_keys and (missing or extra):
            return WrongKeys(expected.path, missing, extra)
        if missing:
            return WrongType(
                expected.path,
                f"a dict without {', '.join(map(repr, missing))}",
                f"a dict with {', '.join(map(repr, expected.keys))}",
            )
        return tuple(actual.values[actual.keys.index(key)] for key in expected.keys)
    count = len(expected.items)
    kind = "list" if isinstance(expected.value, list) else "tuple"
    want = f"a {kind} of {count}"
    if not isinstance(actual, wire.Sequence):
        return WrongType(expected.path, type_name(actual), want)
    if len(actual.items) != count and kind == "list":
        return WrongShape(expected.path, (len(actual.items),), (count,))
    if len(actual.items) != count:
        return WrongType(expected.path, f"a {actual.kind} of {len(actual.items)}", want)
    return actual.items


def wanted(expected: Expected) -> str:
    """Describe in words what is expected."""
    kind = expected.holds
    one, listed, array = _WANTED.get(
        kind, ("a float", f"a list of floats or a 1-D {kind} array", f"a {kind} array")
    )
    if expected.listed:
        return listed
    return one if expected.is_scalar or not listed else array


_OPAQUE = {
    "str": "a text (str) that is too long, or of a class of its own",
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
