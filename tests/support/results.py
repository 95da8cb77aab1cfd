"""Results, read from what a run printed and wrote, or made up."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

from grader.model import FunctionResult, SubmissionResult


def counts(done: subprocess.CompletedProcess[str]) -> tuple[int, int, int]:
    """How many a run has graded (and functions of theirs), and how many it found unchanged."""
    found = re.search(
        r"^graded (\d+) \((\d+) functions\), unchanged (\d+)$", done.stdout, re.MULTILINE
    )
    assert found is not None, done.stdout + done.stderr
    graded, functions, unchanged = map(int, found.groups())
    return graded, functions, unchanged


def lines_of(path: Path) -> list[dict[str, Any]]:
    """A file of lines of JSON, read."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def function_of(result: SubmissionResult, name: str) -> FunctionResult:
    return next(function for function in result.functions if function.function == name)


def failed_checks(function: FunctionResult) -> set[str]:
    return {check.name for check in function.checks if check.verdict != "passed"}


def result(student, score, *, message="", mistake=None):
    function = FunctionResult(
        exercise="ex01",
        function="softmax",
        score=score,
        max_score=100.0,
        verdict="passed" if score == 100 else "wrong_value",
        message=message,
        misconception=mistake,
        checks=(),
    )
    return SubmissionResult(
        format=1,
        student=student,
        files=(),
        score=score,
        max_score=100.0,
        isolation="none",
        versions={},
        notes=(),
        functions=(function,),
    )


def results_in(root: Path) -> dict[str, Any]:
    """What a platform's container wrote for the platform."""
    return json.loads((root / "results" / "results.json").read_text(encoding="utf-8"))
