"""Everybody's page goes back to the LMS under a name by which it knows whose it is."""

import zipfile

import msgspec
import pytest
from click.testing import CliRunner

from grader.cli import main
from grader.results.pages import page_name
from tests.results.test_gradebooks import CANVAS
from tests.results.test_moodle_worksheets import moodle, worksheet
from tests.support.results import result


@pytest.fixture
def graded(tmp_path):
    """A folder of results with a page for each learner; `people` has rows of people.csv."""

    def made(people):
        folder = tmp_path / "results"
        (folder / "feedback").mkdir(parents=True)
        lines = [msgspec.json.encode(result(student, 10.0)) for student in people]
        (folder / "results.jsonl").write_bytes(b"\n".join(lines))
        rows = ["student,name,email,sid,lms,lms_id,group,late,handed_in\n"]
        rows += [f"{student},{row},,no,yes\n" for student, row in people.items()]
        (folder / "people.csv").write_text("".join(rows), encoding="utf-8")
        for student in people:
            path = folder / "feedback" / page_name(student)
            path.write_text(f"<p>{student}", encoding="utf-8")
        return folder

    return made


def export(*command):
    done = CliRunner().invoke(main, ["export", *map(str, command)])
    return done.exit_code, done.output


def pages_in(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


class TestMoodle:
    def test_each_member_of_a_team_gets_its_page(self, graded, tmp_path):
        people = {11: "Ada_M Lovelace", 12: "A/B: C", 13: "Carl Gauß"}
        sheet = tmp_path / "sheet.csv"
        text = worksheet(people, teams={11: "Red", 12: "Red", 13: "Blue"})
        sheet.write_text(text, encoding="utf-8")
        folder = graded({"Red": moodle("Red", 13), "Blue": moodle("Blue", 11)})
        out = ("--out", tmp_path / "out.csv", "--pages", tmp_path / "pages.zip")
        code, said = export("moodle", folder, sheet, *out)
        assert code == 0, said
        assert pages_in(tmp_path / "pages.zip") == {
            "Ada M Lovelace_11_assignfeedback_file_feedback.html": "<p>Red",
            "AB C_12_assignfeedback_file_feedback.html": "<p>Red",
            "Carl Gauß_13_assignfeedback_file_feedback.html": "<p>Blue",
        }

    def test_blind(self, graded, tmp_path):
        sheet = tmp_path / "sheet.csv"
        sheet.write_text(worksheet(kind="blind", locked={12}), encoding="utf-8")
        folder = graded({"x": moodle("", 11), "y": moodle("", 12)})
        out = ("--out", tmp_path / "out.csv", "--pages", tmp_path / "pages.zip")
        export("moodle", folder, sheet, *out)
        # The other row is locked.
        assert pages_in(tmp_path / "pages.zip") == {
            "Participant_11_assignfeedback_file_feedback.html": "<p>x"
        }

    def test_a_page_that_is_missing_is_told(self, graded, tmp_path):
        sheet = tmp_path / "sheet.csv"
        sheet.write_text(worksheet(), encoding="utf-8")
        folder = graded({"x": moodle("Ada Lovelace", 11)})
        (folder / "feedback" / page_name("x")).unlink()
        out = ("--out", tmp_path / "out.csv", "--pages", tmp_path / "pages.zip")
        code, said = export("moodle", folder, sheet, *out)
        assert code == 2
        assert "x.html cannot be read: No such file or directory; grade again" in said


class TestCanvas:
    NAMES = (
        "lovelaceada_11_901_ex01.py",
        "lovelaceada_11_1002_ex01-1.py",
        "lovelaceada_11_text.html",
        # A name that holds a number, which Canvas would take for the user's.
        "2024_12_903_ex01.py",
        # A group's file, which has the number of one member.
        "teamred_13_904_ex01.py",
        "index.html",
    )

    @pytest.fixture(params=["folder", "zip"])
    def download(self, request, tmp_path):
        folder = tmp_path / "submissions"
        folder.mkdir()
        for name in self.NAMES:
            (folder / name).touch()
        if request.param == "folder":
            return folder
        with zipfile.ZipFile(tmp_path / "submissions.zip", "w") as archive:
            for name in self.NAMES:
                archive.write(folder / name, name)
        return tmp_path / "submissions.zip"

    def test_names_stay_and_what_canvas_would_misread_is_told(self, graded, tmp_path, download):
        book = tmp_path / "book.csv"
        book.write_text(CANVAS.replace("CS A,EX", "CS A,"), encoding="utf-8")
        folder = graded({
            "Ada Lovelace": "Ada Lovelace,,,canvas,11",
            "Béla Bartók": "Béla Bartók,,,canvas,12",
            "Karl Gauss": "Karl Gauss,,,canvas,13",
        })  # fmt: skip
        out = ("--out", tmp_path / "out.csv", "--pages", tmp_path / "pages.zip")
        code, said = export(
            "canvas", folder, book, "--column", "901", *out, "--submissions", download
        )
        assert code == 0, said
        assert pages_in(tmp_path / "pages.zip") == {
            "lovelaceada_11_1002_ex01-1.py": "<p>Ada Lovelace"
        }
        assert f"! Bartók, Béla has no file in {download}, so no page goes back" in said
        assert f"! Gauss, Karl has no file in {download}, so no page goes back" in said

    def test_one_option_without_the_other(self, graded, tmp_path):
        book = tmp_path / "book.csv"
        book.write_text(CANVAS, encoding="utf-8")
        folder = graded({"Ada Lovelace": "Ada Lovelace,,,canvas,11"})
        command = ("canvas", folder, book, "--column", "901", "--out", tmp_path / "out.csv")
        code, said = export(*command, "--pages", tmp_path / "pages.zip")
        assert code == 2
        assert "--pages and --submissions go together" in said

    def test_a_download_that_is_none(self, graded, tmp_path):
        book = tmp_path / "book.csv"
        book.write_text(CANVAS, encoding="utf-8")
        folder = graded({"Ada Lovelace": "Ada Lovelace,,,canvas,11"})
        command = ("canvas", folder, book, "--column", "901", "--out", tmp_path / "out.csv")
        pages = ("--pages", tmp_path / "pages.zip", "--submissions", book)
        code, said = export(*command, *pages)
        assert code == 2
        assert "book.csv is no download of submissions" in said


class TestPeople:
    PEOPLE = "student,name,email,sid,lms,lms_id,group,section,late,handed_in\n" + "".join(
        f"{student},{name},,,,,,{section},,yes\n"
        for student, name, section in (
            ("s1", "Wei Li", "Mon 10"),
            ("s2", "wei li", "Mon 10"),
            ("s3", "A/B: C", "Tue 14"),
            ("S3", "con", ""),
        )
    )

    @pytest.fixture
    def people(self, graded):
        folder = graded(dict.fromkeys(("s1", "s2", "s3", "S3"), "x,x,x,x,x"))
        (folder / "people.csv").write_text(self.PEOPLE, encoding="utf-8")
        return folder

    def test_everybodys_page_has_their_name_in_the_folder_of_their_section(self, people, tmp_path):
        out = tmp_path / "out"
        code, said = export("feedback", people, "--out", out)
        assert code == 0, said
        assert said == f"{out}: 4 pages (no section 1, Mon 10 2, Tue 14 1)\n"
        written = {str(path.relative_to(out)): path.read_text() for path in out.rglob("*.html")}
        assert written == {
            "Mon 10/Wei Li (s1).html": "<p>s1",
            "Mon 10/wei li (s2).html": "<p>s2",
            "Tue 14/A-B- C.html": "<p>s3",
            "con_.html": "<p>S3",
        }

    def test_each_section_may_have_an_archive(self, people, tmp_path):
        code, said = export("feedback", people, "--out", tmp_path / "out", "--zip")
        assert code == 0, said
        assert {path.name for path in (tmp_path / "out").iterdir()} == {
            "Mon 10.zip", "Tue 14.zip", "feedback.zip",
        }  # fmt: skip
        assert pages_in(tmp_path / "out" / "Tue 14.zip") == {"A-B- C.html": "<p>s3"}

    def test_nothing_is_written_among_other_files(self, people, tmp_path):
        code, said = export("feedback", people, "--out", tmp_path)
        assert code == 2
        assert f"{tmp_path} is not empty; name another folder with --out, or empty it" in said
