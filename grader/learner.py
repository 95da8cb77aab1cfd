"""`grader check`: tell a learner, on their own machine, what their work does and what is next."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from grader import feedback
from grader.errors import SandboxError, UsageError
from grader.grading import Grader, Report
from grader.intake import SUFFIXES, exercise_of, read_submission
from grader.model import NEUTRAL, FunctionResult, Verdict
from grader.plan import Plan, PlannedExercise, PlannedFunction, read_plan
from grader.portable import UNENFORCED
from grader.sandbox import Lane

if TYPE_CHECKING:
    from rich.console import Console

CHECKS = "checks.json"
PASSED, FAILED, ABSENT = "✓", "✗", "–"  # noqa: RUF001  # a dash that stands beside a tick
EXIT_PASSED, EXIT_FAILED = 0, 1
# The rest of what a learner's code prints is counted, not shown.
PRINTED_LINES = 15
# With these verdicts a check's question helps; with the others the message says what to do.
ASKING = (Verdict.WRONG_VALUE, Verdict.NOT_FINITE, Verdict.IMPRECISE, Verdict.WRONG_SHAPE)


def checked(files: Sequence[Path], lane: Lane, console: Console) -> int:
    """Check these files (or all exercise files of this folder) and print what is found.

    Returns the exit code. Raises UsageError when there is nothing to check or nothing to check by.
    """
    folder = _folder_of(files)
    plan = read_plan(checks_path(folder))
    if not files or files[0].is_dir():
        files = exercise_files(folder, plan)
        if not files:
            raise UsageError(
                f"there is no exercise file in {folder.resolve()}; go to your exercises"
            )
    for file in files:
        if not file.is_file():
            raise UsageError(f"{file} does not exist; {_did_you_mean(file, folder, plan)}")
        if file.suffix.lower() not in SUFFIXES:
            raise UsageError(f"{file} is neither a .py nor an .ipynb file")
    stems = {exercise_of(file.name, plan.slugs) for file in files}
    others = _imported(files, [f for f in exercise_files(folder, plan) if f.stem not in stems])
    submission = read_submission("you", [*files, *others], order=plan.slugs)
    wanted = tuple(e for e in plan.exercises if e.slug in stems) or plan.exercises
    plan = msgspec.structs.replace(plan, exercises=wanted)
    if not lane.enforces_memory:
        _line(console, f"! {UNENFORCED}")
    report = Grader(plan, lane).report(submission, echo=True)
    if report.result.failed:
        raise SandboxError(f"{report.result.notes[-1]}; this is the grader's fault, not yours")
    return _shown(report, plan, console)


def _folder_of(files: Sequence[Path]) -> Path:
    if not files:
        return Path()
    return files[0] if files[0].is_dir() else files[0].parent


def _did_you_mean(file: Path, folder: Path, plan: Plan) -> str:
    names = [path.name for path in exercise_files(folder, plan)]
    close = get_close_matches(file.name, names, n=1)
    begun = [name for name in names if name.startswith(file.name)]
    return f"did you mean {(begun or close)[0]}?" if begun or close else "name an exercise file"


def checks_path(folder: Path) -> Path:
    """The public checks: beside the exercises, else those that came with the grader."""
    package = Path(__file__).parent
    candidates = (
        folder / CHECKS,
        package / "exercises" / CHECKS,
        package.parent / "exercises" / CHECKS,
    )
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    raise UsageError(
        f"{CHECKS} is not there; keep it beside the exercises, or reinstall the grader"
    )


def exercise_files(folder: Path, plan: Plan) -> list[Path]:
    """The files of `folder` that are named for an exercise."""
    found = [folder / f"{slug}{suffix}" for slug in plan.slugs for suffix in SUFFIXES]
    return [path for path in found if path.is_file()]


def _imported(files: Sequence[Path], others: Sequence[Path]) -> list[Path]:
    """The other exercises that `files` mention, directly or through each other."""
    found: list[Path] = []
    waiting = list(files)
    while waiting:
        text = waiting.pop().read_bytes()
        for other in others:
            if other not in found and other.stem.encode() in text:
                found.append(other)
                waiting.append(other)
    return found


def _shown(report: Report, plan: Plan, console: Console) -> int:
    result = report.result
    planned = {f.name: (exercise, f) for exercise in plan.exercises for f in exercise.functions}
    # What is told of a function below is not told twice.
    told = {function.message for function in result.functions}
    _line(console, *(f"! {note}" for note in result.notes if note not in told))
    title = ""
    for function in result.functions:
        exercise, checks = planned[function.function]
        if exercise.title != title:
            title = exercise.title
            _line(console, "", title)
        _show_function(function, checks, report.outputs.get(function.function, ""), console)
    if output := report.outputs.get(""):
        _line(console, "", "Printed while your files were loaded:")
        _show_output(output, console)
    done = [f for f in result.functions if f.verdict is Verdict.PASSED]
    _line(
        console, "", f"{len(done)} of {len(result.functions)} functions pass their public checks."
    )
    _line(console, _next_step(result.functions, planned))
    return EXIT_PASSED if len(done) == len(result.functions) else EXIT_FAILED


def _show_function(
    function: FunctionResult, planned: PlannedFunction, output: str, console: Console
) -> None:
    passed = sum(check.verdict is Verdict.PASSED for check in function.checks)
    count = f"{passed} of {len(function.checks)} checks"
    if function.verdict in (Verdict.NOT_ATTEMPTED, Verdict.MISSING, Verdict.NOT_LOADED):
        subject = "" if function.function in function.message else f"{function.function}: "
        _line(console, f"{ABSENT} {subject}{function.message}")
        return
    mark = PASSED if function.verdict is Verdict.PASSED else FAILED
    _line(console, f"{mark} {function.function}: {count} pass")
    told: set[str] = set()
    for check, about in zip(function.checks, planned.checks, strict=True):
        verdict = {Verdict.PASSED: PASSED, Verdict.NOT_RUN: ABSENT}.get(check.verdict, FAILED)
        _line(console, f"  {verdict} {check.name}: {about.text}")
        if check.verdict is Verdict.PASSED:
            continue
        # One error in many checks is told once.
        call, _, what = check.message.partition("): ")
        known = what in told
        told.add(what)
        _line(console, f"      {call}): the same" if known and what else f"      {check.message}")
        if about.hint and check.verdict in ASKING and not known:
            _line(console, f"      {about.hint}")
    if output:
        _line(console, "  Printed by your code during the checks:")
        _show_output(output, console)
    if function.verdict is Verdict.PASSED and planned.notice:
        _line(
            console, "  What to notice:", *(f"    {line}" for line in planned.notice.splitlines())
        )


def _show_output(output: str, console: Console) -> None:
    lines = [feedback.printable(line) for line in output.splitlines()]
    _line(console, *(f"  | {line}" for line in lines[:PRINTED_LINES]))
    if len(lines) > PRINTED_LINES:
        _line(console, f"  | ... and {len(lines) - PRINTED_LINES} more lines")


def _next_step(
    functions: Sequence[FunctionResult],
    planned: dict[str, tuple[PlannedExercise, PlannedFunction]],
) -> str:
    """The one thing to do next."""
    for function in functions:
        if function.verdict is Verdict.PASSED:
            continue
        if function.verdict is Verdict.NOT_ATTEMPTED:
            return f"Next: write {function.function}."
        if function.verdict in (Verdict.MISSING, Verdict.NOT_LOADED):
            return f"Next: mend what keeps {function.function} from being found, above."
        failed = next(c for c in function.checks if c.verdict not in NEUTRAL)
        return f"Next: correct {function.function}; begin with {failed.name} above."
    slugs = ", ".join(dict.fromkeys(planned[f.function][0].slug for f in functions))
    return f"Done: {slugs}. Your instructor's run has further checks, on other inputs."


def _line(console: Console, *lines: str) -> None:
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=not console.is_terminal)
