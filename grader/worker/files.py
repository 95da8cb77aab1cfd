"""One learner's hand-in while it is read: its files, the problems found, what may still be read.

The grader's own process collects raw bytes in it, and the learner's process what it unpacks.
"""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass, field
from pathlib import PurePosixPath

MAX_FILE_BYTES = 20 * 2**20
# Of one learner, as handed in; and unpacked, of what is kept.
MAX_HANDED_IN_BYTES = 64 * 2**20
MAX_UNPACKED_BYTES = 64 * 2**20
# Of one learner, kept or not: about a second of inflating.
MAX_INFLATED_BYTES = 400 * 2**20
MAX_ENTRIES = 2_000
MAX_NAME = 200
MAX_NOTES = 30
MAX_UNREADABLE = 200
# Normalising takes the square of the number of marks on one letter, and a zip's names hold up to
# 64 KiB. At most four code points become one, so what is cut is still longer than MAX_NAME.
MAX_RAW_NAME = 1_000
SUFFIXES = (".py", ".ipynb")
ARCHIVE = ".zip"
OTHER_ARCHIVES = frozenset(
    ".7z .bz2 .cab .gz .rar .sit .tar .tbz2 .tgz .txz .xz .zipx .zst".split()
)
NOTHING_FOUND = "no .py or .ipynb file was found"
IGNORED_FOLDERS = frozenset(
    "__MACOSX __pycache__ .ipynb_checkpoints .git node_modules site-packages venv .venv".split()
)


class Unreadable(Exception):  # noqa: N818  # a fact about a file
    """A file cannot be read; the message says which, why, and what to do."""


@dataclass(slots=True)
class Collected:
    """The files of one learner and the problems met while reading them.

    State: `files` by relative name, `notes` (sentences for the result), `unreadable` (the stem and
    the reason of each file that could not be read; its functions are then "not loaded" rather than
    "missing"), `room`, the bytes that may still be added, `inflatable`, those that may still be
    unpacked (what is unpacked and thrown away takes time as well), and `entries`, the members of
    archives that may still be looked at.
    Lifetime: one for what was handed in, filled by `submission.collect`, perhaps in another process
    than the one that grades it, and one in the learner's process for what was unpacked of it.
    Nothing here raises: what cannot be added becomes a note.
    """

    room: int
    files: dict[str, bytes] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    inflatable: int = MAX_INFLATED_BYTES
    entries: int = MAX_ENTRIES

    def add(self, name: str, data: bytes, *, within: str) -> None:
        """Add a file; if its name is in use, put `within` (the archive or folder) before it."""
        while name in self.files:
            name = f"{within}/{name}"
        if len(name) > MAX_NAME:
            self.fail(name, f"{name[:MAX_NAME]}…: its name is too long; rename it")
            return
        # Names count, too: all of it has to fit into one message.
        self.room = max(0, self.room - len(data) - len(name.encode()))
        self.files[name] = data

    def fail(self, name: str, reason: str) -> None:
        """Note that the file `name` could not be read, and why."""
        self.notes.append(reason)
        self.unreadable.append((PurePosixPath(name).stem, reason))

    def refuse(self, name: str, where: str) -> None:
        """Note that the file `name`, which `where` names in full, is of a kind that is not read."""
        if PurePosixPath(name).suffix.lower() in OTHER_ARCHIVES:
            self.fail(
                name,
                f"{where} is an archive of a kind that is not opened; zip it again as a"
                f" {ARCHIVE} file, or hand in the files themselves",
            )
        else:
            self.notes.append(f"{where} was ignored: it is not a .py, .ipynb or {ARCHIVE} file")

    def printable_notes(self) -> tuple[str, ...]:
        """Return the notes, made printable (they quote file names), and no more than are read."""
        printable = [clean_name(note) for note in self.notes[:MAX_NOTES]]
        if len(self.notes) > MAX_NOTES:
            printable.append(f"and {len(self.notes) - MAX_NOTES} more notes on files")
        return tuple(printable)

    def printable_reasons(self) -> tuple[tuple[str, str], ...]:
        """Return the stem of each file that could not be read, with the reason made printable."""
        return tuple(
            (stem, clean_name(reason)) for stem, reason in self.unreadable[:MAX_UNREADABLE]
        )


def is_readable(name: str) -> bool:
    """Tell from its name whether a file may hold code."""
    return PurePosixPath(name).suffix.lower() in (*SUFFIXES, ARCHIVE)


def is_archive(name: str) -> bool:
    """Tell from its name whether a file is an archive of the kind that is opened."""
    return PurePosixPath(name).suffix.lower() == ARCHIVE


def clean_name(name: str) -> str:
    """Return a name in NFC with control and bidirectional characters replaced by "?".

    Bytes that are not UTF-8 are written as escapes, and what is far too long for a name is cut as
    `shortened` does, so that two such names stay different.
    """
    if len(name) > MAX_RAW_NAME:
        name = shortened(name, MAX_RAW_NAME)
    name = name.encode("utf-8", "backslashreplace").decode("utf-8")
    name = unicodedata.normalize("NFC", name)
    return "".join(c if c.isprintable() else "?" for c in name).strip() or "?"


def shortened(name: str, length: int) -> str:
    """Return the beginning of a name, made unique again by a hash of the whole."""
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{name[:length]}…{digest}"


def is_junk(name: str) -> bool:
    """Tell whether a file or folder of this name was left behind by a system or a tool."""
    return name.startswith(".") or name in IGNORED_FOLDERS
