"""What `grader check` says of each listed mistake: whether it is named, and what is shown.

    python benchmarks/trust/public_checks.py [--exercises exercises] [--list]

Every listed mistake is handed to `grader check` as the only function of its file, with the
checks.json of the exercises, as on a learner's own machine. "named" is its own message (or that of
a mistake that shares it), "other" another one, "unnamed" a failure without a name. Alternatives
must pass. The second table is about what a learner of each failing mistake sees: how many lines on
a screen of 80 columns, how many have a picture, how many have the failing call as code that calls
the function with just what the check did, and how many hints are left besides the message. Exit
code 1 when more mistakes pass than PASSED, when any that fails goes without its name, when a line
is wider than the screen, when a failing call cannot be had as code, or when an alternative fails.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from grader import wire
from grader.course.folder import Course, course_of
from grader.course.planning import plan_of
from grader.course.variants import Variant, variants_in
from grader.engine.fresh import lane_for
from grader.engine.lane import Lane
from grader.engine.launch import Wall
from grader.judge.code import call_code
from grader.learner.check import check_files
from grader.learner.checked import CheckedFiles
from grader.learner.hints import hints_of
from grader.model import FunctionResult, Verdict
from grader.plan import Plan, PlannedCall, PlannedFunction
from grader.plan_json import CHECKS, read_plan
from grader.results.screen import Screen
from grader.results.terminal import failing_check, show_function

ROOT = Path(__file__).resolve().parents[2]
# The share of the listed mistakes that may pass all open inputs.
PASSED = 0.05
WIDTH = 80
KINDS = ("passed", "named", "other", "unnamed")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--course", type=Path, default=ROOT / "solutions")
    parser.add_argument("--exercises", type=Path, default=ROOT / "exercises")
    parser.add_argument("--list", action="store_true", help="print all that are not named")
    options = parser.parse_args()
    course = course_of(options.course)
    checks = read_plan(options.exercises / CHECKS)
    with lane_for(Wall()) as lane:
        checked = results_of(course, "mistakes.py", checks, lane)
        right = results_of(course, "alternatives.py", checks, lane)
    found = {variant: _function(variant, files) for variant, files in checked.items()}
    messages = _messages(course)
    kinds = {variant: _kind(result, messages[variant.name]) for variant, result in found.items()}
    if options.list:
        for variant, result in found.items():
            if kinds[variant] != "named":
                print(f"  {kinds[variant]}: {variant.name}: {_words(result)}")
    failed = [v.name for v, c in right.items() if _function(v, c).verdict is not Verdict.PASSED]
    print_table(kinds)
    shown = {v: shown_of(v, c) for v, c in checked.items() if kinds[v] != "passed"}
    print_shown(shown)
    print(f"alternatives that fail: {len(failed)} of {len(right)} {failed}")
    count = Counter(kinds.values())
    bad = count["passed"] > PASSED * len(found) or count["other"] or count["unnamed"] or failed
    bad = bad or any(one.widest > WIDTH or not one.has_code for one in shown.values())
    sys.exit(1 if bad else 0)


def results_of(
    course: Course, filename: str, checks: Plan, lane: Lane
) -> dict[Variant, CheckedFiles]:
    """Give each variant in these files to `grader check`, as the only one of its file."""
    found = {}
    with TemporaryDirectory() as folder:
        for exercise in course.exercises:
            path = Path(folder, f"{exercise.slug}.py")
            for variant in variants_in(exercise, filename):
                path.write_bytes(variant.source())
                found[variant] = check_files([path], lane, plan=checks)
            path.unlink(missing_ok=True)
    return found


def print_table(kinds: dict[Variant, str]) -> None:
    """Print how many of each function's mistakes pass, are named, and are not."""
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    for variant, kind in kinds.items():
        rows[variant.function][kind] += 1
        rows["all"][kind] += 1
    rows["all"] = rows.pop("all")
    print(f"| function | mistakes | {' | '.join(KINDS)} |\n|{' --- |' * (len(KINDS) + 2)}")
    for function, row in rows.items():
        cells = " | ".join(str(row[kind]) for kind in KINDS)
        print(f"| {function} | {sum(row.values())} | {cells} |")


@dataclass(frozen=True, slots=True)
class Shown:
    """What a learner sees of one mistake."""

    lines: int
    widest: int
    has_picture: bool
    has_code: bool
    hints: int


def shown_of(variant: Variant, checked: CheckedFiles) -> Shown:
    """Show a failing function as `grader check` does in a terminal of 80 columns."""
    function = _function(variant, checked)
    screen = Screen(width=WIDTH)
    planned = checked.planned[variant.function][1]
    show_function(function, planned, "", screen)
    failing = failing_check(function)
    call = None if failing is None else checked.call_of(function, failing.name)
    return Shown(
        lines=len(screen.lines),
        widest=max(map(len, screen.lines)),
        has_picture=function.grid is not None,
        has_code=call is not None and _is_exact(planned, call),
        hints=len(hints_of(function, planned)),
    )


def _is_exact(planned: PlannedFunction, call: PlannedCall) -> bool:
    """Run a call's code; tell whether the function gets what the check hands over."""
    got: list[object] = []
    exec(call_code(planned, call), {planned.name: lambda *args, **kw: got.append((args, kw))})  # noqa: S102
    ((args, kwargs),) = got
    pairs = zip((*args, *kwargs.values()), (*call.args, *call.kwargs.values()), strict=True)
    return all(
        callable(value) or wire.pack(value) == wire.pack(wire.unpack(sent)) for value, sent in pairs
    )


def print_shown(shown: dict[Variant, Shown]) -> None:
    """Print what is shown of each function's mistakes."""
    rows: dict[str, list[Shown]] = defaultdict(list)
    for variant, one in shown.items():
        rows[variant.function].append(one)
    rows["all"] = list(shown.values())
    print("\n| function | failing | lines, median | most | picture | call as code | with hints |")
    print(f"|{' --- |' * 7}")
    for name, row in rows.items():
        lines = [one.lines for one in row]
        counts = [sum(one.has_picture for one in row), sum(one.has_code for one in row)]
        counts.append(sum(one.hints > 0 for one in row))
        cells = [len(row), f"{median(lines):g}", max(lines), *counts]
        print(f"| {name} | {' | '.join(map(str, cells))} |")


def _function(variant: Variant, checked: CheckedFiles) -> FunctionResult:
    return next(f for f in checked.functions if f.function == variant.function)


def _messages(course: Course) -> dict[str, str]:
    plan = plan_of(course, mistakes=True)
    functions = [f for exercise in plan.exercises for f in exercise.functions]
    return {f"{f.name}__{m.id}": m.message for f in functions for m in f.mistakes}


def _kind(result: FunctionResult, message: str) -> str:
    if result.verdict is Verdict.PASSED:
        return "passed"
    if result.misconception is None:
        return "unnamed"
    return "named" if result.misconception.message == message else "other"


def _words(result: FunctionResult) -> str:
    return result.misconception.id if result.misconception else result.message


if __name__ == "__main__":
    main()
