"""Check a learner's work on their own machine, by the checks that learners have."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from grader.errors import SandboxError, UsageError
from grader.model import Verdict
from grader.plan import Plan
from grader.plan_json import CHECKS, read_plan
from grader.results.terminal import CheckedFiles
from grader.worker.files import SUFFIXES
from grader.worker.sources import exercise_of

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
    stems = {exercise_of(file.name, plan.slugs) for file in files}
    others = _imported(files, [f for f in exercise_files(folder, plan) if f.stem not in stems])
    from grader.intake.submission import read_submission

    submission = read_submission("you", [*files, *others])
    wanted = tuple(e for e in plan.exercises if e.slug in stems) or plan.exercises
    plan = replace(plan, exercises=wanted)
    report = _graded(submission, plan, lane)
    result = _with_more(report.result, submission, plan, lane)
    return CheckedFiles(_with_all_checks(plan), result, report.outputs, lane.enforces_memory)


def _graded(
    submission: Submission, plan: Plan, lane: Lane, only: Sequence[str] | None = None
) -> GradedSubmission:
    from grader.grade.grader import Grader

    report = Grader(plan, lane).grade_submission(submission, echo=True, only=only)
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
    more = _graded(submission, replace(plan, exercises=plan.more), lane, wanted).result
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


def files_to_check(files: Sequence[Path], plan: Plan) -> list[Path]:
    """Return the files, or the exercise files of the folder that is named instead.

    UsageError when there are none, or a file does not exist or is no .py or .ipynb file.
    """
    folder = folder_of(files)
    if not files or files[0].is_dir():
        paths = exercise_files(folder, plan)
        if not paths:
            raise UsageError(
                f"there is no exercise file in {folder.resolve()}; go to your exercises, or"
                " get them with `grader start DIR`"
            )
        return paths
    for file in files:
        if not file.is_file():
            raise UsageError(f"{file} does not exist; {_did_you_mean(file, folder, plan)}")
        if file.suffix.lower() not in SUFFIXES:
            raise UsageError(
                f"{file} is neither a .py nor an .ipynb file; name one of your exercise files"
            )
    return list(files)


def folder_of(files: Sequence[Path]) -> Path:
    """Return the folder of these files; without any, the current folder."""
    if not files:
        return Path()
    return files[0] if files[0].is_dir() else files[0].parent


def _did_you_mean(file: Path, folder: Path, plan: Plan) -> str:
    names = [path.name for path in exercise_files(folder, plan)]
    close = get_close_matches(file.name, names, n=1)
    begun = [name for name in names if name.startswith(file.name)]
    return f"did you mean {(begun or close)[0]}?" if begun or close else "name an exercise file"


def checks_path(folder: Path) -> Path:
    """Find the public checks: beside the exercises, or else those that came with the grader."""
    if (folder / CHECKS).is_file():
        return folder / CHECKS
    return exercises_folder() / CHECKS


def exercises_folder() -> Path:
    """Find the exercises that came with the grader: in the package, or beside it in a checkout.

    UsageError when there are none.
    """
    package = Path(__file__).parents[1]
    for candidate in (package / "exercises", package.parent / "exercises"):
        if (candidate / CHECKS).is_file():
            return candidate
    raise UsageError(f"{CHECKS} is missing; put it beside the exercises, or reinstall the grader")


def exercise_files(folder: Path, plan: Plan) -> list[Path]:
    """List the files of `folder` that are named after an exercise."""
    paths = [folder / f"{slug}{suffix}" for slug in plan.slugs for suffix in SUFFIXES]
    return [path for path in paths if path.is_file()]


def _imported(files: Sequence[Path], others: Sequence[Path]) -> list[Path]:
    """List the other exercises that `files` mention, directly or through each other."""
    imported: list[Path] = []
    unread = list(files)
    while unread:
        text = unread.pop().read_bytes()
        for other in others:
            if other not in imported and other.stem.encode() in text:
                imported.append(other)
                unread.append(other)
    return imported
