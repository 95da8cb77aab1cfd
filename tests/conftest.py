"""What the tests share: the course, a lane, and a way to grade a few lines of code."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from grader.course.folder import Course, course_of
from grader.course.planning import plan_of
from grader.diagnose.following import FollowThrough
from grader.engine.lane import Lane
from grader.grade.grader import Grader
from grader.intake.submission import submission_of
from grader.model import FunctionResult, SubmissionResult
from grader.plan import Plan

ROOT = Path(__file__).parent.parent
SOFTMAX = """
import numpy as np
def softmax(Z):
    E = np.exp(Z - Z.max(axis=0, keepdims=True))
    return E / E.sum(axis=0, keepdims=True)
"""

Files = dict[str, bytes | str]


@pytest.fixture(scope="session")
def course() -> Course:
    return course_of(ROOT / "solutions")


@functools.cache  # for more than one run of pytest in a process, too: benchmarks/mutants.py
def planned(*, mistakes: bool = False) -> Plan:
    """The plan of the course."""
    return plan_of(course_of(ROOT / "solutions"), seed=0, mistakes=mistakes)


@pytest.fixture(scope="session")
def plan() -> Plan:
    return planned()


@pytest.fixture(scope="session")
def lane() -> Iterator[Lane]:
    with Lane() as lane:
        yield lane


@pytest.fixture(scope="session")
def grader(plan: Plan, lane: Lane) -> Grader:
    return Grader(plan, lane)


@pytest.fixture(scope="session")
def grade(grader: Grader) -> Callable[[Files], SubmissionResult]:
    """Grade files given by name; a text is UTF-8."""

    def graded(files: Files) -> SubmissionResult:
        handed = {n: f.encode() if isinstance(f, str) else f for n, f in files.items()}
        return grader.grade(submission_of("ada", handed, order=grader.plan.slugs))

    return graded


@pytest.fixture(scope="session")
def explain(course: Course, lane: Lane) -> Callable[[Files], SubmissionResult]:
    """Grade files as an instructor's run does, with all that is explained."""
    plan = planned(mistakes=True)
    grader = Grader(plan, lane, FollowThrough(course.folder))

    def explained(files: Files) -> SubmissionResult:
        handed = {n: f.encode() if isinstance(f, str) else f for n, f in files.items()}
        return grader.grade(submission_of("ada", handed, order=plan.slugs))

    return explained


@pytest.fixture(scope="session")
def grade_softmax(grader: Grader) -> Callable[[str | bytes], FunctionResult]:
    """Grade the source of an ex01_softmax.py for its one function."""
    only = grader.only("ex01_softmax", "softmax")

    def graded(source: str | bytes) -> FunctionResult:
        data = source.encode() if isinstance(source, str) else source
        submission = submission_of("ada", {"ex01_softmax.py": data}, order=grader.plan.slugs)
        (function,) = only.grade(submission).functions
        return function

    return graded


@pytest.fixture(scope="session")
def run() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command as a user would, and return what it printed.

    `grade` is told to do without a wall where a test does not name one: not every machine has one.
    And to use one job: for a few files a second process costs more than it saves.
    """

    def ran(*args: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        if args[:1] == ("grade",) and "--isolation" not in args:
            args = (*args, "--isolation", "none")
        if args[:1] == ("grade",) and not {"--jobs", "--dask"} & set(args):
            args = (*args, "--jobs", 1)
        command = [sys.executable, "-m", "grader", *map(str, args)]
        return subprocess.run(
            command, cwd=cwd, capture_output=True, text=True, encoding="utf-8", check=False
        )

    return ran


def write_class(folder: Path, *students: str, source: str = SOFTMAX) -> Path:
    """A folder of submissions, each one file."""
    folder.mkdir(exist_ok=True)
    for student in students:
        (folder / f"{student}.py").write_text(source)
    return folder


def counts(done: subprocess.CompletedProcess[str]) -> tuple[int, int, int]:
    """How many a run has graded (and functions of theirs), and how many it found unchanged."""
    found = re.search(
        r"^graded (\d+) \((\d+) functions\), unchanged (\d+)$", done.stdout, re.MULTILINE
    )
    assert found is not None, done.stdout + done.stderr
    graded, functions, unchanged = map(int, found.groups())
    return graded, functions, unchanged


def lines_of(path: Path) -> list[dict[str, Any]]:
    """A file of lines of JSON, read."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def descendants_of(pid: int) -> list[int]:
    """The children of `pid`, and theirs."""
    return [pid for child in children_of(pid) for pid in (child, *descendants_of(child))]


def wait_for(what: Callable[[], Any], *, seconds: float = 20) -> Any:
    """What it gives, as soon as that is true."""
    deadline = time.monotonic() + seconds
    while not (found := what()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert found
    return found


def is_running(pid: int) -> bool:
    """Whether there is such a process, and not only its exit code."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def kill(pid: int) -> None:
    """End a process at once, if it has not ended by itself."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def function_of(result: SubmissionResult, name: str) -> FunctionResult:
    return next(function for function in result.functions if function.function == name)


def failed_checks(function: FunctionResult) -> set[str]:
    return {check.name for check in function.checks if check.verdict != "passed"}


def notebook(source: str) -> bytes:
    """A notebook of one code cell."""
    cell = nbformat.v4.new_code_cell(source)
    return nbformat.writes(nbformat.v4.new_notebook(cells=[cell])).encode()


def children_of(pid: int) -> list[int]:
    """The processes that `pid` has started and that have not been waited for."""
    found = []
    # Not by glob: it looks at each entry first, and fails where a process ends meanwhile.
    for number in filter(str.isdigit, os.listdir("/proc")):  # noqa: PTH208
        with contextlib.suppress(OSError):
            stat = Path("/proc", number, "stat").read_text()
            if int(stat.rpartition(")")[2].split()[1]) == pid:
                found.append(int(number))
    return found
