"""Walk through the syntax tree of a function, place by place, and put something else there."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple


class Place(NamedTuple):
    """A node in a tree: where it hangs, and the names that could stand there instead."""

    node: ast.AST
    parent: ast.AST
    field: str
    number: int | None
    scope: Scope

    @contextmanager
    def replaced(self, new: object) -> Iterator[None]:
        """Within this block `new` (a node, or a list of statements) stands there."""
        old = getattr(self.parent, self.field)
        if self.number is None:
            setattr(self.parent, self.field, new)
        else:
            news = new if isinstance(new, list) else [new]
            changed = [*old[: self.number], *news, *old[self.number + 1 :]]
            setattr(self.parent, self.field, changed)
        try:
            yield
        finally:
            setattr(self.parent, self.field, old)


class Scope(NamedTuple):
    """The names of one function: its parameters, everything that it assigns, and its keys."""

    parameters: tuple[str, ...]
    names: tuple[str, ...]
    keys: tuple[str, ...]


def places_in(function: ast.FunctionDef) -> Iterator[Place]:
    """Yield the nodes of a function's body, from the outside to the inside."""
    return _below(function, _scope_of(function))


def _scope_of(function: ast.FunctionDef) -> Scope:
    parameters = tuple(arg.arg for arg in function.args.args)
    stored = [
        node.id
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id != "_"
    ]
    keys = [
        node.slice.value
        for node in ast.walk(function)
        if isinstance(node, ast.Subscript)
        and isinstance(node.slice, ast.Constant)
        and isinstance(node.slice.value, str)
    ]
    return Scope(
        parameters, tuple(dict.fromkeys((*parameters, *stored))), tuple(dict.fromkeys(keys))
    )


def _below(node: ast.AST, scope: Scope) -> Iterator[Place]:
    for name, value in ast.iter_fields(node):
        if name in ("args", "decorator_list", "returns") and isinstance(node, ast.FunctionDef):
            continue
        children = list(enumerate(value)) if isinstance(value, list) else [(None, value)]
        for index, child in children:
            if isinstance(child, ast.AST) and not isinstance(child, ast.expr_context):
                yield Place(child, node, name, index, scope)
                yield from _below(child, scope)
