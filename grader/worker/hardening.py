"""What a process gives up before it touches learner code: root, descriptors, limits, system calls.

Nothing here can be undone by the process that did it.
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
except ImportError:  # pragma: no cover  # Windows has no resource limits; the grader says so
    resource = None  # type: ignore[assignment]

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_SECCOMP = 22
PR_SET_NO_NEW_PRIVS = 38
SECCOMP_MODE_FILTER = 2
CLONE_THREAD = 0x10000

NOBODY = 65534
CHANNEL = 3
# Far above the descriptors that are used, below every usual limit.
SPARE = 200


class ChildLimits(NamedTuple):
    """What the kernel holds a child to."""

    memory_bytes: int
    cpu_s: int
    file_bytes: int

    def to_bytes(self) -> bytes:
        """As a command to the zygote carries them."""
        return msgspec.msgpack.encode(tuple(self))

    @classmethod
    def from_bytes(cls, data: bytes) -> ChildLimits:
        """What `to_bytes` made."""
        return cls(*msgspec.msgpack.decode(data, type=tuple[int, int, int]))


class _Program(ctypes.Structure):
    """`struct sock_fprog`: how many instructions of eight bytes, and where they are."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


class Seal:
    """A seccomp filter in the form in which the kernel takes it, made once before any fork."""

    def __init__(self, instructions: bytes) -> None:  # pragma: no cover  # behind a wall
        self._instructions = ctypes.create_string_buffer(instructions, len(instructions))
        self._program = _Program(len(instructions) // 8, ctypes.addressof(self._instructions))

    def apply(self) -> None:  # pragma: no cover  # likewise
        """Hold this process to the filter, for good. OSError when the kernel refuses it."""
        _prctl(PR_SET_NO_NEW_PRIVS, 1)
        _prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(self._program))


# Looked up once, before any fork: it takes longer than the call.
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
    """Let no process of the same user trace this one or take its descriptors (Linux)."""
    _prctl(PR_SET_DUMPABLE, 0)


def drop_root() -> None:
    """Become nobody, if this is root: root may open files of the kernel for writing.

    OSError when the system does not let it.
    """
    if os.geteuid() == 0:  # pragma: no cover  # behind a wall coverage can write nothing
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)


def has_one_thread() -> bool:
    """Whether this process has a single thread, native ones included (Linux; else not known).

    A fork copies only the thread that calls it, and leaves what others had locked locked for ever.
    """
    # The kernel refuses this, which changes nothing otherwise, to a process with several threads.
    return _libc_unshare is None or _libc_unshare(CLONE_THREAD) == 0


def shed(channel_fd: int) -> None:
    """Leave the session, the handlers and the descriptors behind: only the channel is kept, as 3.

    Descriptor 0 is /dev/null, open for reading and writing.
    """
    os.setsid()
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGPIPE):
        signal.signal(signum, signal.SIG_DFL)
    # The channel may be any number, even one that is about to be overwritten.
    channel_fd = os.dup2(channel_fd, SPARE)
    for number in (1, 2):
        os.dup2(0, number)
    os.dup2(channel_fd, CHANNEL, inheritable=False)
    os.closerange(CHANNEL + 1, os.sysconf("SC_OPEN_MAX"))


def limit(limits: ChildLimits) -> None:
    """Hold this process to `limits`."""
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
            # The machine may already hold us to less.
            hard = resource.getrlimit(number)[1]
            allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
            # At the soft limit of CPU time a signal says what happened, at the hard one nothing.
            soft = max(allowed - 1, 1) if kind == "RLIMIT_CPU" else allowed
            # macOS refuses some of these; the grader says what is not enforced there.
            with contextlib.suppress(ValueError):
                resource.setrlimit(number, (soft, allowed))
