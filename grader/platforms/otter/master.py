"""Write a course as a master notebook for Otter Assign: questions, points, public tests."""

from __future__ import annotations

import inspect
import json
import re
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.course.folder import Course, Exercise
from grader.course.template import (
    ASK,
    BEGIN,
    END,
    PICTURE,
    SCRIPT_ONLY,
    notebook_json,
    template_of,
    without_solution,
)
from grader.judge.words import call_text
from grader.model import Kind
from grader.plan import Plan, PlannedCheck, PlannedFunction
from grader.platforms.otter import standalone
from grader.platforms.otter.literals import arguments, literal

if TYPE_CHECKING:
    from nbformat import NotebookNode

PASTE = ">>>"
HELPERS = inspect.getsource(standalone).split('"""', 2)[2]


def master_notebook(course: Course, plan: Plan, config: dict[str, Any]) -> str:
    """Write the master notebook of the planned exercises, as JSON.

    `config` is Otter Assign's assignment configuration; `plan` needs the public checks only.
    CourseError and UsageError as from `template_of`.
    """
    # Otter reads YAML, of which JSON is a subset.
    cells = [_raw(f"# ASSIGNMENT CONFIG\n{json.dumps(config, indent=2)}")]
    planned = {exercise.slug: exercise.functions for exercise in plan.exercises}
    chosen = [exercise for exercise in course.exercises if exercise.slug in planned]
    for exercise in chosen:
        earlier = [e.slug for e in chosen[: chosen.index(exercise)]]
        functions = {function.name: function for function in planned[exercise.slug]}
        template = template_of(exercise, {SCRIPT_ONLY, ASK, PICTURE}, _with_prompt)
        pasted = _pasted(exercise, course, earlier)
        for cell in template.cells:
            tags = cell.metadata.get("tags", [])
            if "notebook-only" in tags and not pasted:
                continue
            if cell.cell_type == "code" and PASTE in cell.source:
                cell.source += f"\n{BEGIN} NO PROMPT\n{pasted}\n{END}"
            written = [name for name in _defined(cell) if name in functions]
            if not written:
                cells.append(cell)
            for position, name in enumerate(written):
                before = plan.names[: plan.names.index(name)]
                cells += _question(functions[name], [cell] if position == 0 else [], before)
    return notebook_json(cells)


def _question(
    function: PlannedFunction, answer: Sequence[NotebookNode], earlier: Sequence[str]
) -> Iterator[NotebookNode]:
    """Yield the cells of a question; `answer` is the cell that learners fill in, or none."""
    import nbformat

    points = f"{function.points:g}"
    yield _raw(f"# BEGIN QUESTION\nname: {function.name}\npoints: {points}")
    if answer:
        yield _raw("# BEGIN SOLUTION")
        yield from answer
        yield _raw("# END SOLUTION")
    yield _raw("# BEGIN TESTS")
    yield nbformat.v4.new_code_cell(test_source(function, earlier))  # type: ignore[no-untyped-call]
    yield _raw("# END TESTS")
    yield _raw("# END QUESTION")


def test_source(function: PlannedFunction, earlier: Sequence[str]) -> str:
    """Write the public checks of a function as one test for otter, which needs only NumPy.

    The test raises an exception whose text says what is wrong and, where this package is installed,
    which mistake it looks like.
    """
    public = [check for check in function.checks if not check.hidden]
    checks = ",\n".join(_check(function, check) for check in public)
    body = "\n".join(
        [
            HELPERS,
            f"checks = [\n{checks}\n]",
            f"answer = env.get({function.name!r})",
            f"message = feedback(answer, {function.name!r}, checks, {earlier!r})",
            "if message:",
            "    raise NotRight(with_mistake(message, answer))",
        ]
    )
    return f"def test_{function.name}(env):\n{textwrap.indent(body, '    ')}\n"


def _check(function: PlannedFunction, check: PlannedCheck) -> str:
    return (
        f"{{'name': {check.name!r}, 'text': {check.text!r}, 'hint': {check.hint!r},"
        f" 'kind': {check.kind.value!r}, 'parts': {check.parts!r},"
        f" 'holds': {'None' if check.holds is None else literal(check.holds)}, 'calls': ["
        + ",\n".join(
            _call(function, check, index) for index in (() if check.given else check.calls)
        )
        + "]}"
    )


def _call(function: PlannedFunction, check: PlannedCheck, index: int) -> str:
    call = function.calls[index]
    allowed = call.tight * call.growth if check.kind is Kind.PRECISION else call.loose
    options: dict[str, object] = {"exact_keys": True} if call.exact_keys else {}
    if call.equal_up_to != "nothing":
        options["equal_up_to"] = call.equal_up_to
    return (
        f"({call_text(function, call)!r}, lambda: captured({arguments(call)}),"
        f" {literal(call.expected)}, {literal(call.magnitude)}, {allowed!r}, {options!r})"
    )


def _with_prompt(source: str, path: Path) -> str:
    """Mark a solution for Otter Assign to replace by a line that raises NotImplementedError."""
    stub = without_solution(source, path)
    if stub == source:
        return source
    lines = []
    function = ""
    for line in source.splitlines():
        if match := re.match(r"def (\w+)", line):
            function = match[1]
        if line.strip() == BEGIN:
            indent = line[: -len(line.lstrip())]
            lines += [
                f'{indent}"""  # BEGIN PROMPT',
                f'{indent}raise NotImplementedError("{function} is still to be written")',
                f'{indent}"""  # END PROMPT',
                f"{indent}{BEGIN} NO PROMPT",
            ]
        else:
            lines.append(line)
    return "\n".join(lines)


def _pasted(exercise: Exercise, course: Course, present: Sequence[str]) -> str:
    """Return the source of earlier functions that the exercise needs and the notebook lacks."""
    text = exercise.reference_path.read_text(encoding="utf-8")
    needed = [
        slug
        for slug in course.slugs
        if slug not in present and re.search(rf"^from {slug} import ", text, re.MULTILINE)
    ]
    pieces: list[str] = []
    for slug in needed:
        other = next(e for e in course.exercises if e.slug == slug)
        pieces += [_pasted(other, course, [*present, *pieces]), _solutions(other)]
    return "\n".join(filter(None, pieces))


def _solutions(exercise: Exercise) -> str:
    """Return the code cells of a reference, solved, without imports from other exercises."""
    template = template_of(
        exercise,
        {SCRIPT_ONLY, "notebook-only", PICTURE},
        lambda text, path: without_solution(text, path, solved=True),
    )
    return "\n\n".join(cell.source for cell in template.cells if cell.cell_type == "code")


def _defined(cell: NotebookNode) -> list[str]:
    if cell.cell_type != "code":
        return []
    return re.findall(r"^def (\w+)", cell.source, re.MULTILINE)


def _raw(source: str) -> NotebookNode:
    import nbformat

    cell: NotebookNode = nbformat.v4.new_raw_cell(source)  # type: ignore[no-untyped-call]
    return cell
