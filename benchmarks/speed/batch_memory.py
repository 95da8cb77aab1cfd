"""What a large class costs the process that grades it: memory, and what is left behind.

Grades 1 000 and then 10 000 tiny submissions of one exercise, and prints for both the peak memory
of the command's own process, the rate, and which descriptors, processes and temporary files are
more after the run than before it:

    python benchmarks/speed/batch_memory.py [SMALL LARGE]
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXERCISE = "ex01_softmax"
SOFTMAX = """import numpy as np
def softmax(Z):
    E = np.exp(Z - Z.max(axis=0, keepdims=True))
    return E / E.sum(axis=0, keepdims=True)
"""
WRITTEN = set(
    "changes.csv feedback gradebook.csv misconceptions.csv report.html results.jsonl"
    " results.sqlite run.json".split()
)
POLL_S = 0.02
ALLOWED = 1.2


@dataclass(frozen=True, slots=True)
class Run:
    """One run: peak memory of the parent, the most descriptors it held, what it left."""

    students: int
    seconds: float
    peak_mib: float
    descriptors: tuple[int, int]
    left: dict[str, int]


def main() -> int:
    """Print the table; 1 when memory grows by more than a fifth or anything is left."""
    small, large = map(int, sys.argv[1:3] or ("1000", "10000"))
    runs = [_measured(students) for students in (small, large)]
    for run in runs:
        early, late = run.descriptors
        print(
            f"{run.students:6} submissions: {run.seconds:6.1f} s"
            f" ({run.students / run.seconds:.0f}/s), peak {run.peak_mib:.1f} MiB,"
            f" descriptors {early} a third in, {late} at most after that, left: {run.left}"
        )
    ratio = runs[1].peak_mib / runs[0].peak_mib
    print(f"peak memory: {ratio:.3f} times that of the small class (at most {ALLOWED})")
    clean = not any(count for run in runs for count in run.left.values())
    return 0 if ratio <= ALLOWED and clean else 1


def _measured(students: int) -> Run:
    work = Path(tempfile.mkdtemp(prefix="batch-memory-"))
    try:
        return _run(work, students)
    finally:
        shutil.rmtree(work)


def _run(work: Path, students: int) -> Run:
    folder, out, temporary = work / "class", work / "out", work / "tmp"
    for path in (folder, temporary):
        path.mkdir()
    for number in range(students):
        (folder / f"student-{number:05}.py").write_text(f"# {number}\n{SOFTMAX}")
    command = [sys.executable, "-m", "grader", "grade", folder, "--out", out]
    command += ["--exercise", EXERCISE, "--course", ROOT / "solutions"]
    shared = _names(Path("/dev/shm"))  # noqa: S108  # where semaphores live
    began = time.monotonic()
    process = subprocess.Popen(
        list(map(str, command)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "TMPDIR": str(temporary)},
    )
    peak_kib, descriptors = 0, []
    started: set[tuple[int, str]] = set()
    while process.poll() is None:
        peak_kib = max(peak_kib, _peak_kib(process.pid))
        descriptors.append(_descriptors(process.pid))
        started |= _descendants(process.pid)
        time.sleep(POLL_S)
    seconds = time.monotonic() - began
    if process.returncode:
        raise SystemExit(f"the command failed with {process.returncode}")
    time.sleep(1)
    third = len(descriptors) // 3
    left = {
        "processes": sum(born != "" and _born(pid) == born for pid, born in started),
        "temporary files": len(_names(temporary)),
        "shared memory": len(_names(Path("/dev/shm")) - shared),  # noqa: S108  # likewise
        "files in RESULTS": len(_names(out) - WRITTEN),
    }
    held = (descriptors[third], max(descriptors[third:]))
    return Run(students, seconds, peak_kib / 1024, held, left)


def _peak_kib(pid: int) -> int:
    """The most resident memory that a process has had; 0 when it has just ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)


def _descriptors(pid: int) -> int:
    try:
        return len(list(Path(f"/proc/{pid}/fd").iterdir()))
    except OSError:
        return 0


def _descendants(pid: int) -> set[tuple[int, str]]:
    """The processes that `pid` has started, and that those have, each with when it was born."""
    try:
        children = list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))
    except OSError:
        return set()
    return {(child, _born(child)) for child in children}.union(*map(_descendants, children))


def _born(pid: int) -> str:
    """When a process was started, which tells it from a later one of the same number.

    An empty text when it has ended, even if the system's first process has not yet asked for its
    exit code.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] == "Z" else fields[19]


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


if __name__ == "__main__":
    sys.exit(main())
