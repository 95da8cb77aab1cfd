"""What a learner's screen says in the rarer cases."""

import io
import os

import msgspec
import numpy as np
import pytest
from rich.console import Console

from grader import feedback, learner
from grader.demo import class_files, notebook_bytes, write_class
from grader.launch import Wall, launch
from grader.learner import exercises_folder, files_to_check
from grader.model import Grid, NotCalled, NotLoaded, Returned, Verdict
from grader.terminal import headline, show_failure, show_function
from tests.support.refusals import told
from tests.support.results import function_of
from tests.support.submissions import SOFTMAX


@pytest.fixture
def shown():
    """What is printed to a wide terminal."""

    def printed(action, *arguments, **options):
        console = Console(file=io.StringIO(), width=200)
        action(*arguments, console, **options)
        return console.file.getvalue()

    return printed


def planned_of(plan, name):
    return next(f for exercise in plan.exercises for f in exercise.functions if f.name == name)


def test_a_function_that_is_not_there_has_a_headline(grade):
    function = function_of(grade({"ex01_softmax.py": "x = 1\n"}), "softmax")
    assert "softmax: missing" in headline(function)


def test_a_check_that_nothing_explains_comes_with_its_question(grade, plan, shown):
    function = function_of(grade({"ex01_softmax.py": "def softmax(Z):\n    return Z\n"}), "softmax")
    function = msgspec.structs.replace(function, misconception=None)
    planned = planned_of(plan, "softmax")
    check = next(c for c in planned.checks if c.hint and not c.hidden)
    text = shown(show_failure, function, check, explained=True)
    assert " ".join(check.hint.split())[:40] in " ".join(text.split())


def test_a_picture_that_is_cut_says_so(grade, plan, shown):
    function = function_of(grade({"ex01_softmax.py": "def softmax(Z):\n    return Z\n"}), "softmax")
    grid = Grid("one_two_three", "softmax(Z)", "", ("=+",), cut=True)
    function = msgspec.structs.replace(function, grid=grid)
    text = shown(show_function, function, planned_of(plan, "softmax"), "x\n" * 200)
    assert "further rows or columns are not shown" in text
    assert "more lines" in text


def test_a_function_without_a_word_to_notice_ends_there(grade, plan, shown):
    function = function_of(grade({"ex01_softmax.py": SOFTMAX}), "softmax")
    planned = msgspec.structs.replace(planned_of(plan, "softmax"), notice="")
    assert "What to notice" not in shown(show_function, function, planned, "")


def test_numbers_are_told_apart_by_as_many_digits_as_it_takes():
    assert feedback.number(1.0, 1.0) == "1.0"
    assert feedback.number(1.0, 1.0 + 2**-52) == "1"
    assert feedback.number(1 / 3) == "0.333333"


@pytest.mark.parametrize("outcome", [NotLoaded("it is gone"), NotCalled("it is gone")])
def test_a_call_that_was_not_made_says_why(outcome):
    assert feedback.outcome_message(outcome, "softmax", hidden=False) == "it is gone"
    assert feedback.outcome_message(Returned(np.float64(1), mutated=False), "f", hidden=False) == ""


def test_a_failure_of_ours_is_no_next_step(grade):
    result = grade({"ex01_softmax.py": SOFTMAX})
    failed = msgspec.structs.replace(result.functions[0], verdict=Verdict.GRADER_ERROR)
    assert feedback.next_step([failed]) == ""


class TestFilesToCheck:
    def test_that_are_no_source(self, tmp_path, plan):
        (tmp_path / "a.txt").touch()
        assert "a.txt is neither a .py nor an .ipynb file" in told(
            files_to_check, (tmp_path / "a.txt",), plan
        )

    def test_of_a_grader_without_exercises(self, tmp_path, monkeypatch):
        monkeypatch.setattr(learner, "__file__", str(tmp_path / "grader" / "learner.py"))
        assert "checks.json is not there; keep it beside the exercises" in told(exercises_folder)


def test_a_process_that_cannot_be_started_leaves_nothing_open():
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    with pytest.raises(OSError, match="No such file"):
        launch(Wall(prefix=("/nonexistent/bwrap",)))
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


def test_a_sample_class_holds_every_kind(course):
    files = class_files(course, students=17)
    assert any(name.endswith(".zip") for name in files)
    assert any(b"os._exit(1)" in data for data in files.values())
    assert any(b"while True:" in data for data in files.values())
    assert any(b"def my_" in data for data in files.values())
    assert notebook_bytes(course).startswith(b"{")


def test_a_sample_class_is_written_over_an_earlier_one_only(course, tmp_path):
    for _ in range(2):
        write_class(course, tmp_path / "class", students=1)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "work.py").touch()
    assert "holds files that are not a sample class" in told(
        write_class, course, tmp_path / "mine", students=1
    )
