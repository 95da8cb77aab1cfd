"""Print a run's results in a terminal: tables, and lines under them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from grader.model import Move, Override, SubmissionResult, Verdict
from grader.plan import Plan
from grader.results.causes import Cause
from grader.results.figures import SMALL_CLASS, ClassFigures
from grader.results.lists import ShortList
from grader.text import counted, listed, points, shortened

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

# The most lines of one kind that are printed.
MAX_LINES = 20
MOST_CAUSES = 7
# Of one reason to look, so many learners are named.
MOST_NAMED = 5
LONGEST_ABOUT = 90


def summarise(figures: ClassFigures, plan: Plan, console: Console) -> None:
    """Print a class's results: first what to do, then the figures behind it."""
    _print_concerns(figures, console)
    _print_causes(figures, console)
    if figures.count <= SMALL_CLASS:
        console.print(student_table(figures.first, plan))
        console.print()
    console.print(function_table(figures))
    console.print()
    if (spread := figures.spread) is not None:
        lower, median, upper = map(points, spread.quartiles)
        deviation = "" if spread.deviation is None else f" (SD {spread.deviation:.1f})"
        _line(
            console,
            f"{spread.n} graded out of {points(spread.of)} points: mean"
            f" {spread.mean:.1f}{deviation}, lowest {points(spread.lowest)}, quartiles {lower},"
            f" {median}, {upper}, highest {points(spread.highest)}",
        )
    overrides = [_override(student, *one) for student, one in figures.overrides.first]
    _list(console, overrides[:MAX_LINES], figures.overrides.count)


def _print_concerns(figures: ClassFigures, console: Console) -> None:
    """Print who needs a look: a line for each reason, with the first learners."""
    if not figures.concerns:
        return
    _line(console, "Look at these:")
    names = figures.names
    for concern in figures.concerns:
        first = concern.learners.first[:MOST_NAMED]
        people = [_who(student, names.get(student, ""), about) for student, about in first]
        more = concern.learners.count - len(people)
        others = f" and {more} more" if more else ""
        _line(console, f"  {concern.headline}: {'; '.join(people)}{others}")
    console.print()


def _who(student: str, name: str, about: str) -> str:
    about = shortened(about, LONGEST_ABOUT) or (student if name else "")
    return f"{name or student} ({about})" if about else student


def _print_causes(figures: ClassFigures, console: Console) -> None:
    """Print what to teach again: a line for each root cause, what cost most first."""
    causes = figures.to_teach
    if causes:
        _line(console, f"Teach this again ({points(figures.lost)} points are lost in all):")
    for cause in causes[:MOST_CAUSES]:
        where = "" if cause.names_its_place else f"{listed(cause.where, most=3)}: "
        _line(console, f"  {_cost(cause)}{where}{cause.headline}")
    if (more := len(causes) - MOST_CAUSES) > 0:
        _line(console, f"  and {counted(more, 'more cause')}, in report.html")
    if unwritten := figures.causes.unwritten:
        _line(console, "Not written, or not handed in:")
        _list(console, [_cost(cause) + cause.headline for cause in unwritten], 0)
    if causes or unwritten:
        console.print()


def _cost(cause: Cause) -> str:
    return f"{points(cause.lost)} points, {counted(cause.learners.count, 'learner')}: "


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
