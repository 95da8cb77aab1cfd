"""Try what learner code must not be able to do; run as a submission, in a process like a learner's.

`probe()` returns, for each attempt, whether it was denied. An attempt that succeeds is harmless:
nothing is written.
"""

import ctypes
import errno
import os
from collections.abc import Callable

import numpy as np

AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, SOCK_DGRAM = 1, 2, 10, 16, 2
IPC_RMID = 0
DENIED = (errno.EPERM, errno.EACCES, errno.ENOSYS)
libc = ctypes.CDLL(None, use_errno=True)


def refused(call: Callable[..., object], *arguments: object) -> bool:
    """Return whether a call from Python is refused."""
    try:
        call(*arguments)
    except OSError as error:
        return error.errno in DENIED
    return False


def refused_by_libc(name: str, *arguments: object) -> bool:
    """Return whether a call of the C library is refused."""
    failed = getattr(libc, name)(*arguments) == -1
    return failed and ctypes.get_errno() in DENIED


def refused_a_socket(family: int) -> bool:
    """Return whether a socket of this family is refused."""
    return refused_by_libc("socket", family, SOCK_DGRAM, 0)


def refused_a_process() -> bool:
    """Return whether a fork is refused."""
    try:
        pid = os.fork()
    except OSError:
        return True
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return False


def refused_sharing() -> bool:
    """Return whether shared memory is refused; a segment that was granted is removed."""
    segment = libc.shmget(0, 4096, 0o1600)
    if segment == -1:
        return ctypes.get_errno() in DENIED
    libc.shmctl(segment, IPC_RMID, None)
    return False


def refused_memory() -> bool:
    """Return whether an array of 64 GiB is refused; it is never filled."""
    try:
        np.empty(2**36, dtype=np.uint8)
    except MemoryError:
        return True
    return False


def probe() -> dict[str, bool]:
    """Return, for each attempt, whether it was denied."""
    return {
        "be root": os.geteuid() != 0,
        "become root": refused(os.setuid, 0),
        "read a folder": refused(os.listdir, "/"),
        "open a file": refused(os.open, "/", os.O_RDONLY),
        "look at a file": refused(os.stat, "/"),
        "use the network": refused_a_socket(AF_INET) and refused_a_socket(AF_INET6),
        "use local sockets": refused_a_socket(AF_UNIX) and refused_a_socket(AF_NETLINK),
        "start a process": refused_a_process(),
        "run a program": refused(os.execv, "/nowhere", ["nowhere"]),
        "signal a process": refused(os.kill, os.getppid(), 0),
        "trace a process": refused_by_libc("ptrace", 0, 0, 0, 0),
        "share memory": refused_sharing(),
        "raise its limits": refused_by_libc("setrlimit", 7, ctypes.create_string_buffer(16)),
        "take 64 GiB of memory": refused_memory(),
    }
