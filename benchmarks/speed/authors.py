"""Measure how long an author waits: for the proof of a course, of an exercise, of what was saved.

    python benchmarks/speed/authors.py

The proof of the course and of the exercise (the one with most mistakes) are commands, start-up
included. The watch has proved that exercise once; then a mistake is added to it. CPU time is that
of all processes, which an idle machine of two cores needs at least half of as time by the clock;
the last column says how many cores other programs kept busy meanwhile.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from measure import Moment

from grader.course.watching import watch_course

ROOT = Path(__file__).resolve().parents[2]
EXERCISE = "ex05_output_layer"
ADDED = '\n\ndef hypotheses__added(Theta, X):\n    """Added."""\n    return Theta @ X\n'


def main() -> None:
    """Prove, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args()
    print("| proof of | by the clock, s | CPU, s | others, cores |\n|---|---|---|---|")
    for _ in range(options.rounds):
        measured("the course", prove)
        measured("one exercise", lambda: prove("--exercise", EXERCISE))
        saved_mistake()


def measured(what: str, action: Callable[[], object]) -> None:
    """Do it, and print what it took."""
    began = Moment.now()
    action()
    end = Moment.now()
    wall_s, cpu_s = end.clock_s - began.clock_s, end.own_s - began.own_s
    print(f"| {what} | {wall_s:.1f} | {cpu_s:.1f} | {began.others_until(end):.1f} |", flush=True)


def prove(*arguments: str) -> None:
    """Run the command."""
    command = [sys.executable, "-m", "grader", "build", "--check", *arguments]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)


def saved_mistake() -> None:
    """Watch a copy of the course while a mistake is saved."""
    with tempfile.TemporaryDirectory() as folder:
        course = Path(folder, "solutions").resolve()
        shutil.copytree(ROOT / "solutions", course)
        path = course / EXERCISE / "mistakes.py"
        began: list[Moment] = []

        def saves() -> Iterator[list[Path]]:
            path.write_text(path.read_text(encoding="utf-8") + ADDED, encoding="utf-8")
            began.append(Moment.now())
            yield [path]

        watch_course(course, ROOT / "exercises", (EXERCISE,), lambda _text: None, saves())
        # The processes of the watch have not ended, so their CPU time is not known.
        print(f"| a saved mistake | {Moment.now().clock_s - began[0].clock_s:.1f} | | |")


if __name__ == "__main__":
    main()
