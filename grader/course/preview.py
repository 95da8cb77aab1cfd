"""Show what a learner reads who makes a listed mistake."""

from __future__ import annotations

from grader.course.folder import Course
from grader.course.grading import graded_variant
from grader.course.planning import plan_of
from grader.course.sealing import FIXED_SEED, with_sealed
from grader.course.variants import Variant, variants_in
from grader.engine.fresh import lane_for
from grader.engine.launch import Wall
from grader.errors import UsageError
from grader.grade.grader import Grader
from grader.results.screen import Screen, line
from grader.results.terminal import show_function


def preview(course: Course, name: str, screen: Screen) -> bool:
    """Grade a mistake, show what its learner reads, and return whether it is named as itself.

    UsageError when the course has no mistake of this name.
    """
    variant = _mistake(course, name)
    plan = plan_of(course, only=(variant.exercise,), mistakes=True)
    with lane_for(Wall()) as lane:
        result = graded_variant(variant, Grader(with_sealed(plan, course, FIXED_SEED), lane))
    show_function(result, plan.functions[variant.function], "", screen)
    if result.score is not None:
        line(screen, "", f"{result.score:g} of {result.max_score:g} points")
    found = result.misconception
    if found is not None and (found.id == variant.id or variant.doc == found.message):
        return True
    taken = f"it is taken for {found.id}" if found is not None else "it is not recognised"
    line(
        screen,
        f"{variant.path}, line {variant.line}: {taken}; add inputs to checks.py that tell it from"
        " right answers and other mistakes",
    )
    return False


def _mistake(course: Course, name: str) -> Variant:
    variants = [v for e in course.exercises for v in variants_in(e, e.mistakes_path.name)]
    found = [v for v in variants if name in (v.name, v.id)]
    if len(found) == 1:
        return found[0]
    parts = name.split("__")
    alike = found or [v for v in variants if any(part in v.name for part in parts)]
    names = ", ".join(v.name for v in alike or variants)
    raise UsageError(f"{len(found)} mistakes are called {name!r}; choose from {names}")
