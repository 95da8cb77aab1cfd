"""What a check says of one problem, without the call that its message begins with."""

from __future__ import annotations

from grader.judge.compare import Difference
from grader.judge.words import call_text, message_of
from grader.model import Failure
from grader.plan import PlannedCall, PlannedFunction


def tell(
    problem: Failure | Difference,
    call: PlannedCall | None = None,
    *,
    imprecise: bool = False,
    function: str = "f",
) -> str:
    """The message on a problem with a call of `function`."""
    call = call or PlannedCall((), {}, 1.0, 1.0, 1, 1, 1)
    planned = PlannedFunction(function, 1.0, "", "", (), ())
    message = message_of(problem, planned, call, imprecise=imprecise)
    assert message.startswith(f"{call_text(planned, call)}: ")
    return message.removeprefix(f"{call_text(planned, call)}: ")
