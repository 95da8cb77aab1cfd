"""How answers are compared: two tolerances, infinities, and which forms are accepted."""

import math

import numpy as np
import pytest

from grader import wire
from grader.judge.compare import NotFinite, WrongValue, shape_difference, type_difference
from grader.judge.numbers import WrongShape, WrongType
from tests.support.comparing import difference, expected


def test_an_entry_may_err_by_a_millionth_of_the_terms_that_form_it():
    want = expected(np.array([0.0, 1.0]), magnitude=np.array([2.0, 1.0]))
    assert difference(np.array([1.9e-6, 1 + 0.9e-6]), want) is None
    assert difference(np.array([2.1e-6, 1.0]), want) == WrongValue("", (0,), 2.1e-6, 0.0, 1, 2)


def test_the_precision_tier_allows_as_much_rounding_as_can_add_up():
    want = expected(np.array([1.0]), growth=50.0)
    assert difference(np.array([1 + 49e-12]), want, tight=True) is None
    assert isinstance(difference(np.array([1 + 51e-12]), want, tight=True), WrongValue)


def test_the_precision_tier_never_allows_more_than_the_other_one():
    want = expected(np.array([1.0]), growth=1e9)
    assert isinstance(difference(np.array([1 + 2e-6]), want, tight=True), WrongValue)


def test_tiny_expected_values_are_compared_relative_to_themselves():
    want = expected(np.array([1e-290]))
    assert difference(np.array([1e-290 * (1 + 1e-7)]), want) is None
    assert isinstance(difference(np.array([0.0]), want), WrongValue)


@pytest.mark.parametrize("actual", [math.inf, 1e301])
def test_a_cost_beyond_1e300_counts_as_infinite(actual):
    assert difference(actual, expected(math.inf)) is None


@pytest.mark.parametrize("actual", [-math.inf, 1e299, 0.0])
def test_where_infinity_is_expected_the_same_infinity_is_required(actual):
    assert difference(actual, expected(math.inf)) is not None


def test_nan_is_never_right():
    assert isinstance(difference(math.nan, expected(math.inf)), WrongValue)
    problem = difference(np.array([math.nan, 1.0]), expected(np.ones(2)))
    assert isinstance(problem, NotFinite)
    assert (problem.index, problem.wrong, problem.size) == ((0,), 1, 2)


def test_the_worst_entry_is_named_and_the_wrong_ones_are_counted():
    want = expected(np.array([[1.0, 2.0], [3.0, 4.0]]))
    problem = difference(np.array([[1.0, 2.1], [9.0, 4.0]]), want)
    assert problem == WrongValue("", (1, 0), 9.0, 3.0, 2, 4)


@pytest.mark.parametrize("actual", [2.0, np.float64(2), np.array(2.0), np.array([[2.0]]), 2, [2.0]])
def test_a_scalar_in_any_form_is_taken_for_what_it_holds(actual):
    assert difference(actual, expected(2.0)) is None


@pytest.mark.parametrize("actual", [np.array([[2.0]]), 2, True, [2.0], np.float32(2)])
def test_the_form_of_a_scalar_is_the_type_checks_matter(actual):
    assert isinstance(type_difference(wire.pack(actual), expected(2.0)), WrongType)


@pytest.mark.parametrize("actual", [2.0, np.float64(2), np.array(2.0)])
def test_floats_and_0_d_arrays_are_scalars(actual):
    assert type_difference(wire.pack(actual), expected(2.0)) is None


def test_a_list_holds_an_arrays_numbers_but_is_none():
    want = expected(np.array([[1.0], [2.0]]))
    assert difference([[1.0], [2.0]], want) is None
    assert shape_difference(wire.pack([[1.0], [2.0]]), want) is None
    assert type_difference(wire.pack([[1.0], [2.0]]), want) == WrongType(
        "", "a list", "a float64 array"
    )


def test_a_shape_that_would_broadcast_is_wrong():
    want = expected(np.ones((3, 1)))
    assert difference(np.ones(3), want) == WrongShape("", (3,), (3, 1))
    assert shape_difference(wire.pack(np.ones((3, 3))), want) == WrongShape("", (3, 3), (3, 1))


def test_an_array_where_a_scalar_is_due_is_a_wrong_shape():
    assert difference(np.ones(3), expected(2.0)) == WrongShape("", (3,), ())


def test_complex_numbers_are_compared_with_their_imaginary_part():
    want = expected(np.array([1.0]))
    assert difference(np.array([1.0 + 0j]), want) is None
    assert isinstance(difference(np.array([1.0 + 1j]), want), WrongValue)


def test_dicts_are_compared_key_by_key_and_may_hold_more():
    want = expected({"dW": np.ones(2), "db": 3.0})
    assert difference({"dW": np.ones(2), "db": 3.0, "extra": "x"}, want) is None
    assert difference({"dW": np.zeros(2), "db": 3.0}, want).path == "['dW']"
    assert difference({"dW": np.ones(2)}, want) == WrongType(
        "", "a dict without 'db'", "a dict with 'dW', 'db'"
    )
    assert difference((1, 2), want) == WrongType("", "a tuple", "a dict")


def test_tuples_are_compared_item_by_item():
    want = expected((np.ones(2), {"Z": np.ones(1)}))
    assert difference((np.ones(2), {"Z": np.ones(1)}), want) is None
    assert difference((np.ones(2), {"Z": np.zeros(1)}), want).path == "[1]['Z']"
    assert difference((np.ones(2),), want) == WrongType("", "a tuple of 1", "a tuple of 2")
    assert difference(np.ones(2), want) == WrongType("", "a float64 array", "a tuple of 2")
    assert type_difference(wire.pack((np.ones(2), {"Z": [1.0]})), want).path == "[1]['Z']"
    assert shape_difference(wire.pack((np.ones(2), {"Z": [[1.0]]})), want).path == "[1]['Z']"


def test_what_the_reference_has_left_by_rounding_is_told_as_0():
    """As in exercise 7, where a difference quotient leaves 8.88e-11 of a 0."""
    want = expected(np.array([1.0, 8.88e-11]), magnitude=np.ones(2), growth=1e5)
    assert difference(np.array([1.0, 5.0]), want) == WrongValue("", (1,), 5.0, 0.0, 1, 2)
    nan = difference(np.array([1.0, np.nan]), want)
    assert isinstance(nan, NotFinite)
    assert nan.want == 0.0
    assert difference(np.array([5.0, 0.0]), want) == WrongValue("", (0,), 5.0, 1.0, 1, 2)


def test_a_small_value_that_is_no_rounding_is_told_as_it_is():
    want = expected(np.array([1.0, 1e-9]))
    assert difference(np.array([1.0, 5.0]), want) == WrongValue("", (1,), 5.0, 1e-9, 1, 2)
