"""Give up what learner code must not have: root, descriptors, system calls, unlimited resources.

No process can undo what it has done here.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
from typing import NamedTuple

import msgspec

try:
    import resource
except ImportError:  # pragma: no cover  # Windows has no such limits; the grader says so
    resource = None  # type: ignore[assignment]

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_SECCOMP = 22
PR_SET_NO_NEW_PRIVS = 38
SECCOMP_MODE_FILTER = 2
CLONE_THREAD = 0x10000

NOBODY = 65534
CHANNEL = 3
# A descriptor number far above those in use and below every usual limit.
SPARE = 200


class ChildLimits(NamedTuple):
    """The limits that the kernel enforces on a child."""

    memory_bytes: int
    cpu_s: int
    file_bytes: int

    def to_bytes(self) -> bytes:
        """Encode the limits for a command to the zygote."""
        return msgspec.msgpack.encode(tuple(self))

    @classmethod
    def from_bytes(cls, data: bytes) -> ChildLimits:
        """Decode what `to_bytes` encoded."""
        return cls(*msgspec.msgpack.decode(data, type=tuple[int, int, int]))


class _Program(ctypes.Structure):
    """`struct sock_fprog`: the number of instructions (eight bytes each) and their address."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


class Seal:
    """A seccomp filter in the form that the kernel expects, prepared once before any fork."""

    def __init__(self, instructions: bytes) -> None:  # pragma: no cover  # not without a wall
        self._instructions = ctypes.create_string_buffer(instructions, len(instructions))
        self._program = _Program(len(instructions) // 8, ctypes.addressof(self._instructions))

    def apply(self) -> None:  # pragma: no cover  # a sealed process cannot write coverage data
        """Restrict this process to the filter, for good. OSError when the kernel refuses it."""
        _prctl(PR_SET_NO_NEW_PRIVS, 1)
        _prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(self._program))


# Looked up once, before any fork: the lookup takes longer than the call.
_libc = ctypes.CDLL(None, use_errno=True) if os.name == "posix" else None
_libc_prctl = getattr(_libc, "prctl", None)
_libc_unshare = getattr(_libc, "unshare", None)
if _libc_prctl is not None:  # pragma: no branch  # not Linux
    _libc_prctl.argtypes = (ctypes.c_int, *[ctypes.c_ulong] * 4)


def _prctl(option: int, value: int, address: int = 0) -> None:
    if _libc_prctl is None:  # pragma: no cover  # not Linux
        return
    if _libc_prctl(option, value, address, 0, 0) != 0:  # pragma: no cover  # the kernel refuses
        raise OSError(ctypes.get_errno(), f"prctl({option}) failed")


def die_with_parent() -> None:
    """Ask the kernel to kill this process when the thread that started it ends (Linux)."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def close_to_others() -> None:
    """Let no process of this user trace this one or take its descriptors (Linux)."""
    _prctl(PR_SET_DUMPABLE, 0)


def drop_root() -> None:
    """Become the user nobody if this process is root, which may write to files of the kernel.

    Raises OSError when the system does not allow it.
    """
    if os.geteuid() == 0:  # pragma: no cover  # nobody cannot write coverage data
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)


def has_one_thread() -> bool:
    """Return whether this process has a single thread, native ones included; True except on Linux.

    A fork copies only the thread that calls it: locks held by other threads stay locked for ever.
    """
    # With several threads the kernel refuses this call; with one it succeeds and changes nothing.
    return _libc_unshare is None or _libc_unshare(CLONE_THREAD) == 0


def shed(channel_fd: int) -> None:
    """Leave the session and reset signal handlers; close all descriptors but the channel, now 3.

    Descriptor 0 must be /dev/null, open for reading and writing; 1 and 2 become copies of it.
    """
    os.setsid()
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGPIPE):
        signal.signal(signum, signal.SIG_DFL)
    # The channel may have any number, even one that is about to be overwritten.
    channel_fd = os.dup2(channel_fd, SPARE)
    for number in (1, 2):
        os.dup2(0, number)
    os.dup2(channel_fd, CHANNEL, inheritable=False)
    os.closerange(CHANNEL + 1, os.sysconf("SC_OPEN_MAX"))


def limit(limits: ChildLimits) -> None:
    """Apply `limits` to this process, with what else bounds it: descriptors, core files, queues."""
    if resource is None:  # pragma: no cover  # Windows
        return
    for kind, value in (
        ("RLIMIT_AS", limits.memory_bytes),
        ("RLIMIT_CPU", limits.cpu_s),
        ("RLIMIT_FSIZE", limits.file_bytes),
        ("RLIMIT_NOFILE", 16),
        ("RLIMIT_CORE", 0),
        ("RLIMIT_MEMLOCK", 0),
        ("RLIMIT_MSGQUEUE", 0),
    ):
        number = getattr(resource, kind, None)
        if number is not None:  # pragma: no branch  # not Linux
            # The machine may already impose a lower limit.
            hard = resource.getrlimit(number)[1]
            allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
            # At the soft CPU limit SIGXCPU names the cause; the SIGKILL at the hard one does not.
            soft = max(allowed - 1, 1) if kind == "RLIMIT_CPU" else allowed
            # macOS refuses some of these; the grader says what is not enforced there.
            with contextlib.suppress(ValueError):
                resource.setrlimit(number, (soft, allowed))
