"""Find what docstrings promise, in Examples and Edge cases, and which public checks show it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader import wire
from grader.course.folder import Course, Exercise, Function
from grader.plan import Plan, PlannedCall, PlannedFunction

SECTIONS = ("Examples:", "Edge cases:")
# A list of numbers: fractions, logarithms ("-ln 2") and decimals that may have been cut off.
_LIST = re.compile(r"(?<![\w\]])\[[\[\]\d\s.,/+\-ln]*\d[\[\]\d\s.,/+\-ln]*\]")
_LOGARITHM = re.compile(r"\bln (\d+)")


@dataclass(frozen=True, slots=True)
class Promise:
    """An entry under Examples or Edge cases, as one line, and the line of the file it begins in."""

    text: str
    line: int
    is_example: bool

    def lists(self) -> Iterator[tuple[str, np.ndarray, float]]:
        """Yield each list of numbers in an example: its text, its numbers, and how exact it is."""
        for match in _LIST.finditer(self.text if self.is_example else ""):
            decimals = [len(digits) for digits in re.findall(r"\.(\d+)", match[0])]
            expression = _LOGARITHM.sub(r"np.log(\1)", match[0])
            value = eval(expression, {"np": np})  # noqa: S307  # an author's, and but numbers
            yield match[0], np.array(value, dtype=float), 10.0 ** -max(decimals, default=6)

    def tells_one_of(self, answers: Iterable[float]) -> bool:
        """Return whether a number outside of the lists is one of these, as far as it is written."""
        written = re.findall(r"(?<![\w.])\d+(?:\.\d+)?", _LIST.sub("", self.text))
        return any(
            abs(answer - float(text)) <= (0.1 ** len(text.partition(".")[2]) if "." in text else 0)
            for answer in answers
            for text in written
        )


def promises_of(exercise: Exercise, function: Function) -> Iterator[Promise]:
    """Yield what the docstring of a function's reference promises. An entry ends with a period."""
    tree = ast.parse(exercise.reference_path.read_text(encoding="utf-8"))
    (node,) = (n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == function.name)
    doc = ast.get_docstring(node, clean=False) or ""
    section, text, begun = "", "", 0
    for line, row in enumerate([*doc.splitlines(), ""], node.body[0].lineno):
        words = row.strip()
        is_within = bool(section and words) and words not in SECTIONS
        if is_within:
            begun = begun if text else line
            text = f"{text} {words}".strip()
        if text and (not is_within or text.endswith(".")):
            yield Promise(text, begun, section == SECTIONS[0])
            text = ""
        if not is_within:
            section = words if words in SECTIONS else ""


def promise_problems(course: Course, plan: Plan) -> Iterator[str]:
    """Yield the promises that no public check shows, and the checks that show what is not there."""
    for exercise, planned in zip(course.exercises, plan.exercises, strict=True):
        for function, checked in zip(exercise.functions, planned.functions, strict=True):
            promises = list(promises_of(exercise, function))
            for promise in promises:
                where = f"{exercise.reference_path}, line {promise.line}: {function.name}"
                yield from (
                    f"{where}: {problem}" for problem in _unkept(promise, function, checked)
                )
            for check in function.checks:
                for text in check.shows:
                    if not any(text in promise.text for promise in promises):
                        yield (
                            f"{exercise.checks_path}: {check.name} of {function.name} shows"
                            f" {text!r}, which is in no Example or Edge case of its docstring;"
                            " correct it"
                        )


def _unkept(promise: Promise, function: Function, checked: PlannedFunction) -> Iterator[str]:
    names = {
        check.name
        for check in function.checks
        if not check.hidden and any(text in promise.text for text in check.shows)
    }
    if not names:
        yield f"no public check shows {promise.text!r}; name its beginning in `shows` of one"
        return
    indices = {index for check in checked.checks if check.name in names for index in check.calls}
    arrays = [array for index in indices for array in _arrays_of(checked.calls[index])]
    for text, numbers, exact in promise.lists():
        if not any(
            array.shape == numbers.shape and np.allclose(array, numbers, rtol=0, atol=exact)
            for array in arrays
        ):
            yield (
                f"{text} is neither an input nor an answer in {', '.join(sorted(names))};"
                " call the function as in the example"
            )
    answers = [checked.calls[index].expected for index in indices]
    scalars = [answer for answer in answers if isinstance(answer, float)]
    if promise.is_example and scalars and not promise.tells_one_of(scalars):
        yield f"no answer of {', '.join(sorted(names))} is in the text; correct the example"


def _arrays_of(call: PlannedCall) -> Iterator[np.ndarray]:
    """Yield the arrays in a call's arguments and answer, their slices, and flat columns of them."""
    for value in (*call.args, *call.kwargs.values(), call.expected):
        if not isinstance(value, wire.Lambda | wire.Word):
            yield from _parts_of(wire.unpack(value))


def _parts_of(value: Any) -> Iterator[np.ndarray]:
    if isinstance(value, dict | list | tuple):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _parts_of(item)
    elif isinstance(value, np.ndarray):
        yield value
        if value.ndim > 1:
            yield from (*value, *value.T)
