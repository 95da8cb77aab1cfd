"""Show a learner in a terminal which checks pass, which mistake they made, and what to do next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING

from grader.judge.words import next_step as next_step_in
from grader.model import (
    ASKING,
    LEGEND,
    NOT_FINITE,
    NOT_THERE,
    RIGHT,
    TOO_BIG,
    TOO_SMALL,
    FunctionResult,
    Grid,
    Misconception,
    SubmissionResult,
    Verdict,
)
from grader.plan import Plan, PlannedCheck, PlannedExercise, PlannedFunction
from grader.text import counted, printable

if TYPE_CHECKING:
    from rich.console import Console

UNENFORCED = (
    "memory is not limited on this system and time only by the clock: a check that needs a limit on"
    " memory is not run"
)
PASSED, FAILED, ABSENT = "✓", "✗", "–"  # noqa: RUF001  # a dash that stands beside a tick
EXIT_PASSED, EXIT_FAILED = 0, 1
# The width of text that is not printed to a terminal.
WIDTH = 88
# Of what a learner's code prints, this many lines are shown; the rest are counted.
PRINTED_LINES = 15
STYLES = {RIGHT: "green", TOO_BIG: "red", TOO_SMALL: "red", NOT_FINITE: "bold red"}


@dataclass(frozen=True, slots=True)
class CheckedFiles:
    """The result of checking a learner's files, and the plan with the checks."""

    plan: Plan
    result: SubmissionResult
    # What the learner's code printed, by function; under "" what it printed while it was loaded.
    outputs: Mapping[str, str]
    # Whether this system can limit memory.
    enforces_memory: bool

    @property
    def functions(self) -> tuple[FunctionResult, ...]:
        """The results, in the order of the course."""
        return self.result.functions

    @property
    def planned(self) -> dict[str, tuple[PlannedExercise, PlannedFunction]]:
        """The exercise and the plan of each function, by its name."""
        return {
            f.name: (exercise, f) for exercise in self.plan.exercises for f in exercise.functions
        }

    @property
    def which(self) -> str:
        """What the checks are called that were run, or will be once the public ones pass."""
        return "checks" if self.plan.more else "public checks"

    @property
    def passed(self) -> bool:
        """Whether every function passes its checks."""
        return all(function.verdict is Verdict.PASSED for function in self.functions)


def as_text(print_to: Callable[[Console], object]) -> str:
    """Return what `print_to` prints, as it would look in a terminal without colour."""
    from rich.console import Console

    file = StringIO()
    # In a notebook rich would otherwise display each line on its own.
    print_to(
        Console(file=file, width=WIDTH, force_terminal=True, force_jupyter=False, color_system=None)
    )
    return "\n".join(text.rstrip() for text in file.getvalue().splitlines())


def show(checked: CheckedFiles, console: Console) -> int:
    """Print the notes, all functions and the next step; return the exit code."""
    show_notes(checked, console)
    title = ""
    for function in checked.functions:
        exercise, checks = checked.planned[function.function]
        if exercise.title != title:
            title = exercise.title
            line(console, "", title)
        output = checked.outputs.get(function.function, "")
        show_function(function, checks, output, console)
    if printed := checked.outputs.get(""):
        line(console, "", "Printed while your files were loaded:")
        _show_output(printed, console)
    done = sum(function.verdict is Verdict.PASSED for function in checked.functions)
    line(console, "", f"{done} of {len(checked.functions)} functions pass their {checked.which}.")
    line(console, next_step(checked))
    return EXIT_PASSED if checked.passed else EXIT_FAILED


def show_notes(checked: CheckedFiles, console: Console) -> None:
    """Print the notes on the files as a whole."""
    if not checked.enforces_memory:
        line(console, f"! {UNENFORCED}")
    line(console, *(f"! {note}" for note in checked.result.notes_of_its_own))


def show_function(
    function: FunctionResult, planned: PlannedFunction, output: str, console: Console
) -> None:
    """Print a function's checks, the mistake that explains them, the grid, and its output."""
    if function.verdict in NOT_THERE:
        subject = "" if function.function in function.message else f"{function.function}: "
        line(console, f"{ABSENT} {subject}{function.message}")
        return
    line(console, headline(function))
    if function.judged_with:
        with_right = f"with a right {' and '.join(function.judged_with)}"
        is_right = function.verdict is Verdict.PASSED
        line(console, f"  {function.message if is_right else f'judged {with_right}'}")
    _show_checks(function, planned, console)
    if function.misconception is not None:
        _show_misconception(function.misconception, console)
    if function.grid is not None:
        _show_grid(function.grid, console)
    if output:
        line(console, "  Printed by your code during the checks:")
        _show_output(output, console)
    if function.verdict is Verdict.PASSED:
        show_notice(planned, console)


def show_failure(
    function: FunctionResult, check: PlannedCheck, console: Console, *, explained: bool
) -> None:
    """Print a check that does not pass and, if `explained`, the function's mistake and grid."""
    result = next(each for each in function.checks if each.name == check.name)
    line(console, check.text, result.message)
    if check.hint and function.misconception is None and result.verdict in ASKING:
        line(console, check.hint)
    if explained and function.misconception is not None:
        _show_misconception(function.misconception, console)
    if explained and function.grid is not None:
        _show_grid(function.grid, console)


def headline(function: FunctionResult) -> str:
    """Return a function's name and how many of its checks pass."""
    if function.verdict in NOT_THERE:
        return f"{ABSENT} {function.function}: {function.verdict.replace('_', ' ')}"
    passed = sum(check.verdict is Verdict.PASSED for check in function.checks)
    mark = PASSED if function.verdict is Verdict.PASSED else FAILED
    return f"{mark} {function.function}: {passed} of {len(function.checks)} checks pass"


def show_notice(planned: PlannedFunction, console: Console) -> None:
    """Print what to notice in a function that passes."""
    if planned.notice:
        line(console, "  What to notice:")
        for paragraph in planned.notice.split("\n\n"):
            _paragraph(console, " ".join(paragraph.split()), indent=4)


def _show_checks(function: FunctionResult, planned: PlannedFunction, console: Console) -> None:
    problems: set[str] = set()
    others = sum(check.hidden and check.verdict is Verdict.PASSED for check in function.checks)
    # A learner's own check runs the others only where the public ones pass.
    for check, about in zip(function.checks, planned.checks, strict=False):
        if check.same_as or (check.hidden and check.verdict is Verdict.PASSED):
            continue
        mark = {Verdict.PASSED: PASSED, Verdict.NOT_RUN: ABSENT}.get(check.verdict, FAILED)
        line(console, f"  {mark} {check.name}: {about.text}")
        if check.verdict is Verdict.PASSED:
            continue
        # A problem that several checks have is printed in full once.
        call, _, problem = check.message.partition("): ")
        again = problem in problems
        problems.add(problem)
        line(console, f"      {call}): the same" if again and problem else f"      {check.message}")
        # A misconception's message, below, asks its own questions.
        asking = function.misconception is None and check.verdict in ASKING
        if about.hint and asking and not again:
            line(console, f"      {about.hint}")
        if same := [each.name for each in function.checks if each.same_as == check.name]:
            others_too = counted(len(same), "other check")
            line(console, f"  {FAILED} {others_too} by the same exception: {', '.join(same)}")
    if others:
        line(console, f"  {PASSED} {others} more of the same kind")


def _show_misconception(misconception: Misconception, console: Console) -> None:
    line(console, "  What it looks like:")
    for paragraph in misconception.message.split("\n\n"):
        _paragraph(console, " ".join(paragraph.split()), indent=4)
    _paragraph(console, f"(how we know: {misconception.evidence})", indent=4)


def _show_grid(grid: Grid, console: Console) -> None:
    """Print a mark for each entry, so that the pattern of the errors can be seen."""
    from rich.text import Text

    part = f", {grid.part}" if grid.part else ""
    line(console, f"  Entry by entry, in {grid.check}{part}:")
    for row in grid.rows:
        text = Text("      ")
        for mark in row:
            text.append(mark, STYLES[mark])
            text.append(" ")
        console.print(text)
    if grid.cut:
        line(console, "      ... (further rows or columns are not shown)")
    used = set("".join(grid.rows))
    legend = "   ".join(f"{mark} {words}" for mark, words in LEGEND.items() if mark in used)
    line(console, f"      {legend}")


def _show_output(output: str, console: Console) -> None:
    lines = [printable(text) for text in output.splitlines()]
    line(console, *(f"  | {text}" for text in lines[:PRINTED_LINES]))
    if len(lines) > PRINTED_LINES:
        line(console, f"  | ... and {len(lines) - PRINTED_LINES} more lines")


def next_step(checked: CheckedFiles) -> str:
    """Return a sentence with the one thing to do next."""
    slugs = ", ".join(dict.fromkeys(checked.planned[f.function][0].slug for f in checked.functions))
    further = (
        "tries them on further inputs"
        if checked.plan.more
        else "has further checks, on other inputs"
    )
    done = f"Done: {slugs}. Your instructor's run {further}."
    return next_step_in(checked.functions) or done


def line(console: Console, *lines: str) -> None:
    """Print lines without markup: wrapped at the width of a terminal, whole in a pipe."""
    for text in lines:
        indent = len(text) - len(text.lstrip())
        _paragraph(console, text.strip(), indent=indent)


def _paragraph(console: Console, text: str, *, indent: int) -> None:
    from rich.padding import Padding
    from rich.text import Text

    if console.is_terminal:
        console.print(Padding(Text(text), (0, 0, 0, indent)))
    else:
        console.print(f"{' ' * indent}{text}", markup=False, highlight=False, soft_wrap=True)
