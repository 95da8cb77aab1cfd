"""Grade many submissions at once, by whatever workers there are: processes here, or a cluster."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import AbstractContextManager
from typing import Any, Protocol

from grader.grade.tasks import LOST_TWICE, Task, TaskResult

# So many tasks a worker are under way: enough that none waits for work, and few to do again when a
# worker is lost.
AHEAD = 2
POLL_S = 0.1


class WorkerLost(Exception):  # noqa: N818  # a fact about a worker, not an error of ours
    """A worker has ended while it was at work; nothing is known of what it was given."""


class Pool(Protocol):
    """Workers that are ready."""

    def room(self) -> int:
        """How many groups of tasks may be under way now."""

    def taken(self, tasks: Iterator[Task]) -> list[Task]:
        """The tasks that are to be given to a worker together, taken from `tasks`."""

    def submit(self, tasks: list[Task]) -> Future[Any]:
        """Give them to a worker. WorkerLost where none takes them."""

    def answers(self, future: Future[Any]) -> list[TaskResult]:
        """What it has come to. WorkerLost when its worker has ended."""


class Workers(Protocol):
    """Where tasks are done."""

    def pool(self, *, alone: bool) -> AbstractContextManager[Pool]:
        """Workers, until the block ends; `alone`: one task at a time is under way.

        When the block is left by an error, what is under way is not waited for.
        """

    def failure(self, task: Task, message: str) -> TaskResult:
        """The answer to a task that could not be done."""


def grade_all(
    tasks: Iterable[Task], workers: Workers, *, stopped: Callable[[], bool] = lambda: False
) -> Generator[list[TaskResult], None, None]:
    """The answers to all tasks, as they are done, in groups; tasks are taken when there is room.

    Raises KeyboardInterrupt, without waiting for what is under way, soon after `stopped()` is true.
    """
    tasks = iter(tasks)
    while suspects := (yield from _pooled(tasks, workers, stopped, alone=False)):
        # A worker was lost, and with it what was under way: once more, one by one, so that a
        # submission that does this to its worker does it to nobody else.
        alone = iter(suspects)
        while guilty := (yield from _pooled(alone, workers, stopped, alone=True)):
            for task in guilty:
                yield [workers.failure(task, LOST_TWICE)]


def _pooled(
    tasks: Iterator[Task], workers: Workers, stopped: Callable[[], bool], *, alone: bool
) -> Generator[list[TaskResult], None, list[Task]]:
    """Answers until all are there or a worker is lost; then the tasks that were under way.

    Returns an empty list when all tasks are done.
    """
    under_way: dict[Future[Any], list[Task]] = {}
    suspects: list[Task] = []
    with workers.pool(alone=alone) as pool:
        while True:
            while not suspects and len(under_way) < pool.room() and (group := pool.taken(tasks)):
                try:
                    under_way[pool.submit(group)] = group
                except WorkerLost:  # pragma: no cover  # since the last answer
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
                    answers = pool.answers(future)
                except WorkerLost:
                    suspects += group
                    continue
                # A cluster keeps (and makes again) what somebody still refers to.
                del future
                yield answers
