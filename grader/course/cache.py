"""Keep a run's plan beside its results, so that the next run of the same course starts at once.

What the references and the listed mistakes answer takes seconds to compute, and is the same as long
as the course, this grader, Python and NumPy are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

from grader.course.folder import Course
from grader.course.planning import plan_of
from grader.files import write_bytes
from grader.plan import Plan
from grader.versions import VERSIONS

FILE = ".plan.msgpack"


class _CachedPlan(msgspec.Struct, frozen=True):
    key: bytes
    plan: Plan


def cached_plan(course: Course, folder: Path, *, seed: int, only: tuple[str, ...] = ()) -> Plan:
    """The plan with all mistakes: the one kept in `folder` if it is of the same, else a new one.

    A folder that cannot be written to only costs time.
    """
    path = folder / FILE
    key = _key(course, seed, only)
    with suppress(OSError, msgspec.MsgspecError):
        kept = msgspec.msgpack.decode(path.read_bytes(), type=_CachedPlan)
        if kept.key == key:
            return kept.plan
    plan = plan_of(course, seed=seed, only=only, mistakes=True)
    data = msgspec.msgpack.encode(_CachedPlan(key, plan))
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        write_bytes(path, [data])
    # What is read differs in nothing but whole numbers, which are then floats; stored results are
    # known by the plan's bytes, so it is always the read one.
    return msgspec.msgpack.decode(data, type=_CachedPlan).plan


def _key(course: Course, seed: int, only: tuple[str, ...]) -> bytes:
    """A hash of all that a plan depends on: every file of the course and of this grader, too."""
    digest = hashlib.sha256()
    told = (seed, only, course.limits, course.follow_through, sorted(VERSIONS.items()))
    digest.update(repr(told).encode())
    for name, data in (*_files(course.folder), *_files(Path(__file__).parents[1])):
        for part in (name.encode("utf-8", "surrogateescape"), data):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return digest.digest()


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path.relative_to(folder).as_posix(), path.read_bytes()
