"""Make a class of sample submissions: right, wrong, half done, broken, in every form."""

from __future__ import annotations

import ast
import json
import random
import re
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from grader.course.folder import Course, Exercise
from grader.course.handout import script
from grader.course.notebooks import notebook
from grader.course.variants import Variant, variants_in
from grader.errors import UsageError
from grader.files import archive_of

# A file's name below the class's folder, and its bytes.
Files: TypeAlias = dict[str, bytes]
MakeSubmission: TypeAlias = Callable[[str], Files]

MARK = ".made-by-grader-demo"
NAMES = (
    "Ada Bela Chidi Dunja Emre Farah Goran Hana Ines Jamal Kaito Lena Mira Nadia Omar Priya Quentin"
    " Rosa Sami Tomasz Uma Viktor Wanjiru Ximena Yusuf Zofia"
).split()


def write_class(course: Course, folder: Path, *, students: int, seed: int = 0) -> Path:
    """Write a class of `students` sample submissions below `folder`, and return that folder.

    One submission of each kind comes first, so that a small class shows much; the rest are drawn.
    """
    return write_files(folder, class_files(course, students=students, seed=seed))


def write_files(folder: Path, files: Files) -> Path:
    """Write the files of a class below `folder`, in place of an earlier sample class.

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
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def class_files(course: Course, *, students: int, seed: int = 0) -> Files:
    """Make the files of a sample class, by name."""
    samples = samples_of(course, seed=seed)
    kinds, ordinary = samples.kinds(), samples.ordinary()
    files: Files = {}
    for number in range(students):
        kind = kinds[number] if number < len(kinds) else samples.rng.choice(ordinary)
        files.update(kind(_name(number)))
    return files


def samples_of(course: Course, *, seed: int) -> Samples:
    """Prepare to draw submissions from a course and its variants."""
    alternatives = [v for e in course.exercises for v in variants_in(e, "alternatives.py")]
    return Samples(
        course,
        [v for e in course.exercises for v in variants_in(e, "mistakes.py")],
        [v for v in alternatives if v.doc],
        random.Random(seed),  # noqa: S311  # which samples, not secrets
    )


def _name(number: int) -> str:
    name = NAMES[number % len(NAMES)].lower()
    return name if number < len(NAMES) else f"{name}{number // len(NAMES) + 1}"


@dataclass(frozen=True, slots=True)
class Samples:
    """Makes submissions of many kinds for a learner, from the course and its variants."""

    course: Course
    mistakes: list[Variant]
    alternatives: list[Variant]
    rng: random.Random

    def kinds(self) -> list[MakeSubmission]:
        """List one of each kind of submission, ordinary and troublesome ones mixed."""
        course = self.course
        first, last = course.exercises[0], course.exercises[-1]
        return [
            self.spoiled(str),
            self.with_mistakes(1),
            self.notebooks,
            self.half_done,
            lambda student: {f"{student}.ipynb": notebook_bytes(course)},
            self.with_mistakes(2),
            self.mixed,
            self.spoiled(break_syntax),
            self.with_alternatives,
            self.spoiled(never_return, at=-1),
            lambda student: {f"{student}.zip": archive_of(self.spoiled(str)("homework"))},
            self.with_mistakes(3),
            self.spoiled(rename),
            lambda student: {f"{student}/{first.slug}.py": script(first).encode()},
            self.spoiled(crash),
            lambda student: {f"{student}.py": all_in_one(course).encode()},
            lambda student: {f"{student}/{first.slug}.ipynb": b'{"cells": [{"cell_type": "code", '},
            *self.ordinary(),
            lambda student: {f"{student}/{last.slug}.py": solved(last).encode("utf-16")},
            lambda student: {f"{student}/report.pdf": b"%PDF-1.4"},
        ]

    def ordinary(self) -> list[MakeSubmission]:
        """List the kinds that most learners of a class hand in."""
        return [
            self.with_mistakes(1),
            self.with_alternatives,
            self.with_mistakes(2),
            self.notebooks,
            self.half_done,
        ]

    def scripts(self, student: str, text_of: Callable[[Exercise], str]) -> Files:
        """Make every exercise as a script with this text."""
        return {f"{student}/{e.slug}.py": text_of(e).encode() for e in self.course.exercises}

    def spoiled(self, spoil: Callable[[str], str], *, at: int = 0) -> MakeSubmission:
        """Make every exercise solved, one of them changed by `spoil`."""
        spoiled = self.course.exercises[at]

        def text_of(exercise: Exercise) -> str:
            return spoil(solved(exercise)) if exercise is spoiled else solved(exercise)

        return lambda student: self.scripts(student, text_of)

    def half_done(self, student: str) -> Files:
        """Make the first half of the exercises solved, the rest as they are handed out."""
        done = self.course.exercises[: (len(self.course.exercises) + 1) // 2]
        return self.scripts(student, lambda exercise: script(exercise, solved=exercise in done))

    def with_mistakes(self, number: int) -> MakeSubmission:
        """Make every exercise solved, but for so many mistakes."""
        number = min(number, len(self.mistakes))
        return lambda student: self.with_variants(student, self.rng.sample(self.mistakes, number))

    def with_alternatives(self, student: str) -> Files:
        """Make every exercise solved, in another way."""
        return self.with_variants(
            student, self.rng.sample(self.alternatives, len(self.alternatives))
        )

    def with_variants(self, student: str, variants: Iterable[Variant]) -> Files:
        """Make every exercise solved, with the last variant of a function in its place."""
        chosen = {variant.function: variant for variant in variants}

        def text_of(exercise: Exercise) -> str:
            text = solved(exercise)
            for function in exercise.functions:
                if variant := chosen.get(function.name):
                    text = with_variant(text, variant)
            return text

        return self.scripts(student, text_of)

    def notebooks(self, student: str) -> Files:
        """Make every exercise as a notebook."""
        return {
            f"{student}/{e.slug}.ipynb": filled_notebook(e, self.course)
            for e in self.course.exercises
        }

    def mixed(self, student: str) -> Files:
        """Make scripts and notebooks in turn."""
        scripts, notebooks = self.spoiled(str)(student), self.notebooks(student)
        pairs = enumerate(zip(scripts.items(), notebooks.items(), strict=True))
        return dict(pair[number % 2] for number, pair in pairs)


def solved_files(course: Course) -> Files:
    """Make the references as a learner would hand them in: a script for each exercise."""
    return {f"{exercise.slug}.py": solved(exercise).encode() for exercise in course.exercises}


def solved(exercise: Exercise) -> str:
    """Return the script of an exercise, solved."""
    return script(exercise, solved=True)


def filled_notebook(exercise: Exercise, course: Course) -> bytes:
    """Make a notebook whose marked cell holds the earlier functions that the exercise needs."""
    document = json.loads(notebook(exercise, solved=True))
    earlier = course.exercises[: course.exercises.index(exercise)]
    pasted = "".join(functions_in(other, course) for other in earlier)
    for cell in document["cells"]:
        if cell["cell_type"] == "code" and ">>>" in "".join(cell["source"]):
            cell["source"] = pasted.splitlines(keepends=True)
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def functions_in(exercise: Exercise, course: Course) -> str:
    """Return the source of an exercise's solved functions and imports."""
    text = solved(exercise)
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
        cells.append(functions_in(exercise, course))
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
            for number, text in enumerate(cells, start=1)
        ],
        "metadata": {"language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def all_in_one(course: Course) -> str:
    """Return one script of all functions of a course."""
    return "import numpy as np\n\n\n" + "".join(functions_in(e, course) for e in course.exercises)


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
            # What the file has already, and what cannot stand in its middle.
            known = (*lines, "from __future__ import annotations")
            needed = [piece for piece in shared if piece not in known and piece[0] not in "\"'"]
            lines[node.lineno - 1 : node.end_lineno] = "\n\n\n".join([*needed, source]).splitlines()
    return "\n".join(lines) + "\n"


def break_syntax(text: str) -> str:
    """Take the colon from the first function."""
    return re.sub(r"^(def \w+\(.*\).*):$", r"\1", text, count=1, flags=re.MULTILINE)


def never_return(text: str) -> str:
    """Put an endless loop before the first return."""
    return re.sub(
        r"^( +)return ", r"\1while True:\n\1    pass\n\1return ", text, count=1, flags=re.MULTILINE
    )


def crash(text: str) -> str:
    """Let the script end its process."""
    return text + "\n\nimport os\nos._exit(1)\n"


def rename(text: str) -> str:
    """Give the first function another name."""
    return re.sub(r"^def (\w+)\(", r"def my_\1(", text, count=1, flags=re.MULTILINE)
