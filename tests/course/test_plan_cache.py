"""The fixed part of a plan is kept for the user, and used again only if it would be the same."""

import shutil

import pytest

from grader.course import cache
from grader.course.cache import cache_folder, cached_plan
from grader.course.folder import course_of
from grader.files import write_bytes
from grader.grade.fingerprints import fingerprints_of

ONLY = ("ex01_softmax",)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A cache of this test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return cache_folder()


@pytest.fixture
def own_course(course, tmp_path):
    folder = tmp_path / "course"
    shutil.copytree(course.folder, folder)
    return folder


def change(own_course, text):
    checks = own_course / "ex01_softmax" / "checks.py"
    checks.write_text(checks.read_text(encoding="utf-8") + text, encoding="utf-8")
    return course_of(own_course)


def test_it_is_used_again_until_the_course_changes(own_course, folder):
    first = cached_plan(course_of(own_course), only=ONLY)
    (written,) = folder.iterdir()
    inode = written.stat().st_ino
    assert cached_plan(course_of(own_course), only=ONLY) == first
    assert [(path, path.stat().st_ino) for path in folder.iterdir()] == [(written, inode)]
    cached_plan(change(own_course, "\n# changed\n"), only=ONLY)
    assert len(list(folder.iterdir())) == 2


def test_only_its_user_can_read_it_and_the_oldest_ones_go(own_course, folder, monkeypatch):
    monkeypatch.setattr(cache, "MOST", 2)
    for number in range(4):
        cached_plan(change(own_course, f"\n# {number}\n"), only=ONLY)
    plans = list(folder.iterdir())
    assert len(plans) == 2
    assert {path.stat().st_mode & 0o777 for path in (folder, *plans)} == {0o700, 0o600}


def test_a_damaged_file_makes_it_anew(course, folder):
    first = cached_plan(course, only=ONLY)
    (path,) = folder.iterdir()
    write_bytes(path, [path.read_bytes()[:-9]])
    anew = cached_plan(course, only=ONLY)
    # Alike but for what was measured.
    one, other = (fingerprints_of(p, isolation="", versions={}).plan for p in (first, anew))
    assert one == other
    assert cached_plan(course, only=ONLY) == anew


def test_a_folder_that_cannot_be_made_only_costs_time(course, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert cached_plan(course, only=ONLY).exercises


def test_without_a_folder_of_its_own_it_is_kept_in_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    for unusable in ("", "relative/path"):
        monkeypatch.setenv("XDG_CACHE_HOME", unusable)
        assert cache_folder() == tmp_path / ".cache" / "softmax-grader"
