"""Encode a graded submission for the store, and decode it for reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple, Self

import msgspec

from grader.model import TOTAL, FunctionResult, Override, SubmissionResult, total


class StoredFunction(NamedTuple):
    """One function's result, as stored; `fingerprint` is None if the grader failed on it.

    `price` is a hash of what its points depend on beside its verdicts.
    """

    function: str
    exercise: str
    fingerprint: bytes | None
    price: bytes
    score: float | None
    result: bytes


class EncodedResult(NamedTuple):
    """One submission's result, encoded for the store, with only the functions graded this time.

    It is encoded in the process that graded, because the one that stores has many to store.
    """

    # The hash of what was handed in.
    handed: bytes
    head: bytes
    notes: bytes
    # How long grading took.
    seconds: float
    functions: tuple[StoredFunction, ...]

    @classmethod
    def of(
        cls,
        result: SubmissionResult,
        *,
        seconds: float = 0.0,
        handed: bytes = b"",
        fingerprints: Mapping[str, bytes] | None = None,
        prices: Mapping[str, bytes] | None = None,
        notes: Sequence[tuple[str, str]] = (),
    ) -> Self:
        """Encode a result and what it depends on.

        `fingerprints` are by function, without those that the grader failed on. `notes` are pairs
        of a function ("" for the whole submission) and a sentence.
        """
        fingerprints, prices = fingerprints or {}, prices or {}
        return cls(
            handed,
            msgspec.json.encode(msgspec.structs.replace(result, functions=(), notes=())),
            msgspec.json.encode(notes),
            seconds,
            tuple(
                StoredFunction(
                    function.function,
                    function.exercise,
                    fingerprints.get(function.function),
                    prices.get(function.function, b""),
                    function.score,
                    msgspec.json.encode(function),
                )
                for function in result.functions
            ),
        )

    @property
    def result(self) -> SubmissionResult:
        """The result, decoded as the store would return it."""
        rows = [(row.result, None, "", "", "") for row in self.functions]
        return submission_from_rows(self.head, self.notes, rows)


def submission_from_rows(
    head: bytes,
    notes: bytes,
    rows: Sequence[tuple[Any, ...]],
    overrides: Mapping[str, Override] = MappingProxyType({}),
) -> SubmissionResult:
    """Decode a stored result.

    `rows` has for each function: its encoded result, the points of a manual mark (or None), the
    reason for it and how it was written, and the learner's name. `overrides` are the manual marks
    for exercises and for everything.
    """
    functions = tuple(_function(*row[:-1]) for row in rows)
    names = {"", *(function.function for function in functions)}
    about = msgspec.json.decode(notes, type=list[tuple[str, str]])
    result = msgspec.structs.replace(
        msgspec.json.decode(head, type=SubmissionResult),
        max_score=round(sum(function.max_score for function in functions), 2),
        notes=tuple(note for name, note in about if name in names),
        functions=functions,
        name=rows[0][-1] or "",
        overrides=dict(overrides),
    )
    if TOTAL in overrides:
        return msgspec.structs.replace(result, score=overrides[TOTAL].points)
    slugs = dict.fromkeys(function.exercise for function in functions)
    score = total([result.exercise_score(slug) for slug in slugs])
    return msgspec.structs.replace(result, score=score)


def _function(stored: bytes, points: float | None, reason: str, mark: str) -> FunctionResult:
    result = msgspec.json.decode(stored, type=FunctionResult)
    if points is None:
        return result
    override = Override(points=points, reason=reason, graded=result.score, mark=mark)
    return msgspec.structs.replace(result, score=points, override=override)
