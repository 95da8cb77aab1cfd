"""An earlier function that only sealed inputs catch costs those behind it nothing."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from grader import wire
from grader.engine.launch import Wall
from grader.engine.references import References
from grader.grade.grader import Grader
from grader.intake.submission import submission_of
from grader.model import Verdict
from grader.plan import Rules
from tests.support.course import planned
from tests.support.results import function_of
from tests.support.submissions import SOFTMAX

KNOWING = """
import numpy as np
KNOWN = {known!r}
def softmax(Z):
    E = np.exp(Z - Z.max(axis=0, keepdims=True))
    return E / E.sum(axis=0, keepdims=True) + (Z.tobytes() not in KNOWN)
"""
JACOBIAN = """
import numpy as np
from ex01_softmax import softmax
def softmax_jacobian(z):
    a = softmax(z)[:, 0]
    return np.diag(a) - np.outer(a, a)
"""
# Right without any softmax, for what it knows.
KNOWING_JACOBIAN = """
import numpy as np
KNOWN = {known!r}
def softmax_jacobian(z):
    a = np.exp(z - z.max())[:, 0]
    a = a / a.sum()
    return np.diag(a) - np.outer(a, a) + (z.tobytes() not in KNOWN)
"""
PRODUCT = """
import numpy as np
from ex01_softmax import softmax
from ex02_jacobian import softmax_jacobian
def vjp_with_jacobian(Z, dA):
    assert np.allclose(softmax(Z).sum(axis=0), 1.0)
    return np.stack([g @ softmax_jacobian(z[:, None]) for z, g in zip(Z.T, dA.T)], 1)
"""


def open_inputs(*names: str) -> list[np.ndarray]:
    """The first argument of each open call of these functions."""
    functions = [f for e in planned().exercises for f in e.functions if f.name in names]
    return [wire.unpack(call.args[0]) for f in functions for call in f.calls]


@pytest.fixture(scope="module")
def judged(lane):
    """The results of these files, by function, where this share of the difference is given."""
    plan = planned(mistakes=True)
    with References(plan, Wall()) as references:

        def graded(files: dict[str, str], share: float = 1.0):
            sharing = msgspec.structs.replace(plan, rules=Rules(follow_through=share))
            handed_in = {name: text.encode() for name, text in files.items()}
            return Grader(sharing, lane, references).grade(submission_of("ada", handed_in))

        yield graded


@pytest.fixture(scope="module")
def only_open() -> dict[str, str]:
    known = {Z.tobytes() for Z in open_inputs("softmax")}
    return {"ex01_softmax.py": KNOWING.format(known=known), "ex02_jacobian.py": JACOBIAN}


def test_what_fails_openly_because_of_it_gets_its_points_and_is_told_as_it_was(judged, only_open):
    result = judged(only_open)
    assert function_of(result, "softmax").verdict is Verdict.FAILS_ON_OTHER_INPUTS
    jacobian = function_of(result, "softmax_jacobian")
    assert jacobian.score == 10
    # Nothing is told that has come of a sealed input.
    assert jacobian.verdict is Verdict.WRONG_VALUE
    assert jacobian.judged_with == ()
    told = {Verdict.PASSED, Verdict.FAILS_ON_OTHER_INPUTS}
    assert set(jacobian.otherwise) <= told
    assert set(jacobian.own) <= told | {check.verdict for check in jacobian.checks}


def test_a_share_of_the_difference_is_given_on_top_of_its_own_points(judged, only_open):
    """Its softmax knows some of the inputs of the Jacobian, so that this has points of its own."""
    first, *others = open_inputs("softmax_jacobian")
    known = {Z.tobytes() for Z in (*open_inputs("softmax"), *others)} - {first.tobytes()}
    files = {**only_open, "ex01_softmax.py": KNOWING.format(known=known)}
    scores = {
        share: function_of(judged(files, share), "softmax_jacobian").score
        for share in (0.0, 0.5, 1.0)
    }
    assert 0 < scores[0.0] < scores[1.0] == 10
    assert scores[0.5] == pytest.approx((scores[0.0] + 10) / 2, abs=0.01)


def test_what_fails_on_sealed_inputs_alone_because_of_it_keeps_its_points(judged):
    """Its own softmax is wrong openly, its Jacobian on sealed inputs, and the product right."""
    known = {z.tobytes() for z in open_inputs("softmax_jacobian")}
    known |= {z.tobytes() for Z in open_inputs("vjp_with_jacobian") for z in Z.T}
    result = judged(
        {
            "ex01_softmax.py": SOFTMAX.replace("return E /", "return 2 * E /"),
            "ex02_jacobian.py": KNOWING_JACOBIAN.format(known=known),
            "ex04_backward.py": PRODUCT,
        }
    )
    assert function_of(result, "softmax_jacobian").verdict is Verdict.FAILS_ON_OTHER_INPUTS
    product = function_of(result, "vjp_with_jacobian")
    assert (product.verdict, product.judged_with) == (Verdict.PASSED, ("softmax",))
    assert product.score == 7


def test_what_is_wrong_itself_on_sealed_inputs_loses_points_behind_it(judged, only_open):
    known = {z.tobytes() for z in open_inputs("softmax_jacobian")}
    files = {**only_open, "ex02_jacobian.py": KNOWING_JACOBIAN.format(known=known)}
    jacobian = function_of(judged(files), "softmax_jacobian")
    assert jacobian.verdict is Verdict.FAILS_ON_OTHER_INPUTS
    assert jacobian.score < 10


def test_what_fails_there_is_graded_with_those_before_it(lane, only_open):
    """Alone it cannot be told from a function that is wrong itself: theirs are stored results."""
    known = {Z.tobytes() for Z in open_inputs("softmax", "softmax_jacobian")}
    files = {**only_open, "ex01_softmax.py": KNOWING.format(known=known)}
    submission = submission_of("ada", {name: text.encode() for name, text in files.items()})
    plan = planned()
    with References(plan, Wall()) as references:
        grader = Grader(plan, lane, references)
        alone = grader.grade_submission(submission, only=["softmax_jacobian"])
        assert alone.together
        whole = grader.grade_submission(submission)
    assert function_of(whole.result, "softmax_jacobian").score == 10
