"""Where one learner's hand-in is, and how one of its files is read."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import NamedTuple, TypeAlias

from grader.errors import SubmissionError


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
