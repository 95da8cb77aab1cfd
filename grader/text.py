"""Put a score, a count, one line or one spreadsheet cell into text."""

from __future__ import annotations

# A spreadsheet takes a field that begins with one of these for a formula; some take the full-width
# forms for them, too.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")  # noqa: RUF001


def points(score: float | None) -> str:
    """Write a score: 12, 7.5, or nothing when it is not known."""
    return "" if score is None else f"{score:.2f}".rstrip("0").rstrip(".")


def counted(number: int, one: str, many: str = "") -> str:
    """Write a number of things: 1 learner, 2 learners."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def listed(names: list[str], *, most: int = 20) -> str:
    """Write names with commas between them, and how many more there are."""
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def printable(text: str) -> str:
    """Return `text` on one line, without control characters or marks that reorder what is shown."""
    return "".join(c if c.isprintable() else " " for c in text.replace("\n", " / "))


def safe_cell(text: str) -> str:
    """Return `text` with a leading apostrophe where a spreadsheet would take it for a formula."""
    formula = any(form.startswith(FORMULA_STARTS) for form in (text, text.lstrip()))
    return f"'{text}" if formula else text


def unquoted(text: str) -> str:
    """Return the text of a cell without the apostrophe that `safe_cell` put before it."""
    plain = text.removeprefix("'")
    return plain if text == safe_cell(plain) != plain else text
