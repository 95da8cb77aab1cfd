"""How long the pages of a large class take, and how large they are.

    python benchmarks/speed/report_size.py [--course solutions] [--students 5000]

The sample class is graded once; its results are stored again and again under other names, until
there are as many learners as asked for. What is then timed is what a run does at its end.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
from measure import machine

from grader.course.folder import Course, course_of
from grader.course.planning import plan_of
from grader.course.sample import write_class
from grader.course.sealing import FIXED_SEED, with_sealed
from grader.engine.lane import Lane
from grader.engine.launch import Wall
from grader.engine.references import References
from grader.grade.fingerprints import fingerprints_of
from grader.grade.grader import Grader
from grader.intake.recognise import class_at
from grader.intake.submission import read_submission
from grader.model import SubmissionResult
from grader.plan import Plan
from grader.results.figures import ClassFigures
from grader.results.lists import ShortList
from grader.results.pages import FEEDBACK, REPORT, FeedbackPages, write_report
from grader.results.rows import EncodedResult
from grader.results.store import Store

REPORT_S, REPORT_MB = 10.0, 10.0
SAMPLE = 96


def main() -> None:
    """Print a table; exit code 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--course", type=Path, default=Path("solutions"))
    parser.add_argument("--students", type=int, default=5000)
    options = parser.parse_args()
    course = course_of(options.course)
    plan = with_sealed(plan_of(course, mistakes=True), course, FIXED_SEED)
    print(machine(), "\n")
    with tempfile.TemporaryDirectory() as name:
        out = Path(name)
        results = list(graded(course, plan, out / "class"))
        with Store(out) as store:
            fill(store, plan, results, options.students)
            figures = ClassFigures(plan)
            pass_s = timed(lambda: read(store, figures))
            report_s = timed(
                lambda: write_report(out, figures, ShortList(), plan, isolation="none")
            )
            first_s = timed(lambda: write_pages(out, store, plan))
            again_s = timed(lambda: write_pages(out, store, plan))
        size = (out / REPORT).stat().st_size / 1e6
        pages = sum(path.stat().st_size for path in (out / FEEDBACK).iterdir()) / 1e6
    print(f"| {options.students} learners | seconds | MB |\n| --- | --- | --- |")
    print(f"| report.html | {report_s:.1f} | {size:.1f} |")
    print(f"| feedback/, written for the first time | {first_s:.1f} | {pages:.0f} |")
    print(f"| feedback/, when nothing has changed | {again_s:.1f} | |")
    print(f"| one pass over the stored results | {pass_s:.1f} | |")
    missed = report_s > REPORT_S or size > REPORT_MB
    print(f"\nreport.html: under {REPORT_S:g} s and {REPORT_MB:g} MB: {'no' if missed else 'yes'}")
    sys.exit(missed)


def graded(course: Course, plan: Plan, folder: Path) -> Iterator[SubmissionResult]:
    """The results of the sample class."""
    submissions = write_class(course, folder, students=SAMPLE)
    with Lane() as lane, References(plan, Wall()) as references:
        grader = Grader(plan, lane, references)
        for entry in class_at(submissions, order=plan.slugs, source="plain").entries:
            yield grader.grade(read_submission(entry.student, entry.parts))


def fill(store: Store, plan: Plan, results: list[SubmissionResult], students: int) -> None:
    """Store results for so many learners."""
    prints = fingerprints_of(plan, isolation="", versions={})
    store.begin(plan, prints.plan, prints.prices, regrade=False)
    for number in range(students):
        result = results[number % len(results)]
        student = f"{result.student}-{number:05}"
        result = msgspec.structs.replace(result, student=student)
        fingerprints = {f.function: b"" for f in result.functions}
        notes = tuple(("", note) for note in result.notes)
        row = EncodedResult.of(result, fingerprints=fingerprints, prices=prints.prices, notes=notes)
        store.keep([(student, row)])


def read(store: Store, figures: ClassFigures) -> None:
    """Read all results, as a run does once, and count them."""
    for result in store.results():
        figures.add(result)


def write_pages(out: Path, store: Store, plan: Plan) -> None:
    """Write the learners' pages."""
    with FeedbackPages(out, plan) as pages:
        for result in store.results():
            pages.add(result)


def timed(action: Callable[[], None]) -> float:
    """How many seconds an action takes."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
