"""Build the seccomp filter of a process that runs learner code: the list of allowed system calls.

A call that is not listed fails with EPERM. The process is *sealed*: it has no system call for
files, not even for reading (everything that it may import is loaded before), for sockets, for other
processes or for threads. It computes, and talks over the one channel it holds.
"""

from __future__ import annotations

import errno
import functools
import tempfile

from grader.errors import SandboxError

ALLOWED = tuple(
    # memory; how much of it is bounded by a resource limit
    "brk mmap munmap mremap mprotect madvise"
    # the descriptors it holds: the channel and /dev/null
    " read write readv writev close lseek"
    # waiting
    " poll ppoll select pselect6 nanosleep clock_nanosleep restart_syscall futex sched_yield"
    # clocks, and alarms to itself
    " clock_gettime clock_getres gettimeofday time times alarm setitimer getitimer"
    # handlers for signals (it can send none)
    " rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack"
    # facts about itself
    " getpid getppid gettid getuid geteuid getgid getegid getresuid getresgid getpgrp getcwd"
    " getrusage getrlimit sched_getaffinity sysinfo uname getcpu"
    # random numbers, and the end
    " getrandom exit exit_group rseq".split()
)
# Only the commands of fcntl that do not touch files: locks would link two sandboxes.
FCNTL_COMMANDS = (0, 1, 2, 3, 1030)  # F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC


class FilterError(SandboxError):
    """libseccomp is missing, or cannot make the filter on this machine."""


@functools.cache
def filter_program() -> bytes:
    """Return the filter as the kernel expects it: instructions of eight bytes for this processor.

    Raises FilterError, which says what is missing.
    """
    try:
        import pyseccomp as seccomp
    except (ImportError, RuntimeError, OSError) as error:
        raise FilterError(f"libseccomp could not be loaded ({error})") from error
    try:
        rules = seccomp.SyscallFilter(seccomp.ERRNO(errno.EPERM))
        # Another architecture (32 bit on a 64 bit machine) has other call numbers: no way around.
        rules.set_attr(seccomp.Attr.ACT_BADARCH, seccomp.KILL_PROCESS)
        for name in ALLOWED:
            rules.add_rule(seccomp.ALLOW, name)
        for command in FCNTL_COMMANDS:
            rules.add_rule(seccomp.ALLOW, "fcntl", seccomp.Arg(1, seccomp.EQ, command))
        # Only to read its own limits.
        this_process, no_new_limit = seccomp.Arg(0, seccomp.EQ, 0), seccomp.Arg(2, seccomp.EQ, 0)
        rules.add_rule(seccomp.ALLOW, "prlimit64", this_process, no_new_limit)
        # ENOSYS makes a C library try the older call, which is denied with a plain error.
        rules.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")
        with tempfile.TemporaryFile() as file:
            rules.export_bpf(file)
            file.seek(0)
            return file.read()
    except (OSError, ValueError) as error:  # pragma: no cover  # libseccomp fails
        raise FilterError(f"libseccomp could not make the filter ({error})") from error
