"""The store: one grader at a time, no other file is touched, a full disk is reported."""

import contextlib
import os
import shutil
import sqlite3
import subprocess

import pytest

from grader.errors import UsageError
from grader.results.store import Store
from tests.support.course import ROOT
from tests.support.refusals import told
from tests.support.results import counts, lines_of
from tests.support.submissions import write_class

ONE = ("--exercise", "ex01_softmax", "--course", ROOT / "solutions")


def test_an_error_of_sqlite_without_words_of_its_own_is_reported(tmp_path):
    with Store(tmp_path) as store:
        pass
    message = told(store.keep, [("ada", None)])
    assert "results.sqlite cannot be used (Cannot operate on a closed database.); fix" in message


def test_a_second_grader_in_one_folder_is_refused(run, tmp_path):
    folder = write_class(tmp_path / "class", "ada")
    out = tmp_path / "out"
    out.mkdir()
    with Store(out):
        done = run("grade", folder, "--out", out, *ONE)
    assert done.returncode == 2
    assert "results.sqlite: another grader is using it; wait for it to end, or" in done.stderr


def test_a_file_that_is_no_database_is_left_alone(run, tmp_path):
    folder = write_class(tmp_path / "class", "ada")
    (tmp_path / "results.sqlite").write_text("my notes\n" * 500)
    done = run("grade", folder, "--out", tmp_path, *ONE)
    assert done.returncode == 2
    assert "results.sqlite is not a results file; move it away" in done.stderr
    assert (tmp_path / "results.sqlite").read_text().startswith("my notes")


def test_a_database_of_something_else_is_left_alone(tmp_path):
    with contextlib.closing(sqlite3.connect(tmp_path / "results.sqlite")) as connection:
        connection.execute("CREATE TABLE mine (x)")
    with pytest.raises(UsageError, match="was not made by this grader; name another --out"):
        Store(tmp_path)


def test_a_database_of_another_format_is_named(tmp_path):
    Store(tmp_path).__exit__(None, None, None)
    with contextlib.closing(sqlite3.connect(tmp_path / "results.sqlite")) as connection:
        connection.execute("UPDATE meta SET value = '99' WHERE name = 'format'")
        connection.commit()
    with pytest.raises(UsageError, match="has format 99, this grader reads 3; move it away"):
        Store(tmp_path)


@contextlib.contextmanager
def mounted(folder, options):
    """Mount a small file system on `folder`; skip the test where that is not allowed."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder]
    if shutil.which("mount") is None or subprocess.run(command, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


@pytest.mark.slow
def test_a_full_disk_is_reported_and_finished_results_are_kept(run, tmp_path):
    folder = write_class(tmp_path / "class", *(f"student-{n:03}" for n in range(300)))
    one = ("--out", tmp_path / "out", *ONE)
    with mounted(tmp_path / "out", "size=700k"):
        done = run("grade", folder, *one)
        assert done.returncode == 2
        assert "the disk is full; make room, then run the same command again" in done.stderr
        assert "Traceback" not in done.stderr
        remount = ["mount", "-o", "remount,size=50m", tmp_path / "out"]
        subprocess.run(remount, check=True)
        graded, _, unchanged = counts(run("grade", folder, *one))
        assert unchanged > 10
        assert graded + unchanged == 300
        assert len(lines_of(tmp_path / "out" / "results.jsonl")) == 300


@pytest.mark.slow
def test_a_disk_that_fills_up_at_the_end_costs_no_grade(run, tmp_path):
    folder = write_class(tmp_path / "class", *(f"student-{n:03}" for n in range(60)))
    one = ("--out", tmp_path / "out", *ONE)
    with mounted(tmp_path / "out", "size=4m"):
        run("grade", folder, *one)
        (tmp_path / "out" / "results.jsonl").unlink()
        room = os.statvfs(tmp_path / "out")
        (tmp_path / "out" / "filler").write_bytes(b"x" * (room.f_bavail * room.f_frsize - 80_000))
        done = run("grade", folder, *one)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr
        assert "finished results are kept" in done.stderr
        (tmp_path / "out" / "filler").unlink()
        assert counts(run("grade", folder, *one)) == (0, 0, 60)


def test_a_folder_that_cannot_be_written_to_is_reported(run, tmp_path):
    folder = write_class(tmp_path / "class", "ada")
    with mounted(tmp_path / "out", "size=1m,ro"):
        done = run("grade", folder, "--out", tmp_path / "out", *ONE)
    assert done.returncode == 2
    assert ": Read-only file system; name another --out" in done.stderr


def test_results_that_cannot_be_written_to_are_reported(tmp_path):
    with Store(tmp_path):
        pass
    file = tmp_path / "results.sqlite"
    command = ["mount", "--bind", file, file]
    if shutil.which("mount") is None or subprocess.run(command, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", file], check=True)
        with pytest.raises(UsageError, match="Read-only file system; make it writable, then run"):
            Store(tmp_path)
    finally:
        subprocess.run(["umount", file], check=True)
