"""What lies in a container's folders, which Gradescope and otter lay out alike."""

from __future__ import annotations

from pathlib import Path

# Otter puts these into the folder of the submission.
OTTERS = frozenset({"tests", "__init__.py"})


# Where files are put, beside the submission's folder, that otter would refuse or be ended by.
ASIDE = "handed_in"


def handed_in(root: Path) -> list[Path]:
    """The files and folders that a learner handed in: not what otter or the author lays beside."""
    if (root / ASIDE).is_dir():
        return sorted((root / ASIDE).iterdir())
    submission, files = root / "submission", root / "source" / "files"
    laid = {path.name for path in files.iterdir()} if files.is_dir() else set()
    return sorted(
        path
        for path in submission.iterdir()
        if path.name not in laid and not (path.name in OTTERS and _is_otters(path))
    )


def _is_otters(path: Path) -> bool:
    """Whether a file or folder of this name is the one that otter puts there."""
    return path.is_dir() or path.stat().st_size == 0
