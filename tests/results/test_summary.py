"""The summary that a run prints: whom it lists, what it counts, what it shortens."""

import io

import msgspec
import pytest
from rich.console import Console

from grader.model import Move, Override, Submission
from grader.results.figures import ClassFigures
from grader.results.lists import ShortList
from grader.results.summary import MOST_NAMED, print_moves, summarise
from grader.text import safe_cell


@pytest.fixture
def printed():
    console = Console(file=io.StringIO(), width=160)
    return console, console.file.getvalue


def failures(grader, number):
    return [grader.failure(Submission(f"s{n:02}"), f"reason {n}") for n in range(number)]


def test_only_the_first_failures_are_listed_with_their_reasons(grader, plan, printed):
    figures = ClassFigures(plan)
    for result in failures(grader, 50):
        figures.add(result)
    console, text = printed
    summarise(figures, plan, console)
    assert "  50 learners could not be graded: the grader itself failed: s00 (" in text()
    assert "s00 (the grader failed: reason 0);" in text()
    assert text().count("reason") == MOST_NAMED
    assert f"and {50 - MOST_NAMED} more" in text()
    assert "lowest" not in text()
    assert "0 of 0" in text()


def test_a_small_class_is_listed_learner_by_learner(grader, plan, printed):
    figures = ClassFigures(plan)
    for result in failures(grader, 3):
        figures.add(result)
    console, text = printed
    summarise(figures, plan, console)
    assert "student" in text()
    assert text().count("softmax: the grader failed") <= 3


def test_overrides_are_listed_with_what_was_graded_and_nothing_in_them_is_markup(
    grader, plan, printed
):
    (failure,) = failures(grader, 1)
    first, *rest = failure.functions
    marked = msgspec.structs.replace(
        first, score=3, override=Override(points=3, reason="[red]\x1b[2J", graded=None)
    )
    figures = ClassFigures(plan)
    figures.add(msgspec.structs.replace(failure, functions=(marked, *rest)))
    console, text = printed
    summarise(figures, plan, console)
    assert "  override: s00: softmax 3 (graded: not graded): [red]?[2J\n" in text()


def test_changes_from_and_to_a_blank_are_printed(printed):
    console, text = printed
    moves = [
        Move("ada", "ex01", "softmax", None, 12.0, overridden=False),
        Move("bela", "ex01", "softmax", 12.0, None, overridden=False),
        Move("chidi", "ex01", "softmax", 7.5, 12.0, overridden=True),
    ]
    print_moves(ShortList(3, [(move.student, move) for move in moves]), console)
    assert text().splitlines() == [
        "points that changed since the last run:",
        "  ada: softmax blank -> 12",
        "  bela: softmax 12 -> blank",
        "  chidi: softmax 7.5 -> 12 (+4.5, override)",
    ]


@pytest.mark.parametrize("text", ["=1+1", "\t1+1", "\r1", " =1", "＝1"])  # noqa: RUF001
def test_a_cell_that_a_spreadsheet_would_compute_gets_an_apostrophe(text):
    assert safe_cell(text) == f"'{text}"
