"""Read and write a plan as JSON: `exercises/checks.json`, which learners have.

Numbers stay numbers and arrays nested lists, so that a person can read what is checked.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from grader import wire
from grader.errors import UsageError
from grader.plan import FORMAT, EqualUpTo, Plan, PlannedCall

# The file of the public checks of a course, beside its exercises.
CHECKS = "checks.json"


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
            for item in written["checks"]:
                if item["holds"] is None:
                    del item["holds"]
                if not item["given"]:
                    del item["given"]
    return _indented(document) + "\n"


def plan_from_json(text: str | bytes, where: str) -> Plan:
    """Read the plan in a checks.json; UsageError if it is not one. `where` names it in errors."""
    remedy = "reinstall the grader, or copy checks.json from the exercises' folder again"
    try:
        document = msgspec.json.decode(text)
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
        **({"exact_keys": True} if call.exact_keys else {}),
        **({"equal_up_to": call.equal_up_to} if call.equal_up_to != "nothing" else {}),
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
        exact_keys=bool(call.get("exact_keys", False)),
        equal_up_to=msgspec.convert(call.get("equal_up_to", "nothing"), EqualUpTo),
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
