"""Read what `grader grade` has written as single values, each with where it stands.

Two runs can then be compared value by value. What differs from run to run is left out.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

VOLATILE = frozenset({"seconds", "versions"})
TABLES = ("gradebook.csv", "changes.csv", "misconceptions.csv")
# The columns that name a row of a table.
NAMES = ("student", "exercise", "function")

# The function and the check (or the row of a table), and the field.
Place = tuple[str, str]
Values = dict[Place, Any]
# The values of each submission by its name, and of each table by its own.
Results = dict[str, Values]


def results_in(folder: Path) -> Results:
    """All that a run has written about a class."""
    lines = (folder / "results.jsonl").read_text(encoding="utf-8").splitlines()
    results = {result["student"]: values_of(result) for result in map(json.loads, lines)}
    return results | {name: cells_in(folder / name) for name in TABLES}


def values_of(result: dict[str, Any]) -> Values:
    """All values of one submission's result."""
    return dict(_values(result, "", ""))


def _values(value: Any, field: str, where: str) -> Iterator[tuple[Place, Any]]:
    """The values within a value; parts of a list by their names, where they have any."""
    if isinstance(value, dict):
        for key in value.keys() - VOLATILE:
            yield from _values(value[key], f"{field}.{key}".lstrip("."), where)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            named = item if isinstance(item, dict) else {}
            name = named.get("function") or named.get("name") or str(number)
            yield from _values(item, field, f"{where} {name}".strip())
    else:
        yield (where, field), value


def cells_in(path: Path) -> Values:
    """The cells of a table, and a hash of its bytes; nothing if there is no such file."""
    if not path.exists():
        return {}
    data = path.read_bytes()
    values: Values = {("", "bytes"): hashlib.sha256(data).hexdigest()}
    for row in csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")):
        where = " ".join(row[name] for name in NAMES if name in row)
        values |= {(where, column): cell for column, cell in row.items()}
    return values
