"""Draw a wrong answer: which entries are right, too big, too small or not finite."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from grader.judge.compare import Leaf, leaves_of
from grader.judge.expected import Expected, only_parts
from grader.judge.words import call_text
from grader.model import (
    NOT_FINITE,
    RIGHT,
    TOO_BIG,
    TOO_SMALL,
    CheckResult,
    Grid,
    Outcome,
    Returned,
    Verdict,
)
from grader.plan import PlannedFunction

# Messages about these are about single entries.
_DRAWN = (Verdict.WRONG_VALUE, Verdict.NOT_FINITE)
# At most so many rows and columns are drawn.
MOST = 12


def grid_of(
    function: PlannedFunction,
    checks: Sequence[CheckResult],
    outcomes: Sequence[Outcome],
    expected: Sequence[Expected],
) -> Grid | None:
    """Draw a wrong answer that a check's message is about: of that call, and of that part.

    Preferably of a public check, whole, and large; None if there is none to be drawn.
    """
    planned = {check.name: check for check in function.checks if function.is_compared}
    best: tuple[tuple[bool, int], Grid] | None = None
    for check in checks:
        if check.call is None or check.verdict not in _DRAWN or check.name not in planned:
            continue
        outcome, parts = outcomes[check.call], planned[check.name].parts
        if not isinstance(outcome, Returned):
            continue
        leaves = leaves_of(outcome.value, only_parts(expected[check.call], parts))
        wrong = next((leaf for leaf in leaves if not leaf.is_right), None)
        if wrong is None or not _can_be_drawn(wrong):
            continue
        grid = _grid(check.name, call_text(function, function.calls[check.call]), wrong)
        rank = not check.hidden, -1 if grid.cut else len(grid.rows) * len(grid.rows[0])
        if best is None or rank > best[0]:
            best = rank, grid
    return None if best is None else best[1]


def _can_be_drawn(leaf: Leaf) -> bool:
    numbers = leaf.numbers
    if numbers is None or leaf.expected.holds == "text":
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
