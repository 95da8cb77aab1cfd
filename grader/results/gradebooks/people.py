"""Read a class's results back: the points in results.jsonl, the people in people.csv."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from grader.errors import UsageError
from grader.model import FORMAT, SubmissionResult
from grader.text import unquoted

RESULTS, PEOPLE = "results.jsonl", "people.csv"


@dataclass(frozen=True, slots=True)
class GradebookPerson:
    """One learner: their id in the results, their result, and what people.csv says of them."""

    student: str
    result: SubmissionResult
    name: str = ""
    email: str = ""
    sid: str = ""
    lms: str = ""
    lms_id: str = ""
    section: str = ""

    def score(self, exercise: str) -> float | None:
        """Return the points of an exercise ("": of all); None when the grader failed."""
        return self.result.exercise_score(exercise) if exercise else self.result.score

    def max_score(self, exercise: str) -> float:
        """Return the maximum of the points of an exercise ("": of all)."""
        functions = self.result.functions
        return round(
            sum(f.max_score for f in functions if not exercise or f.exercise == exercise), 2
        )


def people_in(folder: Path, *, exercise: str = "") -> list[GradebookPerson]:
    """Read the learners in a folder of results, sorted as there.

    Raise UsageError when there are none, or when `exercise` is named and not in the results.
    """
    details = _details(folder / PEOPLE)
    people = [
        GradebookPerson(result.student, result, **details.get(result.student, {}))
        for result in _results(folder / RESULTS)
    ]
    if not people:
        raise UsageError(f"{folder / RESULTS} has no results; grade a class first")
    slugs = list(dict.fromkeys(f.exercise for p in people for f in p.result.functions))
    if exercise and exercise not in slugs:
        raise UsageError(
            f"no exercise in {folder} is called {exercise!r}; the exercises are: {', '.join(slugs)}"
        )
    return people


def _results(path: Path) -> Iterator[SubmissionResult]:
    decoder = msgspec.json.Decoder(SubmissionResult)
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                try:
                    result = decoder.decode(line)
                except msgspec.MsgspecError as error:
                    raise UsageError(
                        f"{path}, line {number}: it is not a result ({error}); grade again"
                    ) from error
                if result.format != FORMAT:
                    raise UsageError(
                        f"{path}, line {number}: it has format {result.format}, this grader reads"
                        f" {FORMAT}; grade again"
                    )
                yield result
    except FileNotFoundError:
        raise UsageError(
            f"{path} does not exist; name the folder of results (grade --out)"
        ) from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error


def _details(path: Path) -> dict[str, dict[str, str]]:
    """Read what people.csv says of each learner, by id; nothing if there is no such file."""
    columns = ("name", "email", "sid", "lms", "lms_id", "section")
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path} cannot be read ({error}); grade again to recreate it") from error
    return {
        unquoted(row.get("student") or ""): {c: unquoted(row.get(c) or "") for c in columns}
        for row in rows
    }
