"""Talk to one process that runs learner code: send, receive, measure and end it."""

from __future__ import annotations

import os
import select
import signal
import socket
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from grader import wire

if TYPE_CHECKING:
    from grader.engine.lane import Lane

# Nearly every answer arrives within this time, and then no clock needs to be read.
GRACE_S = 0.05
READ_BYTES = 2**18

_SIGNALS = {
    "SIGSEGV": "the Python process crashed (segmentation fault)",
    "SIGABRT": "the Python process aborted",
    "SIGXCPU": "the code used up the submission's computing time",
    "SIGXFSZ": "the code wrote a file that is too large",
    "SIGKILL": "the process was killed, or wrote something that is no answer",
}


class ChildGone(Exception):  # noqa: N818  # a fact about the child
    """The child closed its end of the channel, or sent something that is not of the protocol."""


class OutOfTime(Exception):  # noqa: N818  # a fact about the child
    """The child used up its time; the message names the limit."""


class Process(Protocol):
    """A process that runs one submission, as a Session uses it."""

    cpu_s: float

    def send(self, frame: bytes, *, wall_s: float) -> None:
        """Send a frame; ChildGone if it is not accepted within `wall_s` seconds."""

    def receive(
        self, *, cpu_s: float, wall_s: float, most_bytes: int = wire.MAX_REPLY_BYTES
    ) -> wire.Reply:
        """Return its next message. Raises OutOfTime or ChildGone if there is none."""

    def measured_cpu_s(self) -> float | None:
        """Return its CPU time in seconds; None where the system does not report it."""

    def how_it_ended(self) -> str:
        """End it if it still runs, and say how it ended, in words for a learner."""

    def end(self) -> None:
        """End it, whatever it is doing."""


class Child:
    """One process that runs one submission; made by `Lane.child`, which also ends it.

    It holds the channel to the process and the bytes received so far. Calls alternate: `send` one
    or more frames, then `receive` the answer to each, in order. Both may find the child gone: ask
    `how_it_ended` why, before `end`. Learner code controls this process: nothing that arrives is
    used before `wire` has checked it, and whatever it does that is out of the ordinary makes the
    lane replace its zygote.
    """

    def __init__(self, lane: Lane, pid: int, pidfd: int | None, channel: socket.socket) -> None:
        self.lane = lane
        self.pid = pid
        self._pidfd = pidfd
        self._channel = channel
        self._channel.setblocking(False)
        self._poll = select.poll()
        self._poll.register(channel, select.POLLIN)
        self._ended = False
        # The process number in our namespace; `pid` is its number in the namespace of the zygote.
        self._outer_pid: int | None = None
        self._received = bytearray()
        self.cpu_s = 0.0

    def send(self, frame: bytes, *, wall_s: float) -> None:
        """Send a frame; ChildGone if it is not accepted within `wall_s` seconds."""
        deadline = time.monotonic() + wall_s
        view = memoryview(frame)
        while view:
            try:
                view = view[self._channel.send(view) :]
            except BlockingIOError:
                left_s = max(0.0, deadline - time.monotonic())
                self._poll.modify(self._channel, select.POLLOUT)
                writable = self._poll.poll(left_s * 1000)
                self._poll.modify(self._channel, select.POLLIN)
                if not writable:  # pragma: no cover  # it reads until learner code runs
                    raise ChildGone("it stopped reading") from None
            except OSError as error:  # pragma: no cover  # it ended before the request
                raise ChildGone(str(error)) from None

    def receive(
        self, *, cpu_s: float, wall_s: float, most_bytes: int = wire.MAX_REPLY_BYTES
    ) -> wire.Reply:
        """Return the child's next message.

        Raises OutOfTime after `cpu_s` seconds of its CPU time or `wall_s` seconds of waiting, and
        ChildGone when the child has ended or what it sent is not a message of at most `most_bytes`.
        """
        if cpu_s <= 0 or wall_s <= 0:  # pragma: no cover  # it ran out just now
            raise OutOfTime("what was left of the submission's time")
        time_limit = _TimeLimit(self, cpu_s, wall_s)
        header = self._exactly(4, time_limit)
        try:
            length = wire.frame_length(header, most_bytes)
            return wire.decode_reply(self._exactly(length, time_limit))
        except wire.WireError as error:
            raise ChildGone(f"it broke the protocol: {error}") from None

    def _exactly(self, count: int, time_limit: _TimeLimit) -> bytes:
        while len(self._received) < count:
            try:
                part = self._channel.recv(READ_BYTES)
            except BlockingIOError:
                self._poll.poll(time_limit.milliseconds())
                continue
            except OSError as error:  # pragma: no cover  # it ended with a request unread
                raise ChildGone(str(error)) from None
            if not part:
                raise ChildGone("it ended")
            self._received += part
        data = bytes(memoryview(self._received)[:count])
        del self._received[:count]
        return data

    def measured_cpu_s(self) -> float | None:
        """Return its CPU time in seconds; None where the system does not report it."""
        try:
            stat = Path(f"/proc/{self._pid_here()}/stat").read_bytes()
        except (OSError, ValueError):
            return None
        fields = stat.rpartition(b")")[2].split()
        self.cpu_s = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        return self.cpu_s

    def _pid_here(self) -> int:
        """Return its process number here. ValueError when it has ended, OSError without /proc."""
        if self._outer_pid is None:
            if self._pidfd is None:  # pragma: no cover  # a kernel older than 5.3
                return self.pid
            info = Path(f"/proc/self/fdinfo/{self._pidfd}").read_text()
            number = int(info.partition("Pid:")[2].split()[0])
            if number <= 0:  # pragma: no cover  # it ended just now
                raise ValueError("it has ended")
            self._outer_pid = number
        return self._outer_pid

    def how_it_ended(self) -> str:
        """End the child if it still runs; say how it ended, in words for a learner."""
        self.lane.suspect()
        self.measured_cpu_s()  # while the process still exists
        self._kill()
        status = self.lane.status(self.pid)
        if status is None:
            return "the process ended"
        if status >= 0:
            return f"the code ended the whole Python process (exit code {status})"
        try:
            name = signal.Signals(-status).name
        except ValueError:  # a real-time signal
            name = f"signal {-status}"
        return _SIGNALS.get(name, f"the process was ended by {name}")

    def end(self) -> None:
        """Kill the child, whatever it is doing."""
        self._kill()
        self._channel.close()
        if self._pidfd is not None:  # pragma: no branch  # a kernel older than 5.3
            os.close(self._pidfd)
            self._pidfd = None

    def _kill(self) -> None:
        if self._ended:
            return
        self._ended = True
        if not self.lane.wall.filter:
            # Processes that it started are in its process group, unless they have left it.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
        try:
            if self._pidfd is not None:
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
            else:  # pragma: no cover  # a kernel older than 5.3
                os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:  # pragma: no cover  # it ended just now
            pass


class _TimeLimit:
    """The time limits on waiting for one message of a child."""

    def __init__(self, child: Child, cpu_s: float, wall_s: float) -> None:
        self.child = child
        self.cpu_s = cpu_s
        self.wall_s = wall_s
        self.began = time.monotonic()
        self.cpu_at_start: float | None = None
        self.first = True

    def milliseconds(self) -> float:
        """Return how long to wait before asking again; OutOfTime when the time is up."""
        if self.first:
            self.first = False
            return GRACE_S * 1000
        waited = time.monotonic() - self.began
        if waited >= self.wall_s:
            self.child.lane.suspect()
            raise OutOfTime(f"{self.wall_s:g} seconds")
        left = self.wall_s - waited
        used = self.child.measured_cpu_s()
        if used is not None:  # pragma: no branch  # None without /proc
            if self.cpu_at_start is None:
                self.cpu_at_start = used
            if used - self.cpu_at_start >= self.cpu_s:
                self.child.lane.suspect()
                raise OutOfTime(f"{self.cpu_s:g} seconds of computing")
            left = min(left, self.cpu_s - (used - self.cpu_at_start))
        return max(left, 0.01) * 1000
