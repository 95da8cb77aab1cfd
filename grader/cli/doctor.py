"""`grader doctor`: how this machine can wall off learners' code, and what it lacks."""

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
    """Print which tiers work on this machine, and return the exit code."""

    def show(*lines: str) -> None:
        for line in lines:
            console.print(line, markup=False, highlight=False, soft_wrap=True)

    show(*_machine(), "")
    best: Tier | None = None
    for tier in TIERS:
        examination = examined(tier)
        if best is None and not examination.problem:
            best = tier
        show(*_lines(tier, examination))
    show("", _conclusion(best))
    return EXIT_NO_WALL if best in (None, "none") else EXIT_WALL


def diagnosis_json() -> tuple[int, bytes]:
    """Return the exit code and the same as JSON: each tier with its problem, if it has one."""
    tiers = {tier: examined(tier) for tier in TIERS}
    best = next((tier for tier, examination in tiers.items() if not examination.problem), None)
    document = {
        "versions": VERSIONS,
        "system": f"{platform.system()} {platform.release()} on {platform.machine()}",
        "best": best,
        "tiers": {
            tier: {
                "usable": not examination.problem,
                "problem": examination.problem,
                "remedy": examination.remedy,
                "probes": examination.wall.probes,
            }
            for tier, examination in tiers.items()
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
        yield "no pidfds on this system: a learner's process is ended by its process id"
    if sys.platform != "linux":
        yield "not Linux: memory limits are not enforced, and `grader grade` needs Linux"


def _lines(tier: Tier, examination: Examination) -> Iterator[str]:
    if tier == "none":
        yield f"– none: only used on request ({_count(examination)})"  # noqa: RUF001  # a dash beside ✓ and ✗
    elif examination.problem:
        yield f"{BAD} {tier}: {examination.problem}"
        yield f"    remedy: {examination.remedy}"
    else:
        yield f"{GOOD} {tier}: can be used ({_count(examination)})"
    for name, result in examination.wall.probes.items():
        yield f"    {GOOD if result == DENIED else BAD} {name}: {result}"


def _count(examination: Examination) -> str:
    probes = examination.wall.probes
    denied = sum(result == DENIED for result in probes.values())
    return f"{denied} of {len(probes)} attempts were denied"


def _conclusion(best: Tier | None) -> str:
    if best in (None, "none"):
        return (
            "`grader grade` will refuse to grade here until a remedy above is applied, or you give"
            " --isolation none (only for files that you would run yourself)."
        )
    return f"`grader grade` will use {best}."
