"""Grade submissions of the references in one lane, and measure what each of them takes."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import msgspec
from floor import Fork, Work
from measure import Timing, cpu_s, settled_tree_cpu, spent_ms, tree_cpu

from grader import wire
from grader.course.folder import Course
from grader.course.sample import notebook_bytes, solved_files, write_class
from grader.engine.lane import Lane
from grader.engine.launch import ENVIRONMENT, Wall
from grader.grade.grader import Grader
from grader.grade.processes import let_children_run
from grader.intake.recognise import class_at
from grader.intake.submission import read_submission
from grader.plan import Plan

SCRIPTS, NOTEBOOK = "scripts", "notebook"
WARM_UP = 3
BLOCK = 25
FLOOR = Path(__file__).resolve().parent / "floor.py"

# A student, and their files and folders.
Entry = tuple[str, list[Path]]


@dataclass(frozen=True, slots=True)
class Sample:
    """What one submission took, in milliseconds; core: of one core, all processes together."""

    form: str
    intake_wall_ms: float
    wall_ms: float
    grader_core_ms: float
    learner_core_ms: float

    @property
    def timing(self) -> Timing:
        """Wall and CPU time of the whole."""
        return Timing(self.wall_ms, self.grader_core_ms + self.learner_core_ms)


def written_batch(
    course: Course, folder: Path, students: int, *, notebooks: bool = True
) -> list[Entry]:
    """Submissions of the references: in turn a folder of scripts and a notebook that holds all.

    Without `notebooks` they are all folders of scripts.
    """
    scripts, notebook = solved_files(course), notebook_bytes(course)
    folder.mkdir()
    entries: list[Entry] = []
    for number in range(students):
        path = folder / f"student{number:04}"
        if number % 2 and notebooks:
            path = path.with_suffix(".ipynb")
            path.write_bytes(notebook)
        else:
            path.mkdir()
            for name, data in scripts.items():
                (path / name).write_bytes(data)
        entries.append((path.stem, [path]))
    return entries


def mixed_batch(course: Course, folder: Path, students: int) -> list[Entry]:
    """The sample class: right answers written in many ways, mistakes, half done and odd files.

    Those that never end are left out: they take what they are allowed to.
    """
    homes = write_class(course, folder, students=students)
    entries = class_at(homes, order=course.slugs, source="plain").entries
    found = [(entry.student, list(entry.parts)) for entry in entries]
    return [entry for entry in found if not _holds(entry[1], b"while True:")]


def _holds(paths: Sequence[Path], text: bytes) -> bool:
    files = (file for path in paths for file in (path.rglob("*.py") if path.is_dir() else [path]))
    return any(text in file.read_bytes() for file in files)


def wall_samples(
    entries: Sequence[Entry], plan: Plan, walls: Sequence[Wall], *, between: Callable[[], object]
) -> list[list[Sample]]:
    """Grade every entry behind every wall; each wall's samples. They and `between` take turns."""
    with ExitStack() as stack:
        graders = [Grader(plan, stack.enter_context(Lane(wall))) for wall in walls]
        return _in_turn(entries, graders, between, block=1)


def samples_in_turn(
    entries: Sequence[Entry], plans: Sequence[Plan], *, between: Callable[[], object] = int
) -> list[list[Sample]]:
    """Grade every entry by every plan in one lane; the samples of each plan.

    The plans take turns, and so does `between`, after each BLOCK of entries: what else the machine
    does falls on all alike. Shorter blocks would empty each other's caches.
    """
    with Lane() as lane:
        return _in_turn(entries, [Grader(plan, lane) for plan in plans], between, block=BLOCK)


def _in_turn(
    entries: Sequence[Entry],
    graders: Sequence[Grader],
    between: Callable[[], object],
    *,
    block: int,
) -> list[list[Sample]]:
    let_children_run()  # as a worker process does
    for entry in entries[:WARM_UP]:
        # The first of each form pays for the start of the lane.
        for grader in graders:
            _grade(entry, grader)
    rounds = []
    for entry in entries:
        rounds.append([_sample(entry, grader) for grader in graders])
        if len(rounds) % block == 0 or len(rounds) == len(entries):
            between()
    return [list(samples) for samples in zip(*rounds, strict=True)]


def _sample(entry: Entry, grader: Grader) -> Sample:
    root = grader.lane.zygote_pid
    assert root is not None
    before = settled_tree_cpu(root, tree_cpu(root))
    cpu_began = time.process_time()
    began, read = _grade(entry, grader)
    ended = time.perf_counter()
    grader_core_s = time.process_time() - cpu_began
    return Sample(
        form=NOTEBOOK if entry[1][0].suffix else SCRIPTS,
        intake_wall_ms=(read - began) * 1000,
        wall_ms=(ended - began) * 1000,
        grader_core_ms=grader_core_s * 1000,
        learner_core_ms=spent_ms(before, settled_tree_cpu(root, before)),
    )


def _grade(entry: Entry, grader: Grader) -> tuple[float, float]:
    """Read and grade an entry; when it began and when it had been read, in seconds.

    Raises RuntimeError when it does not get full points: its times would mean nothing.
    """
    began = time.perf_counter()
    submission = read_submission(*entry)
    read = time.perf_counter()
    result = grader.grade(submission)
    if result.score != result.max_score:
        raise RuntimeError(f"{result.score} of {result.max_score} points: {result}")
    return began, read


def whole_batch(entries: Sequence[Entry], plan: Plan) -> Timing:
    """The batch in one lane, start and end included, by the CPU time of ended processes.

    What single samples might miss, such as the zygote's work between them, is in here.
    """
    cpu_began = cpu_s()
    began = time.perf_counter()
    with Lane() as lane:
        grader = Grader(plan, lane)
        for entry in entries:
            _grade(entry, grader)
    return Timing((time.perf_counter() - began) * 1000, (cpu_s() - cpu_began) * 1000)


@contextmanager
def floor_forks(course: Course, plan: Plan, folder: Path) -> Iterator[Callable[[], Timing]]:
    """A function that makes one bare fork, which runs the scripts and makes the plan's calls."""
    files = {PurePosixPath(name).stem: data.decode() for name, data in solved_files(course).items()}
    calls = tuple(
        wire.CallRequest(place, exercise.slug, function.name, call.args, call.kwargs)
        for exercise in plan.exercises
        for function in exercise.functions
        for place, call in enumerate((*function.calls, *function.sealed))
    )
    work = folder / "work.msgpack"
    work.write_bytes(msgspec.msgpack.encode(Work(files, calls)))
    command = (sys.executable, FLOOR, work)
    with subprocess.Popen(
        command, env=ENVIRONMENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        yield lambda: _one_fork(process)
        process.communicate()


def _one_fork(process: subprocess.Popen[bytes]) -> Timing:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b"\n")
    process.stdin.flush()
    line = process.stdout.readline()
    if not line:
        raise RuntimeError("the bare fork failed; its message stands above")
    fork = msgspec.json.decode(line, type=Fork)
    return Timing(fork.wall_ms, fork.core_ms)
