"""What every mistake and alternative gets, to be compared between versions of Python and NumPy.

    python benchmarks/trust/verdicts.py --out here.json
    python benchmarks/trust/verdicts.py --same-as here.json

Exit code: 1 when any score or verdict is another one.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from grader.course.folder import course_of
from grader.course.grading import graded_variant
from grader.course.planning import plan_of
from grader.course.sealing import FIXED_SEED, with_sealed
from grader.course.variants import variants_in
from grader.engine.fresh import lane_for
from grader.engine.isolation import strongest
from grader.grade.grader import Grader
from grader.versions import VERSIONS

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Grade all, write or compare."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path)
    parser.add_argument("--same-as", type=Path)
    options = parser.parse_args()
    found = verdicts()
    versions = f"Python {VERSIONS['python']}, NumPy {VERSIONS['numpy']}"
    if options.out:
        options.out.write_text(json.dumps({"versions": versions, "verdicts": found}))
    if not options.same_as:
        print(f"{versions}: {len(found)} graded")
        return
    other = json.loads(options.same_as.read_text())
    names = found.keys() | other["verdicts"].keys()
    different = sorted(n for n in names if found.get(n) != other["verdicts"].get(n))
    for name in different:
        print(f"{name}: {found.get(name)} and {other['verdicts'].get(name)}")
    print(f"{versions}: {len(found)} graded, {len(different)} other than {other['versions']}")
    sys.exit(bool(different))


def verdicts() -> dict[str, list[Any]]:
    """By the name of each variant its score, its verdict, those of its checks, and its mistake."""
    course = course_of(ROOT / "solutions")
    with lane_for(strongest()) as lane:
        grader = Grader(with_sealed(plan_of(course, mistakes=True), course, FIXED_SEED), lane)
        results = {
            f"{exercise.slug}/{filename}: {variant.name}": result
            for exercise in course.exercises
            for filename in ("mistakes.py", "alternatives.py")
            for variant in variants_in(exercise, filename)
            for result in [graded_variant(variant, grader)]
        }
    return {
        name: [
            result.score,
            result.verdict,
            {check.name: check.verdict for check in result.checks},
            result.misconception.id if result.misconception else None,
        ]
        for name, result in results.items()
    }


if __name__ == "__main__":
    main()
