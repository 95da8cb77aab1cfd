"""Noise instead of frames: a million of them, forged sizes, and frames as large as may be.

Seeded, so that a failure can be repeated. What the decoder makes of noise is a message or its one
documented error; never another exception, and never more memory or time than a bound that is known
beforehand.
"""

from __future__ import annotations

import contextlib
import random
import resource
import time
from collections.abc import Iterator

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader import wire

FRAMES = 1_000_000
SEED = 20_240_607


def seeded(number: int) -> random.Random:
    return random.Random(SEED + number)  # noqa: S311  # noise, no secrets


def messages() -> list[bytes]:
    """Valid frames' bodies, of every kind of message and value that a child may send."""
    frames = (wire.TracebackLine("a.py", 3, "f", "raise"),) * 3
    held = (wire.Held("Z", "array", (3, 2)), wire.Held("n", "number"))
    error = wire.Error("ValueError", "text", frames, held, "Z")
    definition = wire.Definition("a.py", "softmax", False, True, "x")
    source = wire.Source("a.py", "a", "a", (wire.Cell("a.py", "x = 1"),) * 2)
    values = [
        None,
        True,
        -5,
        0.5,
        np.float64(2.5),
        np.eye(3),
        np.zeros((0, 4), np.int8),
        [1.0, [2.0, (3.0,)]],
        {"W1": np.ones(2), "b": (1, None)},
        np.broadcast_to(1.0, (10**6, 10**6)),
        "text",
    ]
    replies: list[wire.Reply] = [
        wire.Progress(0, 1, "a.py", 2),
        wire.Loaded((definition,) * 3, (wire.LoadError(0, "a.py", 1, error),), (("a.py", "g"),)),
        wire.RaisedReply(2, error, "printed"),
        wire.Contents((source,), ("a.py", "b.py"), ("a note",), (("b", "b.py is empty"),)),
        *(wire.ReturnedReply(n, wire.pack(value), changed=()) for n, value in enumerate(values)),
        wire.ReturnedReply(1, wire.Lambda("x", "x"), changed=(0,)),
        wire.ReturnedReply(1, wire.Word("relu"), changed=(0,)),
    ]
    return [wire.encode(reply)[4:] for reply in replies]


# The first bytes with which MessagePack announces a type and a length.
TELLING = bytes([*range(0xC0, 0xE0), 0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xFF])


def noise(rng: random.Random, bodies: list[bytes]) -> Iterator[bytes]:
    """Damaged, cut, spliced, repeated, forged and random bodies, without end."""
    heads = [bytes([0xDD]), bytes([0xDC]), bytes([0xC6]), bytes([0xDB]), bytes([0xDF])]
    while True:
        body = bytearray(rng.choice(bodies))
        match rng.randrange(8):
            case 0 | 1 | 2:
                for _ in range(rng.randint(1, 3)):
                    body[rng.randrange(len(body))] = rng.choice(TELLING)
            case 3:
                for _ in range(rng.randint(1, 6)):
                    body[rng.randrange(len(body))] ^= 1 << rng.randrange(8)
            case 4:
                del body[rng.randrange(len(body)) :]
            case 5:
                other = rng.choice(bodies)
                body[rng.randrange(len(body)) :] = other[rng.randrange(len(other)) :]
            case 6:
                # A head that announces billions of items, or of bytes.
                offset = rng.randrange(len(body))
                body[offset : offset + 1] = rng.choice(heads) + rng.randbytes(4)
            case 7:
                body = bytearray(rng.randbytes(rng.randrange(60)))
        yield bytes(body)


def forged(rng: random.Random) -> wire.Value:
    """A value of the right types whose numbers lie."""
    sizes = (0, 1, 2, 3, 2**31, 2**32, 2**39, 2**40)
    shape = tuple(rng.choice(sizes) for _ in range(rng.randrange(9)))
    data = bytes(rng.choice((0, 1, 8, 16, 64)))
    match rng.randrange(4):
        case 0:
            return wire.Array(rng.choice(sorted(wire.PLAIN_DTYPES)), shape, data)
        case 1:
            return wire.Oversized("float64", shape)
        case 2:
            return wire.Sequence("list", (forged(rng),) * rng.randrange(4))
        case _:
            return wire.Mapping(("a", "b")[: rng.randrange(3)], (forged(rng),))


@pytest.mark.slow  # tens of thousands of frames are tried in test_wire_fuzzing
def test_a_million_frames_of_noise_are_messages_or_wire_errors():
    rng = seeded(0)
    bodies = messages()
    decoded = refused = 0
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    for body, _ in zip(noise(rng, bodies), range(FRAMES), strict=False):
        try:
            wire.decode_reply(body)
            decoded += 1
        except wire.WireError:
            refused += 1
    assert decoded + refused == FRAMES
    # If all noise were refused, or all accepted, nothing would be tested.
    assert min(decoded, refused) > FRAMES / 50
    assert time.process_time() - began < 60
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 64 * 2**10, f"{grown} KiB"


def test_no_single_frame_takes_long():
    rng = seeded(1)
    slowest = 0.0
    for body, _ in zip(noise(rng, messages()), range(20_000), strict=False):
        began = time.process_time()
        with contextlib.suppress(wire.WireError):
            wire.decode_reply(body)
        slowest = max(slowest, time.process_time() - began)
    assert slowest < 0.2


def test_forged_sizes_are_refused_or_can_be_unpacked():
    rng = seeded(2)
    kinds = {"unpacked": 0, "refused": 0}
    for _ in range(30_000):
        body = wire.encode(wire.ReturnedReply(0, forged(rng), changed=()))[4:]
        try:
            reply = wire.decode_reply(body)
            assert isinstance(reply, wire.ReturnedReply)
            wire.unpack(reply.value)
            kinds["unpacked"] += 1
        except wire.WireError:
            kinds["refused"] += 1
    assert min(kinds.values()) > 100


@pytest.mark.parametrize("head", [b"\x91", b"\x92\xa8sequence", b"\x93\xa8sequence\xa4list"])
def test_a_frame_of_the_full_size_takes_little_time_and_memory(head):
    body = (head * (wire.MAX_REPLY_BYTES // len(head)))[: wire.MAX_REPLY_BYTES]
    began = time.process_time()
    with pytest.raises(wire.WireError):
        wire.decode_reply(body)
    assert time.process_time() - began < 5


@pytest.mark.parametrize("item", [None, 1, 0.5, [], ["sequence", "list", []], ["word", ""]])
def test_as_many_items_as_a_frame_holds_are_refused_soon(item):
    one = msgspec.msgpack.encode(item)
    row = ["sequence", "list", [item] * 90_000]
    count = max(2, (wire.MAX_REPLY_BYTES - 100) // (len(one) * 90_000 + 20))
    body = msgspec.msgpack.encode(["returned", 0, ["sequence", "list", [row] * count], False, ""])
    assert len(body) <= wire.MAX_REPLY_BYTES
    began = time.process_time()
    with pytest.raises(wire.WireError):
        wire.decode_reply(body)
    assert time.process_time() - began < 10


@given(st.binary(min_size=4, max_size=4))
def test_a_frame_length_is_small_or_refused(header):
    length = int.from_bytes(header, "little")
    if length > wire.MAX_REPLY_BYTES:
        with pytest.raises(wire.WireError, match="is announced"):
            wire.frame_length(header, wire.MAX_REPLY_BYTES)
    else:
        assert wire.frame_length(header, wire.MAX_REPLY_BYTES) == length
