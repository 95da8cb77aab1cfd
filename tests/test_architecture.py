"""The documents for those who change the code name files, and these are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "SECURITY.md",
    ROOT / "solutions" / "README.md",
    ROOT / "docs" / "architecture.md",
    *sorted((ROOT / "docs" / "decisions").glob("*.md")),
]
# A path from the root, as it stands between backticks.
PATH = re.compile(r"`((?:grader|tests|docs|benchmarks|solutions|exercises|\.ci|\.github)/[^`\s]*)`")
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


def named_in(document):
    return PATH.findall(document.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["docs/architecture.md", "CONTRIBUTING.md"])
def test_a_document_about_the_code_names_many_files(name):
    assert len(set(named_in(ROOT / name))) > 20, "the pattern finds no paths any more"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_path_that_a_document_names_exists(document):
    missing = [path for path in named_in(document) if not (ROOT / path).exists()]
    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_of_a_document_leads_somewhere(document):
    links = LINK.findall(document.read_text(encoding="utf-8"))
    missing = [link for link in links if not (document.parent / link).exists()]
    assert missing == []


def test_every_room_is_in_the_picture():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    picture = text.split("```")[1]
    rooms = {path.parent.name for path in (ROOT / "grader").glob("*/__init__.py")}
    assert rooms <= set(re.findall(r"\w+", picture))
