"""Compute what each listed mistake answers, so that a learner's answers can be recognised."""

from __future__ import annotations

import hashlib
import os
import types
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any, NamedTuple

import msgspec
import numpy as np

from grader import wire
from grader.course.folder import Course, Exercise
from grader.course.generated import rows_of, with_generated
from grader.course.running import module_of, running
from grader.course.variants import Variant, variants_in
from grader.diagnose.prints import rows_in, stored, wanted_prints
from grader.judge.expected import expected_of
from grader.judge.judge import Judge
from grader.model import Outcome, Raised, Returned, Verdict
from grader.plan import Plan, PlannedCall, PlannedExercise, PlannedFunction, PlannedMistake
from grader.worker.calling import answer_of

# What was answered in this process: a proof asks three times, a watch again and again.
_known: dict[bytes, dict[int, Outcome]] = {}
MOST_KNOWN = 10_000


class Listed(NamedTuple):
    """A mistake that the author lists, and its answers, by the index of the call."""

    variant: Variant
    message: str
    # Not to the calls that only memory checks use.
    outcomes: dict[int, Outcome]


def with_mistakes(plan: Plan, course: Course) -> Plan:
    """Add to a plan how all listed and generated mistakes of the course answer.

    CourseError when the mistakes cannot be read.
    """
    exercises = {exercise.slug: exercise for exercise in course.exercises}
    listed = msgspec.structs.replace(
        plan,
        exercises=tuple(
            _with_mistakes(planned, exercises[planned.slug]) for planned in plan.exercises
        ),
    )
    return with_generated(listed, course)


def _with_mistakes(planned: PlannedExercise, exercise: Exercise) -> PlannedExercise:
    listed = listed_in(planned, exercise)
    functions = (_with_listed(function, listed[function.name]) for function in planned.functions)
    return msgspec.structs.replace(planned, functions=tuple(functions))


def _with_listed(function: PlannedFunction, listed: list[Listed]) -> PlannedFunction:
    expected = [expected_of(call) for call in function.calls]
    wanted = wanted_prints(expected)
    mistakes, rows = [], []
    for mistake in listed:
        row = rows_of(mistake.outcomes, expected, wanted)
        # A mistake that is right in every call may still need too much memory.
        if row is not None and (function.memory_calls or not np.isnan(row).all()):
            mistakes.append(_planned(mistake))
            rows.append(row)
    return msgspec.structs.replace(function, mistakes=tuple(mistakes), prints=stored(rows))


def _planned(mistake: Listed) -> PlannedMistake:
    variant = mistake.variant
    return PlannedMistake(variant.id, mistake.message, variant.worth, variant.at_most)


def listed_in(planned: PlannedExercise, exercise: Exercise) -> dict[str, list[Listed]]:
    """Return the listed mistakes of an exercise with their answers, by function.

    CourseError when a mistake ends Python, or does not end itself.
    """
    listed: dict[str, list[Listed]] = {function.name: [] for function in planned.functions}
    if not exercise.mistakes_path.exists():
        return listed
    functions = {function.name: function for function in planned.functions}
    planned_calls = {name: _calls_of(function) for name, function in functions.items()}
    module: types.ModuleType | None = None
    for variant in variants_in(exercise, exercise.mistakes_path.name):
        function = functions[variant.function]
        calls, called = planned_calls[function.name]
        key = hashlib.sha256(called + variant.source()).digest()
        if key not in _known:
            module = module or module_of(exercise.mistakes_path, f"{exercise.slug}_mistakes")
            if len(_known) > MOST_KNOWN:
                _known.clear()
            with silent(), running(variant.name, variant.path, seconds=exercise.call_s):
                _known[key] = _outcomes(getattr(module, variant.name), calls)
        listed[function.name].append(Listed(variant, variant.doc, _known[key]))
    return listed


def _calls_of(function: PlannedFunction) -> tuple[dict[int, PlannedCall], bytes]:
    """Return the calls that mistakes answer, by index, and a hash of these calls in their order.

    The order counts: a mistake may return one and the same array twice.
    """
    memory = frozenset(function.memory_calls)
    calls = {i: call for i, call in enumerate(function.calls) if i not in memory}
    data = [(index, call.args, call.kwargs) for index, call in calls.items()]
    return calls, hashlib.sha256(msgspec.msgpack.encode(data)).digest()


def only_passing(plan: Plan, others: Plan, course: Course) -> tuple[PlannedExercise, ...]:
    """Return the exercises of `others` without the mistakes that lose a check of `plan`.

    Both hold the same functions, with other checks. Generated mistakes are left out as well.
    """
    judge, lost = Judge(plan), set()
    for planned, exercise in zip(plan.exercises, course.exercises, strict=True):
        listed = listed_in(planned, exercise)
        for function in planned.functions:
            for mistake in listed[function.name]:
                outcomes = [
                    mistake.outcomes.get(index, Returned(call.expected))
                    for index, call in enumerate(function.calls)
                ]
                if judge.judged(planned, function, outcomes).verdict is not Verdict.PASSED:
                    lost.add((function.name, mistake.variant.id))
    return tuple(
        msgspec.structs.replace(
            exercise, functions=tuple(_without(lost, function) for function in exercise.functions)
        )
        for exercise in others.exercises
    )


def _without(lost: set[tuple[str, str]], function: PlannedFunction) -> PlannedFunction:
    rows = rows_in(function, [expected_of(call) for call in function.calls])
    kept = [
        (m, r)
        for m, r in zip(function.mistakes, rows, strict=False)
        if (function.name, m.id) not in lost
    ]
    return msgspec.structs.replace(
        function,
        mistakes=tuple(mistake for mistake, _row in kept),
        generated=(),
        texts=(),
        prints=stored([row for _mistake, row in kept]),
    )


@contextmanager
def silent() -> Iterator[None]:
    """Within this block nothing is printed, and no warning is shown."""
    with (
        open(os.devnull, "w", encoding="utf-8") as sink,  # noqa: PTH123  # not a path
        redirect_stdout(sink),
        redirect_stderr(sink),
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
    ):
        warnings.simplefilter("ignore")
        yield


def _outcomes(
    implementation: Callable[..., Any], calls: Mapping[int, PlannedCall]
) -> dict[int, Outcome]:
    """Return what a mistake does in these calls."""
    outcomes: dict[int, Outcome] = {}
    for index, call in calls.items():
        try:
            value, changed = answer_of(implementation, call.args, call.kwargs)
            outcomes[index] = Returned(value, changed)
        except Exception as error:  # noqa: BLE001  # any exception is its answer
            outcomes[index] = Raised(wire.error_of(error))
    return outcomes
