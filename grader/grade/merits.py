"""Judge every function of a submission on its own merits, whatever the earlier ones are like."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import msgspec

from grader import wire
from grader.diagnose.derivatives import own_cost
from grader.diagnose.explain import begin_with
from grader.engine.session import EncodedCall, Session
from grader.grade.locating import MAX_ATTEMPTS, attempted_in, why_absent
from grader.judge.judge import check_result, result_of
from grader.judge.scoring import with_failed_elsewhere, with_points
from grader.model import (
    NEUTRAL,
    NOT_THERE,
    Died,
    FunctionResult,
    Misconception,
    Outcome,
    Returned,
    TimedOut,
    Verdict,
)
from grader.plan import PlannedExercise, PlannedFunction

if TYPE_CHECKING:
    from grader.grade.grader import Grader

# Numbers of calls of a learner's own cost: no planned call has one so large.
FIRST_NUMBER = 1_000_000

Planned: TypeAlias = Sequence[tuple[PlannedExercise, PlannedFunction]]


@dataclass(slots=True)
class Findings:
    """What grading one submission's functions has brought so far."""

    files: tuple[str, ...] = ()
    results: list[FunctionResult] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)
    notes: list[tuple[str, str]] = field(default_factory=list)
    together: bool = False
    by_points: bool = False
    # A hash of what was handed in.
    contents: str = ""


class _Tried(NamedTuple):
    """The open calls of a function in one file, judged.

    `stood_for` are the earlier functions that were answered by the references, if that counts;
    `is_named`: its answers tell its own mistake, not that of an earlier function.
    """

    file: str
    result: FunctionResult
    outcomes: Sequence[Outcome]
    stood_for: tuple[str, ...] = ()
    is_named: bool = True


class _Opened(NamedTuple):
    """What the open calls of one function have shown: all that may be told of it.

    `tried` is None if no file attempts the function.
    """

    exercise: PlannedExercise
    function: PlannedFunction
    result: FunctionResult
    tried: _Tried | None = None


class Merits:
    """One submission while its functions are judged: each by itself, in the order of the course.

    Own functions first, as they were handed in. A function that fails a check while an earlier one
    of the course is not right in this submission (it fails, is missing, or belongs to an exercise
    that is not graded) is called once more, in a second process, in which the references answer for
    those. If that was asked for at all, the better of both counts, and the mistake that is named is
    the one that remains. A function that is right in this way is right: nobody answers for it, and
    `judged_with` names only those that are to be corrected. Where an earlier function hangs or ends
    the process, the second of these tries comes first; if that one is called in it, the other is
    left out: it would only wait. A function that is there only with stand-ins
    (`def f(z, g=softmax)`) is tried with them alone.

    No process is told the right answer of a function before it has made all of its own calls to it.
    `open` comes first, `sealed` second, and no open call after that but for the points: `_again`.
    """

    def __init__(
        self,
        grader: Grader,
        session: Session,
        stack: ExitStack,
        planned: Planned,
        run: Findings,
    ) -> None:
        self.grader = grader
        self.session = session
        self.planned = planned
        self.run = run
        self._stack = stack
        self._attempts = [attempted_in(session, e.slug, f.name) for e, f in planned]
        names = {function.name for _exercise, function in planned}
        graded = grader.plan.functions.keys()
        # A function that is not graded again has a stored result, so that all of it is right.
        self._right = graded - names
        # Functions that have hung, or ended the process: who calls them would do so, too.
        self._stuck: set[str] = set()
        self._file_of: dict[str, str] = {}
        self._opened: list[_Opened] = []
        # What keeps functions from being loaded, each with the first of them.
        self._notes_told: dict[str, str] = {}
        # What the second process has been told right answers of.
        self._told: set[str] = set()
        # Functions that fail on sealed inputs only.
        self._caught: set[str] = set()

    def _standing_for(self, names: tuple[str, ...], function: PlannedFunction) -> Session:
        """Return the second process, in which these functions are answered, to call a function."""
        if function.name in self._told:
            # It may have kept the right answers of this one.
            self._second.restart()
            self._told.clear()
        self._second.stand_for(names)
        return self._second

    @cached_property
    def _second(self) -> Session:
        """The process in which earlier functions are stood in for."""
        assert self.grader.references is not None
        second = self.session.with_stand_ins(self.grader.references.answer)
        return self._stack.enter_context(second)

    def _not_right_before(self, function: PlannedFunction) -> tuple[str, ...]:
        """Return the earlier functions of the course that are not right, as far as is known."""
        if self.grader.references is None:
            return ()
        names = self.grader.plan.names
        return tuple(n for n in names[: names.index(function.name)] if n not in self._right)

    def _depends(self, function: PlannedFunction) -> None:
        """Note that what a function gets depends on which earlier ones are right."""
        if self.grader.references is not None and function.name != self.grader.plan.names[0]:
            self.run.together = True

    def open(self) -> None:
        """Make the open calls of all functions, choose files, and explain what was found."""
        for (exercise, function), files in zip(self.planned, self._attempts, strict=True):
            self._opened.append(self._open(exercise, function, files))

    def _open(
        self, exercise: PlannedExercise, function: PlannedFunction, files: Sequence[str]
    ) -> _Opened:
        if not files and self.session.problems and self._not_right_before(function):
            # What its own line needs may be there now.
            files = attempted_in(self._second, exercise.slug, function.name)
        if not files:
            verdict, why = why_absent(self.session, exercise.slug, function.name, self._notes_told)
            checks = [check_result(check, verdict, why) for check in function.checks]
            result = result_of(exercise, function, checks, 0.0, verdict, why)
            return _Opened(exercise, function, result)
        files, left_out = files[:MAX_ATTEMPTS], files[MAX_ATTEMPTS:]
        all_tried = [self._tried(exercise, function, file) for file in files]
        best = max(all_tried, key=lambda tried: tried.result.score or 0.0)
        self._file_of[function.name] = best.file
        if best.result.verdict is Verdict.PASSED:
            self._right.add(function.name)
        if best.result.verdict is not Verdict.PASSED or best.stood_for:
            self._depends(function)
        self.run.outputs[function.name] = _printed(best.outcomes)
        result = self._explained(function, best)
        if len(files) > 1:
            self.run.together = self.run.by_points = True
            scores = ", ".join(f"{tried.file}: {tried.result.score:g}" for tried in all_tried)
            note = f"{function.name} is defined in more than one file; {best.file} counts"
            note += f" ({scores})"
            if left_out:
                note += f"; only the first {len(files)} were looked at, not {', '.join(left_out)}"
            self.run.notes.append((function.name, note))
            # The functions behind it import this one.
            self.session.choose(function.name, best.file)
            if "_second" in vars(self):
                self._second.restart()
        return _Opened(exercise, function, result, best)

    def _tried(self, exercise: PlannedExercise, function: PlannedFunction, file: str) -> _Tried:
        """Make the open calls in one file: with the learner's functions, then with right ones."""
        before = self._not_right_before(function)
        own: _Tried | None = None
        here = {(d.file, d.function) for d in self.session.loaded.definitions}
        is_here = (file, function.name) in here
        if is_here and not self._stuck.intersection(before):
            own = self._tried_alone(exercise, function, file)
            if not before or own.result.verdict is Verdict.PASSED:
                return self._worded(exercise, function, own)
        outcomes = self._called(self._standing_for(before, function), function, file)
        asked = self._second.asked
        self._told |= asked
        result = self.grader.judge.judged(exercise, function, outcomes)
        if asked & self._stuck:
            self._stuck.add(function.name)
        is_stuck = function.name in self._stuck
        if is_here and own is None and not is_stuck and result.verdict is not Verdict.PASSED:
            own = self._tried_alone(exercise, function, file)
            if own.result.verdict is Verdict.PASSED:
                return self._worded(exercise, function, own)
        if not asked:
            alone = _Tried(file, result, outcomes, () if is_here else before)
            return alone if own is None else self._worded(exercise, function, own)
        if own is not None and (own.result.score or 0.0) > (result.score or 0.0):
            self.run.by_points = True
            return self._worded(exercise, function, own)._replace(is_named=False)
        judged_with = tuple(name for name in before if name in asked)
        result = msgspec.structs.replace(
            result,
            judged_with=judged_with,
            message=result.message
            or f"right with a right {' and '.join(judged_with)}: begin there",
            own=_verdicts(own.result) if own is not None else (),
        )
        return _Tried(file, result, outcomes, before)

    def _tried_alone(
        self, exercise: PlannedExercise, function: PlannedFunction, file: str
    ) -> _Tried:
        """Make the open calls with the learner's own functions; the result has no messages yet."""
        outcomes = self._called(self.session, function, file)
        result = self.grader.judge.judged(exercise, function, outcomes, worded=False)
        return _Tried(file, result, outcomes)

    def _worded(
        self, exercise: PlannedExercise, function: PlannedFunction, tried: _Tried
    ) -> _Tried:
        """Put a result into words. It is the one that counts; few of those that fail alone do."""
        if {*_verdicts(tried.result)} == {Verdict.PASSED}:
            return tried
        return tried._replace(result=self.grader.judge.judged(exercise, function, tried.outcomes))

    def _called(self, session: Session, function: PlannedFunction, file: str) -> list[Outcome]:
        outcomes = self.grader.called(session, function, file)
        self.run.together |= any(isinstance(outcome, TimedOut) for outcome in outcomes)
        if any(isinstance(outcome, TimedOut | Died) for outcome in outcomes):
            self._stuck.add(function.name)
        return outcomes

    def _explained(self, function: PlannedFunction, tried: _Tried) -> FunctionResult:
        """Add the explanation to a result, and what it says of the earlier functions."""
        result = tried.result
        if tried.is_named:
            matches = self.grader.explainer.matches(result, function, tried.outcomes)
            result = msgspec.structs.replace(result, matches=matches)
        if self.session.is_over:
            return result
        if self.grader.references is None and (earlier := self._may_be_wrong_because_of(tried)):
            return msgspec.structs.replace(result, misconception=begin_with(earlier))
        return self.grader.explainer.explained(
            result,
            function,
            tried.outcomes,
            named=tried.is_named,
            own_cost=lambda: self._own_cost(function, tried.outcomes),
        )

    def _may_be_wrong_because_of(self, tried: _Tried) -> FunctionResult | None:
        """Return the first earlier function that its code names and that fails; None if none does.

        Where nobody answers for right functions, it cannot be told what is wrong in this one.
        """
        if tried.result.verdict in (Verdict.PASSED, *NOT_THERE):
            return None
        name = tried.result.function
        mentioned = {
            other
            for definition in self.session.loaded.definitions
            if (definition.file, definition.function) == (tried.file, name)
            for other in definition.mentions
        }
        failing = (opened.result for opened in self._opened)
        return next(
            (r for r in failing if r.function in mentioned and r.verdict is not Verdict.PASSED),
            None,
        )

    def _own_cost(
        self, function: PlannedFunction, outcomes: Sequence[Outcome]
    ) -> Misconception | None:
        """Look for a derivative of the learner's own cost, if that is not right."""
        references = self.grader.references
        wrong = {cost.name for cost in function.costs} & self._file_of.keys() - self._right
        wrong -= self._stuck
        if references is None or not wrong:
            return None
        numbers = count(FIRST_NUMBER)

        def own(name: str, args: tuple[wire.Value, ...]) -> wire.Value:
            number, file = next(numbers), self._file_of[name]
            frame = wire.encode(wire.CallRequest(number, file, name, args, {}))
            (outcome,) = self.session.call(file, name, [EncodedCall(number, frame)])
            return outcome.value if isinstance(outcome, Returned) else None

        def right(name: str, args: tuple[wire.Value, ...]) -> wire.Value:
            return references.answer(wire.AskedReply(0, name, args, {})).value

        return own_cost(function, outcomes, own=own, right=right)

    def sealed(self) -> Iterator[FunctionResult]:
        """Make the sealed calls of those checks that passed; yield the final results."""
        for opened in self._opened:
            yield self._sealed(opened)

    def _sealed(self, opened: _Opened) -> FunctionResult:
        _exercise, function, result, tried = opened
        if tried is None:
            return result
        failed = self._failed_elsewhere(function, tried, tried.stood_for)
        own = result.own if tried.stood_for else _verdicts(with_failed_elsewhere(result, failed))
        before = self._not_right_before(function)
        if failed:
            self._right.discard(function.name)
            self._depends(function)
            if before != tried.stood_for:
                # Because of what only sealed inputs have caught, perhaps.
                failed &= self._failed_elsewhere(function, tried, before)
        sealed = with_failed_elsewhere(result, failed)
        otherwise: tuple[Verdict, ...] = ()
        if self._caught.intersection(before) and result.verdict is not Verdict.PASSED:
            otherwise = self._again(opened, tried, before)
        if failed:
            self._caught.add(function.name)
        if own == _verdicts(sealed):
            own = ()
        sealed = msgspec.structs.replace(sealed, own=own, otherwise=otherwise)
        return with_points(sealed, function, self.grader.plan.rules)

    def _again(
        self, opened: _Opened, tried: _Tried, before: tuple[str, ...]
    ) -> tuple[Verdict, ...]:
        """Return the verdicts with right functions in place of what only sealed inputs have caught.

        Nothing else of it is told: after a sealed call, learner code may answer as it likes.
        """
        second = self._standing_for(before, opened.function)
        outcomes = self.grader.called(second, opened.function, tried.file)
        self._told |= second.asked
        result = self.grader.judge.judged(opened.exercise, opened.function, outcomes)
        again = tried._replace(result=result)
        failed = self._failed_elsewhere(opened.function, again, before)
        return tuple(
            verdict if verdict in NEUTRAL else Verdict.FAILS_ON_OTHER_INPUTS
            for verdict in _verdicts(with_failed_elsewhere(result, failed))
        )

    def _failed_elsewhere(
        self, function: PlannedFunction, tried: _Tried, stood_for: tuple[str, ...]
    ) -> frozenset[str]:
        """Return the checks that pass on open inputs and fail on sealed ones."""
        passed = {check.name for check in tried.result.checks if check.verdict is Verdict.PASSED}
        sealed = {n for check in function.checks if check.name in passed for n in check.sealed}
        if not sealed:
            return frozenset()
        session = self._standing_for(stood_for, function) if stood_for else self.session
        outcomes = self.grader.called_sealed(session, function, tried.file, sorted(sealed))
        self._told |= session.asked
        self.run.together |= any(isinstance(one, TimedOut) for one in outcomes.values())
        return self.grader.judge.failed_elsewhere(function, outcomes) & passed


def _verdicts(result: FunctionResult) -> tuple[Verdict, ...]:
    return tuple(check.verdict for check in result.checks)


def _printed(outcomes: Sequence[Outcome]) -> str:
    texts = [outcome.output for outcome in outcomes if hasattr(outcome, "output")]
    return "".join(texts)
