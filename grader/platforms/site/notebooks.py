"""Write the notebooks of a course for a place where no terminal is: a browser, Colab."""

from __future__ import annotations

from grader.course.folder import Course, Exercise
from grader.course.template import (
    ASK,
    SCRIPT_ONLY,
    notebook_json,
    template_of,
    without_solution,
)

HOW = """## Ask the grader

Run your cells above, then the next one: it checks your functions and says what to do next. Nothing
limits the time and memory that your code takes here. If the cell never ends, a loop in your code
does not: choose **Restart Kernel** in the menu **Kernel**, correct it, and run your cells again."""


def notebooks(course: Course, *, install: str) -> dict[str, str]:
    """Return a notebook for each exercise, by file name; its last code cell checks the functions.

    `install` is what that cell gives pip. CourseError and UsageError as from `template_of`.
    """
    return {f"{e.slug}.ipynb": _notebook(e, install) for e in course.exercises}


def _notebook(exercise: Exercise, install: str) -> str:
    import nbformat

    cells = template_of(exercise, {SCRIPT_ONLY}, without_solution).cells
    asks = [n for n, cell in enumerate(cells) if ASK in cell.metadata.get("tags", [])]
    kept = [cell for n, cell in enumerate(cells) if n not in asks]
    place = asks[0] if asks else len(cells)
    names = ", ".join(function.name for function in exercise.functions)
    check = f"%pip install -q {install}\nfrom grader.notebook import check\n\ncheck({names})"
    kept[place:place] = [
        nbformat.v4.new_markdown_cell(HOW),  # type: ignore[no-untyped-call]
        nbformat.v4.new_code_cell(check),  # type: ignore[no-untyped-call]
    ]
    return notebook_json(kept)
