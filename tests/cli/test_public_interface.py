"""What others build on: names, options, JSON, colours, words that a shell completes."""

import importlib
import json
import os
import re
import subprocess
import sys

import click
import pytest

from grader.cli import main
from tests.support.course import ROOT
from tests.support.results import lines_of
from tests.support.submissions import SOFTMAX, write_class

PUBLIC = {
    "grader": ["__version__", "load_ipython_extension"],
    "grader.course": [
        "Call", "Callback", "Check", "FunctionChecks", "Rng", "Terms", "call",
        "column_major", "mistake",
    ],
    "grader.notebook": ["Checked", "check", "curves", "heat_map", "regions"],
}  # fmt: skip


@pytest.mark.parametrize("name", PUBLIC)
def test_the_public_names_are_these_and_all_documented(name):
    module = importlib.import_module(name)
    assert module.__all__ == PUBLIC[name]
    for public in module.__all__:
        value = getattr(module, public)
        assert isinstance(value, str) or value.__doc__, public


def commands(group, *path):
    """Each command with the words that call it."""
    yield path, group
    if isinstance(group, click.Group):
        for name, command in group.commands.items():
            yield from commands(command, *path, name)


@pytest.mark.parametrize("path", [path for path, _ in commands(main)], ids=" ".join)
def test_each_command_has_an_example_in_its_help_that_names_it(path):
    command = main
    for name in path:
        command = command.commands[name]
    context = click.Context(command, info_name="grader " + " ".join(path))
    help_text = command.get_help(context)
    _, _, example = help_text.partition("Example:\n")
    assert f"grader {' '.join(path)}".strip() in example.partition("\n\n")[0]


@pytest.fixture(scope="module")
def results(run, tmp_path_factory):
    """A class of three with names that somebody chose, graded."""
    folder = tmp_path_factory.mktemp("public")
    submissions = write_class(folder / "class", "ada_lovelace", "bela")
    (submissions / "carl.py").write_text("def softmax(Z):\n    raise ValueError('I am Carl')\n")
    (folder / "roster.csv").write_text(
        "id,name,email\nada_lovelace,Ada Lovelace,ada@x.org\nbela,Béla,bela@x.org\ncarl,C,c@x.org\n"
    )
    done = run(
        "grade", submissions, "--out", folder / "results", "--roster", folder / "roster.csv",
        "--course", ROOT / "solutions", "--exercise", "ex01_softmax",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "I am Carl" in (folder / "results" / "results.jsonl").read_text()
    return folder / "results"


WORDS = ("ada", "lovelace", "bela", "béla", "carl", "x.org", ".py")


def test_an_anonymous_export_holds_the_points_and_nobody(run, results, tmp_path):
    for command, out in (("csv", tmp_path / "a.csv"), ("jsonl", tmp_path / "a.jsonl")):
        done = run("export", command, results, "--anonymous", "--out", out)
        assert done.returncode == 0, done.stderr
        text = out.read_text(encoding="utf-8").lower()
        assert not [word for word in WORDS if word in text]
    rows = (tmp_path / "a.csv").read_text().splitlines()
    assert rows[0] == "student,score,max_score"
    assert sorted(row.partition(",")[2] for row in rows[1:]) == ["0,12", "12,12", "12,12"]
    assert [row.partition(",")[0] for row in rows[1:]] == ["learner1", "learner2", "learner3"]
    lines = list(map(json.loads, (tmp_path / "a.jsonl").read_text().splitlines()))
    assert sorted(line["functions"][0]["verdict"] for line in lines) == [
        "passed", "passed", "raised",
    ]  # fmt: skip
    # Whoever has the file could find its row by the hash.
    assert {line["contents"] for line in lines} == {""}
    assert all(line["contents"] for line in lines_of(results / "results.jsonl"))


def test_an_anonymous_export_refuses_to_name_anybody(run, results, tmp_path):
    columns = ("--columns", "student,email,score,sid")
    out = ("--out", tmp_path / "a.csv")
    done = run("export", "csv", results, "--anonymous", *columns, *out)
    assert done.returncode == 2
    assert "email, sid would show who it is" in done.stderr
    assert not (tmp_path / "a.csv").exists()


def test_an_export_as_lines_of_json_is_what_the_results_are(run, results, tmp_path):
    out = tmp_path / "a.jsonl"
    assert run("export", "jsonl", results, "--out", out).returncode == 0
    assert out.read_bytes() == (results / "results.jsonl").read_bytes()


def test_a_check_prints_json_for_a_script(run, tmp_path):
    assert run("start", tmp_path / "work", "--form", "py").returncode == 0
    file = tmp_path / "work" / "ex01_softmax.py"
    done = run("check", file, "--json")
    assert (done.returncode, done.stderr) == (1, "")
    assert json.loads(done.stdout)["functions"][0]["verdict"] == "not_attempted"
    file.write_text(SOFTMAX)
    done = run("check", file, "--json")
    assert done.returncode == 0
    assert {c["verdict"] for c in json.loads(done.stdout)["functions"][0]["checks"]} == {"passed"}
    both = run("check", file, "--json", "--watch")
    assert both.returncode == 2
    assert "--watch, --show and --json each exclude the others" in both.stderr


def test_the_doctor_prints_json_for_a_script(run):
    done = run("doctor", "--json")
    diagnosis = json.loads(done.stdout)
    assert list(diagnosis["tiers"]) == ["bubblewrap", "seccomp", "none"]
    usable = [tier for tier, about in diagnosis["tiers"].items() if about["usable"]]
    assert diagnosis["best"] == usable[0]
    assert done.returncode == (diagnosis["best"] == "none")
    for about in diagnosis["tiers"].values():
        assert about["usable"] is (about["problem"] == "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_completes_commands_and_options(shell):
    def asked(what):
        # fish gives the word itself, the others its number.
        words = {"COMP_WORDS": "grader gra", "COMP_CWORD": "gra" if shell == "fish" else "1"}
        env = os.environ | words | {"_GRADER_COMPLETE": f"{shell}_{what}"}
        command = [sys.executable, "-c", "from grader.cli import main; main(prog_name='grader')"]
        return subprocess.run(command, env=env, capture_output=True, text=True, check=False).stdout

    command = [sys.executable, "-m", "grader", "completion", shell]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert f"_GRADER_COMPLETE={shell}_complete" in printed
    assert re.findall("plain[,\n](grad[a-z]+)", asked("complete")) == ["grade", "gradescope"]


COLOUR = re.compile(rb"\x1b\[(3|4|9|10)\d")


@pytest.mark.slow
def test_no_colour_is_used_where_none_is_wanted(tmp_path):
    folder = write_class(tmp_path / "class", "ada")
    grade = ("grade", folder, "--course", ROOT / "solutions", "--exercise", "ex01_softmax")
    grade += ("--isolation", "none", "--out", tmp_path / "out")
    assert COLOUR.search(in_a_terminal(*grade))
    assert not COLOUR.search(in_a_terminal(*grade, NO_COLOR="1"))


def in_a_terminal(*arguments, **env):
    """What the command writes to a terminal."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "grader", *map(str, arguments)],
        stdout=theirs, stderr=theirs, env=os.environ | {"TERM": "xterm-256color"} | env,
    )  # fmt: skip
    os.close(theirs)
    written = b""
    try:
        while piece := os.read(ours, 4096):
            written += piece
    except OSError:  # the other end is closed
        pass
    process.wait()
    os.close(ours)
    return written
