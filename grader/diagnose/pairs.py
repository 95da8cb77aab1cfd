"""Find two mistakes in different terms of an answer: what they add to the right one adds up."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from grader.diagnose.catalogue import ENOUGH, Catalogue
from grader.diagnose.prints import LARGEST, Prints
from grader.model import Misconception

# Two numbers are the same that differ by this, relative to the terms.
SAME = 3e-7
# More pairs than these that fit one array are not looked at: nothing would be left to tell.
MOST = 2_000


def two_at_once(catalogue: Catalogue, prints: Prints) -> Misconception | None:
    """Return the only two mistakes whose errors add up to the learner's, where all is finite."""
    here = prints.finite & (np.abs(catalogue.wanted) < LARGEST)
    if not (prints.known == here).all() or not here.any():
        return None
    usable = (catalogue.finite | catalogue.right)[:, here].all(axis=1)
    rows = np.flatnonzero(usable)
    errors = (catalogue.rows - catalogue.wanted)[rows][:, here]
    wanted = (prints.values - catalogue.wanted)[here]
    terms = np.abs(prints.values[here]) + np.abs(catalogue.wanted[here])
    allowed = prints.allowed[here] + SAME * terms
    found: dict[tuple[str, ...], tuple[int, int]] = {}
    for one, other in _adding_up(errors, wanted, allowed):
        pair = tuple(sorted((int(rows[one]), int(rows[other]))))
        if _shows(catalogue, here, errors[[one, other]], allowed):
            told = tuple(catalogue.mistakes[row].message for row in pair)
            found.setdefault(told, (pair[0], pair[1]))
    if len(found) != 1:
        return None
    (((first, second), (one, other)),) = found.items()
    return Misconception(
        f"{catalogue.mistakes[one].id}+{catalogue.mistakes[other].id}",
        f"Two things are wrong at once.\n\n{first}\n\nAnd: {second}",
        "both together give your answers on all inputs",
    )


def _adding_up(
    errors: NDArray[np.float64], wanted: NDArray[np.float64], allowed: NDArray[np.float64]
) -> Iterator[tuple[int, int]]:
    """Yield the pairs of rows that add up to what is wanted."""
    at = int(np.argmax(np.abs(wanted) / allowed))
    order = np.argsort(errors[:, at])
    column = errors[order, at]
    spread = allowed[at] + SAME * np.abs(errors[:, at])
    low = np.searchsorted(column, wanted[at] - errors[:, at] - spread)
    high = np.searchsorted(column, wanted[at] - errors[:, at] + spread, side="right")
    if (high - low).sum() > MOST:
        return
    for one in np.flatnonzero(high > low):
        for other in order[low[one] : high[one]]:
            off = np.abs(errors[one] + errors[other] - wanted)
            if one < other and (off <= allowed + SAME * np.abs(errors[one])).all():
                yield int(one), int(other)


def _shows(
    catalogue: Catalogue,
    here: NDArray[np.bool_],
    errors: NDArray[np.float64],
    allowed: NDArray[np.float64],
) -> bool:
    """Return whether each of both errors shows on enough inputs, one of them oblong."""
    flags = np.zeros((2, len(here)), bool)
    flags[:, here] = np.abs(errors) > 10 * allowed
    counts = catalogue.per_call(flags).sum(axis=1)
    return bool((counts >= ENOUGH).all() and (flags & catalogue.oblong).any(axis=1).all())
