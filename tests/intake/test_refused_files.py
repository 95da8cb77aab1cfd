"""Downloads and submissions that cannot be used: the error names the file and the remedy."""

import json
import zipfile

import pytest

from grader.intake.archives import read_members
from grader.intake.files import Member, Members, read_regular
from grader.intake.people import Entry, student_id_of, with_unique_ids
from grader.intake.people import Person as Learner
from grader.intake.recognise import class_at
from grader.worker.files import Collected
from tests.support.refusals import told, written
from tests.support.submissions import ORDER, SOFTMAX, contents_at


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
            assert message in told(class_at, folder, order=ORDER)

    def test_that_is_empty_or_another_platforms(self, tmp_path):
        (tmp_path / "empty").mkdir()
        assert "has no submissions" in told(class_at, tmp_path / "empty", order=ORDER)
        file = written(tmp_path / "ada.py", SOFTMAX)
        assert "found one file" in told(class_at, file, order=ORDER, source="canvas")
        broken = written(tmp_path / "class.zip", b"PK nothing")
        assert "download it again" in told(class_at, broken, order=ORDER, source="moodle")
        with zipfile.ZipFile(tmp_path / "none.zip", "w") as archive:
            archive.writestr("readme.txt", "no submission")
        assert "has no submissions" in told(
            class_at, tmp_path / "none.zip", order=ORDER, source="plain"
        )

    def test_with_two_exports_in_it(self, tmp_path):
        for number in (1, 2):
            folder = tmp_path / f"assignment_{number}_export"
            written(folder / "submission_metadata.yml", "submission_1: {}\n")
            written(folder / "submission_1" / "a.py", SOFTMAX)
        assert "has more than one Gradescope export" in told(class_at, tmp_path, order=ORDER)

    def test_that_changes_while_it_is_graded(self, tmp_path):
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            archive.writestr("ada.py", SOFTMAX)
        part = Members(tmp_path / "a.zip", (0, 0), (Member(0, "ada.py"),))
        with pytest.raises(OSError, match="has changed while it was graded"):
            read_members(part, Collected(1000))

    def test_of_learners_of_one_name_and_of_endless_names(self):
        twins = [Entry("ada", [], Learner(lms_id="7")), Entry("ada", []), Entry("ada", [])]
        ids = [entry.student for entry in with_unique_ids(twins)]
        assert ids == ["ada", "ada (7)", "ada'"]
        assert len(student_id_of("a" * 1000)) < 255
        assert student_id_of("a" * 1000) != student_id_of("a" * 1001)


class TestASubmission:
    def notes_of(self, path):
        return " ".join(contents_at(path).notes)

    def test_with_a_name_of_hundreds_of_characters(self, tmp_path):
        name = "/".join(["d" * 60] * 4) + "/" + "x" * 100 + ".py"
        written(tmp_path / "ada" / name, SOFTMAX)
        assert "its name is too long; rename it" in self.notes_of(tmp_path / "ada")

    def test_with_too_many_files_or_folders_in_folders(self, tmp_path):
        for number in range(61):
            written(tmp_path / "ada" / f"f{number}.py", "x = 1\n")
        assert "more than 60 files with code" in self.notes_of(tmp_path / "ada")
        written(tmp_path / "bela" / "/".join("abcdefghi") / "x.py", SOFTMAX)
        assert "is nested too deeply; ignored" in self.notes_of(tmp_path / "bela")

    def test_with_too_many_notes(self, tmp_path):
        for number in range(40):
            written(tmp_path / "ada" / f"f{number}.txt", "x")
        assert "and 10 more notes on files" in self.notes_of(tmp_path / "ada")

    def test_with_more_source_than_anybody_writes(self, tmp_path):
        for number in range(9):
            written(tmp_path / "ada" / f"f{number}.py", "#" * 2_000_000)
        notes = self.notes_of(tmp_path / "ada")
        assert "the submission has too much source" in notes or "MiB of source" in notes

    def test_with_a_notebook_whose_cells_hold_no_text(self, tmp_path):
        cell = {"cell_type": "code", "source": [1, 2], "metadata": {}, "outputs": []}
        book = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}
        written(tmp_path / "ada.ipynb", json.dumps(book))
        assert "ada.ipynb" in self.notes_of(tmp_path / "ada.ipynb")

    def test_with_a_path_that_is_no_file(self, tmp_path):
        assert "cannot be read" in told(read_regular, tmp_path / "nothing", 10)
        assert "cannot be read" in told(read_regular, tmp_path / "nowhere" / "nothing", 10)
        assert "is not a regular file" in told(read_regular, tmp_path, 10)
        (tmp_path / "link").symlink_to(__file__)
        assert "is a link; links are not followed" in told(read_regular, tmp_path / "link", 10)

    def test_with_a_damaged_archive_within_an_archive(self, tmp_path):
        with zipfile.ZipFile(tmp_path / "ada.zip", "w") as archive:
            archive.writestr("inner.zip", b"PK broken")
        assert "inner.zip" in self.notes_of(tmp_path / "ada.zip")
