"""Read zip archives in memory, within limits on their files, their bytes and their directory."""

from __future__ import annotations

import io
import re
import stat
import zipfile
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from grader.worker.files import (
    MAX_ENTRIES,
    MAX_FILE_BYTES,
    MAX_INFLATED_BYTES,
    MAX_UNPACKED_BYTES,
    Collected,
    clean_name,
    is_archive,
    is_junk,
    is_readable,
)

# The list at an archive's end becomes objects of ten times its size, whatever is then read of it.
MAX_DIRECTORY_BYTES = 4 * 2**20
UTF8_NAME = 0x800
# What programs that people zip with use. bzip2 and LZMA pack a thousand times tighter and unpack a
# hundred times more slowly.
METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
# An archive that was handed in, and the archives in it.
MAX_NESTED = 2


class _Guarded:
    """A file of which zipfile reads no larger piece than `most` bytes; it closes with the last use.

    The largest piece that zipfile reads at once while it opens an archive is the directory.
    """

    def __init__(self, file: BinaryIO, most: int) -> None:
        self._file = file
        self.most: int | None = most

    def read(self, size: int = -1) -> bytes:
        """Read a piece; BadZipFile if it is too large."""
        if self.most is not None and size > self.most:
            raise zipfile.BadZipFile(f"its list of files has more than {self.most // 2**20} MiB")
        return self._file.read(size)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __del__(self) -> None:
        self._file.close()


def opened(archive: Path | bytes, directory_bytes: int = MAX_DIRECTORY_BYTES) -> zipfile.ZipFile:
    """Open an archive and read its directory.

    Raise OSError, BadZipFile or another of zipfile's errors when it cannot be read, or when its
    directory has more than `directory_bytes`.
    """
    file = _Guarded(
        io.BytesIO(archive) if isinstance(archive, bytes) else archive.open("rb"), directory_bytes
    )
    try:
        made = zipfile.ZipFile(file)
    except BaseException:
        file.close()
        raise
    file.most = None
    return made


def member_name(info: zipfile.ZipInfo) -> str:
    """Return a member's name, decoded with the likeliest encoding, with forward slashes.

    The standard says that a name without the UTF-8 flag is in code page 437, but many programs
    write UTF-8 there too.
    """
    name = info.filename
    if not info.flag_bits & UTF8_NAME and not name.isascii():
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return name.replace("\\", "/")


def points_outside(member: PurePosixPath) -> bool:
    """Tell whether unpacking a member of this name could write outside the target folder."""
    return (
        member.is_absolute()
        or ".." in member.parts
        or re.match(r"^[A-Za-z]:", str(member)) is not None
    )


def read_archive(data: bytes, labels: tuple[str, ...], collected: Collected) -> None:
    """Add the members of a learner's archive to `collected`, and those of archives in it.

    `labels` name the archive in notes: its own name, after that of the archive it is in.
    """
    label = ": ".join(labels)
    try:
        with opened(data) as archive:
            for info in archive.infolist():
                if collected.entries == 0:
                    collected.notes.append(
                        f"{label}: more than {MAX_ENTRIES} entries; the rest were ignored"
                    )
                    return
                collected.entries -= 1
                _unpack(archive, info, labels, collected)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  # zipfile raises many kinds for a damaged archive
        collected.fail(labels[-1], f"{label} is not a readable zip archive ({error}); zip it again")


def _unpack(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, labels: tuple[str, ...], collected: Collected
) -> None:
    member = wanted(member_name(info), ": ".join((*labels, "")), collected)
    if member is None:
        return
    name, where = member
    if not is_archive(name):
        limit = min(MAX_FILE_BYTES, collected.room)
        content = content_of(archive, info, name, where, limit, collected)
        if content is not None:
            collected.add(name, content, within=labels[-1])
    elif len(labels) == MAX_NESTED:
        collected.fail(
            name, f"{where} is an archive in an archive in an archive; hand in the files themselves"
        )
    else:
        content = content_of(archive, info, name, where, MAX_UNPACKED_BYTES, collected)
        if content is not None:
            read_archive(content, (*labels, PurePosixPath(name).name), collected)


def wanted(raw: str, prefix: str, collected: Collected) -> tuple[str, str] | None:
    """Return a member's clean name, and the same behind `prefix`; None for one that is not read.

    A note says why, except for folders and for what systems and tools leave behind.
    """
    path = PurePosixPath(raw)
    if raw.endswith("/") or any(is_junk(part) and part != ".." for part in path.parts):
        return None
    name = clean_name(str(path))
    if points_outside(path):
        collected.notes.append(f"{prefix}{name} points outside the archive; ignored")
    elif not is_readable(raw):
        collected.refuse(name, f"{prefix}{name}")
    else:
        return name, f"{prefix}{name}"
    return None


def content_of(
    archive: zipfile.ZipFile,
    info: zipfile.ZipInfo,
    name: str,
    where: str,
    limit: int,
    collected: Collected,
) -> bytes | None:
    """Return the bytes of one member; note why and return None when it cannot be unpacked."""
    if why_not := _not_unpacked(info, collected.inflatable):
        collected.fail(name, f"{where} {why_not}")
        return None
    try:
        with archive.open(info) as file:
            content = file.read(limit + 1)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  # zipfile raises many kinds for a damaged member
        collected.inflatable -= min(limit, info.file_size)  # it may have failed at the very end
        collected.fail(name, f"{where} cannot be unpacked ({error}); zip it again")
        return None
    collected.inflatable -= len(content)
    if len(content) > limit:
        collected.fail(name, f"{where} unpacks to more than {limit // 2**20} MiB; ignored")
        return None
    return content


def _not_unpacked(info: zipfile.ZipInfo, inflatable: int) -> str:
    """Return why a member is not to be unpacked, as a predicate, or an empty text."""
    if stat.S_ISLNK(info.external_attr >> 16):
        return "is a link; links are not followed"
    if info.flag_bits & 1:
        return "is encrypted; zip it without a password"
    if info.compress_type not in METHODS:
        return "is packed in an unusual way; zip it again with the method deflate"
    if inflatable <= 0:
        return (
            f"was ignored: the files before it unpack to more than {MAX_INFLATED_BYTES // 2**20}"
            " MiB; submit only the files you wrote"
        )
    return ""
