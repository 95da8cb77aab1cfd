"""Grade many submissions at once, each worker process in a lane of its own."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from grader.grading import Grader
from grader.intake import read_submission
from grader.launch import Wall
from grader.model import Submission, SubmissionResult
from grader.plan import Plan
from grader.sandbox import Lane
from grader.worker.hardening import die_with_parent

Entry = tuple[str, list[Path]]


def available_cpus() -> int:
    """The CPUs that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1  # pragma: no cover  # macOS and Windows


def grade_all(
    entries: Sequence[Entry], plan: Plan, *, jobs: int, wall: Wall
) -> Iterator[SubmissionResult]:
    """The result of every entry (student, their files and folders), in the order they are done."""
    left = list(entries)
    for entry, result in _pooled(entries, plan, wall, jobs=min(jobs, len(entries))):
        left.remove(entry)
        yield result
    # A worker process was lost, and with it whatever was under way: once more, one by one, so that
    # a submission that does this to its worker does it to nobody else.
    for entry in left:
        results = [result for _entry, result in _pooled([entry], plan, wall, jobs=1)]
        message = "a worker process was ended while it graded this, twice"
        yield from results or [Grader(plan, Lane(wall)).failure(Submission(entry[0]), message)]


def _pooled(
    entries: Sequence[Entry], plan: Plan, wall: Wall, *, jobs: int
) -> Iterator[tuple[Entry, SubmissionResult]]:
    """Results until all are there or a worker process is lost."""
    # Spawned, not forked: forking a process that has threads (a progress bar) may hang.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, context, initializer=_start, initargs=(plan, wall)) as pool:
        try:
            futures = {pool.submit(_grade_in_worker, entry): entry for entry in entries}
            for future in as_completed(futures):
                yield futures[future], future.result()
        except BrokenProcessPool:
            return
        except BaseException:
            # Ctrl-C: a worker that waits for a slow submission must not be waited for. Before
            # Python 3.14 an executor has no public way to end its processes.
            for process in list(pool._processes.values()):  # noqa: SLF001
                process.kill()
            pool.shutdown(cancel_futures=True)
            raise


_grader: Grader | None = None


def _start(plan: Plan, wall: Wall) -> None:
    """Prepare a worker process: a lane of its own, kept until the process ends."""
    # A worker waits for work for ever, also when the grader that would give it was killed.
    die_with_parent()
    global _grader  # noqa: PLW0603  # a pool's initializer can leave its work nowhere else
    # Ctrl-C reaches every process of the terminal; only the first one answers to it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _grader = Grader(plan, Lane(wall))


def _grade_in_worker(entry: Entry) -> SubmissionResult:
    assert _grader is not None
    return _grade(entry, _grader)


def _grade(entry: Entry, grader: Grader) -> SubmissionResult:
    student, paths = entry
    try:
        submission = read_submission(student, paths, order=grader.plan.slugs)
    except Exception as error:  # noqa: BLE001  # reading failed in a way that is not the learner's
        return grader.failure(Submission(student), f"reading failed: {error!r}")
    return grader.grade(submission)
