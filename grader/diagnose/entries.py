"""Recognise answers that are right in some entries, or that were rounded, cut off or shifted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from grader.diagnose.patterns import (
    CONSTANTS,
    LONG,
    SAME_FACTOR,
    STANDS_OUT,
    Pattern,
    Sample,
    in_parts_of,
)

FACTORS = {
    0.0: "0",
    **{number: f"{text} times the right ones" for number, text in CONSTANTS.items()},
}
FACTORS[-1.0] = "right but for their sign"
DIGITS = range(1, 10)


def by_entry(samples: Sequence[Sample]) -> Pattern | None:
    """Return what was done to the entries of right answers, all of them or some."""
    wrong = [sample for sample in samples if not sample.is_right]
    if not all(s.fits and s.got.dtype.kind == "f" for s in samples):
        return None
    if len({sample.call_index for sample in wrong}) < LONG:
        return None
    return _one_number_added(wrong) or _rounded(samples) or _cut_off(samples) or _in_some(wrong)


def _one_number_added(wrong: Sequence[Sample]) -> Pattern | None:
    """Return the pattern of a number that is added to every answer, the same on all inputs."""
    off = [sample.got - sample.want for sample in wrong]
    number = float(off[0].flat[0])
    sizes = max(float(np.abs(s.got).max() + np.abs(s.want).max()) for s in wrong)
    allowed = 1e-9 * sizes
    if abs(number) <= STANDS_OUT * allowed or not np.isfinite(sizes):
        return None
    if not all((np.abs(one - number) <= allowed).all() for one in off):
        return None
    return Pattern(
        "number_added",
        f"Every number {in_parts_of(wrong)} is off by {number:.6g}, on all inputs. What do you add,"
        " or forget to take off?",
        f"so it is on all {len({s.call_index for s in wrong})} inputs that show it",
    )


def _rounded(samples: Sequence[Sample]) -> Pattern | None:
    for digits in DIGITS:
        if all(_is_like(np.real(s.got), np.round(s.want, digits), s) for s in samples):
            return Pattern(
                "rounded_answer",
                f"Your numbers are the right ones, rounded to {digits} decimals. Leave rounding to"
                " whoever prints them.",
                "so it is on all inputs",
            )
    return None


def _cut_off(samples: Sequence[Sample]) -> Pattern | None:
    """Return the pattern of right numbers that are cut off at a limit, the same on all inputs."""
    low = min(float(s.got.min()) for s in samples)
    high = max(float(s.got.max()) for s in samples)
    if not all(_is_like(np.real(s.got), np.clip(s.want, low, high), s) for s in samples):
        return None
    ends = [(low, "below", np.less), (high, "above", np.greater)]
    cut = [
        f"{word} {end:.6g}"
        for end, word, beyond in ends
        if sum(bool(beyond(s.want, end + 0 * s.want).any()) for s in samples) >= LONG
    ]
    if not cut:
        return None
    return Pattern(
        "cut_off",
        f"Your numbers are the right ones, cut off {' and '.join(cut)}. Why should the answer lie"
        " between limits?",
        "so it is on all inputs",
    )


def _is_like(one: NDArray[np.float64], other: NDArray[np.float64], sample: Sample) -> bool:
    """Return whether these are the same numbers, as exact as the right ones are known."""
    with np.errstate(all="ignore"):
        return bool(((np.abs(one - other) <= sample.expected.tight) | (one == other)).all())


def _in_some(wrong: Sequence[Sample]) -> Pattern | None:
    """Return the pattern of one factor on those entries that are not right."""
    for factor, words in FACTORS.items():
        if all(_is_right_or(sample, factor) for sample in wrong):
            where = next((name for name, mask in _places() if _are_at(wrong, mask)), "")
            these = f"those {where}" if where else "the others"
            return Pattern(
                "some_entries",
                f"Some entries of your answer are right; {these} are {words}. Which entries does"
                " your code reach, and what happens to the rest?",
                f"so it is on all {len({s.call_index for s in wrong})} inputs that show it",
            )
    return None


def _is_right_or(sample: Sample, factor: float) -> bool:
    """Return whether each entry is right, or right but for this factor, and there are both."""
    want, got, loose = sample.want, np.real(sample.got), sample.expected.loose
    right = np.abs(got - want) <= loose
    like = np.abs(got - factor * want) <= SAME_FACTOR * np.abs(want) * abs(factor)
    stands_out = np.abs(want) > 10 * loose
    return bool((right | like).all()) and bool((right & stands_out).any())


Mask = Callable[[tuple[int, ...]], NDArray[np.bool_]]


class _Place(NamedTuple):
    name: str
    mask: Mask


def _places() -> Iterator[_Place]:
    """Yield places in an array by their names, each as where it is."""

    def rows(shape: tuple[int, ...], axis: int) -> NDArray[np.int64]:
        return np.asarray(np.indices(shape)[axis])

    yield _Place("on the diagonal", lambda s: rows(s, -1) == rows(s, -2))
    yield _Place("off the diagonal", lambda s: rows(s, -1) != rows(s, -2))
    for axis, name in ((-1, "column"), (-2, "row")):
        yield _Place(f"in the first {name}", lambda s, a=axis: rows(s, a) == 0)  # type: ignore[misc]
        yield _Place(f"outside the first {name}", lambda s, a=axis: rows(s, a) > 0)  # type: ignore[misc]
        yield _Place(
            f"in the last {name}",
            lambda s, a=axis: rows(s, a) == s[a] - 1,  # type: ignore[misc]
        )
        yield _Place(
            f"outside the last {name}",
            lambda s, a=axis: rows(s, a) < s[a] - 1,  # type: ignore[misc]
        )


def _are_at(wrong: Sequence[Sample], mask: Mask) -> bool:
    """Return whether the entries that are not right are exactly those at a place."""
    if any(sample.want.ndim < 2 for sample in wrong):
        return False
    for sample in wrong:
        off = np.abs(sample.got - sample.want) > sample.expected.loose
        here = mask(sample.want.shape)
        shows = np.abs(sample.want) > 10 * sample.expected.loose
        if (off & ~here).any() or (here & shows & ~off).any():
            return False
    return True
