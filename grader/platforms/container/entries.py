"""Find the submission in a container's folders, which Gradescope and otter lay out alike."""

from __future__ import annotations

from pathlib import Path

# What otter adds to the folder of the submission.
ADDED_BY_OTTER = frozenset({"tests", "__init__.py"})
# The folder, beside the submission's, for files that otter would refuse or fail on.
ASIDE = "handed_in"


def handed_in(root: Path) -> list[Path]:
    """List the files and folders that a learner handed in, not those of otter or the author."""
    if (root / ASIDE).is_dir():
        return sorted((root / ASIDE).iterdir())
    submission, files = root / "submission", root / "source" / "files"
    from_author = {path.name for path in files.iterdir()} if files.is_dir() else set()
    return sorted(
        path
        for path in submission.iterdir()
        if path.name not in from_author
        and not (path.name in ADDED_BY_OTTER and _is_from_otter(path))
    )


def _is_from_otter(path: Path) -> bool:
    """Tell whether a file or folder with such a name is the one that otter added."""
    return path.is_dir() or path.stat().st_size == 0
