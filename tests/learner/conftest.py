"""What the tests of the learner's room share."""

import pytest

from grader.learner.start import start


@pytest.fixture
def folder(tmp_path):
    """The exercises as a learner gets them, as scripts."""
    start(tmp_path / "exercises", form="py")
    return tmp_path / "exercises"


@pytest.fixture
def in_notebooks(tmp_path, monkeypatch):
    """A folder of notebooks as a learner starts in it, as the current one."""
    start(tmp_path / "work", form="ipynb")
    monkeypatch.chdir(tmp_path / "work")
