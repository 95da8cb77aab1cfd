"""Show a learner one function: which checks pass, which mistake they made, what to notice."""

from __future__ import annotations

from grader.model import (
    ASKING,
    LEGEND,
    NEUTRAL,
    NOT_FINITE,
    NOT_THERE,
    RIGHT,
    TOO_BIG,
    TOO_SMALL,
    CheckResult,
    FunctionResult,
    Grid,
    Misconception,
    Verdict,
)
from grader.plan import PlannedCheck, PlannedFunction
from grader.results.markdown import plain
from grader.results.screen import (
    ABSENT,
    BOLD,
    FAILED,
    GREEN,
    PASSED,
    RED,
    Screen,
    as_text,
    line,
)
from grader.text import counted, printable

__all__ = ["as_text", "headline", "line", "show_failure", "show_function", "show_notice"]

# Of what a learner's code prints, this many lines are shown; the rest are counted.
PRINTED_LINES = 15
STYLES = {RIGHT: GREEN, TOO_BIG: RED, TOO_SMALL: RED, NOT_FINITE: f"{BOLD};{RED}"}


def show_function(
    function: FunctionResult, planned: PlannedFunction, output: str, screen: Screen
) -> None:
    """Show a function's checks, the mistake that explains them, the grid, and its output."""
    if function.verdict in NOT_THERE:
        subject = "" if function.function in function.message else f"{function.function}: "
        mark = FAILED if function.verdict is Verdict.NOT_LOADED else ABSENT
        line(screen, f"{mark} {subject}{function.message}")
        return
    line(screen, headline(function))
    if function.judged_with:
        with_right = f"with a right {' and '.join(function.judged_with)}"
        is_right = function.verdict is Verdict.PASSED
        line(screen, f"  {function.message if is_right else f'judged {with_right}'}")
    _show_checks(function, planned, screen)
    if function.misconception is not None:
        _show_misconception(function.misconception, screen)
    if function.grid is not None:
        _show_grid(function.grid, screen)
    if output:
        line(screen, "  Printed by your code during the checks:")
        show_output(output, screen)
    if function.verdict is Verdict.PASSED:
        show_notice(planned, screen)


def show_failure(
    function: FunctionResult, check: PlannedCheck, screen: Screen, *, explained: bool
) -> None:
    """Show a check that does not pass and, if `explained`, the function's mistake and grid."""
    result = next(each for each in function.checks if each.name == check.name)
    line(screen, check.text, result.message)
    if check.hint and function.misconception is None and result.verdict in ASKING:
        line(screen, check.hint)
    if explained and function.misconception is not None:
        _show_misconception(function.misconception, screen)
    if explained and function.grid is not None:
        _show_grid(function.grid, screen)


def headline(function: FunctionResult) -> str:
    """Return a function's name and how many of its checks pass."""
    if function.verdict in NOT_THERE:
        if function.verdict is Verdict.NOT_LOADED:
            return f"{FAILED} {function.function}: stopped by an error in its file"
        not_written = function.verdict is Verdict.NOT_ATTEMPTED
        return f"{ABSENT} {function.function}: {'not written yet' if not_written else 'not found'}"
    passed = sum(check.verdict is Verdict.PASSED for check in function.checks)
    mark = PASSED if function.verdict is Verdict.PASSED else FAILED
    return f"{mark} {function.function}: {passed} of {len(function.checks)} checks pass"


def failing_check(function: FunctionResult) -> CheckResult | None:
    """Return the check to begin with: the first that fails by what the function fails by."""
    failing = [check for check in function.checks if check.verdict not in NEUTRAL]
    return min(failing, key=lambda check: check.verdict is not function.verdict, default=None)


def show_notice(planned: PlannedFunction, screen: Screen) -> None:
    """Show what to notice in a function that passes."""
    if planned.notice:
        line(screen, "  What to notice:")
        for paragraph in planned.notice.split("\n\n"):
            line(screen, f"    {plain(paragraph)}")


def _show_checks(function: FunctionResult, planned: PlannedFunction, screen: Screen) -> None:
    problems: set[str] = set()
    others = sum(check.hidden and check.verdict is Verdict.PASSED for check in function.checks)
    # A learner's own check runs the others only where the public ones pass.
    for check, about in zip(function.checks, planned.checks, strict=False):
        if check.same_as or (check.hidden and check.verdict is Verdict.PASSED):
            continue
        mark = {Verdict.PASSED: PASSED, Verdict.NOT_RUN: ABSENT}.get(check.verdict, FAILED)
        line(screen, f"  {mark} {check.name}: {about.text}")
        if check.verdict is Verdict.PASSED:
            continue
        # A problem that several checks have is shown in full once.
        call, _, problem = check.message.partition("): ")
        again = problem in problems
        problems.add(problem)
        line(screen, f"      {call}): the same" if again and problem else f"      {check.message}")
        # A misconception's message, below, asks its own questions.
        asking = function.misconception is None and check.verdict in ASKING
        if about.hint and asking and not again:
            line(screen, f"      {about.hint}")
        if same := [each.name for each in function.checks if each.same_as == check.name]:
            others_too = counted(len(same), "other check")
            line(screen, f"  {FAILED} {others_too} by the same exception: {', '.join(same)}")
    if others:
        line(screen, f"  {PASSED} {others} more of the same kind")


def _show_misconception(misconception: Misconception, screen: Screen) -> None:
    line(screen, "  What it looks like:", style=BOLD)
    for paragraph in misconception.message.split("\n\n"):
        line(screen, f"    {' '.join(paragraph.split())}")
    line(screen, f"    (how we know: {misconception.evidence})")


def _show_grid(grid: Grid, screen: Screen) -> None:
    """Show a mark for each entry, so that the pattern of the errors can be seen."""
    part = f", {grid.part}" if grid.part else ""
    line(screen, f"  Entry by entry, in {grid.check}{part}:")
    for row in grid.rows:
        marks = " ".join(screen.painted(mark, STYLES[mark]) for mark in row)
        screen.lines.append(f"      {marks}")
    if grid.cut:
        line(screen, "      ... (further rows or columns are not shown)")
    used = set("".join(grid.rows))
    legend = "   ".join(f"{mark} {words}" for mark, words in LEGEND.items() if mark in used)
    screen.lines.append(f"      {legend}")


def show_output(output: str, screen: Screen) -> None:
    """Show what a learner's code has printed, up to so many lines."""
    lines = [printable(text) for text in output.splitlines()]
    line(screen, *(f"  | {text}" for text in lines[:PRINTED_LINES]))
    if len(lines) > PRINTED_LINES:
        line(screen, f"  | ... and {len(lines) - PRINTED_LINES} more lines")
