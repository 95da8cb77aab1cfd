"""What `grader build` makes of a course, and when it is the same."""

import json
import re
import zlib
from base64 import b64decode, b64encode

import numpy as np
import pytest

from grader.course.folder import course_of
from grader.course.handout import is_current
from grader.errors import CourseError
from tests.support.course import ROOT
from tests.support.proving import edit, problems


def test_a_solution_without_markers_is_never_written_to_the_exercises(run, copy):
    edit(copy, "reference.py", "    # BEGIN SOLUTION\n", "")
    edit(copy, "reference.py", "    # END SOLUTION\n", "")
    before = (copy / "exercises" / "ex01_softmax.py").read_text(encoding="utf-8")
    for arguments in (["build"], ["build", "--check"]):
        done = run(*arguments, cwd=copy)
        assert done.returncode == 2
        assert "put the markers around it" in done.stderr
    assert (copy / "exercises" / "ex01_softmax.py").read_text(encoding="utf-8") == before


@pytest.mark.slow
def test_exercises_that_are_not_what_the_course_makes_are_named(copy):
    (copy / "exercises" / "stray.py").write_text("x")
    (copy / "exercises" / "README.md").unlink()
    (copy / "exercises" / "ex01_softmax.py").write_text("x")
    checks = json.loads((copy / "exercises" / "checks.json").read_text())
    checks["exercises"][0]["functions"][0]["calls"][0]["expected"]["array"][0][0] += 1e-9
    (copy / "exercises" / "checks.json").write_text(json.dumps(checks))
    messages = "\n".join(problems(copy))
    assert "stray.py: not made by `grader build`; delete it" in messages
    assert "README.md is missing; run `grader build`" in messages
    assert "ex01_softmax.py does not match the course; run `grader build`" in messages
    assert "checks.json does not match the course; run `grader build`" in messages


def rounded(softmax):
    """What another processor may make of a function of a file of checks."""
    softmax["calls"][0]["expected"]["array"][0][0] += 1e-16
    change_prints(softmax, "float32_inside", lambda row: row[0] * (1 + 1e-4))


def change_prints(function, name, changed):
    """Change the first fingerprint of a mistake, or all of them."""
    index = function["mistakes"].index(mistake(function, name))
    count = len(function["mistakes"]) + len(function["generated"])
    data = zlib.decompress(b64decode(function["prints"]))
    rows = np.frombuffer(data, "<f4").reshape(count, -1).copy()
    rows[index][: 1 if name == "float32_inside" else None] = changed(rows[index])
    function["prints"] = b64encode(zlib.compress(rows.tobytes())).decode()


def mistake(function, name):
    return next(mistake for mistake in function["mistakes"] if mistake["id"] == name)


@pytest.mark.slow
def test_numbers_that_differ_by_rounding_are_the_same_exercises(run, copy):
    path = copy / "exercises" / "checks.json"
    checks = json.loads(path.read_text())
    rounded(checks["exercises"][0]["functions"][0])
    path.write_text(json.dumps(checks))
    assert problems(copy) == []
    assert "0 of 4 files written" in run("build", cwd=copy).stdout


@pytest.mark.parametrize(
    "change",
    [
        lambda softmax: change_prints(softmax, "rows_instead_of_columns", lambda row: row + 1.5),
        lambda softmax: change_prints(softmax, "rows_instead_of_columns", lambda _row: 0.5),
        lambda softmax: mistake(softmax, "rows_instead_of_columns").update(message="Another."),
        lambda softmax: softmax["mistakes"].pop(),
        lambda softmax: softmax["checks"][0].update(weight=3),
        lambda softmax: softmax.pop("calls"),
        lambda softmax: softmax.update(prints=softmax["prints"][:-8]),
        lambda softmax: softmax.pop("prints"),
    ],
)
def test_what_differs_by_more_than_rounding_is_not_current(change):
    text = (ROOT / "exercises" / "checks.json").read_text()
    checks = json.loads(text)
    change(checks["exercises"][0]["functions"][0])
    assert not is_current("checks.json", json.dumps(checks), text)
    assert is_current("checks.json", json.dumps(json.loads(text)), text)


def test_build_writes_what_differs_and_names_strays(run, copy):
    (copy / "exercises" / "stray.py").write_text("x")
    (copy / "exercises" / "README.md").unlink()
    done = run("build", cwd=copy)
    assert "1 of 4 files written: README.md" in done.stdout
    assert "stray.py is not made by this command" in done.stderr


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("    # END SOLUTION\n", "", "without # END SOLUTION"),
        ("    # BEGIN SOLUTION\n", "", "without # BEGIN SOLUTION"),
        (
            "    # END SOLUTION\n",
            "    # BEGIN SOLUTION\n    # END SOLUTION\n",
            "inside a solution",
        ),
    ],
)
def test_unpaired_markers_are_named(copy, old, new, said):
    from grader.course.handout import built_files

    edit(copy, "reference.py", old, new)
    with pytest.raises(CourseError, match=said):
        built_files(course_of(copy / "solutions"))


def test_the_notebooks_are_valid_and_their_cells_have_stable_ids(course):
    import nbformat

    for exercise in course.exercises:
        text = (ROOT / "exercises" / f"{exercise.slug}.ipynb").read_text(encoding="utf-8")
        document = nbformat.reads(text, as_version=4)
        nbformat.validate(document)
        ids = [cell.id for cell in document.cells]
        assert len(set(ids)) == len(ids)
        assert set(ids) >= {function.name for function in exercise.functions}


def test_exercises_are_no_longer_than_one_reads_and_begin_soon(course):
    """Words of text, with the hints; formulas on lines of their own, tables and code aside."""
    for exercise in course.exercises:
        document = json.loads((ROOT / "exercises" / f"{exercise.slug}.ipynb").read_text("utf-8"))
        cells = [c["source"] for c in document["cells"] if c["cell_type"] == "markdown"]
        text = "\n".join("".join(source) for source in cells)
        text = re.sub(r"\$\$.*?\$\$|```.*?```|^\|.*?$", "", text, flags=re.DOTALL | re.MULTILINE)
        assert len(text.split()) <= (2000 if exercise.slug[:4] in ("ex05", "ex06") else 2050)
        script = (ROOT / "exercises" / f"{exercise.slug}.py").read_text(encoding="utf-8")
        assert script[: script.index("\ndef ")].count("\n") < 130, exercise.slug


def test_each_notebook_checks_each_function_and_then_all_of_them(course):
    for exercise in course.exercises:
        document = json.loads((ROOT / "exercises" / f"{exercise.slug}.ipynb").read_text("utf-8"))
        codes = ["".join(c["source"]) for c in document["cells"] if c["cell_type"] == "code"]
        assert "%pip install -q --find-links . softmax-grader" in codes[0]
        for function in exercise.functions:
            (number,) = (n for n, code in enumerate(codes) if f"def {function.name}(" in code)
            assert codes[number + 1].endswith(f"check({function.name})")
        assert codes[-1].endswith("check.all()")
        drawn = [c for c in codes if re.search(r"import (curves|heat_map|regions)", c)]
        assert len(drawn) == 1
        assert drawn[0].startswith('if __name__ == "__main__":')
