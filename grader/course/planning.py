"""Turn a course into a plan: draw the open inputs and compute the references' answers to them.

All of that depends on the course and on versions only, and may be told. The sealed inputs are added
by `grader.course.sealing`.
"""

from __future__ import annotations

import ast
import inspect
import zlib
from collections.abc import Callable, Sequence

import msgspec
import numpy as np

from grader import wire
from grader.course.checks import MOST_CALLS, Call, Check, Rng
from grader.course.expecting import Arguments, packed, planned_call
from grader.course.folder import Course, Exercise, Function
from grader.course.mistakes import only_passing, with_mistakes
from grader.course.running import line_of, running
from grader.errors import CourseError, UsageError
from grader.judge.expected import expected_of
from grader.judge.properties import formed, holds_for
from grader.model import Kind
from grader.plan import (
    FORMAT,
    Plan,
    PlannedCall,
    PlannedCheck,
    PlannedExercise,
    PlannedFunction,
)

# Everybody may know what is drawn from it.
OPEN_SEED = 0


def plan_of(
    course: Course,
    *,
    only: tuple[str, ...] = (),
    hidden: bool = True,
    mistakes: bool = False,
) -> Plan:
    """Compute the plan of a course, or of the exercises named in `only`, without sealed inputs.

    `hidden=False` leaves out the hidden checks; `mistakes` adds the answers of each listed mistake,
    which takes a second or two. CourseError when a reference fails on an input, UsageError when
    `only` names an exercise that the course does not have.
    """
    slugs = tuple(exercise.slug for exercise in course.exercises)
    for slug in only:
        if slug not in slugs:
            raise UsageError(f"no exercise is called {slug!r}; choose from {', '.join(slugs)}")
    exercises = tuple(
        _planned_exercise(
            exercise, course.limits.memory_bytes, lambda check: hidden or not check.hidden
        )
        for exercise in course.exercises
        if not only or exercise.slug in only
    )
    plan = Plan(
        format=FORMAT,
        title=course.title,
        limits=course.limits,
        exercises=exercises,
        slugs=slugs,
        names=tuple(function.name for e in course.exercises for function in e.functions),
        rules=course.rules,
        words=course.words,
        references=tuple((e.slug, _code_of(e)) for e in course.exercises) if hidden else (),
    )
    return with_mistakes(plan, course) if mistakes else plan


def other_checks(course: Course, public: Plan) -> tuple[PlannedExercise, ...]:
    """Plan the open inputs of all checks that are not public, but for those about memory.

    They come with the mistakes that pass all `public` checks: the others are known by these.
    CourseError when a reference fails on an input.
    """
    exercises = tuple(
        _planned_exercise(
            exercise,
            course.limits.memory_bytes,
            lambda check: check.hidden and check.kind is not Kind.MEMORY,
        )
        for exercise in course.exercises
    )
    others = msgspec.structs.replace(public, exercises=exercises)
    return only_passing(public, with_mistakes(others, course), course)


def _planned_exercise(
    exercise: Exercise, memory_bytes: int, is_wanted: Callable[[Check], bool]
) -> PlannedExercise:
    functions = (
        _planned_function(exercise, f, memory_bytes, is_wanted) for f in exercise.functions
    )
    return PlannedExercise(exercise.slug, exercise.title, tuple(functions))


def _planned_function(
    exercise: Exercise,
    function: Function,
    memory_bytes: int,
    is_wanted: Callable[[Check], bool],
) -> PlannedFunction:
    table = CallTable(exercise, function)
    checks = tuple(
        _planned_check(check, table, memory_bytes) for check in function.checks if is_wanted(check)
    )
    return PlannedFunction(
        name=function.name,
        points=function.points,
        hint=function.hint,
        notice=function.notice,
        calls=tuple(table.calls),
        checks=checks,
        parameters=tuple(inspect.signature(function.reference).parameters),
        costs=function.costs,
    )


def _code_of(exercise: Exercise) -> str:
    """Return the code of an exercise's reference without what only learners read."""
    tree = ast.parse(exercise.reference_path.read_bytes())
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) and len(node.body) > 1:
            del node.body[0]
    return ast.unparse(tree)


class CallTable:
    """The distinct calls of one function: two checks with the same input share a call."""

    def __init__(self, exercise: Exercise, function: Function) -> None:
        self.exercise = exercise
        self.function = function
        self.calls: list[PlannedCall] = []
        self._indices: dict[bytes, int] = {}

    def index_of(self, arguments: Arguments, where: str) -> int:
        """Return the index of the call with these arguments; a new call is planned at once."""
        key = key_of(arguments)
        if key not in self._indices:
            self._indices[key] = len(self.calls)
            self.calls.append(planned_call(self.exercise, self.function, arguments, where))
        return self._indices[key]

    def has(self, arguments: Arguments) -> bool:
        """Return whether there is a call with these arguments."""
        return key_of(arguments) in self._indices

    def arguments_of(self, check: Check, rng: Rng, memory_bytes: int) -> list[Arguments]:
        """Return the arguments of a check's calls, in the form in which they cross the wall."""
        where = self.where(check)
        calls = _calls(check, rng, memory_bytes, where, self.exercise)
        return [_arguments(call, where) for call in calls]

    def where(self, check: Check) -> str:
        """Return the beginning of a message about a check."""
        path = f"{self.exercise.checks_path}{line_of(check.inputs)}"
        return f"{path}: check {check.name} of {self.function.name}"


def key_of(arguments: Arguments) -> bytes:
    """Return what only equal arguments have in common."""
    return msgspec.msgpack.encode(arguments)


def stream_of(function: str) -> int:
    """Return the number of a function's own stream of random numbers, whatever the seed.

    All checks of a function draw from the same state, so that checks with the same input share a
    call. Other functions draw other numbers, because an input here could be an answer there.
    """
    return zlib.crc32(function.encode())


def _planned_check(check: Check, table: CallTable, memory_bytes: int) -> PlannedCheck:
    rng = np.random.default_rng([OPEN_SEED, stream_of(table.function.name)])
    where = table.where(check)
    arguments = table.arguments_of(check, rng, memory_bytes)
    if not arguments:
        raise CourseError(f"{where}: it makes no call; write at least one `yield call(...)`")
    indices = [table.index_of(each, where) for each in arguments]
    holds = _property_of(check, table.function) if check.kind is Kind.PROPERTY else None
    for index in indices:
        _check_parts(check, table.calls[index], where)
        if holds is not None:
            with running(where, table.exercise.checks_path, seconds=table.exercise.call_s):
                _check_property(holds, table.calls[index], where)
    return PlannedCheck(
        name=check.name,
        kind=check.kind,
        weight=check.weight,
        hidden=check.hidden,
        text=check.text,
        hint=check.hint,
        calls=tuple(indices),
        parts=check.parts,
        holds=holds,
    )


def _property_of(check: Check, function: Function) -> wire.Lambda:
    """Return the expression of a property as a function of the answer and the arguments."""
    parameters = ["answer"]
    for parameter in inspect.signature(function.reference).parameters.values():
        default = "" if parameter.default is parameter.empty else f"={parameter.default!r}"
        parameters.append(f"{parameter.name}{default}")
    return wire.Lambda(", ".join(parameters), check.holds)


def _check_property(holds: wire.Lambda, call: PlannedCall, where: str) -> None:
    try:
        is_so = holds_for(holds, formed(call.expected, expected_of(call)), call)
    except Exception as error:
        raise CourseError(
            f"{where}: {holds.expression!r} raised {error!r}; write an expression of"
            f" {holds.parameters} and np"
        ) from error
    if not is_so:
        raise CourseError(
            f"{where}: {holds.expression!r} is not true of the reference's answer; correct one of"
            " the two"
        )


def _check_parts(check: Check, call: PlannedCall, where: str) -> None:
    parts: Sequence[str] = ()
    if isinstance(call.expected, wire.Mapping):
        parts = call.expected.keys
    elif isinstance(call.expected, wire.Sequence):
        parts = [str(index) for index in range(len(call.expected.items))]
    for part in check.parts:
        if part not in parts:
            names = ", ".join(parts) or "none"
            raise CourseError(f"{where}: the answer has no part {part!r}; its parts are: {names}")


def _calls(check: Check, rng: Rng, memory_bytes: int, where: str, exercise: Exercise) -> list[Call]:
    unknown = set(inspect.signature(check.inputs).parameters) - {"rng", "memory_bytes"}
    if unknown:
        names = ", ".join(sorted(unknown))
        raise CourseError(f"{where}: it takes {names}; it may only take rng and memory_bytes")
    what = f"making the inputs of {check.name}"
    with running(what, exercise.checks_path, seconds=exercise.call_s):
        calls = check.calls(rng, memory_bytes=memory_bytes)
    if len(calls) > MOST_CALLS:
        raise CourseError(f"{where}: it yields more than {MOST_CALLS} calls; let its loop end")
    for each in calls:
        if not isinstance(each, Call):
            raise CourseError(
                f"{where}: it yields {type(each).__name__}, not a call; write `yield call(...)`"
                " with the arguments of the function"
            )
    return calls


def _arguments(call: Call, where: str) -> Arguments:
    args = tuple(packed(value, where) for value in call.args)
    return args, {name: packed(value, where) for name, value in call.kwargs.items()}
