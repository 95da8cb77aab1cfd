"""Find out what a path is: one learner's work, a plain class, or what an LMS gave."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from grader.errors import UsageError
from grader.intake import canvas, gradescope, moodle
from grader.intake.archives import class_members
from grader.intake.files import Members, clean_name
from grader.intake.listing import Item, items_in, shown
from grader.intake.people import ClassSubmissions, Entry, with_unique_ids
from grader.intake.plain import by_name, is_class, student_name, submission_names
from grader.text import counted, listed

# How many folders may stand around what an LMS gave.
WRAPPED = 3


class _Platform(NamedTuple):
    """An LMS: how many of some items are named as it names them, and whose they are."""

    title: str
    looked_for: str
    fitting: Callable[[Sequence[Item]], int]
    take: Callable[[Sequence[Item], tuple[str, ...]], ClassSubmissions]


PLATFORMS = {
    name: _Platform(module.TITLE, module.LOOKED_FOR, module.fitting, module.take)
    for name, module in (("gradescope", gradescope), ("moodle", moodle), ("canvas", canvas))
}


def class_at(
    path: Path, *, order: tuple[str, ...], leave_out: Path | None = None, source: str = "auto"
) -> ClassSubmissions:
    """The class (or the one learner) that is at `path`, a file, a folder or a zip archive.

    An LMS is recognised when more than half of what is there is named as it names things; with
    `source` one is asked for. UsageError says what was looked for, and what was found.
    """
    if not path.exists():
        raise UsageError(f"{path} does not exist; name a folder of submissions, or one file")
    whole: Path | Members = path
    outside: list[str] = []
    if not path.is_dir():
        if path.suffix.lower() != ".zip":
            return _one_file(path, source)
        try:
            whole, outside = class_members(path)
        except UsageError:
            raise
        except Exception as error:  # noqa: BLE001  # zipfile raises many kinds for no archive
            return _unreadable(path, source, error)
    if source != "plain" and (found := _of_lms(path, whole, leave_out, source, order)) is not None:
        found.remarks = outside + found.remarks
        found.entries = with_unique_ids(found.entries)
        if not found.entries:  # pragma: no cover  # what is recognised has some
            raise UsageError(f"{path} holds no submission; {'; '.join(found.remarks[:3])}")
        return found
    if isinstance(whole, Members):
        return _plain_archive(path, whole, outside, source, order)
    students, strays = submission_names(path, order=order, leave_out=leave_out)
    return ClassSubmissions([Entry(student, parts) for student, parts in students], strays=strays)


def _of_lms(
    path: Path,
    whole: Path | Members,
    leave_out: Path | None,
    source: str,
    order: tuple[str, ...],
) -> ClassSubmissions | None:
    """What an LMS gave, if it did; UsageError if `source` says that one did and none has."""
    platforms = list(PLATFORMS.values()) if source == "auto" else [PLATFORMS[source]]
    remarks: list[str] = []
    outermost: list[Item] = []
    for items in _wrapped(whole, leave_out):
        outermost = outermost or items
        for platform in platforms:
            fitting = platform.fitting(items)
            if 2 * fitting > len(items) or (source != "auto" and fitting):
                found = platform.take(items, order)
                found.remarks = remarks + found.remarks
                return found
        _refuse_many_exports(path, items)
        inner = _only_folder(items)
        remarks += [
            f"{shown(item)} is beside the folder of submissions; it is not looked at"
            for item in items
            if item is not inner
        ]
    if source == "auto":
        return None
    names = listed([shown(item) for item in outermost], most=3) or "nothing"
    raise UsageError(
        f"{path} is no {platforms[0].title}: looked for {platforms[0].looked_for}, found {names};"
        " name what was downloaded, or leave --from out"
    )


def _wrapped(whole: Path | Members, leave_out: Path | None) -> Iterator[list[Item]]:
    """The items in a folder or archive, and in the folders that are alone in it."""
    for _ in range(WRAPPED):
        items = items_in(whole, leave_out=leave_out)
        yield items
        inner = _only_folder(items)
        if inner is None:
            return
        whole = inner.part


def _refuse_many_exports(path: Path, items: Sequence[Item]) -> None:
    exports = [item for item in items if item.folder and gradescope.EXPORT.fullmatch(item.name)]
    if len(exports) > 1:
        names = listed([shown(item) for item in exports], most=3)
        raise UsageError(
            f"{path} holds more than one {gradescope.TITLE} ({names}); name one of them"
        )


def _only_folder(items: Sequence[Item]) -> Item | None:
    """The one folder among these, if nothing else is a submission, or it is an export."""
    folders = [item for item in items if item.folder]
    if len(folders) != 1:
        return None
    export = gradescope.EXPORT.fullmatch(folders[0].name) is not None
    return folders[0] if export or sum(item.is_entry for item in items) == 1 else None


def _plain_archive(
    path: Path, whole: Members, outside: list[str], source: str, order: tuple[str, ...]
) -> ClassSubmissions:
    """An archive of a plain class, or of one learner's work."""
    levels = list(_wrapped(whole, None))
    items = levels[-1]
    if source != "plain" and not is_class(items, order):
        unclear = sum(item.is_entry for item in items) > 1
        hint = f"{path.name} is taken for the work of one learner; if it is a class, --from plain"
        return ClassSubmissions(
            [Entry(student_name(path), [path])], summary=hint if unclear else ""
        )
    students, strays = by_name(items)
    if not students:
        raise UsageError(f"{path} holds no submission; zip a file or folder for each learner")
    if all(name in order for name in students):
        return ClassSubmissions([Entry(student_name(path), [path])])
    strays += [shown(item) for level in levels[:-1] for item in level if not item.is_entry]
    entries = [
        Entry(student, [item.part for item in found]) for student, found in sorted(students.items())
    ]
    told = f"archive of a class: {counted(len(entries), 'learner')}"
    return ClassSubmissions(entries, summary=told, strays=strays, remarks=outside)


def _one_file(path: Path, source: str) -> ClassSubmissions:
    if source in PLATFORMS:
        platform = PLATFORMS[source]
        raise UsageError(
            f"{path} is no {platform.title}: looked for {platform.looked_for}, found one file;"
            " name the folder or the archive, or leave --from out"
        )
    return ClassSubmissions([Entry(student_name(path), [path])])


def _unreadable(path: Path, source: str, error: Exception) -> ClassSubmissions:
    """A broken archive: one learner's, as far as can be told, which its notes will say."""
    reason = f"{path} is not a readable zip archive ({clean_name(str(error))})"
    if source != "auto":
        raise UsageError(f"{reason}; download it again") from error
    told = f"{reason}; it is taken for one learner's. If it is a class's, download it again"
    return ClassSubmissions([Entry(student_name(path), [path])], summary=told)
