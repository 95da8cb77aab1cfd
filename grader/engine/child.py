"""Talk to one process that runs learner code: send, receive, measure and end it."""

from __future__ import annotations

import os
import select
import signal
import socket
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from grader import wire

if TYPE_CHECKING:
    from grader.engine.lane import Lane

# Nearly every answer arrives within this time, and then no clock needs to be read.
GRACE_S = 0.005
# How often the clocks are read after that.
SLICE_S = 0.05
# The machine stood still if slices ended too late by this share of the time that was waited.
LATE = 0.2
# The kernel counts CPU time in ticks of this length.
TICK_S = 0.01
# An answer is slow if so much computing was seen in it beyond GRACE_S: two of the kernel's ticks.
SLOW_S = 0.02
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
    """The child used up its time; the message names the limit.

    `used` says of what: "computing", "sleep", or "" for waiting. `stood_still`: the machine did so
    meanwhile, and it may be its fault.
    """

    def __init__(self, limit: str, used: str = "", *, stood_still: bool = False) -> None:
        super().__init__(f"{limit} of {used}" if used else limit)
        self.stood_still = stood_still


class TooLarge(Exception):  # noqa: N818  # a fact about the child
    """The child sent a message that is longer than it may be; it was not decoded."""


class TimeLimits(NamedTuple):
    """How long to wait for one message, in seconds of computing, of sleep and of waiting.

    A process that sleeps is not kept waiting by others on a busy machine, so sleep has a limit that
    is nearer than that of waiting.
    """

    cpu_s: float
    sleep_s: float
    wall_s: float

    def within(self, cpu_s: float, wall_s: float) -> TimeLimits:
        """Return these limits, cut to what is left of a submission's."""
        return TimeLimits(
            min(self.cpu_s, cpu_s), min(self.sleep_s, cpu_s), min(self.wall_s, wall_s)
        )


class Process(Protocol):
    """A process that runs one submission, as a Session uses it."""

    # Its CPU time in seconds, when that was last measured.
    cpu_s: float

    def send(self, frame: bytes, limits: TimeLimits, *, goes_on: bool = False) -> None:
        """Send a frame. OutOfTime if it is not accepted within `limits`, ChildGone if it has ended.

        `goes_on`: what was used of the limits of the message before counts for this one, too.
        """

    def receive(
        self,
        limits: TimeLimits,
        *,
        most_bytes: int = wire.MAX_REPLY_BYTES,
        decoded_bytes: int = wire.MAX_FRAME_BYTES,
        goes_on: bool = False,
    ) -> wire.Reply:
        """Return its next message. Raises OutOfTime or ChildGone if there is none, or TooLarge.

        `goes_on`: what was used of the limits of the message before counts for this one, too.
        """

    def measured_cpu_s(self) -> float | None:
        """Return its CPU time in seconds; None where the system does not report it."""

    def was_slow(self) -> bool:
        """Return whether it computed for long before its last message came."""

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
        self._clock: _Clock | None = None
        self.cpu_s = 0.0

    def send(self, frame: bytes, limits: TimeLimits, *, goes_on: bool = False) -> None:
        """Send a frame. OutOfTime if it is not accepted within `limits`, ChildGone if it has ended.

        `goes_on`: what was used of the limits of the message before counts for this one, too.
        """
        clock = self._clock if goes_on else None
        view = memoryview(frame)
        while view:
            try:
                view = view[self._channel.send(view) :]
            except BlockingIOError:
                clock = clock or _Clock(self, limits)
                self._poll.modify(self._channel, select.POLLOUT)
                self._poll.poll(clock.milliseconds())
                self._poll.modify(self._channel, select.POLLIN)
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
        """Return the child's next message.

        `goes_on`: what was used of the limits of the message before counts for this one, too.
        Raises OutOfTime when one of `limits` is used up, ChildGone when the child has ended or what
        it sent is not a message of at most `most_bytes`, and TooLarge, once all of it has arrived,
        for one of more than `decoded_bytes`.
        """
        if min(limits) <= 0:  # pragma: no cover  # it ran out just now
            raise OutOfTime("what was left of the submission's time")
        if not goes_on or self._clock is None:
            self._clock = _Clock(self, limits)
        clock = self._clock
        clock.check()
        try:
            length = wire.frame_length(self._at_least(4, clock)[:4], most_bytes)
            frame = self._at_least(4 + length, clock)
            body = bytes(memoryview(frame)[4 : 4 + length])
            del frame[: 4 + length]
            if length > decoded_bytes:
                raise TooLarge
            return wire.decode_reply(body)
        except wire.WireError as error:
            raise ChildGone(f"it broke the protocol: {error}") from None

    def _at_least(self, count: int, clock: _Clock) -> bytearray:
        """Return what has been received and not been read, once it is so many bytes."""
        while len(self._received) < count:
            try:
                part = self._channel.recv(READ_BYTES)
            except BlockingIOError:
                self._poll.poll(clock.milliseconds())
                continue
            except OSError as error:  # pragma: no cover  # it ended with a request unread
                raise ChildGone(str(error)) from None
            if not part:
                raise ChildGone("it ended")
            self._received += part
        return self._received

    def was_slow(self) -> bool:
        """Return whether it computed for long before its last message came."""
        return self._clock is not None and self._clock.is_slow()

    def measured_cpu_s(self) -> float | None:
        """Return its CPU time in seconds; None where the system does not report it."""
        measured = self.measured()
        return None if measured is None else measured[0]

    def measured(self) -> tuple[float, bool] | None:
        """Return its CPU time in seconds and whether it is asleep; None if that is not known."""
        try:
            stat = Path(f"/proc/{self._pid_here()}/stat").read_bytes()
        except (OSError, ValueError):
            return None
        fields = stat.rpartition(b")")[2].split()
        self.cpu_s = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        return self.cpu_s, fields[0] == b"S"

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


class _Clock:
    """What a child uses of the limits on waiting for one message.

    In each slice, no more is charged than fits into it: where a whole virtual machine stands still,
    the kernel may take that for computing of the process that it stopped; and while a question is
    answered, whoever asked it sleeps.
    """

    def __init__(self, child: Child, limits: TimeLimits) -> None:
        self.child = child
        self.limits = limits
        self.began = time.monotonic()
        # What is charged, in seconds of computing and of sleep.
        self.computed_s = 0.0
        self.slept_s = 0.0
        # By how much slices have ended too late, in seconds.
        self.late_s = 0.0
        self._slice_s = GRACE_S
        self._slice_end = 0.0
        # The time and the CPU time at the end of the last slice; None before the first one.
        self._last: tuple[float, float] | None = None
        self._asked = False

    def milliseconds(self) -> float:
        """Return how long to wait before asking again; OutOfTime when the time is up."""
        now = time.monotonic()
        if now < self._slice_end:
            # Where one message follows another, the clocks need not be read for each.
            return (self._slice_end - now) * 1000
        if self._asked:
            self._charge(now)
            self._slice_s = min(SLICE_S, self._left_s())
        self._asked = True
        self._slice_end = now + self._slice_s
        return self._slice_s * 1000

    def check(self) -> None:
        """Raise OutOfTime when it has waited too long, also where each message comes at once."""
        waited_s = time.monotonic() - self.began
        if waited_s >= self.limits.wall_s:
            raise OutOfTime(f"{self.limits.wall_s:g} seconds")

    def is_slow(self) -> bool:
        """Return whether there was much computing in the message; seldom needs a clock."""
        measured = None if self._last is None else self.child.measured()
        if self._last is None or measured is None:
            return False
        return self.computed_s + measured[0] - self._last[1] >= SLOW_S

    def _charge(self, now: float) -> None:
        measured = self.child.measured()
        if measured is None:  # pragma: no cover  # no /proc, or it has just ended
            return
        cpu_s, is_asleep = measured
        if self._last is not None:
            used_s, lasted_s = cpu_s - self._last[1], now - self._last[0]
            self.late_s += max(0.0, lasted_s - self._slice_s)
            self.computed_s += min(used_s, self._slice_s + TICK_S)
            if is_asleep and used_s == 0:
                self.slept_s += min(lasted_s, self._slice_s + TICK_S)
        self._last = now, cpu_s

    def _left_s(self) -> float:
        """Return how much is left of the limit that is nearest; OutOfTime if nothing is."""
        limits, waited_s = self.limits, time.monotonic() - self.began
        for used_s, limit_s, used in (
            (self.computed_s, limits.cpu_s, "computing"),
            (self.slept_s, limits.sleep_s, "sleep"),
            (waited_s, limits.wall_s, ""),
        ):
            if used_s >= limit_s:
                if not self.child.lane.wall.filter:
                    self.child.lane.suspect()
                stood_still = self.late_s > LATE * waited_s
                raise OutOfTime(f"{limit_s:g} seconds", used, stood_still=stood_still)
        left_s = min(limits.cpu_s - self.computed_s, limits.wall_s - waited_s)
        return max(left_s, 0.001)
