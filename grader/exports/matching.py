"""Find whose row is whose: by what says it best, and never by a guess."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, TypeVar

from grader.errors import UsageError
from grader.exports.people import Person

_T = TypeVar("_T")


class RowKeys(NamedTuple):
    """What a row of a teacher's file says of whose it is; `place` is its place in the table."""

    place: int
    label: str
    key: str
    name: str = ""
    ids: tuple[str, ...] = ()
    lms_id: str = ""


@dataclass
class Matches:
    """Which row is whose, by what; and who has none."""

    rows: dict[int, Person] = field(default_factory=dict)
    by: Counter[str] = field(default_factory=Counter)
    ambiguous: list[str] = field(default_factory=list)
    without_row: list[Person] = field(default_factory=list)
    without_result: list[RowKeys] = field(default_factory=list)


Values = Callable[[Person], Iterable[str]]
RowValues = Callable[[RowKeys], Iterable[str]]


def matched(
    people: Sequence[Person], rows: Sequence[RowKeys], *, lms: str, by_hand: dict[str, str]
) -> Matches:
    """Match people with rows, one to one. `by_hand` gives the key of the row of some students."""
    matches = Matches()
    left, open_rows = list(people), list(rows)
    unclear: dict[str, str] = {}
    for what, of_person, of_row in _levels(lms, by_hand):
        by_person, by_row = _index(left, of_person), _index(open_rows, of_row)
        claims: dict[int, list[Person]] = defaultdict(list)
        for value, owners in by_person.items():
            found = by_row.get(value, [])
            if len(owners) == len(found) == 1:
                claims[found[0].place].append(owners[0])
            elif found:
                told = f"{len(found)} rows and {len(owners)} results have the {what} {value!r}"
                for person in owners:
                    unclear.setdefault(person.student, f"{person.student}: {told}")
        for place, claimants in claims.items():
            if len(claimants) == 1:
                matches.rows[place] = claimants[0]
            else:
                told = f"one row has the {what} of {len(claimants)} results"
                for person in claimants:
                    unclear.setdefault(person.student, f"{person.student}: {told}")
        taken = _one_to_one(matches)
        matches.by[what] = sum(p.student in taken for p in left)
        left = [person for person in left if person.student not in taken]
        open_rows = [row for row in open_rows if row.place not in matches.rows]
    matches.ambiguous = [unclear[p.student] for p in left if p.student in unclear]
    matches.without_row = [p for p in left if p.student not in unclear]
    matches.without_result = open_rows
    return matches


def read_by_hand(path: Path) -> dict[str, str]:
    """A CSV file with the columns student and row, for what cannot be matched otherwise."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file, strict=True))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}; correct --match") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path}: {error}; save it as CSV UTF-8") from error
    if not rows or [name.strip().lower() for name in rows[0]] != ["student", "row"]:
        raise UsageError(f"{path}, line 1: the first line must be student,row")
    for line, row in enumerate(rows[1:], start=2):
        if row and len(row) != 2:
            raise UsageError(f"{path}, line {line}: it has {len(row)} cells in place of 2")
    return {row[0].strip(): row[1].strip() for row in rows[1:] if row}


def _one_to_one(matches: Matches) -> set[str]:
    return {person.student for person in matches.rows.values()}


def _levels(lms: str, by_hand: dict[str, str]) -> list[tuple[str, Values, RowValues]]:
    return [
        ("line of --match", lambda p: [by_hand.get(p.student, "")], lambda r: [r.key]),
        ("LMS id", lambda p: [p.lms_id] if p.lms == lms else [], lambda r: [r.lms_id]),
        ("ID number", lambda p: [p.sid], lambda r: r.ids),
        ("email", lambda p: [p.email.casefold()], lambda r: [i.casefold() for i in r.ids]),
        ("login or key", lambda p: [p.student], lambda r: r.ids),
        ("name", lambda p: [_name(p.name or p.student)], lambda r: [_name(r.name)]),
        ("name without accents", lambda p: [plain(p.name or p.student)], lambda r: [plain(r.name)]),
        ("name in Canvas's files", lambda p: [_sortable(p.student)], lambda r: [_letters(r.name)]),
    ]


def _index(items: Iterable[_T], values: Callable[[_T], Iterable[str]]) -> dict[str, list[_T]]:
    found: dict[str, list[_T]] = defaultdict(list)
    for item in items:
        for value in {value for value in values(item) if value}:
            found[value].append(item)
    return found


def _name(name: str) -> str:
    """A name as "first last", in one case and form; "Last, First" is turned round."""
    last, comma, first = name.partition(",")
    name = f"{first} {last}" if comma else name
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def plain(name: str) -> str:
    """The same without accents."""
    decomposed = unicodedata.normalize("NFD", _name(name))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def _letters(name: str) -> str:
    """What Canvas makes of "Last, First" in the names of files: its letters and digits."""
    return "".join(c for c in name.lower() if c.isalnum() or c == "_")


def _sortable(student: str) -> str:
    """The same, from the key of a learner who came from such files."""
    match = re.fullmatch(r"(.+)_\d+", student)
    return match[1] if match else ""
