"""Fill a column of a teacher's own file: what all formats share, and what is told of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from grader.errors import UsageError
from grader.intake.table import Table
from grader.results.gradebooks.matching import Matches
from grader.results.gradebooks.people import GradebookPerson
from grader.text import points, printable

# So many of each kind are listed by name.
MOST = 20


@dataclass
class Filled:
    """What was filled in, and what was not, by whose fault."""

    table: Table
    matches: Matches
    changes: list[str] = field(default_factory=list)
    overwritten: int = 0
    same: int = 0
    locked: list[str] = field(default_factory=list)
    excused: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether every result has its place."""
        return not (self.matches.without_row or self.matches.ambiguous or self.failed)

    def put(self, row: int, column: int, value: str, label: str) -> None:
        """Write a cell, and note what it was before."""
        old = self.table.rows[row].value(column)
        if old == value or _is_same_number(old, value):
            self.same += 1
            return
        self.overwritten += bool(old)
        shown = value if len(value) <= 40 else value[:39] + "…"
        self.changes.append(f"{label}: {old or 'empty'} -> {printable(shown)}")
        self.table.put(row, column, value)


@dataclass(frozen=True, slots=True)
class Scale:
    """How points of the course become points of the file."""

    factor: float
    comma: bool = False

    def text(self, score: float) -> str:
        """A score as the file writes numbers."""
        text = points(score * self.factor)
        return text.replace(".", ",") if self.comma else text


def scale_of(
    people: list[GradebookPerson],
    exercise: str,
    most: float | None,
    where: str,
    *,
    scale: bool,
    comma: bool,
) -> Scale:
    """How to scale points to `most`. UsageError when they differ and that is not asked for."""
    course = people[0].max_score(exercise)
    if most is None or most == course:
        return Scale(1.0, comma)
    if not scale:
        raise UsageError(
            f"{where} is out of {most:g} points and the results are out of {course:g}; set the"
            " points alike, or say --scale to scale them"
        )
    if not course > 0 or not most > 0:
        raise UsageError(f"{where} is out of {most:g} points: that cannot be scaled to")
    return Scale(most / course, comma)


def number(text: str) -> float | None:
    """The number that a cell holds, with a point or a comma; None if it is none."""
    plain = text.strip().replace(",", ".") if re.fullmatch(r"\s*-?\d+,\d+\s*", text) else text
    try:
        return float(plain)
    except ValueError:
        return None


def report(filled: Filled, *, dry_run: bool) -> Iterator[str]:
    """What was done, line by line."""
    matches = filled.matches
    total = len(matches.rows)
    by = ", ".join(f"{count} by {what}" for what, count in matches.by.items() if count)
    yield f"{total} results have a row" + (f": {by}" if by else "")
    if filled.table.guessed:
        yield f"! the file's encoding is not said; {filled.table.encoding} was taken for it"
    verb = "would change" if dry_run else "changed"
    yield (
        f"{len(filled.changes)} cells {verb}, {filled.overwritten} of them held something else;"
        f" {filled.same} stay as they are"
    )
    if dry_run:
        yield from (f"  {change}" for change in filled.changes)
    rows = [row.label for row in matches.without_result]
    yield from _listed("rows without a result, left as they were", rows)
    yield from _listed("locked, left as they were", filled.locked)
    yield from _listed("excused, left as they were", filled.excused)
    absent = [person.student for person in matches.without_row]
    yield from _listed("! results without a row", absent)
    yield from _listed("! not clear whose, settle them with --match", matches.ambiguous)
    yield from _listed("! the grader failed on these, left as they were", filled.failed)


def _listed(what: str, names: list[str]) -> Iterator[str]:
    if names:
        more = [f"and {len(names) - MOST} more"] if len(names) > MOST else []
        yield f"{what} ({len(names)}):"
        yield from (f"  {printable(name)}" for name in [*names[:MOST], *more])


def _is_same_number(old: str, new: str) -> bool:
    one, other = number(old), number(new)
    return one is not None and one == other
