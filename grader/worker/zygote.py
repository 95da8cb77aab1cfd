"""Keep NumPy loaded, fork one child for each submission, and hold nothing else.

This process is started by exec, never forked from the grader, so no reference, expected value or
other learner's work was ever in its memory.
"""

from __future__ import annotations

import array
import gc
import os
import signal
import socket
from typing import NamedTuple, NoReturn

import msgspec

from grader.worker import imports
from grader.worker.child import serve, warm_up
from grader.worker.hardening import (
    ChildLimits,
    Seal,
    close_to_others,
    die_with_parent,
    drop_root,
    has_one_thread,
)

# One-byte commands on the control socket and their answers. The first message is a Setup.
READY, FORK, FORKED, STATUS = b"R", b"F", b"P", b"S"
MAX_MESSAGE = 2**16


class Setup(NamedTuple):
    """The first message to a zygote; see `launch.Wall`."""

    filter: bytes = b""
    drop_root: bool = False

    def to_bytes(self) -> bytes:
        """Encode the setup as a message."""
        return msgspec.msgpack.encode(tuple(self))

    @classmethod
    def from_bytes(cls, data: bytes) -> Setup:
        """Decode what `to_bytes` encoded."""
        return cls(*msgspec.msgpack.decode(data, type=tuple[bytes, bool]))


def main(control_fd: int) -> None:
    """Serve the control socket until the grader closes it."""
    die_with_parent()
    control = socket.socket(fileno=control_fd)
    first = _receive(control)
    if first is None:  # pragma: no cover  # the grader ended at once
        return
    setup = Setup.from_bytes(first[0])
    imports.preload()
    warm_up()
    imports.forget_paths()
    imports.forget_machine()
    if setup.drop_root:  # pragma: no cover  # nobody cannot write coverage data
        # After the imports, because the modules may lie where only root can read them.
        drop_root()
        # The kernel cancels this setting when the user changes.
        die_with_parent()
    close_to_others()
    seal = Seal(setup.filter) if setup.filter else None
    # The children's garbage collector does not touch a frozen heap, so its pages stay shared.
    gc.collect()
    gc.freeze()
    control.send(READY)
    while command := _receive(control):
        message, descriptors = command
        if message[:1] == FORK:
            _fork(control, ChildLimits.from_bytes(message[1:]), seal, descriptors[0])
        elif message[:1] == STATUS:  # pragma: no branch  # there is no other command
            control.send(STATUS + str(_status(int(message[1:]))).encode())


def _receive(control: socket.socket) -> tuple[bytes, list[int]] | None:
    message, descriptors, _flags, _address = socket.recv_fds(control, MAX_MESSAGE, 1)
    return (message, descriptors) if message else None


def _fork(control: socket.socket, limits: ChildLimits, seal: Seal | None, channel_fd: int) -> None:
    if not has_one_thread():
        raise RuntimeError("the zygote has more than one thread; a fork of it could hang")
    zygote = os.getpid()
    pid = os.fork()
    if pid == 0:  # pragma: no cover  # coverage is not measured in a child
        _become_child(zygote, limits, seal, channel_fd)
    os.close(channel_fd)
    pidfds = array.array("i", [os.pidfd_open(pid)] if hasattr(os, "pidfd_open") else [])
    socket.send_fds(control, [FORKED + str(pid).encode()], list(pidfds))
    for pidfd in pidfds:
        os.close(pidfd)
    _reap_ended()


def _become_child(zygote: int, limits: ChildLimits, seal: Seal | None, channel_fd: int) -> NoReturn:
    status = 1
    try:
        die_with_parent()
        # Otherwise the zygote ended before the call above took effect.
        if os.getppid() == zygote:  # pragma: no branch  # too short a time
            serve(channel_fd, limits, seal)
            status = 0
    finally:
        os._exit(status)


_ended: dict[int, int] = {}


def _reap_ended() -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:  # pragma: no cover  # the new child ended at once
            return
        if pid == 0:
            return
        _ended[pid] = status
        while len(_ended) > 100:  # pragma: no cover  # most are never asked for
            del _ended[next(iter(_ended))]


def _status(pid: int) -> int:
    """Return the exit code of an ended child, or minus the number of the signal that ended it."""
    if pid not in _ended:
        try:
            _, _ended[pid] = os.waitpid(pid, 0)
        except ChildProcessError:
            return -signal.SIGKILL
    return os.waitstatus_to_exitcode(_ended.pop(pid))
