"""Collect what learners handed in, as raw bytes: folders, files and zip archives.

Names are data, never paths to write to. Links are not followed, and a file that cannot be read
becomes a note on that learner's result. Nothing of a learner's is unpacked, decoded or parsed here:
that takes time and memory of the learner's choice, so the learner's process does it, within limits
(`worker.reading`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import assert_never

from grader.errors import SubmissionError
from grader.intake.archives import read_members
from grader.intake.files import Members, Part, RenamedFile, read_regular
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

MAX_DEPTH = 6


def collect(entries: Iterable[Part]) -> Collected:
    """Read the bytes of one learner's files."""
    collected = Collected(MAX_HANDED_IN_BYTES)
    for entry in entries:
        _read_entry(entry, collected)
    return collected


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


def _read_entry(entry: Part, collected: Collected) -> None:
    match entry:
        case Members():
            read_members(entry, collected)
        case RenamedFile(path, name):
            _read_path(path, name, collected)
        case Path():
            if not _is_folder(entry):
                _read_path(entry, entry.name, collected)
                return
            for path, name in _walk(entry, collected):
                _read_path(path, name, collected)
        case _:
            assert_never(entry)


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _read_path(path: Path, name: str, collected: Collected) -> None:
    if path.is_symlink():
        collected.fail(name, f"{clean_name(name)} is a link; links are not followed")
    elif is_readable(name):
        _read_file(path, clean_name(name), collected)
    else:
        collected.refuse(name, clean_name(name))


def _walk(folder: Path, collected: Collected) -> Iterator[tuple[Path, str]]:
    """Yield the files below `folder` with their relative names, sorted, up to MAX_ENTRIES."""
    count = 0
    waiting = [(folder, 0)]
    while waiting:
        current, depth = waiting.pop(0)
        try:
            entries = sorted(current.iterdir())
        except OSError as error:  # pragma: no cover  # tested, except as root, who may read all
            collected.notes.append(f"{clean_name(current.name)} cannot be read: {error.strerror}")
            continue
        for path in entries:
            count += 1
            if count > MAX_ENTRIES:
                collected.notes.append(f"more than {MAX_ENTRIES} files; the rest were ignored")
                return
            if is_junk(path.name):
                continue
            if _is_folder(path):
                if depth < MAX_DEPTH:
                    waiting.append((path, depth + 1))
                else:
                    name = path.relative_to(folder).as_posix()
                    collected.notes.append(f"{clean_name(name)} is nested too deeply; ignored")
                continue
            yield path, path.relative_to(folder).as_posix()


def _read_file(path: Path, name: str, collected: Collected) -> None:
    most = MAX_HANDED_IN_BYTES if is_archive(name) else MAX_FILE_BYTES
    try:
        data = read_regular(path, min(most, collected.room))
    except SubmissionError as error:
        collected.fail(name, f"{name} {error}")
        return
    collected.add(name, data, within=clean_name(path.parent.name))
