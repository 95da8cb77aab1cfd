"""Files in odd encodings, damaged notebooks, forged archives: each is read, or noted."""

from __future__ import annotations

import contextlib
import io
import random
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from grader import wire
from grader.worker.files import MAX_NAME, MAX_NOTES, MAX_UNPACKED_BYTES, Unreadable
from grader.worker.sources import source_of
from tests.support.submissions import ORDER, SOFTMAX, contents_at, contents_in, notebook

# Files.


def is_read(name: str, data: bytes) -> None:
    """Check that intake reads the file, or says in printable words why it does not."""
    with contextlib.suppress(Unreadable):
        source_of(name, data, order=ORDER)
    submission = contents_in({name: data})
    assert all(note.isprintable() for note in submission.notes)
    assert all(reason.isprintable() for _, reason in submission.unreadable)
    # What was read can cross the wire.
    wire.encode(wire.LoadRequest(submission.sources, ("softmax",), ORDER))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
@example(b"\xef\xbb\xbf{}")
@example(b"\xff\xfe\x00")
@example(b"# coding: utf-7\n+AGE-")
@example(b"# coding: unicode_escape\n\\ud800")
@example(b"# coding: raw_unicode_escape\nx = '\\ud800'")
@example(b"# coding: undefined\nx")
@example(b"# coding: idna\nxn--\xff")
@example(b"# coding: hex\n00")
@example(b"# coding: mbcs\n00")
def test_any_bytes_are_a_file_or_a_note(data):
    is_read("a.py", data)
    is_read("a.ipynb", data)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_damaged_notebook_is_a_notebook_or_a_note(data):
    damaged = bytearray(notebook(SOFTMAX))
    for _ in range(data.draw(st.integers(1, 4))):
        offset = data.draw(st.integers(0, len(damaged) - 1))
        damaged[offset] = data.draw(st.integers(0, 255))
    is_read("a.ipynb", bytes(damaged))


# Archives.


def archive(members: list[tuple[str, bytes]], method: int) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as made:
        for name, content in members:
            made.writestr(zipfile.ZipInfo(name), content, method)
    return data.getvalue()


def archive_is_read(folder: Path, data: bytes) -> None:
    """Check that intake reads what it can, writes nothing, and prints its notes safely."""
    path = folder / "ada.zip"
    path.write_bytes(data)
    submission = contents_at(path)
    assert [entry.name for entry in folder.iterdir()] == ["ada.zip"]
    assert len(submission.notes) <= MAX_NOTES + 1
    assert all(text.isprintable() for text in (*submission.notes, *submission.files))
    assert all(len(name) <= MAX_NAME for name in submission.files)
    held = sum(len(cell.text) for source in submission.sources for cell in source.cells)
    assert held <= MAX_UNPACKED_BYTES


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("archives")


@pytest.mark.slow
def test_thousands_of_forged_archives_are_read_or_noted(folder):
    rng = random.Random(20_240_610)  # noqa: S311  # noise, no secrets
    members = [("ex01_softmax.py", SOFTMAX.encode()), ("b.ipynb", b"{}"), ("../c.py", b"x" * 99)]
    intact = archive(members, zipfile.ZIP_DEFLATED)
    marks = (b"PK\1\2", b"PK\3\4", b"PK\5\6")
    fields = [offset for mark in marks for offset in offsets_of(mark, intact)]
    lies = (0, 1, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)
    for _ in range(2_000):
        made = bytearray(intact)
        for _ in range(rng.randint(1, 3)):
            offset = min(rng.choice(fields) + rng.randrange(4, 46), len(made) - 4)
            struct.pack_into("<L", made, offset, rng.choice(lies))
        archive_is_read(folder, bytes(made))


def offsets_of(mark: bytes, data: bytes) -> Iterator[int]:
    offset = data.find(mark)
    while offset >= 0:
        yield offset
        offset = data.find(mark, offset + 1)
