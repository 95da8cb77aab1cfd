"""Grade the one submission of a container, as `grader grade` does."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from grader.engine.fresh import lane_for
from grader.engine.isolation import chosen
from grader.engine.references import References
from grader.grade.grader import Grader
from grader.grade.tasks import graded_submission
from grader.intake.submission import read_submission
from grader.judge.words import next_step
from grader.model import SubmissionResult
from grader.plan import Plan
from grader.platforms.container.pack import NAME, Settings, read_pack
from grader.text import points

STUDENT = "submission"
FAILED = "the grader itself failed on this; it is not your fault, and it will be graded again"


def not_graded(why: str) -> str:
    """Write what is shown when the grader itself failed: platforms need a score, so it is 0."""
    return (
        f"This submission is NOT GRADED yet: {why}\n\n"
        "This is not the learner's fault, and the 0 points are not a mark. Instructors: fix the"
        " cause, then have it graded again."
    )


@dataclass(frozen=True, slots=True)
class GradedInContainer:
    """A graded submission, with the plan and the settings that it was graded by."""

    result: SubmissionResult
    plan: Plan
    settings: Settings

    @property
    def score(self) -> float:
        """The points of the functions that could be graded."""
        return round(sum(f.score or 0.0 for f in self.result.functions), 2)

    @property
    def summary(self) -> str:
        """The points, the notes on the files, what to do next."""
        result = self.result
        lines = [f"{points(self.score)} of {points(result.max_score)} points."]
        if result.failed:
            lines.append(f"Not everything is graded: {FAILED}.")
        lines += [f"- {note}" for note in result.notes]
        lines.append(
            next_step(result.functions) or "Everything that was asked for is there, and right."
        )
        return "\n".join(lines)


def grade_in_container(entries: Collection[Path], folder: Path) -> GradedInContainer:
    """Grade these files and folders by the course that is packed in `folder`.

    UsageError when there is no packed course, or no wall works here: then nothing was run.
    """
    pack = read_pack(folder / NAME)
    wall = chosen(pack.settings.isolation)
    with lane_for(wall) as lane, References(pack.plan, wall) as references:
        grader = Grader(pack.plan, lane, references)
        submission = read_submission(STUDENT, sorted(entries))
        result = graded_submission(submission, grader, list(pack.plan.functions)).result
    return GradedInContainer(result, pack.plan, pack.settings)
