"""Which mistake is named: only one that the answers prove, and none for a right answer."""

import pytest

from grader.course.folder import Course
from grader.course.grading import graded_variant
from grader.course.planning import plan_of
from grader.course.variants import variants_in
from grader.engine.lane import Lane
from grader.grade.grader import Grader
from grader.plan_json import plan_from_json, plan_json
from tests.support.results import function_of
from tests.support.submissions import SOFTMAX

JACOBIAN = """
import numpy as np
def softmax_jacobian(z):
    e = np.exp(z - z.max())
    a = (e / e.sum())[:, 0]
    J = np.diag(a) - np.outer(a, a)
"""
BATCH = """
import numpy as np
def softmax_jacobian_batch(Z):
    E = np.exp(Z - Z.max(axis=0))
    A = (E / E.sum(axis=0)).T
    J = A[:, :, None] * (np.eye(len(Z)) - A[:, None, :])
"""


def jacobian_returning(expression: str, explain):
    result = explain({"ex02_jacobian.py": f"{JACOBIAN}    return {expression}\n"})
    return function_of(result, "softmax_jacobian")


def test_a_listed_mistake_is_named_by_its_id_with_its_message(explain):
    function = jacobian_returning("np.diag(a * (1 - a))", explain)
    assert function.misconception.id == "diagonal_only"
    assert "fill the diagonal" in function.misconception.message
    assert "inputs" in function.misconception.evidence


def test_a_mistake_is_named_however_it_is_written(explain):
    function = jacobian_returning(
        "np.array([[a[i] * (i == j) * (1 - a[i]) for j in range(len(a))] for i in range(len(a))])",
        explain,
    )
    assert function.misconception.id == "diagonal_only"


def test_a_right_answer_gets_no_name(explain):
    assert jacobian_returning("J", explain).misconception is None


def test_nearly_the_answers_of_a_mistake_are_not_its_answers(explain):
    function = jacobian_returning("np.diag(a * (1 - a)) + 1e-4 * np.outer(a, a)", explain)
    assert function.misconception.id == "columns_do_not_sum_to_0"


def test_an_overflow_is_recognised_by_where_it_gives_nan(explain):
    source = "import numpy as np\ndef softmax(Z):\n    return np.exp(Z) / np.exp(Z).sum(axis=0)\n"
    function = function_of(explain({"ex01_softmax.py": source}), "softmax")
    assert function.verdict == "not_finite"
    assert function.misconception.id == "no_shift"


def test_an_exception_is_recognised_by_its_type_and_message(course: Course, lane: Lane):
    (mistake,) = (
        variant
        for variant in variants_in(course.exercises[5], "mistakes.py")
        if variant.name == "backward__second_weights_not_transposed"
    )
    grader = Grader(plan_of(course, mistakes=True), lane)
    assert graded_variant(mistake, grader).misconception.id == mistake.id


def test_another_exception_at_the_same_place_is_not_recognised(explain):
    source = "def softmax_jacobian(z):\n    raise ValueError('I do not know')\n"
    function = function_of(explain({"ex02_jacobian.py": source}), "softmax_jacobian")
    assert function.misconception is None


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("3.5 * J", "factor_constant"),
        ("-0.5 * J", "factor_minus_1_over_2"),
        ("J + 0.25", "number_added"),
        ("J + 0.25 * len(a)", "constant_added"),
        ("J + a", "constant_per_column"),
        ("J + a[:, None]", "constant_per_row"),
        ("J + np.triu(np.ones(J.shape), 1)", "columns_do_not_sum_to_0"),
    ],
)
def test_an_unlisted_pattern_is_recognised(expression, wanted, explain):
    assert jacobian_returning(expression, explain).misconception.id == wanted


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("J / len(Z)", "factor_1_over_rows_of_Z"),
        ("-Z.shape[1] * J", "factor_minus_columns_of_Z"),
        ("np.moveaxis(J, 0, 1)", "axes_swapped"),
    ],
)
def test_a_course_without_a_list_of_mistakes_still_has_the_patterns(expression, wanted, grade):
    source = f"{BATCH}    return {expression}\n"
    function = function_of(grade({"ex02_jacobian.py": source}), "softmax_jacobian_batch")
    assert function.misconception.id == wanted


def test_a_factor_on_a_listed_mistake_is_told_with_both(explain):
    function = jacobian_returning("-3 * np.diag(a * (1 - a))", explain)
    assert function.misconception.id == "diagonal_only+factor_constant"
    assert "On top of that" in function.misconception.message


def test_two_mistakes_in_two_parts_are_told_together(explain, course: Course):
    source = course.exercises[5].reference_path.read_text()
    for bias in ("1", "2"):
        right = f'"db{bias}": dZ{bias}.sum(axis=1, keepdims=True) / m'
        assert right in source
        source = source.replace(right, right.removesuffix(" / m"))
    source = source.replace('dZ2 @ cache["A1"].T', 'dZ2 @ cache["Z1"].T')
    files = {"ex06_network.py": source, "ex01_softmax.py": SOFTMAX}
    function = function_of(explain(files), "backward")
    assert function.misconception.id == "biases_not_divided+second_layer_with_z1"
    assert "In ['db1'] and ['db2']: Your weights have a 1/m" in function.misconception.message


def test_a_softmax_that_a_shift_changes_is_told_so(explain):
    source = (
        "import numpy as np\ndef softmax(Z):\n    A = np.exp(Z - Z.max(axis=0) + abs(Z) % 1)\n"
        "    return A / A.sum(axis=0)\n"
    )
    function = function_of(explain({"ex01_softmax.py": source}), "softmax")
    assert function.misconception.id == "a_shift_changes_the_answer"


def test_an_overflow_beside_another_mistake_is_told_with_it(explain):
    source = (
        "import numpy as np\ndef softmax_jacobian(z):\n    a = np.exp(z) / np.exp(z).sum()\n"
        "    return np.diagflat(a * (1 - a))\n"
    )
    function = function_of(explain({"ex02_jacobian.py": source}), "softmax_jacobian")
    assert function.misconception.id == "diagonal_only+no_shift"


def test_what_fits_nothing_gets_no_name_but_size_and_place(explain):
    source = "import numpy as np\ndef cross_entropy(A, Y):\n    return float(np.sin(A).sum())\n"
    function = function_of(explain({"ex03_cross_entropy.py": source}), "cross_entropy")
    assert function.misconception is None
    assert "should be" in function.message


def test_mistakes_survive_the_way_through_checks_json(course: Course):
    plan = plan_of(course, hidden=False, mistakes=True)
    again = plan_from_json(plan_json(plan), "here")
    counts = [len(f.mistakes) for e in plan.exercises for f in e.functions]
    assert [len(f.mistakes) for e in again.exercises for f in e.functions] == counts
    first, other = plan.exercises[1].functions[0], again.exercises[1].functions[0]
    assert (first.mistakes, first.generated) == (other.mistakes, other.generated)
    assert first.prints == other.prints
    assert sum(counts) > 500


def test_the_public_checks_alone_name_a_mistake(course: Course, lane: Lane):
    plan = plan_of(course, hidden=False, mistakes=True)
    grader = Grader(plan_from_json(plan_json(plan), "here"), lane)
    (mistake,) = (
        variant
        for variant in variants_in(course.exercises[1], "mistakes.py")
        if variant.name == "softmax_jacobian__diagonal_only"
    )
    assert graded_variant(mistake, grader).misconception.id == "diagonal_only"


def test_a_grid_shows_which_entries_are_wrong_and_how(explain):
    grid = jacobian_returning("np.diag(a * (1 - a)) - 1e-3 * np.tri(len(a), k=-1)", explain).grid
    assert grid.rows == ("=++", "+=+", "++=")
    assert grid.call == "softmax_jacobian(np.array([[1.0], [2.0], [3.0]]))"


def test_a_grid_marks_what_is_not_finite(explain):
    grid = jacobian_returning("np.where(np.eye(len(a)) > 0, np.nan, J)", explain).grid
    assert grid.rows == ("!==", "=!=", "==!")


def test_a_grid_of_a_batch_shows_its_first_wrong_matrix(explain):
    source = f"{BATCH}    J[-1] = 0\n    return J\n"
    grid = function_of(explain({"ex02_jacobian.py": source}), "softmax_jacobian_batch").grid
    assert grid.part == "answer[1]"


PARTS = """
import numpy as np
def backward(params, cache, X, Y, hidden="tanh"):
    m = X.shape[1]
    dZ2 = (cache["A2"] - Y) / m
    dZ1 = params["W2"].T @ dZ2 * (1 - cache["A1"] ** 2 if hidden == "tanh" else cache["Z1"] > 0)
    return {
        "dW1": dZ1 @ X.T + 1.0,
        "db1": dZ1.sum(axis=1, keepdims=True),
        "dW2": 1e3 + np.random.default_rng(0).normal(size=params["W2"].shape),
        "db2": dZ2.sum(axis=1, keepdims=True),
    }
"""


def test_a_grid_is_of_the_call_and_the_part_that_the_message_of_its_check_is_about(explain):
    function = function_of(explain({"ex06_network.py": PARTS}), "backward")
    (check,) = (one for one in function.checks if one.name == function.grid.check)
    assert check.message.startswith(f"{function.grid.call}: {function.grid.part} entry ")
    assert not check.hidden


def test_a_right_answer_and_one_of_another_shape_have_no_grid(explain):
    assert jacobian_returning("J", explain).grid is None
    assert jacobian_returning("J[0]", explain).grid is None
