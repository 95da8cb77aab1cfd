"""A course in one file, with how it is to be graded: what an autograder's zip carries.

The plan (what the references and the listed mistakes answer) takes seconds to compute. It can be
packed along; one of another version of the grader or of NumPy is not used, but made again.
"""

from __future__ import annotations

import dataclasses
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import msgspec

from grader.course.folder import PACKED, Course, course_files, course_of
from grader.course.planning import plan_of
from grader.errors import UsageError
from grader.model import Limits
from grader.plan import Plan
from grader.platforms.container.archive import archive_of
from grader.versions import VERSIONS

NAME = "softmax-grader-course.zip"
SETTINGS, PLAN = "settings.json", "plan.msgpack"
REMEDY = "make the autograder again with `grader otter assign` or `grader gradescope build`"

Visibility = Literal["visible", "after_due_date", "after_published", "hidden"]


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a packed course is to be graded."""

    exercises: tuple[str, ...] = ()
    seed: int = 0
    isolation: Literal["auto", "bubblewrap", "seccomp", "none"] = "auto"
    limits: Limits = msgspec.field(default_factory=Limits)
    # How Gradescope is to show it: an entry for each check or function, in which markup, and when
    # learners see what hidden checks found.
    per: Literal["function", "check"] = "function"
    format: Literal["html", "md"] = "html"
    hidden_visibility: Visibility = "after_published"


class _PackedPlan(msgspec.Struct, frozen=True):
    versions: dict[str, str]
    plan: Plan


@dataclasses.dataclass(frozen=True, slots=True)
class Pack:
    """A packed course, opened: a folder for as long as it is open, the plan, the settings."""

    course: Path
    plan: Plan
    settings: Settings


def packed(course: Course, settings: Settings, *, with_plan: bool) -> bytes:
    """A course and the settings as a zip archive; `with_plan` adds 2 MB and saves seconds a run."""
    files = {SETTINGS: msgspec.json.format(msgspec.json.encode(settings), indent=2)}
    files |= course_files(course.folder)
    if with_plan:
        files[PLAN] = _packed_plan(_plan(course, settings))
    return archive_of(files)


@contextmanager
def opened(path: Path, *, plan_beside: Path | None = None) -> Iterator[Pack]:
    """The pack in the file `path`; `plan_beside` is where `prepare` has left its plan.

    UsageError when it is none, with the remedy.
    """
    with tempfile.TemporaryDirectory(prefix="grader-") as folder:
        course = Path(folder) / PACKED
        try:
            with zipfile.ZipFile(path) as archive:
                names = [name for name in archive.namelist() if name.startswith(f"{PACKED}/")]
                archive.extractall(folder, names)
                settings = msgspec.json.decode(archive.read(SETTINGS), type=Settings)
                stored = archive.read(PLAN) if PLAN in archive.namelist() else b""
        except OSError as error:
            raise UsageError(f"{path} cannot be read: {error.strerror}; {REMEDY}") from error
        except (zipfile.BadZipFile, KeyError, msgspec.MsgspecError) as error:
            raise UsageError(f"{path} is no packed course ({error}); {REMEDY}") from error
        if plan_beside is not None and plan_beside.exists():
            stored = plan_beside.read_bytes()
        plan = _unpacked_plan(stored) or _plan(course_of(course), settings)
        yield Pack(course, plan, settings)


def prepare(path: Path, plan_path: Path) -> None:
    """Compute the plan of the pack in `path` once, so that no submission waits for it."""
    with opened(path) as pack:
        plan_path.write_bytes(_packed_plan(pack.plan))


def _plan(course: Course, settings: Settings) -> Plan:
    course = dataclasses.replace(course, limits=settings.limits)
    return plan_of(course, seed=settings.seed, only=settings.exercises, mistakes=True)


def _packed_plan(plan: Plan) -> bytes:
    return msgspec.msgpack.encode(_PackedPlan(VERSIONS, plan))


def _unpacked_plan(data: bytes) -> Plan | None:
    """The plan, unless another version made it: the numbers of NumPy's generators may differ."""
    try:
        packed_plan = msgspec.msgpack.decode(data, type=_PackedPlan)
    except msgspec.MsgspecError:
        return None
    same = all(packed_plan.versions.get(name) == VERSIONS[name] for name in ("grader", "numpy"))
    return packed_plan.plan if same else None
