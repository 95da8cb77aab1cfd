"""Read one of a learner's files into cells of source: a script, or a notebook."""

from __future__ import annotations

import io
import json
import tokenize
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from grader import wire
from grader.worker.files import Unreadable

MAX_SOURCE_BYTES = 2 * 2**20


def source_of(name: str, data: bytes, *, order: tuple[str, ...] = ()) -> wire.Source:
    """Read one file into cells of source: one for a script, one for each code cell of a notebook.

    A file whose name contains an exercise's (`ex01_softmax (1).py`) counts as that exercise's file.
    Raise Unreadable with what is wrong and the remedy.
    """
    stem, module = exercise_of(name, order), PurePosixPath(name).stem
    if not data.strip():
        raise Unreadable(f"{name} is empty")
    if name.lower().endswith(".ipynb"):
        return wire.Source(name, stem, module, tuple(_notebook_cells(name, data)))
    if len(data) > MAX_SOURCE_BYTES:
        raise Unreadable(f"{name} has more than {MAX_SOURCE_BYTES // 2**20} MiB of source")
    return wire.Source(name, stem, module, (wire.Cell(name, _text(name, data)),))


def exercise_of(name: str, order: tuple[str, ...]) -> str:
    """Return the exercise that a file is named for, or else its name without the ending."""
    stem = PurePosixPath(name).stem
    return next((slug for slug in order if slug in stem), stem)


def _text(name: str, data: bytes) -> str:
    """Decode a Python file with the encoding that it declares (UTF-8 if none)."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable(f"{name} is in UTF-16; save it as UTF-8")
    try:
        text = data.decode(_declared_encoding(data))
        # Some encodings yield lone surrogates, which can be neither sent nor written.
        text.encode()
    except UnicodeEncodeError:
        raise Unreadable(f"{name} contains half a character; save it as UTF-8") from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        byte = data[error.start]
        raise Unreadable(
            f"{name} is not UTF-8 (byte 0x{byte:02x} on line {line}); save it as UTF-8"
        ) from None
    except (SyntaxError, LookupError, UnicodeError) as error:
        raise Unreadable(f"{name}: {error}; save it as UTF-8") from None
    if "\0" in text:
        raise Unreadable(f"{name} contains NUL bytes, so it is not a text file; save it as UTF-8")
    return io.IncrementalNewlineDecoder(None, translate=True).decode(text, final=True)


def _declared_encoding(data: bytes) -> str:
    """Return the encoding that the file declares. Raise SyntaxError if Python knows none such."""
    try:
        return tokenize.detect_encoding(io.BytesIO(data).readline)[0]
    except SyntaxError as error:
        # Else the bytes are not UTF-8; decoding will raise an error that says which.
        if "unknown encoding" in str(error):
            raise
        return "utf-8"


def _notebook_cells(name: str, data: bytes) -> Iterator[wire.Cell]:
    remedy = "open it in Jupyter and save it again"
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable(f"{name} is not UTF-8; {remedy}") from None
    try:
        sources = _code_cells(json.loads(text))
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        reason = wire.clean(" ".join(str(error).split()), 100)
        raise Unreadable(f"{name} is not a notebook ({reason}); {remedy}") from None
    if sum(map(len, sources)) > MAX_SOURCE_BYTES:
        raise Unreadable(f"{name} has more than {MAX_SOURCE_BYTES // 2**20} MiB of source")
    for number, source in enumerate(sources, start=1):
        if source.strip():
            yield wire.Cell(f"{name}, code cell {number}", wire.clean(source, len(source)))


def _code_cells(notebook: Any) -> list[str]:
    """Return the source of each code cell of a notebook in format 4, 3 or 2.

    Raise TypeError, ValueError or KeyError for anything else.
    """
    if not isinstance(notebook, dict):
        raise TypeError("it is not an object")
    match notebook.get("nbformat"):
        case 4:
            cells, key = _objects(notebook["cells"]), "source"
        case 2 | 3:
            sheets = _objects(notebook["worksheets"])
            cells, key = [cell for sheet in sheets for cell in _objects(sheet["cells"])], "input"
        case other:
            raise ValueError(f"its format is {other!r:.20}, and 4 is read")
    return [_joined(cell[key]) for cell in cells if cell.get("cell_type") == "code"]


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
