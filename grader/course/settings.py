"""Read a course's `course.toml`."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, TypeAlias

import msgspec

from grader.errors import CourseError, UsageError
from grader.model import Limits
from grader.plan import RELATIONS, Relation, Words

OpenInputs: TypeAlias = Literal["check", "feedback"]


class ExerciseEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One `[[exercise]]`: the name of its folder, and the points of its functions."""

    slug: str
    points: dict[str, float]


class SettledChecks(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table `[checks]`: names of checks, each as "function.check"."""

    off: tuple[str, ...] = ()
    full: tuple[str, ...] = ()


class CourseFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `course.toml` says."""

    title: str
    exercise: tuple[ExerciseEntry, ...]
    follow_through: float = 1.0
    rounding: float = 0.01
    worth: dict[Relation, float] = {}
    open_inputs: OpenInputs = "feedback"
    limits: Limits = Limits()
    checks: SettledChecks = SettledChecks()
    words: Words = Words()


def settings_of(folder: Path) -> CourseFile:
    """Read the `course.toml` in a folder.

    UsageError when there is none; CourseError, with what to change, when it does not make sense.
    """
    path = folder / "course.toml"
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(
            f"{folder} is not a course: it has no course.toml; name a course with --course"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError(f"cannot read {path}: {error}; save it as UTF-8 text") from error
    try:
        raw = tomllib.loads(text)
        for table, key, known in _unknown_keys(raw):
            raise CourseError(
                f"{_at(path, text, key)}: {table} has no key {key!r};"
                f" its keys are: {', '.join(known)}"
            )
        settings = msgspec.convert(raw, CourseFile)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise CourseError(f"{path}: {error}") from error
    for problem in _problems(settings):
        raise CourseError(f"{path}: {problem}")
    return settings


def _unknown_keys(raw: dict[str, Any]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield each key that nobody reads: its table, the key, and the keys of that table."""
    tables: list[tuple[str, Any, tuple[str, ...]]] = [
        ("course.toml", raw, CourseFile.__struct_fields__),
        ("[limits]", raw.get("limits"), Limits.__struct_fields__),
        ("[checks]", raw.get("checks"), SettledChecks.__struct_fields__),
        ("[worth]", raw.get("worth"), RELATIONS),
        ("[words]", raw.get("words"), Words.__struct_fields__),
    ]
    exercises = raw.get("exercise")
    entries = exercises if isinstance(exercises, list) else []
    tables += [("[[exercise]]", entry, ExerciseEntry.__struct_fields__) for entry in entries]
    for name, table, known in tables:
        for key in table if isinstance(table, dict) else ():
            if key not in known:
                yield name, key, known


def _at(path: Path, text: str, key: str) -> str:
    """Return a file and the line that first has this key."""
    for number, line in enumerate(text.splitlines(), start=1):
        if re.search(rf"^[^#]*(?<!\w){re.escape(key)}(?!\w)", line):
            return f"{path}, line {number}"
    return str(path)  # pragma: no cover  # a key written with escapes


def _problems(settings: CourseFile) -> Iterator[str]:
    slugs = [entry.slug for entry in settings.exercise]
    for slug in slugs:
        if slugs.count(slug) > 1:
            yield f"two exercises are called {slug!r}; rename one"
        if not slug.isidentifier():
            yield f"{slug!r} cannot be a Python module's name; use letters, digits and _"
    if not 0 <= settings.follow_through <= 1:
        yield "follow_through must lie between 0 and 1"
    if not 0.01 <= settings.rounding <= 1:
        yield f"points cannot be rounded to {settings.rounding:g}; use 0.01, 0.5 or 1"
    for relation, share in settings.worth.items():
        if not 0 <= share < 1:
            yield f"{relation} is worth {share:g}; use a share, such as 0.5"
    for name, limit in msgspec.structs.asdict(settings.limits).items():
        if not 0 < limit < math.inf:
            yield f"[limits] {name} is {limit:g}; give it more than 0"
    for entry in settings.exercise:
        for name, points in entry.points.items():
            if not 0 < points < math.inf:
                yield f"{name} has {points} points; give it more than 0"
