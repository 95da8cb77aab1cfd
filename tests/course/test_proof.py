"""A course is proved, with every alternative, mistake and check; what is wrong is named."""

import logging

import numpy as np
import pytest

from grader.course.audit import audit_course
from grader.course.folder import course_of
from grader.course.grading import VariantGrader
from grader.course.planning import plan_of
from grader.course.promises import promise_problems, promises_of
from grader.course.proof import problems_of
from tests.support.course import ROOT
from tests.support.proving import edit, problems


# Every way to write and to mistake every function: most of a minute. The proof itself is tested on
# one exercise; this tells of what is in solutions/.
@pytest.mark.slow
def test_the_course_is_proved_keeps_the_rules_and_each_of_its_mistakes_is_named(course, caplog):
    """Both look at the same results: a second for each of the listed ways would take a minute."""
    with caplog.at_level(logging.ERROR), VariantGrader() as grading:
        step = [].append
        assert problems_of(course, ROOT / "exercises", step=step, grading=grading) == []
        audit = audit_course(course, grading=grading)
    assert audit.broken == ()
    assert [f.function for f in audit.functions if f.alike or f.confused or f.unnamed] == []
    assert not caplog.records
    assert len(audit.functions) == sum(len(e.functions) for e in course.exercises)
    assert all(check.killed for check in audit.checks)


def test_a_course_is_proved_by_a_command(run, copy):
    done = run("build", "--check", cwd=copy)
    assert done.returncode == 0, done.stdout
    assert "solutions: proved (1 exercise)" in done.stdout


@pytest.mark.slow
def test_a_copy_of_one_exercise_is_proved_too(copy):
    assert problems(copy) == []


@pytest.mark.slow
def test_a_wrong_reference_is_found_by_the_alternatives(copy):
    edit(copy, "reference.py", "    return exponentials / ", "    return 1.001 * exponentials / ")
    assert any("softmax__" in p and "alternatives.py" in p for p in problems(copy))


@pytest.mark.slow
def test_a_cell_that_only_works_with_the_solution_is_found(copy):
    hint = '# %% [markdown] tags=["hint-softmax"]'
    edit(copy, "reference.py", hint, f"# %%\nsoftmax(np.zeros((2, 1)))\n\n{hint}")
    assert any("templates do not load: ex01_softmax.py" in p for p in problems(copy))


@pytest.mark.slow
def test_an_alternative_that_is_wrong_is_named(copy):
    with (copy / "solutions/ex01_softmax/alternatives.py").open("a") as file:
        file.write('\n\ndef softmax__bad(Z):\n    """Wrong."""\n    return Z\n')
    assert any("softmax__bad gets 0.0 of 12.0 points" in p for p in problems(copy))


@pytest.mark.slow
def test_a_mistake_that_is_right_and_one_that_says_nothing_are_named(copy):
    with (copy / "solutions/ex01_softmax/mistakes.py").open("a") as file:
        file.write('\n\ndef softmax__fine(Z):\n    """Right."""\n    E = np.exp(Z - Z.max(0))\n')
        file.write("    return E / E.sum(0)\n")
    assert any("softmax__fine gets full points" in p for p in problems(copy))


def test_a_check_that_no_mistake_loses_is_named(copy):
    path = copy / "solutions" / "ex01_softmax" / "mistakes.py"
    path.write_text('def softmax__a(Z):\n    """You return Z."""\n    return Z\n')
    messages = problems(copy)
    assert any(
        "check leaves_its_argument of softmax is lost by no mistake; drop it" in p for p in messages
    )
    assert not any("check one_two_three of softmax is lost by no" in p for p in messages)


def test_a_check_that_zeros_or_ones_pass_is_named(copy):
    edit(
        copy,
        "checks.py",
        "@softmax.value(weight=2)\ndef any_batch",
        '''
@softmax.value(weight=20)
def easy() -> Calls:
    """One class."""
    yield call(np.zeros((1, 2)))


@softmax.value(weight=2)
def any_batch''',
    )
    assert any("an answer of ones earns" in p and "(easy" in p for p in problems(copy))


def test_a_trivial_answer_may_be_worth_nothing(copy):
    edit(
        copy,
        "mistakes.py",
        "def softmax__no_shift(Z):",
        "@mistake(worth=0.5)\ndef softmax__logits(Z):\n"
        '    """You return what came in."""\n    return Z\n\n\n'
        "@mistake(worth=0.5)\ndef softmax__drawn(Z):\n"
        '    """You return random numbers."""\n'
        "    import zlib, msgspec\n    from grader import wire\n"
        "    seed = zlib.crc32(msgspec.msgpack.encode((wire.pack(Z),)))\n"
        "    return np.random.default_rng(seed).normal(size=Z.shape)\n\n\n"
        "def softmax__no_shift(Z):",
    )
    # An argument that is handed back is worth nothing anyway.
    (problem,) = [p for p in problems(copy) if "make that worth nothing" in p]
    assert "an answer of random numbers earns 6.0 of 12 points for softmax: it is drawn" in problem


@pytest.mark.slow
def test_a_public_check_that_draws_its_inputs_is_named(copy):
    edit(
        copy,
        "checks.py",
        "@softmax.value(weight=2)\ndef any_batch",
        "@softmax.value(public=True)\ndef any_batch",
    )
    assert any("a public check of softmax draws its inputs" in p for p in problems(copy))


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (
            "reference.py",
            "n = 1 gives a row of ones",
            "One class gives ones",
            "shows 'n = 1', which",
        ),
        (
            "reference.py",
            "n = 1 gives",
            "Every class counts.\n        n = 1 gives",
            "line 125: softmax",
        ),
        (
            "reference.py",
            "0.24473, 0.66524] (to",
            "0.24473, 0.66542] (to",
            "neither an input nor an",
        ),
        (
            "checks.py",
            'shows=("n = 1",)',
            "shows=()",
            "no public check shows 'n = 1 gives a row of",
        ),
        ("checks.py", 'public=True, shows=("n = 1",)', 'shows=("n = 1",)', "no public check shows"),
    ],
)
def test_what_a_docstring_promises_is_shown_by_a_public_check(copy, name, old, new, said):
    course = course_of(copy / "solutions")
    assert list(promise_problems(course, plan_of(course))) == []
    edit(copy, name, old, new)
    course = course_of(copy / "solutions")
    found = list(promise_problems(course, plan_of(course)))
    assert all("ex01_softmax" in problem for problem in found)
    assert any(said in problem for problem in found)


def test_the_number_in_an_example_is_an_answer(course):
    exercise = course.exercises[2]
    plan = plan_of(course)
    promise = next(p for p in promises_of(exercise, exercise.functions[0]) if p.is_example)
    assert promise.tells_one_of([np.log(4)])
    assert not promise.tells_one_of([1.39, 4.4, 0.25])
    assert list(promise_problems(course, plan)) == []


def test_a_failed_proof_is_exit_code_1_and_names_the_file(run, copy):
    (copy / "exercises" / "stray.py").write_text("x")
    done = run("build", "--check", cwd=copy)
    assert done.returncode == 1
    assert "stray.py" in done.stdout
