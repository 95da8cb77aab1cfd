"""Write files whole or not at all, so that a reader never sees half of one."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def write_text(path: Path, texts: Iterable[str]) -> None:
    """Write a whole file of text in UTF-8, or nothing. OSError when the disk refuses."""
    write_bytes(path, (text.encode() for text in texts))


def write_bytes(path: Path, parts: Iterable[bytes]) -> None:
    """Write a whole file or nothing. OSError when the disk refuses.

    The temporary name is always the same: what a killed run has left there is overwritten.
    """
    temporary = path.with_name(f".{path.name}.part")
    temporary.unlink(missing_ok=True)
    try:
        with temporary.open("xb") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
