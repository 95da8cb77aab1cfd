"""Give the verdict on what one call did, or on how its answer differs."""

from __future__ import annotations

from grader import wire
from grader.judge.compare import Difference, NotFinite, WrongValue
from grader.judge.numbers import WrongShape, WrongType
from grader.model import (
    Died,
    NotCalled,
    NotLoaded,
    Outcome,
    Raised,
    Returned,
    TimedOut,
    Verdict,
)

NO_MEMORY = ("MemoryError", "_ArrayMemoryError")


def outcome_verdict(outcome: Outcome, function: str) -> Verdict | None:
    """The verdict on a call that did not return; None when it did."""
    match outcome:
        case Returned():
            return None
        case Raised(error=error):
            if error.type == "NotImplementedError" and raised_by_itself(error, function):
                return Verdict.NOT_ATTEMPTED
            if error.type in NO_MEMORY:
                return Verdict.OUT_OF_MEMORY
            return Verdict.RAISED
        case TimedOut():
            return Verdict.TIMED_OUT
        case Died():
            return Verdict.DIED
        case NotLoaded():
            return Verdict.NOT_LOADED
        case NotCalled():  # pragma: no branch  # the last kind
            return Verdict.NOT_RUN


def raised_by_itself(error: wire.Error, function: str) -> bool:
    """Whether the function itself, not another one that it calls, raised this."""
    return bool(error.frames) and error.frames[-1].function == function


def difference_verdict(difference: Difference, *, imprecise: bool = False) -> Verdict:
    """The verdict on a returned value that differs; `imprecise`: it is right, but not exact."""
    match difference:
        case WrongType():
            return Verdict.WRONG_TYPE
        case WrongShape():
            return Verdict.WRONG_SHAPE
        case NotFinite():
            return Verdict.NOT_FINITE
        case WrongValue():  # pragma: no branch  # the last kind
            return Verdict.IMPRECISE if imprecise else Verdict.WRONG_VALUE
