"""A failure of the grader is a blank and never a zero."""

from grader.engine.lane import Lane
from grader.grade.grader import Grader
from grader.intake.submission import submission_of
from tests.support.submissions import SOFTMAX


def test_a_failure_of_the_grader_is_a_blank_and_exit_code_1(plan, grader):
    from grader.model import Submission
    from grader.results.figures import ClassFigures
    from grader.results.tables import gradebook_csv

    result = grader.failure(Submission("ada"), "it broke")
    assert result.score is None
    figures = ClassFigures(plan)
    figures.add(result)
    assert {f.verdict for f in result.functions} == {"grader_error"}
    assert [*gradebook_csv(figures, plan)][1].strip() == "ada" + "," * (len(plan.exercises) + 1)


def test_a_process_that_cannot_start_is_the_graders_fault_and_says_why(plan, monkeypatch):
    monkeypatch.setattr("grader.engine.launch.START", "raise SystemExit('there is no NumPy here')")
    submission = submission_of("ada", {"ada.py": SOFTMAX.encode()})
    result = Grader(plan, Lane()).grade(submission)
    assert result.score is None
    assert {function.verdict for function in result.functions} == {"grader_error"}
    assert "there is no NumPy here" in result.notes[-1]
