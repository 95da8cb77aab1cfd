"""Read one of a learner's files into cells of source: a script, or a notebook."""

from __future__ import annotations

import codecs
import io
import json
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from grader import wire
from grader.worker.files import Unreadable

MAX_SOURCE_BYTES = 2 * 2**20
MAX_DECLARATION = 1_000
# As PEP 263 has it.
_DECLARATION = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
# The encodings that a script may declare, by the names in use. All are tables: they take no longer
# than the text is long.
ENCODINGS = {
    **dict.fromkeys(("latin-1", "latin1", "iso-8859-1", "iso8859-1"), "latin-1"),
    **dict.fromkeys(("iso-8859-15", "iso8859-15", "latin-9", "latin9"), "iso8859-15"),
    **dict.fromkeys(("iso-8859-2", "iso8859-2", "latin-2", "latin2"), "iso8859-2"),
    **dict.fromkeys(("cp1250", "windows-1250"), "cp1250"),
    **dict.fromkeys(("cp1251", "windows-1251"), "cp1251"),
    **dict.fromkeys(("cp1252", "windows-1252"), "cp1252"),
    "koi8-r": "koi8-r",
}


def source_of(name: str, data: bytes, *, order: tuple[str, ...] = ()) -> tuple[wire.Source, str]:
    """Read one file into cells of source: one for a script, one for each code cell of a notebook.

    Also return a note if its encoding had to be guessed, or "". A file whose name contains an
    exercise's (`ex01_softmax (1).py`) counts as that exercise's file. Raise Unreadable with what is
    wrong and the remedy.
    """
    if not data.strip():
        raise Unreadable(f"{name} is empty")
    is_notebook = name.lower().endswith(".ipynb") or _holds_notebook(data)
    if not is_notebook and len(data) > MAX_SOURCE_BYTES:
        raise Unreadable(f"{name} has more than {MAX_SOURCE_BYTES // 2**20} MiB of source")
    text, note = _decoded(name, data, "utf-8-sig" if is_notebook else _declared_encoding(data))
    cells = _notebook_cells(name, text) if is_notebook else (_script(name, text),)
    return wire.Source(name, exercise_of(name, order), PurePosixPath(name).stem, (*cells,)), note


def _holds_notebook(data: bytes) -> bool:
    """Tell whether a file that is named as a script is a notebook: some download them so."""
    return data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{") and b'"cells"' in data


def exercise_of(name: str, order: tuple[str, ...]) -> str:
    """Return the exercise that a file is named for, or else its name without the ending."""
    stem = PurePosixPath(name).stem
    return next((slug for slug in order if slug.casefold() in stem.casefold()), stem)


def _decoded(name: str, data: bytes, encoding: str) -> tuple[str, str]:
    """Return the text, and a note if it is not in this encoding but was read as Latin-1.

    Latin-1 gives every byte a character: code stays right, and texts in it may look odd.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace"), ""
    try:
        return data.decode(encoding), ""
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        where = f"byte 0x{data[error.start]:02x} on line {line}"
    what = "UTF-8" if encoding == "utf-8-sig" else encoding
    return data.decode("latin-1"), (
        f"{name} is not {what} ({where}), so it was read as Latin-1; save it as UTF-8"
    )


def _declared_encoding(data: bytes) -> str:
    """Return the encoding that a script declares in its first two lines; UTF-8 for one not known.

    Python knows many more: some take minutes for a megabyte, or run more than a decoder.
    """
    if data.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    for line in data[:MAX_DECLARATION].split(b"\n")[:2]:
        if match := _DECLARATION.match(line):
            return ENCODINGS.get(match[1].decode().lower().replace("_", "-"), "utf-8-sig")
        if line.strip() and not line.lstrip().startswith(b"#"):
            break
    return "utf-8-sig"


def _script(name: str, text: str) -> wire.Cell:
    if "\0" in text:
        raise Unreadable(f"{name} contains NUL bytes, so it is not a text file; save it as UTF-8")
    text = io.IncrementalNewlineDecoder(None, translate=True).decode(text, final=True)
    return wire.Cell(name, text)


def _notebook_cells(name: str, text: str) -> Iterator[wire.Cell]:
    remedy = "open it in Jupyter and save it again"
    try:
        sources = _code_cells(json.loads(text))
    except (ValueError, TypeError, RecursionError) as error:
        reason = wire.clean(" ".join(str(error).split()), 100)
        raise Unreadable(f"{name} is not a notebook ({reason}); {remedy}") from None
    if sum(map(len, sources)) > MAX_SOURCE_BYTES:
        raise Unreadable(f"{name} has more than {MAX_SOURCE_BYTES // 2**20} MiB of source")
    for number, source in enumerate(sources, start=1):
        if source.strip():
            yield wire.Cell(f"{name}, code cell {number}", wire.clean(source, len(source)))


def _code_cells(notebook: Any) -> list[str]:
    """Return the source of each code cell of a notebook in format 4, 3 or 2.

    Raise TypeError or ValueError for anything else.
    """
    if not isinstance(notebook, dict):
        raise TypeError("it is not an object")
    match notebook.get("nbformat"):
        case 4:
            cells, key = _objects(notebook.get("cells")), "source"
        case 2 | 3:
            sheets = _objects(notebook.get("worksheets"))
            cells, key = (
                [cell for sheet in sheets for cell in _objects(sheet.get("cells"))],
                "input",
            )
        case other:
            raise ValueError(f"its format is {other!r:.20}, and 4 is read")
    return [_joined(cell.get(key)) for cell in cells if cell.get("cell_type") == "code"]


def _objects(value: object) -> list[dict[str, Any]]:
    if isinstance(value, list) and all(isinstance(item, dict) for item in value):
        return value
    raise TypeError("its cells are not a list of objects")


def _joined(source: object) -> str:
    """Return a cell's source, which is a text or a list of its lines."""
    if isinstance(source, str):
        return source
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        return "".join(source)
    raise TypeError("a cell's source is not text")
