"""Otter's autograder where something is missing or fails: reported in what the platform reads."""

import json
import sys
import zipfile
from importlib import metadata

import nbformat
import numpy as np
import pytest

from grader import wire
from grader.course.folder import course_of
from grader.course.planning import plan_of
from grader.platforms.container.entries import ASIDE
from grader.platforms.container.pack import Settings
from grader.platforms.otter import container
from grader.platforms.otter.assign import assign
from grader.platforms.otter.config import check_otter_config
from grader.platforms.otter.literals import literal
from grader.platforms.otter.master import master_notebook
from tests.support import documents
from tests.support.refusals import told, written
from tests.support.results import results_in
from tests.support.submissions import SOFTMAX, notebook

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def toy(tmp_path):
    return course_of(documents.write_toy(tmp_path))


class TestOtter:
    def test_whatever_fails_is_reported_in_the_results(self, tmp_path):
        written(tmp_path / "submission_metadata.json", "{}")
        written(tmp_path / "submission" / "work.py", SOFTMAX)
        assert container.main(tmp_path) == 1
        results = results_in(tmp_path)
        assert results["score"] == 0
        assert results["tests"][0]["name"] == "not graded"

    @pytest.mark.parametrize("name", ["a.txt", "link.ipynb", "broken.ipynb", "link.py", "a.ipynb"])
    @pytest.mark.parametrize("setting", ["pdf", "show_hidden"])
    def test_whatever_it_is_otter_gets_a_notebook_of_ours(self, tmp_path, name, setting):
        folder = tmp_path / "submission"
        folder.mkdir()
        written(tmp_path / "source" / "otter_config.json", json.dumps({setting: True}))
        if name.startswith("link"):
            (folder / name).symlink_to("/etc/passwd")
        else:
            written(folder / name, notebook(SOFTMAX) if name == "a.ipynb" else "{")
        assert container.main(tmp_path) == 1
        (left,) = (path for path in folder.iterdir() if path.name in (container.STAND_IN, name))
        cells = nbformat.read(left, as_version=4).cells
        assert bool(cells) == (name == "a.ipynb" and setting == "pdf")
        assert [path.name for path in (tmp_path / ASIDE).iterdir()] == [name]

    @pytest.mark.parametrize("config", ['{"pdf": false}', "[]", "{"])
    def test_settings_that_ask_for_no_notebook_or_are_none(self, tmp_path, config):
        written(tmp_path / "source" / "otter_config.json", config)
        written(tmp_path / "submission" / "work.ipynb", notebook(SOFTMAX))
        assert container.main(tmp_path) == 1
        left = tmp_path / "submission" / container.STAND_IN
        assert nbformat.read(left, as_version=4).cells == []

    @pytest.mark.parametrize("kept", [{}, {"assignment_name": "hw1"}])
    def test_of_otters_metadata_only_a_name_is_left(self, tmp_path, kept):
        document = json.loads(notebook(SOFTMAX))
        document["metadata"]["otter"] = {"tests": {}, "assignment_name": 7} | kept
        written(tmp_path / "source" / "otter_config.json", '{"assignment_name": "hw1"}')
        written(tmp_path / "submission" / "work.ipynb", json.dumps(document))
        assert container.main(tmp_path) == 1
        left = tmp_path / "submission" / container.STAND_IN
        assert nbformat.read(left, as_version=4).metadata.get("otter", {}) == kept

    def test_what_is_named_must_be_there(self, tmp_path):
        work = written(tmp_path / "work.py", SOFTMAX)
        once = container.run_once
        assert "name a file, a folder or a zip archive" in told(once, work / "x", work, tmp_path)
        assert "work.py is not an autograder" in told(once, work, work, tmp_path)
        with zipfile.ZipFile(tmp_path / "empty.zip", "w"):
            pass
        assert f"cannot write to {work}" in told(once, work, tmp_path / "empty.zip", work)

    @pytest.mark.slow  # needs otter
    def test_a_name_that_no_notebook_has_is_refused(self, tmp_path, toy):
        pytest.importorskip("otter")
        message = told(assign, toy, tmp_path, Settings(), name="a b/c")
        assert message.startswith("--name a b/c: ")

    def test_without_otter_its_installation_is_named(self, tmp_path, toy, monkeypatch):
        def missing(name):
            raise metadata.PackageNotFoundError(name)

        monkeypatch.setattr(metadata, "version", missing)
        assert "pip install 'softmax-grader[otter]'" in told(assign, toy, tmp_path, Settings())

    @pytest.mark.slow  # needs otter
    def test_what_otter_refuses_is_shown(self, tmp_path, toy, monkeypatch):
        pytest.importorskip("otter")
        said = written(tmp_path / "python", "#!/bin/sh\necho it is closed; exit 1\n")
        said.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(said))
        with pytest.raises(Exception, match="`otter assign` refused the notebook") as caught:
            assign(toy, tmp_path / "out", Settings(isolation="none"), prove=False)
        assert "it is closed" in str(caught.value)

    @pytest.mark.slow  # needs otter
    def test_settings_of_the_plugin_are_refused(self):
        pytest.importorskip("otter")
        config = {"plugins": [{"grader.platforms.otter.plugin.Plugin": {"a": 1}}]}
        assert "the plugin takes no settings here" in told(check_otter_config, config)

    def test_a_scalar_is_written_out(self):
        assert literal(wire.pack(np.float64(0.5))) == "0.5"

    def test_functions_of_one_cell_are_questions_with_one_answer(self, toy):
        path = toy.exercises[0].reference_path
        before, hint, after = path.read_text().partition('\n# %% [markdown] tags=["hint-relu"]')
        path.write_text(before + SECOND + hint + after + TOLD)
        checks = toy.exercises[0].checks_path
        checks.write_text(checks.read_text() + documents.checks_of("again"))
        settings = toy.folder / "course.toml"
        settings.write_text(settings.read_text().replace("relu = 10", "relu = 10, again = 1"))
        course = course_of(toy.folder)
        plan = plan_of(course, hidden=False)
        notebook = json.loads(master_notebook(course, plan, {}))
        sources = ["".join(cell["source"]) for cell in notebook["cells"]]
        assert sum(text.startswith("# BEGIN QUESTION") for text in sources) == 2
        assert sum(text.startswith("# BEGIN SOLUTION") for text in sources) == 1


SECOND = '''

def again(Z):
    """Again."""
    # BEGIN SOLUTION
    return Z * 1.0
    # END SOLUTION

'''
TOLD = """
# %% [markdown] tags=["hint-again"]
# Look.

# %% [markdown] tags=["notice-again"]
# So.
"""
