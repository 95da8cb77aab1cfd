"""Run a command and tell what it leaves behind: `watch.py REPORT SECONDS COMMAND...`.

Whatever the command starts, and whatever that starts, becomes a child of this process when its own
parent ends (PR_SET_CHILD_SUBREAPER). What still lives a moment after the command has ended has
survived it: it is written to REPORT and ended here, by its id.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
# An ended lane's processes are killed with it; the kernel may need a moment for that.
PATIENCE_S = 1.5


def parents() -> dict[int, int]:
    """The parent of every process that is not a zombie."""
    found = {}
    # Not by glob: it looks at each entry first, and fails where a process ends meanwhile.
    for number in filter(str.isdigit, os.listdir("/proc")):  # noqa: PTH208
        with contextlib.suppress(OSError):
            stat = Path("/proc", number, "stat").read_text(errors="replace")
            fields = stat.rpartition(")")[2].split()
            if fields[0] != "Z":
                found[int(number)] = int(fields[1])
    return found


def below(pid: int) -> list[int]:
    """The living processes that descend from `pid`."""
    parent_of = parents()
    found: list[int] = []
    waiting = [pid]
    while waiting:
        parent = waiting.pop()
        children = [child for child, its in parent_of.items() if its == parent]
        found += children
        waiting += children
    return found


def described(pid: int) -> str:
    """The name that a process has given itself, and its command line."""
    words = []
    for name in ("comm", "cmdline"):
        with contextlib.suppress(OSError):
            words.append(Path(f"/proc/{pid}/{name}").read_text(errors="replace").strip("\n\0"))
    return " ".join(words).replace("\0", " ")[:300]


def end(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGKILL)


def reap() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def main(report: str, seconds: str, *command: str) -> None:
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    began = time.monotonic()
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as process:
        try:
            code = process.wait(float(seconds))
        except subprocess.TimeoutExpired:
            process.kill()
            code = None
    took_s = time.monotonic() - began
    deadline = time.monotonic() + PATIENCE_S
    while (left := below(os.getpid())) and time.monotonic() < deadline:
        reap()
        time.sleep(0.05)
    survivors = [described(pid) for pid in left]
    while left := below(os.getpid()):
        for pid in left:
            end(pid)
        reap()
        time.sleep(0.02)
    Path(report).write_text(
        json.dumps({"code": code, "seconds": round(took_s, 2), "survivors": survivors})
    )


main(*sys.argv[1:])
