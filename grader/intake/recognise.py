"""Find out what a path is: one learner's work, a plain class, or a download from an LMS."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from grader.errors import UsageError
from grader.intake import canvas, gradescope, moodle
from grader.intake.archives import class_members
from grader.intake.files import Members
from grader.intake.listing import Item, items_in, printable_name
from grader.intake.people import ClassSubmissions, Entry, with_unique_ids
from grader.intake.plain import by_name, is_class, student_name, submission_names
from grader.text import counted, listed
from grader.worker.files import clean_name

# How many folders deep, counting the path itself, an LMS's files are looked for.
WRAPPED = 3


class _Platform(NamedTuple):
    """An LMS: what its downloads are called and look like, and the two functions that read them."""

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
    """Return the class, or the one learner, at `path`: a file, a folder or a zip archive.

    An LMS is recognised when more than half of the items there are named as it names them. `source`
    ("auto", "plain" or the name of an LMS) demands one. `order` are the course's exercises; the
    folder `leave_out` (where results go) is skipped. Raise UsageError when there is no submission,
    or none of the kind demanded.
    """
    if not path.exists():
        raise UsageError(f"{path} does not exist; name a folder of submissions, or one file")
    whole: Path | Members = path
    remarks: list[str] = []
    if not path.is_dir():
        if path.suffix.lower() != ".zip":
            return _one_file(path, source)
        try:
            whole, remarks = class_members(path)
        except UsageError:
            raise
        except Exception as error:  # noqa: BLE001  # zipfile raises many kinds for no archive
            return _unreadable(path, source, error)
    if source != "plain" and (of_lms := _of_lms(path, whole, leave_out, source, order)) is not None:
        of_lms.remarks = remarks + of_lms.remarks
        of_lms.entries = with_unique_ids(of_lms.entries)
        if not of_lms.entries:  # pragma: no cover  # an LMS is recognised by its entries
            raise UsageError(f"{path} has no submissions; {'; '.join(of_lms.remarks[:3])}")
        return of_lms
    if isinstance(whole, Members):
        return _plain_archive(path, whole, remarks, source, order)
    students, strays = submission_names(path, order=order, leave_out=leave_out)
    return ClassSubmissions([Entry(student, parts) for student, parts in students], strays=strays)


def _of_lms(
    path: Path,
    whole: Path | Members,
    leave_out: Path | None,
    source: str,
    order: tuple[str, ...],
) -> ClassSubmissions | None:
    """Return the class if an LMS is recognised, else None.

    Raise UsageError when `source` names an LMS that is not recognised, or for several exports.
    """
    platforms = list(PLATFORMS.values()) if source == "auto" else [PLATFORMS[source]]
    remarks: list[str] = []
    outermost: list[Item] = []
    for around, items in _wrapped(whole, leave_out):
        outermost = outermost or items
        for platform in platforms:
            fitting = platform.fitting(items)
            if 2 * fitting > len(items) or (source != "auto" and fitting):
                if source == "auto" and around is not None and not _is_export(whole, around):
                    return _one_folder(path, around, platform)
                submissions = platform.take(items, order)
                submissions.remarks = remarks + submissions.remarks
                return submissions
        _refuse_many_exports(path, items)
        inner = _only_folder(items)
        remarks += [
            f"{printable_name(item)} is beside the folder of submissions; ignored"
            for item in items
            if item is not inner
        ]
    if source == "auto":
        return None
    names = listed([printable_name(item) for item in outermost], most=3) or "nothing"
    raise UsageError(
        f"{path} is not a {platforms[0].title}: looked for {platforms[0].looked_for}, found"
        f" {names}; name the download itself, or leave out --from"
    )


def _wrapped(
    whole: Path | Members, leave_out: Path | None
) -> Iterator[tuple[Item | None, list[Item]]]:
    """Yield the items of a folder or archive, then those of the only folder in it, and so on.

    Before the items comes the folder that they are in; None for the first ones.
    """
    around: Item | None = None
    for _ in range(WRAPPED):
        items = items_in(whole, leave_out=leave_out)
        yield around, items
        inner = _only_folder(items)
        if inner is None:
            return
        around, whole = inner, inner.part


def _is_export(whole: Path | Members, around: Item) -> bool:
    """Tell whether a folder is the one that Gradescope puts around an export in its archive."""
    return isinstance(whole, Members) and gradescope.EXPORT.fullmatch(around.name) is not None


def _one_folder(path: Path, around: Item, platform: _Platform) -> ClassSubmissions:
    """Take the only folder in a class for one learner's, whatever the files in it are called.

    Their names are the learner's choice: taken for an LMS's, they could be somebody else's.
    """
    hint = (
        f"{path} has one folder, {printable_name(around)}, which is read as one learner's work. Its"
        f" files are named as in a {platform.title}: if it is one, name that folder, or use --from"
    )
    return ClassSubmissions([Entry(clean_name(around.stem), [around.part])], summary=hint)


def _refuse_many_exports(path: Path, items: Sequence[Item]) -> None:
    exports = [item for item in items if item.folder and gradescope.EXPORT.fullmatch(item.name)]
    if len(exports) > 1:
        names = listed([printable_name(item) for item in exports], most=3)
        raise UsageError(f"{path} has more than one {gradescope.TITLE} ({names}); name one of them")


def _only_folder(items: Sequence[Item]) -> Item | None:
    """Return the folder if there is just one, and it is an export or nothing else is readable."""
    folders = [item for item in items if item.folder]
    if len(folders) != 1:
        return None
    export = gradescope.EXPORT.fullmatch(folders[0].name) is not None
    return folders[0] if export or sum(item.is_entry for item in items) == 1 else None


def _plain_archive(
    path: Path, whole: Members, remarks: list[str], source: str, order: tuple[str, ...]
) -> ClassSubmissions:
    """Return the class, or the one learner, whose archive no LMS made."""
    levels = [items for _, items in _wrapped(whole, None)]
    items = levels[-1]
    if source != "plain" and not is_class(items, order):
        unclear = sum(item.is_entry for item in items) > 1
        hint = f"{path.name} is read as one learner's work; if it is a class's, use --from plain"
        return ClassSubmissions(
            [Entry(student_name(path), [path])], summary=hint if unclear else ""
        )
    students, strays = by_name(items)
    if not students:
        raise UsageError(f"{path} has no submissions; zip a file or folder for each learner")
    if all(name in order for name in students):
        return ClassSubmissions([Entry(student_name(path), [path])])
    strays += [printable_name(item) for level in levels[:-1] for item in level if not item.is_entry]
    entries = [
        Entry(student, [item.part for item in items_of])
        for student, items_of in sorted(students.items())
    ]
    summary = f"archive of a class: {counted(len(entries), 'learner')}"
    return ClassSubmissions(entries, summary=summary, strays=strays, remarks=remarks)


def _one_file(path: Path, source: str) -> ClassSubmissions:
    if source in PLATFORMS:
        platform = PLATFORMS[source]
        raise UsageError(
            f"{path} is not a {platform.title}: looked for {platform.looked_for}, found one file;"
            " name the folder or the archive, or leave out --from"
        )
    return ClassSubmissions([Entry(student_name(path), [path])])


def _unreadable(path: Path, source: str, error: Exception) -> ClassSubmissions:
    """Treat a broken archive as one learner's, whose result will say that it cannot be read."""
    reason = f"{path} is not a readable zip archive ({clean_name(str(error))})"
    if source != "auto":
        raise UsageError(f"{reason}; download it again") from error
    summary = f"{reason}; it is read as one learner's work. If it is a class's, download it again"
    return ClassSubmissions([Entry(student_name(path), [path])], summary=summary)
