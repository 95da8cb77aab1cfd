"""Audit a course: which mistakes each check catches, how far apart right and wrong answers are."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import nullcontext
from itertools import combinations
from typing import Any, TypeAlias

import msgspec
import numpy as np

from grader.course.folder import Course, Exercise
from grader.course.generated import is_same_row
from grader.course.grading import Results, VariantGrader
from grader.course.messages import broken_messages
from grader.course.mistakes import Listed, listed_in, silent
from grader.course.planning import plan_of
from grader.course.rules import Audit, CheckAudit, FunctionAudit, broken_rules
from grader.course.running import module_of, running
from grader.course.sealing import FIXED_SEED, PROVED_SEEDS, with_open_seeds, with_sealed
from grader.course.variants import Variant, variants_in
from grader.diagnose.prints import rows_in
from grader.judge.compare import distance
from grader.judge.expected import Expected, expected_of, only_parts
from grader.model import FunctionResult, Kind, Raised, Returned, Verdict
from grader.plan import Plan, PlannedCheck, PlannedFunction
from grader.worker.calling import answer_of

MEASURED = (Kind.VALUE, Kind.PRECISION)

Step: TypeAlias = Callable[[str], None]


def audit_course(
    course: Course,
    *,
    seed: str = FIXED_SEED,
    step: Step = lambda _: None,
    grading: VariantGrader | None = None,
) -> Audit:
    """Audit a course and return its report card.

    Every mistake and every alternative is graded as if a learner had handed it in. `step` is called
    with the name of each exercise as its turn comes; `grading` may have done some of it already.
    CourseError when the course cannot be planned or its mistakes cannot be read.
    """
    plan = plan_of(course, mistakes=True)
    wide = with_open_seeds(plan_without_mistakes(plan), course, PROVED_SEEDS)
    plan = with_sealed(plan, course, seed)
    with nullcontext(grading) if grading else VariantGrader() as graded:
        return audited(course, plan, begun(course, plan, wide, graded), step=step)


Graded: TypeAlias = Callable[[], Results]


def begun(course: Course, plan: Plan, wide: Plan, grading: VariantGrader) -> dict[str, Graded]:
    """Begin to grade the variants of the exercises of a plan, which holds how mistakes answer.

    The alternatives are graded with the inputs of `wide`. Return what gives the results, by slug.
    """

    def of(exercise: Exercise) -> Graded:
        wrong = grading.begin(variants_in(exercise, exercise.mistakes_path.name), plan)
        right = grading.begin(variants_in(exercise, "alternatives.py"), wide)
        return lambda: right() | wrong()

    slugs = {planned.slug for planned in plan.exercises}
    return {exercise.slug: of(exercise) for exercise in course.exercises if exercise.slug in slugs}


def audited(course: Course, plan: Plan, graded: Mapping[str, Graded], *, step: Step) -> Audit:
    """Return the report card of the exercises that have been `begun`, with the rules they break."""
    checks: list[CheckAudit] = []
    functions: list[FunctionAudit] = []
    broken: list[str] = []
    exercises = {exercise.slug: exercise for exercise in course.exercises}
    for planned in plan.exercises:
        step(f"{planned.slug}: alternatives and mistakes")
        exercise, results = exercises[planned.slug], graded[planned.slug]()
        right = [v for v, r in results.items() if not _is_mistake(v, exercise)]
        # One that is not right says nothing about how strict a check is.
        answers = _Answers(exercise, [v for v in right if results[v].score == results[v].max_score])
        listed = listed_in(planned, exercise)
        for function in planned.functions:
            own = {v: r for v, r in results.items() if v.function == function.name}
            mistakes = {v: r for v, r in own.items() if _is_mistake(v, exercise)}
            lost = {variant.id: _lost_checks(result) for variant, result in mistakes.items()}
            distances = _Distances(function, answers.of(function), listed[function.name], lost)
            check_audits = [_check_audit(exercise, distances, c) for c in function.checks]
            function_audit = _function_audit(
                exercise, distances, mistakes, len(own) - len(mistakes)
            )
            checks += check_audits
            functions.append(function_audit)
            broken += broken_rules(exercise, check_audits, function_audit, own)
        broken += broken_messages(exercise)
    return Audit(plan.title, tuple(checks), tuple(functions), tuple(broken))


def _is_mistake(variant: Variant, exercise: Exercise) -> bool:
    return variant.path == exercise.mistakes_path


def plan_without_mistakes(plan: Plan) -> Plan:
    """Return a plan that does not hold how mistakes answer."""
    replace = msgspec.structs.replace
    nothing: dict[str, Any] = {"mistakes": (), "generated": (), "texts": (), "prints": b""}
    exercises = (
        replace(exercise, functions=tuple(replace(f, **nothing) for f in exercise.functions))
        for exercise in plan.exercises
    )
    return replace(plan, exercises=tuple(exercises))


class _Answers:
    """Calls the alternatives of an exercise in this process: they are the author's own code."""

    def __init__(self, exercise: Exercise, variants: list[Variant]) -> None:
        path = exercise.folder / "alternatives.py"
        self._module = module_of(path, f"{exercise.slug}_alternatives") if variants else None
        self._variants, self._seconds = variants, exercise.call_s

    def of(self, function: PlannedFunction) -> dict[str, list[Any]]:
        """Return the answers of each variant, by call; None for calls that only test memory."""
        memory = set(function.memory_calls)
        answers: dict[str, list[Any]] = {}
        for variant in self._variants:
            if variant.function == function.name:
                with silent(), running(variant.name, variant.path, seconds=self._seconds):
                    answers[variant.id] = [
                        None
                        if index in memory
                        else answer_of(getattr(self._module, variant.name), call.args, call.kwargs)[
                            0
                        ]
                        for index, call in enumerate(function.calls)
                    ]
        return answers


class _Distances:
    """How far the answers to one function's calls are from the expected ones, in tolerances.

    `right` holds each alternative's answers by its id, in the order of the calls; `mistakes` the
    listed mistakes with theirs; `lost` the names of the checks that each mistake loses.
    """

    def __init__(
        self,
        function: PlannedFunction,
        right: dict[str, list[Any]],
        mistakes: list[Listed],
        lost: Mapping[str, set[str]],
    ) -> None:
        self.function = function
        self.lost = lost
        self._expected = [expected_of(call) for call in function.calls]
        self._right = right
        self.mistakes = mistakes

    def right(self, check: PlannedCheck) -> tuple[float, str]:
        """Return the distance of the worst right answer to a check's calls, and whose it is."""
        distances = (
            (self._distance(check, index, answers[index]), name)
            for name, answers in self._right.items()
            for index in check.calls
        )
        return max(distances, default=(0.0, ""))

    def wrong(self, check: PlannedCheck, mistake: Listed) -> float:
        """Return how far off a mistake is in the call of a check where it is furthest off."""
        distances = [0.0]
        for index in check.calls:
            match mistake.outcomes.get(index):
                case Raised():
                    distances.append(math.inf)
                case Returned(value=value):
                    distances.append(self._distance(check, index, value))
        return max(distances)

    def alike(self, unnamed: Collection[str]) -> Iterator[tuple[str, str]]:
        """Yield the pairs, at least one unnamed, that answer alike but have different messages."""
        rows = zip(self.function.mistakes, rows_in(self.function, self._expected), strict=False)
        for (one, its), (other, others) in combinations(rows, 2):
            is_unnamed = one.id in unnamed or other.id in unnamed
            # Where both answer rightly, they can differ in memory, which is not measured.
            is_alike = is_same_row(its, others) and not np.isnan(its).all()
            if is_unnamed and one.message != other.message and is_alike:
                yield one.id, other.id

    def _distance(self, check: PlannedCheck, index: int, answer: Any) -> float:
        expected: Expected = only_parts(self._expected[index], check.parts)
        return distance(answer, expected, tight=check.kind is Kind.PRECISION)


def _check_audit(exercise: Exercise, distances: _Distances, check: PlannedCheck) -> CheckAudit:
    lost = distances.lost
    row = CheckAudit(
        exercise=exercise.slug,
        function=distances.function.name,
        check=check.name,
        kind=check.kind,
        hidden=check.hidden,
        killed=sum(check.name in names for names in lost.values()),
        sole=tuple(sorted(name for name, names in lost.items() if names == {check.name})),
    )
    if check.kind not in MEASURED:
        return row
    worst, worst_by = distances.right(check)
    wrong = [(distances.wrong(check, m), m.variant.id) for m in distances.mistakes]
    nearest, nearest_by = min(
        (pair for pair in wrong if 1 < pair[0] < math.inf), default=(math.inf, "")
    )
    return msgspec.structs.replace(
        row,
        right_margin=-math.log10(worst) if worst else None,
        right_by=worst_by if worst else "",
        wrong_margin=math.log10(nearest) if nearest_by else None,
        wrong_by=nearest_by,
    )


def _function_audit(
    exercise: Exercise,
    distances: _Distances,
    mistakes: Mapping[Variant, FunctionResult],
    alternatives: int,
) -> FunctionAudit:
    margin, nearest = min(_clearest(distances), default=(math.inf, ""))
    docs = {variant.id: variant.doc for variant in mistakes}
    named = {
        variant.id: result.misconception.id if result.misconception else ""
        for variant, result in mistakes.items()
    }
    confused = (
        (mistake, name)
        for mistake, name in named.items()
        if name in docs and docs[name] != docs[mistake]
    )
    unnamed = tuple(sorted(mistake for mistake, name in named.items() if not name))
    return FunctionAudit(
        exercise=exercise.slug,
        function=distances.function.name,
        alternatives=alternatives,
        mistakes=len(mistakes),
        nearest=nearest if margin < math.inf else "",
        margin=math.log10(margin) if margin < math.inf else None,
        alike=tuple(distances.alike(unnamed)),
        confused=tuple(sorted(confused)),
        unnamed=unnamed,
    )


def _clearest(distances: _Distances) -> Iterator[tuple[float, str]]:
    """Yield how far off each mistake is where it is clearest, if it loses by its numbers alone."""
    kinds = {check.name: check.kind for check in distances.function.checks}
    for mistake in distances.mistakes:
        names = distances.lost.get(mistake.variant.id, set())
        if names and all(kinds[name] in MEASURED for name in names):
            checks = [check for check in distances.function.checks if check.name in names]
            yield max(distances.wrong(check, mistake) for check in checks), mistake.variant.id


def _lost_checks(result: FunctionResult) -> set[str]:
    return {check.name for check in result.checks if check.verdict is not Verdict.PASSED}
