"""Prove a course: right answers get full points, wrong ones lose some, every check is needed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from grader.course.folder import Course, Exercise
from grader.course.handout import built_files, is_current, strays
from grader.course.planning import plan_of
from grader.course.promises import promise_problems
from grader.course.sealing import FIXED_SEED, with_sealed
from grader.course.trivial import trivial_problems
from grader.course.variants import Variant, variants_in
from grader.diagnose.derivatives import is_derivative
from grader.engine.fresh import lane_for
from grader.engine.launch import Wall
from grader.grade.grader import Grader
from grader.intake.submission import submission_of
from grader.model import FunctionResult, Kind, Verdict
from grader.plan import Plan

Step = Callable[[str], None]
GradeVariants: TypeAlias = Callable[[Exercise, str, Grader], dict[Variant, FunctionResult]]


def problems_of(
    course: Course, exercises: Path, *, step: Step, graded: GradeVariants | None = None
) -> list[str]:
    """Prove a course: list everything that is wrong with it, each with the file and the remedy.

    `exercises` is the folder that must hold what `grader build` makes. `step` is called with the
    name of each part as its turn comes; `graded` grades the variants in a file (by default
    `graded_variants`). CourseError when the course cannot be planned or its variants be read.
    """
    graded = graded or graded_variants
    plan = with_sealed(plan_of(course), course, FIXED_SEED)
    problems: list[str] = []
    with lane_for(Wall()) as lane:
        grader = Grader(plan, lane)
        step("references")
        problems += _reference_problems(course, grader)
        step("costs")
        problems += _cost_problems(course, plan)
        step("templates")
        problems += _template_problems(course, grader)
        step("trivial answers")
        problems += trivial_problems(course, plan)
        for exercise in course.exercises:
            step(f"{exercise.slug}: alternatives and mistakes")
            problems += _variant_problems(exercise, grader, graded)
    step("public checks")
    problems += _public_problems(course, plan)
    problems += promise_problems(course, plan)
    step(str(exercises))
    problems += _exercises_problems(course, exercises)
    return problems


def _reference_problems(course: Course, grader: Grader) -> list[str]:
    files = {f"{e.slug}.py": e.reference_path.read_bytes() for e in course.exercises}
    result = grader.grade(submission_of("references", files))
    return [
        f"{exercise.reference_path}: {f.function} gets {f.score} of {f.max_score}: {f.message}"
        for exercise in course.exercises
        for f in result.functions
        if f.exercise == exercise.slug and f.score != f.max_score
    ]


def _cost_problems(course: Course, plan: Plan) -> list[str]:
    """List the functions that are not the derivative of their cost, by central differences."""
    references = {f.name: f.reference for e in course.exercises for f in e.functions}
    problems = []
    for exercise, planned in zip(course.exercises, plan.exercises, strict=True):
        for function, checked in zip(exercise.functions, planned.functions, strict=True):
            indices = {n for c in checked.checks if c.kind is Kind.VALUE for n in c.calls}
            calls = [checked.calls[index] for index in sorted(indices)]
            problems += [
                f"{exercise.checks_path}: {function.name} is not the derivative of {cost.name} by"
                " its first argument; correct it"
                for cost in function.costs
                if not is_derivative(cost, references[cost.name], calls)
            ]
    return problems


def _template_problems(course: Course, grader: Grader) -> list[str]:
    files = built_files(course)
    problems = []
    for suffix in (".py", ".ipynb"):
        templates = {name: text.encode() for name, text in files.items() if name.endswith(suffix)}
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


def _variant_problems(exercise: Exercise, grader: Grader, graded: GradeVariants) -> list[str]:
    problems = []
    alternatives = graded(exercise, "alternatives.py", grader)
    for alternative, result in alternatives.items():
        if alternative.is_def and not alternative.doc:
            problems.append(
                f"{alternative.path}: {alternative.name} has no docstring; say what is different"
            )
        if result.score != result.max_score:
            problems.append(
                f"{alternative.path}: {alternative.name} gets {result.score} of {result.max_score}"
                f" points ({result.message}); it is wrong, or a check is too strict"
            )
    lost: set[tuple[str, str]] = set()
    for mistake, result in graded(exercise, exercise.mistakes_path.name, grader).items():
        failed = [check.name for check in result.checks if check.verdict is not Verdict.PASSED]
        lost.update((mistake.function, name) for name in failed)
        if not failed:
            problems.append(
                f"{mistake.path}: {mistake.name} gets full points; add an input to checks.py that"
                " shows the mistake"
            )
        if not mistake.doc:
            problems.append(
                f"{mistake.path}: {mistake.name} has no docstring; write it: learners read it"
            )
    problems += [
        f"{exercise.checks_path}: no mistake loses {check.name} of {function.name}; drop the check,"
        " or write the mistake that it is for"
        for function in exercise.functions
        for check in function.checks
        if (function.name, check.name) not in lost
    ]
    return problems


def graded_variants(
    exercise: Exercise, filename: str, grader: Grader
) -> dict[Variant, FunctionResult]:
    """Grade the mistakes or alternatives in the file `filename`, each for its own function."""
    return {v: graded_variant(v, grader) for v in variants_in(exercise, filename)}


def graded_variant(variant: Variant, grader: Grader) -> FunctionResult:
    """Grade a variant for its function, in the same way as a learner's submission."""
    result = grader.only(variant.exercise, variant.function).grade(
        submission_of(variant.name, {f"{variant.exercise}.py": variant.source()})
    )
    (function,) = result.functions
    return function


def _public_problems(course: Course, plan: Plan) -> list[str]:
    problems = []
    for exercise, planned in zip(course.exercises, plan.exercises, strict=True):
        for function in planned.functions:
            public = [check for check in function.checks if not check.hidden]
            if not public:
                problems.append(
                    f"{exercise.checks_path}: {function.name} has no public check; add one"
                )
            if any(check.sealed for check in public):
                problems.append(
                    f"{exercise.checks_path}: a public check of {function.name} draws its inputs;"
                    " write them out, so that learners can read them"
                )
            if not function.sealed:
                problems.append(
                    f"{exercise.checks_path}: no check of {function.name} draws its inputs; let one"
                    " take rng: the answers to open inputs can be copied"
                )
    return problems


def _exercises_problems(course: Course, folder: Path) -> list[str]:
    remedy = "run `grader build`"
    if not folder.is_dir():
        return [f"{folder} is missing; {remedy}"]
    files = built_files(course)
    problems = [
        f"{folder / name}: not made by `grader build`; delete it" for name in strays(files, folder)
    ]
    for name, text in files.items():
        path = folder / name
        if not path.exists():
            problems.append(f"{path} is missing; {remedy}")
            continue
        present = path.read_text(encoding="utf-8")
        if not is_current(name, present, text):
            problems.append(f"{path} does not match the course; {remedy}")
    return problems
