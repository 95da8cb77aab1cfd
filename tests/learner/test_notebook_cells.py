"""The cells of a notebook: checks that end whatever the code does, `%%check`, pictures."""

import builtins
import os
import sys

import numpy as np
import pytest

from grader.errors import UsageError
from grader.notebook import check, curves, heat_map, regions
from tests.support.notebooks import executed
from tests.support.results import function_of

pytestmark = pytest.mark.usefixtures("in_notebooks")
RIGHT = "def softmax(Z):\n    E = np.exp(Z - Z.max(axis=0))\n    return E / E.sum(axis=0)"
WRONG = "def softmax(Z):\n    return np.exp(Z)"


@pytest.fixture
def told():
    """What is told of a softmax with this body."""

    def of(*lines):
        namespace = {"np": np, "__name__": "__main__"}
        exec("def softmax(Z):\n    " + "\n    ".join(lines), namespace)  # noqa: S102  # our own
        return " ".join(repr(check(namespace["softmax"])).split())

    return of


def test_an_endless_loop_ends_with_a_message(told):
    text = told("while True:", "    pass")
    assert "no answer within 2 seconds; does a loop ever end?" in text
    assert "not called any more" in text


def test_a_loop_that_catches_everything_ends_too_and_its_printing_is_cut(told):
    text = told("while True:", "    try:", "        print('round')", "    except:", "        pass")
    assert "no answer within 2 seconds" in text
    assert text.count("| round") == 15


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("input('your name')", "it asks for something to be typed"),
        ("breakpoint()", "it asks for something to be typed"),
        ("import os; os._exit(3)", "it ended the program"),
        ("import os; os.abort()", "it ended the program"),
        ("import sys; sys.exit()", "it raised SystemExit"),
        ("return softmax(Z)", "it raised RecursionError"),
    ],
)
def test_what_would_end_the_kernel_is_told(told, line, said):
    before = builtins.input, os._exit, sys.breakpointhook
    assert said in told(line)
    assert (builtins.input, os._exit, sys.breakpointhook) == before


def test_ipythons_exit_ends_the_function_alone():
    namespace = {"exit": lambda: pytest.fail("the kernel ends")}
    exec("def softmax(Z):\n    exit()", namespace)  # noqa: S102  # our own source
    kept = namespace["exit"]
    assert "it ended the program" in " ".join(repr(check(namespace["softmax"])).split())
    assert namespace["exit"] is kept


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux only")
def test_an_array_that_grows_without_end_leaves_the_kernel_alive(told):
    text = told("rows = []", "while True:", "    rows.append(np.zeros(10**7))")
    assert "it asked for more memory than a submission may use" in text


def test_what_the_code_prints_is_shown_in_the_result(told, capsys):
    text = told("print('hello')", "return Z")
    assert "Printed by your code during the checks: | hello" in text
    assert capsys.readouterr().out == ""


def test_all_checks_what_is_defined_and_details_only_the_first_that_fails(course):
    namespace = {f.name: f.reference for f in course.exercises[1].functions}
    checked = check.all_in(namespace | {"hypotheses": lambda _Theta, X: X, "forward": 3})
    assert [f.result.function for f in checked.functions][:2] == [*namespace]
    assert [f.result.function for f in checked.in_full] == ["hypotheses"]
    assert "✓ softmax_jacobian: 3 of 3 checks pass" in repr(checked)
    html = checked._repr_html_()
    assert html.count("<h3>") == 1
    assert html.count('class="head"') == 2


def test_all_is_about_the_functions_of_its_caller():
    namespace = {"check": check, "np": np, "__name__": "__main__"}
    exec(f"{RIGHT}\nchecked = check.all()", namespace)  # noqa: S102  # our own source
    assert namespace["checked"].passed
    with pytest.raises(UsageError, match="no function of an exercise is defined here"):
        check.all_in({})


def test_a_failing_call_can_be_pasted_and_hints_come_one_at_a_time():
    def softmax(Z):
        return np.exp(Z) / np.exp(Z).sum()

    checked = check(softmax)
    (one,) = checked.functions
    namespace = {"softmax": softmax}
    with np.errstate(all="ignore"):
        exec(one.failing_call, namespace)  # noqa: S102  # our own source
    assert namespace["Z"].ndim == 2
    html = checked._repr_html_()
    assert html.count("One more hint") == len(one.hints) - 1
    assert "<details><summary>A hint</summary>" in html or not one.hints


def test_the_magic_checks_the_cell_it_stands_in():
    cells = [
        (f"%%check softmax\n{RIGHT}", "5 of 5 checks pass"),
        (f"%%check\n{WRONG}", "Next: correct softmax"),
        ("%%check\n1 / 0", "ZeroDivisionError"),
        (f"%%check softmx\n{RIGHT}", "check takes the function itself"),
    ]
    first = "%load_ext grader\nimport numpy as np"
    _, *shown = executed(first, *(cell for cell, _said in cells), errors=True)
    for outputs, (cell, said) in zip(shown, cells, strict=True):
        assert said in str(outputs), cell


def test_the_magic_ends_a_cell_that_never_does():
    source = "import grader.notebook.magic as magic; magic.CELL_S = 0.5"
    outputs = executed("%load_ext grader", source, "%%check\nwhile True:\n    pass")
    assert "This cell was stopped" in str(outputs[-1])


@pytest.mark.parametrize("cell", [f"%%check softmax\n{RIGHT}", f"{RIGHT}\ncheck.all()"])
def test_a_notebook_with_checks_in_it_is_graded_like_any_other(cell, grade):
    import nbformat

    first = "%load_ext grader\nimport numpy as np\nfrom grader.notebook import check"
    document = nbformat.v4.new_notebook()
    document.cells = [nbformat.v4.new_code_cell(source) for source in (first, cell)]
    result = grade({"ex01_softmax.ipynb": nbformat.writes(document)})
    assert result.notes == ()
    assert function_of(result, "softmax").score == 12


T = np.array([0.5, 1.0, 2.0])


def test_a_picture_is_a_table_where_nothing_can_be_drawn(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    curves(lambda: [T, T**2], T, ["one", "two"], title="Two curves", across="t")
    assert capsys.readouterr().out.split("\n")[:4] == [
        "Two curves",
        "",
        "t         0.5       0.5         1         1         2         2",
        "one       0.5       0.5         1         1         2         2",
    ]
    heat_map(lambda: [[1, -0.0]], title="A map", down="row", across="column")
    assert "row 0         1         0" in capsys.readouterr().out
    X, Y = np.array([[0.0, 1.0], [0.0, 1.0]]), np.eye(2)
    regions(lambda points: [1 - points[0], points[0]], X, Y)
    said = capsys.readouterr().out
    assert "2 of 2 examples lie in the region of their class; class 1 has" in said
    assert "1" * 20 + "2" in said.replace("\n", " ")


@pytest.mark.parametrize(
    ("compute", "said"),
    [
        ("raise NotImplementedError('softmax is still to be written')", "has to wait: softmax"),
        ("raise NotImplementedError", "has to wait: a function is still to be written"),
        ("return 1 / 0", "it raised ZeroDivisionError"),
        ("return [[1, 2]]", "the numbers have shape (1, 2)"),
        ("return 1", "the numbers have shape ()"),
        ("while True: pass", "no answer within"),
    ],
)
def test_why_there_is_no_picture_is_told(compute, said, capsys, monkeypatch):
    monkeypatch.setattr("grader.notebook.pictures.PATIENCE_S", 0.3)
    namespace = {}
    exec(f"def compute():\n    {compute}", namespace)  # noqa: S102  # our own source
    curves(namespace["compute"], T, ["one"], title="A curve", across="t")
    assert said in capsys.readouterr().out


def test_a_drawn_picture_has_its_words_as_alternative_text():
    pytest.importorskip("matplotlib", reason="pip install matplotlib to try it")
    cell = """
import numpy as np
from grader.notebook import curves
curves(lambda: [[1, 3]], [0, 1], ["<one>"], title="A curve", across="t")
"""
    ((output,),) = executed(cell)
    html = output["data"]["text/html"]
    assert 'alt="A curve. &lt;one&gt;: 1 at 0, 3 at 1, lowest 1 at 0."' in html
    assert 'src="data:image/svg+xml;base64,' in html
