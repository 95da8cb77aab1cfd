"""Format scores, counts, lists, single lines and spreadsheet cells as text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

# Spreadsheets read a field that begins with one of these as a formula; some of them also accept the
# full-width forms.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")  # noqa: RUF001


def points(score: float | None) -> str:
    """Format a score: 12, 7.5, or nothing when it is unknown."""
    return "" if score is None else f"{score:.2f}".rstrip("0").rstrip(".")


def counted(number: int, one: str, many: str = "") -> str:
    """Format a number of things: 1 learner, 2 learners."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def one(noun: str) -> str:
    """Put the article before a noun: a Canvas download, an ILIAS download."""
    return f"{'an' if noun[0] in 'AEIOaeio' else 'a'} {noun}"


def listed(names: list[str], *, most: int = 20) -> str:
    """Join names with commas; after the first `most`, say how many more there are."""
    text = ", ".join(names[:most])
    return f"{text} and {len(names) - most} more" if len(names) > most else text


def shortened(text: str, longest: int) -> str:
    """Return a text cut to so many characters, with a sign where more would follow."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def printable(text: str) -> str:
    """Return `text` on one line, without control characters or marks that reorder text."""
    return "".join(c if c.isprintable() else " " for c in text.replace("\n", " / "))


def safe_cell(text: str) -> str:
    """Put an apostrophe before a `text` that a spreadsheet would read as a formula."""
    formula = any(form.startswith(FORMULA_STARTS) for form in (text, text.lstrip()))
    return f"'{text}" if formula else text


def csv_row(cells: Iterable[str], *, delimiter: str = ",") -> str:
    """Format a row of a CSV file, with its line end."""
    line = io.StringIO()
    csv.writer(line, delimiter=delimiter, lineterminator="\n").writerow(cells)
    return line.getvalue()


def unquoted(text: str) -> str:
    """Return the text of a cell without the apostrophe that `safe_cell` added."""
    plain = text.removeprefix("'")
    return plain if text == safe_cell(plain) != plain else text
