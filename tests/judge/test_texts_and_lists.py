"""Texts as arguments, and lists of numbers as answers."""

import numpy as np
import pytest

from grader import wire
from grader.course.planning import plan_of
from grader.judge.compare import type_difference, value_difference
from grader.judge.expected import expected_of
from grader.judge.numbers import WrongShape, WrongType
from grader.plan import PlannedCall
from grader.plan_json import plan_from_json, plan_json, readable, value_from
from tests.support.telling import tell

COSTS = PlannedCall(
    args=(wire.Word("relu"),),
    kwargs={},
    expected=wire.pack([2.0, 1.0]),
    magnitude=wire.pack([2.0, 1.0]),
    growth=1.0,
    loose=1e-6,
    tight=1e-12,
)


@pytest.mark.parametrize(
    "costs",
    [[2.0, 1.0], np.array([2.0, 1.0]), [np.float64(2), np.array(1.0)]],
)
def test_a_list_of_numbers_may_be_a_list_or_a_flat_array(costs):
    expected = expected_of(COSTS)
    assert value_difference(wire.pack(costs), expected, tight=True) is None
    assert type_difference(wire.pack(costs), expected) is None


@pytest.mark.parametrize(
    ("costs", "got"),
    [
        ((2.0, 1.0), "a tuple"),
        ([2.0, 1], "a list that holds an int"),
        (np.array([2.0, 1.0], dtype=np.float32), "a float32 array"),
        ({"costs": 1.0}, "a dict"),
    ],
)
def test_anything_else_in_its_place_is_a_wrong_type(costs, got):
    want = "a list of floats or a 1-D float64 array"
    assert type_difference(wire.pack(costs), expected_of(COSTS)) == WrongType("", got, want)


def test_texts_in_a_list_are_no_numbers():
    difference = value_difference(wire.pack(["2.0", "1.0"]), expected_of(COSTS))
    assert isinstance(difference, WrongType)
    assert difference.got == "a list of no numbers"


@pytest.mark.parametrize(("count", "words"), [(1, "too few entries"), (3, "too many entries")])
def test_a_list_of_another_length_is_called_too_long_or_too_short(count, words):
    difference = value_difference(wire.pack([2.0] * count), expected_of(COSTS))
    assert difference == WrongShape("", (count,), (2,))
    assert words in tell(difference, COSTS)


def test_a_part_of_an_answer_is_called_by_its_place_in_it():
    difference = WrongType("[1]['Z2']", "a list", "a float64 array")
    message = tell(difference, COSTS)
    assert message == "answer[1]['Z2'] is a list; a float64 array is expected"


def test_a_text_survives_json():
    assert readable(wire.Word("relu")) == {"text": "relu"}
    assert value_from({"text": "relu"}) == wire.Word("relu")


def test_a_text_crosses_the_wall_unless_it_is_long():
    assert wire.pack("relu") == wire.pack(np.str_("relu")) == wire.Word("relu")
    assert wire.pack("x" * wire.MAX_WORD) == wire.Word("x" * 300)
    assert wire.pack("x" * 301) == wire.Opaque("str")


def test_the_public_checks_with_texts_survive_json(course):
    plan = plan_of(course, hidden=False)
    again = plan_from_json(plan_json(plan), "here")
    forward = next(f for e in again.exercises for f in e.functions if f.name == "forward")
    assert any(call.kwargs.get("hidden") == wire.Word("relu") for call in forward.calls)
