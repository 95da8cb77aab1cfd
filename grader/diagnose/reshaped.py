"""Bring answers of another shape, or with swapped axes, into the shape that is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from grader.diagnose.prints import Answer
from grader.judge.compare import Leaf, is_near

Numbers: TypeAlias = NDArray[np.float64] | NDArray[np.complex128]
Answers: TypeAlias = Mapping[int, Answer]


def reshaped(answers: Answers) -> Iterator[tuple[str, str, dict[int, Answer]]]:
    """Yield the answers as they would be in the right shape: an id, words for it, the answers."""
    leaves = [leaf for answer in answers.values() for leaf in answer.leaves]
    numeric = [leaf for leaf in leaves if leaf.numbers is not None]
    if len(numeric) < len(leaves) or all(_shape(leaf) == _wanted(leaf) for leaf in leaves):
        return
    if all(_shape(leaf) == _wanted(leaf)[::-1] for leaf in leaves):
        words = "On top of that, the axes of your answer are swapped."
        yield "transposed_answer", words, _made(answers, np.transpose)
    if all(np.prod(_shape(leaf)) == np.prod(_wanted(leaf)) for leaf in leaves):
        words = "On top of that, your answer has another shape than is asked for."
        yield "reshaped_answer", words, _made(answers, np.asarray)


def _made(answers: Answers, turned: Callable[[Numbers], Numbers]) -> dict[int, Answer]:
    return {
        index: replace(answer, leaves=tuple(_leaf(leaf, turned) for leaf in answer.leaves))
        for index, answer in answers.items()
    }


def _leaf(leaf: Leaf, turned: Callable[[Numbers], Numbers]) -> Leaf:
    assert leaf.numbers is not None
    numbers = turned(leaf.numbers).reshape(_wanted(leaf))
    return Leaf(leaf.expected, numbers, "", is_near(numbers, leaf.expected))


def _shape(leaf: Leaf) -> tuple[int, ...]:
    assert leaf.numbers is not None
    return leaf.numbers.shape


def _wanted(leaf: Leaf) -> tuple[int, ...]:
    return np.shape(leaf.expected.value)
