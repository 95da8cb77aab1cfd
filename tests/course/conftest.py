"""Courses to be broken: a copy of one exercise, and the one that the documents write."""

import shutil

import pytest

from grader.course.folder import course_of
from grader.course.handout import built_files, write_files
from tests.support import documents
from tests.support.course import ROOT


@pytest.fixture
def copy(tmp_path):
    """The course's first exercise alone, to be broken."""
    shutil.copytree(ROOT / "solutions" / "ex01_softmax", tmp_path / "solutions" / "ex01_softmax")
    described = (ROOT / "solutions" / "course.toml").read_text(encoding="utf-8")
    first, second = described.split("[[exercise]]")[:2]
    (tmp_path / "solutions" / "course.toml").write_text(f"{first}[[exercise]]{second}")
    write_files(built_files(course_of(tmp_path / "solutions")), tmp_path / "exercises")
    return tmp_path


@pytest.fixture
def toy(tmp_path):
    """The folder of the course that docs/authors.md writes."""
    return documents.write_toy(tmp_path)
