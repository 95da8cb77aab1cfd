"""What the commands do and say on a system that is not Linux."""

from __future__ import annotations

import subprocess
import sys

from grader.engine.fresh import FreshLane
from grader.engine.launch import Wall
from tests.support.course import ROOT
from tests.support.submissions import SOFTMAX

# Runs a command as if this system were another one.
ELSEWHERE = """
import sys
import grader.cli, grader.learner.check, grader.engine.isolation, grader.grade.processes
import nbformat, rich.progress
sys.platform = "darwin"
grader.cli.main()
"""


def elsewhere(*args, cwd):
    command = [sys.executable, "-c", ELSEWHERE, *map(str, args)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def test_check_works_elsewhere_and_says_what_is_not_enforced(tmp_path):
    (tmp_path / "ex01_softmax.py").write_text(SOFTMAX)
    done = elsewhere("check", "ex01_softmax.py", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "memory is not limited on this system" in done.stdout
    assert "12 of 12 points pass" in done.stdout


def test_grade_says_elsewhere_what_it_needs(tmp_path):
    (tmp_path / "ada.py").write_text(SOFTMAX)
    arguments = ("grade", "ada.py", "--out", "out", "--course", ROOT / "solutions")
    done = elsewhere(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert "run it on Linux" in done.stderr


def test_the_doctor_says_elsewhere_that_linux_is_needed(tmp_path):
    done = elsewhere("doctor", cwd=tmp_path)
    assert done.returncode == 1
    assert "not Linux" in done.stdout
    assert FreshLane(Wall()).enforces_memory is False
