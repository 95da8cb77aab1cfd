"""Sealed inputs are of the kind of the open ones, with numbers that only their seed gives."""

import re

import msgspec
import numpy as np
import pytest

from grader import wire
from grader.course.planning import plan_of
from grader.course.sealing import FIXED_SEED, new_seed, with_sealed
from grader.grade.fingerprints import fingerprints_of
from grader.model import Kind
from grader.plan_json import plan_json

ONE, OTHER = "00" * 15 + "01", "00" * 15 + "02"


@pytest.fixture(scope="module")
def opened(course):
    return plan_of(course)


def functions_of(plan):
    return [function for exercise in plan.exercises for function in exercise.functions]


def keys(calls):
    return {msgspec.msgpack.encode((call.args, call.kwargs)) for call in calls}


def test_a_seed_gives_the_same_inputs_again_and_another_one_others(course, opened):
    one, same, other = (with_sealed(opened, course, seed) for seed in (ONE, ONE, OTHER))
    prints = [fingerprints_of(p, isolation="", versions={}).plan for p in (one, same, other)]
    assert prints[0] == prints[1] != prints[2]
    for first, second in zip(functions_of(one), functions_of(other), strict=True):
        assert (first.calls, first.mistakes) == (second.calls, second.mistakes)
        assert keys(first.sealed).isdisjoint(keys(second.sealed)), first.name


def test_no_sealed_call_is_an_open_one_even_for_the_seed_of_those(course, opened):
    for seed in (FIXED_SEED, ONE, new_seed()):
        for function in functions_of(with_sealed(opened, course, seed)):
            assert function.sealed
            assert keys(function.sealed).isdisjoint(keys(function.calls)), function.name


def test_a_sealed_call_has_the_types_and_sizes_of_an_open_one_of_its_check(course, opened):
    def outline(call):
        values = (*call.args, *call.kwargs.values())
        return [getattr(value, "shape", type(value)) for value in values]

    for function in functions_of(with_sealed(opened, course, ONE)):
        for check in function.checks:
            known = [outline(function.calls[index]) for index in check.calls]
            assert all(outline(function.sealed[index]) in known for index in check.sealed)


def test_every_hidden_check_has_one_and_public_and_memory_checks_none(course, opened):
    for function in functions_of(with_sealed(opened, course, ONE)):
        for check in function.checks:
            wanted = check.hidden and check.kind is not Kind.MEMORY
            assert len(check.sealed) == wanted, (function.name, check.name)


def test_a_seed_has_128_bits_and_no_two_are_alike():
    seeds = {new_seed() for _ in range(20)}
    assert len(seeds) == 20
    assert all(re.fullmatch("[0-9a-f]{32}", seed) for seed in seeds)


def test_no_sealed_input_is_the_answer_of_a_function(course, opened):
    functions = functions_of(with_sealed(opened, course, ONE))
    inputs = {
        (f.name, value.data)
        for f in functions
        for call in f.sealed
        for value in (*call.args, *call.kwargs.values())
        if isinstance(value, wire.Array)
    }
    for function in functions:
        for call in (*function.calls, *function.sealed):
            answer = call.expected
            if isinstance(answer, wire.Array) and len(np.unique(wire.unpack(answer))) > 2:
                others = {name for name, data in inputs if data == answer.data}
                assert others <= {function.name}


@pytest.mark.slow
def test_nothing_sealed_is_written_for_learners(course, opened):
    assert plan_json(with_sealed(opened, course, ONE)) == plan_json(opened)
