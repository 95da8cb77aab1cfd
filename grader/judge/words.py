"""Put the results of checks into words for the learner."""

from __future__ import annotations

from collections.abc import Sequence

from grader import wire
from grader.judge.code import literal, names_of
from grader.judge.compare import Difference, NotFinite, NotSo, WrongText, WrongValue
from grader.judge.exceptions import exception_text
from grader.judge.expected import Index
from grader.judge.numbers import WrongKeys, WrongShape, WrongType
from grader.model import (
    NEUTRAL,
    Died,
    Failure,
    FunctionResult,
    NotCalled,
    NotLoaded,
    Raised,
    TimedOut,
    Verdict,
)
from grader.plan import PlannedCall, PlannedFunction

SHORT = 100
MOST_KEYS = 5
NOT_EXACT = "but not as accurate as float64 allows"


def message_of(
    problem: Failure | Difference, function: PlannedFunction, call: PlannedCall, *, imprecise: bool
) -> str:
    """Describe what a check found in one open call, in full, with the call as one would type it.

    `imprecise`: the numbers are right, but not exact.
    """
    return f"{call_text(function, call)}: {_full(problem, function, imprecise=imprecise)}"


def _full(problem: Failure | Difference, function: PlannedFunction, *, imprecise: bool) -> str:
    match problem:
        case Raised(error=error, why=why):
            return exception_text(error, function, why)
        case TimedOut(limit=limit, called=True):
            return f"no answer within {limit}; does a loop ever end?"
        case TimedOut(limit=limit):
            return f"not called any more: {limit} used up the time"
        case Died(how=how):
            return how
        case NotLoaded(why=why) | NotCalled(why=why):
            return why
        case WrongType(path=path, got=got, want=want):
            where = _part(path)
            return f"{where or 'it '}{'is' if where else 'returns'} {got}; {want} is expected"
        case WrongShape(path=path, got=got, want=want):
            return f"{_part(path)}has shape {_shape(got)}; {_expected_shape(got, want)}"
        case WrongText(path=path, got=text, want=right):
            return f"{_part(path) or 'it '}is {_quoted(text)}, should be {_quoted(right)}"
        case WrongKeys(path=path):
            return _keys_message(problem)
        case NotSo():
            return "that is not true of the answer"
        case NotFinite(path=path, index=index, got=got, want=want):
            counted = _counted(problem, "not finite")
            return f"{_part(path)}{_entry(index)}is {got}, should be {number(want)}{counted}"
        case WrongValue(path=path):  # pragma: no branch  # the last kind
            return _part(path) + _value_message(problem, imprecise=imprecise)


def changed_text(function: PlannedFunction, call: PlannedCall, changed: Sequence[int]) -> str:
    """Say which arguments a call has changed, by name, and what to do instead."""
    names = [*names_of(function, call), *call.kwargs]
    told = [names[index] for index in changed if 0 <= index < len(names)]
    if not told:
        return "it changes what an earlier call has returned; return a new array each time"
    words = f"its argument {told[0]}" if len(told) == 1 else f"its arguments {', '.join(told)}"
    return f"it changes {words}; work on a copy, or on a new array"


def _part(path: str) -> str:
    """Name the part of an answer that a message is about; empty if it has no parts."""
    return f"answer{path} " if path else ""


def _expected_shape(got: Index, want: Index) -> str:
    reason = shape_reason(got, want)
    return f"{_shape(want)} is expected" + (f": {reason}" if reason else "")


def _value_message(difference: WrongValue, *, imprecise: bool) -> str:
    want = difference.want
    got: complex = difference.got if difference.got.imag else difference.got.real
    if not imprecise and difference.holds == "bool" and got in (0, 1):
        message = f"is {bool(got)}, should be {bool(want)}"
        return f"{_entry(difference.index)}{message}{_counted(difference, 'wrong')}"
    if not imprecise:
        message = f"is {number(got, want)}, should be {number(want, got)}"
        return f"{_entry(difference.index)}{message}{_counted(difference, 'wrong')}"
    error = abs(got - want)
    off = f"{error / abs(want):.1e} of its value" if want else f"{error:.1e}"
    return f"{_entry(difference.index)}is off by {off}: right, {NOT_EXACT}"


def _keys_message(problem: WrongKeys) -> str:
    """Say which keys a dict lacks, and which it should not have."""
    told = [
        f"{words} {', '.join(map(_quoted, keys[:MOST_KEYS]))}"
        + (f" and {len(keys) - MOST_KEYS} more" if len(keys) > MOST_KEYS else "")
        for words, keys in (("lacks the keys", problem.missing), ("should not have", problem.extra))
        if keys
    ]
    return f"{_part(problem.path) or 'the dict '}{' and '.join(told)}"


def _quoted(text: str) -> str:
    """Write a text as in Python, cut off where it is long."""
    return repr(text if len(text) <= SHORT else f"{text[:SHORT]}…")


def _counted(difference: NotFinite | WrongValue, what: str) -> str:
    if difference.size == 1:
        return ""
    return f" ({difference.wrong} of {difference.size} entries are {what})"


def shape_reason(got: tuple[int, ...], want: tuple[int, ...]) -> str:
    """Name the likely reason for a wrong shape; empty if none is likely."""
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


def _entry(index: tuple[int, ...]) -> str:
    return f"entry {_shape(index)} " if index else "it "


def _shape(shape: tuple[int, ...]) -> str:
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def number(value: complex, other: complex | None = None) -> str:
    """Format a number with at least 6 significant digits, and enough to differ from `other`."""
    for digits in range(6, 18):
        text = f"{value:.{digits}g}"
        if other is None or text != f"{other:.{digits}g}":
            return text
    return repr(value)


def next_step(functions: Sequence[FunctionResult], *, where: str = "above") -> str:
    """Say which one thing to do next; an empty text when there is nothing.

    `where` the errors are told: above this sentence, or below it.
    """
    for function in functions:
        if function.verdict is Verdict.PASSED:
            continue
        if function.verdict is Verdict.NOT_ATTEMPTED:
            return f"Next: write {function.function}."
        if function.verdict in (Verdict.MISSING, Verdict.NOT_LOADED):
            return f"Next: fix the error {where}; it stops {function.function} from being loaded."
        if function.verdict is Verdict.GRADER_ERROR:
            continue
        failing = [check for check in function.checks if check.verdict not in NEUTRAL]
        # That of which the function's own verdict is.
        failed = min(failing, key=lambda c: c.verdict is not function.verdict, default=None)
        begin = f"; begin with {failed.name} {where}" if failed is not None else ""
        return f"Next: correct {function.function}{begin}."
    return ""


def call_text(function: PlannedFunction, call: PlannedCall) -> str:
    """Write a call as a learner would type it, or with the shapes of long arguments."""
    arguments = [literal(value) for value in call.args]
    arguments += [f"{name}={literal(value)}" for name, value in call.kwargs.items()]
    text = f"{function.name}({', '.join(arguments)})"
    if len(text) <= SHORT:
        return text
    arguments = [_outline(value) for value in call.args]
    arguments += [f"{name}={_outline(value)}" for name, value in call.kwargs.items()]
    return f"{function.name}({', '.join(arguments)})"


def _outline(value: wire.Value) -> str:
    if isinstance(value, wire.Array):
        return f"<{' x '.join(map(str, value.shape))} {value.dtype}>"
    return literal(value) if len(literal(value)) <= 30 else "..."
