"""Teachers' files that are odd, and classes that are: what is told, and what is left out."""

import io
import sys

import msgspec
import numpy as np
import pytest
from rich.console import Console

from grader.exports import table as tables
from grader.exports.canvas import fill as fill_canvas
from grader.exports.filling import scale_of
from grader.exports.moodle import fill as fill_moodle
from grader.exports.people import Person
from grader.exports.table import read_table
from grader.figures import FEW, MOST_LINES, MOST_NAMES, CheckFigures, ClassFigures
from grader.matching import Level, paired
from grader.model import Misconception, Override
from grader.plots import plots_of
from grader.store import Store
from grader.summary import MAX_LINES, Tally, summarise
from tests.support.refusals import told, written
from tests.support.results import result
from tests.support.submissions import SOFTMAX

PEOPLE = [Person("ada", result("ada", 3.0))]
CANVAS = "Student,ID,SIS User ID,SIS Login ID,Section,Softmax (9),Softmax (10),Final Score\n"
ADA = "Ada,1,,,,,,\n"
MOODLE = (
    "Identifier,Full name,Grade,Maximum Grade,Grade can be changed,Comments\n"
    "Participant 1,ada,,100.00,Yes,\nParticipant 2,B,,100.00,Yes,\n"
)


def canvas(path, text, column):
    options = {"exercise": "", "scale": False, "by_hand": {}}
    return fill_canvas(read_table(written(path, text)), PEOPLE, column=column, **options)


class TestGradebooks:
    def test_with_two_columns_of_one_name(self, tmp_path):
        message = told(canvas, tmp_path / "a.csv", CANVAS + ADA, "Softmax")
        assert "2 columns are called 'Softmax'; name one by its id" in message

    def test_that_do_not_tell_the_points_possible(self, tmp_path):
        filled = canvas(tmp_path / "a.csv", CANVAS + ADA, "9")
        assert filled.table.rows[1].value(99) == ""

    def test_of_far_too_many_bytes(self, tmp_path, monkeypatch):
        monkeypatch.setattr(tables, "MAX_BYTES", 10)
        assert "a.csv" in told(read_table, written(tmp_path / "a.csv", CANVAS))

    def test_that_give_no_points(self):
        message = told(scale_of, PEOPLE, "", 0.0, "the column", scale=True, comma=False)
        assert message == "the column is out of 0 points: that cannot be scaled to"

    def test_of_moodle_with_a_learner_whom_nobody_could_grade(self, tmp_path):
        people = [Person("ada", result("ada", None))]
        sheet = read_table(written(tmp_path / "a.csv", MOODLE))
        options = {"exercise": "", "scale": False, "by_hand": {}, "grade_column": ""}
        filled = fill_moodle(sheet, people, feedback=True, feedback_column="Comments", **options)
        assert filled.failed == ["ada"]


def test_two_of_whom_each_is_known_by_another_level_are_not_guessed():
    """Both lead to one row: one by its number, one by its mail."""
    level = Level("number", lambda one: [one], list)
    pairs = paired(["a", "b"], [("a", "b")], [level])
    assert pairs.found == {}
    assert {why.what for why in pairs.unclear.values()} == {"number"}


class TestAClass:
    @pytest.fixture
    def many(self):
        """More learners than are listed by name, each with a mark by hand and a mistake."""
        override = Override(3.0, "", 1.0)
        mistake = Misconception("one_sum", "You divide by one sum.", "2 inputs")
        found = []
        for number in range(max(MOST_NAMES, MOST_LINES, MAX_LINES) + 2):
            one = result(f"s{number:04}", 3.0, mistake=mistake)
            function = msgspec.structs.replace(one.functions[0], override=override)
            found.append(msgspec.structs.replace(one, functions=(function,)))
        return found

    def test_of_which_only_the_first_are_listed(self, many, plan):
        figures, tally = ClassFigures(plan), Tally()
        for one in many:
            figures.add(one)
            tally.add(one)
        (mistake,) = figures.misconceptions
        assert (len(mistake.students), mistake.more) == (MOST_NAMES, len(many) - MOST_NAMES)
        assert figures.overrides.more == len(many) - MOST_LINES
        assert (len(tally.overrides), tally.overridden) == (MAX_LINES, len(many))
        console = Console(file=io.StringIO(), width=200)
        summarise(tally, plan, console)
        assert str(len(many)) in console.file.getvalue()

    def test_of_which_one_was_not_graded(self, plan):
        figures = ClassFigures(plan)
        unknown = msgspec.structs.replace(result("bela", 3.0).functions[0], function="another")
        figures.add(msgspec.structs.replace(result("ada", None), notes=("the grader failed",)))
        figures.add(msgspec.structs.replace(result("bela", 3.0), functions=(unknown,)))
        assert figures.failures.first == [("ada", "the grader failed")]
        assert sum(f.graded for f in figures.functions.values()) == 0

    def test_of_which_all_have_the_same_points_says_nothing_of_a_check(self, grade, plan):
        figures = ClassFigures(plan)
        right = grade({"ex01_softmax.py": SOFTMAX})
        wrong = grade({"ex01_softmax.py": "def softmax(Z):\n    return Z\n"})
        softmax = right.functions[0]
        unknown = msgspec.structs.replace(softmax, function="another")
        right = msgspec.structs.replace(right, functions=(softmax, unknown))
        for number in range(2 * FEW):
            figures.add(right if number % 2 else wrong)
        assert {check.discrimination for check in figures.checks.values()} == {None}

    def test_tells_how_passing_goes_with_the_other_points(self):
        check = CheckFigures("f", "c", hidden=False, kind="value")
        rng = np.random.default_rng(1)
        passed, rest = rng.integers(0, 2, 2 * FEW), rng.normal(size=2 * FEW)
        for one, points in zip(passed, rest, strict=True):
            check.add(passed=bool(one), rest=float(points))
        assert check.discrimination == pytest.approx(np.corrcoef(passed, rest)[0, 1])

    def test_has_no_plots_without_matplotlib(self, many, plan, monkeypatch):
        figures = ClassFigures(plan)
        for one in many:
            figures.add(one)
        monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
        assert plots_of(figures) == {}


def test_an_error_of_the_store_that_nobody_foresaw_is_told(tmp_path):
    with Store(tmp_path) as store:
        pass
    message = told(store.keep, [("ada", None)])
    assert "results.sqlite cannot be used (Cannot operate on a closed database.); mend" in message
