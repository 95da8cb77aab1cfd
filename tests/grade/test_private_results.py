"""Results are for whoever graded: other users of the machine cannot read them."""

import os

import pytest

from grader.files import open_to_others
from tests.support.course import ROOT
from tests.support.submissions import write_class

SOFTMAX_ONLY = ("--exercise", "ex01_softmax", "--course", ROOT / "solutions")


@pytest.fixture(autouse=True)
def _usual_umask():
    before = os.umask(0o022)
    yield
    os.umask(before)


def test_everything_that_a_run_writes_is_closed_to_others(run, tmp_path):
    folder = write_class(tmp_path / "class", "ada")
    done = run("grade", folder, "--out", tmp_path / "new" / "out", *SOFTMAX_ONLY)
    assert done.returncode == 0, done.stderr
    written = [tmp_path / "new" / "out", *(tmp_path / "new" / "out").rglob("*")]
    assert {"results.sqlite", "run.json", "ada.html", "gradebook.csv"} <= {
        path.name for path in written
    }
    assert [path for path in written if open_to_others(path)] == []
    assert "chmod" not in done.stderr


def test_a_folder_that_others_can_look_into_is_reported_and_left_alone(run, tmp_path):
    folder = write_class(tmp_path / "class", "ada")
    out = tmp_path / "shared"
    out.mkdir(mode=0o755)
    done = run("grade", folder, "--out", out, *SOFTMAX_ONLY)
    assert f"to keep results private: chmod 700 {out}" in done.stderr
    assert open_to_others(out)
    assert [path for path in out.rglob("*") if open_to_others(path)] == []
