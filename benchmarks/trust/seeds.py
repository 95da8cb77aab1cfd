"""Do the proofs hold for any seed? Grade every alternative and mistake with many seeds.

    python benchmarks/trust/seeds.py [--seeds 20]

Prints a line for each alternative that loses a point and each mistake that loses none, with the
seed; exit code 1 if there is any.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from grader.course.folder import Course, course_of
from grader.course.grading import graded_variant
from grader.course.planning import plan_of
from grader.course.sealing import with_sealed
from grader.course.variants import variants_in
from grader.engine.lane import Lane
from grader.grade.grader import Grader

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Run the seeds and say what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=20, help="how many, beginning with 1")
    parser.add_argument("--course", type=Path, default=ROOT / "solutions")
    arguments = parser.parse_args()
    course = course_of(arguments.course)
    found = 0
    with Lane() as lane:
        for number in range(1, arguments.seeds + 1):
            seed = f"{number:032x}"
            problems = problems_with(seed, course, lane)
            found += len(problems)
            print(f"seed {seed}: {len(problems)} problems", flush=True)
            for problem in problems:
                print(f"  {problem}", flush=True)
    sys.exit(1 if found else 0)


def problems_with(seed: str, course: Course, lane: Lane) -> list[str]:
    """The alternatives that lose a point and the mistakes that lose none."""
    grader = Grader(with_sealed(plan_of(course), course, seed), lane)
    problems = []
    for exercise in course.exercises:
        for variant in variants_in(exercise, "alternatives.py"):
            result = graded_variant(variant, grader)
            if result.score != result.max_score:
                problems.append(f"{variant.name} loses points: {result.message}")
        for variant in variants_in(exercise, "mistakes.py"):
            result = graded_variant(variant, grader)
            if result.score == result.max_score:
                problems.append(f"{variant.name} loses nothing")
    return problems


if __name__ == "__main__":
    main()
