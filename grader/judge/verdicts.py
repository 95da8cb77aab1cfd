"""Decide the verdict on the outcome of one call, or on how its answer differs."""

from __future__ import annotations

from grader import wire
from grader.judge.compare import Difference, NotFinite, NotSo, WrongText, WrongValue
from grader.judge.numbers import WrongKeys, WrongShape, WrongType
from grader.model import Died, Failure, NotCalled, NotLoaded, Raised, TimedOut, Verdict

NO_MEMORY = ("MemoryError", "_ArrayMemoryError")


def failure_verdict(failure: Failure, function: str) -> Verdict:
    """Return the verdict on a call of `function` that did not return."""
    match failure:
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
    """Return whether the function itself raised this, not another one that it calls."""
    return bool(error.frames) and error.frames[-1].function == function


def difference_verdict(difference: Difference, *, imprecise: bool) -> Verdict:
    """Return the verdict on a wrong answer; `imprecise`: it is right, but not exact."""
    match difference:
        case WrongType():
            return Verdict.WRONG_TYPE
        case WrongShape():
            return Verdict.WRONG_SHAPE
        case NotFinite():
            return Verdict.NOT_FINITE
        case WrongText() | WrongKeys() | NotSo():
            return Verdict.WRONG_VALUE
        case WrongValue():  # pragma: no branch  # the last kind
            return Verdict.IMPRECISE if imprecise else Verdict.WRONG_VALUE
