"""Find the mistakes, listed or generated, that answer as a learner's function does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from grader import wire
from grader.diagnose.patterns import sizes_of
from grader.diagnose.prints import LARGEST, RAISED, Prints, rows_in, slots_of, wanted_prints
from grader.judge.expected import Expected
from grader.model import Misconception
from grader.plan import PlannedCall, PlannedFunction, PlannedMistake

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]

# On so many inputs that differ from the right answers a mistake must give the learner's: a listed
# one, and a generated one (or a listed one that is not quite alike) in finite numbers.
LISTED, ENOUGH = 2, 3
# A generated mistake is told so, with its own words; of so many at most that answer alike.
ONE_SLIP = "Your answers are those of a right solution with one slip: "
WAYS = 2
# Factors that are a pattern of their own, or none.
ONE = 1e-6


class Catalogue:
    """The mistakes of one function as a matrix: a row for each, a column for each array.

    Every method takes a learner's fingerprints and returns what explains them, or None if nothing
    does or if several things do that are told in different words.
    """

    def __init__(self, function: PlannedFunction, expected: Sequence[Expected]) -> None:
        generated = (
            PlannedMistake(m.id, ONE_SLIP + function.texts[m.text]) for m in function.generated
        )
        self.mistakes = (*function.mistakes, *generated)
        self.function = function
        self.wanted = wanted_prints(expected)
        slots = np.array(slots_of(expected))
        self.starts = np.flatnonzero(np.diff(slots, prepend=-1))
        self.paths = np.array([leaf.path for one in expected for leaf in one.leaves])
        rows = rows_in(function, expected)
        self.right = np.isnan(rows)
        self.unknown = np.isposinf(rows)
        self.rows = np.where(self.right, self.wanted, np.where(self.unknown, 0.0, rows))
        self.finite = ~self.unknown & (np.abs(self.rows) < LARGEST)
        self.generated = np.arange(len(self.mistakes)) >= len(function.mistakes)
        self.oblong = _oblong(function.calls)[slots]
        self.calls = slots
        # What `agree` has found for the answers that are being looked at.
        self._agreed: tuple[Prints, Flags] | None = None

    def same(self, prints: Prints, *, generated: bool) -> Misconception | None:
        """Return the mistake that gives the learner's answers in every call."""
        rows, counts = self._rows_of_same(prints, generated=generated)
        return self.only(rows, counts, _everywhere)

    def all_same(self, prints: Prints) -> list[str]:
        """Return all mistakes that give the learner's answers in every call, listed ones first."""
        both = (self._rows_of_same(prints, generated=generated)[0] for generated in (False, True))
        return [self.mistakes[row].id for rows in both for row in rows]

    def _rows_of_same(self, prints: Prints, *, generated: bool) -> tuple[Whole, Whole]:
        agree = self.agree(prints)
        fits = agree.all(axis=1) & (self.generated == generated)
        # What changes its arguments in each call is not what does so in some only.
        form = prints.right & (prints.values < -LARGEST) & (prints.values != self.wanted)
        fits &= ~((agree & ~self.right & form).any(axis=1) & (self.right & form).any(axis=1))
        shows = ~self.right & ~self.unknown & prints.known
        if generated:
            fits &= self.is_shown(shows & self.finite)
        counts = self.calls_with(shows)
        return np.flatnonzero(fits & (counts >= LISTED)), counts

    def nearly(self, prints: Prints, *, is_odd: bool) -> Misconception | None:
        """Return the mistake that gives all finite answers, and few others that differ.

        An overflow, an exception or a changed argument may come from something else beside it. A
        listed mistake that shows just there, and in nothing finite, is told as well, if the answers
        are odd: not finite, or not there.
        """
        agree = self.agree(prints)
        shows = ~self.right & self.finite & agree & prints.finite
        # Which exception it is depends on how it is written.
        both_raise = (self.rows < RAISED) & (prints.values < RAISED)
        differ = self.calls_with(~agree & ~both_raise)
        counts = self.calls_with(shows)
        fits = self.agrees_where_finite(prints) & (counts >= ENOUGH)
        # An oblong input shows it, too, on which the same exception names the same shapes.
        fits &= ((shows | (agree & both_raise)) & self.oblong).any(axis=1)
        few = fits & (2 * differ <= counts)
        # Among thousands of generated ones there is always one that is nearly it, beside another.
        fits = few if few.any() else fits & ~self.generated
        found = self.only(np.flatnonzero(fits), counts, _where_finite)
        if found is None:
            return None
        both = self._with_another(found, fits, agree) if is_odd else None
        return both or (found if few.any() else None)

    def _with_another(
        self, found: Misconception, fits: Flags, agree: Flags
    ) -> Misconception | None:
        """Add to a mistake the listed one that accounts for all in which it differs."""
        first = next(r for r in np.flatnonzero(fits) if self.mistakes[r].id == found.id)
        beside = self._only_where(~agree[first])
        if beside is None:
            return None
        return Misconception(
            f"{found.id}+{beside.id}",
            f"{found.message}\n\nAnd beside that: {beside.message}",
            found.evidence,
        )

    def _only_where(self, here: Flags) -> Misconception | None:
        """Return the listed mistake that gives no finite numbers here, and is right elsewhere."""
        odd = ~self.right & ~self.finite & ~self.unknown
        fits = ((odd == here) & (odd | self.right | self.unknown)).all(axis=1)
        fits &= ~self.generated
        return self.only(np.flatnonzero(fits), self.calls_with(odd), _everywhere)

    def times_a_factor(self, prints: Prints) -> Misconception | None:
        """Return the mistake whose answers are the learner's up to one factor.

        Any number is tried on listed mistakes only: among thousands of generated ones there is
        always one that it fits.
        """
        found: dict[tuple[str, str], tuple[int, str]] = {}
        alike = self.agree(prints)
        for name, words, factors in self._factors(prints):
            for row in self._multiples(prints, factors, alike):
                told = words or f"{factors[row, 0]:.6g}"
                found.setdefault((self.mistakes[row].message, name), (int(row), told))
        best = {key: one for key, one in found.items() if not self.generated[one[0]]} or found
        if len(best) != 1:
            return None
        (((message, name), (at, words)),) = best.items()
        return Misconception(
            f"{self.mistakes[at].id}+factor_{name}",
            f"{message}\n\nOn top of that, every entry is multiplied by {words}. Where does that"
            " come from?",
            "both together give your answers on all inputs",
        )

    def _multiples(self, prints: Prints, factors: Numbers, alike: Flags) -> Whole:
        """Return the mistakes whose finite answers are the learner's by a factor."""
        allowed = prints.allowed + 1e-7 * np.abs(prints.values)
        factors = np.broadcast_to(factors, self.rows.shape)
        # One array tells most of them apart, at once.
        at = int(np.argmax(np.where(prints.finite & ~prints.right, np.abs(prints.values), -1.0)))
        with np.errstate(all="ignore"):
            close = np.abs(factors[:, at] * self.rows[:, at] - prints.values[at]) <= allowed[at]
            left = np.flatnonzero(close | ~self.finite[:, at])
            close = np.abs(factors[left] * self.rows[left] - prints.values) <= allowed
        numeric = self.finite[left] & prints.finite
        # What is right is no multiple of a mistake, even where both make up for each other.
        shows = numeric & ~self.right[left] & ~prints.right & close
        shows &= np.abs(prints.values) > allowed
        few = 2 * self.calls_with(~numeric & ~alike[left]) <= self.calls_with(shows)
        return left[few & (close | ~numeric).all(axis=1) & self.is_shown(shows)]

    def agrees_where_finite(self, prints: Prints) -> Flags:
        """Return for each mistake whether no finite answer differs, and some differ from right."""
        agree = self.agree(prints)
        odd = ~self.finite | ~prints.finite
        shows = ~self.right & self.finite & prints.finite
        agrees: Flags = np.logical_and((agree | odd).all(axis=1), shows.any(axis=1))
        return agrees

    def wasteful(self) -> Misconception | None:
        """Return the mistake that shows only in memory, if there is one such message."""
        rows = np.flatnonzero((self.right | self.unknown).all(axis=1))
        how = "every answer is right, and it runs out of memory where the arrays are large"
        return self.only(rows, np.zeros(len(self.mistakes), np.int64), lambda _count: how)

    def agree(self, prints: Prints) -> Flags:
        """Return for each mistake and array whether it is the learner's."""
        if self._agreed is not None and self._agreed[0] is prints:
            return self._agreed[1]
        allowed = prints.allowed + 1e-7 * np.abs(prints.values)
        with np.errstate(all="ignore"):
            same = np.abs(self.rows - prints.values) <= allowed
        flags: Flags = (
            (same & ~(self.right ^ (prints.right & prints.finite)))
            | (self.right & prints.right)
            | self.unknown
            | ~prints.known
        )
        self._agreed = prints, flags
        return flags

    def calls_with(self, flags: Flags) -> Whole:
        """Count for each mistake the calls in which any array has the flag."""
        counts: Whole = self.per_call(flags).sum(axis=1)
        return counts

    def per_call(self, flags: Flags) -> Flags:
        """Return for each mistake and call whether any array has the flag."""
        if not len(self.starts):
            return np.zeros((len(flags), 0), bool)
        any_of: Flags = np.logical_or.reduceat(flags, self.starts, axis=1)
        return any_of

    def is_shown(self, shows: Flags) -> Flags:
        """Return for each mistake whether it shows on enough inputs, one of them oblong."""
        shown: Flags = (self.calls_with(shows) >= ENOUGH) & (shows & self.oblong).any(axis=1)
        return shown

    def only(
        self,
        rows: Sequence[int] | NDArray[np.int64],
        counts: NDArray[np.int64],
        how: Callable[[int], str],
    ) -> Misconception | None:
        """Return the one of these mistakes, or of those with the same words; listed ones first."""
        rows = [int(row) for row in rows if not self.generated[row]] or [int(r) for r in rows]
        first: dict[str, int] = {}
        for row in rows:
            first.setdefault(self.mistakes[row].message, row)
        if not 0 < len(first) <= (WAYS if self.generated[rows[0]] else 1):
            return None
        row, *others = first.values()
        message = self.mistakes[row].message
        for other in others:
            slip = self.mistakes[other].message.removeprefix(ONE_SLIP)
            message += f"\n\nOr, as far as your answers tell: {slip}"
        return Misconception(self.mistakes[row].id, message, how(int(counts[row])))

    def _factors(self, prints: Prints) -> Iterator[tuple[str, str, Numbers]]:
        """Yield factors to try on every mistake: an id, words, and their values for each array.

        First a number of its own for each mistake, in the place of words its value; then sizes.
        """
        numeric = self.finite & prints.finite & (np.abs(self.rows) > 0)
        sizes = np.where(numeric, np.abs(prints.values), -1.0)
        at = np.argmax(sizes, axis=1)
        every = np.arange(len(self.rows))
        with np.errstate(all="ignore"):
            ratio = prints.values[at] / self.rows[every, at]
        usable = np.isfinite(ratio) & (np.abs(ratio - 1) > ONE) & (sizes[every, at] > 0)
        usable &= ~self.generated & ~self._are_multiples_of_right
        yield "constant", "", np.where(usable, ratio, np.nan)[:, None]
        yield "minus_1", "-1", np.where(self.generated, -1.0, np.nan)[:, None]
        yield from self._sizes()

    @cached_property
    def _are_multiples_of_right(self) -> Flags:
        """Whether the answers of each mistake are the right ones times a number."""
        with np.errstate(all="ignore"):
            ratio = self.rows / self.wanted
        usable = self.finite & np.isfinite(ratio)
        most = np.where(usable, ratio, -np.inf).max(axis=1, initial=-np.inf)
        least = np.where(usable, ratio, np.inf).min(axis=1, initial=np.inf)
        return np.asarray(most - least <= ONE * np.abs(most))

    def _sizes(self) -> Iterator[tuple[str, str, Numbers]]:
        sizes = [sizes_of(call, self.function.parameters) for call in self.function.calls]
        seen: set[tuple[int, ...]] = set()
        for label in sizes[0] if sizes else ():
            values = tuple(one.get(label, 0) for one in sizes)
            if all(values) and len(set(values)) > 1 and values not in seen:
                seen.add(values)
                name, axis = label
                slug = f"{'rows' if axis == 0 else 'columns'}_of_{name}"
                size = np.array(values, float)[self.calls]
                for sign, minus, dash in ((1, "", ""), (-1, "minus_", "-")):
                    yield f"{minus}{slug}", f"{dash}{name}.shape[{axis}]", sign * size
                    with np.errstate(all="ignore"):
                        over = sign / size
                    yield f"{minus}1_over_{slug}", f"{dash}1 / {name}.shape[{axis}]", over


def _oblong(calls: Sequence[PlannedCall]) -> Flags:
    """Return on which inputs nothing can be mixed up unseen: no matrix is square, or has one row.

    Where a function has no such inputs, those without a square count; all, if there are none.
    """
    shapes = [
        [a.shape for a in call.args if isinstance(a, wire.Array) and len(a.shape) == 2]
        for call in calls
    ]
    for smallest in (2, 1):
        oblong = [bool(s) and all(a != b and min(a, b) >= smallest for a, b in s) for s in shapes]
        if any(oblong):
            return np.array(oblong)
    return np.ones(len(shapes), bool)


def _everywhere(count: int) -> str:
    inputs = "both inputs" if count == LISTED else f"all {count} inputs"
    return f"it gives your answers on {inputs} where it differs from the right ones"


def _where_finite(count: int) -> str:
    return (
        f"it gives your answers on all {count} inputs on which both are finite numbers and differ"
        " from the right ones"
    )
