"""Grade a container's submission: `python -m grader.platforms.gradescope ROOT`."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path

import msgspec

from grader.errors import GraderError
from grader.files import write_bytes
from grader.platforms.container.entries import handed_in
from grader.platforms.container.grade import grade_in_container
from grader.platforms.gradescope.results import Results, failure, results_of

_log = logging.getLogger(__name__)


def main(root: Path) -> None:
    """Grade `root`/submission, and write `root`/results/results.json in any case."""
    try:
        outcome = grade_in_container(handed_in(root), root / "source")
        data = _json(results_of(outcome))
        print(_for_instructors(root, outcome.result.max_score))  # noqa: T201  # the platform's log
    except GraderError as error:
        data = _json(failure(str(error)))
    except Exception as error:  # noqa: BLE001  # the results report any error
        _log.exception("grading failed")
        data = _json(failure(repr(error)))
    path = root / "results" / "results.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(path, [data])


def _json(results: Results) -> bytes:
    return msgspec.json.format(msgspec.json.encode(results), indent=2)


def _for_instructors(root: Path, max_score: float) -> str:
    """Compare the course's points with the assignment's, which Gradescope does not do."""
    try:
        about = json.loads((root / "submission_metadata.json").read_text(encoding="utf-8"))
        total = float(about["assignment"]["total_points"])
    except (OSError, ValueError, KeyError, TypeError):
        return "graded"
    if total == max_score:
        return "graded"
    return (
        f"graded; the assignment has {total:g} points and the course {max_score:g}: give the"
        f" assignment {max_score:g} points"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
