"""Results and teachers' files that cannot be used: the error names the file and the remedy."""

import json

import pytest

from grader.intake.roster import read_roster
from grader.intake.table import MAX_BYTES, read_table
from grader.plan_json import read_plan
from grader.results.gradebooks.canvas import fill as fill_canvas
from grader.results.gradebooks.filling import FillOptions
from grader.results.gradebooks.matching import read_by_hand
from grader.results.gradebooks.moodle import fill as fill_moodle
from grader.results.gradebooks.people import GradebookPerson, people_in
from grader.results.gradebooks.plain import table
from grader.results.tables import json_line
from tests.support.refusals import told, written
from tests.support.results import result


class TestResults:
    def test_that_are_none(self, tmp_path):
        written(tmp_path / "results.jsonl", "")
        assert "has no results; grade a class first" in told(people_in, tmp_path)

    def test_with_a_broken_line(self, tmp_path):
        written(tmp_path / "results.jsonl", "{}\n")
        assert "results.jsonl, line 1: it is not a result" in told(people_in, tmp_path)

    def test_of_another_format(self, tmp_path):
        lines = [json.loads(line) for line in [json_line(result("ada", 3.0))]]
        written(tmp_path / "results.jsonl", json.dumps(lines[0] | {"format": 99}) + "\n")
        assert "it has format 99, this grader reads 1; grade again" in told(people_in, tmp_path)

    def test_that_cannot_be_read(self, tmp_path):
        (tmp_path / "results.jsonl").mkdir()
        assert "results.jsonl cannot be read: " in told(people_in, tmp_path)

    def test_whose_people_cannot_be_read(self, tmp_path):
        written(tmp_path / "results.jsonl", "".join([json_line(result("ada", 3.0))]))
        written(tmp_path / "people.csv", b"student\n\xff\n")
        assert "people.csv cannot be read" in told(people_in, tmp_path)

    def test_without_the_exercise_that_is_asked_for(self, tmp_path):
        written(tmp_path / "results.jsonl", "".join([json_line(result("ada", 3.0))]))
        message = told(people_in, tmp_path, exercise="ex09")
        assert "no exercise in " in message
        assert "the exercises are: ex01" in message

    def test_without_a_column_that_is_asked_for(self):
        people = [GradebookPerson("ada", result("ada", 3.0))]
        message = told(lambda: list(table(people, ["nickname"], ",")))
        assert "there is no column 'nickname'; the columns are: student, name" in message


class TestATeachersFile:
    def test_that_cannot_be_read(self, tmp_path):
        assert "cannot be read: Is a directory" in told(read_table, tmp_path)
        assert "cannot be read: Is a directory" in told(read_by_hand, tmp_path)
        assert "cannot be read: Is a directory" in told(read_roster, tmp_path)
        assert "cannot be read: Is a directory" in told(read_plan, tmp_path)

    def test_of_another_encoding(self, tmp_path):
        path = written(tmp_path / "a.csv", b"\xef\xbb\xbfa,b\n\xff,1\n")
        assert "is not valid utf-8" in told(read_table, path)
        found = read_table(written(tmp_path / "b.csv", "a,b\nBéla,1\n".encode("cp1252")))
        assert found.rows[1].value(0) == "Béla"
        # cp1252 has no character for this byte, Latin-1 does.
        found = read_table(written(tmp_path / "c.csv", b"a,b\n\x81,1\n"))
        assert found.rows[1].value(1) == "1"
        path = written(tmp_path / "d.csv", b"student,row\n\xff,1\n")
        assert "save it as CSV UTF-8" in told(read_by_hand, path)

    def test_that_settles_by_hand(self, tmp_path):
        path = written(tmp_path / "a.csv", "name,id\n")
        assert "line 1: the first line must be student,row" in told(read_by_hand, path)
        path = written(tmp_path / "a.csv", "student,row\nada,1,2\n")
        assert "line 2: it has 3 cells and the first row 2" in told(read_by_hand, path)

    def test_that_is_far_too_large_for_a_class(self, tmp_path):
        path = written(tmp_path / "a.csv", b"a" * (MAX_BYTES + 1))
        assert "is it the right file?" in told(read_roster, path)
        path = written(tmp_path / "a.csv", "id,name,email\n,,x@x.org\n")
        assert "line 2: neither id nor name; fill one in" in told(read_roster, path)

    def test_whose_canvas_column_is_not_to_be_written(self, tmp_path):
        path = written(
            tmp_path / "a.csv",
            "Student,ID,SIS User ID,SIS Login ID,Section,Softmax (9),Final Score\n"
            "    Points Possible,,,,,(read only),(read only)\nAda,1,,,,,\n",
        )
        people = [GradebookPerson("ada", result("ada", 3.0))]
        options = FillOptions()
        message = told(fill_canvas, read_table(path), people, options, column="Softmax")
        assert "the column 'Softmax (9)' is read-only" in message
        message = told(fill_canvas, read_table(path), people, options, column="Final Score")
        assert "'Final Score' is read-only; the assignments are: 'Softmax (9)'" in message

    MOODLE = "Identifier,Full name,Grade,Maximum Grade,Changed,Feedback comments\n"

    @pytest.mark.parametrize(
        ("text", "options", "message"),
        [
            (MOODLE, {}, "has no rows of participants; download it again"),
            (MOODLE + "1,Ada,,9.00,Yes,\n", {}, "no column has an identifier such as"),
            (
                MOODLE.replace("Grade,Max", "Note,Max") + "Participant 1,Ada,x,9.00,Yes,\n",
                {},
                "no column has the maximum grade",
            ),
            (
                MOODLE + "Participant 1,Ada,,9.00,Yes,\n",
                {"grade_column": "Note"},
                "--grade-column Note: ",
            ),
            (
                MOODLE + "Participant 1,Ada,,9.00,Yes,\n",
                {"grade_column": "Feedback comments"},
                "the maximum grade must come after the column 'Feedback comments'; name the",
            ),
            (
                MOODLE + "Participant 1,Ada,,9.00,Yes,\nParticipant 2,B,,8.00,Yes,\n",
                {},
                "the maximum grade is not the same number in every row; set the assignment's",
            ),
        ],
    )
    def test_that_is_no_worksheet_of_moodles(self, tmp_path, text, options, message):
        sheet = read_table(written(tmp_path / "a.csv", text))
        people = [GradebookPerson("ada", result("ada", 3.0))]
        assert message in told(fill_moodle, sheet, people, FillOptions(), feedback=True, **options)
