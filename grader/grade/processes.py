"""Workers that are processes of this machine, each in a lane of its own."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from itertools import islice
from multiprocessing.process import BaseProcess
from pathlib import Path

from grader.grade.pool import AHEAD, WorkerLost
from grader.grade.tasks import Task, TaskGrader, TaskResult, Work
from grader.worker.hardening import die_with_parent


def available_cpus() -> int:
    """Return how many CPUs this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)  # not on macOS and Windows
    return len(affinity(0)) if affinity else os.cpu_count() or 1


class Processes:
    """A number of worker processes, started afresh for each pool."""

    def __init__(self, work: Work, jobs: int) -> None:
        self._work = work
        self._jobs = jobs

    @contextmanager
    def pool(self, *, alone: bool) -> Iterator[_ProcessPool]:
        """Open fresh processes, which end with the block."""
        jobs = 1 if alone else self._jobs
        # Spawned, not forked: forking a process that has threads (a progress bar) may hang.
        context = multiprocessing.get_context("spawn")
        with (
            _shared(self._work) as path,
            ProcessPoolExecutor(jobs, context, initializer=_start, initargs=(path,)) as executor,
        ):
            pool = _ProcessPool(executor, 1 if alone else jobs * AHEAD)
            try:
                yield pool
            except BaseException:
                # A worker that waits for a slow submission must not be waited for.
                pool.kill()
                executor.shutdown(cancel_futures=True)
                raise
            if pool.broken():
                # A process that was starting when another one ended is none that the executor
                # knows to end: it waits for a task, and the executor for it.
                pool.kill()

    def failure(self, task: Task, message: str) -> TaskResult:
        """Return the result of a task that could not be graded."""
        return TaskGrader(self._work).failure(task, message)


class _ProcessPool:
    """Processes that have been started."""

    def __init__(self, executor: ProcessPoolExecutor, room: int) -> None:
        self._executor = executor
        self._room = room

    def room(self) -> int:
        """Return how many tasks may be under way."""
        return self._room

    def next_group(self, tasks: Iterator[Task]) -> list[Task]:
        """Take the next task alone: giving it to a process costs next to nothing."""
        return list(islice(tasks, 1))

    def submit(self, tasks: list[Task]) -> Future[list[TaskResult]]:
        """Give it to a process. WorkerLost when one of them has ended."""
        try:
            return self._executor.submit(_grade_in_worker, tasks)
        except BrokenProcessPool as error:  # pragma: no cover  # it ended since the last result
            raise WorkerLost(str(error)) from None
        except OSError as error:
            # One ended at this moment, and the executor has closed its pipes.
            if self.broken():
                raise WorkerLost(str(error)) from None
            raise  # pragma: no cover  # the system has no process left

    def broken(self) -> bool:
        """Tell whether a process has ended: the executor does not give out tasks any more."""
        # Either may be known first: the executor's own thread waits for its processes, too.
        noticed = bool(self._executor._broken)  # noqa: SLF001
        return noticed or any(process.exitcode is not None for process in self._processes())

    def kill(self) -> None:
        """End all processes, whatever they are doing."""
        for process in self._processes():
            process.kill()

    def _processes(self) -> list[BaseProcess]:
        # Before Python 3.14 an executor has no public way to its processes.
        return list(self._executor._processes.values())  # noqa: SLF001

    def results(self, future: Future[list[TaskResult]]) -> list[TaskResult]:
        """Return the result of the task. WorkerLost when its process has ended."""
        try:
            return future.result()
        except BrokenProcessPool as error:
            raise WorkerLost(str(error)) from None


@contextmanager
def _shared(work: Work) -> Iterator[str]:
    """Write `work` to a file for worker processes to read; yields its name.

    As an argument it would be written into a pipe while a process starts. If that process ended
    before reading all of it, writing more than a pipe holds would never return.
    """
    # The file has no name in any folder, so nothing is left of it however this process ends.
    with open(os.memfd_create("work"), "wb") as file:  # noqa: PTH123  # by its descriptor
        pickle.dump(work, file)
        file.flush()
        yield f"/proc/{os.getpid()}/fd/{file.fileno()}"


_grader_here: TaskGrader | None = None


def _start(path: str) -> None:
    """Prepare a worker process: a lane of its own, kept until the process ends."""
    global _grader_here  # noqa: PLW0603  # a pool's initializer can leave its work nowhere else
    prepare_worker()
    work = pickle.loads(Path(path).read_bytes())  # noqa: S301  # our own, see _shared
    _grader_here = TaskGrader(work)


def prepare_worker() -> None:
    """Let a worker process end with the one that started it, and leave Ctrl-C to that one."""
    # Ctrl-C reaches every process of the terminal; only the first one answers to it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with_parent()
    _exit_if_orphaned()
    let_children_run()


def let_children_run() -> None:
    """Do not push a child aside when its answer wakes this process (Linux).

    Where both share a core, several answers are then read at a time, in place of changing from one
    process to the other and back for each.
    """
    if hasattr(os, "SCHED_BATCH"):  # pragma: no branch  # macOS and Windows
        with suppress(OSError):  # a container may forbid it
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def _exit_if_orphaned() -> None:
    """End this process if the one that started it has ended before it could be told to die."""
    parent = multiprocessing.parent_process()
    if parent is None or os.getppid() != parent.pid:
        os._exit(1)  # pragma: no cover  # a race that is lost once in thousands of kills


def _grade_in_worker(tasks: list[Task]) -> list[TaskResult]:
    assert _grader_here is not None
    return [_grader_here.grade(task) for task in tasks]
