"""Who has which points: what is in results.jsonl, and what people.csv knows of people."""

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
    """One learner: the key in the results, what else is known, and what is graded."""

    student: str
    result: SubmissionResult
    name: str = ""
    email: str = ""
    sid: str = ""
    lms: str = ""
    lms_id: str = ""

    def score(self, exercise: str) -> float | None:
        """The points, of one exercise if one is named; None when the grader failed."""
        return self.result.exercise_score(exercise) if exercise else self.result.score

    def max_score(self, exercise: str) -> float:
        """How many points there are."""
        functions = self.result.functions
        return round(
            sum(f.max_score for f in functions if not exercise or f.exercise == exercise), 2
        )


def people_in(folder: Path, *, exercise: str = "") -> list[GradebookPerson]:
    """The learners in a folder of results, sorted. UsageError when it holds none, or no such one.

    `exercise` is to be in the results.
    """
    known = _known(folder / PEOPLE)
    people = [
        GradebookPerson(result.student, result, **known.get(result.student, {}))
        for result in _results(folder / RESULTS)
    ]
    if not people:
        raise UsageError(f"{folder / RESULTS} holds no result; grade a class first")
    slugs = list(dict.fromkeys(f.exercise for p in people for f in p.result.functions))
    if exercise and exercise not in slugs:
        raise UsageError(
            f"no exercise in {folder} is called {exercise!r}; there are: {', '.join(slugs)}"
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
                        f"{path}, line {number}: it is no result ({error}); grade again"
                    ) from error
                if result.format != FORMAT:
                    raise UsageError(
                        f"{path}, line {number}: it has format {result.format}, this grader reads"
                        f" {FORMAT}; grade again"
                    )
                yield result
    except FileNotFoundError:
        raise UsageError(f"{path} is not there; name the folder of results (grade --out)") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error


def _known(path: Path) -> dict[str, dict[str, str]]:
    """What people.csv says of each student; nothing if there is no such file."""
    wanted = ("name", "email", "sid", "lms", "lms_id")
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path} cannot be read ({error}); grade again to make it anew") from error
    return {
        unquoted(row.get("student") or ""): {name: unquoted(row.get(name) or "") for name in wanted}
        for row in rows
    }
