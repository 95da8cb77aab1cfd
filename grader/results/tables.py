"""Results as spreadsheets and programs read them: lines of JSON, a gradebook, what has changed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from grader.intake.people import ClassSubmissions
from grader.model import Move, SubmissionResult
from grader.plan import Plan
from grader.text import points, safe_cell


def results_jsonl(results: Iterable[SubmissionResult]) -> Iterator[str]:
    """A line of JSON for each submission."""
    encoder = msgspec.json.Encoder()
    for result in results:
        yield encoder.encode(result).decode() + "\n"


def gradebook_csv(
    results: Iterable[SubmissionResult],
    plan: Plan,
    *,
    follow_through: bool = False,
    overrides: bool = False,
    names: bool = False,
) -> Iterator[str]:
    """A row for each learner: student, the points of each exercise, total.

    Where the grader failed the cell is blank: a failure of ours is never a zero. After the total
    come, if asked for, how many of the points are for follow-through (`follow_through`), and the
    functions whose points were given by hand (`overrides`), and full names (`names`).
    """
    slugs = [exercise.slug for exercise in plan.exercises]
    more = [*["follow_through"] * follow_through, *["overrides"] * overrides, *["name"] * names]
    yield _row(["student", *slugs, "total", *more])
    for result in results:
        scores = [result.exercise_score(slug) for slug in slugs]
        row = [safe_cell(result.student), *map(points, scores), points(result.score)]
        if follow_through:
            row.append(points(sum(f.follow_through for f in result.functions)))
        if overrides:
            row.append(" ".join(f.function for f in result.functions if f.override is not None))
        if names:
            row.append(safe_cell(result.name))
        yield _row(row)


def people_csv(taken: ClassSubmissions) -> Iterator[str]:
    """A row for each learner, and for each of the roster who has handed in nothing."""
    yield _row("student name email sid lms lms_id group late handed_in".split())
    handed = [(entry.student, entry.person, "yes") for entry in taken.entries]
    absent = [(key, person, "no") for key, person in taken.absent]
    for student, person, handed_in in [*handed, *absent]:
        known = (person.name, person.email, person.sid, person.lms, person.lms_id, person.group)
        late = "yes" if person.late else ""
        yield _row([*map(safe_cell, (student, *known)), late, handed_in])


def misconceptions_csv(results: Iterable[SubmissionResult]) -> Iterator[str]:
    """A row for each function of each learner whose mistake was recognised."""
    yield _row(["student", "exercise", "function", "id", "message"])
    for result in results:
        for function in result.functions:
            if (found := function.misconception) is not None:
                message = " ".join(found.message.split())
                cells = [result.student, function.exercise, function.function, found.id, message]
                yield _row([safe_cell(cell) for cell in cells])


def changes_csv(moves: Iterable[Move]) -> Iterator[str]:
    """A row for each function of each learner whose points have moved since the last run."""
    yield _row(["student", "exercise", "function", "before", "after", "override"])
    for move in moves:
        before_after = [points(move.before), points(move.after)]
        override = "yes" if move.overridden else ""
        yield _row([safe_cell(move.student), move.exercise, move.function, *before_after, override])


def _row(cells: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()
