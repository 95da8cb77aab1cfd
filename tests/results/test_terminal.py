"""What a learner sees in a terminal in the rarer cases."""

import msgspec
import pytest

from grader.model import Grid
from grader.results.screen import Screen
from grader.results.terminal import headline, show_failure, show_function
from tests.support.results import function_of
from tests.support.submissions import SOFTMAX


@pytest.fixture
def show():
    """Return what a function prints to a wide terminal."""

    def printed(action, *arguments, **options):
        screen = Screen(width=200)
        action(*arguments, screen, **options)
        return screen.text

    return printed


def planned_of(plan, name):
    return next(f for exercise in plan.exercises for f in exercise.functions if f.name == name)


def test_a_function_that_is_not_there_has_a_headline(grade):
    function = function_of(grade({"ex01_softmax.py": "x = 1\n"}), "softmax")
    assert "softmax: not found" in headline(function)


def test_a_function_that_an_error_stops_is_no_blank(grade):
    function = function_of(grade({"ex01_softmax.py": "def softmax(Z)\n"}), "softmax")
    assert headline(function) == "✗ softmax: stopped by an error in its file"


def test_a_check_that_nothing_explains_comes_with_its_question(grade, plan, show):
    function = function_of(grade({"ex01_softmax.py": "def softmax(Z):\n    return Z\n"}), "softmax")
    function = msgspec.structs.replace(function, misconception=None)
    planned = planned_of(plan, "softmax")
    check = next(c for c in planned.checks if c.hint and not c.hidden)
    text = show(show_failure, function, check, explained=True)
    assert " ".join(check.hint.split())[:40] in " ".join(text.split())


def test_a_grid_that_is_cut_says_so(grade, plan, show):
    function = function_of(grade({"ex01_softmax.py": "def softmax(Z):\n    return Z\n"}), "softmax")
    grid = Grid("one_two_three", "softmax(Z)", "", ("=+",), cut=True)
    function = msgspec.structs.replace(function, grid=grid)
    text = show(show_function, function, planned_of(plan, "softmax"), "x\n" * 200)
    assert "further rows or columns are not show" in text
    assert "more lines" in text


def test_a_function_without_a_notice_ends_there(grade, plan, show):
    function = function_of(grade({"ex01_softmax.py": SOFTMAX}), "softmax")
    planned = msgspec.structs.replace(planned_of(plan, "softmax"), notice="")
    assert "What to notice" not in show(show_function, function, planned, "")
