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
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import pytest
from attack_list import HONEST, Attack, Files

from grader.lms.plain import student_name

ROOT = Path(__file__).parent.parent.parent
WATCH = Path(__file__).parent / "watch.py"
# A user whom nobody is, and whom learners' code of a grader that is root becomes.
USER = 54_321
NOBODY = 65_534
# What burns time burns little of it.
LIMITS = {"call_cpu_s": 0.2, "statement_cpu_s": 0.25, "submission_cpu_s": 2.0, "wall_factor": 3.0}
# A submission may take its waiting time, and a little for its children and for judging.
PATIENCE_S = LIMITS["submission_cpu_s"] * LIMITS["wall_factor"] + 6.0
RUN_S = 300


@dataclass(frozen=True)
class Combination:
    """Who runs the grader, from where, and what stands around learners' code."""

    isolation: str
    user: str
    place: str

    def __str__(self) -> str:
        return f"{self.isolation}-{self.user}-{self.place}"


@dataclass
class Outcome:
    """What a run has left."""

    code: int | None = None
    seconds: float = 0.0
    survivors: list[str] = field(default_factory=list)
    lines: dict[str, str] = field(default_factory=dict)
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


class Listeners:
    """Sockets of several families that give a token to whoever comes, and write down who came."""

    def __init__(self, folder: Path, token: str) -> None:
        self.token = token.encode()
        self.abstract = f"canary-{secrets.token_hex(6)}"
        self.events: list[tuple[str, str]] = []
        self.selector = selectors.DefaultSelector()
        stream, datagram = socket.SOCK_STREAM, socket.SOCK_DGRAM
        self.tcp = self._open("tcp", socket.AF_INET, stream, ("127.0.0.1", 0))
        self.udp = self._open("udp", socket.AF_INET, datagram, ("127.0.0.1", 0))
        self.tcp6 = 1
        with contextlib.suppress(OSError):  # a machine without IPv6
            self.tcp6 = self._open("tcp6", socket.AF_INET6, stream, ("::1", 0))
        self._open("unix", socket.AF_UNIX, stream, str(folder / "stream"))
        self._open("datagram", socket.AF_UNIX, datagram, str(folder / "datagram"))
        self._open("abstract", socket.AF_UNIX, stream, "\0" + self.abstract)
        for name in ("stream", "datagram"):
            (folder / name).chmod(0o777)
        self.wake, self.waker = socket.socketpair()
        self.selector.register(self.wake, selectors.EVENT_READ, ("stop", self.wake))
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _open(self, label: str, family: int, kind: int, address: object) -> int:
        listener = socket.socket(family, kind)
        listener.bind(address)
        if kind == socket.SOCK_STREAM:
            listener.listen(64)
        listener.setblocking(False)
        self.selector.register(listener, selectors.EVENT_READ, (label, listener))
        return listener.getsockname()[1] if family in (socket.AF_INET, socket.AF_INET6) else 0

    def _serve(self) -> None:
        while True:
            for key, _ in self.selector.select():
                label, listener = key.data
                if label == "stop":
                    return
                with contextlib.suppress(OSError):
                    self.events.append((label, self._met(listener)))

    def _met(self, listener: socket.socket) -> str:
        if listener.type == socket.SOCK_DGRAM:
            return listener.recv(200).decode("utf-8", "replace")
        guest, _ = listener.accept()
        with guest:
            guest.settimeout(0.5)
            guest.sendall(self.token)
            with contextlib.suppress(TimeoutError, ConnectionError):
                return guest.recv(200).decode("utf-8", "replace")
        return ""

    def close(self) -> None:
        self.waker.send(b"x")
        self.thread.join()
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()
        self.waker.close()
        self.selector.close()


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
        shutil.rmtree(self.base, onerror=_make_writable)

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
        _open_to_all(course)
        for path in course.rglob("*.py"):
            path.chmod(0o666)  # only a wall is in the way of changing it
        return course

    @functools.cached_property
    def packages(self) -> Path:
        """The grader and what it needs, copied to where everyone may read it."""
        folder = self.base / "packages"
        folder.mkdir()
        shutil.copytree(ROOT / "grader", folder / "grader")
        for name in sorted(_requirements("softmax-grader")):
            distribution = importlib.metadata.distribution(name)
            for file in distribution.files or ():
                if ".." in file.parts or "tests" in file.parts:
                    continue
                target = folder / file
                target.parent.mkdir(parents=True, exist_ok=True)
                with contextlib.suppress(FileNotFoundError):
                    shutil.copy2(distribution.locate_file(file), target)
        _open_to_all(folder)
        return folder

    @functools.lru_cache  # noqa: B019  # one arena lives as long as the tests
    def python(self, place: str, user: str) -> Path:
        """An interpreter in an ordinary place, or below a folder that only its user may enter."""
        ordinary = _ordinary_interpreter()
        if place == "ordinary":
            if ordinary is None:
                pytest.skip("no interpreter of this version lies outside of closed folders")
            return self._venv(ordinary, self.base / "ordinary")
        folder = self.base / f"private-{user}"
        folder.mkdir(mode=0o700)
        # For root preferably one whose standard library too lies below a closed folder.
        interpreter = ordinary or Path(sys.executable)
        if user == "root" and _is_closed(Path(sys.base_prefix)):
            interpreter = Path(sys.base_prefix) / "bin" / f"python{sys.version_info[0]}"
        python = self._venv(interpreter, folder / "python")
        shutil.copytree(self.packages, folder / "packages")
        _name_packages(folder / "python", folder / "packages")
        if user == "user" and os.getuid() == 0:
            for path in [folder, *folder.rglob("*")]:
                os.chown(path, USER, USER, follow_symlinks=False)
        return python

    def _venv(self, interpreter: Path, folder: Path) -> Path:
        command = [interpreter, "-I", "-m", "venv", "--without-pip", folder]
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        if made.returncode:
            pytest.skip(f"{interpreter} makes no virtual environment: {made.stdout}{made.stderr}")
        _name_packages(folder, self.packages)
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
            with _umask(0):
                self._write_class()
            _give(self.classroom, self.uid)
            _give(self.out, self.uid)
            _give(self.homes, self.uid)
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
                _write(self.classroom / twin_name(attack), attack.twin, {})
        else:
            self._sleeper("")
            for attack in self.attacks:
                self._write_attack(attack)
        for name, files in bystanders(self.attacks, self.arena.tokens["victim"]).items():
            _write(self.classroom / name, files, {})

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
        _write(folder, attack.files, places)
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
        command += ["--isolation", self.combination.isolation]
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
            gradebook=_bytes_of(self.out / "gradebook.csv"),
            printed=printed.read_bytes().decode("utf-8", "replace"),
            written=sorted(path.name for path in self.out.iterdir()),
            events=list(self.listeners.events),
            touched=_touched(before, self._state()),
            ended={name for name, process in self.sleepers.items() if _is_stopped(process)},
            changed=[str(p) for p in self._fixed() if p.stat().st_mtime > self._began],
        )

    def _state(self) -> dict[str, dict[str, str]]:
        self._began = getattr(self, "_began", time.time())
        return {folder.name: _contents(folder) for folder in self.homes.iterdir()}

    def _fixed(self) -> Iterator[Path]:
        """What no run may change: the class, the course and the grader itself."""
        for folder in (self.classroom, self.arena.course, self.arena.packages / "grader"):
            for path in [folder, *folder.rglob("*")]:
                # Python may write compiled files, and make folders for them.
                compiled = "__pycache__" in path.parts or (path.is_dir() and "grader" in path.parts)
                if not path.is_symlink() and not compiled:
                    yield path

    def _lines(self) -> dict[str, str]:
        text = _bytes_of(self.out / "results.jsonl").decode()
        return {json.loads(line)["student"]: line for line in text.splitlines()}


def student_of(attack: Attack) -> str:
    """The name under which an attack's result is found."""
    if attack.entry is None:
        return attack.name
    return student_name(Path("/nonexistent") / os.fsdecode(attack.entry))


def twin_name(attack: Attack) -> str:
    """The learner who has handed in the honest part of an attack; one for many, mostly."""
    text = repr(sorted(attack.twin.items()))
    return f"twin-{hashlib.sha256(text.encode()).hexdigest()[:10]}"


def bystanders(attacks: Sequence[Attack], token: str) -> dict[str, Files]:
    """Learners who attack nobody; the names of most come right behind an attack's."""
    right = HONEST["ex01_softmax.py"].decode()
    naive = right.replace("Z - Z.max(axis=0, keepdims=True)", "Z")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(right)])
    notebook.cells[0].id = "softmax"
    kinds: list[Files] = [
        HONEST,
        {"ex01_softmax.py": naive.encode()},
        {"ex01_softmax.ipynb": nbformat.writes(notebook).encode()},
    ]
    found = {}
    for number, attack in enumerate(attacks):
        if number % 4 == 0:
            found[f"{attack.name}~next"] = kinds[number // 4 % 3]
    solved = _solved()
    victim = f"# canary {token}\n{right}".encode()
    found |= {"0-solved": solved, "n-solved": solved, "zz-solved": solved}
    return {**found, "zz-victim": {"ex01_softmax.py": victim}}


@functools.cache
def _solved() -> Files:
    from grader.catalog import course_of
    from grader.demo import solved_files

    return solved_files(course_of(ROOT / "solutions"))


def _as_user(uid: int) -> list[str]:
    return ["setpriv", "--reuid", str(uid), "--regid", str(uid), "--clear-groups"]


def _write(folder: Path, files: Files, places: dict[str, str]) -> None:
    folder.mkdir(exist_ok=True)  # many attacks have one twin
    for name, data in files.items():
        if places and name.endswith((".py", ".ipynb")):
            data = _filled(data, places)  # noqa: PLW2901
        (folder / name).write_bytes(data)


def _filled(data: bytes, places: dict[str, str]) -> bytes:
    return re.sub(rb"@([A-Z_0-9]+)@", lambda m: places[m[1].decode()].encode(), data)


def _give(folder: Path, uid: int) -> None:
    if uid != os.getuid():
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, uid, uid, follow_symlinks=False)


def _open_to_all(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


def _make_writable(function: object, path: str, _error: object) -> None:
    """A folder that was closed on purpose does not stand in the way of cleaning up."""
    del function
    with contextlib.suppress(OSError):
        os.chmod(path, 0o700)  # noqa: PTH101
        shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)  # noqa: PTH108, PTH112


def _contents(folder: Path) -> dict[str, str]:
    """What a folder of canaries holds, with what tells that it is as it was."""
    found = {".": oct(folder.stat().st_mode)}
    for path in sorted(folder.rglob("*")):
        state = path.lstat()
        digest = hashlib.sha256(_bytes_of(path)).hexdigest()[:8] if path.is_file() else ""
        found[path.name] = f"{oct(state.st_mode)} {state.st_mtime_ns} {state.st_nlink} {digest}"
    return found


def _touched(
    before: dict[str, dict[str, str]], after: dict[str, dict[str, str]]
) -> dict[str, list[str]]:
    return {
        name: sorted(
            entry
            for entry in {*before[name], *after.get(name, {})}
            if before[name].get(entry) != after.get(name, {}).get(entry)
        )
        for name in before
    }


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


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


@contextlib.contextmanager
def _umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def _segment(text: bytes) -> int:
    """A segment of shared memory that every user may read."""
    libc = ctypes.CDLL(None)
    libc.shmat.restype = ctypes.c_void_p
    number = libc.shmget(0, 4096, 0o1666)
    where = libc.shmat(number, None, 0)
    ctypes.memmove(where, text + b"\0", len(text) + 1)
    libc.shmdt(ctypes.c_void_p(where))
    return number


def _requirements(name: str, found: set[str] | None = None) -> set[str]:
    """The distributions that another needs, and those that these need."""
    from packaging.requirements import Requirement

    found = set() if found is None else found
    for text in importlib.metadata.requires(name) or ():
        requirement = Requirement(text)
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        if requirement.name not in found:
            found.add(requirement.name)
            _requirements(requirement.name, found)
    return found


def _name_packages(venv: Path, packages: Path) -> None:
    (site,) = venv.glob("lib/python*/site-packages")
    (site / "packages.pth").write_text(f"{packages}\n")


def _is_closed(path: Path) -> bool:
    """Whether other users cannot enter a folder on the way to `path`."""
    return any(not parent.stat().st_mode & 0o001 for parent in (path, *path.parents))


@functools.cache
def _ordinary_interpreter() -> Path | None:
    """An interpreter of this version that every user can start."""
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    candidates = [Path(sys.base_prefix) / "bin" / f"python{version}"]
    candidates += [Path(folder) / f"python{version}" for folder in ("/usr/bin", "/usr/local/bin")]
    for candidate in candidates:
        if candidate.exists() and not _is_closed(candidate.resolve()):
            return candidate
    return None
