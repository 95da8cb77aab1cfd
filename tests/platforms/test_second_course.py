"""A course of texts, masks and dicts goes through otter and Gradescope as any other does."""

import json
import warnings
import zipfile

import nbformat
import pytest

from grader.course.folder import course_of
from grader.course.notebooks import notebook
from grader.model import Limits
from grader.platforms.container.pack import Settings
from grader.platforms.gradescope.build import build
from tests.platforms.test_gradescope import Container
from tests.support.course import ROOT

COURSE = course_of(ROOT / "tests" / "courses" / "attention")
# No wall: not every machine has one, and it is not what these tests are about.
SETTINGS = Settings(
    isolation="none",
    limits=Limits(call_cpu_s=1, statement_cpu_s=1, submission_cpu_s=9, wall_factor=3),
)
FULL = {"token_ids": 3, "layer_norm": 5, "causal_mask": 3, "attention": 7}

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


def solved():
    return {
        f"{exercise.slug}.ipynb": notebook(exercise, solved=True) for exercise in COURSE.exercises
    }


def with_slips():
    """The first words are sorted, and nobody's attention is masked."""
    files = solved()
    files["ex01_layer_norm.ipynb"] = files["ex01_layer_norm.ipynb"].replace(
        '[vocabulary.get(word, vocabulary[\\"?\\"]) for word in text.lower().split()]',
        "sorted(vocabulary.get(w, vocabulary['?']) for w in text.lower().split())",
    )
    files["ex02_attention.ipynb"] = files["ex02_attention.ipynb"].replace(
        "scores[~causal_mask(len(X))] = -np.inf", "pass"
    )
    assert files != solved()
    return files


def scores(results):
    return {test["name"]: test["score"] for test in results["tests"]}


def test_gradescope_gives_full_points_and_names_mistakes(tmp_path):
    build(COURSE, tmp_path / "autograder.zip", SETTINGS)
    container = Container(tmp_path / "autograder", tmp_path / "autograder.zip")
    assert scores(container.results(solved())) == FULL
    results = container.results(with_slips())
    given = scores(results)
    assert given["layer_norm"] == 5
    assert given["causal_mask"] == 3
    assert given["token_ids"] < 3
    assert given["attention"] < 7
    told = "".join(test["output"] for test in results["tests"])
    assert "You put the numbers in order of size." in told
    assert "You let every token look at all tokens" in told


def test_otter_grades_the_solved_notebook_and_one_with_slips(tmp_path):
    pytest.importorskip("otter")
    with warnings.catch_warnings(action="ignore"):
        from grader.platforms.otter.assign import assign
        from grader.platforms.otter.container import run_once

        # Otter grades the solved notebook here, and refuses unless it gets full points.
        assigned = assign(COURSE, tmp_path / "dist", SETTINGS)
    student = nbformat.read(assigned.notebook, as_version=4)
    assert "token_ids is still to be written" in "".join(c.source for c in student.cells)
    assert set(student.metadata["otter"]["tests"]) == set(FULL)
    for name, files, is_full in (("right", solved(), True), ("wrong", with_slips(), False)):
        work = tmp_path / f"{name}.zip"
        with zipfile.ZipFile(work, "w") as archive:
            for file, text in files.items():
                archive.writestr(file, text)
        path, code = run_once(work, assigned.autograder, tmp_path / name)
        assert code == 0
        given = scores(json.loads(path.read_text()))
        assert all(given[name] == points for name, points in FULL.items()) == is_full
