"""Read zip archives in memory: a learner's own, and their part of a whole class's."""

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


def read_zip(path: Path, label: str, collected: Collected) -> None:
    """Take in what the archive `path` holds; `label` is what notes call it."""
    try:
        data = read_regular(path, MAX_ARCHIVE_BYTES)
    except SubmissionError as error:
        collected.fail(label, f"{label} {error}")
        return
    _read_archive(data, label, collected)


def read_members(part: Members, collected: Collected) -> None:
    """Take in one learner's part of a class's archive.

    OSError or BadZipFile when the archive is not what it was: that is no learner's fault.
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
        collected.notes.append(f"more than {MAX_ENTRIES} files: the rest is not looked at")


def class_members(path: Path) -> tuple[Members, list[str]]:
    """All that the archive `path` holds, and a sentence about each member that points outside.

    OSError, BadZipFile and others when it cannot be read.
    """
    members, outside = [], []
    with zipfile.ZipFile(path) as archive:
        infos = archive.infolist()
    if len(infos) > MAX_CLASS_MEMBERS:
        raise UsageError(f"{path} holds more than {MAX_CLASS_MEMBERS} files; unpack and split it")
    for place, info in enumerate(infos):
        name = member_name(info)
        member = PurePosixPath(name)
        if points_outside(member):
            outside.append(f"{clean_name(name)} points outside of the archive; left out")
        elif member.parts and not any(map(is_junk, member.parts)):
            # A folder keeps the slash at its end, by which it is known for one.
            members.append(Member(place, f"{member}/" if name.endswith("/") else str(member)))
    return Members(path, stamp_of(path), tuple(members)), outside


def first_members(parts: Sequence[Members], limit: int) -> list[bytes]:
    """The bytes of each part's first member, not more than `limit`; none where it is unreadable."""
    found: list[bytes] = []
    if not parts:
        return found
    with zipfile.ZipFile(parts[0].archive) as archive:
        infos = archive.infolist()
        for part in parts:
            try:
                with archive.open(infos[part.members[0].number]) as file:
                    found.append(file.read(limit))
            except Exception:  # noqa: BLE001  # zipfile raises many kinds for a damaged member
                found.append(b"")
    return found


def member_name(info: zipfile.ZipInfo) -> str:
    """A member's name, with slashes, in the encoding that it is most likely in.

    Names without the mark of UTF-8 are in code page 437 by the standard, and in UTF-8 by habit.
    """
    name = info.filename
    if not info.flag_bits & UTF8_NAME and not name.isascii():
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return name.replace("\\", "/")


def points_outside(member: PurePosixPath) -> bool:
    """Whether unpacking a member of this name could write elsewhere."""
    return (
        member.is_absolute()
        or ".." in member.parts
        or re.match(r"^[A-Za-z]:", str(member)) is not None
    )


def stamp_of(path: Path) -> tuple[int, int]:
    """What changes when a file does: its size and its time."""
    status = path.stat()
    return status.st_size, status.st_mtime_ns


@lru_cache(maxsize=2)
def _opened(path: Path, _stamp: tuple[int, int]) -> zipfile.ZipFile:
    """A class's archive, opened once in a process: its directory may list many thousands."""
    return zipfile.ZipFile(path)


def _read_archive(data: bytes, label: str, collected: Collected) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist()[:MAX_ENTRIES]:
                _read_member(archive, info, member_name(info), label, collected)
            if len(archive.infolist()) > MAX_ENTRIES:
                collected.notes.append(
                    f"{label}: more than {MAX_ENTRIES} entries; the rest is not looked at"
                )
    except Exception as error:  # noqa: BLE001  # zipfile raises many kinds for a damaged archive
        collected.fail(label, f"{label} is not a readable zip archive ({error}); zip it again")


def _read_member(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, raw: str, label: str, collected: Collected
) -> None:
    """Take in one member; `label` is the archive that a learner made, if it is in one."""
    path = PurePosixPath(raw)
    name = clean_name(str(path))
    where = f"{label}: {name}" if label else name
    if raw.endswith("/") or any(is_junk(part) and part != ".." for part in path.parts):
        return
    if points_outside(path):
        collected.notes.append(f"{where} points outside of the archive; left out")
    elif path.suffix.lower() not in SUFFIXES:
        read = ".py or .ipynb" if label else ".py, .ipynb or .zip"
        collected.notes.append(f"{where} is not looked at: no {read}")
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
    """The bytes of one member; None, with a note, when it cannot or must not be unpacked."""
    if stat.S_ISLNK(info.external_attr >> 16):
        collected.fail(name, f"{where} is a link; links are not followed")
        return None
    if info.flag_bits & 1:
        collected.fail(name, f"{where} is encrypted; zip it without a password")
        return None
    try:
        with archive.open(info) as file:
            content = file.read(limit + 1)
    except Exception as error:  # noqa: BLE001  # zipfile raises many kinds for a damaged member
        collected.fail(name, f"{where} cannot be unpacked ({error}); zip it again")
        return None
    if len(content) > limit:
        collected.fail(name, f"{where} unpacks to more than {limit // 2**20} MiB; left out")
        return None
    return content
