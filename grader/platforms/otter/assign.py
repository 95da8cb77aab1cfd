"""Make a student notebook and an autograder by Otter Assign, and complete the autograder.

Otter writes the notebook, the tests and the zip. What the zip needs to grade by our engine is then
added: this grader as a wheel, the lines of setup.sh that install it, and a start script that writes
results even where otter alone would fail without any.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from grader.course.folder import Course
from grader.course.planning import plan_of
from grader.course.settled import settled
from grader.errors import UsageError
from grader.files import archive_of, writing_to
from grader.platforms.container.pack import NAME, Settings, packed
from grader.platforms.container.wheel import wheel_bytes, wheel_name
from grader.platforms.otter.master import master_notebook

PLUGIN = "grader.platforms.otter.plugin.Plugin"
HERE = Path(__file__).parent
AUTOGRADER = "autograder.zip"
# `otter grade` copies into its image only requirements.* before it runs setup.sh.
WHEEL = "requirements.softmax-grader.whl"
STUB, STUB_SOURCE = "tests/graded_by_plugin.py", b"OK_FORMAT = False\nname = 'graded by plugin'\n"
INSTALL = "this needs otter-grader; run pip install 'softmax-grader[otter]'"


@dataclass(frozen=True, slots=True)
class Assigned:
    """The paths of the student notebook and the autograder."""

    notebook: Path
    autograder: Path


def assign(
    course: Course,
    out: Path,
    settings: Settings,
    *,
    name: str = "",
    prove: bool = True,
    step: Callable[[str], object] = lambda _text: None,
) -> Assigned:
    """Make `out`/student and `out`/autograder from the course, by Otter Assign.

    With `prove`, otter grades the solved notebook and refuses unless it gets full points. `step` is
    called with what is done next. UsageError when otter is not installed or refuses, when `name` is
    not valid, or when `out` cannot be written to; CourseError when the course cannot be used.
    """
    _require_otter()
    name = name or _name_of(course, settings)
    if not re.fullmatch(r"\w[\w.-]*", name):
        raise UsageError(
            f"--name {name}: use only letters, digits, _, . and - in the name of a notebook"
        )
    step("computing what the references answer")
    pack = packed(course, settings)
    plan = settled(plan_of(course, only=settings.exercises, hidden=False), course)
    with tempfile.TemporaryDirectory(prefix="grader-") as folder:
        work = Path(folder)
        (work / NAME).write_bytes(pack)
        master = work / f"{name}.ipynb"
        master.write_text(master_notebook(course, plan, _config(prove=prove)), encoding="utf-8")
        step("otter assign" + (", which grades the solved notebook" if prove else ""))
        _run_otter(master, work / "dist")
        step("completing the autograder")
        made = next((work / "dist" / "autograder").glob("*-autograder_*.zip"))
        student = (work / "dist" / "student" / master.name).read_bytes()
        return _written(out, master.name, student, completed(made))


def completed(made: Path) -> bytes:
    """Complete the autograder that otter made with what it needs to grade by our engine."""
    with zipfile.ZipFile(made) as archive:
        # The plugin grades, so otter's tests are left out; but otter needs at least one.
        names = [n for n in archive.namelist() if n[-1] != "/" and not n.startswith("tests/")]
        files = {name: archive.read(name) for name in names} | {STUB: STUB_SOURCE}
    root = re.search(rb'run_autograder\("(.*)"\)', files["run_otter.py"])
    install = (HERE / "setup.sh").read_text(encoding="utf-8").replace("WHEEL_NAME", wheel_name())
    install = install.replace("AUTOGRADER_ROOT", root[1].decode() if root else "/autograder")
    files["setup.sh"] = files["setup.sh"].rstrip(b"\n") + f"\n{install}".encode()
    files["run_otter.py"] = (HERE / "run_otter.py").read_bytes()
    files[WHEEL] = wheel_bytes()
    return archive_of(files, programs=("setup.sh", "run_autograder"))


def _written(out: Path, name: str, student: bytes, autograder: bytes) -> Assigned:
    assigned = Assigned(out / "student" / name, out / "autograder" / AUTOGRADER)
    with writing_to(out, remedy="name another folder with --out"):
        for path, data in ((assigned.notebook, student), (assigned.autograder, autograder)):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    return assigned


def _config(*, prove: bool) -> dict[str, Any]:
    """Return the configuration for Otter Assign."""
    return {
        "init_cell": True,
        "export_cell": False,
        "run_tests": prove,
        "strip_solutions_from_all_cells": True,
        "tests": {"files": False, "ok_format": False},
        "show_question_points": True,
        "generate": {"show_hidden": True, "force_public_test_summary": False},
        "plugins": [PLUGIN],
        "autograder_files": [NAME],
    }


def _name_of(course: Course, settings: Settings) -> str:
    """Name the notebook after its exercise or, if it has several, after the course's title."""
    if len(settings.exercises) == 1:
        return settings.exercises[0]
    if len(course.exercises) == 1:
        return course.exercises[0].slug
    return re.sub(r"[^a-z0-9]+", "_", course.title.lower()).strip("_") or "exercises"


def _require_otter() -> None:
    try:
        metadata.version("otter-grader")
        metadata.version("ipykernel")
    except metadata.PackageNotFoundError:
        raise UsageError(INSTALL) from None


def _run_otter(master: Path, dist: Path) -> None:
    command = [sys.executable, "-m", "otter", "assign", "--no-pdfs", str(master), str(dist)]
    process = subprocess.run(  # noqa: S603  # otter itself, on files of our own
        command, cwd=master.parent, capture_output=True, text=True, encoding="utf-8", check=False
    )
    if process.returncode != 0:
        lines = [line for line in (process.stdout + process.stderr).splitlines() if line.strip()]
        output = "\n  ".join(lines[-12:])
        raise UsageError(f"`otter assign` refused the notebook; its output:\n  {output}")
