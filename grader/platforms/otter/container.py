"""Run otter in a container's folders so that results are written whatever was handed in."""

from __future__ import annotations

import json
import logging
import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import nbformat

from grader.errors import UsageError
from grader.files import writing_to
from grader.platforms.container.entries import ASIDE, handed_in
from grader.platforms.container.grade import not_graded
from grader.platforms.otter.config import FILE

STAND_IN = "submission.ipynb"
METADATA = "submission_metadata.json"
# Where otter keeps what is its own in a notebook's metadata.
OTTERS = "otter"
# With these settings otter reads the learner's notebook itself.
NEED_NOTEBOOK = ("assignment_name", "pdf", "token")
_log = logging.getLogger(__name__)


def main(root: Path) -> int:
    """Grade the submission below `root` by otter. Return 0, or 1 if the results say why not."""
    results = root / "results" / "results.json"
    results.parent.mkdir(parents=True, exist_ok=True)
    results.unlink(missing_ok=True)
    try:
        _repair_metadata(root / METADATA)
        _set_aside(root)
        from otter.run.run_autograder import main as run_autograder

        run_autograder(str(root), logo=False)
        if results.exists():
            return 0
        why = "otter wrote no results"  # pragma: no cover  # only if otter fails silently
    except Exception as error:  # noqa: BLE001  # the results report any error
        _log.exception("otter failed")
        why = repr(error)
    if not _is_json(
        results
    ):  # pragma: no branch  # otter may have written results before it failed
        results.write_text(json.dumps(_failure(why)), encoding="utf-8")
    return 1


def run_once(submission: Path, autograder: Path, out: Path) -> tuple[Path, int]:
    """Grade one submission in folders like a container's. Return results.json and the exit code.

    UsageError when there is no such submission or autograder, or nowhere to write to.
    """
    if not submission.exists():
        raise UsageError(f"{submission} does not exist; name a file, a folder or a zip archive")
    with tempfile.TemporaryDirectory(prefix="grader-") as folder:
        root = Path(folder)
        try:
            with zipfile.ZipFile(autograder) as archive:
                archive.extractall(root / "source")
        except (OSError, zipfile.BadZipFile) as error:
            raise UsageError(
                f"{autograder} is not an autograder ({error}); make one with `grader otter assign`"
            ) from error
        if submission.is_dir():
            shutil.copytree(submission, root / "submission", symlinks=True)
        else:
            (root / "submission").mkdir()
            shutil.copy(submission, root / "submission", follow_symlinks=False)
        code = main(root)
        with writing_to(out, remedy="name another folder with --out"):
            out.mkdir(parents=True, exist_ok=True)
            return Path(shutil.copy(root / "results" / "results.json", out)), code


def _repair_metadata(path: Path) -> None:
    """Replace the empty file that otter's image has there, because plugins fail to read it."""
    if not _is_json(path):
        path.write_text("{}", encoding="utf-8")


def _set_aside(root: Path) -> None:
    """Move what was handed in to where only our plugin looks; leave a notebook in its place.

    Otter takes a single file, and writes no results if it fails to read that before it calls the
    plugin: a broken notebook, or a clean one whose metadata hold tests in another form than otter's
    own. So it gets an empty notebook, unless a setting asks for something of the learner's.
    """
    submission = root / "submission"
    submission.rename(root / ASIDE)
    submission.mkdir()
    found = handed_in(root)
    notebook = _notebook_in(found[0]) if len(found) == 1 and _needs_notebook(root) else None
    nbformat.write(notebook or nbformat.v4.new_notebook(), submission / STAND_IN)  # type: ignore[no-untyped-call]


def _needs_notebook(root: Path) -> bool:
    """Return whether otter is to make a PDF of the notebook, or to look for its name in it."""
    try:
        config = json.loads((root / "source" / FILE).read_text(encoding="utf-8"))
        return any(config.get(setting) for setting in NEED_NOTEBOOK)
    except (OSError, ValueError, AttributeError):
        return False  # the plugin says what is wrong with the settings


def _notebook_in(path: Path) -> Any:
    """Return the notebook in a file, without otter's metadata but for a name; None if it fails."""
    if path.suffix != ".ipynb" or not path.is_file() or path.is_symlink():
        return None
    try:
        notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
        named = notebook.metadata.pop(OTTERS, None)
        name = named.get("assignment_name") if isinstance(named, dict) else None
        if isinstance(name, str):
            notebook.metadata[OTTERS] = {"assignment_name": name}
        nbformat.validate(notebook)
    except Exception:  # noqa: BLE001  # nbformat raises many kinds of errors
        return None
    return notebook


def _is_json(path: Path) -> bool:
    try:
        json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return True


def _failure(why: str) -> dict[str, Any]:
    text = not_graded(why)
    entry = {"name": "not graded", "status": "failed", "output": text}
    return {"score": 0, "output": text, "tests": [entry]}
