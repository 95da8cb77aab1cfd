"""Grade a class in the worker processes of a Dask cluster, on any number of machines."""

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

from grader.engine.isolation import TIERS, Tier
from grader.engine.launch import Wall
from grader.errors import UsageError
from grader.grade.pool import AHEAD, WorkerLost
from grader.grade.tasks import Task, TaskGrader, TaskResult, Work
from grader.intake.submission import collect
from grader.plan import Plan
from grader.platforms.cluster import worker as errands
from grader.platforms.cluster.worker import Errand, Runner, Unfit
from grader.worker.files import Collected

CONNECT_S = 10.0
# Seconds without any worker before the run ends with an error.
NOBODY_S = 30.0
# Seconds between two looks at how many workers there are.
ASK_S = 2.0
# The most submissions, and bytes of these, that go to a worker together: enough that Dask's
# overhead (milliseconds a task) does not matter, few enough to repeat when a worker is lost.
GROUP, GROUP_BYTES = 32, 2**20
# The least groups for each worker, so that all finish at about the same time.
GROUPS_A_WORKER = 4
# The most bytes of submissions under way that are held here.
HELD_BYTES = 256 * 2**20
NO_GRADER = ("ImportError", "ModuleNotFoundError", "AttributeError")
KEPT = "finished results are kept; run the same command again to continue"
START = "start one on each machine: dask worker {address} --nworkers auto --nthreads 1"
INSTALL = "install the same version everywhere: pip install 'softmax-grader[cluster]=={version}'"


class Cluster:
    """The workers of a Dask cluster, for one run of a class: a `Workers` of grade.pool.

    `connected` makes one, calls `prepare`, and `close` at the end. It holds the connection to the
    scheduler, and the name under which the workers know this run. `prepare` waits for a worker,
    makes sure that all run the same code, chooses a tier that works on all of them (`wall`), and
    registers the errand with Dask, which also gives it to workers that join later. `pool` then
    lends the workers out while a class is graded. When the scheduler or all workers are lost, the
    run ends with the UsageError of `lost` or `nobody`; finished results are stored by then.
    """

    def __init__(self, client: Client, address: str, plan: Plan, *, count: int) -> None:
        self._client = client
        self._address = address
        self.count = count
        self._plan = plan
        self.wall = Wall()
        self._name = uuid.uuid4().hex
        self._lost = False

    def prepare(self, isolation: str) -> None:
        """Make sure that all workers are alike, choose a wall that all have, send the errand.

        UsageError when there is no worker, one has other code, or one lacks the wall.
        """
        self._wait_for_workers()
        versions = errands.versions()
        for address, theirs in self._ask(errands.versions).items():
            if different := [name for name in versions if theirs.get(name) != versions[name]]:
                difference = errands.difference(versions, theirs, different)
                raise UsageError(f"the worker {address} is not like this grader: {difference}")
        tier = self._chosen(isolation)
        errand = Errand(self._name, self._plan, tier, versions)
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

    def _ask(self, question: Any, *args: object) -> Mapping[str, Any]:
        """Call a function in each worker, return the answers. UsageError if one has no grader."""
        answers = self._client.run(question, *args, on_error="return")
        for address, answer in answers.items():
            if not isinstance(answer, Exception):
                continue
            error = repr(answer)
            # Dask wraps the exception when the question cannot be unpickled.
            if any(name in error for name in NO_GRADER):
                version = errands.versions()["grader"]
                raise UsageError(
                    f"the worker {address} has no grader, or another one ({error});"
                    f" {INSTALL.format(version=version)}"
                )
            raise UsageError(  # pragma: no cover  # only if Dask itself fails
                f"cannot reach the worker {address}: {error}; start it again"
            )
        return dict(answers)

    def _chosen(self, isolation: str) -> Tier:
        """Choose the tier `isolation` or, for auto, the strongest that works on every worker."""
        wanted = TIERS[:-1] if isolation == "auto" else tuple(t for t in TIERS if t == isolation)
        failures = []
        for tier in wanted:
            examinations = self._ask(errands.examination, tier)
            failed = [(address, one) for address, one in examinations.items() if one.problem]
            if not failed:
                self.wall = next(examination.wall for examination in examinations.values())
                return tier
            address, first = failed[0]
            problem = f"{address}: {first.problem}; {first.remedy}"
            failures.append(f"  {tier}, on {len(failed)} of {len(examinations)}: {problem}")
        raise UsageError(
            "learners' code cannot be walled off on every worker, so nothing was graded\n"
            + "\n".join(failures)
        )

    @contextmanager
    def pool(self, *, alone: bool) -> Iterator[_ClusterPool]:
        """Lend out the workers within this block; those that join later are used as well."""
        executor = self._client.get_executor(pure=False)
        pool = _ClusterPool(self, executor, alone=alone)
        try:
            yield pool
        finally:
            pool.cancel()
            executor.shutdown(wait=False)

    def failure(self, task: Task, message: str) -> TaskResult:
        """Return the result of a task that the grader itself failed on."""
        return TaskGrader(Work(self._plan, self.wall)).failure(task, message)

    def processes(self) -> int:
        """Count the worker processes. UsageError when the scheduler does not answer."""
        try:
            return len(self._client.nthreads())
        # Not covered: the scheduler would have to be lost at this very moment.
        except (OSError, CommClosedError, ValueError, RuntimeError) as error:  # pragma: no cover
            raise self.lost() from error

    def submit(self, executor: Executor, tasks: list[Task]) -> Future[bytes]:
        """Give tasks to a worker; the future holds the result of `errands.results_of`."""
        return executor.submit(errands.results_of, self._name, pickle.dumps(tasks))

    def lost(self) -> UsageError:
        """Note that the scheduler is lost, and return the error that says so."""
        self._lost = True
        return UsageError(f"the scheduler at {self._address} was lost; start it again; {KEPT}")

    def nobody(self) -> UsageError:
        """Return the error that says that no worker is left."""
        return UsageError(
            f"no worker is left at {self._address}; {START.format(address=self._address)}; {KEPT}"
        )

    def close(self) -> None:
        """Make the workers forget the errand, unless the scheduler was lost."""
        if not self._lost:
            with suppress(Exception):  # the scheduler may be gone by now
                self._client.unregister_worker_plugin(f"softmax-grader-{self._name}")


class _ClusterPool:
    """The workers of a cluster while they grade: a `Pool` of grade.pool.

    It remembers the bytes of the groups under way, so that a class of any size fits into memory.
    """

    def __init__(self, cluster: Cluster, executor: Executor, *, alone: bool) -> None:
        self._cluster = cluster
        self._executor = executor
        self._alone = alone
        self._held: dict[Future[bytes], int] = {}
        self._processes = 0
        self._group = 1
        self._last_seen = time.monotonic()
        self._next_ask = 0.0

    def room(self) -> int:
        """Return how many groups may be under way, by the number of workers and by their bytes."""
        now = time.monotonic()
        if now >= self._next_ask:
            self._processes = self._cluster.processes()
            self._next_ask = now + ASK_S
            share = self._cluster.count // (GROUPS_A_WORKER * max(1, self._processes))
            self._group = 1 if self._alone else max(1, min(GROUP, share))
            if self._processes:
                self._last_seen = now
            elif now - self._last_seen > NOBODY_S:
                raise self._cluster.nobody()
        if self._alone:
            return 1
        full = sum(self._held.values()) > HELD_BYTES
        return len(self._held) if full else self._processes * AHEAD

    def next_group(self, tasks: Iterator[Task]) -> list[Task]:
        """Take a group of tasks and read their files here: workers need not see these."""
        group: list[Task] = []
        size = 0
        for task in tasks:
            task_with_files = _read(task)
            group.append(task_with_files)
            size += _bytes_of(task_with_files)
            if len(group) >= self._group or size > GROUP_BYTES:
                break
        return group

    def submit(self, tasks: list[Task]) -> Future[bytes]:
        """Give a group of tasks to a worker."""
        future = self._cluster.submit(self._executor, tasks)
        self._held[future] = sum(map(_bytes_of, tasks))
        return future

    def results(self, future: Future[bytes]) -> list[TaskResult]:
        """Return the results of a group. WorkerLost when several workers died while grading it."""
        del self._held[future]
        try:
            return list(pickle.loads(future.result()))  # noqa: S301  # as Dask itself does
        except KilledWorker as error:
            raise WorkerLost(str(error)) from None
        except CancelledError:
            raise self._cluster.lost() from None
        except (Unfit, ImportError, AttributeError) as error:
            # A worker that joined later: those of the start were asked in `prepare`.
            raise UsageError(f"a worker cannot grade: {error}; {KEPT}") from None

    def broken(self) -> bool:
        """Never: Dask tells of each task by itself."""
        return False

    def cancel(self) -> None:
        """Cancel the groups that no worker has begun."""
        for future in self._held:
            future.cancel()


def _read(task: Task) -> Task:
    """Return the task with the contents of its files in place of their paths."""
    if isinstance(task.paths, Collected):
        return task
    try:
        return task._replace(paths=collect(task.paths))
    # The worker will fail to read it as well, and report why.
    except Exception:  # noqa: BLE001  # pragma: no cover  # only if files are deleted meanwhile
        return task


def _bytes_of(task: Task) -> int:
    return sum(map(len, task.paths.files.values())) if isinstance(task.paths, Collected) else 0


@contextmanager
def connected(address: str, plan: Plan, *, isolation: str, count: int) -> Iterator[Cluster]:
    """Connect to a cluster and prepare its workers to grade `count` submissions in this block.

    UsageError when there is no scheduler at `address`, or its workers cannot grade.
    """
    for name in logging.root.manager.loggerDict:
        # Lost connections are reported in one sentence of ours instead.
        if name.partition(".")[0] in {"distributed", "tornado"}:
            logging.getLogger(name).setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", message="Sending large graph")
    try:
        client = Client(address, timeout=CONNECT_S, set_as_default=False, name="softmax-grader")
    except (OSError, ValueError, ImportError) as error:
        raise UsageError(
            f"no Dask scheduler answers at {address} ({error}); start one with `dask scheduler` and"
            " give the address that it prints"
        ) from error
    with client:
        cluster = Cluster(client, address, plan, count=count)
        try:
            cluster.prepare(isolation)
            yield cluster
        finally:
            cluster.close()
