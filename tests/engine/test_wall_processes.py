"""The processes behind a wall: no other process can inspect them, and none outlives the lane."""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from grader.engine.isolation import probed
from grader.engine.lane import Lane
from grader.engine.launch import launch
from tests.support.course import ROOT
from tests.support.processes import children_of
from tests.support.walls import WALLS, behind
from tests.support.worker import Worker


@pytest.mark.parametrize("tier", WALLS)
def test_a_killed_grader_leaves_no_process(tier, tmp_path):
    behind(tier)
    (tmp_path / "ada.py").write_text("while True:\n    pass\n")
    command = [sys.executable, "-m", "grader", "grade", tmp_path / "ada.py", "--isolation", tier]
    command += ["--out", tmp_path / "out", "--course", ROOT / "solutions"]
    command += ["--exercise", "ex01_softmax"]
    grader = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    family = _family_of_at_least(grader.pid, 4)
    grader.kill()
    grader.wait()
    deadline = time.monotonic() + 20
    while alive := [pid for pid in family if _is_running(pid)]:
        assert time.monotonic() < deadline, alive
        time.sleep(0.05)


def _family_of_at_least(pid, count):
    """The processes below `pid`, once there are so many of them that one runs a submission."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        family, waiting = [], [pid]
        while waiting:
            below = children_of(waiting.pop())
            family += below
            waiting += below
        if len(family) >= count:
            return family
        time.sleep(0.02)
    raise AssertionError(family)


def _is_running(pid):
    with contextlib.suppress(OSError):
        stat = Path(f"/proc/{pid}/stat").read_text()
        return stat.rpartition(")")[2].split()[0] not in "ZX"
    return False


def test_no_process_of_the_same_user_can_look_into_the_zygote():
    wall = behind("seccomp")
    with Lane(wall) as lane:
        probed(lane)
        # Run as the user that the zygote has become, because root may read any process.
        spy = f"""
import ctypes, os
if os.geteuid() == 0:
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
libc = ctypes.CDLL(None, use_errno=True)
pid = {children_of(os.getpid())[-1]}
try:
    open(f"/proc/{{pid}}/mem", "rb")
except PermissionError:
    print("memory: no")
if libc.syscall(438, os.pidfd_open(pid), 3, 0) == -1 and ctypes.get_errno() == 1:
    print("descriptors: no")
if libc.ptrace(16, pid, 0, 0) == -1 and ctypes.get_errno() == 1:
    print("tracing: no")
"""
        done = subprocess.run(
            [sys.executable, "-c", spy], capture_output=True, text=True, check=True
        )
    assert done.stdout.splitlines() == ["memory: no", "descriptors: no", "tracing: no"]


def test_a_zygote_with_several_threads_does_not_fork():
    worker = Worker(threads="2" if (os.cpu_count() or 1) > 1 else "1", stderr=subprocess.PIPE)
    with contextlib.suppress(ValueError, OSError):
        worker.fork()
    worker.channel.close()
    worker.control.close()
    _, errors = worker.process.communicate(timeout=30)
    if worker.process.returncode == 0:
        pytest.skip("NumPy starts no threads of its own here")
    assert b"the zygote has more than one thread" in errors


@pytest.mark.parametrize("tier", WALLS)
def test_a_wall_that_is_ended_while_it_starts_is_not_waited_for(tier):
    wall = behind(tier)
    rng = random.Random(1)  # noqa: S311  # random delays, no secrets
    for _ in range(60):
        zygote = launch(wall)
        time.sleep(rng.uniform(0, 0.012))
        ending = threading.Thread(target=zygote.last_words, daemon=True)
        ending.start()
        ending.join(timeout=10)
        assert not ending.is_alive()
