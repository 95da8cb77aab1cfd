"""What learners read about one call of a check."""

import msgspec
import numpy as np
import pytest

from grader import wire
from grader.course.checks import Callback
from grader.judge import words as feedback
from grader.judge.compare import NotFinite, WrongValue
from grader.judge.numbers import WrongType, type_name
from grader.judge.verdicts import difference_verdict, failure_verdict
from grader.model import Died, NotCalled, NotLoaded, Raised, TimedOut, Verdict
from grader.plan import PlannedCall, PlannedFunction
from grader.plan_json import readable, value_from
from tests.support.submissions import SOFTMAX
from tests.support.telling import tell


def planned(*args, **kwargs):
    packed = {name: wire.pack(value) for name, value in kwargs.items()}
    return PlannedCall(tuple(map(pack, args)), packed, wire.pack(np.ones((2, 3))), None, 1, 1, 1)


def pack(value):
    if isinstance(value, Callback):
        return wire.Lambda(value.parameters, value.expression)
    return wire.pack(value)


def call_text(*args, **kwargs):
    function = PlannedFunction("f", 1.0, "", "", (), ())
    return feedback.call_text(function, planned(*args, **kwargs))


@pytest.mark.parametrize(
    ("got", "want", "reason"),
    [
        ((3,), (3, 1), "an axis of length 1 was dropped"),
        ((3,), (3, 2), "an axis was dropped"),
        ((2, 3), (3, 2), "the axes are swapped"),
        ((3, 1, 2), (3, 2), "there is an extra axis of length 1"),
        ((3, 2, 2), (2, 3, 2), "the axes are in another order"),
        ((5, 5), (3, 2), ""),
    ],
)
def test_a_wrong_shape_comes_with_its_likely_reason(got, want, reason):
    assert feedback.shape_reason(got, want) == reason


@pytest.mark.parametrize(
    ("difference", "message"),
    [
        (
            WrongValue("", (0, 1), 0.7, 0.75, 2, 6),
            "entry (0, 1) is 0.7, should be 0.75 (2 of 6 entries are wrong)",
        ),
        (
            WrongValue("['dW']", (0,), 1j, 1.0, 1, 2),
            "answer['dW'] entry (0,) is 0+1j, should be 1 (1 of 2 entries are wrong)",
        ),
        (
            WrongValue("", (), 1 + 1e-9, 1.0, 1, 1),
            "it is 1.000000001, should be 1",
        ),
        (
            NotFinite("", (0,), float("nan"), 1.0, 1, 2),
            "entry (0,) is nan, should be 1 (1 of 2 entries are not finite)",
        ),
        (WrongType("", "a list", "an array"), "it returns a list; an array is expected"),
        (WrongType("[1]", "a list", "a dict"), "answer[1] is a list; a dict is expected"),
    ],
)
def test_differences_are_told(difference, message):
    assert tell(difference, planned()) == message


def test_an_imprecise_value_is_called_right_but_not_accurate():
    difference = WrongValue("", (0,), 1 + 1e-9, 1.0, 1, 2)
    message = tell(difference, planned(), imprecise=True)
    assert (
        message
        == "entry (0,) is off by 1.0e-09 of its value: right, but not as accurate as float64 allows"
    )
    near_zero = WrongValue("", (0,), 1e-9, 0.0, 1, 2)
    message = tell(near_zero, planned(), imprecise=True)
    assert message.startswith("entry (0,) is off by 1.0e-09: right")
    assert difference_verdict(difference, imprecise=True) == Verdict.IMPRECISE


def raised(kind, message="m", *frames):
    return Raised(wire.Error(kind, message, frames))


def test_the_text_of_an_exception_is_told_in_one_printable_line():
    assert tell(raised("Z17", "\x1b[31mred\nx")) == "it raised Z17:  [31mred / x"


def test_what_happened_to_a_call_is_told():
    messages = {
        Died("it crashed"): "it crashed",
        NotLoaded("it is gone"): "it is gone",
        TimedOut("2 seconds"): "no answer within 2 seconds; does a loop ever end?",
        TimedOut(
            "earlier calls", called=False
        ): "not called any more: earlier calls used up the time",
    }
    for outcome, text in messages.items():
        assert tell(outcome) == text
    verdicts = [failure_verdict(outcome, "f") for outcome in messages]
    assert verdicts == [Verdict.DIED, Verdict.NOT_LOADED, Verdict.TIMED_OUT, Verdict.TIMED_OUT]
    assert tell(raised("MemoryError")).startswith("it asked for more")


def test_a_call_is_shown_as_one_would_type_it():
    assert call_text(np.array([[1.0], [2.0]]), 3) == "f(np.array([[1.0], [2.0]]), 3)"
    assert call_text({"W": [1, (2,)]}, lr=0.5) == "f({'W': [1, (2,)]}, lr=0.5)"
    assert call_text(Callback("x", "x ** 2"), None) == "f(lambda x: x ** 2, None)"


def test_a_long_call_is_shown_by_its_shapes():
    text = call_text(np.zeros((20, 30)), {"W": np.zeros(40)}, lr=0.1)
    assert text == "f(<20 x 30 float64>, ..., lr=0.1)"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (True, "a bool"),
        (1, "an int"),
        (1.0, "a float"),
        (np.int32(1), "an int32 number"),
        (np.float32(1), "a float32 number"),
        (np.zeros(2, "u1"), "a uint8 array"),
        (np.ma.zeros(2), "a subclass of np.ndarray (such as np.matrix or a masked array)"),
        ((), "a tuple"),
        (np.zeros((3_000, 1_000)), "an array far too large"),
        (b"", "bytes"),
        ({1, 2}, "a set"),
        (int, "a class"),
        (np.zeros(1, "U3"), "an array of text"),
    ],
)
def test_every_kind_of_value_has_a_name(value, words):
    assert type_name(wire.pack(value)) == words


def test_a_callback_is_called_a_function():
    assert type_name(wire.Lambda("x", "x")) == "a function"


@pytest.mark.parametrize(
    "value",
    [
        np.array([[1, 2]], dtype="int8"),
        np.array([np.inf, -np.inf, 0.1]),
        np.array(2.5),
        (1.5, [2, None, True], {"W": np.ones(3)}),
        float("inf"),
        Callback("x", "x + 1"),
        np.float64(0.5),
    ],
)
def test_values_survive_the_json_of_the_public_checks(value):
    assert value_from(readable(pack(value))) == pack(value)


def test_what_is_no_value_is_refused():
    with pytest.raises(ValueError, match="not a value"):
        value_from({"code": "import os"})


def test_numbers_are_told_apart_by_as_many_digits_as_it_takes():
    assert feedback.number(1.0, 1.0) == "1.0"
    assert feedback.number(1.0, 1.0 + 2**-52) == "1"
    assert feedback.number(1 / 3) == "0.333333"


@pytest.mark.parametrize("outcome", [NotLoaded("it is gone"), NotCalled("it is gone")])
def test_a_call_that_was_not_made_says_why(outcome):
    assert tell(outcome) == "it is gone"


def test_a_failure_of_ours_is_no_next_step(grade):
    result = grade({"ex01_softmax.py": SOFTMAX})
    failed = msgspec.structs.replace(result.functions[0], verdict=Verdict.GRADER_ERROR)
    assert feedback.next_step([failed]) == ""
