"""Answers that are whole numbers, booleans, texts, lists and dicts; equal up to; properties."""

import numpy as np
import pytest

from grader import wire
from grader.judge.compare import (
    NotSo,
    WrongText,
    distance,
    shape_difference,
    type_difference,
    value_difference,
)
from grader.judge.expected import expected_of
from grader.judge.judge import Judge
from grader.judge.numbers import WrongKeys, WrongShape, WrongType
from grader.model import Kind, Limits, Returned, Verdict
from grader.plan import (
    FORMAT,
    Plan,
    PlannedCall,
    PlannedCheck,
    PlannedExercise,
    PlannedFunction,
)
from grader.plan_json import plan_from_json, plan_json
from grader.platforms.otter.master import test_source as source_of_test


def planned(want, *, magnitude=None, **options):
    packed = wire.pack(want)
    return PlannedCall((), {}, packed, wire.pack(magnitude), 1.0, 1e-6, 1e-12, **options)


def expected(want, **options):
    return expected_of(planned(want, **options))


def differs(got, want, **options):
    return value_difference(wire.pack(got), expected(want, **options))


def passes_in_a_notebook(got, want, kind, holds=None, **options):
    """Whether the test that otter runs beside a learner's code accepts an answer."""
    call = planned(want, **options)
    check = PlannedCheck("c", kind, 1, False, "Text.", "", (0,), holds=holds)
    function = PlannedFunction("f", 2.0, "", "", (call,), (check,))
    namespace = {}
    exec(source_of_test(function, ()), namespace)  # noqa: S102  # our own source
    try:
        namespace["test_f"]({"f": lambda: got})
    except Exception as error:  # noqa: BLE001  # its class is defined in the source
        assert "0 of 1 checks pass" in str(error)  # noqa: PT017
        return False
    return True


EXACT = pytest.mark.parametrize(
    ("want", "right", "wrong"),
    [
        (3, [3, np.int64(3), 3.0, np.array(3)], [4, -3, 3.0000001, np.nan, "3", None]),
        (True, [True, np.True_, 1], [False, 0, "True", None]),
        ("ab", ["ab", np.str_("ab")], ["ba", "ab ", "", 3, None, ["a", "b"]]),
        (None, [None], [0, "", [], "None"]),
        ([3, 1], [[3, 1], (3, 1), np.array([3, 1])], [[1, 3], [3], [3, 1, 1], 3, "31", ["3", "1"]]),
        ([], [[], ()], [[0], 0, ""]),
        (["a", "b"], [["a", "b"], ("a", "b")], [["b", "a"], ["a"], "ab", [1, 2]]),
        ([[1], [2, 3]], [[[1], [2, 3]]], [[[1], [2]], [[1, 2], [3]], [1, 2, 3]]),
        ([1, "a", None], [[1, "a", None]], [["a", 1, None], [1, "a", 0]]),
        (np.array([[1, 2]]), [[[1, 2]], np.array([[1, 2]])], [[1, 2], np.array([[2, 1]])]),
        (np.array([True, False]), [np.array([True, False]), [1, 0]], [np.array([True, True])]),
        ({"a": 1, "b": "x"}, [{"b": "x", "a": 1}, {"a": 1, "b": "x", "c": 0}], [{"a": 1}, {}, 1]),
    ],
)  # fmt: skip


@EXACT
def test_what_has_no_tolerance_is_compared_exactly(want, right, wrong):
    for got in right:
        assert differs(got, want) is None, got
        assert distance(wire.pack(got), expected(want)) == 0
    for got in wrong:
        assert differs(got, want) is not None, got
        assert distance(wire.pack(got), expected(want)) > 1


@EXACT
def test_a_notebooks_own_test_decides_so_too(want, right, wrong):
    for got in right:
        assert passes_in_a_notebook(got, want, Kind.VALUE), got
    for got in wrong:
        assert not passes_in_a_notebook(got, want, Kind.VALUE), got


@pytest.mark.parametrize(
    ("want", "right", "wrong", "words"),
    [
        (3, [3, np.int32(3), np.array(3)], [3.0, True, "3"], "an int"),
        (True, [False, np.True_], [1, 1.0, None], "a bool"),
        ("a", ["b"], [1, None, ["a"]], "a text (str)"),
        ([1, 2], [[1, 2], np.array([1, 2])], [[1.0, 2], np.array([1.0])], "a list of ints"),
        (np.array([1]), [np.array([1], np.uint8)], [np.array([1.0]), [1]], "an array of integers"),
        (np.array([True]), [np.array([False])], [np.array([1]), [True]], "an array of bool"),
    ],
)
def test_the_type_follows_the_reference(want, right, wrong, words):
    for got in right:
        assert type_difference(wire.pack(got), expected(want)) is None, got
        assert passes_in_a_notebook(got, want, Kind.TYPE), got
    for got in wrong:
        assert not passes_in_a_notebook(got, want, Kind.TYPE), got
        difference = type_difference(wire.pack(got), expected(want))
        assert isinstance(difference, WrongType), got
        assert words in difference.want


def test_an_array_of_less_precision_is_wanted_where_the_reference_returns_one():
    want = expected(np.ones(2, np.float32), magnitude=np.ones(2))
    assert type_difference(wire.pack(np.ones(2, np.float32)), want) is None
    assert type_difference(wire.pack(np.ones(2)), want).want == "a float32 array"
    assert value_difference(wire.pack(np.ones(2)), want) is None


def test_a_tolerance_makes_a_whole_number_a_float():
    want = expected(3, magnitude=3.0)
    assert value_difference(wire.pack(3.0000001), want) is None
    assert type_difference(wire.pack(3.0), want) is None


def test_lists_of_another_length_have_another_shape():
    assert differs(["a"], ["a", "b"]) == WrongShape("", (1,), (2,))
    assert differs([1, 2, 3], [1, 2]) == WrongShape("", (3,), (2,))
    assert shape_difference(wire.pack("abc"), expected("ab")) is None


def test_the_keys_of_a_dict_may_be_a_part_of_the_answer():
    got = {"The": 1, "cat": 1}
    difference = differs(got, {"the": 1, "cat": 1}, exact_keys=True)
    assert difference == WrongKeys("", ("the",), ("The",))
    assert differs({"a": 1, "b": 2}, {"a": 1}, exact_keys=True) == WrongKeys("", (), ("b",))
    assert differs({"a": 1}, {}, exact_keys=True) == WrongKeys("", (), ("a",))
    assert differs({}, {}, exact_keys=True) is None
    assert differs({"a": 2}, {"a": 1}, exact_keys=True).path == "['a']"
    assert differs({"a": 1, "b": 2}, {"a": 1}) is None
    for got, is_right in (({"a": 1}, True), ({"a": 1, "b": 2}, False), ({"b": 1}, False)):
        assert passes_in_a_notebook(got, {"a": 1}, Kind.VALUE, exact_keys=True) is is_right


A = np.array([[1.0, 2.0], [-3.0, 1.0], [0.5, 0.0]])


@pytest.mark.parametrize(
    ("up_to", "right", "wrong"),
    [
        ("nothing", [A], [-A, A[::-1]]),
        ("sign", [A, -A], [A * [1, -1], A[::-1], -A + 0.1, np.abs(A)]),
        ("column_signs", [A, -A, A * [1, -1]], [A[::-1], np.abs(A), A * [[1], [1], [-1]]]),
        ("row_order", [A, A[::-1], A[[1, 2, 0]]], [-A, A[:, ::-1], A[[0, 0, 1]], A[:2]]),
    ],
)
def test_answers_that_are_equal_up_to_something_are_right(up_to, right, wrong):
    options = {"magnitude": np.abs(A) + 1, "equal_up_to": up_to}
    for got in right:
        assert differs(got, A, **options) is None, got
        assert passes_in_a_notebook(got, A, Kind.VALUE, **options), got
    for got in wrong:
        assert differs(got, A, **options) is not None, got
        assert not passes_in_a_notebook(got, A, Kind.VALUE, **options), got
    assert differs(np.full_like(A, np.nan), A, **options) is not None
    nothing = np.zeros((0, 3))
    options = {"magnitude": nothing, "equal_up_to": up_to}
    assert differs(np.zeros((0, 3), dtype=np.float32), nothing, **options) is None
    assert passes_in_a_notebook(np.zeros((0, 3)), nothing, Kind.VALUE, **options)


def result_of(got, want, kind=Kind.VALUE, holds=None, *, args=(), **options):
    call = planned(want, **options)
    call = PlannedCall(tuple(map(wire.pack, args)), {}, *[getattr(call, n) for n in NAMES])
    check = PlannedCheck("c", kind, 1, False, "Text.", "", (0,), holds=holds)
    function = PlannedFunction("f", 2.0, "", "", (call,), (check,), parameters=("x",))
    exercise = PlannedExercise("ex", "Ex", (function,))
    plan = Plan(FORMAT, "C", Limits(), (exercise,), ("ex",), ("f",))
    again = plan_from_json(plan_json(plan), "here")
    assert again.exercises[0].functions[0].checks == function.checks
    (exercise,) = again.exercises
    outcome = Returned(wire.pack(got))
    return Judge(again).judged(exercise, exercise.functions[0], [outcome])


NAMES = ("expected", "magnitude", "growth", "loose", "tight", "cpu_s", "exact_keys", "equal_up_to")


@pytest.mark.parametrize(
    ("got", "want", "verdict", "message"),
    [
        (4, 3, "wrong_value", "it is 4, should be 3"),
        (False, True, "wrong_value", "it is False, should be True"),
        ("cat", "dog", "wrong_value", "it is 'cat', should be 'dog'"),
        (["cat"], ["dog"], "wrong_value", "answer[0] is 'cat', should be 'dog'"),
        (3, "dog", "wrong_type", "returns an int; a text (str) is expected"),
        ("3", 3, "wrong_type", "returns a text (str); an int is expected"),
        ([1, 2, 3], [1, 2], "wrong_shape", "has shape (3,); (2,) is expected: there are too many"),
        (np.array([1, 1]), np.array([True, False]), "wrong_value", "entry (1,) is True, should be"),
    ],
)
def test_messages_name_what_is_wanted(got, want, verdict, message):
    result = result_of(got, want)
    assert result.verdict == verdict
    assert message in result.message


def test_a_dict_with_other_keys_is_told_which():
    result = result_of({"The": 1}, {"the": 1}, exact_keys=True)
    assert result.verdict is Verdict.WRONG_VALUE
    assert "the dict lacks the keys 'the' and should not have 'The'" in result.message


def test_a_long_text_and_many_keys_are_cut_off():
    assert len(result_of("x" * 300, "dog").message) < 200
    many = {f"{n:0250}": n for n in range(50)}
    message = result_of(many, {"the": 1}, exact_keys=True).message
    assert "and 45 more" in message
    assert len(message) < 800


def test_a_text_is_told_as_one_would_type_it():
    message = result_of("\x1b[31m<b>\n=1+1", "dog").message
    assert "is '\\x1b[31m<b>\\n=1+1', should be 'dog'" in message
    assert message.isprintable()


SORTED = wire.Lambda("answer, x", "np.all(np.diff(answer) >= 0) and len(answer) == len(x)")


def test_a_property_is_true_of_right_answers_whatever_they_are():
    args = (np.array([2.0, 1.0]),)

    def verdict(got, want=(1.0, 2.0)):
        want = np.array(want)
        return result_of(got, want, Kind.PROPERTY, SORTED, magnitude=want, args=args).verdict

    assert verdict(np.array([1.0, 2.0])) == verdict([7.0, 9.0]) == verdict((1, 2)) == "passed"
    assert verdict(np.array([2.0, 1.0])) == verdict(np.array([np.nan, 1])) == "wrong_value"
    assert verdict(np.array([1.0, 2.0, 3.0])) == "wrong_shape"
    assert verdict("12") == verdict(None) == "wrong_type"


def test_a_property_holds_in_a_notebooks_own_test_too():
    holds = wire.Lambda("answer", "answer['n'].sum() == 2 and answer['t'] != 'b'")
    want = {"n": np.ones(2), "t": "a"}
    for n, t, is_so in (([2, 0], "a", True), ([2, 1], "a", False), ([2, 0], "b", False)):
        options = {"holds": holds, "magnitude": {"n": 1.0, "t": None}}
        assert passes_in_a_notebook({"n": n, "t": t}, want, Kind.PROPERTY, **options) is is_so
    assert not passes_in_a_notebook({"n": [1], "t": "a"}, want, Kind.PROPERTY, **options)


def test_a_property_that_raises_does_not_hold():
    holds = wire.Lambda("answer, x", "1 // answer")
    args = (1,)
    assert result_of(1, 1, Kind.PROPERTY, holds, args=args).verdict == "passed"
    result = result_of(0, 1, Kind.PROPERTY, holds, args=args)
    assert result.verdict == "wrong_value"
    assert "that is not true of the answer" in result.message


@pytest.mark.parametrize("got", [np.inf, 1e300, 2.0**63, -np.inf])
def test_a_property_of_a_whole_number_sees_how_large_an_answer_is(got):
    """As an int64 it would be the most negative one."""
    holds = wire.Lambda("answer, x", "-9 < answer <= x")
    assert result_of(3, 3, Kind.PROPERTY, holds, args=(3,)).verdict == "passed"
    assert result_of(got, 3, Kind.PROPERTY, holds, args=(3,)).verdict != "passed"


def test_a_property_of_a_dict_sees_its_parts_in_the_form_of_the_reference():
    holds = wire.Lambda("answer, x", "answer['w'].sum(axis=1)[0] == answer['n'][0] == x")
    want = {"w": np.ones((1, 2)), "n": [2]}
    options = {"magnitude": {"w": 1.0, "n": None}, "args": (2,)}
    for got in (want, {"n": np.array([2]), "w": [[0.5, 1.5]], "more": "x"}):
        assert result_of(got, want, Kind.PROPERTY, holds, **options).verdict == "passed"
    got = {"w": np.ones((1, 2)), "n": [3]}
    assert result_of(got, want, Kind.PROPERTY, holds, **options).verdict == "wrong_value"


def test_what_differs_is_said_of_the_property_and_of_the_text():
    assert differs("a", "b") == WrongText("", "a", "b")
    assert NotSo() == NotSo()
