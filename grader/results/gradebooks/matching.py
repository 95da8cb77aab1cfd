"""Find each learner's row in a gradebook, by the most reliable data first, without guessing."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from grader.errors import UsageError
from grader.intake.matching import (
    Level,
    as_in_moodle_files,
    folded,
    may_be_one,
    name_levels,
    paired,
)
from grader.intake.table import read_records
from grader.results.gradebooks.people import GradebookPerson

BY_HAND, BY_TEAM = "line of --match", "team"
# What Canvas calls the learner whom a teacher plays.
TEST_STUDENTS = ("test student", "studenttest")


class RowIds(NamedTuple):
    """What a row of a teacher's file says about the person it is for.

    `row` is its index in the table, `label` what the user is shown, `row_id` what a line of --match
    calls it, `ids` the ids and addresses in it, `team` the name of the team they hand in with.
    """

    row: int
    label: str
    row_id: str
    name: str = ""
    ids: tuple[str, ...] = ()
    lms_id: str = ""
    team: str = ""


class Match(NamedTuple):
    """A learner, or a team, a row of theirs, and by what it was found."""

    person: GradebookPerson
    row: RowIds
    by: str


@dataclass
class Matches:
    """The learners and the rows that were matched, and those that were not.

    `rows` has a match by the index of its row; a team has several. Of those that have none,
    `ambiguous` says who fits several rows, and `contradicted` whose number or address is in a row
    with another name; `without_row` fit none, and `test_students` belong in no gradebook.
    `unused` are lines of --match that name no result, or no row.
    """

    rows: dict[int, Match] = field(default_factory=dict)
    ambiguous: list[str] = field(default_factory=list)
    contradicted: list[str] = field(default_factory=list)
    without_row: list[str] = field(default_factory=list)
    test_students: list[str] = field(default_factory=list)
    without_result: list[RowIds] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether each result that belongs in the file has a row."""
        return not (self.ambiguous or self.contradicted or self.without_row or self.unused)


def matched(
    people: Sequence[GradebookPerson],
    rows: Sequence[RowIds],
    *,
    lms: str,
    by_hand: Mapping[str, Sequence[str]],
) -> Matches:
    """Match people with rows, one to one, and teams with every row of theirs.

    `by_hand` is what the user settled, see `read_by_hand`. Where rows name teams, what the LMS
    calls a submission is a team, whose number says nothing: numbers of teams and of people overlap.
    """
    matches = Matches()
    _settle_by_hand(people, rows, by_hand, matches)
    rest = [row for row in rows if row.row not in matches.rows]
    done = {match.person.student for match in matches.rows.values()} | by_hand.keys()
    people = [person for person in people if person.student not in done]
    if any(row.team for row in rows):
        settled = _settle_teams([p for p in people if _may_be_a_team(p, lms)], rest, matches)
        people = [person for person in people if person.student not in settled]
        rest = [row for row in rest if row.row not in matches.rows]
    pairs = paired(people, rest, _levels(lms), lambda p, r: may_be_one(_name_of(p), r.name))
    for index, person in enumerate(people):
        if index in pairs.partners:
            row = rest[pairs.partners[index]]
            matches.rows[row.row] = Match(person, row, pairs.by[index])
        elif index in pairs.contradicted:
            other, level = pairs.contradicted[index]
            matches.contradicted.append(
                f"{person.student}: the {level} is in the row of {rest[other].label}"
            )
        elif index in pairs.unclear:
            why = pairs.unclear[index].sentence("results", "rows")
            matches.ambiguous.append(f"{person.student}: {why}")
        elif folded(_name_of(person) or person.student) in TEST_STUDENTS:
            matches.test_students.append(person.student)
        else:
            matches.without_row.append(person.student)
    matches.without_result = [row for row in rows if row.row not in matches.rows]
    return matches


def read_by_hand(path: Path) -> dict[str, list[str]]:
    """Read the file of --match: the rows of each learner or team that cannot be matched otherwise.

    Raise UsageError when its columns are not student and row, or when a row is given twice.
    """
    headings, records = read_records(path, option="--match")
    if headings != ["student", "row"]:
        raise UsageError(f"{path}, line 1: the first line must be student,row")
    settled: dict[str, list[str]] = defaultdict(list)
    lines: dict[str, int] = {}
    for record in records:
        row = record.cells["row"]
        if row in lines:
            raise UsageError(
                f"{path}, line {record.line}: the row {row!r} is on line {lines[row]} too; one row"
                " takes one result"
            )
        lines[row] = record.line
        settled[record.cells["student"]].append(row)
    return dict(settled)


def _settle_by_hand(
    people: Sequence[GradebookPerson],
    rows: Sequence[RowIds],
    by_hand: Mapping[str, Sequence[str]],
    matches: Matches,
) -> None:
    of_student = {person.student: person for person in people}
    for student, row_ids in by_hand.items():
        for row_id in row_ids:
            found = [row for row in rows if row.row_id == row_id]
            if student not in of_student or not found:
                what = "result" if student not in of_student else "row"
                matches.unused.append(f"{student},{row_id}: there is no such {what}")
            elif len(found) > 1:
                matches.ambiguous.append(f"{student}: {len(found)} rows are called {row_id!r}")
            else:
                matches.rows[found[0].row] = Match(of_student[student], found[0], BY_HAND)


def _settle_teams(
    teams: Sequence[GradebookPerson], rows: Sequence[RowIds], matches: Matches
) -> set[str]:
    """Match each team with the rows that name it, as Moodle writes its name into file names.

    Return the ids of those that are teams for certain, whether they have rows or not.
    """
    settled = set()
    named: dict[str, set[str]] = defaultdict(set)
    named_so: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        for form in as_in_moodle_files(row.team) if row.team else ():
            named[form].add(row.team)
    for person in teams:
        for form in as_in_moodle_files(_name_of(person) or person.student):
            for team in named.get(form, ()):
                named_so[team].add(person.student)
    for person in teams:
        mine = {team for team, students in named_so.items() if person.student in students}
        members = [row for row in rows if row.team in mine]
        if not mine and not person.lms:
            continue
        settled.add(person.student)
        if not mine:
            matches.without_row.append(person.student)
        elif len(mine) > 1 or len(named_so[min(mine)]) > 1:
            matches.ambiguous.append(f"{person.student}: several teams are called so in file names")
        elif _is_of_another(person, rows, min(mine)):
            matches.ambiguous.append(f"{person.student} is the name of a team and of a person")
        else:
            matches.rows |= {row.row: Match(person, row, BY_TEAM) for row in members}
    return settled


def _is_of_another(person: GradebookPerson, rows: Sequence[RowIds], team: str) -> bool:
    """Tell whether somebody outside this team is called as it is: a marker's name, for example."""
    name = folded(_name_of(person) or person.student)
    return any(folded(row.name) == name and row.team != team for row in rows)


def _may_be_a_team(person: GradebookPerson, lms: str) -> bool:
    """Tell whether a result may be a team's: of nobody more is known than the LMS's name."""
    return person.lms in ("", lms) and not (person.sid or person.email)


def _levels(lms: str) -> list[Level[GradebookPerson, RowIds]]:
    by_name: list[Level[GradebookPerson, RowIds]] = name_levels(
        lambda p: p.name or p.student, lambda p: _sortable(p.student), lambda r: r.name
    )
    return [
        Level(
            "LMS id",
            lambda p: [p.lms_id] if p.lms == lms else [],
            lambda r: [r.lms_id],
            checked=True,
        ),
        Level("ID number", lambda p: [p.sid], lambda r: r.ids, checked=True),
        Level(
            "email",
            lambda p: [p.email.casefold()],
            lambda r: [i.casefold() for i in r.ids],
            checked=True,
        ),
        Level("login or id", lambda p: [p.student], lambda r: r.ids, checked=True),
        *by_name,
    ]


def _name_of(person: GradebookPerson) -> str:
    """Return their name, as far as it is known: the id of a plain folder's learner is no name."""
    return person.name or (_sortable(person.student) if person.lms == "canvas" else "")


def _sortable(student: str) -> str:
    """Return the name in the id of a learner whose files came from Canvas, else ""."""
    match = re.fullmatch(r"(.+)_\d+", student)
    return match[1] if match else ""
