"""Look into the code of what a learner has defined, without running it."""

from __future__ import annotations

import types


def mentioned_in(function: object) -> set[str]:
    """Return the names in a function's code, and in the code of what it names of its own file."""
    names: set[str] = set()
    waiting, seen = [function], set[int]()
    while waiting:
        found = waiting.pop()
        codes = [code_of(found)]
        while codes:
            code = codes.pop()
            if not isinstance(code, types.CodeType) or id(code) in seen:
                continue
            seen.add(id(code))
            codes += code.co_consts
            names.update(code.co_names)
            if isinstance(found, types.FunctionType):
                # Not of a function that was imported: what that one needs is its own matter.
                near = map(found.__globals__.get, code.co_names)
                waiting += [one for one in near if _is_near(one, found)]
    return names


def _is_near(one: object, function: types.FunctionType) -> bool:
    return isinstance(one, types.FunctionType) and one.__globals__ is function.__globals__


def code_of(function: object) -> object:
    """Return a function's code object, or None for a callable that has none."""
    try:
        return getattr(function, "__code__", None)
    except BaseException:  # noqa: BLE001  # a learner's __getattr__ may raise anything
        return None
