"""Commands that cannot do what they are asked: why, and what to do."""

import csv
import shutil

from tests.support.course import ROOT
from tests.support.refusals import written
from tests.support.submissions import write_class


class TestTheCommands:
    def test_cannot_write_where_a_file_is(self, run, tmp_path):
        file = written(tmp_path / "file", "x")
        toy = tmp_path / "course"
        shutil.copytree(ROOT / "solutions" / "ex01_softmax", toy / "ex01_softmax")
        described = (ROOT / "solutions" / "course.toml").read_text(encoding="utf-8")
        first, second = described.split("[[exercise]]")[:2]
        written(toy / "course.toml", f"{first}[[exercise]]{second}")
        for arguments in (
            ("build", "--course", toy, "--exercises", file / "out"),
            ("start", file / "work"),
            ("gradescope", "build", "--course", toy, "--out", file / "a.zip"),
            ("demo", "--course", toy, "--students", "1", "--out", file / "demo"),
        ):
            done = run(*arguments)
            assert done.returncode == 2, arguments
            assert "cannot write to " in done.stderr, arguments
            assert done.stderr.count("\n") == 1

    def test_grading_needs_a_course_and_exporting_a_file(self, run, tmp_path):
        folder = write_class(tmp_path / "class", "ada")
        out = tmp_path / "results"
        one = ("--course", ROOT / "solutions", "--exercise", "ex01_softmax")
        assert run("grade", folder, "--out", out, *one, cwd=tmp_path).returncode == 0
        done = run("export", "csv", out)
        assert (done.returncode, done.stderr) == (2, "grader: name the file to write with --out\n")
        done = run("export", "csv", out, "--out", tmp_path / "no" / "a.csv")
        assert "cannot write to " in done.stderr
        assert "a.csv: No such file or directory; name another file with --out" in done.stderr
        done = run("export", "canvas", out, tmp_path / "x.csv", "--column", "a")
        assert "name the file to write with --out, or say --dry-run" in done.stderr
        with (out / "gradebook.csv").open(newline="") as file:
            assert len(list(csv.reader(file))) == 2
