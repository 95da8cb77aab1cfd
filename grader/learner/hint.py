"""`grader hint`: one hint at a time for a function, those first that fit what fails."""

from __future__ import annotations

from grader.learner.checked import CheckedFiles
from grader.learner.seen import Seen
from grader.model import FunctionResult, Verdict
from grader.results.hints import hints_of


def hint_for(checked: CheckedFiles, function: FunctionResult | None, seen: Seen) -> str:
    """Return the next hint for a function, and which of how many it is; `seen` remembers it."""
    if function is None or function.verdict is Verdict.PASSED:
        name = function.function if function else "all of this"
        return f"There is nothing to give a hint for: {name} passes its checks."
    planned = checked.planned[function.function][1]
    hints = hints_of(function, planned)
    if not hints:
        return (
            f"There is no further hint for {function.function}. Try the call that fails yourself:"
            f" grader check --show {function.function}"
        )
    hint = seen.next_hint(function.function, hints)
    number = 1 + hints.index(hint) if hint else len(hints)
    if hint is None:
        return f"You have had all {len(hints)} hints for {function.function}; the last: {hints[-1]}"
    return f"Hint {number} of {len(hints)} for {function.function}: {hint}"
