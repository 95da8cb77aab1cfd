"""What lies in a folder or in an archive, seen in one way; nothing is unpacked."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from grader.errors import UsageError
from grader.intake.files import SUFFIXES, Member, Members, Part, RenamedFile, clean_name, is_junk

ENTRY_SUFFIXES = (*SUFFIXES, ".zip")


class Item(NamedTuple):
    """One file or folder, by its own name. A link is a file here, whatever it leads to."""

    name: str
    folder: bool
    part: Path | Members

    @property
    def suffix(self) -> str:
        """The ending of its name, in small letters, with the dot."""
        return PurePosixPath(self.name).suffix.lower()

    @property
    def is_entry(self) -> bool:
        """Whether a learner may have handed it in: a folder, or a file that could be looked at."""
        return (
            self.folder
            or self.suffix in ENTRY_SUFFIXES
            # A link to a folder: reading it says that links are not followed.
            or (isinstance(self.part, Path) and self.part.is_dir())
        )

    @property
    def stem(self) -> str:
        """Its name in NFC, without the ending if it is a file that could be looked at."""
        known = not self.folder and self.suffix in ENTRY_SUFFIXES
        stem = PurePosixPath(self.name).stem if known else self.name
        return unicodedata.normalize("NFC", stem)

    def renamed(self, name: str) -> Part:
        """The file, to be read as one of that name."""
        if isinstance(self.part, Path):
            return RenamedFile(self.part, name)
        # Two members of one name are two files: the second is told apart when it is read.
        members = tuple(Member(place, name) for place, _ in self.part.members)
        return self.part._replace(members=members)


def items_in(whole: Path | Members, *, leave_out: Path | None = None) -> list[Item]:
    """What lies in a folder or archive, sorted, without what systems and tools leave behind.

    The folder `leave_out` (where results go) is passed over.
    """
    items = _in_archive(whole) if isinstance(whole, Members) else _in_folder(whole, leave_out)
    return sorted(items, key=lambda item: item.name)


def files_of(item: Item, *, most: int = 2_000) -> Iterator[str]:
    """The names of the files in an item, with the folders they lie in; not more than `most`."""
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
    left_out = _identity(leave_out)
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if is_junk(entry.name):
                    continue
                is_folder = entry.is_dir(follow_symlinks=False)
                if left_out is not None and _identity(folder / entry.name) == left_out:
                    continue
                yield Item(entry.name, is_folder, folder / entry.name)
    except OSError as error:
        raise UsageError(f"{folder} cannot be read: {error.strerror}") from error


def _identity(path: Path | None) -> tuple[int, int] | None:
    """What two names of one folder have in common; None if there is none."""
    try:
        status = path.stat() if path is not None else None
    except OSError:
        return None
    return None if status is None else (status.st_dev, status.st_ino)


def _in_archive(whole: Members) -> Iterator[Item]:
    """The members by the first part of their names."""
    groups: dict[str, list[Member]] = {}
    folders = set()
    for place, name in whole.members:
        first, slash, rest = name.partition("/")
        if slash:
            folders.add(first)
        groups.setdefault(first, [])
        if rest or not slash:  # pragma: no branch  # an entry of the folder itself
            groups[first].append(Member(place, rest or first))
    for first, members in groups.items():
        members.sort(key=lambda member: (member.name.count("/"), member.name.split("/")))
        yield Item(first, first in folders, whole._replace(members=tuple(members)))


def shown(item: Item) -> str:
    """An item's name as it can be printed."""
    return clean_name(item.name)
