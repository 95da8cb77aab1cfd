"""Results without the people: for research, for a colleague, for a question in a forum."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

import msgspec

from grader.model import FunctionResult, SubmissionResult
from grader.results.gradebooks.people import GradebookPerson

NAMES = frozenset({"name", "email", "sid", "lms_id"})


def anonymous(people: Sequence[GradebookPerson]) -> list[GradebookPerson]:
    """The same results under numbers that are drawn anew each time, in the order of these.

    Left out is what a learner or a teacher has written: names, names of files, notes, messages
    (which quote code), reasons for manual marks. Who knows somebody's points still knows their row.
    """
    shuffled = list(people)
    secrets.SystemRandom().shuffle(shuffled)
    width = len(str(len(shuffled)))
    return [
        GradebookPerson(name := f"learner{number:0{width}}", _nobodys(person.result, name))
        for number, person in enumerate(shuffled, start=1)
    ]


def _nobodys(result: SubmissionResult, name: str) -> SubmissionResult:
    return msgspec.structs.replace(
        result,
        student=name,
        name="",
        files=(),
        notes=(),
        functions=tuple(map(_without_words, result.functions)),
    )


def _without_words(function: FunctionResult) -> FunctionResult:
    override = function.override
    return msgspec.structs.replace(
        function,
        message="",
        grid=None,
        checks=tuple(msgspec.structs.replace(check, message="") for check in function.checks),
        override=override and msgspec.structs.replace(override, reason=""),
    )
