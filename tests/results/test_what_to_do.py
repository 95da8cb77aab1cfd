"""What an instructor reads first: who needs a look, and what to teach again."""

import msgspec
import pytest

from grader.intake.people import ClassSubmissions, Entry, Person
from grader.model import CheckResult, Kind, Misconception, Move, Verdict
from grader.results.causes import first_sentence
from grader.results.figures import ClassFigures
from grader.results.lists import ShortList
from grader.results.pages import told_once, write_report
from grader.results.spread import Spread
from tests.support.results import result

SHIFT = Misconception("no_shift", "You do not shift. So it overflows.", "13 inputs")


def failing(student, function="softmax", *, lost=4.0, mistake=None, message="c: is 1", **changed):
    """A learner who loses points in one function; `changed` are further fields of it."""
    check = CheckResult("c", Kind.VALUE, False, 1.0, Verdict.WRONG_VALUE, message)
    one = result(student, 10.0 - lost)
    about = {"function": function, "max_score": 10.0, "score": 10.0 - lost, "checks": (check,)}
    about |= {"message": message, "misconception": mistake, "exercise": "ex01_softmax"}
    changed = about | changed
    changed["verdict"] = Verdict(changed.get("verdict", "wrong_value"))
    return msgspec.structs.replace(
        one, functions=(msgspec.structs.replace(one.functions[0], **changed),)
    )


@pytest.fixture
def figures(plan):
    return ClassFigures(plan)


def concerns(figures):
    return {one.id: one.learners.first for one in figures.concerns}


class TestCauses:
    def test_one_mistake_in_several_functions_is_one_row_with_all_it_cost(self, figures):
        both = failing("ada", mistake=SHIFT)
        also = failing("ada", "cross_entropy_from_logits", lost=3.0, mistake=SHIFT).functions
        figures.add(msgspec.structs.replace(both, functions=(*both.functions, *also)))
        figures.add(failing("bela", mistake=SHIFT))
        (cause,) = figures.to_teach
        assert (cause.lost, cause.learners.count) == (11.0, 2)
        assert cause.where == ["softmax", "cross_entropy_from_logits"]
        assert cause.headline == "You do not shift."

    def test_what_cost_most_comes_first_and_not_what_most_have(self, figures):
        rare = Misconception("rare", "It is rare.", "")
        for student in "abc":
            figures.add(failing(student, lost=1.0, mistake=SHIFT))
        figures.add(failing("d", lost=9.0, mistake=rare))
        assert [cause.id for cause in figures.to_teach] == ["rare", "no_shift"]

    def test_what_a_mistake_costs_a_function_behind_it_is_counted_with_it(self, figures):
        root = failing("ada", mistake=SHIFT)
        behind = failing(
            "ada", "vjp_with_jacobian", lost=2.0, verdict="passed", judged_with=("softmax",)
        )
        figures.add(msgspec.structs.replace(root, functions=(*root.functions, *behind.functions)))
        (cause,) = figures.to_teach
        assert cause.lost == 6.0

    def test_equal_answers_without_a_name_are_one_row_the_largest_first(self, figures):
        for student, answer in (("a", "is 1"), ("b", "is 2"), ("c", "is 2")):
            figures.add(failing(student, message=answer))
        assert [c.learners.count for c in figures.causes.unnamed] == [2, 1]
        assert [c.learners.count for c in figures.to_teach] == [2]

    def test_an_exception_is_the_same_in_whatever_line(self, figures):
        for student, line in (("a", 3), ("b", 70)):
            figures.add(
                failing(student, message=f"it raised IndexError: x, in line {line}: {student}[9]")
            )
        (cause,) = figures.causes.unnamed
        assert (cause.headline, cause.answer) == ("softmax raises IndexError", "")

    def test_what_was_not_written_is_told_by_exercise_and_is_no_mistake(self, figures):
        figures.add(failing("a", verdict="not_attempted"))
        figures.add(failing("b", verdict="missing", message="ex01_softmax was not handed in, and"))
        figures.add(failing("c", verdict="missing", message="x has my_softmax: did you rename it?"))
        assert figures.to_teach == []
        assert [c.learners.count for c in figures.causes.unwritten] == [2]

    @pytest.mark.parametrize(
        ("message", "sentence"),
        [
            ("One. Two.", "One."),
            ("You divide\nby 1e-7. Why?", "You divide by 1e-7."),
            ("Like this:\n\n    x = 1", "Like this"),
            ("x" * 300, "x" * 139 + "…"),
        ],
    )
    def test_a_headline_is_the_first_sentence(self, message, sentence):
        assert first_sentence(message) == sentence


class TestLooks:
    def test_rare_wrong_answers_that_two_share_are_told_of_in_a_class_that_is_large_enough(
        self, plan
    ):
        def of_class(size):
            figures = ClassFigures(plan)
            for number in range(size):
                alike = number if number > 1 else 0
                one = failing(f"s{number}", message=f"is {alike}")
                more = failing(f"s{number}", "forward", message=f"is {alike}").functions
                figures.add(msgspec.structs.replace(one, functions=(*one.functions, *more)))
            return concerns(figures)

        assert of_class(10)["same_answers"] == [
            ("s0", "with s1, in softmax, forward"),
            ("s1", "with s0, in softmax, forward"),
        ]
        assert "same_answers" not in of_class(9)

    def test_files_that_are_the_same_are_told_of_but_not_those_as_handed_out(self, figures):
        for student in "abc":
            figures.add(msgspec.structs.replace(failing(student), contents="f00"))
            as_given = failing(f"{student}2", verdict="not_attempted")
            figures.add(msgspec.structs.replace(as_given, contents="ba5e"))
        assert [student for student, _ in concerns(figures)["same_files"]] == ["a", "b", "c"]

    def test_a_group_that_hands_in_the_same_files_is_no_wonder(self, plan):
        groups = {"a": "red", "b": "red", "c": "blue", "d": ""}
        entries = [Entry(name, [], Person(group=group)) for name, group in groups.items()]

        def told_of(*students):
            figures = ClassFigures(plan, ClassSubmissions(entries))
            for student in students:
                figures.add(msgspec.structs.replace(failing(student), contents="f00"))
            return concerns(figures).get("same_files", [])

        assert told_of("a", "b") == []
        assert told_of("a", "b", "c") == [("a", "with c"), ("b", "with c"), ("c", "with a, b")]
        assert told_of("a", "d") == [("a", "with d"), ("d", "with a")]

    def test_who_is_late_absent_or_unknown_is_told_of(self, plan):
        submissions = ClassSubmissions(
            [Entry("a", [], Person(late=True, in_roster=True)), Entry("b", [])],
            absent=[("c", Person(name="Carl"))],
            rostered=True,
        )
        figures = ClassFigures(plan, submissions)
        assert concerns(figures) == {
            "absent": [("c", "")],
            "unknown": [("b", "")],
            "late": [("a", "")],
        }


class TestTheClass:
    def test_checks_count_among_those_who_wrote_the_function(self, grade, plan):
        figures = ClassFigures(plan)
        figures.add(grade({"ex01_softmax.py": "def softmax(Z):\n    return Z\n"}))
        for _ in range(3):
            figures.add(grade({"ex01_softmax.py": "def softmax(Z):\n    pass\n"}))
        assert {check.graded for check in figures.checks.values()} == {0, 1}

    def test_the_spread_is_that_of_statistics(self):
        spread = Spread.over([0.0, 50.0, 100.0, 70.0], 100.0)
        assert spread is not None
        assert (spread.n, spread.mean, spread.quartiles) == (4, 55.0, (37.5, 60.0, 77.5))
        assert spread.deviation == pytest.approx(42.03, abs=0.01)
        assert (spread.bins[0], spread.bins[10], spread.bins[14], spread.bins[19]) == (1, 1, 1, 1)
        assert Spread.over([], 100.0) is None

    def test_a_section_is_told_of_with_its_own_figures(self, plan, tmp_path):
        people = {"a": "Mon", "b": "Mon", "c": "Tue"}
        entries = [Entry(name, [], Person(section=one)) for name, one in people.items()]
        figures = ClassFigures(plan, ClassSubmissions(entries, rostered=True))
        for student in people:
            figures.add(failing(student, lost=4.0 if student == "a" else 0.0))
        assert {name: spread.n for name, spread in figures.sections.items()} == {"Mon": 2, "Tue": 1}
        write_report(tmp_path, figures, ShortList[Move](), plan, isolation="none")
        assert "All of section Mon" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_one_error_that_stops_several_files_is_told_once():
    error = "ImportError: cannot import name 'softmax'"
    notes = ["a.py is odd", f"ex02.py, line 21: {error}", f"ex04.py, line 22: {error}"]
    assert told_once(notes) == ["a.py is odd", f"ex02.py, line 21, ex04.py, line 22: {error}"]
