"""Who is in the class beside the attackers, and under which names all are found."""

from __future__ import annotations

import functools
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import nbformat

from grader.intake.plain import student_name
from tests.attacks.attack import HONEST, Attack, Files
from tests.support.course import ROOT


def student_of(attack: Attack) -> str:
    """The name under which an attack's result is found."""
    if attack.entry is None:
        return attack.name
    return student_name(Path("/nonexistent") / os.fsdecode(attack.entry))


def twin_name(attack: Attack) -> str:
    """The learner who has handed in the honest part of an attack; one for many, mostly."""
    text = repr(sorted(attack.twin.items()))
    return f"twin-{hashlib.sha256(text.encode()).hexdigest()[:10]}"


def bystanders(attacks: Sequence[Attack], token: str) -> dict[str, Files]:
    """Learners who attack nobody; the names of most come right behind an attack's."""
    right = HONEST["ex01_softmax.py"].decode()
    naive = right.replace("Z - Z.max(axis=0, keepdims=True)", "Z")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(right)])
    notebook.cells[0].id = "softmax"
    kinds: list[Files] = [
        HONEST,
        {"ex01_softmax.py": naive.encode()},
        {"ex01_softmax.ipynb": nbformat.writes(notebook).encode()},
    ]
    found = {}
    for number, attack in enumerate(attacks):
        if number % 4 == 0:
            found[f"{attack.name}~next"] = kinds[number // 4 % 3]
    solved = _solved()
    victim = f"# canary {token}\n{right}".encode()
    found |= {"0-solved": solved, "n-solved": solved, "zz-solved": solved}
    return {**found, "zz-victim": {"ex01_softmax.py": victim}}


@functools.cache
def _solved() -> Files:
    from grader.course.folder import course_of
    from grader.course.sample import solved_files

    return solved_files(course_of(ROOT / "solutions"))
