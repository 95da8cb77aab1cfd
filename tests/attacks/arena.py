"""Where the attacks are run: canaries that really exist, the real command, and what it left.

A run grades one class by `grader grade` under watch.py. The class holds every attack and, between
them, bystanders. A second, undisturbed run of the same command grades the honest parts of the
attacks and the same bystanders: what is expected comes from there.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import hashlib
import importlib.metadata
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.attacks.attack import Attack
from tests.attacks.classroom import bystanders, twin_name
from tests.attacks.folders import (
    bytes_of,
    contents,
    give,
    is_closed,
    make_writable,
    name_packages,
    open_to_all,
    ordinary_interpreter,
    requirements,
    touched,
    umask,
    write,
)
from tests.attacks.listeners import Listeners
from tests.support.course import ROOT

WATCH = Path(__file__).parent / "watch.py"
# A user whom nobody is, and whom learners' code of a grader that is root becomes.
USER = 54_321
NOBODY = 65_534
# What burns time burns little of it.
LIMITS = {"call_cpu_s": 0.2, "statement_cpu_s": 0.25, "submission_cpu_s": 2.0, "wall_factor": 3.0}
# A submission may take its waiting time, and a little for its children and for judging.
PATIENCE_S = LIMITS["submission_cpu_s"] * LIMITS["wall_factor"] + 6.0
RUN_S = 300


# With it softmax has a sealed input of the shape that the attacks of that family wait for; and two
# runs that are compared have the same ones.
SEED = "5ea1" * 8


@dataclass(frozen=True)
class Combination:
    """Who runs the grader, from where, and what stands around learners' code."""

    isolation: str
    user: str
    place: str
    # Whether only a sample of the attacks is tried.
    sampled: bool = False

    def __str__(self) -> str:
        name = f"{self.isolation}-{self.user}-{self.place}"
        return f"sample-{name}" if self.sampled else name


@dataclass
class Outcome:
    """What a run has left."""

    code: int | None = None
    seconds: float = 0.0
    survivors: list[str] = field(default_factory=list)
    lines: dict[str, str] = field(default_factory=dict)
    # How long each submission took, in seconds.
    took: dict[str, int] = field(default_factory=dict)
    gradebook: bytes = b""
    printed: str = ""
    written: list[str] = field(default_factory=list)
    events: list[tuple[str, str]] = field(default_factory=list)
    # By attack: what is no longer in its folder of canaries as it was.
    touched: dict[str, list[str]] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)
    changed: list[str] = field(default_factory=list)

    def result(self, student: str) -> dict:
        return json.loads(self.lines[student]) if student in self.lines else {}


class Arena:
    """A folder that every user can enter, with interpreters, a course, and runs."""

    def __init__(self) -> None:
        self.base = Path(tempfile.mkdtemp(prefix="grader-attacks-"))
        self.base.chmod(0o755)
        self.tokens = {kind: secrets.token_hex(8) for kind in ("course", "environment", "victim")}
        self.won = secrets.token_hex(8)
        self.tokens["listener"] = secrets.token_hex(8)
        self.tokens["memory"] = secrets.token_hex(8)
        self.tokens["sleeper"] = secrets.token_hex(8)
        self.course = self._course()
        self.shm = _segment(f"canary {self.tokens['memory']}".encode())
        self._outcomes: dict[tuple[Combination, bool], Outcome] = {}

    def secret(self, attack: Attack) -> str:
        """What stands in the file that is there for this attack to read."""
        return hashlib.sha256((self.won + attack.name).encode()).hexdigest()[:16]

    def close(self) -> None:
        ctypes.CDLL(None).shmctl(self.shm, 0, None)
        shutil.rmtree(self.base, onerror=make_writable)

    def _course(self) -> Path:
        """The course with a token at the head of each of its files."""
        course = self.base / "course"
        shutil.copytree(ROOT / "solutions", course, ignore=shutil.ignore_patterns("__pycache__"))
        for path in [*course.rglob("*.py"), *course.rglob("*.toml")]:
            path.write_text(f"# canary {self.tokens['course']}\n{path.read_text()}")
        settings = (course / "course.toml").read_text()
        for name, value in LIMITS.items():
            settings = re.sub(rf"^{name} = \S+", f"{name} = {value}", settings, flags=re.MULTILINE)
        (course / "course.toml").write_text(settings)
        open_to_all(course)
        for path in course.rglob("*.py"):
            path.chmod(0o666)  # only a wall is in the way of changing it
        return course

    @functools.cached_property
    def packages(self) -> Path:
        """The grader and what it needs, copied to where everyone may read it."""
        folder = self.base / "packages"
        folder.mkdir()
        shutil.copytree(ROOT / "grader", folder / "grader")
        for name in sorted(requirements("softmax-grader")):
            distribution = importlib.metadata.distribution(name)
            for file in distribution.files or ():
                if ".." in file.parts or "tests" in file.parts:
                    continue
                target = folder / file
                target.parent.mkdir(parents=True, exist_ok=True)
                with contextlib.suppress(FileNotFoundError):
                    shutil.copy2(distribution.locate_file(file), target)
        open_to_all(folder)
        return folder

    @functools.lru_cache  # noqa: B019  # one arena lives as long as the tests
    def python(self, place: str, user: str) -> Path:
        """An interpreter in an ordinary place, or below a folder that only its user may enter."""
        ordinary = ordinary_interpreter()
        if place == "ordinary":
            if ordinary is None:
                pytest.skip("no interpreter of this version lies outside of closed folders")
            return self._venv(ordinary, self.base / "ordinary")
        folder = self.base / f"private-{user}"
        folder.mkdir(mode=0o700)
        # For root preferably one whose standard library too lies below a closed folder.
        interpreter = ordinary or Path(sys.executable)
        if user == "root" and is_closed(Path(sys.base_prefix)):
            interpreter = Path(sys.base_prefix) / "bin" / f"python{sys.version_info[0]}"
        python = self._venv(interpreter, folder / "python")
        shutil.copytree(self.packages, folder / "packages")
        name_packages(folder / "python", folder / "packages")
        if user == "user" and os.getuid() == 0:
            for path in [folder, *folder.rglob("*")]:
                os.chown(path, USER, USER, follow_symlinks=False)
        return python

    def _venv(self, interpreter: Path, folder: Path) -> Path:
        command = [interpreter, "-I", "-m", "venv", "--without-pip", folder]
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        if made.returncode:
            pytest.skip(f"{interpreter} makes no virtual environment: {made.stdout}{made.stderr}")
        name_packages(folder, self.packages)
        return folder / "bin" / "python"

    def outcome(
        self, combination: Combination, attacks: Sequence[Attack], *, undisturbed: bool = False
    ) -> Outcome:
        """What the run of this combination has left; each is run once."""
        key = (combination, undisturbed)
        if key not in self._outcomes:
            self._outcomes[key] = Outcome()  # of a run that fails, the tests say so and do not wait
            self._outcomes[key] = _Run(self, combination, attacks, undisturbed=undisturbed).made()
        return self._outcomes[key]


class _Run:
    def __init__(
        self,
        arena: Arena,
        combination: Combination,
        attacks: Sequence[Attack],
        *,
        undisturbed: bool,
    ) -> None:
        self.arena = arena
        self.combination = combination
        self.attacks = attacks
        self.undisturbed = undisturbed
        self.python = arena.python(combination.place, combination.user)
        suffix = "-undisturbed" if undisturbed else ""
        self.folder = arena.base / f"{combination}{suffix}"
        self.classroom = self.folder / "class"
        self.out = self.folder / "out"
        self.homes = self.folder / "canaries"
        as_root = combination.user == "root"
        self.uid = USER if not as_root and os.getuid() == 0 else os.getuid()
        self.child_uid = NOBODY if as_root and combination.isolation != "none" else self.uid
        self.sleepers: dict[str, subprocess.Popen[bytes]] = {}
        self.listeners: Listeners | None = None

    def made(self) -> Outcome:
        for folder in (self.classroom, self.out, self.homes, self.folder / "sockets"):
            folder.mkdir(parents=True)
        self.listeners = Listeners(self.folder / "sockets", self.arena.tokens["listener"])
        try:
            with umask(0):
                self._write_class()
            give(self.classroom, self.uid)
            give(self.out, self.uid)
            give(self.homes, self.uid)
            outcome = self._graded()
        finally:
            for sleeper in self.sleepers.values():
                sleeper.kill()
                sleeper.wait()
            self.listeners.close()
        return outcome

    def _write_class(self) -> None:
        if self.undisturbed:
            for attack in self.attacks:
                write(self.classroom / twin_name(attack), attack.twin, {})
        else:
            self._sleeper("")
            for attack in self.attacks:
                self._write_attack(attack)
        for name, files in bystanders(self.attacks, self.arena.tokens["victim"]).items():
            write(self.classroom / name, files, {})

    def _write_attack(self, attack: Attack) -> None:
        if attack.needs_root and os.getuid() != 0:
            return
        home = self.homes / attack.name
        home.mkdir()
        (home / "own").write_text("own\n")
        (home / "secret").write_text(f"canary {self.arena.secret(attack)}\n")
        home.chmod(0o777)
        sleeper = self._sleeper(attack.name if "sleeper" in attack.marks else "")
        assert self.listeners is not None
        places = {
            "WON_A": self.arena.won[:8],
            "WON_B": self.arena.won[8:],
            "NAME": attack.name,
            "HOME": str(home),
            "SECRET": str(home / "secret"),
            "SLEEPER": str(sleeper.pid),
            "SOLUTIONS": str(self.arena.course),
            "REFERENCE": str(self.arena.course / "ex02_jacobian" / "reference.py"),
            "CLASS": str(self.classroom),
            "OUT": str(self.out),
            "RESULTS": str(self.out / "results.jsonl"),
            "LISTENERS": str(self.folder / "sockets"),
            "TCP": str(self.listeners.tcp),
            "TCP6": str(self.listeners.tcp6),
            "UDP": str(self.listeners.udp),
            "ABSTRACT": self.listeners.abstract,
            "SHM": str(self.arena.shm),
        }
        folder = self.classroom / os.fsdecode(attack.entry or attack.name.encode())
        write(folder, attack.files, places)
        if attack.maker is not None:
            attack.maker(folder, places)

    def _sleeper(self, name: str) -> subprocess.Popen[bytes]:
        """A process of the user whom learners' code runs as, which does nothing."""
        if name not in self.sleepers:
            command = ["sleep", str(RUN_S)]
            if self.child_uid != os.getuid():
                command = [*_as_user(self.child_uid), *command]
            environment = {"PATH": "/usr/bin:/bin", "SLEEPER": self.arena.tokens["sleeper"]}
            self.sleepers[name] = subprocess.Popen(command, env=environment, cwd="/")
        return self.sleepers[name]

    def _graded(self) -> Outcome:
        report, printed = self.folder / "report.json", self.folder / "printed"
        command = [sys.executable, "-I", str(WATCH), str(report), str(RUN_S)]
        if self.uid != os.getuid():
            command += _as_user(self.uid)
        command += [str(self.python), "-m", "grader", "grade", str(self.classroom)]
        command += ["--out", str(self.out), "--course", str(self.arena.course), "--jobs", "2"]
        command += ["--isolation", self.combination.isolation, "--seed", SEED]
        environment = {
            "PATH": "/usr/bin:/bin",
            "LC_ALL": "C.UTF-8",
            "HOME": str(self.folder),
            "PYTHONDONTWRITEBYTECODE": "1",
            "GRADER_CANARY": self.arena.tokens["environment"],
        }
        before = self._state()
        with printed.open("wb") as file:
            subprocess.run(command, env=environment, cwd="/", stdout=file, stderr=file, check=False)
        time.sleep(0.1)
        watched = json.loads(report.read_text()) if report.exists() else {}
        assert self.listeners is not None
        return Outcome(
            **watched,
            lines=self._lines(),
            took=json.loads(bytes_of(self.out / "run.json") or b'{"seconds": {}}')["seconds"],
            gradebook=bytes_of(self.out / "gradebook.csv"),
            printed=printed.read_bytes().decode("utf-8", "replace"),
            written=sorted(path.name for path in self.out.iterdir()),
            events=list(self.listeners.events),
            touched=touched(before, self._state()),
            ended={name for name, process in self.sleepers.items() if _is_stopped(process)},
            changed=[str(p) for p in self._fixed() if p.stat().st_mtime > self._began],
        )

    def _state(self) -> dict[str, dict[str, str]]:
        self._began = getattr(self, "_began", time.time())
        return {folder.name: contents(folder) for folder in self.homes.iterdir()}

    def _fixed(self) -> Iterator[Path]:
        """What no run may change: the class, the course and the grader itself."""
        for folder in (self.classroom, self.arena.course, self.arena.packages / "grader"):
            for path in [folder, *folder.rglob("*")]:
                # Python may write compiled files, and make folders for them.
                compiled = "__pycache__" in path.parts or (path.is_dir() and "grader" in path.parts)
                if not path.is_symlink() and not compiled:
                    yield path

    def _lines(self) -> dict[str, str]:
        text = bytes_of(self.out / "results.jsonl").decode()
        return {json.loads(line)["student"]: line for line in text.splitlines()}


def _as_user(uid: int) -> list[str]:
    return ["setpriv", "--reuid", str(uid), "--regid", str(uid), "--clear-groups"]


def _is_stopped(process: subprocess.Popen[bytes]) -> bool:
    """Whether a process has ended or does not run any more."""
    if process.poll() is not None:
        return True
    with contextlib.suppress(OSError):
        stat = Path(f"/proc/{process.pid}/stat").read_text()
        if stat.rpartition(")")[2].split()[0] in "Tt":
            process.send_signal(signal.SIGCONT)
            return True
    return False


def _segment(text: bytes) -> int:
    """A segment of shared memory that every user may read."""
    libc = ctypes.CDLL(None)
    libc.shmat.restype = ctypes.c_void_p
    number = libc.shmget(0, 4096, 0o1666)
    where = libc.shmat(number, None, 0)
    ctypes.memmove(where, text + b"\0", len(text) + 1)
    libc.shmdt(ctypes.c_void_p(where))
    return number
