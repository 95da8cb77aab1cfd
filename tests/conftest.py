"""Fixtures of all tests: the course, a lane, and ways to grade and to run the command."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.course.folder import Course, course_of
from grader.diagnose.following import FollowThrough
from grader.engine.lane import Lane
from grader.grade.grader import Grader
from grader.intake.submission import submission_of
from grader.model import FunctionResult, SubmissionResult
from grader.plan import Plan
from tests.support.course import ROOT, planned
from tests.support.submissions import Files


@pytest.fixture(scope="session")
def course() -> Course:
    return course_of(ROOT / "solutions")


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
