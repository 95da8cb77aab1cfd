"""What learners hand in: a right softmax, a notebook, a class of one file each."""

from __future__ import annotations

from pathlib import Path

import nbformat

SOFTMAX = """
import numpy as np
def softmax(Z):
    E = np.exp(Z - Z.max(axis=0, keepdims=True))
    return E / E.sum(axis=0, keepdims=True)
"""


# The exercises whose files the tests of intake hand in.
ORDER = ("ex01_softmax", "ex02_jacobian")
Files = dict[str, bytes | str]


def notebook(source: str) -> bytes:
    """A notebook of one code cell."""
    cell = nbformat.v4.new_code_cell(source)
    return nbformat.writes(nbformat.v4.new_notebook(cells=[cell])).encode()


def write_class(folder: Path, *students: str, source: str = SOFTMAX) -> Path:
    """A folder of submissions, each one file."""
    folder.mkdir(exist_ok=True)
    for student in students:
        (folder / f"{student}.py").write_text(source)
    return folder
