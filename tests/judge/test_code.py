"""A call as code: whoever pastes it calls the function with exactly what the check did."""

import msgspec
import numpy as np
import pytest

from grader import wire
from grader.judge.code import call_code
from grader.judge.words import changed_text
from grader.plan import PlannedCall, PlannedFunction
from grader.plan_json import read_plan
from tests.support.course import ROOT

CHECKS = read_plan(ROOT / "exercises" / "checks.json")
FUNCTIONS = [f for e in (*CHECKS.exercises, *CHECKS.more) for f in e.functions if f.calls]


def function(*parameters):
    return PlannedFunction("f", 1.0, "", "", (), (), parameters=parameters)


def call(*args, **kwargs):
    packed = {name: wire.pack(value) for name, value in kwargs.items()}
    return PlannedCall(tuple(map(wire.pack, args)), packed, None, None, 1.0, 1.0, 1.0)


def received(code, name="f"):
    """What a function of this name is called with by these lines, as it is sent to a process."""
    calls = []
    exec(code, {name: lambda *args, **kwargs: calls.append((args, kwargs))})  # noqa: S102
    ((args, kwargs),) = calls
    return tuple(map(wire.pack, args)), {name: wire.pack(v) for name, v in kwargs.items()}


@pytest.mark.parametrize("planned", FUNCTIONS, ids=lambda f: f.name)
def test_every_open_call_of_the_course_can_be_pasted_in_lines_of_80_columns(planned):
    for one in planned.calls:
        code = call_code(planned, one)
        assert max(map(len, code.splitlines())) < 80
        args, kwargs = received(code, planned.name)
        sent_to = (*one.args, *one.kwargs.values())
        for value, sent in zip((*args, *kwargs.values()), sent_to, strict=True):
            if not isinstance(sent, wire.Lambda | wire.Word):
                assert value == wire.pack(wire.unpack(sent))


@pytest.mark.parametrize(
    "value",
    [
        np.array([[np.nan, -np.inf], [-0.0, 1e-320]]),
        np.zeros((0, 3)),
        np.arange(200.0).reshape(2, 100) / 7,
        np.array([1, 2], dtype=np.int8),
        np.array([[True, False]]),
        np.float32(0.1),
        {"W1": np.ones((3, 30)), "b1": np.zeros((3, 1))},
        (1, 2.5, [None, True]),
        [0.1] * 40,
        float("inf"),
    ],
    ids=str,
)
def test_numbers_arrive_as_they_were(value):
    assert received(call_code(function("value"), call(value)))[0] == (wire.pack(value),)


def test_an_array_in_fortrans_order_is_made_as_one():
    array = msgspec.structs.replace(wire.pack(np.ones((2, 3))), held="fortran")
    code = call_code(function("x"), msgspec.structs.replace(call(), args=(array,)))
    assert 'np.array([[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]], order="F")' in code


def test_arguments_have_their_parameters_names():
    code = call_code(function("Z", "Y"), call(np.zeros((1, 1)), 2, lr=0.5), module="ex01_softmax")
    assert code == (
        "import numpy as np\nfrom ex01_softmax import f\n"
        "Z = np.array([[0.0]])\nY = 2\nlr = 0.5\nf(Z, Y, lr=lr)"
    )


def test_arguments_without_a_parameter_are_numbered():
    assert call_code(function("a"), call(1, 2)).endswith("a = 1\nargument_2 = 2\nf(a, argument_2)")


def test_a_changed_argument_without_a_parameter_is_told_by_the_same_number():
    one, planned = call(1.0, 2.0, 3.0, axis=np.ones(2)), function("x")
    assert "its argument argument_3;" in changed_text(planned, one, (2,))
    assert "its argument axis;" in changed_text(planned, one, (3,))
    assert "an earlier call" in changed_text(planned, one, (-1,))
