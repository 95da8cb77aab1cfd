"""Measure what it costs to grade a submission, beside a bare fork and beside `otter run`.

    python benchmarks/speed/submission.py [--students 200] [--otter PYTHON]

Prints Markdown. Exit code: 0 when every target is met, 1 when one is missed, 2 when something
failed (a command, or the references lost points: their times would mean nothing).
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from lane import (
    BLOCK,
    NOTEBOOK,
    SCRIPTS,
    Sample,
    floor_forks,
    samples_in_turn,
    whole_batch,
    written_batch,
)
from measure import Moment, Timing, command_timing, machine, medians, table
from otter_run import autograder_zip, otter_timing, without_plots

from grader.course.folder import Course, course_of
from grader.course.planning import plan_of
from grader.course.sample import notebook_bytes, solved_files
from grader.course.sealing import FIXED_SEED, with_sealed
from grader.model import Kind
from grader.plan import Plan, PlannedExercise, PlannedFunction

# A complete submission of the first two exercises, in a batch of 200: milliseconds of one core (the
# grader and the learner's process together), the median.
SUBMISSION_CORE_MS = 15.0
SUBMISSION_EXERCISES = 2
# A complete submission of all exercises, but for what dominates it: `train`, which really trains,
# and the memory check at n = 20 000.
COMPLETE_CORE_MS = 45.0
HEAVY_FUNCTION = "train"
LIGHT = "all but `train` and the memory check"
# `grader --help`: seconds of waiting, the median.
HELP_S = 0.25
# `grader check FILE`, for a script and for a notebook: seconds of waiting, the median.
CHECK_S = 0.5

COMMAND_REPETITIONS = 10
OTTER_REPETITIONS = 5
EXERCISE_REPETITIONS = 100

COURSE = Path(__file__).resolve().parents[2] / "solutions"
GRADER = Path(sysconfig.get_path("scripts")) / "grader"


@dataclass(frozen=True, slots=True)
class Target:
    """A figure that must not be exceeded (a `floor`: must be reached), and what was measured."""

    what: str
    limit: float
    measured: float
    unit: str
    floor: bool = False

    @property
    def met(self) -> bool:
        """Whether it is kept."""
        return self.measured >= self.limit if self.floor else self.measured <= self.limit


def main() -> int:
    """Measure everything, print it, and return the exit code."""
    options = _options()
    try:
        with tempfile.TemporaryDirectory() as folder:
            targets = _measured(Path(folder), options.students, options.otter)
    except RuntimeError as error:
        print(f"submission.py: {error}", file=sys.stderr)
        return 2
    print_targets(targets)
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
    print(machine() + "\n")
    samples = _print_batch(_first_exercises(course), folder / "first", students)
    core_ms = medians([sample.timing for sample in samples]).core_ms
    if len(course.exercises) > SUBMISSION_EXERCISES:
        _print_batch(course, folder / "all", students)
    complete_ms = _print_exercises(course, folder / "single")
    if otter:
        _print_otter(course, folder / "otter", otter)
    commands = _command_timings(course, folder / "check")
    _print_commands(commands)
    what = f"submission of {SUBMISSION_EXERCISES} exercises, median of {students}"
    return [
        Target(what, SUBMISSION_CORE_MS, core_ms, "ms of one core"),
        Target(LIGHT, COMPLETE_CORE_MS, complete_ms, "ms of one core"),
        *(
            Target(name, HELP_S if "help" in name else CHECK_S, timing.wall_ms / 1000, "s")
            for name, timing in commands.items()
        ),
    ]


def _first_exercises(course: Course) -> Course:
    """The part of the course for which there is a target."""
    return dataclasses.replace(course, exercises=course.exercises[:SUBMISSION_EXERCISES])


def _print_batch(course: Course, folder: Path, students: int) -> list[Sample]:
    """Grade a batch, in turn with bare forks, and print what it took; its samples."""
    plan = with_sealed(plan_of(course), course, FIXED_SEED)
    entries = written_batch(course, folder, students)
    began = Moment.now()
    bare: list[Timing] = []
    with floor_forks(course, plan, folder) as fork:
        [samples] = samples_in_turn(
            entries, [plan], between=lambda: bare.extend(fork() for _ in range(BLOCK))
        )
    whole = whole_batch(entries, plan)
    others = began.others_until(Moment.now())
    functions, checks, calls = _counts(plan.exercises)
    print(f"## A batch of {students}, {len(course.exercises)} exercises\n")
    print(
        f"{functions} functions, {checks} checks, {calls} calls; one lane, isolation"
        f" none. Milliseconds, medians; core: of one core, all processes together.\n"
    )
    headings = ("a submission", "wall", "intake, wall", "core", "grader, core", "learner, core")
    print(table(headings, _batch_rows(samples, medians(bare))))
    print(
        f"The whole batch, not looked at in between: {whole.wall_ms / 1000:.2f} s of waiting,"
        f" {whole.core_ms / 1000:.2f} s of one core, {whole.core_ms / students:.2f} ms each.\n\n"
        f"Other processes kept {others:.2f} cores busy meanwhile.\n"
    )
    return samples


def _batch_rows(samples: Sequence[Sample], bare: Timing) -> Iterator[tuple[object, ...]]:
    yield "all", *_sample_medians(samples)
    for form in (SCRIPTS, NOTEBOOK):
        chosen = [sample for sample in samples if sample.form == form]
        if chosen:
            yield form, *_sample_medians(chosen)
    scripts = medians([sample.timing for sample in samples if sample.form == SCRIPTS])
    yield "a bare fork: scripts, same calls", bare.wall_ms, "", bare.core_ms, "", ""
    ratios = scripts.wall_ms / bare.wall_ms, scripts.core_ms / bare.core_ms
    yield "scripts / bare fork", ratios[0], "", ratios[1], "", ""


def _sample_medians(samples: Sequence[Sample]) -> tuple[float, ...]:
    """The medians of waiting, its intake, one core's time, and the two parts of that."""
    total = medians([sample.timing for sample in samples])
    intake = medians([Timing(sample.intake_wall_ms, 0.0) for sample in samples])
    parts = medians([Timing(sample.grader_core_ms, sample.learner_core_ms) for sample in samples])
    return total.wall_ms, intake.wall_ms, total.core_ms, parts.wall_ms, parts.core_ms


def _print_exercises(course: Course, folder: Path) -> float:
    """Print what each exercise takes; the core milliseconds of all of them, without the heavy."""
    plan = with_sealed(plan_of(course), course, FIXED_SEED)
    parts = dict(_parts(plan))
    plans = [msgspec.structs.replace(plan, exercises=part) for part in parts.values()]
    entries = written_batch(course, folder, 1) * EXERCISE_REPETITIONS
    rows = []
    for (name, part), samples in zip(parts.items(), samples_in_turn(entries, plans), strict=True):
        timing = medians([sample.timing for sample in samples])
        rows.append((name, *_counts(part), timing.wall_ms, timing.core_ms))
    print("## By exercise\n")
    print("All scripts, but only the calls of that exercise; the first row: none at all.\n")
    print(table(("exercise", "functions", "checks", "calls", "wall", "core"), rows))
    return next(float(core_ms) for name, *_, core_ms in rows if name == LIGHT)


def _counts(exercises: Sequence[PlannedExercise]) -> tuple[int, int, int]:
    """How many functions, checks and calls these exercises have."""
    functions = [function for exercise in exercises for function in exercise.functions]
    checks = sum(len(function.checks) for function in functions)
    return len(functions), checks, sum(len(function.calls) for function in functions)


def _parts(plan: Plan) -> Iterator[tuple[str, tuple[PlannedExercise, ...]]]:
    yield "read, fork, load, end", ()
    for exercise in plan.exercises:
        yield exercise.slug, (exercise,)
    yield "all", plan.exercises
    yield LIGHT, light_plan(plan, without=(HEAVY_FUNCTION,)).exercises


def light_plan(plan: Plan, *, without: Collection[str]) -> Plan:
    """The plan without these functions, and without its memory checks."""
    exercises = (
        msgspec.structs.replace(
            exercise,
            functions=tuple(_light(f) for f in exercise.functions if f.name not in without),
        )
        for exercise in plan.exercises
    )
    return msgspec.structs.replace(plan, exercises=tuple(exercises))


def _light(function: PlannedFunction) -> PlannedFunction:
    """The function without its memory checks, and without the calls that only they make."""
    checks = [check for check in function.checks if check.kind is not Kind.MEMORY]
    kept = sorted({call for check in checks for call in check.calls})
    return msgspec.structs.replace(
        function,
        calls=tuple(function.calls[call] for call in kept),
        checks=tuple(
            msgspec.structs.replace(check, calls=tuple(map(kept.index, check.calls)))
            for check in checks
        ),
    )


def _print_otter(course: Course, folder: Path, python: str) -> None:
    folder.mkdir()
    plan = with_sealed(plan_of(course), course, FIXED_SEED)
    notebook = folder / "student.ipynb"
    notebook.write_bytes(without_plots(notebook_bytes(course)))
    archive = autograder_zip(plan, folder, python)
    _, checks, _ = _counts(plan.exercises)
    otter = _repeated(
        lambda: otter_timing(notebook, archive, python, checks=checks), OTTER_REPETITIONS
    )
    command = (GRADER, "grade", notebook, "--course", COURSE, "--out", folder / "results")
    command += ("--regrade",)
    cold = _repeated(lambda: command_timing(command, cwd=folder), OTTER_REPETITIONS)
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
    """`grader --help`, and `grader check` of the last exercise, as a script and as a notebook."""
    folder.mkdir()
    last = course.exercises[-1].slug
    for name, data in solved_files(course).items():
        (folder / name).write_bytes(data)
    (folder / "notebook").mkdir()
    (folder / "notebook" / f"{last}.ipynb").write_bytes(notebook_bytes(course))
    return {
        f"`grader {' '.join(words)}`": _repeated(
            lambda words=words, home=home: command_timing(  # type: ignore[misc]
                (GRADER, *words), cwd=home
            ),
            COMMAND_REPETITIONS,
        )
        for words, home in (
            (("--help",), folder),
            (("check", f"{last}.py"), folder),
            (("check", f"{last}.ipynb"), folder / "notebook"),
        )
    }


def _repeated(measure: Callable[[], Timing], times: int) -> Timing:
    """The medians of several measurements, after one that does not count."""
    measure()
    return medians([measure() for _ in range(times)])


def _print_commands(timings: dict[str, Timing]) -> None:
    print(f"## Commands, median of {COMMAND_REPETITIONS}\n")
    rows = [(name, timing.wall_ms, timing.core_ms) for name, timing in timings.items()]
    print(table(("command", "wall", "core"), rows))


def print_targets(targets: Sequence[Target]) -> None:
    """Print each target, what was measured, and on standard error what was missed."""
    print("## Targets\n")
    rows = [(t.what, t.limit, t.measured, t.unit, "met" if t.met else "missed") for t in targets]
    print(table(("what", "limit", "measured", "unit", "target"), rows))
    for t in targets:
        if not t.met:
            message = f"missed: {t.what}: {t.measured:.2f} {t.unit}, the target is {t.limit:g}"
            print(message, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
