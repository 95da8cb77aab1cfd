"""An exercise in two forms: the one that nobody works in never counts, and hides nothing."""

import os
import shutil
import subprocess
import sys

import pytest

from grader.course.handout import notebook
from tests.support.course import ROOT
from tests.support.submissions import SOFTMAX


@pytest.fixture
def both(tmp_path):
    """Script and notebook of each exercise, all as they were handed out."""
    return shutil.copytree(ROOT / "exercises", tmp_path / "exercises")


def test_the_form_that_holds_work_counts(run, both):
    (both / "ex01_softmax.py").write_text(SOFTMAX)
    done = run("check", cwd=both)
    assert "✓ ex01_softmax         12 of 12 points  done" in done.stdout
    assert "not written" in run("check", "ex01_softmax.ipynb", cwd=both).stdout


def test_the_notebook_counts_if_the_work_is_there(run, both, course):
    text = notebook(course.exercises[0], solved=True)
    (both / "ex01_softmax.ipynb").write_text(text, encoding="utf-8")
    assert "12 of 12 points  done" in run("check", cwd=both).stdout


def test_a_damaged_notebook_is_not_hidden_by_the_untouched_script(run, both):
    (both / "ex01_softmax.ipynb").write_text('{"cells": [')
    done = run("check", "ex01_softmax", cwd=both)
    assert "ex01_softmax.ipynb is not a notebook" in done.stdout


def test_of_two_untouched_forms_the_one_saved_last_is_taken(run, both):
    os.utime(both / "ex01_softmax.py", (1, 1))
    done = run("list", cwd=both)
    assert "ex01_softmax: ex01_softmax.ipynb\n" in done.stdout


@pytest.mark.parametrize("name", [(), ("ex01_softmax",)])
def test_a_syntax_error_is_not_hidden_by_the_other_form(run, both, name):
    (both / "ex01_softmax.py").write_text("def softmax(Z)\n    return Z\n")
    done = run("check", *name, cwd=both)
    assert "✗ ex01_softmax.py, line 1: SyntaxError: expected ':': def softmax(Z)" in done.stdout
    assert "softmax is not written yet" not in done.stdout


def test_work_in_both_forms_is_looked_at_in_both(run, both, course):
    (both / "ex01_softmax.py").write_text("def softmax(Z): return Z\n")
    text = notebook(course.exercises[0], solved=True)
    (both / "ex01_softmax.ipynb").write_text(text, encoding="utf-8")
    assert "12 of 12 points pass" in run("check", "ex01_softmax", cwd=both).stdout


def test_what_a_later_exercise_imports_is_the_form_that_holds_work(run, both):
    (both / "ex01_softmax.py").write_text(SOFTMAX)
    (both / "ex02_jacobian.py").write_text(
        "from ex01_softmax import softmax\nimport numpy as np\n"
        "def softmax_jacobian(z):\n    a = softmax(z)\n    return np.diagflat(a) - a @ a.T\n"
    )
    assert "✓ softmax_jacobian: " in run("check", "ex02_jacobian.py", cwd=both).stdout


def test_pytest_leaves_the_other_form_alone_unless_it_is_named(both):
    (both / "ex01_softmax.py").write_text(SOFTMAX)

    def collected(*arguments):
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--collect-only", "-q"]
        done = subprocess.run(
            [*command, *arguments],
            cwd=both,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        return done.stdout

    assert "ex01_softmax.ipynb::" not in collected()
    assert "ex01_softmax.py::softmax::" in collected()
    assert "ex01_softmax.ipynb::softmax::" in collected("ex01_softmax.ipynb")
    (both / "checks.json").write_text('{"slugs": ["ex01_softmax"]}')
    assert "checks.json is not a file of checks" in collected()
