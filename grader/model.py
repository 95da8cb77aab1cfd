"""Define the terms of grading: outcomes of calls, results of checks, functions, submissions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, TypeAlias

import msgspec

from grader import wire

FORMAT = 1
# The marks in a Grid.
RIGHT, TOO_BIG, TOO_SMALL, NOT_FINITE = "=+-!"
LEGEND = {RIGHT: "right", TOO_BIG: "too big", TOO_SMALL: "too small", NOT_FINITE: "not finite"}
MIB, GIB = 2**20, 2**30


class Verdict(StrEnum):
    """The result of a check, spelled as it is written to results.jsonl."""

    PASSED = "passed"
    NOT_ATTEMPTED = "not_attempted"
    MISSING = "missing"
    NOT_LOADED = "not_loaded"
    RAISED = "raised"
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"
    DIED = "died"
    WRONG_TYPE = "wrong_type"
    WRONG_SHAPE = "wrong_shape"
    NOT_FINITE = "not_finite"
    WRONG_VALUE = "wrong_value"
    IMPRECISE = "imprecise"
    MUTATED_ARGUMENT = "mutated_argument"
    FAILS_ON_OTHER_INPUTS = "fails_on_other_inputs"
    GRADER_ERROR = "grader_error"
    NOT_RUN = "not_run"


# A check that this system cannot run counts neither for nor against.
NEUTRAL = (Verdict.PASSED, Verdict.NOT_RUN)
# A function gets the first of these verdicts that any of its checks has.
LADDER = tuple(verdict for verdict in Verdict if verdict not in NEUTRAL)


# The function could not be called, so its checks have no results.
NOT_THERE = (Verdict.NOT_ATTEMPTED, Verdict.MISSING, Verdict.NOT_LOADED)


# With these verdicts a check's hint helps; with the others the message says what to do.
ASKING = (
    Verdict.WRONG_VALUE,
    Verdict.NOT_FINITE,
    Verdict.IMPRECISE,
    Verdict.WRONG_SHAPE,
    Verdict.FAILS_ON_OTHER_INPUTS,
)


class Kind(StrEnum):
    """What a check looks at."""

    VALUE = "value"
    PRECISION = "precision"
    SHAPE = "shape"
    TYPE = "type"
    MUTATION = "mutation"
    MEMORY = "memory"
    PROPERTY = "property"


@dataclass(frozen=True, slots=True)
class Returned:
    """The call returned `value`; `changed`: which arguments it changed, as in a ReturnedReply."""

    value: wire.Value
    changed: tuple[int, ...] = ()
    output: str = ""


@dataclass(frozen=True, slots=True)
class Raised:
    """The call raised; `why` is an import that failed, if the name it should bind is missing."""

    error: wire.Error
    output: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class TimedOut:
    """The call ran out of time; if `called` is false it was not made, because earlier ones did.

    `stood_still`: the machine did so meanwhile, so that another try may answer.
    """

    limit: str
    called: bool = True
    stood_still: bool = False


@dataclass(frozen=True, slots=True)
class Died:
    """The process ended during the call."""

    how: str


@dataclass(frozen=True, slots=True)
class NotLoaded:
    """The function was missing when its file was loaded again in a new process."""

    why: str


@dataclass(frozen=True, slots=True)
class NotCalled:
    """The call was not made, because this system lacks what its check needs."""

    why: str


# Why a call has no answer.
Failure: TypeAlias = Raised | TimedOut | Died | NotLoaded | NotCalled
Outcome: TypeAlias = Returned | Failure


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much a submission may use. Wall-clock limits are CPU limits times `wall_factor`."""

    call_cpu_s: float = 2.0
    statement_cpu_s: float = 10.0
    submission_cpu_s: float = 60.0
    wall_factor: float = 5.0
    memory_bytes: int = GIB
    file_bytes: int = 16 * MIB

    @property
    def as_options(self) -> str:
        """These limits in the form of `--limit`: `call=2, statement=10, ...`."""
        return (
            f"call={self.call_cpu_s:g}, statement={self.statement_cpu_s:g},"
            f" submission={self.submission_cpu_s:g}, wall={self.wall_factor:g},"
            f" memory={memory_text(self.memory_bytes)}"
        )


def memory_text(memory_bytes: int) -> str:
    """Format a size of memory as `--limit` accepts it: 512MiB, 1.5GiB."""
    if memory_bytes >= GIB:
        return f"{memory_bytes / GIB:g}GiB"
    return f"{memory_bytes / MIB:g}MiB"


# A note.
LATE = "handed in late"
# Stands for everything together where an exercise or a function could be named.
TOTAL = "total"


class CheckResult(msgspec.Struct, frozen=True):
    """One check of one function, as written to results.jsonl.

    `same_as` names the check whose message tells the exception that this one fails by, too. `call`
    is the index, in the plan, of the open call that the message is about.
    """

    name: str
    kind: Kind
    hidden: bool
    weight: float
    verdict: Verdict
    message: str
    same_as: str = ""
    call: int | None = None


class Override(msgspec.Struct, frozen=True):
    """A manual mark: the points that count, why, and what they would be without it.

    `graded` is None where the grader failed; `mark` is what the instructor wrote, such as "-10%".
    """

    points: float
    reason: str
    graded: float | None
    mark: str = ""


class Misconception(msgspec.Struct, frozen=True):
    """What explains a learner's answers: a listed mistake, by its id, or a pattern."""

    id: str
    message: str
    evidence: str


class Grid(msgspec.Struct, frozen=True):
    """A picture of a wrong answer: a mark for each entry, row by row.

    "=" is right, "+" too big, "-" too small, "!" not finite. `call` is the call as a learner would
    type it, `part` says which matrix of the answer this is, and `cut` whether rows or columns are
    left out.
    """

    check: str
    call: str
    part: str
    rows: tuple[str, ...]
    cut: bool = False


class FunctionResult(msgspec.Struct, frozen=True):
    """One function of one submission. `score` is None when the grader failed.

    `judged_with` names the earlier functions that are not right in this submission and for which
    this one got the right answers instead; `own` then holds the verdict of each check with the
    learner's own ones, if that was tried, and `otherwise` those with right ones also in place of
    what only sealed inputs have caught, which count where they are better. `matches` are the
    mistakes that answer exactly as this function does. Points follow from all these: `how` says in
    a line in which way. With an override, `score` is the override's points and everything else is
    as it was graded.
    """

    exercise: str
    function: str
    score: float | None
    max_score: float
    verdict: Verdict
    message: str
    misconception: Misconception | None
    checks: tuple[CheckResult, ...]
    override: Override | None = None
    judged_with: tuple[str, ...] = ()
    own: tuple[Verdict, ...] = ()
    otherwise: tuple[Verdict, ...] = ()
    matches: tuple[str, ...] = ()
    how: str = ""
    grid: Grid | None = None


class SubmissionResult(msgspec.Struct, frozen=True):
    """One line of results.jsonl. `score` is None when the grader failed on any function."""

    format: int
    student: str
    files: tuple[str, ...]
    score: float | None
    max_score: float
    isolation: str
    versions: dict[str, str]
    notes: tuple[str, ...]
    functions: tuple[FunctionResult, ...]
    # The full name, if an LMS or a roster has it.
    name: str = ""
    # The manual marks for whole exercises, by slug, and for everything: TOTAL.
    overrides: dict[str, Override] = {}
    # A hash of what was handed in, whatever the names of the files: equal for equal hand-ins.
    contents: str = ""

    def exercise_score(self, slug: str) -> float | None:
        """Return the points of one exercise; None if the grader failed on any function of it."""
        if slug in self.overrides:
            return self.overrides[slug].points
        return total([f.score for f in self.functions if f.exercise == slug])

    @property
    def late(self) -> bool:
        """Whether the LMS says that it was handed in late."""
        return LATE in self.notes

    @property
    def all_overrides(self) -> list[tuple[str, Override]]:
        """Every manual mark, with what it is for: functions first, then exercises, then all."""
        of_functions = [(f.function, f.override) for f in self.functions if f.override is not None]
        return [*of_functions, *self.overrides.items()]

    @property
    def notes_of_its_own(self) -> tuple[str, ...]:
        """The notes that no function's message repeats."""
        messages = [function.message for function in self.functions]
        return tuple(n for n in self.notes if not any(n in message for message in messages))

    @property
    def told(self) -> SubmissionResult:
        """The result without what came after a sealed call and only points are computed from."""
        functions = tuple(
            msgspec.structs.replace(one, own=one.own if one.judged_with else (), otherwise=())
            for one in self.functions
        )
        return msgspec.structs.replace(self, functions=functions)

    @property
    def failed(self) -> bool:
        """Whether the grader, not the learner, failed."""
        return self.score is None


def in_the_way(functions: Iterable[FunctionResult]) -> dict[str, list[str]]:
    """Map each function that is to be corrected first to those that were judged without it."""
    found: dict[str, list[str]] = {}
    for function in functions:
        for name in function.judged_with:
            found.setdefault(name, []).append(function.function)
    return found


def total(scores: list[float | None]) -> float | None:
    """Add up points, rounded to hundredths; None if any of them is None."""
    numbers = [score for score in scores if score is not None]
    return round(sum(numbers), 2) if len(numbers) == len(scores) else None


class Move(NamedTuple):
    """A function whose points changed since the last completed run. None means no score."""

    student: str
    exercise: str
    function: str
    before: float | None
    after: float | None
    overridden: bool


@dataclass(frozen=True, slots=True)
class Submission:
    """What one learner handed in: raw bytes, which the learner's process will read."""

    student: str
    # By relative name; archives are packed still.
    files: dict[str, bytes] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    # Files that could not be read, by stem, with the reason: their functions are `not_loaded`.
    unreadable: tuple[tuple[str, str], ...] = ()
    # A hash of all fields above except `student`.
    submission_hash: bytes = b""
