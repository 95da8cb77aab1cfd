"""Fill the grading worksheet of a Moodle assignment.

Moodle's importer writes back every row that it is given, comments without their formatting
included. So the file to import has only the rows that are filled, and no comments that are not
ours.
"""

from __future__ import annotations

import re

from grader.errors import UsageError
from grader.intake.matching import as_in_moodle_files
from grader.intake.table import Table, TableRow, number
from grader.intake.worksheet import PARTICIPANT, Columns, columns_of, name_in
from grader.results.gradebooks.comments import as_html, comment
from grader.results.gradebooks.filling import FilledTable, FillOptions, Scale, scale_of
from grader.results.gradebooks.matching import RowIds, matched
from grader.results.gradebooks.people import GradebookPerson
from grader.text import counted

COMMA = re.compile(r"\d+,\d+")
# "No" and "yes" in the languages that Moodle is used in. Moodle itself does not change a row that
# is locked either.
NO = frozenset(
    "no nein non não nao nee nej nei nie ne nu ni ez jo ei nem hayır tidak không"  # noqa: RUF001
    " ні нет не όχι いいえ 否 아니오 아니요 لا نہیں خیر ไม่ না नहीं לא".split()
)
YES = frozenset(
    "yes ja sí si sì oui sim tak ano da áno igen evet ya kyllä jah taip jā bai po có"
    " так да ναι はい 是 예 نعم ہاں بله ใช่ হ্যাঁ हाँ כן".split()  # noqa: RUF001
)
MAY_HAVE_CHANGED = (
    "When you upload it, tick 'Allow updating records that have been modified more recently in the"
    " site than in the spreadsheet': {} a grade already, which Moodle keeps otherwise, without a"
    " word"
)


def fill(
    table: Table,
    people: list[GradebookPerson],
    options: FillOptions,
    *,
    feedback: bool,
    grade_column: str = "",
    feedback_column: str = "",
) -> FilledTable:
    """Put points and, with `feedback`, comments into a worksheet, and leave out all other rows.

    The two columns may be named by their headings; else they are found by content. Raise UsageError
    when the table is no grading worksheet, or lacks a column.
    """
    columns = columns_of(table, grade_column, feedback_column)
    scale = _scale(table, columns, people, options)
    if feedback and columns.feedback is None:
        raise UsageError(
            f"{table.path}: there is no column for feedback comments; allow them in the"
            " assignment's settings, or use --no-feedback"
        )
    matches = matched(
        people, _row_ids(table, columns, people), lms="moodle", by_hand=options.by_hand
    )
    filled = FilledTable(table, matches)
    graded = _put(filled, columns, scale, options.exercise, feedback=feedback)
    if graded:
        have = counted(graded, "row has", "rows have")
        filled.remarks.append(MAY_HAVE_CHANGED.format(have))
    left_out = set() if feedback else {columns.feedback}
    rows = {0, *(match.row.row for match in filled.written)}
    filled.table = table.part(rows, {*range(len(table.header))} - left_out)
    return filled


def _put(
    filled: FilledTable, columns: Columns, scale: Scale, exercise: str, *, feedback: bool
) -> int:
    """Put points and comments into the rows that are free; return how many had a grade before."""
    locked = _locked(filled.table, columns, filled)
    graded = 0
    for index, match in sorted(filled.matches.rows.items()):
        row, person = filled.table.rows[index], match.person
        label, score = match.row.label, person.score(exercise)
        if row.value(columns.changeable) in locked:
            filled.locked.append(label)
        elif score is None:
            filled.failed.append(label)
        else:
            filled.written.append(match)
            graded += row.value(columns.grade) not in ("", "-")
            filled.put(index, columns.grade, scale.text(score), label)
            if feedback and columns.feedback is not None:
                text = as_html(comment(person, exercise))
                filled.put(index, columns.feedback, text, f"{label}, feedback")
    return graded


def _locked(table: Table, columns: Columns, filled: FilledTable) -> set[str]:
    """Return the values that say that a grade cannot be changed; remark on words that say nothing.

    There are at most two, and where one is known so is the other.
    """
    values = {row.value(columns.changeable) for row in table.rows[1:] if not row.is_blank}
    locked = {value for value in values if value.casefold() in NO}
    free = {value for value in values if value.casefold() in YES}
    unknown = values - locked - free
    if len(values) == 2 and unknown:
        if free:
            return unknown
        if not locked:
            words = " or ".join(map(repr, sorted(unknown)))
            filled.remarks.append(
                f"! which of {words} says that a grade cannot be changed is not known, so such rows"
                " are filled, too; Moodle will leave them as they are"
            )
    return locked


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


def _row_ids(table: Table, columns: Columns, people: list[GradebookPerson]) -> list[RowIds]:
    team = _team_column(table, columns, people)
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
                name=name_in(row, columns),
                ids=tuple(text for text in texts[1:] if text),
                lms_id=match[2] if match else "",
                team=row.value(team),
            )
        )
    return ids


def _team_column(table: Table, columns: Columns, people: list[GradebookPerson]) -> int | None:
    """Return the column that has the name of a submission, as Moodle writes it into file names.

    It comes before the marker's, and is not the column of names.
    """
    names = {
        form for person in people for form in as_in_moodle_files(person.name or person.student)
    }
    for column in range(columns.identifier + 2, columns.grade):
        values = {row.value(column) for row in table.rows[1:]} - {""}
        if any(form in names for value in values for form in as_in_moodle_files(value)):
            return column
    return None


def _label(row: TableRow, columns: Columns) -> str:
    return name_in(row, columns) or row.value(columns.identifier)
