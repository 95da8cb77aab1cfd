"""What many submissions cost on a Dask cluster: a simulation, and a model made of its figures.

Starts a scheduler and worker processes on this machine's loopback. Real submissions of a sample
class are graded first, for what one costs. Then workers answer with those results at once, so that
all else is measured by itself: reading, sending, scheduling, answering, storing, reporting.

    python benchmarks/speed/scale.py [--submissions 10000] [--workers 2]

Exit code: 1 when fewer than RESULTS_PER_S results a second go through Dask into SQLite.
"""

from __future__ import annotations

import argparse
import io
import os
import pickle
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import cloudpickle
from rich.console import Console

from grader.course.folder import course_of
from grader.course.planning import plan_of
from grader.course.sample import write_class
from grader.course.sealing import FIXED_SEED, with_sealed
from grader.engine.isolation import strongest
from grader.grade.fingerprints import fingerprints_of
from grader.grade.pool import grade_all
from grader.grade.run import ClassRun
from grader.grade.tasks import Task, TaskGrader, TaskResult, Work
from grader.intake.people import ClassSubmissions, Entry
from grader.intake.recognise import class_at
from grader.intake.submission import collect
from grader.plan import Plan
from grader.platforms.cluster import workers
from grader.results.rows import EncodedResult
from grader.results.store import Store

ROOT = Path(__file__).resolve().parents[2]
RESULTS_PER_S = 2000
SAMPLE = 24
EXERCISE = "ex01_softmax"
SOFTMAX = """import numpy as np
def softmax(Z):
    E = np.exp(Z - Z.max(axis=0, keepdims=True))
    return E / E.sum(axis=0, keepdims=True)
"""
CLASSES = (10**3, 10**5, 10**7)
# Network that a machine can count on, in bytes a second: a gigabit, a tenth of it left to others.
NETWORK = 112e6
HOUR = 3600.0


class Figures(NamedTuple):
    """What was measured, of one submission each: seconds, or bytes."""

    core_s: float
    sent: float
    answered: float
    stored_s: float
    stored: float
    through_s: float
    through_stored_s: float
    client_s: float
    scheduler_s: float
    reported_s: float
    reported: float


def main() -> None:
    """Measure, print, and say what larger classes would cost."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--submissions", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    course = course_of(ROOT / "solutions")
    whole = with_sealed(plan_of(course, mistakes=True), course, FIXED_SEED)
    one = with_sealed(plan_of(course, only=(EXERCISE,), mistakes=True), course, FIXED_SEED)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        classes = {
            "a script of one exercise": (scripts(folder / "scripts"), one),
            "all exercises, as files or notebooks": (
                write_class(course, folder / "class", students=SAMPLE),
                whole,
            ),
        }
        measured = {
            kind: figures_of(submissions, plan, folder / f"run{number}", options)
            for number, (kind, (submissions, plan)) in enumerate(classes.items())
        }
    print(
        f"{options.submissions} submissions through {options.workers} worker processes, of one:\n"
    )
    print_figures(measured)
    for kind, figures in measured.items():
        print(f"\n## {kind}\n")
        print_model(figures)
    rate = 1 / next(iter(measured.values())).through_stored_s
    print(
        f"\nsmall ones through Dask into SQLite: {rate:.0f} results a second"
        f" (at least {RESULTS_PER_S}): {'yes' if rate >= RESULTS_PER_S else 'no'}"
    )
    sys.exit(rate < RESULTS_PER_S)


def scripts(folder: Path) -> Path:
    """A class that has handed in one small file each."""
    folder.mkdir()
    for number in range(SAMPLE):
        (folder / f"s{number}.py").write_text(SOFTMAX)
    return folder


def figures_of(submissions: Path, plan: Plan, folder: Path, options: argparse.Namespace) -> Figures:
    """The figures of one kind of class."""
    folder.mkdir()
    taken = class_at(submissions, order=plan.slugs, source="plain")
    core_s, answers = sample(taken, Work(plan, strongest()))
    (folder / "answers").write_bytes(pickle.dumps(answers))
    entries = [
        taken.entries[number % SAMPLE]._replace(student=f"s{number:07}")
        for number in range(options.submissions)
    ]
    with cluster_of(folder, options.workers) as (address, scheduler):
        return simulated(entries, answers, plan, folder, address, scheduler, core_s=core_s)


def sample(taken: ClassSubmissions, work: Work) -> tuple[float, list[TaskResult]]:
    """Seconds of one core for a real submission (the grader's and its children's), the answers."""
    answerer = TaskGrader(work)
    answerer.grade(Task(*taken.entries[0][:2]))
    began = cpu_s()
    answers = [answerer.grade(Task(entry.student, entry.parts)) for entry in taken.entries]
    answerer.close()
    return (cpu_s() - began) / len(answers), answers


def cpu_s() -> float:
    """CPU time of this process, and of those it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


@contextmanager
def cluster_of(folder: Path, count: int) -> Iterator[tuple[str, int]]:
    """The address of a scheduler with so many worker processes, and its process's number."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    dask = [sys.executable, "-m", "dask"]
    quiet = ["--no-dashboard", "--host", "127.0.0.1"]
    env = os.environ | {"SCALE_ANSWERS": str(folder / "answers")}
    with (folder / "log").open("wb") as log:
        scheduler = subprocess.Popen(
            [*dask, "scheduler", "--port", str(port), *quiet], stdout=log, stderr=log
        )
        started = [scheduler]
        try:
            started += [
                subprocess.Popen(
                    [
                        *dask, "worker", address, "--nthreads", "1", "--no-nanny", *quiet,
                        "--local-directory", str(folder / f"scratch{number}"),
                    ],
                    stdout=log, stderr=log, env=env,
                )
                for number in range(count)
            ]  # fmt: skip
            yield address, scheduler.pid
        finally:
            for process in reversed(started):
                process.terminate()
                process.wait()


def stub(packed: bytes) -> bytes:
    """Answers that were made before; runs in the workers, to which it is sent by value."""
    import os
    import pickle
    from pathlib import Path

    kept = globals().setdefault("_kept", [])
    if not kept:
        kept += pickle.loads(Path(os.environ["SCALE_ANSWERS"]).read_bytes())  # noqa: S301  # ours
    tasks = pickle.loads(packed)  # noqa: S301  # likewise
    return pickle.dumps(
        [kept[int(task.student[1:]) % len(kept)]._replace(student=task.student) for task in tasks]
    )


class Stubbed(workers.Cluster):
    """A cluster whose workers grade nothing."""

    def submit(self, executor: Executor, tasks: list[Task]) -> Future[bytes]:
        """Give tasks to a worker."""
        return executor.submit(stub, pickle.dumps(tasks))


class Times(NamedTuple):
    """Seconds that a class took: through Dask alone, into a store as well, and its reports."""

    through_s: float
    client_s: float
    scheduler_s: float
    through_stored_s: float
    reported_s: float


def timed_class(
    entries: list[Entry], plan: Plan, folder: Path, cluster: Stubbed, scheduler: int
) -> Times:
    """Grade a class in no time, in three ways; the last one's files are in `folder`/whole."""

    def through() -> None:
        for _ in grade_all((Task(e.student, e.parts) for e in entries), cluster):
            pass

    through()  # imports, connections
    before = process_s(scheduler)
    through_s, client_s = timed(through)
    scheduler_s = process_s(scheduler) - before
    out = folder / "out"
    out.mkdir()
    with Store(out) as store:
        prints = fingerprints_of(plan, isolation="", versions={})
        store.begin(plan, prints.plan, prints.prices, regrade=False)

        def into_store() -> None:
            tasks = (Task(e.student, e.parts, store.fingerprints(e.student)) for e in entries)
            for group in grade_all(tasks, cluster):
                store.keep(group)

        through_stored_s, _ = timed(into_store)
    began = time.perf_counter()
    with Console(file=io.StringIO()) as quiet:
        submissions = ClassSubmissions(entries)
        ClassRun(folder / "whole", submissions, plan, cluster, cluster.wall, quiet, quiet).grade()
    reported_s = time.perf_counter() - began - through_stored_s
    return Times(through_s, client_s, scheduler_s, through_stored_s, reported_s)


def simulated(
    entries: list[Entry],
    answers: list[TaskResult],
    plan: Plan,
    folder: Path,
    address: str,
    scheduler: int,
    *,
    core_s: float,
) -> Figures:
    """The figures of a class that is graded in no time."""
    cloudpickle.register_pickle_by_value(sys.modules["__main__"])
    workers.Cluster = Stubbed
    count = len(entries)
    groups = [
        [Task(e.student, collect(e.parts)) for e in entries[n : n + workers.GROUP]]
        for n in range(0, SAMPLE, workers.GROUP)
    ]
    with workers.connected(address, plan, isolation="auto", count=count) as cluster:
        times = timed_class(entries, plan, folder, cluster, scheduler)
    stored_s, stored = stored_alone(answers, plan, folder / "alone", count)
    files = (folder / "whole").rglob("*")
    reported = sum(p.stat().st_size for p in files if p.is_file()) - stored * count
    return Figures(
        core_s=core_s,
        sent=sum(len(pickle.dumps(group)) for group in groups) / SAMPLE,
        answered=len(pickle.dumps(answers)) / len(answers),
        stored_s=stored_s / count,
        stored=stored,
        through_s=times.through_s / count,
        through_stored_s=times.through_stored_s / count,
        client_s=times.client_s / count,
        scheduler_s=times.scheduler_s / count,
        reported_s=times.reported_s / count,
        reported=reported / count,
    )


def stored_alone(
    answers: list[TaskResult], plan: Plan, folder: Path, count: int
) -> tuple[float, float]:
    """Seconds to store so many results, with nothing else at work, and bytes for each."""
    folder.mkdir()
    with Store(folder) as store:
        prints = fingerprints_of(plan, isolation="", versions={})
        store.begin(plan, prints.plan, prints.prices, regrade=False)
        graded: list[EncodedResult] = [answer.graded for answer in answers if answer.graded]

        def keep() -> None:
            for start in range(0, count, workers.GROUP):
                store.keep(
                    (f"s{number:07}", graded[number % len(graded)])
                    for number in range(start, min(start + workers.GROUP, count))
                )

        seconds, _ = timed(keep)
    return seconds, sum(path.stat().st_size for path in folder.iterdir()) / count


def timed(action: Callable[[], None]) -> tuple[float, float]:
    """How many seconds an action takes, and how many of a core in this process."""
    began, used = time.perf_counter(), time.process_time()
    action()
    return time.perf_counter() - began, time.process_time() - used


def process_s(pid: int) -> float:
    """CPU time of another process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def print_figures(measured: dict[str, Figures]) -> None:
    """What was measured."""
    print(f"| | {' | '.join(measured)} |\n| --- |{' --- |' * len(measured)}")
    for name, unit, factor, digits in (
        ("core_s: graded for real, of one core", "ms", 1e3, 0),
        ("sent: to a worker", "kB", 1e-3, 1),
        ("answered: to this process", "kB", 1e-3, 1),
        ("through_s: through Dask, nothing stored", "µs", 1e6, 0),
        ("client_s: of that, this process, of one core", "µs", 1e6, 0),
        ("scheduler_s: of that, the scheduler, of one core", "µs", 1e6, 0),
        ("stored_s: stored, nothing else", "µs", 1e6, 0),
        ("stored: in SQLite", "kB", 1e-3, 1),
        ("through_stored_s: through Dask into SQLite", "µs", 1e6, 0),
        ("reported_s: all files and pages", "ms", 1e3, 1),
        ("reported: in files and pages", "kB", 1e-3, 1),
    ):
        field, _, told = name.partition(": ")
        values = [getattr(figures, field) * factor for figures in measured.values()]
        print(f"| {told} | {' | '.join(f'{value:.{digits}f} {unit}' for value in values)} |")


def print_model(figures: Figures) -> None:
    """What classes of other sizes cost, and what bounds them."""
    print("\n| submissions | core-hours | cores for an hour | bound by this process | network |"
          " SQLite | pages | their size |\n|" + " --- |" * 8)  # fmt: skip
    for count in CLASSES:
        core_h = count * figures.core_s / HOUR
        network_s = count * (figures.sent + figures.answered) / NETWORK
        print(
            f"| {count:.0e} | {core_h:,.2f} | {max(1, core_h):,.0f} |"
            f" {span(count * figures.through_stored_s)} | {span(network_s)} |"
            f" {count * figures.stored / 1e9:,.2f} GB | {span(count * figures.reported_s)} |"
            f" {count * figures.reported / 1e9:,.1f} GB |"
        )
    busy = figures.core_s / figures.through_stored_s
    print(f"\nworker cores that this process keeps busy: {busy:.0f}")


def span(seconds: float) -> str:
    """A time in the unit that suits it."""
    for unit, size in (("h", HOUR), ("min", 60.0)):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.1f} s"


if __name__ == "__main__":
    main()
