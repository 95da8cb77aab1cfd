"""Grade one submission of a class, but for what is stored of it and still holds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from grader.diagnose.following import FollowThrough
from grader.engine.fresh import lane_for
from grader.engine.launch import Wall
from grader.grade.fingerprints import Keys, keys_of
from grader.grade.grader import Grader, Report
from grader.intake.files import Handed, Part
from grader.intake.submission import brought, submission_from
from grader.model import Submission, Verdict
from grader.plan import Plan
from grader.results.rows import Graded, Known
from grader.versions import VERSIONS

LOST_TWICE = "a worker process was ended while it graded this, twice"


class Task(NamedTuple):
    """A student, where their files are (or what was read of them), and what is stored of them."""

    student: str
    paths: Sequence[Part] | Handed
    known: Known | None = None
    notes: tuple[str, ...] = ()


class Work(NamedTuple):
    """What every worker is told: by which plan, behind which wall, by whose formulas."""

    plan: Plan
    wall: Wall
    course: Path | None = None


class Answer(NamedTuple):
    """What was graded of a student's submission; None: nothing, since all that is stored holds."""

    student: str
    graded: Graded | None


class Answerer:
    """Answers tasks one after the other, in one lane that is kept between them."""

    def __init__(self, work: Work) -> None:
        follow = None if work.course is None else FollowThrough(work.course)
        self._grader = Grader(work.plan, lane_for(work.wall), follow)
        self._keys = keys_of(work.plan, isolation=work.wall.tier, versions=VERSIONS)

    def answer(self, task: Task) -> Answer:
        """Read a submission and grade those of its functions whose stored results do not hold."""
        grader = self._grader
        try:
            handed = task.paths if isinstance(task.paths, Handed) else brought(task.paths)
            submission = submission_from(
                task.student, handed, order=grader.plan.slugs, notes=task.notes
            )
        except Exception as error:  # noqa: BLE001  # it failed in a way that is not the learner's
            return self.failure(task, f"reading failed: {error!r}")
        keys = self._keys.of_submission(submission.handed)
        stale = _stale_functions(keys, task.known, submission.handed)
        if not stale:
            return Answer(task.student, None)
        report = reported(submission, grader, stale)
        if report.together and len(stale) < len(keys.functions):
            report = reported(submission, grader, list(keys.functions))
        graded = Graded.of(
            report.result,
            handed=submission.handed,
            plan=keys.plan,
            keys=_kept_by(report, keys),
            notes=report.notes,
        )
        return Answer(task.student, graded)

    def failure(self, task: Task, message: str) -> Answer:
        """The answer when the grader could not grade a submission at all."""
        result = self._grader.failure(Submission(task.student), message)
        notes = tuple(("", note) for note in result.notes)
        return Answer(task.student, Graded.of(result, notes=notes))

    def close(self) -> None:
        """End the lane's process; the next task would start another."""
        self._grader.lane.close()


def reported(submission: Submission, grader: Grader, functions: list[str]) -> Report:
    """The report on these functions; a second one if the zygote was lost during the first.

    That may not have been their doing; if it is lost again, it is taken for their doing.
    """
    losses = grader.lane.losses
    report = grader.report(submission, only=functions)
    return grader.report(submission, only=functions) if grader.lane.losses > losses else report


def _stale_functions(keys: Keys, known: Known | None, handed: bytes) -> list[str]:
    """The functions that are to be graded: those without a stored result that still holds."""
    if known is None or known.handed != handed:
        return list(keys.functions)
    if known.plan == keys.plan:
        return [name for name in keys.functions if known.functions.get(name) is None]
    return [name for name, key in keys.functions.items() if known.functions.get(name) != key]


def _kept_by(report: Report, keys: Keys) -> dict[str, bytes]:
    """The key of each graded function, where the grader did not fail.

    Of functions that depend on each other the key is that of the whole plan: they hold together.
    """
    return {
        function.function: keys.plan if report.together else keys.functions[function.function]
        for function in report.result.functions
        if function.verdict is not Verdict.GRADER_ERROR
    }
