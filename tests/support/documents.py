"""What the documents' examples write, and begin with: a class, LMS downloads, gradebooks."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

from tests.support.course import ROOT
from tests.support.submissions import SOFTMAX

DIAGONAL = SOFTMAX + (
    "def softmax_jacobian(z):\n    a = softmax(z)\n    return np.diagflat(a * (1 - a))\n"
)
JACOBIAN = (
    "def softmax_jacobian(z):\n    a = softmax(z)[:, 0]\n    return np.diag(a) - np.outer(a, a)\n"
    "def softmax_jacobian_batch(Z):\n"
    "    return np.stack([softmax_jacobian(z[:, None]) for z in Z.T])\n"
)
RIGHT = SOFTMAX + JACOBIAN
OVERFLOW = RIGHT.replace("Z - Z.max(axis=0, keepdims=True)", "Z")

ROSTER = """id,name,email,canvas_id
s11,Ada Lovelace,ada@x.org,11
s12,Béla Bartók,bela@x.org,12
s13,Carl Gauß,carl@x.org,13
s14,Dora Maar,dora@x.org,14
"""
GRADEBOOK = """Student,ID,SIS User ID,SIS Login ID,Section,Softmax (901),Final Score
    Points Possible,,,,,27,(read only)
"Lovelace, Ada",11,s11,ada,A,,
"Bartók, Béla",12,s12,bela,A,,
"Gauß, Carl",13,s13,carl,B,,
"Maar, Dora",14,s14,dora,B,,
"""
WORKSHEET = """Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,\
Last modified (submission),Last modified (grade),Feedback comments
Participant 201,Ada Lovelace,ada@x.org,Submitted for grading,,27.00,Yes,-,-,
Participant 202,Béla Bartók,bela@x.org,Submitted for grading,,27.00,Yes,-,-,
Participant 203,Carl Gauß,carl@x.org,Submitted for grading,,27.00,Yes,-,-,
Participant 204,Dora Maar,dora@x.org,No submission,,27.00,Yes,-,-,
"""
CANVAS = {
    "lovelaceada_11_501_ex02_jacobian.py": DIAGONAL,
    "bartókbéla_12_502_ex01_softmax.py": "draft",
    "bartókbéla_LATE_12_503_ex01_softmax-1.py": RIGHT,
    "gaußcarl_13_504_ex01_softmax.py": OVERFLOW,
}
MOODLE = {
    "Ada Lovelace_201_assignsubmission_file/ex02_jacobian.py": DIAGONAL,
    "Béla Bartók_202_assignsubmission_file/ex01_softmax.py": RIGHT,
    "Carl Gauß_203_assignsubmission_file/ex01_softmax.py": OVERFLOW,
}
GRADESCOPE = {
    "assignment_7_export/submission_metadata.yml": """---
submission_301:
  :submitters:
  - :name: Ada Lovelace
    :sid: s11
    :email: ada@x.org
  - :name: Béla Bartók
    :sid: s12
    :email: bela@x.org
submission_302:
  :submitters:
  - :name: Carl Gauß
    :sid: s13
    :email: carl@x.org
""",
    "assignment_7_export/submission_301/ex02_jacobian.py": DIAGONAL,
    "assignment_7_export/submission_302/ex01_softmax.py": OVERFLOW,
}


NAMED = re.compile(r"^`([\w./-]+\.\w+)`:$")


def blocks(text: str) -> Iterator[tuple[str, list[str]]]:
    """(heading line before, lines) for each indented block."""
    before, block = "", []
    for line in [*text.splitlines(), "end"]:
        if line.startswith("    ") or (block and not line.strip()):
            block.append(line[4:])
            continue
        if block:
            yield before, "\n".join(block).rstrip().splitlines()
            block = []
        if line.strip():
            before = line.strip()


def write_toy(folder: Path) -> Path:
    """Write the course that docs/authors.md writes; its folder."""
    text = (ROOT / "docs" / "authors.md").read_text(encoding="utf-8")
    for before, lines in blocks(text):
        named = NAMED.match(before)
        if named and named[1].startswith("mycourse/"):
            file = folder / named[1]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / "mycourse"


def checks_of(name: str) -> str:
    """Checks of a further function of that course, which returns what it is given."""
    return f'''
{name} = FunctionChecks("{name}")


@{name}.terms
def {name}_terms(A, Z):
    return Terms(magnitude=np.abs(A), growth=1)


@{name}.value(public=True)
def ones():
    """Ones.

    What is it?
    """
    yield call(np.ones((2, 2)))


@{name}.value()
def drawn(rng):
    """Drawn."""
    yield call(rng.normal(size=(2, 2)))
'''


def prepare(folder: Path, text: str) -> None:
    """Write what the document `text` takes for granted."""
    shutil.copytree(ROOT / "solutions", folder / "solutions")
    shutil.copytree(ROOT / "tests" / "courses" / "attention", folder / "attention")
    if "submissions/" in text:
        (folder / "submissions").mkdir()
        for name, source in (("ada", DIAGONAL), ("bela", RIGHT), ("carl", OVERFLOW)):
            (folder / "submissions" / f"{name}.py").write_text(source, encoding="utf-8")
    if "grader check ex01_softmax.py" in text:
        shutil.copytree(ROOT / "exercises", folder, dirs_exist_ok=True)
    for week, source in enumerate((SOFTMAX, JACOBIAN), start=1):
        if f"week{week}.zip" in text:
            with zipfile.ZipFile(folder / f"week{week}.zip", "w") as archive:
                archive.writestr("ada/ex01_softmax.py", source)
            (folder / "roster.csv").write_text(ROSTER, encoding="utf-8")
    if any(f"{name}.zip" in text for name in ("canvas", "moodle", "gradescope")):
        for name, files in (("canvas", CANVAS), ("moodle", MOODLE), ("gradescope", GRADESCOPE)):
            with zipfile.ZipFile(folder / f"{name}.zip", "w") as archive:
                for file, source in files.items():
                    archive.writestr(file, source)
        tables = {"roster": ROSTER, "gradebook": GRADEBOOK, "worksheet": WORKSHEET}
        for name, table in tables.items():
            (folder / f"{name}.csv").write_text(table, encoding="utf-8")
