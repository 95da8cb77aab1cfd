"""`--limit`: what is valid, what is refused and why, and the memory check that follows it."""

import dataclasses

import msgspec
import pytest

from grader.cli.limits import limits_with
from grader.course.folder import Course
from grader.course.grading import graded_variant
from grader.course.planning import plan_of
from grader.course.variants import variants_in
from grader.errors import UsageError
from grader.grade.grader import Grader
from grader.model import Limits, Verdict
from tests.support.course import ROOT
from tests.support.results import failed_checks
from tests.support.submissions import write_class


def test_limits_are_given_by_name():
    given = ("call=3", "statement=4.5", "submission=9", "wall=2", "memory=1.5GiB")
    assert limits_with(Limits(), given) == Limits(
        call_cpu_s=3, statement_cpu_s=4.5, submission_cpu_s=9, wall_factor=2, memory_bytes=3 * 2**29
    )
    assert limits_with(Limits(), ["memory=512MiB"]).memory_bytes == 2**29


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "time=3",
            "there is no such limit; the limits are call, statement, submission, wall, memory",
        ),
        ("call", "give a number of seconds above 0, like 2.5"),
        ("call=0", "give a number of seconds above 0"),
        ("call=nan", "give a number of seconds above 0"),
        ("submission=inf", "give a number of seconds above 0"),
        ("wall=0.5", "give a factor for the computing time, at least 1"),
        ("memory=2", "give a number of MiB or GiB, like 1.5GiB"),
        ("memory=-1GiB", "give a number of MiB or GiB, like 1.5GiB"),
        ("memory=200MiB", "NumPy cannot work in so little memory; give 256MiB or more"),
        ("memory=2000GiB", "give 512GiB or less"),
    ],
)
def test_a_limit_that_cannot_be_is_answered_in_a_sentence(text, said):
    with pytest.raises(UsageError) as caught:
        limits_with(Limits(), [text])
    assert str(caught.value).startswith(f"--limit {text}: ")
    assert said in str(caught.value)


def test_help_prints_the_defaults(run):
    text = " ".join(run("grade", "--help").stdout.split())
    assert "call=2, statement=10, submission=60, wall=5, memory=1GiB" in text


def test_a_limit_holds_in_a_run(run, tmp_path):
    folder = write_class(tmp_path / "class", "ada", source="def softmax(Z):\n  while True: pass")
    options = ("--exercise", "ex01_softmax", "--course", ROOT / "solutions")
    out = tmp_path / "out"
    run("grade", folder, "--out", out, *options, "--limit", "call=0.25", "--limit", "wall=20")
    assert "no answer within 0.25 seconds" in (out / "results.jsonl").read_text()
    done = run("grade", folder, "--out", out, *options, "--limit", "calls=1")
    assert done.returncode == 2
    assert "grader: --limit calls=1: there is no such limit" in done.stderr


def test_numpy_works_in_the_least_memory_that_may_be_given(plan, lane, course):
    limits = limits_with(plan.limits, ["memory=256MiB"])
    grader = Grader(msgspec.structs.replace(plan, limits=limits), lane)
    exercise = course.exercises[0]
    for variant in variants_in(exercise, "alternatives.py")[:3]:
        assert graded_variant(variant, grader).verdict is Verdict.PASSED


def planned_with(course: Course, memory: str):
    limits = limits_with(course.limits, [f"memory={memory}"])
    changed = dataclasses.replace(course, limits=limits)
    return plan_of(changed, only=("ex04_backward",))


@pytest.mark.parametrize("memory", ["1GiB", "8GiB", "64GiB", "512GiB"])
def test_n_by_n_numbers_never_fit_into_the_memory_that_is_given(course, memory):
    plan = planned_with(course, memory)
    function = next(f for f in plan.exercises[0].functions if f.name == "softmax_backward")
    check = next(c for c in function.checks if c.kind == "memory")
    n, m = function.calls[check.calls[0]].args[0].shape
    assert 4 * n * n > plan.limits.memory_bytes
    assert 8 * n * m <= 4 * 2**20
    assert n == 20_000 or memory != "1GiB"


@pytest.mark.parametrize("memory", ["1GiB", "8GiB"])
def test_the_quadratic_answer_loses_the_memory_check_whatever_the_limit(course, lane, memory):
    grader = Grader(planned_with(course, memory), lane)
    exercise = next(e for e in course.exercises if e.slug == "ex04_backward")
    variants = [v for v in variants_in(exercise, "mistakes.py") if v.function == "softmax_backward"]
    quadratic = [v for v in variants if v.id in ("one_jacobian_at_a_time", "all_jacobians_at_once")]
    assert len(quadratic) == 2
    for variant in quadratic:
        assert failed_checks(graded_variant(variant, grader)) == {"twenty_thousand_classes"}


def test_honest_answers_pass_the_memory_check_at_a_large_limit(course, lane):
    grader = Grader(planned_with(course, "8GiB"), lane)
    exercise = next(e for e in course.exercises if e.slug == "ex04_backward")
    variants = variants_in(exercise, "alternatives.py")
    for variant in (v for v in variants if v.function == "softmax_backward"):
        assert graded_variant(variant, grader).verdict is Verdict.PASSED
