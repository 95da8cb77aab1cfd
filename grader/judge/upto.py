"""Answers that are as right as the expected one: of another sign, in another order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from grader.judge.expected import Expected


def nearest(numbers: NDArray[np.float64], expected: Expected) -> NDArray[np.float64]:
    """Return the numbers that are as right as these and nearest to the expected ones.

    Numbers in another shape are returned as they are.
    """
    want = np.asarray(expected.value)
    if (
        expected.equal_up_to == "nothing"
        or numbers.shape != want.shape
        or not want.size * want.ndim
    ):
        return numbers
    with np.errstate(all="ignore"):
        match expected.equal_up_to:
            case "sign":
                return -numbers if (numbers * want).sum() < 0 else numbers
            case "column_signs":
                return np.where((numbers * want).sum(axis=0) < 0, -numbers, numbers)
        return numbers[_order(numbers, want)]


def _order(numbers: NDArray[np.float64], want: NDArray[np.float64]) -> list[int]:
    """Return, for each expected row, the index of the row that is nearest of those left."""
    rows, left, order = numbers.reshape(len(want), -1), list(range(len(want))), []
    for row in want.reshape(len(want), -1):
        off = np.nan_to_num(np.abs(rows[left] - row).sum(axis=1), nan=np.inf)
        order.append(left.pop(int(np.argmin(off))))
    return order
