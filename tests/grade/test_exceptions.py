"""What a learner reads of an exception that their function raises on an open input."""

import pytest

from grader.model import Verdict
from tests.support.results import function_of
from tests.support.submissions import SOFTMAX

HEAD = "import numpy as np\nimport math\n"
TWO_EXAMPLES = "two_examples"


@pytest.fixture
def told(grade_softmax):
    """What the check of two examples says of the body of a softmax."""

    def message(body, before=""):
        lines = "\n".join(f"    {line}" for line in body.splitlines())
        result = grade_softmax(f"{HEAD}{before}def softmax(Z):\n{lines}\n")
        check = next(check for check in result.checks if check.name == TWO_EXAMPLES)
        first = next(c for c in result.checks if c.name == (check.same_as or check.name))
        return first.message

    return message


def test_the_line_the_shapes_in_it_and_the_callers_line_are_told(told):
    before = "def shifted(Z, s):\n    return (Z -\n            s)\n"
    message = told("s = np.ones((4, 1))\nreturn shifted(Z, s)", before)
    assert (
        " (ex01_softmax.py, line 4: return (Z -) with Z (3, 1) and s (4, 1),"
        " called from ex01_softmax.py, line 8: return shifted(Z, s). Shapes"
    ) in message


def test_a_comprehension_is_within_its_function(told):
    message = told("return [Z[n] @\n    Z for n in range(9)]")
    assert "(ex01_softmax.py, line 4: return [Z[n] @)" in message
    assert "called from" not in message
    before = "def inner(Z):\n    return [Z @ Z for n in range(9)]\n"
    message = told("return inner(Z)", before)
    assert "line 4: return [Z @ Z for n in range(9)])" in message
    assert "called from ex01_softmax.py, line 6: return inner(Z)." in message


def test_a_function_that_calls_itself_is_not_called_from_another(told):
    before = "def inner(Z, n):\n    return inner(Z, n - 1) if n else Z @ Z\n"
    assert "called from" not in told("return Z @ Z.T @ inner(Z, 3)", before)


def test_only_what_the_failing_expression_names_is_told(told):
    message = told("E = np.ones((3, 3))\nF = np.ones((1, 3))\nreturn 2 * Z + (E.T @ F) - Z")
    assert ") with E (3, 3) and F (1, 3). A matrix" in message


def test_only_what_is_exactly_a_number_a_list_or_an_array_is_told(told):
    before = (
        "class Odd(list):\n    def __len__(self): raise SystemExit\n    shape = property(len)\n"
    )
    body = "a, b, c, d, e, f = Odd(), 2, [1], (1, 2), None, np.ma.ones(2)\n"
    message = told(f"{body}return (a, b, c, d, e, f).T", before)
    assert ") with b a number and c a list of 1 and d a tuple of 2 and e None. This" in message


@pytest.mark.parametrize(
    ("body", "meant"),
    [
        ("return z", "Z"),
        ("Zmax = Z.max()\nreturn Z - Zmx", "Zmax"),
        ("return np.expp(Z)", "exp"),
        ("return Z.summ()", "sum"),
        ("return sofmax(Z)", "softmax"),
    ],
)
def test_a_name_that_nearly_is_one_is_suggested(told, body, meant):
    assert f"Did you mean: '{meant}'? (ex01_softmax.py, line " in told(body)


@pytest.mark.parametrize("body", ["return qqqqqq", "return np.qqqqqq(Z)", "raise NameError('no')"])
def test_nothing_is_suggested_where_nothing_is_near(told, body):
    assert "Did you mean" not in told(body)


@pytest.mark.parametrize(
    ("body", "plain"),
    [
        (
            "return Z @ np.ones((5, 3))",
            "on its right (of a vector: entries); here they are 1 and 5",
        ),
        ("return np.dot(Z, np.ones((5, 3)))", "here they are 1 and 5"),
        ("return Z @ 2.0", "one of the two is a single number"),
        ("return Z + np.ones((4, 1))", "in the last axis but one they are 3 and 4"),
        ("return Z + np.ones((4, 1, 2)) * np.ones((2, 1, 1))", "in axis -3 they are 4 and 2"),
        ("return np.where(Z > 0, np.ones((3, 3)), np.ones(2))", "the last axis they are 3 and 2"),
        ("Z = Z * 1\nZ += np.ones((4, 3, 1))\nreturn Z", "The result has shape (4,3,1), and +="),
        ("Z = Z * 1\nZ[:] = np.ones((4, 1))", "of shape (4,1) is put where one of shape (3,1)"),
        ("Z = Z * 1\nZ[0, 0] = np.ones(2)", "One entry of an array is one number"),
        ("return np.array([[1.0], [2.0, 3.0]])", "The rows of an array are all of one length"),
        ("return math.exp(Z)", "`math` take numbers, NumPy's own functions take arrays"),
        ("return Z if Z > 0 else 0 * Z", "need a single yes or no"),
        ("return np.zeros(3, 1)", "take the shape as one tuple"),
        ("return Z.sum(axis=2)", "The array has 2 axes, counted from 0."),
        ("return Z[3]", "Positions are counted from 0, so the last of 3 is 2."),
        ("return Z[:, 9:][0, 0]", "Positions are counted from 0, so there are none."),
        ("E = print()\nreturn E * 2.0", "does the function that made it lack its `return`?"),
        ("E = print()\nreturn E.T", "does the function that made it lack its `return`?"),
        ("E = Z, 1\nreturn E.T", "This is a tuple, not an array"),
        ("E = Z.tolist()\nreturn E.T", "A list is not an array"),
        ("E = Z.tolist()\nreturn E - E", "A list is not an array"),
        ("return Z(0)", "Round brackets call a function"),
        ("Z = E\nE = 1", "and this one has no value yet"),
        ("return np.outer(Z)", "which ones does this line give it?"),
        ("return softmax(Z)", "A function calls itself"),
        ("return 1 / 0", "line 4: return 1 / 0)"),
    ],
)
def test_common_exceptions_are_told_in_plain_words(told, body, plain):
    assert plain in told(body)


@pytest.mark.parametrize("body", ["return [1][0.5]", "return math(Z)", "return np.inner(Z, Z.T)"])
def test_nothing_is_said_in_plain_words_of_what_may_mean_anything(told, body):
    place, line, rest = told(body).partition(f"(ex01_softmax.py, line 4: {body})")
    assert place
    assert line
    assert rest in ("", " with Z (3, 1)")


def test_a_function_of_other_arguments_is_told_how_it_is_called(grade_softmax):
    result = grade_softmax("def softmax(Z, axis): return Z")
    assert "The exercise calls softmax(Z): let your `def` line take just these." in result.message


def test_an_exception_is_told_once_by_a_public_check(grade_softmax):
    result = grade_softmax(f"{HEAD}def softmax(Z):\n    return Z @ np.ones((7, 1))\n")
    full = [check for check in result.checks if "A matrix product needs" in check.message]
    assert [check.hidden for check in full] == [False]
    others = [check for check in result.checks if check.same_as]
    assert {check.same_as for check in others} == {full[0].name}
    assert len(others) == len(result.checks) - 1
    for check in others:
        assert check.message.endswith(
            f"): it raised the same ValueError as in {full[0].name}, in line 4"
        )
    assert result.message == f"{full[0].name}: {full[0].message}"


def test_two_exceptions_of_one_line_are_told_both(grade_softmax):
    body = "return Z @ np.ones(9) if Z.shape[1] > 1 else Z + np.ones((7, 1))"
    result = grade_softmax(f"{HEAD}def softmax(Z):\n    {body}\n")
    full = [check for check in result.checks if not check.same_as]
    assert len(full) == 2


def test_an_error_of_syntax_is_told_once(grade):
    source = "import numpy as np\ndef softmax_jacobian(z):\n\tif True:\n        return z\n"
    result = grade({"ex02_jacobian.py": source})
    first, *others = [f for f in result.functions if f.exercise == "ex02_jacobian"]
    assert first.verdict is Verdict.NOT_LOADED
    told = "ex02_jacobian.py, line 4: TabError: inconsistent use of tabs and spaces in indentation"
    assert told in first.message
    assert result.notes_of_its_own == ()
    for other in others:
        assert other.message == (
            f"{other.function} is not there after loading, for the same reason as softmax_jacobian"
        )


def test_what_is_left_of_a_function_that_cannot_be_read_is_no_error_of_its_own(grade):
    result = grade({"ex01_softmax.py": "def softmax(Z):\nE = 1\nreturn E\n"})
    assert len(result.notes) == 1
    result = grade({"ex01_softmax.py": "E = 1\nreturn E\nE = 2\nreturn E\n"})
    assert len(result.notes) == 2


@pytest.mark.parametrize(
    "body",
    [
        "pass",
        "...",
        '"""Say what."""',
        "return",
        "return None",
        "return ...",
        '"""Say what."""\n    pass\n    raise NotImplementedError("TODO")',
        "raise NotImplementedError\n    return None",
    ],
)
def test_a_placeholder_is_not_attempted(grade_softmax, body):
    result = grade_softmax(f"def softmax(Z):\n    {body}\n")
    assert (result.verdict, result.message) == ("not_attempted", "softmax is not written yet")


def test_of_the_calls_of_a_check_the_one_with_the_first_verdict_is_told(grade):
    source = (
        SOFTMAX + "def softmax_jacobian(z):\n    if z.size < 3: return z\n"
        "    raise ValueError('never mind')\n"
    )
    function = function_of(grade({"ex02_jacobian.py": source}), "softmax_jacobian")
    assert function.verdict == "raised"
    assert all(check.verdict in ("raised", "wrong_shape") for check in function.checks)
