"""Run one submission in a process of its own, on systems where no zygote can be forked.

Requests arrive on standard input and replies go to standard output; learner code gets neither.
"""

from __future__ import annotations

import os
import sys
import warnings

from grader.worker import imports
from grader.worker.child import answer_requests
from grader.worker.hardening import ChildLimits, limit


def main(limits: bytes) -> None:
    """Answer requests until standard input ends."""
    requests, replies = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    if sys.platform == "win32":
        import msvcrt

        for descriptor in (requests, replies):
            msvcrt.setmode(descriptor, os.O_BINARY)
    imports.preload()
    imports.forget_paths()
    warnings.simplefilter("ignore")
    limit(ChildLimits.from_bytes(limits))
    answer_requests(requests, replies)
    os._exit(0)
