"""Make results anonymous: for research, for a colleague, for a question in a forum."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

import msgspec

from grader.model import FunctionResult, Override, SubmissionResult
from grader.results.gradebooks.people import GradebookPerson

NAMES = frozenset({"name", "email", "sid", "lms_id", "comment", "page"})


def anonymous(people: Sequence[GradebookPerson]) -> list[GradebookPerson]:
    """Return the results under random numbers, drawn anew each time, in the order of the numbers.

    Everything that a learner or a teacher wrote is removed: names, file names, notes, messages
    (which quote code), and reasons for manual marks. Anybody who knows a learner's points can still
    find their row.
    """
    shuffled = list(people)
    secrets.SystemRandom().shuffle(shuffled)
    width = len(str(len(shuffled)))
    return [
        GradebookPerson(name := f"learner{number:0{width}}", _renamed(person.result, name))
        for number, person in enumerate(shuffled, start=1)
    ]


def _renamed(result: SubmissionResult, name: str) -> SubmissionResult:
    return msgspec.structs.replace(
        result,
        student=name,
        name="",
        contents="",
        files=(),
        notes=(),
        functions=tuple(map(_without_words, result.functions)),
        overrides={target: _without_reason(one) for target, one in result.overrides.items()},
    )


def _without_words(function: FunctionResult) -> FunctionResult:
    return msgspec.structs.replace(
        function,
        message="",
        grid=None,
        checks=tuple(msgspec.structs.replace(check, message="") for check in function.checks),
        override=function.override and _without_reason(function.override),
    )


def _without_reason(override: Override) -> Override:
    return msgspec.structs.replace(override, reason="")
