"""Ask a reference for its answer to a call, and its terms for how exact an answer must be."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np

from grader import wire
from grader.course.checks import Callback, Terms
from grader.course.folder import Exercise, Function
from grader.course.running import line_of, running
from grader.errors import CourseError
from grader.plan import PlannedCall

Arguments: TypeAlias = tuple[tuple[wire.Value, ...], dict[str, wire.Value]]

NUMBERS = "biuf"
# A sum of magnitudes may be less than that of the answer by rounding only.
LEAST_MAGNITUDE = 1 - 1e-9


def planned_call(
    exercise: Exercise, function: Function, arguments: Arguments, where: str
) -> PlannedCall:
    """Return a call with the reference's answer to it, and how exact that must be.

    `where` says which check makes the call. CourseError when the reference or its terms fail, or
    when no tolerance follows from what they return.
    """
    args, kwargs = arguments
    expected, cpu_s = _answer(exercise, function, arguments, where)
    terms = _terms(exercise, function, expected, arguments, where)
    return PlannedCall(
        args=args,
        kwargs=kwargs,
        expected=packed(expected, where),
        magnitude=packed(terms.magnitude, where),
        growth=float(terms.growth),
        loose=float(terms.loose),
        tight=float(terms.tight),
        cpu_s=cpu_s,
        exact_keys=function.exact_keys,
        equal_up_to=function.equal_up_to,
    )


def _unpacked(arguments: Arguments) -> tuple[list[Any], dict[str, Any]]:
    args, kwargs = arguments
    return [wire.unpack(a) for a in args], {k: wire.unpack(v) for k, v in kwargs.items()}


def _answer(
    exercise: Exercise, function: Function, arguments: Arguments, where: str
) -> tuple[Any, float]:
    """Return the reference's answer, and the CPU time in seconds that it took."""
    what = f"the reference of {function.name} ({where})"
    taken_s = []
    with (
        running(what, exercise.reference_path, seconds=exercise.call_s),
        np.errstate(all="ignore"),
    ):
        # The first call of all pays for what is made at first use.
        for _ in range(2):
            positional, named = _unpacked(arguments)
            began_s = time.process_time()
            expected = function.reference(*positional, **named)
            taken_s.append(time.process_time() - began_s)
    for leaf in _leaves(expected):
        is_number = np.asarray(leaf).dtype.kind in NUMBERS
        if expected is None or not (is_number or leaf is None or isinstance(leaf, str)):
            raise CourseError(
                f"{exercise.reference_path}{line_of(function.reference)}: {function.name} returns"
                f" {_kind(leaf)}, which cannot be compared ({where}); let it return an array of"
                " real numbers, a number, a text, or a tuple, list or dict of these"
            )
    return expected, min(taken_s)


def _terms(
    exercise: Exercise, function: Function, expected: Any, arguments: Arguments, where: str
) -> Terms:
    """Return the terms of an answer. Arguments are fresh: a reference may have changed its own."""
    if function.terms_of is None:
        for problem in _magnitude_problems(expected, None, ""):
            raise CourseError(
                f"{exercise.checks_path}: {function.name} has no @{function.name}.terms; add it, to"
                f" set the tolerances: {problem} ({where})"
            )
        return Terms(magnitude=None)
    at = f"{exercise.checks_path}{line_of(function.terms_of)}: the terms of {function.name}"
    positional, named = _unpacked(arguments)
    with (
        running(
            f"the terms of {function.name} ({where})",
            exercise.checks_path,
            seconds=exercise.call_s,
        ),
        np.errstate(all="ignore"),
    ):
        terms: object = function.terms_of(expected, *positional, **named)
    if not isinstance(terms, Terms):
        raise CourseError(
            f"{at} return {_kind(terms)}; write `return Terms(magnitude=..., growth=...)`"
        )
    for name in ("growth", "loose", "tight"):
        number, least = getattr(terms, name), 1 if name == "growth" else 0
        is_number = isinstance(number, int | float | np.number) and np.isfinite(number)
        if not is_number or number < least or number == 0:
            bound = "at least 1" if least else "more than 0"
            raise CourseError(f"{at}: {name} is {number}; make it finite, {bound} ({where})")
    for problem in _magnitude_problems(expected, terms.magnitude, ""):
        raise CourseError(f"{at}: {problem} ({where})")
    return terms


def _leaves(value: Any) -> Iterator[Any]:
    """Yield the arrays and numbers in an answer."""
    if isinstance(value, dict | list | tuple):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _leaves(part)
    else:
        yield value


def _kind(value: object) -> str:
    """Return what a value is, in words."""
    if isinstance(value, np.ndarray):
        return f"an array of {value.dtype}"
    return "nothing" if value is None else f"a value of type {type(value).__name__}"


def _magnitude_problems(answer: Any, magnitude: Any, path: str) -> Iterator[str]:
    """Yield what keeps a tolerance from following from a magnitude (S0); None: there is none."""
    if magnitude is None:
        for leaf in _leaves(answer):
            yield from _inexact(leaf, path)
    elif answer is None or isinstance(answer, str):
        yield f"magnitude{path} is given for {_kind(answer)}, which must be equal; make it None"
    elif (
        isinstance(answer, dict)
        and isinstance(magnitude, dict)
        and answer.keys() == magnitude.keys()
    ):
        for key in answer:
            yield from _magnitude_problems(answer[key], magnitude[key], f"{path}[{key!r}]")
    elif isinstance(answer, tuple | list) and (
        isinstance(magnitude, tuple | list) and len(answer) == len(magnitude)
    ):
        for index, (part, size) in enumerate(zip(answer, magnitude, strict=True)):
            yield from _magnitude_problems(part, size, f"{path}[{index}]")
    elif isinstance(answer, dict | tuple | list) or isinstance(magnitude, dict | tuple | list):
        yield f"magnitude{path} has other parts than the answer; give it the same ones"
    else:
        yield from _size_problems(np.asarray(answer), np.asarray(magnitude), path)


def _inexact(leaf: Any, path: str) -> Iterator[str]:
    """Yield why a part of an answer cannot be compared for equality."""
    numbers = np.asarray(0 if leaf is None or isinstance(leaf, str) else leaf)
    if numbers.dtype.kind == "f":
        yield f"magnitude{path} is None, and the answer holds floats, which are never quite equal"
    elif numbers.dtype.kind in "iu" and (np.abs(numbers.astype(np.float64)) >= 2**53).any():
        yield f"the answer{path} holds whole numbers of 2**53 or more, which cannot be compared"


def _size_problems(answer: np.ndarray, magnitude: np.ndarray, path: str) -> Iterator[str]:
    if magnitude.dtype.kind not in NUMBERS:
        yield f"magnitude{path} is {_kind(magnitude)}; give it real numbers"
        return
    try:
        sizes = np.broadcast_to(np.abs(magnitude), answer.shape)
    except ValueError:
        yield (
            f"magnitude{path} has shape {magnitude.shape}, the answer has shape {answer.shape};"
            " give S0 for each entry of the answer"
        )
        return
    finite = np.isfinite(answer)
    for is_wrong, what in (
        (~np.isfinite(sizes), "is not finite"),
        (sizes < LEAST_MAGNITUDE * np.abs(answer), "is less than the answer"),
    ):
        wrong = np.argwhere(is_wrong & finite)
        if len(wrong):
            entry = tuple(map(int, wrong[0]))
            yield (
                f"magnitude{path} {what} at {entry}: {sizes[entry]:g} for {answer[entry]:g};"
                " S0 is the sum of the magnitudes of all terms of an entry"
            )
            return


def packed(value: object, where: str) -> wire.Value:
    """Return a value in the form in which it crosses the wall; CourseError if it cannot."""
    if isinstance(value, Callback):
        return wire.Lambda(value.parameters, value.expression)
    if isinstance(value, wire.Array):
        return value
    found = _plain(wire.pack(value))
    if isinstance(found, wire.Opaque | wire.Oversized):
        raise CourseError(
            f"{where}: {type(value).__name__} cannot be sent to a learner's process"
            " (arrays, numbers, texts of up to 300 characters, lists, tuples, dicts with text"
            " keys and Callback can)"
        )
    return found


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
