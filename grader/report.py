"""Results as people and spreadsheets read them: lines of JSON, a gradebook, a summary."""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from grader.model import FunctionResult, SubmissionResult, Verdict
from grader.plan import Plan

if TYPE_CHECKING:
    from rich.table import Table

# A spreadsheet takes a field that begins with one of these for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def results_jsonl(results: Iterable[SubmissionResult]) -> str:
    """One line of JSON for each submission, sorted by student."""
    encoder = msgspec.json.Encoder()
    ordered = sorted(results, key=lambda result: result.student)
    return "".join(encoder.encode(result).decode() + "\n" for result in ordered)


def gradebook_csv(results: Iterable[SubmissionResult], plan: Plan) -> str:
    """A row for each learner: student, the points of each exercise, total.

    Where the grader failed the cell is blank: a failure of ours is never a zero.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    slugs = [exercise.slug for exercise in plan.exercises]
    writer.writerow(["student", *slugs, "total"])
    for result in sorted(results, key=lambda result: result.student):
        scores = [result.exercise_score(slug) for slug in slugs]
        row = [safe_cell(result.student), *map(points, scores), points(result.score)]
        writer.writerow(row)
    return text.getvalue()


def safe_cell(text: str) -> str:
    """`text` with a leading apostrophe where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def points(score: float | None) -> str:
    """A score as it is written: 12, 7.5, or nothing when it is not known."""
    return "" if score is None else f"{score:.2f}".rstrip("0").rstrip(".")


def write_atomically(path: Path, text: str) -> None:
    """Write a whole file or nothing, so that a reader never sees half of it."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        # mkstemp makes files private; a gradebook is as readable as any other file here.
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)
        temporary.replace(path)
    except BaseException:
        temporary.unlink()
        raise


def function_table(results: Sequence[SubmissionResult], plan: Plan) -> Table:
    """For each function: the mean, how many got full points, and what went wrong how often."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, title_justify="left")
    table.add_column("function")
    table.add_column("points", justify="right")
    table.add_column("mean", justify="right")
    table.add_column("full points", justify="right")
    table.add_column("what went wrong (learners)", overflow="fold")
    for exercise in plan.exercises:
        for function in exercise.functions:
            graded = [
                f
                for result in results
                for f in result.functions
                if f.function == function.name and f.score is not None
            ]
            table.add_row(
                function.name,
                points(function.points),
                _mean([f.score or 0.0 for f in graded]),
                f"{sum(f.score == f.max_score for f in graded)} of {len(graded)}",
                _troubles(graded),
            )
    return table


def student_table(results: Sequence[SubmissionResult], plan: Plan) -> Table:
    """A row for each learner, as in the gradebook, with the number of notes."""
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
            _plain(result.student),
            *(points(score) or "?" for score in scores),
            points(result.score) or "?",
            _plain(_first_trouble(result)),
        )
    return table


def _short_names(slugs: Sequence[str]) -> list[str]:
    """`ex01` for `ex01_softmax`, where that still tells the exercises apart."""
    short = [slug.partition("_")[0] for slug in slugs]
    return short if len(set(short)) == len(slugs) else list(slugs)


def _plain(text: str) -> str:
    """Text from a submission, so that the terminal takes nothing in it for markup."""
    from rich.markup import escape

    return escape(text)


TOLD_IN_FULL = (Verdict.MISSING, Verdict.NOT_LOADED, Verdict.NOT_ATTEMPTED, Verdict.GRADER_ERROR)


def _first_trouble(result: SubmissionResult) -> str:
    for function in result.functions:
        if function.verdict is Verdict.PASSED:
            continue
        if function.verdict in TOLD_IN_FULL:
            text = function.message
            text = text if function.function in text else f"{function.function}: {text}"
        else:
            check, _, _ = function.message.partition(": ")
            text = f"{function.function}: {function.verdict.replace('_', ' ')} ({check})"
        return text if len(text) <= 70 else text[:69] + "…"
    return "all right"


def _troubles(functions: Sequence[FunctionResult]) -> str:
    verdicts = Counter(f.verdict for f in functions if f.verdict is not Verdict.PASSED)
    return ", ".join(f"{verdict} {count}" for verdict, count in verdicts.most_common())


def _mean(values: Sequence[float]) -> str:
    return f"{sum(values) / len(values):.1f}" if values else "-"
