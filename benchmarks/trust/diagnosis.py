"""How well mistakes are recognised: by their own names, and with their names taken away.

    python benchmarks/trust/diagnosis.py [--course solutions] [--list]

Every listed mistake and every alternative is graded in a real process. A mistake must be named as
itself, or as one with the same message; an alternative must never get a name. Leave-one-out takes
each mistake (and all with its message) out of the catalogue and asks who its answers look like: a
listed mistake with another message is a wrong name.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import Counter
from pathlib import Path

import msgspec

from grader.course.folder import course_of
from grader.course.mistakes import outcomes_of
from grader.course.planning import plan_of
from grader.course.proof import graded_variant
from grader.course.variants import Variant, variants_in
from grader.diagnose.diagnoser import Diagnoser
from grader.engine.lane import Lane
from grader.grade.grader import Grader
from grader.model import Misconception
from grader.plan import Plan, PlannedFunction


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--course", type=Path, default=Path("solutions"))
    parser.add_argument("--list", action="store_true", help="print every case that is not right")
    parser.add_argument("--public", action="store_true", help="by the public checks only")
    options = parser.parse_args()
    course = course_of(options.course)
    began = time.perf_counter()
    plan = plan_of(course, hidden=not options.public, mistakes=True)
    print(f"plan with mistakes: {time.perf_counter() - began:.2f} s")
    mistakes = [v for e in course.exercises for v in variants_in(e, "mistakes.py")]
    alternatives = [v for e in course.exercises for v in variants_in(e, "alternatives.py")]
    with Lane() as lane:
        grader = Grader(plan, lane)
        own(mistakes, grader, listed=options.list)
        named = [v.name for v in alternatives if graded_variant(v, grader).misconception]
        print(f"alternatives with a name: {len(named)} of {len(alternatives)} {named}")
        leave_one_out(plan, grader, listed=options.list)


def own(mistakes: list[Variant], grader: Grader, *, listed: bool) -> None:
    """How many mistakes are named as themselves."""
    kinds: Counter[str] = Counter()
    for variant in mistakes:
        result = graded_variant(variant, grader)
        planned = functions(grader.plan)[variant.function]
        messages = {m.id: m.message for m in planned.mistakes}
        found = result.misconception
        if found is None:
            kind = "no name"
        elif found.id == variant.id:
            kind = "itself"
        elif found.message == messages.get(variant.id):
            kind = "same message"
        else:
            kind = "another name"
        if result.verdict == "passed":
            kind = "passes"
        kinds[kind] += 1
        if listed and kind in ("no name", "another name"):
            print(f"  {kind}: {variant.name}: {found.id if found else result.message}")
    print(f"own name, {len(mistakes)} mistakes: {dict(kinds)}")


def functions(plan: Plan) -> dict[str, PlannedFunction]:
    """The functions of a plan by name."""
    return {f.name: f for exercise in plan.exercises for f in exercise.functions}


def leave_one_out(plan: Plan, grader: Grader, *, listed: bool) -> None:
    """Who a mistake's answers look like when nobody has its name."""
    kinds: Counter[str] = Counter()
    seconds = []
    for name, function in functions(plan).items():
        for mistake in function.mistakes:
            rest = tuple(m for m in function.mistakes if m.message != mistake.message)
            others = {m.id for m in rest}
            diagnoser = Diagnoser(
                msgspec.structs.replace(function, mistakes=rest), grader.judge.expected[name]
            )
            _ = diagnoser.prepared
            began = time.perf_counter()
            found = diagnoser.diagnosis(outcomes_of(mistake, function))
            seconds.append(time.perf_counter() - began)
            kind = _kind(found, others)
            kinds[kind] += 1
            if listed and kind != "none":
                print(f"  {kind}: {name}__{mistake.id}: {found.id if found else ''}")
    count = sum(kinds.values())
    print(f"leave one out, {count} mistakes: {dict(kinds)}")
    print(f"wrong names: {100 * kinds['WRONG'] / count:.2f} %")
    print(
        f"a diagnosis: median {1e3 * statistics.median(seconds):.2f} ms,"
        f" 95% {1e3 * sorted(seconds)[int(0.95 * count)]:.2f} ms, most {1e3 * max(seconds):.2f} ms"
    )


def _kind(found: Misconception | None, others: set[str]) -> str:
    if found is None:
        return "none"
    if found.id in others:
        return "WRONG"
    first, _, second = found.id.partition("+")
    if second and first in others:
        return "two listed" if second in others else "factor on a listed"
    return f"pattern {found.id.partition('_of_')[0]}"


if __name__ == "__main__":
    main()
