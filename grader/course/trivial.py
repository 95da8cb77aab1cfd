"""Prove that answers without any understanding earn next to nothing, by checks or by a worth."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec
import numpy as np

from grader import wire
from grader.course.folder import Course
from grader.course.mistakes import silent
from grader.diagnose.explain import Explainer
from grader.judge.judge import Judge
from grader.judge.scoring import with_points
from grader.model import FunctionResult, Outcome, Returned, Verdict
from grader.plan import Plan, PlannedCall, PlannedFunction, Rules

SHARE = 0.1

Answers = list[Outcome]


def trivial_problems(course: Course, plan: Plan) -> list[str]:
    """List the functions of a plan for which a trivial answer earns too much.

    These are zeros, ones, one half, random numbers and each argument in the shape of the answer,
    and what each earlier function answers to the same arguments. By its checks each of the first
    kinds may earn a tenth; by what mistakes are worth, none of all may earn anything. The plan
    holds how mistakes answer.
    """
    judge = Judge(plan)
    explainer = Explainer(plan, judge.expected)
    planned = {exercise.slug: exercise for exercise in plan.exercises}
    problems = []
    earlier: dict[str, Callable[..., Any]] = {}
    for exercise in course.exercises:
        references = {function.name: function.reference for function in exercise.functions}
        for function in planned[exercise.slug].functions if exercise.slug in planned else ():
            answers = {**_trivial_answers(function), **_earlier_answers(function, earlier)}
            for name, outcomes in answers.items():
                result = judge.judged(planned[exercise.slug], function, outcomes, worded=False)
                matches = explainer.matches(result, function, outcomes)
                result = msgspec.structs.replace(result, matches=matches)
                found = _problems(result, function, plan.rules, name)
                problems += [f"{exercise.checks_path}: {problem}" for problem in found]
            earlier[function.name] = references[function.name]
        earlier.update(references)
    return problems


def _problems(
    result: FunctionResult, function: PlannedFunction, rules: Rules, name: str
) -> Iterator[str]:
    """Yield what is wrong with the points of the answer called `name`."""
    by_checks, points = result.score or 0.0, with_points(result, function, rules).score or 0.0
    if points <= SHARE * function.points:
        return
    what = f"{name} earns {points} of {function.points:g} points for {function.name}"
    if points > by_checks:
        yield f"{what}: it is {', '.join(result.matches)}; make that worth nothing"
    elif not name.startswith("the answer of"):
        passed = [check.name for check in result.checks if check.verdict is Verdict.PASSED]
        yield f"{what}: ({', '.join(passed)}); add another input to those checks"


def _trivial_answers(function: PlannedFunction) -> Mapping[str, Answers]:
    ways: dict[str, Callable[[PlannedCall], wire.Value]] = {
        "an answer of zeros": lambda call: wire.pack(_filled(wire.unpack(call.expected), 0.0)),
        "an answer of ones": lambda call: wire.pack(_filled(wire.unpack(call.expected), 1.0)),
        "an answer of halves": lambda call: wire.pack(_filled(wire.unpack(call.expected), 0.5)),
        "an answer of random numbers": _random,
    }
    for number, parameter in enumerate(function.parameters):
        ways[f"{parameter} as the answer"] = lambda call, number=number: _argument(call, number)  # type: ignore[misc]
    return {name: [Returned(way(call)) for call in function.calls] for name, way in ways.items()}


def _filled(value: Any, number: float) -> Any:
    if isinstance(value, dict):
        return {key: _filled(item, number) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(_filled(item, number) for item in value)
    return np.full(value.shape, number) if isinstance(value, np.ndarray) else number


def _random(call: PlannedCall) -> wire.Value:
    rng = np.random.default_rng(zlib.crc32(msgspec.msgpack.encode(call.args)))
    expected = wire.unpack(call.expected)
    if isinstance(expected, np.ndarray):
        return wire.pack(rng.normal(size=expected.shape))
    return wire.pack(_filled(expected, float(rng.normal())))


def _argument(call: PlannedCall, number: int) -> wire.Value:
    """Return an argument, in the expected shape if it holds numbers and that is an array."""
    value = call.args[number] if number < len(call.args) else None
    expected = wire.unpack(call.expected)
    if isinstance(value, wire.Array):
        array = np.asarray(wire.unpack(value), np.float64)
        if isinstance(expected, np.ndarray):
            return wire.pack(np.resize(array, expected.shape))
        if isinstance(expected, float) and array.size:
            return wire.pack(float(array.flat[0]))
    return None if isinstance(value, wire.Word | wire.Lambda) else value


def _earlier_answers(
    function: PlannedFunction, earlier: Mapping[str, Callable[..., Any]]
) -> Mapping[str, Answers]:
    large = function.memory_calls
    return {
        f"the answer of {name}": [
            Returned(None if n in large else next(_answers(reference, call), None))
            for n, call in enumerate(function.calls)
        ]
        for name, reference in earlier.items()
    }


def _answers(reference: Callable[..., Any], call: PlannedCall) -> Iterator[wire.Value]:
    """Yield what a reference answers to all arguments, to all but the last one, and so on."""
    for count in range(len(call.args), 0, -1):
        with silent():
            try:
                yield wire.pack(reference(*(wire.unpack(a) for a in call.args[:count])))
            except Exception:  # noqa: BLE001, S112  # they are not its arguments
                continue
