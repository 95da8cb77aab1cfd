"""Read a course folder, prove it, and compile it into a plan and into exercises.

The only room that runs an author's code. It may use every room below; the rooms that grade do not
use it. Public here are the names with which authors write `checks.py` and `mistakes.py`.
"""

from grader.course.checks import (
    Call,
    Callback,
    Check,
    FunctionChecks,
    Rng,
    Terms,
    call,
    column_major,
)
from grader.course.variants import mistake

__all__ = [
    "Call",
    "Callback",
    "Check",
    "FunctionChecks",
    "Rng",
    "Terms",
    "call",
    "column_major",
    "mistake",
]
