"""What is not installed is named, with the command that installs it."""

import sys

from tests.support.course import ROOT
from tests.support.submissions import write_class


def test_a_cluster_without_dask(run, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "grader.platforms.cluster.workers", None)
    folder = write_class(tmp_path / "class", "ada")
    one = ("--exercise", "ex01_softmax", "--course", ROOT / "solutions")
    done = run("grade", folder, "--out", tmp_path / "out", *one, "--dask", "tcp://127.0.0.1:1")
    assert done.returncode == 2
    assert "pip install 'softmax-grader[cluster]'" in done.stderr
