"""Start a fresh interpreter for each submission, on systems without a zygote (macOS, Windows).

The protocol is the same as in `lane`, over pipes. Only wall-clock time is limited, memory is not,
and there is no wall: this is for learners who run their own code on their own machine.
"""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from grader import wire
from grader.engine.child import ChildGone, OutOfTime, Process, TimeLimits, TooLarge
from grader.engine.lane import Lane
from grader.engine.launch import ENVIRONMENT, FLAGS, Wall, folders, interpreter
from grader.errors import SandboxError
from grader.model import Limits
from grader.worker.hardening import ChildLimits

START = """
import sys
sys.path += sys.argv[2:]
from grader.worker.fresh import main
main(bytes.fromhex(sys.argv[1]))
"""
# Without these variables Windows cannot start a process.
WINDOWS = ("SYSTEMROOT", "SYSTEMDRIVE")
READ_BYTES = 2**16
SLICE_S = 0.1


def lane_for(wall: Wall) -> Lane:
    """Return a lane behind `wall`, of the kind that this system supports."""
    return Lane(wall) if sys.platform == "linux" else FreshLane(wall)


class FreshLane(Lane):
    """A lane without a zygote: each child is a new interpreter."""

    enforces_memory = False

    @contextmanager
    def child(self, limits: Limits) -> Iterator[Process]:
        """Yield a fresh child that has loaded nothing yet, and end it when the block ends."""
        try:
            child = FreshChild(limits)
        except OSError as error:  # pragma: no cover  # the system has no process left
            raise SandboxError(f"could not start a process for your code: {error}") from error
        try:
            yield child
        finally:
            child.end()


class FreshChild:
    """One process that runs one submission; a thread reads what it writes."""

    def __init__(self, limits: Limits) -> None:
        kernel = ChildLimits(
            limits.memory_bytes, int(limits.submission_cpu_s) + 2, limits.file_bytes
        )
        env = ENVIRONMENT | {name: os.environ[name] for name in WINDOWS if name in os.environ}
        self._process = subprocess.Popen(  # noqa: S603  # our own interpreter and module
            [interpreter(), *FLAGS, "-c", START, kernel.to_bytes().hex(), *folders()],
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        # Pieces of output; None marks the end.
        self._pieces: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._received = bytearray()
        self._deadline = 0.0
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.cpu_s = 0.0

    def _read(self) -> None:
        assert self._process.stdout is not None
        descriptor = self._process.stdout.fileno()
        while piece := os.read(descriptor, READ_BYTES):
            self._pieces.put(piece)
        self._pieces.put(None)

    def send(
        self,
        frame: bytes,
        limits: TimeLimits,  # noqa: ARG002  # a pipe has none
        *,
        goes_on: bool = False,  # noqa: ARG002
    ) -> None:
        """Send a frame; ChildGone if the child has ended."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(frame)
            self._process.stdin.flush()
        except OSError as error:  # pragma: no cover  # it ended before the request
            raise ChildGone(str(error)) from None

    def receive(
        self,
        limits: TimeLimits,
        *,
        most_bytes: int = wire.MAX_REPLY_BYTES,
        decoded_bytes: int = wire.MAX_FRAME_BYTES,
        goes_on: bool = False,
    ) -> wire.Reply:
        """Return the next message.

        Raises OutOfTime after `limits.wall_s` seconds, ChildGone when there is no valid message to
        wait for, and TooLarge for one of more than `decoded_bytes`. Other limits are not measured.
        """
        wall_s = limits.wall_s
        if not goes_on:
            self._deadline = time.monotonic() + wall_s
        deadline = self._deadline
        header = self._exactly(4, deadline, wall_s)
        try:
            length = wire.frame_length(header, most_bytes)
            body = self._exactly(length, deadline, wall_s)
            if length > decoded_bytes:
                raise TooLarge
            return wire.decode_reply(body)
        except wire.WireError as error:
            raise ChildGone(f"it broke the protocol: {error}") from None

    def _exactly(self, count: int, deadline: float, wall_s: float) -> bytes:
        while len(self._received) < count:
            left_s = deadline - time.monotonic()
            try:
                # In short steps: on Windows Ctrl-C does not end a longer wait.
                piece = self._pieces.get(timeout=min(max(0.0, left_s), SLICE_S))
            except queue.Empty:
                if left_s > SLICE_S:
                    continue
                raise OutOfTime(f"{wall_s:g} seconds") from None
            if piece is None:
                self._pieces.put(None)
                raise ChildGone("it ended")
            self._received += piece
        data = bytes(memoryview(self._received)[:count])
        del self._received[:count]
        return data

    def measured_cpu_s(self) -> float | None:
        """Return None: CPU time is not measured here."""
        return None

    def was_slow(self) -> bool:
        """Return False: CPU time is not measured here."""
        return False

    def how_it_ended(self) -> str:
        """End the child if it still runs; say how it ended, in words for a learner."""
        self._process.kill()
        code = self._process.wait()
        if code < 0:
            return f"the Python process was ended by signal {-code}"
        return f"the code ended the whole Python process (exit code {code})"

    def end(self) -> None:
        """End the child, whatever it is doing."""
        self._process.kill()
        self._process.wait()
        self._reader.join()
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            # Data that could not be written to an ended child is dropped.
            with suppress(OSError):
                stream.close()
