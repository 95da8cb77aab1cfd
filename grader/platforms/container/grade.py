"""Grade the one submission of a container, as `grader grade` would."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from grader.diagnose.following import FollowThrough
from grader.engine.fresh import lane_for
from grader.engine.isolation import chosen
from grader.grade.grader import Grader
from grader.grade.tasks import graded_submission
from grader.intake.submission import read_submission
from grader.judge.words import next_step
from grader.model import SubmissionResult
from grader.plan import Plan, PlannedFunction
from grader.platforms.container.pack import NAME, Settings, opened
from grader.text import points

STUDENT = "submission"
FAILED = "the grader itself failed on this: that is not your doing, and it is to be graded again"


def not_graded(why: str) -> str:
    """What is told where the grader itself failed: platforms want a number, so there is a 0."""
    return (
        f"This submission is NOT GRADED yet: {why}\n\n"
        "That is not the learner's doing, and 0 points here are no mark. Instructors: mend the"
        " cause, then have it graded again."
    )


@dataclass(frozen=True, slots=True)
class GradedInContainer:
    """A graded submission, by which plan and settings."""

    result: SubmissionResult
    plan: Plan
    settings: Settings

    @property
    def planned(self) -> dict[str, PlannedFunction]:
        """The checks of each function."""
        return {f.name: f for exercise in self.plan.exercises for f in exercise.functions}

    @property
    def score(self) -> float:
        """The points of what could be graded."""
        return round(sum(f.score or 0.0 for f in self.result.functions), 2)

    @property
    def summary(self) -> str:
        """The points, what was noticed of the files, what to do next."""
        result = self.result
        lines = [f"{points(self.score)} of {points(result.max_score)} points."]
        if result.failed:
            lines.append(f"Not all is graded: {FAILED}.")
        lines += [f"- {note}" for note in result.notes]
        lines.append(next_step(result.functions) or "All that was asked for is there, and right.")
        return "\n".join(lines)


def grade_in_container(
    entries: Collection[Path], folder: Path, *, plan_beside: Path | None = None
) -> GradedInContainer:
    """The result of these files and folders by the course that is packed in `folder`.

    UsageError when there is no packed course, or no wall can be had: then nothing was run.
    """
    with opened(folder / NAME, plan_beside=plan_beside) as pack:
        wall = chosen(pack.settings.isolation)
        with lane_for(wall) as lane:
            grader = Grader(pack.plan, lane, FollowThrough(pack.course))
            submission = read_submission(STUDENT, sorted(entries), order=pack.plan.slugs)
            result = graded_submission(submission, grader, _names(pack.plan)).result
        return GradedInContainer(result, pack.plan, pack.settings)


def _names(plan: Plan) -> list[str]:
    return [function.name for exercise in plan.exercises for function in exercise.functions]
