"""Find two listed mistakes at once, or a factor on top of a listed mistake."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import TypeAlias

import numpy as np

from grader.diagnose import patterns
from grader.diagnose.answers import (
    ENOUGH,
    Answer,
    Case,
    Deviation,
    PreparedMistake,
    evidence,
    same_leaf,
)
from grader.diagnose.patterns import Sample
from grader.judge.compare import Leaf, is_near
from grader.model import Misconception

# Parts of answers: the index of the call, and the number of the part in its answer.
Parts: TypeAlias = frozenset[tuple[int, int]]


def combined(case: Case, mistakes: Sequence[PreparedMistake]) -> Misconception | None:
    """Return two listed mistakes in different inputs or parts, or a factor on a listed one."""
    if case.has_errors:
        return None
    return _two_mistakes(case, mistakes) or _scaled_mistake(case, mistakes)


def _scaled_mistake(case: Case, mistakes: Sequence[PreparedMistake]) -> Misconception | None:
    """Return the mistake that explains the answers up to one factor, if it is the only one."""
    by_words: dict[tuple[str, str], Misconception] = {}
    wrong = [index for index, is_right in case.right.items() if not is_right]
    for prepared in mistakes:
        differing = [index for index in wrong if index in prepared.deviations]
        if len(differing) < ENOUGH or not _may_be_scaled(prepared, case, differing):
            continue
        samples = list(_relative_to(prepared, case))
        factor = patterns.factor_in(samples, case.function.parameters)
        if factor is not None:
            message = (
                f"{prepared.mistake.message}\n\nOn top of that, every entry is multiplied by"
                f" {factor.factor}. Where does that come from?"
            )
            by_words[prepared.mistake.message, factor.id] = Misconception(
                f"{prepared.mistake.id}+{factor.id}", message, evidence(len(differing))
            )
    return next(iter(by_words.values())) if len(by_words) == 1 else None


def _may_be_scaled(prepared: PreparedMistake, case: Case, differing: list[int]) -> bool:
    """Look quickly, at one call only, whether the answer may be a multiple of the mistake's."""
    index = max(differing, key=lambda index: case.answers[index].size)
    leaves, mistaken = case.answers[index].leaves, prepared.deviations[index].leaves
    if len(leaves) != len(mistaken):
        return False
    return all(map(patterns.is_multiple, leaves, mistaken))


def _relative_to(prepared: PreparedMistake, case: Case) -> Iterator[Sample]:
    """Yield the learner's numbers beside a mistake's, as if those were the expected ones."""
    for index, answer in case.answers.items():
        deviation = prepared.deviations.get(index)
        mistaken = deviation.leaves if deviation is not None else ()
        for number, leaf in enumerate(answer.leaves):
            expected = leaf.expected
            if len(mistaken) == len(answer.leaves):
                numbers = mistaken[number].numbers
                if numbers is None:  # pragma: no cover  # a mistake in the type
                    return
                expected = patterns.instead(expected, numbers)
            yield case.sample(index, leaf, expected, is_right=is_near(leaf.numbers, expected))


def _two_mistakes(case: Case, mistakes: Sequence[PreparedMistake]) -> Misconception | None:
    """Return two listed mistakes, each of which explains what the other does not."""
    wrong = frozenset(
        (index, number)
        for index, answer in case.answers.items()
        if not case.right[index]
        for number, leaf in enumerate(answer.leaves)
        if not leaf.is_right
    )
    explained = _explained_parts(case, mistakes, wrong)
    finite = frozenset((i, n) for i, n in wrong if not _is_broken(case.answers[i].leaves[n]))
    pairs = [
        (one, other)
        for (one, parts), (other, others) in combinations(explained.values(), 2)
        if parts | others == wrong
        and _shows(one, parts - others, finite)
        and _shows(other, others - parts, finite)
    ]
    if len(pairs) != 1:
        return None
    one, other = (prepared.mistake for prepared in pairs[0])
    return Misconception(
        f"{one.id}+{other.id}",
        f"{one.message}\n\nAnd beside that: {other.message}",
        evidence(len({index for index, _ in wrong})),
    )


def _shows(prepared: PreparedMistake, alone: Parts, finite: Parts) -> bool:
    """Return whether a mistake shows on enough inputs where the other one does not.

    What is not finite is alike in that alone, so it counts only for a mistake that is nothing else.
    """
    overflows = all(_is_broken(leaf) for d in prepared.deviations.values() for leaf in d.leaves)
    return len({index for index, _ in (alone if overflows else alone & finite)}) >= ENOUGH


def _explained_parts(
    case: Case, mistakes: Sequence[PreparedMistake], wrong: Parts
) -> dict[str, tuple[PreparedMistake, Parts]]:
    """Return, by message, the mistake that explains most of the wrong parts, and those parts."""
    explained: dict[str, tuple[PreparedMistake, Parts]] = {}
    for prepared in mistakes:
        if any(
            _is_refuted(answer, prepared.deviations.get(index))
            for index, answer in case.answers.items()
        ):
            continue
        parts = frozenset(
            (index, number)
            for index, number in wrong
            if (deviation := prepared.deviations.get(index)) is not None
            and len(deviation.leaves) == len(case.answers[index].leaves)
            and not deviation.leaves[number].is_right
            and _may_be_both(case.answers[index].leaves[number], deviation.leaves[number])
        )
        if parts:
            best = explained.get(prepared.mistake.message)
            if best is None or len(best[1]) < len(parts):
                explained[prepared.mistake.message] = (prepared, parts)
    return explained


def _is_refuted(answer: Answer, deviation: Deviation | None) -> bool:
    """Return whether the learner is right where a mistake is wrong: no other one can undo that."""
    if deviation is None or len(deviation.leaves) != len(answer.leaves):
        return False
    pairs = zip(answer.leaves, deviation.leaves, strict=True)
    return any(theirs.is_right and not mistaken.is_right for theirs, mistaken in pairs)


def _may_be_both(one: Leaf, other: Leaf) -> bool:
    """Return whether a mistake explains a part in which another mistake may show as well.

    An overflow does not stay in one entry: a second mistake moves the nan to other entries.
    """
    return same_leaf(one, other) or (_is_broken(one) and _is_broken(other))


def _is_broken(leaf: Leaf) -> bool:
    """Return whether numbers are not finite although all expected ones are."""
    if leaf.numbers is None:
        return False
    broken = not np.isfinite(leaf.numbers).all()
    return broken and bool(np.isfinite(np.asarray(leaf.expected.value)).all())
