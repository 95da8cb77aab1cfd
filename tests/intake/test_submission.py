"""A hand-in is read as data: no link is followed, nothing is unpacked, every oddity is noted."""

import io
import json
import os
import stat
import zipfile

import pytest

from grader.errors import UsageError
from grader.intake import submission as intake
from grader.intake.people import Entry
from grader.intake.recognise import class_at
from grader.intake.submission import read_submission
from grader.worker import reading
from grader.worker.files import clean_name
from tests.support.submissions import ORDER, SOFTMAX, contents_at, contents_in


def read(folder):
    return {one.student: contents_at(*one.parts) for one in class_at(folder, order=ORDER).entries}


def zipped(members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def test_entries_of_one_name_are_one_learners(tmp_path):
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "ex01_softmax.py").write_text("x = 1")
    (tmp_path / "ada.py").write_text("x = 2")
    (tmp_path / "ada.zip").write_bytes(zipped({"sub/ex02_jacobian.py": "x = 3"}))
    (tmp_path / "Bela.ipynb").write_text("{}")
    found = read(tmp_path)
    assert sorted(found) == ["Bela", "ada"]
    names = [source.name for source in found["ada"].sources]
    assert names == ["ex01_softmax.py", "sub/ex02_jacobian.py", "ada.py"]


def test_a_single_file_is_one_submission(tmp_path):
    (tmp_path / "ada.py").write_text("x = 2")
    found = class_at(tmp_path / "ada.py", order=ORDER)
    assert (found.entries, found.strays) == ([Entry("ada", [tmp_path / "ada.py"])], [])


def test_a_folder_name_with_a_dot_is_kept_whole(tmp_path):
    (tmp_path / "ada.lovelace").mkdir()
    (tmp_path / "ada.lovelace" / "a.py").write_text("x = 1")
    assert list(read(tmp_path)) == ["ada.lovelace"]


@pytest.mark.parametrize(
    ("make", "message"), [(False, "does not exist"), (True, "has no submissions")]
)
def test_a_missing_or_empty_folder_says_what_to_do(tmp_path, make, message):
    folder = tmp_path / "class"
    if make:
        folder.mkdir()
    with pytest.raises(UsageError, match=message):
        class_at(folder, order=ORDER)


def test_links_are_not_followed(tmp_path):
    secret = tmp_path / "secret.py"
    secret.write_text(SOFTMAX)
    home = tmp_path / "class"
    (home / "ada").mkdir(parents=True)
    (home / "ada" / "ex01_softmax.py").symlink_to(secret)
    (home / "bela.py").symlink_to(secret)
    (home / "chidi").symlink_to(tmp_path)
    for name, submission in read(home).items():
        assert submission.sources == (), name
        assert "links are not followed" in submission.notes[0]


def test_a_fifo_does_not_make_the_batch_wait(tmp_path):
    os.mkfifo(tmp_path / "ada.py")
    (submission,) = read(tmp_path).values()
    assert submission.notes == ("ada.py is not a regular file",)


def test_a_file_that_is_too_large_is_noted(tmp_path, monkeypatch):
    monkeypatch.setattr(intake, "MAX_FILE_BYTES", 2**20)
    (tmp_path / "ada.py").write_bytes(b"#" * (2**20 + 1))
    (submission,) = read(tmp_path).values()
    assert submission.notes == ("ada.py is larger than 1 MiB",)


def test_a_learner_may_hand_in_so_many_bytes(tmp_path, monkeypatch):
    monkeypatch.setattr(intake, "MAX_HANDED_IN_BYTES", 2**20)
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "a.zip").write_bytes(b"#" * (2**20 - 5))
    (tmp_path / "ada" / "b.zip").write_bytes(b"#")
    submission = read_submission("ada", [tmp_path / "ada"])
    assert list(submission.files) == ["a.zip"]
    (note,) = submission.notes
    assert note.startswith("b.zip was ignored: what was handed in has more than 1 MiB; hand in")


def test_archive_members_that_point_outside_are_left_out(tmp_path):
    members = {"../evil.py": "x", "/etc/evil.py": "x", "C:\\evil.py": "x", "fine/good.py": "x = 1"}
    (tmp_path / "ada.zip").write_bytes(zipped(members))
    (submission,) = read(tmp_path).values()
    assert [source.name for source in submission.sources] == ["fine/good.py"]
    assert sum("points outside the archive" in note for note in submission.notes) == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ada.zip"]


def test_links_in_an_archive_are_not_followed(tmp_path):
    link = zipfile.ZipInfo("ex01_softmax.py")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "ada.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    (submission,) = read(tmp_path).values()
    assert submission.notes == ("ada.zip: ex01_softmax.py is a link; links are not followed",)


def test_a_zip_bomb_is_read_no_further_than_the_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "MAX_UNPACKED_BYTES", 2**20)
    (tmp_path / "ada.zip").write_bytes(zipped({"a.py": b"#" * 2**24, "b.py": "x = 1"}))
    (submission,) = read(tmp_path).values()
    assert "a.py unpacks to more than 1 MiB" in submission.notes[0]
    assert [source.name for source in submission.sources] == ["b.py"]


@pytest.mark.slow
def test_what_is_unpacked_and_thrown_away_counts_as_well(tmp_path):
    zeros = bytes(21 * 2**20)
    many = zipped({f"{n:02}.py": zeros for n in range(24)} | {"z.py": "x = 1"})
    (tmp_path / "ada.zip").write_bytes(many)
    (submission,) = read(tmp_path).values()
    assert submission.sources == ()
    assert submission.notes[0] == "ada.zip: 00.py unpacks to more than 20 MiB; ignored"
    assert submission.notes[-1] == (
        "ada.zip: z.py was ignored: the files before it unpack to more than 400 MiB;"
        " submit only the files you wrote"
    )


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_only_usual_methods_are_unpacked(tmp_path, method):
    with zipfile.ZipFile(tmp_path / "ada.zip", "w", method) as archive:
        archive.writestr("a.py", "x = 1")
        archive.writestr("b.py", "x = 1", compress_type=zipfile.ZIP_DEFLATED)
        archive.writestr("c.py", "x = 1", compress_type=zipfile.ZIP_STORED)
    (submission,) = read(tmp_path).values()
    assert submission.notes == (
        "ada.zip: a.py is packed in an unusual way; zip it again with the method deflate",
    )
    assert [source.name for source in submission.sources] == ["b.py", "c.py"]


def test_an_encrypted_or_damaged_archive_says_what_to_do(tmp_path):
    data = bytearray(zipped({"a.py": "x = 1"}))
    for signature in (b"PK\x03\x04", b"PK\x01\x02"):
        flags = data.index(signature) + (6 if signature[2] == 3 else 8)
        data[flags] |= 1
    (tmp_path / "ada.zip").write_bytes(bytes(data))
    (tmp_path / "bela.zip").write_bytes(b"PK\x03\x04 nonsense")
    found = read(tmp_path)
    assert "zip it without a password" in found["ada"].notes[0]
    assert "is not a readable zip archive" in found["bela"].notes[0]


def test_what_macs_and_jupyter_leave_behind_is_skipped(tmp_path):
    members = {
        "__MACOSX/._ex01_softmax.py": "junk",
        "hw/.ipynb_checkpoints/ex01_softmax-checkpoint.ipynb": "junk",
        "hw/ex01_softmax.py": "x = 1",
    }
    (tmp_path / "ada.zip").write_bytes(zipped(members))
    (tmp_path / ".DS_Store").write_text("junk")
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / ".DS_Store").write_text("junk")
    (submission,) = read(tmp_path).values()
    assert [source.name for source in submission.sources] == ["hw/ex01_softmax.py"]
    assert submission.notes == ()


def test_two_files_of_one_name_are_both_kept_and_the_outer_one_comes_first(tmp_path):
    (tmp_path / "ada" / "old").mkdir(parents=True)
    (tmp_path / "ada" / "ex01_softmax.py").write_text("new = 1")
    (tmp_path / "ada" / "old" / "ex01_softmax.py").write_text("old = 1")
    (tmp_path / "ada.zip").write_bytes(zipped({"ex01_softmax.py": "zipped = 1"}))
    (submission,) = read(tmp_path).values()
    assert [(s.name, s.stem) for s in submission.sources] == [
        ("ex01_softmax.py", "ex01_softmax"),
        ("ada.zip/ex01_softmax.py", "ex01_softmax"),
        ("old/ex01_softmax.py", "ex01_softmax"),
    ]


def test_a_folder_of_exercises_is_one_learners(tmp_path):
    for name in ("ex01_softmax.py", "ex02_jacobian.ipynb", "README.md"):
        (tmp_path / name).write_text("x = 1")
    found = class_at(tmp_path, order=ORDER)
    assert found.entries == [Entry(tmp_path.name, [tmp_path])]
    assert found.strays == ["README.md"]


def test_other_files_are_listed_apart_and_results_are_skipped(tmp_path):
    (tmp_path / "ada.py").write_text("x = 1")
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / "results").mkdir()
    found = class_at(tmp_path, order=ORDER, leave_out=tmp_path / "results")
    assert (found.entries, found.strays) == ([Entry("ada", [tmp_path / "ada.py"])], ["notes.txt"])


def test_a_note_says_that_a_file_is_ignored_and_that_there_is_none(tmp_path):
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "report.pdf").write_text("x")
    (tmp_path / "bela").mkdir()
    found = read(tmp_path)
    assert found["ada"].notes[0] == ("report.pdf was ignored: it is not a .py, .ipynb or .zip file")
    assert found["bela"].notes == ("no .py or .ipynb file was found",)


def test_misleading_characters_in_names_are_replaced():
    assert clean_name("ada\x1b[31m\u202egnp.yp\n") == "ada?[31m?gnp.yp?"
    assert clean_name("e\u0301") == "é"
    assert clean_name("\udcff") == "\\udcff"
    assert clean_name("  ") == "?"


def test_a_name_of_marks_is_cut_before_it_is_put_in_order_and_is_still_too_long(tmp_path):
    # Putting n marks on one letter in order takes the square of n.
    marks = "\u0300\u0316" * 7_000
    (tmp_path / "ada.zip").write_bytes(zipped({f"a{marks}.py": "x = 1", "b.py": "x = 1"}))
    (submission,) = read(tmp_path).values()
    assert len(clean_name(f"a{marks}")) < 1_100
    assert clean_name(f"a{marks}") != clean_name(f"a{marks}\u0300")
    assert "its name is too long; rename it" in submission.notes[0]
    assert [source.name for source in submission.sources] == ["b.py"]


def test_a_huge_number_of_files_is_cut_with_a_note(tmp_path, monkeypatch):
    monkeypatch.setattr(intake, "MAX_ENTRIES", 3)
    (tmp_path / "ada").mkdir()
    for number in range(5):
        (tmp_path / "ada" / f"f{number}.py").write_text("x = 1")
    (submission,) = read(tmp_path).values()
    assert len(submission.sources) == 3
    assert "the rest were ignored" in submission.notes[0]


@pytest.mark.parametrize("name", [" .py", " .ipynb", ".py"])
def test_a_file_whose_name_is_only_an_ending_costs_a_note_at_most(name):
    submission = contents_in({name.strip(): b"x = 1"})
    assert submission.files == (name.strip(),)


@pytest.mark.parametrize(
    "text", ["# coding: utf-7\nx='+2AA-'\n", "# coding: unicode_escape\n\\ud800"]
)
def test_an_encoding_that_could_make_half_a_character_is_not_honoured(text):
    submission = contents_in({"a.py": text.encode()})
    assert [source.cells[0].text for source in submission.sources] == [text]
    assert submission.notes == ()


@pytest.mark.parametrize("name", ["work.rar", "work.7z", "work.tar.gz"])
def test_another_kind_of_archive_is_refused_with_the_remedy(tmp_path, name):
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / name).write_bytes(b"x")
    (tmp_path / "ada" / "ada.zip").write_bytes(zipped({name: "x", "a.py": "x = 1"}))
    (submission,) = read(tmp_path).values()
    remedy = (
        "is an archive of a kind that is not opened; zip it again as a .zip file, or hand in the"
    )
    assert [note for note in submission.notes if remedy in note] == list(submission.notes)
    assert [note.split(" is ")[0] for note in submission.notes] == [name, f"ada.zip: {name}"]
    assert len(submission.unreadable) == 2


def test_an_archive_in_an_archive_is_opened_but_no_third_one(tmp_path):
    innermost = zipped({"c.py": "x = 3"})
    inner = zipped({"b.py": "x = 2", "innermost.zip": innermost})
    (tmp_path / "ada.zip").write_bytes(zipped({"a.py": "x = 1", "inner.zip": inner}))
    (submission,) = read(tmp_path).values()
    assert [source.name for source in submission.sources] == ["a.py", "b.py"]
    (note,) = submission.notes
    assert note == (
        "ada.zip: inner.zip: innermost.zip is an archive in an archive in an archive; hand in the"
        " files themselves"
    )


def test_an_archive_in_an_archive_is_packed_as_usual_or_noted(tmp_path):
    with zipfile.ZipFile(tmp_path / "ada.zip", "w") as archive:
        archive.writestr("inner.zip", zipped({"a.py": "x = 1"}), zipfile.ZIP_BZIP2)
    (submission,) = read(tmp_path).values()
    assert "ada.zip: inner.zip is packed in an unusual way" in submission.notes[0]


@pytest.mark.parametrize(
    ("book", "said"),
    [
        ({"nbformat": 4}, "its cells are not a list of objects"),
        ({"nbformat": 4, "cells": [3]}, "its cells are not a list of objects"),
        ({"nbformat": 3, "worksheets": [{}]}, "its cells are not a list of objects"),
        ({"nbformat": 4, "cells": [{"cell_type": "code"}]}, "a cell's source is not text"),
        ({"nbformat": 5, "cells": []}, "its format is 5, and 4 is read"),
        ([], "it is not an object"),
    ],
)
def test_what_is_no_notebook_says_why(book, said):
    (note,) = contents_in({"a.ipynb": json.dumps(book).encode()}).notes
    assert note == f"a.ipynb is not a notebook ({said}); open it in Jupyter and save it again"


def test_a_notebook_of_format_3_is_read():
    cells = [{"cell_type": "code", "input": ["x = 1\n", "y = 2"]}, {"cell_type": "markdown"}]
    book = {"nbformat": 3, "worksheets": [{"cells": cells}]}
    (source,) = contents_in({"a.ipynb": json.dumps(book).encode()}).sources
    assert [(cell.label, cell.text) for cell in source.cells] == [
        ("a.ipynb, code cell 1", "x = 1\ny = 2")
    ]


def test_archives_in_an_archive_share_its_limits(tmp_path):
    inner = zipped({f"{n}/": "" for n in range(1_200)})
    (tmp_path / "ada.zip").write_bytes(zipped({"a.zip": inner, "b.zip": inner, "z.py": "x = 1"}))
    (submission,) = read(tmp_path).values()
    assert submission.sources == ()
    assert submission.notes == (
        "ada.zip: b.zip: more than 2000 entries; the rest were ignored",
        "ada.zip: more than 2000 entries; the rest were ignored",
    )


def test_the_list_of_files_of_an_archive_is_read_no_further_than_its_limit(tmp_path):
    many = zipped({f"{n:03}{'x' * 60_000}.txt": "" for n in range(80)} | {"a.py": "x = 1"})
    (tmp_path / "ada.zip").write_bytes(many)
    (submission,) = read(tmp_path).values()
    assert submission.sources == ()
    assert "its list of files has more than 4 MiB" in submission.notes[0]
