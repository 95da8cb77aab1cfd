"""Find out what a path is: one learner's work, a plain class, or a download from an LMS."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, NoReturn

from grader.errors import UsageError
from grader.intake import canvas, gradescope, moodle
from grader.intake.archives import class_members
from grader.intake.files import Members
from grader.intake.layouts import LAYOUTS, Layout
from grader.intake.listing import Item, items_in, printable_name
from grader.intake.people import ClassSubmissions, Entry, with_unique_ids
from grader.intake.plain import by_name, is_class, refuse_pairs, student_name
from grader.text import counted, listed, one
from grader.worker.files import clean_name, is_archive

# How many folders deep, counting the path itself, an LMS's files are looked for.
WRAPPED = 3


class _Platform(NamedTuple):
    """An LMS: what its downloads are called and look like, and the two functions that read them."""

    title: str
    looked_for: str
    fitting: Callable[[Sequence[Item]], int]
    take: Callable[[Sequence[Item], tuple[str, ...]], ClassSubmissions]
    distinct: bool = True

    def share(self, items: Sequence[Item]) -> float:
        """Return how many of the items fit, from 0 to 1."""
        return self.fitting(items) / max(len(items), 1)


PLATFORMS: dict[str, _Platform | Layout] = {
    name: _Platform(module.TITLE, module.LOOKED_FOR, module.fitting, module.take)
    for name, module in (("gradescope", gradescope), ("moodle", moodle), ("canvas", canvas))
}
PLATFORMS |= LAYOUTS


def class_at(
    path: Path,
    *,
    order: tuple[str, ...],
    leave_out: Path | None = None,
    source: str | Layout = "auto",
) -> ClassSubmissions:
    """Return the class, or the one learner, at `path`: a file, a folder or a zip archive.

    An LMS is recognised when more than half of the items there are named as it names them. `source`
    ("auto", "plain", the name of an LMS, or a layout) demands one. `order` are the course's
    exercises; the folder `leave_out` (where results go) is skipped. Raise UsageError when there is
    no submission, or none of the kind demanded, or when it is unclear whose the files are.
    """
    if not path.exists():
        raise UsageError(f"{path} does not exist; name a folder of submissions, or one file")
    whole: Path | Members = path
    remarks: list[str] = []
    if not path.is_dir():
        if not is_archive(path.name):
            return _one_file(path, source)
        try:
            whole, remarks = class_members(path)
        except UsageError:
            raise
        except Exception as error:  # noqa: BLE001  # zipfile raises many kinds for no archive
            return _unreadable(path, source, error)
    if source != "plain" and (of_lms := _of_lms(path, whole, leave_out, source, order)) is not None:
        return _finished(path, of_lms, remarks)
    walk = (items for _, items in _wrapped(whole, leave_out))
    # A folder in a plain folder is a learner's, and need not be readable.
    levels = [next(walk)] if source == "plain" and path.is_dir() else [*walk]
    if source == "auto":
        refuse_pairs(path, levels[-1], order)
    if isinstance(whole, Path):
        return _plain(path, levels[:1], [], order)
    if source != "plain" and not is_class(levels[-1], order):
        return _archive_of_one(path, levels[-1])
    return _plain(path, levels, remarks, order)


def _finished(path: Path, found: ClassSubmissions, remarks: list[str]) -> ClassSubmissions:
    """Add remarks on an LMS's archive, and make ids unique. UsageError without a submission."""
    found.remarks = remarks + found.remarks
    found.entries = with_unique_ids(found.entries)
    if not found.entries:  # pragma: no cover  # an LMS is recognised by its entries
        raise UsageError(f"{path} has no submissions; {'; '.join(found.remarks[:3])}")
    return found


def _of_lms(
    path: Path,
    whole: Path | Members,
    leave_out: Path | None,
    source: str | Layout,
    order: tuple[str, ...],
) -> ClassSubmissions | None:
    """Return the class if an LMS is recognised, else None.

    Raise UsageError when `source` names an LMS that is not recognised, or for several exports.
    """
    platforms = _demanded(source)
    remarks: list[str] = []
    outermost: list[Item] = []
    for around, items in _wrapped(whole, leave_out):
        outermost = outermost or items
        for platform in platforms:
            share = platform.share(items)
            if share > 1 / 2 or (source != "auto" and share):
                if source == "auto" and around is not None and not _is_export(whole, around):
                    _refuse_a_folder_around(path, around, platform)
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
        f"{path} is not {one(platforms[0].title)}: looked for {platforms[0].looked_for}, found"
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


def _refuse_a_folder_around(path: Path, around: Item, platform: _Platform | Layout) -> NoReturn:
    """Ask what the only folder in a class is, if its files are named as an LMS names them.

    It may be the class's, or the one learner's who has handed in, whose choice the names are: taken
    for an LMS's, they could be somebody else's.
    """
    name = next(name for name, each in PLATFORMS.items() if each is platform)
    raise UsageError(
        f"{path} has one folder, {printable_name(around)}, whose files are named as in"
        f" {one(platform.title)}; if it is one, say --from {name}; if it is one learner's work,"
        f" {'say --from plain' if path.is_dir() else 'put it into a folder, and grade that'}"
    )


def _demanded(source: str | Layout) -> list[_Platform | Layout]:
    if isinstance(source, Layout):
        return [source]
    if source == "auto":
        return [platform for platform in PLATFORMS.values() if platform.distinct]
    return [PLATFORMS[source]]


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


def _plain(
    path: Path, levels: Sequence[Sequence[Item]], remarks: list[str], order: tuple[str, ...]
) -> ClassSubmissions:
    """Return the class, or the one learner, whose folder or archive no LMS made.

    If all that is there is named for exercises, it is one learner's.
    """
    students, strays = by_name(levels[-1])
    if not students:
        raise UsageError(
            f"{path} has no submissions; put a .py, .ipynb, .zip or folder for each learner there"
        )
    if all(name in order for name in students):
        return ClassSubmissions([Entry(student_name(path), [path])], strays=strays)
    strays += [printable_name(item) for level in levels[:-1] for item in level if not item.is_entry]
    entries = [
        Entry(student, [item.part for item in items]) for student, items in sorted(students.items())
    ]
    summary = "" if path.is_dir() else f"archive of a class: {counted(len(entries), 'learner')}"
    return ClassSubmissions(entries, summary=summary, strays=strays, remarks=remarks)


def _archive_of_one(path: Path, items: Sequence[Item]) -> ClassSubmissions:
    """Return the one learner whose archive this is. UsageError if it may be a class's."""
    if sum(is_archive(item.name) and not item.folder for item in items) > 1:
        raise UsageError(
            f"{path} holds archives; if each is a learner's, say --from plain; if all are one"
            " learner's, put it into a folder, and grade that"
        )
    unclear = sum(item.is_entry for item in items) > 1
    hint = f"{path.name} is read as one learner's work; if it is a class's, use --from plain"
    return ClassSubmissions([Entry(student_name(path), [path])], summary=hint if unclear else "")


def _one_file(path: Path, source: str | Layout) -> ClassSubmissions:
    if source not in ("auto", "plain"):
        (platform,) = _demanded(source)
        raise UsageError(
            f"{path} is not {one(platform.title)}: looked for {platform.looked_for}, found one"
            " file; name the folder or the archive, or leave out --from"
        )
    return ClassSubmissions([Entry(student_name(path), [path])])


def _unreadable(path: Path, source: str | Layout, error: Exception) -> ClassSubmissions:
    """Treat a broken archive as one learner's, whose result will say that it cannot be read."""
    reason = f"{path} is not a readable zip archive ({clean_name(str(error))})"
    if source != "auto":
        raise UsageError(f"{reason}; download it again") from error
    summary = f"{reason}; it is read as one learner's work. If it is a class's, download it again"
    return ClassSubmissions([Entry(student_name(path), [path])], summary=summary)
