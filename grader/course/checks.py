"""What the author of a course writes `checks.py` with.

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

The first paragraph of a check's docstring is the line that the learner reads; what follows is a
hint that is shown when the check fails. A check passes when all its calls pass.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from grader import wire
from grader.errors import CourseError
from grader.model import Kind

__all__ = ["Call", "Callback", "Check", "FunctionChecks", "Given", "Rng", "Terms", "call"]

Rng: TypeAlias = np.random.Generator


@dataclass(frozen=True, slots=True)
class Call:
    """The arguments of one call."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]


Calls: TypeAlias = Iterator[Call]
Inputs: TypeAlias = Callable[..., Calls]


def call(*args: object, **kwargs: object) -> Call:
    """The arguments of one call: arrays, numbers, texts, dicts, tuples, lists, callbacks."""
    return Call(args, kwargs)


@dataclass(frozen=True, slots=True)
class Callback:
    """A function to pass to a learner's function; the learner's process makes one of its own.

    `Callback("x", "float((x ** 2).sum())")` is `lambda x: float((x ** 2).sum())`, NumPy is `np`.
    """

    parameters: str
    expression: str

    def __call__(self, *args: object) -> Any:  # noqa: D102  # the class's docstring says it
        return wire.make_callback(self.parameters, self.expression)(*args)


@dataclass(frozen=True, slots=True)
class Terms:
    """How exact an answer must be, per entry.

    `magnitude` (S0) is the sum of the magnitudes of the terms that form the entry, in the shape of
    the expected answer; `growth` (g) is how many roundings can add up. A value check allows
    `loose * S0`, a precision check `tight * g * S0`, both plus 1e-300.
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

    def calls(self, rng: Rng, *, memory_bytes: int) -> list[Call]:
        """The calls of this check; its inputs take `rng`, `memory_bytes`, both or none, by name.

        `memory_bytes` is what a submission may use, for inputs that are to be large beside it.
        """
        offered = {"rng": rng, "memory_bytes": memory_bytes}
        wanted = inspect.signature(self.inputs).parameters
        return list(self.inputs(**{name: offered[name] for name in wanted}))


@dataclass(frozen=True, slots=True)
class Given:
    """How a function follows from earlier ones: `formula(*earlier, *args, **kwargs)`."""

    names: tuple[str, ...]
    formula: Callable[..., Any]


@dataclass(slots=True)
class FunctionChecks:
    """The checks of one function, in the order in which they are written."""

    name: str
    checks: list[Check] = field(default_factory=list)
    terms_of: Callable[..., Terms] | None = None
    formulas: list[Given] = field(default_factory=list)
    costs: list[Given] = field(default_factory=list)

    def given(self, *names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Decorator: `formula(*earlier, *args, **kwargs)` is right given these earlier functions.

        Where a learner's earlier function is wrong, a part of the points is given for what is right
        given that one. In mistakes.py a helper `_NAME` stands for the earlier function NAME. May be
        used more than once, where several formulas are right.
        """

        def add(formula: Callable[..., Any]) -> Callable[..., Any]:
            self.formulas.append(Given(names, formula))
            return formula

        return add

    def derivative_of(self, *names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Decorator: this function differentiates `cost(*earlier, *args, **kwargs)` by `args[0]`.

        Where a learner's derivative is wrong, and is the one of what their own earlier functions
        give here, they are told that the error is in those.
        """

        def add(cost: Callable[..., Any]) -> Callable[..., Any]:
            self.costs.append(Given(names, cost))
            return cost

        return add

    def terms(self, function: Callable[..., Terms]) -> Callable[..., Terms]:
        """Decorator: `function(expected, *args, **kwargs) -> Terms` for this function's answers."""
        self.terms_of = function
        return function

    def value(
        self, *, weight: float = 1, public: bool = False, parts: tuple[str, ...] = ()
    ) -> Callable[[Inputs], Inputs]:
        """Decorator: the answers are right (tolerance tier A).

        `parts` names the keys of a dict (or "0", "1", ... of a tuple) that this check looks at, so
        that a slip in one part of an answer does not cost the checks of the others.
        """
        return self._check(Kind.VALUE, weight, public=public, parts=parts)

    def precision(self, *, weight: float = 1, public: bool = False) -> Callable[[Inputs], Inputs]:
        """Decorator: the answers are as accurate as float64 allows (tolerance tier B)."""
        return self._check(Kind.PRECISION, weight, public=public)

    def shape(self, *, weight: float = 1, public: bool = False) -> Callable[[Inputs], Inputs]:
        """Decorator: the answers have the expected shape, whatever their values."""
        return self._check(Kind.SHAPE, weight, public=public)

    def type(self, *, weight: float = 1, public: bool = False) -> Callable[[Inputs], Inputs]:
        """Decorator: the answers are float64 arrays (or scalars, tuples, dicts) as expected."""
        return self._check(Kind.TYPE, weight, public=public)

    def mutation(self, *, weight: float = 1, public: bool = False) -> Callable[[Inputs], Inputs]:
        """Decorator: the arguments are afterwards what they were before."""
        return self._check(Kind.MUTATION, weight, public=public)

    def memory(self, *, weight: float = 1, public: bool = False) -> Callable[[Inputs], Inputs]:
        """Decorator: the answers are right at a size that only a frugal way fits into memory."""
        return self._check(Kind.MEMORY, weight, public=public)

    def _check(
        self, kind: Kind, weight: float, *, public: bool, parts: tuple[str, ...] = ()
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
                )
            )
            return inputs

        return add
