"""Downloads and files that are odd, damaged or too large are reported, and the rest is graded."""

import io
import json
import os
import zipfile

import pytest

from grader.intake import archives, submission
from grader.intake.archives import class_members, read_members
from grader.intake.listing import files_of, items_in
from grader.intake.plain import is_class
from grader.intake.recognise import class_at
from grader.worker import sources
from grader.worker.files import Collected
from tests.support.refusals import told, written
from tests.support.submissions import ORDER, SOFTMAX, contents_at, contents_in


def zipped(path, files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def zip_bytes(files):
    data = io.BytesIO()
    zipped(data, files)
    return data.getvalue()


def read_class(path, **options):
    return class_at(path, order=ORDER, leave_out=None, **options)


def notes_of(path):
    return " ".join(contents_at(path).notes)


class TestALearnersArchive:
    def test_that_is_a_link(self, tmp_path):
        (tmp_path / "a.zip").symlink_to("/etc/passwd")
        assert "a.zip is a link" in notes_of(tmp_path / "a.zip")

    def test_with_too_many_files(self, tmp_path):
        path = zipped(tmp_path / "a.zip", {f"{n}/": "" for n in range(2_001)})
        assert "a.zip: more than 2000 entries; the rest were ignored" in notes_of(path)

    def test_with_files_of_another_kind_within_a_class_s(self, tmp_path):
        whole, _outside = class_members(zipped(tmp_path / "class.zip", {"ada/a.txt": "x"}))
        handed = Collected(10**6)
        read_members(whole, handed)
        assert "ada/a.txt was ignored: it is not a .py, .ipynb or .zip file" in handed.notes

    def test_with_too_many_files_within_a_class_s(self, tmp_path, monkeypatch):
        path = zipped(tmp_path / "class.zip", {f"ada/{n}.py": "x = 1\n" for n in range(3)})
        whole, _outside = class_members(path)
        monkeypatch.setattr(archives, "MAX_ENTRIES", 2)
        handed = Collected(10**6)
        read_members(whole, handed)
        assert "more than 2 files; the rest were ignored" in handed.notes

    def test_that_is_damaged_within_a_class_s(self, tmp_path):
        inner = zip_bytes({"ex01_softmax.py": SOFTMAX})
        learners = ["ada", "bela", "carl", "dora", "eva"]
        files = {f"{learner}.zip": inner for learner in learners} | {"carl.zip": inner[:50]}
        path = zipped(tmp_path / "class.zip", files)
        found = read_class(path, source="plain")
        assert [entry.student for entry in found.entries] == learners
        path.write_bytes(path.read_bytes().replace(inner, b"\xff" * len(inner), 1))
        assert len(read_class(path, source="plain").entries) == 5

    def test_stays_closed_when_it_is_asked_whose_the_archive_is(self, tmp_path):
        inner = zip_bytes({"ex01_softmax.py": SOFTMAX})
        path = zipped(tmp_path / "ada.zip", {"old.zip": inner, "new.zip": b"no archive"})
        assert "ada.zip holds archives; if each is a learner's" in told(read_class, path)
        found = read_class(tmp_path)
        assert [(entry.student, entry.parts) for entry in found.entries] == [("ada", [path])]

    def test_that_is_too_large(self, tmp_path, monkeypatch):
        monkeypatch.setattr(archives, "MAX_HANDED_IN_BYTES", 10)
        monkeypatch.setattr(submission, "MAX_HANDED_IN_BYTES", 10)
        inner = zip_bytes({"ex01_softmax.py": SOFTMAX})
        (tmp_path / "ada.zip").write_bytes(inner)
        assert "ada.zip" in notes_of(tmp_path / "ada.zip")
        whole, _outside = class_members(zipped(tmp_path / "class.zip", {"bela.zip": inner}))
        handed = Collected(10**6)
        read_members(whole, handed)
        assert "bela.zip" in " ".join(handed.notes)
        assert handed.files == {}


class TestAClassesArchive:
    def test_with_folders_in_folders(self, tmp_path):
        wrapped = "a/b/c/d/e/f/g/"
        path = zipped(tmp_path / "ada.zip", {wrapped: "", f"{wrapped}ex01_softmax.py": SOFTMAX})
        assert [entry.student for entry in read_class(path).entries] == ["ada"]

    def test_whose_folders_are_members_too(self, tmp_path):
        files = {}
        for learner in ("ada", "bela", "carl"):
            files |= {f"{learner}/": "", f"{learner}/inner/": ""}
            files |= {f"{learner}/inner/ex01_softmax.py": SOFTMAX, f"{learner}/mine.py": "x = 1"}
        found = read_class(zipped(tmp_path / "class.zip", files))
        assert [entry.student for entry in found.entries] == ["ada", "bela", "carl"]

    def test_with_too_many_files(self, tmp_path, monkeypatch):
        monkeypatch.setattr(archives, "MAX_CLASS_MEMBERS", 1)
        path = zipped(tmp_path / "class.zip", {"a.py": "", "b.py": ""})
        assert "class.zip has more than 1 files; unpack and split it" in told(read_class, path)

    @pytest.mark.parametrize("source", ["auto", "plain"])
    def test_with_names_that_take_long_to_put_in_order(self, tmp_path, source):
        marks = "\u0300\u0301\u0316" * 7_000
        learners = {f"{name}/ex01_softmax.py": SOFTMAX for name in ("ada", "bela", "carl")}
        endless = {f"{n}{marks}/ex01_softmax.py": SOFTMAX for n in range(100)}
        endless |= {f"{n}{marks}.py": SOFTMAX for n in range(100)} | {"a/" * 3_000 + "a.py": "x"}
        found = read_class(zipped(tmp_path / "class.zip", learners | endless), source=source)
        assert [entry.student for entry in found.entries] == ["ada", "bela", "carl"]
        assert len(found.remarks) == 201
        assert found.remarks[0].endswith(" is longer than the names of files; ignored")

    def test_with_nothing_of_the_platforms(self, tmp_path):
        path = zipped(tmp_path / "class.zip", {"notes.txt": "x"})
        assert "has no submissions; put a .py, .ipynb, .zip or folder for each learner" in told(
            read_class, path, source="plain"
        )

    def test_that_holds_the_exercises_of_one_learner(self, tmp_path):
        files = {f"{slug}.py": "x = 1\n" for slug in ORDER}
        found = read_class(zipped(tmp_path / "ada.zip", files), source="plain")
        assert [entry.student for entry in found.entries] == ["ada"]

    def test_of_moodle_with_something_else_in_it(self, tmp_path):
        files = {
            "Ada Lovelace_201_assignsubmission_file/ex01_softmax.py": SOFTMAX,
            "Bela Bartok_202_assignsubmission_file/ex01_softmax.py": SOFTMAX,
            "readme.txt": "x",
        }
        found = read_class(zipped(tmp_path / "m.zip", files), source="moodle")
        assert len(found.entries) == 2
        assert "readme.txt is not named as Moodle names submissions" in " ".join(found.remarks)


class TestAFolder:
    def test_whose_folders_hold_folders(self, tmp_path):
        for learner in ("ada", "bela"):
            written(tmp_path / learner / "work" / "ex01_softmax.py", SOFTMAX)
            (tmp_path / learner / "empty").mkdir()
            written(tmp_path / learner / "notes.txt", "x")
        found = items_in(tmp_path)
        assert list(files_of(found[0])) == ["notes.txt", "ex01_softmax.py"]
        assert is_class(found, ORDER)

    def test_with_very_many_files(self, tmp_path):
        for number in range(5):
            written(tmp_path / "ada" / str(number) / "a.py", "")
        (item,) = items_in(tmp_path)
        assert len(list(files_of(item, most=2))) == 3

    def test_that_holds_one_file(self, tmp_path):
        written(tmp_path / "ada.py", SOFTMAX)
        (item,) = items_in(tmp_path)
        assert list(files_of(item)) == ["ada.py"]

    def test_that_is_gone(self, tmp_path):
        assert "gone cannot be read: No such file" in told(items_in, tmp_path / "gone")

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")
    def test_that_is_closed_within_a_submission(self, tmp_path):
        written(tmp_path / "ada" / "a.py", SOFTMAX)
        (tmp_path / "ada" / "closed").mkdir(mode=0)
        assert "closed cannot be read" in notes_of(tmp_path / "ada")


class TestASource:
    def test_that_is_too_large(self, monkeypatch):
        monkeypatch.setattr(sources, "MAX_SOURCE_BYTES", 2**20)
        found = contents_in({"a.py": b"#" * (2**20 + 1)})
        assert "a.py has more than 1 MiB of source" in " ".join(found.notes)

    def test_whose_cells_are_empty_or_lists(self):
        cells = [cell(""), cell(["x = 1\n", "y = 2\n"])]
        found = contents_in({"a.ipynb": notebook(*cells)})
        assert [c.text for c in found.sources[0].cells] == ["x = 1\ny = 2\n"]

    def test_whose_cells_are_no_text(self):
        found = contents_in({"a.ipynb": notebook(cell(5))})
        assert "a.ipynb is not a notebook" in " ".join(found.notes)

    def test_whose_cells_are_too_large(self, monkeypatch):
        monkeypatch.setattr(sources, "MAX_SOURCE_BYTES", 2**20)
        data = notebook(cell("#" * 2**20), cell("#"))
        found = contents_in({"a.ipynb": data})
        assert "a.ipynb has more than 1 MiB of source" in " ".join(found.notes)


def cell(source):
    return {"cell_type": "code", "source": source, "metadata": {}, "outputs": []}


def notebook(*cells):
    document = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    return json.dumps(document).encode()


def gradescope(tmp_path, metadata):
    folder = tmp_path / "assignment_7_export"
    written(folder / "submission_metadata.yml", metadata)
    written(folder / "submission_301" / "ex01_softmax.py", SOFTMAX)
    return folder


class TestGradescopesMetadata:
    @pytest.mark.parametrize(
        ("metadata", "said"),
        [
            ("[" * 5_000, "nesting"),
            ("a: \x00", "line 1"),
            ("a: [1\nb: 2", "line 2"),
        ],
    )
    def test_that_cannot_be_read(self, tmp_path, metadata, said):
        folder = gradescope(tmp_path, metadata)
        assert said in told(read_class, folder, source="gradescope")

    def test_in_which_aliases_would_grow_to_gigabytes(self, tmp_path):
        levels = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
        text = (
            f"a0: &a0 lol\n{levels}submission_301:\n  :submitters:\n"
            "  - :name: *a11\n    :sid: *a11\n    :email: ada@x.org\n"
        )
        (entry,) = read_class(gradescope(tmp_path, text)).entries
        assert (entry.student, entry.person.name, entry.person.sid) == ("ada@x.org", "", "")

    def test_whose_nodes_are_shared(self, tmp_path):
        text = (
            "submission_301:\n  :submitters: &1\n  - :name: &2 Ada\n    :sid: 007\n"
            "submission_302:\n  :submitters:\n  - :name: *2\n    :sid: '8'\n"
        )
        folder = gradescope(tmp_path, text)
        written(folder / "submission_302" / "ex01_softmax.py", SOFTMAX)
        people = {entry.student: entry.person.name for entry in read_class(folder).entries}
        assert people == {"007": "Ada", "8": "Ada"}

    def test_that_names_more_people_than_there_are(self, tmp_path):
        many = ", ".join(["*1"] * 2_000)
        folders = "".join(f"submission_{n}:\n  :submitters: *2\n" for n in range(101))
        text = f"a: &1\n  :name: Ada\nb: &2 [{many}]\n{folders}"
        assert "names more than 200000 submitters; download the export again" in told(
            read_class, gradescope(tmp_path, text)
        )

    def test_that_is_damaged_in_an_archive(self, tmp_path):
        files = {"submission_metadata.yml": "submission_1: {}\n", "submission_1/a.py": SOFTMAX}
        path = zipped(tmp_path / "export.zip", files)
        path.write_bytes(path.read_bytes().replace(b"submission_1: {}", b"submission_2: {}"))
        assert "submission_metadata.yml, line 1: it does not list folders" in told(read_class, path)

    def test_that_is_endless(self, tmp_path):
        folder = gradescope(tmp_path, "a: [" + "," * 500_001 + "]")
        assert "has more than 500000 lines about submitters" in told(read_class, folder)

    def test_that_is_no_file(self, tmp_path):
        folder = gradescope(tmp_path, "x")
        (folder / "submission_metadata.yml").unlink()
        os.mkfifo(folder / "submission_metadata.yml")
        assert "is not a regular file" in told(read_class, folder, source="gradescope")

    def test_of_people_without_numbers(self, tmp_path):
        def person(**values):
            lines = "".join(f"    :{key}: {value}\n" for key, value in values.items())
            return "  - " + lines[4:]

        text = "---\n"
        people = (
            {"name": "Ada", "sid": "x", "email": "a@x.org"},
            {"name": "Bela", "sid": "x", "email": "b@x.org"},
            {"name": "Carl", "sid": "x", "email": "b@x.org"},
            {"name": "Carl", "sid": "x", "email": "b@x.org"},
        )
        for number, one in enumerate(people, start=301):
            text += f"submission_{number}:\n  :submitters:\n{person(**one)}"
        folder = gradescope(tmp_path, text)
        for number in (302, 303, 304):
            written(folder / f"submission_{number}" / "ex01_softmax.py", SOFTMAX)
        found = read_class(folder, source="gradescope")
        names = {entry.student for entry in found.entries}
        assert names == {"a@x.org", "Bela", "Carl (303)", "Carl (304)"}
