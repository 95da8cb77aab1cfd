"""Choose the wall between learner code and this machine, and prove that it holds.

| tier | what it is | needs |
|---|---|---|
| `bubblewrap` | a sealed process in namespaces of its own | Linux, bubblewrap, libseccomp |
| `seccomp` | a sealed process | Linux, libseccomp |
| `none` | a process with limits on time and memory | to be requested by name |

A tier can be used only if a real child behind it was denied everything that it tried.
"""

from __future__ import annotations

import dataclasses
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from grader import wire
from grader import worker as worker_package
from grader.engine import bubblewrap, seccomp
from grader.engine.lane import Lane
from grader.engine.launch import Wall
from grader.engine.session import EncodedCall, Session
from grader.errors import SandboxError, UsageError
from grader.model import Limits, Returned, Submission

Tier = Literal["bubblewrap", "seccomp", "none"]
# Strongest first.
TIERS: tuple[Tier, ...] = ("bubblewrap", "seccomp", "none")
DENIED, ALLOWED = "denied", "allowed"

INSTALL_LIBSECCOMP = (
    "install libseccomp (Debian, Ubuntu: apt install libseccomp2; Fedora: dnf install libseccomp)"
)
INSTALL_BUBBLEWRAP = (
    "install bubblewrap (Debian, Ubuntu: apt install bubblewrap; Fedora: dnf install bubblewrap)"
)
ALLOW_NAMESPACES = (
    "allow user namespaces (sysctl kernel.unprivileged_userns_clone=1, user.max_user_namespaces"
    " above 0, on Ubuntu kernel.apparmor_restrict_unprivileged_userns=0); inside Docker they"
    " are off by default: use the tier seccomp there"
)
REPORT = "report this with your system's name and version, and use another tier meanwhile"
USE_LINUX = "run it on Linux (a virtual machine or a container will do)"


@dataclass(frozen=True, slots=True)
class Examination:
    """The result of trying a tier; `problem` and `remedy` are empty if it can be used."""

    wall: Wall
    problem: str = ""
    remedy: str = ""


def chosen(requested: str) -> Wall:
    """Return the wall of the requested tier, or the strongest one for `auto`, once it is proved.

    The tier `none` is used only if it is requested. Raises UsageError, with the remedy, when no
    such wall can be had.
    """
    if requested == "none":
        return Wall()
    tiers = TIERS[:-1] if requested == "auto" else tuple(t for t in TIERS if t == requested)
    failures = []
    for tier in tiers:
        examination = examined(tier)
        if not examination.problem:
            return examination.wall
        failures.append(f"  {tier}: {examination.problem}; {examination.remedy}")
    raise UsageError(
        "learners' code cannot be walled off on this machine, so nothing was graded\n"
        + "\n".join(failures)
        + "\n  `grader doctor` shows more. To grade without a wall, only files that you would run"
        " yourself: --isolation none"
    )


def strongest() -> Wall:
    """Return the strongest wall that this machine supports, or none; for the course's own files."""
    examinations = (examined(tier) for tier in TIERS)
    return next((tried.wall for tried in examinations if not tried.problem), Wall())


def isolation_text(wall: Wall) -> str:
    """Describe in a sentence what stood between learner code and this machine."""
    if wall.tier == "none":
        return (
            "none (learner code ran as you, with limits on time and memory but no wall around it;"
            " grade only files that you would run yourself)"
        )
    return f"{wall.tier} (all {len(wall.probes)} probes were denied)"


def examined(tier: Tier) -> Examination:
    """Start a lane of this tier and try, from within, everything that must be denied."""
    wall = Wall(tier)
    try:
        wall = wall_of(tier)
        if sys.platform != "linux" and tier == "none":
            return Examination(wall)
        with Lane(wall) as lane:
            wall = dataclasses.replace(wall, probes=probed(lane))
    except bubblewrap.BubblewrapError as error:
        return Examination(wall, str(error), INSTALL_BUBBLEWRAP)
    except seccomp.FilterError as error:
        return Examination(wall, str(error), INSTALL_LIBSECCOMP)
    except SandboxError as error:
        remedy = ALLOW_NAMESPACES if tier == "bubblewrap" else REPORT
        return Examination(wall, str(error), USE_LINUX if sys.platform != "linux" else remedy)
    let_through = [name for name, answer in wall.probes.items() if answer != DENIED]
    if let_through and tier != "none":  # pragma: no cover  # a hole, which tests/attacks look for
        problem = f"it lets learner code {', '.join(let_through)}"
        return Examination(wall, problem, REPORT)
    return Examination(wall)


def wall_of(tier: Tier) -> Wall:
    """Return what a lane of this tier is started with, without trying it.

    Raises BubblewrapError or FilterError when something is not installed, and SandboxError on a
    system without the tier.
    """
    if tier == "none":
        return Wall()
    if sys.platform != "linux":
        raise SandboxError(f"this tier needs Linux, and this system is {sys.platform}")
    words = bubblewrap.prefix() if tier == "bubblewrap" else ()
    return Wall(tier, words, seccomp.filter_program(), drop_root=os.geteuid() == 0)


def probed(lane: Lane) -> dict[str, str]:
    """Try in a real child what learner code must not do; map each attempt to its answer."""
    path = Path(worker_package.__file__).parent / "probes.py"
    name = "probes.py"
    submission = Submission("probe", {name: path.read_bytes()})
    frame = EncodedCall(0, wire.encode(wire.CallRequest(0, name, "probe", (), {})))
    with Session(
        lane, submission, functions=("probe",), exercises=("probes",), limits=Limits()
    ) as session:
        (outcome,) = session.call(name, "probe", [frame])
    answers = outcome.value if isinstance(outcome, Returned) else None
    if not isinstance(answers, wire.Mapping):  # pragma: no cover  # our own failure
        reasons = [repr(outcome)]
        reasons += [problem.what for problem in session.problems]
        raise SandboxError(f"the probes did not run: {'; '.join(filter(None, reasons))}")
    pairs = zip(answers.keys, answers.values, strict=True)
    return {name: DENIED if value is True else ALLOWED for name, value in pairs}
