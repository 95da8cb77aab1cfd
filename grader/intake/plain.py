"""A folder of submissions without an LMS's names in it, and an archive of one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

from grader.errors import UsageError
from grader.intake.archives import first_members, member_name
from grader.intake.files import MAX_ENTRIES, SUFFIXES, Members, clean_name
from grader.intake.listing import Item, files_of, items_in, shown
from grader.intake.sources import exercise_of

# So many archives of learners are looked into before a class is not taken for one.
MOST_OPENED = 20
MAX_LOOKED_INTO = 50 * 2**20


def submission_names(
    path: Path, *, order: tuple[str, ...], leave_out: Path | None = None
) -> tuple[list[tuple[str, list[Path]]], list[str]]:
    """The learners in a folder, each with their entries, and the names of what is no submission.

    Entries of one name (`ada.py`, `ada.ipynb`, the folder `ada`, `ada.zip`) are one learner's. A
    single file, and a folder whose files are all named for exercises, are one learner's too. The
    folder `leave_out` (where results go) is passed over.
    """
    if not path.exists():
        raise UsageError(f"{path} does not exist; name a folder of submissions, or one file")
    if not path.is_dir():
        return [(student_name(path), [path])], []
    students, strays = by_name(items_in(path, leave_out=leave_out))
    if not students:
        raise UsageError(
            f"{path} holds no submission; put a .py, .ipynb, .zip or folder for each learner there"
        )
    if all(name in order for name in students):
        return [(clean_name(path.resolve().name), [path])], strays
    return [
        (name, [item.part for item in items if isinstance(item.part, Path)])
        for name, items in sorted(students.items())
    ], strays


def by_name(items: Iterable[Item]) -> tuple[dict[str, list[Item]], list[str]]:
    """The items of each learner, and the names of what is nobody's."""
    students: dict[str, list[Item]] = {}
    owners: dict[str, str] = {}
    strays = []
    for item in items:
        if not item.is_entry:
            strays.append(shown(item))
            continue
        # Two names that only look alike when cleaned (`ada .py`, `ada.py`) are two learners.
        name = clean_name(item.stem)
        while owners.setdefault(name, item.stem) != item.stem:
            name += "'"
        students.setdefault(name, []).append(item)
    return students, strays


def student_name(entry: Path) -> str:
    """Whose entry this is: its name without the ending, and without characters that mislead."""
    folder = entry.is_dir() and not entry.is_symlink()
    return clean_name(Item(entry.name, folder, entry).stem)


def is_class(items: Sequence[Item], order: tuple[str, ...]) -> bool:
    """Whether an archive with these items is a whole class's; else it is one learner's.

    It is when nothing in it is itself named for an exercise, when more than half of what could be
    entries are folders or archives in which a file is named for one, and when two of them have such
    a file of the same exercise, which one learner hands in only once.
    """
    entries = [item for item in items if item.is_entry]
    if any(exercise_of(item.name, order) in order for item in entries):
        return False
    zips = [item for item in entries if not item.folder and item.suffix == ".zip"][:MOST_OPENED]
    inside = [set(_exercises(files_of(item), order)) for item in entries if item.folder]
    inside += [set(_exercises(names, order)) for names in _names_in(zips)]
    loose = sum(not item.folder and item.suffix != ".zip" for item in entries)
    found = [exercises for exercises in inside if exercises]
    shared = sum(map(len, found)) > len(set().union(*found))
    return shared and 2 * len(found) > len(inside) + loose


def _exercises(names: Iterable[str], order: tuple[str, ...]) -> Iterator[str]:
    """The exercises that the files with code among these are named for."""
    for name in names:
        if PurePosixPath(name).suffix.lower() in SUFFIXES:
            exercise = exercise_of(name, order)
            if exercise in order:
                yield exercise


def _names_in(zips: Sequence[Item]) -> Iterator[list[str]]:
    """What is in each of these archives, which learners made."""
    parts = [item.part for item in zips if isinstance(item.part, Members)]
    for data in first_members(parts, MAX_LOOKED_INTO):
        try:
            with ZipFile(BytesIO(data)) as archive:
                yield [member_name(info) for info in archive.infolist()[:MAX_ENTRIES]]
        except Exception:  # noqa: BLE001  # zipfile raises many kinds; it proves nothing then
            yield []
