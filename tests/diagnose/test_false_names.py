"""Names that were false once: each is what a wrong function must not be told, or no more."""

import pytest

from tests.support.results import function_of

HEAD = "import numpy as np\n"
SOFTMAX = """
def softmax(Z):
    E = np.exp(Z - Z.max(axis=0, keepdims=True))
    return E / E.sum(axis=0, keepdims=True)
"""


def named(explain, file, function, body, head=""):
    result = explain({f"{file}.py": HEAD + head + body})
    return function_of(result, function).misconception


@pytest.mark.parametrize("number", ["0.0", "1.0", "0.5"])
def test_one_number_whatever_comes_in_is_called_that(explain, number):
    body = f"def softmax_backward(dA, A): return np.full(dA.shape, {number})\n"
    found = named(explain, "ex04_backward", "softmax_backward", body)
    assert found.id == "same_whatever_comes_in"
    assert found.message.startswith(f"Your answer is {float(number):g} everywhere")


def test_an_argument_that_counts_is_not_overlooked(explain):
    body = "def softmax(Z): return np.full(Z.shape, 1 / len(Z))\n"
    found = named(explain, "ex01_softmax", "softmax", body)
    assert found.message.startswith("All entries of your answer are one number")
    assert "it depends on the shape alone" in found.message


def test_right_numbers_are_no_multiple_of_a_mistake(explain):
    """Too large by n, and by 1 / n times that: it is right where it does not raise."""
    found = named(explain, "ex01_softmax", "softmax", SOFTMAX, head="np.seterr(all='raise')\n")
    assert found is None or "mean" not in found.id


def test_an_empty_dict_is_not_one_of_names(explain):
    body = "def backward(params, cache, X, Y, hidden='tanh'): return {}\n"
    found = named(explain, "ex06_network", "backward", body)
    assert found is None or "names of the parameters" not in found.message


def test_a_factor_on_a_listed_mistake_is_of_that_and_not_of_the_right_answer(explain):
    body = """
def softmax_jacobian_batch(Z):
    A = np.exp(Z - Z.max(axis=0)) / np.exp(Z - Z.max(axis=0)).sum(axis=0)
    return np.stack([np.diag(a * (1 - a)) for a in A.T]) / Z.shape[1]
"""
    found = named(explain, "ex02_jacobian", "softmax_jacobian_batch", body)
    assert found.id == "diagonal_only+factor_1_over_columns_of_Z"
    assert "every entry is multiplied by 1 / Z.shape[1]" in found.message
    assert "too small" not in found.message


def test_what_rounding_does_is_no_number_that_is_added(explain):
    body = SOFTMAX.replace("return E /", "return 3e-9 * (Z[0, 0] > 0) + E /")
    found = named(explain, "ex01_softmax", "softmax", body)
    assert found is None or not found.id.startswith("constant_")


def test_what_does_not_depend_on_the_probabilities_is_not_said_to_depend_on_nothing(explain):
    body = "def cross_entropy(A, Y): return -np.sum(Y) / Y.shape[1]\n"
    found = named(explain, "ex03_cross_entropy", "cross_entropy", body)
    assert found is None or "nothing in it depends" not in found.message


def test_a_slip_that_shows_only_where_shapes_happen_to_fit_is_not_named(explain):
    body = """
def cross_entropy_from_logits(Z, Y):
    S = Z - Z.max(axis=0)
    return -np.sum(Y * np.ravel(S - np.log(np.exp(S).sum(axis=0)))) / Z.shape[1]
"""
    found = named(explain, "ex03_cross_entropy", "cross_entropy_from_logits", body)
    assert found is None or "transpose" not in found.message


def test_a_constant_is_no_multiple_of_a_generated_mistake(explain):
    body = "def cross_entropy_grad(A, Y): return np.clip(-Y / A, 0.05, 0.95)\n"
    found = named(explain, "ex03_cross_entropy", "cross_entropy_grad", body)
    assert found is None or "slip_" not in found.id


def test_the_kind_of_a_slip_is_told_and_not_the_formula(explain):
    body = """
def softmax_backward(dA, A):
    return A * (dA - np.abs(A * dA).sum(axis=0) - (A * dA).sum(axis=0))
"""
    found = named(explain, "ex04_backward", "softmax_backward", body)
    assert found is None or not found.id.startswith("slip_")


def test_what_is_finite_is_not_said_to_be_nan(explain):
    """Its answers are those of a listed mistake, and huge where another one gives nan."""
    body = "def cross_entropy_grad(A, Y): return np.nan_to_num(-np.sum(Y, axis=0) / A)\n"
    found = named(explain, "ex03_cross_entropy", "cross_entropy_grad", body)
    assert found is None or "nan" not in found.message


def test_a_part_that_is_off_is_not_all_of_the_answer(explain):
    body = (
        SOFTMAX
        + """
def forward(params, X, hidden="tanh"):
    Z1 = params["W1"] @ X + params["b1"]
    A1 = np.tanh(Z1) if hidden == "tanh" else np.maximum(Z1, 0)
    Z2 = params["W2"] @ A1 + params["b2"] - 0.02
    return softmax(Z2), {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": softmax(Z2)}
"""
    )
    found = named(explain, "ex06_network", "forward", body)
    assert "['Z2'] of your answer" in found.message
