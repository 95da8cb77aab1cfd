"""What is not installed is named, with the command that installs it."""

import sys

from click.testing import CliRunner

from grader.cli import main
from tests.support.course import ROOT
from tests.support.submissions import write_class


def test_a_cluster_without_dask(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "grader.platforms.cluster.workers", None)
    folder = write_class(tmp_path / "class", "ada")
    command = ("grade", folder, "--out", tmp_path / "out", "--course", ROOT / "solutions")
    done = CliRunner().invoke(main, list(map(str, (*command, "--dask", "tcp://127.0.0.1:1"))))
    assert done.exit_code == 2
    assert "pip install 'softmax-grader[cluster]'" in done.output
