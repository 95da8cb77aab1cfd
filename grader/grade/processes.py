"""Workers that are processes of this machine, each in a lane of its own."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from grader.grade.pool import AHEAD, WorkerLost
from grader.grade.tasks import Task, TaskGrader, TaskResult, Work
from grader.worker.hardening import die_with_parent


def available_cpus() -> int:
    """The CPUs that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1  # pragma: no cover  # macOS and Windows


class Processes:
    """So many worker processes, started for each pool."""

    def __init__(self, work: Work, jobs: int) -> None:
        self._work = work
        self._jobs = jobs

    @contextmanager
    def pool(self, *, alone: bool) -> Iterator[_ProcessPool]:
        """Fresh processes, ended with the block."""
        jobs = 1 if alone else self._jobs
        # Spawned, not forked: forking a process that has threads (a progress bar) may hang.
        context = multiprocessing.get_context("spawn")
        with (
            _laid_out(self._work) as place,
            ProcessPoolExecutor(jobs, context, initializer=_start, initargs=(place,)) as executor,
        ):
            try:
                yield _ProcessPool(executor, 1 if alone else jobs * AHEAD)
            except BaseException:
                # A worker that waits for a slow submission must not be waited for. Before Python
                # 3.14 an executor has no public way to end its processes.
                for process in list(executor._processes.values()):  # noqa: SLF001
                    process.kill()
                executor.shutdown(cancel_futures=True)
                raise

    def failure(self, task: Task, message: str) -> TaskResult:
        """The answer to a task that could not be done."""
        return TaskGrader(self._work).failure(task, message)


class _ProcessPool:
    """Processes that have been started."""

    def __init__(self, executor: ProcessPoolExecutor, room: int) -> None:
        self._executor = executor
        self._room = room

    def room(self) -> int:
        """How many tasks may be under way."""
        return self._room

    def taken(self, tasks: Iterator[Task]) -> list[Task]:
        """The next task: giving it to a process costs next to nothing."""
        return list(islice(tasks, 1))

    def submit(self, tasks: list[Task]) -> Future[list[TaskResult]]:
        """Give it to a process. WorkerLost when one has ended."""
        try:
            return self._executor.submit(_answers_in_worker, tasks)
        except BrokenProcessPool as error:  # pragma: no cover  # since the last answer
            raise WorkerLost(str(error)) from None

    def answers(self, future: Future[list[TaskResult]]) -> list[TaskResult]:
        """What it has come to. WorkerLost when the process has ended."""
        try:
            return future.result()
        except BrokenProcessPool as error:
            raise WorkerLost(str(error)) from None


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


_answerer: TaskGrader | None = None


def _start(place: str) -> None:
    """Prepare a worker process: a lane of its own, kept until the process ends."""
    global _answerer  # noqa: PLW0603  # a pool's initializer can leave its work nowhere else
    # Ctrl-C reaches every process of the terminal; only the first one answers to it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with_parent()
    _exit_if_orphaned()
    work = pickle.loads(Path(place).read_bytes())  # noqa: S301  # our own, see _laid_out
    _answerer = TaskGrader(work)


def _exit_if_orphaned() -> None:
    """End this process if the one that started it has ended before it could be told to die."""
    parent = multiprocessing.parent_process()
    if parent is None or os.getppid() != parent.pid:
        os._exit(1)  # pragma: no cover  # a race that is lost once in thousands of kills


def _answers_in_worker(tasks: list[Task]) -> list[TaskResult]:
    assert _answerer is not None
    return [_answerer.grade(task) for task in tasks]
