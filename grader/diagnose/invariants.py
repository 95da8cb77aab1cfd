"""Find a property that every right answer of a function has and a learner's has not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, groupby

import numpy as np
from numpy.typing import NDArray

from grader import wire
from grader.diagnose.patterns import Pattern, Sample, close
from grader.judge.expected import Expected
from grader.plan import PlannedCall, Words

SUMS = (0.0, 1.0)
AXES = {-2: "column", -1: "row"}
EVERY = "a property that every right answer has"
NOT_SYMMETRIC = "not_symmetric"
SHIFTS_COUNT = "a_shift_changes_the_answer"


@dataclass(frozen=True, slots=True)
class Invariants:
    """The properties that every right answer has, by the part of the answer."""

    # The value of all sums along an axis, by (path, axis).
    sums: dict[tuple[str, int], float]
    symmetric: frozenset[str]
    # Pairs of calls with the same right answer whose inputs differ by one number for each column.
    shifted: tuple[tuple[int, int], ...] = ()


def invariants_of(calls: Sequence[PlannedCall], expected: Sequence[Expected]) -> Invariants:
    """Return the properties that all these expected answers have."""
    leaves = [leaf for one in expected for leaf in one.leaves]
    by_path = groupby(sorted(leaves, key=lambda e: e.path), key=lambda e: e.path)
    wants = {path: [np.asarray(e.value) for e in group] for path, group in by_path}
    sums = {
        (path, axis): total
        for path, arrays in wants.items()
        for axis in AXES
        if (total := _common_sum(arrays, axis)) is not None
    }
    symmetric = frozenset(path for path in wants if _are_symmetric(wants[path]))
    return Invariants(sums, symmetric, _shifted_pairs(calls, expected))


def broken_invariant(
    samples: Sequence[Sample], invariants: Invariants, words: Words
) -> Pattern | None:
    """Return a pattern for a property of every right answer that one of these answers lacks."""
    fitting = [sample for sample in samples if sample.fits]
    wrong = [sample for sample in fitting if not sample.is_right]
    for axis, each in AXES.items():
        for sample in wrong:
            total = invariants.sums.get((sample.path, axis))
            if total is None:
                continue
            broken = _broken_sum(sample, axis, total)
            if broken is not None:
                return _sum_pattern(sample, each, total, broken, words)
    for sample in wrong:
        if sample.path in invariants.symmetric:
            swapped = np.swapaxes(sample.got, -1, -2)
            size = np.abs(sample.got).max(initial=0)
            if (np.abs(sample.got - swapped) > 1e-6 * size).any():
                return Pattern(
                    NOT_SYMMETRIC,
                    f"Your matrix is not symmetric. {words.symmetric}",
                    EVERY,
                )
    return _broken_shift(fitting, invariants, words)


def _common_sum(wants: Sequence[NDArray[np.float64]], axis: int) -> float | None:
    """Return the value of all sums along an axis, if it is 0 or 1 in every expected answer."""
    if not wants or any(want.ndim < 2 or not np.isfinite(want).all() for want in wants):
        return None
    if all(want.shape[axis] < 2 for want in wants):
        return None
    for total in SUMS:
        if all(
            (np.abs(w.sum(axis=axis) - total) <= 1e-9 * (1 + np.abs(w).sum(axis=axis))).all()
            for w in wants
        ):
            return total
    return None


def _broken_sum(sample: Sample, axis: int, total: float) -> tuple[int, float] | None:
    sums = np.real(sample.got.sum(axis=axis))
    sizes = np.abs(sample.got).sum(axis=axis) + total
    # An entry may be as inexact as a right answer's.
    allowed = np.broadcast_to(sample.expected.loose, sample.got.shape).sum(axis=axis)
    off = np.abs(sums - total) > 1e-6 * sizes + allowed + 1e-12
    if not off.any():
        return None
    flat = int(np.argmax(off))
    return flat, float(sums.flat[flat])


def _shifted_pairs(
    calls: Sequence[PlannedCall], expected: Sequence[Expected]
) -> tuple[tuple[int, int], ...]:
    indices = [
        index for index, call in enumerate(calls) if isinstance(call.expected, wire.Array | float)
    ]
    return tuple(
        (one, other)
        for one, other in combinations(indices, 2)
        if _differ_by_a_shift(calls[one], calls[other])
        and close(np.asarray(expected[one].value), np.asarray(expected[other].value), expected[one])
    )


def _differ_by_a_shift(one: PlannedCall, other: PlannedCall) -> bool:
    """Return whether the first arguments differ by a number for each column, and no others do."""
    if not one.args or one.args[1:] != other.args[1:] or one.kwargs != other.kwargs:
        return False
    plain, shifted = wire.unpack(one.args[0]), wire.unpack(other.args[0])
    if not (isinstance(plain, np.ndarray) and isinstance(shifted, np.ndarray)):
        return False
    if plain.shape != shifted.shape or plain.ndim != 2 or len(plain) < 2:
        return False
    shift = shifted - plain
    return bool(shift.any()) and bool(np.ptp(shift, axis=0).max() <= 1e-9 * np.abs(shift).max())


def _broken_shift(
    samples: Sequence[Sample], invariants: Invariants, words: Words
) -> Pattern | None:
    """Return a pattern if two inputs that differ by a shift have different answers."""
    got = {sample.call_index: sample for sample in samples}
    for one, other in invariants.shifted:
        if one not in got or other not in got:
            continue
        size = np.abs(got[one].got).max(initial=0) + np.abs(got[other].got).max(initial=0)
        off = np.abs(got[one].got - got[other].got)
        if np.isfinite(off).all() and (off > 1e-6 * size).any():
            return Pattern(SHIFTS_COUNT, words.shift, EVERY)
    return None


def _sum_pattern(
    sample: Sample, each: str, total: float, broken: tuple[int, float], words: Words
) -> Pattern:
    number, value = broken
    part = f" of {sample.path}" if sample.path else ""
    return Pattern(
        _sum_id(each, total),
        f"The {each}s of your answer do not sum to {total:g}."
        f" {words.sum_is_1 if total else words.sum_is_0}",
        f"{each} {number}{part} sums to {value:.6g}",
    )


def _are_symmetric(wants: Sequence[NDArray[np.float64]]) -> bool:
    return bool(wants) and all(
        want.ndim >= 2
        and want.shape[-1] == want.shape[-2]
        and np.allclose(want, np.swapaxes(want, -1, -2), rtol=0, atol=1e-9)
        for want in wants
    )


def _sum_id(each: str, total: float) -> str:
    return f"{each}s_do_not_sum_to_{total:g}"


# The ids of these patterns, which are used only if nothing more specific is known.
IDS = frozenset(
    [_sum_id(each, total) for each in AXES.values() for total in SUMS]
    + [NOT_SYMMETRIC, SHIFTS_COUNT]
)
