"""Start the process for learner code without leaking descriptors."""

import os

import pytest

from grader.engine.launch import Wall, launch


def test_a_process_that_cannot_be_started_leaves_nothing_open():
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    with pytest.raises(OSError, match="No such file"):
        launch(Wall(prefix=("/nonexistent/bwrap",)))
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208
