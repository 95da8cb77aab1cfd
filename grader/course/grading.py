"""Grade a course's own mistakes and alternatives, several at a time, as learners' submissions."""

from __future__ import annotations

import hashlib
import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from multiprocessing.util import Finalize
from types import TracebackType
from typing import Self, TypeAlias

import msgspec

from grader.course.variants import Variant
from grader.engine.fresh import lane_for
from grader.engine.lane import Lane
from grader.engine.launch import Wall
from grader.errors import SandboxError
from grader.grade.grader import Grader
from grader.grade.processes import available_cpus, prepare_worker
from grader.intake.submission import submission_of
from grader.model import FunctionResult
from grader.plan import Plan, PlannedCall

Results: TypeAlias = dict[Variant, FunctionResult]
# A file's name, and the variants in it with their sources, all of one function.
Job: TypeAlias = tuple[str, list[tuple[str, bytes]]]
# So few variants are graded in this process: starting others takes as long.
FEW = 40


class VariantGrader:
    """Grades mistakes and alternatives as if learners had handed them in.

    State: processes, each with a lane, or a lane in this process where there is little to do; the
    results so far, by all that they depend on, so that a watch grades again only what has changed.
    Lifetime: a proof, an audit, or a whole watch. Order: `begin` for any number of variants, which
    returns at once; what that returns gives the results.
    """

    def __init__(self, *, jobs: int | None = None) -> None:
        """Grade in so many processes (None: as many as there are CPUs)."""
        self._jobs = jobs or available_cpus()
        self._stack = ExitStack()
        self._executor: ProcessPoolExecutor | None = None
        self._lane: Lane | None = None
        self._known: dict[bytes, FunctionResult] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._executor is not None and error is not None:
            self._executor.shutdown(cancel_futures=True)
        self._stack.close()

    @property
    def lane(self) -> Lane:
        """A lane in this process."""
        if self._lane is None:
            self._lane = self._stack.enter_context(lane_for(Wall()))
        return self._lane

    def begin(self, variants: Sequence[Variant], plan: Plan) -> Callable[[], Results]:
        """Begin to grade variants, each for its own function; return what waits for the results.

        That raises SandboxError when a process has ended that graded them.
        """
        keys = _keys(variants, plan)
        new = [variant for variant in variants if keys[variant] not in self._known]
        if self._executor is None and self._jobs > 1 and len(new) > FEW:
            # Spawned, not forked: a watch has threads.
            context = multiprocessing.get_context("spawn")
            self._executor = self._stack.enter_context(
                ProcessPoolExecutor(self._jobs, context, initializer=prepare_worker)
            )
        waiting = {
            name: self._submitted(_only(plan, name), [v for v in new if v.function == name])
            for name in dict.fromkeys(v.function for v in new)
        }

        def results() -> Results:
            for name, graded in waiting.items():
                of_function = [variant for variant in new if variant.function == name]
                for variant, result in zip(of_function, graded(), strict=True):
                    self._known[keys[variant]] = result
            return {variant: self._known[key] for variant, key in keys.items()}

        return results

    def _submitted(
        self, plan: Plan, variants: Sequence[Variant]
    ) -> Callable[[], list[FunctionResult]]:
        job = f"{variants[0].exercise}.py", [(v.name, v.source()) for v in variants]
        encoded = msgspec.msgpack.encode(plan)
        if self._executor is None:
            return lambda: _graded(encoded, job, self.lane)
        future = self._executor.submit(_grade_in_worker, encoded, job)
        return lambda: _result_of(future)


def _only(plan: Plan, name: str) -> Plan:
    """Return a plan for one function."""
    exercises = [
        msgspec.structs.replace(exercise, functions=(function,))
        for exercise in plan.exercises
        for function in exercise.functions
        if function.name == name
    ]
    return msgspec.structs.replace(plan, exercises=tuple(exercises), references=())


def _keys(variants: Sequence[Variant], plan: Plan) -> dict[Variant, bytes]:
    """Hash, for each variant, all that its result depends on."""
    hashes = {
        name: hashlib.sha256(msgspec.msgpack.encode(_untimed(_only(plan, name))))
        for name in {variant.function for variant in variants}
    }
    keys = {}
    for variant in variants:
        digest = hashes[variant.function].copy()
        digest.update(variant.source())
        keys[variant] = digest.digest()
    return keys


def _untimed(plan: Plan) -> Plan:
    """Return a plan without the time that the references took when it was made."""

    def untimed(calls: tuple[PlannedCall, ...]) -> tuple[PlannedCall, ...]:
        return tuple(msgspec.structs.replace(call, cpu_s=0.0) for call in calls)

    (exercise,) = plan.exercises
    (f,) = exercise.functions
    f = msgspec.structs.replace(f, calls=untimed(f.calls), sealed=untimed(f.sealed))
    exercise = msgspec.structs.replace(exercise, functions=(f,))
    return msgspec.structs.replace(plan, exercises=(exercise,))


def _result_of(future: Future[list[FunctionResult]]) -> list[FunctionResult]:
    try:
        return future.result()
    except BrokenProcessPool as error:  # pragma: no cover  # memory ran out, or it was killed
        raise SandboxError(
            f"a process that graded the course's own variants has ended ({error}); is there enough"
            " memory?"
        ) from error


def _graded(plan: bytes, job: Job, lane: Lane) -> list[FunctionResult]:
    grader = Grader(msgspec.msgpack.decode(plan, type=Plan), lane)
    file, sources = job
    return [_graded_by(grader, name, file, source) for name, source in sources]


def _graded_by(grader: Grader, name: str, file: str, source: bytes) -> FunctionResult:
    (function,) = grader.grade(submission_of(name, {file: source})).functions
    return function


_lane_here: Lane | None = None


def _grade_in_worker(plan: bytes, job: Job) -> list[FunctionResult]:
    global _lane_here  # noqa: PLW0603  # it lives as long as the process
    if _lane_here is None:
        _lane_here = lane_for(Wall())
        Finalize(None, _lane_here.close, exitpriority=1)
    return _graded(plan, job, _lane_here)


def graded_variant(variant: Variant, grader: Grader) -> FunctionResult:
    """Grade a variant for its function, in the same way as a learner's submission."""
    only = grader.only(variant.exercise, variant.function)
    return _graded_by(only, variant.name, f"{variant.exercise}.py", variant.source())
