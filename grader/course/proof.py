"""Prove a course: right answers get full points, wrong ones lose some, every rule is kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

from grader.course.audit import Step, audited, begun, plan_without_mistakes
from grader.course.folder import Course
from grader.course.given import given_problems
from grader.course.grading import VariantGrader
from grader.course.handout import built_files, is_current, script, strays
from grader.course.notebooks import notebook
from grader.course.planning import plan_of
from grader.course.promises import promise_problems
from grader.course.sealing import FIXED_SEED, PROVED_SEEDS, with_open_seeds, with_sealed
from grader.course.trivial import trivial_problems
from grader.diagnose.derivatives import is_derivative
from grader.engine.lane import Lane
from grader.grade.grader import Grader
from grader.intake.submission import submission_of
from grader.model import Kind, Verdict
from grader.plan import Plan


def problems_of(
    course: Course,
    exercises: Path,
    *,
    step: Step,
    only: tuple[str, ...] = (),
    grading: VariantGrader | None = None,
) -> list[str]:
    """Prove a course: list everything that is wrong with it, each with the file and the remedy.

    `exercises` is the folder that must hold what `grader build` makes. `only` names the exercises
    to prove; then of that folder only their templates are looked at. `step` is called with the name
    of each part as its turn comes. `grading` is a grader of variants that a watch keeps.
    CourseError when the course cannot be planned or its variants be read.
    """
    plan = plan_of(course, only=only, mistakes=True)
    wide = with_open_seeds(plan_without_mistakes(plan), course, PROVED_SEEDS)
    plan = with_sealed(plan, course, FIXED_SEED)
    part = replace(
        course, exercises=tuple(e for e in course.exercises if not only or e.slug in only)
    )
    with nullcontext(grading) if grading else VariantGrader() as graded:
        variants = begun(part, plan, wide, graded)
        step("templates")
        files = _files(course, part)
        problems = _template_problems(course, part, files, plan, graded.lane)
        step("references")
        problems += _reference_problems(course, part, Grader(wide, graded.lane))
        problems += _cost_problems(course, part, plan)
        step("trivial answers")
        problems += trivial_problems(course, plan)
        step("public checks")
        problems += _public_problems(part, plan)
        problems += promise_problems(part, plan)
        problems += audited(part, plan, variants, step=step).broken
    return problems + _exercises_problems(files, exercises, is_whole=not only)


def _files(course: Course, part: Course) -> dict[str, str]:
    if part.exercises == course.exercises:
        return built_files(course)
    scripts = {f"{e.slug}.py": script(e) for e in part.exercises}
    return scripts | {f"{e.slug}.ipynb": notebook(e) for e in part.exercises}


def _reference_problems(course: Course, part: Course, grader: Grader) -> list[str]:
    files = {f"{e.slug}.py": e.reference_path.read_bytes() for e in course.exercises}
    result = grader.grade(submission_of("references", files))
    return [
        f"{exercise.reference_path}: {f.function} gets {f.score} of {f.max_score}: {f.message}"
        for exercise in part.exercises
        for f in result.functions
        if f.exercise == exercise.slug and f.score != f.max_score
    ]


def _cost_problems(course: Course, part: Course, plan: Plan) -> Iterator[str]:
    """Yield the functions that are not the derivative of their cost, by central differences."""
    references = {f.name: f.reference for e in course.exercises for f in e.functions}
    for exercise, planned in zip(part.exercises, plan.exercises, strict=True):
        for function, checked in zip(exercise.functions, planned.functions, strict=True):
            indices = {n for c in checked.checks if c.kind is Kind.VALUE for n in c.calls}
            calls = [checked.calls[index] for index in sorted(indices)]
            for cost in function.costs:
                if not is_derivative(cost, references[cost.name], calls):
                    yield (
                        f"{exercise.checks_path}: {function.name} is not the derivative of"
                        f" {cost.name} by its first argument; correct it"
                    )


def _template_problems(
    course: Course, part: Course, files: dict[str, str], plan: Plan, lane: Lane
) -> list[str]:
    problems = [problem for exercise in part.exercises for problem in given_problems(exercise)]
    grader = Grader(plan_without_mistakes(plan), lane)
    others = [exercise for exercise in course.exercises if exercise not in part.exercises]
    for suffix in (".py", ".ipynb"):
        templates = {f"{e.slug}.py": e.reference_path.read_bytes() for e in others}
        templates |= {name: text.encode() for name, text in files.items() if name.endswith(suffix)}
        result = grader.grade(submission_of("template", templates))
        problems += [f"the {suffix} templates do not load: {note}" for note in result.notes]
        for function in result.functions:
            if function.verdict is not Verdict.NOT_ATTEMPTED or function.score != 0:
                problems.append(
                    f"the {suffix} template of {function.exercise} gets {function.score} points for"
                    f" {function.function} ({function.verdict}); put its solution between the"
                    " markers in reference.py"
                )
    return problems


def _public_problems(part: Course, plan: Plan) -> Iterator[str]:
    for exercise, planned in zip(part.exercises, plan.exercises, strict=True):
        for function in planned.functions:
            public = [check for check in function.checks if not check.hidden]
            if not public:
                yield f"{exercise.checks_path}: {function.name} has no public check; add one"
            if any(check.sealed for check in public):
                yield (
                    f"{exercise.checks_path}: a public check of {function.name} draws its inputs;"
                    " write them out, so that learners can read them"
                )
            if not function.sealed:
                yield (
                    f"{exercise.checks_path}: no check of {function.name} draws its inputs; let one"
                    " take rng: the answers to open inputs can be copied"
                )


def _exercises_problems(files: dict[str, str], folder: Path, *, is_whole: bool) -> list[str]:
    remedy = "run `grader build`"
    if not folder.is_dir():
        return [f"{folder} is missing; {remedy}"]
    others = strays(files, folder) if is_whole else []
    problems = [f"{folder / name}: not made by `grader build`; delete it" for name in others]
    for name, text in files.items():
        path = folder / name
        if not path.exists():
            problems.append(f"{path} is missing; {remedy}")
        elif not is_current(name, path.read_text(encoding="utf-8"), text):
            problems.append(f"{path} does not match the course; {remedy}")
    return problems
