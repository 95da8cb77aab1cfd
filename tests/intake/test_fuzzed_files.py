"""Files and names that nobody honest hands in give a reason or a note, never anything else."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
import warnings
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.errors import UsageError
from grader.intake.recognise import class_at
from grader.text import safe_cell
from grader.worker.files import clean_name
from tests.support.submissions import ORDER, contents_at, contents_in

often = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
# Names as weapons: paths, control and bidirectional characters, formulas, bytes that are not UTF-8.
odd = st.sampled_from([*"ab/\\.:=+-@\t\r\n\0\x1b\u202e\u2066 ＝é", "..", "\udcff", "C:", ".py"])  # noqa: RUF001
odd_names = st.lists(odd, min_size=1, max_size=12).map("".join)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=12,
)
NOTEBOOK_KEYS = ("cells", "metadata", "nbformat", "nbformat_minor", "worksheets", "outputs")
CELL_KEYS = ("cell_type", "source", "metadata", "outputs", "id", "input", "attachments")
cells = st.dictionaries(
    st.sampled_from(CELL_KEYS), st.sampled_from(["code", "markdown", "x = 1\n", []]) | json_values
)
notebooks = st.dictionaries(
    st.sampled_from(NOTEBOOK_KEYS), json_values | st.lists(cells, max_size=4) | st.integers(0, 9)
)


@often
@given(notebooks)
def test_a_notebook_of_any_content_gives_cells_or_a_reason(document):
    data = json.dumps(document).encode("utf-8", "surrogatepass")
    assert_taken_in({"ex01_softmax.ipynb": data})


@often
@given(st.binary(max_size=300))
def test_a_notebook_or_script_of_any_bytes_gives_cells_or_a_reason(data):
    assert_taken_in({"ex01_softmax.ipynb": data, "ex02_jacobian.py": data})


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"cells":' * 50_000,
        '{"cells": [], "cells": 3, "nbformat": ' + "9" * 5_000 + "}",
        '{"nbformat": 1e999, "cells": [{"cell_type": "code", "source": [[]]}]}',
        '{"nbformat": 4, "cells": [{"cell_type": "code", "source": "' + "x" * 3_000_000 + '"}]}',
    ],
    ids=["deep lists", "deep objects", "twice and huge", "infinite", "a huge cell"],
)
def test_json_as_a_weapon_gives_a_reason(text):
    submission = assert_taken_in({"ex01_softmax.ipynb": text.encode()})
    assert submission.sources == ()


@often
@given(st.lists(st.tuples(odd_names, st.binary(max_size=60)), max_size=6), st.randoms())
def test_an_archive_of_any_content_is_only_read(tmp_path, members, rng):
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    data = io.BytesIO()
    # zipfile warns of two members of one name, which is what we want.
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(data, "w") as archive:
        for name, content in members:
            info = zipfile.ZipInfo("x.py")
            info.filename = name.encode("utf-8", "replace").decode()
            info.external_attr = rng.choice([0, 0o120777 << 16, 0o100644 << 16])
            archive.writestr(info, content)
    packed = bytearray(data.getvalue())
    for _ in range(rng.choice([0, 0, 1, 5])):
        packed[rng.randrange(len(packed))] = rng.randrange(256)
    (home / "ada.zip").write_bytes(bytes(packed))
    before = sorted(tmp_path.rglob("*"))
    submission = contents_at(home / "ada.zip")
    assert all(text.isprintable() for text in (*submission.files, *submission.notes))
    assert sorted(tmp_path.rglob("*")) == before


@often
@given(odd_names)
def test_a_name_of_any_characters_can_be_shown_written_and_read_again(name):
    clean = clean_name(name)
    assert clean
    assert clean.isprintable()
    assert clean == clean_name(clean) == unicodedata.normalize("NFC", clean)
    assert json.loads(json.dumps(clean).encode()) == clean
    cell = safe_cell(clean)
    assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))  # noqa: RUF001
    table = io.StringIO()
    csv.writer(table).writerow([cell, "1"])
    assert next(csv.reader([table.getvalue()])) == [cell, "1"]


@often
@given(st.sets(odd_names, min_size=1, max_size=6))
def test_two_folders_are_never_one_learner(tmp_path_factory, names):
    home = tmp_path_factory.mktemp("class")
    made = set()
    for name in names:
        folder = name.replace("/", "_").replace("\0", "_").strip(".") or "x"
        (home / folder).mkdir(exist_ok=True)
        made.add(unicodedata.normalize("NFC", folder))
    try:
        entries = class_at(home, order=ORDER, source="plain").entries
    except UsageError:
        return
    students = [entry.student for entry in entries]
    assert len(set(students)) == len(students) == len(made)


def assert_taken_in(files):
    submission = contents_in(files)
    read = {source.name for source in submission.sources}
    assert read | {f"{stem}" for stem, _ in submission.unreadable} or submission.notes
    assert all(note.isprintable() for note in submission.notes)
    return submission
