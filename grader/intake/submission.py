"""Read what learners handed in: folders, files and zip archives become submissions.

Names are data, never paths to write to: nothing is unpacked to disk, links are not followed, and
a file that cannot be read becomes a note on that learner's result; the other files still count.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import assert_never

from grader.errors import SubmissionError
from grader.intake.archives import read_members, read_zip
from grader.intake.files import (
    MAX_ENTRIES,
    MAX_FILE_BYTES,
    SUFFIXES,
    Collected,
    Members,
    Part,
    RenamedFile,
    clean_name,
    is_junk,
    read_regular,
)
from grader.intake.sources import exercise_of, source_of
from grader.model import Submission

MAX_SUBMISSION_SOURCE_BYTES = 16 * 2**20
MAX_UNPACKED_BYTES = 64 * 2**20
MAX_NOTES = 30
MAX_SOURCES = 60
MAX_DEPTH = 6


def collect(entries: Iterable[Part]) -> Collected:
    """Read the bytes of one learner's files; `submission_from` then reads the source in them."""
    collected = Collected(MAX_UNPACKED_BYTES)
    for entry in entries:
        _read_entry(entry, collected)
    return collected


def read_submission(
    student: str, entries: Iterable[Part], *, order: tuple[str, ...], notes: tuple[str, ...] = ()
) -> Submission:
    """Read one learner's submission from these files: `collect`, then `submission_from`."""
    return submission_from(student, collect(entries), order=order, notes=notes)


def submission_from(
    student: str, collected: Collected, *, order: tuple[str, ...], notes: tuple[str, ...] = ()
) -> Submission:
    """Make a submission from collected files.

    `order` are the course's exercises; their files are loaded first, in that order. `notes` come
    first in the result, and count for the submission's hash.
    """
    submission = submission_of(student, collected.files, order=order, collected=collected)
    if not notes:
        return submission
    digest = hashlib.sha256(submission.submission_hash + repr(notes).encode()).digest()
    return dataclasses.replace(
        submission, notes=(*notes, *submission.notes), submission_hash=digest
    )


def submission_of(
    student: str,
    files: dict[str, bytes],
    *,
    order: tuple[str, ...],
    collected: Collected | None = None,
) -> Submission:
    """Make a submission from the contents of files by relative name.

    `collected` has the notes on the same files, if they were collected.
    """
    collected = collected or Collected(MAX_UNPACKED_BYTES, files)
    sources = []
    room = MAX_SUBMISSION_SOURCE_BYTES
    ordered = sorted(files.items(), key=lambda item: _loading_order(item[0], order))
    if len(ordered) > MAX_SOURCES:
        collected.notes.append(f"more than {MAX_SOURCES} files with code; the rest were ignored")
    for name, data in ordered[:MAX_SOURCES]:
        try:
            source = source_of(name, data, order=order)
            room -= sum(len(cell.text.encode()) for cell in source.cells)
            if room < 0:
                raise SubmissionError(f"{name}: the submission has too much source; hand in less")  # noqa: TRY301  # handled below as source_of's errors are
            sources.append(source)
        except SubmissionError as error:
            collected.fail(name, str(error))
    if not files and not collected.notes:
        collected.notes.append("no .py or .ipynb file was found")
    return Submission(
        student=student,
        sources=tuple(sources),
        files=tuple(sorted(files)),
        notes=_printable_notes(collected.notes),
        unreadable=tuple((stem, clean_name(reason)) for stem, reason in collected.unreadable),
        submission_hash=_hash(files, collected),
    )


def _printable_notes(notes: Sequence[str]) -> tuple[str, ...]:
    """Make notes printable (they quote file names), and keep no more than anybody would read."""
    printable = [clean_name(note) for note in notes[:MAX_NOTES]]
    if len(notes) > MAX_NOTES:
        printable.append(f"and {len(notes) - MAX_NOTES} more notes on files")
    return tuple(printable)


def _hash(files: dict[str, bytes], collected: Collected) -> bytes:
    """Hash the files' names and bytes, the notes, and what could not be read."""
    digest = hashlib.sha256()
    problems = repr((collected.notes, collected.unreadable)).encode("utf-8", "backslashreplace")
    named = [(name.encode("utf-8", "backslashreplace"), files[name]) for name in sorted(files)]
    for part in (problems, *(part for pair in named for part in pair)):
        # Lengths keep apart lists of files whose concatenations are equal.
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.digest()


def _loading_order(name: str, order: tuple[str, ...]) -> tuple[int, int, str, int]:
    """Return a sort key for files: the exercises in their order, then the rest; .py first."""
    path = PurePosixPath(name)
    slug = exercise_of(name, order)
    rank = order.index(slug) if slug in order else len(order)
    return (
        rank,
        len(path.parts),
        name.removesuffix(path.suffix),
        # Not `path.suffix`, which is empty for a file called just ".ipynb".
        name.lower().endswith(SUFFIXES[1:]),
    )


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
    suffix = PurePosixPath(name).suffix.lower()
    if path.is_symlink():
        collected.fail(name, f"{clean_name(name)} is a link; links are not followed")
    elif suffix == ".zip":
        read_zip(path, clean_name(PurePosixPath(name).name), collected)
    elif suffix in SUFFIXES:
        _read_file(path, name, collected)
    else:
        collected.notes.append(
            f"{clean_name(name)} was ignored: it is not a .py, .ipynb or .zip file"
        )


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
    name = clean_name(name)
    try:
        data = read_regular(path, min(MAX_FILE_BYTES, collected.room))
    except SubmissionError as error:
        collected.fail(name, f"{name} {error}")
        return
    collected.add(name, data, within=clean_name(path.parent.name))
