"""`from grader.notebook import check`: the checks in a notebook's own process."""

import subprocess
import sys
from pathlib import Path

import pytest

from grader.errors import UsageError
from grader.notebook import check
from tests.support.course import ROOT
from tests.support.notebooks import executed
from tests.support.results import function_of

pytestmark = pytest.mark.usefixtures("in_notebooks")

SOLVE = """
import numpy as np
def softmax_jacobian(z):
    a = np.exp(z) / np.exp(z).sum()
    return np.diagflat(a * (1 - a))
"""
CHECK = "from grader.notebook import check\ncheck(softmax_jacobian)"


def test_a_notebook_shows_mistake_and_picture():
    _, (output,) = executed(SOLVE, CHECK)
    html, text = output["data"]["text/html"], output["data"]["text/plain"]
    for shown in (html, text):
        assert "1 of 3 checks pass" in shown
        assert "You fill the diagonal" in shown
        assert "Next: correct softmax_jacobian" in shown
    assert html.count("<rect ") == 9
    assert "Row 0: right, too big, too big." in html
    assert "= + +" in text


def test_the_line_that_raises_is_the_notebooks():
    source = "def softmax_jacobian(z):\n    return z[7]"
    _, (output,) = executed(source, CHECK)
    assert "IndexError" in output["data"]["text/plain"]
    assert "line 2: return z[7]" in output["data"]["text/plain"]


def test_what_learners_write_is_inert():
    def softmax(_Z):
        raise ValueError("<script>alert(1)</script>")

    html = check(softmax)._repr_html_()
    assert "&lt;script&gt;alert(1)" in html
    assert "<script" not in html


def test_a_right_function_passes_and_something_is_to_be_noticed(course):
    reference = course.exercises[0].functions[0].reference
    checked = check(reference)
    assert checked.passed
    assert "What to notice" in repr(checked)
    assert "What to notice" in checked._repr_html_()
    assert "All public checks pass" in checked.next


def test_several_functions_are_checked_and_a_stub_is_not_written_yet(course):
    def softmax_backward(_dA, _A):
        raise NotImplementedError

    checked = check(course.exercises[0].functions[0].reference, softmax_backward)
    assert not checked.passed
    assert checked.next == "Next: write softmax_backward."
    assert "softmax_backward is not written yet" in repr(checked)


def test_the_shapes_and_the_callers_line_are_told():
    def shifted(Z, s):
        return Z - s

    def softmax(Z):
        return shifted(Z, Z[:, None, :2].T)

    text = " ".join(repr(check(softmax)).split())
    assert "with Z (3, 2) and s (2, 1, 3), called from the notebook, line " in text


def test_a_stub_is_not_called_here_either():
    def softmax(_Z):
        pass

    assert "softmax is not written yet" in repr(check(softmax))
    assert check(softmax).next == "Next: write softmax."


@pytest.mark.parametrize(
    ("functions", "said"),
    [
        ((), "name a function"),
        (("softmax",), "check takes the function itself"),
        ((len,), "choose from softmax,"),
        ((lambda z: z,), "asks for a function <lambda>; choose from softmax"),
    ],
)
def test_what_is_no_function_of_an_exercise_is_told(functions, said):
    with pytest.raises(UsageError, match=said):
        check(*functions)


def test_a_submission_that_checks_itself_is_graded_like_any_other(grade):
    result = grade({"ex02_jacobian.py": f"{SOLVE}\n{CHECK}\n"})
    assert result.notes == ()
    assert function_of(result, "softmax_jacobian").checks[0].verdict == "wrong_value"


def test_a_mistake_of_an_earlier_function_is_not_taken_for_one_of_this(own):
    functions = own(
        """
import numpy as np
def softmax(Z):
    return np.exp(Z)
def square(z):
    return np.diagflat(softmax(z))
def softmax_jacobian(z):
    return square(z)
"""
    )
    said = "It may be your softmax, which fails 3 of its 5 checks: begin there."
    assert check(functions["softmax_jacobian"]).mistake == said
    functions = own(
        """
import numpy as np
def softmax(Z):
    E = np.exp(Z - Z.max(axis=0))
    return E / E.sum(axis=0)
def softmax_jacobian(z):
    return np.diagflat(softmax(z) * (1 - softmax(z)))
"""
    )
    assert "It may be your" not in check(functions["softmax_jacobian"]).mistake


@pytest.fixture
def own():
    """Functions as cells of a notebook define them."""

    def defined(source):
        namespace = {"__name__": "__main__"}
        exec(source, namespace)  # noqa: S102  # our own source
        return namespace

    return defined


def test_in_a_browser_it_is_told_what_is_not_limited(course, monkeypatch):
    reference = course.exercises[0].functions[0].reference
    assert "neither the time nor the memory" not in repr(check(reference))
    monkeypatch.setattr(sys, "platform", "emscripten")
    checked = check(reference)
    for shown in (repr(checked), checked._repr_html_()):
        assert "neither the time nor the memory" in " ".join(shown.split())
        assert "choose Restart Kernel" in " ".join(shown.split())


# Not there in a browser, or slow to load: whoever runs code, keeps results, reads hand-ins.
NOT_LOADED = """
grader.cli grader.course grader.engine grader.grade grader.intake grader.platforms
grader.results.store grader.worker.child grader.worker.zygote grader.worker.hardening
click jinja2 multiprocessing nbformat pyseccomp rich sqlite3 subprocess watchfiles yaml zipfile
""".split()


def test_the_notebooks_module_loads_nothing_that_a_browser_lacks():
    source = (
        "import sys; before = {*sys.modules}; import grader.notebook;"
        " print(*{*sys.modules} - before)"
    )
    command = [sys.executable, "-c", source]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert "grader.judge.judge" in loaded
    unwanted = [name for name in loaded if any(f"{name}.".startswith(f"{n}.") for n in NOT_LOADED)]
    assert unwanted == []


def test_checks_that_have_changed_are_read_again(course):
    reference = course.exercises[0].functions[0].reference
    path = Path("checks.json")
    path.write_bytes((ROOT / "exercises" / "checks.json").read_bytes())
    assert check(reference).passed
    path.write_text("{}")
    with pytest.raises(UsageError, match=r"checks\.json"):
        check(reference)
