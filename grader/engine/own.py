"""Start the process that runs a learner's own code on their own machine, without a wall."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from grader.errors import SandboxError

if TYPE_CHECKING:
    from grader.engine.lane import Lane


def lane_for_own_code() -> Lane:
    """Return a lane for the learner's own code, behind no wall.

    Its process starts up while this one imports the rest.
    """
    from grader.engine.launch import Wall, launch

    if sys.platform != "linux":
        from grader.engine.fresh import lane_for

        return lane_for(Wall())
    try:
        zygote = launch()
    except OSError as error:  # pragma: no cover  # the system has no process left
        raise SandboxError(f"could not start a process for your code: {error}") from error
    # A check computes little: starting threads for linear algebra takes longer than it saves.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from grader.engine.lane import Lane

    lane = Lane(zygote=zygote)
    lane.prepare()
    return lane
