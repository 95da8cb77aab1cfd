"""Read what a learner handed in: unpack archives, decode source, take notebooks apart.

All of this happens in the learner's process, within its limits on memory and time, before any of
the learner's code is loaded.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from grader import wire
from grader.worker.archives import read_archive
from grader.worker.files import (
    MAX_UNPACKED_BYTES,
    NOTHING_FOUND,
    SUFFIXES,
    Collected,
    Unreadable,
    is_archive,
)
from grader.worker.sources import exercise_of, source_of

MAX_SUBMISSION_SOURCE_BYTES = 16 * 2**20
MAX_SOURCES = 60
# What a cell takes beside its text, for the grader to keep.
CELL_BYTES = 100


def contents_of(request: wire.ReadRequest) -> wire.Contents:
    """Read these files; what cannot be read becomes a note, and the rest still counts."""
    collected = Collected(MAX_UNPACKED_BYTES)
    # A file keeps its name; a member of an archive that has the same gets another.
    for file in sorted(request.files, key=lambda file: is_archive(file.name)):
        try:
            _collect(file, collected)
        except MemoryError:
            collected.fail(file.name, _too_large(file.name))
    sources = tuple(_sources(collected, request.exercises))
    if not collected.files and not collected.notes:
        collected.notes.append(NOTHING_FOUND)
    return wire.Contents(
        sources,
        tuple(sorted(collected.files)),
        collected.printable_notes(),
        collected.printable_reasons(),
    )


def nothing_read() -> wire.Contents:
    """Return the contents of what does not even fit into memory."""
    reason = _too_large("what was handed in")
    return wire.Contents(notes=(reason,), unreadable=(("", reason),))


def _too_large(what: str) -> str:
    return (
        f"{what} takes more memory to read than a submission may use; hand in only the files you"
        " wrote"
    )


def _collect(file: wire.File, collected: Collected) -> None:
    if is_archive(file.name):
        read_archive(file.data, (PurePosixPath(file.name).name,), collected)
    else:
        collected.add(file.name, file.data, within="again")


def _sources(collected: Collected, order: tuple[str, ...]) -> Iterator[wire.Source]:
    """Yield the source of each file, in the order in which they are loaded."""
    room = MAX_SUBMISSION_SOURCE_BYTES
    ordered = sorted(collected.files.items(), key=lambda item: _loading_order(item[0], order))
    if len(ordered) > MAX_SOURCES:
        collected.notes.append(f"more than {MAX_SOURCES} files with code; the rest were ignored")
    for name, data in ordered[:MAX_SOURCES]:
        try:
            source, note = source_of(name, data, order=order)
            room -= sum(len(cell.text.encode()) + CELL_BYTES for cell in source.cells)
            if room < 0:
                raise Unreadable(f"{name}: the submission has too much source; hand in less")  # noqa: TRY301  # handled below as source_of's errors are
            collected.notes.extend([note] * (note != ""))
            yield source
        except Unreadable as error:
            collected.fail(name, str(error))
        except MemoryError:
            collected.fail(name, _too_large(name))


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
