"""What it costs to read hand-ins behind limits: python benchmarks/speed/reading.py.

The same submission is read by this process, which has no limits, and by its own child, in turn; in
both cases a child is forked, loads the sources and ends, as for any submission.
"""

from __future__ import annotations

import io
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

from lane import written_batch
from measure import (
    Moment,
    Timing,
    machine,
    medians,
    settled_tree_cpu,
    spent_ms,
    table,
    tree_cpu,
)

from grader import wire
from grader.course.folder import course_of
from grader.course.planning import plan_of
from grader.engine.isolation import strongest
from grader.engine.lane import Lane
from grader.engine.session import Session
from grader.intake.submission import read_submission
from grader.model import Submission
from grader.plan import Plan
from grader.worker.reading import contents_of

COURSE = Path(__file__).parents[2] / "solutions"
SUBMISSIONS, TARGET_MS = 200, 1.5


def main() -> int:
    """Print a line for each form of a hand-in; 1 when one takes longer than the target."""
    course = course_of(COURSE)
    plan, wall = plan_of(course), strongest()
    began = Moment.now()
    rows = []
    with tempfile.TemporaryDirectory() as folder, Lane(wall) as lane:
        entries = written_batch(course, Path(folder) / "class", 2)
        for form, submission in _forms([read_submission(*entry) for entry in entries]):
            _timing(lane, submission, plan, limited=True)  # starts the lane
            pairs = [
                [_timing(lane, submission, plan, limited=limited) for limited in (False, True)]
                for _ in range(SUBMISSIONS)
            ]
            free = medians([here for here, _behind in pairs])
            cost = medians([_difference(here, behind) for here, behind in pairs])
            size = sum(map(len, submission.files.values())) / 1000
            rows.append((form, size, free.wall_ms, free.core_ms, cost.wall_ms, cost.core_ms))
    print(f"{machine()}\n\n{SUBMISSIONS} of each form behind {wall.tier}; milliseconds, medians\n")
    headings = (
        "handed in",
        "kB",
        "read by the grader, wall",
        "core",
        "by the child: more wall",
        "core",
    )
    print(table(headings, rows))
    print(f"Other processes kept {began.others_until(Moment.now()):.2f} cores busy meanwhile.\n")
    most = max(wall_ms for *_, wall_ms, _core_ms in rows)
    print(f"At most {most:.2f} ms of waiting; the target is {TARGET_MS} ms.")
    return int(most > TARGET_MS)


def _difference(one: Timing, other: Timing) -> Timing:
    return Timing(other.wall_ms - one.wall_ms, other.core_ms - one.core_ms)


def _forms(submissions: list[Submission]) -> Iterator[tuple[str, Submission]]:
    """Yield each form of hand-in: scripts, a notebook, and the scripts in an archive."""
    for submission in submissions:
        is_notebook = any(name.endswith(".ipynb") for name in submission.files)
        yield "a notebook" if is_notebook else "scripts", submission
        if not is_notebook:
            packed = io.BytesIO()
            with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, data in submission.files.items():
                    archive.writestr(name, data)
            yield "scripts in an archive", Submission("ada", {"ada.zip": packed.getvalue()})


def _timing(lane: Lane, submission: Submission, plan: Plan, *, limited: bool) -> Timing:
    """Read and load a submission, and end its process; what it took."""
    root = lane.zygote_pid
    before = settled_tree_cpu(root, tree_cpu(root)) if root else {}
    cpu_began, began = time.process_time(), time.perf_counter()
    session = Session(
        lane, submission, functions=plan.names, exercises=plan.slugs, limits=plan.limits
    )
    if not limited:
        files = tuple(wire.File(name, data) for name, data in submission.files.items())
        session._take(contents_of(wire.ReadRequest(files, plan.slugs)))  # noqa: SLF001  # as it was
    with session:
        definitions = session.loaded.definitions
    wall_s, own_s = time.perf_counter() - began, time.process_time() - cpu_began
    if len(definitions) < len(plan.names) or session.contents.notes:
        raise RuntimeError(f"it was not read: {session.contents.notes}")
    core_ms = spent_ms(before, settled_tree_cpu(root, before)) if root else 0.0
    return Timing(wall_s * 1000, own_s * 1000 + core_ms)


if __name__ == "__main__":
    sys.exit(main())
