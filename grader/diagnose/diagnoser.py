"""Say which mistake a learner has made: a listed or generated one, or a pattern.

A wrong diagnosis is worse than none: a mistake is named only if it explains every answer, and no
other one with another message does as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from grader.diagnose import patterns
from grader.diagnose.catalogue import Catalogue
from grader.diagnose.entries import by_entry
from grader.diagnose.invariants import Invariants, broken_invariant, invariants_of
from grader.diagnose.parts import in_parts, on_some_inputs
from grader.diagnose.patterns import Pattern, Sample
from grader.diagnose.predicates import right_where
from grader.diagnose.prints import NO_MEMORY, Answer, Prints, answer_to, prints_of
from grader.diagnose.reshaped import reshaped
from grader.diagnose.trivial import nothing_computed
from grader.judge.expected import Expected
from grader.model import Misconception, Outcome, Raised
from grader.plan import PlannedFunction, Words

WORDS = Words()
# Nothing can be said of how such an answer is related to the right one.
NOT_MEASURED = ("bool", "text", "None")


class Diagnoser:
    """Recognises the mistakes of one function.

    Made once for each function of a plan, and kept for as long as that is graded. The mistakes (the
    `catalogue`) and the properties of right answers (`invariants`) are prepared when they are first
    needed, so a class that makes no mistake costs nothing. `diagnosis` takes the outcomes of all
    calls of the function, in their order, and may be called any number of times in any order. It
    may fail on odd answers: its caller must catch that, and give no explanation.
    """

    def __init__(
        self, function: PlannedFunction, expected: Sequence[Expected], words: Words = WORDS
    ) -> None:
        self.function = function
        self.words = words
        self.expected = tuple(expected)

    @cached_property
    def catalogue(self) -> Catalogue:
        """How the listed and generated mistakes answer."""
        return Catalogue(self.function, self.expected)

    @cached_property
    def invariants(self) -> Invariants:
        """What is true of every right answer."""
        return invariants_of(self.function.calls, self.expected)

    def diagnosis(self, outcomes: Sequence[Outcome]) -> Misconception | None:
        """Return what explains these outcomes; None if nothing known does.

        From the surest to the vaguest: what the answers are, what they are but for a few oddities
        or a factor, how they are related to the right ones, and what they lack.
        """
        answers = self._answers(outcomes)
        catalogue = self.catalogue
        prints = prints_of(answers, self.expected)
        if not self.function.is_compared:
            # Another answer than the reference's may be right as well.
            return catalogue.same(prints, generated=False)
        if all(answer.is_right for answer in answers.values()):
            if any(isinstance(o, Raised) and o.error.type in NO_MEMORY for o in outcomes):
                return catalogue.wasteful()
            return catalogue.same(prints, generated=False)
        return (
            _named(nothing_computed(self.function, answers, self._samples(answers)))
            or self._whole(answers, prints)
            or self._reshaped(answers)
            or self._where_wrong(answers)
            or on_some_inputs(catalogue, prints)
            or _named(right_where(self.function, answers))
            or self._vague(answers)
        )

    def _whole(self, answers: dict[int, Answer], prints: Prints) -> Misconception | None:
        """Return what explains all that is wrong in these answers."""
        catalogue, samples = self.catalogue, self._samples(answers)
        has_errors = any(answer.error for answer in answers.values())
        parameters = self.function.parameters
        return (
            catalogue.same(prints, generated=False)
            or (None if has_errors else _named(patterns.exact_in(samples, parameters)))
            or catalogue.same(prints, generated=True)
            or catalogue.nearly(prints, is_odd=any(map(_is_odd, answers.values())))
            or (None if has_errors else _named(by_entry(samples)))
            or in_parts(catalogue, prints)
            or catalogue.times_a_factor(prints)
            or (None if has_errors else _named(patterns.offset_in(samples)))
        )

    def _reshaped(self, answers: dict[int, Answer]) -> Misconception | None:
        """Return what explains answers of a wrong shape, once they are in the right one."""
        for slug, words, made in reshaped(answers):
            found = self._whole(made, prints_of(made, self.expected))
            if found is not None:
                message = f"{found.message}\n\n{words}"
                return Misconception(f"{found.id}+{slug}", message, found.evidence)
        return None

    def _where_wrong(self, answers: dict[int, Answer]) -> Misconception | None:
        """Return the mistake behind all wrong answers, if those are for inputs of one kind."""
        kind = right_where(self.function, answers)
        if kind is None:
            return None
        wrong = {index: answer for index, answer in answers.items() if not answer.is_right}
        prints = prints_of(wrong, self.expected)
        found = self.catalogue.same(prints, generated=False)
        found = found or self.catalogue.same(prints, generated=True)
        if found is None:
            return None
        message = f"{found.message}\n\n{kind.message}"
        return Misconception(f"{found.id}+{kind.id}", message, kind.evidence)

    def _vague(self, answers: dict[int, Answer]) -> Misconception | None:
        """Return a property of right answers that these lack."""
        if any(answer.error for answer in answers.values()):
            return None
        samples = self._samples(answers)
        return _named(broken_invariant(samples, self.invariants, self.words))

    def matches(self, outcomes: Sequence[Outcome]) -> tuple[str, ...]:
        """Return the mistakes that answer exactly so, and the relation to the right answers.

        None for answers that compute nothing: points hang on these matches.
        """
        answers = self._answers(outcomes)
        samples = self._samples(answers)
        if nothing_computed(self.function, answers, samples):
            return ()
        exact = None
        if self.function.is_compared and not any(answer.error for answer in answers.values()):
            exact = patterns.exact_in(samples, self.function.parameters)
        relation = () if exact is None else (patterns.relation_of(exact),)
        return (*self.catalogue.all_same(prints_of(answers, self.expected)), *relation)

    def _answers(self, outcomes: Sequence[Outcome]) -> dict[int, Answer]:
        return {
            index: answer
            for index, outcome in enumerate(outcomes)
            if (answer := answer_to(outcome, self.expected[index])) is not None
        }

    def _samples(self, answers: dict[int, Answer]) -> list[Sample]:
        """Return the learner's numbers beside the expected ones, call by call, part by part."""
        return [
            Sample(
                index,
                leaf.expected.path,
                None if leaf.expected.holds in NOT_MEASURED else leaf.numbers,
                leaf.expected,
                self.function.calls[index],
                is_right=leaf.is_right,
            )
            for index, answer in answers.items()
            for leaf in answer.leaves
        ]


def _is_odd(answer: Answer) -> bool:
    """Return whether an answer is no finite numbers, or changes its arguments."""
    return bool(answer.error or answer.changed) or not all(
        leaf.numbers is not None and np.isfinite(leaf.numbers).all() for leaf in answer.leaves
    )


def _named(pattern: Pattern | None) -> Misconception | None:
    return None if pattern is None else Misconception(pattern.id, pattern.message, pattern.evidence)
