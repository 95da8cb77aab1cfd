"""Make `exercises/` from `solutions/`: templates without solutions, public checks as data."""

from __future__ import annotations

import json
import zlib
from base64 import b64decode
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from grader.course.folder import Course, Exercise
from grader.course.notebooks import notebook
from grader.course.planning import other_checks, plan_of
from grader.course.settled import settled
from grader.course.template import NOTEBOOK_ONLY, template_of, without_solution
from grader.diagnose.prints import NO_ROWS
from grader.plan_json import CHECKS, plan_json

# Relative tolerances between two builds. NumPy chooses its exp, log and matmul by the processor, so
# expected values differ in their last bits. The answers of mistakes that compute in float32 or by
# differences differ by more.
SAME, SAME_MISTAKE = 1e-13, 1e-3
# So many fingerprints of mistakes must be the same.
MOST_ALIKE = 0.99


def built_files(course: Course) -> dict[str, str]:
    """Build the files of `exercises/`, by name. CourseError when a reference cannot be used."""
    files = {"README.md": readme(course)}
    for exercise in course.exercises:
        files[f"{exercise.slug}.py"] = script(exercise)
        files[f"{exercise.slug}.ipynb"] = notebook(exercise)
    plan = plan_of(course, hidden=False, mistakes=True)
    if course.open_inputs == "check":
        plan = msgspec.structs.replace(plan, more=other_checks(course, plan))
    files[CHECKS] = plan_json(settled(plan, course))
    return files


def write_files(files: dict[str, str], folder: Path) -> list[str]:
    """Write the files that are missing or outdated in `folder`, and return the names of those."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in files.items():
        path = folder / name
        if not path.exists() or not is_current(name, path.read_text(encoding="utf-8"), text):
            path.write_text(text, encoding="utf-8")
            written.append(name)
    return written


def is_current(name: str, present: str, text: str) -> bool:
    """Tell whether the text of a file is up to date; other processors may round otherwise."""
    if present == text or name != CHECKS:
        return present == text
    try:
        one, other = json.loads(present), json.loads(text)
        prints, others = _pop_prints(one), _pop_prints(other)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, zlib.error):
        return False
    return _same(one, other, SAME) and all(map(_are_alike, prints, others))


def _pop_prints(document: dict[str, Any]) -> list[NDArray[np.float32]]:
    """Take the fingerprints of mistakes out of a file of checks."""
    exercises = (*document["exercises"], *document["more"])
    functions = [f for exercise in exercises for f in exercise["functions"]]
    return [
        np.frombuffer(zlib.decompress(b64decode(f.pop("prints")) or NO_ROWS), "<f4").reshape(
            (len(f["mistakes"]) + len(f["generated"])) or 1, -1
        )
        for f in functions
    ]


def _are_alike(one: NDArray[np.float32], other: NDArray[np.float32]) -> bool:
    """Tell whether fingerprints are the same, but for a few on the border of right and wrong."""
    if one.shape != other.shape:
        return False
    same = np.isclose(one, other, rtol=SAME_MISTAKE, atol=1e-9, equal_nan=True)
    return not same.size or bool(same.mean() > MOST_ALIKE and same.mean(axis=-1).min() > 0.5)


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
    """List the names in `folder` that `grader build` does not make."""
    ignored = {"__pycache__", ".ipynb_checkpoints"}
    return sorted({path.name for path in folder.iterdir()} - set(files) - ignored)


def script(exercise: Exercise, *, solved: bool = False) -> str:
    """Write the exercise as a .py in percent format; `solved`: with the solutions."""
    template = template_of(exercise, {NOTEBOOK_ONLY}, partial(without_solution, solved=solved))
    import jupytext  # type: ignore[import-untyped]

    template.metadata["jupytext"] = {
        "notebook_metadata_filter": "-all",
        "cell_metadata_filter": "-all",
    }
    return str(jupytext.writes(template, fmt="py:percent"))


def readme(course: Course) -> str:
    """Write the README of the exercises: a table of them, and how to check one's own work."""
    rows = [
        f"| `{exercise.slug}` | {exercise.title.partition(': ')[2] or exercise.title}"
        f" | {', '.join(f'`{f.name}`' for f in exercise.functions)}"
        f" | {sum(f.points for f in exercise.functions):g} |"
        for exercise in course.exercises
    ]
    points = sum(f.points for exercise in course.exercises for f in exercise.functions)
    first, name = course.exercises[0].slug, course.exercises[0].functions[0].name
    return f"""# {course.title}

Take the exercises in order; a later one may use what you wrote before.

| file | about | functions | points |
|---|---|---|---|
{chr(10).join(rows)}
| | | | **{points:g}** |

## Checking your own work

Install the grader once: your course's page has it, or says how (`pip install softmax-grader`, where
an index has it). Then, in this folder, after every save:

    grader check

A line for each exercise says how far you are, and for the first that fails you read what is wrong
and where, which mistake it looks like, and what to do next. `grader check {first}` looks at
one exercise, `grader check --watch` at all after every save by itself. `grader check --show NAME`
prints the call that fails as code, `grader hint NAME` gives a hint, `grader reset {first}`
puts an exercise back as it was, and `grader pack` makes the one file to hand in.
`pytest {first}.py` runs the same checks. A notebook checks itself: below each function there is
a cell with `check({name})`; the first cell finds the grader or installs it.

`checks.json` holds the inputs and expected values of the public checks, and what common mistakes
answer to them. {_ABOUT_OTHERS[course.open_inputs]}
"""


_ABOUT_OTHERS = {
    "check": """It also holds other checks, which are run on a function once its public ones pass.
Your instructor's run has the same checks and tries them on further inputs of the same kind: an
answer that is right in general passes those too.""",
    "feedback": """Your instructor's run has more checks, on other inputs: an answer that is
right in general passes those too.""",
}
