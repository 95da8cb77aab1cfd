"""Make a class of sample submissions: right, wrong, half done, broken, in every form."""

from __future__ import annotations

import ast
import json
import random
import re
import shutil
from collections.abc import Callable, Iterable
from itertools import count
from pathlib import Path
from typing import TypeAlias

from grader.course.folder import Course, Exercise
from grader.course.handout import notebook, script
from grader.course.variants import Variant, variants_in
from grader.errors import UsageError
from grader.files import archive_of

# A file's name below the class's folder, and its bytes.
Files: TypeAlias = dict[str, bytes]

MARK = ".made-by-grader-demo"
NAMES = (
    "Ada Bela Chidi Dunja Emre Farah Goran Hana Ines Jamal Kaito Lena Mira Nadia Omar Priya Quentin"
    " Rosa Sami Tomasz Uma Viktor Wanjiru Ximena Yusuf Zofia"
).split()


def write_class(course: Course, folder: Path, *, students: int, seed: int = 0) -> Path:
    """Write a class of `students` sample submissions below `folder`, and return that folder.

    One submission of each kind comes first, so that a small class shows much; the rest are drawn.
    UsageError when `folder` holds anything but an earlier sample class; OSError when the disk
    refuses.
    """
    if folder.exists():
        if not (folder / MARK).exists() and any(folder.iterdir()):
            raise UsageError(
                f"{folder} holds other files than a sample class; name another folder with --out"
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / MARK).touch()
    for name, data in class_files(course, students=students, seed=seed).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def class_files(course: Course, *, students: int, seed: int = 0) -> Files:
    """Make the files of a sample class, by name."""
    rng = random.Random(seed)  # noqa: S311  # which samples, not secrets
    mistakes = [v for e in course.exercises for v in variants_in(e, "mistakes.py")]
    alternatives = [v for e in course.exercises for v in variants_in(e, "alternatives.py")]
    alternatives = [v for v in alternatives if v.doc]
    files: Files = {}
    kinds = _kinds(course, mistakes, alternatives, rng)
    for number in range(students):
        kind = (
            kinds[number]
            if number < len(kinds)
            else rng.choice(_ordinary(course, mistakes, alternatives, rng))
        )
        files.update(kind(_name(number)))
    return files


def _name(number: int) -> str:
    name = NAMES[number % len(NAMES)].lower()
    return name if number < len(NAMES) else f"{name}{number // len(NAMES) + 1}"


MakeSubmission: TypeAlias = Callable[[str], Files]


def _kinds(
    course: Course, mistakes: list[Variant], alternatives: list[Variant], rng: random.Random
) -> list[MakeSubmission]:
    """List one of each kind of submission, ordinary and troublesome ones mixed."""
    first = course.exercises[0]
    last = course.exercises[-1]
    ordinary = _ordinary(course, mistakes, alternatives, rng)
    return [
        lambda student: _scripts(student, course),
        lambda student: _with_mistakes(student, course, mistakes, 1, rng),
        lambda student: _notebooks(student, course),
        lambda student: _half_done(student, course),
        lambda student: {f"{student}.ipynb": notebook_bytes(course)},
        lambda student: _with_mistakes(student, course, mistakes, 2, rng),
        lambda student: _mixed(student, course),
        lambda student: _scripts(student, course, _break_syntax),
        lambda student: _with_alternatives(student, course, alternatives, rng),
        lambda student: _scripts(student, course, _never_return, at=-1),
        lambda student: {f"{student}.zip": archive_of(_scripts("homework", course))},
        lambda student: _with_mistakes(student, course, mistakes, 3, rng),
        lambda student: _scripts(student, course, _rename),
        lambda student: {f"{student}/{first.slug}.py": script(first).encode()},
        lambda student: _scripts(student, course, _crash),
        lambda student: {f"{student}.py": _all_in_one(course).encode()},
        lambda student: {f"{student}/{first.slug}.ipynb": b'{"cells": [{"cell_type": "code", '},
        *ordinary,
        lambda student: {f"{student}/{last.slug}.py": _solved(last).encode("utf-16")},
        lambda student: {f"{student}/report.pdf": b"%PDF-1.4"},
    ]


def _ordinary(
    course: Course, mistakes: list[Variant], alternatives: list[Variant], rng: random.Random
) -> list[MakeSubmission]:
    return [
        lambda student: _with_mistakes(student, course, mistakes, 1, rng),
        lambda student: _with_alternatives(student, course, alternatives, rng),
        lambda student: _with_mistakes(student, course, mistakes, 2, rng),
        lambda student: _notebooks(student, course),
        lambda student: _half_done(student, course),
    ]


def solved_files(course: Course) -> Files:
    """Make the references as a learner would hand them in: a script for each exercise."""
    return {f"{exercise.slug}.py": _solved(exercise).encode() for exercise in course.exercises}


def _solved(exercise: Exercise) -> str:
    return script(exercise, solved=True)


def _scripts(
    student: str, course: Course, spoil: Callable[[str], str] = str, *, at: int = 0
) -> Files:
    """Make every exercise as a script, one of them changed by `spoil`."""
    spoiled = course.exercises[at].slug
    files = {}
    for exercise in course.exercises:
        text = _solved(exercise)
        files[f"{student}/{exercise.slug}.py"] = (
            spoil(text) if exercise.slug == spoiled else text
        ).encode()
    return files


def _notebooks(student: str, course: Course) -> Files:
    return {
        f"{student}/{exercise.slug}.ipynb": _filled_notebook(exercise, course)
        for exercise in course.exercises
    }


def _filled_notebook(exercise: Exercise, course: Course) -> bytes:
    """Make a notebook whose marked cell holds the earlier functions that the exercise needs."""
    document = json.loads(notebook(exercise, solved=True))
    earlier = course.exercises[: course.exercises.index(exercise)]
    pasted = "".join(_functions(other, course) for other in earlier)
    for cell in document["cells"]:
        if cell["cell_type"] == "code" and ">>>" in "".join(cell["source"]):
            cell["source"] = pasted.splitlines(keepends=True)
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _functions(exercise: Exercise, course: Course) -> str:
    """Return the source of an exercise's solved functions and imports."""
    text = _solved(exercise)
    wanted = (ast.FunctionDef, ast.Import, ast.ImportFrom)
    pieces = [
        ast.get_source_segment(text, node) or ""
        for node in ast.parse(text).body
        if isinstance(node, wanted) and getattr(node, "module", None) not in course.slugs
    ]
    return "\n\n\n".join(pieces) + "\n\n\n"


def notebook_bytes(course: Course) -> bytes:
    """Make one notebook of all exercises, with the magics and plots that notebooks often hold."""
    cells = [
        "%matplotlib inline\nimport otter\nimport matplotlib.pyplot as plt\nimport numpy as np"
    ]
    cells.append("grader = otter.Notebook()")
    for exercise in course.exercises:
        cells.append(_functions(exercise, course))
        cells += [f'grader.check("{function.name}")' for function in exercise.functions]
    cells.append("fig, ax = plt.subplots()\nax.plot([1, 2, 3])\nplt.show()")
    document = {
        "cells": [
            {
                "cell_type": "code",
                "execution_count": None,
                "id": f"cell-{number}",
                "metadata": {},
                "outputs": [],
                "source": text.splitlines(keepends=True),
            }
            for number, text in zip(count(1), cells, strict=False)
        ],
        "metadata": {"language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _all_in_one(course: Course) -> str:
    return "import numpy as np\n\n\n" + "".join(_functions(e, course) for e in course.exercises)


def _mixed(student: str, course: Course) -> Files:
    """Make notebooks and scripts in turn."""
    files: Files = {}
    for number, exercise in enumerate(course.exercises):
        if number % 2:
            files[f"{student}/{exercise.slug}.ipynb"] = _filled_notebook(exercise, course)
        else:
            files[f"{student}/{exercise.slug}.py"] = _solved(exercise).encode()
    return files


def _half_done(student: str, course: Course) -> Files:
    """Make the first half of the exercises solved, the rest as they are handed out."""
    half = (len(course.exercises) + 1) // 2
    return {
        f"{student}/{exercise.slug}.py": script(exercise, solved=number < half).encode()
        for number, exercise in enumerate(course.exercises)
    }


def _with_mistakes(
    student: str, course: Course, mistakes: list[Variant], number: int, rng: random.Random
) -> Files:
    return _with_variants(student, course, rng.sample(mistakes, min(number, len(mistakes))))


def _with_alternatives(
    student: str, course: Course, alternatives: list[Variant], rng: random.Random
) -> Files:
    by_function = {
        variant.function: variant for variant in rng.sample(alternatives, len(alternatives))
    }
    return _with_variants(student, course, by_function.values())


def _with_variants(student: str, course: Course, variants: Iterable[Variant]) -> Files:
    """Make every exercise solved, with these variants in place of their functions."""
    chosen = {variant.function: variant for variant in variants}
    files = {}
    for exercise in course.exercises:
        text = _solved(exercise)
        for function in exercise.functions:
            if variant := chosen.get(function.name):
                text = with_variant(text, variant)
        files[f"{student}/{exercise.slug}.py"] = text.encode()
    return files


def with_variant(text: str, variant: Variant) -> str:
    """Replace one function in the source `text` by `variant` and the helpers it needs."""
    shared, source = variant.pieces()
    # The docstring names the mistake: a learner's file would not.
    doc = re.search(r'""".*?"""', source, re.DOTALL)
    source = source.replace(doc[0], '"""My answer."""', 1) if doc else source
    source = re.sub(rf"\b{variant.name}\b", variant.function, source)
    lines = text.splitlines()
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name == variant.function:
            lines[node.lineno - 1 : node.end_lineno] = "\n\n\n".join(
                [*shared[1:], source]
            ).splitlines()
    return "\n".join(lines) + "\n"


def _break_syntax(text: str) -> str:
    return re.sub(r"^(def \w+\(.*\).*):$", r"\1", text, count=1, flags=re.MULTILINE)


def _never_return(text: str) -> str:
    return re.sub(
        r"^( +)return ", r"\1while True:\n\1    pass\n\1return ", text, count=1, flags=re.MULTILINE
    )


def _crash(text: str) -> str:
    return text + "\n\nimport os\nos._exit(1)\n"


def _rename(text: str) -> str:
    return re.sub(r"^def (\w+)\(", r"def my_\1(", text, count=1, flags=re.MULTILINE)
