"""Write a call as Python code: its arguments exactly, whatever their size."""

from __future__ import annotations

from pprint import pformat

import numpy as np

from grader import wire
from grader.plan import PlannedCall, PlannedFunction

WIDTH = 79
# What a dtype need not be named for: np.array makes it of what tolist() gives.
_BY_ITSELF = ("float64", "int64", "bool", "complex128")


def call_code(function: PlannedFunction, call: PlannedCall, *, module: str = "") -> str:
    """Return a call as lines to paste into a prompt, each argument under its parameter's name.

    `module` is where the function is to be imported from; empty in its own notebook.
    """
    lines = ["import numpy as np"]
    if module:
        lines.append(f"from {module} import {function.name}")
    names = names_of(function, call)
    for name, value in (*zip(names, call.args, strict=True), *call.kwargs.items()):
        lines.append(f"{name} = {_laid_out(value, len(name) + 3)}")
    passed = [*names, *(f"{name}={name}" for name in call.kwargs)]
    return "\n".join([*lines, f"{function.name}({', '.join(passed)})"])


def names_of(function: PlannedFunction, call: PlannedCall) -> list[str]:
    """Return a name for each argument that a call gives by position; for *args a made-up one."""
    free = [f"argument_{number}" for number in range(1, 1 + len(call.args))]
    return [*function.parameters[: len(call.args)], *free[len(function.parameters) :]]


def literal(value: wire.Value) -> str:
    """Write a value on one line."""
    match value:
        case wire.Array():
            return f"np.array({_numbers(value)}{_options(value)})"
        case wire.Lambda(parameters=parameters, expression=expression):
            return f"lambda {parameters}: {expression}"
        case wire.Word(text=text):
            return repr(text)
        case wire.Mapping(keys=keys, values=values):
            inner = ", ".join(f"{k!r}: {literal(v)}" for k, v in zip(keys, values, strict=True))
            return f"{{{inner}}}"
        case wire.Sequence(kind=kind, items=items):
            inner = ", ".join(map(literal, items))
            return f"[{inner}]" if kind == "list" else f"({inner},)"
        case wire.NumpyScalar():
            return _named(repr(wire.unpack(value)))
        case _:
            return _named(repr(value))


def _laid_out(value: wire.Value, column: int) -> str:
    """Write a value on as many lines as it needs, the first of which begins at this column."""
    line = literal(value)
    if column + len(line) < WIDTH:
        return line
    match value:
        case wire.Array():
            indent = "\n" + " " * (column + len("np.array("))
            options = f"{_options(value)})"
            width = WIDTH - len(indent) - len(options)
            text = pformat(wire.unpack(value).tolist(), width=width, compact=True)
            return f"np.array({_named(text).replace(chr(10), indent)}{options}"
        case wire.Mapping(keys=keys, values=values):
            pairs = zip(keys, values, strict=True)
            lines = [f"    {k!r}: {_laid_out(v, len(repr(k)) + 6)},\n" for k, v in pairs]
            return "{\n" + "".join(lines) + "}"
        case _:
            return line


def _numbers(array: wire.Array) -> str:
    return _named(repr(wire.unpack(array).tolist()))


def _options(array: wire.Array) -> str:
    """Return what np.array must be told besides the numbers."""
    values: np.ndarray = wire.unpack(array)
    by_itself = array.dtype in _BY_ITSELF and values.size
    dtype = "" if by_itself else f", dtype=np.{array.dtype}"
    # A list cannot say that there are no rows of three.
    shape = "" if values.size or values.ndim < 2 else f").reshape({values.shape}"
    order = ', order="F"' if array.held == "fortran" else ""
    return f"{dtype}{order}{shape}"


def _named(numbers: str) -> str:
    """Replace what Python writes for numbers that it has no literal of."""
    return numbers.replace("nan", "np.nan").replace("inf", "np.inf")
