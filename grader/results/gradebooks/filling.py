"""Fill a teacher's own file with points: what Canvas and Moodle share, and the report on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from grader.errors import UsageError
from grader.intake.table import Table, number
from grader.results.gradebooks.matching import Match, Matches
from grader.results.gradebooks.people import GradebookPerson
from grader.text import counted, points, printable

# The most names that are listed of one kind.
MOST = 20


@dataclass(frozen=True, slots=True)
class FillOptions:
    """How a table is filled, as the user asked for it, whichever LMS the table is from.

    `exercise`: fill in the points of this exercise; "" for the points of all.
    `scale`: scale the points if the file has another maximum.
    `by_hand`: rows that the user settled, see `read_by_hand`.
    """

    exercise: str = ""
    scale: bool = False
    by_hand: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass
class FilledTable:
    """A teacher's table while its cells are filled, and the record of what was done.

    State: the table, whose cells `put` changes; the matches; the number of cells that were
    `overwritten` or that had the `same` value before; and labels of the rows that were left as they
    were: `locked` or `excused` in the LMS, or `failed`, because the grader failed on that learner.
    `written` has the matches whose rows were filled, `remarks` sentences for the teacher.
    """

    table: Table
    matches: Matches
    changes: list[str] = field(default_factory=list)
    overwritten: int = 0
    same: int = 0
    locked: list[str] = field(default_factory=list)
    excused: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    written: list[Match] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether every result that belongs in the table is in it."""
        return self.matches.complete and not self.failed

    def put(self, row: int, column: int, value: str, label: str) -> None:
        """Write a cell, and record the change under the row's `label`."""
        old = self.table.rows[row].value(column)
        if old == value or _is_same_number(old, value):
            self.same += 1
            return
        self.overwritten += bool(old)
        short = value if len(value) <= 40 else value[:39] + "…"
        self.changes.append(f"{label}: {old or 'empty'} -> {printable(short)}")
        self.table.put(row, column, value)


@dataclass(frozen=True, slots=True)
class Scale:
    """How the course's points become the file's; `comma`: it writes numbers with a comma."""

    factor: float
    comma: bool = False

    def text(self, score: float) -> str:
        """Write a score as the file writes numbers."""
        text = points(score * self.factor)
        return text.replace(".", ",") if self.comma else text


def scale_of(
    people: list[GradebookPerson],
    options: FillOptions,
    most: float | None,
    where: str,
    *,
    comma: bool = False,
) -> Scale:
    """Return the scale from the course's maximum to `most`, that of the column `where` (if known).

    Raise UsageError when they differ and the user did not ask for scaling, or when either is 0.
    """
    course = people[0].max_score(options.exercise)
    if most is None or most == course:
        return Scale(1.0, comma)
    if not options.scale:
        raise UsageError(
            f"{where} is out of {most:g} points and the results are out of {course:g}; make them"
            " equal, or use --scale to scale the points"
        )
    if not course > 0 or not most > 0:
        raise UsageError(
            f"{where} is out of {most:g} points and the results are out of {course:g}; scaling"
            " needs both to be more than 0"
        )
    return Scale(most / course, comma)


def report(filled: FilledTable, *, dry_run: bool) -> Iterator[str]:
    """Yield the lines that tell the user what was done, or for a dry run what would be."""
    matches = filled.matches
    by = defaultdict[str, list[str]](list)
    for _row, match in sorted(matches.rows.items()):
        by[match.by].append(f"{match.person.student} -> {match.row.label}")
    yield f"{counted(len(matches.rows), 'row has', 'rows have')} a result"
    for what, pairs in by.items():
        yield from _listed(f"by {what}", pairs, most=len(pairs) if dry_run else MOST)
    if filled.table.guessed:
        yield f"! the file does not state its encoding; it was read as {filled.table.encoding}"
    verb = "would change" if dry_run else "changed"
    yield (
        f"{counted(len(filled.changes), 'cell')} {verb}, {filled.overwritten} of them held"
        f" something else; {filled.same} stay as they are"
    )
    if dry_run:
        yield from (f"  {change}" for change in filled.changes)
    yield from filled.remarks
    rows = [row.label for row in matches.without_result]
    yield from _listed("rows without a result", rows)
    yield from _listed("locked, left as they were", filled.locked)
    yield from _listed("excused, left as they were", filled.excused)
    yield from _listed("a test student, who is in no gradebook", matches.test_students)
    yield from _listed("! results without a row", matches.without_row)
    yield from _listed(
        "! left out, since the row has another name; if it is theirs, say so with --match",
        matches.contradicted,
    )
    yield from _listed("! ambiguous, settle them with --match", matches.ambiguous)
    yield from _listed("! lines of --match that settle nothing", matches.unused)
    yield from _listed("! the grader failed on these, left as they were", filled.failed)


def _listed(what: str, names: Sequence[str], *, most: int = MOST) -> Iterator[str]:
    if names:
        more = [f"and {len(names) - most} more"] if len(names) > most else []
        yield f"{what} ({len(names)}):"
        yield from (f"  {printable(name)}" for name in [*names[:most], *more])


def _is_same_number(old: str, new: str) -> bool:
    one, other = number(old), number(new)
    return one is not None and one == other
