"""What a Dask worker does with an errand, in a worker of this process."""

import contextlib
import os
import pickle
import threading

import msgspec
import pytest

from tests.support.processes import children_of, wait_for
from tests.support.submissions import SOFTMAX

pytest.importorskip("distributed")

from distributed import LocalCluster

from grader.course.planning import plan_of
from grader.grade.pool import grade_all
from grader.grade.tasks import Task
from grader.model import Limits
from grader.platforms.cluster import worker as errand
from grader.platforms.cluster.workers import connected

WRONG = "def softmax(Z):\n    return Z\n"
SLEEPS = "import time\ndef softmax(Z):\n    time.sleep(60)\n"


@pytest.fixture(scope="module")
def plan(course):
    return plan_of(course, only=("ex01_softmax",))


@pytest.fixture
def tasks(tmp_path):
    for name, source in (("ada", SOFTMAX), ("bela", WRONG)):
        (tmp_path / f"{name}.py").write_text(source)
    return [Task(name, [tmp_path / f"{name}.py"]) for name in ("ada", "bela", "gone")]


@pytest.fixture(scope="module")
def local():
    """A scheduler and a worker in threads of this process."""
    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None
    ) as cluster:
        yield cluster.scheduler_address


def zygotes(before):
    return set(children_of(os.getpid())) - before


def result_of(answer):
    return msgspec.to_builtins(answer.graded.result)


def runner_of(planned, **changes):
    """Make the plugin for an errand, which can begin it in this process and end it."""
    about = {
        "name": "one", "plan": planned, "tier": "none",
        "versions": errand.versions(),
    }  # fmt: skip
    return errand.Runner(errand.Errand(**about | changes))


@pytest.fixture
def begun(plan):
    """Begin an errand; it is ended when the test is."""
    runners = []

    def begin(**changes):
        runners.append(runner_of(plan, **changes))
        runners[-1].setup(None)
        return runners[-1]

    yield begin
    for runner in runners:
        runner.teardown(None)


def answers(*tasks):
    return pickle.loads(errand.results_of("one", pickle.dumps(list(tasks))))  # noqa: S301  # our own


def test_a_worker_answers_and_leaves_nothing_behind(local, plan, tasks):
    before = set(children_of(os.getpid()))
    with connected(local, plan, isolation="none", count=3) as cluster:
        answered = {a.student: a for group in grade_all(tasks, cluster) for a in group}
        assert zygotes(before)
    wait_for(lambda: not zygotes(before))
    results = {name: result_of(answer) for name, answer in answered.items()}
    assert (results["ada"]["score"], results["bela"]["score"]) == (12, 0)
    assert "gone.py" in " ".join(results["gone"]["notes"])


def test_a_lane_that_nobody_needs_is_closed_and_opened_again(begun, tasks, monkeypatch):
    monkeypatch.setattr(errand, "IDLE_S", 0.05)
    before = set(children_of(os.getpid()))
    begun()
    for _ in range(2):
        (answer,) = answers(tasks[0])
        assert result_of(answer)["score"] == 12
        wait_for(lambda: not zygotes(before))


def test_an_errand_that_is_ended_ends_the_task_at_work(begun, plan, tmp_path):
    before = set(children_of(os.getpid()))
    (tmp_path / "slow.py").write_text(SLEEPS)
    (tmp_path / "next.py").write_text(SOFTMAX)
    limits = Limits(call_cpu_s=0.2, submission_cpu_s=1.0, wall_factor=2.0)
    runner = begun(plan=msgspec.structs.replace(plan, limits=limits))
    results = []
    tasks = [Task(name, [tmp_path / f"{name}.py"]) for name in ("slow", "next")]

    def work():
        with contextlib.suppress(Exception):  # the task at work may fail
            results.extend(answers(*tasks))

    thread = threading.Thread(target=work)
    thread.start()
    wait_for(lambda: any(map(children_of, zygotes(before))))
    runner.teardown(None)
    thread.join(timeout=30)
    assert not thread.is_alive()
    assert [answer.student for answer in results] in ([], ["slow"])
    assert not zygotes(before)
    with pytest.raises(
        errand.Unfit, match="it has no errand from this run; start the worker again"
    ):
        answers(tasks[1])


def test_another_version_or_a_missing_wall_is_reported(begun, tasks, monkeypatch):
    begun(versions=errand.versions() | {"numpy": "1.0"})
    with pytest.raises(errand.Unfit, match=r"it has numpy 2.* \(here 1.0\); install the same"):
        answers(tasks[0])
    errand.examination.cache_clear()
    monkeypatch.setenv("PATH", "")
    begun(tier="bubblewrap")
    with pytest.raises(errand.Unfit, match="bubblewrap: bubblewrap is not installed"):
        answers(tasks[0])
    errand.examination.cache_clear()


def test_an_errand_that_never_began_can_be_ended(plan):
    runner_of(plan).teardown(None)
