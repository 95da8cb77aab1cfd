"""What is said where no single mistake gives all answers as they are."""

from pathlib import Path

import pytest

import grader
from tests.support.results import function_of

HEAD = "import numpy as np\n"
SOFTMAX = """
def softmax(Z):
    E = np.exp(Z - Z.max(axis=0, keepdims=True))
    A = E / E.sum(axis=0, keepdims=True)
    return {}
"""
JACOBIAN = """
def softmax_jacobian(z):
    e = np.exp(z - z.max())
    a = (e / e.sum())[:, 0]
    J = np.diag(a) - np.outer(a, a)
    return {}
"""


def named(explain, file, function, body):
    result = explain({f"{file}.py": HEAD + body})
    return function_of(result, function).misconception


def of_softmax(explain, expression):
    return named(explain, "ex01_softmax", "softmax", SOFTMAX.format(expression))


def of_jacobian(explain, expression):
    return named(explain, "ex02_jacobian", "softmax_jacobian", JACOBIAN.format(expression))


def test_an_argument_that_is_handed_back_comes_first_and_is_worth_nothing(explain):
    body = "def softmax_cross_entropy_grad(Z, Y): return Y.copy()\n"
    result = explain({"ex04_backward.py": HEAD + body})
    function = function_of(result, "softmax_cross_entropy_grad")
    assert function.misconception.id == "handed_back_Y"
    assert function.matches == ()


@pytest.mark.parametrize(
    ("expression", "id_", "words"),
    [
        ("np.round(J, 3)", "rounded_answer", "rounded to 3 decimals"),
        ("np.clip(J, -0.05, 0.15)", "cut_off", "cut off below -0.05 and above 0.15"),
        ("J * np.where(np.eye(len(J)), 2, 1)", "some_entries", "on the diagonal are 2 times"),
        ("np.where(np.arange(len(J)) > 0, 2, 1) * J", "some_entries", "outside the first column"),
        ("-3 * J.ravel()", "factor_constant+reshaped_answer", "another shape than is asked for"),
    ],
)
def test_what_was_done_to_right_entries_is_told(explain, expression, id_, words):
    found = of_jacobian(explain, expression)
    assert found.id == id_
    assert words in found.message


def test_a_number_that_is_added_to_a_cost_is_told(explain):
    cost = "-np.sum(Y[Y > 0] * np.log(A[Y > 0])) / Y.shape[1]"
    body = f"def cross_entropy(A, Y): return {cost} + 0.3\n"
    found = named(explain, "ex03_cross_entropy", "cross_entropy", body)
    assert found.id == "number_added"
    assert "off by 0.3" in found.message


def test_a_mistake_with_its_axes_swapped_is_told_with_both(explain):
    found = of_softmax(explain, "-A.T")
    assert found.id == "transposed_result+factor_constant"
    assert "multiplied by -1" in found.message


def test_a_mistake_beside_something_else_is_told_with_how_much_it_explains(explain):
    body = """
def softmax_jacobian(z):
    e = np.exp(z - z.max())
    a = (e / e.sum())[:, 0]
    J = np.diag(a * (1 - a))
    return J + 0.1 * (len(a) == 4)
"""
    found = named(explain, "ex02_jacobian", "softmax_jacobian", body)
    assert found.id == "diagonal_only+something_else"
    assert "inputs that you get wrong" in found.message


def test_a_mistake_that_explains_little_is_not_told(explain):
    found = of_jacobian(explain, "np.diag(a * (1 - a)) if len(a) == 4 else J * a")
    assert found is None or "diagonal_only" not in found.id


def test_what_columns_are_is_said_in_the_words_of_the_course(explain, course):
    found = of_jacobian(explain, "J + np.triu(np.ones(J.shape), 1)")
    assert found.message.endswith(f"do not sum to 0. {course.words.sum_is_0}")


@pytest.mark.parametrize("file", ["diagnose/*.py", "judge/*.py", "course/s[el]*.py"])
def test_the_engine_has_no_words_of_one_course(file):
    for path in Path(grader.__file__).parent.glob(file):
        text = path.read_text(encoding="utf-8").casefold()
        assert not [word for word in ("logit", "probabilit", "softmax", "classes,") if word in text]
