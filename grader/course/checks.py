"""The names with which the author of a course writes `checks.py`.

    softmax = FunctionChecks("softmax")

    @softmax.terms
    def softmax_terms(A, Z):
        return Terms(magnitude=A, growth=len(Z) + abs(Z).max() + 4)

    @softmax.value(weight=2, public=True)
    def three_logits():
        \"\"\"The column [1, 2, 3] becomes about [0.09, 0.24, 0.67].

        Does each column of your answer sum to 1?
        \"\"\"
        yield call(np.array([[1.0], [2.0], [3.0]]))

The first paragraph of a check's docstring is the line that learners read; the rest is a hint, shown
when the check fails. A check passes when all its calls pass.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeAlias

import msgspec
import numpy as np

from grader import wire
from grader.errors import CourseError
from grader.model import Kind
from grader.plan import EqualUpTo, PlannedCost

__all__ = ["Call", "Callback", "Check", "FunctionChecks", "Rng", "Terms", "call", "column_major"]

Rng: TypeAlias = np.random.Generator
# A check that yields more has a loop that does not end.
MOST_CALLS = 1_000


@dataclass(frozen=True, slots=True)
class Call:
    """The arguments of one call."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]


Calls: TypeAlias = Iterator[Call]
Inputs: TypeAlias = Callable[..., Calls]


def call(*args: object, **kwargs: object) -> Call:
    """Return the arguments of one call: arrays, numbers, texts, dicts, tuples, lists, callbacks."""
    return Call(args, kwargs)


def column_major(array: np.ndarray) -> wire.Value:
    """Return an argument that arrives in Fortran order: its columns lie one after another."""
    packed = wire.pack(array)
    assert isinstance(packed, wire.Array)
    return msgspec.structs.replace(packed, held="fortran")


@dataclass(frozen=True, slots=True)
class Callback:
    """A function to pass to a learner's function; the learner's process builds it from its source.

    `Callback("x", "float((x ** 2).sum())")` is `lambda x: float((x ** 2).sum())`; NumPy is `np`.
    """

    parameters: str
    expression: str

    def __call__(self, *args: object) -> Any:  # noqa: D102  # the class's docstring says it
        return wire.make_callback(self.parameters, self.expression)(*args)


@dataclass(frozen=True, slots=True)
class Terms:
    """How exact each entry of an answer must be.

    `magnitude` (S0) has the shape of the expected answer: for each entry the sum of the magnitudes
    of the terms that form it; None for a part that must be equal, such as a text or whole numbers.
    `growth` (g), at least 1, is how many roundings can add up. A value check allows an absolute
    error of `loose * S0`, a precision check `tight * g * S0`, both plus 1e-300.
    """

    magnitude: Any
    growth: float = 1.0
    loose: float = 1e-6
    tight: float = 1e-12


@dataclass(frozen=True, slots=True)
class Check:
    """One check of one function."""

    name: str
    kind: Kind
    weight: float
    hidden: bool
    text: str
    hint: str
    inputs: Inputs
    parts: tuple[str, ...] = ()
    shows: tuple[str, ...] = ()
    holds: str = ""

    def calls(self, rng: Rng, *, memory_bytes: int) -> list[Call]:
        """Return the calls of this check, at most one more than MOST_CALLS.

        `inputs` takes `rng`, `memory_bytes`, both or neither.
        `memory_bytes` is the memory that a submission may use, for inputs sized to exceed it.
        Whatever `inputs` raises passes through.
        """
        available = {"rng": rng, "memory_bytes": memory_bytes}
        parameters = inspect.signature(self.inputs).parameters
        made = self.inputs(**{name: available[name] for name in parameters})
        # Where a `yield` was forgotten.
        return [made] if isinstance(made, Call) else list(islice(made or (), MOST_CALLS + 1))


@dataclass(slots=True)
class FunctionChecks:
    """What the author of a course says about one function: its checks, and its cost.

    `checks.py` makes one at module level for each function of the exercise and decorates with its
    methods; when the course is read, all are collected by their type. `terms` says how exact the
    answers must be; without it they must be equal, so it is needed where they hold floats. `value`,
    `precision`, `shape`, `type`, `mutation` and `memory` each add a check, in the order in which
    they are written: the decorated generator yields the calls, and its name and docstring are those
    of the check. `derivative_of` is for the derivative of an earlier function. A check without a
    docstring is a CourseError at once; everything else is verified when the course is read, planned
    or proved.
    """

    name: str
    checks: list[Check] = field(default_factory=list)
    terms_of: Callable[..., Terms] | None = None
    # A dict that is returned must have the reference's keys and no others.
    exact_keys: bool = False
    # Also right are: the other "sign" of an array, "column_signs", the rows in another "row_order".
    equal_up_to: EqualUpTo = "nothing"
    costs: list[PlannedCost] = field(default_factory=list)

    def derivative_of(self, name: str, factor: Callback | None = None) -> None:
        """Say that this function is the derivative of an earlier one, by the first argument.

        `factor` takes the same arguments; that many times the earlier function is the cost. Where a
        learner's derivative is wrong, but right for their own, other, cost, their feedback says so.
        """
        made = None if factor is None else wire.Lambda(factor.parameters, factor.expression)
        self.costs.append(PlannedCost(name, made))

    def terms(self, function: Callable[..., Terms]) -> Callable[..., Terms]:
        """Decorate `function(expected, *args, **kwargs)`, which returns the Terms of an answer."""
        self.terms_of = function
        return function

    def value(
        self,
        *,
        weight: float = 1,
        public: bool = False,
        parts: tuple[str, ...] = (),
        shows: tuple[str, ...] = (),
    ) -> Callable[[Inputs], Inputs]:
        """Decorate a check that the answers are right (within the tolerance of `Terms.loose`).

        `parts` names the keys of a dict (or "0", "1", ... of a tuple) that this check compares, so
        that a slip in one part of an answer does not lose the checks of the other parts. `shows`
        holds a few words of each of those Examples and Edge cases in the reference's docstring that
        this check is about.
        """
        return self._check(Kind.VALUE, weight, public=public, parts=parts, shows=shows)

    def precision(self, *, weight: float = 1, public: bool = False) -> Callable[[Inputs], Inputs]:
        """Decorate a check that the answers are as accurate as float64 allows (`Terms.tight`)."""
        return self._check(Kind.PRECISION, weight, public=public)

    def shape(self, *, weight: float = 1, public: bool = False) -> Callable[[Inputs], Inputs]:
        """Decorate a check that the answers have the expected shape, whatever their values."""
        return self._check(Kind.SHAPE, weight, public=public)

    def type(
        self, *, weight: float = 1, public: bool = False, parts: tuple[str, ...] = ()
    ) -> Callable[[Inputs], Inputs]:
        """Decorate a check that the answers are of the reference's type, such as float64 arrays."""
        return self._check(Kind.TYPE, weight, public=public, parts=parts)

    def property(
        self, holds: str, *, weight: float = 1, public: bool = False
    ) -> Callable[[Inputs], Inputs]:
        """Decorate a check that something is true of the answers, whatever else they are.

        `holds` is an expression of `answer`, the function's parameters by their names, and NumPy as
        `np`. It is evaluated by the grader, never beside a learner's code, and only for answers in
        the form of the reference's: it must not take long, whatever numbers these hold.
        """
        return self._check(Kind.PROPERTY, weight, public=public, holds=holds)

    def mutation(self, *, weight: float = 1, public: bool = False) -> Callable[[Inputs], Inputs]:
        """Decorate a check that the calls leave their arguments unchanged."""
        return self._check(Kind.MUTATION, weight, public=public)

    def memory(self, *, weight: float = 1, public: bool = False) -> Callable[[Inputs], Inputs]:
        """Decorate a check that the answers are right at a size that needs frugal use of memory."""
        return self._check(Kind.MEMORY, weight, public=public)

    def _check(
        self,
        kind: Kind,
        weight: float,
        *,
        public: bool,
        parts: tuple[str, ...] = (),
        shows: tuple[str, ...] = (),
        holds: str = "",
    ) -> Callable[[Inputs], Inputs]:
        def add(inputs: Inputs) -> Inputs:
            doc = inspect.getdoc(inputs) or ""
            text, _, hint = doc.partition("\n\n")
            if not text:
                raise CourseError(
                    f"the check {inputs.__name__} of {self.name} has no docstring;"
                    " write the line that learners will read"
                )
            self.checks.append(
                Check(
                    name=inputs.__name__,
                    kind=kind,
                    weight=weight,
                    hidden=not public,
                    text=" ".join(text.split()),
                    hint=" ".join(hint.split()),
                    inputs=inputs,
                    parts=parts,
                    shows=shows,
                    holds=holds,
                )
            )
            return inputs

        return add
