"""Read one file of a learner's as pieces of source: a script, or a notebook of any version."""

from __future__ import annotations

import io
import json
import tokenize
import warnings
from collections.abc import Iterator
from pathlib import PurePosixPath

from grader import wire
from grader.errors import SubmissionError

MAX_SOURCE_BYTES = 2 * 2**20


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
    # nbformat has joined what stood in a list of lines.
    if isinstance(source, str):
        return source
    raise TypeError("a cell's source is no text")
