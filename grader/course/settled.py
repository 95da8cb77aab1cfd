"""Leave out of a plan the checks that course.toml switches off, or that everybody passes."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from grader.course.folder import Course
from grader.errors import CourseError
from grader.plan import Plan, PlannedCheck, PlannedExercise, PlannedFunction


def settled(plan: Plan, course: Course) -> Plan:
    """Return a plan by which what `[checks]` in course.toml says counts.

    A check that is `off` counts neither for nor against, and nobody reads of it. One that is `full`
    is given to every function that answers at all. No calls are made for either. Both stay in the
    course: `grader build --check` and `grader audit` go on to prove them. CourseError for a check
    that does not exist, or where no other check of its function is left, or none for learners.
    """
    if not course.checks_off and not course.checks_full:
        return plan
    _refuse_unknown(course)
    return msgspec.structs.replace(
        plan, exercises=_settled(plan.exercises, course), more=_settled(plan.more, course)
    )


def _settled(exercises: tuple[PlannedExercise, ...], course: Course) -> tuple[PlannedExercise, ...]:
    replace = msgspec.structs.replace
    return tuple(
        replace(
            exercise,
            functions=tuple(
                replace(function, checks=tuple(_checks_left(function, course)))
                for function in exercise.functions
            ),
        )
        for exercise in exercises
    )


def _checks_left(function: PlannedFunction, course: Course) -> Iterator[PlannedCheck]:
    for check in function.checks:
        name = f"{function.name}.{check.name}"
        if name in course.checks_full:
            yield msgspec.structs.replace(check, given=True, sealed=())
        elif name not in course.checks_off:
            yield check


def _refuse_unknown(course: Course) -> None:
    path = course.folder / "course.toml"
    functions = [function for exercise in course.exercises for function in exercise.functions]
    checks = {f.name: [c.name for c in f.checks] for f in functions}
    public = {f.name: [c.name for c in f.checks if not c.hidden] for f in functions}
    settled_names = {*course.checks_off, *course.checks_full}
    for name in (*course.checks_off, *course.checks_full):
        function, _, check = name.partition(".")
        if function not in checks:
            raise CourseError(
                f"{path}: no function is called {function!r} ([checks], {name!r}); write"
                ' "function.check"'
            )
        if check not in checks[function]:
            raise CourseError(
                f"{path}: {function} has no check {check!r} ([checks]); choose from:"
                f" {', '.join(checks[function])}"
            )
        if all(f"{function}.{other}" in settled_names for other in checks[function]):
            raise CourseError(
                f"{path}: [checks] leaves no check of {function}; to leave out the whole function,"
                " take it out of course.toml and checks.py, or give everybody full points in"
                " overrides.csv"
            )
        left = [one for one in public[function] if f"{function}.{one}" not in course.checks_off]
        if public[function] and not left:
            raise CourseError(
                f"{path}: [checks] leaves no public check of {function}, so that anything would"
                " look right to learners; write one of them under full"
            )
