"""Whatever is wrong with the other functions of a submission, a right one gets all its points."""

from __future__ import annotations

import ast
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.course.folder import Course, Exercise
from grader.course.variants import Variant, variants_in
from grader.engine.launch import Wall
from grader.engine.references import References
from grader.grade.grader import Grader
from grader.intake.submission import submission_of
from grader.model import Limits, SubmissionResult
from tests.support.course import planned
from tests.support.references import COURSE

LIMITS = Limits(call_cpu_s=0.3, submission_cpu_s=60.0)
# What may stand in a function's place, but for its listed mistakes.
BODIES = {
    "raises": "raise KeyError('W9')",
    "a list": "return [[0.5]]",
    "nothing": "return None",
    "a text": "return 'word'",
    "an argument": "return args[0]",
    "an array of nan": "return np.full((2, 2), np.nan)",
    "a stub": "raise NotImplementedError",
    "ends the process": "__import__('os')._exit(1)",
}
HANGS = "while True: pass"
MISTAKES = {
    function.name: [v for v in variants_in(exercise, "mistakes.py") if v.function == function.name]
    for exercise in COURSE.exercises
    for function in exercise.functions
}

# An earlier function that calls a later one is the exception: there is no right answer for it. No
# reference and no listed mistake does so.
Wrongs = dict[str, Variant | str | None]


@st.composite
def wrongs(draw: st.DrawFn) -> Wrongs:
    """Some functions, each with a mistake, a body that is wrong, or None where it is absent."""
    names = draw(st.lists(st.sampled_from(sorted(MISTAKES)), min_size=1, max_size=12, unique=True))
    made: Wrongs = {}
    for name in names:
        body = st.sampled_from(sorted(BODIES)).map(BODIES.__getitem__)
        made[name] = draw(st.sampled_from(MISTAKES[name]) | body | st.none())
    if draw(st.integers(0, 9)) == 0:
        made[draw(st.sampled_from(names))] = HANGS
    return made


def source_of(exercise: Exercise, wrong: Wrongs) -> bytes:
    """The reference of an exercise, with these of its functions in place of its own."""
    tree = ast.parse(exercise.reference_path.read_text(encoding="utf-8"))
    tree.body = [n for n in tree.body if not (isinstance(n, ast.FunctionDef) and n.name in wrong)]
    pieces = [ast.unparse(tree)]
    for function in exercise.functions:
        match wrong.get(function.name):
            case Variant() as variant:
                pieces.append(variant.source().decode())
            case str() as body:
                pieces.append(f"def {function.name}(*args, **kwargs):\n    {body}\n")
    return "\n\n".join(pieces).encode()


@pytest.fixture(scope="module")
def graded(course: Course, lane):
    """Grade a submission in which these functions are wrong."""
    plan = msgspec.structs.replace(planned(mistakes=True), limits=LIMITS)
    with References(plan, Wall()) as references:
        grader = Grader(plan, lane, references)

        def grade(wrong: Wrongs) -> SubmissionResult:
            files = {f"{e.slug}.py": source_of(e, wrong) for e in course.exercises}
            return grader.grade(submission_of("ada", files))

        yield grade


def _right_ones_are_right(graded: Callable[[Wrongs], SubmissionResult], wrong: Wrongs) -> None:
    result = graded(wrong)
    assert result.score is not None
    for function in result.functions:
        if function.function not in wrong:
            assert function.score == function.max_score, function
            assert function.misconception is None


@settings(max_examples=4, derandomize=True)
@given(wrong=wrongs())
def test_a_right_function_gets_all_its_points(graded, wrong):
    _right_ones_are_right(graded, wrong)


@pytest.mark.slow  # minutes
@settings(max_examples=150)
@given(wrong=wrongs())
def test_many_right_functions_get_all_their_points(graded, wrong):
    _right_ones_are_right(graded, wrong)


def test_a_right_function_that_calls_a_later_one_has_no_right_answer_of_it(graded):
    """The known exception: references answer for what comes before a function in the course."""
    later = "return softmax_jacobian_batch(args[0])[0]"
    result = graded({"softmax_jacobian": later, "softmax_jacobian_batch": "return None"})
    scores = {f.function: f.score for f in result.functions}
    assert scores["softmax_jacobian"] == 0
    # What comes behind both is right.
    assert scores["vjp_with_jacobian"] == 7
