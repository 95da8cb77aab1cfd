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

# docs/isolation.md says of each why it is here, and what it can reach.
ALLOWED = tuple(
    # memory; how much of it is bounded by a resource limit
    "brk mmap munmap mremap mprotect"
    # the descriptors it holds: the channel and /dev/null
    " read write readv writev close lseek"
    # waiting
    " poll ppoll select pselect6 nanosleep restart_syscall sched_yield"
    # clocks, and alarms to itself
    " gettimeofday time times alarm setitimer getitimer"
    # handlers for signals (it can send none)
    " rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack"
    # facts about itself
    " getpid getppid gettid getuid geteuid getgid getegid getresuid getresgid getpgrp getcwd"
    " getrusage getrlimit getcpu"
    # random numbers, and the end
    " getrandom exit exit_group rseq".split()
)
# Only the commands of fcntl that do not touch files: locks would link two sandboxes.
FCNTL_COMMANDS = (0, 1, 2, 3, 1030)  # F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC
# Advice on its own memory. Not MADV_MERGEABLE: how long a merged page takes to write tells whether
# another process holds the same.
MADVISE_ADVICE = (0, 1, 2, 3, 4, 8, 14, 15)  # NORMAL to DONTNEED, FREE, HUGEPAGE, NOHUGEPAGE
# WAIT, WAKE, WAIT_BITSET and that by the clock of the day, each with the flag for private: without
# it a futex is found by its file and offset, a bell between two sandboxes. Not LOCK_PI and its
# like: they look up the process whose number stands in the futex, and tell whether there is one.
FUTEX_COMMANDS = (128, 129, 137, 393)
# The clocks of the machine and its own; those of other processes have negative numbers.
CLOCKS = 0xFFFFFFF0
WHOLE_INT = 0xFFFFFFFF


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
        for advice in MADVISE_ADVICE:
            rules.add_rule(seccomp.ALLOW, "madvise", seccomp.Arg(2, seccomp.EQ, advice))
        for command in FUTEX_COMMANDS:
            operation = seccomp.Arg(1, seccomp.MASKED_EQ, WHOLE_INT, command)
            rules.add_rule(seccomp.ALLOW, "futex", operation)
        for name in ("clock_gettime", "clock_getres", "clock_nanosleep"):
            rules.add_rule(seccomp.ALLOW, name, seccomp.Arg(0, seccomp.MASKED_EQ, CLOCKS, 0))
        this_process = seccomp.Arg(0, seccomp.MASKED_EQ, WHOLE_INT, 0)
        rules.add_rule(seccomp.ALLOW, "sched_getaffinity", this_process)
        # Only to read its own limits.
        rules.add_rule(seccomp.ALLOW, "prlimit64", this_process, seccomp.Arg(2, seccomp.EQ, 0))
        # ENOSYS makes a C library try the older call, which is denied with a plain error.
        rules.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")
        with tempfile.TemporaryFile() as file:
            rules.export_bpf(file)
            file.seek(0)
            return file.read()
    except (OSError, ValueError) as error:  # pragma: no cover  # libseccomp fails
        raise FilterError(f"libseccomp could not make the filter ({error})") from error
