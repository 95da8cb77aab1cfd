"""`grader export` fills one column of a teacher's own file; every other byte stays."""

import csv
import io

import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from grader.cli import main
from grader.intake.table import read_table
from grader.model import Misconception
from grader.results.pages import page_name
from tests.support.results import result

CANVAS = (
    'Student,ID,SIS User ID,SIS Login ID,Section,Softmax (901),"Essay, long (902)",Current Score\n'
    ",,,,,Manual Posting,,(read only)\n"
    "    Points Possible,,,,,100,10,(read only)\n"
    '"Lovelace, Ada",11,s11,ada,"CS, A",,7.5,88\n'
    '"Bartók, Béla",12,s12,bela,CS A, 50.00 ,,\n'
    '"Gauss, Karl",13,s13,carl,CS A,EX,,\n'
    '"Student, Test",99,,t,CS A,,,\n'
)
MOODLE = (
    '"Identifier","Full name","ID number","Email address","Status","Grade","Maximum Grade",'
    '"Grade can be changed","Last modified (submission)","Last modified (grade)",'
    '"Feedback comments"\r\n'
    '"Participant 11","Ada Lovelace","s11","ada@x.org","Submitted","","100.00","Yes",'
    '"Monday, 30 November 2026, 4:23 PM","-",""\r\n'
    '"Participant 12","Béla Bartók","s12","bela@x.org","Submitted","50.00","100.00","Yes",'
    '"-","-","old"\r\n'
    '"Participant 13","Carl Gauß","","","No submission","","100.00","No","-","-",""\r\n'
)
GERMAN = (
    "Teilnehmer/in;Vollständiger Name;Status;Bewertung;Bestwertung;Bewertung kann geändert werden;"
    "Zuletzt geändert (Abgabe);Zuletzt geändert (Bewertung);Feedback als Kommentar\n"
    "Teilnehmer/in11;Ada Lovelace;Abgegeben;;100,00;Ja;-;-;\n"
    "Teilnehmer/in12;Béla Bartók;Abgegeben;50,00;100,00;Ja;-;-;\n"
    "Teilnehmer/in13;Carl Gauß;Keine Abgabe;;100,00;Nein;-;-;\n"
)
JAPANESE = (
    "識別子,氏名,ステータス,評点,最大評点,評定を変更できる,"
    "最終更新日時 (提出),最終更新日時 (評点),フィードバックコメント\n"
    "参加者 11,Ada Lovelace,提出済み,,100.00,はい,-,-,\n"
    "参加者 12,Béla Bartók,提出済み,,100.00,はい,-,-,\n"
    "参加者 13,Carl Gauß,未提出,,100.00,いいえ,-,-,\n"
)


@pytest.fixture
def results(tmp_path):
    """A folder of results; `people` are rows of its people.csv."""

    def made(*given_results, people=()):
        folder = tmp_path / "results"
        folder.mkdir(exist_ok=True)
        lines = b"\n".join(msgspec.json.encode(each) for each in given_results)
        (folder / "results.jsonl").write_bytes(lines)
        header = "student,name,email,sid,lms,lms_id,group,late,handed_in\n"
        if people:
            (folder / "people.csv").write_text(header + "".join(people), encoding="utf-8")
        return folder

    return made


@pytest.fixture
def class_of_three(results):
    mistake = Misconception("one_sum", "You divide by one sum & <all>.\n\nLook.", "2 inputs")
    return results(
        result("Ada Lovelace", 84.62, message="any: <b>wrong</b>", mistake=mistake),
        result("bela", 100.0),
        result("Carl Gauß", 7.0),
        people=[
            "Ada Lovelace,Ada Lovelace,,,canvas,11,,,yes\n",
            "bela,Béla Bartók,bela@x.org,s12,,,,,yes\n",
        ],
    )


def export(*args):
    done = CliRunner().invoke(main, ["export", *map(str, args)])
    return done.exit_code, done.output


def cells(data, encoding="utf-8", delimiter=","):
    return list(csv.reader(io.StringIO(data.decode(encoding), newline=""), delimiter=delimiter))


class TestCanvas:
    def test_one_column_is_filled_and_every_other_byte_stays(self, class_of_three, tmp_path):
        path, out = tmp_path / "book.csv", tmp_path / "filled.csv"
        path.write_bytes(CANVAS.encode())
        code, said = export("canvas", class_of_three, path, "--column", "softmax", "--out", out)
        expected = CANVAS.replace('"CS, A",,7.5', '"CS, A",84.62,7.5').replace(" 50.00 ", "100")
        assert out.read_bytes() == expected.encode()
        assert path.read_bytes() == CANVAS.encode()
        # Carl's name is spelt in two ways: he is listed, not guessed.
        assert code == 1
        assert "by LMS id (1):" in said
        assert "by ID number (1):" in said
        assert "results without a row (1):\n  Carl Gauß" in said
        assert "Gauss, Karl" in said.split("rows without a result")[1]
        assert "2 cells changed, 1 of them held something else" in said

    def test_a_line_of_match_settles_it_and_excused_stays(self, class_of_three, tmp_path):
        path = tmp_path / "book.csv"
        path.write_bytes(CANVAS.encode())
        (tmp_path / "match.csv").write_text("student,row\nCarl Gauß,13\n", encoding="utf-8")
        code, said = export(
            "canvas", class_of_three, path, "--column", "901", "--dry-run",
            "--match", tmp_path / "match.csv",
        )  # fmt: skip
        assert code == 0, said
        assert "excused, left as they were (1):\n  Gauss, Karl" in said
        assert "Lovelace, Ada: empty -> 84.62" in said
        assert not (tmp_path / "filled.csv").exists()

    @pytest.mark.parametrize(
        ("column", "message"),
        [
            (
                "Essay",
                "is called 'Essay'; the assignments are: 'Softmax (901)', 'Essay, long (902)'",
            ),
            ("Current Score", "'Current Score' is read-only"),
            ("902", "is out of 10 points and the results are out of 100"),
        ],
    )
    def test_another_column_is_refused_with_the_remedy(
        self, class_of_three, tmp_path, column, message
    ):
        path = tmp_path / "book.csv"
        path.write_text(CANVAS, encoding="utf-8")
        code, said = export("canvas", class_of_three, path, "--column", column, "--dry-run")
        assert code == 2
        assert message in said

    def test_points_are_scaled_when_asked_for(self, class_of_three, tmp_path):
        path = tmp_path / "book.csv"
        path.write_text(CANVAS, encoding="utf-8")
        _code, said = export(
            "canvas", class_of_three, path, "--column", "902", "--scale", "--dry-run"
        )
        assert "Lovelace, Ada: 7.5 -> 8.46" in said

    def test_two_of_one_name_are_never_guessed(self, results, tmp_path):
        book = CANVAS + '"Lovelace, Ada",21,s21,ada2,CS B,,,\n'
        path = tmp_path / "book.csv"
        path.write_text(book, encoding="utf-8")
        folder = results(result("Ada Lovelace", 50.0))
        code, said = export("canvas", folder, path, "--column", "901", "--dry-run")
        assert code == 1
        assert "0 cells would change" in said
        assert "Ada Lovelace: 2 rows and 1 results have the name 'ada lovelace'" in said

    def test_names_of_canvas_s_own_files_are_matched(self, results, tmp_path):
        path = tmp_path / "book.csv"
        path.write_text(CANVAS, encoding="utf-8")
        folder = results(result("lovelaceada_4711", 50.0))
        code, said = export("canvas", folder, path, "--column", "901", "--dry-run")
        assert code == 0
        assert "by name in Canvas's files (1):" in said

    def test_names_in_two_columns(self, class_of_three, tmp_path):
        """As Canvas exports them where the account says so, and takes them back."""
        book = CANVAS.replace("Student,ID", "LastName,FirstName,ID")
        book = book.replace(",,,,,Manual", ",,,,,,Manual").replace("Possible,", "Possible,,")
        for name in ("Lovelace, Ada", "Bartók, Béla", "Gauss, Karl", "Student, Test"):
            book = book.replace(f'"{name}"', name.replace(", ", ","))
        path, out = tmp_path / "book.csv", tmp_path / "filled.csv"
        path.write_text(book, encoding="utf-8")
        code, said = export("canvas", class_of_three, path, "--column", "901", "--out", out)
        assert code == 1
        assert "Ada Lovelace -> Lovelace, Ada" in said
        assert out.read_text(encoding="utf-8") == book.replace(
            '"CS, A",,7.5', '"CS, A",84.62,7.5'
        ).replace(" 50.00 ", "100")

    def test_a_file_with_this_column_only(self, class_of_three, tmp_path):
        """What is not in the file Canvas does not set back."""
        path, out = tmp_path / "book.csv", tmp_path / "filled.csv"
        path.write_text(CANVAS, encoding="utf-8")
        export("canvas", class_of_three, path, "--column", "901", "--only", "--out", out)
        assert out.read_text(encoding="utf-8") == (
            "Student,ID,SIS User ID,SIS Login ID,Section,Softmax (901)\n"
            ",,,,,Manual Posting\n"
            "    Points Possible,,,,,100\n"
            '"Lovelace, Ada",11,s11,ada,"CS, A",84.62\n'
            '"Bartók, Béla",12,s12,bela,CS A,100\n'
        )

    def test_an_assignment_that_is_not_for_somebody_stays_so(self, results, tmp_path):
        path = tmp_path / "book.csv"
        path.write_text(CANVAS.replace(" 50.00 ", "N/A"), encoding="utf-8")
        folder = results(result("bela", 1.0))
        code, said = export("canvas", folder, path, "--column", "901", "--dry-run")
        assert code == 0, said
        assert "excused, left as they were (1):\n  Bartók, Béla" in said

    def test_the_test_student_is_in_no_gradebook(self, results, tmp_path):
        path = tmp_path / "book.csv"
        path.write_text(CANVAS, encoding="utf-8")
        people = ["studenttest_99,,,,canvas,99,,,yes\n"]
        folder = results(result("studenttest_99", 1.0), people=people)
        code, said = export("canvas", folder, path, "--column", "901", "--dry-run")
        assert code == 0
        assert "a test student, who is in no gradebook (1):\n  studenttest_99" in said

    def test_a_group_s_file_has_the_id_of_one_member(self, results, tmp_path):
        path = tmp_path / "book.csv"
        path.write_text(CANVAS, encoding="utf-8")
        folder = results(result("teamred_12", 1.0), people=["teamred_12,,,,canvas,12,,,yes\n"])
        code, said = export("canvas", folder, path, "--column", "901", "--dry-run")
        assert code == 1
        assert "teamred_12: the LMS id is in the row of Bartók, Béla" in said

    def test_a_learner_on_whom_the_grader_failed_is_left_alone(self, results, tmp_path):
        path = tmp_path / "book.csv"
        path.write_text(CANVAS, encoding="utf-8")
        code, said = export(
            "canvas", results(result("ada", None)), path, "--column", "901", "--dry-run"
        )
        assert code == 1
        assert "the grader failed on these, left as they were (1):\n  Lovelace, Ada" in said


class TestMoodle:
    def test_grades_and_comments_are_filled_and_locked_rows_stay(self, class_of_three, tmp_path):
        path, out = tmp_path / "sheet.csv", tmp_path / "filled.csv"
        path.write_bytes(b"\xef\xbb\xbf" + MOODLE.encode())
        code, said = export("moodle", class_of_three, path, "--out", out)
        assert code == 0, said
        data = out.read_bytes()
        assert data.startswith(b"\xef\xbb\xbf")
        before = MOODLE.encode().split(b"\r\n")
        after = data[3:].split(b"\r\n")
        assert after[0] == before[0]
        # Moodle writes back every row that it is given, so a row that is not filled is not there.
        assert after[3:] == [b""]
        rows = cells(data, "utf-8-sig")
        assert [row[5] for row in rows] == ["Grade", "84.62", "100"]
        assert rows[1][10] == (
            "<p>softmax: 84.62 of 100 points<br>You divide by one sum &amp; &lt;all&gt;. Look.</p>"
        )
        assert rows[2][10] == "<p>All right.</p>"
        assert "locked, left as they were (1):\n  Carl Gauß" in said

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
    def test_german_semicolons_and_decimal_commas(self, class_of_three, tmp_path, encoding):
        path, out = tmp_path / "sheet.csv", tmp_path / "filled.csv"
        path.write_bytes(GERMAN.encode(encoding))
        code, said = export("moodle", class_of_three, path, "--no-feedback", "--out", out)
        assert code == 0, said
        header, ada, bela = GERMAN.splitlines(keepends=True)[:3]
        filled = header + ada.replace(";;100", ";84,62;100") + bela.replace("50,00", "100")
        # Without its comments, which Moodle would write back without their formatting.
        expected = "".join(line.rpartition(";")[0] + "\n" for line in filled.splitlines())
        assert out.read_bytes() == expected.encode(encoding)
        guessed = "the file does not state its encoding; it was read as cp1252"
        assert (guessed in said) == (encoding == "cp1252")

    def test_japanese(self, class_of_three, tmp_path):
        path, out = tmp_path / "sheet.csv", tmp_path / "filled.csv"
        path.write_text(JAPANESE, encoding="utf-8")
        code, said = export("moodle", class_of_three, path, "--out", out)
        assert code == 0, said
        rows = cells(out.read_bytes())
        assert [row[3] for row in rows[1:]] == ["84.62", "100"]
        assert rows[1][8].startswith("<p>softmax: 84.62 of 100")
        assert "いいえ" not in out.read_text(encoding="utf-8")

    def test_a_comment_says_nothing_twice_and_is_short(self, results, tmp_path):
        """What is the same, and what comes after the first few, is but named."""
        wrong = result("Ada Lovelace", 10.0, message="the first").functions[0]
        said = ["the first", "the first", "the second", "the third", "the fourth"]
        functions = [
            msgspec.structs.replace(wrong, function=f"f{number}", message=text)
            for number, text in enumerate(said)
        ]
        made = msgspec.structs.replace(
            result("Ada Lovelace", 10.0),
            functions=tuple(functions),
            notes=("work.rar cannot be opened; zip it again",),
        )
        path, out = tmp_path / "sheet.csv", tmp_path / "filled.csv"
        path.write_text(MOODLE, encoding="utf-8")
        export("moodle", results(made), path, "--out", out, "--scale")
        text = cells(out.read_bytes())[1][10]
        assert text.split("</p>") == [
            "<p>f0: 10 of 100 points<br>the first",
            "<p>f2: 10 of 100 points<br>the second",
            "<p>f3: 10 of 100 points<br>the third",
            "<p>Not all points either for f1: 10 of 100 points, f4: 10 of 100 points.",
            "<p>work.rar cannot be opened; zip it again",
            "",
        ]

    def test_participants_are_matched_by_their_number(self, results, tmp_path):
        path = tmp_path / "sheet.csv"
        path.write_text(MOODLE, encoding="utf-8")
        folder = results(result("x", 50.0), people=["x,,,,moodle,12,,,yes\n"])
        _code, said = export("moodle", folder, path, "--dry-run")
        assert "by LMS id (1):" in said
        assert "Béla Bartók, feedback: old -> <p>softmax" in said

    def test_a_worksheet_without_comments(self, class_of_three, tmp_path):
        rows = [line.rpartition(",")[0] for line in MOODLE.split("\r\n")[:-1]]
        path = tmp_path / "sheet.csv"
        path.write_text("\n".join(rows), encoding="utf-8")
        code, said = export("moodle", class_of_three, path, "--dry-run")
        assert code == 2
        assert "no column for feedback comments" in said
        code, said = export("moodle", class_of_three, path, "--dry-run", "--no-feedback")
        assert code == 0, said


class TestOwnTables:
    def test_names_that_are_formulas_are_neutralised(self, results, tmp_path):
        folder = results(result("=cmd()", 5.0), people=["'=cmd(),'@x,,,,,,,yes\n"])
        out = tmp_path / "grades.csv"
        code, _said = export("csv", folder, "--out", out, "--columns", "student,name,score,ex01")
        assert code == 0
        assert cells(out.read_bytes())[1] == ["'=cmd()", "'@x", "5", "5"]

    def test_delimiter_and_encoding(self, class_of_three, tmp_path):
        out = tmp_path / "grades.csv"
        export("csv", class_of_three, "--out", out, "--delimiter", ";", "--encoding", "utf-8-sig")
        rows = cells(out.read_bytes(), "utf-8-sig", ";")
        assert rows[0] == ["student", "name", "email", "score", "max_score"]
        assert rows[2] == ["bela", "Béla Bartók", "bela@x.org", "100", "100"]

    def test_what_a_mail_merge_needs(self, class_of_three, tmp_path):
        out = tmp_path / "mail.csv"
        export("csv", class_of_three, "--out", out, "--columns", "student,comment,page")
        rows = cells(out.read_bytes())
        assert rows[1:3] == [
            [
                "Ada Lovelace",
                "softmax: 84.62 of 100 points\nYou divide by one sum & <all>. Look.",
                f"feedback/{page_name('Ada Lovelace')}",
            ],
            ["bela", "All right.", "feedback/bela.html"],
        ]
        code, said = export("csv", class_of_three, "--anonymous", "--columns", "page")
        assert (code, "--columns: page would show who it is" in said) == (2, True)

    def test_as_gradescope_heads_its_tables(self, class_of_three, tmp_path):
        out = tmp_path / "grades.csv"
        export("gradescope", class_of_three, "--out", out)
        rows = cells(out.read_bytes())
        assert rows[0] == ["Name", "SID", "Email", "Total Score", "Max Points", "ex01 (100 pts)"]
        assert rows[1] == ["Ada Lovelace", "", "", "84.62", "100", "84.62"]


class TestBadFiles:
    @pytest.mark.parametrize(
        ("data", "message"),
        [
            (b"", "is empty"),
            (b"PK\x03\x04", "save it as CSV"),
            (b'Student,ID,Section\n"Ada,1,2\n', "line 2: a double quote is opened and not closed"),
            (b"Student,ID,Section\nAda,1\n", "line 2: it has 2 cells and the first row 3"),
            (b"Name,ID,Section\nAda,1,2\n", "this is not a Canvas gradebook"),
            (MOODLE.encode(), "this is not a Canvas gradebook"),
            (b"a\0b,c\n", "NUL bytes"),
            (b"\xff\xfea", "is not valid utf-16-le"),
        ],
    )
    def test_the_error_says_what_is_wrong_and_where(self, class_of_three, tmp_path, data, message):
        path = tmp_path / "book.csv"
        path.write_bytes(data)
        code, said = export("canvas", class_of_three, path, "--column", "x", "--dry-run")
        assert code == 2
        assert message in said

    def test_a_gradebook_is_no_worksheet(self, class_of_three, tmp_path):
        path = tmp_path / "book.csv"
        path.write_text(CANVAS, encoding="utf-8")
        code, said = export("moodle", class_of_three, path, "--dry-run")
        assert code == 2
        assert "use the grading worksheet" in said

    def test_the_file_that_is_read_is_not_written_over(self, class_of_three, tmp_path):
        path = tmp_path / "book.csv"
        path.write_text(CANVAS, encoding="utf-8")
        code, said = export("canvas", class_of_three, path, "--column", "901", "--out", path)
        assert (code, path.read_text(encoding="utf-8")) == (2, CANVAS)
        assert "name another --out" in said

    def test_without_results(self, tmp_path):
        code, said = export("csv", tmp_path, "--out", tmp_path / "x.csv")
        assert code == 2
        assert "results.jsonl does not exist" in said


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=8)
TABLES = st.integers(2, 4).flatmap(
    lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), max_size=5)
)


@given(
    rows=TABLES,
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    cell=st.tuples(st.integers(0, 5), st.integers(0, 3)),
    value=CELLS,
)
def test_any_table_is_written_back_as_it_was(
    tmp_path_factory, rows, end, quoting, encoding, cell, value
):
    # Headings, as every such file has: the delimiter is recognised by them.
    rows = [[f"heading {n}" for n in range(len(rows[0]) if rows else 2)], *rows]
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=end, quoting=quoting).writerows(rows)
    path = tmp_path_factory.getbasetemp() / "table.csv"
    data = text.getvalue().encode(encoding)
    path.write_bytes(data)
    table = read_table(path)
    assert table.to_bytes() == data
    assert [[each.value for each in row.cells] for row in table.rows] == rows
    row, column = cell[0] % len(rows), cell[1] % len(rows[0])
    table.put(row, column, value)
    rows[row][column] = value
    changed = list(csv.reader(io.StringIO(table.to_bytes().decode(encoding), newline="")))
    assert changed == rows
