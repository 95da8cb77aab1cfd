"""Find the columns of a Moodle grading worksheet, in any language.

Its headings are in the site's language, so columns are found by content: one has the same word and
a number in every row ("Participant 123"); one has the same number in every row, the maximum grade;
the column before that is the grade. Two columns hold dates, when the submission and the grade were
changed last: the column before the first says whether the grade can be changed, the one after the
last is for feedback comments. Between the identifier and the grade are a name, an ID number, an
address, a status, the team and the marker, as far as the assignment has them.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from grader.errors import UsageError
from grader.intake.table import Table, TableRow, number

PARTICIPANT = re.compile(r"(\D*[^\d\s])\s*(\d+)")
# "-" where nothing has happened; else numbers for the day, the year and the time.
DATE = re.compile(r"-|(?=.*\d{4})(?:\D*\d+){4,5}\D*", re.DOTALL)
# All results of an outcomes column begin with the outcome's name.
OUTCOME = re.compile(r"([^:]+): .+", re.DOTALL)


# Part of what Moodle calls a draft, which has not been submitted, in some languages.
DRAFT = (
    "draft entwurf brouillon borrador bozza concept rascunho 下書き 초안 草稿 szkic wersja koncept"
    " utkast kladde luonnos черновик чернетка πρόχειρο taslak مسودة".split()
)


class Columns(NamedTuple):
    """The indices of a worksheet's columns; None for one that it does not have.

    `submitted` says when the submission was changed last, or "-".
    """

    identifier: int
    grade: int
    most: int
    changeable: int
    submitted: int | None
    feedback: int | None


class Participant(NamedTuple):
    """A row of a worksheet; `line` is where it begins in the file, `number` the participant's."""

    line: int
    name: str
    id_number: str
    email: str
    number: str
    team: str
    status: str
    submitted: bool

    @property
    def late(self) -> bool:
        """Whether they handed in late: the second part of the status then says by how much."""
        parts = self.status.split(" - ")
        return self.submitted and len(parts) > 1 and any(c.isdecimal() for c in parts[1])

    @property
    def draft(self) -> str:
        """What Moodle calls a draft, if theirs is one."""
        first = self.status.partition(" - ")[0]
        return first if any(word in first.casefold() for word in DRAFT) else ""


def columns_of(table: Table, grade_column: str = "", feedback_column: str = "") -> Columns:
    """Return the columns of a worksheet; two may be named by their headings.

    Raise UsageError when the table is no grading worksheet, or a column is not found.
    """
    header = table.header
    rows = [row for row in table.rows[1:] if not row.is_blank]
    if not rows:
        raise UsageError(f"{table.path} has no rows of participants; download it again")
    identifier = _identifier(table, rows)
    if grade_column:
        grade = _named(table, grade_column, "--grade-column")
    elif "Grade" in header:
        grade = header.index("Grade")
    else:
        grade = _by_content(table, rows, identifier)
    if grade + 2 >= len(header):
        raise UsageError(
            f"{table.path}: the maximum grade must come after the column {header[grade]!r}; name"
            " the column of the grade with --grade-column"
        )
    dates = [
        column
        for column in range(grade + 3, len(header))
        if all(DATE.fullmatch(row.value(column)) for row in rows)
    ]
    changeable = dates[0] - 1 if dates else grade + 2
    if len({row.value(changeable) for row in rows}) > 2:
        raise UsageError(
            f"{table.path}: the column {header[changeable]!r} should say whether a grade can be"
            " changed, and has more than two values; download the worksheet again"
        )
    if feedback_column:
        feedback: int | None = _named(table, feedback_column, "--feedback-column")
    else:
        feedback = dates[-1] + 1 if dates and dates[-1] + 1 < len(header) else None
        if feedback is not None and _are_outcomes(rows, feedback):
            feedback = None
    submitted = dates[0] if dates else None
    return Columns(identifier, grade, grade + 1, changeable, submitted, feedback)


def _are_outcomes(rows: list[TableRow], column: int) -> bool:
    matches = [OUTCOME.fullmatch(row.value(column)) for row in rows]
    return all(matches) and len({match[1] for match in matches if match}) == 1


def _identifier(table: Table, rows: list[TableRow]) -> int:
    for column in range(len(table.header)):
        matches = [PARTICIPANT.fullmatch(row.value(column)) for row in rows]
        if all(matches) and len({match[1] for match in matches if match}) == 1:
            return column
    raise UsageError(
        f"{table.path}: no column has an identifier such as 'Participant 123' in every row; use the"
        " grading worksheet (Assignment > View all submissions > Download grading worksheet)"
    )


def _by_content(table: Table, rows: list[TableRow], identifier: int) -> int:
    """Return the column before the one that has the same positive number in every row."""
    for column in range(identifier + 2, len(table.header)):
        values = {row.value(column) for row in rows}
        if len(values) == 1 and (number(values.pop()) or 0) > 0:
            before = [row.value(column - 1) for row in rows]
            if all(text in ("", "-") or number(text) is not None for text in before):
                return column - 1
    raise UsageError(
        f"{table.path}: no column has the maximum grade, the same number in every row; name the"
        f" column of the grade with --grade-column: {', '.join(map(repr, table.header))}"
    )


def _named(table: Table, name: str, option: str) -> int:
    if name not in table.header:
        raise UsageError(
            f"{option} {name}: {table.path} has no such column; its columns are:"
            f" {', '.join(map(repr, table.header))}"
        )
    return table.header.index(name)


def name_in(row: TableRow, columns: Columns) -> str:
    """Return the full name in a row; "" where marking is blind, and a status comes first.

    A status has several parts, of which the last are empty without marking workflow.
    """
    text = row.value(columns.identifier + 1) if columns.identifier + 1 < columns.grade else ""
    return "" if _is_status(text) else text


def people_in(table: Table, columns: Columns) -> list[Participant]:
    """Return the people of a worksheet.

    What comes after the status is the team, or the marker where there are no teams: whoever uses
    it compares it with the names of submissions.
    """
    rows = [row for row in table.rows[1:] if not row.is_blank]
    inside = range(columns.identifier + 1, columns.grade)
    email = next((n for n in inside if all("@" in row.value(n) for row in rows)), None)
    status = next((n for n in inside if all(_is_status(row.value(n)) for row in rows)), None)
    after = None if status is None or status + 1 >= columns.grade else status + 1
    # The ID number is between the name and the address, if the site shows it.
    shown = email is not None and columns.identifier + 2 < email
    id_number = columns.identifier + 2 if shown else None
    return [
        Participant(
            row.line,
            name=name_in(row, columns),
            id_number=row.value(id_number),
            email=row.value(email),
            number=identified[2],
            team=row.value(after),
            status=row.value(status),
            submitted=row.value(columns.submitted) not in ("", "-"),
        )
        for row in rows
        if (identified := PARTICIPANT.fullmatch(row.value(columns.identifier))) is not None
    ]


def _is_status(text: str) -> bool:
    return " - " in text or text.endswith(" -")
