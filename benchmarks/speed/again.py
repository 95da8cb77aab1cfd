"""How long a second run takes: nothing has changed, one is late, one has a loop that never ends.

    python benchmarks/speed/again.py [--students 300]

A messy class is graded once; every later run is a new process, as an instructor starts it.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measure import machine

from grader.course.folder import course_of
from grader.course.messy import messy_class, write_messy

UNCHANGED_S, LATE_S = 2.0, 3.0
TRIES = 3


def main() -> None:
    """Print a table; exit code 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--course", type=Path, default=Path("solutions"))
    parser.add_argument("--students", type=int, default=300)
    options = parser.parse_args()
    course = course_of(options.course)
    print(machine(), "\n")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        class_, roster = write_messy(course, folder, students=options.students)
        command = [sys.executable, "-m", "grader", "grade", class_, "--roster", roster]
        command += ["--out", folder / "results", "--course", options.course]
        first_s, said = timed(command)
        print("| run | seconds | |\n| --- | --- | --- |")
        print(f"| the first one | {first_s:.1f} | {said} |")
        unchanged_s = min(timed(command)[0] for _ in range(TRIES))
        print(f"| nothing has changed, best of {TRIES} | {unchanged_s:.2f} | {timed(command)[1]} |")
        late = messy_class(course, students=options.students)[-1].canvas_files
        for file, data in late.items():
            (class_ / file).write_bytes(data + b"# once more\n")
        late_s, said = timed(command)
        print(f"| one is late | {late_s:.2f} | {said} |")
    missed = unchanged_s > UNCHANGED_S or late_s > LATE_S
    print(f"\nunder {UNCHANGED_S:g} s and {LATE_S:g} s: {'no' if missed else 'yes'}")
    sys.exit(missed)


def timed(command: list[object]) -> tuple[float, str]:
    """How long a command takes, and its line on what was graded."""
    before, began = spent(), time.perf_counter()
    done = subprocess.run(
        [*map(str, command)], capture_output=True, text=True, encoding="utf-8", check=True
    )
    seconds = time.perf_counter() - began
    counts = next(line for line in done.stdout.splitlines() if "unchanged" in line)
    return seconds, f"{counts}; {spent() - before:.1f} s of computing"


def spent() -> float:
    """How long this process's children have computed, with their own children."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
