"""Grade one submission: call its functions, judge the answers, add up the points."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import msgspec

from grader import wire
from grader.diagnose.explain import Explainer, attempt
from grader.diagnose.following import FollowThrough, Judged
from grader.engine.lane import Lane
from grader.engine.session import EncodedCall, Session
from grader.errors import SandboxError
from grader.grade.locating import attempted_in, problem_note, why_absent
from grader.judge.judge import Judge, check_result, result_of
from grader.judge.scoring import with_follow_through
from grader.model import (
    FORMAT,
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
from grader.plan import Plan, PlannedExercise, PlannedFunction
from grader.versions import VERSIONS

_log = logging.getLogger(__name__)

MAX_NOTES = 20
MAX_NOTE = 1_000
MAX_ENCODED = 5_000
NO_LIMIT_ON_MEMORY = "not run: this system does not limit memory"
# Only with these verdicts may a value check pass given the learner's own earlier functions.
FOLLOWED = (Verdict.WRONG_VALUE, Verdict.NOT_FINITE, Verdict.WRONG_SHAPE)


@dataclass(frozen=True, slots=True)
class GradedSubmission:
    """The result of a submission, with what its line in results.jsonl does not say."""

    result: SubmissionResult
    # What only its own learner may see: prints, by function.
    outputs: dict[str, str] = field(default_factory=dict)
    # The result's notes, each with the function that it is about, or "".
    notes: tuple[tuple[str, str], ...] = ()
    # The functions depend on each other: one is attempted in several files, and the choice changes
    # what the others import, or a call ran out of the time that they share.
    together: bool = False


@dataclass(slots=True)
class _Attempts:
    """The files that attempt one function, and the outcomes of its calls in each of them."""

    exercise: PlannedExercise
    function: PlannedFunction
    files: list[str]
    outcomes: list[dict[int, Outcome]] = field(default_factory=list)
    best: int = 0


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

    For one submission, in this order: a `Session` loads the files; all calls of public checks are
    made, for all functions; then function by function the remaining calls are made, each file that
    attempts it is judged, the best one is chosen, follow-through is looked for, and the result is
    explained. A choice between files changes what later functions import, so after one the public
    calls of the functions behind it are made again.

    Whatever goes wrong on our side becomes a result without a score (`grader_error`), never a zero,
    and the next submission gets another zygote.
    """

    def __init__(self, plan: Plan, lane: Lane, follow: FollowThrough | None = None) -> None:
        self.plan = plan
        self.lane = lane
        self.follow = follow
        self._calls: dict[tuple[str, str, int], EncodedCall] = {}
        functions = [f for exercise in plan.exercises for f in exercise.functions]
        # Which of a function's calls are for public checks, and which only for checks of memory.
        self._public = {f.name: f.public_calls for f in functions}
        self._memory = {f.name: f.memory_calls for f in functions}
        # No two calls of a plan have one number: an answer sent early, during a call of another
        # function, is then none.
        calls = ((f.name, index) for f in functions for index in range(len(f.calls)))
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
            probes=self.lane.wall.probes,
            seed=self.plan.seed,
            versions=VERSIONS,
            seconds=round(seconds, 4),
            notes=tuple(note for _function, note in notes),
            functions=tuple(run.results),
        )
        return GradedSubmission(result, run.outputs, tuple(notes), together=run.together)

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
            tasks = [
                _Attempts(exercise, function, attempted_in(session, exercise.slug, function.name))
                for exercise, function in planned
            ]
            self._call_public(session, tasks)
            for number, task in enumerate(tasks):
                result, printed = self._finished(session, task, run)
                run.results.append(result)
                run.outputs[task.function.name] = printed
                if len(task.files) > 1:
                    session.choose(task.function.name, task.files[task.best])
                    self._call_public(session, tasks[number + 1 :])
            problems = session.problems
        run.notes.extend(("", problem_note(problem)) for problem in problems[:MAX_NOTES])
        if len(problems) > MAX_NOTES:
            run.notes.append(("", f"and {len(problems) - MAX_NOTES} more statements that failed"))
        return run

    def _call_public(self, session: Session, tasks: Sequence[_Attempts]) -> None:
        """Make the calls of public checks, of all functions.

        They come before any call of a hidden check: what a public check tells (prints, exceptions)
        could otherwise hold hidden inputs that the learner's code has kept.
        """
        for task in tasks:
            task.outcomes = [dict[int, Outcome]() for _ in task.files]
            for file, outcomes in zip(task.files, task.outcomes, strict=True):
                self._call(session, task.function, file, self._public[task.function.name], outcomes)

    def _finished(
        self, session: Session, task: _Attempts, run: _Findings
    ) -> tuple[FunctionResult, str]:
        """Make the remaining calls, judge all of them, and take the best of the files."""
        function = task.function
        if not task.files:
            verdict, why = why_absent(session, task.exercise.slug, function.name)
            checks = [check_result(check, verdict, why) for check in function.checks]
            return result_of(task.exercise, function, checks, 0.0, verdict, why), ""
        public = self._public[function.name]
        rest = [n for n in range(len(function.calls)) if n not in public]
        graded = []
        for file, outcomes in zip(task.files, task.outcomes, strict=True):
            self._call(session, function, file, rest, outcomes)
            ordered = [outcomes[number] for number in range(len(function.calls))]
            run.together |= any(isinstance(outcome, TimedOut) for outcome in ordered)
            graded.append((self.judge.judged(task.exercise, function, ordered), _printed(ordered)))
        task.best = max(range(len(graded)), key=lambda index: graded[index][0].score or 0.0)
        if len(graded) > 1:
            run.together = True
            pairs = zip(task.files, graded, strict=True)
            scores = ", ".join(f"{file}: {result.score:g}" for file, (result, _) in pairs)
            note = (
                f"{function.name} is defined in more than one file; {task.files[task.best]} counts"
            )
            run.notes.append((function.name, f"{note} ({scores})"))
        result, printed = graded[task.best]
        return self._explained(session, task, result), printed

    def _explained(
        self, session: Session, task: _Attempts, result: FunctionResult
    ) -> FunctionResult:
        """Return the result with the points for follow-through, and with its explanation."""
        function, outcomes = task.function, task.outcomes[task.best]
        failed = [
            planned
            for planned, check in zip(function.checks, result.checks, strict=True)
            if check.kind is Kind.VALUE and check.verdict in FOLLOWED
        ]
        ordered = [outcomes[number] for number in range(len(function.calls))]
        if self.follow is None or not function.given or not failed:
            return self.explainer.explained(result, function, ordered)
        judged = Judged(function, ordered, self.judge.expected[function.name])
        follow, file = self.follow, task.files[task.best]
        followed = attempt(lambda: follow.followed(session, file, judged, failed))
        if followed is not None:
            result = with_follow_through(result, followed, share=self.plan.follow_through)
            return self.explainer.explained(result, function, ordered, followed=followed)
        return self.explainer.explained(
            result, function, ordered, own_cost=lambda: follow.own_cost(session, file, judged)
        )

    def _call(
        self,
        session: Session,
        function: PlannedFunction,
        file: str,
        numbers: Sequence[int],
        outcomes: dict[int, Outcome],
    ) -> None:
        if not self.lane.enforces_memory:
            memory = self._memory[function.name]
            skipped = [number for number in numbers if number in memory]
            outcomes.update(dict.fromkeys(skipped, NotCalled(NO_LIMIT_ON_MEMORY)))
            numbers = [number for number in numbers if number not in skipped]
        calls = [self._encoded(function, file, number) for number in numbers]
        called = session.call(file, function.name, calls, before=outcomes.values())
        outcomes.update(zip(numbers, called, strict=True))

    def _encoded(self, function: PlannedFunction, file: str, number: int) -> EncodedCall:
        """Return a call, encoded once for all submissions whose file has this name."""
        key = (file, function.name, number)
        if key not in self._calls:
            if len(self._calls) > MAX_ENCODED:
                self._calls.clear()
            call = function.calls[number]
            unique = self._numbers[function.name, number]
            request = wire.CallRequest(unique, file, function.name, call.args, call.kwargs)
            self._calls[key] = EncodedCall(unique, wire.encode(request))
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
