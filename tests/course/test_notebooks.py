"""The notebooks run from the first cell to the last, solved and as they are handed out."""

import nbformat
import pytest
from nbclient import NotebookClient

from grader.course.folder import course_of
from grader.course.sample import class_files
from tests.support.course import ROOT

# The first one in `make test`, for which each starts a kernel.
EXERCISES = [
    pytest.param(exercise, marks=pytest.mark.slow if number else (), id=exercise.slug)
    for number, exercise in enumerate(course_of(ROOT / "solutions").exercises)
]


@pytest.fixture(scope="module")
def solved(course):
    """The third learner of the sample class hands in every notebook, solved.

    The cells that ask for earlier functions are filled in.
    """
    return class_files(course, students=3)


def executed(text: str):
    document = nbformat.reads(text, as_version=4)
    NotebookClient(document, timeout=120, kernel_name="python3").execute()
    return document


@pytest.mark.parametrize("exercise", EXERCISES)
def test_a_solved_notebook_runs(exercise, solved, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "agg")
    executed(solved[f"chidi/{exercise.slug}.ipynb"].decode())


@pytest.mark.parametrize("exercise", EXERCISES)
def test_a_notebook_runs_as_it_is_handed_out(exercise, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "agg")
    executed((ROOT / "exercises" / f"{exercise.slug}.ipynb").read_text(encoding="utf-8"))
