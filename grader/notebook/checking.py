"""Check functions in a notebook: `check(FUNCTION)` shows what `grader check` shows."""

from __future__ import annotations

import ast
import inspect
import linecache
import types
import warnings
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache, partial
from pathlib import Path
from textwrap import dedent
from typing import Any

import msgspec

from grader.diagnose.explain import Explainer, begin_with
from grader.errors import UsageError
from grader.judge.judge import Judge, check_result, result_of
from grader.learner.folder import checks_path
from grader.model import (
    FunctionResult,
    Limits,
    NotCalled,
    Outcome,
    Raised,
    Returned,
    TimedOut,
    Verdict,
)
from grader.notebook.guard import Printed, TimeUp, guarded, time_limit
from grader.notebook.shown import Checked, CheckedFunction
from grader.plan import Plan, PlannedCall, PlannedExercise, PlannedFunction
from grader.plan_json import CHECKS, read_plan
from grader.worker.calling import answer_of
from grader.worker.codes import mentioned_in
from grader.worker.parsing import is_stub
from grader.worker.raising import raised

NOT_HERE = "not run in a notebook: memory is not limited there"
NONE_HERE = (
    "no function of an exercise is defined here; run the cells with your functions first, or name"
    " one: check(FUNCTION)"
)
Function = Callable[..., Any]


class Check:
    """What learners call: `check(FUNCTION)`, or `check.all()` for all functions of a notebook."""

    def __call__(self, *functions: Function) -> Checked:
        """Check these functions by the public checks of the exercises, in this process.

        UsageError for anything that is not a function of an exercise. A function that does not end
        is stopped, but in a browser: there, by restarting the kernel.
        """
        if not functions:
            raise UsageError("name a function to check: check(FUNCTION), or check.all()")
        checker = _checker()
        return Checked(tuple(map(checker.checked, functions)))

    def all(self) -> Checked:
        """Check all functions of the exercises that are defined where this is called."""
        frame = inspect.currentframe()
        assert frame is not None
        assert frame.f_back is not None
        return self.all_in(frame.f_back.f_globals)

    def all_in(self, namespace: Mapping[str, Any]) -> Checked:
        """Check all functions of the exercises that a namespace holds, in the course's order."""
        checker = _checker()
        here = [name for name in checker.plan.functions if callable(namespace.get(name))]
        if not here:
            raise UsageError(NONE_HERE)
        checked = (checker.checked(namespace[name], name) for name in here)
        return Checked(tuple(checked), overview=True)

    def __repr__(self) -> str:
        return "check(FUNCTION) checks a function of an exercise, check.all() all of this notebook"


check = Check()


def _checker() -> Checker:
    path = checks_path(Path()).resolve()
    return _prepared(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=1)
def _prepared(path: Path, _changed_ns: int) -> Checker:
    """Read the checks, once until their file changes: in a browser it takes half a second."""
    return Checker(read_plan(path))


class Checker:
    """Calls functions in this process, judges what they answer, and explains it."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._judge = Judge(plan)
        self._explainer = Explainer(plan, self._judge.expected)

    def checked(self, function: Function, name: str = "") -> CheckedFunction:
        """Check one function, by default under its own name; UsageError if no exercise has it."""
        exercise, planned = _planned(function, name, self.plan)
        printed = Printed()
        result, outcomes = self._judged(function, exercise, planned, printed)
        earlier = self._earlier(function, exercise, result)
        if earlier is not None:
            result = msgspec.structs.replace(result, misconception=begin_with(earlier))
        else:
            result = self._explainer.explained(result, planned, outcomes)
        return CheckedFunction(result, planned, printed.getvalue())

    def _judged(
        self,
        function: Function,
        exercise: PlannedExercise,
        planned: PlannedFunction,
        printed: Printed,
    ) -> tuple[FunctionResult, list[Outcome]]:
        """Call a function and judge its answers; one that is still to be written is not called."""
        if _is_written(function):
            outcomes = _outcomes(function, planned, self.plan.limits, printed)
            return self._judge.judged(exercise, planned, outcomes), outcomes
        verdict, why = Verdict.NOT_ATTEMPTED, f"{planned.name} is not written yet"
        checks = [check_result(check, verdict, why) for check in planned.checks]
        return result_of(exercise, planned, checks, 0.0, verdict, why), []

    def _earlier(
        self, function: Function, exercise: PlannedExercise, result: FunctionResult
    ) -> FunctionResult | None:
        """Return the result of an earlier function that is wrong, if this one may fail by it."""
        if result.verdict in (Verdict.PASSED, Verdict.NOT_ATTEMPTED):
            return None
        for other, planned in _mentioned(function, result.function, self.plan):
            judged, _ = self._judged(other, exercise, planned, Printed())
            if judged.verdict is not Verdict.PASSED:
                return judged
        return None


def _is_written(function: Function) -> bool:
    try:
        nodes = ast.parse(dedent(inspect.getsource(function))).body
    except (OSError, TypeError, SyntaxError):
        return True
    return not any(isinstance(node, ast.FunctionDef) and is_stub(node) for node in nodes)


def _mentioned(
    function: Function, name: str, plan: Plan
) -> Iterator[tuple[Function, PlannedFunction]]:
    """Yield the earlier functions of the course that a function's code names, as it finds them."""
    mentioned = mentioned_in(function)
    for planned in plan.functions.values():
        if planned.name == name:
            return
        other = getattr(function, "__globals__", {}).get(planned.name)
        if planned.name in mentioned and callable(other):
            yield other, planned


def _planned(function: Function, name: str, plan: Plan) -> tuple[PlannedExercise, PlannedFunction]:
    if not callable(function):
        raise UsageError(
            f"check takes the function itself, as in check(FUNCTION), not {function!r}"
        )
    name = name or getattr(function, "__name__", repr(function))
    functions = {f.name: (exercise, f) for exercise in plan.exercises for f in exercise.functions}
    if name not in functions:
        close = get_close_matches(name, functions, n=1)
        remedy = f"did you mean {close[0]}?" if close else f"choose from {', '.join(functions)}"
        if not Path(CHECKS).is_file():
            remedy += f", or put your course's {CHECKS} beside the notebook"
        raise UsageError(f"no exercise of {plan.title!r} asks for a function {name}; {remedy}")
    return functions[name]


def _outcomes(
    function: Function, planned: PlannedFunction, limits: Limits, printed: Printed
) -> list[Outcome]:
    outcomes: list[Outcome] = []
    skipped = planned.unused_calls.union(planned.memory_calls)
    with guarded(limits, printed, getattr(function, "__globals__", {})):
        for index, call in enumerate(planned.calls):
            if index in skipped:
                outcomes.append(NotCalled(NOT_HERE))
            elif any(isinstance(outcome, TimedOut) for outcome in outcomes):
                outcomes.append(TimedOut("an earlier call", called=False))
            else:
                outcomes.append(_outcome(function, call, limits))
    return outcomes


def _outcome(function: Function, call: PlannedCall, limits: Limits) -> Outcome:
    cpu_s = limits.call_cpu_s
    try:
        with warnings.catch_warnings(), time_limit(cpu_s, cpu_s * limits.wall_factor):
            warnings.simplefilter("ignore")
            value, changed = answer_of(function, call.args, call.kwargs)
    except TimeUp:
        return TimedOut(f"{cpu_s:g} seconds")
    except (Exception, SystemExit) as error:  # noqa: BLE001  # any is the learner's answer
        return Raised(raised(error, partial(_label, function), linecache.getline))
    return Returned(value, changed)


def _label(function: Function, frame: types.FrameType) -> str:
    return "the notebook" if frame.f_globals is getattr(function, "__globals__", None) else ""
