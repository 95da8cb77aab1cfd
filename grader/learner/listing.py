"""`grader list`: the exercises, and how far a learner has come; no code is run."""

from __future__ import annotations

from pathlib import Path

from grader.learner.folder import checks_path, files_of
from grader.learner.seen import seen_in
from grader.plan_json import read_plan
from grader.results.screen import ABSENT, BOLD, PASSED, Screen, line


def show_list(folder: Path, screen: Screen) -> None:
    """Show each exercise with its file, and each function with whether it has passed once."""
    plan = read_plan(checks_path(folder))
    passed = seen_in(folder).passed
    for exercise in plan.exercises:
        files = " and ".join(path.name for path in files_of(folder, exercise.slug, plan))
        line(screen, f"{exercise.slug}: {files or 'not in this folder'}", style=BOLD)
        for function in exercise.functions:
            has_passed = function.name in passed
            state = ", has passed" if has_passed else ""
            mark = PASSED if has_passed else ABSENT
            line(screen, f"  {mark} {function.name}: {_points(function.points)}{state}")


def _points(points: float) -> str:
    return f"{points:g} point{'' if points == 1 else 's'}"
