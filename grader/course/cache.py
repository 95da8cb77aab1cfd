"""Keep a run's plan beside its results, so that the next run of the same course starts at once.

The answers of the references and of the listed mistakes take seconds to compute. They stay the same
for as long as the course, this grader, Python and NumPy do.
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
    """Return the plan with all mistakes: the one stored in `folder` if still valid, or a new one.

    A folder that cannot be written to is no error: the plan is then computed each time. CourseError
    and UsageError as from `plan_of`.
    """
    path = folder / FILE
    key = _key(course, seed, only)
    with suppress(OSError, msgspec.MsgspecError):
        stored = msgspec.msgpack.decode(path.read_bytes(), type=_CachedPlan)
        if stored.key == key:
            return stored.plan
    plan = plan_of(course, seed=seed, only=only, mistakes=True)
    data = msgspec.msgpack.encode(_CachedPlan(key, plan))
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        write_bytes(path, [data])
    # Decoding turns whole numbers into floats. Stored results are matched by the plan's bytes, so a
    # new plan is decoded as well.
    return msgspec.msgpack.decode(data, type=_CachedPlan).plan


def _key(course: Course, seed: int, only: tuple[str, ...]) -> bytes:
    """Hash all that a plan depends on, with every file of the course and of this grader."""
    digest = hashlib.sha256()
    settings = (seed, only, course.limits, course.follow_through, sorted(VERSIONS.items()))
    digest.update(repr(settings).encode())
    for name, data in (*_files(course.folder), *_files(Path(__file__).parents[1])):
        for part in (name.encode("utf-8", "surrogateescape"), data):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return digest.digest()


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path.relative_to(folder).as_posix(), path.read_bytes()
