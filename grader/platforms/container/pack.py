"""Pack a course and its settings into one file, which goes into an autograder's zip.

The course is packed as a plan: inputs and answers, not the course's own files, so that nothing is
computed where submissions are graded.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Literal

import msgspec

from grader import __version__
from grader.course.cache import cached_plan
from grader.course.folder import Course
from grader.course.sealing import new_seed, with_sealed
from grader.course.settled import settled
from grader.errors import UsageError
from grader.model import Limits
from grader.plan import Plan

NAME = "softmax-grader-course.msgpack"
REMEDY = "make the autograder again with `grader otter assign` or `grader gradescope build`"

Visibility = Literal["visible", "after_due_date", "after_published", "hidden"]


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


class Pack(msgspec.Struct, frozen=True):
    """What a pack holds: the settings, the plan, and the version of the grader that made it."""

    settings: Settings
    plan: Plan
    version: str = __version__


def packed(course: Course, settings: Settings) -> bytes:
    """Pack a course and the settings. CourseError when a reference fails."""
    course = dataclasses.replace(course, limits=settings.limits)
    plan = with_sealed(cached_plan(course, only=settings.exercises), course, settings.seed)
    plan = settled(plan, course)
    return msgspec.msgpack.encode(Pack(settings, plan))


def read_pack(path: Path) -> Pack:
    """Read the pack in the file `path`. UsageError when it is none, or of another version."""
    try:
        pack = msgspec.msgpack.decode(path.read_bytes(), type=Pack)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}; {REMEDY}") from error
    except msgspec.MsgspecError as error:
        raise UsageError(f"{path} is not a packed course ({error}); {REMEDY}") from error
    if pack.version != __version__:
        raise UsageError(
            f"{path} was packed by version {pack.version}, this grader is {__version__}; {REMEDY}"
        )
    return pack
