"""Grade one submission of a class, reusing stored results that are still valid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from grader.engine.fresh import lane_for
from grader.engine.launch import Wall
from grader.engine.references import References
from grader.grade.fingerprints import Fingerprints, fingerprints_of
from grader.grade.grader import GradedSubmission, Grader
from grader.intake.files import Part
from grader.intake.submission import collect, submission_from
from grader.model import Submission, Verdict
from grader.plan import Plan
from grader.results.rows import EncodedResult
from grader.versions import VERSIONS
from grader.worker.files import Collected

LOST_TWICE = "a worker process was ended while it graded this, twice"


class Task(NamedTuple):
    """A student, where their files are (or what was read of them), and what is stored of them."""

    student: str
    paths: Sequence[Part] | Collected
    # The fingerprints of what is stored, by function.
    stored: Mapping[str, bytes] = {}
    notes: tuple[str, ...] = ()


class Work(NamedTuple):
    """What every worker is given: the plan and the wall."""

    plan: Plan
    wall: Wall


class TaskResult(NamedTuple):
    """What was graded of a student's submission; None when all stored results are still valid."""

    student: str
    graded: EncodedResult | None


class TaskGrader:
    """Grades tasks one after the other, in one lane that is kept between them.

    One in each worker process, for as long as the process lives. It owns the `Grader` and its lane.
    """

    def __init__(self, work: Work) -> None:
        self._references = References(work.plan, work.wall)
        self._grader = Grader(work.plan, lane_for(work.wall), self._references)
        self._fingerprints = fingerprints_of(work.plan, isolation=work.wall.tier, versions=VERSIONS)

    def grade(self, task: Task) -> TaskResult:
        """Collect a submission and grade its functions that have no valid stored result."""
        grader = self._grader
        try:
            files = task.paths if isinstance(task.paths, Collected) else collect(task.paths)
            submission = submission_from(task.student, files, notes=task.notes)
        except Exception as error:  # noqa: BLE001  # it failed in a way that is not the learner's
            return self.failure(task, f"reading failed: {error!r}")
        fingerprints = self._fingerprints.of_submission(submission.submission_hash)
        stale = _stale_functions(fingerprints, task.stored)
        if not stale:
            return TaskResult(task.student, None)
        graded = graded_submission(submission, grader, stale)
        if graded.together and len(stale) < len(fingerprints.functions):
            graded = graded_submission(submission, grader, list(fingerprints.functions))
        encoded = EncodedResult.of(
            graded.result,
            seconds=graded.seconds,
            handed=submission.submission_hash,
            fingerprints=_valid_fingerprints(graded, fingerprints),
            prices=fingerprints.prices,
            notes=graded.notes,
        )
        return TaskResult(task.student, encoded)

    def failure(self, task: Task, message: str) -> TaskResult:
        """Return the result of a task that the grader itself failed on."""
        result = self._grader.failure(Submission(task.student), message)
        notes = tuple(("", note) for note in result.notes)
        return TaskResult(task.student, EncodedResult.of(result, notes=notes))

    def close(self) -> None:
        """End the lane's processes; the next task would start another."""
        self._grader.lane.close()
        self._references.close()


def graded_submission(
    submission: Submission, grader: Grader, functions: list[str]
) -> GradedSubmission:
    """Grade these functions, and once more if the zygote was lost meanwhile.

    The loss may not have been their doing; if it happens again, it is taken for their doing.
    """
    losses = grader.lane.losses
    graded = grader.grade_submission(submission, only=functions)
    if grader.lane.losses > losses:
        return grader.grade_submission(submission, only=functions)
    return graded


def is_unchanged(task: Task, fingerprints: Fingerprints) -> bool:
    """Tell whether all that is stored of a submission is still valid; its files are read for it.

    What cannot be read is for a worker to complain of.
    """
    if not task.stored or isinstance(task.paths, Collected):
        return False
    try:
        submission = submission_from(task.student, collect(task.paths), notes=task.notes)
    except Exception:  # noqa: BLE001  # it fails there again, and is stored as a failure of ours
        return False
    now = fingerprints.of_submission(submission.submission_hash)
    return not _stale_functions(now, task.stored)


def _stale_functions(fingerprints: Fingerprints, stored: Mapping[str, bytes]) -> list[str]:
    """Return the functions to grade: those without a stored result that is still valid."""
    shared = fingerprints.plan, fingerprints.priced
    now = fingerprints.functions.items()
    return [name for name, own in now if stored.get(name) not in (own, *shared)]


def _valid_fingerprints(graded: GradedSubmission, fingerprints: Fingerprints) -> dict[str, bytes]:
    """Return the fingerprint to store with each function, but for those the grader failed on.

    Functions that depend on each other get that of the whole plan: they are valid together.
    """
    own = fingerprints.functions
    shared = fingerprints.priced if graded.by_points else fingerprints.plan
    return {
        function.function: shared if graded.together or graded.by_points else own[function.function]
        for function in graded.result.functions
        if function.verdict is not Verdict.GRADER_ERROR
    }
