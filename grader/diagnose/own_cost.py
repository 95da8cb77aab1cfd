"""Recognise a derivative that is right for the learner's own, other, cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from grader import wire
from grader.diagnose.derivatives import of_own_cost
from grader.engine.session import EncodedCall, Session
from grader.model import Misconception, Outcome, Returned
from grader.plan import PlannedCost, PlannedFunction

# Numbers of the calls made here: no planned call has one so large.
FIRST_NUMBER = 1_000_000


class NoAnswerError(Exception):
    """A cost did not answer, or not with a number."""


def own_cost(
    session: Session,
    files: dict[str, str],
    function: PlannedFunction,
    outcomes: Sequence[Outcome],
    answer: Callable[[wire.AskedReply], wire.ToldRequest],
) -> Misconception | None:
    """What to say of a derivative of the learner's own, other, cost; None if it is none.

    `files` says where each earlier function that is not right is defined, and `answer` knows what
    the right ones give.
    """
    for cost in function.costs:
        if cost.name in files:
            own = _times(cost, _Own(session, files[cost.name], cost.name))
            right = _times(cost, _Right(answer, cost.name))
            if count := of_own_cost(function.calls, outcomes, own=own, right=right):
                return Misconception(
                    "derivative_of_another_cost",
                    f"Your derivative is right for your own {cost.name}, but that cost is not the"
                    f" one asked for. Begin there: what should {cost.name} give that yours does"
                    " not?",
                    f"on {count} inputs it says by how much your own cost grows if an entry grows"
                    " a little",
                )
    return None


def _times(cost: PlannedCost, function: Callable[..., float]) -> Callable[..., float]:
    if cost.factor is None:
        return function
    factor = wire.make_callback(cost.factor.parameters, cost.factor.expression)
    return lambda *args: factor(*args) * function(*args)


class _Own:
    """A learner's cost, to be called as if it were here."""

    def __init__(self, session: Session, file: str, name: str) -> None:
        self.session, self.file, self.name = session, file, name
        self.number = FIRST_NUMBER

    def __call__(self, *args: Any) -> float:
        self.number += 1
        request = wire.CallRequest(
            self.number, self.file, self.name, tuple(map(wire.pack, args)), {}
        )
        frame = EncodedCall(self.number, wire.encode(request))
        (outcome,) = self.session.call(self.file, self.name, [frame])
        return _number(outcome.value if isinstance(outcome, Returned) else None)


class _Right:
    """The reference of a cost, to be called as if it were here."""

    def __init__(self, answer: Callable[[wire.AskedReply], wire.ToldRequest], name: str) -> None:
        self.answer, self.name = answer, name

    def __call__(self, *args: Any) -> float:
        told = self.answer(wire.AskedReply(0, self.name, tuple(map(wire.pack, args)), {}))
        return _number(told.value)


def _number(value: wire.Value) -> float:
    """Return the one number in a value; NoAnswerError if it is something else."""
    if isinstance(value, wire.Array | wire.NumpyScalar | float | int):
        number = wire.unpack(value)
        if getattr(number, "size", 1) == 1:
            return float(number)
    raise NoAnswerError
