"""Grade tasks in a worker process of a Dask cluster, in a lane that is kept between them."""

from __future__ import annotations

import hashlib
import pickle
import threading
from functools import cache
from pathlib import Path

import msgspec
from distributed import Worker
from distributed.diagnostics.plugin import WorkerPlugin

import grader
from grader.engine.isolation import Examination, Tier, examined
from grader.errors import GraderError
from grader.grade.tasks import Task, TaskGrader, TaskResult, Work
from grader.plan import Plan
from grader.versions import VERSIONS

# Seconds without a task after which a worker closes its lane: the command may have been killed.
IDLE_S = 600.0


class Unfit(GraderError):  # noqa: N818  # it describes a worker
    """A worker cannot grade; the message says why."""


class Errand(msgspec.Struct, frozen=True):
    """What a worker needs for one run of a class: its name, plan and tier."""

    name: str
    plan: Plan
    tier: Tier
    versions: dict[str, str]


def versions() -> dict[str, str]:
    """Collect the versions that results depend on; `code` tells builds of one version apart."""
    digest = hashlib.sha256()
    package = Path(grader.__file__).parent
    for path in sorted(package.rglob("*.py")):
        if "exercises" not in path.parts:  # pragma: no branch  # only a wheel holds exercises
            digest.update(path.relative_to(package).as_posix().encode() + b"\0")
            digest.update(path.read_bytes())
    return VERSIONS | {"code": digest.hexdigest()[:12]}


class Runner(WorkerPlugin):
    """Dask's plugin that registers an errand in each worker process, until the run ends.

    Dask calls `setup` in every worker, including those that join later, and `teardown` when the
    plugin is unregistered or the worker closes.
    """

    def __init__(self, errand: Errand) -> None:
        self.errand = errand
        self.name = f"softmax-grader-{errand.name}"

    def setup(self, worker: Worker) -> None:  # noqa: ARG002  # Dask's signature
        """Register the errand in this process; its lane opens with the first task."""
        _errands[self.errand.name] = _OpenErrand(self.errand)

    def teardown(self, worker: Worker) -> None:  # noqa: ARG002  # Dask's signature
        """Close the lane and forget the errand; a task at work fails."""
        errand = _errands.pop(self.errand.name, None)
        if errand is not None:
            errand.forget()


class _OpenErrand:
    """An errand in this process, with the lane and the folder that its tasks need.

    Both are opened for the first task, kept between tasks, closed after `IDLE_S` seconds without
    one, and opened again for the next. A lock lets one task run at a time where a process has
    several threads. `forget`, which may come from another thread, does not wait for the lock: it
    closes the lane under the task at work, which then fails, and later ones are not begun.
    """

    def __init__(self, errand: Errand) -> None:
        self._errand = errand
        self._lock = threading.Lock()
        self._grader: TaskGrader | None = None
        self._idle: threading.Timer | None = None
        self._forgotten = False

    def results(self, tasks: list[Task]) -> list[TaskResult]:
        """Grade tasks, one after the other. Unfit when this process cannot."""
        with self._lock:
            if self._idle is not None:
                self._idle.cancel()
            if self._grader is None:
                self._grader = self._opened()
            results = [self._grader.grade(task) for task in tasks if not self._forgotten]
            if self._forgotten:
                self._close()
            else:
                self._idle = threading.Timer(IDLE_S, self.close)
                self._idle.daemon = True
                self._idle.start()
            return results

    def close(self) -> None:
        """Close the lanes when no task is at work; the next task opens them again."""
        with self._lock:
            self._close()
            self._grader = None

    def forget(self) -> None:
        """Close them at once and for good; a task at work fails, but its result is not needed."""
        self._forgotten = True
        if self._idle is not None:
            self._idle.cancel()
        self._close()

    def _close(self) -> None:
        if self._grader is not None:
            self._grader.close()

    def _opened(self) -> TaskGrader:
        errand = self._errand
        here = versions()
        if different := [name for name in here if errand.versions.get(name) != here[name]]:
            raise Unfit(difference(errand.versions, here, different))
        examined_tier = examination(errand.tier)
        if examined_tier.problem:
            raise Unfit(f"{errand.tier}: {examined_tier.problem}; {examined_tier.remedy}")
        return TaskGrader(Work(errand.plan, examined_tier.wall))


_errands: dict[str, _OpenErrand] = {}


def results_of(name: str, tasks: bytes) -> bytes:
    """Grade tasks of the errand `name`; Unfit when this process cannot.

    Tasks and results are pickled here, because Dask does not look into bytes.
    """
    errand = _errands.get(name)
    if errand is None:
        raise Unfit("it has no errand from this run; start the worker again")
    return pickle.dumps(errand.results(pickle.loads(tasks)))  # noqa: S301  # as Dask itself does


@cache
def examination(tier: Tier) -> Examination:
    """Examine whether a tier works on this machine; each is examined once per process."""
    return examined(tier)


def difference(ours: dict[str, str], theirs: dict[str, str], names: list[str]) -> str:
    """Say in which versions a worker differs, and what to do."""
    listing = ", ".join(f"{name} {theirs.get(name)} (here {ours.get(name)})" for name in names)
    return f"it has {listing}; install the same versions everywhere"
