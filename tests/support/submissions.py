"""What learners hand in: a right softmax, a notebook, a class of one file each."""

from __future__ import annotations

from pathlib import Path

import nbformat

from grader import wire
from grader.engine.reading import with_contents
from grader.intake.submission import read_submission, submission_of
from grader.model import Submission
from grader.worker.reading import contents_of

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


def contents(submission: Submission) -> wire.Contents:
    """What a learner's process reads of a submission, read in this one."""
    if not submission.files:
        return with_contents(submission, wire.Contents())
    files = tuple(wire.File(name, data) for name, data in submission.files.items())
    return with_contents(submission, contents_of(wire.ReadRequest(files, ORDER)))


def contents_at(*paths: Path) -> wire.Contents:
    """What is read of these files and folders of one learner."""
    return contents(read_submission("ada", paths))


def contents_in(files: dict[str, bytes]) -> wire.Contents:
    """What is read of files given by name."""
    return contents(submission_of("ada", files))
