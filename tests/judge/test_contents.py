"""What an answer holds: its numbers, in any form, or words for what it is instead."""

import math

import numpy as np
import pytest

from grader import wire
from grader.judge.compare import (
    Leaf,
    NotFinite,
    WrongValue,
    distance,
    is_near,
    leaves_of,
    type_difference,
    value_difference,
)
from grader.judge.expected import expected_of, only_parts
from grader.judge.numbers import SPARE_ITEMS, WrongShape, WrongType, numbers_of, type_name
from grader.plan import PlannedCall
from tests.support.comparing import difference, expected

ONES = {"a": np.ones(2), "b": 1.0}
COSTS = [3.0, 2.0, 1.0]
LISTED = "a list of floats or a 1-D float64 array"


def costs(count=3):
    return expected([float(n) for n in range(count)])


NAMES = {
    "None (is a return statement missing?)": None,
    "a bool": True,
    "an int": 3,
    "a float": 1.5,
    "a float32 array": np.ones(2, np.float32),
    "an int64 array": np.ones(2, np.int64),
    "a bool array": np.ones(2, bool),
    "a float32 number": np.float32(1),
    "an int64 number": np.int64(1),
    "a list": [1.0],
    "a tuple": (1.0,),
    "a dict": {"a": 1.0},
    "a text (str)": "x",
    "a set": {1},
    "a function": len,
    "an object of a plotting or notebook module": wire.Opaque("stand-in"),
    "an array far too large": wire.Oversized("float64", (10**9,)),
    "a subclass of np.ndarray (such as np.matrix or a masked array)": wire.Array(
        "float64", (1,), b"\0" * 8, held="subclass"
    ),
    "an array of long doubles": wire.Array("float64", (1,), b"\0" * 8, held="longdouble"),
    "an array of objects": wire.Array("float64", (1,), b"\0" * 8, held="object"),
}


def packed(value):
    return (
        value if isinstance(value, wire.Opaque | wire.Oversized | wire.Array) else wire.pack(value)
    )


@pytest.mark.parametrize("name", NAMES)
def test_each_kind_of_value_has_words_of_its_own(name):
    assert type_name(packed(NAMES[name])) == name


def test_what_was_sent_to_a_function_and_comes_back_has_words_too():
    assert type_name(wire.Lambda("x", "x")) == "a function"
    assert type_name(wire.Word("x")) == "a text (str)"


def test_numbers_of_every_kind_become_float64_or_complex128():
    want = expected(np.ones(2))
    for value in (
        np.ones(2, np.float32),
        np.ones(2, np.int8),
        np.ones(2, np.uint64),
        [1, 1],
        [True, 1.0],
    ):
        numbers = numbers_of(wire.pack(value), want)
        assert numbers.dtype == np.float64
        assert numbers.tolist() == [1, 1]
    numbers = numbers_of(wire.pack(np.array([1 + 1j], np.complex64)), want)
    assert numbers.dtype == np.complex128
    assert numbers_of(wire.pack(3), want).shape == ()


def test_an_array_of_float64_is_not_copied():
    packed_array = wire.pack(np.ones(2))
    numbers = numbers_of(packed_array, expected(np.ones(2)))
    assert not numbers.flags.owndata


@pytest.mark.parametrize(
    ("value", "got"),
    [
        (None, "None (is a return statement missing?)"),
        ("x", "a text (str)"),
        ({"a": 1.0}, "a dict"),
        ([[1.0, 2.0], [3.0]], "a list of uneven rows"),
        ([1.0, None], "a list of no numbers"),
        ([1.0, {"a": 2.0}], "a list of no numbers"),
        (10**30, "an int that no float64 can hold"),
        ([1.0] * 9_000, "a list of far too many items"),
    ],
)
@pytest.mark.parametrize(
    ("want", "words"),
    [(2.0, "a float"), (np.ones(2), "a float64 array"), (COSTS, LISTED)],
)
def test_what_holds_no_numbers_is_told_with_what_is_expected_and_where(value, got, want, words):
    for path, wanted in (("", expected(want)), ("[1]", expected((1.0, want)).items[1])):
        assert numbers_of(wire.pack(value), wanted) == WrongType(path, got, words)


def test_an_array_too_large_to_be_sent_is_known_by_its_shape():
    want = expected((1.0, np.ones(2))).items[1]
    assert numbers_of(wire.Oversized("float64", (9, 9)), want) == WrongShape("[1]", (9, 9), (2,))
    nested = [[1.0, 2.0], [3.0, 4.0]]
    assert numbers_of(wire.pack(nested), want).shape == (2, 2)


def test_a_list_may_hold_some_thousand_items_more_than_are_expected_and_no_more():
    count = 100
    limit = SPARE_ITEMS + 4 * count
    assert numbers_of(wire.pack([1.0] * limit), costs(count)).size == limit
    assert isinstance(numbers_of(wire.pack([1.0] * (limit + 1)), costs(count)), WrongType)
    # Nested items count as well.
    rows = [[1.0] * 10] * (limit // 10)
    assert isinstance(numbers_of(wire.pack(rows), costs(count)), WrongType)
    assert numbers_of(wire.pack(rows[: limit // 11]), costs(count)).shape == (limit // 11, 10)


def test_a_list_of_costs_may_be_an_array_but_holds_floats():
    want = expected(COSTS)
    for right in (COSTS, np.array(COSTS), [np.float64(3), 2.0, np.array(1.0)]):
        assert type_difference(wire.pack(right), want) is None
        assert value_difference(wire.pack(right), want) is None
    for wrong, got in (
        ([3.0, 2, 1.0], "a list that holds an int"),
        ([3.0, None, 2], "a list that holds None (is a return statement missing?)"),
        ((3.0, 2.0, 1.0), "a tuple"),
        (np.array(COSTS, np.float32), "a float32 array"),
    ):
        assert type_difference(wire.pack(wrong), want) == WrongType("", got, LISTED)
    # An expected list without a float is not a list of costs.
    assert type_difference(wire.pack([1.0]), expected([1, 2])) is not None
    item = expected((COSTS, 1.0))
    assert type_difference(wire.pack(([1], 1.0)), item) == WrongType(
        "[0]", "a list that holds an int", LISTED
    )
    assert type_difference(wire.pack((COSTS, 1)), item) == WrongType("[1]", "an int", "a float")
    assert type_difference(wire.Oversized("float64", (9,)), expected(np.ones(2))) is None
    assert type_difference(wire.Oversized("float32", (9,)), expected(np.ones(2))) is not None


def test_whole_numbers_are_expected_as_floats():
    want = expected(np.array([1, 2]), magnitude=np.array([1, 2]))
    assert want.value.dtype == np.float64
    assert difference(np.array([1.0, 2.0]), want) is None
    assert difference(np.array([True, False]), expected(np.array([1.0, 0.0]))) is None


def test_an_error_is_allowed_up_to_the_tolerance_itself():
    want = expected(np.array([4.0, 0.0]), magnitude=np.array([4.0, 4.0]))
    exactly = np.array([0.0, float(want.loose[1])])
    assert difference(np.array([4.0, exactly[1]]), want) is None
    assert is_near(np.array([4.0, exactly[1]]), want)
    assert difference(np.array([4.0, np.nextafter(exactly[1], 1)]), want) is not None
    assert not is_near(np.array([4.0, np.nextafter(exactly[1], 1)]), want)
    tight = float(want.tight[1])
    assert difference(np.array([4.0, tight]), want, tight=True) is None
    assert difference(np.array([4.0, np.nextafter(tight, 1)]), want, tight=True) is not None


def test_where_nothing_is_expected_but_zero_the_least_number_is_allowed():
    want = expected(np.zeros(1))
    assert want.loose.tolist() == want.tight.tolist() == [1e-300]
    assert difference(np.array([1e-300]), want) is None
    assert difference(np.array([1.1e-300]), want) is not None
    assert difference(np.array([-1e-300]), want, tight=True) is None


def test_an_infinite_term_allows_no_error_beside_it():
    want = expected(np.array([1.0, 2.0]), magnitude=np.array([np.inf, 2.0]))
    assert want.loose.tolist() == [1e-300, 2e-6 + 1e-300]
    assert difference(np.array([1 + 1e-9, 2.0]), want) is not None
    with pytest.raises(ValueError, match="zip"):
        expected((1.0, 2.0), magnitude=(1.0,))


def test_infinities_are_compared_entry_by_entry():
    want = expected(np.array([np.inf, -np.inf, np.inf, 1.0]))
    for right in ([np.inf, -np.inf, 2e300, 1.0], [1.1e300, -1.1e300, np.inf, 1.0]):
        assert difference(np.array(right), want) is None
        assert is_near(np.array(right), want)
        assert distance(wire.pack(np.array(right)), want) == 0
    for wrong in ([-np.inf, -np.inf, np.inf, 1.0], [1e300, -np.inf, np.inf, 1.0]):
        assert isinstance(difference(np.array(wrong), want), WrongValue)
        assert not is_near(np.array(wrong), want)
        assert distance(wire.pack(np.array(wrong)), want) > 1
    assert isinstance(difference(np.array([np.inf, -np.inf, np.inf, np.nan]), want), NotFinite)


def test_what_is_not_finite_is_told_where_it_is_and_what_it_is():
    want = expected((1.0, np.array([1.0, 2.0, 3.0])))
    problem = difference((1.0, np.array([1.0, -np.inf, np.inf])), want)
    assert problem == NotFinite("[1]", (1,), -math.inf, 2.0, 2, 3)


def test_a_scalar_that_is_wrong_is_told_as_one():
    assert difference(np.array([[3.0]]), expected(2.0)) == WrongValue("", (), 3.0, 2.0, 1, 1)
    assert difference(np.array([[np.nan]]), expected(2.0)).index == ()


def test_the_entry_that_is_off_by_most_tolerances_is_shown_not_by_most():
    want = expected(np.array([1.0, 1e6, 5.0]))
    # An error of 10 in 1e6 is ten tolerances, an error of 1 in 1 a million.
    problem = difference(np.array([2.0, 1e6 + 10, 5.0]), want)
    assert (problem.index, problem.wrong, problem.size) == ((0,), 2, 3)
    # A missing infinity counts as a larger error than any number.
    problem = difference(np.array([2.0, 7.0]), expected(np.array([1.0, np.inf])))
    assert problem.index == (1,)


def test_an_infinity_that_is_there_is_never_shown_as_wrong_and_a_lost_one_is_first():
    want = expected(np.array([np.inf, 1.0]))
    assert difference(np.array([2e300, 5.0]), want).index == (1,)
    assert difference(np.array([np.nan, 2.0]), want).index == (0,)


def test_the_same_bytes_are_not_the_same_answer():
    want = np.array([1.0, 2.0])
    assert difference(want.view(np.int64), expected(want)) is not None
    assert difference(np.array(2.0), expected(np.array([2.0]))) == WrongShape("", (), (1,))


def test_every_missing_key_is_told():
    problem = difference({"a": np.ones(2)}, expected(ONES | {"c": 2.0}))
    assert problem.got == "a dict without 'b', 'c'"


def test_distance_counts_tolerances():
    want = expected(np.array([1.0, 2.0]), growth=5.0)
    assert distance(wire.pack(np.array([1.0, 2.0])), want) == 0
    assert distance(wire.pack(np.array([1 + 3e-6, 2.0])), want) == pytest.approx(3)
    assert distance(wire.pack(np.array([1.0, 2 - 1e-6])), want) == pytest.approx(0.5)
    assert distance(wire.pack(np.array([1 + 1e-11, 2.0])), want, tight=True) == pytest.approx(
        2, rel=1e-4
    )
    for other in (None, np.ones(3), np.ones((2, 1)), [1.0, None], np.array([1.0, np.nan])):
        assert distance(wire.pack(other), want) > 1e300
    assert distance(wire.pack(np.array([[2.0]])), expected(2.0)) == 0
    assert distance(wire.pack(np.array([2.0, 2.0])), expected(2.0)) == math.inf
    assert distance(wire.pack(np.zeros((0, 2))), expected(np.zeros((0, 2)))) == 0


def test_distance_looks_into_parts_and_at_some_only_if_told():
    want = expected(ONES)
    answer = wire.pack({"a": np.array([1.0, 1 + 2e-6]), "b": 1 + 4e-6})
    assert distance(answer, want) == pytest.approx(4)
    assert distance(answer, only_parts(want, ("a",))) == pytest.approx(2)
    assert distance(answer, only_parts(want, ("a",)), tight=True) == pytest.approx(2e5, rel=1e-3)
    assert distance(wire.pack({"a": np.ones(2)}), want) == math.inf
    pair = expected((1.0, 1.0))
    assert distance(wire.pack((1.0, 2.0)), only_parts(pair, ("0",))) == 0
    assert value_difference(wire.pack((1.0, 2.0)), only_parts(pair, ("0",))) is None
    assert value_difference(wire.pack((1.0, 2.0)), only_parts(pair, ("1",))) is not None


def test_the_leaves_of_an_answer_are_its_arrays_each_with_what_is_expected():
    want = expected(ONES)
    first, second = leaves_of(wire.pack({"b": np.array([[1.0]]), "a": np.zeros(2)}), want)
    assert (first.expected, second.expected) == want.items == want.leaves
    assert (first.numbers.tolist(), first.words, first.is_right) == ([0, 0], "", False)
    assert (second.numbers.shape, second.is_right) == ((), True)
    assert leaves_of(wire.pack(3.0), want) == (Leaf(want, None, "a float", is_right=False),)
    (leaf,) = leaves_of(wire.pack(None), expected(2.0))
    assert (leaf.expected.value, leaf.numbers, leaf.is_right) == (2.0, None, False)
    assert leaf.words == "None (is a return statement missing?)"
    (leaf,) = leaves_of(wire.Oversized("float64", (9, 9)), expected(2.0))
    assert (leaf.numbers, leaf.words, leaf.is_right) == (None, "(9, 9)", False)
    assert leaf.expected.value == 2.0
    (leaf,) = leaves_of(wire.pack(np.ones(1)), expected(np.ones(1)))
    assert (leaf.numbers.shape, leaf.is_right) == ((1,), True)
    (leaf,) = leaves_of(wire.pack(np.ones((2, 1))), expected(np.ones(2)))
    assert (leaf.numbers.shape, leaf.is_right) == ((2, 1), False)


def test_nothing_is_near_to_nothing():
    assert not is_near(None, expected(np.ones(2)))


def test_expected_values_know_their_paths_keys_and_bytes():
    value = {"p": (np.ones(1), [1.0, 2.0]), "q": 3.0}
    call = PlannedCall((), {}, wire.pack(value), wire.pack(value), 2.0, 1e-6, 1e-12)
    want = expected_of(call)
    assert want.keys == ("p", "q")
    assert [leaf.path for leaf in want.leaves] == ["['p'][0]", "['p'][1]", "['q']"]
    assert [leaf.listed for leaf in want.leaves] == [False, True, False]
    assert want.leaves[0].data == np.ones(1).tobytes()
    assert want.leaves[2].value == 3.0
    assert want.leaves[1].tight.tolist() == pytest.approx([2e-12, 4e-12])
    assert only_parts(want, ()) is want
    assert only_parts(want, ("q",)).compared == (1,)
