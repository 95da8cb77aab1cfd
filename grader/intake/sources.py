"""Read one of a learner's files into cells of source: a script, or a notebook of any version."""

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
    """Read one file into cells of source: one for a script, one for each code cell of a notebook.

    A file whose name contains an exercise's (`ex01_softmax (1).py`) counts as that exercise's file.
    Raise SubmissionError with what is wrong and the remedy.
    """
    stem, module = exercise_of(name, order), PurePosixPath(name).stem
    if not data.strip():
        raise SubmissionError(f"{name} is empty")
    if name.lower().endswith(".ipynb"):
        return wire.Source(name, stem, module, tuple(_notebook_cells(name, data)))
    if len(data) > MAX_SOURCE_BYTES:
        raise SubmissionError(f"{name} has more than {MAX_SOURCE_BYTES // 2**20} MiB of source")
    return wire.Source(name, stem, module, (wire.Cell(name, _text(name, data)),))


def exercise_of(name: str, order: tuple[str, ...]) -> str:
    """Return the exercise that a file is named for, or else its name without the ending."""
    stem = PurePosixPath(name).stem
    return next((slug for slug in order if slug in stem), stem)


def _text(name: str, data: bytes) -> str:
    """Decode a Python file with the encoding that it declares (UTF-8 if none)."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SubmissionError(f"{name} is in UTF-16; save it as UTF-8")
    try:
        text = data.decode(_declared_encoding(data))
        # Some encodings yield lone surrogates, which can be neither sent nor written.
        text.encode()
    except UnicodeEncodeError:
        raise SubmissionError(f"{name} contains half a character; save it as UTF-8") from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        byte = data[error.start]
        raise SubmissionError(
            f"{name} is not UTF-8 (byte 0x{byte:02x} on line {line}); save it as UTF-8"
        ) from None
    except (SyntaxError, LookupError, UnicodeError) as error:
        raise SubmissionError(f"{name}: {error}; save it as UTF-8") from None
    if "\0" in text:
        raise SubmissionError(
            f"{name} contains NUL bytes, so it is not a text file; save it as UTF-8"
        )
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
    # Imported here because it takes a tenth of a second, which a .py need not pay.
    import nbformat

    remedy = "open it in Jupyter and save it again"
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SubmissionError(f"{name} is not UTF-8; {remedy}") from None
    try:
        with warnings.catch_warnings(action="ignore"):  # about defects that nbformat repairs
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
    """Return a notebook's JSON without outputs and attachments, which may be huge or malformed."""
    document = json.loads(text)
    sheets = [document, *document.get("worksheets", [])]
    for cell in (cell for sheet in sheets for cell in sheet.get("cells", [])):
        if cell.get("outputs"):
            cell["outputs"] = []
        cell.pop("attachments", None)
    return json.dumps(document)


def _cell_source(source: object) -> str:
    # A list of lines is a str by now: nbformat joined it.
    if isinstance(source, str):
        return source
    raise TypeError("a cell's source is not text")
