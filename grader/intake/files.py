"""Where one learner's hand-in is, and how one of its files is read."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import NamedTuple, TypeAlias

from grader.errors import SubmissionError

# Windows opens files by their paths only.
BY_DESCRIPTOR = os.open in os.supports_dir_fd and os.scandir in os.supports_fd
FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
# An open folder: its descriptor, or its path where there are no such descriptors.
Folder: TypeAlias = int | Path


class RenamedFile(NamedTuple):
    """A file that is read as if it were called `name`: an LMS put more into its real name.

    The last `below` folders on its path are in what was downloaded, and may be learners' own.
    """

    path: Path
    name: str
    below: int = 0


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


class LaterHandIn(NamedTuple):
    """What follows among the parts was handed in later, and is in the download called `where`.

    Its files for an exercise (one of `slugs`) stand in place of those before it.
    """

    where: str
    slugs: tuple[str, ...]


# Where one part of a hand-in is; its contents are read only when it is graded.
Part: TypeAlias = Path | RenamedFile | Members | LaterHandIn


def opened_folder(path: Path, below: Sequence[str]) -> AbstractContextManager[Folder]:
    """Open the folder that the names `below` lead to from the folder `path`, for a block.

    Each name is opened by itself without following links, so that nobody who may write below `path`
    can lead outside by exchanging a folder for a link. Raise OSError when one is a link or missing.
    """
    return _opened(path, below) if BY_DESCRIPTOR else nullcontext(path.joinpath(*below))


@contextmanager
def _opened(path: Path, below: Sequence[str]) -> Iterator[int]:
    descriptor = os.open(path, FOLDER)
    try:
        for name in below:
            inner = os.open(name, FOLDER | os.O_NOFOLLOW, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = inner
        yield descriptor
    finally:
        os.close(descriptor)


def read_regular(path: Path, limit: int) -> bytes:
    """Read a regular file: `read_within` its folder."""
    try:
        with opened_folder(path.parent, ()) as folder:
            return read_within(folder, path.name, limit)
    except OSError as error:
        raise SubmissionError(f"cannot be read: {error.strerror}") from None


def read_within(folder: Folder, name: str, limit: int) -> bytes:
    """Read the regular file called `name` in a folder, without following links.

    A FIFO does not make this wait, and a file that grows is not read beyond `limit` bytes. Raise
    SubmissionError, a predicate without the file's name, if it is no regular file, too large, or
    changes meanwhile.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    flags |= getattr(os, "O_CLOEXEC", 0)
    try:
        if isinstance(folder, int):
            descriptor = os.open(name, flags, dir_fd=folder)
        else:
            descriptor = os.open(folder / name, flags)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise SubmissionError("is a link; links are not followed") from None
        raise SubmissionError(f"cannot be read: {error.strerror}") from None
    before = os.fstat(descriptor)
    if not stat.S_ISREG(before.st_mode):
        os.close(descriptor)
        raise SubmissionError("is not a regular file")
    with os.fdopen(descriptor, "rb") as file:
        try:
            data = file.read(limit + 1)
        except OSError as error:  # pragma: no cover  # a disk that fails
            raise SubmissionError(f"cannot be read: {error.strerror}") from None
        after = os.fstat(descriptor)
    if len(data) > limit:
        raise SubmissionError(f"is larger than {limit // 2**20} MiB")
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise SubmissionError("changed while it was read; grade it again")
    return data
