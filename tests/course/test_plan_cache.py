"""A plan is stored beside the results, and used again only if it would be the same."""

import shutil

import pytest

from grader.course.cache import FILE, cached_plan
from grader.course.folder import course_of
from grader.files import write_bytes

ONLY = ("ex01_softmax",)


@pytest.fixture
def own_course(course, tmp_path):
    folder = tmp_path / "course"
    shutil.copytree(course.folder, folder)
    return folder


def test_it_is_used_again_until_the_course_changes(own_course, tmp_path):
    out = tmp_path / "out"
    first = cached_plan(course_of(own_course), out, seed=1, only=ONLY)
    written = (out / FILE).stat().st_mtime_ns
    assert cached_plan(course_of(own_course), out, seed=1, only=ONLY) == first
    assert (out / FILE).stat().st_mtime_ns == written
    checks = own_course / "ex01_softmax" / "checks.py"
    checks.write_text(checks.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    cached_plan(course_of(own_course), out, seed=1, only=ONLY)
    assert (out / FILE).stat().st_mtime_ns != written


def test_another_seed_or_a_damaged_file_makes_it_anew(course, tmp_path):
    first = cached_plan(course, tmp_path, seed=1, only=ONLY)
    other = cached_plan(course, tmp_path, seed=2, only=ONLY)
    assert other != first
    write_bytes(tmp_path / FILE, [(tmp_path / FILE).read_bytes()[:-9]])
    assert cached_plan(course, tmp_path, seed=2, only=ONLY) == other


def test_a_folder_that_cannot_be_made_only_costs_time(course, tmp_path):
    (tmp_path / "file").touch()
    assert cached_plan(course, tmp_path / "file" / "out", seed=1, only=ONLY).exercises
