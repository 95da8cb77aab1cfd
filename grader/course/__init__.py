"""Read a course folder, prove it, and compile it into a plan and into exercises.

The only room that runs an author's code. It may use everything below; nothing that grades knows it.
What authors write `checks.py` with is handed on here.
"""

from grader.course.checks import (
    Call,
    Callback,
    Check,
    FunctionChecks,
    Given,
    Rng,
    Terms,
    call,
)

__all__ = ["Call", "Callback", "Check", "FunctionChecks", "Given", "Rng", "Terms", "call"]
