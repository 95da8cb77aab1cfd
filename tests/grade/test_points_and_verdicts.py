"""What a submission is worth: points, verdicts, and which file counts."""

import numpy as np
import pytest

from grader.course.sample import notebook_bytes, solved_files
from grader.model import Verdict
from tests.support.results import failed_checks, function_of
from tests.support.submissions import SOFTMAX, notebook


def test_the_references_get_every_point(grade, course, plan):
    result = grade(solved_files(course))
    assert (
        result.score
        == result.max_score
        == sum(f.points for e in plan.exercises for f in e.functions)
    )
    assert result.notes == ()


def test_one_notebook_that_holds_everything_gets_every_point(grade, course):
    result = grade({"homework.ipynb": notebook_bytes(course)})
    assert result.score == result.max_score
    assert result.notes == ()


def test_a_list_of_right_numbers_loses_only_the_type_check(grade_softmax):
    result = grade_softmax(
        SOFTMAX.replace(
            "return E / E.sum(axis=0, keepdims=True)",
            "return (E / E.sum(axis=0, keepdims=True)).tolist()",
        )
    )
    assert failed_checks(result) == {"is_float64"}
    assert result.verdict == Verdict.WRONG_TYPE


def test_float32_inside_loses_only_the_precision_and_tail_checks(grade_softmax):
    inside = "f = softmax\ndef softmax(Z): return f(Z.astype('f4')).astype('f8')"
    assert failed_checks(grade_softmax(SOFTMAX + inside)) == {"accurate", "tiny_probabilities"}


EPSILON = "return E / (E.sum(axis=0, keepdims=True) + {})"


@pytest.mark.parametrize(("epsilon", "lost"), [("1e-12", set()), ("1e-10", {"accurate"})])
def test_a_tiny_epsilon_is_accepted_and_a_larger_one_is_imprecise(grade_softmax, epsilon, lost):
    source = SOFTMAX.replace("return E / E.sum(axis=0, keepdims=True)", EPSILON.format(epsilon))
    assert failed_checks(grade_softmax(source)) == lost


def test_a_jacobian_by_finite_differences_loses_only_what_needs_precision(grade):
    source = (
        SOFTMAX
        + """
def softmax_jacobian(z):
    h = 1e-5
    steps = h * np.eye(len(z))
    return (softmax(z + steps) - softmax(z - steps)) / (2 * h)
"""
    )
    function = function_of(grade({"ex02_jacobian.py": source}), "softmax_jacobian")
    # Near a million there are no digits left for a step of 1e-5.
    assert failed_checks(function) == {"accurate", "large_logits"}


def test_a_slip_in_one_gradient_does_not_cost_the_checks_of_the_others(grade, course):
    files = solved_files(course)
    slip = b"\nright = backward\ndef backward(*args, **kwargs):\n"
    slip += b"    grads = right(*args, **kwargs)\n    return {**grads, 'db1': 2 * grads['db1']}\n"
    function = function_of(
        grade({**files, "ex06_network.py": files["ex06_network.py"] + slip}), "backward"
    )
    lost = {"two_hidden_units", "nothing_to_learn", "relu_units", "hidden_biases", "accurate"}
    assert failed_checks(function) == lost
    assert 3 < function.score < 5


def test_a_dropped_axis_is_named_with_its_likely_reason(grade_softmax):
    result = grade_softmax(SOFTMAX + "f = softmax\ndef softmax(Z): return f(Z).squeeze()")
    assert result.verdict == Verdict.WRONG_SHAPE
    assert "has shape (3,); (3, 1) is expected: an axis of length 1 was dropped" in result.message


def test_a_public_check_says_value_place_and_expectation(grade_softmax):
    result = grade_softmax("import numpy as np\ndef softmax(Z): return np.exp(Z)")
    (public,) = [c for c in result.checks if c.name == "one_two_three"]
    assert public.message == (
        "softmax(np.array([[1.0], [2.0], [3.0]])): entry (2, 0) is 20.0855, should be 0.665241"
        " (3 of 3 entries are wrong)"
    )


def test_warnings_are_never_graded(grade_softmax):
    noisy = SOFTMAX + "f = softmax\ndef softmax(Z):\n    np.float64(1) / 0\n    return f(Z)"
    assert grade_softmax(noisy).verdict == Verdict.PASSED


def test_an_answer_that_changes_its_argument_loses_only_that_check(grade_softmax):
    source = SOFTMAX.replace(
        "E = np.exp(Z - Z.max(axis=0, keepdims=True))",
        "Z -= Z.max(axis=0, keepdims=True); E = np.exp(Z)",
    )
    result = grade_softmax(source)
    assert failed_checks(result) == {"leaves_its_argument"}
    assert result.verdict == Verdict.MUTATED_ARGUMENT


@pytest.mark.parametrize(
    "bound",
    [
        "softmax = right",
        "softmax = lambda Z: right(Z)",
        "import functools\nsoftmax = functools.partial(right)",
        "class C:\n    def __call__(self, Z): return right(Z)\nsoftmax = C()",
    ],
)
def test_any_callable_bound_to_the_name_counts(grade_softmax, bound):
    assert grade_softmax(SOFTMAX.replace("def softmax", "def right") + bound).score == 12


def test_a_stub_is_not_attempted_even_when_it_has_begun(grade_softmax):
    begun = "def softmax(Z):\n    E = Z * 2\n    raise NotImplementedError"
    result = grade_softmax(begun)
    assert (result.verdict, result.score) == (Verdict.NOT_ATTEMPTED, 0)


def test_a_renamed_function_is_missing_and_its_new_name_is_shown(grade_softmax):
    result = grade_softmax(SOFTMAX.replace("def softmax", "def soft_max"))
    assert result.verdict == Verdict.MISSING
    assert "ex01_softmax.py has soft_max: did you rename it?" in result.message


def test_a_function_is_found_in_any_file_when_its_own_does_not_attempt_it(grade):
    template = "def softmax(Z):\n    raise NotImplementedError"
    result = grade({"ex01_softmax.py": template, "ex02_jacobian.py": SOFTMAX})
    assert function_of(result, "softmax").score == 12


def test_the_file_named_for_an_exercise_goes_before_others(grade):
    wrong = "import numpy as np\ndef softmax(Z): return np.zeros(Z.shape)"
    result = grade({"ex01_softmax.py": SOFTMAX, "aaa.py": wrong})
    assert function_of(result, "softmax").score == 12


def test_where_script_and_notebook_differ_the_better_counts_and_a_note_says_so(grade):
    wrong = "import numpy as np\ndef softmax(Z): return np.zeros(Z.shape)"
    result = grade({"ex01_softmax.py": wrong, "ex01_softmax.ipynb": notebook(SOFTMAX)})
    assert function_of(result, "softmax").score == 12
    assert any("ex01_softmax.ipynb counts" in note for note in result.notes)


def test_an_import_gives_the_form_that_was_chosen(grade):
    wrong = "import numpy as np\ndef softmax(Z): return np.zeros(Z.shape)"
    uses = "import numpy as np\nfrom ex01_softmax import softmax\n" + JACOBIAN
    files = {"ex01_softmax.py": wrong, "ex01_softmax.ipynb": notebook(SOFTMAX)}
    result = grade({**files, "ex02_jacobian.py": uses})
    assert function_of(result, "softmax_jacobian").score == 10


def test_an_import_passes_over_a_stub_when_the_notebook_is_written(grade):
    uses = "import numpy as np\nfrom ex01_softmax import softmax\n" + JACOBIAN
    stub = "def softmax(Z):\n    raise NotImplementedError('yours')"
    files = {"ex01_softmax.py": stub, "ex01_softmax.ipynb": notebook(SOFTMAX)}
    result = grade({**files, "ex02_jacobian.py": uses})
    assert function_of(result, "softmax_jacobian").score == 10
    assert result.notes == ()


def test_a_function_that_needs_an_unwritten_one_is_told_which(grade):
    uses = "import numpy as np\nfrom ex01_softmax import softmax\n" + JACOBIAN
    stub = "def softmax(Z):\n    raise NotImplementedError('yours')"
    result = grade({"ex01_softmax.py": stub, "ex02_jacobian.py": uses})
    jacobian = function_of(result, "softmax_jacobian")
    assert jacobian.verdict == Verdict.RAISED
    assert "softmax_jacobian needs softmax, which still raises" in jacobian.message


@pytest.mark.parametrize("name", ["ex01_softmax (1).py", "ada_ex01_softmax_final.py"])
def test_a_file_whose_name_was_changed_on_the_way_is_still_its_exercises(grade, name):
    uses = "import numpy as np\nfrom ex01_softmax import softmax\n" + JACOBIAN
    result = grade({name: SOFTMAX, "ex02_jacobian.py": uses})
    assert function_of(result, "softmax").score == 12
    assert function_of(result, "softmax_jacobian").score == 10


def test_a_missing_file_that_is_imported_is_named(grade):
    result = grade({"ex02_jacobian.py": "from ex01_softmax import softmax\n" + JACOBIAN})
    assert any("ex01_softmax is not among the submitted files" in note for note in result.notes)


def test_other_kinds_of_return_values_get_a_type_verdict(grade_softmax):
    for returned, said in (
        ("print()", "None (is a return statement missing?)"),
        ("'0.5'", "a text (str)"),
        ("{'a': 1}", "a dict"),
        ("[[1.0], [2.0, 3.0]]", "a list of uneven rows"),
        ("np.array([['a']])", "an array of text"),
        ("np.array([[object()]])", "an array of objects"),
        ("(z for z in Z)", "a generator"),
        ("np.array([(1, 2.0)], dtype='i4,f8')", "a structured array"),
        ("softmax", "a function"),
    ):
        result = grade_softmax(f"import numpy as np\ndef softmax(Z): return {returned}")
        assert (result.verdict, result.score) == (Verdict.WRONG_TYPE, 0), returned
        assert said in result.message


def test_subclasses_complex_numbers_and_objects_lose_the_type_check_only(grade_softmax):
    for form in (
        "np.asmatrix(A)",
        "np.ma.masked_array(A)",
        "A.astype(object)",
        "A + 0j",
        "A.astype(np.longdouble)",
    ):
        source = SOFTMAX.replace(
            "return E / E.sum(axis=0, keepdims=True)",
            f"A = E / E.sum(axis=0, keepdims=True); return {form}",
        )
        assert failed_checks(grade_softmax(source)) == {"is_float64"}, form


def test_nan_everywhere_is_not_finite(grade_softmax):
    result = grade_softmax("import numpy as np\ndef softmax(Z): return Z * np.nan")
    assert (result.verdict, result.score) == (Verdict.NOT_FINITE, 0)
    assert "is nan, should be 0.0900306 (3 of 3 entries are not finite)" in result.message


def test_no_input_of_one_function_is_the_answer_of_another(plan):
    for exercise in plan.exercises:
        for function in exercise.functions:
            answers = [call.expected for call in function.calls]
            others = [
                value
                for e in plan.exercises
                for f in e.functions
                if f is not function
                for call in f.calls
                for value in (*call.args, *call.kwargs.values())
            ]
            shared = [value for value in answers if value in others and _is_telling(value)]
            assert not shared, function.name


def _is_telling(value) -> bool:
    """Whether an array is more than a handful of zeros and ones."""
    return hasattr(value, "data") and len(np.unique(np.frombuffer(value.data, "u1"))) > 8


JACOBIAN = """
def softmax_jacobian(z):
    a = softmax(z)
    return np.diag(a[:, 0]) - a @ a.T
"""
