"""Say which mistake a learner has made: a listed one whose answers are theirs, or a pattern.

A wrong diagnosis is worse than none: a mistake is named only if it explains every answer, and no
other one with another message does as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from grader.diagnose import patterns
from grader.diagnose.answers import (
    ENOUGH,
    Answer,
    Aspect,
    Case,
    Deviation,
    PreparedMistake,
    answer_to,
    deviation_of,
    evidence,
    is_out_of_memory,
    same_error,
    same_form,
    same_leaves,
    wrong_type_of,
)
from grader.diagnose.combined import combined
from grader.diagnose.invariants import Invariants, broken_invariant, invariants_of
from grader.diagnose.patterns import Pattern
from grader.judge.compare import value_difference
from grader.judge.expected import Expected
from grader.model import Misconception, Outcome
from grader.plan import PlannedFunction, PlannedMistake


class Diagnoser:
    """Recognises the mistakes of one function.

    Made once for each function of a plan, and kept for as long as that is graded. The listed
    mistakes (`prepared`) and the properties of right answers (`invariants`) are compared with the
    reference when they are first needed, so a class that makes no mistake costs nothing.
    `diagnosis` takes the outcomes of all calls of the function, in their order, and may be called
    any number of times in any order. It may fail on odd answers: its caller must catch that, and
    give no explanation.
    """

    def __init__(self, function: PlannedFunction, expected: Sequence[Expected]) -> None:
        self.function = function
        self.expected = tuple(expected)
        # Mistakes were never called with these inputs, which only memory checks use.
        self._unknown = frozenset(function.memory_calls)

    @cached_property
    def prepared(self) -> list[PreparedMistake]:
        """The mistakes, compared with the reference once."""
        return [
            PreparedMistake(
                mistake,
                {
                    index: deviation_of(answer, self.expected[index])
                    for index, answer in enumerate(mistake.answers)
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
        """Return what explains these outcomes; None if nothing known does."""
        case = self._case(outcomes)
        if all(case.right.values()):
            wasteful = any(is_out_of_memory(outcome) for outcome in outcomes)
            return self._wasteful() if wasteful else self._listed(case)
        return (
            _misconception(patterns.same_whatever_comes_in(case.samples()))
            or self._listed(case)
            or self._pattern(case)
            or combined(case, self.prepared)
            or self._invariant(case)
        )

    def _case(self, outcomes: Sequence[Outcome]) -> Case:
        answers = {
            index: answer
            for index, outcome in enumerate(outcomes)
            if (answer := answer_to(outcome, self.expected[index])) is not None
        }
        right = {index: answer.is_right for index, answer in answers.items()}
        return Case(self.function, self.expected, answers, right)

    def _listed(self, case: Case) -> Misconception | None:
        """Return the listed mistake that answers as the learner's function does, in every call."""
        by_message: dict[str, tuple[PlannedMistake, int]] = {}
        for prepared in self.prepared:
            count = self._agreements(prepared, case)
            if count >= ENOUGH:
                by_message.setdefault(prepared.mistake.message, (prepared.mistake, count))
        if len(by_message) != 1:
            return None
        ((mistake, count),) = by_message.values()
        return Misconception(mistake.id, mistake.message, evidence(count))

    def _wasteful(self) -> Misconception | None:
        """Return the listed mistake that shows only in memory, if there is one such message."""
        by_message = {p.mistake.message: p.mistake for p in self.prepared if not p.deviations}
        if len(by_message) != 1:
            return None
        (mistake,) = by_message.values()
        how = "every answer is right, and it runs out of memory where the arrays are large"
        return Misconception(mistake.id, mistake.message, how)

    def _agreements(self, prepared: PreparedMistake, case: Case) -> int:
        """Count the calls in which a mistake shows; 0 if the learner's function differs in any."""
        count = 0
        for index, answer in case.answers.items():
            deviation = prepared.deviations.get(index)
            if deviation is None:
                # What changes its arguments in each call is not what does so in some only.
                differs = not case.right[index] or (answer.mutated and prepared.mutates)
                if differs and index not in self._unknown:
                    return 0
            elif self._agrees(answer, deviation, index, is_right=case.right[index]):
                count += 1
            else:
                return 0
        return count

    def _agrees(self, answer: Answer, deviation: Deviation, index: int, *, is_right: bool) -> bool:
        """Return whether the learner's answer differs from the expected one as a mistake's does."""
        expected = self.expected[index]
        if deviation.aspect is Aspect.ERROR or answer.error:
            return deviation.error == answer.error
        if deviation.aspect is Aspect.VALUE:
            # Where there are no numbers to compare, what is there instead must be the same.
            has_numbers = all(leaf.numbers is not None for leaf in answer.leaves)
            same = has_numbers or same_form(answer.value, deviation.value)
            return not is_right and same and same_leaves(answer.leaves, deviation.leaves)
        if not is_right:
            return False
        if deviation.aspect is Aspect.FORM:
            return answer.mutated >= deviation.mutated and (
                not deviation.type_name
                or wrong_type_of(answer.value, expected) == deviation.type_name
            )
        if value_difference(answer.value, expected, tight=True) is None:
            return False
        return all(map(same_error, answer.leaves, deviation.leaves))

    def _pattern(self, case: Case) -> Misconception | None:
        if case.has_errors:
            return None
        return _misconception(patterns.pattern_in(case.samples(), self.function.parameters))

    def _invariant(self, case: Case) -> Misconception | None:
        if case.has_errors:
            return None
        return _misconception(broken_invariant(case.samples(), self.invariants))


def _misconception(pattern: Pattern | None) -> Misconception | None:
    return None if pattern is None else Misconception(pattern.id, pattern.message, pattern.evidence)
