"""Which files `grader check` looks at, and where it finds the exercises."""

from grader.learner import check as learner
from grader.learner.check import exercises_folder, files_to_check
from tests.support.refusals import told


class TestFilesToCheck:
    def test_that_are_no_source(self, tmp_path, plan):
        (tmp_path / "a.txt").touch()
        assert "a.txt is neither a .py nor an .ipynb file" in told(
            files_to_check, (tmp_path / "a.txt",), plan
        )

    def test_of_a_grader_without_exercises(self, tmp_path, monkeypatch):
        monkeypatch.setattr(learner, "__file__", str(tmp_path / "grader" / "learner" / "check.py"))
        assert "checks.json is not there; keep it beside the exercises" in told(exercises_folder)
