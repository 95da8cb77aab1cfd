"""Grade one submission with nbgrader and with pytest, by the same checks as the grader."""

from __future__ import annotations

import csv
import json
import os
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from measure import Timing, command_timing
from otter_run import comparisons

from grader.plan import Plan, PlannedCheck, PlannedFunction
from grader.platforms.otter.literals import arguments

ASSIGNMENT = "softmax"


def pytest_timing(notebook: bytes, plan: Plan, folder: Path, python: str) -> Timing:
    """The time of `python -m pytest` on a file with a test for each check, beside the submission.

    RuntimeError when a test fails.
    """
    folder.mkdir(exist_ok=True)
    submission = "\n\n".join(code_cells(notebook))
    (folder / "submission.py").write_text(submission, encoding="utf-8")
    tests = ["import numpy as np", "from submission import *"]
    tests += [
        f"def test_{name}():\n{textwrap.indent(body, '    ')}" for name, body in check_sources(plan)
    ]
    (folder / "test_submission.py").write_text("\n\n\n".join(tests), encoding="utf-8")
    command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_submission.py"]
    return command_timing(command, cwd=folder)


def nbgrader_marginal(
    notebook: bytes, plan: Plan, folder: Path, python: str, *, more: int
) -> Timing:
    """What `nbgrader autograde` takes for a notebook more: (1 + more) at once less 1, over `more`.

    A test cell for each check. RuntimeError when a cell loses a point.
    """
    folder.mkdir()
    # To a cell that warns nbgrader gives no point.
    quiet = "import warnings\nwarnings.simplefilter('ignore')"
    cells = [_solution(n, source) for n, source in enumerate([quiet, *code_cells(notebook)])]
    checks = list(check_sources(plan))
    cells += [_tests(name, source) for name, source in checks]
    document = json.loads(notebook) | {"cells": cells}
    text = json.dumps(document)
    config = 'c = get_config()\nc.CourseDirectory.course_id = "course"\n'
    (folder / "nbgrader_config.py").write_text(config)
    _write(folder / "source" / ASSIGNMENT / "work.ipynb", text)
    # nbgrader calls other programs of its environment by name.
    path = f"PATH={Path(python).parent}{os.pathsep}{os.environ['PATH']}"
    nbgrader = ["/usr/bin/env", path, python, "-m", "nbgrader"]
    command_timing([*nbgrader, "generate_assignment", ASSIGNMENT, "--force"], cwd=folder)
    _write(folder / "submitted" / "first" / ASSIGNMENT / "work.ipynb", text)
    autograde = [*nbgrader, "autograde", ASSIGNMENT, "--force"]
    one = command_timing(autograde, cwd=folder)
    for number in range(more):
        _write(folder / "submitted" / f"more{number}" / ASSIGNMENT / "work.ipynb", text)
    several = command_timing(autograde, cwd=folder)
    _check_scores(folder, nbgrader, [len(checks)] * (1 + more))
    return Timing((several.wall_ms - one.wall_ms) / more, (several.core_ms - one.core_ms) / more)


def code_cells(notebook: bytes) -> list[str]:
    """The source of a notebook's code cells, without what only IPython or otter understands."""
    cells = ["".join(cell["source"]) for cell in json.loads(notebook)["cells"]]
    kept = [cell for cell in cells if not cell.startswith(("grader.check", "grader ="))]
    return [
        "\n".join(line for line in cell.splitlines() if not line.startswith(("%", "import otter")))
        for cell in kept
    ]


def check_sources(plan: Plan) -> Iterator[tuple[str, str]]:
    """For each check a name and statements that make its calls and compare the answers."""
    for exercise in plan.exercises:
        for function in exercise.functions:
            for check in function.checks:
                yield f"{function.name}__{check.name}", "\n".join(_statements(function, check))


def _statements(function: PlannedFunction, check: PlannedCheck) -> Iterator[str]:
    for place in check.calls:
        call = function.calls[place]
        yield f"result = {function.name}({arguments(call)})"
        yield from (f"assert {text}" for text in comparisons("result", call.expected))


def _solution(number: int, source: str) -> dict[str, Any]:
    return _cell(f"cell{number}", source, {"solution": True, "grade": False, "locked": False})


def _tests(name: str, source: str) -> dict[str, Any]:
    marks = {"solution": False, "grade": True, "locked": True, "points": 1}
    return _cell(name, source, marks)


def _cell(name: str, source: str, marks: dict[str, object]) -> dict[str, Any]:
    metadata = {"nbgrader": {"schema_version": 3, "task": False, "grade_id": name, **marks}}
    return {
        "cell_type": "code",
        "id": name[:60],
        "execution_count": None,
        "metadata": metadata,
        "outputs": [],
        "source": source,
    }


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _check_scores(folder: Path, nbgrader: Sequence[str], expected: Sequence[int]) -> None:
    command_timing([*nbgrader, "export", "--to", "grades.csv"], cwd=folder)
    with (folder / "grades.csv").open(encoding="utf-8", newline="") as file:
        scores = [float(row["raw_score"]) for row in csv.DictReader(file)]
    if scores != list(map(float, expected)):
        raise RuntimeError(f"nbgrader gave {scores} points where {list(expected)} are due")
