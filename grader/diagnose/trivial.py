"""Recognise answers that compute nothing: the same whatever comes in, an argument handed back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from grader import wire
from grader.diagnose.patterns import ENOUGH, LONG, Pattern, Sample
from grader.diagnose.prints import Answer
from grader.plan import PlannedFunction


def nothing_computed(
    function: PlannedFunction, answers: Mapping[int, Answer], samples: Sequence[Sample]
) -> Pattern | None:
    """Return the pattern of answers that have nothing to do with the question."""
    return _same_whatever_comes_in(samples) or _handed_back(function, answers)


def _same_whatever_comes_in(samples: Sequence[Sample]) -> Pattern | None:
    """Return the pattern of one and the same number in every entry of every answer."""
    if not samples or len({sample.call_index for sample in samples}) < LONG:
        return None
    if any(sample.numbers is None or not sample.numbers.size for sample in samples):
        return None
    if all(sample.is_right for sample in samples):
        return None
    number = samples[0].got.flat[0]
    if all((sample.got == number).all() for sample in samples):
        words = f"Your answer is {np.real(number) + 0.0:g} everywhere, whatever comes in."
    elif _depend_on_shape_alone(samples):
        words = "All entries of your answer are one number, whatever comes in: it depends on the"
        words += " shape alone."
    else:
        return None
    return Pattern(
        "same_whatever_comes_in",
        f"{words} On which of the arguments should it depend, and through what?",
        f"so it is on all {len({sample.call_index for sample in samples})} inputs",
    )


def _depend_on_shape_alone(samples: Sequence[Sample]) -> bool:
    """Return whether each answer is one number in all entries, the same for each shape."""
    numbers: dict[tuple[int, ...], Any] = {}
    for sample in samples:
        number = numbers.setdefault(sample.got.shape, sample.got.flat[0])
        if not (sample.got == number).all():
            return False
    return max(numbers, key=np.prod) != () and len(numbers) < len(samples)


def _handed_back(function: PlannedFunction, answers: Mapping[int, Answer]) -> Pattern | None:
    """Return the pattern of an argument that comes out as it came in."""
    wrong = [index for index, answer in answers.items() if not answer.is_right]
    for at, name in enumerate(function.parameters):
        if len(wrong) >= ENOUGH and all(
            at < len(function.calls[index].args)
            and _is_same(answer.value, function.calls[index].args[at])
            for index, answer in answers.items()
        ):
            return Pattern(
                f"handed_back_{name}",
                f"Your function hands back its argument {name} as it came in. What is to be done"
                " with it?",
                f"so it is on all {len(answers)} inputs",
            )
    return None


def _is_same(value: wire.Value, argument: wire.Value) -> bool:
    match value, argument:
        case wire.Array(), wire.Array():
            return np.array_equal(wire.unpack(value), wire.unpack(argument), equal_nan=True)
        case wire.Mapping(), wire.Mapping():
            return value.keys == argument.keys and all(map(_is_same, value.values, argument.values))
    return False
