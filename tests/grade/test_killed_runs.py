"""Killed at any moment: the same command goes on, nothing is lost, nothing is graded twice."""

import contextlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader.engine.isolation import strongest
from tests.support.course import ROOT
from tests.support.processes import children_of
from tests.support.results import counts, lines_of
from tests.support.submissions import SOFTMAX, write_class

ONE = ("--exercise", "ex01_softmax", "--course", ROOT / "solutions", "--jobs", "2")
# Slow enough that the command can be hit while it grades.
SLOW = "import time\ntime.sleep(0.02)\n"
WRONG = "import numpy as np\ndef softmax(Z): return np.exp(Z) / np.exp(Z).sum()"
STUDENTS = 40


@pytest.fixture(scope="module")
def class_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class")
    for number in range(STUDENTS):
        write_class(folder, f"s{number:02}", source=SLOW + (WRONG if number % 3 else SOFTMAX))
    return folder


@pytest.fixture(scope="module")
def options():
    """Behind a wall, where this machine has one: then more processes can be killed."""
    return (*ONE, "--isolation", strongest().tier)


@pytest.fixture(scope="module")
def undisturbed(run, class_folder, options, tmp_path_factory):
    """What the command gives when it is left alone."""
    out = tmp_path_factory.mktemp("undisturbed")
    done = run("grade", class_folder, "--out", out, *options)
    assert counts(done)[::2] == (STUDENTS, 0)
    return what_is_in(out)


def what_is_in(out):
    return (out / "gradebook.csv").read_text(), lines_of(out / "results.jsonl")


def stored_in(out, scratch):
    """By which run each student was graded, read from a copy: opening the file would mend it."""
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    for path in out.glob("results.sqlite*"):
        shutil.copy(path, scratch)
    with contextlib.closing(sqlite3.connect(scratch / "results.sqlite")) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master").fetchall()
        if ("submission",) not in tables:
            return {}
        return dict(connection.execute("SELECT student, run FROM submission"))


def kill_parent(process, _out, _rng):
    process.kill()


def kill_group(process, _out, _rng):
    os.killpg(process.pid, signal.SIGKILL)


def kill_worker(process, _out, rng):
    kill_one_of(workers_of(process), rng)


def kill_zygote(process, _out, rng):
    kill_one_of([zygote for worker in workers_of(process) for zygote in children_of(worker)], rng)


def cut_power(process, out, rng):
    """Leave what a disk could hold: what came last into the log may be missing or half there."""
    process.send_signal(signal.SIGSTOP)
    copy = out.with_name(f"{out.name}-copy")
    shutil.copytree(out, copy)
    process.kill()
    process.wait()
    shutil.rmtree(out)
    copy.rename(out)
    log = out / "results.sqlite-wal"
    if log.exists():
        os.truncate(log, max(0, log.stat().st_size - rng.randrange(20_000)))


def workers_of(process):
    workers = []
    for pid in children_of(process.pid):
        with contextlib.suppress(OSError):
            if b"multiprocessing-fork" in Path(f"/proc/{pid}/cmdline").read_bytes():
                workers.append(pid)
    return workers


def kill_one_of(pids, rng):
    if pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(rng.choice(sorted(pids)), signal.SIGKILL)


KILLS = (kill_parent, kill_group, cut_power, kill_worker, kill_zygote)
MOMENTS = 30


@pytest.mark.kills
@pytest.mark.slow
def test_killed_at_any_moment_it_goes_on_and_comes_to_the_same_results(
    class_folder, undisturbed, options, tmp_path
):
    rng = random.Random(6)  # noqa: S311  # moments, not secrets
    began_anew = 0
    out, before = tmp_path / "0", {}
    command = [sys.executable, "-m", "grader", "grade", class_folder, "--out"]
    for moment in range(MOMENTS):
        process = subprocess.Popen(
            [*command, out, *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        hit_while_it_grades(process, rng)
        KILLS[moment % len(KILLS)](process, out, rng)
        output = process.communicate()
        if process.returncode < 0:
            after = stored_in(out, tmp_path / "scratch")
            if KILLS[moment % len(KILLS)] is not cut_power:
                assert before.items() <= after.items(), "lost, or graded twice"
            before = after
            continue
        # The command has survived, or was over before it was hit.
        done = subprocess.CompletedProcess(command, process.returncode, *output)
        assert done.returncode == 0, output
        assert counts(done)[::2] == (STUDENTS - len(before), len(before))
        assert what_is_in(out) == undisturbed
        began_anew += 1
        out, before = tmp_path / str(began_anew), {}
    assert began_anew >= MOMENTS // 6


def hit_while_it_grades(process, rng):
    """Wait until a random moment of the time in which submissions are graded, or a bit before."""
    while not any(map(children_of, workers_of(process))) and process.poll() is None:
        time.sleep(0.01)
    time.sleep(rng.uniform(0, 0.7))
