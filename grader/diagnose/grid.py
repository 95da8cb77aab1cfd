"""Draw a wrong answer: which entries are right, too big, too small or not finite."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from grader.judge.compare import Leaf, leaves_of
from grader.judge.expected import Expected
from grader.judge.words import call_text
from grader.model import NOT_FINITE, RIGHT, TOO_BIG, TOO_SMALL, Grid, Outcome, Returned
from grader.plan import PlannedFunction

# At most so many rows and columns are drawn.
MOST = 12


def grid_of(
    function: PlannedFunction, outcomes: Sequence[Outcome], expected: Sequence[Expected]
) -> Grid | None:
    """Draw the largest wrong answer, preferably whole and to a public check; None without one."""
    best: tuple[tuple[bool, int], Grid] | None = None
    for check in function.checks if function.is_compared else ():
        for index in check.calls:
            outcome = outcomes[index]
            if not isinstance(outcome, Returned):
                continue
            for leaf in leaves_of(outcome.value, expected[index]):
                if _can_be_drawn(leaf):
                    call = call_text(function, function.calls[index])
                    grid = _grid(check.name, call, leaf)
                    size = -1 if grid.cut else len(grid.rows) * len(grid.rows[0])
                    rank = not check.hidden, size
                    if best is None or rank > best[0]:
                        best = rank, grid
    return None if best is None else best[1]


def _can_be_drawn(leaf: Leaf) -> bool:
    numbers = leaf.numbers
    if leaf.is_right or numbers is None or leaf.expected.holds == "text":
        return False
    want = np.asarray(leaf.expected.value)
    if numbers.shape != want.shape:
        return False
    return want.ndim in (1, 2, 3) and want.size > 1 and numbers.dtype.kind == "f"


def _grid(check: str, call: str, leaf: Leaf) -> Grid:
    assert leaf.numbers is not None
    got, want = leaf.numbers, np.asarray(leaf.expected.value)
    loose = np.broadcast_to(leaf.expected.loose, want.shape)
    with np.errstate(all="ignore"):
        fine = (np.abs(got - want) <= loose) | (got == want)
        marks = np.where(got > want, TOO_BIG, TOO_SMALL)
    marks = np.where(np.isfinite(got) | np.isinf(want), marks, NOT_FINITE)
    marks = np.where(fine, RIGHT, marks)
    part = f"answer{leaf.expected.path}" if leaf.expected.path else ""
    if marks.ndim == 3:
        first = int(np.argmax(~fine.reshape(len(fine), -1).all(axis=1)))
        marks, part = marks[first], f"{part or 'answer'}[{first}]"
    marks = marks.reshape(len(marks), -1) if marks.ndim == 2 else marks.reshape(1, -1)
    rows = tuple("".join(row[:MOST]) for row in marks[:MOST].tolist())
    return Grid(check, call, part, rows, cut=max(marks.shape) > MOST)
