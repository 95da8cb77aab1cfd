"""What a hidden check says of time holds nothing that the learner's code could have chosen."""

from __future__ import annotations

import re

import msgspec

from grader.grade.grader import Grader
from grader.intake.submission import submission_of
from grader.model import Limits
from tests.support.results import function_of
from tests.support.submissions import SOFTMAX

LIMITS = Limits(call_cpu_s=0.1, statement_cpu_s=1.0, submission_cpu_s=0.6, wall_factor=5.0)

# One hidden call has run out of time, so the next one to do so is not tried again. Before, what
# is left of the submission's time is made a number of one's own choice (some 0.3 seconds, say).
CLOCKWORK = (
    SOFTMAX
    + """
import time
began, right, slow = time.monotonic(), softmax, []
def softmax(Z):
    if Z.shape == (5, 3):
        time.sleep(60)
    if Z.shape == (3, 7):
        slow.append(time.monotonic())
    if slow:
        # A second has gone by in the two tries, and what this process has needed.
        left = 3.0 - 1.1 - (time.monotonic() - began)
        time.sleep(60 if left < 0.35 else min(0.45, left - 0.3))
    return right(Z)
"""
)


def test_a_hidden_check_does_not_tell_how_much_time_was_left(plan, lane):
    grader = Grader(msgspec.structs.replace(plan, limits=LIMITS), lane).only(
        "ex01_softmax", "softmax"
    )
    files = {"ex01_softmax.py": CLOCKWORK.encode()}
    result = function_of(grader.grade(submission_of("ada", files)), "softmax")
    told = [check.message for check in result.checks if check.hidden and check.message]
    assert any("no answer within" in text for text in told), told
    numbers = {number for text in told for number in re.findall(r"\d+\.?\d*", text)}
    assert numbers <= {"0.1", "0.5"}, told
