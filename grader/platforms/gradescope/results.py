"""Make results.json, as Gradescope documents it, from a graded submission."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from grader.model import Verdict
from grader.platforms.container.grade import FAILED, GradedInContainer, not_graded
from grader.platforms.container.pack import Visibility
from grader.platforms.gradescope.words import check_text, function_text, summary_text

Format = Literal["text", "html", "simple_format", "md", "ansi"]
Status = Literal["passed", "failed"]


class GradescopeTest(msgspec.Struct, frozen=True, omit_defaults=True):
    """One entry of the list that learners see; without a score it does not count."""

    name: str
    visibility: Visibility
    number: str | None = None
    score: float | None = None
    max_score: float | None = None
    status: Status | None = None
    output: str = ""
    output_format: Format = "text"
    tags: tuple[str, ...] = ()


class Results(msgspec.Struct, frozen=True, omit_defaults=True):
    """The whole of results.json. `score` is what counts, whatever the entries add up to."""

    score: float
    tests: tuple[GradescopeTest, ...]
    output: str = ""
    output_format: Format = "text"
    stdout_visibility: Visibility = "hidden"
    extra_data: dict[str, object] = msgspec.field(default_factory=dict)


def results_of(outcome: GradedInContainer) -> Results:
    """Make the results of a submission as the packed settings say.

    How long it took is left out: learners would see it, and their code can choose it.
    """
    settings, result = outcome.settings, outcome.result
    entries = _per_check(outcome) if settings.per == "check" else _per_function(outcome)
    return Results(
        score=outcome.score,
        tests=tuple(entries),
        output=summary_text(outcome),
        output_format=settings.format,
        # In Gradescope's export for instructors; not shown to learners.
        extra_data={"softmax_grader": msgspec.to_builtins(result.told)},
    )


def failure(why: str) -> Results:
    """Make the results when the grader itself failed: Gradescope needs a score, so it is 0."""
    text = not_graded(why)
    entry = GradescopeTest("not graded", "visible", status="failed", output=text)
    return Results(score=0, tests=(entry,), output=text, extra_data={"graded": False})


def _per_function(outcome: GradedInContainer) -> Iterator[GradescopeTest]:
    """Yield an entry for each function; hidden checks are in it, and decide who sees it when."""
    settings = outcome.settings
    for number, function in enumerate(outcome.result.functions, start=1):
        hidden = any(check.hidden for check in function.checks)
        yield GradescopeTest(
            name=function.function,
            number=str(number),
            score=function.score or 0.0,
            max_score=function.max_score,
            status=_status(function.verdict),
            output=FAILED if function.score is None else function_text(function, outcome),
            output_format=settings.format,
            tags=(function.exercise,),
            visibility=settings.hidden_visibility if hidden else "visible",
        )


def _per_check(outcome: GradedInContainer) -> Iterator[GradescopeTest]:
    """Yield an entry with the points of each function, then one without points for each check."""
    settings = outcome.settings
    for number, entry in enumerate(_per_function(outcome), start=1):
        yield entry
        function = outcome.result.functions[number - 1]
        for check_number, check in enumerate(function.checks, start=1):
            yield GradescopeTest(
                name=f"{function.function}: {check.name.replace('_', ' ')}",
                number=f"{number}.{check_number}",
                status=_status(check.verdict),
                output=check_text(check, function, outcome),
                output_format=settings.format,
                tags=(function.exercise, check.kind, "hidden" if check.hidden else "public"),
                visibility=settings.hidden_visibility if check.hidden else "visible",
            )


def _status(verdict: Verdict) -> Status:
    return "passed" if verdict in (Verdict.PASSED, Verdict.NOT_RUN) else "failed"
