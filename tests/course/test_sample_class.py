"""The sample class, and the demo that grades it."""

import numpy as np
import pytest

from grader.course.folder import course_of
from grader.course.handout import script
from grader.course.sample import class_files, notebook_bytes, with_variant, write_class
from grader.course.variants import variants_in
from tests.support.course import ROOT, planned
from tests.support.refusals import told
from tests.support.results import lines_of


@pytest.mark.slow
def test_a_sample_class_holds_every_kind(course):
    files = class_files(course, students=17)
    assert any(name.endswith(".zip") for name in files)
    assert any(b"os._exit(1)" in data for data in files.values())
    assert any(b"while True:" in data for data in files.values())
    assert any(b"def my_" in data for data in files.values())
    assert notebook_bytes(course).startswith(b"{")


def test_a_sample_class_is_written_over_an_earlier_one_only(course, tmp_path):
    for _ in range(2):
        write_class(course, tmp_path / "class", students=1)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "work.py").touch()
    assert "holds other files than a sample class; name another folder" in told(
        write_class, course, tmp_path / "mine", students=1
    )


@pytest.mark.slow
def test_the_demo_grades_a_class_and_says_where_the_results_are(run, tmp_path):
    planned(mistakes=True)
    done = run("demo", "--students", 9, "--out", tmp_path / "demo", "--course", ROOT / "solutions")
    assert done.returncode == 0, done.stderr
    results = {r["student"]: r for r in lines_of(tmp_path / "demo" / "results" / "results.jsonl")}
    assert len(results) == 9
    full = results["ada"]["max_score"]
    assert [results[name]["score"] for name in ("ada", "chidi", "emre", "goran", "ines")] == [
        full
    ] * 5
    assert 0 < results["dunja"]["score"] < full
    assert results["hana"]["functions"][0]["verdict"] == "not_loaded"
    assert str(tmp_path / "demo" / "results" / "gradebook.csv") in done.stdout.replace("\n", "")


@pytest.mark.slow
def test_the_demo_never_deletes_what_it_did_not_make(run, tmp_path):
    (tmp_path / "submissions").mkdir()
    (tmp_path / "submissions" / "real.py").write_text("x")
    planned(mistakes=True)
    (tmp_path / "results").mkdir()
    done = run("demo", "--out", tmp_path, "--course", ROOT / "solutions")
    assert done.returncode == 2
    assert (tmp_path / "submissions" / "real.py").exists()


def test_a_variant_keeps_the_imports_and_helpers_of_its_file(toy):
    path = toy / "ex01_relu" / "alternatives.py"
    above = "from functools import reduce\n\nimport numpy as np\n\n_ZERO = 0.0\n"
    path.write_text(
        f'"""Right ways."""\n\nfrom __future__ import annotations\n\n{above}\n\n'
        'def relu__reduce(Z):\n    """With reduce."""\n'
        "    return reduce(np.maximum, [Z, np.full(Z.shape, _ZERO)])\n"
    )
    (exercise,) = course_of(toy).exercises
    (variant,) = variants_in(exercise, path.name)
    learned = {}
    exec(with_variant(script(exercise, solved=True), variant), learned)  # noqa: S102
    assert learned["relu"](np.array([-1.0, 2.0])).tolist() == [0.0, 2.0]
