"""Read zip archives in memory: one that a learner made, or a learner's part of a class's."""

from __future__ import annotations

import io
import re
import stat
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path, PurePosixPath

from grader.errors import SubmissionError, UsageError
from grader.intake.files import (
    MAX_ARCHIVE_BYTES,
    MAX_ENTRIES,
    MAX_FILE_BYTES,
    MAX_INFLATED_BYTES,
    SUFFIXES,
    Collected,
    Member,
    Members,
    clean_name,
    is_junk,
    read_regular,
)

# A class's archive has a few members for each learner.
MAX_CLASS_MEMBERS = 500_000
UTF8_NAME = 0x800
# What programs that people zip with use. bzip2 and LZMA pack a thousand times tighter and unpack a
# hundred times more slowly.
METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})


def read_zip(path: Path, label: str, collected: Collected) -> None:
    """Add the members of the archive `path` to `collected`; notes call the archive `label`."""
    try:
        data = read_regular(path, MAX_ARCHIVE_BYTES)
    except SubmissionError as error:
        collected.fail(label, f"{label} {error}")
        return
    _read_archive(data, label, collected)


def read_members(part: Members, collected: Collected) -> None:
    """Add one learner's part of a class's archive to `collected`.

    Raise OSError or BadZipFile when the archive has changed since it was listed: no learner is at
    fault then.
    """
    archive = _opened(part.archive, part.stamp)
    if stamp_of(part.archive) != part.stamp:
        raise OSError(f"{part.archive} has changed while it was graded")
    infos = archive.infolist()
    for member in part.members[:MAX_ENTRIES]:
        info = infos[member.number]
        if member.name.lower().endswith(".zip"):
            name = clean_name(PurePosixPath(member.name).name)
            if (
                data := _content(archive, info, name, name, MAX_ARCHIVE_BYTES, collected)
            ) is not None:
                _read_archive(data, name, collected)
        else:
            _read_member(archive, info, member.name, "", collected)
    if len(part.members) > MAX_ENTRIES:
        collected.notes.append(f"more than {MAX_ENTRIES} files; the rest were ignored")


def class_members(path: Path) -> tuple[Members, list[str]]:
    """List the archive `path`; also return a remark on each member whose path leads outside.

    Raise UsageError when it has too many members, and OSError, BadZipFile or another of zipfile's
    errors when it cannot be read.
    """
    members, remarks = [], []
    with zipfile.ZipFile(path) as archive:
        infos = archive.infolist()
    if len(infos) > MAX_CLASS_MEMBERS:
        raise UsageError(f"{path} has more than {MAX_CLASS_MEMBERS} files; unpack and split it")
    for number, info in enumerate(infos):
        name = member_name(info)
        member = PurePosixPath(name)
        if points_outside(member):
            remarks.append(f"{clean_name(name)} points outside the archive; ignored")
        elif member.parts and not any(map(is_junk, member.parts)):
            # PurePosixPath drops the slash that marks a folder.
            members.append(Member(number, f"{member}/" if name.endswith("/") else str(member)))
    return Members(path, stamp_of(path), tuple(members)), remarks


def first_members(parts: Sequence[Members], limit: int) -> list[bytes]:
    """Return up to `limit` bytes of each part's first member; b"" for one that is unreadable."""
    contents: list[bytes] = []
    if not parts:
        return contents
    with zipfile.ZipFile(parts[0].archive) as archive:
        infos = archive.infolist()
        for part in parts:
            try:
                with archive.open(infos[part.members[0].number]) as file:
                    contents.append(file.read(limit))
            except Exception:  # noqa: BLE001  # zipfile raises many kinds for a damaged member
                contents.append(b"")
    return contents


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


def stamp_of(path: Path) -> tuple[int, int]:
    """Return a file's size and modification time (ns), to notice when it changes."""
    status = path.stat()
    return status.st_size, status.st_mtime_ns


@lru_cache(maxsize=2)
def _opened(path: Path, _stamp: tuple[int, int]) -> zipfile.ZipFile:
    """Open a class's archive once per process: its directory may list many thousands of files."""
    return zipfile.ZipFile(path)


def _read_archive(data: bytes, label: str, collected: Collected) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist()[:MAX_ENTRIES]:
                _read_member(archive, info, member_name(info), label, collected)
            if len(archive.infolist()) > MAX_ENTRIES:
                collected.notes.append(
                    f"{label}: more than {MAX_ENTRIES} entries; the rest were ignored"
                )
    except Exception as error:  # noqa: BLE001  # zipfile raises many kinds for a damaged archive
        collected.fail(label, f"{label} is not a readable zip archive ({error}); zip it again")


def _read_member(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, raw: str, label: str, collected: Collected
) -> None:
    """Add one member to `collected`; `label` names the learner's own archive, "" if in none."""
    path = PurePosixPath(raw)
    name = clean_name(str(path))
    where = f"{label}: {name}" if label else name
    if raw.endswith("/") or any(is_junk(part) and part != ".." for part in path.parts):
        return
    if points_outside(path):
        collected.notes.append(f"{where} points outside the archive; ignored")
    elif path.suffix.lower() not in SUFFIXES:
        readable = ".py or .ipynb" if label else ".py, .ipynb or .zip"
        collected.notes.append(f"{where} was ignored: it is not a {readable} file")
    else:
        limit = min(MAX_FILE_BYTES, collected.room)
        content = _content(archive, info, name, where, limit, collected)
        if content is not None:
            collected.add(name, content, within=label or "again")


def _content(
    archive: zipfile.ZipFile,
    info: zipfile.ZipInfo,
    name: str,
    where: str,
    limit: int,
    collected: Collected,
) -> bytes | None:
    """Return the bytes of one member; note why and return None when it cannot be unpacked."""
    if stat.S_ISLNK(info.external_attr >> 16):
        collected.fail(name, f"{where} is a link; links are not followed")
        return None
    if info.flag_bits & 1:
        collected.fail(name, f"{where} is encrypted; zip it without a password")
        return None
    if info.compress_type not in METHODS:
        collected.fail(
            name, f"{where} is packed in an unusual way; zip it again with the method deflate"
        )
        return None
    if collected.inflatable <= 0:
        collected.fail(
            name,
            f"{where} was ignored: the files before it unpack to more than"
            f" {MAX_INFLATED_BYTES // 2**20} MiB; submit only the files you wrote",
        )
        return None
    try:
        with archive.open(info) as file:
            content = file.read(limit + 1)
    except Exception as error:  # noqa: BLE001  # zipfile raises many kinds for a damaged member
        collected.inflatable -= min(limit, info.file_size)  # it may have failed at the very end
        collected.fail(name, f"{where} cannot be unpacked ({error}); zip it again")
        return None
    collected.inflatable -= len(content)
    if len(content) > limit:
        collected.fail(name, f"{where} unpacks to more than {limit // 2**20} MiB; ignored")
        return None
    return content
