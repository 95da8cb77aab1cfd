"""What to hand in: one file, read as the grader reads it; and the list of the exercises."""

import zipfile

from tests.support.submissions import SOFTMAX


def test_the_exercises_of_a_folder_go_into_one_archive(run, folder):
    (folder / "ex01_softmax.py").write_text(SOFTMAX)
    (folder / "notes.txt").write_text("mine")
    done = run("pack", cwd=folder)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(folder / "handin.zip") as archive:
        assert sorted(archive.namelist()) == sorted(p.name for p in folder.glob("ex*.py"))
        assert archive.read("ex01_softmax.py").decode() == SOFTMAX
    assert "Hand in handin.zip (7 files, " in done.stdout
    assert "✓ ex01_softmax: softmax (right)" in done.stdout
    assert "✓ ex02_jacobian: 2 functions (not written)" in done.stdout


def test_nothing_is_overwritten(run, folder):
    run("pack", cwd=folder)
    first = (folder / "handin.zip").read_bytes()
    (folder / "ex01_softmax.py").write_text(SOFTMAX)
    assert "Hand in handin-2.zip" in run("pack", cwd=folder).stdout
    assert (folder / "handin.zip").read_bytes() == first
    done = run("pack", "--out", "handin.zip", cwd=folder)
    assert done.returncode == 2
    assert "handin.zip exists already; name another file with --out" in done.stderr


def test_one_file_needs_no_archive(run, folder):
    (folder / "ex01_softmax.py").write_text(SOFTMAX)
    done = run("pack", "ex01_softmax.py", cwd=folder)
    assert "Hand in ex01_softmax.py (1 file, 1 KiB)." in done.stdout
    assert not list(folder.glob("*.zip"))


def test_what_cannot_be_read_is_said_before_it_is_handed_in(run, folder):
    (folder / "ex01_softmax.py").write_text("def softmax(Z)\n    return Z\n")
    (folder / "ex07_gradient_check.py").unlink()
    done = run("pack", cwd=folder)
    assert done.returncode == 1
    assert "! ex01_softmax.py, line 1: SyntaxError" in done.stdout
    assert "– ex07_gradient_check: not in it" in done.stdout  # noqa: RUF001


def test_the_list_says_where_everything_is_and_what_has_passed(run, folder):
    (folder / "ex01_softmax.py").write_text(SOFTMAX)
    (folder / "ex02_jacobian.py").unlink()
    run("check", cwd=folder)
    done = run("list", cwd=folder)
    assert "ex01_softmax: ex01_softmax.py\n  ✓ softmax: 12 points, has passed" in done.stdout
    assert "ex02_jacobian: not in this folder" in done.stdout
    assert "  – update: 1 point\n" in done.stdout  # noqa: RUF001
