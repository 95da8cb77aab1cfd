"""What Gradescope's autograder tells where something is missing or fails."""

import html
import json

import msgspec

from grader.course.folder import course_of
from grader.platforms.container.grade import GradedInContainer
from grader.platforms.container.pack import NAME, Settings, packed
from grader.platforms.gradescope.__main__ import main as gradescope
from grader.platforms.gradescope.words import check_text
from tests.support import documents
from tests.support.refusals import written
from tests.support.results import results_in
from tests.support.submissions import SOFTMAX


class TestGradescope:
    def test_whatever_fails_is_reported_in_the_results(self, tmp_path):
        written(tmp_path / "submission", "a file, not a folder")
        gradescope(tmp_path)
        assert "NotADirectoryError" in json.dumps(results_in(tmp_path))

    def test_checks_are_told_in_html(self, grade, plan):
        softmax = "def softmax(Z):\n    raise ValueError('<b>')\n"
        result = grade({"ex01_softmax.py": softmax})
        outcome = GradedInContainer(result, plan, Settings())
        texts = [check_text(c, result.functions[0], outcome) for c in result.functions[0].checks]
        assert "&lt;b&gt;" in texts[0]
        assert "<b>" not in "".join(texts)
        right = grade({"ex01_softmax.py": SOFTMAX}).functions[0]
        hidden = next(check for check in right.checks if check.hidden)
        planned = outcome.plan.functions["softmax"].checks
        about = next(check.text for check in planned if check.name == hidden.name)
        assert about in html.unescape(check_text(hidden, right, outcome))

    def test_an_assignment_of_as_many_points_is_just_graded(self, tmp_path, capsys):
        course = course_of(documents.write_toy(tmp_path))
        pack = packed(course, Settings(isolation="none"))
        written(tmp_path / "source" / NAME, pack)
        written(tmp_path / "submission" / "ex01_relu.py", "def relu(Z): return Z * (Z > 0)\n")
        about = {"assignment": {"total_points": "10.0"}}
        written(tmp_path / "submission_metadata.json", json.dumps(about))
        gradescope(tmp_path)
        assert capsys.readouterr().out == "graded\n"
        (test,) = results_in(tmp_path)["tests"]
        assert test["score"] == 10


def test_a_summary_says_that_not_all_is_graded(grade, plan):
    result = grade({"ex01_softmax.py": SOFTMAX})
    failed = msgspec.structs.replace(result, score=None)
    outcome = GradedInContainer(failed, plan, Settings())
    assert "Not everything is graded" in outcome.summary
