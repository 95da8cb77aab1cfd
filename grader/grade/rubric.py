"""Read rubric.csv, by which everybody who made a mistake gets the same points for it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from grader.errors import UsageError
from grader.intake.table import read_records
from grader.model import FunctionResult, SubmissionResult
from grader.plan import RELATIONS, Plan, PlannedFunction
from grader.text import csv_row
from grader.text import points as as_text

FILE = "rubric.csv"
COLUMNS = ("function", "mistake", "points")
HEADINGS = (*COLUMNS, "learners", "lost", "message")


def with_rubric(plan: Plan, path: Path) -> Plan:
    """Return a plan by which the rubric in the file `path` counts.

    Rows without points change nothing, nor do those of functions that are not graded in this run;
    other columns than COLUMNS are for the reader. UsageError names the line with a function or
    mistake that is not known, or points that cannot be given.
    """
    headings, records = read_records(path, option="--rubric")
    if missing := [name for name in COLUMNS if name not in headings]:
        raise UsageError(
            f"{path}, line 1: the column {missing[0]} is missing; name {', '.join(COLUMNS)}"
        )
    rubric: dict[str, dict[str, float]] = {}
    planned = plan.functions
    for record in records:
        function, mistake, text = (record.cells[column] for column in COLUMNS)
        where = f"{path}, line {record.line}"
        if not text:
            continue
        if function not in plan.names:
            raise UsageError(f"{where}: no function is called {function!r}; correct the name")
        if function not in planned:
            continue
        points = _points(text, planned[function], where)
        _check_mistake(mistake, planned[function], where)
        given = rubric.setdefault(function, {})
        if given.setdefault(mistake, points) != points:
            raise UsageError(f"{where}: {mistake} has other points in an earlier line; keep one")
    return msgspec.structs.replace(plan, rules=msgspec.structs.replace(plan.rules, rubric=rubric))


def _points(text: str, function: PlannedFunction, where: str) -> float:
    try:
        points = float(text)
    except ValueError:
        points = math.nan
    if not 0 <= points <= function.points:
        raise UsageError(
            f"{where}: {text!r} is no number between 0 and the {as_text(function.points)} points of"
            f" {function.name}"
        )
    return round(points, 2)


def _check_mistake(mistake: str, function: PlannedFunction, where: str) -> None:
    known = {*RELATIONS, *(listed.id for listed in function.mistakes)}
    known |= {generated.id for generated in function.generated}
    if mistake not in known:
        raise UsageError(
            f"{where}: no mistake of {function.name} is called {mistake!r}; see `grader rubric`"
        )


@dataclass(frozen=True, slots=True)
class _Seen:
    """How many learners made a mistake, what it cost them, and what they read."""

    learners: int = 0
    lost: float = 0.0
    message: str = ""


def _told_of(mistake: str, function: FunctionResult) -> str:
    """Return what a learner reads of a mistake or a relation; empty if it is of another one."""
    named = function.misconception
    if named is None:
        return ""
    is_relation = mistake in RELATIONS and named.id not in function.matches
    return named.message if named.id == mistake or is_relation else ""


def points_in(path: Path) -> dict[tuple[str, str], str]:
    """Return what a rubric gives for each function and mistake; UsageError if it is none."""
    _headings, records = read_records(path, option="--out")
    cells = [[record.cells.get(column, "") for column in COLUMNS] for record in records]
    return {(function, mistake): points for function, mistake, points in cells if points}


def rubric_csv(
    results: Iterable[SubmissionResult], given: Mapping[tuple[str, str], str] | None = None
) -> str:
    """Return a rubric to start from: each mistake that was made, and what it has cost.

    The points are those that are `given`, else empty: such a row changes nothing.
    """
    given = given or {}
    seen: dict[tuple[str, str], _Seen] = dict.fromkeys(given, _Seen())
    for result in results:
        for function in result.functions:
            for mistake in function.matches:
                key = function.function, mistake
                found = seen.get(key, _Seen())
                message = _told_of(mistake, function)
                seen[key] = replace(
                    found,
                    learners=found.learners + 1,
                    lost=found.lost + function.max_score - (function.score or 0.0),
                    message=found.message or " ".join(message.split()),
                )
    rows = [csv_row(HEADINGS)]
    for key, found in sorted(seen.items(), key=lambda item: -item[1].lost):
        cells = [given.get(key, ""), str(found.learners), as_text(found.lost), found.message]
        rows.append(csv_row([*key, *cells]))
    return "".join(rows)
