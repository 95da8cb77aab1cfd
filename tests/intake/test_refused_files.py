"""What is wrong with a file or a course is said in a sentence: whose file, what, what to do."""

import csv
import json
import shutil
import zipfile

import pytest

from grader.archives import read_members
from grader.catalog import course_of
from grader.containers import pack
from grader.errors import UsageError
from grader.exports.canvas import fill as fill_canvas
from grader.exports.matching import read_by_hand
from grader.exports.moodle import fill as fill_moodle
from grader.exports.people import Person, people_in
from grader.exports.plain import table
from grader.exports.table import read_table
from grader.handed import Handed, Member, Members, read_regular
from grader.intake import read_submission
from grader.lms.people import Entry, key_of, with_own_keys
from grader.lms.people import Person as Learner
from grader.lms.recognise import taken
from grader.lms.roster import MAX_BYTES, read_roster
from grader.plan import read_plan
from grader.report import results_jsonl
from tests.support.course import ROOT
from tests.support.refusals import told, written
from tests.support.results import result
from tests.support.submissions import SOFTMAX, write_class

ORDER = ("ex01_softmax", "ex02_jacobian")
COURSE = 'title = "A"\n[[exercise]]\nslug = "one"\npoints = {{ {points} }}\n'
REFERENCE = "# %% [markdown]\n# # One\n\n# %%\ndef f(x):\n    return x\n"
CHECKS = "from grader.course import FunctionChecks, Terms, call\n"


class TestACourse:
    @pytest.fixture
    def course(self, tmp_path):
        """The folder of a course of one exercise that has no checks yet."""
        written(tmp_path / "course.toml", COURSE.format(points="f = 1"))
        written(tmp_path / "one" / "reference.py", REFERENCE)
        written(tmp_path / "one" / "checks.py", CHECKS)
        return tmp_path

    def test_that_cannot_be_read(self, course):
        written(course / "course.toml", b"title = '\xff'")
        assert "course.toml cannot be read" in told(course_of, course)

    def test_whose_exercise_stands_twice(self, course):
        title, exercise = COURSE.format(points="f = 1").split("\n", 1)
        written(course / "course.toml", f"{title}\n{exercise}{exercise}")
        assert "two exercises are called 'one'; rename one" in told(course_of, course)

    def test_whose_function_has_no_checks(self, course):
        assert "no checks for f; write at least one" in told(course_of, course)

    def test_whose_checks_are_missing(self, course):
        (course / "one" / "checks.py").unlink()
        assert "checks.py cannot be read: No such file" in told(course_of, course)

    def test_whose_checks_are_no_python(self, course):
        written(course / "one" / "checks.py", "def f(:\n")
        assert "checks.py, line 1: " in told(course_of, course)

    def test_whose_function_has_checks_twice(self, course):
        text = CHECKS + 'a = FunctionChecks("f")\nb = FunctionChecks("f")\n'
        written(course / "one" / "checks.py", text)
        assert "two FunctionChecks for f; merge them" in told(course_of, course)


class TestResults:
    def test_that_are_none(self, tmp_path):
        written(tmp_path / "results.jsonl", "")
        assert "holds no result; grade a class first" in told(people_in, tmp_path)

    def test_with_a_broken_line(self, tmp_path):
        written(tmp_path / "results.jsonl", "{}\n")
        assert "results.jsonl, line 1: it is no result" in told(people_in, tmp_path)

    def test_of_another_format(self, tmp_path):
        lines = [json.loads(line) for line in results_jsonl([result("ada", 3.0)])]
        written(tmp_path / "results.jsonl", json.dumps(lines[0] | {"format": 99}) + "\n")
        assert "it has format 99, this grader reads 1; grade again" in told(people_in, tmp_path)

    def test_that_cannot_be_read(self, tmp_path):
        (tmp_path / "results.jsonl").mkdir()
        assert "results.jsonl cannot be read: " in told(people_in, tmp_path)

    def test_whose_people_cannot_be_read(self, tmp_path):
        written(tmp_path / "results.jsonl", "".join(results_jsonl([result("ada", 3.0)])))
        written(tmp_path / "people.csv", b"student\n\xff\n")
        assert "people.csv cannot be read" in told(people_in, tmp_path)

    def test_without_the_exercise_that_is_asked_for(self, tmp_path):
        written(tmp_path / "results.jsonl", "".join(results_jsonl([result("ada", 3.0)])))
        message = told(people_in, tmp_path, exercise="ex09")
        assert "no exercise in " in message
        assert "there are: ex01" in message

    def test_without_a_column_that_is_asked_for(self):
        people = [Person("ada", result("ada", 3.0))]
        message = told(lambda: list(table(people, ["nickname"], ",")))
        assert "there is no 'nickname'; there are: student, name" in message


class TestATeachersFile:
    def test_that_cannot_be_read(self, tmp_path):
        assert "cannot be read: Is a directory" in told(read_table, tmp_path)
        assert "cannot be read: Is a directory" in told(read_by_hand, tmp_path)
        assert "cannot be read: Is a directory" in told(read_roster, tmp_path)
        assert "cannot be read: Is a directory" in told(read_plan, tmp_path)

    def test_of_another_encoding(self, tmp_path):
        path = written(tmp_path / "a.csv", b"\xef\xbb\xbfa,b\n\xff,1\n")
        assert "is no valid utf-8" in told(read_table, path)
        found = read_table(written(tmp_path / "b.csv", "a,b\nBéla,1\n".encode("cp1252")))
        assert found.rows[1].value(0) == "Béla"
        # A byte that Windows gives no character is one of Latin-1.
        found = read_table(written(tmp_path / "c.csv", b"a,b\n\x81,1\n"))
        assert found.rows[1].value(1) == "1"
        path = written(tmp_path / "d.csv", b"student,row\n\xff,1\n")
        assert "save it as CSV UTF-8" in told(read_by_hand, path)

    def test_that_settles_by_hand(self, tmp_path):
        path = written(tmp_path / "a.csv", "name,id\n")
        assert "line 1: the first line must be student,row" in told(read_by_hand, path)
        path = written(tmp_path / "a.csv", "student,row\nada,1,2\n")
        assert "line 2: it has 3 cells in place of 2" in told(read_by_hand, path)

    def test_that_is_far_too_large_for_a_class(self, tmp_path):
        path = written(tmp_path / "a.csv", b"a" * (MAX_BYTES + 1))
        assert "is it the class list?" in told(read_roster, path)
        path = written(tmp_path / "a.csv", "id,name,email\n,,x@x.org\n")
        assert "line 2: neither id nor name; fill one in" in told(read_roster, path)

    def test_whose_canvas_column_is_not_to_be_written(self, tmp_path):
        path = written(
            tmp_path / "a.csv",
            "Student,ID,SIS User ID,SIS Login ID,Section,Softmax (9),Final Score\n"
            "    Points Possible,,,,,(read only),(read only)\nAda,1,,,,,\n",
        )
        people = [Person("ada", result("ada", 3.0))]
        options = {"exercise": "", "scale": False, "by_hand": {}}
        message = told(fill_canvas, read_table(path), people, column="Softmax", **options)
        assert "the column 'Softmax (9)' is read-only" in message
        message = told(fill_canvas, read_table(path), people, column="Final Score", **options)
        assert "'Final Score' is read-only; the assignments are: 'Softmax (9)'" in message

    MOODLE = "Identifier,Full name,Grade,Maximum Grade,Changed,Feedback comments\n"

    @pytest.mark.parametrize(
        ("text", "options", "message"),
        [
            (MOODLE, {}, "has no rows of participants; download it again"),
            (MOODLE + "1,Ada,,9.00,Yes,\n", {}, "no column holds an identifier such as"),
            (
                MOODLE.replace("Grade,Max", "Note,Max") + "Participant 1,Ada,x,9.00,Yes,\n",
                {},
                "no column holds the maximum grade",
            ),
            (
                MOODLE + "Participant 1,Ada,,9.00,Yes,\n",
                {"grade_column": "Note"},
                "--grade-column Note: ",
            ),
            (
                MOODLE + "Participant 1,Ada,,9.00,Yes,\n",
                {"grade_column": "Feedback comments"},
                "after the column 'Feedback comments' the maximum is missing",
            ),
            (
                MOODLE + "Participant 1,Ada,,9.00,Yes,\nParticipant 2,B,,8.00,Yes,\n",
                {},
                "",
            ),
        ],
    )
    def test_that_is_no_worksheet_of_moodles(self, tmp_path, text, options, message):
        sheet = read_table(written(tmp_path / "a.csv", text))
        known = {"grade_column": "", "feedback_column": "", "feedback": True} | options
        people = [Person("ada", result("ada", 3.0))]
        assert message in told(
            fill_moodle, sheet, people, exercise="", scale=False, by_hand={}, **known
        )


class TestADownload:
    def test_whose_metadata_are_broken(self, tmp_path):
        folder = tmp_path / "assignment_1_export"
        written(folder / "submission_1" / "a.py", SOFTMAX)
        for text, message in (
            (b"- a\n- b\n", "line 1: it does not list folders"),
            (b"a: b\n\xff\n", "line 2: it is not UTF-8"),
            (b"[" * 100_000, "nest"),
        ):
            written(folder / "submission_metadata.yml", text)
            assert message in told(taken, folder, order=ORDER)

    def test_that_is_empty_or_another_platforms(self, tmp_path):
        (tmp_path / "empty").mkdir()
        assert "holds no submission" in told(taken, tmp_path / "empty", order=ORDER)
        file = written(tmp_path / "ada.py", SOFTMAX)
        assert "found one file" in told(taken, file, order=ORDER, source="canvas")
        broken = written(tmp_path / "class.zip", b"PK nothing")
        assert "download it again" in told(taken, broken, order=ORDER, source="moodle")
        with zipfile.ZipFile(tmp_path / "none.zip", "w") as archive:
            archive.writestr("readme.txt", "no submission")
        assert "holds no submission" in told(
            taken, tmp_path / "none.zip", order=ORDER, source="plain"
        )

    def test_with_two_exports_in_it(self, tmp_path):
        for number in (1, 2):
            folder = tmp_path / f"assignment_{number}_export"
            written(folder / "submission_metadata.yml", "submission_1: {}\n")
            written(folder / "submission_1" / "a.py", SOFTMAX)
        assert "holds more than one" in told(taken, tmp_path, order=ORDER)

    def test_that_changes_while_it_is_graded(self, tmp_path):
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.writestr("ada.py", SOFTMAX)
        part = Members(tmp_path / "a.zip", (0, 0), (Member(0, "ada.py"),))
        with pytest.raises(OSError, match="has changed while it was graded"):
            read_members(part, Handed(1000))

    def test_of_learners_of_one_name_and_of_endless_names(self):
        twins = [Entry("ada", [], Learner(lms_id="7")), Entry("ada", []), Entry("ada", [])]
        keys = [entry.student for entry in with_own_keys(twins)]
        assert keys == ["ada", "ada (7)", "ada'"]
        assert len(key_of("a" * 1000)) < 255
        assert key_of("a" * 1000) != key_of("a" * 1001)


class TestASubmission:
    def notes_of(self, path):
        return " ".join(read_submission("ada", [path], order=ORDER).notes)

    def test_with_a_name_of_hundreds_of_characters(self, tmp_path):
        name = "/".join(["d" * 60] * 4) + "/" + "x" * 100 + ".py"
        written(tmp_path / "ada" / name, SOFTMAX)
        assert "its name is too long; rename it" in self.notes_of(tmp_path / "ada")

    def test_with_too_many_files_or_folders_in_folders(self, tmp_path):
        for number in range(61):
            written(tmp_path / "ada" / f"f{number}.py", "x = 1\n")
        assert "more than 60 files with code" in self.notes_of(tmp_path / "ada")
        written(tmp_path / "bela" / "/".join("abcdefghi") / "x.py", SOFTMAX)
        assert "is nested too deep to be looked at" in self.notes_of(tmp_path / "bela")

    def test_with_too_many_things_to_tell(self, tmp_path):
        for number in range(40):
            written(tmp_path / "ada" / f"f{number}.txt", "x")
        assert "and 10 more notes on files" in self.notes_of(tmp_path / "ada")

    def test_with_more_source_than_anybody_writes(self, tmp_path):
        for number in range(9):
            written(tmp_path / "ada" / f"f{number}.py", "#" * 2_000_000)
        notes = self.notes_of(tmp_path / "ada")
        assert "the submission holds too much source" in notes or "MiB of source" in notes

    def test_with_a_notebook_whose_cells_hold_no_text(self, tmp_path):
        cell = {"cell_type": "code", "source": [1, 2], "metadata": {}, "outputs": []}
        book = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}
        written(tmp_path / "ada.ipynb", json.dumps(book))
        assert "ada.ipynb" in self.notes_of(tmp_path / "ada.ipynb")

    def test_with_what_is_no_file(self, tmp_path):
        assert "cannot be read" in told(read_regular, tmp_path / "nothing", 10)
        assert "is not a regular file" in told(read_regular, tmp_path, 10)

    def test_with_a_damaged_archive_within_an_archive(self, tmp_path):
        with zipfile.ZipFile(tmp_path / "ada.zip", "w") as archive:
            archive.writestr("inner.zip", b"PK broken")
        assert "inner.zip" in self.notes_of(tmp_path / "ada.zip")


class TestAPackedCourse:
    def test_that_is_none(self, tmp_path):
        path = written(tmp_path / "course.zip", b"nothing")
        with pytest.raises(UsageError, match="is no packed course"), pack.opened(path):
            pass
        with pytest.raises(UsageError, match="cannot be read"), pack.opened(tmp_path / "none"):
            pass


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
            assert "cannot be written to: " in done.stderr, arguments
            assert done.stderr.count("\n") == 1

    def test_grading_needs_a_course_and_exporting_a_file(self, run, tmp_path):
        folder = write_class(tmp_path / "class", "ada")
        out = tmp_path / "results"
        one = ("--course", ROOT / "solutions", "--exercise", "ex01_softmax")
        assert run("grade", folder, "--out", out, *one, cwd=tmp_path).returncode == 0
        done = run("export", "csv", out)
        assert (done.returncode, done.stderr) == (2, "grader: name the file to write with --out\n")
        done = run("export", "csv", out, "--out", tmp_path / "no" / "a.csv")
        assert "a.csv cannot be written: No such file or directory" in done.stderr
        done = run("export", "canvas", out, tmp_path / "x.csv", "--column", "a")
        assert "name the file to write with --out, or say --dry-run" in done.stderr
        with (out / "gradebook.csv").open(newline="") as file:
            assert len(list(csv.reader(file))) == 2
