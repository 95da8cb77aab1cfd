"""Check a learner's work on their own machine, by the checks that learners have."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from grader.errors import SandboxError, UsageError
from grader.learner.checked import CheckedFiles
from grader.learner.folder import (
    checks_path,
    exercise_files,
    exercises_of,
    files_to_check,
    folder_of,
    functions_in,
    imported,
    nearest_exercise,
    refuse_other_course,
)
from grader.model import Verdict
from grader.plan import Plan
from grader.plan_json import read_plan

if TYPE_CHECKING:
    from grader.engine.lane import Lane
    from grader.grade.grader import GradedSubmission
    from grader.model import Submission, SubmissionResult


def check_files(files: Sequence[Path], lane: Lane, *, plan: Plan | None = None) -> CheckedFiles:
    """Run the public checks on these files, or on all exercise files of the current folder.

    The other checks that the course gives to learners follow where the public ones pass. Exercises
    in the same folder that the files mention are loaded too, but not checked. UsageError when there
    is nothing to check or no checks can be read, SandboxError when the grader itself fails. `plan`
    saves reading the checks again.
    """
    folder = folder_of(files)
    plan = plan or read_plan(checks_path(folder))
    files = files_to_check(files, plan)
    stems = exercises_of(files, plan)
    others = [file for file in exercise_files(folder, plan) if file.stem not in stems]
    wanted, notes = _wanted(files, plan)
    parts = [*files, *imported(files, others)]
    return check_submission(parts, _only(plan, wanted), lane, notes=notes)


def check_submission(
    parts: Sequence[Path], plan: Plan, lane: Lane, *, notes: tuple[str, ...] = ()
) -> CheckedFiles:
    """Run the checks of a plan on files, folders or archives, as they are handed in."""
    from grader.intake.submission import read_submission

    submission = read_submission("you", parts)
    report = _graded(submission, plan, lane)
    result = _with_more(report.result, submission, plan, lane)
    return CheckedFiles(_with_all_checks(plan), result, report.outputs, lane.enforces_memory, notes)


def _wanted(files: Sequence[Path], plan: Plan) -> tuple[set[str], tuple[str, ...]]:
    """Return the functions to check, and what to say of files that are called as no exercise is.

    Of such a file only what it defines is checked. UsageError when that is nothing.
    """
    stems = exercises_of(files, plan)
    wanted = {f.name for e in plan.exercises if e.slug in stems for f in e.functions}
    notes = []
    for file in files:
        if exercises_of([file], plan) <= set(plan.slugs):
            continue
        refuse_other_course(file, plan)
        near = nearest_exercise(file, plan)
        did_you_mean = f"did you mean {near}{file.suffix}?" if near else ""
        found = functions_in(file, plan)
        if not found:
            remedy = did_you_mean or f"the exercises are {', '.join(plan.slugs)}"
            raise UsageError(f"{file} has no function of any exercise; {remedy}")
        wanted.update(found)
        notes.append(f"{file.name} is not the name of an exercise; {did_you_mean or 'rename it'}")
    return wanted, tuple(notes)


def _only(plan: Plan, names: Collection[str]) -> Plan:
    """Return the plan for these functions only."""
    exercises = (
        replace(e, functions=tuple(f for f in e.functions if f.name in names))
        for e in plan.exercises
    )
    return replace(plan, exercises=tuple(e for e in exercises if e.functions))


def _graded(submission: Submission, plan: Plan, lane: Lane) -> GradedSubmission:
    from grader.grade.grader import Grader

    report = Grader(plan, lane).grade_submission(submission, echo=True)
    if report.result.failed:  # pragma: no cover  # only if the grader has a bug
        raise SandboxError(f"{report.result.notes[-1]}; this is the grader's fault, not yours")
    return report


def _with_more(
    result: SubmissionResult, submission: Submission, plan: Plan, lane: Lane
) -> SubmissionResult:
    """Run the other checks of the functions whose public checks pass, if learners have them.

    What the code prints then is not shown: it is not about anything that was asked to be shown.
    """
    names = [f.name for e in plan.more for f in e.functions if f.checks]
    passed = [f.function for f in result.functions if f.verdict is Verdict.PASSED]
    wanted = [name for name in passed if name in names]
    if not wanted:
        return result
    others = _only(replace(plan, exercises=plan.more), wanted)
    more = _graded(submission, others, lane).result
    found = {function.function: function for function in more.functions}
    functions = [
        replace(found[one.function], checks=(*one.checks, *found[one.function].checks))
        if one.function in found
        else one
        for one in result.functions
    ]
    return replace(result, functions=tuple(functions))


def _with_all_checks(plan: Plan) -> Plan:
    """Return the plan with the texts of all checks: of the others only these are needed."""
    more = {f.name: f.checks for exercise in plan.more for f in exercise.functions}
    exercises = (
        replace(
            e,
            functions=tuple(
                replace(f, checks=(*f.checks, *more.get(f.name, ()))) for f in e.functions
            ),
        )
        for e in plan.exercises
    )
    return replace(plan, exercises=tuple(exercises))
