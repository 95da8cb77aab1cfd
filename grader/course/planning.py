"""Turn a course into a plan: draw the open inputs and compute the references' answers to them.

All of that depends on the course and on versions only, and may be told. The sealed inputs are added
by `grader.course.sealing`.
"""

from __future__ import annotations

import ast
import inspect
import time
import zlib
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import msgspec
import numpy as np

from grader import wire
from grader.course.checks import Call, Callback, Check, Rng, Terms
from grader.course.folder import Course, Exercise, Function
from grader.course.mistakes import only_passing, with_mistakes
from grader.errors import CourseError, UsageError
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

Arguments: TypeAlias = tuple[tuple[wire.Value, ...], dict[str, wire.Value]]


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
            self.calls.append(_planned_call(self.function, *arguments, where))
        return self._indices[key]

    def has(self, arguments: Arguments) -> bool:
        """Return whether there is a call with these arguments."""
        return key_of(arguments) in self._indices

    def arguments_of(self, check: Check, rng: Rng, memory_bytes: int) -> list[Arguments]:
        """Return the arguments of a check's calls, in the form in which they cross the wall."""
        where = self.where(check)
        return [_arguments(call, where) for call in _calls(check, rng, memory_bytes, where)]

    def where(self, check: Check) -> str:
        """Return the beginning of a message about a check."""
        return f"{self.exercise.checks_path}: check {check.name} of {self.function.name}"


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
    indices = [table.index_of(each, where) for each in arguments]
    for index in indices:
        _check_parts(check, table.calls[index], where)
    if not indices:
        raise CourseError(f"{where}: it makes no call; yield at least one")
    return PlannedCheck(
        name=check.name,
        kind=check.kind,
        weight=check.weight,
        hidden=check.hidden,
        text=check.text,
        hint=check.hint,
        calls=tuple(indices),
        parts=check.parts,
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


def _calls(check: Check, rng: np.random.Generator, memory_bytes: int, where: str) -> list[Call]:
    unknown = set(inspect.signature(check.inputs).parameters) - {"rng", "memory_bytes"}
    if unknown:
        names = ", ".join(sorted(unknown))
        raise CourseError(f"{where}: it takes {names}; it may only take rng and memory_bytes")
    try:
        return check.calls(rng, memory_bytes=memory_bytes)
    except Exception as error:
        raise CourseError(f"{where}: making its inputs raised {error!r}") from error


def _planned_call(
    function: Function, args: tuple[wire.Value, ...], kwargs: dict[str, wire.Value], where: str
) -> PlannedCall:
    def arguments() -> tuple[list[Any], dict[str, Any]]:
        return [wire.unpack(a) for a in args], {k: wire.unpack(v) for k, v in kwargs.items()}

    try:
        with np.errstate(all="ignore"):
            taken_s = []
            # The first call of all pays for what is made at first use.
            for _ in range(2):
                positional, named = arguments()
                began_s = time.process_time()
                expected = function.reference(*positional, **named)
                taken_s.append(time.process_time() - began_s)
            # Fresh arguments: the reference may have changed its own.
            positional, named = arguments()
            terms: Terms = function.terms_of(expected, *positional, **named)
    except Exception as error:
        raise CourseError(f"{where}: the reference or its terms raised {error!r}") from error
    growth = float(terms.growth)
    if not (np.isfinite(growth) and growth >= 1):
        raise CourseError(f"{where}: the growth factor is {growth}; make it finite, at least 1")
    return PlannedCall(
        args=args,
        kwargs=kwargs,
        expected=_packed(expected, where),
        magnitude=_packed(terms.magnitude, where),
        growth=growth,
        loose=terms.loose,
        tight=terms.tight,
        cpu_s=min(taken_s),
    )


def _arguments(call: Call, where: str) -> Arguments:
    args = tuple(_packed(value, where) for value in call.args)
    return args, {name: _packed(value, where) for name, value in call.kwargs.items()}


def _packed(value: object, where: str) -> wire.Value:
    if isinstance(value, Callback):
        return wire.Lambda(value.parameters, value.expression)
    if isinstance(value, str):
        return wire.Word(value)
    if isinstance(value, wire.Array):
        return value
    packed = _plain(wire.pack(value))
    if isinstance(packed, wire.Opaque | wire.Oversized):
        raise CourseError(
            f"{where}: {type(value).__name__} cannot be sent to a learner's process"
            " (arrays, numbers, texts, lists, tuples, dicts with text keys and Callback can)"
        )
    return packed


def _plain(value: wire.Value) -> wire.Value:
    """Replace NumPy's float64 scalars by Python's floats, as JSON gives them back."""
    match value:
        case wire.NumpyScalar(dtype="float64"):
            return float(wire.unpack(value))
        case wire.Sequence(kind=kind, items=items):
            return wire.Sequence(kind, tuple(map(_plain, items)))
        case wire.Mapping(keys=keys, values=values):
            return wire.Mapping(keys, tuple(map(_plain, values)))
    return value
