"""Tell how a call raised: the lines of the learner's files, and what the names there held."""

from __future__ import annotations

import builtins
import inspect
import re
import types
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from itertools import islice

import numpy as np

from grader import wire

MAX_FRAMES = 5
MAX_HELD = 6
MAX_NAME = 40
# Of an expression that goes over many lines, so many are searched for names.
MAX_LINES = 20
# An expression of these has a frame of its own, which nobody would call a function.
_PARTS = ("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>", "<locals>", "<module>")
# A name, but no attribute.
_NAME = re.compile(r"(?<![\w.])[^\W\d]\w*")
_KNOWN = (np.ndarray, list, tuple, dict, str, int, float, np.float64)

# Returns the label under which a frame's file was handed in; empty for other code.
LabelOf = Callable[[types.FrameType], str]
# Returns a line of a file, by its code's file name and the line's number.
LineOf = Callable[[str, int], str]


def raised(error: BaseException, label_of: LabelOf, line_of: LineOf) -> wire.Error:
    """Describe an exception: nothing of the learner's is evaluated for it."""
    frames: list[wire.TracebackLine] = []
    trace, last = error.__traceback__, None
    while trace is not None:
        if label := label_of(trace.tb_frame):
            line = _line(trace, label, line_of)
            if frames and trace.tb_frame.f_code.co_name in _PARTS:
                # A comprehension runs within a line of its function.
                frames = frames[:-1] if frames[-1].function == line.function else frames
            frames.append(line)
            last = trace
        trace = trace.tb_next
    if last is None:
        return wire.error_of(error)
    held = tuple(islice(_held(last, line_of), MAX_HELD))
    return wire.error_of(error, tuple(frames[-MAX_FRAMES:]), held, _meant(error, last.tb_frame))


def _line(trace: types.TracebackType, label: str, line_of: LineOf) -> wire.TracebackLine:
    code = trace.tb_frame.f_code
    text = line_of(code.co_filename, trace.tb_lineno).strip()
    owners = [part for part in code.co_qualname.split(".") if part not in _PARTS]
    name = owners[-1] if owners else ""
    return wire.TracebackLine(
        wire.clean(label, 300), trace.tb_lineno, wire.clean(name, 300), wire.clean(text, 300)
    )


def _held(trace: types.TracebackType, line_of: LineOf) -> Iterable[wire.Held]:
    """Yield what the local variables held that the failing expression names."""
    frame = trace.tb_frame
    # Elsewhere than in a function, the mapping of names may be of a class of the learner's.
    if not frame.f_code.co_flags & inspect.CO_OPTIMIZED:
        return
    values = frame.f_locals
    for name in dict.fromkeys(_NAME.findall(_expression(trace, line_of))):
        if name in values and len(name) <= MAX_NAME and (held := _of(name, values[name])):
            yield held


def _of(name: str, value: object) -> wire.Held | None:
    kind = type(value)
    if kind is np.ndarray:
        shape = value.shape  # type: ignore[attr-defined]  # mypy does not narrow through type()
        return wire.Held(name, "array", shape) if len(shape) <= wire.MAX_DIMENSIONS else None
    if kind is int or kind is float or kind is np.float64:
        return wire.Held(name, "number")
    if kind is list:
        return wire.Held(name, "list", (len(value),))  # type: ignore[arg-type]
    if kind is tuple:
        return wire.Held(name, "tuple", (len(value),))  # type: ignore[arg-type]
    return wire.Held(name, "None") if value is None else None


def _expression(trace: types.TracebackType, line_of: LineOf) -> str:
    """Return the text of the expression that raised; empty where Python does not know it."""
    code = trace.tb_frame.f_code
    positions = next(islice(code.co_positions(), trace.tb_lasti // 2, None), (None,) * 4)
    first, end, column, end_column = positions
    if first is None or end is None or end - first > MAX_LINES:
        return ""
    # Columns count bytes.
    lines = [line_of(code.co_filename, n).encode() for n in range(first, end + 1)]
    lines[-1] = lines[-1][:end_column]
    lines[0] = lines[0][column:]
    return b" ".join(lines).decode("utf-8", "replace")


def _meant(error: BaseException, frame: types.FrameType) -> str:
    """Return the known name that is nearest to an unknown one, or an empty text.

    Python itself says so only where it prints a traceback, and not in all versions alike.
    """
    known: Iterable[object]
    if type(error) is NameError:
        known = (*frame.f_locals, *frame.f_globals, *vars(builtins))
    elif type(error) is AttributeError and type(error.obj) is types.ModuleType:
        known = vars(error.obj)
    elif type(error) is AttributeError and any(type(error.obj) is kind for kind in _KNOWN):
        known = dir(type(error.obj))
    else:
        return ""
    name = error.name
    names = [k for k in known if type(k) is str and len(k) <= MAX_NAME and _NAME.fullmatch(k)]
    if type(name) is not str or name in names:
        return ""
    same = [one for one in names if one.casefold() == name.casefold()]
    return (same or get_close_matches(name, names, n=1) or [""])[0]
