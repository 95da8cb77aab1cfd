"""List the archive of a whole class, and read one learner's part of it."""

from __future__ import annotations

import zipfile
from functools import lru_cache
from pathlib import Path, PurePosixPath

from grader.errors import UsageError
from grader.intake.files import Member, Members
from grader.worker.archives import content_of, member_name, opened, points_outside, wanted
from grader.worker.files import (
    MAX_ENTRIES,
    MAX_FILE_BYTES,
    MAX_HANDED_IN_BYTES,
    Collected,
    clean_name,
    is_archive,
    is_junk,
)

# A class's archive has a few members for each learner.
MAX_CLASS_MEMBERS = 500_000
MAX_CLASS_DIRECTORY_BYTES = 64 * 2**20
# No file system has longer ones. Normalising and matching take the square of a name's length.
MAX_PATH, MAX_PART = 4_096, 255


def read_members(part: Members, collected: Collected) -> None:
    """Add one learner's part of a class's archive to `collected`; an archive in it stays packed.

    Raise OSError or BadZipFile when the archive has changed since it was listed: no learner is at
    fault then.
    """
    archive = _opened(part.archive, part.stamp)
    if stamp_of(part.archive) != part.stamp:
        raise OSError(f"{part.archive} has changed while it was graded")
    infos = archive.infolist()
    for member in part.members[:MAX_ENTRIES]:
        if (names := wanted(member.name, "", collected)) is None:
            continue
        name, where = names
        most = MAX_HANDED_IN_BYTES if is_archive(name) else MAX_FILE_BYTES
        limit = min(most, collected.room)
        content = content_of(archive, infos[member.number], name, where, limit, collected)
        if content is not None:
            collected.add(name, content, within="again")
    if len(part.members) > MAX_ENTRIES:
        collected.notes.append(f"more than {MAX_ENTRIES} files; the rest were ignored")


def class_members(path: Path) -> tuple[Members, list[str]]:
    """List the archive `path`; also return a remark on each member whose path cannot be used.

    Raise UsageError when it has too many members, and OSError, BadZipFile or another of zipfile's
    errors when it cannot be read.
    """
    members, remarks = [], []
    with opened(path, MAX_CLASS_DIRECTORY_BYTES) as archive:
        infos = archive.infolist()
    if len(infos) > MAX_CLASS_MEMBERS:
        raise UsageError(f"{path} has more than {MAX_CLASS_MEMBERS} files; unpack and split it")
    for number, info in enumerate(infos):
        name = member_name(info)
        member = PurePosixPath(name)
        if len(name) > MAX_PATH or any(len(part) > MAX_PART for part in member.parts):
            remarks.append(f"{clean_name(name)} is longer than the names of files; ignored")
        elif points_outside(member):
            remarks.append(f"{clean_name(name)} points outside the archive; ignored")
        elif member.parts and not any(map(is_junk, member.parts)):
            # PurePosixPath drops the slash that marks a folder.
            members.append(Member(number, f"{member}/" if name.endswith("/") else str(member)))
    return Members(path, stamp_of(path), tuple(members)), remarks


def first_member(part: Members, limit: int) -> bytes:
    """Return up to `limit` bytes of the first member; b"" if it cannot be unpacked."""
    with opened(part.archive, MAX_CLASS_DIRECTORY_BYTES) as archive:
        try:
            with archive.open(archive.infolist()[part.members[0].number]) as file:
                return file.read(limit)
        except Exception:  # noqa: BLE001  # zipfile raises many kinds for a damaged member
            return b""


def stamp_of(path: Path) -> tuple[int, int]:
    """Return a file's size and modification time (ns), to notice when it changes."""
    status = path.stat()
    return status.st_size, status.st_mtime_ns


@lru_cache(maxsize=2)
def _opened(path: Path, _stamp: tuple[int, int]) -> zipfile.ZipFile:
    """Open a class's archive once per process: its directory may list many thousands of files."""
    return opened(path, MAX_CLASS_DIRECTORY_BYTES)
