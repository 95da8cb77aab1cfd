"""How long a call may take: a multiple of what the reference takes, and for slow code the whole."""

import sys
import threading
from contextlib import contextmanager, nullcontext

import msgspec
import pytest

from grader.grade.fingerprints import fingerprints_of
from grader.grade.grader import OVER, Grader
from grader.intake.submission import submission_of
from grader.model import Limits, Verdict
from grader.plan import LEAST_LIMIT_S
from grader.plan_json import plan_json
from tests.support.course import with_times
from tests.support.submissions import SOFTMAX

LOOP = "def {name}(*args):\n    while True: pass\n"
NAP = "def {name}(*args): __import__('time').sleep(1e6)\n"
WORK = """
import time
def compute(seconds):
    until = time.thread_time() + seconds
    while time.thread_time() < until: pass
right, calls = softmax, []
"""


@pytest.fixture
def graded(plan, lane):
    """The result of softmax, and the notes, by these limits."""

    def grade(source, limits, planned=plan):
        grader = Grader(msgspec.structs.replace(planned, limits=limits), lane)
        grader = grader.only("ex01_softmax", "softmax")
        result = grader.grade(submission_of("ada", {"ada.py": source.encode()}))
        return result.functions[0], result.notes

    return grade


@contextmanager
def machine_that_stands_still():
    """Hold up this process whenever it has waited, as a machine does that is stopped."""
    before, over = sys.getswitchinterval(), []
    sys.setswitchinterval(0.1)

    def hold_up():
        while not over:
            pass

    holding = threading.Thread(target=hold_up)
    holding.start()
    try:
        yield
    finally:
        over.append(True)
        holding.join()
        sys.setswitchinterval(before)


@pytest.mark.parametrize(("text", "used"), [(LOOP, "computing"), (NAP, "sleep")])
def test_what_never_ends_is_given_what_follows_from_the_reference_once(plan, lane, text, used):
    names = ("softmax", "softmax_jacobian")
    source = "".join(text.format(name=name) for name in names).encode()
    graded = Grader(with_times(plan, 1e-6), lane).grade_submission(
        submission_of("ada", {"ada.py": source}), only=names
    )
    for function in graded.result.functions:
        assert f"no answer within {LEAST_LIMIT_S} seconds of {used}" in function.message
        assert {check.verdict for check in function.checks} == {Verdict.TIMED_OUT}


@pytest.mark.parametrize("stops", [False, True])
def test_a_call_is_made_again_if_the_machine_stood_still_meanwhile(graded, plan, tmp_path, stops):
    """Without a wall, the function can tell that it is called for the second time."""
    again = SOFTMAX + f"import os\nright, mark = softmax, {str(tmp_path / 'mark')!r}\n"
    again += (
        "def softmax(Z):\n    while not os.path.exists(mark):\n        open(mark, 'w').close()\n"
    )
    again += "        while True: pass\n    return right(Z)\n"
    with machine_that_stands_still() if stops else nullcontext():
        result, _notes = graded(again, Limits(), with_times(plan, 1e-6))
    assert (result.score == result.max_score) == stops


@pytest.mark.slow
def test_naps_in_every_call_are_not_computing(graded, plan):
    """Together they are longer than all the computing that a submission may do."""
    naps = SOFTMAX + "import time\nright = softmax\n"
    naps += "def softmax(Z):\n    time.sleep(0.1)\n    return right(Z)\n"
    limits = Limits(call_cpu_s=0.6, submission_cpu_s=1.0, wall_factor=60)
    result, _notes = graded(naps, limits, with_times(plan, 1e-6))
    assert result.score == result.max_score


def test_one_that_hangs_now_and_then_costs_two_calls_and_their_function(graded, plan):
    hangs = SOFTMAX + "right, calls = softmax, []\ndef softmax(Z):\n    calls.append(1)\n"
    hangs += "    while len(calls) > 2: pass\n    return right(Z)\n"
    result, _notes = graded(hangs, Limits(), with_times(plan, 1e-6))
    assert result.verdict == Verdict.TIMED_OUT
    assert any(check.verdict == Verdict.PASSED for check in result.checks)
    # The second one that never ends is known to be likely.
    told = " ".join(check.message for check in result.checks)
    assert f"no answer within {LEAST_LIMIT_S} seconds" in told
    assert f"no answer within {LEAST_LIMIT_S / 4} seconds" in told


def test_a_function_that_is_seen_to_be_slow_is_given_the_whole_limit(graded, plan):
    slow = SOFTMAX + WORK + "def softmax(Z):\n    calls.append(1)\n"
    slow += "    compute({1: 0.1, 3: 0.5, 5: 0.5}.get(len(calls), 0))\n    return right(Z)\n"
    result, _notes = graded(slow, Limits(), with_times(plan, 1e-6))
    assert result.score == result.max_score


def test_where_nothing_is_known_of_the_reference_a_call_is_given_the_whole_limit(graded, plan):
    slow = SOFTMAX + WORK + "def softmax(Z):\n    calls.append(1)\n"
    slow += "    compute(0.6 * (len(calls) == 1))\n    return right(Z)\n"
    result, _notes = graded(slow, Limits(call_cpu_s=10.0), with_times(plan, 0.0))
    assert result.score == result.max_score


@pytest.mark.parametrize(
    ("cpu_s", "call_s", "limit_s"),
    [
        (0, 2.0, 2.0),
        (1e-6, 2.0, 0.25),
        (1e-4, 2.0, 0.5),
        (1e-3, 2.0, 2.0),
        (1e-3, 8.0, 4.0),
        (1e-6, 16.0, 2.0),
        (1e-6, 0.1, 0.1),
    ],
)
def test_the_limit_follows_from_the_reference_and_the_course(plan, cpu_s, call_s, limit_s):
    call = with_times(plan, cpu_s).exercises[0].functions[0].calls[0]
    assert call.limit_s(call_s) == limit_s


@pytest.mark.slow
def test_no_fingerprint_and_no_file_of_checks_holds_a_time(plan):
    one, other = (with_times(plan, cpu_s) for cpu_s in (1e-6, 1e-3))
    prints = [fingerprints_of(p, isolation="none", versions={}) for p in (one, other)]
    assert prints[0] == prints[1]
    assert plan_json(one) == plan_json(other)


class TestWhatTheGraderDoes:
    """Reading and judging answers is charged to whoever gave them."""

    @pytest.mark.parametrize("answer", ["np.zeros(4 * 2**20 - 100, bool)", "[0] * 90_000"])
    def test_an_answer_far_too_large_is_not_looked_into(self, graded, answer):
        source = f"import numpy as np\ndef softmax(Z): return {answer}\n"
        result, _notes = graded(source, Limits())
        assert result.score == 0
        assert "it returns far more than was asked for; a float64 array is" in result.message

    def test_one_that_is_somewhat_too_large_has_another_shape(self, graded):
        source = "import numpy as np\ndef softmax(Z): return np.zeros((60, 100))\n"
        result, _notes = graded(source, Limits())
        assert "has shape (60, 100); (3, 1) is expected" in result.message

    def test_a_submission_ends_when_its_time_is_used_up_by_judging(self, plan, lane):
        names = [f.name for exercise in plan.exercises for f in exercise.functions]
        # Made in no time, and each costs the grader many times that.
        source = "A = [[0] * 100] * 50\n"
        source += "".join(f"def {name}(*a, **k): return A\n" for name in names)
        grader = Grader(msgspec.structs.replace(plan, limits=Limits(submission_cpu_s=1.5)), lane)
        result = grader.grade(submission_of("ada", {"ada.py": source.encode()}))
        assert result.notes == (OVER,)
        assert "the submission's earlier parts used up the time" in result.functions[-1].message
