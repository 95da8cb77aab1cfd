"""Checks that course.toml switches off, or that everybody passes."""

import shutil

import pytest

from tests.support.course import ROOT
from tests.support.results import counts, lines_of
from tests.support.submissions import SOFTMAX, write_class

# Right, but that it overflows.
OVERFLOWS = """
import numpy as np
def softmax(Z):
    E = np.exp(Z)
    return E / E.sum(axis=0, keepdims=True)
"""
STUB = """
def softmax(Z):
    raise NotImplementedError
"""


@pytest.fixture
def graded(run, tmp_path):
    """Grade three classmates by the course with these lines in its course.toml."""
    shutil.copytree(ROOT / "solutions", tmp_path / "solutions")
    settings = (ROOT / "solutions" / "course.toml").read_text()
    folder = write_class(tmp_path / "class", "right", source=SOFTMAX)
    write_class(folder, "overflows", source=OVERFLOWS)
    write_class(folder, "stub", source=STUB)

    def grade(lines):
        (tmp_path / "solutions" / "course.toml").write_text(
            settings.replace("[[exercise]]", f"{lines}\n[[exercise]]", 1)
        )
        one = ("--exercise", "ex01_softmax", "--course", tmp_path / "solutions")
        return run("grade", folder, "--out", tmp_path / "out", *one)

    def functions():
        results = lines_of(tmp_path / "out" / "results.jsonl")
        return {result["student"]: result["functions"][0] for result in results}

    grade.functions = functions
    return grade


def named(*checks):
    return [f"softmax.{check}" for check in checks]


def failing(function):
    return [one["name"] for one in function["checks"] if one["verdict"] != "passed"]


def test_a_check_that_is_off_counts_for_nobody_and_is_not_told(graded):
    assert graded("").returncode == 0
    lost = failing(graded.functions()["overflows"])
    assert lost
    assert graded.functions()["overflows"]["score"] < 12
    done = graded(f"[checks]\noff = {named(*lost)}\n")
    assert done.returncode == 0, done.stderr
    assert counts(done)[0] == 3
    found = graded.functions()
    assert found["overflows"]["verdict"] == "passed"
    assert {one["name"] for one in found["overflows"]["checks"]}.isdisjoint(lost)
    assert [found[name]["score"] for name in ("right", "overflows", "stub")] == [12, 12, 0]


def test_everybody_whose_function_answers_passes_a_check_that_is_full(graded):
    graded("")
    before = graded.functions()["overflows"]
    lost = failing(before)
    graded(f"[checks]\nfull = {named(lost[0])}\n")
    found = graded.functions()
    assert failing(found["overflows"]) == lost[1:]
    assert before["score"] < found["overflows"]["score"] < 12
    assert found["right"]["score"] == 12
    assert found["stub"]["verdict"] == "not_attempted"
    assert found["stub"]["score"] == 0


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ('off = ["sofmax.is_float64"]', "no function is called 'sofmax'"),
        ('off = ["softmax.is_float32"]', "softmax has no check 'is_float32'"),
        ('of = ["softmax.is_float64"]', "[checks] has no key 'of'; its keys are: off, full"),
    ],
)
def test_a_check_that_does_not_exist_is_refused_with_those_that_do(graded, lines, message):
    done = graded(f"[checks]\n{lines}\n")
    assert done.returncode == 2
    assert message in done.stderr


LOOPS = SOFTMAX.replace("    E =", "    while abs(Z).max() > 500:\n        pass\n    E =")
LARGE = ["large_logits", "columns_far_apart", "wide_columns", "just_below_overflow"]


@pytest.mark.parametrize("how", ["off", "full"])
def test_no_call_is_made_for_a_check_that_is_settled(graded, how, tmp_path):
    """One that never ended cost the checks behind it."""
    write_class(tmp_path / "class", "loops", source=LOOPS)
    checks = [*LARGE, "tiny_probabilities", "leaves_its_argument", "keeps_the_shape", "accurate"]
    graded(f"[checks]\n{how} = {named(*checks)}\n")
    loops = graded.functions()["loops"]
    assert (failing(loops), loops["score"]) == ([], 12)


def test_learners_keep_a_public_check(graded):
    public = ["one_two_three", "two_examples", "large_logits", "is_float64", "leaves_its_argument"]
    done = graded(f"[checks]\noff = {named(*public)}\n")
    assert done.returncode == 2
    assert "[checks] leaves no public check of softmax" in done.stderr


def test_a_function_keeps_at_least_one_check(graded):
    graded("")
    every = [one["name"] for one in graded.functions()["right"]["checks"]]
    done = graded(f"[checks]\noff = {named(*every[1:])}\nfull = {named(every[0])}\n")
    assert done.returncode == 2
    assert "leaves no check of softmax" in done.stderr
