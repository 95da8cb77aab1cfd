"""Show what a check of a learner's files has found: a line for each exercise, then what to do."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from grader.judge.words import next_step
from grader.learner.checked import CheckedFiles
from grader.model import NOT_THERE, FunctionResult, Verdict
from grader.plan import PlannedExercise
from grader.results.screen import ABSENT, BOLD, FAILED, GREEN, NOTE, PASSED, Screen, line
from grader.results.terminal import (
    failing_check,
    headline,
    show_function,
    show_notice,
    show_output,
)
from grader.text import counted

UNENFORCED = (
    "memory is not limited on this system and time only by the clock: a check that needs a limit on"
    " memory is not run"
)
EXIT_PASSED, EXIT_FAILED = 0, 1
BAR = 24


def show(
    checked: CheckedFiles,
    screen: Screen,
    *,
    new: Collection[str] = (),
    only: FunctionResult | None = None,
    everything: bool = False,
) -> int:
    """Show the notes, the functions and the next step; return the exit code.

    `new` are the functions that pass for the first time: what to notice in them is shown. With
    `only` details are shown of this function and no other.
    """
    show_notes(checked, screen)
    if len(checked.plan.exercises) > 1:
        show_exercises(checked, screen)
    shown = [f for f in checked.functions if everything or not only or f.exercise == only.exercise]
    _show_functions(checked, shown, only, screen, everything=everything)
    if printed := checked.outputs.get(""):
        line(screen, "", "Printed while your files were loaded:")
        show_output(printed, screen)
    if new and not everything:
        _show_new(checked, new, screen)
    screen.lines += ["", _bar(checked, screen)]
    line(screen, next_sentence(checked, only or checked.first))
    return EXIT_PASSED if checked.passed else EXIT_FAILED


def show_notes(checked: CheckedFiles, screen: Screen) -> None:
    """Show the notes on the files as a whole."""
    if not checked.enforces_memory:
        line(screen, f"{NOTE} {UNENFORCED}")
    absent = {f.function for f in checked.functions if f.verdict in NOT_THERE}
    notes = (*checked.notes, *checked.result.notes_of_its_own)
    line(screen, *(f"{NOTE} {note}" for note in notes if not _follows_from(note, absent)))


def _follows_from(note: str, absent: Collection[str]) -> bool:
    """Tell whether an import failed for a function of which it is told anyway that it is absent."""
    failed = re.search(r"ImportError: cannot import name '(\w+)' from", note)
    return failed is not None and failed[1] in absent


def show_exercises(checked: CheckedFiles, screen: Screen) -> None:
    """Show a line for each exercise: its points, and whether it is done."""
    width = max(len(exercise.slug) for exercise in checked.plan.exercises)
    for exercise in checked.plan.exercises:
        functions = [f for f in checked.functions if f.exercise == exercise.slug]
        passed = [f for f in functions if f.verdict is Verdict.PASSED]
        mark, state = _state(functions, len(passed))
        got = sum(f.max_score for f in passed)
        most = sum(f.max_score for f in functions)
        line(screen, f"{mark} {exercise.slug:{width}}  {got:2g} of {most:2g} points  {state}")


def _state(functions: Sequence[FunctionResult], passed: int) -> tuple[str, str]:
    if passed == len(functions):
        return PASSED, "done"
    if all(f.verdict is Verdict.NOT_ATTEMPTED for f in functions):
        return ABSENT, "not begun"
    return FAILED, f"in progress: {passed} of {counted(len(functions), 'function')}"


def _show_functions(
    checked: CheckedFiles,
    shown: Sequence[FunctionResult],
    only: FunctionResult | None,
    screen: Screen,
    *,
    everything: bool,
) -> None:
    """Show these functions under their exercises: in full what fails, in a line what passes."""
    exercise: PlannedExercise | None = None
    for function in shown:
        of, planned = checked.planned[function.function]
        if of is not exercise:
            exercise = of
            line(screen, "")
            line(screen, exercise.title, style=BOLD)
        fails = function.verdict is not Verdict.PASSED
        if everything or (fails and only in (None, function)):
            show_function(function, planned, checked.outputs.get(function.function, ""), screen)
        else:
            line(screen, headline(function))


def _show_new(checked: CheckedFiles, new: Collection[str], screen: Screen) -> None:
    """Show what to notice in functions that pass for the first time."""
    names = [name for name in checked.passing if name in new]
    line(screen, "", f"{len(names)} new since last time: {', '.join(names)}")
    for name in names:
        planned = checked.planned[name][1]
        if len(names) > 1 and planned.notice:
            line(screen, f"  {name}")
        show_notice(planned, screen)


def _bar(checked: CheckedFiles, screen: Screen) -> str:
    """Return the points of the functions that pass their checks, as a bar and in words."""
    total = sum(function.max_score for function in checked.functions)
    passed = sum(f.max_score for f in checked.functions if f.verdict is Verdict.PASSED)
    filled = round(BAR * passed / total) if total else 0
    bar = f"{screen.painted('#' * filled, GREEN if filled else '')}{'.' * (BAR - filled)}"
    return f"[{bar}] {passed:g} of {total:g} points pass their {checked.which}"


def next_sentence(checked: CheckedFiles, first: FunctionResult | None) -> str:
    """Return the one thing to do next, and how to get the call as code."""
    if first is None:
        slugs = ", ".join(e.slug for e in checked.plan.exercises)
        further = (
            "tries them on further inputs"
            if checked.plan.more
            else "has further checks, on other inputs"
        )
        return f"Done: {slugs}. Your instructor's run {further}."
    step = next_step([first])
    failing = failing_check(first)
    if failing is None or failing.call is None:
        return step
    return f"{step} (Its call as code: grader check --show {first.function})"
