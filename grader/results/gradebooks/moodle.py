"""Fill the grading worksheet that Moodle offers for an assignment.

Its headings are in the site's language, so columns are found by place and content: one holds the
same word and a number in every row ("Participant 123"); one holds the same number in every row,
the maximum grade; before that stands the grade, after it whether it can be changed; the last
column is for feedback comments.
"""

from __future__ import annotations

import html
import re
from typing import NamedTuple

from grader.errors import UsageError
from grader.intake.table import Table, TableRow
from grader.model import FunctionResult, Verdict
from grader.results.gradebooks.filling import Filled, Scale, number, scale_of
from grader.results.gradebooks.matching import RowIds, matched
from grader.results.gradebooks.people import GradebookPerson
from grader.text import points, safe_cell

PARTICIPANT = re.compile(r"(\D*[^\d\s])\s*(\d+)")
COMMA = re.compile(r"\d+,\d+")
# "No" in languages that Moodle is used in; Moodle itself leaves such rows alone, too.
NO = frozenset(
    "no nein non não nao nee nej nei nie ne ні нет не όχι いいえ 否 아니요 لا"
    " hayır tidak ei nem".split()  # noqa: RUF001
)


class Columns(NamedTuple):
    """The places of the columns; None for what is not there."""

    identifier: int
    grade: int
    most: int
    changeable: int
    feedback: int | None


def fill(
    table: Table,
    people: list[GradebookPerson],
    *,
    exercise: str,
    feedback: bool,
    scale: bool,
    by_hand: dict[str, str],
    grade_column: str = "",
    feedback_column: str = "",
) -> Filled:
    """Put points and feedback into a worksheet. UsageError when the table is none."""
    columns = _columns(table, grade_column, feedback_column)
    scaled = _scale(table, columns, people, exercise, scale=scale)
    if feedback and columns.feedback is None:
        raise UsageError(
            f"{table.path}: there is no column for feedback comments; allow them in the"
            " assignment's settings, or say --no-feedback"
        )
    filled = Filled(table, matched(people, _keys(table, columns), lms="moodle", by_hand=by_hand))
    for place, person in sorted(filled.matches.rows.items()):
        row = table.rows[place]
        label, score = _label(row, columns), person.score(exercise)
        if row.value(columns.changeable).casefold() in NO:
            filled.locked.append(label)
        elif score is None:
            filled.failed.append(label)
        else:
            filled.put(place, columns.grade, scaled.text(score), label)
            if feedback and columns.feedback is not None:
                filled.put(place, columns.feedback, comment(person, exercise), f"{label}, feedback")
    return filled


def comment(person: GradebookPerson, exercise: str) -> str:
    """What a learner reads in Moodle: a paragraph for each function that is not right, as HTML."""
    functions = [f for f in person.result.functions if not exercise or f.exercise == exercise]
    parts = [_paragraph(function) for function in functions if function.verdict != Verdict.PASSED]
    text = "".join(parts) or "<p>All right.</p>"
    # Begins with a tag, so no spreadsheet takes it for a formula; safe_cell holds it to that.
    return safe_cell(text)


def _paragraph(function: FunctionResult) -> str:
    head = f"{function.function}: {points(function.score)} of {points(function.max_score)} points"
    lines = [head, function.message]
    if function.misconception is not None:
        lines.append(function.misconception.message)
    texts = (html.escape(" ".join(line.split())) for line in lines if line)
    return f"<p>{'<br>'.join(texts)}</p>"


def _columns(table: Table, grade_column: str, feedback_column: str) -> Columns:
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
        raise UsageError(f"{table.path}: after the column {header[grade]!r} the maximum is missing")
    feedback: int | None = len(header) - 1
    if feedback_column:
        feedback = _named(table, feedback_column, "--feedback-column")
    elif "Feedback comments" in header:
        feedback = header.index("Feedback comments")
    elif len(header) - 1 < grade + 5:
        # Grade, maximum, can be changed, and when either was modified last: no column is left.
        feedback = None
    return Columns(identifier, grade, grade + 1, grade + 2, feedback)


def _identifier(table: Table, rows: list[TableRow]) -> int:
    for column in range(len(table.header)):
        found = [PARTICIPANT.fullmatch(row.value(column)) for row in rows]
        if all(found) and len({match[1] for match in found if match}) == 1:
            return column
    raise UsageError(
        f"{table.path}: no column holds an identifier such as 'Participant 123'; take the grading"
        " worksheet (Assignment > View all submissions > Download grading worksheet)"
    )


def _by_content(table: Table, rows: list[TableRow], identifier: int) -> int:
    """The column before the one that holds the same positive number in every row."""
    for column in range(identifier + 2, len(table.header)):
        values = {row.value(column) for row in rows}
        if len(values) == 1 and (number(values.pop()) or 0) > 0:
            before = [row.value(column - 1) for row in rows]
            if all(text in ("", "-") or number(text) is not None for text in before):
                return column - 1
    raise UsageError(
        f"{table.path}: no column holds the maximum grade, the same number in every row; name the"
        f" column of the grade with --grade-column: {', '.join(map(repr, table.header))}"
    )


def _named(table: Table, name: str, option: str) -> int:
    if name not in table.header:
        raise UsageError(
            f"{option} {name}: {table.path} has no such column; there are:"
            f" {', '.join(map(repr, table.header))}"
        )
    return table.header.index(name)


def _scale(
    table: Table, columns: Columns, people: list[GradebookPerson], exercise: str, *, scale: bool
) -> Scale:
    rows = [row for row in table.rows[1:] if not row.is_blank]
    found = {row.value(columns.most) for row in rows}
    most = number(found.pop()) if len(found) == 1 else None
    if most is None:
        raise UsageError(
            f"{table.path}: the maximum grade is not one number; set the assignment's grade to"
            " points"
        )
    cells = [row.value(column) for row in rows for column in (columns.grade, columns.most)]
    comma = any(COMMA.fullmatch(text) for text in cells)
    return scale_of(people, exercise, most, "the assignment", scale=scale, comma=comma)


def _keys(table: Table, columns: Columns) -> list[RowIds]:
    keys = []
    for place, row in enumerate(table.rows):
        if place == 0 or row.is_blank:
            continue
        identifier = row.value(columns.identifier)
        # Name, ID number, email and status stand between the identifier and the grade.
        texts = [row.value(column) for column in range(columns.identifier + 1, columns.grade)]
        match = PARTICIPANT.fullmatch(identifier)
        keys.append(
            RowIds(
                place,
                label=_label(row, columns),
                row_id=identifier,
                name=texts[0] if texts else "",
                ids=tuple(text for text in texts[1:] if text),
                lms_id=match[2] if match else "",
            )
        )
    return keys


def _label(row: TableRow, columns: Columns) -> str:
    name = row.value(columns.identifier + 1) if columns.identifier + 1 < columns.grade else ""
    return name or row.value(columns.identifier)
