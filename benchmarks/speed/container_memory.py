"""Measure the memory of grading one submission in a container, all processes together.

    python benchmarks/speed/container_memory.py

Grades the solved course, and the same with a wrong softmax, for which a second zygote answers. What
processes share is counted once (PSS). Exit code: 1 when a peak is over what Gradescope's smallest
container has.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from grader.course.folder import course_of
from grader.course.sealing import FIXED_SEED
from grader.platforms.container.pack import NAME, Settings, packed

COURSE = Path(__file__).resolve().parents[2] / "solutions"
LIMIT_MIB = 768
WRONG = "import numpy as np\ndef softmax(Z):\n    return np.exp(Z) / np.exp(Z).sum()\n"
GRADE = """
import sys
from pathlib import Path
from grader.platforms.container.grade import grade_in_container
if __name__ == "__main__":
    folder = Path(sys.argv[1])
    print(grade_in_container([folder / "work"], folder).score)
"""


def main() -> int:
    """Print a line for each submission."""
    course = course_of(COURSE)
    highest = 0.0
    for name, softmax in (("right", ""), ("with a wrong softmax", WRONG)):
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            (folder / NAME).write_bytes(packed(course, Settings(seed=FIXED_SEED)))
            (folder / "work").mkdir()
            for exercise in course.exercises:
                data = exercise.reference_path.read_text(encoding="utf-8")
                (folder / "work" / f"{exercise.slug}.py").write_text(data)
            if softmax:
                (folder / "work" / "ex01_softmax.py").write_text(softmax)
            points, peak = _peak_mib(folder)
        print(f"{name}: {points} points, at most {peak:.0f} MiB of {LIMIT_MIB}")
        highest = max(highest, peak)
    return 1 if highest > LIMIT_MIB else 0


def _peak_mib(folder: Path) -> tuple[str, float]:
    script = folder / "grade.py"
    script.write_text(GRADE)
    process = subprocess.Popen(
        [sys.executable, str(script), str(folder)], stdout=subprocess.PIPE, text=True
    )
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, sum(map(_pss_mib, _family(process.pid))))
        time.sleep(0.005)
    assert process.stdout is not None
    return process.stdout.read().strip(), peak


def _family(pid: int) -> list[int]:
    """Return a process and all that it has started."""
    found = [pid]
    for member in found:
        for children in Path(f"/proc/{member}/task").glob("*/children"):
            try:
                found += map(int, children.read_text().split())
            except OSError:
                continue
    return found


def _pss_mib(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


if __name__ == "__main__":
    sys.exit(main())
