"""Start the process that runs learner code and fork children from it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Self

from grader.engine.child import Child, Process
from grader.engine.launch import Wall, Zygote, launch
from grader.errors import SandboxError
from grader.model import Limits
from grader.worker.hardening import ChildLimits
from grader.worker.zygote import FORK, FORKED, READY, STATUS, Setup

START_TIMEOUT_S = 60.0


class Lane:
    """A zygote and, one at a time, the children forked from it. Use it as a context manager.

    A lane serves one submission after another; a pool has one for each job. Its zygote is started
    when the first child is needed, unless one was launched earlier, and ends with the lane. `child`
    gives a process for one submission and ends it with the block. When a child did something out of
    the ordinary, `suspect` notes it and `renew`, called between two submissions, replaces the
    zygote. A zygote that does not answer is replaced once; if its successor fails too, `child`
    raises SandboxError. `losses` counts zygotes lost in this way, so that a caller can grade again
    what another process's crash may have disturbed.
    """

    # Whether a submission is refused memory beyond its limit.
    enforces_memory = True

    def __init__(self, wall: Wall | None = None, zygote: Zygote | None = None) -> None:
        """Create a lane behind `wall`; `zygote` is one that was already launched behind it."""
        self.wall = wall or Wall()
        # How many zygotes were lost; the submission being graded need not be the cause.
        self.losses = 0
        self._zygote = zygote
        self._set_up = False
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
        """Yield a fresh child that has loaded nothing yet, and kill it when the block ends.

        Raises SandboxError when the zygote cannot be started or does not answer.
        """
        try:
            child = self._forked(limits)
        except (OSError, ValueError) as error:
            # Restart once: the zygote may have been killed from outside since the last child.
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
        self._set_up = self._ready = False
        self._suspect = False

    def abandon(self) -> None:
        """Count the zygote as lost and end it."""
        self.losses += 1
        self.close()

    @property
    def zygote_pid(self) -> int | None:
        """The number of the process that was started last; None if there is none."""
        return self._zygote.process.pid if self._zygote else None

    def suspect(self) -> None:
        """Note that a child did something out of the ordinary; see `renew`."""
        self._suspect = True

    def renew(self) -> None:
        """If a child was suspect, start another zygote without waiting for it.

        The next learner's child then comes from a zygote that had nothing to do with the suspect
        one.
        """
        if self._suspect:
            self.close()
            with suppress(OSError):  # `child` tries again, and reports the error
                self._zygote = launch(self.wall)

    def prepare(self) -> Zygote:
        """Have a zygote get ready, without waiting for it; OSError when none can be started."""
        if self._zygote is None:
            self._zygote = launch(self.wall)
        if not self._set_up:
            self._zygote.control.settimeout(START_TIMEOUT_S)
            with suppress(BrokenPipeError, ConnectionResetError):
                self._zygote.control.send(Setup(self.wall.filter, self.wall.drop_root).to_bytes())
            self._set_up = True
        return self._zygote

    def _control(self) -> socket.socket:
        """Return the socket of a ready zygote. OSError when it does not get ready."""
        zygote = self.prepare()
        control = zygote.control
        if not self._ready:
            greeting = b""
            with suppress(BrokenPipeError, ConnectionResetError):
                greeting = control.recv(200)
            if greeting[:1] != READY:
                # A zygote that ended has written the reason to standard error.
                raise OSError(zygote.last_words() or "it did not start")
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
        if answer[:1] != FORKED:  # pragma: no cover  # the kernel cannot create a process
            ours.close()
            raise OSError("it did not fork")
        return Child(self, int(answer[1:]), pidfds[0] if pidfds else None, ours)

    def status(self, pid: int) -> int | None:
        """Return the exit code of an ended child (negative: the signal); None if unknown."""
        try:
            control = self._control()
            control.send(STATUS + str(pid).encode())
            return int(control.recv(64)[1:])
        except (OSError, ValueError):
            self.abandon()
            return None
