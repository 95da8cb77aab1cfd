"""Workers that are processes of a Dask cluster, on any number of machines."""

from __future__ import annotations

import logging
import pickle
import time
import uuid
import warnings
from collections.abc import Iterator, Mapping
from concurrent.futures import CancelledError, Executor, Future
from contextlib import contextmanager, suppress
from typing import Any

from distributed import Client, KilledWorker
from distributed.comm.core import CommClosedError

from grader.course.folder import Course, course_files
from grader.engine.isolation import TIERS, Tier
from grader.engine.launch import Wall
from grader.errors import UsageError
from grader.grade.pool import AHEAD, WorkerLost
from grader.grade.tasks import Task, TaskGrader, TaskResult, Work
from grader.intake.files import Collected
from grader.intake.submission import collect
from grader.plan import Plan
from grader.platforms.cluster import worker as errands
from grader.platforms.cluster.worker import Errand, Runner, Unfit
from grader.platforms.container.archive import archive_of

CONNECT_S = 10.0
# So long nobody is at work before it is told that no worker is there.
NOBODY_S = 30.0
ASK_S = 2.0
# Submissions that go to a worker together: enough that Dask's own work (milliseconds a task) does
# not count, and not more than can be done again when a worker is lost.
GROUP, GROUP_BYTES = 32, 2**20
# But so many groups for each worker, so that all come to an end together.
GROUPS_A_WORKER = 4
# Of submissions that are under way, so many bytes are held here at once.
HELD_BYTES = 256 * 2**20
NO_GRADER = ("ImportError", "ModuleNotFoundError", "AttributeError")
KEPT = "what was graded is kept, and the same command goes on from there"
START = "start one on each machine: dask worker {address} --nworkers auto --nthreads 1"
INSTALL = "install the same everywhere: pip install 'softmax-grader[cluster]=={version}'"


class Cluster:
    """A Dask cluster, asked to do one errand. Use `connected`."""

    def __init__(
        self, client: Client, address: str, course: Course, plan: Plan, *, count: int
    ) -> None:
        self._client = client
        self._address = address
        self.count = count
        self._course = course
        self._plan = plan
        self.wall = Wall()
        self._name = uuid.uuid4().hex
        self._lost = False

    def prepare(self, isolation: str) -> None:
        """Make sure that all workers are alike, choose a wall that all have, tell them the errand.

        UsageError names the workers that are not as they should be.
        """
        self._wait_for_workers()
        versions = errands.versions()
        for address, found in self._asked(errands.versions).items():
            if different := [name for name in versions if found.get(name) != versions[name]]:
                told = errands.difference(versions, found, different)
                raise UsageError(f"the worker {address} is not like this grader: {told}")
        tier = self._chosen(isolation)
        course = archive_of(course_files(self._course.folder))
        errand = Errand(self._name, self._plan, tier, course, versions)
        self._client.register_plugin(Runner(errand))

    def _wait_for_workers(self) -> None:
        deadline = time.monotonic() + NOBODY_S
        while not self._client.nthreads():
            if time.monotonic() > deadline:
                raise UsageError(
                    f"the scheduler at {self._address} has no workers;"
                    f" {START.format(address=self._address)}"
                )
            time.sleep(0.2)

    def _asked(self, question: Any, *args: object) -> Mapping[str, Any]:
        """What each worker answers; UsageError where a worker has no grader to answer with."""
        answers = self._client.run(question, *args, on_error="return")
        for address, found in answers.items():
            if not isinstance(found, Exception):
                continue
            told = repr(found)
            # Dask wraps what is raised where a question cannot even be read.
            if any(name in told for name in NO_GRADER):
                version = errands.versions()["grader"]
                raise UsageError(
                    f"the worker {address} has no grader, or another one ({told});"
                    f" {INSTALL.format(version=version)}"
                )
            # Dask itself failed.
            raise UsageError(f"{address} cannot be asked: {told}")  # pragma: no cover
        return dict(answers)

    def _chosen(self, isolation: str) -> Tier:
        """The tier that is asked for by its name, or the strongest that every worker has."""
        wanted = TIERS[:-1] if isolation == "auto" else tuple(t for t in TIERS if t == isolation)
        failures = []
        for tier in wanted:
            found = self._asked(errands.examination, tier)
            failed = [(where, one) for where, one in found.items() if one.problem]
            if not failed:
                self.wall = next(one.wall for one in found.values())
                return tier
            where, one = failed[0]
            told = f"{where}: {one.problem}; {one.remedy}"
            failures.append(f"  {tier}, on {len(failed)} of {len(found)}: {told}")
        raise UsageError(
            "learners' code cannot be walled off on every worker, so nothing was graded\n"
            + "\n".join(failures)
        )

    @contextmanager
    def pool(self, *, alone: bool) -> Iterator[_ClusterPool]:
        """The workers that there are, also those that come later."""
        executor = self._client.get_executor(pure=False)
        pool = _ClusterPool(self, executor, alone=alone)
        try:
            yield pool
        finally:
            pool.cancel()
            executor.shutdown(wait=False)

    def failure(self, task: Task, message: str) -> TaskResult:
        """The answer to a task that could not be done."""
        return TaskGrader(Work(self._plan, self.wall)).failure(task, message)

    def processes(self) -> int:
        """How many worker processes there are. UsageError when the scheduler does not answer."""
        try:
            return len(self._client.nthreads())
        # It was lost at this very moment.
        except (OSError, CommClosedError, ValueError, RuntimeError) as error:  # pragma: no cover
            raise self.lost() from error

    def submit(self, executor: Executor, tasks: list[Task]) -> Future[bytes]:
        """Give tasks to a worker, which answers as `errands.answers` does."""
        return executor.submit(errands.results_of, self._name, pickle.dumps(tasks))

    def lost(self) -> UsageError:
        """The scheduler is gone."""
        self._lost = True
        return UsageError(f"the scheduler at {self._address} was lost; start it again; {KEPT}")

    def nobody(self) -> UsageError:
        """There are no workers any more."""
        return UsageError(
            f"no worker is left at {self._address}; {START.format(address=self._address)}; {KEPT}"
        )

    def close(self) -> None:
        """Let the workers forget the errand."""
        if not self._lost:
            with suppress(Exception):  # it is gone since
                self._client.unregister_worker_plugin(f"softmax-grader-{self._name}")


class _ClusterPool:
    """The workers of a cluster, while they are given tasks."""

    def __init__(self, cluster: Cluster, executor: Executor, *, alone: bool) -> None:
        self._cluster = cluster
        self._executor = executor
        self._alone = alone
        self._held: dict[Future[bytes], int] = {}
        self._processes = 0
        self._group = 1
        self._somebody = time.monotonic()
        self._next_ask = 0.0

    def room(self) -> int:
        """How many groups may be under way: by the workers that there are, and by their bytes."""
        now = time.monotonic()
        if now >= self._next_ask:
            self._processes = self._cluster.processes()
            self._next_ask = now + ASK_S
            share = self._cluster.count // (GROUPS_A_WORKER * max(1, self._processes))
            self._group = 1 if self._alone else max(1, min(GROUP, share))
            if self._processes:
                self._somebody = now
            elif now - self._somebody > NOBODY_S:
                raise self._cluster.nobody()
        if self._alone:
            return 1
        full = sum(self._held.values()) > HELD_BYTES
        return len(self._held) if full else self._processes * AHEAD

    def next_group(self, tasks: Iterator[Task]) -> list[Task]:
        """Some submissions, read here: a worker need not see the same files."""
        group: list[Task] = []
        size = 0
        for task in tasks:
            read = _read(task)
            group.append(read)
            size += _bytes_of(read)
            if len(group) >= self._group or size > GROUP_BYTES:
                break
        return group

    def submit(self, tasks: list[Task]) -> Future[bytes]:
        """Give them to a worker."""
        future = self._cluster.submit(self._executor, tasks)
        self._held[future] = sum(map(_bytes_of, tasks))
        return future

    def results(self, future: Future[bytes]) -> list[TaskResult]:
        """What it has come to. WorkerLost when workers have ended over it, again and again."""
        del self._held[future]
        try:
            return list(pickle.loads(future.result()))  # noqa: S301  # as Dask itself does
        except KilledWorker as error:
            raise WorkerLost(str(error)) from None
        except CancelledError:
            raise self._cluster.lost() from None
        except (Unfit, ImportError, AttributeError) as error:
            # One that has come later; those that were there at first have been asked.
            raise UsageError(f"a worker cannot grade: {error}; {KEPT}") from None

    def cancel(self) -> None:
        """Let what is under way not be begun."""
        for future in self._held:
            future.cancel()


def _read(task: Task) -> Task:
    """A task that carries what was handed in."""
    if isinstance(task.paths, Collected):
        return task
    try:
        return task._replace(paths=collect(task.paths))
    # Whoever is to answer it will say why it cannot be read.
    except Exception:  # noqa: BLE001  # pragma: no cover  # gone at this moment
        return task


def _bytes_of(task: Task) -> int:
    return sum(map(len, task.paths.files.values())) if isinstance(task.paths, Collected) else 0


@contextmanager
def connected(
    address: str, course: Course, plan: Plan, *, isolation: str, count: int
) -> Iterator[Cluster]:
    """A cluster whose workers are ready to grade `count` submissions, until the block ends.

    UsageError when there is no scheduler at `address`, or no fit worker.
    """
    for name in logging.root.manager.loggerDict:
        # What it would tell of lost connections is told in a sentence of ours.
        if name.partition(".")[0] in {"distributed", "tornado"}:
            logging.getLogger(name).setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", message="Sending large graph")
    try:
        client = Client(address, timeout=CONNECT_S, set_as_default=False, name="softmax-grader")
    except (OSError, ValueError, ImportError) as error:
        raise UsageError(
            f"no Dask scheduler answers at {address} ({error}); start one with `dask scheduler` and"
            " name the address that it prints"
        ) from error
    with client:
        cluster = Cluster(client, address, course, plan, count=count)
        try:
            cluster.prepare(isolation)
            yield cluster
        finally:
            cluster.close()
