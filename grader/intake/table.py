"""The one reader of every CSV file that a teacher gives to the grader.

`read_records` reads a small table written by hand (the roster, `--overrides`, `--match`) as
dictionaries. `read_table`, which it is built on, reads a gradebook so that it can be written back
with a few cells changed: delimiter, encoding, byte order mark, line ends and each cell's quotes
stay, because a cell keeps its exact text in the file beside the value that this text stands for.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from grader.errors import UsageError

MAX_BYTES = 100 * 2**20
DELIMITERS = (",", ";", "\t")
# Byte order marks, and the encodings they stand for.
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
GUESSED = ("cp1252", "latin-1")


class TableCell(NamedTuple):
    """A cell: its text in the file, with any quotes, and its value."""

    raw: str
    value: str


class TableRow(NamedTuple):
    """A row: the line of the file it begins on, its cells, and the line end after it."""

    line: int
    cells: list[TableCell]
    end: str

    def value(self, column: int | None) -> str:
        """Return a cell's value, stripped; "" where the row has no such cell."""
        if column is None or column >= len(self.cells):
            return ""
        return self.cells[column].value.strip()

    @property
    def is_blank(self) -> bool:
        """Whether all of its cells are empty."""
        return not any(cell.value.strip() for cell in self.cells)


@dataclass
class Table:
    """A CSV file as `read_table` read it, to be changed with `put` and written with `to_bytes`.

    All rows that are not blank have the same number of cells. `guessed` is the first line that is
    not UTF-8 if the encoding had to be guessed, else 0.
    """

    path: Path
    rows: list[TableRow]
    delimiter: str
    encoding: str
    mark: bytes
    guessed: int

    @property
    def header(self) -> list[str]:
        """The values of the first row, stripped."""
        return [cell.value.strip() for cell in self.rows[0].cells]

    def put(self, row: int, column: int, value: str) -> None:
        """Give a cell another value, in double quotes if it had them or needs them."""
        cells = self.rows[row].cells
        quoted = cells[column].raw.startswith('"') or any(
            mark in value for mark in (self.delimiter, '"', "\n", "\r")
        )
        raw = '"' + value.replace('"', '""') + '"' if quoted else value
        cells[column] = TableCell(raw, value)

    def part(self, rows: Collection[int], columns: Collection[int]) -> Table:
        """Return a table with only these rows and columns, by their indices, in the same order."""
        kept = [
            row._replace(cells=[cell for n, cell in enumerate(row.cells) if n in columns])
            for index, row in enumerate(self.rows)
            if index in rows
        ]
        return replace(self, rows=kept)

    def to_bytes(self) -> bytes:
        """Return the file's bytes; a character its encoding lacks becomes an XML reference."""
        text = "".join(
            self.delimiter.join(cell.raw for cell in row.cells) + row.end for row in self.rows
        )
        return self.mark + text.encode(self.encoding, "xmlcharrefreplace")


class Record(NamedTuple):
    """A row of a small table with headings: the line it begins on, and its cells by heading."""

    line: int
    cells: dict[str, str]


def number(text: str) -> float | None:
    """Return the number in a cell, written with a point or a comma; None if there is none."""
    plain = text.strip().replace(",", ".") if re.fullmatch(r"\s*-?\d+,\d+\s*", text) else text
    try:
        return float(plain)
    except ValueError:
        return None


def read_records(path: Path, *, option: str) -> tuple[list[str], list[Record]]:
    """Read a small table that a teacher wrote by hand: the roster, `--overrides` or `--match`.

    Return its headings, in lower case with _ for blanks, and its rows, with stripped cells.
    Commas, semicolons and tabs are all accepted, and so are UTF-8 and UTF-16. `option` is the
    command line option that named the file. Raise UsageError with the line, what is wrong there and
    the remedy.
    """
    table = read_table(path, option=option)
    if table.guessed:
        raise UsageError(f"{path}, line {table.guessed}: it is not UTF-8; save it as CSV UTF-8")
    first, *rows = (row for row in table.rows if not row.is_blank)
    headings = [cell.value.strip().lower().replace(" ", "_") for cell in first.cells]
    for name in headings:
        if name and headings.count(name) > 1:
            line = first.line
            raise UsageError(f"{path}, line {line}: two columns are called {name!r}; rename one")
    return headings, [
        Record(row.line, {name: row.value(n) for n, name in enumerate(headings)}) for row in rows
    ]


def read_table(path: Path, *, option: str = "") -> Table:
    """Read a teacher's CSV file, to be written back by `Table.to_bytes` byte for byte.

    `option` is the command line option that named the file, if there is one. Raise UsageError with
    the line, what is wrong there and the remedy.
    """
    data = _bytes(path, option)
    mark, encoding, text, guessed = _decoded(data, path)
    if "\0" in text:
        raise UsageError(
            f"{path} contains NUL bytes, so it is not text; save or export it as CSV again"
        )
    delimiter = _delimiter(text)
    rows = _rows(text, delimiter, path)
    if not rows or all(row.is_blank for row in rows):
        raise UsageError(f"{path} is empty; save or export it again")
    width = len(next(row for row in rows if not row.is_blank).cells)
    for row in rows:
        if len(row.cells) != width and not row.is_blank:
            raise UsageError(
                f"{path}, line {row.line}: it has {len(row.cells)} cells and the first row {width};"
                " save or export it again, or put a cell that holds a delimiter in double quotes"
            )
    return Table(path, rows, delimiter, encoding, mark, guessed)


def _bytes(path: Path, option: str) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UsageError(
                f"{path} is larger than {MAX_BYTES // 2**20} MiB; is it the right file?"
            )
        data = path.read_bytes()
    except OSError as error:
        remedy = f"; correct {option}" if option else ""
        raise UsageError(f"{path} cannot be read: {error.strerror}{remedy}") from error
    if data.startswith(b"PK"):
        raise UsageError(f"{path} is a spreadsheet or an archive; save it as CSV")
    return data


def _decoded(data: bytes, path: Path) -> tuple[bytes, str, str, int]:
    """Return the byte order mark, the encoding, the text, and `Table.guessed`."""
    for mark, encoding in MARKS:
        if data.startswith(mark):
            try:
                return mark, encoding, data[len(mark) :].decode(encoding), 0
            except UnicodeDecodeError as error:
                raise UsageError(
                    f"{path} is not valid {encoding} (byte {error.start}); save or export it again"
                ) from error
    try:
        return b"", "utf-8", data.decode(), 0
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
    for encoding in GUESSED:
        try:
            return b"", encoding, data.decode(encoding), line
        except UnicodeDecodeError:
            continue
    raise AssertionError  # pragma: no cover  # decoding as Latin-1 never fails


def _delimiter(text: str) -> str:
    """Return the delimiter that is most frequent in the first row, outside of quotes."""
    first = re.match(r'(?:"(?:[^"]|"")*"|[^"\r\n])*', text)
    outside = re.sub(r'"(?:[^"]|"")*"', "", first[0] if first else "")
    return max(DELIMITERS, key=outside.count)


def _rows(text: str, delimiter: str, path: Path) -> list[TableRow]:
    inner = rf"[^{delimiter}\r\n]*"
    pattern = re.compile(rf'("(?:[^"]|"")*"{inner}|{inner})({delimiter}|\r\n|\n|\r|\Z)')
    rows: list[TableRow] = []
    cells: list[TableCell] = []
    position, line, first_line = 0, 1, 1
    while position < len(text) or cells:
        match = pattern.match(text, position)
        if match is None or (match[1].startswith('"') and '"' not in match[1][1:]):
            raise UsageError(
                f"{path}, line {line}: a double quote is opened and not closed;"
                " save or export it again"
            )
        cells.append(TableCell(match[1], _value(match[1])))
        line += len(re.findall(r"\r\n|\r|\n", match[0]))
        position = match.end()
        if match[2] != delimiter:
            rows.append(TableRow(first_line, cells, match[2]))
            cells, first_line = [], line
    return rows


def _value(raw: str) -> str:
    if not raw.startswith('"'):
        return raw
    quoted, rest = re.fullmatch(r'"((?:[^"]|"")*)"(.*)', raw, re.DOTALL).groups()  # type: ignore[union-attr]
    value: str = quoted.replace('""', '"') + rest
    return value
