"""Put what a check found into words for the learner.

Of a public check everything is said. Of a hidden one only what cannot carry its inputs or expected
values: no numbers, no texts, no line numbers, no names that the learner's code could have made up.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import Any

import numpy as np

from grader import wire
from grader.compare import Difference, NotFinite, WrongValue
from grader.contents import WrongShape, WrongType
from grader.model import (
    NEUTRAL,
    Died,
    FunctionResult,
    NotCalled,
    NotLoaded,
    Outcome,
    Raised,
    Returned,
    TimedOut,
    Verdict,
)
from grader.plan import PlannedCall, PlannedFunction

SHORT = 100

PYTHON_ERRORS = frozenset(
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException)
)


def outcome_verdict(outcome: Outcome, function: str) -> Verdict | None:
    """The verdict on a call that did not return; None when it did."""
    match outcome:
        case Returned():
            return None
        case Raised(error=error):
            if error.type == "NotImplementedError" and _is_own(error, function):
                return Verdict.NOT_ATTEMPTED
            if error.type in ("MemoryError", "_ArrayMemoryError"):
                return Verdict.OUT_OF_MEMORY
            return Verdict.RAISED
        case TimedOut():
            return Verdict.TIMED_OUT
        case Died():
            return Verdict.DIED
        case NotLoaded():
            return Verdict.NOT_LOADED
        case NotCalled():  # pragma: no branch  # the last kind
            return Verdict.NOT_RUN


def _is_own(error: wire.Error, function: str) -> bool:
    """Whether the function itself, not another one that it calls, raised this."""
    return bool(error.frames) and error.frames[-1].function == function


def outcome_message(outcome: Outcome, function: str, *, hidden: bool) -> str:
    """What befell a call that did not return."""
    match outcome:
        case Raised(error=error):
            return _raised_message(error, function, hidden=hidden)
        case TimedOut(limit=limit, called=True):
            return f"no answer within {limit}; does a loop ever end?"
        case TimedOut(limit=limit):
            return f"not called any more: {limit} used up the time"
        case Died(how=how):
            # How it ended is the learner's choice, and could carry a hidden input.
            return "the Python process ended during the call" if hidden else how
        case NotLoaded(why=why) | NotCalled(why=why):
            return why
        case Returned():  # pragma: no branch  # the last kind
            return ""


def _raised_message(error: wire.Error, function: str, *, hidden: bool) -> str:
    if error.type == "NotImplementedError" and not hidden:
        if _is_own(error, function):
            return f"{function} still raises NotImplementedError"
        inner = error.frames[-1].function if error.frames else "something"
        return f"{function} needs {inner}, which still raises NotImplementedError"
    if error.type in ("MemoryError", "_ArrayMemoryError"):
        return "it asked for more memory than a submission may use; does an array grow too large?"
    if hidden:
        named = error.type in PYTHON_ERRORS
        return f"it raised {error.type}" if named else "it raised an exception"
    text = f"it raised {error.type}" + (f": {error.message}" if error.message else "")
    if error.type == "NameError":
        text += " (is it written, imported, or pasted into the marked cell?)"
    if error.frames:
        frame = error.frames[-1]
        text += f" ({frame.label}, line {frame.line}: {frame.text})"
    return printable(text)


def difference_verdict(difference: Difference, *, imprecise: bool = False) -> Verdict:
    """The verdict on a returned value that differs; `imprecise`: it is right, but not exact."""
    match difference:
        case WrongType():
            return Verdict.WRONG_TYPE
        case WrongShape():
            return Verdict.WRONG_SHAPE
        case NotFinite():
            return Verdict.NOT_FINITE
        case WrongValue():  # pragma: no branch  # the last kind
            return Verdict.IMPRECISE if imprecise else Verdict.WRONG_VALUE


def difference_message(
    difference: Difference, call: PlannedCall, *, hidden: bool, imprecise: bool = False
) -> str:
    """How a returned value differs from the expected one."""
    where = f"answer{difference.path} " if difference.path else ""
    match difference:
        case WrongType(got=got, want=want):
            return f"{where or 'it '}{'is' if where else 'returns'} {got}; {want} is expected"
        case WrongShape():
            return where + _shape_message(difference, call, hidden=hidden)
        case NotFinite():
            if hidden:
                return f"{where}holds nan or inf where a finite number is expected"
            told = f"is {difference.got}, should be {number(difference.want)}"
            counted = _counted(difference, "not finite")
            return f"{where}{_entry(difference.index)}{told}{counted}"
        case WrongValue():  # pragma: no branch  # the last kind
            if hidden and imprecise:
                return f"{where}is right to about six digits, {NOT_EXACT}"
            if hidden:
                return f"{where}holds wrong values"
            return where + _value_message(difference, imprecise=imprecise)


NOT_EXACT = "but not as accurate as float64 allows"


def _shape_message(difference: WrongShape, call: PlannedCall, *, hidden: bool) -> str:
    got, want = difference.got, difference.want
    shown = f"shape {_shape(got)}" if not hidden or _may_show(got, call) else "another shape"
    reason = shape_reason(got, want)
    return f"has {shown}; {_shape(want)} is expected" + (f": {reason}" if reason else "")


def _value_message(difference: WrongValue, *, imprecise: bool) -> str:
    want = difference.want
    got: complex = difference.got if difference.got.imag else difference.got.real
    if not imprecise:
        told = f"is {number(got, want)}, should be {number(want, got)}"
        return f"{_entry(difference.index)}{told}{_counted(difference, 'wrong')}"
    error = abs(got - want)
    off = f"{error / abs(want):.1e} of its value" if want else f"{error:.1e}"
    return f"{_entry(difference.index)}is off by {off}: right, {NOT_EXACT}"


def _counted(difference: NotFinite | WrongValue, what: str) -> str:
    if difference.size == 1:
        return ""
    return f" ({difference.wrong} of {difference.size} entries are {what})"


def shape_reason(got: tuple[int, ...], want: tuple[int, ...]) -> str:
    """The likely reason for a wrong shape, or an empty text."""
    if len(got) == len(want) and got == want[::-1] and got != want:
        return "the axes are swapped"
    if len(got) < len(want) and tuple(size for size in want if size != 1) == got:
        return "an axis of length 1 was dropped"
    if len(got) < len(want) and _is_within(got, want):
        return "an axis was dropped"
    if len(got) > len(want) and tuple(size for size in got if size != 1) == want:
        return "there is an extra axis of length 1"
    if len(got) == len(want) and sorted(got) == sorted(want):
        return "the axes are in another order"
    if len(got) == len(want) == 1:
        return f"there are too {'many' if got > want else 'few'} entries"
    return ""


def _is_within(got: tuple[int, ...], want: tuple[int, ...]) -> bool:
    rest = iter(want)
    return all(size in rest for size in got)


def _may_show(shape: tuple[int, ...], call: PlannedCall) -> bool:
    """Whether a shape holds no size but those that the learner could have from the inputs' shapes.

    Otherwise a hidden input could be returned as the shape of an array.
    """
    sizes = _sizes((*call.args, *call.kwargs.values(), call.expected))
    return len(shape) <= 3 and all(size in sizes for size in shape)


def _sizes(values: tuple[wire.Value, ...]) -> set[int]:
    sizes: set[int] = set()
    for value in values:
        match value:
            case wire.Array(shape=shape):
                sizes.update(shape)
            case wire.Sequence(items=items):
                sizes |= _sizes(items)
            case wire.Mapping(values=items):
                sizes |= _sizes(items)
    return sizes


def _entry(index: tuple[int, ...]) -> str:
    return f"entry {_shape(index)} " if index else "it "


def _shape(shape: tuple[int, ...]) -> str:
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def number(value: complex, other: complex | None = None) -> str:
    """A number in as few digits as tell it from `other` (at least 6 significant ones)."""
    for digits in range(6, 18):
        text = f"{value:.{digits}g}"
        if other is None or text != f"{other:.{digits}g}":
            return text
    return repr(value)


def next_step(functions: Sequence[FunctionResult]) -> str:
    """The one thing to do next; an empty text when there is nothing."""
    for function in functions:
        if function.verdict is Verdict.PASSED:
            continue
        if function.verdict is Verdict.NOT_ATTEMPTED:
            return f"Next: write {function.function}."
        if function.verdict in (Verdict.MISSING, Verdict.NOT_LOADED):
            return f"Next: mend what keeps {function.function} from being found, above."
        if function.verdict is Verdict.GRADER_ERROR:
            continue
        failed = next((c for c in function.checks if c.verdict not in NEUTRAL), None)
        begin = f"; begin with {failed.name} above" if failed is not None else ""
        return f"Next: correct {function.function}{begin}."
    return ""


def printable(text: str) -> str:
    """`text` on one line, without control characters or marks that reorder what is shown."""
    return "".join(c if c.isprintable() else " " for c in text.replace("\n", " / "))


def call_text(function: PlannedFunction, call: PlannedCall) -> str:
    """A call as a learner would type it, or its arguments' shapes when they are long."""
    arguments = [_literal(value) for value in call.args]
    arguments += [f"{name}={_literal(value)}" for name, value in call.kwargs.items()]
    text = f"{function.name}({', '.join(arguments)})"
    if len(text) <= SHORT:
        return text
    arguments = [_outline(value) for value in call.args]
    arguments += [f"{name}={_outline(value)}" for name, value in call.kwargs.items()]
    return f"{function.name}({', '.join(arguments)})"


def _literal(value: wire.Value) -> str:
    match value:
        case wire.Array():
            array = wire.unpack(value)
            return f"np.array({_compact(array)})"
        case wire.Callback(parameters=parameters, expression=expression):
            return f"lambda {parameters}: {expression}"
        case wire.Word(text=text):
            return repr(text)
        case wire.Mapping(keys=keys, values=values):
            inner = ", ".join(f"{k!r}: {_literal(v)}" for k, v in zip(keys, values, strict=True))
            return f"{{{inner}}}"
        case wire.Sequence(kind=kind, items=items):
            inner = ", ".join(map(_literal, items))
            return f"[{inner}]" if kind == "list" else f"({inner},)"
        case wire.NumpyScalar():
            return number(wire.unpack(value))
        case _:
            return repr(value)


def _compact(array: np.ndarray[Any, Any]) -> str:
    return repr(array.tolist())


def _outline(value: wire.Value) -> str:
    if isinstance(value, wire.Array):
        return f"<{' x '.join(map(str, value.shape))} {value.dtype}>"
    return _literal(value) if len(_literal(value)) <= 30 else "..."
