"""Grade one submission: call its functions, judge the answers, add up the points."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

import msgspec

from grader import wire
from grader.diagnose.explain import Explainer
from grader.engine.lane import Lane
from grader.engine.references import References
from grader.engine.session import EncodedCall, Session
from grader.errors import SandboxError
from grader.grade.locating import problem_note
from grader.grade.merits import Findings, Merits, Planned
from grader.intake.submission import contents_hash
from grader.judge.judge import Judge, check_result, result_of
from grader.model import (
    FORMAT,
    FunctionResult,
    NotCalled,
    Outcome,
    Submission,
    SubmissionResult,
    Verdict,
    total,
)
from grader.plan import Plan, PlannedCall, PlannedFunction
from grader.versions import VERSIONS

_log = logging.getLogger(__name__)

MAX_NOTES = 20
MAX_NOTE = 1_000
MAX_ENCODED = 5_000
# An answer may take so many times the bytes of the expected one, and so many more, to be looked at.
ANSWER_FACTOR, ANSWER_SPARE_BYTES = 8, 2**16
OVER = "this used up the time of a submission; calls and explanations that came last were left out"
NO_LIMIT_ON_MEMORY = "not run: this system does not limit memory"


@dataclass(frozen=True, slots=True)
class GradedSubmission:
    """The result of a submission, with what its line in results.jsonl does not say."""

    result: SubmissionResult
    # How long it took, for whoever grades: a learner could choose it after a sealed call.
    seconds: float = 0.0
    # What only its own learner may see: prints during open calls, by function.
    outputs: dict[str, str] = field(default_factory=dict)
    # The result's notes, each with the function that it is about, or "".
    notes: tuple[tuple[str, str], ...] = ()
    # The functions depend on each other: one is attempted in several files, and the choice changes
    # what the others import; a call ran out of the time that they share; or one is not right by
    # itself, so that what it gets depends on which earlier ones are.
    together: bool = False
    # Which of several answers counts was decided by points, so that it depends on these, too.
    by_points: bool = False


class Grader:
    """Grades submissions, one after the other, by one plan in one lane.

    It keeps what can be prepared once for the plan: expected values (in its `Judge`), mistakes (in
    its `Explainer`), encoded calls. The lane belongs to whoever made it and is closed by them.

    For one submission, in this order: a `Session` loads the files; then `Merits` makes the open
    calls, function by function, judges each file that attempts it, chooses the best one, tries what
    fails again with right earlier functions (which `references` answer for; none on a learner's own
    machine), and explains the result. Only then, when all that anybody will read is settled, are
    the sealed calls made. They decide whether checks that passed also pass on other inputs, and
    nothing else: whatever learner code does once it has seen a sealed input, it can choose no more
    than that.

    All of this is charged to the submission: once its time is used up, no more calls are made, and
    nothing more is explained.

    Whatever goes wrong on our side becomes a result without a score (`grader_error`), never a zero,
    and the next submission gets another zygote.
    """

    def __init__(self, plan: Plan, lane: Lane, references: References | None = None) -> None:
        self.plan = plan
        self.lane = lane
        self.references = references
        self._calls: dict[tuple[str, str, int], EncodedCall] = {}
        functions = plan.functions.values()
        # The calls of each function that are not made: no check needs them, or only one of memory
        # that cannot be run here.
        self._skipped = {f.name: f.unused_calls for f in functions}
        if not lane.enforces_memory:
            self._skipped = {f.name: f.unused_calls.union(f.memory_calls) for f in functions}
        # The open calls of each function and, behind them, its sealed ones.
        self._planned_calls = {f.name: (*f.calls, *f.sealed) for f in functions}
        # No two calls of a plan have one number: an answer sent early, during a call of another
        # function, is then none.
        calls = (
            (name, index)
            for name, all_ in self._planned_calls.items()
            for index in range(len(all_))
        )
        self._numbers = {call: number for number, call in enumerate(calls)}
        self.judge = Judge(plan)
        self.explainer = Explainer(plan, self.judge.expected)
        self._only: dict[tuple[str, str], Grader] = {}

    def grade(self, submission: Submission) -> SubmissionResult:
        """Return the result of one submission; a failure of ours is one without a score."""
        return self.grade_submission(submission).result

    def grade_submission(
        self, submission: Submission, *, echo: bool = False, only: Collection[str] | None = None
    ) -> GradedSubmission:
        """Grade a submission, with what the learner's code printed (`echo`).

        `only` names the functions to grade; None means all.
        """
        began = time.perf_counter()
        planned = [
            (exercise, function)
            for exercise in self.plan.exercises
            for function in exercise.functions
            if only is None or function.name in only
        ]
        try:
            run = self._functions(submission, planned, echo=echo)
            run.contents = contents_hash(submission)
        except Exception as error:  # noqa: BLE001  # our failure: no zero, and on to the next
            self.lane.abandon()
            message = str(error)
            if not isinstance(error, SandboxError):
                message = repr(error)
                _log.exception("grading %s failed", submission.student)
            return self._failed(submission, message, planned)
        self.lane.renew()
        return self._graded(submission, run, time.perf_counter() - began)

    def failure(self, submission: Submission, message: str) -> SubmissionResult:
        """Return the result of a submission that we failed to grade: no scores, and the reason."""
        planned = [(exercise, f) for exercise in self.plan.exercises for f in exercise.functions]
        return self._failed(submission, message, planned).result

    def _failed(self, submission: Submission, message: str, planned: Planned) -> GradedSubmission:
        notes = [("", note) for note in (*submission.notes, f"the grader failed: {message}")]
        run = Findings(tuple(sorted(submission.files)), _failures(planned, message), notes=notes)
        return self._graded(submission, run, 0.0)

    def _graded(self, submission: Submission, run: Findings, seconds: float) -> GradedSubmission:
        # What a submission brought along may hold what no JSON can.
        notes = [(function, wire.clean(note, MAX_NOTE)) for function, note in run.notes]
        result = SubmissionResult(
            format=FORMAT,
            student=submission.student,
            files=run.files,
            score=total([function.score for function in run.results]),
            max_score=round(sum(function.max_score for function in run.results), 2),
            isolation=self.lane.wall.tier,
            versions=VERSIONS,
            notes=tuple(note for _function, note in notes),
            functions=tuple(run.results),
            contents=run.contents,
        )
        return GradedSubmission(
            result,
            seconds,
            run.outputs,
            tuple(notes),
            together=run.together,
            by_points=run.by_points,
        )

    def _functions(self, submission: Submission, planned: Planned, *, echo: bool) -> Findings:
        with Session(
            self.lane,
            submission,
            functions=self.plan.names,
            exercises=self.plan.slugs,
            limits=self.plan.limits,
            echo=echo,
        ) as session:
            contents = session.contents
            run = Findings(contents.files, notes=[("", note) for note in contents.notes])
            run.outputs[""] = session.loaded.output
            with ExitStack() as stack:
                merits = Merits(self, session, stack, planned, run)
                merits.open()
                # Read now: a statement that fails when a file is loaded again may have seen more.
                problems = session.problems
                if session.is_over:
                    run.notes.append(("", OVER))
                run.results += merits.sealed()
        run.notes.extend(("", problem_note(problem)) for problem in problems[:MAX_NOTES])
        if len(problems) > MAX_NOTES:
            run.notes.append(("", f"and {len(problems) - MAX_NOTES} more statements that failed"))
        return run

    def called(self, session: Session, function: PlannedFunction, file: str) -> list[Outcome]:
        """Make the open calls of a function in one file; return their outcomes in their order."""
        skipped = self._skipped[function.name]
        numbers = [number for number in range(len(function.calls)) if number not in skipped]
        frames = [self._encoded(function, file, number) for number in numbers]
        called = dict(zip(numbers, session.call(file, function.name, frames), strict=True))
        absent = NotCalled(NO_LIMIT_ON_MEMORY)
        return [called.get(number, absent) for number in range(len(function.calls))]

    def called_sealed(
        self, session: Session, function: PlannedFunction, file: str, numbers: Sequence[int]
    ) -> dict[int, Outcome]:
        """Make these sealed calls of a function; return their outcomes by their numbers."""
        frames = [self._encoded(function, file, len(function.calls) + n) for n in numbers]
        return dict(zip(numbers, session.call(file, function.name, frames), strict=True))

    def _encoded(self, function: PlannedFunction, file: str, number: int) -> EncodedCall:
        """Return a call, encoded once for all submissions whose file has this name."""
        key = (file, function.name, number)
        if key not in self._calls:
            if len(self._calls) > MAX_ENCODED:
                self._calls.clear()
            call = self._planned_calls[function.name][number]
            unique = self._numbers[function.name, number]
            limit_s = call.limit_s(self.plan.limits.call_cpu_s)
            request = wire.CallRequest(unique, file, function.name, call.args, call.kwargs)
            self._calls[key] = EncodedCall(
                unique, wire.encode(request), limit_s, _largest_answer(call)
            )
        return self._calls[key]

    def only(self, slug: str, name: str) -> Grader:
        """Return a grader in the same lane for one function of one exercise, made once."""
        if (slug, name) in self._only:
            return self._only[slug, name]
        exercises = tuple(
            msgspec.structs.replace(
                exercise, functions=tuple(f for f in exercise.functions if f.name == name)
            )
            for exercise in self.plan.exercises
            if exercise.slug == slug
        )
        plan = msgspec.structs.replace(self.plan, exercises=exercises)
        self._only[slug, name] = Grader(plan, self.lane, self.references)
        return self._only[slug, name]


def _largest_answer(call: PlannedCall) -> int:
    """Return how many bytes an answer may have to be decoded and kept."""
    expected = len(msgspec.msgpack.encode(call.expected))
    return min(ANSWER_FACTOR * expected + ANSWER_SPARE_BYTES, wire.MAX_REPLY_BYTES)


def _failures(planned: Planned, message: str) -> list[FunctionResult]:
    verdict = Verdict.GRADER_ERROR
    return [
        result_of(
            exercise,
            function,
            [check_result(check, verdict, message) for check in function.checks],
            None,
            verdict,
            message,
        )
        for exercise, function in planned
    ]
