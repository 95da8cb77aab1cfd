"""Check functions in a notebook: `check(softmax)` shows what `grader check` shows."""

from __future__ import annotations

import ast
import inspect
import linecache
import sys
import types
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache, partial
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import msgspec

from grader.diagnose.explain import Explainer, begin_with
from grader.errors import UsageError
from grader.judge.judge import Judge, check_result, result_of
from grader.judge.words import next_step
from grader.learner.folder import checks_path
from grader.model import FunctionResult, NotCalled, Outcome, Raised, Returned, Verdict
from grader.plan import Plan, PlannedCall, PlannedExercise, PlannedFunction
from grader.plan_json import read_plan
from grader.results.templating import environment, text_of
from grader.results.terminal import as_text, line, show_function
from grader.worker.calling import answer_of
from grader.worker.codes import mentioned_in
from grader.worker.parsing import is_stub
from grader.worker.raising import raised

if TYPE_CHECKING:
    from grader.results.screen import Screen

__all__ = ["Checked", "check"]

NOT_HERE = "not run in a notebook: memory is not limited there"
IN_A_BROWSER = (
    "In a browser neither the time nor the memory that your code takes is limited. If a check never"
    " ends, choose Restart Kernel in the menu Kernel, correct the loop, and run your cells again."
)
NOTHING_LEFT = "All public checks pass. Your instructor's run has further checks, on other inputs."


@dataclass(frozen=True, slots=True)
class Checked:
    """The results of the public checks of some functions; a notebook shows them as HTML."""

    functions: tuple[tuple[FunctionResult, PlannedFunction], ...]

    @property
    def passed(self) -> bool:
        """Tell whether all public checks pass."""
        return not next_step([function for function, _planned in self.functions])

    @property
    def next(self) -> str:
        """The one thing to do next, in a sentence."""
        return next_step([function for function, _planned in self.functions]) or NOTHING_LEFT

    @property
    def mistake(self) -> str:
        """The recognised mistakes, in words for a learner; empty if there are none."""
        mistakes = (function.misconception for function, _planned in self.functions)
        return "\n\n".join(mistake.message for mistake in mistakes if mistake is not None)

    @property
    def limits(self) -> str:
        """What is not limited here, and what to do then; empty where a cell can be stopped."""
        return IN_A_BROWSER if sys.platform == "emscripten" else ""

    def _repr_html_(self) -> str:
        from markupsafe import Markup

        template = environment().get_template("notebook.html")
        style = Markup(text_of("notebook.css"))  # noqa: S704  # a file of this package
        return template.render(
            functions=self.functions, limits=self.limits, next=self.next, notebook_style=style
        )

    def __repr__(self) -> str:
        return as_text(self._show)

    def _show(self, screen: Screen) -> None:
        for function, planned in self.functions:
            show_function(function, planned, "", screen)
        if self.limits:
            line(screen, "", self.limits)
        line(screen, "", self.next)


def check(*functions: Callable[..., Any]) -> Checked:
    """Check these functions by the public checks of the exercises, in this process.

    UsageError for anything that is not a function of an exercise. A function that never finishes
    is stopped like any other cell; in a browser, by restarting the kernel.
    """
    path = checks_path(Path()).resolve()
    plan, judge, explainer = _prepared(path, path.stat().st_mtime_ns)
    if not functions:
        raise UsageError("name a function to check: check(softmax)")
    return Checked(tuple(_checked(function, plan, judge, explainer) for function in functions))


@lru_cache(maxsize=1)
def _prepared(path: Path, _changed_ns: int) -> tuple[Plan, Judge, Explainer]:
    """Read the checks, once until their file changes: in a browser it takes half a second."""
    plan = read_plan(path)
    judge = Judge(plan)
    return plan, judge, Explainer(plan, judge.expected)


def _checked(
    function: Callable[..., Any], plan: Plan, judge: Judge, explainer: Explainer
) -> tuple[FunctionResult, PlannedFunction]:
    exercise, planned = _planned(function, plan)
    result, outcomes = _judged(function, exercise, planned, judge)
    if result.verdict not in (Verdict.PASSED, Verdict.NOT_ATTEMPTED):
        for other, earlier in _earlier(function, planned.name, plan):
            judged, _ = _judged(other, exercise, earlier, judge)
            if judged.verdict is not Verdict.PASSED:
                found = begin_with(judged)
                return msgspec.structs.replace(result, misconception=found), planned
    return explainer.explained(result, planned, outcomes), planned


def _judged(
    function: Callable[..., Any], exercise: PlannedExercise, planned: PlannedFunction, judge: Judge
) -> tuple[FunctionResult, list[Outcome]]:
    """Call a function and judge its answers; one that is still to be written is not called."""
    if _is_written(function):
        outcomes = _outcomes(function, planned)
        return judge.judged(exercise, planned, outcomes), outcomes
    verdict, why = Verdict.NOT_ATTEMPTED, f"{planned.name} is not written yet"
    checks = [check_result(check, verdict, why) for check in planned.checks]
    return result_of(exercise, planned, checks, 0.0, verdict, why), []


def _is_written(function: Callable[..., Any]) -> bool:
    try:
        nodes = ast.parse(dedent(inspect.getsource(function))).body
    except (OSError, TypeError, SyntaxError):
        return True
    return not any(isinstance(node, ast.FunctionDef) and is_stub(node) for node in nodes)


def _earlier(
    function: Callable[..., Any], name: str, plan: Plan
) -> Iterator[tuple[Callable[..., Any], PlannedFunction]]:
    """Yield the earlier functions of the course that a function's code names, as it finds them."""
    mentioned = mentioned_in(function)
    for planned in plan.functions.values():
        if planned.name == name:
            return
        other = getattr(function, "__globals__", {}).get(planned.name)
        if planned.name in mentioned and callable(other):
            yield other, planned


def _outcomes(function: Callable[..., Any], planned: PlannedFunction) -> list[Outcome]:
    return [
        NotCalled(NOT_HERE) if index in planned.memory_calls else _outcome(function, call)
        for index, call in enumerate(planned.calls)
    ]


def _planned(function: Callable[..., Any], plan: Plan) -> tuple[PlannedExercise, PlannedFunction]:
    if not callable(function):
        raise UsageError(f"check takes the function itself, as in check(softmax), not {function!r}")
    name = getattr(function, "__name__", repr(function))
    functions = {f.name: (exercise, f) for exercise in plan.exercises for f in exercise.functions}
    if name not in functions:
        close = get_close_matches(name, functions, n=1)
        remedy = f"did you mean {close[0]}?" if close else f"choose from {', '.join(functions)}"
        raise UsageError(f"no exercise asks for a function {name}; {remedy}")
    return functions[name]


def _outcome(function: Callable[..., Any], call: PlannedCall) -> Outcome:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value, changed = answer_of(function, call.args, call.kwargs)
    except Exception as error:  # noqa: BLE001  # any exception is the learner's answer
        return Raised(raised(error, partial(_label, function), linecache.getline))
    return Returned(value, changed)


def _label(function: Callable[..., Any], frame: types.FrameType) -> str:
    return "the notebook" if frame.f_globals is getattr(function, "__globals__", None) else ""
