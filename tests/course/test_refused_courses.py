"""A course that cannot be read or does not hold together: whose file, what, what to do."""

import pytest

from grader.course.folder import course_of
from tests.support.refusals import told, written

COURSE = 'title = "A"\n[[exercise]]\nslug = "one"\npoints = {{ {points} }}\n'
REFERENCE = "# %% [markdown]\n# # One\n\n# %%\ndef f(x):\n    return x\n"
CHECKS = "from grader.course import FunctionChecks, Terms, call\n"


class TestACourse:
    @pytest.fixture
    def course(self, tmp_path):
        """The folder of a course of one exercise that has no checks yet."""
        written(tmp_path / "course.toml", COURSE.format(points="f = 1"))
        written(tmp_path / "one" / "reference.py", REFERENCE)
        written(tmp_path / "one" / "checks.py", CHECKS)
        return tmp_path

    def test_that_cannot_be_read(self, course):
        written(course / "course.toml", b"title = '\xff'")
        message = told(course_of, course)
        assert message.startswith("cannot read ")
        assert "course.toml: " in message
        assert message.endswith("; save it as UTF-8 text")

    def test_whose_exercise_stands_twice(self, course):
        title, exercise = COURSE.format(points="f = 1").split("\n", 1)
        written(course / "course.toml", f"{title}\n{exercise}{exercise}")
        assert "two exercises are called 'one'; rename one" in told(course_of, course)

    def test_whose_function_has_no_checks(self, course):
        assert "no checks for f; write at least one" in told(course_of, course)

    def test_whose_checks_are_missing(self, course):
        (course / "one" / "checks.py").unlink()
        message = told(course_of, course)
        assert message.startswith("cannot read ")
        assert "checks.py: No such file" in message

    def test_whose_checks_are_no_python(self, course):
        written(course / "one" / "checks.py", "def f(:\n")
        assert "checks.py, line 1: " in told(course_of, course)

    def test_whose_function_has_checks_twice(self, course):
        text = CHECKS + 'a = FunctionChecks("f")\nb = FunctionChecks("f")\n'
        written(course / "one" / "checks.py", text)
        assert "two FunctionChecks for f; merge them" in told(course_of, course)
