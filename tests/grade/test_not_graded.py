"""Functions that are not called: what each is told, and that a failure of ours is no zero."""

import dataclasses
import logging
import sys

import msgspec
import pytest

from grader.engine.lane import Lane
from grader.engine.launch import Wall
from grader.grade.grader import NO_LIMIT_ON_MEMORY, Grader
from grader.intake.submission import submission_of
from grader.model import Limits, Verdict
from tests.support.course import ROOT
from tests.support.results import function_of
from tests.support.submissions import SOFTMAX, notebook

JACOBIAN_STUB = "def softmax_jacobian(z):\n    raise NotImplementedError\n"


@pytest.fixture
def one(grader):
    """Grade files for softmax alone."""
    only = grader.only("ex01_softmax", "softmax")

    def graded(files):
        handed = {n: f.encode() if isinstance(f, str) else f for n, f in files.items()}
        result = only.grade(submission_of("ada", handed))
        (function,) = result.functions
        assert all(c.verdict == function.verdict for c in function.checks) or function.score
        told = {c.message for c in function.checks}
        assert told <= {function.message} or function.verdict == Verdict.PASSED
        return function

    return graded


@pytest.mark.parametrize(
    ("files", "verdict", "told"),
    [
        ({}, "missing", "no readable file was submitted, so softmax could not be looked for"),
        (
            {"ex01_softmax.py": "def softmax(Z):\n    pass\n"},
            "not_attempted",
            "softmax is not written yet",
        ),
        (
            {"ex02_jacobian.py": "x = 1\n"},
            "missing",
            "ex01_softmax was not handed in, and no other file has softmax",
        ),
        (
            {"ex01_softmax.py": "x = 1\n"},
            "missing",
            "no function is called softmax; did you rename or delete it?",
        ),
        (
            {"ex01_softmax.py": "def softmax2(Z): return Z\ndef my_softmax_(Z): return Z\n"},
            "missing",
            "no function is called softmax; ex01_softmax.py has softmax2: did you rename it?",
        ),
        (
            {"ex01_softmax.py": "x = 1\nif x:\n  y = 1\n    softmax = y\n"},
            "not_loaded",
            "ex01_softmax.py, line 4: IndentationError: unexpected indent: softmax = y",
        ),
        (
            {"ex01_softmax.py": "def softmax(Z):\n\tif 1:\n        return Z\n"},
            "not_loaded",
            (
                "softmax is not there after loading; ex01_softmax.py, line 3: TabError:"
                " inconsistent use of tabs and spaces in indentation: return Z"
            ),
        ),
        (
            {"ex01_softmax.ipynb": b"{"},
            "not_loaded",
            "ex01_softmax.ipynb is not a notebook",
        ),
        (
            {"ex01_softmax.py": "x = 1\n", "work.ipynb": b"{"},
            "not_loaded",
            "work.ipynb is not a notebook",
        ),
        (
            {"ex01_softmax.py": "x = 1\n", "ex02_jacobian.ipynb": b"{"},
            "missing",
            "no function is called softmax; did you rename or delete it?",
        ),
        (
            {"ex01_softmax.py": "x = 1\ndef softmax(Z)\n    return Z\n"},
            "not_loaded",
            "ex01_softmax.py, line 2: SyntaxError: expected ':': def softmax(Z)",
        ),
        (
            {"ex01_softmax.py": "softmax = undefined\n"},
            "not_loaded",
            (
                "ex01_softmax.py, line 1: NameError: name 'undefined' is not defined"
                ": softmax = undefined"
            ),
        ),
        (
            {"ex01_softmax.py": "x = (\n"},
            "not_loaded",
            (
                "softmax is not there after loading; ex01_softmax.py, line 1: SyntaxError"
                ": '(' was never closed: x = ("
            ),
        ),
        (
            {"ex01_softmax.py": "x = 1\n", "ex02_jacobian.py": "x = (\n"},
            "missing",
            "no function is called softmax; did you rename or delete it?",
        ),
        (
            {"ex01_softmax.py": "x = undefined\n"},
            "missing",
            "no function is called softmax; did you rename or delete it?",
        ),
        (
            {"ex01_softmax.py": "import os\nos._exit(3)\n"},
            "not_loaded",
            (
                "softmax is not there after loading; ex01_softmax.py, line 2: the code ended"
                " the whole Python process (exit code 3)"
            ),
        ),
        (
            {
                "ex01_softmax.py": "import os\nclass Odd:\n"
                "    def __getattr__(self, name): os._exit(3)\n"
                "    def __call__(self, Z): return Z\n"
                "softmax = Odd()\n"
            },
            "not_loaded",
            (
                "softmax is not there after loading; after loading: the code ended the whole"
                " Python process (exit code 3)|"
            ),
        ),
        (
            {"ex01_softmax.py": "x = 1\n", "ex02_jacobian.py": "import os\nos._exit(3)\n"},
            "missing",
            "no function is called softmax; did you rename or delete it?",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_why_a_function_was_not_called(one, files, verdict, told):
    function = one(files)
    assert function.verdict == verdict
    assert f"{function.message}|".startswith(told)
    assert function.score == 0


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python understands these")
@pytest.mark.parametrize(
    "line",
    [
        "type Vector = list[float]",
        "def scaled[T](x: T) -> T: return x",
        "async def scaled[T](x: T): pass",
        "class Box[T]: pass",
        """print(f"{d["a"]} and {d["b"]}")""",
        "x = rf'{d['a']}'",
        r"""x = f"{'\n'.join(d)}" """,
    ],
)
def test_newer_syntax_is_told_which_python_grades(grade, line):
    result = grade({"ex01_softmax.py": f"{SOFTMAX}d = dict(a=1, b=2)\n{line}\n"})
    assert function_of(result, "softmax").score == 12
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    said = f" (this is graded with Python {version}; newer syntax is not understood): "
    assert said in result.notes[0]


@pytest.mark.parametrize(
    "line",
    [
        "type = = 3",
        "print type(x) = 3",
        "def scaled(x: list[int]",
        "def scaled[",
        "class Box(list[int])",
        """print(f"{x" "{y}")""",
        """print(f"{d['a']}" + f"{d['b']}" d["c"])""",
        "print 'type X = int'",
    ],
)
def test_other_syntax_errors_are_not_told_of_pythons_versions(grade, line):
    result = grade({"ex01_softmax.py": f"{line}\n"})
    assert "SyntaxError" in result.notes[0]
    assert "graded with" not in result.notes[0]


def test_notes_name_file_line_error_and_statement(grade):
    cells = notebook("x = 1\n1 / 0")
    result = grade({"ex01_softmax.py": SOFTMAX + "undefined\n", "other.ipynb": cells})
    assert result.notes == (
        "ex01_softmax.py, line 6: NameError: name 'undefined' is not defined: undefined",
        "other.ipynb, code cell 1, line 2: ZeroDivisionError: division by zero: 1 / 0",
    )


def test_only_so_many_failed_statements_are_noted(grade):
    result = grade({"ex01_softmax.py": SOFTMAX + "undefined\n" * 23})
    assert len(result.notes) == 21
    assert result.notes[-1] == "and 3 more statements that failed"


def test_a_function_that_is_gone_when_its_file_is_loaded_again(grader, tmp_path):
    source = f"""
import os
if not os.path.exists({str(tmp_path / "mark")!r}):
    open({str(tmp_path / "mark")!r}, "w").close()
    def softmax(Z):
        os._exit(1)
"""
    only = grader.only("ex01_softmax", "softmax")
    submission = submission_of("ada", {"ex01_softmax.py": source.encode()})
    first, *others = only.grade(submission).functions[0].checks
    assert first.verdict == Verdict.DIED
    assert {check.verdict for check in others} == {Verdict.NOT_LOADED}
    told = "softmax was not there when ex01_softmax.py was loaded again"
    assert all(check.message.endswith(told) for check in others if not check.hidden)


@pytest.mark.parametrize(
    "name", ["jacobian_softmax", "softmaxJacobian", "JacobianSoftmax", "_jacobian_Softmax_"]
)
def test_the_same_words_in_another_order_are_a_renamed_function(grade, name):
    source = f"def softmax_jacobians(): pass\ndef {name}(z): return z\n"
    function = function_of(grade({"ex02_jacobian.py": source}), "softmax_jacobian")
    assert function.verdict == Verdict.MISSING
    assert f"ex02_jacobian.py has {name}: did you rename it?" in function.message


class TestAFailureOfOurs:
    def test_has_no_score_and_says_what_failed(self, grader, caplog):
        broken = submission_of("ada", {"ex01_softmax.py": SOFTMAX.encode()})
        broken = dataclasses.replace(broken, files={"ex01_softmax.py": object()})
        with caplog.at_level(logging.ERROR):
            result = grader.grade(broken)
        assert caplog.messages == ["grading ada failed"]
        self.looks_right(result, grader)
        assert grader.grade_submission(broken).notes == (("", result.notes[0]),)
        (note,) = result.notes
        assert note.startswith("the grader failed: ")
        assert "TypeError(" in note or "AttributeError(" in note

    def test_of_the_process_is_told_in_its_words_and_logged_nowhere(self, plan, caplog):
        with Lane(Wall(prefix=("/bin/false",))) as lane:
            grader = Grader(plan, lane)
            result = grader.grade(submission_of("ada", {"a.py": SOFTMAX.encode()}))
        assert caplog.messages == []
        self.looks_right(result, grader)
        (note,) = result.notes
        assert note.startswith("the grader failed: ")
        assert "Error(" not in note
        assert "None" not in note

    def test_can_be_told_of_a_submission_that_was_not_looked_at(self, grader):
        submission = submission_of("ada", {"a.txt": b""})
        result = grader.failure(submission, "the worker was lost")
        self.looks_right(result, grader)
        assert result.notes[-1] == "the grader failed: the worker was lost"
        assert {f.message for f in result.functions} == {"the worker was lost"}

    def looks_right(self, result, grader):
        plan = grader.plan
        assert (result.student, result.score, result.max_score) == ("ada", None, 100)
        assert [f.function for f in result.functions] == list(plan.names)
        planned = [f for exercise in plan.exercises for f in exercise.functions]
        for function, its in zip(result.functions, planned, strict=True):
            assert (function.score, function.verdict) == (None, Verdict.GRADER_ERROR)
            assert f"the grader failed: {function.message}" == result.notes[-1]
            assert [c.name for c in function.checks] == [c.name for c in its.checks]
            assert {(c.verdict, c.message) for c in function.checks} == {
                (Verdict.GRADER_ERROR, function.message)
            }


def test_some_functions_alone_are_graded_with_what_they_print(grader):
    source = f"print('loading')\n{SOFTMAX}    \n" + JACOBIAN_STUB
    source = source.replace("def softmax(Z):", "def softmax(Z):\n    print('called')")
    submission = submission_of("ada", {"ex01_softmax.py": source.encode()})
    report = grader.grade_submission(submission, echo=True, only={"softmax"})
    assert [f.function for f in report.result.functions] == ["softmax"]
    assert report.outputs[""] == "loading\n"
    assert set(report.outputs["softmax"].split("\n")) == {"called", ""}
    assert grader.grade_submission(submission, only={"softmax"}).outputs == {"": "", "softmax": ""}
    absent = grader.grade_submission(submission, only={"softmax_jacobian"})
    assert absent.outputs == {"": ""}


def test_one_function_of_an_exercise_is_graded_alone(grader):
    only = grader.only("ex02_jacobian", "softmax_jacobian")
    result = only.grade(submission_of("ada", {"a.py": SOFTMAX.encode()}))
    assert [f.function for f in result.functions] == ["softmax_jacobian"]
    assert grader.only("ex02_jacobian", "softmax_jacobian") is only


class Unlimited(Lane):
    """A lane on a system that does not limit memory."""

    enforces_memory = False


def test_without_a_limit_on_memory_its_checks_are_not_run_and_all_others_are(plan, course):
    reference = next(e for e in course.exercises if e.slug == "ex04_backward").reference_path
    with Unlimited() as lane:
        grader = Grader(plan, lane).only("ex04_backward", "softmax_backward")
        files = {"ex04_backward.py": reference.read_bytes()}
        (function,) = grader.grade(submission_of("ada", files)).functions
    not_run = [c for c in function.checks if c.verdict != Verdict.PASSED]
    ((kind, verdict, message),) = [(c.kind, c.verdict, c.message) for c in not_run]
    assert (kind, verdict) == ("memory", Verdict.NOT_RUN)
    assert message.endswith(f": {NO_LIMIT_ON_MEMORY}")
    assert function.score == function.max_score


def test_a_function_that_never_answers_is_not_called_again_and_again(plan, lane):
    limits = Limits(call_cpu_s=0.2, wall_factor=20)
    quick = msgspec.structs.replace(plan, limits=limits)
    grader = Grader(quick, lane).only("ex01_softmax", "softmax")
    source = b"def softmax(Z):\n    while True: pass\n"
    result = grader.grade(submission_of("ada", {"ex01_softmax.py": source}))
    function = function_of(result, "softmax")
    assert {c.verdict for c in function.checks} == {Verdict.TIMED_OUT}
    told = {c.message.partition(": ")[2] for c in function.checks if c.hidden}
    assert told == {"not called any more: earlier calls used up the time"}


@pytest.mark.parametrize("broken", ["def softmax(Z)\n    return Z\n", "\0"])
def test_the_untouched_other_form_hides_no_error_of_the_one_that_was_worked_in(grade, broken):
    notebook = (ROOT / "exercises" / "ex01_softmax.ipynb").read_bytes()
    result = function_of(
        grade({"ex01_softmax.py": broken, "ex01_softmax.ipynb": notebook}), "softmax"
    )
    assert result.verdict == "not_loaded"
    assert "ex01_softmax.py" in result.message
