"""Read a course folder: `course.toml`, and for each exercise its references and checks."""

from __future__ import annotations

import importlib.util
import re
import sys
import tomllib
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from grader.course.checks import Check, FunctionChecks, Given, Terms
from grader.errors import CourseError, UsageError
from grader.model import Limits


@dataclass(frozen=True, slots=True)
class Function:
    """One function that learners write, with its reference and its checks."""

    name: str
    points: float
    reference: Callable[..., Any]
    terms_of: Callable[..., Terms]
    checks: tuple[Check, ...]
    hint: str
    notice: str
    given: tuple[Given, ...] = ()
    costs: tuple[Given, ...] = ()


@dataclass(frozen=True, slots=True)
class Exercise:
    """One folder of a course."""

    slug: str
    title: str
    folder: Path
    functions: tuple[Function, ...]

    @property
    def reference_path(self) -> Path:
        """The references, as percent-format cells."""
        return self.folder / "reference.py"

    @property
    def mistakes_path(self) -> Path:
        """The listed mistakes."""
        return self.folder / "mistakes.py"

    @property
    def checks_path(self) -> Path:
        """The checks."""
        return self.folder / "checks.py"


@dataclass(frozen=True, slots=True)
class Course:
    """A course folder, read."""

    title: str
    folder: Path
    follow_through: float
    limits: Limits
    exercises: tuple[Exercise, ...]

    @property
    def slugs(self) -> tuple[str, ...]:
        """The exercises' names, in order."""
        return tuple(exercise.slug for exercise in self.exercises)


class _ExerciseEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    slug: str
    points: dict[str, float]


class _CourseFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: str
    exercise: tuple[_ExerciseEntry, ...]
    follow_through: float = 0.5
    limits: Limits = Limits()


def course_of(folder: Path) -> Course:
    """The course in `folder`. CourseError names the file and what to change."""
    path = folder / "course.toml"
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(
            f"{folder} is not a course: it has no course.toml; name a course with --course"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError(f"{path} cannot be read: {error}") from error
    try:
        described = msgspec.convert(tomllib.loads(text), _CourseFile)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise CourseError(f"{path}: {error}") from error
    _check_described(described, path)
    references: dict[str, types.ModuleType] = {}
    with _importable(references):
        exercises = tuple(_exercise(folder, entry, references) for entry in described.exercise)
    names = [function.name for exercise in exercises for function in exercise.functions]
    for name in names:
        if names.count(name) > 1:
            raise CourseError(f"{path}: two exercises have a function {name}; rename one")
    _check_given(exercises, names)
    return Course(
        title=described.title,
        folder=folder,
        follow_through=described.follow_through,
        limits=described.limits,
        exercises=exercises,
    )


def _check_given(exercises: tuple[Exercise, ...], names: list[str]) -> None:
    for exercise in exercises:
        for function in exercise.functions:
            earlier = names[: names.index(function.name)]
            for name in _names_before(function):
                if name not in earlier:
                    raise CourseError(
                        f"{exercise.checks_path}: {function.name} is given {name}, which is no"
                        f" function before it; there are: {', '.join(earlier) or 'none'}"
                    )


def _names_before(function: Function) -> Iterator[str]:
    for given in (*function.given, *function.costs):
        yield from given.names


def _check_described(described: _CourseFile, path: Path) -> None:
    slugs = [entry.slug for entry in described.exercise]
    for slug in slugs:
        if slugs.count(slug) > 1:
            raise CourseError(f"{path}: two exercises are called {slug!r}; rename one")
        if not slug.isidentifier():
            raise CourseError(
                f"{path}: {slug!r} cannot be a Python module's name; use letters, digits and _"
            )
    if not 0 <= described.follow_through <= 1:
        raise CourseError(f"{path}: follow_through must lie between 0 and 1")
    for entry in described.exercise:
        for name, points in entry.points.items():
            if not points > 0:
                raise CourseError(f"{path}: {name} has {points} points; give it more than 0")


@contextmanager
def _importable(references: dict[str, types.ModuleType]) -> Iterator[None]:
    """Until the block ends, a reference may import the ones before it, which add themselves."""
    try:
        yield
    finally:
        for slug, module in references.items():
            if sys.modules.get(slug) is module:  # pragma: no branch  # a course may change it
                del sys.modules[slug]


def _exercise(
    folder: Path, entry: _ExerciseEntry, references: dict[str, types.ModuleType]
) -> Exercise:
    home = folder / entry.slug
    reference = module_of(home / "reference.py", entry.slug)
    references[entry.slug] = sys.modules[entry.slug] = reference
    checks = module_of(home / "checks.py", f"{entry.slug}_checks")
    by_name = _checks_by_name(checks, home / "checks.py")
    for name in by_name:
        if name not in entry.points:
            raise CourseError(
                f"{home / 'checks.py'}: checks for {name}, which has no points in course.toml"
            )
    text = (home / "reference.py").read_text(encoding="utf-8")
    return Exercise(
        slug=entry.slug,
        title=_title(text, home / "reference.py"),
        folder=home,
        functions=tuple(
            _function(name, points, reference, by_name, home, text)
            for name, points in entry.points.items()
        ),
    )


def _function(
    name: str,
    points: float,
    module: types.ModuleType,
    by_name: dict[str, FunctionChecks],
    home: Path,
    text: str,
) -> Function:
    reference = getattr(module, name, None)
    if not callable(reference):
        raise CourseError(f"{home / 'reference.py'}: no function {name}; course.toml asks for it")
    written = by_name.get(name)
    if written is None or not written.checks:
        raise CourseError(f"{home / 'checks.py'}: no checks for {name}; write at least one")
    if written.terms_of is None:
        raise CourseError(
            f"{home / 'checks.py'}: {name} has no @{name}.terms; its tolerances need them"
        )
    return Function(
        name=name,
        points=points,
        reference=reference,
        terms_of=written.terms_of,
        checks=tuple(written.checks),
        given=tuple(written.formulas),
        costs=tuple(written.costs),
        hint=tagged_text(text, f"hint-{name}", home / "reference.py"),
        notice=tagged_text(text, f"notice-{name}", home / "reference.py"),
    )


def _checks_by_name(module: types.ModuleType, path: Path) -> dict[str, FunctionChecks]:
    found: dict[str, FunctionChecks] = {}
    for value in vars(module).values():
        if isinstance(value, FunctionChecks) and found.get(value.name) is not value:
            if value.name in found:
                raise CourseError(f"{path}: two FunctionChecks for {value.name}; merge them")
            found[value.name] = value
            names = [check.name for check in value.checks]
            for name in names:
                if names.count(name) > 1:
                    raise CourseError(
                        f"{path}: two checks of {value.name} are named {name!r}; rename one"
                    )
            for check in value.checks:
                if not check.weight > 0:
                    raise CourseError(
                        f"{path}: {check.name} has weight {check.weight}; make it positive"
                    )
    return found


def module_of(path: Path, name: str) -> types.ModuleType:
    """The module that a course author's file is, without a trace in sys.modules or __pycache__."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    try:
        source = path.read_bytes()
    except OSError as error:
        raise CourseError(f"{path} cannot be read: {error.strerror}") from error
    try:
        exec(compile(source, str(path), "exec"), vars(module))  # noqa: S102  # trusted: the course
    except CourseError as error:
        raise CourseError(f"{path}: {error}") from error
    except SyntaxError as error:
        raise CourseError(f"{error.filename}, line {error.lineno}: {error.msg}") from error
    except Exception as error:
        raise CourseError(f"{path}: it could not be imported: {error!r}") from error
    return module


# Nobody needs these to grade.
NOT_PACKED = frozenset({"README.md", "alternatives.py", "__pycache__"})
# The folder that a packed course lies in.
PACKED = "course"


def course_files(folder: Path) -> dict[str, bytes]:
    """The files of a course that are needed to grade, by their names below the folder `course`."""
    inner = {path.relative_to(folder): path for path in sorted(folder.rglob("*"))}
    return {
        f"{PACKED}/{name.as_posix()}": path.read_bytes()
        for name, path in inner.items()
        if path.is_file()
        and not NOT_PACKED & set(name.parts)
        and not any(part.startswith(".") for part in name.parts)
    }


_CELL = re.compile(r"^# %%(?P<head>.*)$", re.MULTILINE)


def tagged_text(text: str, tag: str, path: Path) -> str:
    """The Markdown of the one cell of a percent-format file that carries `tag`."""
    parts = _CELL.split(text)
    bodies = [
        body for head, body in zip(parts[1::2], parts[2::2], strict=True) if f'"{tag}"' in head
    ]
    if len(bodies) != 1:
        raise CourseError(
            f"{path}: {len(bodies)} cells carry the tag {tag!r}; write exactly one,"
            f' headed `# %% [markdown] tags=["{tag}"]`'
        )
    lines = [re.sub(r"^# ?", "", line) for line in bodies[0].strip().splitlines()]
    return "\n".join(lines).strip()


def _title(text: str, path: Path) -> str:
    match = re.search(r"^# # (.+)$", text, re.MULTILINE)
    if match is None:
        raise CourseError(f"{path}: no title; begin its first Markdown cell with `# # Title`")
    return match[1].strip()
