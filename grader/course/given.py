"""Find what a template would give away: a part of a solution outside of its markers."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.course.folder import Exercise
from grader.course.template import BEGIN, END

# A line that ends so is meant to be in the template.
GIVEN = "# given"


def given_problems(exercise: Exercise) -> Iterator[str]:
    """Yield the statements of a graded function that learners would be given by mistake."""
    text = exercise.reference_path.read_text(encoding="utf-8")
    lines = ["", *(line.strip() for line in text.splitlines())]
    names = {function.name for function in exercise.functions}
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name in names:
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            for statement in body:
                before = [line for line in lines[: statement.lineno] if line in (BEGIN, END)]
                is_inside = bool(before) and before[-1] == BEGIN
                if not is_inside and not lines[statement.lineno].endswith(GIVEN):
                    yield (
                        f"{exercise.reference_path}, line {statement.lineno}: {node.name}: this"
                        " line is outside of the solution's markers, so learners are given it;"
                        f" move it between them, or end it with `{GIVEN}`"
                    )
