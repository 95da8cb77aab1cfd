"""Make wrong functions out of right ones: each single slip in a syntax tree."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from grader.course.additions import additions_at
from grader.course.places import Place, places_in
from grader.course.sentences import Slip

REDUCTIONS = ("sum", "mean", "max", "min", "argmax", "amax", "prod", "nansum", "average", "any")
CALLED = {"amax": "max", "nansum": "sum", "average": "mean", "subtract": "difference"}
# What one may take for the other.
CONFUSED = {
    "sum": ("mean", "max"),
    "mean": ("sum",),
    "max": ("min", "sum", "mean"),
    "amax": ("min", "mean"),
    "min": ("max",),
    "argmax": ("max",),
    "exp": ("exp2", "expm1", "square"),
    "log": ("log2", "log10", "log1p"),
    "tanh": ("sin", "arctan", "abs"),
    "maximum": ("minimum",),
    "minimum": ("maximum",),
    "sqrt": ("square",),
    "norm": ("sum", "max"),
    "eye": ("ones_like",),
    "diag": ("diagflat",),
    "outer": ("inner",),
    "zeros": ("ones",),
    "ones": ("zeros",),
    "vstack": ("hstack",),
    "hstack": ("vstack",),
}
UNARY = ("exp", "log", "tanh", "sqrt", "abs", "square", "diag", "float")
SIDES = {ast.Sub: "subtraction", ast.Div: "division", ast.MatMult: "matrix product"}
OTHER_COMPARISONS = {
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
}


class Mutant(NamedTuple):
    """A wrong function: the slip, and the source of its definition."""

    slip: Slip
    source: str


def mutants_of(function: ast.FunctionDef, *, added: bool = True) -> Iterator[Mutant]:
    """Yield the function with every single slip in turn; it is afterwards as it was.

    `added`: also with what does not belong there, as a square or a factor 2.
    """
    seen = {ast.unparse(function)}
    for place in list(places_in(function)):
        for slip, new in (*_slips_at(place), *(additions_at(place) if added else ())):
            with place.replaced(new):
                source = ast.unparse(ast.fix_missing_locations(function))
            if source not in seen:
                seen.add(source)
                # One file that does not parse would take all others of its batch with it.
                with suppress(SyntaxError):
                    ast.parse(source)
                    yield Mutant(slip, source)


def _slips_at(place: Place) -> Iterator[tuple[Slip, object]]:
    node = place.node
    if isinstance(node, ast.expr) and not isinstance(getattr(node, "ctx", None), ast.Store):
        yield from _of_expression(place)
    match node:
        case ast.BinOp():
            yield from _of_operation(node)
        case ast.Call():
            yield from _of_call(node)
        case ast.Compare(ops=[op]) if type(op) in OTHER_COMPARISONS:
            for other in OTHER_COMPARISONS[type(op)]:
                yield Slip("comparison"), ast.Compare(node.left, [other()], node.comparators)
        case ast.IfExp():
            yield Slip("cases"), ast.IfExp(node.test, node.orelse, node.body)
            yield from ((Slip("cases"), side) for side in (node.body, node.orelse))
        case ast.Dict():
            for index in range(len(node.keys)):
                keys, values = list(node.keys), list(node.values)
                del keys[index], values[index]
                yield Slip("entry"), ast.Dict(keys, values)
        case ast.Tuple(elts=[_, _, *_]) if isinstance(place.parent, ast.Return):
            yield Slip("order"), ast.Tuple([node.elts[1], node.elts[0], *node.elts[2:]], node.ctx)
            yield Slip("entry"), node.elts[0]
        case ast.stmt():
            yield from _of_statement(place)


def _of_expression(place: Place) -> Iterator[tuple[Slip, object]]:
    node, parent = place.node, place.parent
    match node:
        case ast.Attribute(attr="T"):
            yield Slip("transpose"), node.value
        case ast.Name() | ast.Subscript():
            yield from _of_quantity(place)
        case ast.UnaryOp(op=ast.USub()):
            yield Slip("sign"), node.operand
        case ast.Constant():
            yield from _of_constant(node, parent)
        case ast.Slice(lower=None, upper=ast.expr() as upper):
            shorter = ast.BinOp(upper, ast.Sub(), ast.Constant(1))
            yield Slip("off_by_one"), ast.Slice(None, shorter)
    is_whole = isinstance(parent, ast.Return) and not isinstance(node, ast.Tuple | ast.Dict)
    if is_whole and isinstance(node, ast.expr):
        yield Slip("sign"), ast.UnaryOp(ast.USub(), node)
        yield Slip("transpose"), ast.Attribute(node, "T", ast.Load())
        for name in place.scope.names:
            if name not in place.scope.parameters:
                yield Slip("intermediate"), ast.Name(name, ast.Load())


def _of_quantity(place: Place) -> Iterator[tuple[Slip, object]]:
    node, scope, parent = place.node, place.scope, place.parent
    assert isinstance(node, ast.expr)
    if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.MatMult):
        yield Slip("transpose"), ast.Attribute(node, "T", ast.Load())
    match node:
        case ast.Name(id=name) if name in scope.names:
            for other in scope.names:
                if other != name:
                    what = other if other in scope.parameters else "one result"
                    yield Slip("quantity", what), ast.Name(other, ast.Load())
            if isinstance(parent, ast.Subscript | ast.Tuple):
                yield Slip("first"), ast.Constant(0)
                yield Slip("first"), ast.Constant(-1)
        case ast.Subscript(slice=ast.Constant(value=str(key))):
            for other in scope.keys:
                if other != key:
                    entry = ast.Subscript(node.value, ast.Constant(other), node.ctx)
                    yield Slip("quantity", f'the entry "{other}"'), entry
        case ast.Subscript(slice=ast.Tuple(elts=[first, second])):
            swapped = ast.Tuple([second, first], ast.Load())
            yield Slip("row"), ast.Subscript(node.value, swapped, node.ctx)


def _of_constant(node: ast.Constant, parent: ast.AST) -> Iterator[tuple[Slip, object]]:
    match node.value:
        case bool():
            return
        case int(whole) if not isinstance(parent, ast.keyword):
            is_index = isinstance(parent, ast.Subscript | ast.Slice | ast.Tuple | ast.Call)
            kind = Slip("off_by_one" if is_index else "number")
            yield from ((kind, ast.Constant(other)) for other in (whole + 1, whole - 1))
        case float(number):
            for other in (number + 1, 0.0, 2 * number, number / 2):
                yield Slip("number"), ast.Constant(other)


def _of_operation(node: ast.BinOp) -> Iterator[tuple[Slip, object]]:
    left, right = node.left, node.right
    if type(node.op) in SIDES:
        yield Slip("swapped", SIDES[type(node.op)]), ast.BinOp(right, node.op, left)
    match node.op:
        case ast.Add() | ast.Sub():
            minus = isinstance(node.op, ast.Sub)
            yield Slip("sign"), ast.BinOp(left, ast.Add() if minus else ast.Sub(), right)
            yield Slip("term"), left
            yield Slip("term"), ast.UnaryOp(ast.USub(), right) if minus else right
            if minus:
                yield Slip("term"), right
        case ast.Mult() | ast.MatMult():
            yield from ((Slip("factor"), side) for side in (left, right))
            is_matrix = isinstance(node.op, ast.MatMult)
            other = ast.Mult() if is_matrix else ast.MatMult()
            yield Slip("product"), ast.BinOp(left, other, right)
            if not is_matrix:
                yield Slip("operation", "a division"), ast.BinOp(left, ast.Div(), right)
                yield Slip("sign"), ast.BinOp(left, ast.Add(), right)
        case ast.Div():
            yield Slip("division"), left
            yield Slip("operation", "a product"), ast.BinOp(left, ast.Mult(), right)
        case ast.Pow():
            yield Slip("number"), left


def _of_call(node: ast.Call) -> Iterator[tuple[Slip, object]]:
    name = called_name(node)
    what = CALLED.get(name, name)
    if name == "copy" and not node.args and isinstance(node.func, ast.Attribute):
        yield Slip("copy"), node.func.value
    yield from _of_axis(node, name, what)
    if len(node.args) >= 2 and name != "zip":
        for index in range(len(node.args) - 1):
            args = list(node.args)
            args[index : index + 2] = args[index + 1], args[index]
            yield Slip("arguments", what), ast.Call(node.func, args, node.keywords)
    if name in ("maximum", "minimum", "add", "subtract", "multiply", "outer", "divide", "where"):
        yield from ((Slip("not_applied", what), argument) for argument in node.args)
    # A function of the course, or of the file's own.
    is_own = isinstance(node.func, ast.Name) and not hasattr(builtins, name)
    is_unary = len(node.args) == 1 and not isinstance(node.args[0], ast.Starred)
    if is_unary and (is_own or name in UNARY):
        yield Slip("not_applied", what.lstrip("_")), node.args[0]
    for other in CONFUSED.get(name, ()):
        if isinstance(node.func, ast.Attribute):
            func = ast.Attribute(node.func.value, other, ast.Load())
            yield Slip("function", other), ast.Call(func, node.args, node.keywords)


def called_name(node: ast.Call) -> str:
    """Return the last part of the name of what is called."""
    match node.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


def _of_axis(node: ast.Call, name: str, what: str) -> Iterator[tuple[Slip, object]]:
    for index, keyword in enumerate(node.keywords):
        others = node.keywords[:index] + node.keywords[index + 1 :]
        if keyword.arg == "axis" and (axis := _axis_of(keyword.value)) is not None:
            turned = ast.keyword("axis", ast.Constant(_other_axis(axis)))
            yield Slip("axis", what), ast.Call(node.func, node.args, [*others, turned])
            yield Slip("whole", what), ast.Call(node.func, node.args, others)
        elif keyword.arg == "axis":
            yield Slip("whole", what), ast.Call(node.func, node.args, others)
        if keyword.arg == "keepdims":
            yield Slip("keepdims", what), ast.Call(node.func, node.args, others)
    is_method = isinstance(node.func, ast.Attribute) and not (
        isinstance(node.func.value, ast.Name) and node.func.value.id in ("np", "math")
    )
    if name in REDUCTIONS and not any(keyword.arg == "axis" for keyword in node.keywords):
        extra = len(node.args) - (not is_method)
        if extra == 1 and (axis := _axis_of(node.args[-1])) is not None:
            args = [*node.args[:-1], ast.Constant(_other_axis(axis))]
            yield Slip("axis", what), ast.Call(node.func, args, node.keywords)
            yield Slip("whole", what), ast.Call(node.func, node.args[:-1], node.keywords)
        elif extra == 0:
            for axis in (0, 1):
                along = [*node.keywords, ast.keyword("axis", ast.Constant(axis))]
                yield Slip("part", what), ast.Call(node.func, node.args, along)


def _axis_of(node: ast.expr) -> int | None:
    match node:
        case ast.Constant(value=int(axis)):
            return axis
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(axis))):
            return -axis
    return None


def _other_axis(axis: int) -> int:
    return {0: 1, 1: 0, -1: -2, -2: -1}.get(axis, 0)


def _of_statement(place: Place) -> Iterator[tuple[Slip, object]]:
    node, parent = place.node, place.parent
    match node:
        case ast.AugAssign(op=ast.Add() | ast.Sub()):
            other = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
            yield Slip("sign"), ast.AugAssign(node.target, other, node.value)
            yield Slip("overwritten"), ast.Assign([node.target], node.value)
            yield Slip("line"), ast.Pass()
        case ast.AugAssign() | ast.Expr(value=ast.Call()):
            yield Slip("line"), ast.Pass()
        case ast.Assign(targets=[ast.Subscript() as target]):
            yield Slip("overwritten"), ast.AugAssign(target, ast.Add(), node.value)
            yield Slip("line"), ast.Pass()
        case ast.Assign(targets=[ast.Name(id=name)]):
            if any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(node.value)):
                yield Slip("line"), ast.Pass()
        case ast.If():
            yield Slip("cases"), list(node.body)
            yield Slip("cases"), list(node.orelse) or [ast.Pass()]
            if node.orelse:
                yield Slip("cases"), ast.If(node.test, node.orelse, node.body)
        case ast.For():
            yield from _of_loop(place, node)
    body = getattr(parent, "body", None)
    index = place.number
    if index and body is not None and index < len(body) and body[index] is node:
        yield from _moved(parent, node, index)


def _of_loop(place: Place, loop: ast.For) -> Iterator[tuple[Slip, object]]:
    for index, line in enumerate(loop.body):
        rest = loop.body[:index] + loop.body[index + 1 :]
        if rest:
            new = ast.For(loop.target, loop.iter, rest, [])
            yield Slip("loop"), [new, line]
            yield Slip("loop"), [line, new]
            if index:
                first, second = loop.body[index - 1], line
                body = [*loop.body[: index - 1], second, first, *loop.body[index + 1 :]]
                yield Slip("order"), ast.For(loop.target, loop.iter, body, [])
    for following in getattr(place.parent, "body", []):
        if isinstance(following, ast.Return):
            new = ast.For(loop.target, loop.iter, [*loop.body, following], [])
            yield Slip("first_round"), new


def _moved(parent: ast.AST | None, node: ast.AST, index: int) -> Iterator[tuple[Slip, object]]:
    """Yield a line that stands before a loop, in the loop: its result is begun anew each time."""
    body = getattr(parent, "body", [])
    before = body[index - 1]
    if isinstance(node, ast.For) and isinstance(before, ast.Assign):
        yield Slip("loop"), ast.For(node.target, node.iter, [before, *node.body], [])
