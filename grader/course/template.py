"""Read a reference as a template: a notebook without solutions, or with them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from grader.course.folder import Exercise
from grader.errors import CourseError, UsageError

if TYPE_CHECKING:
    from nbformat import NotebookNode

BEGIN, END = "# BEGIN SOLUTION", "# END SOLUTION"

SCRIPT_ONLY, NOTEBOOK_ONLY = "script-only", "notebook-only"
# The tag of the cell that says how to run `grader check`; notebooks have a check in its place.
ASK = "ask"
# The tag of cells that draw with `grader.notebook`, which need not be installed where otter is.
PICTURE = "picture"

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def notebook_json(cells: Iterable[NotebookNode]) -> str:
    """Write a notebook of these cells, with ids made of their first words and hints folded."""
    import nbformat

    notebook = nbformat.v4.new_notebook(metadata=METADATA)  # type: ignore[no-untyped-call]
    used_ids: set[str] = set()
    for cell in cells:
        if any(tag.startswith("hint-") for tag in cell.metadata.get("tags", [])):
            cell.source = _folded(cell.source)
        cell.metadata.clear()
        cell.id = _cell_id(cell.source, used_ids)
        notebook.cells.append(cell)
    notebook.nbformat_minor = 5
    nbformat.validate(notebook)
    text: str = nbformat.writes(notebook)  # type: ignore[no-untyped-call]
    return text.rstrip("\n") + "\n"


def template_of(
    exercise: Exercise, leave_out: Collection[str], write: Callable[[str, Path], str]
) -> NotebookNode:
    """Read the reference as a notebook, without the cells that have one of the tags in `leave_out`.

    `write(source, path)` returns the new source of a code cell. UsageError when jupytext is not
    installed; CourseError when a function's solution is not between its markers.
    """
    try:
        import jupytext  # type: ignore[import-untyped]
    except ImportError:
        raise UsageError(
            "building exercises needs jupytext: pip install 'softmax-grader[author]'"
        ) from None
    text = exercise.reference_path.read_text(encoding="utf-8")
    template: NotebookNode = jupytext.reads(text, fmt="py:percent")
    cells = []
    stubs: set[str] = set()
    for cell in template.cells:
        tags = cell.metadata.get("tags", [])
        if set(tags) & set(leave_out) or any(tag.startswith("notice-") for tag in tags):
            continue
        if cell.cell_type == "code":
            source = cell.source
            cell.source = write(source, exercise.reference_path)
            if BEGIN in source:
                stubs.update(re.findall(r"^def (\w+)", source, re.MULTILINE))
        cells.append(cell)
    for function in exercise.functions:
        # Refused before anything is written: a template could be handed out with its solution.
        if function.name not in stubs:
            raise CourseError(
                f"{exercise.reference_path}: {function.name} has no solution between {BEGIN} and"
                f" {END}; put the markers around it"
            )
    template.cells = cells
    return template


def without_solution(source: str, path: Path, *, solved: bool = False) -> str:
    """Replace each solution in `source` by a line that raises NotImplementedError.

    With `solved`, only remove the markers. CourseError when the markers do not pair up; `path` is
    for its message.
    """
    lines = []
    function = ""
    inside = False
    for line in source.splitlines():
        if match := re.match(r"def (\w+)", line):
            function = match[1]
        if line.strip() == BEGIN:
            if inside:
                raise CourseError(f"{path}: {BEGIN} inside a solution, in {function}; remove it")
            inside = True
            indent = line[: -len(line.lstrip())]
            if not solved:
                message = f"{function} is still to be written"
                lines.append(f'{indent}raise NotImplementedError("{message}")')
        elif line.strip() == END:
            if not inside:
                raise CourseError(f"{path}: {END} without {BEGIN}, in {function}; add it")
            inside = False
        elif solved or not inside:
            lines.append(line)
    if inside:
        raise CourseError(f"{path}: {BEGIN} without {END}, in {function}; add it")
    return "\n".join(lines)


def _folded(markdown: str) -> str:
    """Fold a Markdown cell: it shows only its heading until it is clicked."""
    heading, _, rest = markdown.partition("\n")
    summary = re.sub(r"`([^`]*)`", r"<code>\1</code>", heading.lstrip("# "))
    return f"<details>\n<summary>{summary}</summary>\n\n{rest.strip()}\n\n</details>"


def _cell_id(source: str, used: set[str]) -> str:
    """Make an id of the cell's first words: it stays the same when other cells come and go."""
    first = next((line for line in source.splitlines() if line.strip()), "cell")
    match = re.match(r"def (\w+)", first) or re.search(r"^(check\(.*)", source, re.MULTILINE)
    words = match[1] if match else first
    base = re.sub(r"[^a-z0-9_]+", "-", words.lower()).strip("-")[:50] or "cell"
    cell_id, number = base, 1
    while cell_id in used:
        number += 1
        cell_id = f"{base}-{number}"
    used.add(cell_id)
    return cell_id
