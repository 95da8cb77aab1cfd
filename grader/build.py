"""Make `exercises/` from `solutions/`: templates without solutions, public checks as data."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.catalog import Course, Exercise
from grader.errors import CourseError, UsageError
from grader.plan import CHECKS, plan_json
from grader.planning import plan_of

if TYPE_CHECKING:
    from nbformat import NotebookNode

BEGIN, END = "# BEGIN SOLUTION", "# END SOLUTION"
SCRIPT_ONLY, NOTEBOOK_ONLY = "script-only", "notebook-only"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
# Public checks have literal inputs, so that any seed gives the same file; the proof holds it to it.
PUBLIC_SEED = 0
# NumPy chooses its exp, log and matmul by the processor: expected values differ in their last bits,
# and by more what a mistake answers that computes in float32 or by differences.
SAME, SAME_MISTAKE = 1e-13, 1e-6


def built_files(course: Course) -> dict[str, str]:
    """The files of `exercises/`, by name. CourseError when a reference's cells cannot be used."""
    files = {"README.md": readme(course)}
    for exercise in course.exercises:
        files[f"{exercise.slug}.py"] = script(exercise)
        files[f"{exercise.slug}.ipynb"] = notebook(exercise)
    files[CHECKS] = plan_json(plan_of(course, seed=PUBLIC_SEED, hidden=False, mistakes=True))
    return files


def write_files(files: dict[str, str], folder: Path) -> list[str]:
    """Write the files that `folder` does not hold as they are made; the names of those written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in files.items():
        path = folder / name
        if not path.exists() or not is_made(name, path.read_text(encoding="utf-8"), text):
            path.write_text(text, encoding="utf-8")
            written.append(name)
    return written


def is_made(name: str, present: str, text: str) -> bool:
    """Whether a file is what is made here, or was made so by a processor that rounds otherwise."""
    if present == text or name != CHECKS:
        return present == text
    try:
        one, other = json.loads(present), json.loads(text)
        mistakes, others = _mistaken(one), _mistaken(other)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        return False
    return _same(one, other, SAME) and _same(mistakes, others, SAME_MISTAKE)


def _mistaken(document: dict[str, Any]) -> list[Any]:
    """The mistakes, taken out of a file of checks, each with what it answers to every call."""
    taken = []
    for exercise in document["exercises"]:
        for function in exercise["functions"]:
            calls = function["calls"]
            for mistake in function.pop("mistakes", ()):
                # Whether an answer is a little wrong, or right, may be a matter of rounding.
                answers = [{"value": call["expected"]} for call in calls]
                for place, answer in mistake["answers"].items():
                    answers[int(place)] = answer
                taken.append({**mistake, "answers": answers})
    return taken


def _same(one: Any, other: Any, tolerance: float) -> bool:
    if isinstance(one, float | int) and isinstance(other, float | int):
        return abs(one - other) <= tolerance * (1 + abs(other))
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(
            _same(a, b, tolerance) for a, b in zip(one, other, strict=True)
        )
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[k], other[k], tolerance) for k in one)
    return bool(one == other)


def strays(files: Iterable[str], folder: Path) -> list[str]:
    """The names in `folder` that `grader build` does not make."""
    ignored = {"__pycache__", ".ipynb_checkpoints"}
    return sorted({path.name for path in folder.iterdir()} - set(files) - ignored)


def script(exercise: Exercise, *, solved: bool = False) -> str:
    """The exercise as a .py in percent format; `solved`: with the solutions."""
    template = template_of(exercise, {NOTEBOOK_ONLY}, partial(without_solution, solved=solved))
    import jupytext  # type: ignore[import-untyped]

    template.metadata["jupytext"] = {
        "notebook_metadata_filter": "-all",
        "cell_metadata_filter": "-all",
    }
    return str(jupytext.writes(template, fmt="py:percent"))


def notebook(exercise: Exercise, *, solved: bool = False) -> str:
    """The exercise as a notebook in nbformat's current schema; `solved`: with the solutions.

    Cell ids are made of the cells' first words, so that they stay from one build to the next.
    """
    write = partial(without_solution, solved=solved)
    return notebook_json(template_of(exercise, {SCRIPT_ONLY}, write).cells)


def notebook_json(cells: Iterable[NotebookNode]) -> str:
    """A notebook of these cells, with ids made of their first words and hints folded."""
    import nbformat

    notebook = nbformat.v4.new_notebook(metadata=METADATA)  # type: ignore[no-untyped-call]
    taken: set[str] = set()
    for cell in cells:
        if any(tag.startswith("hint-") for tag in cell.metadata.get("tags", [])):
            cell.source = _folded(cell.source)
        cell.metadata.clear()
        cell.id = _cell_id(cell.source, taken)
        notebook.cells.append(cell)
    notebook.nbformat_minor = 5
    nbformat.validate(notebook)
    text: str = nbformat.writes(notebook)  # type: ignore[no-untyped-call]
    return text.rstrip("\n") + "\n"


def readme(course: Course) -> str:
    """What a learner reads first: the table of exercises, and how to check one's own work."""
    rows = [
        f"| `{exercise.slug}` | {exercise.title.partition(': ')[2] or exercise.title}"
        f" | {', '.join(f'`{f.name}`' for f in exercise.functions)}"
        f" | {sum(f.points for f in exercise.functions):g} |"
        for exercise in course.exercises
    ]
    points = sum(f.points for exercise in course.exercises for f in exercise.functions)
    first = course.exercises[0].slug
    return f"""# {course.title}

Each exercise comes as a script and as a notebook of the same text: work in the form you like, and
hand in that one. Take them in order; a later one may use what you wrote before.

| file | about | functions | points |
|---|---|---|---|
{chr(10).join(rows)}
| | | | **{points:g}** |

## Checking your own work

Install the grader once (`pip install softmax-grader`), and after every save run, in this folder:

    grader check {first}.py

or the same with `.ipynb`, or without a name for all files. It runs the public checks, says what is
wrong and where, which mistake it looks like, and what to do next. With `--watch` it does so by
itself after every save. In a notebook `from grader.notebook import check` and `check(softmax)` say
the same under the cell, and with pytest `pytest {first}.py` does.

`checks.json` holds the inputs and expected values of the public checks, and what common mistakes
answer to them. Your
instructor's run has more checks than these, on other inputs: what is right here for a reason is
right there too.
"""


def template_of(
    exercise: Exercise, leave_out: Collection[str], write: Callable[[str, Path], str]
) -> NotebookNode:
    """The reference as a notebook without cells that carry one of the tags in `leave_out`.

    `write(source, path)` gives what is to stand in a code cell. UsageError without jupytext.
    """
    try:
        import jupytext
    except ImportError:
        raise UsageError(
            "building exercises needs jupytext: pip install 'softmax-grader[author]'"
        ) from None
    text = exercise.reference_path.read_text(encoding="utf-8")
    template: NotebookNode = jupytext.reads(text, fmt="py:percent")
    kept = []
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
        kept.append(cell)
    for function in exercise.functions:
        # Refused here, too: a template once written could be handed out with its solution.
        if function.name not in stubs:
            raise CourseError(
                f"{exercise.reference_path}: {function.name} has no solution between {BEGIN} and"
                f" {END}; put the markers around it"
            )
    template.cells = kept
    return template


def without_solution(source: str, path: Path, *, solved: bool = False) -> str:
    """`source` with each solution block replaced by a line that raises NotImplementedError.

    With `solved` only the markers go.
    """
    lines = []
    function = ""
    inside = False
    for line in source.splitlines():
        if match := re.match(r"def (\w+)", line):
            function = match[1]
        if line.strip() == BEGIN:
            if inside:
                raise CourseError(f"{path}: {BEGIN} inside of a solution, in {function}")
            inside = True
            indent = line[: -len(line.lstrip())]
            if not solved:
                message = f"{function} is still to be written"
                lines.append(f'{indent}raise NotImplementedError("{message}")')
        elif line.strip() == END:
            if not inside:
                raise CourseError(f"{path}: {END} without {BEGIN}, in {function}")
            inside = False
        elif solved or not inside:
            lines.append(line)
    if inside:
        raise CourseError(f"{path}: {BEGIN} without {END}, in {function}")
    return "\n".join(lines)


def _folded(markdown: str) -> str:
    """A Markdown cell that shows its heading only, until it is clicked."""
    heading, _, rest = markdown.partition("\n")
    summary = re.sub(r"`([^`]*)`", r"<code>\1</code>", heading.lstrip("# "))
    return f"<details>\n<summary>{summary}</summary>\n\n{rest.strip()}\n\n</details>"


def _cell_id(source: str, taken: set[str]) -> str:
    """An id made of the cell's first words, so that it stays when other cells come and go."""
    first = next((line for line in source.splitlines() if line.strip()), "cell")
    match = re.match(r"def (\w+)", first)
    words = match[1] if match else first
    base = re.sub(r"[^a-z0-9_]+", "-", words.lower()).strip("-")[:50] or "cell"
    cell_id, number = base, 1
    while cell_id in taken:
        number += 1
        cell_id = f"{base}-{number}"
    taken.add(cell_id)
    return cell_id
