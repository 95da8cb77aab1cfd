"""A zygote of the tests' own, and a child forked from it for each test."""

from __future__ import annotations

import pytest

from tests.support.worker import Worker


@pytest.fixture(scope="module")
def worker():
    worker = Worker()
    yield worker
    worker.control.close()
    assert worker.process.wait(timeout=30) == 0


@pytest.fixture
def child(worker):
    pid = worker.fork()
    yield worker
    assert worker.status(pid) == 0
