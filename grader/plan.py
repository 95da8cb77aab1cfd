"""A course as data: inputs, expected values, tolerances, and the code of the references.

A grading run (all checks) and `exercises/checks.json` (what learners have) use the same form, so a
learner's own check and the instructor's run judge alike. The open inputs depend on the course and
on versions only; a grading run adds sealed ones, drawn from its secret seed.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

import msgspec
import numpy as np

from grader import wire
from grader.errors import UsageError
from grader.model import Kind, Limits

FORMAT = 1
# The file of the public checks of a course, beside its exercises.
CHECKS = "checks.json"
# A call may take so many times what the reference takes: four times what slow code is promised. It
# may always take this, or this share of the course's limit, and never more than that limit.
SLOWNESS = 4_000
LEAST_LIMIT_S, LEAST_SHARE = 0.25, 1 / 8


class PlannedCall(msgspec.Struct, frozen=True):
    """One call: its arguments, the expected answer, and how exact it must be (see course.Terms).

    `cpu_s` is the CPU time in seconds that the reference took when the plan was made, 0 if that is
    not known. No hash and no file that is compared may depend on it.
    """

    args: tuple[wire.Value, ...]
    kwargs: dict[str, wire.Value]
    expected: wire.Value
    magnitude: wire.Value
    growth: float
    loose: float
    tight: float
    cpu_s: float = 0.0

    def limit_s(self, call_cpu_s: float) -> float:
        """Return how much computing an answer may take, in seconds, in a course with this limit.

        A power of two, so that what is told of it seldom depends on how fast the machine was.
        """
        if not self.cpu_s:
            return call_cpu_s
        slow_s = 2.0 ** math.ceil(math.log2(SLOWNESS * self.cpu_s))
        return min(max(LEAST_LIMIT_S, LEAST_SHARE * call_cpu_s, slow_s), call_cpu_s)


class PlannedCheck(msgspec.Struct, frozen=True):
    """One check; `calls` are indices into its function's open calls, `sealed` into the sealed."""

    name: str
    kind: Kind
    weight: float
    hidden: bool
    text: str
    hint: str
    calls: tuple[int, ...]
    # The keys of a dict, or the indices of a tuple, to compare; all if empty.
    parts: tuple[str, ...] = ()
    sealed: tuple[int, ...] = ()


class PlannedMistake(msgspec.Struct, frozen=True):
    """A listed mistake and the message for the learner; how it answers is in `prints`."""

    id: str
    message: str
    # The share of the points that it is worth, if its checks add up to less; with `at_most`, also
    # if they add up to more.
    worth: float | None = None
    at_most: bool = False


class GeneratedMistake(msgspec.Struct, frozen=True, array_like=True):
    """A generated mistake; `text` is the index of its message in the function's `texts`."""

    id: str
    text: int


class PlannedCost(msgspec.Struct, frozen=True):
    """An earlier function, times a factor of the arguments: a function is its derivative."""

    name: str
    factor: wire.Lambda | None = None


class PlannedFunction(msgspec.Struct, frozen=True):
    """One function of an exercise; of `calls`, the open ones, everything may be told."""

    name: str
    points: float
    hint: str
    notice: str
    calls: tuple[PlannedCall, ...]
    checks: tuple[PlannedCheck, ...]
    mistakes: tuple[PlannedMistake, ...] = ()
    # The names of its positional parameters.
    parameters: tuple[str, ...] = ()
    costs: tuple[PlannedCost, ...] = ()
    # The calls of which only pass or fail is told, drawn from the secret seed.
    sealed: tuple[PlannedCall, ...] = ()
    generated: tuple[GeneratedMistake, ...] = ()
    texts: tuple[str, ...] = ()
    # How each mistake answers, the listed ones first: float32 fingerprints of the answers to the
    # open calls, row by row.
    prints: bytes = b""

    @property
    def memory_calls(self) -> tuple[int, ...]:
        """The indices of the calls that only memory checks use."""
        memory, others = set[int](), set[int]()
        for check in self.checks:
            (memory if check.kind is Kind.MEMORY else others).update(check.calls)
        return tuple(sorted(memory - others))


class PlannedExercise(msgspec.Struct, frozen=True):
    """One exercise."""

    slug: str
    title: str
    functions: tuple[PlannedFunction, ...]


# What a wrong answer can be in exactly: the right one with another sign, times a number that is the
# same wherever there is one, with its axes swapped.
Relation: TypeAlias = Literal["sign", "factor", "swapped_axes"]
RELATIONS: tuple[Relation, ...] = get_args(Relation)


class Rules(msgspec.Struct, frozen=True):
    """What verdicts are worth, beside the points of functions and the weights of checks.

    Points follow from stored verdicts by these rules, so nothing is graded again when they change.
    """

    # What a function that is right but for an earlier one gets: this share of what it loses by it.
    follow_through: float = 1.0
    # Points are multiples of this, but for the full points of a function.
    rounding: float = 0.01
    # The share of a function's points that are given for a wrong answer that has this relation.
    worth: dict[str, float] = {}
    # For each function and mistake, the points that an instructor gives to all who made it.
    rubric: dict[str, dict[str, float]] = {}


class Plan(msgspec.Struct, frozen=True):
    """Everything that grading needs except the submissions."""

    format: int
    title: str
    limits: Limits
    exercises: tuple[PlannedExercise, ...]
    # Every exercise of the course, graded this time or not: submissions import from any of them.
    slugs: tuple[str, ...]
    # Every function of the course, for the same reason.
    names: tuple[str, ...]
    rules: Rules = Rules()
    # The code of each exercise's reference, by slug; none for learners.
    references: tuple[tuple[str, str], ...] = ()
    # The secret seed of the sealed inputs, as hexadecimal digits; empty if there are none.
    seed: str = ""
    # For learners: the other checks, to be run on functions whose checks above have passed.
    more: tuple[PlannedExercise, ...] = ()

    @property
    def functions(self) -> dict[str, PlannedFunction]:
        """The functions to grade, by name, in the order of the course."""
        return {f.name: f for exercise in self.exercises for f in exercise.functions}


def plan_json(plan: Plan) -> str:
    """Format a plan as JSON that a person can read, with arrays as nested lists, one to a line.

    Nothing sealed is in it.
    """
    document = msgspec.to_builtins(plan)
    del document["seed"], document["references"]
    exercises = zip(
        (*plan.exercises, *plan.more), (*document["exercises"], *document["more"]), strict=True
    )
    for planned, exercise in exercises:
        for function, written in zip(planned.functions, exercise["functions"], strict=True):
            written["calls"] = [_readable_call(call) for call in function.calls]
            for item in (written, *written["checks"]):
                del item["sealed"]
    return _indented(document) + "\n"


def plan_from_json(text: str | bytes, where: str) -> Plan:
    """Read the plan in a checks.json; UsageError if it is not one. `where` names it in errors."""
    remedy = "reinstall the grader, or copy checks.json from the exercises' folder again"
    try:
        document = json.loads(text)
        for exercise in (*document["exercises"], *document.get("more", ())):
            for function in exercise["functions"]:
                function["calls"] = [_call_of(call) for call in function["calls"]]
        plan = msgspec.convert(document, Plan)
    except (
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        RecursionError,
        msgspec.MsgspecError,
    ) as error:
        raise UsageError(f"{where} is not a file of checks ({error}); {remedy}") from error
    if plan.format != FORMAT:
        raise UsageError(f"{where} has format {plan.format}, this grader reads {FORMAT}; {remedy}")
    return plan


def read_plan(path: Path) -> Plan:
    """Read the plan in the file `path`. UsageError if it cannot be read or is not a plan."""
    try:
        return plan_from_json(path.read_bytes(), str(path))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error


def _readable_call(call: PlannedCall) -> dict[str, Any]:
    return {
        "args": [readable(value) for value in call.args],
        "kwargs": {name: readable(value) for name, value in call.kwargs.items()},
        "expected": readable(call.expected),
        "magnitude": readable(call.magnitude),
        "growth": call.growth,
        "loose": call.loose,
        "tight": call.tight,
    }


def _call_of(call: dict[str, Any]) -> PlannedCall:
    return PlannedCall(
        args=tuple(value_from(value) for value in call["args"]),
        kwargs={name: value_from(value) for name, value in call["kwargs"].items()},
        expected=value_from(call["expected"]),
        magnitude=value_from(call["magnitude"]),
        growth=float(call["growth"]),
        loose=float(call["loose"]),
        tight=float(call["tight"]),
    )


def readable(value: wire.Value) -> Any:
    """Return a value as plain JSON: a number as it is, anything else as an object."""
    match value:
        case wire.Array(dtype=dtype, held=held):
            order = {"order": "F"} if held == "fortran" else {}
            return {"array": _numbers(wire.unpack(value).tolist()), "dtype": dtype, **order}
        case wire.NumpyScalar(dtype=dtype):
            return {"scalar": _numbers(wire.unpack(value).tolist()), "dtype": dtype}
        case wire.Opaque(kind=kind):
            return {"opaque": kind}
        case wire.Oversized(dtype=dtype, shape=shape):
            return {"oversized": list(shape), "dtype": dtype}
        case wire.Sequence(kind=kind, items=items):
            return {kind: [readable(item) for item in items]}
        case wire.Mapping(keys=keys, values=values):
            return {"dict": {k: readable(v) for k, v in zip(keys, values, strict=True)}}
        case wire.Lambda(parameters=parameters, expression=expression):
            return {"lambda": [parameters, expression]}
        case wire.Word(text=text):
            return {"text": text}
        case float():
            return _number(value)
        case _:
            return value


def _number(number: float) -> float | str:
    return number if math.isfinite(number) else str(number)


def _numbers(nested: Any) -> Any:
    return [_numbers(item) for item in nested] if isinstance(nested, list) else _number(nested)


def _floats(nested: Any) -> Any:
    return [_floats(item) for item in nested] if isinstance(nested, list) else float(nested)


def value_from(value: Any) -> wire.Value:
    """Return the value that `readable` wrote; ValueError for anything else."""
    match value:
        case {"array": numbers, "dtype": str(dtype)} if dtype in wire.PLAIN_DTYPES:
            array = wire.pack(np.array(_floats(numbers)).astype(dtype))
            if "order" in value and isinstance(array, wire.Array):
                return msgspec.structs.replace(array, held="fortran")
            return array
        case {"scalar": number, "dtype": str(dtype)} if dtype in wire.PLAIN_DTYPES:
            return wire.pack(np.array(_floats(number)).astype(dtype)[()])
        case {"opaque": str(kind)}:
            return wire.Opaque(kind)  # type: ignore[arg-type]  # shown only if it is known
        case {"oversized": list(shape), "dtype": str(dtype)}:
            return wire.Oversized(dtype, tuple(map(int, shape)))
        case {"list": items}:
            return wire.Sequence("list", tuple(value_from(item) for item in items))
        case {"tuple": items}:
            return wire.Sequence("tuple", tuple(value_from(item) for item in items))
        case {"dict": items}:
            return wire.Mapping(tuple(items), tuple(value_from(item) for item in items.values()))
        case {"lambda": [str(parameters), str(expression)]}:
            return wire.Lambda(parameters, expression)
        case {"text": str(text)}:
            return wire.Word(text)
        case "inf" | "-inf" | "nan":
            return float(value)
        case bool() | int() | float() | None:
            return value
    raise ValueError(f"not a value: {str(value)[:80]}")


def _indented(value: Any, depth: int = 0) -> str:
    """Format as JSON, indented by one space; short values and rows of numbers on one line."""
    line = json.dumps(value, ensure_ascii=False)
    pad = " " * depth
    row = isinstance(value, list | tuple) and all(
        isinstance(item, int | float | str) for item in value
    )
    if len(pad) + len(line) <= 100 or not isinstance(value, dict | list | tuple) or row:
        return line
    inner = " " * (depth + 1)
    if isinstance(value, dict):
        rows = [f"{json.dumps(key)}: {_indented(item, depth + 1)}" for key, item in value.items()]
        return "{\n" + ",\n".join(inner + row for row in rows) + "\n" + pad + "}"
    return "[\n" + ",\n".join(inner + _indented(v, depth + 1) for v in value) + "\n" + pad + "]"
