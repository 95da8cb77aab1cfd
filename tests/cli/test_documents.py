"""The documents do what they say: their files are written, their commands run, in their order.

In a document a line "`NAME`:" stands before the content of a file, an indented block. An indented
line that begins with `$ ` is a command, and what follows it is what it prints, of which lines may
be left out ("..."). An indented command without `$ ` is run, too; one within a sentence is looked
at: does the command know these options?
"""

import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path

import click
import pytest

from grader.cli import main
from grader.engine.isolation import chosen
from grader.errors import UsageError
from tests.support import documents
from tests.support.course import ROOT

DOCS = sorted((ROOT / "docs").rglob("*.md"))
PROGRAMS = ("grader", "otter", "pytest")
# Each grades a class or more, and one needs otter.
SLOW = [path for path in DOCS if path.parent.name == "lms" and path.name != "others.md"]
# These wait for somebody, install something, or need a cluster (see test_cluster).
NOT_RUN = re.compile(r"grader check --watch|pip install|.* --dask |.* --repository ")


def commands(lines):
    """(command, what it is said to print) for each command in a block."""
    pairs = []
    for line in lines:
        if line.startswith("$ "):
            pairs.append((line[2:], []))
        elif pairs and pairs[-1][1] is not None:
            pairs[-1][1].append(line)
        elif line.split(" ")[0] in PROGRAMS:
            pairs.append((line, None))
    return pairs


def not_printed(said, printed):
    """The lines that are said to be printed and are not, or not in this order."""
    rest = iter([line.rstrip() for line in printed.splitlines()])
    return [line for line in said if line.strip() not in ("", "...") and line.rstrip() not in rest]


@pytest.mark.parametrize(
    "path",
    [pytest.param(path, marks=pytest.mark.slow if path in SLOW else ()) for path in DOCS],
    ids=lambda path: path.name,
)
def test_what_a_document_says_happens(path, tmp_path):
    text = path.read_text(encoding="utf-8")
    if path.name == "otter.md" and not has_a_wall():
        pytest.skip("no wall can be had here, and without one otter's plugin grades nothing")
    documents.prepare(tmp_path, text)
    for before, lines in documents.blocks(text):
        if named := documents.NAMED.match(before):
            file = tmp_path / named[1]
            file.parent.mkdir(parents=True, exist_ok=True)
            # Up to the first command, which may follow at once.
            until = next((n for n, line in enumerate(lines) if line.startswith("$ ")), len(lines))
            file.write_text("\n".join(lines[:until]) + "\n", encoding="utf-8")
        for command, said in commands(lines):
            if NOT_RUN.match(command):
                continue
            done = run(command, tmp_path)
            printed = done.stdout
            assert done.returncode in (0, 1), f"{command}\n{printed}"
            assert "Traceback" not in printed, f"{command}\n{printed}"
            missing = not_printed(said or [], printed)
            assert missing == [], f"{command}\n{printed}"


@cache
def has_a_wall():
    try:
        return bool(chosen("auto"))
    except UsageError:
        return False


def run(command, folder):
    program, *arguments = shlex.split(command.partition("  #")[0])
    module = {"grader": "grader", "otter": "otter", "pytest": "pytest"}[program]
    if program == "grader" and arguments[0] == "grade" and "--isolation" not in arguments:
        arguments += [] if has_a_wall() else ["--isolation", "none"]
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, encoding="utf-8", check=False, timeout=300,
    )  # fmt: skip


@pytest.mark.parametrize("path", [*DOCS, ROOT / "README.md"], ids=lambda path: path.name)
def test_commands_within_sentences_exist(path):
    text = path.read_text(encoding="utf-8")
    for written in re.findall(r"`(grader [a-z][^`]*)`", text):
        words = shlex.split(" ".join(written.split()))[1:]
        command = main
        while words and isinstance(command, click.Group):
            assert words[0] in command.commands, written
            command = command.commands[words.pop(0)]
        known_options = {name for parameter in command.params for name in parameter.opts}
        known_options |= {name for parameter in command.params for name in parameter.secondary_opts}
        options = [word for word in words if word.startswith("-") and word not in ("--help", "-h")]
        assert set(options) <= known_options, written


def test_what_is_taken_from_a_file_stands_there():
    parts = 0
    for path in DOCS:
        for before, lines in documents.blocks(path.read_text(encoding="utf-8")):
            if part := re.match(r"`(attention/.+)`, a part:$", before):
                text = (ROOT / "tests" / "courses" / part[1]).read_text(encoding="utf-8")
                # A line that is left out stands between what is two pieces there.
                for piece in "\n".join(lines).split("\n\n\n"):
                    assert piece in text, f"{path.name}: {part[1]}"
                    parts += 1
    assert parts >= 3


def test_the_documents_link_to_what_is_there():
    for path in [*DOCS, ROOT / "README.md"]:
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text(encoding="utf-8")):
            if not target.startswith("http"):
                assert (path.parent / target).exists(), f"{path.name}: {target}"
                assert Path(target).suffix, target
