"""Recognise a wrong answer that no listed mistake gives: a factor, an axis, a constant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import permutations
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from grader import wire
from grader.judge.expected import Expected
from grader.plan import PlannedCall, Relation

Numbers: TypeAlias = NDArray[np.float64] | NDArray[np.complex128]

# A pattern must show on at least so many inputs.
ENOUGH = 2
# So many entries hardly agree by chance.
LONG = 3
# Two ways to compute the same value differ by no more than this, relative to its terms.
ROUNDING = 1e-8
# A number that is added to every entry must stand out of what rounding does to it so many times.
STANDS_OUT = 1e3
# Two factors this near to each other are equal.
SAME_FACTOR = 1e-6
CONSTANTS = {-1.0: "-1", 2.0: "2", 0.5: "1/2", -2.0: "-2", -0.5: "-1/2"}


@dataclass(frozen=True, slots=True)
class Pattern:
    """A way in which an answer is wrong."""

    id: str
    message: str
    evidence: str


@dataclass(frozen=True)
class Sample:
    """One array of one answer beside the expected one; `numbers` is None if it is not an array."""

    call_index: int
    path: str
    numbers: Numbers | None
    expected: Expected
    call: PlannedCall
    is_right: bool

    @property
    def want(self) -> NDArray[np.float64]:
        """The expected numbers."""
        return np.asarray(self.expected.value)

    @property
    def got(self) -> Numbers:
        """The learner's numbers."""
        assert self.numbers is not None
        return self.numbers

    @cached_property
    def fits(self) -> bool:
        """Whether the answer has the expected shape and is finite where that is."""
        return (
            self.numbers is not None
            and self.numbers.shape == self.want.shape
            and bool((np.isfinite(self.numbers) == np.isfinite(self.want)).all())
        )

    @cached_property
    def tells(self) -> bool:
        """Whether some expected number is not nearly zero: a factor would not show otherwise."""
        return bool((np.abs(self.want) > self.expected.loose).any())


def close(one: Numbers, other: Numbers, expected: Expected, *, scale: float = 1.0) -> bool:
    """Return whether two wrong answers are the same up to rounding; nan equals nan."""
    if one.shape != other.shape or not _may_be_close(one, other, expected, scale):
        return False
    with np.errstate(all="ignore"):
        # An infinite tolerance would let everything pass.
        allowed = np.where(np.isfinite(other), ROUNDING * np.abs(other) + 1e-300, 0.0)
        if np.shape(expected.loose) == other.shape:
            terms = np.abs(scale) * (expected.loose * 1e-2 + expected.tight)
            allowed = allowed + np.where(np.isfinite(other) & np.isfinite(terms), terms, 0.0)
        same = (np.abs(one - other) <= allowed) | (one == other) | (np.isnan(one) & np.isnan(other))
    return bool(same.all())


def _may_be_close(one: Numbers, other: Numbers, expected: Expected, scale: float) -> bool:
    """Look quickly at the first and last entries, which tell most different answers apart."""
    if one.size == 0:
        return True
    for at in (0, -1):
        a, b = one.item(at), other.item(at)
        if a == b or a != a or b != b or abs(b) == np.inf:  # noqa: PLR0124  # nan
            continue
        allowed = ROUNDING * abs(b)
        if np.shape(expected.loose) == other.shape:
            allowed += abs(scale) * (expected.loose.item(at) + expected.tight.item(at))
        if abs(a - b) > allowed + 1e-300:
            return False
    return True


def instead(expected: Expected, numbers: Numbers) -> Expected:
    """Return `expected` with other numbers, to look for a pattern relative to those."""
    loose, tight = expected.loose, expected.tight
    if numbers.shape != np.shape(expected.value):
        loose = tight = 1e-6 * np.abs(numbers)
    return replace(expected, value=numbers, loose=loose, tight=tight, data=b"")


def exact_in(samples: Sequence[Sample], parameters: Sequence[str]) -> Pattern | None:
    """Return the factor or the order of axes that makes right answers of all these."""
    return _factor_in(samples, parameters) or _swapped_axes(samples)


def relation_of(exact: Pattern) -> Relation:
    """Return which relation such a pattern is."""
    if exact.id == "factor_minus_1":
        return "sign"
    return "factor" if exact.id.startswith("factor_") else "swapped_axes"


def offset_in(samples: Sequence[Sample]) -> Pattern | None:
    """Return the pattern of a number that is added, or of a factor, along an axis."""
    return _constant_added(samples) or _factor_along_axis(samples)


def _factor_in(samples: Sequence[Sample], parameters: Sequence[str]) -> Pattern | None:
    """Return the pattern of one factor on all answers: a number, or the size of an axis."""
    parts = _wrong_parts(samples)
    if parts is None:
        return None
    wrong, which = parts
    telling = [sample for sample in wrong if sample.tells]
    if len({sample.call_index for sample in telling}) < ENOUGH:
        return None
    first = telling[0]
    at = np.unravel_index(np.argmax(np.abs(first.want)), first.want.shape)
    factor = float(np.real(first.got[at] / first.want[at]))
    candidates = [
        (name, words, times)
        for name, words, times, of in _factors(telling, parameters, factor)
        if abs(of(first) - factor) <= SAME_FACTOR * abs(factor)
        and all(close(s.got, of(s) * s.want, s.expected, scale=of(s)) for s in wrong)
    ]
    if not candidates:
        return None
    name, words, times = candidates[0]
    count = len({sample.call_index for sample in telling})
    return Pattern(
        f"factor_{name}",
        f"{which} exactly {words}",
        f"{times if name == 'constant' else 'the same factor'} in every entry, on {count} inputs",
    )


def _factors(
    samples: Sequence[Sample], parameters: Sequence[str], factor: float
) -> Iterator[tuple[str, str, str, Any]]:
    """Yield factors to try, numbers first: name, words, formula, and its value in a sample."""
    for number, text in CONSTANTS.items():
        name = text.replace("-", "minus_").replace("/", "_over_")
        if number == -1:
            words = "the right one with the sign turned round. Which way does a step down go?"
        else:
            words = f"{text} times the right one. Where does that factor come from?"
        yield name, words, text, lambda _sample, number=number: number
    yield from _sizes_as_factors(samples, parameters)
    # A number that is not in the list.
    if np.isfinite(factor) and factor:
        yield (
            "constant",
            "the right one times one and the same number. Where does that factor come from?",
            f"{factor:.6g}",
            lambda _sample: factor,
        )


def _sizes_as_factors(
    samples: Sequence[Sample], parameters: Sequence[str]
) -> Iterator[tuple[str, str, str, Any]]:
    """Yield the sizes of arguments as factors to try."""
    sizes = [sizes_of(sample.call, parameters) for sample in samples]
    seen: set[tuple[int, ...]] = set()
    for label in sizes[0] if sizes else ():
        if not all(
            label in one for one in sizes
        ):  # pragma: no cover  # a list in place of a matrix
            continue
        values = tuple(one[label] for one in sizes)
        if values in seen or len(set(values)) < ENOUGH:
            continue
        seen.add(values)
        name, axis = label
        size = f"{name}.shape[{axis}]"
        slug = f"{'rows' if axis == 0 else 'columns'}_of_{name}"
        for sign, turned in ((1, ""), (-1, " and has the wrong sign")):
            prefix, minus = ("", "") if sign == 1 else ("minus_", "-")
            yield (
                f"{prefix}{slug}",
                f"{size} times too large{turned}. Is there a sum where a mean is asked for?",
                f"{minus}{size}",
                lambda s, label=label, sign=sign: sign * sizes_of(s.call, parameters)[label],
            )
            yield (
                f"{prefix}1_over_{slug}",
                f"{size} times too small{turned}. What do you divide by that you should not?",
                f"{minus}1 / {size}",
                lambda s, label=label, sign=sign: sign / sizes_of(s.call, parameters)[label],
            )


def sizes_of(call: PlannedCall, parameters: Sequence[str]) -> dict[tuple[str, int], int]:
    """Return the sizes of the axes of the arrays among a call's positional arguments."""
    return {
        (name, axis): size
        for name, value in zip(parameters, call.args, strict=False)
        if isinstance(value, wire.Array)
        for axis, size in enumerate(value.shape)
    }


def in_parts_of(wrong: Sequence[Sample]) -> str:
    """Return the words that say in which parts of an answer something is wrong."""
    parts = [path for path in dict.fromkeys(sample.path for sample in wrong) if path]
    return f"in {' and '.join(parts)} of your answer" if parts else "of your answer"


def _wrong_parts(samples: Sequence[Sample]) -> tuple[list[Sample], str] | None:
    """Return the samples of the parts that are wrong, and the words to name those parts."""
    if not samples or not all(sample.fits for sample in samples):
        return None
    paths = list(dict.fromkeys(s.path for s in samples if not s.is_right))
    if not paths:
        return None
    which = "Your answer is"
    if paths != [""]:
        which = f"In your answer {', '.join(paths)} {'is' if len(paths) == 1 else 'are'} each"
    return [sample for sample in samples if sample.path in paths], which


def _swapped_axes(samples: Sequence[Sample]) -> Pattern | None:
    """Return the pattern of right numbers with their axes in another order."""
    if any(sample.numbers is None or sample.numbers.ndim != sample.want.ndim for sample in samples):
        return None
    wrong = [sample for sample in samples if not sample.is_right]
    if len({sample.call_index for sample in wrong}) < ENOUGH:
        return None
    for axes in permutations(range(wrong[0].want.ndim)):
        if list(axes) == sorted(axes):
            continue
        if all(
            sample.want.ndim == len(axes)
            and close(sample.got, sample.want.transpose(axes), instead(sample.expected, sample.got))
            for sample in wrong
        ):
            return Pattern(
                "transposed" if len(axes) == 2 else "axes_swapped",
                "Your numbers are right, but their axes are swapped: what you return is the"
                " transpose. Which index belongs to the rows?"
                if len(axes) == 2
                else f"Your numbers are right, but their axes are in another order: {axes}.",
                f"so it is on all {len({s.call_index for s in wrong})} inputs that show it",
            )
    return None


def _constant_added(samples: Sequence[Sample]) -> Pattern | None:
    """Return the pattern of a number added to all entries along an axis."""
    where = in_parts_of([sample for sample in samples if not sample.is_right])
    for axis, each, other in ((None, "entry", ""), (0, "column", "rows"), (1, "row", "columns")):
        count = _along(samples, axis, lambda sample: sample.got - sample.want, relative=False)
        if count < ENOUGH:
            continue
        if axis is None:
            return Pattern(
                "constant_added",
                f"Every entry {where} is off by the same amount. What do you add, or forget to take"
                " off?",
                f"so it is on {count} inputs",
            )
        return Pattern(
            f"constant_per_{each}",
            f"Within each {each}, all entries {where} are off by the same amount: something that"
            f" does not depend on the {other} has been added, or was not taken off.",
            f"so it is on {count} inputs",
        )
    return None


def _factor_along_axis(samples: Sequence[Sample]) -> Pattern | None:
    """Return the pattern of a separate factor for each column, or for each row."""
    where = in_parts_of([sample for sample in samples if not sample.is_right])
    for axis, each in ((0, "column"), (1, "row")):
        count = _along(samples, axis, lambda sample: sample.got / sample.want, relative=True)
        if count >= ENOUGH:
            return Pattern(
                f"factor_per_{each}",
                f"Each {each} {where} is right but for"
                f" a factor of its own. By what is a {each} divided, or scaled?",
                f"so it is on {count} inputs",
            )
    return None


def _along(samples: Sequence[Sample], axis: int | None, what: Any, *, relative: bool) -> int:
    """Count the inputs on which `what` is the same along an axis; 0 if it is not in one of them."""
    parts = _wrong_parts(samples)
    if parts is None:
        return 0
    indices = set()
    for sample in parts[0]:
        if sample.want.ndim != 2 or not np.isfinite(sample.want).all():
            return 0
        with np.errstate(all="ignore"):
            if relative and not (np.abs(sample.want) > 0).all():
                return 0
            values = what(sample)
            size = np.abs(sample.got).max() + np.abs(sample.want).max()
            allowed = ROUNDING * (np.abs(values) if relative else size)
            spread = np.abs(values - values.mean(axis=axis, keepdims=True))
        if not (spread <= allowed).all():
            return 0
        if not relative and not (np.abs(values) > STANDS_OUT * allowed).any():
            continue
        length = values.size if axis is None else values.shape[axis]
        if length >= LONG and not sample.is_right:
            indices.add(sample.call_index)
    return len(indices)
