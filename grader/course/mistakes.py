"""Compute what each listed mistake answers, so that a learner's answers can be recognised."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any

import msgspec
import numpy as np

from grader import wire
from grader.course.folder import Course, Exercise, module_of
from grader.course.variants import variants_in
from grader.judge.compare import type_difference, value_difference
from grader.judge.expected import Expected, expected_of
from grader.judge.judge import Judge
from grader.model import Outcome, Raised, Returned, Verdict
from grader.plan import (
    MistakenAnswer,
    Plan,
    PlannedCall,
    PlannedExercise,
    PlannedFunction,
    PlannedMistake,
    error_text,
)
from grader.worker.calling import answer_of


def with_mistakes(plan: Plan, course: Course) -> Plan:
    """Add to a plan the answers of all mistakes that the course lists.

    CourseError when the mistakes cannot be read.
    """
    exercises = {exercise.slug: exercise for exercise in course.exercises}
    return msgspec.structs.replace(
        plan,
        exercises=tuple(
            _with_mistakes(planned, exercises[planned.slug]) for planned in plan.exercises
        ),
    )


def _with_mistakes(planned: PlannedExercise, exercise: Exercise) -> PlannedExercise:
    if not exercise.mistakes_path.exists():
        return planned
    module = module_of(exercise.mistakes_path, f"{exercise.slug}_mistakes")
    expected = {f.name: [expected_of(call) for call in f.calls] for f in planned.functions}
    functions = {function.name: function for function in planned.functions}
    mistakes: dict[str, list[PlannedMistake]] = {name: [] for name in functions}
    memory = {name: frozenset(function.memory_calls) for name, function in functions.items()}
    for variant in variants_in(exercise, exercise.mistakes_path.name):
        function = functions[variant.function]
        implementation = getattr(module, variant.name)
        with silent():
            answers = tuple(
                None
                if index in memory[function.name]
                else _answer(implementation, call, expected[function.name][index])
                for index, call in enumerate(function.calls)
            )
        # A mistake that is right in every call may still need too much memory.
        if memory[function.name] or any(answer is not None for answer in answers):
            doc = variant.doc or str(getattr(implementation, "__doc__", "") or "")
            mistakes[function.name].append(PlannedMistake(variant.id, doc, answers))
    named = (
        msgspec.structs.replace(function, mistakes=tuple(mistakes[function.name]))
        for function in planned.functions
    )
    return msgspec.structs.replace(planned, functions=tuple(named))


def only_passing(plan: Plan, others: Plan) -> tuple[PlannedExercise, ...]:
    """Return the exercises of `others` without the mistakes that lose a check of `plan`.

    Both hold the same functions, with other checks.
    """
    judge = Judge(plan)
    lost = {
        (function.name, mistake.id)
        for exercise in plan.exercises
        for function in exercise.functions
        for mistake in function.mistakes
        if judge.judged(exercise, function, outcomes_of(mistake, function)).verdict
        is not Verdict.PASSED
    }
    replace = msgspec.structs.replace
    return tuple(
        replace(
            exercise,
            functions=tuple(
                replace(f, mistakes=tuple(m for m in f.mistakes if (f.name, m.id) not in lost))
                for f in exercise.functions
            ),
        )
        for exercise in others.exercises
    )


def outcomes_of(mistake: PlannedMistake, function: PlannedFunction) -> list[Outcome]:
    """Return what the calls of a function give that answers as a mistake does."""
    outcomes: list[Outcome] = []
    for call, answer in zip(function.calls, mistake.answers, strict=True):
        if answer is None:
            outcomes.append(Returned(call.expected, mutated=False))
        elif answer.error:
            kind, _, message = answer.error.partition(": ")
            outcomes.append(Raised(wire.Error(kind, message, ())))
        else:
            outcomes.append(Returned(answer.value, mutated=answer.mutated))
    return outcomes


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


def _answer(
    implementation: Callable[..., Any], call: PlannedCall, expected: Expected
) -> MistakenAnswer | None:
    """Return what a mistake does in this call; None if it does what the reference does."""
    try:
        value, mutated = answer_of(implementation, call.args, call.kwargs)
    except Exception as error:  # noqa: BLE001  # any exception is its answer
        raised = wire.error_of(error)
        return MistakenAnswer(None, error=error_text(raised.type, raised.message))
    same = value_difference(value, expected, tight=True) is None
    if same and not mutated and type_difference(value, expected) is None:
        return None
    return MistakenAnswer(value, mutated)
