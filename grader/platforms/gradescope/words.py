"""Write what a learner reads on Gradescope: HTML from a template, or Markdown with plain text."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from grader.diagnose.explain import public_part
from grader.judge.words import next_step
from grader.model import CheckResult, FunctionResult, Verdict
from grader.plan import PlannedFunction
from grader.platforms.container.grade import GradedInContainer
from grader.results.templating import environment
from grader.results.terminal import as_text, line, show_function
from grader.text import points, printable

if TYPE_CHECKING:
    from grader.results.screen import Screen


def function_text(function: FunctionResult, outcome: GradedInContainer) -> str:
    """Write the feedback on a function."""
    planned = outcome.plan.functions[function.function]
    if outcome.settings.format == "md":
        head = f"**{points(function.score)} of {points(function.max_score)} points**"
        head += f" ({printable(function.how)})" if function.how else ""
        return f"{head}\n\n" + _fenced(lambda c: show_function(function, planned, "", c))
    return _written("function", function, planned)


def check_text(check: CheckResult, function: FunctionResult, outcome: GradedInContainer) -> str:
    """Write the feedback on one check."""
    planned = outcome.plan.functions[function.function].checks
    lines = [next(each.text for each in planned if each.name == check.name)]
    if check.verdict is not Verdict.PASSED:
        lines.append(printable(check.message))
    if outcome.settings.format == "md":
        return _fenced(lambda screen: line(screen, *lines))
    return _written("lines", lines)


def summary_text(outcome: GradedInContainer) -> str:
    """Write what learners see at once: the notes, the public checks, what to do next.

    It has no points, and nothing that only hidden checks have found.
    """
    functions = [public_part(function) for function in outcome.result.functions]
    planned = {name: _public_part(checks) for name, checks in outcome.plan.functions.items()}
    notes = [printable(note) for note in outcome.result.notes_of_its_own]
    step = next_step(functions)
    step = step or "All public checks pass. Hidden checks, on other inputs, count as well."
    if outcome.settings.format == "md":

        def show(screen: Screen) -> None:
            line(screen, *notes)
            for function in functions:
                show_function(function, planned[function.function], "", screen)
            line(screen, "", step)

        return _fenced(show)
    pairs = [(function, planned[function.function]) for function in functions]
    return _written("summary", pairs, notes, step)


def _written(macro: str, *values: object) -> str:
    return str(getattr(environment().get_template("gradescope.html").module, macro)(*values))


def _public_part(planned: PlannedFunction) -> PlannedFunction:
    public = tuple(check for check in planned.checks if not check.hidden)
    return msgspec.structs.replace(planned, checks=public)


def _fenced(print_to: Callable[[Screen], object]) -> str:
    """Wrap what is printed in a block of Markdown, from which no text in it can break out."""
    text = as_text(print_to)
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}\n{text}\n{fence}"
