"""Write an exercise as a notebook that checks itself: a cell of checks follows each function.

While such a notebook is graded its checks are inert (see grader.worker.imports).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from grader.course.folder import Exercise
from grader.course.template import (
    ASK,
    SCRIPT_ONLY,
    notebook_json,
    template_of,
    without_solution,
)

if TYPE_CHECKING:
    from nbformat import NotebookNode

IMPORT = "from grader.notebook import check"
FIND = f"""# Run this cell first. It looks for the grader, and installs it where it is missing.
try:
    {IMPORT}
except ModuleNotFoundError:
    %pip install -q --find-links . softmax-grader
    try:
        {IMPORT}
    except ModuleNotFoundError:
        print(
            "The grader is not here, and could not be installed. Put the file that your course"
            " has of it (softmax_grader-... .whl) beside this notebook, and run this cell again."
            " Without it you can do everything but the checks and the pictures."
        )"""
ASK_HERE = """## Ask the grader

Run the next cell: it checks all functions of this notebook, and says what to do next. Then save the
notebook; what you hand in is the file. The cells with checks may stay in it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a notebook will be used: its first code cell, and the text before its last check."""

    first: str = FIND
    ask: str = ASK_HERE


def notebook(exercise: Exercise, place: Place | None = None, *, solved: bool = False) -> str:
    """Write the exercise as a notebook in nbformat's current schema; `solved`: with the solutions.

    Cell ids are made of the cells' first words, so that they stay the same between builds.
    """
    write = partial(without_solution, solved=solved)
    cells = template_of(exercise, {SCRIPT_ONLY}, write).cells
    names = {function.name for function in exercise.functions}
    return notebook_json(_with_checks(cells, names, place or Place()))


def _with_checks(
    cells: list[NotebookNode], names: set[str], place: Place
) -> Iterator[NotebookNode]:
    from nbformat.v4 import new_code_cell as code
    from nbformat.v4 import new_markdown_cell as markdown

    end = [markdown(place.ask), code(f"{IMPORT}\n\ncheck.all()")]  # type: ignore[no-untyped-call]
    first = place.first
    for cell in cells:
        if cell.cell_type == "code" and first:
            yield code(first)  # type: ignore[no-untyped-call]
            first = ""
        if ASK in cell.metadata.get("tags", []):
            yield from end
            end = []
            continue
        yield cell
        if cell.cell_type == "code":
            here = [n for n in re.findall(r"^def (\w+)", cell.source, re.MULTILINE) if n in names]
            if here:
                yield code(f"{IMPORT}\n\ncheck({', '.join(here)})")  # type: ignore[no-untyped-call]
    yield from end
