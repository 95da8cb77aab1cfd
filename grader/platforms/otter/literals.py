"""Write values as Python source: the arguments of calls, and the expected answers."""

from __future__ import annotations

import re

import numpy as np

from grader import wire
from grader.plan import PlannedCall


def arguments(call: PlannedCall) -> str:
    """Write the arguments of a call, as they stand between its brackets."""
    args = [literal(value) for value in call.args]
    args += [f"{keyword}={literal(value)}" for keyword, value in call.kwargs.items()]
    return ", ".join(args)


def literal(value: wire.Value) -> str:
    """Write a value as an expression; NumPy is `np`."""
    match value:
        case wire.Array(dtype=dtype, held=held):
            array = np.asarray(wire.unpack(value))
            kind = f"'{dtype}', order='F'" if held == "fortran" else f"'{dtype}'"
            return f"np.array({_with_names(array.tolist())}, dtype={kind}).reshape({array.shape})"
        case wire.NumpyScalar():
            return _with_names(wire.unpack(value).item())
        case wire.Sequence(kind=kind, items=items):
            return f"{kind}([{', '.join(map(literal, items))}])"
        case wire.Mapping(keys=keys, values=values):
            pairs = zip(keys, values, strict=True)
            return "{" + ", ".join(f"{key!r}: {literal(item)}" for key, item in pairs) + "}"
        case wire.Lambda(parameters=parameters, expression=expression):
            return f"(lambda {parameters}: {expression})"
        case wire.Word(text=text):
            return repr(text)
        case float():
            return _with_names(value)
        case _:
            return repr(value)


def _with_names(numbers: object) -> str:
    """Write numbers as source code, with inf and nan as `np.inf` and `np.nan`."""
    return re.sub(r"\b(inf|nan)\b", r"np.\1", repr(numbers))
