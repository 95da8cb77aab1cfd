"""Find what separates the inputs with a right answer from the others: one example, a square."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from grader import wire
from grader.diagnose.patterns import Pattern
from grader.diagnose.prints import Answer
from grader.plan import PlannedCall, PlannedFunction

# So many inputs of each side must be there.
ENOUGH = 2

Is = Callable[[PlannedCall], bool]


def right_where(function: PlannedFunction, answers: Mapping[int, Answer]) -> Pattern | None:
    """Return the property of inputs that all those with a right answer have and no others."""
    right = {index for index, answer in answers.items() if answer.is_right}
    wrong = answers.keys() - right
    if len(right) < ENOUGH or len(wrong) <= ENOUGH:
        return None
    calls = function.calls
    for name, words, holds in predicates_of(function):
        if {index for index in answers if holds(calls[index])} == right:
            message = f"Your answers are right {words}, and wrong otherwise. What differs there?"
            how = f"{len(right)} inputs are of that kind, and {len(wrong)} are not"
            return Pattern(f"right_{name}", message, how)
    return None


def predicates_of(function: PlannedFunction) -> Iterator[tuple[str, str, Is]]:
    """Yield what inputs can have in common: a name, words for it, whether a call has it."""
    for at, parameter in enumerate(function.parameters):
        yield (
            f"for_one_column_of_{parameter}",
            f"where {parameter} has one column only",
            lambda call, at=at: _shape(call, at)[1:2] == (1,),  # type: ignore[misc]
        )
        for value in _values(function, at, parameter):
            yield (
                f"for_{parameter}_{value}",
                f"for {parameter} = {value!r}",
                lambda call, at=at, p=parameter, v=value: _word(call, at, p) == v,  # type: ignore[misc]
            )


def _values(function: PlannedFunction, at: int, parameter: str) -> list[str | float]:
    """Return the texts and numbers that an argument takes, if they are few."""
    values = {v for call in function.calls if (v := _word(call, at, parameter)) is not None}
    return sorted(values, key=str) if len(values) <= 3 else []


def _shape(call: PlannedCall, at: int) -> tuple[int, ...]:
    value = call.args[at] if at < len(call.args) else None
    return value.shape if isinstance(value, wire.Array) else ()


def _word(call: PlannedCall, at: int, parameter: str) -> str | float | None:
    value = call.args[at] if at < len(call.args) else call.kwargs.get(parameter)
    match value:
        case wire.Word(text=text):
            return text
        case bool() | wire.Opaque():
            return None
        case int() | float():
            return value
    return None
