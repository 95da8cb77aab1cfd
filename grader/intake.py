"""Read what learners handed in: folders, files and zip archives become submissions.

Names are data, never paths: nothing is unpacked, links are not followed, and whatever cannot be
read becomes a note on that learner's result while the rest of the batch goes on.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import stat
import tokenize
import unicodedata
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from grader import wire
from grader.errors import SubmissionError, UsageError
from grader.model import Submission

MAX_FILE_BYTES = 20 * 2**20
MAX_SOURCE_BYTES = 2 * 2**20
MAX_SUBMISSION_SOURCE_BYTES = 16 * 2**20
MAX_ARCHIVE_BYTES = 200 * 2**20
MAX_UNPACKED_BYTES = 64 * 2**20
MAX_ENTRIES = 2_000
MAX_NAME = 200
MAX_NOTES = 30
MAX_SOURCES = 60
MAX_DEPTH = 6
SUFFIXES = (".py", ".ipynb")
IGNORED_FOLDERS = frozenset(
    "__MACOSX __pycache__ .ipynb_checkpoints .git node_modules site-packages venv .venv".split()
)


@dataclass(slots=True)
class _Handed:
    """What is found of one learner, before it is made into a submission."""

    files: dict[str, bytes] = field(default_factory=dict)
    room: int = field(default_factory=lambda: MAX_UNPACKED_BYTES)
    notes: list[str] = field(default_factory=list)
    unreadable: list[tuple[str, str]] = field(default_factory=list)

    def add(self, name: str, data: bytes, *, within: str) -> None:
        """Take a file in; one of a name that is taken is told apart by the entry it is within."""
        name = f"{within}/{name}" if name in self.files else name
        if len(name) > MAX_NAME:
            self.fail(name, f"{name[:MAX_NAME]}…: its name is too long; rename it")
            return
        self.room -= len(data)
        self.files[name] = data

    def fail(self, name: str, reason: str) -> None:
        """Note that the file `name` could not be read."""
        self.notes.append(reason)
        self.unreadable.append((PurePosixPath(name).stem, reason))


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
    students: dict[str, list[Path]] = {}
    owners: dict[str, str] = {}
    strays = []
    try:
        entries = sorted(path.iterdir())
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    for entry in entries:
        if _is_junk(entry.name) or (leave_out is not None and _is_same(entry, leave_out)):
            continue
        if not entry.is_dir() and entry.suffix.lower() not in (*SUFFIXES, ".zip"):
            strays.append(clean_name(entry.name))
            continue
        # Two names that only look alike when cleaned (`ada .py`, `ada.py`) are two learners.
        name = student_name(entry)
        while owners.setdefault(name, _raw_name(entry)) != _raw_name(entry):
            name += "'"
        students.setdefault(name, []).append(entry)
    if not students:
        raise UsageError(
            f"{path} holds no submission; put a .py, .ipynb, .zip or folder for each learner there"
        )
    if all(name in order for name in students):
        return [(clean_name(path.resolve().name), [path])], strays
    return sorted(students.items()), strays


def _is_same(one: Path, other: Path) -> bool:
    return other.exists() and one.exists() and one.samefile(other)


def student_name(entry: Path) -> str:
    """Whose entry this is: its name without the ending, and without characters that mislead."""
    return clean_name(_raw_name(entry))


def _raw_name(entry: Path) -> str:
    known = entry.suffix.lower() in (*SUFFIXES, ".zip") and not _is_folder(entry)
    return unicodedata.normalize("NFC", entry.stem if known else entry.name)


def clean_name(name: str) -> str:
    """A name in NFC, in which control and bidirectional characters are replaced by "?".

    Bytes that are not UTF-8 are written out, so that two such names stay different.
    """
    name = name.encode("utf-8", "backslashreplace").decode("utf-8")
    name = unicodedata.normalize("NFC", name)
    return "".join(c if c.isprintable() else "?" for c in name).strip() or "?"


def read_submission(student: str, entries: Iterable[Path], *, order: tuple[str, ...]) -> Submission:
    """What one learner handed in; `order` are the course's exercises, which are loaded first."""
    handed = _Handed()
    for entry in entries:
        _read_entry(entry, handed)
    return submission_of(student, handed.files, order=order, handed=handed)


def submission_of(
    student: str,
    files: dict[str, bytes],
    *,
    order: tuple[str, ...],
    handed: _Handed | None = None,
) -> Submission:
    """The submission that these files (by relative name) are."""
    handed = handed or _Handed(files)
    sources = []
    room = MAX_SUBMISSION_SOURCE_BYTES
    ordered = sorted(files.items(), key=lambda item: _place(item[0], order))
    if len(ordered) > MAX_SOURCES:
        handed.notes.append(f"more than {MAX_SOURCES} files with code; the rest is not looked at")
    for name, data in ordered[:MAX_SOURCES]:
        try:
            source = source_of(name, data, order=order)
            room -= sum(len(cell.text.encode()) for cell in source.cells)
            if room < 0:
                raise SubmissionError(f"{name}: the submission holds too much source; hand in less")  # noqa: TRY301
            sources.append(source)
        except SubmissionError as error:
            handed.fail(name, str(error))
    if not files and not handed.notes:
        handed.notes.append("no .py or .ipynb file was found")
    return Submission(
        student=student,
        sources=tuple(sources),
        files=tuple(sorted(files)),
        notes=_told(handed.notes),
        unreadable=tuple((stem, clean_name(reason)) for stem, reason in handed.unreadable),
        handed=_hash(files, handed),
    )


def _told(notes: Sequence[str]) -> tuple[str, ...]:
    """Notes as they can be shown (they quote what was handed in), not more than can be read."""
    told = [clean_name(note) for note in notes[:MAX_NOTES]]
    if len(notes) > MAX_NOTES:
        told.append(f"and {len(notes) - MAX_NOTES} more notes on files")
    return tuple(told)


def _hash(files: dict[str, bytes], handed: _Handed) -> bytes:
    """A hash of the files' names and bytes, and of what could not be read."""
    digest = hashlib.sha256()
    unread = repr((handed.notes, handed.unreadable)).encode("utf-8", "backslashreplace")
    named = [(name.encode("utf-8", "backslashreplace"), files[name]) for name in sorted(files)]
    for part in (unread, *(part for pair in named for part in pair)):
        # With its length, so that no two lists of files make one text.
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.digest()


def source_of(name: str, data: bytes, *, order: tuple[str, ...] = ()) -> wire.Source:
    """One file as pieces of source. SubmissionError says what is wrong with it and the remedy.

    A file whose name holds an exercise's (`ex01_softmax (1).py`) is taken for that exercise's.
    """
    stem, module = exercise_of(name, order), PurePosixPath(name).stem
    if not data.strip():
        raise SubmissionError(f"{name} is empty")
    if name.lower().endswith(".ipynb"):
        return wire.Source(name, stem, module, tuple(_notebook_cells(name, data)))
    if len(data) > MAX_SOURCE_BYTES:
        raise SubmissionError(f"{name} is larger than {MAX_SOURCE_BYTES // 2**20} MiB of source")
    return wire.Source(name, stem, module, (wire.Cell(name, _text(name, data)),))


def exercise_of(name: str, order: tuple[str, ...]) -> str:
    """The exercise that a file is named for, or else its own name without the ending."""
    stem = PurePosixPath(name).stem
    return next((slug for slug in order if slug in stem), stem)


def _text(name: str, data: bytes) -> str:
    """The text of a Python file, in the encoding that it declares (UTF-8 if none)."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SubmissionError(f"{name} is in UTF-16; save it as UTF-8")
    try:
        text = data.decode(_declared_encoding(data))
        # Some encodings make half characters, which nothing can be sent or written with.
        text.encode()
    except UnicodeEncodeError:
        raise SubmissionError(f"{name} holds half a character; save it as UTF-8") from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        byte = data[error.start]
        raise SubmissionError(
            f"{name} is not UTF-8 (line {line} holds the byte 0x{byte:02x}); save it as UTF-8"
        ) from None
    except (SyntaxError, LookupError, UnicodeError) as error:
        raise SubmissionError(f"{name}: {error}; save it as UTF-8") from None
    if "\0" in text:
        raise SubmissionError(f"{name} holds NUL bytes: it is no text file; save it as UTF-8")
    return io.IncrementalNewlineDecoder(None, translate=True).decode(text, final=True)


def _declared_encoding(data: bytes) -> str:
    """What the file says its encoding is. SyntaxError when there is no such encoding."""
    try:
        return tokenize.detect_encoding(io.BytesIO(data).readline)[0]
    except SyntaxError as error:
        # Without a declaration this is about bytes that are not UTF-8: let decoding say which.
        if "unknown encoding" in str(error):
            raise
        return "utf-8"


def _notebook_cells(name: str, data: bytes) -> Iterator[wire.Cell]:
    # Imported here because its import takes a tenth of a second, which a .py need not pay.
    import nbformat

    remedy = "open it in Jupyter and save it again"
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SubmissionError(f"{name} is not UTF-8; {remedy}") from None
    try:
        with warnings.catch_warnings(action="ignore"):  # about what it mends by itself
            text = _without_outputs(text)
            notebook = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
        cells = list(notebook.cells)
        sources = [_cell_source(cell.source) for cell in cells if cell.cell_type == "code"]
    except Exception as error:  # noqa: BLE001  # nbformat raises many kinds for what is no notebook
        reason = wire.clean(" ".join(str(error).split()), 100)
        raise SubmissionError(f"{name} is not a notebook ({reason}); {remedy}") from None
    if sum(map(len, sources)) > MAX_SOURCE_BYTES:
        raise SubmissionError(f"{name} has more than {MAX_SOURCE_BYTES // 2**20} MiB of source")
    for number, source in enumerate(sources, start=1):
        if source.strip():
            yield wire.Cell(f"{name}, code cell {number}", wire.clean(source, len(source)))


def _without_outputs(text: str) -> str:
    """A notebook's JSON without what its cells have printed and drawn: it may be huge and odd."""
    document = json.loads(text)
    sheets = [document, *document.get("worksheets", [])]
    for cell in (cell for sheet in sheets for cell in sheet.get("cells", [])):
        if cell.get("outputs"):
            cell["outputs"] = []
        cell.pop("attachments", None)
    return json.dumps(document)


def _cell_source(source: object) -> str:
    if isinstance(source, str):
        return source
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        return "".join(source)
    raise TypeError("a cell's source is no text")


def _place(name: str, order: tuple[str, ...]) -> tuple[int, int, str, int]:
    """Where a file comes in loading: the exercises in their order, then the rest; .py first."""
    path = PurePosixPath(name)
    slug = exercise_of(name, order)
    rank = order.index(slug) if slug in order else len(order)
    return (
        rank,
        len(path.parts),
        name.removesuffix(path.suffix),
        # Not the path's suffix: a name that is nothing else has none.
        name.lower().endswith(SUFFIXES[1:]),
    )


def _read_entry(entry: Path, handed: _Handed) -> None:
    if not _is_folder(entry):
        _read_path(entry, entry.name, handed)
        return
    for path, name in _walk(entry, handed):
        _read_path(path, name, handed)


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _read_path(path: Path, name: str, handed: _Handed) -> None:
    suffix = path.suffix.lower()
    if path.is_symlink():
        handed.fail(name, f"{clean_name(name)} is a link; links are not followed")
    elif suffix == ".zip":
        _read_zip(path, handed)
    elif suffix in SUFFIXES:
        _read_file(path, name, handed)
    else:
        handed.notes.append(f"{clean_name(name)} is not looked at: no .py, .ipynb or .zip")


def _walk(folder: Path, handed: _Handed) -> Iterator[tuple[Path, str]]:
    """The files below `folder` with their relative names, sorted, in a bounded number."""
    count = 0
    waiting = [(folder, 0)]
    while waiting:
        current, depth = waiting.pop(0)
        try:
            entries = sorted(current.iterdir())
        except OSError as error:
            handed.notes.append(f"{clean_name(current.name)} cannot be read: {error.strerror}")
            continue
        for path in entries:
            count += 1
            if count > MAX_ENTRIES:
                handed.notes.append(f"more than {MAX_ENTRIES} files: the rest is not looked at")
                return
            if _is_junk(path.name):
                continue
            if _is_folder(path):
                if depth < MAX_DEPTH:
                    waiting.append((path, depth + 1))
                else:
                    name = path.relative_to(folder).as_posix()
                    handed.notes.append(f"{clean_name(name)} is nested too deep to be looked at")
                continue
            yield path, path.relative_to(folder).as_posix()


def _is_junk(name: str) -> bool:
    return name.startswith(".") or name in IGNORED_FOLDERS


def _read_file(path: Path, name: str, handed: _Handed) -> None:
    name = clean_name(name)
    try:
        data = read_regular(path, min(MAX_FILE_BYTES, handed.room))
    except SubmissionError as error:
        handed.fail(name, f"{name} {error}")
        return
    handed.add(name, data, within=clean_name(path.parent.name))


def read_regular(path: Path, limit: int) -> bytes:
    """The bytes of a regular file, opened without following a link; SubmissionError if it is none.

    A FIFO does not make this wait, and a file that grows is not read beyond `limit`.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        descriptor = os.open(path, flags | getattr(os, "O_CLOEXEC", 0))
    except OSError as error:
        raise SubmissionError(f"cannot be read: {error.strerror}") from None
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise SubmissionError("is not a regular file")
        try:
            data = file.read(limit + 1)
        except OSError as error:
            raise SubmissionError(f"cannot be read: {error.strerror}") from None
    if len(data) > limit:
        raise SubmissionError(f"is larger than {limit // 2**20} MiB")
    return data


def _read_zip(path: Path, handed: _Handed) -> None:
    label = clean_name(path.name)
    try:
        data = read_regular(path, MAX_ARCHIVE_BYTES)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _read_members(archive, label, handed)
    except SubmissionError as error:
        handed.fail(path.name, f"{label} {error}")
    except Exception as error:  # noqa: BLE001  # zipfile raises many kinds for a damaged archive
        handed.fail(path.name, f"{label} is not a readable zip archive ({error}); zip it again")


def _read_members(archive: zipfile.ZipFile, label: str, handed: _Handed) -> None:
    for member in archive.infolist()[:MAX_ENTRIES]:
        path = PurePosixPath(member.filename.replace("\\", "/"))
        name = clean_name(str(path))
        if member.is_dir() or any(_is_junk(part) and part != ".." for part in path.parts):
            continue
        if path.is_absolute() or ".." in path.parts or re.match(r"^[A-Za-z]:", str(path)):
            handed.notes.append(f"{label}: {name} points outside of the archive; left out")
            continue
        if path.suffix.lower() not in SUFFIXES:
            handed.notes.append(f"{label}: {name} is not looked at: no .py or .ipynb")
            continue
        if stat.S_ISLNK(member.external_attr >> 16):
            handed.fail(name, f"{label}: {name} is a link; links are not followed")
            continue
        if member.flag_bits & 1:
            handed.fail(name, f"{label}: {name} is encrypted; zip it without a password")
            continue
        limit = min(MAX_FILE_BYTES, handed.room)
        try:
            with archive.open(member) as file:
                content = file.read(limit + 1)
        except Exception as error:  # noqa: BLE001  # zipfile raises many kinds for a damaged member
            handed.fail(name, f"{label}: {name} cannot be unpacked ({error}); zip it again")
            continue
        if len(content) > limit:
            handed.fail(
                name, f"{label}: {name} unpacks to more than {limit // 2**20} MiB; left out"
            )
            continue
        handed.add(name, content, within=label)
    if len(archive.infolist()) > MAX_ENTRIES:
        handed.notes.append(f"{label}: more than {MAX_ENTRIES} entries; the rest is not looked at")
