"""Fill the grading worksheet of a Moodle assignment.

Its headings are in the site's language, so columns are found by position and content: one has the
same word and a number in every row ("Participant 123"); one has the same number in every row, the
maximum grade; the column before that is the grade, the one after it says whether the grade can be
changed; the last column is for feedback comments.
"""

from __future__ import annotations

import html
import re
from typing import NamedTuple

from grader.errors import UsageError
from grader.intake.table import Table, TableRow
from grader.model import FunctionResult, Verdict
from grader.results.gradebooks.filling import FilledTable, FillOptions, Scale, number, scale_of
from grader.results.gradebooks.matching import RowIds, matched
from grader.results.gradebooks.people import GradebookPerson
from grader.text import points, safe_cell

PARTICIPANT = re.compile(r"(\D*[^\d\s])\s*(\d+)")
COMMA = re.compile(r"\d+,\d+")
# "No" in the languages that Moodle is used in. Moodle itself does not change such rows either.
NO = frozenset(
    "no nein non não nao nee nej nei nie ne ні нет не όχι いいえ 否 아니요 لا"
    " hayır tidak ei nem".split()  # noqa: RUF001
)


class Columns(NamedTuple):
    """The indices of a worksheet's columns; `feedback` is None if it has none."""

    identifier: int
    grade: int
    most: int
    changeable: int
    feedback: int | None


def fill(
    table: Table,
    people: list[GradebookPerson],
    options: FillOptions,
    *,
    feedback: bool,
    grade_column: str = "",
    feedback_column: str = "",
) -> FilledTable:
    """Put points and, with `feedback`, comments into a worksheet.

    The two columns may be named by their headings; else they are found by content. Raise UsageError
    when the table is no grading worksheet, or lacks a column.
    """
    columns = _columns(table, grade_column, feedback_column)
    scale = _scale(table, columns, people, options)
    if feedback and columns.feedback is None:
        raise UsageError(
            f"{table.path}: there is no column for feedback comments; allow them in the"
            " assignment's settings, or use --no-feedback"
        )
    matches = matched(people, _row_ids(table, columns), lms="moodle", by_hand=options.by_hand)
    filled = FilledTable(table, matches)
    for index, person in sorted(matches.rows.items()):
        row = table.rows[index]
        label, score = _label(row, columns), person.score(options.exercise)
        if row.value(columns.changeable).casefold() in NO:
            filled.locked.append(label)
        elif score is None:
            filled.failed.append(label)
        else:
            filled.put(index, columns.grade, scale.text(score), label)
            if feedback and columns.feedback is not None:
                text = comment(person, options.exercise)
                filled.put(index, columns.feedback, text, f"{label}, feedback")
    return filled


def comment(person: GradebookPerson, exercise: str) -> str:
    """Return the feedback comment, as HTML: a paragraph for each function that is not right."""
    functions = [f for f in person.result.functions if not exercise or f.exercise == exercise]
    parts = [_paragraph(function) for function in functions if function.verdict != Verdict.PASSED]
    text = "".join(parts) or "<p>All right.</p>"
    # It begins with a tag, so no spreadsheet reads it as a formula; safe_cell makes sure of that.
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
        raise UsageError(
            f"{table.path}: the maximum grade must come after the column {header[grade]!r}; name"
            " the column of the grade with --grade-column"
        )
    feedback: int | None = len(header) - 1
    if feedback_column:
        feedback = _named(table, feedback_column, "--feedback-column")
    elif "Feedback comments" in header:
        feedback = header.index("Feedback comments")
    elif len(header) - 1 < grade + 5:
        # After the grade come its maximum, whether it can be changed, and two times of changes; no
        # column is left for comments.
        feedback = None
    return Columns(identifier, grade, grade + 1, grade + 2, feedback)


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


def _scale(
    table: Table, columns: Columns, people: list[GradebookPerson], options: FillOptions
) -> Scale:
    rows = [row for row in table.rows[1:] if not row.is_blank]
    maxima = {row.value(columns.most) for row in rows}
    most = number(maxima.pop()) if len(maxima) == 1 else None
    if most is None:
        raise UsageError(
            f"{table.path}: the maximum grade is not the same number in every row; set the"
            " assignment's grade to points"
        )
    cells = [row.value(column) for row in rows for column in (columns.grade, columns.most)]
    comma = any(COMMA.fullmatch(text) for text in cells)
    return scale_of(people, options, most, "the assignment", comma=comma)


def _row_ids(table: Table, columns: Columns) -> list[RowIds]:
    ids = []
    for index, row in enumerate(table.rows):
        if index == 0 or row.is_blank:
            continue
        identifier = row.value(columns.identifier)
        # Name, ID number, email and status are between the identifier and the grade.
        texts = [row.value(column) for column in range(columns.identifier + 1, columns.grade)]
        match = PARTICIPANT.fullmatch(identifier)
        ids.append(
            RowIds(
                index,
                label=_label(row, columns),
                row_id=identifier,
                name=texts[0] if texts else "",
                ids=tuple(text for text in texts[1:] if text),
                lms_id=match[2] if match else "",
            )
        )
    return ids


def _label(row: TableRow, columns: Columns) -> str:
    name = row.value(columns.identifier + 1) if columns.identifier + 1 < columns.grade else ""
    return name or row.value(columns.identifier)
