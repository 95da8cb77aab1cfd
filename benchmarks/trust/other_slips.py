"""Slips that the course's generator does not make, to test whether names are true of those too.

None of `grader/course/additions.py` may be among them: what the generator learns is replaced here.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.course.additions import expression_of, is_value
from grader.course.places import places_in
from grader.course.sentences import Slip
from grader.course.slips import Mutant, called_name

# What is done to an expression, by the kind of slip.
WRAPPED = {
    kind: expression_of(text)
    for kind, text in {
        "cubed": "x ** 3",
        "clipped": "np.clip(x, 0.05, 0.95)",
        "positive_part": "np.maximum(x, 0.1)",
        "rounded_to_3": "np.round(x, 3)",
        "half_precision": "np.asarray(x).astype(np.float16)",
        "a_constant": "x + 0.1",
        "less_a_constant": "x - 0.02",
        "tripled": "3 * x",
        "a_tenth": "x / 10",
        "sine": "np.sin(x)",
        "of_one_more": "np.log1p(np.abs(x))",
        "to_the_half": "np.sign(x) * np.abs(x) ** 0.5",
        "other_columns_first": "x[:, ::-1]",
        "rolled_columns": "np.roll(x, 1, axis=-1)",
        "in_order": "np.sort(x, axis=0)",
        "running_sum": "np.cumsum(x, axis=0)",
        "minus_its_smallest": "x - np.min(x)",
        "minus_its_first": "x - x[0]",
        "over_its_sums": "x / np.sum(x, axis=0)",
        "over_its_spread": "x / np.std(x)",
        "flattened": "np.ravel(x)",
        "lower_triangle": "np.tril(x)",
        "without_the_last_row": "x[:-1]",
        "with_itself": "x * x[::-1]",
    }.items()
}
RENAMED = {"sum": "cumsum", "mean": "median", "max": "ptp", "exp": "sinh", "log": "sqrt"}


def other_mutants_of(function: ast.FunctionDef) -> Iterator[Mutant]:
    """Yield the function with every single one of these slips in turn."""
    for place in list(places_in(function)):
        node = place.node
        if is_value(place):
            assert isinstance(node, ast.expr)
            for kind, wrapped in WRAPPED.items():
                with place.replaced(wrapped(node)):
                    yield Mutant(Slip(kind), ast.unparse(ast.fix_missing_locations(function)))
        if isinstance(node, ast.Call) and called_name(node) in RENAMED:
            other = ast.Attribute(ast.Name("np"), RENAMED[called_name(node)])
            with place.replaced(ast.Call(other, node.args, [])):
                yield Mutant(Slip("other_function"), ast.unparse(function))
