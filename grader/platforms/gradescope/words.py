"""Write what a learner reads on Gradescope, as HTML from a template."""

from __future__ import annotations

import msgspec

from grader.diagnose.explain import public_part
from grader.judge.words import next_step
from grader.model import CheckResult, FunctionResult, Verdict
from grader.plan import PlannedFunction
from grader.platforms.container.grade import GradedInContainer
from grader.results.templating import environment
from grader.text import printable


def function_text(function: FunctionResult, outcome: GradedInContainer) -> str:
    """Write the feedback on a function."""
    planned = outcome.planned[function.function]
    template = environment().get_template("gradescope.html")
    return str(template.module.function(function, planned))  # type: ignore[attr-defined]


def check_text(check: CheckResult, function: FunctionResult, outcome: GradedInContainer) -> str:
    """Write the feedback on one check."""
    planned = next(c for c in outcome.planned[function.function].checks if c.name == check.name)
    lines = [planned.text]
    if check.verdict is not Verdict.PASSED:
        lines.append(printable(check.message))
    template = environment().get_template("gradescope.html")
    return str(template.module.lines(lines))  # type: ignore[attr-defined]


def summary_text(outcome: GradedInContainer) -> str:
    """Write what learners see at once: the notes, the public checks, what to do next.

    It has no points, and nothing that only hidden checks have found.
    """
    functions = [public_part(function) for function in outcome.result.functions]
    planned = {name: _public_part(checks) for name, checks in outcome.planned.items()}
    notes = [printable(note) for note in outcome.result.notes]
    step = next_step(functions)
    step = step or "All public checks pass. Hidden checks, on other inputs, count as well."
    template = environment().get_template("gradescope.html")
    pairs = [(function, planned[function.function]) for function in functions]
    return str(template.module.summary(pairs, notes, step))  # type: ignore[attr-defined]


def _public_part(planned: PlannedFunction) -> PlannedFunction:
    public = tuple(check for check in planned.checks if not check.hidden)
    return msgspec.structs.replace(planned, checks=public)
