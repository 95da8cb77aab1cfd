"""Start the process that runs learner code, without waiting until it is ready.

It takes a fifth of a second to load NumPy. This module needs nothing that takes long itself, so
that a command can start that process first and do its own imports meanwhile.
"""

from __future__ import annotations

import importlib.util
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
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

# Isolated mode leaves out the current folder, where a learner's random.py may lie, and the user's
# own site-packages; without `site` the interpreter's are left out, too: the folders of what we need
# are named.
FLAGS = ("-I", "-S")
START = """
import sys
sys.path += sys.argv[2:]
from grader.worker.zygote import main
main(int(sys.argv[1]))
"""


@dataclass(frozen=True, slots=True)
class Wall:
    """What stands around a process that runs learner code; nothing by default.

    `prefix` is the command, with its arguments, that starts Python behind a wall; children seal
    themselves with the seccomp program `filter`; with `drop_root` a process of root becomes nobody.
    `probes` says what a child was denied when it tried, and what it was allowed.
    """

    tier: str = "none"
    prefix: tuple[str, ...] = ()
    filter: bytes = b""
    drop_root: bool = False
    probes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Zygote:
    """A process that will fork children, and our end of the socket on which it takes orders."""

    process: subprocess.Popen[bytes]
    control: socket.socket

    def last_words(self) -> str:
        """End it, and with it its children; the last line it wrote to standard error, if any."""
        self.control.close()
        # All of its group, which it leads: a wall that is ended while it starts may not yet have
        # told the process within to die with it.
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        errors = self.process.stderr
        if errors is None or errors.closed:
            return ""
        with errors:
            # What there is, without waiting for whoever else may hold the other end.
            os.set_blocking(errors.fileno(), False)
            lines = (errors.read() or b"").decode("utf-8", "replace").splitlines()
        return next((line.strip() for line in reversed(lines) if line.strip()), "")


def interpreter() -> Path:
    """The Python below any virtual environment; it has the standard library and nothing else."""
    base = getattr(sys, "_base_executable", None) or sys.executable
    return Path(os.path.realpath(base))


def packages() -> dict[str, Path]:
    """What the other process imports beside the standard library, each with its folder."""
    specs = {name: importlib.util.find_spec(name) for name in ("grader", "numpy", "msgspec")}
    return {name: Path(spec.origin).parent for name, spec in specs.items() if spec and spec.origin}


def folders() -> list[str]:
    """The folders in which the other process finds them."""
    return list(dict.fromkeys(str(folder.parent) for folder in packages().values()))


def launch(wall: Wall | None = None) -> Zygote:
    """A zygote that has just been started. OSError when the system cannot start a process."""
    wall = wall or Wall()
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        try:
            process = subprocess.Popen(  # noqa: S603  # our own interpreter and module
                [
                    *wall.prefix,
                    interpreter(),
                    *FLAGS,
                    "-c",
                    START,
                    str(theirs.fileno()),
                    *folders(),
                ],
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
