"""Describe how points are spread over a class: mean, deviation, quartiles, a histogram."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import NamedTuple, Self

BINS = 20


class Spread(NamedTuple):
    """How so many learners' points out of `of` are spread.

    `quartiles` are the lower one, the median and the upper one; `deviation` is the standard
    deviation of a sample, None of a single learner.
    """

    n: int
    of: float
    mean: float
    deviation: float | None
    lowest: float
    quartiles: tuple[float, float, float]
    highest: float
    # Learners by points, in equal bins.
    bins: tuple[int, ...]

    @classmethod
    def over(cls, scores: Sequence[float], of: float, *, bins: int = BINS) -> Self | None:
        """Describe these points; None if there are none."""
        if not scores:
            return None
        ordered = sorted(scores)
        mean = statistics.fmean(ordered)
        alone = len(ordered) == 1
        cuts = [mean] * 3 if alone else statistics.quantiles(ordered, n=4, method="inclusive")
        return cls(
            n=len(ordered),
            of=of,
            mean=mean,
            deviation=None if alone else statistics.stdev(ordered, mean),
            lowest=ordered[0],
            quartiles=(cuts[0], cuts[1], cuts[2]),
            highest=ordered[-1],
            bins=_histogram(ordered, of, bins),
        )


def _histogram(scores: Sequence[float], of: float, bins: int) -> tuple[int, ...]:
    counts = [0] * bins
    for score in scores:
        counts[min(int(bins * score / (of or 1.0)), bins - 1)] += 1
    return tuple(counts)
