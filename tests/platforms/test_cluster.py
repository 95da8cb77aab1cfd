"""A class on a Dask cluster: a scheduler and worker processes on this machine's loopback."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.course import ROOT
from tests.support.processes import children_of, descendants_of, is_running, kill, wait_for
from tests.support.results import counts, lines_of
from tests.support.submissions import SOFTMAX, notebook, write_class

pytest.importorskip("distributed")

from grader.course.planning import plan_of
from grader.engine.isolation import examined
from grader.errors import UsageError
from grader.grade.pool import AHEAD, grade_all
from grader.grade.tasks import Task
from grader.platforms.cluster import workers as cluster_workers
from grader.platforms.cluster.workers import GROUPS_A_WORKER, connected

ONE = ("--exercise", "ex01_softmax", "--course", ROOT / "solutions", "--isolation", "none")
SLOW = "import time\ntime.sleep(0.15)\n" + SOFTMAX
WAITING = "import time\ntime.sleep(60)"


# Each starts a cluster of its own: what happens most is tried whenever the tests are run.
rare = pytest.mark.slow


class Cluster:
    """A scheduler, and the workers that are started for it."""

    def __init__(self, folder, port=0):
        self.folder = folder
        self.port = port or free_port()
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.scheduler = self._started("scheduler", "--host", "127.0.0.1", "--port", self.port)
        self.workers = []
        # A busy machine starts it in more seconds than the grader waits for one.
        wait_for(self._answers, seconds=60)

    def _answers(self):
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", self.port), timeout=1),
        ):
            return True
        return False

    def worker(self, *args, **env):
        """A process that keeps one worker process going."""
        process = self._started(
            "worker", self.address, "--nthreads", 1, "--host", "127.0.0.1",
            "--local-directory", self.folder / "scratch", *args, **env,
        )  # fmt: skip
        self.workers.append(process)
        return process

    def _started(self, *args, **env):
        # One killed worker is enough for a task to be reported as lost.
        env |= {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
        # Dask's own command, without what it prints on the way.
        command = [sys.executable, "-m", "dask", *map(str, args), "--no-dashboard"]
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                command, cwd=self.folder, env=os.environ | env, stdout=log, stderr=log
            )

    def close(self):
        for process in (*self.workers, self.scheduler):
            left = descendants_of(process.pid)
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=10)
            for pid in (*left, process.pid):
                kill(pid)
            process.wait()


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    started = Cluster(tmp_path_factory.mktemp("cluster"))
    try:
        for _ in range(2):
            started.worker()
        yield started
    finally:
        started.close()


@pytest.fixture
def own_cluster(tmp_path):
    """One that a test may break."""
    (tmp_path / "cluster").mkdir()
    started = Cluster(tmp_path / "cluster")
    try:
        yield started
    finally:
        started.close()


def grading(folder, out, address):
    """The command, grading."""
    command = [
        sys.executable, "-m", "grader", "grade", folder, "--out", out, *ONE, "--dask", address,
    ]  # fmt: skip
    return subprocess.Popen(
        list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def stored(out):
    """How many submissions are stored."""
    # The store is locked while a run lasts; each submission's transaction makes its log longer.
    wal = out / "results.sqlite-wal"
    return wal.stat().st_size if wal.exists() else 0


def busy_worker(cluster):
    """A worker process with a child that runs a submission."""
    for process in cluster.workers:
        for pid in descendants_of(process.pid):
            if any(
                map(is_running, (c for zygote in children_of(pid) for c in children_of(zygote)))
            ):
                return pid
    return None


@pytest.mark.slow
def test_a_cluster_gives_every_learner_what_this_machine_gives(run, cluster, tmp_path):
    folder = write_class(tmp_path / "class", *(f"s{n}" for n in range(16)))
    write_class(folder, "wrong", source="def softmax(Z):\n    return Z\n")
    write_class(folder, "broken", source="def softmax(Z:\n")
    (folder / "note.ipynb").write_bytes(notebook(SOFTMAX))
    (folder / "bad.ipynb").write_text("no notebook")
    (folder / "folder").mkdir()
    (folder / "folder" / "ex01_softmax.py").write_text(SOFTMAX)
    here, there = tmp_path / "here", tmp_path / "there"
    local = run("grade", folder, "--out", here, *ONE)
    remote = run("grade", folder, "--out", there, *ONE, "--dask", cluster.address)
    assert remote.returncode == 0, remote.stderr
    assert lines_of(there / "results.jsonl") == lines_of(here / "results.jsonl")
    assert (there / "gradebook.csv").read_bytes() == (here / "gradebook.csv").read_bytes()
    assert counts(local) == counts(remote) == (21, 21, 0)
    # Results that the one stored are valid for the other.
    again = run("grade", folder, "--out", here, *ONE, "--dask", cluster.address)
    assert counts(again) == (0, 0, 21)
    leftover = [
        name
        for process in cluster.workers
        for pid in descendants_of(process.pid)
        for name in children_of(pid)
        if b"zygote" in Path(f"/proc/{name}/cmdline").read_bytes()
    ]
    assert leftover == []


@pytest.mark.slow
def test_a_killed_worker_costs_nobody_a_point_and_repeats_nothing_stored(cluster, tmp_path):
    folder = write_class(tmp_path / "class", *(f"s{n:02}" for n in range(32)), source=SLOW)
    with grading(folder, tmp_path / "out", cluster.address) as process:
        kill(
            wait_for(
                lambda: stored(tmp_path / "out") > 100_000 and busy_worker(cluster), seconds=60
            )
        )
        out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert re.search(r"^graded 32 \(32 functions\), unchanged 0$", out, re.MULTILINE)
    results = lines_of(tmp_path / "out" / "results.jsonl")
    assert {line["score"] for line in results} == {12}
    assert all(line["notes"] == [] for line in results)


@rare
def test_a_submission_whose_worker_is_always_lost_is_reported_and_costs_no_other(
    cluster, course, tmp_path
):
    write_class(tmp_path, "ada", source=WAITING)
    write_class(tmp_path, "bela", "cleo")
    plan = plan_of(course, only=("ex01_softmax",))
    tasks = [Task(path.stem, [path]) for path in sorted(tmp_path.glob("*.py"))]
    results, killed = {}, set()
    with connected(cluster.address, plan, isolation="none", count=100) as ready:

        def kill_who_is_at_it_for_long():
            pid = busy_worker(cluster)
            since = time.monotonic()
            while pid and pid not in killed and busy_worker(cluster) == pid:
                if time.monotonic() - since > 2:  # longer than a worker starts
                    kill(pid)
                    killed.add(pid)
            return False

        for group in grade_all(tasks, ready, stopped=kill_who_is_at_it_for_long):
            results |= {answer.student: answer.graded.result for answer in group}
    assert len(killed) == 2
    assert results["ada"].score is None
    assert "a worker process was ended while it graded this, twice" in results["ada"].notes[-1]
    assert results["bela"].score == results["cleo"].score == 12


@rare
def test_a_lost_scheduler_is_reported_and_the_same_command_continues(own_cluster, tmp_path, run):
    folder = write_class(tmp_path / "class", *(f"s{n:02}" for n in range(32)), source=SLOW)
    out = tmp_path / "out"
    own_cluster.worker()
    with grading(folder, out, own_cluster.address) as process:
        wait_for(lambda: stored(out) > 100_000, seconds=60)
        kill(own_cluster.scheduler.pid)
        printed, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert printed == ""
    assert err.strip().splitlines()[-1] == (
        f"grader: the scheduler at {own_cluster.address} was lost; start it again; finished"
        " results are kept; run the same command again to continue"
    )
    assert "Traceback" not in err
    again = run("grade", folder, "--out", out, *ONE)
    graded, _, unchanged = counts(again)
    assert unchanged > 0
    assert graded + unchanged == 32
    assert graded > 0


def test_submissions_are_read_only_as_there_is_room_for_them(cluster, course, tmp_path):
    write_class(tmp_path, *(f"s{n:03}" for n in range(100)))
    plan = plan_of(course, only=("ex01_softmax",))
    read, done, most = 0, 0, 0

    def tasks():
        nonlocal read
        for path in sorted(tmp_path.glob("*.py")):
            read += 1
            yield Task(path.stem, [path])

    with connected(cluster.address, plan, isolation="none", count=100) as ready:
        for group in grade_all(tasks(), ready):
            most = max(most, read - done)
            done += len(group)
    assert done == 100
    # Two workers, two groups ahead for each, of an eighth of a worker's share.
    assert most <= 2 * AHEAD * 100 // (2 * GROUPS_A_WORKER)


def other_grader(folder, change):
    """The path of a grader that is another one."""
    shutil.copytree(ROOT / "grader", folder / "grader")
    package = folder / "grader" / "__init__.py"
    package.write_text(package.read_text() + f"\n{change}\n")
    return str(folder)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("__version__ = '9.9'", "is not like this grader: it has grader 9.9 (here "),
        pytest.param(
            "raise ImportError('no such thing')",
            "has no grader, or another one (Exception(",
            marks=rare,
        ),
    ],
)
def test_a_worker_with_another_grader_is_named(own_cluster, tmp_path, run, change, message):
    own_cluster.worker(PYTHONPATH=other_grader(tmp_path / "other", change))
    folder = write_class(tmp_path / "class", "ada")
    done = run("grade", folder, "--out", tmp_path / "out", *ONE, "--dask", own_cluster.address)
    assert done.returncode == 2
    assert done.stderr.startswith("grader: the worker tcp://127.0.0.1:")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert "nstall the same" in done.stderr


@rare
def test_a_worker_that_comes_later_with_another_grader_ends_the_run(own_cluster, course, tmp_path):
    own_cluster.worker()
    other = other_grader(tmp_path / "other", "__version__ = '9.9'")
    folder = write_class(tmp_path / "class", *(f"s{n}" for n in range(100)))
    plan = plan_of(course, only=("ex01_softmax",))
    tasks = [Task(path.stem, [path]) for path in sorted(folder.glob("*.py"))]
    with connected(own_cluster.address, plan, isolation="none", count=100) as ready:
        own_cluster.worker(PYTHONPATH=other)
        wait_for(lambda: ready.processes() == 2)
        with pytest.raises(UsageError, match=r"a worker cannot grade: it has grader 9.9 \(here "):
            list(grade_all(tasks, ready))


@rare
def test_a_run_whose_workers_are_all_lost_ends_and_says_so(
    own_cluster, course, tmp_path, monkeypatch
):
    worker = own_cluster.worker()
    plan = plan_of(course, only=("ex01_softmax",))
    write_class(tmp_path / "class", "ada", source=WAITING)
    with connected(own_cluster.address, plan, isolation="none", count=1) as ready:
        monkeypatch.setattr(cluster_workers, "NOBODY_S", 1)

        def killed():
            if busy_worker(own_cluster):
                for pid in (worker.pid, *descendants_of(worker.pid)):
                    kill(pid)
            return False

        tasks = [Task("ada", [tmp_path / "class" / "ada.py"])]
        with pytest.raises(
            UsageError, match=r"no worker is left at tcp:.*finished results are kept"
        ):
            list(grade_all(tasks, ready, stopped=killed))


@rare
def test_a_wall_that_a_worker_cannot_have_is_reported_and_auto_takes_what_all_have(
    own_cluster, plan
):
    own_cluster.worker(PATH=str(own_cluster.folder))
    with (
        pytest.raises(UsageError, match=r"bubblewrap, on 1 of 1: tcp:.*: .*install bubblewrap"),
        connected(own_cluster.address, plan, isolation="bubblewrap", count=1),
    ):
        pass
    if not examined("seccomp").problem:
        with connected(own_cluster.address, plan, isolation="auto", count=1) as ready:
            assert ready.wall.tier == "seccomp"


def test_a_cluster_without_workers_is_reported(own_cluster, plan, monkeypatch):
    monkeypatch.setattr(cluster_workers, "NOBODY_S", 0.5)
    with (
        pytest.raises(UsageError, match=r"has no workers; start one on each machine: dask worker"),
        connected(own_cluster.address, plan, isolation="none", count=100),
    ):
        pass


def test_an_address_without_a_scheduler_is_reported(plan, monkeypatch):
    monkeypatch.setattr(cluster_workers, "CONNECT_S", 0.5)
    with (
        pytest.raises(UsageError, match=r"no Dask scheduler answers at tcp://127.0.0.1:1 "),
        connected("tcp://127.0.0.1:1", plan, isolation="none", count=100),
    ):
        pass


def test_jobs_and_a_cluster_are_not_for_one_run(run, tmp_path):
    folder = write_class(tmp_path / "class", "ada")
    done = run(
        "grade", folder, "--out", tmp_path / "out", "--dask", "tcp://127.0.0.1:1", "--jobs", 2
    )
    assert done.returncode == 2
    assert "--jobs is for this machine only; leave it out with --dask" in done.stderr
