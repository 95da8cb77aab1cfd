"""Prove that slow code loses nothing: right functions, each call many times slower than it must be.

    python benchmarks/trust/slow.py [--factor 1000] [--every 1]

All references together, and every alternative by itself, are wrapped so that a call takes FACTOR
times what the reference takes, but at most MOST_S, half of what a call may take in this course.
Then all references together once for each function, which never ends: the others must lose nothing.
Prints what loses points, and which alternatives, as they are, take the largest multiple of the
reference's time; exit code 1 if anything loses points. With `--every 1`, half an hour.
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
from grader.engine.references import References
from grader.grade.grader import Grader
from grader.intake.submission import submission_of
from grader.model import FunctionResult

COURSE = Path(__file__).parents[2] / "solutions"
MOST_S = 1.0
SHOWN = 5
# Only the outermost call of functions that call each other is made slower. What a process does for
# the first time takes it longer, but once, so the shortest of some calls counts.
SLOWER = """

_reference = {{}}
exec({reference!r}, _reference)

def _slower(function, reference):
    import sys
    from copy import deepcopy
    from time import thread_time as clock
    _inside = sys.__dict__.setdefault("_inside", [])  # one for all files
    def shortest(function, args, kwargs):
        taken = []
        for _ in range(3):
            again = deepcopy((args, kwargs))
            began = clock()
            function(*again[0], **again[1])
            taken.append(clock() - began)
        return min(taken)
    def slow(*args, **kwargs):
        if _inside:
            return function(*args, **kwargs)
        _inside.append(1)
        began = clock()
        try:
            right_s = shortest(reference, args, kwargs)
            print(shortest(function, args, kwargs) / right_s)
            answer = function(*args, **kwargs)
            while clock() - began < min({factor} * right_s, {most_s}):
                pass
            return answer
        finally:
            _inside.clear()
    return slow

"""
LOOP = "\n\ndef {name}(*args, **kwargs):\n    while True:\n        pass\n"


class Slow:
    """The files of a course, and how they are graded when they are made slower."""

    def __init__(self, course: Course, grader: Grader, factor: float) -> None:
        self.grader = grader
        self.factor = factor
        solved = solved_files(course)
        lines = b"".join(solved.values()).decode().splitlines()
        # In one namespace, so that no learner's function and no stand-in is timed in its place.
        self._references = "\n".join(line for line in lines if not line.startswith("from ex"))
        # The largest multiple of the reference's time that each file was seen to take.
        self.multiples: dict[str, float] = {}
        self.files = {
            f"{e.slug}.py": self.slowed(solved[f"{e.slug}.py"], [f.name for f in e.functions])
            for e in course.exercises
        }

    def slowed(self, source: bytes, names: list[str]) -> bytes:
        """Return a file whose functions `names` take so many times what the references take."""
        wrapper = SLOWER.format(reference=self._references, factor=self.factor, most_s=MOST_S)
        wrapped = "".join(f"{name} = _slower({name}, _reference[{name!r}])\n" for name in names)
        return source + (wrapper + wrapped).encode()

    def losses(self, what: str, changed: dict[str, bytes], only: str = "") -> Iterator[str]:
        """Grade the references with these files changed; yield what loses points."""
        names = None if not only else [only]
        given = submission_of("slow", self.files | changed)
        graded = self.grader.grade_submission(given, echo=True, only=names)
        seen = [float(line) for text in graded.outputs.values() for line in text.split()
                if line.replace(".", "").isdigit()]  # fmt: skip
        self.multiples[what] = max(seen, default=0.0)
        for function in graded.result.functions:
            if function.score != function.max_score:
                yield _told(what, function)


def _told(what: str, function: FunctionResult) -> str:
    points = f"{function.score:g} of {function.max_score:g}"
    return f"{what}: {function.function}: {points}: {function.message}"


def all_losses(course: Course, slow: Slow, every: int) -> Iterator[str]:
    """Yield what loses points: of the references, of the alternatives, and beside endless loops."""
    yield from slow.losses("the references", {})
    variants = [(e, v) for e in course.exercises for v in variants_in(e, "alternatives.py")]
    for exercise, variant in variants[::every]:
        source = slow.slowed(variant.source(), [variant.function])
        changed = {f"{exercise.slug}.py": source}
        yield from slow.losses(f"{exercise.slug} {variant.name}", changed, variant.function)
    for exercise in course.exercises:
        for function in [f.name for f in exercise.functions][::every]:
            file = f"{exercise.slug}.py"
            changed = {file: slow.files[file] + LOOP.format(name=function).encode()}
            for told in slow.losses(f"beside an endless {function}", changed):
                if f": {function}: 0 of" not in told:
                    yield told


def main() -> int:
    """Print what loses points, and return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--factor", type=float, default=1_000.0, help="default: 1000")
    parser.add_argument("--every", type=int, default=1, help="only every so many; default: all")
    options = parser.parse_args()
    course, wall = course_of(COURSE), strongest()
    plan = plan_of(course)
    with Lane(wall) as lane, References(plan, wall) as references:
        slow = Slow(course, Grader(plan, lane, references), options.factor)
        found = []
        for told in all_losses(course, slow, options.every):
            found.append(told)
            print(told, flush=True)
    largest = sorted(slow.multiples.items(), key=lambda item: -item[1])[:SHOWN]
    for what, multiple in largest:
        print(f"{what}: a call takes {multiple:.0f} times what the reference takes, as it is")
    print(f"{len(slow.multiples)} submissions, each call {options.factor:g} times as long as the"
          f" reference's: {len(found)} right answers lose points")  # fmt: skip
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
