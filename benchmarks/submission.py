"""Measure what it costs to grade a submission, beside a bare fork and beside `otter run`.

    python benchmarks/submission.py [--students 200] [--otter PYTHON]

Prints Markdown. Exit code: 0 when every target is met, 1 when one is missed, 2 when the references
do not get full points (their times would mean nothing).
"""

from __future__ import annotations

import argparse
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from lane import (
    BLOCK,
    NOTEBOOK,
    SCRIPTS,
    Entry,
    NotFullPointsError,
    Sample,
    floor_forks,
    samples_in_turn,
    whole_batch,
    written_batch,
)
from measure import Moment, Timing, command_timing, machine, medians, table
from otter_run import autograder_zip, otter_timing, without_plots

from grader.catalog import Course, course_of
from grader.demo import notebook_bytes, solved_files
from grader.plan import Plan, PlannedExercise
from grader.planning import plan_of
from grader.sandbox import Lane

# A complete submission of the two exercises, in a batch of 200: milliseconds of one core (the
# grader and the learner's process together), the median.
SUBMISSION_CORE_MS = 15.0
# `grader --help`: seconds of waiting, the median.
HELP_S = 0.25
# `grader check FILE`, for a script and for a notebook: seconds of waiting, the median.
CHECK_S = 0.5

COMMAND_REPETITIONS = 10
OTTER_REPETITIONS = 5
EXERCISE_REPETITIONS = 100

COURSE = Path(__file__).resolve().parent.parent / "solutions"
GRADER = Path(sysconfig.get_path("scripts")) / "grader"


@dataclass(frozen=True, slots=True)
class Target:
    """A figure that must not be exceeded, and what was measured."""

    what: str
    limit: float
    measured: float
    unit: str

    @property
    def met(self) -> bool:
        """Whether it is kept."""
        return self.measured <= self.limit


def main() -> int:
    """Measure everything, print it, and return the exit code."""
    options = _options()
    try:
        with tempfile.TemporaryDirectory() as folder:
            targets = _measured(Path(folder), options.students, options.otter)
    except NotFullPointsError as error:
        print(f"submission.py: {error}", file=sys.stderr)
        return 2
    _print_targets(targets)
    return 0 if all(target.met for target in targets) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--students", type=int, default=200, metavar="N", help="default: 200")
    parser.add_argument(
        "--otter", metavar="PYTHON", help="a Python that has otter-grader[grading] installed"
    )
    return parser.parse_args()


def _measured(folder: Path, students: int, otter: str | None) -> list[Target]:
    """Print a table for each thing measured; the targets."""
    course = course_of(COURSE)
    plan = plan_of(course, seed=0)
    print(machine() + "\n")
    entries = written_batch(course, folder / "submissions", students)
    began = Moment.now()
    bare: list[Timing] = []
    with floor_forks(course, plan, folder) as fork:
        [samples] = samples_in_turn(
            entries, [plan], between=lambda: bare.extend(fork() for _ in range(BLOCK))
        )
    whole = whole_batch(entries, plan)
    _print_batch(samples, whole, others=began.others_until(Moment.now()))
    scripts = medians([sample.timing for sample in samples if sample.form == SCRIPTS])
    _print_floor(medians(bare), scripts)
    _print_exercises(plan, entries[0])
    if otter:
        _print_otter(course, plan, folder, otter)
    commands = _command_timings(course, folder)
    _print_commands(commands)
    core_ms = medians([sample.timing for sample in samples]).core_ms
    return [
        Target(f"submission, median of {students}", SUBMISSION_CORE_MS, core_ms, "ms of one core"),
        *(
            Target(name, HELP_S if "help" in name else CHECK_S, timing.wall_ms / 1000, "s")
            for name, timing in commands.items()
        ),
    ]


def _print_batch(samples: Sequence[Sample], whole: Timing, *, others: float) -> None:
    print(f"## A batch of {len(samples)}, one lane, isolation {Lane.isolation}\n")
    print("Milliseconds a submission, medians; core: of one core, all processes together.\n")
    rows = []
    for name, forms in {
        "all": (SCRIPTS, NOTEBOOK),
        SCRIPTS: (SCRIPTS,),
        NOTEBOOK: (NOTEBOOK,),
    }.items():
        chosen = [sample for sample in samples if sample.form in forms]
        if chosen:
            rows.append((name, *_sample_medians(chosen)))
    print(table(("form", "wall", "intake, wall", "core", "grader, core", "learner, core"), rows))
    print(
        f"The whole batch once more, not looked at in between, start included:"
        f" {whole.wall_ms / 1000:.2f} s of waiting, {whole.core_ms / 1000:.2f} s of one core,"
        f" {whole.core_ms / len(samples):.2f} ms each.\n\n"
        f"Other processes kept {others:.2f} cores busy meanwhile.\n"
    )


def _sample_medians(samples: Sequence[Sample]) -> tuple[float, ...]:
    """The medians of waiting, its intake, one core's time, and the two parts of that."""
    total = medians([sample.timing for sample in samples])
    intake = medians([Timing(sample.intake_wall_ms, 0.0) for sample in samples])
    parts = medians([Timing(sample.grader_core_ms, sample.learner_core_ms) for sample in samples])
    return total.wall_ms, intake.wall_ms, total.core_ms, parts.wall_ms, parts.core_ms


def _print_floor(floor: Timing, ours: Timing) -> None:
    print(f"## The floor\n\nIn turn with the batch, {BLOCK} and {BLOCK}.\n")
    rows = [
        ("a bare fork, the same calls", floor.wall_ms, floor.core_ms),
        ("graded", ours.wall_ms, ours.core_ms),
        ("ratio", ours.wall_ms / floor.wall_ms, ours.core_ms / floor.core_ms),
    ]
    print(table(("scripts", "wall", "core"), rows))


def _print_exercises(plan: Plan, entry: Entry) -> None:
    print("## By exercise\n")
    print("The same scripts, but only the calls of that exercise; the first row: none at all.\n")
    parts = dict(_parts(plan))
    plans = [msgspec.structs.replace(plan, exercises=part) for part in parts.values()]
    rows = []
    columns = samples_in_turn([entry] * EXERCISE_REPETITIONS, plans)
    for (name, exercises), samples in zip(parts.items(), columns, strict=True):
        timing = medians([sample.timing for sample in samples])
        functions = [function for exercise in exercises for function in exercise.functions]
        checks = sum(len(function.checks) for function in functions)
        calls = sum(len(function.calls) for function in functions)
        rows.append((name, len(functions), checks, calls, timing.wall_ms, timing.core_ms))
    print(table(("exercise", "functions", "checks", "calls", "wall", "core"), rows))


def _parts(plan: Plan) -> Iterator[tuple[str, tuple[PlannedExercise, ...]]]:
    yield "read, fork, load, end", ()
    for exercise in plan.exercises:
        yield exercise.slug, (exercise,)
    yield "all", plan.exercises


def _print_otter(course: Course, plan: Plan, folder: Path, python: str) -> None:
    home = folder / "otter"
    home.mkdir()
    notebook = home / "student.ipynb"
    notebook.write_bytes(without_plots(notebook_bytes(course)))
    archive = autograder_zip(plan, home, python)
    checks = sum(len(function.checks) for e in plan.exercises for function in e.functions)
    otter = _repeated(
        lambda: otter_timing(notebook, archive, python, checks=checks), OTTER_REPETITIONS
    )
    command = (GRADER, "grade", notebook, "--course", COURSE, "--out", home / "results")
    cold = _repeated(lambda: command_timing(command, cwd=home), OTTER_REPETITIONS)
    [samples] = samples_in_turn([("student", [notebook])] * EXERCISE_REPETITIONS, [plan])
    batch = medians([sample.timing for sample in samples])
    print(f"## Beside `otter run`: one notebook, {checks} checks, equal inputs\n")
    rows = [
        (name, t.wall_ms, t.core_ms, otter.wall_ms / t.wall_ms, otter.core_ms / t.core_ms)
        for name, t in (
            ("`otter run`", otter),
            ("`grader grade`, started for it alone", cold),
            ("`grader grade`, one of a batch", batch),
        )
    ]
    print(table(("one notebook", "wall", "core", "otter's wall / this", "core"), rows))


def _command_timings(course: Course, folder: Path) -> dict[str, Timing]:
    """`grader --help`, and `grader check` of the last exercise's script and of a notebook."""
    work = folder / "work"
    work.mkdir()
    for name, data in solved_files(course).items():
        (work / name).write_bytes(data)
    (work / "everything.ipynb").write_bytes(notebook_bytes(course))
    script = f"{course.exercises[-1].slug}.py"
    return {
        f"`grader {' '.join(words)}`": _repeated(
            lambda words=words: command_timing((GRADER, *words), cwd=work),  # type: ignore[misc]
            COMMAND_REPETITIONS,
        )
        for words in (("--help",), ("check", script), ("check", "everything.ipynb"))
    }


def _repeated(measure: Callable[[], Timing], times: int) -> Timing:
    """The medians of several measurements, after one that does not count."""
    measure()
    return medians([measure() for _ in range(times)])


def _print_commands(timings: dict[str, Timing]) -> None:
    print(f"## Commands, median of {COMMAND_REPETITIONS}\n")
    rows = [(name, timing.wall_ms, timing.core_ms) for name, timing in timings.items()]
    print(table(("command", "wall", "core"), rows))


def _print_targets(targets: Sequence[Target]) -> None:
    print("## Targets\n")
    rows = [(t.what, t.limit, t.measured, t.unit, "met" if t.met else "missed") for t in targets]
    print(table(("what", "limit", "measured", "unit", "target"), rows))
    for t in targets:
        if not t.met:
            message = f"missed: {t.what}: {t.measured:.2f} {t.unit}, the target is {t.limit:g}"
            print(message, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
