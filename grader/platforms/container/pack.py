"""Pack a course and its settings into one file, which goes into an autograder's zip.

The plan (the answers of the references and the listed mistakes) takes seconds to compute, so it can
be packed too. A plan made by another version of the grader or of NumPy is computed again.
"""

from __future__ import annotations

import dataclasses
import tempfile
import zipfile
from pathlib import Path
from typing import Literal

import msgspec

from grader.course.folder import Course, course_of
from grader.course.planning import plan_of
from grader.course.sealing import new_seed, with_sealed
from grader.errors import UsageError
from grader.model import Limits
from grader.plan import Plan
from grader.platforms.container.archive import archive_of
from grader.versions import VERSIONS

NAME = "softmax-grader-course.zip"
SETTINGS, PLAN = "settings.json", "plan.msgpack"
REMEDY = "make the autograder again with `grader otter assign` or `grader gradescope build`"

Visibility = Literal["visible", "after_due_date", "after_published", "hidden"]
# Files that are not needed to grade.
NOT_PACKED = frozenset({"README.md", "alternatives.py", "__pycache__"})
# The folder of the course within a pack.
PACKED = "course"


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a packed course is graded, and how Gradescope shows the results."""

    exercises: tuple[str, ...] = ()
    seed: str = msgspec.field(default_factory=new_seed)
    isolation: Literal["auto", "bubblewrap", "seccomp", "none"] = "auto"
    limits: Limits = msgspec.field(default_factory=Limits)
    # For Gradescope: what each entry is about, its markup, and when learners see the results of
    # hidden checks.
    per: Literal["function", "check"] = "function"
    format: Literal["html", "md"] = "html"
    hidden_visibility: Visibility = "after_published"


class _PackedPlan(msgspec.Struct, frozen=True):
    versions: dict[str, str]
    plan: Plan


@dataclasses.dataclass(frozen=True, slots=True)
class Pack:
    """What a pack holds: the plan and the settings."""

    plan: Plan
    settings: Settings


def packed(course: Course, settings: Settings, *, with_plan: bool) -> bytes:
    """Pack a course and the settings as a zip archive.

    `with_plan` adds 2 MB and saves some seconds in each run. CourseError when a reference fails.
    """
    files = {SETTINGS: msgspec.json.format(msgspec.json.encode(settings), indent=2)}
    files |= course_files(course.folder)
    if with_plan:
        files[PLAN] = _packed_plan(_plan(course, settings))
    return archive_of(files)


def read_pack(path: Path, *, plan_beside: Path | None = None) -> Pack:
    """Read the pack in the file `path`; `plan_beside` is where `prepare` stored its plan.

    UsageError when it cannot be read or is no pack.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            settings = msgspec.json.decode(archive.read(SETTINGS), type=Settings)
            if plan_beside is not None and plan_beside.exists():
                stored = plan_beside.read_bytes()
            else:
                stored = archive.read(PLAN) if PLAN in archive.namelist() else b""
            plan = _unpacked_plan(stored)
            if plan is not None:
                return Pack(plan, settings)
            with tempfile.TemporaryDirectory(prefix="grader-") as folder:
                names = [name for name in archive.namelist() if name.startswith(f"{PACKED}/")]
                archive.extractall(folder, names)
                return Pack(_plan(course_of(Path(folder) / PACKED), settings), settings)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}; {REMEDY}") from error
    except (zipfile.BadZipFile, KeyError, msgspec.MsgspecError) as error:
        raise UsageError(f"{path} is not a packed course ({error}); {REMEDY}") from error


def course_files(folder: Path) -> dict[str, bytes]:
    """Read the files of a course that are needed to grade, by their names in a pack."""
    inner = {path.relative_to(folder): path for path in sorted(folder.rglob("*"))}
    return {
        f"{PACKED}/{name.as_posix()}": path.read_bytes()
        for name, path in inner.items()
        if path.is_file()
        and not NOT_PACKED & set(name.parts)
        and not any(part.startswith(".") for part in name.parts)
    }


def prepare(path: Path, plan_path: Path) -> None:
    """Compute the plan of the pack in `path` and store it in `plan_path`, for all submissions."""
    plan_path.write_bytes(_packed_plan(read_pack(path).plan))


def _plan(course: Course, settings: Settings) -> Plan:
    course = dataclasses.replace(course, limits=settings.limits)
    plan = plan_of(course, only=settings.exercises, mistakes=True)
    return with_sealed(plan, course, settings.seed)


def _packed_plan(plan: Plan) -> bytes:
    return msgspec.msgpack.encode(_PackedPlan(VERSIONS, plan))


def _unpacked_plan(data: bytes) -> Plan | None:
    """Read a plan. None if another version made it: NumPy's random numbers may then differ."""
    try:
        packed_plan = msgspec.msgpack.decode(data, type=_PackedPlan)
    except msgspec.MsgspecError:
        return None
    same = all(packed_plan.versions.get(name) == VERSIONS[name] for name in ("grader", "numpy"))
    return packed_plan.plan if same else None
