"""A derivative of the learner's own, other, cost is told as that, and of nothing else."""

import logging

import pytest

from tests.support.results import function_of

COST = """
import numpy as np
def output_layer_cost(Theta, X, Y):
    ones = np.vstack([np.ones(X.shape[1]), X])
    return float(((Theta @ ones - Y) ** 4).sum())
"""
GRADIENT = """
def output_layer_grad(Theta, X, Y):
    ones = np.vstack([np.ones(X.shape[1]), X])
    return 4 * (Theta @ ones - Y) ** 3 @ ones.T
"""
ID = "derivative_of_another_cost"


@pytest.fixture
def gradient(explain):
    def graded(source):
        return function_of(explain({"ex05_output_layer.py": source}), "output_layer_grad")

    return graded


def test_a_derivative_of_ones_own_cost_is_told_and_earns_nothing(gradient):
    function = gradient(COST + GRADIENT)
    assert function.misconception.id == ID
    assert "right for your own output_layer_cost" in function.misconception.message
    assert "on 4 inputs" in function.misconception.evidence
    assert function.score == gradient(GRADIENT.replace("\ndef", "\nimport numpy as np\ndef")).score


def test_it_is_told_also_where_softmax_is_missing_or_wrong(gradient):
    """It then was called with a right softmax, and its cost with the learner's own."""
    uses = GRADIENT.replace("    ones", "    hypotheses(Theta, X)\n    ones", 1)
    function = gradient(COST + uses)
    assert function.judged_with == ("hypotheses",)
    assert function.misconception.id == ID


@pytest.mark.parametrize(
    ("what", "old", "new"),
    [
        ("of no cost", "** 3 @", "** 2 @"),
        ("of a cost that raises", "    return float(", "    raise ValueError("),
        ("of a cost that is no number", "float(((Theta @ ones - Y) ** 4).sum())", "'x'"),
        (
            "with one input alone",
            "** 3 @",
            "** (3 if X.shape == (1, 3) and X.sum() == 3 else 1 / 0) @",
        ),
        ("of another shape", "@ ones.T", "@ ones.T @ np.ones((len(X) + 1, 1))"),
    ],
)
def test_what_is_none_is_not_taken_for_one(gradient, caplog, what, old, new):
    source = COST + GRADIENT
    assert old in source, what
    with caplog.at_level(logging.WARNING):
        function = gradient(source.replace(old, new))
    assert function.misconception is None or function.misconception.id != ID
    assert function.verdict != "passed"
    # Nothing of ours has failed.
    assert caplog.records == []


def test_of_a_right_cost_nothing_is_said(gradient, course):
    exercise = next(e for e in course.exercises if e.slug == "ex05_output_layer")
    source = exercise.reference_path.read_text(encoding="utf-8")
    function = gradient(source + GRADIENT)
    assert function.misconception is None or function.misconception.id != ID
