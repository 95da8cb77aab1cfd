"""The course of this repository, and its plan."""

from __future__ import annotations

import functools
from pathlib import Path

from grader.course.folder import course_of
from grader.course.planning import plan_of
from grader.plan import Plan

ROOT = Path(__file__).parents[2]


@functools.cache  # for more than one run of pytest in a process, too: benchmarks/trust/mutants.py
def planned(*, mistakes: bool = False) -> Plan:
    """The plan of the course."""
    return plan_of(course_of(ROOT / "solutions"), seed=0, mistakes=mistakes)
