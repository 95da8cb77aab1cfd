"""Read a folder of submissions that no LMS named, and tell a class's archive from a learner's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from grader.errors import UsageError
from grader.intake.listing import Item, files_of, printable_name
from grader.worker.files import SUFFIXES, clean_name
from grader.worker.sources import exercise_of


def by_name(items: Iterable[Item]) -> tuple[dict[str, list[Item]], list[str]]:
    """Group the items by learner; also return the names of those that are no submission.

    Those of one name (`ada.py`, `ada.ipynb`, the folder `ada`, `ada.zip`) are one learner's.
    """
    students: dict[str, list[Item]] = {}
    owners: dict[str, str] = {}
    strays = []
    for item in items:
        if not item.is_entry:
            strays.append(printable_name(item))
            continue
        # Names that are equal only once they are cleaned (`ada .py`, `ada.py`) are two learners'.
        name = clean_name(item.stem)
        while owners.setdefault(name, item.stem) != item.stem:
            name += "'"
        students.setdefault(name, []).append(item)
    return students, strays


def student_name(entry: Path) -> str:
    """Return the id of the learner a path belongs to: its name without ending, made printable."""
    folder = entry.is_dir()
    name = entry.resolve().name if folder else entry.name
    return clean_name(Item(name, folder, entry).stem)


def refuse_pairs(path: Path, items: Sequence[Item], order: tuple[str, ...]) -> None:
    """Ask whose the files are, if each is named for a learner and an exercise: ada_ex01_softmax.py.

    They are several learners' with several files each, be they taken for one learner's or for as
    many learners as there are files. UsageError then.
    """
    exercises: dict[str, set[str]] = defaultdict(set)
    for item in items:
        for slug in order:
            before = item.stem.removesuffix(slug)
            if not item.folder and before.strip(" _-") and before != item.stem:
                exercises[before].add(slug)
    several = [before for before, slugs in exercises.items() if len(slugs) > 1]
    if len(exercises) > 1 and several:
        raise UsageError(
            f"{path} has files named {clean_name(several[0])}… for several exercises, as if for"
            f" {len(exercises)} learners; say how they are named, as in --names"
            " '(?P<student>.+)[ _-]+(?P<file>ex.+)', or --from plain if each file is a learner's"
        )


def is_class(items: Sequence[Item], order: tuple[str, ...]) -> bool:
    """Tell whether an archive with these items is a whole class's rather than one learner's.

    Three things must hold: no item is itself named for an exercise; more than half of the possible
    submissions are folders that have a file named for one; and two of them have a file for the same
    exercise, which one learner would hand in only once. Archives in it prove nothing: they may be a
    learner's, and stay closed.
    """
    entries = [item for item in items if item.is_entry]
    if any(exercise_of(item.name, order) in order for item in entries):
        return False
    inside = [
        {exercise_of(name, order) for name in files_of(item) if name.lower().endswith(SUFFIXES)}
        & set(order)
        for item in entries
        if item.folder
    ]
    with_exercises = [exercises for exercises in inside if exercises]
    shared = sum(map(len, with_exercises)) > len(set().union(*with_exercises))
    return shared and 2 * len(with_exercises) > len(entries)
