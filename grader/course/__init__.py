"""Read a course folder, prove it, and compile it into a plan and into exercises.

The only room that runs an author's code. It may use every room below; the rooms that grade do not
use it. The names that authors write `checks.py` with are public here.
"""

from grader.course.checks import (
    Call,
    Callback,
    Check,
    FunctionChecks,
    Rng,
    Terms,
    call,
)

__all__ = ["Call", "Callback", "Check", "FunctionChecks", "Rng", "Terms", "call"]
