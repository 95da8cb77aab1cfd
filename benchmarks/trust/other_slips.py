"""Slips that the course's generator does not make, to test whether names are true of those too."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from grader.course.slips import Mutant, Slip, called_name, places_in


def _call(name: str, *arguments: ast.expr) -> ast.expr:
    return ast.Call(ast.Attribute(ast.Name("np"), name), list(arguments), [])


def _of(text: str) -> Callable[[ast.expr], ast.expr]:
    """Return what puts an expression in place of `x` in a text."""

    def put(node: ast.expr) -> ast.expr:
        class Put(ast.NodeTransformer):
            def visit_Name(self, name: ast.Name) -> ast.expr:
                return node if name.id == "x" else name

        result = Put().visit(ast.parse(text, mode="eval").body)
        assert isinstance(result, ast.expr)
        return result

    return put


# What is done to an expression, by the kind of slip.
WRAPPED = {
    "absolute": _of("np.abs(x)"),
    "squared": _of("x ** 2"),
    "clipped": _of("np.clip(x, 0.05, 0.95)"),
    "rounded": _of("np.round(x, 3)"),
    "whole_numbers": _of("np.floor(x)"),
    "single_precision": _of("np.asarray(x).astype(np.float32)"),
    "reversed": _of("x[::-1]"),
    "a_constant": _of("x + 0.1"),
    "doubled": _of("2 * x"),
    "halved": _of("x / 2"),
    "exponential": _of("np.exp(x)"),
    "over_its_sum": _of("x / np.sum(x)"),
    "over_its_largest": _of("x / np.max(x)"),
    "complement": _of("1 - x"),
    "reciprocal": _of("1 / x"),
    "ones": _of("np.ones_like(x)"),
    "minus_its_mean": _of("x - np.mean(x)"),
    "first_column": _of("x[:, :1]"),
    "rolled": _of("np.roll(x, 1, axis=0)"),
    "flattened": _of("np.ravel(x)"),
    "square_root": _of("np.sqrt(np.abs(x))"),
}
RENAMED = {"sum": "cumsum", "mean": "median", "max": "ptp", "exp": "sinh", "log": "sqrt"}
WHERE = (ast.BinOp, ast.Call, ast.Name, ast.Subscript, ast.Attribute)


def other_mutants_of(function: ast.FunctionDef) -> Iterator[Mutant]:
    """Yield the function with every single one of these slips in turn."""
    for place in list(places_in(function)):
        node = place.node
        is_value = isinstance(node, WHERE) and not isinstance(getattr(node, "ctx", None), ast.Store)
        is_module = isinstance(node, ast.Name) and node.id in ("np", "math")
        in_call = isinstance(place.parent, ast.Call) and place.field == "func"
        if is_value and not is_module and not in_call:
            assert isinstance(node, ast.expr)
            for kind, wrapped in WRAPPED.items():
                with place.replaced(wrapped(node)):
                    yield Mutant(Slip(kind), ast.unparse(ast.fix_missing_locations(function)))
        if isinstance(node, ast.Call) and called_name(node) in RENAMED:
            other = _call(RENAMED[called_name(node)], *node.args)
            with place.replaced(other):
                yield Mutant(Slip("other_function"), ast.unparse(function))
        if isinstance(node, ast.stmt) and place.number is not None:
            with place.replaced([node, node]):
                yield Mutant(Slip("line_twice"), ast.unparse(function))
