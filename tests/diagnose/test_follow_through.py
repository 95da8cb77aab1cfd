"""Points for what is right on a learner's own, wrong, earlier function, and for nothing else."""

import re
import shutil

import pytest

from grader.course.folder import Course
from tests.support.results import function_of, lines_of
from tests.support.submissions import SOFTMAX, Files, write_class

BASE_TWO = """
import numpy as np
def softmax(Z):
    E = 2.0 ** (Z - Z.max(axis=0, keepdims=True))
    return E / E.sum(axis=0, keepdims=True)
"""
DIAGONAL = """
import numpy as np
from ex01_softmax import softmax
def softmax_jacobian(z):
    a = softmax(z)[:, 0]
    return np.diag(a * (1 - a))
"""
RIGHT_JACOBIAN = """
def softmax_jacobian(z):
    a = softmax(z)[:, 0]
    return np.diag(a) - np.outer(a, a)
"""
NEGATED = DIAGONAL.replace("np.diag(a * (1 - a))", "np.outer(a, a) - np.diag(a)")
ON_EARLIER = {
    "softmax_jacobian",
    "softmax_jacobian_batch",
    "vjp_with_jacobian",
    "chain_terms",
    "softmax_cross_entropy_grad",
    "hypotheses",
    "output_layer_grad_parts",
    "output_layer_grad",
    "forward",
    "train",
}


@pytest.fixture(scope="module")
def references(course: Course) -> Files:
    return {f"{e.slug}.py": e.reference_path.read_bytes() for e in course.exercises}


def followed(result) -> dict[str, float]:
    return {f.function: f.follow_through for f in result.functions if f.follow_through}


def test_a_wrong_softmax_does_not_sink_what_is_right_given_it(explain, references):
    result = explain({**references, "ex01_softmax.py": BASE_TWO})
    assert set(followed(result)) == ON_EARLIER
    vjp = function_of(result, "vjp_with_jacobian")
    assert 0.4 * vjp.max_score <= vjp.follow_through == vjp.score <= 0.5 * vjp.max_score
    assert vjp.message.startswith("right, given your own softmax_jacobian")
    assert vjp.verdict == "wrong_value"
    assert vjp.misconception is None


def test_the_points_for_following_are_counted_in_the_score(explain, references):
    result = explain({**references, "ex01_softmax.py": BASE_TWO})
    assert result.score == pytest.approx(sum(f.score for f in result.functions))
    for function in result.functions:
        assert function.follow_through <= (function.score or 0) <= function.max_score


@pytest.mark.parametrize(
    "trivial",
    ["np.zeros(Z.shape)", "np.ones(Z.shape) / len(Z)", "Z.copy()", "Z * np.nan", "Z[:0]", "0.5"],
)
def test_a_trivial_softmax_earns_nothing(trivial, explain, references):
    source = f"import numpy as np\ndef softmax(Z):\n    return {trivial}\n"
    assert followed(explain({**references, "ex01_softmax.py": source})) == {}


def test_a_product_that_is_right_given_a_wrong_jacobian_earns_its_share(explain, references):
    result = explain({**references, "ex02_jacobian.py": NEGATED})
    assert set(followed(result)) == {"vjp_with_jacobian"}


def test_an_elementwise_product_with_a_diagonal_jacobian_earns_nothing(explain):
    product = """
import numpy as np
from ex02_jacobian import softmax_jacobian
def vjp_with_jacobian(Z, dA):
    columns = zip(Z.T, dA.T)
    return np.stack([np.diag(softmax_jacobian(z[:, None])) * g for z, g in columns], axis=1)
"""
    files = {"ex01_softmax.py": SOFTMAX, "ex02_jacobian.py": DIAGONAL, "ex04_backward.py": product}
    assert followed(explain(files)) == {}


def test_the_products_own_error_earns_nothing(explain, references):
    source = references["ex04_backward.py"].decode()
    assert "dA[:, k] @ J" in source
    wrong = source.replace("dA[:, k] @ J", "2.5 * dA[:, k] @ J")
    files = {**references, "ex02_jacobian.py": NEGATED, "ex04_backward.py": wrong}
    assert followed(explain(files)) == {}


def test_a_files_own_definition_goes_before_the_import(explain, references):
    own = (
        references["ex04_backward.py"]
        .decode()
        .replace(
            "from ex02_jacobian import softmax_jacobian",
            NEGATED.replace("from ex01_softmax import softmax", ""),
        )
    )
    result = explain({**references, "ex04_backward.py": own})
    assert set(followed(result)) == {"vjp_with_jacobian"}


def test_a_module_that_is_imported_as_a_whole_is_found(explain, references):
    source = references["ex04_backward.py"].decode()
    source = source.replace("from ex02_jacobian import softmax_jacobian", "import ex02_jacobian")
    source = source.replace("J = softmax_jacobian(", "J = ex02_jacobian.softmax_jacobian(")
    result = explain({**references, "ex02_jacobian.py": NEGATED, "ex04_backward.py": source})
    assert set(followed(result)) == {"vjp_with_jacobian"}


def test_an_earlier_function_that_remembers_the_later_ones_inputs_earns_nothing(explain):
    """It could otherwise make up a Jacobian that fits whatever product was returned."""
    cheat = """
import numpy as np
SEEN = {}
def softmax_jacobian(z):
    g = SEEN.get(z.tobytes())
    return np.zeros((len(z), len(z))) + len(z) if g is None else np.outer(g / (g @ g), z[:, 0] ** 2)
def vjp_with_jacobian(Z, dA):
    for z, g in zip(Z.T, dA.T):
        SEEN[z.tobytes()] = g
    return Z ** 2
"""
    assert followed(explain({"everything.py": cheat})) == {}


def test_an_enormous_earlier_answer_is_not_followed(explain, references):
    source = "import numpy as np\ndef softmax(Z):\n    return np.linspace(0, 1, 10**6)[:, None]\n"
    assert followed(explain({**references, "ex01_softmax.py": source})) == {}


def test_the_share_is_the_courses(tmp_path, course: Course, run):
    folder = tmp_path / "course"
    shutil.copytree(course.folder, folder)
    toml = (folder / "course.toml").read_text()
    (folder / "course.toml").write_text(re.sub("follow_through = .*", "follow_through = 0.2", toml))
    source = f"{BASE_TWO}\n{RIGHT_JACOBIAN}"
    write_class(tmp_path / "in", "ada", source=source)
    two = ("--exercise", "ex01_softmax", "--exercise", "ex02_jacobian")
    done = run("grade", tmp_path / "in", "--out", tmp_path / "out", "--course", folder, *two)
    assert done.returncode == 0, done.stderr
    (result,) = lines_of(tmp_path / "out" / "results.jsonl")
    (function,) = (f for f in result["functions"] if f["function"] == "softmax_jacobian")
    assert 0 < function["follow_through"] <= 0.2 * function["max_score"]
    head, row = (tmp_path / "out" / "gradebook.csv").read_text().splitlines()
    assert head.endswith(",total,follow_through")
    given = sum(f["follow_through"] for f in result["functions"])
    assert row.endswith(f",{given:g}")
    assert f"of these, {given:g} points in all (learners: 1)" in done.stdout


OWN_COST = """
import numpy as np
def output_layer_cost(Theta, X, Y):
    ones = np.vstack([np.ones(X.shape[1]), X])
    return float(((Theta @ ones - Y) ** 4).sum())
def output_layer_grad(Theta, X, Y):
    ones = np.vstack([np.ones(X.shape[1]), X])
    return 4 * (Theta @ ones - Y) ** {power} @ ones.T
"""


def test_a_derivative_of_ones_own_cost_is_told_and_earns_nothing(explain):
    source = OWN_COST.format(power=3)
    function = function_of(explain({"ex05_output_layer.py": source}), "output_layer_grad")
    assert function.misconception.id == "derivative_of_another_cost"
    assert "right for your own output_layer_cost" in function.misconception.message
    assert "on 4 inputs" in function.misconception.evidence
    assert function.follow_through == 0


def test_a_derivative_of_no_cost_is_not_taken_for_one(explain):
    source = OWN_COST.format(power=2)
    function = function_of(explain({"ex05_output_layer.py": source}), "output_layer_grad")
    assert function.misconception.id == "columns_do_not_sum_to_0"


def test_of_one_input_nothing_is_concluded(explain):
    """It answers in the first public check only."""
    head, body = OWN_COST.format(power=3).split("def output_layer_grad(Theta, X, Y):\n")
    first = "    if X.shape != (1, 3) or X.sum() != 3: raise ValueError\n"
    source = f"{head}def output_layer_grad(Theta, X, Y):\n{first}{body}"
    function = function_of(explain({"ex05_output_layer.py": source}), "output_layer_grad")
    assert function.checks[0].verdict == "wrong_value"
    assert function.misconception is None


def test_a_cost_that_raises_has_no_derivative(explain):
    source = OWN_COST.format(power=3).replace("    return float(", "    raise ValueError(")
    function = function_of(explain({"ex05_output_layer.py": source}), "output_layer_grad")
    assert function.misconception is None or function.misconception.id != (
        "derivative_of_another_cost"
    )


def test_an_answer_of_another_shape_is_no_derivative(explain):
    source = OWN_COST.format(power=3).replace("@ ones.T", "@ ones.T @ np.ones((len(X) + 1, 1))")
    function = function_of(explain({"ex05_output_layer.py": source}), "output_layer_grad")
    assert function.verdict == "wrong_shape"
    assert function.follow_through == 0
