# ruff: noqa: RUF001  # words of many languages
"""Worksheets of the shapes that Moodle 4.5 writes: right columns, right people, nothing else."""

import csv
import io

import msgspec
import pytest
from click.testing import CliRunner

from grader.cli import main
from tests.support.results import result

# Yes, no, and a date, as Moodle writes them in each language.
LANGUAGES = {
    "en": ("Yes", "No", "Monday, 30 November 2026, 4:23 PM"),
    "de": ("Ja", "Nein", "Montag, 30. November 2026, 16:23"),
    "fr": ("Oui", "Non", "lundi 30 novembre 2026, 16:23"),
    "es": ("Sí", "No", "lunes, 30 de noviembre de 2026, 16:23"),
    "it": ("Sì", "No", "lunedì, 30 novembre 2026, 16:23"),
    "nl": ("Ja", "Nee", "maandag, 30 november 2026, 16:23"),
    "pt": ("Sim", "Não", "segunda-feira, 30 de novembro de 2026 às 16:23"),
    "ja": ("はい", "いいえ", "2026年 11月 30日(月曜日) 16:23"),
    "ko": ("예", "아니오", "월요일, 30 11월 2026, 4:23 PM"),
    "zh": ("是", "否", "2026年11月30日 星期一 16:23"),
    "pl": ("Tak", "Nie", "poniedziałek, 30 listopada 2026, 16:23"),
    "cs": ("Ano", "Ne", "pondělí, 30. listopadu 2026, 16.23"),
    "sv": ("Ja", "Nej", "måndag, 30 november 2026, 16:23"),
    "fi": ("Kyllä", "Ei", "maanantai, 30. marraskuuta 2026, 16:23"),
    "ro": ("Da", "Nu", "luni, 30 noiembrie 2026, 16:23"),
    "eu": ("Bai", "Ez", "2026(e)ko azaroaren 30(a), astelehena, 16:23"),
    "ru": ("Да", "Нет", "понедельник, 30 ноября 2026, 16:23"),
    "uk": ("Так", "Ні", "понеділок, 30 листопада 2026, 16:23"),
    "el": ("Ναι", "Όχι", "Δευτέρα, 30 Νοεμβρίου 2026, 4:23 μμ"),
    "tr": ("Evet", "Hayır", "30 Kasım 2026, Pazartesi, 16:23"),
    "ar": ("نعم", "لا", "الاثنين، 30 نوفمبر 2026، 4:23 م"),
    "ur": ("ہاں", "نہیں", "پیر، 30 نومبر 2026، 4:23 شام"),
}
KINDS = ("plain", "workflow", "blind", "text")
PEOPLE = {11: "Ada Lovelace", 12: "Béla Bartók", 13: "Carl Gauß"}


def worksheet(
    people=PEOPLE, *, language="en", kind="plain", teams=None, locked=(), grades=None, outcome=False
):
    """A worksheet; its headings say nothing but where they are, as for somebody who reads none."""
    yes, no, date = LANGUAGES[language]
    rows = []
    for number, name in people.items():
        cells = {"identifier": f"Participant {number}"}
        if kind != "blind":
            cells |= {"name": name, "id number": f"s{number}", "email": f"s{number}@x.org"}
        cells["status"] = "Submitted for grading - 2 days late -  - "
        if teams is not None:
            cells["team"] = teams[number]
        if kind == "workflow":
            cells["marker"] = "Mar Ker"
        cells |= {"grade": (grades or {}).get(number, ""), "most": "100.00"}
        if kind == "workflow":
            cells["state"] = ("Not marked", "In marking", "Released")[number % 3]
        cells["changeable"] = no if number in locked else yes
        cells["submitted"] = date
        if kind == "text":
            cells["text"] = "Hello ä   "
        cells |= {"graded": date if number in (grades or {}) else "-", "comments": "formatted   "}
        if outcome:
            cells["outcome"] = "Understands softmax: No outcome"
        rows.append(cells)
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writerow({key: f"«{place}»" for place, key in enumerate(rows[0])})
    writer.writerows(rows)
    return "\ufeff" + out.getvalue()


@pytest.fixture
def export(tmp_path):
    """Fill a worksheet with results, which are given by student: their points and who they are."""

    def exported(sheet, results, *options, match=""):
        folder = tmp_path / "results"
        folder.mkdir(exist_ok=True)
        lines = [msgspec.json.encode(result(student, each[0])) for student, each in results.items()]
        (folder / "results.jsonl").write_bytes(b"\n".join(lines))
        rows = ["student,name,email,sid,lms,lms_id,group,late,handed_in\n"]
        rows += [f"{student},{each[1]},,,no,yes\n" for student, each in results.items()]
        (folder / "people.csv").write_text("".join(rows), encoding="utf-8")
        (tmp_path / "sheet.csv").write_text(sheet, encoding="utf-8", newline="")
        (tmp_path / "match.csv").write_text(match or "student,row\n", encoding="utf-8")
        command = ["export", "moodle", folder, tmp_path / "sheet.csv", "--out", tmp_path / "out"]
        command += ["--match", tmp_path / "match.csv", *options]
        done = CliRunner().invoke(main, [str(part) for part in command])
        text = ""
        if (tmp_path / "out").exists():
            text = (tmp_path / "out").read_text(encoding="utf-8-sig")
        return done.exit_code, list(csv.reader(io.StringIO(text, newline=""))), done.output

    return exported


def moodle(name, number):
    """What people.csv says of a submission that Moodle gave this name and number."""
    return f"{name},,,moodle,{number}"


def ten(name, number):
    return 10.0, moodle(name, number)


CLASS = {name: (float(number), moodle(name, number)) for number, name in PEOPLE.items()}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_in_every_language_only_two_cells_of_free_rows_change(export, language, kind):
    sheet = worksheet(language=language, kind=kind, locked={12})
    known = {
        f"Participant {number}" if kind == "blind" else name: (
            float(number),
            moodle("" if kind == "blind" else name, number),
        )
        for number, name in PEOPLE.items()
    }
    code, rows, said = export(sheet, known)
    assert code == 0, said
    before = list(csv.reader(io.StringIO(sheet[1:], newline="")))
    grade = before[1].index("100.00") - 1
    comments = before[1].index("formatted   ")
    assert rows[0] == before[0]
    assert [row[grade] for row in rows[1:]] == ["11", "13"]
    for row, old in zip(rows[1:], (before[1], before[3]), strict=True):
        assert row[comments].startswith("<p>softmax: 1")
        row[grade], row[comments] = old[grade], old[comments]
        assert row == old
    assert "locked, left as they were (1)" in said


def test_the_comments_of_others_are_not_in_the_file(export):
    """Moodle writes back each that it finds, without its formatting."""
    sheet = worksheet({**PEOPLE, 14: "Dora Maar"})
    _code, rows, said = export(sheet, CLASS, "--no-feedback")
    assert [row[1] for row in rows[1:]] == list(PEOPLE.values())
    assert "formatted" not in str(rows)
    assert "rows without a result (1):\n  Dora Maar" in said


def test_an_outcome_is_no_comment(export):
    _code, rows, _said = export(worksheet(outcome=True), CLASS)
    assert rows[1][-1] == "Understands softmax: No outcome"
    assert rows[1][-2].startswith("<p>softmax: 11")


def test_where_only_outcomes_follow_there_are_no_comments(export):
    rows = csv.DictReader(io.StringIO(worksheet(outcome=True)[1:], newline=""))
    places = [name for name in rows.fieldnames if name != "«10»"]
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, places, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    code, _rows, said = export(out.getvalue(), CLASS)
    assert (code, "there is no column for feedback comments" in said) == (2, True)
    code, filled, said = export(out.getvalue(), CLASS, "--no-feedback")
    assert (code, filled[1][-1]) == (0, "Understands softmax: No outcome"), said


def test_it_says_what_to_tick_where_there_is_a_grade(export):
    _code, _rows, said = export(worksheet(grades={12: "50.00"}), CLASS)
    assert "tick 'Allow updating records that have been modified more recently" in said
    assert "1 row has a grade already" in said
    _code, _rows, said = export(worksheet(), CLASS)
    assert "tick 'Allow" not in said


@pytest.mark.parametrize(
    ("words", "filled", "remark"),
    [
        (("Yes", "Nixda"), ["11", "13"], False),
        (("Jawoll", "No"), ["11", "13"], False),
        (("Jawoll", "Nixda"), ["11", "12", "13"], True),
    ],
)
def test_a_word_that_is_not_known(export, monkeypatch, words, filled, remark):
    monkeypatch.setitem(LANGUAGES, "xx", (*words, LANGUAGES["en"][2]))
    _code, rows, said = export(worksheet(language="xx", locked={12}), CLASS)
    assert [row[5] for row in rows[1:]] == filled
    assert (
        "'Jawoll' or 'Nixda' says that a grade cannot be changed is not known" in said
    ) == remark


class TestTeams:
    def test_every_member_gets_the_points_of_the_team(self, export):
        people = {**PEOPLE, 14: "Dora Maar", 15: "Emmy Noether"}
        teams = {11: "Red", 12: "Red", 13: "Group 1/2", 14: "R&D <ß>", 15: "Default group"}
        sheet = worksheet(people, teams=teams)
        # As Moodle names their folders; the one of those without a team has no number.
        code, rows, said = export(
            sheet,
            {
                "Red": (1.0, moodle("Red", 12)),
                "Group 12": (2.0, moodle("Group 12", 13)),
                "Ramp;D lt;ßgt;": (3.0, moodle("Ramp;D lt;ßgt;", 11)),
                "Default group": (4.0, moodle("Default group", "")),
            },
        )
        assert code == 0, said
        assert [row[6] for row in rows[1:]] == ["1", "1", "2", "3", "4"]
        assert "by team (5):\n  Red -> Ada Lovelace\n  Red -> Béla Bartók" in said

    def test_a_team_s_number_is_nobody_s(self, export):
        """Team 13 is no longer in the worksheet, and participant 13 is Carl."""
        sheet = worksheet(teams={11: "Red", 12: "Red", 13: "Blue"})
        code, rows, said = export(sheet, {"Red": ten("Red", 99), "Green": ten("Green", 13)})
        assert code == 1
        assert [row[1] for row in rows[1:]] == ["Ada Lovelace", "Béla Bartók"]
        assert "! results without a row (1):\n  Green" in said

    def test_a_team_that_is_called_as_somebody_else_is(self, export):
        """A team that took its marker's name, or a marker who handed in."""
        sheet = worksheet(teams={11: "Carl Gauß", 12: "Red", 13: "Red"})
        code, rows, said = export(sheet, {"Carl Gauß": ten("Carl Gauß", 13)})
        assert (code, len(rows)) == (1, 1)
        assert "Carl Gauß is the name of a team and of a person" in said

    def test_two_teams_of_one_name_in_files(self, export):
        sheet = worksheet(teams={11: "A/1", 12: "A1", 13: "Red"})
        code, rows, said = export(sheet, {"A1": ten("A1", 5), "Red": ten("Red", 6)})
        assert (code, [row[1] for row in rows[1:]]) == (1, ["Carl Gauß"])
        assert "A1: several teams are called so in file names" in said

    def test_several_lines_of_match_settle_a_team(self, export):
        sheet = worksheet(teams={11: "New name", 12: "New name", 13: "Red"})
        match = "student,row\nOld name,Participant 11\nOld name,Participant 12\n"
        results = {"Old name": (7.0, moodle("Old name", 13)), "Red": (8.0, moodle("Red", 5))}
        code, rows, said = export(sheet, results, match=match)
        assert (code, [row[6] for row in rows[1:]]) == (0, ["7", "7", "8"]), said

    def test_folders_with_people_s_names_are_people_s(self, export):
        """What no LMS named may be a team's or a person's."""
        sheet = worksheet(teams={11: "Red", 12: "Red", 13: "Blue"})
        code, rows, said = export(sheet, {"Red": (1.0, ",,,,"), "Carl Gauß": (2.0, ",,,,")})
        assert (code, [row[6] for row in rows[1:]]) == (0, ["1", "1", "2"]), said


class TestNames:
    def test_a_number_whose_row_has_another_name_is_left_out(self, export):
        """The worksheet of another assignment, in which 12 is somebody else."""
        people = {11: "Ada Lovelace", 12: "Carl Gauß", 13: "Béla Bartók"}
        code, rows, said = export(worksheet(people), {"Ada King": ten("Ada King", 12)})
        assert (code, len(rows)) == (1, 1)
        assert "left out, since the row has another name" in said
        assert "  Ada King: the LMS id is in the row of Carl Gauß" in said

    def test_a_name_still_finds_the_row(self, export):
        people = {11: "Carl Gauß", 12: "Ada Lovelace"}
        code, rows, _said = export(worksheet(people), {"Ada": ten("Ada Lovelace", 11)})
        assert (code, [row[1] for row in rows[1:]]) == (0, ["Ada Lovelace"])

    @pytest.mark.parametrize(
        ("name", "row"),
        [
            ("Siobhán OBrien", "Siobhán O'Brien"),
            ("AB CDE", "A/B C:D\\E"),
            ("Anne Marie van-der Berg", "Anne_Marie van-der_Berg"),
            ("=Cmd calc", "=Cmd |calc"),
            ("RD", "R&D "),
            ("小明 王", "王 小明"),
            ("Jürgen Müller", "Müller, Jurgen"),
            ("Ada Lovelace", "Ada Augusta Lovelace"),
            ("***", "Ada Lovelace"),
            ("दीपक ߊߋ", "ߊߋ, दीपक"),
            ("vander_berganne", "van-der_Berg, Anne"),
        ],
    )
    def test_a_name_that_is_written_otherwise_is_no_other(self, export, name, row):
        code, rows, said = export(worksheet({11: row}), {"x": ten(f'"{name}"', 11)})
        assert (code, len(rows)) == (0, 2), said

    def test_a_line_of_match_that_settles_nothing_is_told(self, export):
        match = "student,row\nNobody,Participant 11\nAda Lovelace,Participant 99\n"
        code, _rows, said = export(worksheet(), CLASS, match=match)
        assert code == 1
        assert "Nobody,Participant 11: there is no such result" in said
        assert "Ada Lovelace,Participant 99: there is no such row" in said

    def test_a_row_that_is_given_twice_is_refused(self, export):
        match = "student,row\nAda Lovelace,Participant 11\nCarl Gauß,Participant 11\n"
        code, _rows, said = export(worksheet(), CLASS, match=match)
        assert code == 2
        assert "line 3: the row 'Participant 11' is on line 2 too" in said

    def test_two_rows_of_one_identifier_are_not_guessed(self, export):
        sheet = worksheet().replace("Participant 12", "Participant 11")
        match = "student,row\nAda Lovelace,Participant 11\n"
        code, _rows, said = export(sheet, CLASS, match=match)
        assert code == 1
        assert "Ada Lovelace: 2 rows are called 'Participant 11'" in said


def test_a_column_that_cannot_say_whether_a_grade_is_free(export):
    sheet = worksheet(locked={12}).replace(",Yes,", ",Perhaps,", 1)
    code, _rows, said = export(sheet, CLASS)
    assert code == 2
    assert "should say whether a grade can be changed, and has more than two values" in said
