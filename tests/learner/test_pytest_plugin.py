"""`pytest ex01_softmax.py`: the public checks as items, with our messages; inert elsewhere."""

import subprocess
import sys

import pytest

from grader.learner.start import start

WRONG = """
import numpy as np
def softmax_jacobian(z):
    print("printed by me")
    a = np.exp(z) / np.exp(z).sum()
    return np.diagflat(a * (1 - a))
"""


@pytest.fixture
def work(tmp_path):
    start(tmp_path, form="py")
    return tmp_path


@pytest.fixture
def pytest_in(tmp_path):
    """Run pytest in the folder; what it says."""

    def ran(*arguments):
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
        return subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
        )

    return ran


@pytest.mark.usefixtures("work")
def test_each_public_check_is_an_item(pytest_in):
    done = pytest_in("--collect-only", "-q", "ex01_softmax.py")
    items = [line for line in done.stdout.splitlines() if "::" in line]
    assert "ex01_softmax.py::softmax::one_two_three" in items
    assert len(items) == 5


def test_a_failure_says_what_grader_check_says(work, pytest_in):
    (work / "ex02_jacobian.py").write_text(WRONG)
    done = pytest_in("ex02_jacobian.py")
    assert done.returncode == 1
    assert "entry (0, 1) is 0, should be -0.25" in done.stdout
    # Once, although two checks fail for it. Where CI is set, pytest's own summary repeats it.
    shown, _, _ = done.stdout.partition("short test summary info")
    assert shown.count("You fill the diagonal") == 1
    assert "= + +" in done.stdout
    assert "printed by me" in done.stdout
    assert "Traceback" not in done.stdout
    assert "softmax_jacobian_batch: two_examples" in done.stdout
    assert "5 failed, 1 passed" in done.stdout


def test_right_answers_pass_and_one_check_can_be_chosen(work, pytest_in, course):
    (work / "ex01_softmax.py").write_bytes(course.exercises[0].reference_path.read_bytes())
    done = pytest_in("ex01_softmax.py::softmax::large_logits")
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout


def test_a_folder_is_taken_with_its_own_tests_beside(work, pytest_in):
    (work / "test_mine.py").write_text("def test_mine():\n    pass\n")
    done = pytest_in("--collect-only", "-q")
    assert "test_mine.py::test_mine" in done.stdout
    assert "ex07_gradient_check.py::gradient_check::" in done.stdout


def test_pytest_itself_runs_nothing_of_the_learners(work, pytest_in):
    (work / "ex01_softmax.py").write_text("import sys\nsys.exit('ended by the learner')\n")
    (work / "test_mine.py").write_text("def test_mine():\n    pass\n")
    done = pytest_in("ex01_softmax.py", "test_mine.py")
    assert "5 failed, 1 passed" in done.stdout
    assert "ended by the learner" in done.stdout


def test_other_files_are_left_to_others(tmp_path, pytest_in):
    (tmp_path / "checks.json").write_text("[1, 2")
    (tmp_path / "test_mine.py").write_text("def test_mine():\n    pass\n")
    (tmp_path / "other.py").write_text("raise SystemExit\n")
    done = pytest_in()
    assert "1 passed" in done.stdout
    assert done.returncode == 0


def test_broken_checks_are_told_with_the_remedy(work, pytest_in):
    (work / "checks.json").write_text("{")
    done = pytest_in("ex01_softmax.py")
    assert done.returncode == 2
    assert "checks.json" in done.stdout
    assert "Traceback" not in done.stdout
