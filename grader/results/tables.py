"""Write results for spreadsheets and programs: JSON lines, and CSV rows of several files."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from grader.intake.people import ClassSubmissions
from grader.model import FORMAT, Move, SubmissionResult
from grader.plan import Plan
from grader.results.figures import ClassFigures
from grader.text import csv_row, points, safe_cell

_ENCODER = msgspec.json.Encoder()


def json_line(result: SubmissionResult) -> str:
    """Return the line of results.jsonl for one submission."""
    return _ENCODER.encode(result.told).decode() + "\n"


def run_json(
    seed: str, probes: Mapping[str, str], seconds: Iterable[tuple[str, float]]
) -> Iterator[str]:
    """Yield what a run depends on and learners must not know: JSON with a line for each of them.

    How long grading took is theirs to choose once they have seen a sealed input.
    """
    head = {"format": FORMAT, "seed": seed, "probes": probes}
    yield f'{json.dumps(head)[:-1]},\n"seconds": {{'
    for number, (student, spent) in enumerate(seconds):
        yield f"{',' if number else ''}\n{json.dumps(student)}: {math.ceil(spent)}"
    yield "}}\n"


def gradebook_csv(figures: ClassFigures, plan: Plan) -> Iterator[str]:
    """Yield a row for each learner: student, the points of each exercise, total.

    Where the grader failed the cell is blank: a failure of ours is never a zero. More columns
    follow if any learner has a value there: what has a manual mark, who was late, and full names.
    """
    rows = figures.learners
    overrides = any(row.overrides for row in rows)
    late = any(row.late for row in rows)
    names = any(row.name for row in rows)
    slugs = [exercise.slug for exercise in plan.exercises]
    more = [*["overrides"] * overrides, *["late"] * late, *["name"] * names]
    yield csv_row(["student", *slugs, "total", *more])
    for row in rows:
        cells = [safe_cell(row.student), *map(points, row.scores), points(row.score)]
        cells += [row.overrides] * overrides
        cells += ["yes" * row.late] * late
        cells += [safe_cell(row.name)] * names
        yield csv_row(cells)


def people_csv(submissions: ClassSubmissions) -> Iterator[str]:
    """Yield a row for each learner, and for each person of the roster who handed in nothing."""
    yield csv_row("student name email sid lms lms_id group section late handed_in".split())
    handed = [(e.student, e.person, "yes" if e.parts else "no") for e in submissions.entries]
    absent = [(student, person, "no") for student, person in submissions.absent]
    for student, person, handed_in in [*handed, *absent]:
        about = [person.name, person.email, person.sid, person.lms, person.lms_id]
        about += [person.group, person.section]
        late = "yes" if person.late else ""
        yield csv_row([*map(safe_cell, (student, *about)), late, handed_in])


def misconception_rows(result: SubmissionResult) -> Iterator[str]:
    """Yield a row for each function of a learner whose mistake was recognised."""
    for function in result.functions:
        if (mistake := function.misconception) is not None:
            message = " ".join(mistake.message.split())
            cells = [result.student, function.exercise, function.function, mistake.id, message]
            yield csv_row([safe_cell(cell) for cell in cells])


def changes_csv(moves: Iterable[Move]) -> Iterator[str]:
    """Yield a row for each function of each learner whose points changed since the last run."""
    yield csv_row(["student", "exercise", "function", "before", "after", "override"])
    for move in moves:
        before_after = [points(move.before), points(move.after)]
        override = "yes" if move.overridden else ""
        yield csv_row(
            [safe_cell(move.student), move.exercise, move.function, *before_after, override]
        )


MISCONCEPTION_HEADINGS = csv_row(["student", "exercise", "function", "id", "message"])
