"""A process with NumPy preloaded that forks one child per submission and holds nothing else.

It is started afresh (exec, never forked from the grader), so no reference, expected value or other
learner's work was ever in its memory.
"""

from __future__ import annotations

import array
import ctypes
import gc
import os
import signal
import socket
from typing import NoReturn

from grader.worker import imports
from grader.worker.child import Limits, serve, warm_up

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4

# One-byte commands on the control socket, and their answers.
READY, FORK, FORKED, STATUS = b"R", b"F", b"P", b"S"


def main(control_fd: int) -> None:
    """Serve the control socket until the grader closes it."""
    control = socket.socket(fileno=control_fd)
    die_with_parent()
    imports.preload()
    warm_up()
    imports.forget_paths()
    # A frozen heap is not touched by the children's garbage collector, so its pages stay shared.
    gc.collect()
    gc.freeze()
    control.send(READY)
    while command := _receive(control):
        message, descriptors = command
        if message[:1] == FORK:
            _fork(control, Limits.from_bytes(message[1:]), descriptors[0])
        elif message[:1] == STATUS:
            control.send(STATUS + str(_status(int(message[1:]))).encode())


# Looked up once, before any fork: it takes longer than the call.
_prctl = getattr(ctypes.CDLL(None), "prctl", None)


def die_with_parent() -> None:
    """Ask the kernel to kill this process when the thread that started it ends (Linux)."""
    if _prctl is not None:
        _prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        _prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def _receive(control: socket.socket) -> tuple[bytes, list[int]] | None:
    message, descriptors, _flags, _address = socket.recv_fds(control, 256, 1)
    return (message, descriptors) if message else None


def _fork(control: socket.socket, limits: Limits, channel_fd: int) -> None:
    zygote = os.getpid()
    pid = os.fork()
    if pid == 0:
        _become_child(zygote, limits, channel_fd)
    os.close(channel_fd)
    pidfds = array.array("i", [os.pidfd_open(pid)] if hasattr(os, "pidfd_open") else [])
    socket.send_fds(control, [FORKED + str(pid).encode()], list(pidfds))
    for pidfd in pidfds:
        os.close(pidfd)
    _reap_ended()


def _become_child(zygote: int, limits: Limits, channel_fd: int) -> NoReturn:
    status = 1
    try:
        die_with_parent()
        if os.getppid() == zygote:
            serve(channel_fd, limits)
            status = 0
    finally:
        os._exit(status)


_ended: dict[int, int] = {}


def _reap_ended() -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        _ended[pid] = status
        while len(_ended) > 100:
            del _ended[next(iter(_ended))]


def _status(pid: int) -> int:
    """The exit code of an ended child; minus the signal's number if a signal ended it."""
    if pid not in _ended:
        try:
            _, _ended[pid] = os.waitpid(pid, 0)
        except ChildProcessError:
            return -signal.SIGKILL
    return os.waitstatus_to_exitcode(_ended.pop(pid))
