"""Submissions as Gradescope, Canvas and Moodle export them, as a folder and as the zip itself."""

import csv
import io
import os
import zipfile

import pytest

from grader.errors import UsageError
from grader.intake.recognise import class_at
from grader.intake.submission import read_submission
from tests.support.course import ROOT
from tests.support.refusals import told
from tests.support.results import lines_of
from tests.support.submissions import ORDER, SOFTMAX, contents

RIGHT = SOFTMAX.encode()

GRADESCOPE = {
    "submission_metadata.yml": b"""---
submission_101:
  :submitters:
  - :name: Ada Lovelace
    :sid: '007'
    :email: ada@x.org
  :created_at: 2026-11-03 10:00:00.000000000 Z
  :score: 12.0
  :status: processed
  :results:
    :tests:
    - :name: ! 'a: "b"'
      :output: |
        submission_999:
          :submitters: nobody
  :history: []
submission_102:
  :submitters:
  - :name: B\xc3\xa9la Bart\xc3\xb3k
    :sid: s12
    :email: bela@x.org
  - :name: Carl Gau\xc3\x9f
    :sid: s13
    :email: carl@x.org
  :created_at: 2026-11-03 10:00:00.000000000 Z
submission_105:
  :submitters:
  - :name: Dora Gone
    :sid: s14
    :email: dora@x.org
""",
    "submission_101/ex01_softmax.py": RIGHT,
    "submission_102/homework/ex01_softmax.py": RIGHT,
    "submission_104/ex01_softmax.py": RIGHT,
}
CANVAS = {
    "lovelaceada_11_501_ex01_softmax.py": b"first",
    "lovelaceada_LATE_11_502_ex01_softmax-1.py": RIGHT,
    "lovelaceada_LATE_11_503_ex02_jacobian.py": b"x = 1\n",
    "bartókbéla_12_504_ex01_softmax-2.py": RIGHT,
    "gausscarl_13_505_my-2.py": b"y = 2\n",
    "gausscarl_13_text.html": b"<p>hello</p>",
    "notes.txt": b"",
}
ANONYMOUS = {
    "anon_AbC12_501_ex01_softmax.py": RIGHT,
    "LATE_anon_xYz_502_ex01_softmax.py": RIGHT,
}
MOODLE = {
    "Ada Lovelace_201_assignsubmission_file/ex01_softmax.py": RIGHT,
    "Béla Bartók_202_assignsubmission_file_/ex01_softmax.py": RIGHT,
    "Béla Bartók_202_assignsubmission_onlinetext_/onlinetext.html": b"<p></p>",
    "Carl Gauß_203_assignsubmission_onlinetext/onlinetext.html": b"<p></p>",
}
FLAT = {
    "Ada Lovelace_201_assignsubmission_file_ex01_softmax.py": RIGHT,
    "Ada Lovelace_201_assignsubmission_file_ex02_jacobian.py": b"x = 1\n",
    "Béla Bartók_202_assignsubmission_file_ex01_softmax.py": RIGHT,
}
BLIND = {
    "Teilnehmer/in_201_assignsubmission_file/a.py".replace("/in", "in"): RIGHT,
    "Teilnehmerin_202_assignsubmission_file/a.py": RIGHT,
}


@pytest.fixture(params=["folder", "zip", "zip with a folder around"])
def download(request, tmp_path):
    """The same files as a folder, as a zip, and as a zip with everything in one folder."""

    def made(files, name="download"):
        path = tmp_path / name
        if request.param == "folder":
            for file, data in files.items():
                (path / file).parent.mkdir(parents=True, exist_ok=True)
                (path / file).write_bytes(data)
            return path
        around = "assignment_7_export/" if "around" in request.param else ""
        path = path.with_suffix(".zip")
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("__MACOSX/._x", b"rubbish")
            for file, data in files.items():
                archive.writestr(around + file, data)
        return path

    return made


def read(class_submissions):
    """Read the submission of each learner."""
    submissions = {}
    for entry in class_submissions.entries:
        submission = contents(read_submission(entry.student, entry.parts, notes=entry.notes))
        submissions[entry.student] = submission
    return submissions


class TestGradescope:
    def test_everybody_is_named_and_groups_share_their_files(self, download):
        found = class_at(download(GRADESCOPE), order=ORDER)
        assert [entry.student for entry in found.entries] == ["007", "s12", "s13", "submission_104"]
        ada, bela, carl, _unnamed = found.entries
        assert ada.person[:5] == ("Ada Lovelace", "ada@x.org", "007", "gradescope", "101")
        assert bela.person.group == carl.person.group == "submission_102"
        assert found.summary == "Gradescope export: 4 learners, 1 group"
        assert [r for r in found.remarks if "submission_104 is graded under that name" in r]
        assert [r for r in found.remarks if "submission_105 (Dora Gone)" in r]
        submissions = read(found)
        assert submissions["s12"].files == submissions["s13"].files
        assert submissions["007"].sources[0].stem == "ex01_softmax"

    def test_a_broken_file_is_reported_with_its_line(self, tmp_path):
        (tmp_path / "submission_1").mkdir()
        (tmp_path / "submission_metadata.yml").write_text("submission_1:\n  :submitters: [\n")
        with pytest.raises(UsageError, match=r"submission_metadata.yml, line [23]: .*download"):
            class_at(tmp_path, order=ORDER)


class TestCanvas:
    def test_the_newest_attempt_counts_under_its_own_name(self, download):
        found = class_at(download(CANVAS), order=ORDER)
        assert [e.student for e in found.entries] == [
            "bartókbéla_12",
            "gausscarl_13",
            "lovelaceada_11",
        ]
        assert found.summary == "Canvas download: 3 learners, 1 late, 2 resubmitted"
        assert [r for r in found.remarks if r.startswith("notes.txt is not named")]
        submissions = read(found)
        ada = submissions["lovelaceada_11"]
        assert ada.files == ("ex01_softmax.py", "ex02_jacobian.py")
        assert "def softmax" in ada.sources[0].cells[0].text
        assert "handed in late" in ada.notes
        assert "resubmitted: 1 older file ignored" in ada.notes
        # A number that the learner wrote stays.
        assert submissions["gausscarl_13"].files == ("my-2.py",)
        assert submissions["bartókbéla_12"].files == ("ex01_softmax.py",)
        assert found.entries[2].person.lms_id == "11"
        assert found.entries[2].person.late

    def test_anonymous(self, download):
        found = class_at(download(ANONYMOUS), order=ORDER)
        assert [e.student for e in found.entries] == ["anon_AbC12", "anon_xYz"]
        assert [e.person.late for e in found.entries] == [False, True]


class TestMoodle:
    def test_folders(self, download):
        found = class_at(download(MOODLE), order=ORDER)
        people = {e.student: e.person.lms_id for e in found.entries}
        assert people == {"Ada Lovelace": "201", "Béla Bartók": "202", "Carl Gauß": "203"}
        submissions = read(found)
        assert submissions["Béla Bartók"].files == ("ex01_softmax.py",)
        assert [n for n in submissions["Carl Gauß"].notes if "text entered in Moodle" in n]

    def test_flat(self, download):
        submissions = read(class_at(download(FLAT), order=ORDER))
        assert submissions["Ada Lovelace"].files == ("ex01_softmax.py", "ex02_jacobian.py")
        assert submissions["Béla Bartók"].sources[0].stem == "ex01_softmax"

    def test_blind(self, download):
        found = class_at(download(BLIND), order=ORDER)
        assert [e.student for e in found.entries] == ["Teilnehmerin 201", "Teilnehmerin 202"]
        assert [e.person.name for e in found.entries] == ["", ""]

    def test_two_of_one_name_stay_two(self, download):
        files = {f"Ada L_{n}_assignsubmission_file/a.py": RIGHT for n in (1, 2)}
        files |= {"Béla B_3_assignsubmission_file/a.py": RIGHT}
        found = class_at(download(files), order=ORDER)
        assert [e.student for e in found.entries] == ["Ada L (1)", "Ada L (2)", "Béla B"]


class TestPlain:
    def test_a_zip_of_a_class(self, download):
        files = {
            "ada/ex01_softmax.py": RIGHT,
            "bela/ex01_softmax.py": RIGHT,
            "carl/ex01_softmax.py": RIGHT,
        }
        found = class_at(download(files), order=ORDER)
        assert [e.student for e in found.entries] == ["ada", "bela", "carl"]
        assert read(found)["bela"].files == ("ex01_softmax.py",)

    def test_a_zip_of_one_learner(self, tmp_path):
        path = tmp_path / "ada.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("homework/ex01_softmax.py", RIGHT)
            archive.writestr("homework/ex02_jacobian.py", b"x = 1\n")
        (entry,) = class_at(path, order=ORDER).entries
        assert (entry.student, entry.parts) == ("ada", [path])

    def test_one_file_named_like_canvas_s_among_others_changes_nothing(self, tmp_path):
        for name in ("ada.py", "bela.py", "lovelaceada_11_501_x.py"):
            (tmp_path / name).write_bytes(RIGHT)
        found = class_at(tmp_path, order=ORDER)
        assert [e.student for e in found.entries] == ["ada", "bela", "lovelaceada_11_501_x"]

    def test_asking_for_what_it_is_not(self, tmp_path):
        (tmp_path / "ada.py").write_bytes(RIGHT)
        with pytest.raises(
            UsageError, match=r"is not a Canvas download: looked for .*, found ada.py"
        ):
            class_at(tmp_path, order=ORDER, source="canvas")

    def test_asking_for_plain(self, tmp_path):
        (tmp_path / "lovelaceada_11_501_x.py").write_bytes(RIGHT)
        found = class_at(tmp_path, order=ORDER, source="plain")
        assert [e.student for e in found.entries] == ["lovelaceada_11_501_x"]


class TestHostileArchives:
    def test_what_points_outside_and_what_is_too_large(self, tmp_path):
        path = tmp_path / "class.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("../../evil_11_501_ex01_softmax.py", RIGHT)
            archive.writestr("bomb_12_502_ex01_softmax.py", b"#" * (40 * 2**20))
            archive.writestr("right_13_503_ex01_softmax.py", RIGHT)
            archive.writestr("=cmd()_14_504_ex01_softmax.py", RIGHT)
        found = class_at(path, order=ORDER)
        assert [r for r in found.remarks if "points outside the archive" in r]
        submissions = read(found)
        assert [n for n in submissions["bomb_12"].notes if "unpacks to more than" in n]
        assert submissions["right_13"].sources
        assert "=cmd()_14" in submissions

    def test_an_archive_within_the_archive(self, tmp_path):
        inner = io.BytesIO()
        with zipfile.ZipFile(inner, "w") as archive:
            archive.writestr("homework/ex01_softmax.py", RIGHT)
            archive.writestr("../evil.py", RIGHT)
        path = tmp_path / "class.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("lovelaceada_11_501_homework.zip", inner.getvalue())
            archive.writestr("bela_12_502_homework.zip", b"no archive")
        submissions = read(class_at(path, order=ORDER))
        assert submissions["lovelaceada_11"].files == ("homework/ex01_softmax.py",)
        assert "not a readable zip archive" in submissions["bela_12"].notes[0]

    def test_a_broken_zip_is_one_learner_s_and_reported(self, tmp_path):
        (tmp_path / "class.zip").write_bytes(b"PK no archive")
        found = class_at(tmp_path / "class.zip", order=ORDER)
        assert "is not a readable zip archive" in found.summary
        assert [e.student for e in found.entries] == ["class"]

    @pytest.mark.skipif(not hasattr(os, "symlink"), reason="no links here")
    def test_a_link_in_a_download_is_not_followed(self, tmp_path):
        (tmp_path / "secret").write_bytes(RIGHT)
        download = tmp_path / "download"
        download.mkdir()
        (download / "lovelaceada_11_501_ex01_softmax.py").symlink_to(tmp_path / "secret")
        submissions = read(class_at(download, order=ORDER))
        assert [n for n in submissions["lovelaceada_11"].notes if "links are not followed" in n]


def test_the_command_from_download_to_people(run, tmp_path):
    download = tmp_path / "canvas.zip"
    with zipfile.ZipFile(download, "w") as archive:
        for name, data in CANVAS.items():
            archive.writestr(name, data)
    roster = "id;name;email;canvas_id\ns11;Ada Lovelace;ada@x.org;11\ns14;=Dora;dora@x.org;14\n"
    (tmp_path / "roster.csv").write_text(roster, encoding="utf-8")
    out = tmp_path / "out"
    one = ("--exercise", "ex01_softmax", "--course", ROOT / "solutions", "--out", out)
    done = run("grade", download, "--roster", tmp_path / "roster.csv", *one)
    assert done.returncode == 0, done.stderr
    assert "Canvas download: 3 learners, 1 late, 2 resubmitted" in done.stderr
    assert "1 learner handed in nothing: =Dora (s14)" in done.stdout
    people = list(csv.DictReader((out / "people.csv").read_text("utf-8").splitlines()))
    by_student = {row["student"]: row for row in people}
    assert by_student["s11"]["name"] == "Ada Lovelace"
    assert (by_student["s11"]["late"], by_student["s11"]["lms_id"]) == ("yes", "11")
    assert by_student["s14"] | {"name": "'=Dora", "handed_in": "no"} == by_student["s14"]
    assert by_student["bartókbéla_12"]["name"] == ""
    results = {line["student"]: line for line in lines_of(out / "results.jsonl")}
    assert set(results) == {"s11", "bartókbéla_12", "gausscarl_13"}
    assert results["s11"]["name"] == "Ada Lovelace"
    assert results["s11"]["score"] == 12
    gradebook = list(csv.DictReader((out / "gradebook.csv").read_text("utf-8").splitlines()))
    assert {row["student"]: row["name"] for row in gradebook}["s11"] == "Ada Lovelace"
    # A new name changes no grade, and a run that knows no people removes people.csv.
    renamed = "id,name,canvas_id\ns11,Ada Lovelace King,11\n"
    (tmp_path / "roster.csv").write_text(renamed, encoding="utf-8")
    done = run("grade", download, "--roster", tmp_path / "roster.csv", *one)
    assert "graded 0 (0 functions), unchanged 3" in done.stdout
    assert "Ada Lovelace King" in (out / "feedback" / "s11.html").read_text(encoding="utf-8")
    (tmp_path / "ada.py").write_bytes(RIGHT)
    run("grade", tmp_path / "ada.py", *one)
    assert not (out / "people.csv").exists()


METADATA = b"submission_1:\n  :submitters:\n  - :name: Ada\n    :sid: s1\n"
FORGED = {
    "Gradescope": {
        "submission_metadata.yml": METADATA,
        "submission_1/ex01_softmax.py": RIGHT,
    },
    "Canvas": {
        "adalovelace_11_501_ex01_softmax.py": RIGHT,
        "bela_12_502_ex01_softmax.py": RIGHT,
    },
    "Moodle": FLAT,
}


class TestOneLearnersFolder:
    """What a learner calls their files must not make their folder a class of others."""

    @pytest.mark.parametrize("lms", FORGED)
    @pytest.mark.parametrize("folder", ["mallory", "assignment_7_export"])
    def test_is_refused_until_from_says_what_it_is(self, tmp_path, lms, folder):
        for file, data in FORGED[lms].items():
            (tmp_path / folder / file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / folder / file).write_bytes(data)
        message = told(class_at, tmp_path, order=ORDER)
        assert (
            f"{tmp_path} has one folder, {folder}, whose files are named as in a {lms}" in message
        )
        assert f"say --from {lms.lower()}; if it is one learner's work, say --from plain" in message
        found = class_at(tmp_path, order=ORDER, source="plain")
        assert [entry.student for entry in found.entries] == [folder]
        asked_for = class_at(tmp_path, order=ORDER, source=lms.lower())
        assert [entry.student for entry in asked_for.entries] != [folder]
        assert class_at(tmp_path / folder, order=ORDER).lms == lms.lower()

    @pytest.mark.parametrize("lms", FORGED)
    def test_in_an_archive_it_is_no_class_either(self, tmp_path, lms):
        with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
            for file, data in FORGED[lms].items():
                archive.writestr(f"mallory/{file}", data)
        message = told(class_at, tmp_path / "class.zip", order=ORDER)
        assert "if it is one learner's work, put it into a folder, and grade that" in message
        found = class_at(tmp_path, order=ORDER)
        assert [entry.student for entry in found.entries] == ["class"]
