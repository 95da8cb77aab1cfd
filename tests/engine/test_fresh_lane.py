"""Systems other than Linux: a fresh interpreter for each file, connected by pipes."""

from __future__ import annotations

import msgspec
import pytest

from grader.course.planning import plan_of
from grader.engine.fresh import FreshLane
from grader.grade.grader import Grader
from grader.intake.submission import submission_of
from grader.model import Limits, Verdict
from tests.support.results import function_of
from tests.support.submissions import SOFTMAX


@pytest.fixture(scope="module")
def lane():
    with FreshLane() as lane:
        yield lane


def graded(lane, plan, source, **limits):
    plan = msgspec.structs.replace(plan, limits=Limits(**limits))
    grader = Grader(plan, lane)
    files = {"ex01_softmax.py": source.encode()}
    return grader.only("ex01_softmax", "softmax").grade(submission_of("a", files))


def test_a_right_answer_gets_its_points(lane, plan):
    assert graded(lane, plan, SOFTMAX).score == 12


def test_what_is_printed_or_written_to_the_standard_streams_is_no_answer(lane, plan):
    noise = "import os, sys\nprint('x' * 9)\nos.write(1, b'x' * 99)\nsys.__stdout__.write('y')\n"
    assert graded(lane, plan, noise + SOFTMAX).score == 12


@pytest.mark.slow
def test_a_function_that_hangs_ends_the_process_costs_only_its_calls(lane, plan):
    source = SOFTMAX.replace("def softmax(Z):", "def softmax(Z):\n    while len(Z) == 5: pass")
    result = graded(lane, plan, source, call_cpu_s=0.1, wall_factor=3.0)
    verdicts = {check.verdict for check in function_of(result, "softmax").checks}
    assert verdicts == {Verdict.PASSED, Verdict.TIMED_OUT}


@pytest.fixture(scope="module")
def few_calls(course):
    """Of the public checks alone: where each call costs a process, few are enough."""
    return plan_of(course, only=("ex01_softmax",), hidden=False)


def test_a_process_that_ends_says_how(lane, few_calls):
    result = graded(lane, few_calls, "import os\ndef softmax(Z): os._exit(5)")
    assert "ended the whole Python process (exit code 5)" in function_of(result, "softmax").message
    killed = graded(lane, few_calls, "import ctypes\ndef softmax(Z): ctypes.string_at(0)")
    assert function_of(killed, "softmax").verdict == Verdict.DIED


def test_an_answer_far_too_large_is_not_looked_into(lane, few_calls):
    result = graded(lane, few_calls, "import numpy as np\ndef softmax(Z): return np.zeros(300_000)")
    assert "far more than was asked for" in function_of(result, "softmax").message


def test_an_answer_that_is_not_of_the_protocol_ends_the_process(lane, few_calls):
    source = """
import os
def softmax(Z):
    for number in range(3, 16):
        try:
            os.write(number, b"?" * 99)
        except OSError:
            pass
"""
    assert function_of(graded(lane, few_calls, source), "softmax").verdict == Verdict.DIED


def test_a_check_of_memory_is_not_run_and_counts_neither_way(lane, plan):
    source = """
def softmax_backward(dA, A):
    return A * (dA - (dA * A).sum(axis=0, keepdims=True))
"""
    grader = Grader(plan, lane).only("ex04_backward", "softmax_backward")
    files = {"ex04_backward.py": source.encode()}
    result = function_of(grader.grade(submission_of("a", files)), "softmax_backward")
    verdicts = {check.kind: check.verdict for check in result.checks}
    assert verdicts["memory"] == Verdict.NOT_RUN
    assert (result.score, result.verdict) == (result.max_score, Verdict.PASSED)
