"""Write a file whole or not at all, so that no reader ever sees half of it; make zip archives."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from grader.errors import UsageError

# The earliest time that a zip archive can hold: equal contents make equal archives.
EPOCH = (1980, 1, 1, 0, 0, 0)
FILE, PROGRAM = 0o100644, 0o100755


def write_text(path: Path, texts: Iterable[str]) -> None:
    """Write a whole file of text in UTF-8, or nothing. OSError when the disk refuses."""
    write_bytes(path, (text.encode() for text in texts))


def write_bytes(path: Path, parts: Iterable[bytes]) -> None:
    """Write a whole file or nothing. OSError when the disk refuses."""
    with whole_file(path) as file:
        file.writelines(parts)


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Yield a file to write; it takes the name `path` at the end, unless the block fails.

    The temporary name is always the same, so what a killed run left is overwritten. OSError when
    the disk refuses.
    """
    temporary = path.with_name(f".{path.name}.part")
    temporary.unlink(missing_ok=True)
    try:
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@contextmanager
def writing_to(path: Path, *, remedy: str) -> Iterator[None]:
    """Within this block an OSError becomes a UsageError: `path` cannot be written to, `remedy`."""
    try:
        yield
    except OSError as error:
        raise UsageError(f"cannot write to {path}: {error.strerror}; {remedy}") from error


@contextmanager
def only_for_this_user() -> Iterator[None]:
    """Within this block new files can be read by this user alone (0600), new folders too (0700)."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def archive_of(files: Mapping[str, bytes], *, programs: Iterable[str] = ()) -> bytes:
    """Make a zip archive of these files, by name; those in `programs` are executable."""
    # Not for those who only write files: the command line starts sooner without it.
    import zipfile

    buffer = io.BytesIO()
    executable = set(programs)
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in files.items():
            member = zipfile.ZipInfo(name, EPOCH)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = (PROGRAM if name in executable else FILE) << 16
            archive.writestr(member, data)
    return buffer.getvalue()


def open_to_others(path: Path) -> bool:
    """Tell whether users other than the owner may read a file, or list or enter a folder."""
    return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))
