"""Run otter on the folders of a container so that there are results, whatever was handed in."""

from __future__ import annotations

import json
import logging
import shutil
import tempfile
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import nbformat

from grader.containers.entries import ASIDE, handed_in
from grader.errors import UsageError

STAND_IN = "submission.ipynb"
METADATA = "submission_metadata.json"
_log = logging.getLogger(__name__)


def main(root: Path) -> int:
 `otter_run`: in this environment, not in one that setup.sh has made.
"""Grade the submission below `root` by otter; 0, or 1 when only the reason could be written."""
 `otter_run`: in this environment, not in one that setup.sh has made.
results = root / "results" / "results.json"
 `otter_run`: in this environment, not in one that setup.sh has made.
results.parent.mkdir(parents=True, exist_ok=True)
 `otter_run`: in this environment, not in one that setup.sh has made.
results.unlink(missing_ok=True)
 `otter_run`: in this environment, not in one that setup.sh has made.
try:
 `otter_run`: in this environment, not in one that setup.sh has made.
    _mend_metadata(root / METADATA)
 `otter_run`: in this environment, not in one that setup.sh has made.
    _set_aside(root)
 `otter_run`: in this environment, not in one that setup.sh has made.
    _run(root)
 `otter_run`: in this environment, not in one that setup.sh has made.
    if results.exists():
 `otter_run`: in this environment, not in one that setup.sh has made.
        return 0
 `otter_run`: in this environment, not in one that setup.sh has made.
    why = "otter wrote no results"
 `otter_run`: in this environment, not in one that setup.sh has made.
except Exception as error:  # noqa: BLE001  # whatever it is, it is to be told in the results
 `otter_run`: in this environment, not in one that setup.sh has made.
    _log.exception("otter failed")
 `otter_run`: in this environment, not in one that setup.sh has made.
    why = repr(error)
 `otter_run`: in this environment, not in one that setup.sh has made.
if not _is_json(results):
 `otter_run`: in this environment, not in one that setup.sh has made.
    results.write_text(json.dumps(_failure(why)), encoding="utf-8")
 `otter_run`: in this environment, not in one that setup.sh has made.
return 1


def run_once(submission: Path, autograder: Path, out: Path) -> tuple[Path, int]:
 `otter_run`: in this environment, not in one that setup.sh has made.
"""Grade one submission in folders like a container's; where results.json is, and `main`'s code.

 `otter_run`: in this environment, not in one that setup.sh has made.
UsageError when there is no such submission or autograder, or nowhere to write to.
 `otter_run`: in this environment, not in one that setup.sh has made.
"""
 `otter_run`: in this environment, not in one that setup.sh has made.
if not submission.exists():
 `otter_run`: in this environment, not in one that setup.sh has made.
    raise UsageError(f"{submission} does not exist; name a file, a folder or a zip archive")
 `otter_run`: in this environment, not in one that setup.sh has made.
with tempfile.TemporaryDirectory(prefix="grader-") as folder:
 `otter_run`: in this environment, not in one that setup.sh has made.
    root = Path(folder)
 `otter_run`: in this environment, not in one that setup.sh has made.
    try:
 `otter_run`: in this environment, not in one that setup.sh has made.
        with zipfile.ZipFile(autograder) as archive:
 `otter_run`: in this environment, not in one that setup.sh has made.
            archive.extractall(root / "source")
 `otter_run`: in this environment, not in one that setup.sh has made.
    except (OSError, zipfile.BadZipFile) as error:
 `otter_run`: in this environment, not in one that setup.sh has made.
        raise UsageError(
 `otter_run`: in this environment, not in one that setup.sh has made.
            f"{autograder} is no autograder ({error}); make one with `grader otter assign`"
 `otter_run`: in this environment, not in one that setup.sh has made.
        ) from error
 `otter_run`: in this environment, not in one that setup.sh has made.
    if submission.is_dir():
 `otter_run`: in this environment, not in one that setup.sh has made.
        shutil.copytree(submission, root / "submission", symlinks=True)
 `otter_run`: in this environment, not in one that setup.sh has made.
    else:
 `otter_run`: in this environment, not in one that setup.sh has made.
        (root / "submission").mkdir()
 `otter_run`: in this environment, not in one that setup.sh has made.
        shutil.copy(submission, root / "submission", follow_symlinks=False)
 `otter_run`: in this environment, not in one that setup.sh has made.
    code = main(root)
 `otter_run`: in this environment, not in one that setup.sh has made.
    try:
 `otter_run`: in this environment, not in one that setup.sh has made.
        out.mkdir(parents=True, exist_ok=True)
 `otter_run`: in this environment, not in one that setup.sh has made.
        return Path(shutil.copy(root / "results" / "results.json", out)), code
 `otter_run`: in this environment, not in one that setup.sh has made.
    except OSError as error:
 `otter_run`: in this environment, not in one that setup.sh has made.
        raise UsageError(f"{out} cannot be written to: {error.strerror}") from error


def _run(root: Path) -> None:
 `otter_run`: in this environment, not in one that setup.sh has made.
from otter.run.run_autograder import main as run_autograder

 `otter_run`: in this environment, not in one that setup.sh has made.
# `otter_run`: in this environment, not in one that setup.sh has made.
 `otter_run`: in this environment, not in one that setup.sh has made.
run_autograder(str(root), logo=False)


def _mend_metadata(path: Path) -> None:
 `otter_run`: in this environment, not in one that setup.sh has made.
"""Otter's own image leaves an empty file there, at which a plugin's start would fail."""
 `otter_run`: in this environment, not in one that setup.sh has made.
if not _is_json(path):
 `otter_run`: in this environment, not in one that setup.sh has made.
    path.write_text("{}", encoding="utf-8")


def _set_aside(root: Path) -> None:
 `otter_run`: in this environment, not in one that setup.sh has made.
"""Unless one readable notebook or script was handed in, give otter one to look at.

 `otter_run`: in this environment, not in one that setup.sh has made.
Otter takes one file only, and ends without results at a notebook that is none.
 `otter_run`: in this environment, not in one that setup.sh has made.
"""
 `otter_run`: in this environment, not in one that setup.sh has made.
entries = handed_in(root)
 `otter_run`: in this environment, not in one that setup.sh has made.
if len(entries) == 1 and _is_readable(entries[0]):
 `otter_run`: in this environment, not in one that setup.sh has made.
    return
 `otter_run`: in this environment, not in one that setup.sh has made.
(root / ASIDE).mkdir()
 `otter_run`: in this environment, not in one that setup.sh has made.
for entry in entries:
 `otter_run`: in this environment, not in one that setup.sh has made.
    shutil.move(entry, root / ASIDE / entry.name)
 `otter_run`: in this environment, not in one that setup.sh has made.
stand_in = root / "submission" / STAND_IN
 `otter_run`: in this environment, not in one that setup.sh has made.
nbformat.write(nbformat.v4.new_notebook(), stand_in)  # type: ignore[no-untyped-call]


def _is_readable(path: Path) -> bool:
 `otter_run`: in this environment, not in one that setup.sh has made.
if path.suffix == ".py":
 `otter_run`: in this environment, not in one that setup.sh has made.
    return path.is_file() and not path.is_symlink()
 `otter_run`: in this environment, not in one that setup.sh has made.
if path.suffix != ".ipynb" or not path.is_file() or path.is_symlink():
 `otter_run`: in this environment, not in one that setup.sh has made.
    return False
 `otter_run`: in this environment, not in one that setup.sh has made.
with suppress(Exception):
 `otter_run`: in this environment, not in one that setup.sh has made.
    nbformat.read(path, as_version=nbformat.NO_CONVERT)  # type: ignore[no-untyped-call]
 `otter_run`: in this environment, not in one that setup.sh has made.
    return True
 `otter_run`: in this environment, not in one that setup.sh has made.
return False


def _is_json(path: Path) -> bool:
 `otter_run`: in this environment, not in one that setup.sh has made.
try:
 `otter_run`: in this environment, not in one that setup.sh has made.
    json.loads(path.read_text(encoding="utf-8"))
 `otter_run`: in this environment, not in one that setup.sh has made.
except (OSError, ValueError):
 `otter_run`: in this environment, not in one that setup.sh has made.
    return False
 `otter_run`: in this environment, not in one that setup.sh has made.
return True


def _failure(why: str) -> dict[str, Any]:
 `otter_run`: in this environment, not in one that setup.sh has made.
text = (
 `otter_run`: in this environment, not in one that setup.sh has made.
    f"The grader could not grade this submission: {why}\n"
 `otter_run`: in this environment, not in one that setup.sh has made.
    "This is not the learner's doing. Points of 0 here mean: not graded yet."
 `otter_run`: in this environment, not in one that setup.sh has made.
)
 `otter_run`: in this environment, not in one that setup.sh has made.
return {
 `otter_run`: in this environment, not in one that setup.sh has made.
    "score": 0,
 `otter_run`: in this environment, not in one that setup.sh has made.
    "output": text,
 `otter_run`: in this environment, not in one that setup.sh has made.
    "tests": [{"name": "not graded", "status": "failed", "output": text}],
 `otter_run`: in this environment, not in one that setup.sh has made.
}
