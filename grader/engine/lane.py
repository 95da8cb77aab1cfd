"""Start the process that runs learner code, fork children from it, talk to them, end them."""

from __future__ import annotations

import os
import select
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from grader import wire
from grader.engine.launch import Wall, Zygote, launch
from grader.errors import SandboxError
from grader.model import Limits
from grader.worker.hardening import ChildLimits
from grader.worker.zygote import FORK, FORKED, READY, STATUS, Setup

START_TIMEOUT_S = 60.0
# Nearly every answer comes within this time, and then no clock need be asked.
GRACE_S = 0.05
# Unread requests beyond this could fill the socket while the child is stuck writing an answer.
PIPELINE_BYTES = 64 * 2**10
READ_BYTES = 2**18


class ChildGone(Exception):  # noqa: N818  # a fact about the child, not an error of ours
    """The child's end of the channel is closed, or what came through it is not of the protocol."""


class OutOfTime(Exception):  # noqa: N818  # likewise
    """The child used up its time; the message says which."""


class Process(Protocol):
    """A process that runs one submission: what a Session needs of it."""

    cpu_s: float

    def send(self, frame: bytes, *, wall_s: float) -> None:
        """Send a frame; ChildGone if it is not taken within `wall_s` seconds."""

    def receive(self, *, cpu_s: float, wall_s: float) -> wire.Reply:
        """Its next message. OutOfTime or ChildGone if there is none."""

    def measured_cpu_s(self) -> float | None:
        """The CPU time it has used, in seconds; None where the system does not tell."""

    def how_it_ended(self) -> str:
        """End it if it still runs, and say how it ended, in words for a learner."""

    def end(self) -> None:
        """End it, whatever it is doing."""


class Lane:
    """A zygote and, one at a time, the children forked from it. Use it as a context manager."""

    # Whether a submission that takes more memory than it may is refused it.
    enforces_memory = True

    def __init__(self, wall: Wall | None = None, zygote: Zygote | None = None) -> None:
        """A lane behind `wall` (none by default); `zygote` is one that was launched behind it."""
        self.wall = wall or Wall()
        # How often a zygote was lost, which may have been nobody's doing who is graded.
        self.losses = 0
        self._zygote = zygote
        self._ready = False
        self._suspect = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @contextmanager
    def child(self, limits: Limits) -> Iterator[Process]:
        """A fresh child that has loaded nothing yet; killed when the block ends.

        Raises SandboxError when the zygote cannot be started or does not answer.
        """
        try:
            child = self._forked(limits)
        except (OSError, ValueError) as error:
            # One restart: the zygote may have been killed from outside since the last child.
            self.abandon()
            try:
                child = self._forked(limits)
            except (OSError, ValueError) as again:
                self.abandon()
                raise SandboxError(
                    f"the process that runs learner code failed twice ({error}; {again});"
                    " try again, with fewer --jobs if memory is short"
                ) from again
        try:
            yield child
        finally:
            child.end()

    def close(self) -> None:
        """End the zygote; its children die with it."""
        if self._zygote is not None:
            self._zygote.last_words()
        self._zygote = None
        self._ready = False
        self._suspect = False

    def abandon(self) -> None:
        """Count the zygote as lost, and end what there is of it."""
        self.losses += 1
        self.close()

    @property
    def zygote_pid(self) -> int | None:
        """The number of the process that was started last, if there is one."""
        return self._zygote.process.pid if self._zygote else None

    def suspect(self) -> None:
        """Note that a child did something out of the ordinary: see `renew`."""
        self._suspect = True

    def renew(self) -> None:
        """If a child was suspect, begin to start another zygote, without waiting for it.

        So the next learner's child comes from a zygote that had nothing to do with the suspect one.
        """
        if self._suspect:
            self.close()
            with suppress(OSError):  # else it is tried again, and told, when a child is wanted
                self._zygote = launch(self.wall)

    def _control(self) -> socket.socket:
        """The socket of a zygote that is ready. OSError when it does not become so."""
        if self._zygote is None:
            self._zygote = launch(self.wall)
        control = self._zygote.control
        if not self._ready:
            control.settimeout(START_TIMEOUT_S)
            greeting = b""
            with suppress(BrokenPipeError, ConnectionResetError):
                control.send(Setup(self.wall.filter, self.wall.drop_root).to_bytes())
                greeting = control.recv(200)
            if greeting[:1] != READY:
                # A zygote that has ended left its reason on standard error.
                raise OSError(self._zygote.last_words() or "it did not start")
            self._ready = True
        return control

    def _forked(self, limits: Limits) -> Child:
        control = self._control()
        kernel = ChildLimits(
            memory_bytes=limits.memory_bytes,
            cpu_s=int(limits.submission_cpu_s) + 2,
            file_bytes=limits.file_bytes,
        )
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                socket.send_fds(control, [FORK + kernel.to_bytes()], [theirs.fileno()])
                answer, pidfds, _, _ = socket.recv_fds(control, 64, 1)
            except OSError:
                ours.close()
                raise
        if answer[:1] != FORKED:  # pragma: no cover  # the kernel has no process left
            ours.close()
            raise OSError("it did not fork")
        return Child(self, int(answer[1:]), pidfds[0] if pidfds else None, ours)

    def status(self, pid: int) -> int | None:
        """The exit code of an ended child (negative: the signal); None when it is not known."""
        try:
            control = self._control()
            control.send(STATUS + str(pid).encode())
            return int(control.recv(64)[1:])
        except (OSError, ValueError):
            self.abandon()
            return None


class Child:
    """One process that runs one submission; made by `Lane.child`."""

    def __init__(self, lane: Lane, pid: int, pidfd: int | None, channel: socket.socket) -> None:
        self.lane = lane
        self.pid = pid
        self._pidfd = pidfd
        self._channel = channel
        self._channel.setblocking(False)
        self._poll = select.poll()
        self._poll.register(channel, select.POLLIN)
        self._ended = False
        # In our own namespace of process numbers: the one that the zygote told may be of its own.
        self._outer_pid: int | None = None
        self._received = bytearray()
        self.cpu_s = 0.0

    def send(self, frame: bytes, *, wall_s: float) -> None:
        """Send a frame; ChildGone if it is not taken within `wall_s` seconds."""
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
                if not writable:  # pragma: no cover  # frames are far smaller than a socket holds
                    raise ChildGone("it stopped reading") from None
            except OSError as error:  # pragma: no cover  # it ended before it was asked
                raise ChildGone(str(error)) from None

    def receive(self, *, cpu_s: float, wall_s: float) -> wire.Reply:
        """The child's next message.

        Raises OutOfTime after `cpu_s` seconds of its CPU time or `wall_s` seconds of waiting, and
        ChildGone when there is nobody to wait for or what came is no message.
        """
        if cpu_s <= 0 or wall_s <= 0:  # pragma: no cover  # it ran out at this moment
            raise OutOfTime("what was left of the submission's time")
        patience = _Patience(self, cpu_s, wall_s)
        header = self._exactly(4, patience)
        try:
            return wire.decode_reply(self._exactly(self._length(header), patience))
        except wire.WireError as error:
            raise ChildGone(f"it broke the protocol: {error}") from None

    @staticmethod
    def _length(header: bytes) -> int:
        return wire.frame_length(header, wire.MAX_REPLY_BYTES)

    def _exactly(self, count: int, patience: _Patience) -> bytes:
        while len(self._received) < count:
            try:
                part = self._channel.recv(READ_BYTES)
            except BlockingIOError:
                self._poll.poll(patience.milliseconds())
                continue
            except OSError as error:  # pragma: no cover  # it ended with something unread
                raise ChildGone(str(error)) from None
            if not part:
                raise ChildGone("it ended")
            self._received += part
        data = bytes(memoryview(self._received)[:count])
        del self._received[:count]
        return data

    def measured_cpu_s(self) -> float | None:
        """The CPU time this child has used, in seconds; None where the system does not tell."""
        try:
            stat = Path(f"/proc/{self._pid_here()}/stat").read_bytes()
        except (OSError, ValueError):
            return None
        fields = stat.rpartition(b")")[2].split()
        self.cpu_s = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        return self.cpu_s

    def _pid_here(self) -> int:
        """The child's number as we see it. ValueError when it has ended, OSError without /proc."""
        if self._outer_pid is None:
            if self._pidfd is None:  # pragma: no cover  # a kernel before 5.3
                return self.pid
            info = Path(f"/proc/self/fdinfo/{self._pidfd}").read_text()
            number = int(info.partition("Pid:")[2].split()[0])
            if number <= 0:  # pragma: no cover  # it has ended at this moment
                raise ValueError("it has ended")
            self._outer_pid = number
        return self._outer_pid

    def how_it_ended(self) -> str:
        """Kill the child if it still runs, and say how it ended, in words for a learner."""
        self.lane.suspect()
        self.measured_cpu_s()  # while there still is a process to ask about
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
        if self._pidfd is not None:  # pragma: no branch  # a kernel before 5.3
            os.close(self._pidfd)
            self._pidfd = None

    def _kill(self) -> None:
        if self._ended:
            return
        self._ended = True
        if not self.lane.wall.filter:
            # What it started itself is in its process group, unless it has left that.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
        try:
            if self._pidfd is not None:
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
            else:  # pragma: no cover  # a kernel before 5.3
                os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:  # pragma: no cover  # it has ended at this moment
            pass


class _Patience:
    """How long to go on waiting for a child."""

    def __init__(self, child: Child, cpu_s: float, wall_s: float) -> None:
        self.child = child
        self.cpu_s = cpu_s
        self.wall_s = wall_s
        self.began = time.monotonic()
        self.cpu_at_start: float | None = None
        self.first = True

    def milliseconds(self) -> float:
        """How long to wait before asking again; OutOfTime when the time is up."""
        if self.first:
            self.first = False
            return GRACE_S * 1000
        waited = time.monotonic() - self.began
        if waited >= self.wall_s:
            self.child.lane.suspect()
            raise OutOfTime(f"{self.wall_s:g} seconds")
        left = self.wall_s - waited
        used = self.child.measured_cpu_s()
        if used is not None:  # pragma: no branch  # not where there is no /proc
            if self.cpu_at_start is None:
                self.cpu_at_start = used
            if used - self.cpu_at_start >= self.cpu_s:
                self.child.lane.suspect()
                raise OutOfTime(f"{self.cpu_s:g} seconds of computing")
            left = min(left, self.cpu_s - (used - self.cpu_at_start))
        return max(left, 0.01) * 1000


_SIGNALS = {
    "SIGSEGV": "the Python process crashed (segmentation fault)",
    "SIGABRT": "the Python process aborted",
    "SIGXCPU": "the code used up the submission's computing time",
    "SIGXFSZ": "the code wrote a file that is too large",
    "SIGKILL": "the process was killed, or wrote something that is no answer",
}
