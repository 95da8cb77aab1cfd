"""Why a class loses points: one cause for all who made the same mistake, and what it costs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from grader.model import FunctionResult, Grid, SubmissionResult, Verdict
from grader.plan import Plan
from grader.results.lists import MOST_NAMES, ShortList
from grader.text import shortened

# Nothing is to be taught of these: whoever is concerned is looked at one by one.
NOT_TAUGHT = (Verdict.NOT_LOADED, Verdict.MISSING, Verdict.GRADER_ERROR)
NOT_HANDED_IN = re.compile(r"\w+ was not handed in")
_RAISED = re.compile(r"it raised (?:the same )?(\w+)")
_SENTENCE = re.compile(r".+?[.?!](?=\s|$)", re.DOTALL)
# A headline is cut there.
LONGEST = 140


class Key(NamedTuple):
    """What makes two losses one: `kind` is "mistake", "unwritten" or "unnamed"."""

    kind: str
    # The words that all of them read, the exercise, or the function with a mark of its answers.
    what: str | tuple[str, int]


@dataclass(slots=True)
class Cause:
    """One root cause: what it is, in which functions, what it cost, and whom.

    `lost` are the points of all of them; `message` is what each of them read. `answer` and `grid`
    are of one learner, whoever it is.
    """

    key: Key
    headline: str
    message: str
    id: str = ""
    answer: str = ""
    grid: Grid | None = None
    lost: float = 0.0
    functions: dict[str, int] = field(default_factory=dict)
    learners: ShortList[None] = field(default_factory=lambda: ShortList(most=MOST_NAMES))
    _last: str = ""

    def add(self, student: str, function: str, lost: float) -> None:
        """Count what a learner lost by it in a function; learners come one after the other."""
        self.lost += lost
        self.functions[function] = self.functions.get(function, 0) + 1
        if student != self._last:
            self.learners.add(student, None)
            self._last = student

    @property
    def is_named(self) -> bool:
        """Whether anybody knows what the mistake is."""
        return self.key.kind != "unnamed"

    @property
    def names_its_place(self) -> bool:
        """Whether the headline says where it is."""
        return self.key.kind != "mistake"

    @property
    def where(self) -> list[str]:
        """The functions, those with the most learners first."""
        return sorted(self.functions, key=lambda name: -self.functions[name])


class Causes:
    """The causes of a class's lost points. `add` each result once, then read.

    A function that only fails behind an earlier one, which is wrong, has that one's cause: what it
    costs is counted there.
    """

    def __init__(self, plan: Plan) -> None:
        self._titles = {exercise.slug: exercise.title for exercise in plan.exercises}
        self._causes: dict[Key, Cause] = {}

    def add(self, result: SubmissionResult) -> None:
        """Count what one learner lost, and by what."""
        by_function: dict[str, Cause] = {}
        for function in result.functions:
            cause = self._cause_of(function, by_function)
            if cause is None:
                continue
            by_function[function.function] = cause
            graded = function.override.graded if function.override else function.score
            if graded is not None:
                cause.add(result.student, function.function, function.max_score - graded)

    def _cause_of(self, function: FunctionResult, earlier: Mapping[str, Cause]) -> Cause | None:
        if function.verdict is Verdict.PASSED:
            behind = [earlier[name] for name in function.judged_with if name in earlier]
            return behind[0] if behind and function.score != function.max_score else None
        key = key_of(function)
        if key is not None and key not in self._causes:
            self._causes[key] = self._cause(key, function)
        return None if key is None else self._causes[key]

    def _cause(self, key: Key, function: FunctionResult) -> Cause:
        if key.kind == "unwritten":
            title = self._titles.get(function.exercise, function.exercise)
            return Cause(key, title, "")
        mistake = function.misconception
        return Cause(
            key,
            first_sentence(mistake.message) if mistake else _unnamed(function),
            mistake.message if mistake else "",
            mistake.id if mistake else "",
            # A traceback quotes its author's lines.
            "" if _RAISED.search(function.message) else function.message,
            function.grid,
        )

    @property
    def to_teach(self) -> list[Cause]:
        """What to teach again: mistakes, and wrong answers that several give; the dearest first."""
        written = (cause for cause in self._causes.values() if cause.key.kind != "unwritten")
        return _by_cost(cause for cause in written if cause.is_named or cause.learners.count > 1)

    @property
    def unwritten(self) -> list[Cause]:
        """The exercises of which functions were not written or not handed in, the dearest first."""
        return _by_cost(c for c in self._causes.values() if c.key.kind == "unwritten")

    @property
    def unnamed(self) -> list[Cause]:
        """Wrong answers that no known mistake explains, those of most learners first."""
        unnamed = [cause for cause in self._causes.values() if not cause.is_named]
        return sorted(unnamed, key=lambda c: (-c.learners.count, -round(c.lost, 2), c.where))


def key_of(function: FunctionResult) -> Key | None:
    """Return what a function that does not pass has in common with others; None if nothing."""
    if is_unwritten(function):
        return Key("unwritten", function.exercise)
    if function.verdict in NOT_TAUGHT:
        return None
    if function.misconception is not None:
        return Key("mistake", function.misconception.message)
    return Key("unnamed", (function.function, answers_of(function)))


def is_unwritten(function: FunctionResult) -> bool:
    """Tell whether nobody tried: it is still as it was handed out, or its file is not there."""
    if function.verdict is Verdict.MISSING:
        return NOT_HANDED_IN.match(function.message) is not None
    return function.verdict is Verdict.NOT_ATTEMPTED


def answers_of(function: FunctionResult) -> int:
    """Return a number that is the same for equal wrong answers to the open inputs.

    Messages tell a wrong entry to six digits, and how many there are; of an exception only its type
    counts, because the rest is about the learner's own lines.
    """
    return hash(
        tuple(
            (check.name, raised[1] if raised else check.message)
            for check in function.checks
            for raised in [_RAISED.search(check.message)]
        )
    )


def first_sentence(message: str) -> str:
    """Return the first sentence of a message, cut if it is very long."""
    text = " ".join(message.split("\n\n", maxsplit=1)[0].split())
    found = _SENTENCE.match(text)
    sentence = found[0] if found else text
    return shortened(sentence.rstrip(":"), LONGEST)


def _unnamed(function: FunctionResult) -> str:
    if raised := _RAISED.search(function.message):
        return f"{function.function} raises {raised[1]}"
    verdict = function.verdict.replace("_", " ")
    return f"{function.function}: {verdict}, and no known mistake explains it"


def _by_cost(causes: Iterable[Cause]) -> list[Cause]:
    return sorted(
        (cause for cause in causes if round(cause.lost, 2) > 0),
        key=lambda cause: (-round(cause.lost, 2), -cause.learners.count, cause.headline),
    )
