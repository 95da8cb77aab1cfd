"""Start the process that runs learner code, without waiting until it is ready.

It takes a fifth of a second to load NumPy. This module needs nothing that takes long itself, so
that a command can start that process first and do its own imports meanwhile.
"""

from __future__ import annotations

import socket
import subprocess
import sys
from dataclasses import dataclass

# A clean environment: emptying it later would leave the values on the process's initial stack.
# Without the thread limits a linear algebra library starts threads that a fork does not survive.
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LC_ALL": "C.UTF-8",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
}


@dataclass(frozen=True, slots=True)
class Zygote:
    """A process that will fork children, and our end of the socket on which it takes orders."""

    process: subprocess.Popen[bytes]
    control: socket.socket

    def close(self) -> None:
        """End it; its children die with it."""
        self.control.close()
        self.process.kill()
        self.process.wait()


def launch() -> Zygote:
    """A zygote that has just been started. OSError when the system cannot start a process."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        try:
            process = subprocess.Popen(  # noqa: S603  # our own interpreter and module
                [sys.executable, "-I", "-m", "grader.worker", str(theirs.fileno())],
                env=ENVIRONMENT,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        except OSError:
            ours.close()
            raise
    return Zygote(process, ours)
