"""The course of this repository, and its plan."""

from __future__ import annotations

import fcntl
import functools
import os
from pathlib import Path

import msgspec

from grader.course.cache import cached_plan
from grader.course.folder import course_of
from grader.course.planning import plan_of
from grader.course.sealing import FIXED_SEED, with_sealed
from grader.plan import Plan, PlannedCall, PlannedFunction

ROOT = Path(__file__).parents[2]
# The cache of all runs of the tests, so that nobody's own is read or written.
KEPT = ROOT / ".pytest_cache" / "user"
os.environ["XDG_CACHE_HOME"] = str(KEPT)


@functools.cache  # for more than one run of pytest in a process, too: benchmarks/trust/mutants.py
def planned(*, mistakes: bool = False) -> Plan:
    """The plan of the course; with its mistakes it takes seconds, and one process makes it."""
    course = course_of(ROOT / "solutions")
    if not mistakes:
        return with_sealed(plan_of(course), course, FIXED_SEED)
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return with_sealed(cached_plan(course), course, FIXED_SEED)


def calls_of(function: str, seed: int) -> list[PlannedCall]:
    """The open calls of a function, and the sealed ones that a seed gives."""
    course = course_of(ROOT / "solutions")
    (slug,) = (e.slug for e in course.exercises if any(f.name == function for f in e.functions))
    plan = with_sealed(plan_of(course, only=(slug,)), course, f"{seed:032x}")
    (planned_function,) = (f for f in plan.exercises[0].functions if f.name == function)
    return [*planned_function.calls, *planned_function.sealed]


def with_times(plan: Plan, cpu_s: float) -> Plan:
    """The plan as if the reference had taken this for each call; what is measured varies."""

    def timed(function: PlannedFunction) -> PlannedFunction:
        calls = tuple(msgspec.structs.replace(call, cpu_s=cpu_s) for call in function.calls)
        return msgspec.structs.replace(function, calls=calls)

    exercises = (
        msgspec.structs.replace(exercise, functions=tuple(map(timed, exercise.functions)))
        for exercise in plan.exercises
    )
    return msgspec.structs.replace(plan, exercises=tuple(exercises))
