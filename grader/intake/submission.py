"""Collect what learners handed in, as raw bytes: folders, files and zip archives.

Names are data, never paths to write to. Links are not followed, not even by way of a folder that is
exchanged for a link meanwhile, and a file that cannot be read becomes a note on that learner's
result. Nothing of a learner's is unpacked, decoded or parsed here: that takes time and memory of
the learner's choice, so the learner's process does it, within limits (`worker.reading`).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import assert_never

from grader.errors import SubmissionError
from grader.intake.archives import read_members
from grader.intake.files import (
    Folder,
    LaterHandIn,
    Members,
    Part,
    RenamedFile,
    opened_folder,
    read_within,
)
from grader.model import Submission
from grader.worker.files import (
    MAX_ENTRIES,
    MAX_FILE_BYTES,
    MAX_HANDED_IN_BYTES,
    NOTHING_FOUND,
    Collected,
    clean_name,
    is_archive,
    is_junk,
    is_readable,
)
from grader.worker.sources import exercise_of

MAX_DEPTH = 6
# Stands before the name of a second file of the same name.
AGAIN = "again"


def collect(entries: Iterable[Part]) -> Collected:
    """Read the bytes of one learner's files."""
    collected = Collected(MAX_HANDED_IN_BYTES)
    earlier: dict[str, bytes] = {}
    later: LaterHandIn | None = None
    for entry in entries:
        if isinstance(entry, LaterHandIn):
            _replace_earlier(earlier, later, collected)
            later, earlier = entry, dict(collected.files)
        else:
            _read_entry(entry, collected)
    _replace_earlier(earlier, later, collected)
    return collected


def _replace_earlier(
    earlier: dict[str, bytes], later: LaterHandIn | None, collected: Collected
) -> None:
    """Drop the earlier files of an exercise that are called as a later one is, and note it.

    A file that is not named for an exercise, or an archive, may hold something else: both count.
    """
    if later is None:
        return
    for name in [name for name in collected.files if name not in earlier]:
        of = _exercise_and_kind(name, later)
        for old in [one for one in earlier if of[0] and _exercise_and_kind(one, later) == of]:
            del earlier[old], collected.files[old]
            collected.notes.append(f"{old} is not read: a later one is in {later.where}")
            if name == f"{AGAIN}/{old}":
                collected.files[old] = collected.files.pop(name)


def _exercise_and_kind(name: str, later: LaterHandIn) -> tuple[str, str]:
    """Return the exercise that a file is named for, or "", and the ending of its name."""
    exercise = exercise_of(name, later.slugs)
    return exercise if exercise in later.slugs else "", PurePosixPath(name).suffix.lower()


def read_submission(
    student: str, entries: Iterable[Part], *, notes: tuple[str, ...] = ()
) -> Submission:
    """Make a submission from these files and folders; `notes` come first in its result."""
    return submission_from(student, collect(entries), notes=notes)


def submission_from(
    student: str, collected: Collected, *, notes: tuple[str, ...] = ()
) -> Submission:
    """Make a submission from collected files; `notes` come first in its result."""
    if not collected.files and not collected.notes:
        collected.notes.append(NOTHING_FOUND)
    return Submission(
        student=student,
        files=dict(collected.files),
        notes=(*notes, *collected.printable_notes()),
        unreadable=collected.printable_reasons(),
        submission_hash=_hash(collected, notes),
    )


def submission_of(student: str, files: dict[str, bytes]) -> Submission:
    """Make a submission from the contents of files by relative name."""
    return submission_from(student, Collected(MAX_HANDED_IN_BYTES, files))


def contents_hash(submission: Submission) -> str:
    """Return a hash of the files' bytes, whatever their names; empty if there are none."""
    files = sorted(hashlib.sha256(data).digest() for data in submission.files.values())
    return hashlib.sha256(b"".join(files)).hexdigest()[:16] if files else ""


def _hash(collected: Collected, notes: tuple[str, ...]) -> bytes:
    """Hash the files' names and bytes, all notes, and what could not be read."""
    digest = hashlib.sha256()
    files = collected.files
    problems = repr((notes, collected.notes, collected.unreadable)).encode(
        "utf-8", "backslashreplace"
    )
    named = [(name.encode("utf-8", "backslashreplace"), files[name]) for name in sorted(files)]
    for part in (problems, *(part for pair in named for part in pair)):
        # Lengths keep apart lists of files whose concatenations are equal.
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.digest()


def _read_entry(entry: Path | RenamedFile | Members, collected: Collected) -> None:
    match entry:
        case Members():
            read_members(entry, collected)
        case RenamedFile():
            _read_lone(entry, collected)
        case Path():
            if entry.is_dir() and not entry.is_symlink():
                _read_folder(entry.absolute(), collected)
            else:
                _read_lone(RenamedFile(entry, entry.name), collected)
        case _:
            assert_never(entry)


def _read_lone(file: RenamedFile, collected: Collected) -> None:
    path = file.path.absolute()
    *below, name = path.parts[-1 - file.below :]
    try:
        with opened_folder(path.parents[file.below], below) as folder:
            _read_file(folder, name, file.name, collected, is_link=path.is_symlink())
    except OSError as error:
        collected.fail(file.name, f"{clean_name(file.name)} cannot be read: {error.strerror}")


def _read_folder(top: Path, collected: Collected) -> None:
    """Read the files below a folder, sorted, those in subfolders last, up to MAX_ENTRIES."""
    room = MAX_ENTRIES
    waiting: list[tuple[str, ...]] = [()]
    while waiting:
        below = waiting.pop(0)
        try:
            with opened_folder(top.parent, (top.name, *below)) as folder:
                entries = _sorted_entries(folder)
                for entry in entries[:room]:
                    name = "/".join((*below, entry.name))
                    if is_junk(entry.name):
                        continue
                    if not entry.is_dir(follow_symlinks=False):
                        is_link = entry.is_symlink()
                        _read_file(folder, entry.name, name, collected, is_link=is_link)
                    elif len(below) < MAX_DEPTH:
                        waiting.append((*below, entry.name))
                    else:
                        collected.notes.append(f"{clean_name(name)} is nested too deeply; ignored")
        except OSError as error:  # pragma: no cover  # tested, except as root, who may read all
            name = "/".join(below) or top.name
            collected.notes.append(f"{clean_name(name)} cannot be read: {error.strerror}")
            continue
        room -= len(entries)
        if room < 0:
            collected.notes.append(f"more than {MAX_ENTRIES} files; the rest were ignored")
            return


def _sorted_entries(folder: Folder) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return sorted(entries, key=lambda entry: entry.name)


def _read_file(
    folder: Folder, file: str, name: str, collected: Collected, *, is_link: bool
) -> None:
    """Add the file called `file` in a folder to `collected`, as `name`, or note why not."""
    name = clean_name(name)
    if is_link:
        collected.fail(name, f"{name} is a link; links are not followed")
        return
    if not is_readable(name):
        collected.refuse(name, name)
        return
    most = MAX_HANDED_IN_BYTES if is_archive(name) else MAX_FILE_BYTES
    if collected.room == 0:
        limit = f"{MAX_HANDED_IN_BYTES // 2**20} MiB"
        collected.fail(
            name,
            f"{name} was ignored: what was handed in has more than {limit}; hand in only the files"
            " you wrote",
        )
        return
    try:
        data = read_within(folder, file, min(most, collected.room))
    except SubmissionError as error:
        collected.fail(name, f"{name} {error}")
        return
    collected.add(name, data, within=AGAIN)
