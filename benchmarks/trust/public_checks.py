"""What `grader check` says of each listed mistake: it passes, is named, or goes without a name.

    python benchmarks/trust/public_checks.py [--exercises exercises] [--list]

Every listed mistake is handed to `grader check` as the only function of its file, with the
checks.json of the exercises, as on a learner's own machine. "named" is its own message (or that of
a mistake that shares it), "other" another one, "unnamed" a failure without a name. Alternatives
must pass. Exit code 1 when more mistakes pass than PASSED, when any that fails goes without its
name, or when an alternative fails.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory

from grader.course.folder import Course, course_of
from grader.course.planning import plan_of
from grader.course.variants import Variant, variants_in
from grader.engine.fresh import lane_for
from grader.engine.lane import Lane
from grader.engine.launch import Wall
from grader.learner.check import check_files
from grader.model import FunctionResult, Verdict
from grader.plan import Plan
from grader.plan_json import CHECKS, read_plan

ROOT = Path(__file__).resolve().parents[2]
# The share of the listed mistakes that may pass all open inputs.
PASSED = 0.05
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
        found = results_of(course, "mistakes.py", checks, lane)
        right = results_of(course, "alternatives.py", checks, lane)
    messages = _messages(course)
    kinds = {variant: _kind(result, messages[variant.name]) for variant, result in found.items()}
    if options.list:
        for variant, result in found.items():
            if kinds[variant] != "named":
                print(f"  {kinds[variant]}: {variant.name}: {_words(result)}")
    failed = [v.name for v, result in right.items() if result.verdict is not Verdict.PASSED]
    print_table(kinds)
    print(f"alternatives that fail: {len(failed)} of {len(right)} {failed}")
    count = Counter(kinds.values())
    bad = count["passed"] > PASSED * len(found) or count["other"] or count["unnamed"] or failed
    sys.exit(1 if bad else 0)


def results_of(
    course: Course, filename: str, checks: Plan, lane: Lane
) -> dict[Variant, FunctionResult]:
    """Give each variant in these files to `grader check`, as the only one of its file."""
    found = {}
    with TemporaryDirectory() as folder:
        for exercise in course.exercises:
            path = Path(folder, f"{exercise.slug}.py")
            for variant in variants_in(exercise, filename):
                path.write_bytes(variant.source())
                result = check_files([path], lane, plan=checks).result
                found[variant] = next(f for f in result.functions if f.function == variant.function)
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
