"""Feed frames that nobody honest would send to the decoder of replies.

    python benchmarks/trust/fuzz_wire.py [--frames 1000000] [--seed 0]

Prints a line of figures. Exit code 1 when anything but WireError came out or a frame took too long.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from grader import wire

SLOWEST_S = 5.0
LARGEST = 20_000


@dataclass(slots=True)
class Report:
    """What became of the frames; `failures` is what came out beside WireError."""

    accepted: int = 0
    refused: int = 0
    slowest_s: float = 0.0
    grown_mib: float = 0.0
    failures: tuple[str, ...] = ()


def fuzz(frames: int, seed: int) -> Report:
    """Decode so many frames, drawn from `seed`: valid ones that were changed, and plain bytes."""
    rng = random.Random(seed)  # noqa: S311  # frames, not secrets
    valid = [wire.encode(reply)[4:] for reply in _replies()]
    report = Report()
    before = _peak_mib()
    for _ in range(frames):
        body = rng.choice(_CHANGES)(rng.choice(valid), rng.choice(valid), rng)
        began = time.perf_counter()
        try:
            wire.frame_length(rng.randbytes(4), wire.MAX_REPLY_BYTES)
        except wire.WireError:
            pass
        except Exception as error:  # noqa: BLE001  # that there is none is what is to be shown
            report.failures += (repr(error),)
        try:
            _look_at(wire.decode_reply(body))
            report.accepted += 1
        except wire.WireError:
            report.refused += 1
        except Exception as error:  # noqa: BLE001
            report.failures += (f"{error!r} for {body[:100]!r}",)
        report.slowest_s = max(report.slowest_s, time.perf_counter() - began)
    report.grown_mib = _peak_mib() - before
    return report


def _look_at(reply: wire.Reply) -> None:
    """What is accepted must be what it says; WireError for what has no object of its own."""
    if isinstance(reply, wire.ReturnedReply):
        wire.unpack(reply.value)
    elif isinstance(reply, wire.AskedReply):
        for argument in (*reply.args, *reply.kwargs.values()):
            wire.unpack(argument)


def _replies() -> list[wire.Reply]:
    values = [
        None, True, 7, 0.5, float("nan"), 2 + 3j, "text", [1.0, [2.0]], (np.eye(2), {"a": [1]}),
        np.zeros((2, 3)), np.zeros((0, 2**20)), np.arange(5, dtype=np.int8), np.float32(1),
        np.zeros(3, dtype=np.complex128), {"W1": np.ones((2, 2)), "b1": np.ones((2, 1))},
        [[[[[[[0.0]]]]]]], np.array([object()]), np.zeros(2**20), {1: 2}, list(range(500)),
    ]  # fmt: skip
    frame = wire.TracebackLine("a.py", 3, "f", "x = 1")
    error = wire.Error("ValueError", "no", (frame,), (wire.Held("x", "array", (2, 3)),), "y")
    found: list[wire.Reply] = [
        wire.ReturnedReply(number, wire.pack(value), (0,)) for number, value in enumerate(values)
    ]
    found += [wire.RaisedReply(3, error), wire.Progress(0, 1, "a.py", 2)]
    packed = tuple(map(wire.pack, values[:-3]))
    found.append(wire.AskedReply(3, "softmax", packed, {"hidden": wire.Word("tanh")}))
    definition = wire.Definition("a.py", "softmax", False, True, "0" * 64)
    load_error = wire.LoadError(0, "a.py", 1, error)
    found.append(wire.Loaded((definition,) * 3, (load_error,) * 2, (("a.py", "g"),)))
    # Large ones would make the fuzzing slow, not better.
    return [reply for reply in found if len(wire.encode(reply)) <= LARGEST]


def _flipped(one: bytes, _other: bytes, rng: random.Random) -> bytes:
    changed = bytearray(one)
    for _ in range(rng.randint(1, 4)):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _cut(one: bytes, _other: bytes, rng: random.Random) -> bytes:
    return one[: rng.randrange(len(one))]


def _spliced(one: bytes, other: bytes, rng: random.Random) -> bytes:
    return one[: rng.randrange(len(one))] + other[rng.randrange(len(other)) :]


def _inserted(one: bytes, _other: bytes, rng: random.Random) -> bytes:
    place = rng.randrange(len(one))
    return one[:place] + rng.randbytes(rng.randint(1, 9)) + one[place:]


def _blown_up(one: bytes, _other: bytes, rng: random.Random) -> bytes:
    """The head of a container, of a text or of bytes that announces far too much."""
    head = rng.choice((b"\xdd", b"\xdf", b"\xc6", b"\xdb", b"\xc9"))
    place = rng.randrange(len(one))
    return one[:place] + head + rng.randbytes(4) + one[place + 1 :]


def _nested(one: bytes, _other: bytes, rng: random.Random) -> bytes:
    place = rng.randrange(len(one))
    return one[:place] + b"\x91" * rng.randint(1, 3_000) + one[place:]


def _plain(_one: bytes, _other: bytes, rng: random.Random) -> bytes:
    return rng.randbytes(rng.randint(0, 300))


def _kept(one: bytes, _other: bytes, _rng: random.Random) -> bytes:
    return one


_CHANGES: tuple[Callable[[bytes, bytes, random.Random], bytes], ...] = (
    _flipped, _cut, _spliced, _inserted, _blown_up, _nested, _plain, _kept,
)  # fmt: skip


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    """Fuzz, print the figures, and return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--frames", type=int, default=1_000_000, metavar="N")
    parser.add_argument("--seed", type=int, default=0, metavar="S")
    options = parser.parse_args()
    began = time.perf_counter()
    report = fuzz(options.frames, options.seed)
    print(
        f"{options.frames} frames, seed {options.seed}: {report.accepted} accepted,"
        f" {report.refused} refused, {len(report.failures)} failures; slowest"
        f" {report.slowest_s * 1000:.1f} ms, memory grown by {report.grown_mib:.1f} MiB,"
        f" {time.perf_counter() - began:.0f} s in all"
    )
    for failure in report.failures[:20]:
        print(failure, file=sys.stderr)
    return 1 if report.failures or report.slowest_s > SLOWEST_S else 0


if __name__ == "__main__":
    sys.exit(main())
