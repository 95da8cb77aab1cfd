"""Read a course folder: `course.toml`, and for each exercise its references and checks."""

from __future__ import annotations

import math
import re
import sys
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from grader.course.checks import Check, FunctionChecks, Terms
from grader.course.running import line_of, module_of
from grader.course.settings import CourseFile, ExerciseEntry, OpenInputs, settings_of
from grader.errors import CourseError
from grader.model import Limits
from grader.plan import EqualUpTo, PlannedCost, Rules, Words

# A learner's call may take less.
LEAST_CALL_S = 2.0


@dataclass(frozen=True, slots=True)
class Function:
    """One function that learners write, with its reference and its checks."""

    name: str
    points: float
    reference: Callable[..., Any]
    terms_of: Callable[..., Terms] | None
    checks: tuple[Check, ...]
    hint: str
    notice: str
    costs: tuple[PlannedCost, ...] = ()
    exact_keys: bool = False
    equal_up_to: EqualUpTo = "nothing"


@dataclass(frozen=True, slots=True)
class Exercise:
    """One exercise: a folder of a course, read."""

    slug: str
    title: str
    folder: Path
    functions: tuple[Function, ...]
    # How long one call of the author's own code may take, in seconds.
    call_s: float

    @property
    def reference_path(self) -> Path:
        """The file of the references, in percent-format cells."""
        return self.folder / "reference.py"

    @property
    def mistakes_path(self) -> Path:
        """The file of the listed mistakes."""
        return self.folder / "mistakes.py"

    @property
    def checks_path(self) -> Path:
        """The file of the checks."""
        return self.folder / "checks.py"


@dataclass(frozen=True, slots=True)
class Course:
    """A course folder, read: its exercises in the order in which learners take them.

    `rules` say what verdicts are worth. `open_inputs` says when learners see the open inputs of
    checks that are not public: when they "check" their own work, or in the "feedback" after
    grading. `checks_off` and
    `checks_full` name checks, each as "function.check", that do not count or that everybody passes.
    """

    title: str
    folder: Path
    rules: Rules
    open_inputs: OpenInputs
    limits: Limits
    exercises: tuple[Exercise, ...]
    words: Words
    checks_off: tuple[str, ...] = ()
    checks_full: tuple[str, ...] = ()

    @property
    def slugs(self) -> tuple[str, ...]:
        """The short names of the exercises, in order."""
        return tuple(exercise.slug for exercise in self.exercises)


def course_of(folder: Path) -> Course:
    """Read the course in `folder`, importing its references and checks into this process.

    UsageError when `folder` holds no course; CourseError, naming the file and what to change, when
    the course does not hold together.
    """
    course_file = settings_of(folder)
    references: dict[str, types.ModuleType] = {}
    limits = course_file.limits
    call_s = max(LEAST_CALL_S, limits.call_cpu_s * limits.wall_factor)
    with _importable(references):
        exercises = tuple(
            _exercise(folder, entry, references, call_s) for entry in course_file.exercise
        )
    names = [function.name for exercise in exercises for function in exercise.functions]
    for name in names:
        if names.count(name) > 1:
            raise CourseError(
                f"{folder / 'course.toml'}: two exercises have a function {name}; rename one"
            )
    _check_given(exercises, names)
    return Course(
        title=course_file.title,
        folder=folder,
        rules=_rules_of(course_file),
        open_inputs=course_file.open_inputs,
        limits=course_file.limits,
        exercises=exercises,
        checks_off=course_file.checks.off,
        checks_full=course_file.checks.full,
        words=course_file.words,
    )


def _rules_of(file: CourseFile) -> Rules:
    return Rules(file.follow_through, file.rounding, {str(k): v for k, v in file.worth.items()})


def _check_given(exercises: tuple[Exercise, ...], names: list[str]) -> None:
    for exercise in exercises:
        for function in exercise.functions:
            earlier = names[: names.index(function.name)]
            for cost in function.costs:
                if cost.name not in earlier:
                    raise CourseError(
                        f"{exercise.checks_path}: {function.name} depends on {cost.name}, which is"
                        f" not an earlier function; choose from: {', '.join(earlier) or 'none'}"
                    )


@contextmanager
def _importable(references: dict[str, types.ModuleType]) -> Iterator[None]:
    """Within this block a reference may import the earlier ones, once these are in `references`."""
    try:
        yield
    finally:
        for slug, module in references.items():
            if sys.modules.get(slug) is module:  # pragma: no branch  # a course may change it
                del sys.modules[slug]


def _exercise(
    folder: Path, entry: ExerciseEntry, references: dict[str, types.ModuleType], call_s: float
) -> Exercise:
    home = folder / entry.slug
    checks_path = home / "checks.py"
    reference = module_of(home / "reference.py", entry.slug)
    references[entry.slug] = sys.modules[entry.slug] = reference
    checks = module_of(checks_path, f"{entry.slug}_checks")
    by_name = _checks_by_name(checks, checks_path)
    for name in by_name:
        if name not in entry.points:
            raise CourseError(
                f"{checks_path}: checks for {name}, which has no points in course.toml; add its"
                " points there, or drop the checks"
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
        call_s=call_s,
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
        raise CourseError(
            f"{home / 'reference.py'}: no function {name}, which course.toml lists; write it"
        )
    checks = by_name.get(name)
    if checks is None or not checks.checks:
        raise CourseError(f"{home / 'checks.py'}: no checks for {name}; write at least one")
    if checks.equal_up_to not in get_args(EqualUpTo):
        raise CourseError(
            f"{home / 'checks.py'}: {name} is equal up to {checks.equal_up_to!r}; choose from"
            f" {', '.join(get_args(EqualUpTo))}"
        )
    return Function(
        name=name,
        points=points,
        reference=reference,
        terms_of=checks.terms_of,
        checks=tuple(checks.checks),
        costs=tuple(checks.costs),
        exact_keys=checks.exact_keys,
        equal_up_to=checks.equal_up_to,
        hint=tagged_text(text, f"hint-{name}", home / "reference.py"),
        notice=tagged_text(text, f"notice-{name}", home / "reference.py"),
    )


def _checks_by_name(module: types.ModuleType, path: Path) -> dict[str, FunctionChecks]:
    by_name: dict[str, FunctionChecks] = {}
    for value in vars(module).values():
        if isinstance(value, FunctionChecks) and by_name.get(value.name) is not value:
            if value.name in by_name:
                raise CourseError(f"{path}: two FunctionChecks for {value.name}; merge them")
            by_name[value.name] = value
            for check in value.checks:
                _refuse_check(check, value, path)
    return by_name


def _refuse_check(check: Check, checks: FunctionChecks, path: Path) -> None:
    """Raise CourseError if the options or the name of a check make no sense."""
    where = f"{path}{line_of(check.inputs)}"
    if [other.name for other in checks.checks].count(check.name) > 1:
        raise CourseError(
            f"{where}: two checks of {checks.name} are named {check.name!r}; rename one"
        )
    weight: object = check.weight
    if not isinstance(weight, int | float) or not 0 < weight < math.inf:
        raise CourseError(
            f"{where}: {check.name} has weight {weight!r}; make it a positive number, such as 2"
        )
    for option in ("parts", "shows"):
        names = getattr(check, option)
        if not isinstance(names, tuple | list) or not all(isinstance(n, str) for n in names):
            raise CourseError(
                f"{where}: {option} of {check.name} is {names!r}; write a tuple of texts, such as"
                f' {option}=("...",)'
            )


_CELL = re.compile(r"^# %%(?P<head>.*)$", re.MULTILINE)


def tagged_text(text: str, tag: str, path: Path) -> str:
    """Return the Markdown of the one cell of a percent-format file that carries `tag`."""
    parts = _CELL.split(text)
    bodies = [
        body for head, body in zip(parts[1::2], parts[2::2], strict=True) if f'"{tag}"' in head
    ]
    if len(bodies) != 1:
        raise CourseError(
            f"{path}: {len(bodies)} cells have the tag {tag!r}; write exactly one,"
            f' headed `# %% [markdown] tags=["{tag}"]`'
        )
    lines = [re.sub(r"^# ?", "", line) for line in bodies[0].strip().splitlines()]
    return "\n".join(lines).strip()


def _title(text: str, path: Path) -> str:
    match = re.search(r"^# # (.+)$", text, re.MULTILINE)
    if match is None:
        raise CourseError(f"{path}: no title; begin its first Markdown cell with `# # Title`")
    return match[1].strip()
