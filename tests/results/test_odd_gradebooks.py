"""Teachers' gradebooks that are odd: each is read, or refused with the reason."""

from grader.intake import table as tables
from grader.intake.table import read_table
from grader.results.gradebooks.canvas import fill as fill_canvas
from grader.results.gradebooks.filling import FillOptions, scale_of
from grader.results.gradebooks.moodle import fill as fill_moodle
from grader.results.gradebooks.people import GradebookPerson
from tests.support.refusals import told, written
from tests.support.results import result

PEOPLE = [GradebookPerson("ada", result("ada", 3.0))]
CANVAS = "Student,ID,SIS User ID,SIS Login ID,Section,Softmax (9),Softmax (10),Final Score\n"
ADA = "Ada,1,,,,,,\n"
MOODLE = (
    "Identifier,Full name,Grade,Maximum Grade,Grade can be changed,Comments\n"
    "Participant 1,ada,,100.00,Yes,\nParticipant 2,B,,100.00,Yes,\n"
)


def canvas(path, text, column):
    return fill_canvas(read_table(written(path, text)), PEOPLE, FillOptions(), column=column)


class TestGradebooks:
    def test_with_two_columns_of_one_name(self, tmp_path):
        message = told(canvas, tmp_path / "a.csv", CANVAS + ADA, "Softmax")
        assert "2 columns are called 'Softmax'; name one by its id" in message

    def test_without_points_possible(self, tmp_path):
        filled = canvas(tmp_path / "a.csv", CANVAS + ADA, "9")
        assert filled.table.rows[1].value(99) == ""

    def test_of_far_too_many_bytes(self, tmp_path, monkeypatch):
        monkeypatch.setattr(tables, "MAX_BYTES", 10)
        assert "a.csv" in told(read_table, written(tmp_path / "a.csv", CANVAS))

    def test_that_give_no_points(self):
        message = told(scale_of, PEOPLE, FillOptions(scale=True), 0.0, "the column")
        assert message.startswith("the column is out of 0 points and the results are out of ")
        assert message.endswith("; scaling needs both to be more than 0")

    def test_of_moodle_with_a_learner_on_whom_the_grader_failed(self, tmp_path):
        people = [GradebookPerson("ada", result("ada", None))]
        sheet = read_table(written(tmp_path / "a.csv", MOODLE))
        filled = fill_moodle(
            sheet, people, FillOptions(), feedback=True, feedback_column="Comments"
        )
        assert filled.failed == ["ada"]
