"""`grader check --show`: the call of a failing check as code."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

from grader.errors import UsageError
from grader.judge.code import WIDTH, call_code
from grader.learner.check import check_files
from grader.learner.checked import CheckedFiles
from grader.learner.folder import checks_path, files_of, folder_of
from grader.model import CheckResult, FunctionResult, Verdict
from grader.plan_json import read_plan
from grader.results.terminal import failing_check

if TYPE_CHECKING:
    from grader.engine.lane import Lane


def failing_call(name: str, files: Sequence[Path], lane: Lane) -> str:
    """Return a call as code: of a function's failing check, or of the check that is named.

    UsageError when nothing is called so, or several checks are.
    """
    function, _, check = name.rpartition(".")
    plan = read_plan(checks_path(folder_of(files)))
    if not function and check in plan.names:
        function, check = check, ""
    if not function:
        functions = [f for e in (*plan.exercises, *plan.more) for f in e.functions]
        having = [f.name for f in functions for c in f.checks if c.name == check]
        if len(having) != 1:
            raise UsageError(_unknown(check, having, plan.names))
        function = having[0]
    checked, result = check_function(function, lane, files)
    return _code(checked, result, check)


def check_function(
    name: str | None, lane: Lane, files: Sequence[Path] = ()
) -> tuple[CheckedFiles, FunctionResult | None]:
    """Check the exercise of a function; without a name the folder, for the first that fails.

    UsageError when the function is none of the course's, or its exercise is not in the folder.
    """
    folder = folder_of(files)
    plan = read_plan(checks_path(folder))
    if name is None:
        checked = check_files(files, lane, plan=plan)
        return checked, checked.first
    slugs = [e.slug for e in plan.exercises for f in e.functions if f.name == name]
    if not slugs:
        raise UsageError(_unknown(name, [], plan.names))
    named = list(files) if files and not files[0].is_dir() else files_of(folder, slugs[0], plan)
    if not named:
        raise UsageError(f"{slugs[0]} is not in {folder.resolve()}; get it with `grader start .`")
    checked = check_files(named, lane, plan=plan)
    result = next((f for f in checked.functions if f.function == name), None)
    if result is None:
        raise UsageError(f"{name} belongs to {slugs[0]}; name that file, or none")
    return checked, result


def _code(checked: CheckedFiles, result: FunctionResult | None, name: str) -> str:
    assert result is not None
    exercise, planned = checked.planned[result.function]
    first = failing_check(result) or next(iter(result.checks))
    check = next((c for c in result.checks if c.name == name), None) if name else first
    if check is None:
        names = [c.name for c in result.checks]
        raise UsageError(_unknown(name, [], names))
    call = checked.call_of(result, check.name)
    assert call is not None  # each check of a course has a call
    about = _about(result.function, check)
    return f"{about}\n{call_code(planned, call, module=exercise.slug)}"


def _about(function: str, check: CheckResult) -> str:
    problem = check.message.partition("): ")[2] or check.message
    what = "passes" if check.verdict is Verdict.PASSED else problem
    about = wrap(f"{function}, {check.name}: {what}", WIDTH - 2, break_on_hyphens=False)
    return "\n".join(f"# {line}" for line in about)


def _unknown(name: str, having: Sequence[str], names: Sequence[str]) -> str:
    if having:
        choices = ", ".join(f"{function}.{name}" for function in having)
        return f"several functions have a check {name}; choose from {choices}"
    close = [n for n in names if n.startswith(name)] or get_close_matches(name, names, n=1)
    remedy = f"did you mean {close[0]}?" if close else f"choose from {', '.join(names)}"
    return f"there is no {name}; {remedy}"
