"""What runs in each worker process of a Dask cluster: a lane, and the tasks that come to it."""

from __future__ import annotations

import hashlib
import io
import pickle
import tempfile
import threading
import zipfile
from pathlib import Path

import msgspec
from distributed import Worker
from distributed.diagnostics.plugin import WorkerPlugin

import grader
from grader.course.folder import PACKED
from grader.engine.isolation import Examination, Tier, examined
from grader.errors import GraderError
from grader.grade.tasks import Task, TaskGrader, TaskResult, Work
from grader.plan import Plan
from grader.versions import VERSIONS

# A worker whose grader was ended without a word closes its lane after so long without a task.
IDLE_S = 600.0


class Unfit(GraderError):  # noqa: N818  # a fact about a worker
    """A worker cannot do what it is given; the message says why."""


class Errand(msgspec.Struct, frozen=True):
    """One run of a class: its name, by which plan and by whose formulas, behind which wall."""

    name: str
    plan: Plan
    tier: Tier
    # A zip archive with the folder `course`.
    course: bytes
    versions: dict[str, str]


def versions() -> dict[str, str]:
    """The versions that results depend on; `code` tells two builds of one version apart."""
    digest = hashlib.sha256()
    package = Path(grader.__file__).parent
    for path in sorted(package.rglob("*.py")):
        if "exercises" not in path.parts:  # pragma: no branch  # a wheel holds them
            digest.update(path.relative_to(package).as_posix().encode() + b"\0")
            digest.update(path.read_bytes())
    return VERSIONS | {"code": digest.hexdigest()[:12]}


class Runner(WorkerPlugin):
    """Keeps what a worker process needs for one errand, from its first task to the last."""

    def __init__(self, errand: Errand) -> None:
        self.errand = errand
        self.name = f"softmax-grader-{errand.name}"

    def setup(self, worker: Worker) -> None:  # noqa: ARG002  # Dask's signature
        """Note that this process takes part; also in a worker that joins later."""
        _runs[self.errand.name] = _OpenErrand(self.errand)

    def teardown(self, worker: Worker) -> None:  # noqa: ARG002  # Dask's signature
        """Close the lane, and forget the errand."""
        run = _runs.pop(self.errand.name, None)
        if run is not None:
            run.forget()


class _OpenErrand:
    """An errand in this process: a lane that is opened for the first task."""

    def __init__(self, errand: Errand) -> None:
        self._errand = errand
        self._lock = threading.Lock()
        self._answerer: TaskGrader | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._idle: threading.Timer | None = None
        self._forgotten = False

    def results(self, tasks: list[Task]) -> list[TaskResult]:
        """The answers to tasks; where a process has several threads, one after the other."""
        with self._lock:
            if self._idle is not None:
                self._idle.cancel()
            if self._answerer is None:
                self._answerer = self._opened()
            results_of = [self._answerer.grade(task) for task in tasks if not self._forgotten]
            if self._forgotten:
                self._close()
            else:
                self._idle = threading.Timer(IDLE_S, self.close)
                self._idle.daemon = True
                self._idle.start()
            return results_of

    def close(self) -> None:
        """End what was opened for tasks, when none is at work; the next one opens it again."""
        with self._lock:
            self._close()
            self._answerer = self._folder = None

    def forget(self) -> None:
        """The same at once: a task that is at work fails, and nobody waits for it."""
        self._forgotten = True
        if self._idle is not None:
            self._idle.cancel()
        self._close()

    def _close(self) -> None:
        if self._answerer is not None:
            self._answerer.close()
        if self._folder is not None:
            self._folder.cleanup()

    def _opened(self) -> TaskGrader:
        errand = self._errand
        here = versions()
        if different := [name for name in here if errand.versions.get(name) != here[name]]:
            raise Unfit(difference(errand.versions, here, different))
        found = examination(errand.tier)
        if found.problem:
            raise Unfit(f"{errand.tier}: {found.problem}; {found.remedy}")
        self._folder = tempfile.TemporaryDirectory(prefix="grader-")
        with zipfile.ZipFile(io.BytesIO(errand.course)) as archive:
            archive.extractall(self._folder.name)
        return TaskGrader(Work(errand.plan, found.wall, Path(self._folder.name) / PACKED))


_runs: dict[str, _OpenErrand] = {}
_examined: dict[Tier, Examination] = {}


def results_of(name: str, tasks: bytes) -> bytes:
    """The answers to tasks of the errand `name`; Unfit when this process cannot give them.

    Both are pickled: into bytes Dask does not look.
    """
    run = _runs.get(name)
    if run is None:
        raise Unfit("it was not told what to grade; start it again")
    return pickle.dumps(run.results(pickle.loads(tasks)))  # noqa: S301  # as Dask itself does


def examination(tier: Tier) -> Examination:
    """What became of trying a tier in this process's machine, which is tried once."""
    if tier not in _examined:
        _examined[tier] = examined(tier)
    return _examined[tier]


def difference(ours: dict[str, str], theirs: dict[str, str], names: list[str]) -> str:
    """In which versions a worker differs, and what to do."""
    listed = ", ".join(f"{name} {theirs.get(name)} (here {ours.get(name)})" for name in names)
    return f"it has {listed}; install the same versions everywhere"
