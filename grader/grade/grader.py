"""Grade one submission: call its functions, judge the answers, add up the points."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import msgspec

from grader import wire
from grader.diagnose.explain import Explainer, attempt
from grader.diagnose.following import FollowThrough, Judged
from grader.engine.lane import Lane
from grader.engine.session import EncodedCall, Session
from grader.errors import SandboxError
from grader.grade.locating import MAX_ATTEMPTS, attempted_in, problem_note, why_absent
from grader.judge.judge import Judge, check_result, result_of
from grader.judge.scoring import with_failed_elsewhere, with_follow_through
from grader.model import (
    FORMAT,
    Followed,
    FunctionResult,
    Kind,
    NotCalled,
    Outcome,
    Submission,
    SubmissionResult,
    TimedOut,
    Verdict,
    total,
)
from grader.plan import Plan, PlannedCall, PlannedExercise, PlannedFunction
from grader.versions import VERSIONS

_log = logging.getLogger(__name__)

MAX_NOTES = 20
MAX_NOTE = 1_000
MAX_ENCODED = 5_000
# An answer may take so many times the bytes of the expected one, and so many more, to be looked at.
ANSWER_FACTOR, ANSWER_SPARE_BYTES = 8, 2**16
OVER = "this used up the time of a submission; calls and explanations that came last were left out"
NO_LIMIT_ON_MEMORY = "not run: this system does not limit memory"
# Only with these verdicts may a value check pass given the learner's own earlier functions.
FOLLOWED = (Verdict.WRONG_VALUE, Verdict.NOT_FINITE, Verdict.WRONG_SHAPE)


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
    # what the others import, or a call ran out of the time that they share.
    together: bool = False


@dataclass(frozen=True, slots=True)
class _Opened:
    """What the open calls of one function have shown: all that may be told of it.

    `file` is the one that counts, empty if none attempts the function.
    """

    function: PlannedFunction
    file: str
    result: FunctionResult
    followed: Followed | None = None


Planned: TypeAlias = Sequence[tuple[PlannedExercise, PlannedFunction]]


@dataclass(slots=True)
class _Findings:
    """What grading one submission's functions has brought so far."""

    files: tuple[str, ...] = ()
    results: list[FunctionResult] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)
    notes: list[tuple[str, str]] = field(default_factory=list)
    together: bool = False


class Grader:
    """Grades submissions, one after the other, by one plan in one lane.

    It keeps what can be prepared once for the plan: expected values (in its `Judge`), mistakes (in
    its `Explainer`), encoded calls. The lane belongs to whoever made it and is closed by them.

    For one submission, in this order: a `Session` loads the files; then, function by function, the
    open calls are made, each file that attempts it is judged, the best one is chosen,
    follow-through is looked for, and the result is explained. Only then, when all that anybody will
    read is settled, are the sealed calls made. They decide whether checks that passed also pass on
    other inputs, and nothing else: whatever learner code does once it has seen a sealed input, it
    can choose no more than that.

    All of this is charged to the submission: once its time is used up, no more calls are made, and
    nothing more is explained.

    Whatever goes wrong on our side becomes a result without a score (`grader_error`), never a zero,
    and the next submission gets another zygote.
    """

    def __init__(self, plan: Plan, lane: Lane, follow: FollowThrough | None = None) -> None:
        self.plan = plan
        self.lane = lane
        self.follow = follow
        self._calls: dict[tuple[str, str, int], EncodedCall] = {}
        functions = [f for exercise in plan.exercises for f in exercise.functions]
        # Which of a function's calls are only for checks of memory.
        self._memory = {f.name: f.memory_calls for f in functions}
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
        run = _Findings(tuple(sorted(submission.files)), _failures(planned, message), notes=notes)
        return self._graded(submission, run, 0.0)

    def _graded(self, submission: Submission, run: _Findings, seconds: float) -> GradedSubmission:
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
        )
        return GradedSubmission(result, seconds, run.outputs, tuple(notes), together=run.together)

    def _functions(self, submission: Submission, planned: Planned, *, echo: bool) -> _Findings:
        with Session(
            self.lane,
            submission,
            functions=self.plan.names,
            exercises=self.plan.slugs,
            limits=self.plan.limits,
            echo=echo,
        ) as session:
            contents = session.contents
            run = _Findings(contents.files, notes=[("", note) for note in contents.notes])
            run.outputs[""] = session.loaded.output
            files = [attempted_in(session, e.slug, f.name) for e, f in planned]
            opened = [
                self._opened(session, exercise, function, attempts, run)
                for (exercise, function), attempts in zip(planned, files, strict=True)
            ]
            # Read now: a statement that fails when a file is loaded again may have seen more.
            problems = session.problems
            if session.is_over:
                run.notes.append(("", OVER))
            run.results += [self._sealed(session, one, run) for one in opened]
        run.notes.extend(("", problem_note(problem)) for problem in problems[:MAX_NOTES])
        if len(problems) > MAX_NOTES:
            run.notes.append(("", f"and {len(problems) - MAX_NOTES} more statements that failed"))
        return run

    def _opened(
        self,
        session: Session,
        exercise: PlannedExercise,
        function: PlannedFunction,
        files: Sequence[str],
        run: _Findings,
    ) -> _Opened:
        """Make the open calls in the first files, judge them, choose a file, and explain."""
        files, left_out = files[:MAX_ATTEMPTS], files[MAX_ATTEMPTS:]
        if not files:
            verdict, why = why_absent(session, exercise.slug, function.name)
            checks = [check_result(check, verdict, why) for check in function.checks]
            return _Opened(function, "", result_of(exercise, function, checks, 0.0, verdict, why))
        graded = []
        for file in files:
            outcomes = self._called(session, function, file)
            run.together |= any(isinstance(outcome, TimedOut) for outcome in outcomes)
            graded.append((self.judge.judged(exercise, function, outcomes), outcomes))
        best = max(range(len(files)), key=lambda index: graded[index][0].score or 0.0)
        result, outcomes = graded[best]
        run.outputs[function.name] = _printed(outcomes)
        opened = self._explained(session, _Opened(function, files[best], result), outcomes)
        if len(files) > 1:
            run.together = True
            pairs = zip(files, graded, strict=True)
            scores = ", ".join(f"{file}: {result.score:g}" for file, (result, _) in pairs)
            note = f"{function.name} is defined in more than one file; {files[best]} counts"
            note += f" ({scores})"
            if left_out:
                note += f"; only the first {len(files)} were looked at, not {', '.join(left_out)}"
            run.notes.append((function.name, note))
            # The functions behind it import this one.
            session.choose(function.name, files[best])
        return opened

    def _sealed(self, session: Session, opened: _Opened, run: _Findings) -> FunctionResult:
        """Make the sealed calls of those checks that passed, and return the final result."""
        function, result = opened.function, opened.result
        passed = {check.name for check in result.checks if check.verdict is Verdict.PASSED}
        sealed = {n for check in function.checks if check.name in passed for n in check.sealed}
        if not sealed:
            return result
        numbers = sorted(sealed)
        frames = [
            self._encoded(function, opened.file, len(function.calls) + number) for number in numbers
        ]
        outcomes = session.call(opened.file, function.name, frames)
        run.together |= any(isinstance(outcome, TimedOut) for outcome in outcomes)
        failed = self.judge.failed_elsewhere(function, dict(zip(numbers, outcomes, strict=True)))
        share = self.plan.follow_through
        return with_failed_elsewhere(result, failed & passed, opened.followed, share=share)

    def _explained(self, session: Session, opened: _Opened, outcomes: Sequence[Outcome]) -> _Opened:
        """Add to a result the points for follow-through, and its explanation."""
        function, result, file = opened.function, opened.result, opened.file
        if session.is_over:
            return opened
        failed = [
            planned
            for planned, check in zip(function.checks, result.checks, strict=True)
            if check.kind is Kind.VALUE and check.verdict in FOLLOWED
        ]
        if self.follow is None or not function.given or not failed:
            result = self.explainer.explained(result, function, outcomes)
            return replace(opened, result=result)
        judged = Judged(function, outcomes, self.judge.expected[function.name])
        follow = self.follow
        followed = attempt(lambda: follow.followed(session, file, judged, failed))
        if followed is not None:
            result = with_follow_through(result, followed, share=self.plan.follow_through)
            result = self.explainer.explained(result, function, outcomes, followed=followed)
            return replace(opened, result=result, followed=followed)
        result = self.explainer.explained(
            result, function, outcomes, own_cost=lambda: follow.own_cost(session, file, judged)
        )
        return replace(opened, result=result)

    def _called(self, session: Session, function: PlannedFunction, file: str) -> list[Outcome]:
        """Make the open calls of a function in one file; return their outcomes in their order."""
        skipped = () if self.lane.enforces_memory else self._memory[function.name]
        numbers = [number for number in range(len(function.calls)) if number not in skipped]
        frames = [self._encoded(function, file, number) for number in numbers]
        called = dict(zip(numbers, session.call(file, function.name, frames), strict=True))
        absent = NotCalled(NO_LIMIT_ON_MEMORY)
        return [called.get(number, absent) for number in range(len(function.calls))]

    def _encoded(self, function: PlannedFunction, file: str, number: int) -> EncodedCall:
        """Return a call, encoded once for all submissions whose file has this name."""
        key = (file, function.name, number)
        if key not in self._calls:
            if len(self._calls) > MAX_ENCODED:
                self._calls.clear()
            call = self._planned_calls[function.name][number]
            unique = self._numbers[function.name, number]
            request = wire.CallRequest(unique, file, function.name, call.args, call.kwargs)
            self._calls[key] = EncodedCall(
                unique, wire.encode(request), call.first_limit_s, _largest_answer(call)
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
        self._only[slug, name] = Grader(plan, self.lane, self.follow)
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


def _printed(outcomes: Sequence[Outcome]) -> str:
    texts = [outcome.output for outcome in outcomes if hasattr(outcome, "output")]
    return "".join(texts)
