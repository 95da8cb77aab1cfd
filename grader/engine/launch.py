"""Start the process that runs learner code, without waiting until it is ready.

Loading NumPy takes a fifth of a second. This module imports nothing slow, so that a command can
start that process first and do its own imports meanwhile.
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

# Isolated mode (-I) ignores the current folder, where a learner's random.py may be, and the user's
# site-packages; -S ignores the interpreter's site-packages too. START adds the folders we need.
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

    `prefix` is the command, with its arguments, that starts Python behind a wall. Children seal
    themselves with the seccomp program `filter`. With `drop_root`, a process of root becomes
    nobody. `probes` maps each thing that a child tried to "denied" or "allowed".
    """

    tier: str = "none"
    prefix: tuple[str, ...] = ()
    filter: bytes = b""
    drop_root: bool = False
    probes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Zygote:
    """A process that will fork children, and our end of the socket that carries its commands."""

    process: subprocess.Popen[bytes]
    control: socket.socket

    def last_words(self) -> str:
        """End the process and its children; return the last line of its standard error."""
        self.control.close()
        # Kills its whole process group: bubblewrap, if killed while starting, may not yet have set
        # up the process inside to die with it.
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        errors = self.process.stderr
        if errors is None or errors.closed:
            return ""
        with errors:
            # Reads what is there without waiting: another process may still hold the other end.
            os.set_blocking(errors.fileno(), False)
            lines = (errors.read() or b"").decode("utf-8", "replace").splitlines()
        return next((line.strip() for line in reversed(lines) if line.strip()), "")


def interpreter() -> Path:
    """Return the Python below any virtual environment, which has only the standard library."""
    base = getattr(sys, "_base_executable", None) or sys.executable
    return Path(os.path.realpath(base))


def packages() -> dict[str, Path]:
    """Return the folder of each package that the other process imports."""
    specs = {name: importlib.util.find_spec(name) for name in ("grader", "numpy", "msgspec")}
    return {name: Path(spec.origin).parent for name, spec in specs.items() if spec and spec.origin}


def folders() -> list[str]:
    """Return the folders to put on the import path of the other process."""
    return list(dict.fromkeys(str(folder.parent) for folder in packages().values()))


def launch(wall: Wall | None = None) -> Zygote:
    """Start a zygote behind `wall`. OSError when the system cannot start a process."""
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
