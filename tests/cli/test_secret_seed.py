"""The seed of sealed inputs: drawn once for a folder or an autograder, kept, and given again."""

import contextlib
import json
import re
import sqlite3
import zipfile

import msgspec
import pytest

from grader.errors import UsageError
from grader.results.store import Store, stored_seed
from tests.support.course import ROOT
from tests.support.results import counts, lines_of
from tests.support.submissions import SOFTMAX, write_class

ONE = ("--exercise", "ex01_softmax", "--course", ROOT / "solutions")
SEED = "5ea1" * 8


def run_json(out):
    return json.loads((out / "run.json").read_text(encoding="utf-8"))


@pytest.mark.slow
def test_it_is_drawn_once_for_a_folder_and_every_run_there_uses_it(run, tmp_path):
    folder = write_class(tmp_path / "class", "ada", "bela")
    out, other = tmp_path / "out", tmp_path / "other"
    assert counts(run("grade", folder, "--out", out, *ONE)) == (2, 2, 0)
    seed = run_json(out)["seed"]
    assert re.fullmatch("[0-9a-f]{32}", seed)
    assert counts(run("grade", folder, "--out", out, *ONE)) == (0, 0, 2)
    assert run_json(out)["seed"] == seed == stored_seed(out)
    run("grade", folder, "--out", other, *ONE)
    assert run_json(other)["seed"] != seed


@pytest.mark.slow
def test_one_that_is_given_is_used_from_then_on(run, tmp_path):
    folder = write_class(tmp_path / "class", "ada")
    out = tmp_path / "out"
    run("grade", folder, "--out", out, *ONE)
    assert counts(run("grade", folder, "--out", out, "--seed", SEED, *ONE)) == (1, 1, 0)
    assert counts(run("grade", folder, "--out", out, *ONE)) == (0, 0, 1)
    assert run_json(out)["seed"] == SEED


def test_what_is_about_a_run_is_in_its_file_and_in_no_line(run, tmp_path):
    folder = write_class(tmp_path / "class", "ada", "bela")
    run("grade", folder, "--out", tmp_path / "out", *ONE)
    about = run_json(tmp_path / "out")
    assert about["format"] == 1
    assert set(about["probes"].values()) <= {"allowed", "denied"}
    assert about["seconds"].keys() == {"ada", "bela"}
    assert all(isinstance(each, int) and each >= 1 for each in about["seconds"].values())
    for line in lines_of(tmp_path / "out" / "results.jsonl"):
        assert line.keys().isdisjoint(about.keys() - {"format"})


def test_no_file_for_learners_holds_it(run, tmp_path):
    folder = write_class(tmp_path / "class", "ada", source=SOFTMAX.replace("axis=0", "axis=1"))
    out = tmp_path / "out"
    run("grade", folder, "--out", out, *ONE)
    seed = run_json(out)["seed"].encode()
    written = [path for path in out.rglob("*") if path.is_file()]
    holding = {path.name for path in written if seed in path.read_bytes()}
    assert holding <= {"run.json", "results.sqlite", "results.sqlite-wal"}


@pytest.mark.parametrize("seed", ["7", "5EA1" * 8, "x" * 32, "5ea1" * 9])
def test_one_that_could_be_guessed_or_mistyped_is_refused(run, tmp_path, seed):
    folder = write_class(tmp_path / "class", "ada")
    done = run("grade", folder, "--out", tmp_path / "out", "--seed", seed, *ONE)
    assert done.returncode == 2
    assert f"{seed!r} is not a seed: one has 32 digits" in done.stderr
    assert "leave out --seed to have one drawn" in done.stderr


def test_an_autograder_gets_its_own_which_is_printed_and_makes_it_again(run, tmp_path):
    def made(name, *options):
        done = run("gradescope", "build", "--out", tmp_path / name, *options, *ONE)
        assert done.returncode == 0, done.stderr
        (seed,) = re.findall(r"^seed: ([0-9a-f]{32})$", done.stdout, re.MULTILINE)
        assert "Keep it secret and keep it" in done.stdout
        return seed

    first, second = made("a.zip"), made("b.zip")
    assert first != second
    assert made("c.zip", "--seed", first) == first
    packs = [packed(tmp_path / name) for name in ("a.zip", "b.zip", "c.zip")]
    assert packs[0] == packs[2] != packs[1]


def packed(path):
    """The settings in an autograder."""
    with zipfile.ZipFile(path) as archive:
        pack = msgspec.msgpack.decode(archive.read("softmax-grader-course.msgpack"))
    return pack["settings"]


def test_a_folder_without_one_has_none_and_trouble_is_told(tmp_path):
    (tmp_path / "begun").mkdir()
    assert stored_seed(tmp_path) == ""
    with Store(tmp_path / "begun"):
        pass
    assert stored_seed(tmp_path / "begun") == ""
    with contextlib.closing(sqlite3.connect(tmp_path / "results.sqlite")) as connection:
        connection.execute("CREATE TABLE mine (x)")
    assert stored_seed(tmp_path) == ""
    (tmp_path / "results.sqlite").write_text("my notes\n" * 500)
    with pytest.raises(UsageError, match="is not a results file; move it away"):
        stored_seed(tmp_path)
