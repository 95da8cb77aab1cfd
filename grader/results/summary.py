"""Print a run's results in a terminal: tables, and lines under them."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import TYPE_CHECKING

from grader.model import Move, Override, SubmissionResult, Verdict
from grader.plan import Plan
from grader.results.figures import SMALL_CLASS, ClassFigures, ShortList
from grader.text import points

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

# The most lines of one kind that are printed.
MAX_LINES = 20
MOST_MISTAKES = 5


def summarise(figures: ClassFigures, plan: Plan, console: Console) -> None:
    """Print a class's results."""
    if figures.count <= SMALL_CLASS:
        console.print(student_table(figures.first, plan))
        console.print()
    console.print(function_table(figures))
    console.print()
    if scores := figures.scores:
        _line(
            console,
            f"{len(scores)} graded out of {points(figures.max_score)} points: lowest"
            f" {points(min(scores))}, median {points(statistics.median(scores))},"
            f" highest {points(max(scores))}",
        )
    if figures.misconceptions:
        _line(console, "most frequent mistakes (learners):")
        frequent = figures.misconceptions[:MOST_MISTAKES]
        _list(console, [f"{one.learners.count}  {one.function}: {one.id}" for one in frequent], 0)
    overrides = [_override(student, *one) for student, one in figures.overrides.first]
    _list(console, overrides[:MAX_LINES], figures.overrides.count)
    failures = [f"not graded: {student}: {why}" for student, why in figures.failures.first]
    _list(console, failures[:MAX_LINES], figures.failures.count)


def print_moves(moves: ShortList[Move], console: Console) -> None:
    """Print whose points changed since the last run: the first few, and how many more."""
    if moves.count:
        _line(console, "points that changed since the last run:")
        _list(console, [_move(move) for _, move in moves.first[:MAX_LINES]], moves.count)


def _move(move: Move) -> str:
    change = ""
    if move.before is not None and move.after is not None:
        change = f"{move.after - move.before:+.2f}".rstrip("0").rstrip(".")
    how = ", ".join(filter(None, (change, "override" if move.overridden else "")))
    before, after = (points(score) or "blank" for score in (move.before, move.after))
    what = move.function or move.exercise
    return f"{move.student}: {what} {before} -> {after}" + (f" ({how})" if how else "")


def _override(student: str, target: str, override: Override) -> str:
    graded = points(override.graded) or "not graded"
    reason = f": {override.reason}" if override.reason else ""
    mark = f", {override.mark}" if override.mark else ""
    who = f"override: {student}: {target} {points(override.points)}"
    return f"{who} (graded: {graded}{mark}){reason}"


def _list(console: Console, lines: Sequence[str], count: int) -> None:
    for line in lines:
        _line(console, f"  {line}")
    if count > len(lines):
        _line(console, f"  and {count - len(lines)} more")


def _line(console: Console, text: str) -> None:
    clean = "".join(c if c.isprintable() else "?" for c in text)
    console.print(clean, markup=False, highlight=False, soft_wrap=True)


def function_table(figures: ClassFigures) -> Table:
    """Build a table of the functions: mean, how many got full points, how often what went wrong."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, title_justify="left")
    table.add_column("function")
    table.add_column("points", justify="right")
    table.add_column("mean", justify="right")
    table.add_column("full points", justify="right")
    table.add_column("what went wrong (learners)", overflow="fold")
    for function in figures.functions.values():
        verdicts = function.verdicts.most_common()
        table.add_row(
            function.name,
            points(function.points),
            "-" if function.mean is None else f"{function.mean:.1f}",
            f"{function.full} of {function.graded}",
            ", ".join(f"{verdict} {count}" for verdict, count in verdicts),
        )
    return table


def student_table(results: Sequence[SubmissionResult], plan: Plan) -> Table:
    """Build a table of the learners: points as in the gradebook, and each one's first problem."""
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column("student")
    for name in _short_names([exercise.slug for exercise in plan.exercises]):
        table.add_column(name, justify="right")
    table.add_column("total", justify="right")
    table.add_column("first problem", overflow="ellipsis", no_wrap=True)
    for result in results:
        scores = [result.exercise_score(exercise.slug) for exercise in plan.exercises]
        table.add_row(
            escape(result.student),
            *(points(score) or "?" for score in scores),
            points(result.score) or "?",
            escape(_first_problem(result)),
        )
    return table


def _short_names(slugs: Sequence[str]) -> list[str]:
    """Shorten `ex01_softmax` to `ex01`, if the short names are still unique."""
    short = [slug.partition("_")[0] for slug in slugs]
    return short if len(set(short)) == len(slugs) else list(slugs)


# With these verdicts no check says what is wrong, so the message is printed itself.
WITHOUT_CHECKS = (Verdict.MISSING, Verdict.NOT_LOADED, Verdict.NOT_ATTEMPTED, Verdict.GRADER_ERROR)


def _first_problem(result: SubmissionResult) -> str:
    for function in result.functions:
        if function.verdict is Verdict.PASSED:
            continue
        if function.verdict in WITHOUT_CHECKS:
            text = function.message
            text = text if function.function in text else f"{function.function}: {text}"
        else:
            check, _, _ = function.message.partition(": ")
            text = f"{function.function}: {function.verdict.replace('_', ' ')} ({check})"
        return text if len(text) <= 70 else text[:69] + "…"
    return "all right"
