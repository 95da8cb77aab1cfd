"""Which files `grader check` looks at, and where it finds the exercises."""

from grader.learner import folder as folder_module
from grader.learner.folder import exercises_folder, files_to_check
from tests.support.refusals import told


class TestFilesToCheck:
    def test_that_are_no_source(self, tmp_path, plan):
        (tmp_path / "a.txt").touch()
        assert "a.txt is neither a .py nor an .ipynb file" in told(
            files_to_check, (tmp_path / "a.txt",), plan
        )

    def test_of_a_grader_without_exercises(self, tmp_path, monkeypatch):
        elsewhere = tmp_path / "grader" / "learner" / "folder.py"
        monkeypatch.setattr(folder_module, "__file__", str(elsewhere))
        assert "checks.json is missing; put it beside the exercises" in told(exercises_folder)
