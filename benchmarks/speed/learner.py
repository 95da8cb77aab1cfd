"""How long a learner waits: a check of a file and of the folder, a redraw in watch, and Ctrl-C.

    python benchmarks/speed/learner.py [--runs 15]

The exercises hold the course's own solutions, so every check is run. Each figure is the median of
so many runs, with the quickest beside it: on a machine that others use, that one is nearest to an
idle one. "watch" is the time from the end of a save to the last byte of the new screen, in a
terminal of 80 columns; "Ctrl-C" from the key to the end of the process, in the middle of a loop
that never ends. Exit code 1 when the quickest run misses a target.
"""

from __future__ import annotations

import argparse
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from measure import Moment, command_timing

from grader.course.folder import course_of
from grader.course.handout import script
from grader.learner.start import start

ROOT = Path(__file__).resolve().parents[2]
GRADER = Path(sys.executable).with_name("grader")
TARGETS_S = {"a file": 0.3, "the folder": 0.6, "watch": 0.5, "Ctrl-C": 0.3}
ENDLESS = "def softmax(Z):\n    while True: pass\n"
LAST = b"q: quit)."


def main() -> int:
    """Print the table; 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=15)
    options = parser.parse_args()
    began = Moment.now()
    with TemporaryDirectory() as folder:
        work = solved(Path(folder))
        measured = {
            "a file": times(options.runs, lambda: checked(work, "ex01_softmax.py")),
            "the folder": times(options.runs, lambda: checked(work)),
            "watch": redraws(work, options.runs),
            "Ctrl-C": times(max(3, options.runs // 3), lambda: stopped(work)),
        }
    print("| | median s | quickest s | at most |\n|---|---:|---:|---:|")
    for name, seconds in measured.items():
        print(f"| {name} | {median(seconds):.2f} | {min(seconds):.2f} | {TARGETS_S[name]} |")
    print(f"\nothers kept {began.others_until(Moment.now()):.1f} cores busy meanwhile")
    return int(any(min(seconds) > TARGETS_S[name] for name, seconds in measured.items()))


def solved(folder: Path) -> Path:
    """Lay out the exercises with the course's solutions in them."""
    start(folder, form="py")
    for exercise in course_of(ROOT / "solutions").exercises:
        text = script(exercise, solved=True)
        (folder / f"{exercise.slug}.py").write_text(text, encoding="utf-8")
    return folder


def times(runs: int, once: Callable[[], float]) -> list[float]:
    """Return the seconds of so many runs, after one that is not counted."""
    once()
    return [once() for _ in range(runs)]


def checked(folder: Path, *files: str) -> float:
    """Return how long one `grader check` takes."""
    return command_timing([GRADER, "check", *files], cwd=folder).wall_ms / 1000


@contextmanager
def watching(folder: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Run `grader check --watch` of one file in a terminal; yield the terminal and the process."""
    main_end, other = pty.openpty()
    command = [GRADER, "check", "--watch", "ex01_softmax.py"]
    environment = {**os.environ, "COLUMNS": "80", "TERM": "xterm"}
    process = subprocess.Popen(
        command, cwd=folder, stdin=other, stdout=other, stderr=other, env=environment,
        start_new_session=True,
    )  # fmt: skip
    os.close(other)
    try:
        yield main_end, process
    finally:
        process.kill()
        process.wait()
        os.close(main_end)


def read_until(terminal: int, words: bytes) -> float:
    """Read until these words were shown; return when that was."""
    text = b""
    while words not in text:
        if not select.select([terminal], [], [], 30)[0]:
            raise RuntimeError(f"{words!r} was not shown within half a minute: {text[-500:]!r}")
        text += os.read(terminal, 65536)
    return time.perf_counter()


def redraws(folder: Path, runs: int) -> list[float]:
    """Return the seconds from a save to the new screen."""
    file = folder / "ex01_softmax.py"
    text = file.read_text(encoding="utf-8")
    found = []
    with watching(folder) as (terminal, _process):
        read_until(terminal, LAST)
        for number in range(runs):
            time.sleep(0.3)
            file.write_text(f"{text}# {number}\n", encoding="utf-8")
            saved = time.perf_counter()
            found.append(read_until(terminal, LAST) - saved)
    return found


def stopped(folder: Path) -> float:
    """Return the seconds from Ctrl-C to the end of the process, while a loop never ends."""
    file = folder / "ex01_softmax.py"
    text = file.read_text(encoding="utf-8")
    file.write_text(ENDLESS, encoding="utf-8")
    try:
        with watching(folder) as (terminal, process):
            read_until(terminal, b"checking ...")
            time.sleep(1.0)
            pressed = time.perf_counter()
            process.send_signal(2)
            process.wait(timeout=30)
            return time.perf_counter() - pressed
    finally:
        file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
