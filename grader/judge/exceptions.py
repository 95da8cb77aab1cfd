"""Put an exception into words: what, where, what the names there held, and what that means."""

from __future__ import annotations

import re
from collections.abc import Callable

from grader import wire
from grader.judge.verdicts import NO_MEMORY, raised_by_itself
from grader.plan import PlannedFunction
from grader.text import counted, printable

OUT_OF_MEMORY = "it asked for more memory than a submission may use; does an array grow too large?"
UNKNOWN_NAME = "is it written, imported, or pasted into the marked cell?"


def exception_text(error: wire.Error, function: PlannedFunction, why: str) -> str:
    """Describe an exception in an open call; `why` is a failed import that explains it."""
    name = function.name
    if error.type == "NotImplementedError":
        if raised_by_itself(error, name):
            return f"{name} still raises NotImplementedError"
        inner = error.frames[-1].function if error.frames else "something"
        return f"{name} needs {inner}, which still raises NotImplementedError"
    if error.type in NO_MEMORY:
        return OUT_OF_MEMORY
    message = error.message.strip()
    text = f"it raised {error.type}" + (f": {message}" if message else "")
    if error.meant and not why:
        text += f". Did you mean: '{error.meant}'?"
    elif error.type == "NameError":
        text += f" ({why or UNKNOWN_NAME})"
    text += _place(error)
    plain = plain_sentence(error, function)
    return printable(f"{text}. {plain}" if plain else text)


def exception_key(error: wire.Error) -> object:
    """Return what two exceptions have in common that are told once: all but numbers and shapes."""
    places = [(frame.label, frame.line) for frame in error.frames[-1:]]
    return error.type, *places, re.sub(r"[\d\s.,()-]+", "", error.message)


def same_exception_text(error: wire.Error, first: str) -> str:
    """Describe an exception that is told in full with the check called `first`."""
    line = f", in line {error.frames[-1].line}" if error.frames else ""
    return printable(f"it raised the same {error.type} as in {first}{line}")


def _place(error: wire.Error) -> str:
    """Say which line raised, what the names in it held, and which line of another called it."""
    if not error.frames:
        return ""
    *callers, last = error.frames
    text = f" ({last.label}, line {last.line}: {last.text})"
    if error.held:
        text += f" with {' and '.join(map(_held, error.held))}"
    # Not of a function that calls itself.
    if callers and callers[-1].function != last.function:
        caller = callers[-1]
        text += f", called from {caller.label}, line {caller.line}: {caller.text}"
    return text


def _held(held: wire.Held) -> str:
    if held.kind in ("number", "None"):
        return f"{held.name} {'a number' if held.kind == 'number' else 'None'}"
    if held.kind == "array":
        comma = "," if len(held.shape) == 1 else ""
        return f"{held.name} ({', '.join(map(str, held.shape))}{comma})"
    return f"{held.name} a {held.kind} of {'x'.join(map(str, held.shape))}"


def plain_sentence(error: wire.Error, function: PlannedFunction) -> str:
    """Say in plain words what a common exception means; empty for the others."""
    if error.type == "TypeError" and re.search("positional argument", error.message):
        return _arguments(error, function)
    if error.frames and "inner(" in error.frames[-1].text:
        # NumPy's message is about the second array transposed.
        return ""
    for types, pattern, meaning in _MEANINGS:
        found = re.search(pattern, error.message) if error.type in types.split() else None
        if found is not None:
            return meaning if isinstance(meaning, str) else meaning(found)
    return ""


def _arguments(error: wire.Error, function: PlannedFunction) -> str:
    if error.frames or not function.parameters:
        return "Which arguments does it take, and which ones does this line give it?"
    names = ", ".join(function.parameters)
    return f"The exercise calls {function.name}({names}): let your `def` line take just these."


def _product(columns: str, rows: str) -> str:
    return (
        "A matrix product needs as many columns on its left as rows on its right (of a vector:"
        f" entries); here they are {columns} and {rows}."
    )


def _broadcast(found: re.Match[str]) -> str:
    shapes = [re.findall(r"\d+", shape) for shape in re.findall(r"\(([\d,]*)\)", found[1])]
    for back in range(1, max(map(len, shapes), default=0) + 1):
        sizes = dict.fromkeys(shape[-back] for shape in shapes if back <= len(shape))
        sizes.pop("1", None)
        if len(sizes) > 1:
            axis = {1: "the last axis", 2: "the last axis but one"}.get(back, f"axis {-back}")
            return (
                "Shapes are compared from their last axis backwards, and two lengths must be equal"
                f" or one of them 1: in {axis} they are {' and '.join(sizes)}."
            )
    return ""


def _index(found: re.Match[str]) -> str:
    last = f"the last of {found[1]} is {int(found[1]) - 1}" if int(found[1]) else "there are none"
    return f"Positions are counted from 0, so {last}."


# Types, a pattern in the message, the meaning; the first that fits counts.
_MEANINGS: tuple[tuple[str, str, str | Callable[[re.Match[str]], str]], ...] = (
    (
        "ValueError",
        r"^matmul: .* \(size (\d+) is different from (\d+)\)",
        lambda found: _product(found[2], found[1]),
    ),
    (
        "ValueError",
        r"not aligned: (\d+) \(dim \d+\) != (\d+) \(dim 0\)",
        lambda found: _product(found[1], found[2]),
    ),
    (
        "ValueError",
        r"^matmul: .* does not have enough dimensions \(has 0",
        "`@` is for arrays, and one of the two is a single number: use * for that.",
    ),
    ("ValueError", "could not be broadcast together with shapes (.*)", _broadcast),
    (
        "ValueError",
        r"could not broadcast input array from shape (\([\d,]*\)) into shape (\([\d,]*\))",
        lambda found: f"An array of shape {found[1]} is put where one of shape {found[2]} belongs.",
    ),
    (
        "ValueError",
        r"output operand with shape (\([\d,]*\)) doesn't match the broadcast shape (\([\d,]*\))",
        lambda found: (
            f"The result has shape {found[2]}, and += and its like must fit it into the {found[1]}"
            " on their left: a = a + b makes a new array."
        ),
    ),
    (
        "ValueError",
        "truth value of an array",
        (
            "`if`, `and`, `or`, `not` and max() need a single yes or no, and comparing arrays"
            " gives one for each entry: np.where and np.maximum work entry by entry."
        ),
    ),
    (
        "ValueError",
        "inhomogeneous",
        "The rows of an array are all of one length, and these are not.",
    ),
    (
        "ValueError TypeError",
        "setting an array element with a sequence",
        "One entry of an array is one number, and this gives it several.",
    ),
    (
        "TypeError",
        "only (size-1|length-1|0-dimensional) arrays can be converted",
        (
            "A single number is needed here, and this is an array: float() and `math` take numbers,"
            " NumPy's own functions take arrays."
        ),
    ),
    (
        "TypeError",
        "^Cannot interpret '.*' as a data type",
        "np.zeros and np.ones take the shape as one tuple: np.zeros((2, 3)).",
    ),
    (
        "AxisError",
        r"out of bounds for array of dimension (\d+)",
        lambda found: f"The array has {counted(int(found[1]), 'axis', 'axes')}, counted from 0.",
    ),
    ("IndexError", r"out of bounds for axis \d+ with size (\d+)", _index),
    (
        "TypeError AttributeError",
        "'NoneType'",
        "Something here is None: does the function that made it lack its `return`?",
    ),
    (
        "AttributeError",
        "^'tuple' object has no attribute",
        (
            "This is a tuple, not an array: a function that returns several values gives one (take"
            " it apart with a, b = ...), and so does a comma at the end of a line."
        ),
    ),
    (
        "AttributeError TypeError",
        "^'list' object has|^can't multiply sequence|'list' and|and 'list'|^list .*not tuple",
        "A list is not an array and cannot compute like one: np.array(...) makes an array of it.",
    ),
    (
        "TypeError",
        r"^'(numpy\..*|int|float|list|tuple|dict)' object is not callable",
        (
            "Round brackets call a function: is a * missing before them, or do you want an entry,"
            " which takes square ones?"
        ),
    ),
    (
        "RecursionError",
        "",
        "A function calls itself, or several call each other, more often than Python allows.",
    ),
    (
        "UnboundLocalError",
        "",
        (
            "A name that is assigned anywhere in a function is its own, and this one has no value"
            " yet when the line runs."
        ),
    ),
)
