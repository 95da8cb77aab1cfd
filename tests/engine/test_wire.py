"""The wire carries values exactly, and decodes nothing but its own messages."""

import contextlib
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from grader import wire
from grader.plan_json import readable, value_from

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | arrays.arrays(
        st.sampled_from(sorted(wire.PLAIN_DTYPES)), arrays.array_shapes(min_dims=0, min_side=0)
    ),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(max_size=9), inner, max_size=4)
    ),
    max_leaves=8,
)


def same(one, other):
    if isinstance(one, np.ndarray | np.generic):
        return (
            type(one) is type(other)
            and (one.dtype, one.shape) == (other.dtype, other.shape)
            and one.tobytes() == other.tobytes()
        )
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        pairs = zip(one, other, strict=True)
        return type(one) is type(other) and all(same(a, b) for a, b in pairs)
    return type(one) is type(other) and one == other


@given(VALUES)
def test_a_value_comes_out_as_it_went_in(value):
    frame = wire.encode(wire.ReturnedReply(3, wire.pack(value), changed=()))
    assert wire.frame_length(frame[:4]) == len(frame) - 4
    reply = wire.decode_reply(frame[4:])
    assert isinstance(reply, wire.ReturnedReply)
    assert same(wire.unpack(reply.value), value)


ARGUMENTS = st.lists(VALUES | st.text(max_size=9), max_size=3)


def packed(value):
    """An argument as a stand-in packs it."""
    return wire.Word(value) if isinstance(value, str) else wire.pack(value)


def asked_of(args, kwargs):
    named = {name: packed(value) for name, value in kwargs.items()}
    return wire.AskedReply(3, "softmax", tuple(map(packed, args)), named)


@given(ARGUMENTS, st.dictionaries(st.text(max_size=9), VALUES, max_size=3))
def test_what_a_stand_in_asks_comes_out_as_it_went_in(args, kwargs):
    asked = wire.decode_reply(wire.encode(asked_of(args, kwargs))[4:])
    assert isinstance(asked, wire.AskedReply)
    assert (asked.number, asked.function) == (3, "softmax")
    assert same(list(map(wire.unpack, asked.args)), args)
    assert same({name: wire.unpack(value) for name, value in asked.kwargs.items()}, kwargs)


@given(VALUES, st.booleans())
def test_what_a_stand_in_is_told_comes_out_as_it_went_in(value, failed):
    told = wire.decode_request(wire.encode(wire.ToldRequest(wire.pack(value), failed))[4:])
    assert isinstance(told, wire.ToldRequest)
    assert told.failed is failed
    assert same(wire.unpack(told.value), value)


@given(st.lists(st.text(max_size=9)).map(tuple))
def test_the_names_of_stand_ins_come_out_as_they_went_in(names):
    request = wire.StandInsRequest(names)
    assert wire.decode_request(wire.encode(request)[4:]) == request


@pytest.mark.parametrize(
    "request_", [wire.ToldRequest(1.0), wire.StandInsRequest(("softmax",)), wire.ToldRequest()]
)
def test_what_only_the_grader_says_is_no_reply(request_):
    with pytest.raises(wire.WireError):
        wire.decode_reply(wire.encode(request_)[4:])


@settings(max_examples=500)
@given(st.binary(max_size=300))
def test_random_bytes_are_a_wire_error(data):
    with pytest.raises(wire.WireError):
        wire.decode_reply(data)


@settings(max_examples=500)
@given(VALUES, st.booleans(), st.data())
def test_a_damaged_frame_is_a_message_or_a_wire_error(value, asks, data):
    answer = wire.ReturnedReply(3, wire.pack(value), changed=())
    body = bytearray(wire.encode(asked_of([value], {"Z": value}) if asks else answer)[4:])
    for _ in range(data.draw(st.integers(1, 3))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(wire.WireError):
        reply = wire.decode_reply(bytes(body))
        if isinstance(reply, wire.ReturnedReply):
            wire.unpack(reply.value)
        elif isinstance(reply, wire.AskedReply):
            for argument in (*reply.args, *reply.kwargs.values()):
                wire.unpack(argument)


@pytest.mark.parametrize("place", ["answer", "argument", "keyword"])
@pytest.mark.parametrize(
    "value",
    [
        wire.Array("float64", (3,), b"\0" * 8),
        wire.Array("float64", (2**40, 2**40), b""),
        wire.NumpyScalar("float64", b"\0"),
        wire.Mapping(("a", "a"), (1, 2)),
        wire.Mapping(("a",), ()),
        wire.Sequence("list", (wire.Array("int8", (1,), b""),)),
    ],
)
def test_a_value_that_contradicts_itself_is_a_wire_error(value, place):
    messages = {
        "answer": wire.ReturnedReply(0, value, changed=()),
        "argument": wire.AskedReply(0, "softmax", (1.0, value), {}),
        "keyword": wire.AskedReply(0, "softmax", (), {"Z": value}),
    }
    frame = wire.encode(messages[place])
    with pytest.raises(wire.WireError):
        wire.decode_reply(frame[4:])


def test_a_frame_is_refused_by_its_length_before_it_is_read():
    with pytest.raises(wire.WireError, match="a frame of 4294967295 bytes is announced"):
        wire.frame_length(b"\xff\xff\xff\xff")


def test_deep_nesting_is_a_wire_error():
    body = b"\x95\xa8returned\x00" + b"\x91" * 100_000
    with pytest.raises(wire.WireError):
        wire.decode_reply(body)


def test_arrays_arrive_fresh_writable_and_in_c_order():
    array = np.asfortranarray(np.arange(6.0).reshape(2, 3))[:, ::2]
    arrived = wire.unpack(wire.pack(array))
    assert arrived.flags.writeable
    assert arrived.flags.c_contiguous
    assert (arrived == array).all()


def test_foreign_byte_order_is_turned_to_ours():
    array = np.arange(3, dtype=">f8")
    assert (wire.unpack(wire.pack(array)) == array).all()


def test_an_array_too_large_to_send_keeps_only_its_look():
    packed = wire.pack(np.zeros((3_000, 1_000)))
    assert packed == wire.Oversized("float64", (3_000, 1_000))


def test_numbers_are_taken_out_of_odd_arrays_and_their_oddity_is_kept():
    held = {
        "subclass": np.ma.masked_array([1.0, 2.0]),
        "longdouble": np.array([1.0, 2.0], dtype=np.longdouble),
        "object": np.array([1.0, 2.0], dtype=object),
    }
    for name, array in held.items():
        packed = wire.pack(array)
        assert isinstance(packed, wire.Array)
        assert packed.held == name
        assert wire.unpack(packed).tolist() == [1.0, 2.0]


def test_what_has_no_numbers_has_no_object():
    for value in ("text" * 100, object(), 2**70, {1: 2}):
        packed = wire.pack(value)
        assert isinstance(packed, wire.Opaque)
        with pytest.raises(wire.WireError, match="cannot be made into an object"):
            wire.unpack(packed)


def test_a_callback_is_made_where_it_arrives():
    f = wire.unpack(wire.Lambda("x, y", "np.sqrt(x) + y"))
    assert f(4.0, 1.0) == 3.0


def test_an_exception_whose_text_raises_has_an_empty_message():
    class OddError(Exception):
        def __str__(self):
            raise SystemExit

    assert wire.error_of(OddError(), ()).message == ""


@pytest.mark.parametrize(
    "error",
    [
        wire.Error("E", "", (), (wire.Held("a b", "array", (1,)),)),
        wire.Error("E", "", (), (wire.Held("a\n", "number"),)),
        wire.Error("E", "", (), (wire.Held("<b>", "None"),)),
        wire.Error("E", "", (), (wire.Held("a" * 41, "number"),)),
        wire.Error("E", "", (), (wire.Held("a", "array", (-1,)),)),
        wire.Error("E", "", (), (wire.Held("a", "array", (1,) * 9),)),
        wire.Error("E", "", (), (wire.Held("a", "str"),)),
        wire.Error("E", "", (), (wire.Held("a", "number"),) * 7),
        wire.Error("E", "", (), (), "1a"),
    ],
)
def test_what_no_line_of_code_can_name_is_a_wire_error(error):
    with pytest.raises(wire.WireError):
        wire.decode_reply(wire.encode(wire.RaisedReply(0, error))[4:])


def test_what_a_line_names_comes_out_as_it_went_in():
    held = (wire.Held("\u03b8_1", "array", (3, 2)), wire.Held("n", "number"))
    reply = wire.RaisedReply(0, wire.Error("E", "", (), held, "Z"))
    assert wire.decode_reply(wire.encode(reply)[4:]) == reply


def test_nan_survives():
    assert math.isnan(wire.unpack(wire.pack(math.nan)))


def test_source_code_is_no_answer():
    value = wire.Sequence("list", (wire.Lambda("x", "1 / 0"),))
    body = wire.encode(wire.ReturnedReply(0, value, changed=()))[4:]
    with pytest.raises(wire.WireError, match="a callback in an answer"):
        wire.decode_reply(body)


def test_a_callback_is_no_argument_of_what_is_asked_and_a_word_is():
    callback = wire.Sequence("list", (wire.Lambda("x", "1 / 0"),))
    for args, kwargs in (((callback,), {}), ((), {"f": callback})):
        body = wire.encode(wire.AskedReply(0, "softmax", args, kwargs))[4:]
        with pytest.raises(wire.WireError, match="a callback"):
            wire.decode_reply(body)
    words = wire.AskedReply(0, "softmax", (wire.Word("relu"),), {"hidden": wire.Word("tanh")})
    assert wire.decode_reply(wire.encode(words)[4:]) == words


@pytest.mark.parametrize(
    "asked",
    [
        wire.AskedReply(0, "x" * 301, (), {}),
        wire.AskedReply(0, "x", (None,) * 101, {}),
        wire.AskedReply(0, "x", (), {str(number): None for number in range(101)}),
        wire.AskedReply(0, "x", (), {"k" * 301: None}),
        wire.AskedReply(-2, "x", (), {}),
        wire.AskedReply(2**40, "x", (), {}),
    ],
    ids=["a long name", "arguments", "keywords", "a long keyword", "below", "a large number"],
)
def test_a_question_beyond_all_measure_is_a_wire_error(asked):
    with pytest.raises(wire.WireError):
        wire.decode_reply(wire.encode(asked)[4:])


def test_a_message_that_is_too_large_is_refused_where_it_is_made(monkeypatch):
    monkeypatch.setattr(wire, "MAX_FRAME_BYTES", 100)
    with pytest.raises(wire.WireError, match="a message of"):
        wire.encode(wire.RaisedReply(0, wire.error_of(ValueError("x" * 200), ())))


def test_what_is_too_deep_too_long_or_endless_has_no_content():
    nested = []
    for _ in range(200):
        nested = [nested]
    packed = wire.pack(nested)
    while isinstance(packed, wire.Sequence):
        (packed,) = packed.items
    assert packed == wire.Opaque("too deep")
    assert wire.pack([1] * (wire.MAX_ITEMS + 1)) == wire.Opaque("too many items")
    # The first item uses up the limit.
    packed = wire.pack([[1] * (wire.MAX_ITEMS - 2), 1, 1])
    assert isinstance(packed.items[0], wire.Sequence)
    assert packed.items[2] == wire.Opaque("too many items")
    assert wire.pack(iter([1])) == wire.Opaque("generator")


def test_what_was_too_large_to_send_can_be_written_down():
    for value in (wire.Oversized("float64", (9, 9)), wire.Opaque("a function")):
        assert value_from(readable(value)) == value
