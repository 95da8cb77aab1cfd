"""Grade many submissions at once, each worker process in a lane of its own.

`answer` grades one submission; what maps it is an executor. Here that is a pool of processes.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from grader.following import FollowThrough
from grader.grading import VERSIONS, Grader, Report
from grader.handed import Part
from grader.intake import read_submission
from grader.keys import Keys, keys_of
from grader.launch import Wall
from grader.model import Submission, Verdict
from grader.plan import Plan
from grader.portable import lane_for
from grader.store import Graded, Known
from grader.worker.hardening import die_with_parent

# So many submissions a worker are under way: enough that none waits for work, and few to do again
# when a worker process is lost.
AHEAD = 2
POLL_S = 0.1
LOST_TWICE = "a worker process was ended while it graded this, twice"


class Task(NamedTuple):
    """A student, where their files are, and what is stored of them."""

    student: str
    paths: Sequence[Part]
    known: Known | None = None
    notes: tuple[str, ...] = ()


class Work(NamedTuple):
    """What every worker process is told: by which plan, behind which wall, by whose formulas."""

    plan: Plan
    wall: Wall
    course: Path | None = None


class Answer(NamedTuple):
    """What was graded of a student's submission; None: nothing, since all that is stored holds."""

    student: str
    graded: Graded | None


def available_cpus() -> int:
    """The CPUs that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1  # pragma: no cover  # macOS and Windows


def grade_all(
    tasks: Iterable[Task], work: Work, *, jobs: int, stopped: Callable[[], bool] = lambda: False
) -> Generator[Answer, None, None]:
    """The answer to every task, in the order they are done; tasks are taken when there is room.

    Raises KeyboardInterrupt, without waiting for what is under way, soon after `stopped()` is true.
    """
    tasks = iter(tasks)
    with _laid_out(work) as place:
        while suspects := (yield from _pooled(tasks, place, jobs, jobs * AHEAD, stopped)):
            # A worker process was lost, and with it what was under way: once more, one by one, so
            # that a submission that does this to its worker does it to nobody else.
            alone = iter(suspects)
            while guilty := (yield from _pooled(alone, place, 1, 1, stopped)):
                for task in guilty:
                    yield failed(task, Grader(work.plan, lane_for(work.wall)), LOST_TWICE)


@contextmanager
def _laid_out(work: Work) -> Iterator[str]:
    """The name of a file with `work`, for worker processes to read while the block lasts.

    Given as an argument, it would be written into a pipe while a process starts; if that process
    ends before it has read all, writing more than a pipe holds never comes to an end.
    """
    data = pickle.dumps(work)
    if not hasattr(os, "memfd_create"):  # pragma: no cover  # macOS and Windows
        with tempfile.TemporaryDirectory(prefix="grader-") as folder:
            path = Path(folder) / "work"
            path.write_bytes(data)
            yield str(path)
        return
    # It has no name of its own, so nothing is left of it however this process ends.
    with open(os.memfd_create("work"), "wb") as file:  # noqa: PTH123  # by its descriptor
        file.write(data)
        file.flush()
        yield f"/proc/{os.getpid()}/fd/{file.fileno()}"


def _pooled(
    tasks: Iterator[Task], place: str, jobs: int, at_once: int, stopped: Callable[[], bool]
) -> Generator[Answer, None, list[Task]]:
    """Answers until all are there or a worker process is lost; then the tasks that were under way.

    `at_once` tasks are under way, or fewer. Returns an empty list when all tasks are done.
    """
    # Spawned, not forked: forking a process that has threads (a progress bar) may hang.
    context = multiprocessing.get_context("spawn")
    under_way: dict[Future[Answer], Task] = {}
    suspects: list[Task] = []
    with ProcessPoolExecutor(jobs, context, initializer=_start, initargs=(place,)) as pool:
        try:
            while True:
                room = 0 if suspects else at_once - len(under_way)
                for task in islice(tasks, room):
                    try:
                        under_way[pool.submit(_answer_in_worker, task)] = task
                    except BrokenProcessPool:  # pragma: no cover  # lost since the last answer
                        suspects.append(task)
                        break
                if not under_way:
                    return suspects
                done, _ = wait(under_way, timeout=POLL_S, return_when=FIRST_COMPLETED)
                if stopped():
                    raise KeyboardInterrupt  # noqa: TRY301  # ended as by a Ctrl-C elsewhere
                for future in done:
                    task = under_way.pop(future)
                    try:
                        answer = future.result()
                    except BrokenProcessPool:
                        suspects.append(task)
                    else:
                        yield answer
        except BaseException:
            # A worker that waits for a slow submission must not be waited for. Before Python 3.14
            # an executor has no public way to end its processes.
            for process in list(pool._processes.values()):  # noqa: SLF001
                process.kill()
            pool.shutdown(cancel_futures=True)
            raise


class _Worker:
    """What a worker process keeps from one submission to the next."""

    def __init__(self, work: Work) -> None:
        self.grader = Grader(work.plan, lane_for(work.wall), _follow(work))
        self.keys = keys_of(work.plan, isolation=work.wall.tier, versions=VERSIONS)


def _follow(work: Work) -> FollowThrough | None:
    return None if work.course is None else FollowThrough(work.course)


_worker: _Worker | None = None


def _start(place: str) -> None:
    """Prepare a worker process: a lane of its own, kept until the process ends."""
    global _worker  # noqa: PLW0603  # a pool's initializer can leave its work nowhere else
    # Ctrl-C reaches every process of the terminal; only the first one answers to it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with_parent()
    _exit_if_orphaned()
    _worker = _Worker(pickle.loads(Path(place).read_bytes()))  # noqa: S301  # our own, see _laid_out


def _exit_if_orphaned() -> None:
    """End this process if the one that started it has ended before it could be told to die."""
    parent = multiprocessing.parent_process()
    if parent is None or os.getppid() != parent.pid:
        os._exit(1)  # pragma: no cover  # a race that is lost once in thousands of kills


def _answer_in_worker(task: Task) -> Answer:
    assert _worker is not None
    return answer(task, _worker.grader, _worker.keys)


def answer(task: Task, grader: Grader, keys: Keys) -> Answer:
    """Read one submission and grade those of its functions whose stored results do not hold."""
    try:
        submission = read_submission(
            task.student, task.paths, order=grader.plan.slugs, notes=task.notes
        )
    except Exception as error:  # noqa: BLE001  # reading failed in a way that is not the learner's
        return failed(task, grader, f"reading failed: {error!r}")
    keys = keys.of_submission(submission.handed)
    stale = stale_functions(keys, task.known, submission.handed)
    if not stale:
        return Answer(task.student, None)
    report = reported(submission, grader, stale)
    if report.together and len(stale) < len(keys.functions):
        report = reported(submission, grader, list(keys.functions))
    graded = Graded(
        report.result, submission.handed, keys.plan, _kept_by(report, keys), report.notes
    )
    return Answer(task.student, graded)


def failed(task: Task, grader: Grader, message: str) -> Answer:
    """The answer when the grader could not grade a submission at all."""
    result = grader.failure(Submission(task.student), message)
    notes = tuple(("", note) for note in result.notes)
    return Answer(task.student, Graded(result, handed=b"", plan=b"", keys={}, notes=notes))


def stale_functions(keys: Keys, known: Known | None, handed: bytes) -> list[str]:
    """The functions that are to be graded: those without a stored result that still holds."""
    if known is None or known.handed != handed:
        return list(keys.functions)
    if known.plan == keys.plan:
        return [name for name in keys.functions if known.functions.get(name) is None]
    return [name for name, key in keys.functions.items() if known.functions.get(name) != key]


def reported(submission: Submission, grader: Grader, functions: list[str]) -> Report:
    """The report on these functions; a second one if the zygote was lost during the first.

    That may not have been their doing; if it is lost again, it is taken for their doing.
    """
    losses = grader.lane.losses
    report = grader.report(submission, only=functions)
    return grader.report(submission, only=functions) if grader.lane.losses > losses else report


def _kept_by(report: Report, keys: Keys) -> dict[str, bytes]:
    """The key of each graded function, where the grader did not fail.

    Of functions that depend on each other the key is that of the whole plan: they hold together.
    """
    return {
        function.function: keys.plan if report.together else keys.functions[function.function]
        for function in report.result.functions
        if function.verdict is not Verdict.GRADER_ERROR
    }
