"""Make wrong functions out of right ones by adding what does not belong: a square, a factor 2."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from grader.course.places import Place
from grader.course.sentences import Slip


def expression_of(text: str) -> Callable[[ast.expr], ast.expr]:
    """Return what puts an expression in place of `x` in a text."""

    def put(node: ast.expr) -> ast.expr:
        class Put(ast.NodeTransformer):
            def visit_Name(self, name: ast.Name) -> ast.expr:
                return node if name.id == "x" else name

        result = Put().visit(ast.parse(text, mode="eval").body)
        assert isinstance(result, ast.expr)
        return result

    return put


_ADDED = [
    (Slip(kind, what), expression_of(text))
    for kind, what, text in (
        ("sign", "", "-x"),
        ("transpose", "", "x.T"),
        ("first", "", "x[:1]"),
        ("first", "", "x[:, :1]"),
        ("applied", "an absolute value", "np.abs(x)"),
        ("applied", "a square", "x ** 2"),
        ("applied", "a square root", "np.sqrt(x)"),
        ("applied", "an exponential", "np.exp(x)"),
        ("applied", "a logarithm", "np.log(x)"),
        ("applied", "a reciprocal", "1 / x"),
        ("applied", "a difference from 1", "1 - x"),
        ("scaled", "", "2 * x"),
        ("scaled", "", "x / 2"),
        ("shifted", "", "x + 1"),
        ("shifted", "", "x - np.mean(x)"),
        ("shifted", "", "x - np.max(x)"),
        ("normalised", "", "x / np.sum(x)"),
        ("normalised", "", "x / np.max(x)"),
        ("normalised", "", "x / np.linalg.norm(x)"),
        ("normalised", "", "x / len(x)"),
        ("rearranged", "", "x[::-1]"),
        ("rearranged", "", "np.roll(x, 1, axis=0)"),
        ("reduced", "the sum", "np.sum(x)"),
        ("reduced", "the mean", "np.mean(x)"),
        ("reduced", "the largest entry", "np.max(x)"),
        ("replaced", "ones", "np.ones_like(x)"),
        ("replaced", "zeros", "np.zeros_like(x)"),
        ("rounded", "", "np.floor(x)"),
        ("rounded", "", "np.asarray(x).astype(np.float32)"),
    )
]
_WHERE = (ast.BinOp, ast.Call, ast.Name, ast.Subscript, ast.Attribute)


def is_value(place: Place) -> bool:
    """Return whether a number or an array stands here, and is not assigned to."""
    node = place.node
    return (
        isinstance(node, _WHERE)
        and not isinstance(getattr(node, "ctx", None), ast.Store)
        and not (isinstance(node, ast.Name) and node.id in ("np", "math"))
        and not (isinstance(place.parent, ast.Call) and place.field == "func")
    )


def additions_at(place: Place) -> Iterator[tuple[Slip, object]]:
    """Yield what can be added at a place: the slip, and what stands there with it."""
    node = place.node
    if is_value(place):
        assert isinstance(node, ast.expr)
        yield from ((slip, added(node)) for slip, added in _ADDED)
    if isinstance(node, ast.AugAssign | ast.Assign | ast.Expr) and place.number is not None:
        yield Slip("twice"), [node, node]
