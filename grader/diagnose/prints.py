"""Reduce answers to fingerprints: one number for each array, equal if the arrays are.

The number is a weighted sum of the entries, with fixed weights that look random, so that a
transposed or shuffled array has another one. It is linear: a multiple of an array has the same
multiple of its number. What is no array of finite numbers has a code far outside the range of such
sums, made from a hash: an exception, another type, where it is nan.
"""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from grader import wire
from grader.judge.compare import Leaf, leaves_of, type_difference
from grader.judge.expected import Expected
from grader.judge.numbers import WrongType
from grader.model import Outcome, Raised, Returned
from grader.plan import PlannedFunction

# In stored fingerprints: as the reference answers, and not known.
RIGHT, UNKNOWN = math.nan, math.inf
# Codes begin here; sums of entries that are larger get a code as well.
CODES = 1e30
# Those below this are of exceptions.
RAISED = -2 * CODES
LARGEST = 1e25
# The codes of answers that are right to six digits and not to more.
INEXACT = 1e34
# Two ways to compute the same value, and keeping it as a float32, change it by no more than this,
# relative to its terms.
ROUNDING = 1e-7
SAME_CODE = 3e-7
# Two answers that are inexact for the same reason have errors this near to each other.
SAME_ERROR = 0.05
NO_ROWS = zlib.compress(b"")
NO_MEMORY = ("MemoryError", "_ArrayMemoryError")


@dataclass(frozen=True, slots=True)
class Answer:
    """A function's answer to one call: a value, or an exception."""

    value: wire.Value
    leaves: tuple[Leaf, ...]
    error: str
    changed: tuple[int, ...] = ()

    @property
    def is_right(self) -> bool:
        """Whether all numbers in it are the expected ones."""
        return not self.error and all(leaf.is_right for leaf in self.leaves)


def answer_to(outcome: Outcome, expected: Expected) -> Answer | None:
    """Return the answer in an outcome; None if it says nothing of the function (time, memory)."""
    match outcome:
        case Returned(value=value, changed=changed):
            return Answer(value, leaves_of(value, expected), "", changed)
        case Raised(error=error) if error.type not in NO_MEMORY:
            return Answer(None, (), error_words(error.type, error.message))
    return None


def error_words(kind: str, message: str) -> str:
    """Return under what two exceptions are the same: type, and shapes in any order.

    NumPy names shapes in the order of the operands, which may be written either way.
    """
    return " ".join([kind, *sorted(re.findall(r"\([\d, ]*\)|\d+", message))])


@dataclass(frozen=True, slots=True)
class Prints:
    """The fingerprints of one function's answers, a slot for each array of each call.

    `values` are the numbers, `allowed` by how much another one may differ; `right` where the
    numbers are the expected ones; `known` where there is an answer at all.
    """

    values: NDArray[np.float64]
    allowed: NDArray[np.float64]
    right: NDArray[np.bool_]
    known: NDArray[np.bool_]

    @property
    def finite(self) -> NDArray[np.bool_]:
        """Where the answer is numbers."""
        return self.known & (np.abs(self.values) < LARGEST)


def slots_of(expected: Sequence[Expected]) -> list[int]:
    """Return the index of the call for each slot."""
    return [index for index, one in enumerate(expected) for _leaf in one.leaves]


def wanted_prints(expected: Sequence[Expected]) -> NDArray[np.float64]:
    """Return the fingerprints of the right answers."""
    leaves = (leaf for one in expected for leaf in one.leaves)
    return np.array([_number(np.asarray(leaf.value), leaf) for leaf in leaves])


def rows_in(function: PlannedFunction, expected: Sequence[Expected]) -> NDArray[np.float64]:
    """Return the stored fingerprints of a function's mistakes, a row for each."""
    rows = np.frombuffer(zlib.decompress(function.prints or NO_ROWS), "<f4").astype(np.float64)
    return rows.reshape(-1, len(slots_of(expected)))


def stored(rows: Sequence[NDArray[np.float64]] | NDArray[np.float64]) -> bytes:
    """Return rows of fingerprints as a plan keeps them."""
    return zlib.compress(np.asarray(rows, "<f4").tobytes(), 9)


def prints_of(answers: Mapping[int, Answer], expected: Sequence[Expected]) -> Prints:
    """Return the fingerprints of a function's answers, by the index of the call."""
    values: list[float] = []
    allowed: list[float] = []
    right: list[bool] = []
    known: list[bool] = []
    for index, one in enumerate(expected):
        answer = answers.get(index)
        for value, tolerance, is_right in _slots(answer, one):
            values.append(value)
            allowed.append(tolerance)
            right.append(is_right)
            known.append(answer is not None)
    return Prints(np.array(values), np.array(allowed), np.array(right, bool), np.array(known, bool))


def _slots(answer: Answer | None, expected: Expected) -> list[tuple[float, float, bool]]:
    """Return number, tolerance and whether it is right, for each array of one answer."""
    count = len(expected.leaves)
    if answer is None:
        return [(0.0, 0.0, False)] * count
    if answer.error:
        return [_coded("raised", answer.error)] * count
    if len(answer.leaves) != count or any(leaf.numbers is None for leaf in answer.leaves):
        if len(answer.leaves) == count > 1:
            return [_slot(leaf) for leaf in answer.leaves]
        kind = answer.value.keys if isinstance(answer.value, wire.Mapping) else ()
        return [_coded(*(leaf.words for leaf in answer.leaves), *kind)] * count
    form = form_of(answer, expected) if answer.is_right else ""
    if form:
        return [(*_coded("form", form)[:2], True)] * count
    return [_slot(leaf) for leaf in answer.leaves]


def form_of(answer: Answer, expected: Expected) -> str:
    """Say what is wrong with an answer whose numbers are right: its type, a changed argument."""
    difference = type_difference(answer.value, expected)
    words = difference.got if isinstance(difference, WrongType) else ""
    # In a browser NumPy's whole numbers have 32 bits, where nobody says how many.
    words = words.replace("int32", "int64")
    return words + "".join(f" changed {index}" for index in answer.changed)


def _slot(leaf: Leaf) -> tuple[float, float, bool]:
    numbers, expected = leaf.numbers, leaf.expected
    if numbers is None:
        return _coded(leaf.words)
    if leaf.is_right:
        return _right_slot(leaf, numbers)
    value = _number(numbers, expected)
    if abs(value) > LARGEST:
        return value, SAME_CODE * abs(value), False
    weights = weights_of(numbers.shape)
    allowed = ROUNDING * float((weights * np.abs(numbers)).sum()) + 1e-300
    if numbers.shape == np.shape(expected.value):
        terms = weights * (expected.loose * 1e-2 + expected.tight)
        allowed += float(terms[np.isfinite(terms)].sum())
        if abs(value - _number(np.asarray(expected.value), expected)) <= allowed:
            return _coded("too small to show in a sum", _far_off(numbers, expected))
    return value, allowed, False


def _right_slot(
    leaf: Leaf, numbers: NDArray[np.float64] | NDArray[np.complex128]
) -> tuple[float, float, bool]:
    """Return the slot of what is right to six digits: by its error, if it is not right to more."""
    expected = leaf.expected
    want = np.asarray(expected.value)
    with np.errstate(all="ignore"):
        off = np.abs(numbers - want)
        fine = (off <= expected.tight) | (numbers == want) | np.isinf(want)
    if fine.all():
        allowed = weights_of(want.shape) * expected.loose
        return _number(want, expected), float(allowed[np.isfinite(allowed)].sum()), True
    weights = np.where(fine, 0.0, weights_of(want.shape))
    error = float((weights * np.where(fine, 0.0, off)).sum())
    noise = float((weights * expected.tight).sum())
    value = INEXACT * (1 + math.log10(error) / 100)
    width = math.log10((1 + SAME_ERROR) + noise / error) / 100
    return value, INEXACT * width, True


def _number(numbers: NDArray[np.float64] | NDArray[np.complex128], expected: Expected) -> float:
    with np.errstate(all="ignore"):
        total = complex((weights_of(numbers.shape) * numbers).sum())
        value = total.real + 0.618 * total.imag
    if not np.isfinite(numbers).all() or abs(value) > LARGEST:
        return _coded("not finite", str(numbers.shape), _rounded(numbers))[0]
    if numbers.shape != np.shape(expected.value):
        if not numbers.any():
            return _coded("zeros", str(numbers.shape))[0]
        # A factor, so that the number stays linear.
        value *= 1 + zlib.crc32(str(numbers.shape).encode()) / 2**32
    return value


def _rounded(numbers: NDArray[np.float64] | NDArray[np.complex128]) -> str:
    """Return numbers to three digits; what is tiny beside the others may be rounding."""
    real = np.asarray(numbers.real).ravel()
    finite = np.abs(real[np.isfinite(real)])
    tiny = 1e-6 * finite.max(initial=0.0)
    return " ".join(f"{x:.2e}" if abs(x) > tiny or x != x else "0" for x in real[:400].tolist())  # noqa: PLR0124


def _far_off(numbers: NDArray[np.float64] | NDArray[np.complex128], expected: Expected) -> str:
    """Return the entries that are not right, to two digits, and where they stand."""
    wrong = np.flatnonzero(~(np.abs(numbers - expected.value) <= expected.loose))
    return " ".join(f"{at}:{numbers.flat[at].real:.1e}" for at in wrong.tolist())


def _coded(*words: str) -> tuple[float, float, bool]:
    code = -CODES * (1 + (zlib.crc32("\0".join(words).encode()) >> 12) / 2**20)
    if words[0] == "raised":
        code -= CODES
    return code, SAME_CODE * abs(code), False


@lru_cache(maxsize=512)
def weights_of(shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Return the weights of the entries of an array of this shape."""
    rng = np.random.default_rng(zlib.crc32(str(shape).encode()))
    weights = np.asarray(rng.random(shape)) + 0.5
    return np.asarray(weights)
