"""List a folder and an archive in the same way, without unpacking anything."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from grader.errors import UsageError
from grader.intake.files import Member, Members, Part, RenamedFile
from grader.worker.files import clean_name, is_junk, is_readable


class Item(NamedTuple):
    """One file or folder, by its last name. A link counts as a file, whatever it points to."""

    name: str
    folder: bool
    part: Path | Members

    @property
    def is_entry(self) -> bool:
        """Whether it may be a hand-in: a folder, or a file of a kind that is read."""
        return (
            self.folder
            or is_readable(self.name)
            # A link to a folder counts too, so that a note will say that links are not followed.
            or (isinstance(self.part, Path) and self.part.is_dir())
        )

    @property
    def stem(self) -> str:
        """Its name in NFC, without the ending if it is a file of a kind that is read."""
        has_ending = not self.folder and is_readable(self.name)
        stem = PurePosixPath(self.name).stem if has_ending else self.name
        return unicodedata.normalize("NFC", stem)

    def renamed(self, name: str) -> Part:
        """Return the file as a part that is read under another name."""
        if isinstance(self.part, Path):
            return RenamedFile(self.part, name)
        # Two members of one name are two files; `Collected.add` gives the second another name.
        members = tuple(Member(number, name) for number, _ in self.part.members)
        return self.part._replace(members=members)


def items_in(whole: Path | Members, *, leave_out: Path | None = None) -> list[Item]:
    """List a folder or archive, sorted by name, without what systems and tools leave behind.

    The folder `leave_out` (where results go) is skipped. Raise UsageError when a folder cannot be
    read.
    """
    items = _in_archive(whole) if isinstance(whole, Members) else _in_folder(whole, leave_out)
    return sorted(items, key=lambda item: item.name)


def files_of(item: Item, *, most: int = 2_000) -> Iterator[str]:
    """Yield the names of the files in an item, in subfolders too, and stop soon after `most`."""
    if isinstance(item.part, Members):
        for member in item.part.members[:most]:
            if not member.name.endswith("/"):
                yield member.name
    elif item.folder:
        for _, _, names in os.walk(item.part):
            most -= len(names)
            yield from names
            if most < 0:
                return
    else:
        yield item.name


def _in_folder(folder: Path, leave_out: Path | None) -> Iterator[Item]:
    skipped = _identity(leave_out)
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if is_junk(entry.name):
                    continue
                is_folder = entry.is_dir(follow_symlinks=False)
                if skipped is not None and _identity(folder / entry.name) == skipped:
                    continue
                yield Item(entry.name, is_folder, folder / entry.name)
    except OSError as error:
        raise UsageError(f"{folder} cannot be read: {error.strerror}") from error


def _identity(path: Path | None) -> tuple[int, int] | None:
    """Return the device and inode, the same for all names of one folder; None if it is missing."""
    try:
        status = path.stat() if path is not None else None
    except OSError:
        return None
    return None if status is None else (status.st_dev, status.st_ino)


def _in_archive(whole: Members) -> Iterator[Item]:
    """Yield an item for each first part of the members' names."""
    groups: dict[str, list[Member]] = {}
    folders = set()
    for number, name in whole.members:
        first, slash, rest = name.partition("/")
        if slash:
            folders.add(first)
        groups.setdefault(first, [])
        if rest or not slash:  # pragma: no branch  # else it is the folder's own member
            groups[first].append(Member(number, rest or first))
    for first, members in groups.items():
        members.sort(key=lambda member: (member.name.count("/"), member.name.split("/")))
        yield Item(first, first in folders, whole._replace(members=tuple(members)))


def printable_name(item: Item) -> str:
    """Return an item's name without characters that could mislead a reader."""
    return clean_name(item.name)
