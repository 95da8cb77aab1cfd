"""Say which mistake a learner has made: a listed one whose answers are theirs, or a pattern.

A wrong diagnosis is worse than none: a mistake is named only if it explains every answer, and no
other one with another message does as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property
from itertools import combinations

import numpy as np

from grader import wire
from grader.diagnose import patterns
from grader.diagnose.invariants import Invariants, broken_invariant, invariants_of
from grader.diagnose.patterns import Pattern, Sample, close
from grader.judge.compare import Leaf, is_near, leaves_of, type_difference, value_difference
from grader.judge.expected import Expected
from grader.judge.numbers import WrongType
from grader.model import Misconception, Outcome, Raised, Returned
from grader.plan import MistakenAnswer, PlannedFunction, PlannedMistake, error_text

# A mistake must be seen on at least so many inputs on which it differs from the reference.
ENOUGH = 2
# Two answers that are inexact for the same reason are off by nearly the same.
SAME_ERROR = 0.05
NO_ANSWER = ("MemoryError", "_ArrayMemoryError")


class _Aspect(Enum):
    """In what a mistake differs from the reference in one call."""

    ERROR = auto()
    VALUE = auto()
    PRECISION = auto()
    FORM = auto()


@dataclass(frozen=True, slots=True)
class _Difference:
    """What a mistake does in one call that the reference does not."""

    kind: _Aspect
    leaves: tuple[Leaf, ...] = ()
    error: str = ""
    type_name: str = ""
    mutated: bool = False


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the learner's function did in one call."""

    value: wire.Value
    leaves: tuple[Leaf, ...]
    error: str
    mutated: bool


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A mistake, ready to compare with: what it does differently, by the call's place."""

    mistake: PlannedMistake
    differences: dict[int, _Difference]


class Diagnoser:
    """Recognises the mistakes of one function; prepared when it is first needed."""

    def __init__(self, function: PlannedFunction, expected: Sequence[Expected]) -> None:
        self.function = function
        self.expected = expected
        self._public = frozenset(function.public_calls)
        self._unknown = frozenset(function.memory_calls)

    @cached_property
    def prepared(self) -> list[_Prepared]:
        """The mistakes, compared with the reference once."""
        return [
            _Prepared(
                mistake,
                {
                    place: _difference(answer, self.expected[place])
                    for place, answer in enumerate(mistake.answers)
                    if answer is not None
                },
            )
            for mistake in self.function.mistakes
        ]

    @cached_property
    def invariants(self) -> Invariants:
        """What is true of every right answer."""
        return invariants_of(self.function.calls, self.expected)

    def diagnosis(self, outcomes: Sequence[Outcome]) -> Misconception | None:
        """What explains these outcomes, if anything is known that does."""
        seen = {
            place: found
            for place, outcome in enumerate(outcomes)
            if (found := _seen(outcome, self.expected[place])) is not None
        }
        right = {
            place: not one.error and all(leaf.is_right for leaf in one.leaves)
            for place, one in seen.items()
        }
        if all(right.values()):
            wasteful = any(_is_out_of_memory(outcome) for outcome in outcomes)
            return self._wasteful() if wasteful else self._named(seen, right)
        return (
            self._named(seen, right)
            or self._patterned(seen)
            or self._composed(seen, right)
            or self._invariant(seen)
        )

    def _named(self, seen: dict[int, _Seen], right: dict[int, bool]) -> Misconception | None:
        """The listed mistake that does what the learner's function does, in every call."""
        found: dict[str, tuple[PlannedMistake, int]] = {}
        for prepared in self.prepared:
            count = self._agreements(prepared, seen, right)
            if count >= ENOUGH:
                found.setdefault(prepared.mistake.message, (prepared.mistake, count))
        if len(found) != 1:
            return None
        ((mistake, count),) = found.values()
        return Misconception(mistake.id, mistake.message, _evidence(count))

    def _wasteful(self) -> Misconception | None:
        """The listed mistake that shows in nothing but memory, if there is one such message."""
        found = {p.mistake.message: p.mistake for p in self.prepared if not p.differences}
        if len(found) != 1:
            return None
        (mistake,) = found.values()
        evidence = "every answer is right, and it runs out of memory where the arrays are large"
        return Misconception(mistake.id, mistake.message, evidence)

    def _agreements(
        self, prepared: _Prepared, seen: dict[int, _Seen], right: dict[int, bool]
    ) -> int:
        """In how many calls a mistake is seen; 0 if the learner's function differs in any."""
        count = 0
        for place, one in seen.items():
            difference = prepared.differences.get(place)
            if difference is None:
                # Where it was never called (memory), nothing is known of it.
                if not right[place] and place not in self._unknown:
                    return 0
            elif self._agrees(one, difference, place, right=right[place]):
                count += 1
            else:
                return 0
        return count

    def _agrees(self, one: _Seen, difference: _Difference, place: int, *, right: bool) -> bool:
        expected = self.expected[place]
        if difference.kind is _Aspect.ERROR or one.error:
            return difference.error == one.error
        if difference.kind is _Aspect.VALUE:
            return not right and same_leaves(one.leaves, difference.leaves)
        if not right:
            return False
        if difference.kind is _Aspect.FORM:
            return one.mutated >= difference.mutated and (
                not difference.type_name or _type_name(one.value, expected) == difference.type_name
            )
        if value_difference(one.value, expected, tight=True) is None:
            return False
        return all(map(_same_error, one.leaves, difference.leaves))

    def _samples(self, seen: dict[int, _Seen]) -> list[Sample]:
        """The learner's numbers beside the expected ones, call by call, part by part."""
        return [
            Sample(
                place,
                leaf.expected.path,
                leaf.numbers,
                leaf.expected,
                self.function.calls[place],
                public=place in self._public,
                is_right=leaf.is_right,
            )
            for place, one in seen.items()
            for leaf in one.leaves
        ]

    def _patterned(self, seen: dict[int, _Seen]) -> Misconception | None:
        if any(one.error for one in seen.values()):
            return None
        found = patterns.pattern_in(self._samples(seen), self.function.parameters)
        return _misconception(found)

    def _invariant(self, seen: dict[int, _Seen]) -> Misconception | None:
        if any(one.error for one in seen.values()):
            return None
        return _misconception(broken_invariant(self._samples(seen), self.invariants))

    def _composed(self, seen: dict[int, _Seen], right: dict[int, bool]) -> Misconception | None:
        """Two listed mistakes in different inputs or parts, or a factor on a listed one."""
        if any(one.error for one in seen.values()):
            return None
        return self._both(seen, right) or self._scaled(seen, right)

    def _scaled(self, seen: dict[int, _Seen], right: dict[int, bool]) -> Misconception | None:
        found: dict[tuple[str, str], Misconception] = {}
        wrong = [place for place, is_right in right.items() if not is_right]
        for prepared in self.prepared:
            differing = [p for p in wrong if p in prepared.differences]
            if len(differing) < ENOUGH or not self._may_be_scaled(prepared, seen, differing):
                continue
            samples = list(self._beside(prepared, seen))
            scaled = patterns.factor_in(samples, self.function.parameters)
            if scaled is not None:
                message = f"{prepared.mistake.message}\n\nOn top of that: {scaled.message}"
                found[prepared.mistake.message, scaled.id] = Misconception(
                    f"{prepared.mistake.id}+{scaled.id}", message, _evidence(len(differing))
                )
        return next(iter(found.values())) if len(found) == 1 else None

    def _may_be_scaled(
        self, prepared: _Prepared, seen: dict[int, _Seen], differing: list[int]
    ) -> bool:
        """Whether in one call the answer is a mistake's, but for a factor: a quick look."""
        place = max(differing, key=lambda place: _size(seen[place]))
        leaves, mistaken = seen[place].leaves, prepared.differences[place].leaves
        if len(leaves) != len(mistaken):
            return False
        return all(map(patterns.is_multiple, leaves, mistaken))

    def _beside(self, prepared: _Prepared, seen: dict[int, _Seen]) -> Iterator[Sample]:
        """The learner's numbers beside those of a mistake in the expected ones' place."""
        for place, one in seen.items():
            difference = prepared.differences.get(place)
            theirs = one.leaves
            mistaken = difference.leaves if difference is not None else ()
            for number, leaf in enumerate(theirs):
                expected = leaf.expected
                if len(mistaken) == len(theirs):
                    numbers = mistaken[number].numbers
                    if numbers is None:  # pragma: no cover  # a mistake in the type
                        return
                    expected = patterns.instead(expected, numbers)
                yield Sample(
                    place,
                    leaf.expected.path,
                    leaf.numbers,
                    expected,
                    self.function.calls[place],
                    public=place in self._public,
                    is_right=is_near(leaf.numbers, expected),
                )

    def _both(self, seen: dict[int, _Seen], right: dict[int, bool]) -> Misconception | None:
        """Two listed mistakes, each of which explains what the other does not."""
        wrong = {
            (place, number)
            for place, one in seen.items()
            if not right[place]
            for number, leaf in enumerate(one.leaves)
            if not leaf.is_right
        }
        explained = self._explained(seen, wrong)
        pairs = [
            (one, other)
            for (one, cells), (other, others) in combinations(explained.values(), 2)
            if cells | others == wrong
            and len({place for place, _ in cells - others}) >= ENOUGH
            and len({place for place, _ in others - cells}) >= ENOUGH
        ]
        if len(pairs) != 1:
            return None
        ((one, other),) = pairs
        return Misconception(
            f"{one.id}+{other.id}",
            f"{one.message}\n\nAnd beside that: {other.message}",
            _evidence(len({place for place, _ in wrong})),
        )

    def _explained(
        self, seen: dict[int, _Seen], wrong: set[tuple[int, int]]
    ) -> dict[str, tuple[PlannedMistake, frozenset[tuple[int, int]]]]:
        """Which of the wrong parts each mistake may explain, of those of one message the best."""
        explained: dict[str, tuple[PlannedMistake, frozenset[tuple[int, int]]]] = {}
        for prepared in self.prepared:
            if any(
                _is_refuted(one, prepared.differences.get(place)) for place, one in seen.items()
            ):
                continue
            cells = frozenset(
                (place, number)
                for place, number in wrong
                if (difference := prepared.differences.get(place)) is not None
                and len(difference.leaves) == len(seen[place].leaves)
                and not difference.leaves[number].is_right
                and _may_be_both(seen[place].leaves[number], difference.leaves[number])
            )
            if cells:
                known = explained.get(prepared.mistake.message)
                if known is None or len(known[1]) < len(cells):
                    explained[prepared.mistake.message] = (prepared.mistake, cells)
        return explained


def _misconception(pattern: Pattern | None) -> Misconception | None:
    return None if pattern is None else Misconception(pattern.id, pattern.message, pattern.evidence)


def _evidence(count: int) -> str:
    inputs = "both inputs" if count == ENOUGH else f"all {count} inputs"
    return f"it gives your answers on {inputs} where it differs from the right ones"


def _is_refuted(one: _Seen, difference: _Difference | None) -> bool:
    """Whether the learner is right where a mistake is wrong: no other mistake can undo that."""
    if difference is None or len(difference.leaves) != len(one.leaves):
        return False
    pairs = zip(one.leaves, difference.leaves, strict=True)
    return any(theirs.is_right and not mistaken.is_right for theirs, mistaken in pairs)


def _is_out_of_memory(outcome: Outcome) -> bool:
    return isinstance(outcome, Raised) and outcome.error.type in NO_ANSWER


def _seen(outcome: Outcome, expected: Expected) -> _Seen | None:
    """What an outcome says about the function; None if it says nothing (time, memory)."""
    match outcome:
        case Returned(value=value, mutated=mutated):
            return _Seen(value, leaves_of(value, expected), "", mutated)
        case Raised(error=error) if error.type not in NO_ANSWER:
            return _Seen(None, (), error_text(error.type, error.message), mutated=False)
    return None


def _difference(answer: MistakenAnswer, expected: Expected) -> _Difference:
    if answer.error:
        return _Difference(_Aspect.ERROR, error=answer.error)
    leaves = leaves_of(answer.value, expected)
    if value_difference(answer.value, expected) is not None:
        return _Difference(_Aspect.VALUE, leaves)
    type_name = _type_name(answer.value, expected)
    if type_name or answer.mutated:
        return _Difference(_Aspect.FORM, type_name=type_name, mutated=answer.mutated)
    return _Difference(_Aspect.PRECISION, leaves)


def _size(one: _Seen) -> int:
    return sum(leaf.numbers.size for leaf in one.leaves if leaf.numbers is not None)


def _type_name(value: wire.Value, expected: Expected) -> str:
    difference = type_difference(value, expected)
    return difference.got if isinstance(difference, WrongType) else ""


def same_leaves(one: tuple[Leaf, ...], other: tuple[Leaf, ...]) -> bool:
    """Whether two wrong answers are the same but for rounding, part by part."""
    return len(one) == len(other) and all(map(_same_leaf, one, other))


def _same_leaf(one: Leaf, other: Leaf) -> bool:
    if one.numbers is None or other.numbers is None:
        return one.words == other.words
    return one.numbers.shape == other.numbers.shape and close(
        one.numbers, other.numbers, one.expected
    )


def _may_be_both(one: Leaf, other: Leaf) -> bool:
    """Whether a mistake explains an answer in which another one may be at work as well.

    What overflows does not stay where it was: a second mistake moves the nan to other entries.
    """
    return _same_leaf(one, other) or (_is_broken(one) and _is_broken(other))


def _is_broken(leaf: Leaf) -> bool:
    """Whether numbers are missing where the right answer has some."""
    if leaf.numbers is None:
        return False
    broken = not np.isfinite(leaf.numbers).all()
    return broken and bool(np.isfinite(np.asarray(leaf.expected.value)).all())


def _same_error(one: Leaf, other: Leaf) -> bool:
    """Whether two answers, both right to six digits, are off by the same."""
    # Never, since both are right to six digits.
    if one.numbers is None or other.numbers is None:  # pragma: no cover
        return False
    want = np.asarray(one.expected.value)
    with np.errstate(all="ignore"):
        off = SAME_ERROR * np.abs(other.numbers - want) + one.expected.tight
        same = np.abs(one.numbers - other.numbers) <= off
    return bool((same | (one.numbers == other.numbers)).all())
