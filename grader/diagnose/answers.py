"""The answers of a learner's function and of listed mistakes, in the form that comparing needs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

import numpy as np

from grader import wire
from grader.diagnose.patterns import Sample, close
from grader.judge.compare import Leaf, leaves_of, type_difference, value_difference
from grader.judge.expected import Expected
from grader.judge.numbers import WrongType
from grader.model import Outcome, Raised, Returned
from grader.plan import MistakenAnswer, PlannedFunction, PlannedMistake, error_text

# A mistake must show on at least so many inputs on which it differs from the reference.
ENOUGH = 2
# Two answers that are inexact for the same reason have errors this near to each other.
SAME_ERROR = 0.05
NO_MEMORY = ("MemoryError", "_ArrayMemoryError")


class Aspect(Enum):
    """In what a mistake differs from the reference in one call."""

    ERROR = auto()
    VALUE = auto()
    PRECISION = auto()
    FORM = auto()


@dataclass(frozen=True, slots=True)
class Deviation:
    """How a mistake's answer to one call differs from the reference's."""

    aspect: Aspect
    leaves: tuple[Leaf, ...] = ()
    value: wire.Value = None
    error: str = ""
    type_name: str = ""
    mutated: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """The learner's answer to one call: a value, or the text of an exception."""

    value: wire.Value
    leaves: tuple[Leaf, ...]
    error: str
    mutated: bool

    @property
    def is_right(self) -> bool:
        """Whether all numbers in it are the expected ones."""
        return not self.error and all(leaf.is_right for leaf in self.leaves)

    @property
    def size(self) -> int:
        """How many numbers it holds."""
        return sum(leaf.numbers.size for leaf in self.leaves if leaf.numbers is not None)


@dataclass(frozen=True, slots=True)
class PreparedMistake:
    """A mistake, and its deviations from the reference by the index of the call."""

    mistake: PlannedMistake
    deviations: dict[int, Deviation]

    @property
    def mutates(self) -> bool:
        """Whether it changes an argument, or an earlier answer, in any call."""
        return any(deviation.mutated for deviation in self.deviations.values())


@dataclass(frozen=True, slots=True)
class Case:
    """The learner's answers to one function's calls, by the index of the call.

    Calls that say nothing of the function (no time, no memory) are left out.
    """

    function: PlannedFunction
    expected: tuple[Expected, ...]
    answers: dict[int, Answer]
    right: dict[int, bool]

    @property
    def has_errors(self) -> bool:
        """Whether any call raised."""
        return any(answer.error for answer in self.answers.values())

    def sample(self, index: int, leaf: Leaf, expected: Expected, *, is_right: bool) -> Sample:
        """Return the numbers of one part of an answer beside expected ones."""
        return Sample(
            index,
            leaf.expected.path,
            leaf.numbers,
            expected,
            self.function.calls[index],
            is_right=is_right,
        )

    def samples(self) -> list[Sample]:
        """Return the learner's numbers beside the expected ones, call by call, part by part."""
        return [
            self.sample(index, leaf, leaf.expected, is_right=leaf.is_right)
            for index, answer in self.answers.items()
            for leaf in answer.leaves
        ]


def answer_to(outcome: Outcome, expected: Expected) -> Answer | None:
    """Return the answer in an outcome; None if it says nothing of the function (time, memory)."""
    match outcome:
        case Returned(value=value, mutated=mutated):
            return Answer(value, leaves_of(value, expected), "", mutated)
        case Raised(error=error) if error.type not in NO_MEMORY:
            return Answer(None, (), error_text(error.type, error.message), mutated=False)
    return None


def is_out_of_memory(outcome: Outcome) -> bool:
    """Return whether a call failed for lack of memory."""
    return isinstance(outcome, Raised) and outcome.error.type in NO_MEMORY


def deviation_of(answer: MistakenAnswer, expected: Expected) -> Deviation:
    """Return how a mistake's answer differs from the expected one."""
    if answer.error:
        return Deviation(Aspect.ERROR, error=answer.error)
    leaves = leaves_of(answer.value, expected)
    if value_difference(answer.value, expected) is not None:
        return Deviation(Aspect.VALUE, leaves, answer.value)
    wrong_type = wrong_type_of(answer.value, expected)
    if wrong_type or answer.mutated:
        return Deviation(Aspect.FORM, type_name=wrong_type, mutated=answer.mutated)
    return Deviation(Aspect.PRECISION, leaves)


def wrong_type_of(value: wire.Value, expected: Expected) -> str:
    """Return the words for a type that breaks the contract; empty if the type is right.

    Whole numbers are one type: in a browser NumPy's have 32 bits where nobody says how many.
    """
    difference = type_difference(value, expected)
    return difference.got.replace("int32", "int64") if isinstance(difference, WrongType) else ""


def same_leaves(one: tuple[Leaf, ...], other: tuple[Leaf, ...]) -> bool:
    """Return whether two wrong answers are the same up to rounding, part by part."""
    return len(one) == len(other) and all(map(same_leaf, one, other))


def same_form(one: wire.Value, other: wire.Value) -> bool:
    """Return whether two values are of one kind, and dicts or tuples of them part by part."""
    match one, other:
        case wire.Mapping(), wire.Mapping():
            same = set(one.keys) == set(other.keys)
            pairs = (
                [
                    (one.values[one.keys.index(k)], other.values[other.keys.index(k)])
                    for k in one.keys
                ]
                if same
                else []
            )
        case wire.Sequence(), wire.Sequence():
            same = len(one.items) == len(other.items)
            pairs = list(zip(one.items, other.items, strict=False))
        case wire.Opaque(), wire.Opaque():
            return one == other
        case _:
            numbers = (wire.Array, wire.NumpyScalar, float, int)
            return type(one) is type(other) or (
                isinstance(one, numbers) and isinstance(other, numbers)
            )
    return same and all(same_form(a, b) for a, b in pairs)


def same_leaf(one: Leaf, other: Leaf) -> bool:
    """Return whether two parts of wrong answers are the same up to rounding."""
    if one.numbers is None or other.numbers is None:
        return one.words == other.words
    return one.numbers.shape == other.numbers.shape and close(
        one.numbers, other.numbers, one.expected
    )


def same_error(one: Leaf, other: Leaf) -> bool:
    """Return whether two answers, both right to six digits, are off by the same error."""
    # Never the case, because both are right to six digits.
    if one.numbers is None or other.numbers is None:  # pragma: no cover
        return False
    want = np.asarray(one.expected.value)
    with np.errstate(all="ignore"):
        off = SAME_ERROR * np.abs(other.numbers - want) + one.expected.tight
        same = np.abs(one.numbers - other.numbers) <= off
    return bool((same | (one.numbers == other.numbers)).all())


def evidence(count: int) -> str:
    """Say on how many inputs a mistake gives the learner's answers."""
    inputs = "both inputs" if count == ENOUGH else f"all {count} inputs"
    return f"it gives your answers on {inputs} where it differs from the right ones"
