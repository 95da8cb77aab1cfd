"""The notebooks run from the first cell to the last, solved and as they are handed out."""

import nbformat
import pytest
from nbclient import NotebookClient

from grader.course.folder import course_of
from grader.course.sample import class_files
from tests.support.course import ROOT

EXERCISES = course_of(ROOT / "solutions").exercises
# The third learner of the sample class hands in every notebook, solved, with the cells that ask for
# earlier functions filled in.
SOLVED = class_files(course_of(ROOT / "solutions"), students=3)


def executed(text: str):
    document = nbformat.reads(text, as_version=4)
    # `!grader check` needs the command on the path; it has tests of its own.
    cells = [cell for cell in document.cells if not cell.source.startswith("!")]
    document.cells = cells
    NotebookClient(document, timeout=120, kernel_name="python3").execute()
    return document


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.slug)
def test_a_solved_notebook_runs(exercise, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "agg")
    executed(SOLVED[f"chidi/{exercise.slug}.ipynb"].decode())


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.slug)
def test_a_notebook_runs_as_it_is_handed_out(exercise, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "agg")
    executed((ROOT / "exercises" / f"{exercise.slug}.ipynb").read_text(encoding="utf-8"))
