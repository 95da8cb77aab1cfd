"""Measure wall time and CPU time of processes on Linux, and describe the machine."""

from __future__ import annotations

import os
import platform
import resource
import subprocess
import time
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

POLL_S = 0.0002
END_TIMEOUT_S = 10.0

# Processes, each with the nanoseconds it has spent on a CPU.
CpuTimes = dict[int, int]


@dataclass(frozen=True, slots=True)
class Timing:
    """How long something took: waiting for it, and computing, all processes together."""

    wall_ms: float
    core_ms: float


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time: the clock, our CPU time, and that of all processes of the machine, in s."""

    clock_s: float
    own_s: float
    all_s: float

    @classmethod
    def now(cls) -> Moment:
        """What the clocks say."""
        with Path("/proc/stat").open() as file:
            user, nice, system, _idle, _waiting, irq, soft = map(int, file.readline().split()[1:8])
        ticks = user + nice + system + irq + soft
        return cls(time.perf_counter(), cpu_s(), ticks / os.sysconf("SC_CLK_TCK"))

    def others_until(self, end: Moment) -> float:
        """How many cores other processes kept busy between this moment and `end`, on average.

        They make everything dearer, CPU time included: cores share caches and memory.
        """
        busy_s = (end.all_s - self.all_s) - (end.own_s - self.own_s)
        return max(busy_s, 0.0) / (end.clock_s - self.clock_s)


def medians(timings: Sequence[Timing]) -> Timing:
    """The median wall time and the median CPU time."""
    return Timing(median(t.wall_ms for t in timings), median(t.core_ms for t in timings))


def command_timing(
    command: Sequence[str | Path], *, cwd: Path, exit_codes: Container[int] = (0,)
) -> Timing:
    """The time of one run of `command`, with the CPU time of everything it started and waited for.

    Raises RuntimeError, with what it printed, when it ends with another exit code.
    """
    cpu_began = cpu_s()
    began = time.perf_counter()
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    wall_s = time.perf_counter() - began
    if done.returncode not in exit_codes:
        words = " ".join(map(str, command))
        raise RuntimeError(f"{words} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return Timing(wall_s * 1000, (cpu_s() - cpu_began) * 1000)


def cpu_s() -> float:
    """The CPU time of this process, and of all below it that have ended and been waited for."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


def tree_cpu(root: int) -> CpuTimes:
    """The CPU time of `root` and of every process below it, also of those not yet reaped.

    Taken from /proc/PID/schedstat, which counts nanoseconds; /proc/PID/stat counts ticks of 10 ms.
    """
    times = {root: _cpu_ns(root)}
    for child in Path(f"/proc/{root}/task/{root}/children").read_text().split():
        times |= tree_cpu(int(child))
    return times


def settled_tree_cpu(root: int, before: CpuTimes) -> CpuTimes:
    """Like `tree_cpu`, once every process that is not in `before` has ended.

    What the kernel does to take a killed process apart is work, too, and goes on after the kill.
    """
    deadline = time.monotonic() + END_TIMEOUT_S
    while True:
        times = tree_cpu(root)
        if all(_has_ended(pid) for pid in times.keys() - before.keys()):
            return tree_cpu(root)
        if time.monotonic() > deadline:
            raise RuntimeError(f"a learner's process still runs after {END_TIMEOUT_S:g} seconds")
        time.sleep(POLL_S)


def spent_ms(before: CpuTimes, after: CpuTimes) -> float:
    """The CPU time between two looks at a tree, in milliseconds."""
    return sum(ns - before.get(pid, 0) for pid, ns in after.items()) / 1e6


def _cpu_ns(pid: int) -> int:
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])


def _has_ended(pid: int) -> bool:
    state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return state in "ZX"


def machine() -> str:
    """The machine and the versions that the figures belong to, in one line."""
    info = Path("/proc/cpuinfo").read_text()
    models = [line.partition(":")[2].strip() for line in info.splitlines() if "model name" in line]
    return (
        f"{models[0] if models else platform.machine()}, {len(os.sched_getaffinity(0))} cores,"
        f" {platform.system()} {platform.release().partition('-')[0]},"
        f" Python {platform.python_version()}, NumPy {np.__version__}"
    )


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; numbers with a point are rounded to what their size makes readable."""
    lines = [headings, ["---"] * len(headings), *([_cell(value) for value in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _cell(value: object) -> str:
    if not isinstance(value, float):
        return str(value)
    return f"{value:.2f}" if value < 100 else f"{value:,.0f}"
