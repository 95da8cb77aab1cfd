"""Measure the price of the wall and of a root cause, the throughput, and peers beside it.

    python benchmarks/speed/throughput.py [--students 100] [--peers PYTHON]

PYTHON is one that has nbgrader, otter-grader[grading] and pytest installed. Prints Markdown. Exit
code: 0 when every target is met, 1 when one is missed, 2 when something failed.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from lane import WARM_UP, floor_forks, mixed_batch, wall_samples, written_batch
from measure import Moment, Timing, machine, medians, table
from otter_run import autograder_zip, otter_timing, without_plots
from peers import nbgrader_marginal, pytest_timing
from submission import COURSE, Target, light_plan, print_targets

from grader.course.folder import Course, course_of
from grader.course.planning import plan_of
from grader.course.sample import notebook_bytes, solved_files, with_variant
from grader.course.sealing import FIXED_SEED, with_sealed
from grader.course.variants import variants_in
from grader.engine.isolation import TIERS, examined
from grader.engine.launch import Wall
from grader.grade.pool import grade_all
from grader.grade.processes import Processes, available_cpus
from grader.grade.tasks import Task, TaskGrader, Work
from grader.plan import Plan
from grader.worker.files import Collected

# Each as a ratio: the wall's price; of waiting to a bare fork; of a submission in which the first
# function is wrong to a right one; of throughput to one core's.
WALL_RATIO = 1.25
FLOOR_RATIO = 2.5
ROOT_CAUSE_RATIO = 2.5
JOBS_RATIO = 1.7
# How many submissions are graded in the time a peer takes for one, on one core.
OTTER_RATIO, NBGRADER_RATIO, PYTEST_RATIO = 120.0, 30.0, 12.0
REPETITIONS = 3
MORE_NOTEBOOKS = 2


def main() -> int:
    """Measure everything, print it, and return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--students", type=int, default=100, metavar="N", help="default: 100")
    parser.add_argument("--peers", metavar="PYTHON", help="a Python with the peers installed")
    options = parser.parse_args()
    course = course_of(COURSE)
    plan = with_sealed(plan_of(course), course, FIXED_SEED)
    print(machine() + "\n")
    try:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            walls = [found.wall for found in map(examined, TIERS) if not found.problem]
            targets = _walls(course, folder, walls, options.students)
            targets.append(_root_cause(course, walls[0], options.students))
            per_core_ms, more = _jobs(course, plan, folder, walls[0], options.students)
            targets += more
            if options.peers:
                targets += _peers(course, plan, folder, options.peers, per_core_ms)
    except RuntimeError as error:
        print(f"throughput.py: {error}", file=sys.stderr)
        return 2
    print_targets(targets)
    return 0 if all(target.met for target in targets) else 1


def _walls(course: Course, folder: Path, walls: Sequence[Wall], students: int) -> list[Target]:
    """Print what a submission takes behind each wall, in turn, and beside bare forks."""
    plan = light_plan(with_sealed(plan_of(course), course, FIXED_SEED), without=())
    entries = written_batch(course, folder / "walls", students, notebooks=False)
    began = Moment.now()
    bare: list[Timing] = []
    with floor_forks(course, plan, folder) as fork:
        samples = wall_samples(entries, plan, walls, between=lambda: bare.append(fork()))
    others = began.others_until(Moment.now())
    floor = medians(bare)
    timings = {
        wall.tier: medians([sample.timing for sample in found])
        for wall, found in zip(walls, samples, strict=True)
    }
    none = timings["none"]
    print(f"## Walls: {students} complete submissions each, scripts, without the memory check\n")
    print("Milliseconds, medians; core: of one core, all processes together.\n")
    rows = [
        (tier, t.wall_ms, t.core_ms, t.wall_ms / none.wall_ms, t.core_ms / none.core_ms,
         t.wall_ms / floor.wall_ms, t.core_ms / floor.core_ms)
        for tier, t in timings.items()
    ]  # fmt: skip
    rows.append(("a bare fork, same calls", floor.wall_ms, floor.core_ms, "", "", 1.0, 1.0))
    headings = ("isolation", "wall", "core", "wall / none", "core", "wall / bare fork", "core")
    print(table(headings, rows))
    print(f"Other processes kept {others:.2f} cores busy meanwhile.\n")
    best = walls[0].tier
    return [
        Target(f"{best}: wall / none", WALL_RATIO, timings[best].wall_ms / none.wall_ms, "x"),
        Target(
            f"{best}: wall / bare fork", FLOOR_RATIO, timings[best].wall_ms / floor.wall_ms, "x"
        ),
    ]


def _root_cause(course: Course, wall: Wall, students: int) -> Target:
    """Print what a submission takes whose first function is wrong, in turn with a right one."""
    name = course.exercises[0].functions[0].name
    began = Moment.now()
    right, wrong = _right_and_wrong(course, name, wall, students)
    others = began.others_until(Moment.now())
    ratio = median(wrong) / median(right)
    print(
        f"## One root cause: {students} submissions with a wrong `{name}`, and as many right ones\n"
    )
    print(f"Behind {wall.tier}, in turn; milliseconds of waiting.\n")
    rows = [
        ("right", median(right), 1.0),
        (f"a wrong `{name}`", median(wrong), ratio),
        (f"a wrong `{name}`, the slowest", max(wrong), max(wrong) / median(right)),
    ]
    print(table(("a submission, median", "wall", "wall / right"), rows))
    print(f"Other processes kept {others:.2f} cores busy meanwhile.\n")
    return Target(f"a wrong `{name}`: wall / right", ROOT_CAUSE_RATIO, ratio, "x")


def _right_and_wrong(
    course: Course, name: str, wall: Wall, students: int
) -> tuple[list[float], list[float]]:
    """The milliseconds for right submissions, and for those in which this function is wrong.

    Each listed mistake of it has its turn, by a plan with all mistakes, as `grader grade` has it.
    Raises RuntimeError when any other function loses points.
    """
    plan = with_sealed(plan_of(course, mistakes=True), course, FIXED_SEED)
    solved = solved_files(course)
    [exercise] = [e for e in course.exercises if name in [f.name for f in e.functions]]
    file = f"{exercise.slug}.py"
    variants = variants_in(exercise, exercise.mistakes_path.name)
    texts = [with_variant(solved[file].decode(), v) for v in variants if v.function == name]
    wrong = [solved | {file: text.encode()} for text in texts]
    taken: tuple[list[float], list[float]] = ([], [])
    grader = TaskGrader(Work(plan, wall))
    try:
        for number in range(WARM_UP + students):
            for files, found in zip((solved, wrong[number % len(wrong)]), taken, strict=True):
                began = time.perf_counter()
                graded = grader.grade(Task("student", Collected(0, dict(files)))).graded
                found.append((time.perf_counter() - began) * 1000)
                results = [json.loads(f.result) for f in graded.functions] if graded else []
                lost = [f["function"] for f in results if f["score"] != f["max_score"]]
                if not results or lost != ([] if files is solved else [name]):
                    raise RuntimeError(f"points are lost by {lost}")
    finally:
        grader.close()
    return taken[0][WARM_UP:], taken[1][WARM_UP:]


def _jobs(
    course: Course, plan: Plan, folder: Path, wall: Wall, students: int
) -> tuple[float, list[Target]]:
    """Print the throughput of a batch on one core and on all; the ms a submission on one core.

    Two classes: references only, and the sample class's right, wrong and odd ones.
    """
    cpus = available_cpus()
    print(f"## Throughput behind {wall.tier}, all exercises, a job for each core\n")
    rows = []
    found: dict[tuple[str, int], float] = {}
    for name, entries in (
        ("references", written_batch(course, folder / "same", students)),
        ("a mixed class", mixed_batch(course, folder / "mixed", students)),
    ):
        for cores in (1, cpus):
            each_ms = _batch_ms(entries, Work(plan, wall), cores)
            found[name, cores] = each_ms
            rows.append((name, cores, each_ms, 1000 / each_ms, found[name, 1] / each_ms))
    headings = ("class", "cores", "ms a submission", "submissions a second", "of one core's")
    print(table(headings, rows))
    ratio = found["references", 1] / found["references", cpus]
    what = f"throughput on {cpus} cores, of one core's (at least)"
    return found["references", 1], [Target(what, JOBS_RATIO, ratio, "x", floor=True)]


def _batch_ms(entries: Sequence[tuple[str, list[Path]]], work: Work, cores: int) -> float:
    """Milliseconds a submission on so many cores, once all workers are at work."""
    before = os.sched_getaffinity(0)
    # What is started from here stays on these cores.
    os.sched_setaffinity(0, sorted(before)[:cores])
    try:
        answers = grade_all((Task(*entry) for entry in entries), Processes(work, cores))
        for _ in range(2 * cores):
            next(answers)
        began = time.perf_counter()
        done = sum(1 for _ in answers)
        return (time.perf_counter() - began) * 1000 / done
    finally:
        os.sched_setaffinity(0, before)


def _peers(
    course: Course, plan: Plan, folder: Path, python: str, per_core_ms: float
) -> list[Target]:
    """Print what peers take for one notebook with as many checks, and the ratios."""
    notebook = without_plots(notebook_bytes(course))
    checks = sum(len(f.checks) for exercise in plan.exercises for f in exercise.functions)
    student = folder / "otter" / "student.ipynb"
    student.parent.mkdir()
    student.write_bytes(notebook)
    archive = autograder_zip(plan, student.parent, python)
    otter, pytest = [], []
    for _ in range(REPETITIONS):
        otter.append(otter_timing(student, archive, python, checks=checks))
        pytest.append(pytest_timing(notebook, plan, folder / "pytest", python))
    nbgrader = nbgrader_marginal(notebook, plan, folder / "nbgrader", python, more=MORE_NOTEBOOKS)
    print(f"## Peers: one notebook, {checks} checks, equal inputs\n")
    rows = []
    targets = []
    for name, timing, limit in (
        ("`otter run`", medians(otter), OTTER_RATIO),
        ("`nbgrader autograde`, a notebook more", nbgrader, NBGRADER_RATIO),
        ("`pytest` in a subprocess", medians(pytest), PYTEST_RATIO),
    ):
        ratio = timing.wall_ms / per_core_ms
        rows.append((name, timing.wall_ms, timing.core_ms, ratio))
        targets.append(
            Target(f"throughput per core, of {name} (at least)", limit, ratio, "x", floor=True)
        )
    rows.append(("`grader grade`, one of a batch, of one core", per_core_ms, per_core_ms, 1.0))
    print(table(("one notebook", "wall", "core", "wall / ours"), rows))
    return targets


if __name__ == "__main__":
    sys.exit(main())
