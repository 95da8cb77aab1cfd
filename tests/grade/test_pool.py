"""A class at once: lost processes, hung submissions, Ctrl-C, progress, what is left behind."""

import contextlib
import os
import pty
import re
import signal
import subprocess
import sys
import threading
import time
from multiprocessing.popen_spawn_posix import Popen
from pathlib import Path

import msgspec
import pytest

from grader.course.planning import plan_of
from grader.engine.launch import Wall
from grader.grade.pool import grade_all
from grader.grade.processes import Processes
from grader.grade.tasks import Task, Work
from grader.model import Limits
from tests.support.course import ROOT
from tests.support.processes import children_of, descendants_of, is_running, kill, wait_for
from tests.support.results import counts, lines_of
from tests.support.submissions import SOFTMAX, write_class

ONE = ("--exercise", "ex01_softmax", "--course", ROOT / "solutions", "--isolation", "none")
SLOW = "import time\ntime.sleep(0.3)\n" + SOFTMAX
QUICK = Limits(call_cpu_s=0.2, statement_cpu_s=0.3, submission_cpu_s=2.0, wall_factor=2.0)


@pytest.fixture(scope="module")
def softmax_plan(course):
    return plan_of(course, only=("ex01_softmax",))


def processes(plan, jobs):
    return Processes(Work(plan, Wall()), jobs)


def tasks_of(folder):
    return [Task(path.stem, [path]) for path in sorted(folder.glob("*.py"))]


def graded(answers):
    return {answer.student: answer.graded.result for group in answers for answer in group}


@contextlib.contextmanager
def meanwhile(act):
    """Let `act(stop)` run in a thread until the block ends."""
    stop = threading.Event()
    thread = threading.Thread(target=act, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def busy_workers(spared):
    """The worker processes that have a child that runs a submission, each with its zygotes."""
    found = {}
    for pid in set(children_of(os.getpid())) - spared:
        zygotes = [zygote for zygote in children_of(pid) if children_of(zygote)]
        if zygotes:
            found[pid] = zygotes
    return found


def test_a_submission_whose_worker_is_killed_is_tried_again_and_then_reported(
    softmax_plan, tmp_path
):
    write_class(tmp_path, "ada", source="import time\ntime.sleep(60)")
    write_class(tmp_path, "bela")
    spared = set(children_of(os.getpid()))

    def kill_each_busy_worker(stop):
        while not stop.wait(0.05):
            for pid in busy_workers(spared):
                time.sleep(0.2)
                kill(pid)
                spared.add(pid)

    with meanwhile(kill_each_busy_worker):
        results = graded(grade_all(tasks_of(tmp_path), processes(softmax_plan, 2)))
    assert results["ada"].score is None
    assert "a worker process was ended while it graded this, twice" in results["ada"].notes[-1]
    assert results["bela"].score == 12


def test_a_worker_that_is_killed_while_it_starts_stops_nothing(tmp_path):
    """Right then it has not yet read what it is to do."""
    folder = write_class(tmp_path / "class", "ada", "bela")
    command = [
        sys.executable, "-m", "grader", "grade", folder, "--out", tmp_path / "out",
        "--course", ROOT / "solutions", "--exercise", "ex02_jacobian", "--isolation", "none",
    ]  # fmt: skip
    killed = set()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            while process.poll() is None and not killed:
                for pid in filter(is_worker, children_of(process.pid)):
                    kill(pid)
                    killed.add(pid)
            process.wait(timeout=60)
        finally:
            process.kill()
    assert killed
    assert len(lines_of(tmp_path / "out" / "results.jsonl")) == 2


def test_a_worker_that_ends_while_another_one_starts_stops_nothing(
    softmax_plan, tmp_path, monkeypatch
):
    """Python's executor does not know of the one that starts then, and would wait for it."""
    write_class(tmp_path, "ada", "bela")
    launch = Popen._launch  # noqa: SLF001  # the moment between two starts
    spared = set(children_of(os.getpid()))
    killed = []

    def launch_as_the_first_one_ends(self, process):
        workers = [p for p in set(children_of(os.getpid())) - spared if is_worker(p)]
        if workers and not killed:
            killed.extend(workers)
            kill(workers[0])
            time.sleep(0.5)
        launch(self, process)

    monkeypatch.setattr(Popen, "_launch", launch_as_the_first_one_ends)
    results = graded(grade_all(tasks_of(tmp_path), processes(softmax_plan, 2)))
    assert killed
    assert {student: result.score for student, result in results.items()} == {
        "ada": 12,
        "bela": 12,
    }


def is_worker(pid):
    with contextlib.suppress(OSError):
        return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


@pytest.mark.slow
def test_after_a_killed_worker_the_rest_goes_on_side_by_side(softmax_plan, tmp_path):
    write_class(tmp_path, *(f"s{n}" for n in range(14)), source=SLOW)
    spared = set(children_of(os.getpid()))
    killed, most = set(), [0]

    def kill_one_and_count_the_others(stop):
        while not stop.wait(0.02):
            busy = set(busy_workers(spared)) - killed
            if busy and not killed:
                killed.add(busy.pop())
                kill(*killed)
            elif killed:
                most[0] = max(most[0], len([pid for pid in busy if is_running(pid)]))

    with meanwhile(kill_one_and_count_the_others):
        results = graded(grade_all(tasks_of(tmp_path), processes(softmax_plan, 2)))
    assert killed
    assert most == [2]
    assert {result.score for result in results.values()} == {12}
    assert len(results) == 14


def test_a_killed_zygote_costs_nobody_a_point(softmax_plan, tmp_path):
    write_class(tmp_path, *(f"s{n}" for n in range(6)), source=SLOW)
    spared = set(children_of(os.getpid()))
    killed = {}

    def kill_a_zygote_of_each_worker(stop):
        # Not two of one worker: what is hit twice is taken to be the cause.
        while not stop.wait(0.1):
            for worker, zygotes in busy_workers(spared).items():
                if worker not in killed:
                    killed[worker] = zygotes[0]
                    kill(zygotes[0])

    with meanwhile(kill_a_zygote_of_each_worker):
        results = graded(grade_all(tasks_of(tmp_path), processes(softmax_plan, 2)))
    assert len(killed) == 2
    assert {(result.score, result.notes) for result in results.values()} == {(12, ())}


def test_who_kills_the_zygote_costs_only_themselves(softmax_plan, tmp_path):
    killer = "import os, signal\ndef softmax(Z): os.kill(os.getppid(), signal.SIGKILL)"
    write_class(tmp_path, "ada", source=killer)
    write_class(tmp_path, *(f"s{n}" for n in range(4)))
    results = graded(grade_all(tasks_of(tmp_path), processes(softmax_plan, 1)))
    assert results.pop("ada").score == 0
    assert {result.score for result in results.values()} == {12}


@pytest.mark.slow
def test_a_hung_submission_delays_nobody_else(softmax_plan, tmp_path):
    write_class(tmp_path, "ada", source="while True: pass")
    write_class(tmp_path, *(f"s{n}" for n in range(20)))
    # Longer than the other worker may take to start.
    limits = msgspec.structs.replace(QUICK, statement_cpu_s=1.5)
    plan = msgspec.structs.replace(softmax_plan, limits=limits)
    order = list(graded(grade_all(tasks_of(tmp_path), processes(plan, 2))))
    assert len(order) == 21
    # All of them, if the machine has nothing else to do.
    assert order.index("ada") >= 2


def test_what_cannot_even_be_read_is_a_failure_of_ours(softmax_plan, tmp_path):
    write_class(tmp_path, "bela")
    tasks = [Task("ada", ["no path"]), *tasks_of(tmp_path)]
    results = graded(grade_all(tasks, processes(softmax_plan, 1)))
    assert results["ada"].score is None
    assert "the grader failed: reading failed: " in results["ada"].notes[0]
    assert results["bela"].score == 12


def test_tasks_are_taken_only_when_there_is_room(softmax_plan, tmp_path):
    write_class(tmp_path, *(f"s{n}" for n in range(30)))
    taken = []
    answers = grade_all(
        (taken.append(task) or task for task in tasks_of(tmp_path)),
        processes(softmax_plan, 2),
    )
    for number, _answer in enumerate(answers):
        assert len(taken) <= number + 1 + 2 * 2 + 2


def test_no_process_and_no_descriptor_is_left(softmax_plan, tmp_path):
    write_class(tmp_path, *(f"s{n}" for n in range(8)))
    list(
        grade_all(tasks_of(tmp_path), processes(softmax_plan, 2))
    )  # starts multiprocessing's own helper
    before = held()
    list(grade_all(tasks_of(tmp_path), processes(softmax_plan, 2)))
    wait_for(lambda: held() == before)


def held():
    """The processes that this one has started, and how many descriptors it has open."""
    return descendants_of(os.getpid()), len(list(Path("/proc/self/fd").iterdir()))


def started(folder, out, **options):
    command = [sys.executable, "-m", "grader", "grade", folder, "--out", out, *ONE, "--jobs", "2"]
    return subprocess.Popen(command, stderr=subprocess.PIPE, start_new_session=True, **options)


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), pytest.param(signal.SIGTERM, 143, marks=pytest.mark.slow)],
)
def test_ctrl_c_stops_at_once_keeps_what_is_done_and_says_how_to_go_on(run, tmp_path, number, code):
    folder = write_class(tmp_path / "class", "ada")
    write_class(folder, "bela", "chidi", source="import time\nwhile True: time.sleep(1)")
    process = started(folder, tmp_path / "out")
    for line in process.stderr:
        if b"graded 1 of 3" in line:
            break
    wait_for(lambda: len(descendants_of(process.pid)) >= 6)
    children, began = descendants_of(process.pid), time.monotonic()
    os.killpg(process.pid, number)
    _, errors = process.communicate(timeout=10)
    assert time.monotonic() - began < 3
    assert process.returncode == code
    assert f"grader: stopped; 1 of 3 are graded and kept in {tmp_path / 'out'}" in errors.decode()
    assert b"the same command goes on from there" in errors
    wait_for(lambda: not any(map(is_running, children)))
    write_class(folder, "bela", "chidi")
    assert counts(run("grade", folder, "--out", tmp_path / "out", *ONE)) == (2, 2, 1)


@pytest.mark.slow
def test_without_a_terminal_progress_is_about_ten_lines(run, tmp_path):
    folder = write_class(tmp_path / "class", *(f"s{n}" for n in range(20)))
    done = run("grade", folder, "--out", tmp_path / "out", *ONE)
    lines = [line for line in done.stderr.splitlines() if line.startswith("graded ")]
    assert len(lines) == 10
    assert lines[-1].startswith("graded 20 of 20 (")
    assert re.fullmatch(r"graded 2 of 20 \(\d+\.\d/s, \d+:\d\d left\)", lines[0])


def test_in_a_terminal_progress_is_a_bar_with_rate_and_time_left(tmp_path):
    folder = write_class(tmp_path / "class", *(f"s{n}" for n in range(4)))
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "grader", "grade", folder, "--out", tmp_path / "out", *ONE]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100", "NO_COLOR": "1"}
    process = subprocess.Popen(command, stderr=theirs, stdout=theirs, env=environment)
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):  # how a terminal says that it has ended
        while data := os.read(ours, 4096):
            shown += data
    os.close(ours)
    assert process.wait() == 0
    assert b"graded 4/4" in shown
    assert b"/s" in shown
    assert b" left" in shown


def test_a_run_leaves_only_its_results(run, tmp_path):
    folder = write_class(tmp_path / "class", "ada", "bela")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / ".gradebook.csv.part").write_text("what a killed run has left")
    run("grade", folder, "--out", tmp_path / "out", *ONE)
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    files = ["changes.csv", "gradebook.csv", "misconceptions.csv", "report.html", "run.json"]
    assert names == sorted([*files, "feedback", "results.jsonl", "results.sqlite"])
    assert [r["student"] for r in lines_of(tmp_path / "out" / "results.jsonl")] == ["ada", "bela"]
