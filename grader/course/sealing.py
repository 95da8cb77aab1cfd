"""Add sealed inputs to a plan: of the same kind as the open ones, with numbers from a secret seed.

A check that draws its inputs is run again with the secret generator, and one of the calls that come
out differently becomes its sealed call. One is enough against answers that are copied from the open
inputs, which show every kind already. A memory check has none: its inputs are large, and a copied
answer to them would be as large.
"""

from __future__ import annotations

import inspect
import secrets
from collections.abc import Iterable

import msgspec
import numpy as np

from grader.course.checks import Check, Rng
from grader.course.folder import Course, Exercise, Function
from grader.course.planning import CallTable, key_of, stream_of
from grader.model import Kind
from grader.plan import Plan, PlannedCheck, PlannedFunction

SEED_BITS = 128
# For proving a course, where nothing need be secret and the same must come out each time.
FIXED_SEED = "0" * (SEED_BITS // 4)
# What is right must be right with each of these.
PROVED_SEEDS = tuple(f"{number:0{SEED_BITS // 4}x}" for number in range(5))


def new_seed() -> str:
    """Draw a secret seed: 128 bits as 32 hexadecimal digits."""
    return secrets.token_hex(SEED_BITS // 8)


def with_sealed(plan: Plan, course: Course, seed: str) -> Plan:
    """Add to a plan of this course the sealed calls that this seed gives.

    CourseError when a reference fails on one of them.
    """
    exercises = {exercise.slug: exercise for exercise in course.exercises}
    return msgspec.structs.replace(
        plan,
        seed=seed,
        exercises=tuple(
            msgspec.structs.replace(
                planned,
                functions=tuple(
                    _with_sealed(exercises[planned.slug], function, seed, plan.limits.memory_bytes)
                    for function in planned.functions
                ),
            )
            for planned in plan.exercises
        ),
    )


def with_open_seeds(plan: Plan, course: Course, seeds: Iterable[str]) -> Plan:
    """Return a plan in which what would be sealed with each of these seeds is open, too.

    It is for proving right answers: what mistakes answer is not in it.
    """
    replace = msgspec.structs.replace
    for seed in seeds:
        sealed = with_sealed(plan, course, seed)
        plan = replace(
            plan,
            exercises=tuple(
                replace(exercise, functions=tuple(map(_opened, exercise.functions)))
                for exercise in sealed.exercises
            ),
        )
    return plan


def _opened(function: PlannedFunction) -> PlannedFunction:
    """Return a function with its sealed calls among the open ones."""
    count = len(function.calls)
    return msgspec.structs.replace(
        function,
        calls=(*function.calls, *function.sealed),
        sealed=(),
        checks=tuple(
            msgspec.structs.replace(
                check, calls=(*check.calls, *(count + index for index in check.sealed)), sealed=()
            )
            for check in function.checks
        ),
    )


def _with_sealed(
    exercise: Exercise, planned: PlannedFunction, seed: str, memory_bytes: int
) -> PlannedFunction:
    function = next(f for f in exercise.functions if f.name == planned.name)
    sealed = _Sealed(exercise, function, planned, seed)
    by_name = {check.name: check for check in function.checks}
    checks = tuple(
        sealed.added_to(check, by_name[check.name], memory_bytes) for check in planned.checks
    )
    return msgspec.structs.replace(planned, checks=checks, sealed=tuple(sealed.table.calls))


class _Sealed:
    """The sealed calls of one function while its checks are gone through in their order."""

    def __init__(
        self, exercise: Exercise, function: Function, planned: PlannedFunction, seed: str
    ) -> None:
        self.table = CallTable(exercise, function)
        self._seed = int(seed, 16)
        self._stream = stream_of(function.name)
        self._open = {key_of((call.args, call.kwargs)) for call in planned.calls}
        # Which of a check's calls is sealed must not be foreseeable either.
        self._choice = self._generator(1)

    def _generator(self, purpose: int) -> Rng:
        """Return a generator that shares no state with that of the open inputs."""
        return np.random.default_rng(
            np.random.SeedSequence(self._seed, spawn_key=(self._stream, purpose))
        )

    def added_to(self, planned: PlannedCheck, check: Check, memory_bytes: int) -> PlannedCheck:
        """Return the check with its sealed call, if it draws any that is not an open one."""
        draws = "rng" in inspect.signature(check.inputs).parameters
        if not draws or check.kind is Kind.MEMORY:
            return planned
        drawn = [
            arguments
            for arguments in self.table.arguments_of(check, self._generator(0), memory_bytes)
            if key_of(arguments) not in self._open
        ]
        if not drawn:
            return planned
        # One that another check has already costs nothing.
        shared = [arguments for arguments in drawn if self.table.has(arguments)]
        chosen = shared[0] if shared else drawn[self._choice.integers(len(drawn))]
        index = self.table.index_of(chosen, self.table.where(check))
        return msgspec.structs.replace(planned, sealed=(index,))
