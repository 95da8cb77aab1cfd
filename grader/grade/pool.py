"""Grade many submissions at once, by whatever workers there are: processes here, or a cluster."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import AbstractContextManager
from itertools import chain
from typing import Any, Protocol

from grader.grade.tasks import LOST_TWICE, Task, TaskResult

# Tasks under way for each worker: enough that none waits for work, few to grade again when one is
# lost.
AHEAD = 2
POLL_S = 0.1


class WorkerLost(Exception):  # noqa: N818  # a fact about a worker, not an error of ours
    """A worker ended while it was at work; nothing is known of the tasks it had."""


class Pool(Protocol):
    """Workers that are ready to take tasks."""

    def room(self) -> int:
        """Return how many groups of tasks may be under way now."""

    def next_group(self, tasks: Iterator[Task]) -> list[Task]:
        """Take from `tasks` those that go to one worker together."""

    def submit(self, tasks: list[Task]) -> Future[Any]:
        """Give a group to a worker. WorkerLost when none takes it."""

    def results(self, future: Future[Any]) -> list[TaskResult]:
        """Return the results of a group. WorkerLost when its worker has ended."""

    def broken(self) -> bool:
        """Tell whether workers ended so that no task under way may ever come back."""


class Workers(Protocol):
    """Where tasks are graded: processes of this machine, or a cluster."""

    def pool(self, *, alone: bool) -> AbstractContextManager[Pool]:
        """Open workers for a block; with `alone` only one task at a time is under way.

        When the block ends with an error, tasks under way are not waited for.
        """

    def failure(self, task: Task, message: str) -> TaskResult:
        """Return the result of a task that could not be graded."""


def grade_all(
    tasks: Iterable[Task], workers: Workers, *, stopped: Callable[[], bool] = lambda: False
) -> Generator[list[TaskResult], None, None]:
    """Yield the results of all tasks in groups, as they come; tasks are taken when there is room.

    Raises KeyboardInterrupt soon after `stopped()` is true, without waiting for tasks under way.
    """
    tasks = iter(tasks)
    while suspects := (yield from _pooled(tasks, workers, stopped, alone=False)):
        # A worker was lost, and all tasks under way with it. They are graded once more, one by one,
        # so that a submission that ends its worker takes no other submission with it.
        alone = iter(suspects)
        while guilty := (yield from _pooled(alone, workers, stopped, alone=True)):
            for task in guilty:
                yield [workers.failure(task, LOST_TWICE)]


def _pooled(
    tasks: Iterator[Task], workers: Workers, stopped: Callable[[], bool], *, alone: bool
) -> Generator[list[TaskResult], None, list[Task]]:
    """Yield results until all are there or a worker is lost; return the tasks then under way.

    The returned list is empty when all tasks are done.
    """
    under_way: dict[Future[Any], list[Task]] = {}
    suspects: list[Task] = []
    with workers.pool(alone=alone) as pool:
        while True:
            while (
                not suspects and len(under_way) < pool.room() and (group := pool.next_group(tasks))
            ):
                try:
                    under_way[pool.submit(group)] = group
                except WorkerLost:
                    suspects += group
            if not under_way:
                return suspects
            done, _ = wait(under_way, timeout=POLL_S, return_when=FIRST_COMPLETED)
            if stopped():
                raise KeyboardInterrupt
            while done:
                future = done.pop()
                group = under_way.pop(future)
                try:
                    results = pool.results(future)
                except WorkerLost:
                    suspects += group
                    continue
                # A cluster keeps a result, and computes it again, as long as somebody refers to it.
                del future
                yield results
            if pool.broken():
                return [*suspects, *chain.from_iterable(under_way.values())]
