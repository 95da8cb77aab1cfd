"""`grader doctor`: what this machine can do to wall off learners' code, and what it lacks."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from grader import __version__
from grader.engine.isolation import DENIED, TIERS, Examination, Tier, examined
from grader.versions import VERSIONS

if TYPE_CHECKING:
    from rich.console import Console

EXIT_WALL, EXIT_NO_WALL = 0, 1
GOOD, BAD = "✓", "✗"


def diagnosis(console: Console) -> int:
    """Print what this machine can do; the exit code."""
    for line in (*_machine(), ""):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    best: Tier | None = None
    for tier in TIERS:
        found = examined(tier)
        if best is None and not found.problem:
            best = tier
        for line in _lines(tier, found):
            console.print(line, markup=False, highlight=False, soft_wrap=True)
    console.print("")
    console.print(_conclusion(best), markup=False, highlight=False, soft_wrap=True)
    return EXIT_NO_WALL if best in (None, "none") else EXIT_WALL


def diagnosis_json() -> tuple[int, bytes]:
    """The exit code, and the same as JSON: each tier with its problem, if it has one."""
    tiers = {tier: examined(tier) for tier in TIERS}
    best = next((tier for tier, found in tiers.items() if not found.problem), None)
    document = {
        "versions": VERSIONS,
        "system": f"{platform.system()} {platform.release()} on {platform.machine()}",
        "best": best,
        "tiers": {
            tier: {
                "usable": not found.problem,
                "problem": found.problem,
                "remedy": found.remedy,
                "probes": found.wall.probes,
            }
            for tier, found in tiers.items()
        },
    }
    code = EXIT_NO_WALL if best in (None, "none") else EXIT_WALL
    return code, msgspec.json.format(msgspec.json.encode(document), indent=2)


def _machine() -> Iterator[str]:
    cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    yield f"grader {__version__}, Python {platform.python_version()}, NumPy {np.__version__}"
    yield f"{platform.system()} {platform.release()} on {platform.machine()}, {cpus} CPUs"
    if hasattr(os, "geteuid"):  # pragma: no branch  # not on Windows
        user = "root: learners' code will run as nobody" if os.geteuid() == 0 else "a normal user"
        yield f"run by {user}"
    if not hasattr(os, "pidfd_open"):  # pragma: no cover  # not Linux
        yield "this system has no pidfds: a learner's process is ended by its number"
    if sys.platform != "linux":
        yield "not Linux: limits on memory are not enforced, and `grader grade` needs Linux"


def _lines(tier: Tier, found: Examination) -> Iterator[str]:
    if tier == "none":
        yield f"– none: only if you ask for it ({_count(found)})"  # noqa: RUF001  # see learner.py
    elif found.problem:
        yield f"{BAD} {tier}: {found.problem}"
        yield f"    remedy: {found.remedy}"
    else:
        yield f"{GOOD} {tier}: can be used ({_count(found)})"
    for name, result in found.wall.probes.items():
        yield f"    {GOOD if result == DENIED else BAD} {name}: {result}"


def _count(found: Examination) -> str:
    denied = sum(result == DENIED for result in found.wall.probes.values())
    return f"{denied} of {len(found.wall.probes)} things tried were denied"


def _conclusion(best: Tier | None) -> str:
    if best in (None, "none"):
        return (
            "`grader grade` will refuse to grade here until a remedy above is taken, or"
            " --isolation none is given (only for files that you would run yourself)."
        )
    return f"`grader grade` will use {best}."
