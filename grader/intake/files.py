"""One learner's hand-in while it is read: where its files are, their contents, problems found."""

from __future__ import annotations

import hashlib
import os
import stat
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import NamedTuple, TypeAlias

from grader.errors import SubmissionError

MAX_FILE_BYTES = 20 * 2**20
MAX_ARCHIVE_BYTES = 200 * 2**20
# Of one learner, kept or not: about a second of inflating.
MAX_INFLATED_BYTES = 400 * 2**20
MAX_ENTRIES = 2_000
MAX_NAME = 200
# Normalising takes the square of the number of marks on one letter, and a zip's names hold up to
# 64 KiB. At most four code points become one, so what is cut is still longer than MAX_NAME.
MAX_RAW_NAME = 1_000
SUFFIXES = (".py", ".ipynb")
IGNORED_FOLDERS = frozenset(
    "__MACOSX __pycache__ .ipynb_checkpoints .git node_modules site-packages venv .venv".split()
)


class RenamedFile(NamedTuple):
    """A file that is read as if it were called `name`: an LMS put more into its real name."""

    path: Path
    name: str


class Member(NamedTuple):
    """A member of an archive: its number in the archive's directory, and the name to read it as."""

    number: int
    name: str


class Members(NamedTuple):
    """One learner's members of a zip archive; `stamp` is the archive's size and time when listed.

    It is sent to the process that reads the members, so it holds no contents.
    """

    archive: Path
    stamp: tuple[int, int]
    members: tuple[Member, ...]


# Where one part of a hand-in is; its contents are read only when it is graded.
Part: TypeAlias = Path | RenamedFile | Members


@dataclass(slots=True)
class Collected:
    """The files of one learner and the problems met while reading them.

    State: `files` by relative name, `notes` (sentences for the result), `unreadable` (the stem and
    the reason of each file that could not be read; its functions are then "not loaded" rather than
    "missing"), `room`, the bytes that may still be added, and `inflatable`, those that may still be
    unpacked: what is unpacked and thrown away takes time as well.
    Lifetime: one object for each submission, filled by `submission.collect` and then read by
    `submission_from`, perhaps in another process.
    Nothing here raises: what cannot be added becomes a note.
    """

    room: int
    files: dict[str, bytes] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    inflatable: int = MAX_INFLATED_BYTES

    def add(self, name: str, data: bytes, *, within: str) -> None:
        """Add a file; if its name is in use, put `within` (the archive or folder) before it."""
        while name in self.files:
            name = f"{within}/{name}"
        if len(name) > MAX_NAME:
            self.fail(name, f"{name[:MAX_NAME]}…: its name is too long; rename it")
            return
        self.room -= len(data)
        self.files[name] = data

    def fail(self, name: str, reason: str) -> None:
        """Note that the file `name` could not be read, and why."""
        self.notes.append(reason)
        self.unreadable.append((PurePosixPath(name).stem, reason))


def clean_name(name: str) -> str:
    """Return a name in NFC with control and bidirectional characters replaced by "?".

    Bytes that are not UTF-8 are written as escapes, and what is far too long for a name is cut as
    `shortened` does, so that two such names stay different.
    """
    if len(name) > MAX_RAW_NAME:
        name = shortened(name, MAX_RAW_NAME)
    name = name.encode("utf-8", "backslashreplace").decode("utf-8")
    name = unicodedata.normalize("NFC", name)
    return "".join(c if c.isprintable() else "?" for c in name).strip() or "?"


def shortened(name: str, length: int) -> str:
    """Return the beginning of a name, made unique again by a hash of the whole."""
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{name[:length]}…{digest}"


def is_junk(name: str) -> bool:
    """Tell whether a file or folder of this name was left behind by a system or a tool."""
    return name.startswith(".") or name in IGNORED_FOLDERS


def read_regular(path: Path, limit: int) -> bytes:
    """Read a regular file without following links.

    A FIFO does not make this wait, and a file that grows is not read beyond `limit` bytes. Raise
    SubmissionError, a predicate without the file's name, if it is no regular file or too large.
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
