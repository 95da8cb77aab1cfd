"""Prove that slow code loses nothing: right functions, each call made many times slower.

    python benchmarks/trust/slow.py [--factor 1000] [--every 10]

All references together, and every tenth alternative by itself, are wrapped so that a call takes
FACTOR times what it would, but at most MOST_S, half of what a call may take. Prints what loses
points; exit code 1 if anything does.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from grader.course.folder import Course, course_of
from grader.course.planning import plan_of
from grader.course.sample import solved_files
from grader.course.variants import variants_in
from grader.engine.isolation import strongest
from grader.engine.lane import Lane
from grader.grade.grader import Grader
from grader.intake.submission import submission_of
from grader.model import FunctionResult

COURSE = Path(__file__).parents[2] / "solutions"
MOST_S = 1.0
# Only the outermost call of functions that call each other is made slower. What a process does for
# the first time takes it longer, but once, so the shortest of some calls counts.
SLOWER = """

def _slower(function):
    import sys
    from copy import deepcopy
    from time import thread_time as clock
    _inside = sys.__dict__.setdefault("_inside", [])  # one for all files
    def slow(*args, **kwargs):
        if _inside:
            return function(*args, **kwargs)
        _inside.append(1)
        try:
            taken = []
            for _ in range(4):
                again = deepcopy((args, kwargs))
                began = clock()
                function(*again[0], **again[1])
                taken.append(clock() - began)
            answer = function(*args, **kwargs)
            until = clock() + min({factor} * min(taken), {most_s})
            while clock() < until:
                pass
            return answer
        finally:
            _inside.clear()
    return slow

"""


def slowed(source: bytes, names: list[str], factor: float) -> bytes:
    """Return a file whose functions `names` take so many times longer."""
    wrapped = "".join(f"{name} = _slower({name})\n" for name in names)
    return source + (SLOWER.format(factor=factor, most_s=MOST_S) + wrapped).encode()


def losses(course: Course, factor: float, every: int) -> Iterator[tuple[str, FunctionResult]]:
    """Yield what loses points, with its result."""
    plan = plan_of(course)
    with Lane(strongest()) as lane:
        grader = Grader(plan, lane)
        files = {}
        for exercise in course.exercises:
            names = [function.name for function in exercise.functions]
            source = solved_files(course)[f"{exercise.slug}.py"]
            files[f"{exercise.slug}.py"] = slowed(source, names, factor)
        result = grader.grade(submission_of("slow", files))
        yield from (("reference", f) for f in result.functions if f.score != f.max_score)
        variants = [v for e in course.exercises for v in variants_in(e, "alternatives.py")]
        for variant in variants[::every]:
            source = slowed(variant.source(), [variant.function], factor)
            others = {n: d for n, d in files.items() if not n.startswith(variant.exercise)}
            others[f"{variant.exercise}.py"] = source
            only = grader.only(variant.exercise, variant.function)
            (function,) = only.grade(submission_of("slow", others)).functions
            if function.score != function.max_score:
                yield variant.name, function


def main() -> int:
    """Print what loses points, and return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--factor", type=float, default=1_000.0, help="default: 1000")
    parser.add_argument("--every", type=int, default=10, help="default: every tenth alternative")
    options = parser.parse_args()
    found = list(losses(course_of(COURSE), options.factor, options.every))
    for name, function in found:
        print(f"{name}: {function.function}: {function.score:g} of {function.max_score:g}:"
              f" {function.message}")  # fmt: skip
    print(f"{len(found)} right answers lose points when they are {options.factor:g} times slower")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
