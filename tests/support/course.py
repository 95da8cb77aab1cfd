"""The course of this repository, and its plan."""

from __future__ import annotations

import fcntl
import functools
import shutil
from pathlib import Path

from grader.course.cache import FILE, cached_plan
from grader.course.folder import course_of
from grader.course.planning import plan_of
from grader.plan import Plan

ROOT = Path(__file__).parents[2]
# Where the plan with all mistakes is kept, as beside results: from one run of the tests to the
# next, and for all processes of a run. It is used only if neither course nor grader has changed.
KEPT = ROOT / ".pytest_cache" / "plan"


@functools.cache  # for more than one run of pytest in a process, too: benchmarks/trust/mutants.py
def planned(*, mistakes: bool = False) -> Plan:
    """The plan of the course; with its mistakes it takes seconds, and one process makes it."""
    course = course_of(ROOT / "solutions")
    if not mistakes:
        return plan_of(course, seed=0)
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return cached_plan(course, KEPT, seed=0)


def with_plan(results: Path) -> Path:
    """A folder of results in which the course's plan lies, as if it had been graded into before.

    For what grades the whole course: without it, each such run would make that plan anew.
    """
    planned(mistakes=True)
    results.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(KEPT / FILE, results / FILE)
    return results
