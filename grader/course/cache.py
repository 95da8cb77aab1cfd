"""Keep the fixed part of a course's plan for this user, so that later runs start at once.

The answers of the references and of the listed mistakes take seconds to compute. They stay the same
for as long as the course, this grader, Python and NumPy do, whoever is graded. Nothing sealed is in
what is kept.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

from grader.course.folder import Course
from grader.course.planning import plan_of
from grader.files import only_for_this_user, write_bytes
from grader.plan import Plan
from grader.versions import VERSIONS

FOLDER = "softmax-grader"
# So many plans are kept: of each course that is graded by turns, and of the edits of its author.
MOST = 8


def cached_plan(course: Course, *, only: tuple[str, ...] = ()) -> Plan:
    """Return the plan with all mistakes and no sealed inputs: the one kept if valid, or a new one.

    A folder that cannot be written to is no error: the plan is then computed each time. CourseError
    and UsageError as from `plan_of`.
    """
    key = _key(course, only)
    path = cache_folder() / f"{key.hex()}.plan"
    with suppress(OSError, msgspec.MsgspecError, zlib.error):
        stored = msgspec.msgpack.decode(zlib.decompress(path.read_bytes()), type=Plan)
        path.touch()
        return _with_points_of(course, stored)
    data = msgspec.msgpack.encode(plan_of(course, only=only, mistakes=True))
    with suppress(OSError), only_for_this_user():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(path, [zlib.compress(data, 1)])
        _remove_oldest(path.parent)
    # Decoding turns whole numbers into floats. Stored results are matched by the plan's bytes, so a
    # new plan is decoded as well.
    return msgspec.msgpack.decode(data, type=Plan)


def _with_points_of(course: Course, plan: Plan) -> Plan:
    """Return a stored plan with what course.toml says now of titles, points and rules."""
    points = {function.name: function.points for e in course.exercises for function in e.functions}
    exercises = tuple(
        msgspec.structs.replace(
            exercise,
            functions=tuple(
                msgspec.structs.replace(function, points=float(points[function.name]))
                for function in exercise.functions
            ),
        )
        for exercise in plan.exercises
    )
    return msgspec.structs.replace(
        plan, title=course.title, exercises=exercises, rules=course.rules, words=course.words
    )


def cache_folder() -> Path:
    """Return this user's folder for what can be computed again: in $XDG_CACHE_HOME or ~/.cache.

    Never one that other users may write to: whoever writes a plan decides on points.
    """
    named = os.environ.get("XDG_CACHE_HOME", "")
    # By the convention, a path that is not absolute counts as none.
    parent = named if os.path.isabs(named) else os.path.expanduser("~/.cache")  # noqa: PTH111, PTH117
    return Path(parent, FOLDER)


def _remove_oldest(folder: Path) -> None:
    plans = sorted(folder.glob("*.plan"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in plans[MOST:]:
        path.unlink(missing_ok=True)


def _key(course: Course, only: tuple[str, ...]) -> bytes:
    """Hash all that a plan depends on, with every file of the course and of this grader.

    Of course.toml, titles, points and rules are left out: nothing is computed from them.
    """
    digest = hashlib.sha256()
    names = [(e.slug, [function.name for function in e.functions]) for e in course.exercises]
    settings = (only, names, course.limits, sorted(VERSIONS.items()))
    digest.update(repr(settings).encode())
    of_course = (found for found in _files(course.folder) if found[0] != "course.toml")
    for name, data in (*of_course, *_files(Path(__file__).parents[1])):
        for part in (name.encode("utf-8", "surrogateescape"), data):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return digest.digest()


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path.relative_to(folder).as_posix(), path.read_bytes()
