"""A course as data: inputs, expected values, tolerances, and the code of the references.

A grading run (all checks) and `exercises/checks.json` (what learners have) use the same form, so a
learner's own check and the instructor's run judge alike. The open inputs depend on the course and
on versions only; a grading run adds sealed ones, drawn from its secret seed.
"""

from __future__ import annotations

import math
from typing import Literal, TypeAlias, get_args

import msgspec

from grader import wire
from grader.model import Kind, Limits

FORMAT = 1
# A call may take so many times what the reference takes: four times what slow code is promised. It
# may always take this, or this share of the course's limit, and never more than that limit.
SLOWNESS = 4_000
LEAST_LIMIT_S, LEAST_SHARE = 0.25, 1 / 8


# What else an answer of numbers may be than the expected one: the other sign, in each column the
# other sign, the rows in another order.
EqualUpTo: TypeAlias = Literal["nothing", "sign", "column_signs", "row_order"]


class PlannedCall(msgspec.Struct, frozen=True):
    """One call: its arguments, the expected answer, and how exact it must be (see course.Terms).

    Where the magnitude is None, it must be equal: whole numbers, booleans, texts.
    `cpu_s` is the CPU time in seconds that the reference took when the plan was made, 0 if that is
    not known. No hash and no file that is compared may depend on it.
    """

    args: tuple[wire.Value, ...]
    kwargs: dict[str, wire.Value]
    expected: wire.Value
    magnitude: wire.Value
    growth: float
    loose: float
    tight: float
    cpu_s: float = 0.0
    # A dict in the answer has these keys and no others.
    exact_keys: bool = False
    equal_up_to: EqualUpTo = "nothing"

    def limit_s(self, call_cpu_s: float) -> float:
        """Return how much computing an answer may take, in seconds, in a course with this limit.

        A power of two, so that what is told of it seldom depends on how fast the machine was.
        """
        if not self.cpu_s:
            return call_cpu_s
        slow_s = 2.0 ** math.ceil(math.log2(SLOWNESS * self.cpu_s))
        return min(max(LEAST_LIMIT_S, LEAST_SHARE * call_cpu_s, slow_s), call_cpu_s)


class PlannedCheck(msgspec.Struct, frozen=True):
    """One check; `calls` are indices into its function's open calls, `sealed` into the sealed."""

    name: str
    kind: Kind
    weight: float
    hidden: bool
    text: str
    hint: str
    calls: tuple[int, ...]
    # The keys of a dict, or the indices of a tuple, to compare; all if empty.
    parts: tuple[str, ...] = ()
    sealed: tuple[int, ...] = ()
    # What must be true, for a property: of `answer` and the function's parameters.
    holds: wire.Lambda | None = None
    # Every function passes it that answers anything; its calls are not made for it.
    given: bool = False


class PlannedMistake(msgspec.Struct, frozen=True):
    """A listed mistake and the message for the learner; how it answers is in `prints`."""

    id: str
    message: str
    # The share of the points that it is worth, if its checks add up to less; with `at_most`, also
    # if they add up to more.
    worth: float | None = None
    at_most: bool = False


class GeneratedMistake(msgspec.Struct, frozen=True, array_like=True):
    """A generated mistake; `text` is the index of its message in the function's `texts`."""

    id: str
    text: int


class PlannedCost(msgspec.Struct, frozen=True):
    """An earlier function, times a factor of the arguments: a function is its derivative."""

    name: str
    factor: wire.Lambda | None = None


class PlannedFunction(msgspec.Struct, frozen=True):
    """One function of an exercise; of `calls`, the open ones, everything may be told."""

    name: str
    points: float
    hint: str
    notice: str
    calls: tuple[PlannedCall, ...]
    checks: tuple[PlannedCheck, ...]
    mistakes: tuple[PlannedMistake, ...] = ()
    # The names of its positional parameters.
    parameters: tuple[str, ...] = ()
    costs: tuple[PlannedCost, ...] = ()
    # The calls of which only pass or fail is told, drawn from the secret seed.
    sealed: tuple[PlannedCall, ...] = ()
    generated: tuple[GeneratedMistake, ...] = ()
    texts: tuple[str, ...] = ()
    # How each mistake answers, the listed ones first: float32 fingerprints of the answers to the
    # open calls, row by row, compressed.
    prints: bytes = b""

    @property
    def is_compared(self) -> bool:
        """Whether some check compares answers with the reference's."""
        compared = (Kind.VALUE, Kind.PRECISION, Kind.MEMORY)
        return any(check.kind in compared for check in self.checks)

    @property
    def unused_calls(self) -> frozenset[int]:
        """The indices of the calls that no check needs, so that they are not to be made."""
        used = {index for check in self.checks if not check.given for index in check.calls}
        return frozenset(range(len(self.calls))) - used

    @property
    def memory_calls(self) -> tuple[int, ...]:
        """The indices of the calls that only memory checks use."""
        memory, others = set[int](), set[int]()
        for check in self.checks:
            (memory if check.kind is Kind.MEMORY else others).update(check.calls)
        return tuple(sorted(memory - others))


class PlannedExercise(msgspec.Struct, frozen=True):
    """One exercise."""

    slug: str
    title: str
    functions: tuple[PlannedFunction, ...]


# What a wrong answer can be in exactly: the right one with another sign, times a number that is the
# same wherever there is one, with its axes swapped.
Relation: TypeAlias = Literal["sign", "factor", "swapped_axes"]
RELATIONS: tuple[Relation, ...] = get_args(Relation)


class Rules(msgspec.Struct, frozen=True):
    """What verdicts are worth, beside the points of functions and the weights of checks.

    Points follow from stored verdicts by these rules, so nothing is graded again when they change.
    """

    # What a function that is right but for an earlier one gets: this share of what it loses by it.
    follow_through: float = 1.0
    # Points are multiples of this, but for the full points of a function.
    rounding: float = 0.01
    # The share of a function's points that are given for a wrong answer that has this relation.
    worth: dict[str, float] = {}
    # For each function and mistake, the points that an instructor gives to all who made it.
    rubric: dict[str, dict[str, float]] = {}


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the course's author calls things, where a message is not about one mistake of theirs."""

    # Asked where a sum runs along the wrong axis.
    axes: str = "What does each axis stand for?"
    # Why all columns, or rows, of a right answer sum to 1 or to 0, and why it is symmetric.
    sum_is_1: str = "Those of every right answer do."
    sum_is_0: str = "Those of every right answer do."
    symmetric: str = "Every right answer is."
    # An answer that changes when one number is added to a whole column of the first argument.
    shift: str = (
        "Your answer changes when one number is added to a whole column of the first argument, and"
        " the right one does not. Where does your formula use an entry by itself?"
    )


class Plan(msgspec.Struct, frozen=True):
    """Everything that grading needs except the submissions."""

    format: int
    title: str
    limits: Limits
    exercises: tuple[PlannedExercise, ...]
    # Every exercise of the course, graded this time or not: submissions import from any of them.
    slugs: tuple[str, ...]
    # Every function of the course, for the same reason.
    names: tuple[str, ...]
    rules: Rules = Rules()
    words: Words = Words()
    # The code of each exercise's reference, by slug; none for learners.
    references: tuple[tuple[str, str], ...] = ()
    # The secret seed of the sealed inputs, as hexadecimal digits; empty if there are none.
    seed: str = ""
    # For learners: the other checks, to be run on functions whose checks above have passed.
    more: tuple[PlannedExercise, ...] = ()

    @property
    def functions(self) -> dict[str, PlannedFunction]:
        """The functions to grade, by name, in the order of the course."""
        return {f.name: f for exercise in self.exercises for f in exercise.functions}
