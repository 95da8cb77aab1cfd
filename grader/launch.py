"""Start the process that runs learner code, without waiting until it is ready.

It takes a fifth of a second to load NumPy. This module needs nothing that takes long itself, so
that a command can start that process first and do its own imports meanwhile.
"""

from __future__ import annotations

import importlib.util
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

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


# Isolated mode leaves out the current folder, where a learner's random.py may lie, but also the
# user's own site-packages: the folders of what we need are named, and come last.
START = """
import sys
sys.path += sys.argv[2:]
from grader.worker.zygote import main
main(int(sys.argv[1]))
"""


def _packages() -> list[str]:
    """The folders from which this process has, or would have, what the other one imports."""
    specs = [importlib.util.find_spec(name) for name in ("grader", "numpy", "msgspec")]
    folders = [str(Path(spec.origin).parent.parent) for spec in specs if spec and spec.origin]
    return list(dict.fromkeys(folders))


@dataclass(frozen=True, slots=True)
class Zygote:
    """A process that will fork children, and our end of the socket on which it takes orders."""

    process: subprocess.Popen[bytes]
    control: socket.socket

    def close(self) -> None:
        """End it; its children die with it."""
        self.last_words()

    def last_words(self) -> str:
        """End it, and give the last line that it wrote to standard error, if any."""
        self.control.close()
        self.process.kill()
        self.process.wait()
        errors = self.process.stderr
        if errors is None or errors.closed:
            return ""
        with errors:
            lines = errors.read().decode("utf-8", "replace").splitlines()
        return next((line.strip() for line in reversed(lines) if line.strip()), "")


def launch() -> Zygote:
    """A zygote that has just been started. OSError when the system cannot start a process."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        try:
            process = subprocess.Popen(  # noqa: S603  # our own interpreter and module
                [sys.executable, "-I", "-c", START, str(theirs.fileno()), *_packages()],
                env=ENVIRONMENT,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        except OSError:
            ours.close()
            raise
    return Zygote(process, ours)
