"""Measure runs in which only points have changed.

    python benchmarks/speed/repricing.py [--students 300]

The sample class is graded once; then `grader grade` runs again with nothing changed, with other
points in course.toml, and with a rubric. Prints seconds, and how many were graded again.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measure import machine, table
from submission import COURSE


def main() -> None:
    """Grade a class several times, and print what each run took."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--students", type=int, default=300, metavar="N", help="default: 300")
    students = parser.parse_args().students
    print(machine() + "\n", flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        course = Path(shutil.copytree(COURSE, folder / "course"))
        command = ["demo", "--students", str(students), "--out", folder, "--course", course]
        rows = [("grading all of it", *timed(command))]
        again = ["grade", folder / "submissions", "--out", folder / "results", "--course", course]
        rows.append(("nothing has changed", *timed(again)))
        toml = course / "course.toml"
        text = toml.read_text(encoding="utf-8")
        toml.write_text(text.replace("softmax = 12", "softmax = 11"), encoding="utf-8")
        rows.append(("other points for `softmax`", *timed(again)))
        toml.write_text(text.replace("[limits]", "rounding = 0.5\n\n[limits]"), encoding="utf-8")
        rows.append(("all points rounded to halves", *timed(again)))
        print(table((f"a class of {students}", "seconds", "graded", "whose points moved"), rows))


def timed(command: list[object]) -> tuple[float, int, int]:
    """Run the command. Return its seconds, how many it graded, and how many points have moved."""
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "grader", *map(str, command)],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    taken_s = time.perf_counter() - began
    graded = re.search(r"^graded (\d+) \(", done.stdout, re.MULTILINE)
    if done.returncode != 0 or graded is None:
        raise SystemExit(done.stdout)
    more = re.search(r"and (\d+) more$", done.stdout, re.MULTILINE)
    moves = done.stdout.count(" -> ") + (int(more[1]) if more else 0)
    return taken_s, int(graded[1]), moves


if __name__ == "__main__":
    main()
