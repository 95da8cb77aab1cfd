"""Twenty minutes of good, bad and hostile submissions, with faults: what is lost, what drifts.

    python benchmarks/trust/soak.py [--minutes 20] [--isolation auto]

A marathon grades one very large class for all that time, while lanes of it are killed; its memory,
descriptors and rate are sampled. Beside it rounds grade small classes, each with a fault:

- `lanes`, `workers`: processes are killed now and then;
- `interrupt`: Ctrl-C, then the same command again;
- `full disk`: the results lie on a disk that fills up; then there is room, and the same command;
- `slow disk`, `clock`: each fsync takes 30 ms; the clock jumps by up to a day, to and fro.

The last two need a C compiler (a library that is loaded first), `full disk` needs root; what cannot
be had is said and left out. Every learner must get what their file gets in peace.

Exit code: 1 when a result is lost or other than in peace, or memory, descriptors or time drift.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
SOFTMAX = """import numpy as np
def softmax(Z):
    E = np.exp(Z - Z.max(axis=0, keepdims=True))
    return E / E.sum(axis=0, keepdims=True)
"""
LIMITS = ("--limit", "call=0.5", "--limit", "statement=1", "--limit", "submission=4")
CLASS = 150
KILL_EVERY_S = 12.0
SAMPLE_S = 5.0
# So much more in the last third than in the first is drift.
MORE_MEMORY, MORE_TIME = 1.15, 1.5
SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>
#include <sys/time.h>
#include <unistd.h>
static long jump(void) {
    static long by = 0; static int calls = 0;
    if (getenv("SOAK_CLOCK") && ++calls % 50 == 0) by = (random() % 172800) - 86400;
    return by;
}
int clock_gettime(clockid_t id, struct timespec *at) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(id, at);
    if (id == CLOCK_REALTIME) at->tv_sec += jump();
    return result;
}
time_t time(time_t *out) {
    struct timespec at; clock_gettime(CLOCK_REALTIME, &at);
    if (out) *out = at.tv_sec;
    return at.tv_sec;
}
static void rest(void) { if (getenv("SOAK_FSYNC")) usleep(30000); }
int fsync(int fd) {
    static int (*real)(int);
    if (!real) real = dlsym(RTLD_NEXT, "fsync");
    rest(); return real(fd);
}
int fdatasync(int fd) {
    static int (*real)(int);
    if (!real) real = dlsym(RTLD_NEXT, "fdatasync");
    rest(); return real(fd);
}
"""
# What is handed in, how often, in parts of the whole.
KINDS: dict[str, tuple[int, str]] = {
    "right": (40, SOFTMAX),
    "right, slowly": (6, "import time\ntime.sleep(0.1)\n" + SOFTMAX),
    "overflow": (12, SOFTMAX.replace(" - Z.max(axis=0, keepdims=True)", "")),
    "rows": (12, SOFTMAX.replace("axis=0", "axis=1")),
    "its input": (6, "def softmax(Z):\n    return Z\n"),
    "no syntax": (6, "def softmax(Z:\n"),
    "raises": (5, "def softmax(Z):\n    raise ValueError('no')\n"),
    "nothing": (3, ""),
    "prints": (2, SOFTMAX.replace("    return", "    print('x' * 10**6)\n    return")),
    "loops": (1, "def softmax(Z):\n    while True: pass\n"),
    "loops at once": (1, "while True: pass\n"),
    "eats memory": (1, "def softmax(Z):\n    return [bytearray(10**8) for _ in range(10**6)]\n"),
    "exits": (1, "import os\ndef softmax(Z):\n    os._exit(0)\n"),
    "crashes": (1, "import ctypes\ndef softmax(Z):\n    ctypes.string_at(0)\n"),
    "kills": (1, "import os\nfor p in (os.getppid(), -1):\n    os.kill(p, 9)\n"),
    "forks": (1, "import os\nwhile True:\n    os.fork()\n"),
    "writes": (1, "open('/tmp/soak', 'w').write('x' * 10**9)\n" + SOFTMAX),
    "recurses": (1, "def softmax(Z):\n    return softmax(Z)\n"),
}  # fmt: skip


@dataclass(slots=True)
class Findings:
    """What has gone wrong, what was done, and what the marathon was seen to use."""

    problems: list[str] = field(default_factory=list)
    rounds: Counter[str] = field(default_factory=Counter)
    graded: int = 0
    killed: Counter[str] = field(default_factory=Counter)
    # Memory in KiB and descriptors, in the order of time.
    samples: list[tuple[int, int]] = field(default_factory=list)
    # Of right files, in the order in which they were graded.
    seconds: list[float] = field(default_factory=list)


def main() -> None:
    """Run, print the figures, and say what has gone wrong."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--isolation", default="auto")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 10**6)
    options = parser.parse_args()
    chance = random.Random(options.seed)  # noqa: S311  # no secret
    print(f"seed {options.seed}", flush=True)
    found = Findings()
    with tempfile.TemporaryDirectory(prefix="soak-") as name:
        folder = Path(name)
        grade = Command(folder, options.isolation)
        peace = in_peace(grade, folder)
        shim = compiled(folder)
        faults = ["none", "lanes", "workers", "interrupt"]
        faults += ["slow disk", "clock"] if shim else []
        faults += ["full disk"] if os.geteuid() == 0 else []
        print("faults:", ", ".join(faults), flush=True)
        end = time.monotonic() + 60 * options.minutes
        with marathon(grade, folder, chance, found, peace):
            number = 0
            while time.monotonic() < end:
                fault = faults[number % len(faults)]
                number += 1
                one_round(grade, folder / f"round{number}", fault, shim, chance, found, peace)
    report(found)
    sys.exit(bool(found.problems))


@dataclass(frozen=True, slots=True)
class Command:
    """`grader grade` for the first exercise."""

    folder: Path
    isolation: str

    def start(self, submissions: Path, out: Path, jobs: int, **env: str) -> subprocess.Popen[str]:
        """The command, started."""
        command = [
            sys.executable, "-m", "grader", "grade", submissions, "--out", out, "--jobs", jobs,
            "--course", ROOT / "solutions", "--exercise", "ex01_softmax",
            "--isolation", self.isolation, *LIMITS,
        ]  # fmt: skip
        return subprocess.Popen(
            list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            text=True, env=os.environ | env,
        )  # fmt: skip


def write_class(folder: Path, count: int, chance: random.Random) -> dict[str, str]:
    """A class of so many, and the kind of each."""
    folder.mkdir(parents=True)
    kinds = chance.choices(list(KINDS), [weight for weight, _ in KINDS.values()], k=count)
    for number, kind in enumerate(kinds):
        (folder / f"s{number:06}.py").write_text(KINDS[kind][1])
    return {f"s{number:06}": kind for number, kind in enumerate(kinds)}


def scores(out: Path) -> dict[str, float | None]:
    """Each learner's score in a folder of results."""
    lines = (out / "results.jsonl").read_text().splitlines()
    return {line["student"]: line["score"] for line in map(json.loads, lines)}


def in_peace(grade: Command, folder: Path) -> dict[str, float | None]:
    """What each kind of file gets when nothing goes wrong."""
    (folder / "kinds").mkdir()
    names = {f"k{number}": kind for number, kind in enumerate(KINDS)}
    for name, kind in names.items():
        (folder / "kinds" / f"{name}.py").write_text(KINDS[kind][1])
    process = grade.start(folder / "kinds", folder / "peace", 1)
    _, errors = process.communicate()
    assert process.returncode == 0, errors
    return {names[name]: score for name, score in scores(folder / "peace").items()}


def compiled(folder: Path) -> Path | None:
    """The library with another clock and a slow fsync; None where no compiler is."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        print("no C compiler: no slow disk, no clock that jumps")
        return None
    (folder / "shim.c").write_text(SHIM)
    library = folder / "shim.so"
    command = [compiler, "-shared", "-fPIC", "-O1", "-o", library, folder / "shim.c", "-ldl"]
    subprocess.run(command, check=True)
    return library


@contextmanager
def marathon(
    grade: Command, folder: Path, chance: random.Random, found: Findings,
    peace: dict[str, float | None],
) -> Iterator[None]:  # fmt: skip
    """A very large class that is graded while the block lasts, then stopped and looked at."""
    kinds = write_class(folder / "many", 100_000, chance)
    out = folder / "many-results"
    process = grade.start(folder / "many", out, 1)
    stop = threading.Event()
    watchers = [
        threading.Thread(target=sample, args=(process.pid, found, stop)),
        threading.Thread(target=kill_now_and_then, args=(process.pid, "lanes", found, stop)),
    ]
    for watcher in watchers:
        watcher.start()
    try:
        yield
    finally:
        stop.set()
        for watcher in watchers:
            watcher.join()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=120)
    if process.returncode != 130:  # what a shell makes of SIGINT
        found.problems.append(f"the marathon ended with {process.returncode}: {errors[-500:]}")
        return
    done = stored(out, kinds, found)
    found.graded += len(done)
    compare("the marathon", done, kinds, peace, found)


def stored(out: Path, kinds: dict[str, str], found: Findings) -> dict[str, float | None]:
    """Each learner's score in the store of a stopped run; note how long right ones took."""
    with sqlite3.connect(out / "results.sqlite") as connection:
        rows = connection.execute("SELECT student, seconds FROM submission ORDER BY rowid")
        found.seconds = [seconds for student, seconds in rows if kinds[student] == "right"]
        return dict(connection.execute("SELECT student, score FROM function"))


def one_round(
    grade: Command, folder: Path, fault: str, shim: Path | None, chance: random.Random,
    found: Findings, peace: dict[str, float | None],
) -> None:  # fmt: skip
    """Grade a class with a fault, again if it was stopped, and look at the results."""
    kinds = write_class(folder / "class", CLASS, chance)
    env = {"slow disk": {"SOAK_FSYNC": "1"}, "clock": {"SOAK_CLOCK": "1"}}.get(fault, {})
    if env:
        env["LD_PRELOAD"] = str(shim)
    before = leftovers()
    with disk(folder / "out", full=fault == "full disk") as out:
        process = grade.start(folder / "class", out, 2, **env)
        stop = threading.Event()
        watcher = threading.Thread(target=kill_now_and_then, args=(process.pid, fault, found, stop))
        watcher.start()
        if fault == "interrupt":
            time.sleep(chance.uniform(1, 8))
            process.send_signal(signal.SIGINT)
        _, errors = process.communicate()
        stop.set()
        watcher.join()
        if process.returncode and fault in ("interrupt", "full disk"):
            found.rounds[f"{fault}, gone on with"] += 1
            make_room(out)
            process = grade.start(folder / "class", out, 2)
            _, errors = process.communicate()
        if process.returncode:
            found.problems.append(f"{folder.name}, {fault}: exit {process.returncode}: {errors}")
        else:
            compare(f"{folder.name}, {fault}", scores(out), kinds, peace, found, all_of_them=True)
    found.rounds[fault] += 1
    found.graded += CLASS
    time.sleep(0.5)
    if more := leftovers() - before:
        found.problems.append(f"{folder.name}, {fault}: left behind: {sorted(more)}")
    shutil.rmtree(folder)


@contextmanager
def disk(out: Path, *, full: bool) -> Iterator[Path]:
    """A folder for results; `full`: on a disk with little room."""
    out.mkdir()
    if not full:
        yield out
        return
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=700k", "tmpfs", out], check=True)
    try:
        yield out
    finally:
        subprocess.run(["umount", out], check=True)


def make_room(out: Path) -> None:
    """Let a disk that was full have room."""
    if os.path.ismount(out):
        subprocess.run(["mount", "-o", "remount,size=64m", out], check=True)


def compare(
    where: str, got: dict[str, float | None], kinds: dict[str, str],
    peace: dict[str, float | None], found: Findings, *, all_of_them: bool = False,
) -> None:  # fmt: skip
    """Note whose result is missing, or other than in peace."""
    if all_of_them and (missing := kinds.keys() - got.keys()):
        found.problems.append(f"{where}: lost: {sorted(missing)[:5]}")
    for student, score in got.items():
        if score != peace[kinds[student]]:
            kind = kinds[student]
            found.problems.append(f"{where}: {student} ({kind}) got {score}, not {peace[kind]}")


def kill_now_and_then(pid: int, what: str, found: Findings, stop: threading.Event) -> None:
    """Kill a lane or a worker of the command now and then; far enough apart for a second try."""
    while what in ("lanes", "workers") and not stop.wait(KILL_EVERY_S):
        workers = [child for child in children(pid) if b"spawn_main" in command_of(child)]
        victims = workers if what == "workers" else [z for w in workers for z in children(w)]
        if victims:
            with suppress(ProcessLookupError):
                os.kill(victims[0], signal.SIGKILL)
                found.killed[what] += 1


def children(pid: int) -> list[int]:
    """The numbers of a process's children."""
    with suppress(OSError):
        return list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))
    return []


def command_of(pid: int) -> bytes:
    """The command line of a process."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def sample(pid: int, found: Findings, stop: threading.Event) -> None:
    """Note what a command and its worker hold."""
    while not stop.wait(SAMPLE_S):
        memory = descriptors = 0
        with suppress(OSError):
            for one in (pid, *children(pid)):
                status = Path(f"/proc/{one}/status").read_text()
                memory += int(status.partition("VmRSS:")[2].split()[0])
                descriptors += len(list(Path(f"/proc/{one}/fd").iterdir()))
            found.samples.append((memory, descriptors))


def leftovers() -> set[str]:
    """Temporary files of the grader's."""
    return {path.name for path in Path(tempfile.gettempdir()).glob("grader-*")}


def report(found: Findings) -> None:
    """Print the figures, and note what has drifted."""
    print(f"\n{found.graded} results in {sum(found.rounds.values())} rounds and the marathon")
    print("rounds:", ", ".join(f"{name} {count}" for name, count in found.rounds.items()))
    print("killed:", ", ".join(f"{name} {count}" for name, count in found.killed.items()))
    third, count = len(found.samples) // 3, len(found.seconds) // 3
    if third and count:
        # When it begins, a process has not yet loaded all that it needs.
        parts = found.samples[third // 2 : third], found.samples[-third:]
        memory = [median(held for held, _ in part) / 1024 for part in parts]
        held = [max(descriptors for _, descriptors in part) for part in parts]
        took = [1e3 * median(part) for part in (found.seconds[:count], found.seconds[-count:])]
        print(f"memory: {memory[0]:.1f} MiB in the first third, {memory[1]:.1f} in the last")
        print(f"descriptors: at most {held[0]}, and {held[1]}")
        print(f"a right submission: {took[0]:.1f} ms, and {took[1]:.1f} (medians)")
        if memory[1] > MORE_MEMORY * memory[0]:
            found.problems.append("memory grows")
        if held[1] > held[0] + 4:
            found.problems.append("descriptors grow")
        if took[1] > MORE_TIME * took[0]:
            found.problems.append("a submission takes longer and longer")
    for problem in found.problems[:40]:
        print(problem)
    print(f"{len(found.problems)} problems")


if __name__ == "__main__":
    main()
