"""Write tables that no LMS imports: one with Gradescope's headings, and one with any columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from grader.errors import UsageError
from grader.results.gradebooks.comments import as_text, comment
from grader.results.gradebooks.people import GradebookPerson
from grader.results.pages import FEEDBACK, page_name
from grader.text import csv_row, points, safe_cell


def columns_of(people: Sequence[GradebookPerson]) -> dict[str, Callable[[GradebookPerson], str]]:
    """Return all columns a table may have: people's details, points, points of each exercise.

    `comment` and `page` (its path in the folder of results) are for a mail to each learner.
    """
    slugs = list(dict.fromkeys(f.exercise for f in people[0].result.functions))
    columns: dict[str, Callable[[GradebookPerson], str]] = {
        "student": lambda p: safe_cell(p.student),
        "name": lambda p: safe_cell(p.name),
        "email": lambda p: safe_cell(p.email),
        "sid": lambda p: safe_cell(p.sid),
        "lms_id": lambda p: safe_cell(p.lms_id),
        "section": lambda p: safe_cell(p.section),
        "score": lambda p: points(p.score("")),
        "max_score": lambda p: points(p.max_score("")),
        "late": lambda p: "yes" * p.result.late,
        "comment": lambda p: as_text(comment(p, "")),
        "page": lambda p: f"{FEEDBACK}/{page_name(p.student)}",
    }
    for slug in slugs:
        columns[slug] = _exercise(slug)
    return columns


def _exercise(slug: str) -> Callable[[GradebookPerson], str]:
    return lambda person: points(person.score(slug))


def table(people: Sequence[GradebookPerson], names: Sequence[str], delimiter: str) -> Iterator[str]:
    """Yield a row for each learner, with these columns. Raise UsageError for an unknown column."""
    columns = columns_of(people)
    for name in names:
        if name not in columns:
            raise UsageError(
                f"--columns: there is no column {name!r}; the columns are: {', '.join(columns)}"
            )
    yield csv_row(names, delimiter=delimiter)
    for person in people:
        yield csv_row([columns[name](person) for name in names], delimiter=delimiter)


def gradescope_table(people: Sequence[GradebookPerson]) -> Iterator[str]:
    """Yield a row for each learner, with headings as in Gradescope's own exports."""
    slugs = list(dict.fromkeys(f.exercise for f in people[0].result.functions))
    headings = [f"{slug} ({points(people[0].max_score(slug))} pts)" for slug in slugs]
    yield csv_row(["Name", "SID", "Email", "Total Score", "Max Points", *headings])
    for person in people:
        about = [person.name or person.student, person.sid, person.email]
        scores = [points(person.score("")), points(person.max_score(""))]
        scores += [points(person.score(slug)) for slug in slugs]
        yield csv_row([*map(safe_cell, about), *scores])
