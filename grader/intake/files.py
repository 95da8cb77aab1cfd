"""What one learner handed in, while it is being read: where it is, its files, what is wrong."""

from __future__ import annotations

import os
import stat
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import NamedTuple, TypeAlias

from grader.errors import SubmissionError

MAX_FILE_BYTES = 20 * 2**20
MAX_ARCHIVE_BYTES = 200 * 2**20
MAX_ENTRIES = 2_000
MAX_NAME = 200
SUFFIXES = (".py", ".ipynb")
IGNORED_FOLDERS = frozenset(
    "__MACOSX __pycache__ .ipynb_checkpoints .git node_modules site-packages venv .venv".split()
)


class RenamedFile(NamedTuple):
    """A file that is read under another name: an LMS has put the learner's name into its own."""

    path: Path
    name: str


class Member(NamedTuple):
    """A member of an archive: its number in the directory there, and the name it is read under."""

    number: int
    name: str


class Members(NamedTuple):
    """What a zip archive holds of one learner. `stamp` tells whether the archive is still the same.

    Small, since it is sent to the process that reads it.
    """

    archive: Path
    stamp: tuple[int, int]
    members: tuple[Member, ...]


# A file or folder, or what stands for one; nothing of it is read until it is graded.
Part: TypeAlias = Path | RenamedFile | Members


@dataclass(slots=True)
class Collected:
    """What is found of one learner, before it is made into a submission.

    `room` is how many bytes may still be taken in.
    """

    room: int
    files: dict[str, bytes] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    unreadable: list[tuple[str, str]] = field(default_factory=list)

    def add(self, name: str, data: bytes, *, within: str) -> None:
        """Take a file in; one of a name that is taken is told apart by the entry it is within."""
        while name in self.files:
            name = f"{within}/{name}"
        if len(name) > MAX_NAME:
            self.fail(name, f"{name[:MAX_NAME]}…: its name is too long; rename it")
            return
        self.room -= len(data)
        self.files[name] = data

    def fail(self, name: str, reason: str) -> None:
        """Note that the file `name` could not be read."""
        self.notes.append(reason)
        self.unreadable.append((PurePosixPath(name).stem, reason))


def clean_name(name: str) -> str:
    """A name in NFC, in which control and bidirectional characters are replaced by "?".

    Bytes that are not UTF-8 are written out, so that two such names stay different.
    """
    name = name.encode("utf-8", "backslashreplace").decode("utf-8")
    name = unicodedata.normalize("NFC", name)
    return "".join(c if c.isprintable() else "?" for c in name).strip() or "?"


def is_junk(name: str) -> bool:
    """Whether a file or folder of this name is what a system or a tool leaves behind."""
    return name.startswith(".") or name in IGNORED_FOLDERS


def read_regular(path: Path, limit: int) -> bytes:
    """The bytes of a regular file, opened without following a link; SubmissionError if it is none.

    A FIFO does not make this wait, and a file that grows is not read beyond `limit`.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        descriptor = os.open(path, flags | getattr(os, "O_CLOEXEC", 0))
    except OSError as error:
        raise SubmissionError(f"cannot be read: {error.strerror}") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise SubmissionError("is not a regular file")
    with os.fdopen(descriptor, "rb") as file:
        try:
            data = file.read(limit + 1)
        except OSError as error:  # pragma: no cover  # a disk that fails
            raise SubmissionError(f"cannot be read: {error.strerror}") from None
    if len(data) > limit:
        raise SubmissionError(f"is larger than {limit // 2**20} MiB")
    return data
