"""Find the mistakes that explain a part of a learner's answers: some of the parts, some inputs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from grader.diagnose.catalogue import ENOUGH, Catalogue
from grader.diagnose.prints import Prints
from grader.model import Misconception

# Behind the id of a mistake that does not explain all that is wrong.
AND_MORE = "+something_else"
# A mistake is told that explains at least this share of what is wrong. With half, some were told
# that a special case of another mistake answers like.
LEAST_SHARE = 2 / 3


def in_parts(catalogue: Catalogue, prints: Prints) -> Misconception | None:
    """Return the mistakes of the single parts of an answer, if each wrong part has one.

    If only some have one, those are told.
    """
    paths = list(dict.fromkeys(catalogue.paths))
    wrong = ~prints.right & prints.known
    left = {path for path in paths if wrong[catalogue.paths == path].any()}
    told: dict[str, list[str]] = {}
    ids: dict[str, None] = {}
    while len(paths) > 1 and left:
        found, covered = _in_some_of(catalogue, left, paths, prints)
        if found is None:
            break
        told.setdefault(found.message, []).extend(covered)
        ids[found.id] = None
        left -= set(covered)
    if not told:
        return None
    message = "\n\n".join(f"In {' and '.join(p)}: {text}" for text, p in told.items())
    if not left:
        return Misconception("+".join(ids), message, "each part on all inputs")
    message += f"\n\nIn {' and '.join(sorted(left))} there is something else."
    return Misconception("+".join(ids) + AND_MORE, message, "these parts on all inputs")


def _in_some_of(
    catalogue: Catalogue, left: set[str], paths: Sequence[str], prints: Prints
) -> tuple[Misconception | None, list[str]]:
    """Return the mistake that shows in the most of these parts and in no others; and where."""
    agree, shown = catalogue.agree(prints), ~catalogue.right & ~catalogue.unknown
    where = np.array([(shown & (catalogue.paths == path)).any(axis=1) for path in paths])
    fits = ~where[[path not in left for path in paths]].any(axis=0) & where.any(axis=0)
    for path, shows in zip(paths, where, strict=True):
        here = catalogue.paths == path
        shown_here = catalogue.is_shown(shown & catalogue.finite & here)
        fits &= ~shows | (agree[:, here].all(axis=1) & shown_here)
    best = np.where(fits, where.sum(axis=0) - catalogue.generated / 2, 0)
    rows = np.flatnonzero(fits & (best == best.max(initial=0)))
    found = catalogue.only(rows, catalogue.calls_with(shown), str)
    return found, [p for p, has in zip(paths, where, strict=True) if len(rows) and has[rows[0]]]


def on_some_inputs(catalogue: Catalogue, prints: Prints) -> Misconception | None:
    """Return the mistake that gives the learner's answers on most of the wrong inputs.

    Something else is beside it then. No mistake is told that would show where the learner is right.
    """
    if not len(catalogue.starts):
        return None
    agree = np.logical_and.reduceat(catalogue.agree(prints), catalogue.starts, axis=1)
    differs = ~catalogue.right & ~catalogue.unknown
    shows = catalogue.per_call(differs & catalogue.finite & prints.finite) & agree
    wrong = catalogue.per_call((~prints.right & prints.known)[None])[0]
    known = catalogue.per_call(prints.known[None])[0]
    is_contradicted = (catalogue.per_call(differs) & known & ~wrong).any(axis=1)
    counts = shows.sum(axis=1)
    share = max(ENOUGH, LEAST_SHARE * wrong.sum())
    fits = (counts >= share) & ~is_contradicted
    fits &= (shows & catalogue.per_call(catalogue.oblong[None])).any(axis=1)
    rows = np.flatnonzero(fits & (counts == counts[fits].max(initial=0)))
    of = int(wrong.sum())
    found = catalogue.only(rows, counts, lambda count: f"it gives your answers on {count} of {of}")
    if found is None:
        return None
    return Misconception(
        found.id + AND_MORE,
        f"{found.message}\n\nThat explains {counts[rows[0]]} of the {of} inputs that you get wrong."
        " On the others something else comes on top.",
        f"{found.evidence} inputs on which they are wrong",
    )
