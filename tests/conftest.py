"""Fixtures of all tests: the course, a lane, and ways to grade and to run the command."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, settings

from grader.course.folder import Course, course_of
from grader.engine.lane import Lane
from grader.engine.launch import Wall
from grader.engine.references import References
from grader.grade.grader import Grader
from grader.intake.submission import submission_of
from grader.model import FunctionResult, SubmissionResult
from grader.plan import Plan
from tests.support.commands import Done, run_apart, run_here, without_a_wall
from tests.support.course import ROOT, planned
from tests.support.submissions import Files

# How long an example takes is a matter of what else the machine does.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")


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
        return grader.grade(submission_of("ada", handed))

    return graded


@pytest.fixture(scope="session")
def explain(lane: Lane) -> Iterator[Callable[[Files], SubmissionResult]]:
    """Grade files as an instructor's run does, with all that is explained."""
    plan = planned(mistakes=True)
    with References(plan, Wall()) as references:
        grader = Grader(plan, lane, references)

        def explained(files: Files) -> SubmissionResult:
            handed = {n: f.encode() if isinstance(f, str) else f for n, f in files.items()}
            return grader.grade(submission_of("ada", handed))

        yield explained


@pytest.fixture(scope="session")
def grade_softmax(grader: Grader) -> Callable[[str | bytes], FunctionResult]:
    """Grade the source of an ex01_softmax.py for its one function."""
    only = grader.only("ex01_softmax", "softmax")

    def graded(source: str | bytes) -> FunctionResult:
        data = source.encode() if isinstance(source, str) else source
        submission = submission_of("ada", {"ex01_softmax.py": data})
        (function,) = only.grade(submission).functions
        return function

    return graded


@pytest.fixture(scope="session")
def run() -> Callable[..., Done]:
    """Run the command in this process, and return what it printed; `grade` without a wall."""
    return lambda *args, **options: run_here(*without_a_wall(args), **options)


@pytest.fixture(scope="session")
def run_command() -> Callable[..., Done]:
    """The same in a process of its own, for what a process alone can show."""
    return lambda *args, **options: run_apart(*without_a_wall(args), **options)
