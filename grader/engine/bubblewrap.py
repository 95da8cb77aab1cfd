"""Build the command line with which bubblewrap starts Python in namespaces of its own.

Inside there is no network, no other process, no /proc, /dev or /tmp, and of the file system only
what Python and NumPy need, read-only.
"""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
from pathlib import Path

from grader.engine.launch import interpreter, packages
from grader.errors import SandboxError
from grader.worker.hardening import NOBODY

# Where C libraries are; no system has all of these folders.
LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache")
NEEDS_DISABLE_USERNS = (0, 8)


class BubblewrapError(SandboxError):
    """bubblewrap is not installed on this machine."""


def prefix() -> tuple[str, ...]:
    """Return the words to put before Python's own command. BubblewrapError without bubblewrap."""
    program = shutil.which("bwrap")
    if program is None:
        raise BubblewrapError("bubblewrap is not installed")
    words = [program, "--die-with-parent", "--new-session", "--as-pid-1", "--cap-drop", "ALL"]
    words += ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"]
    words += ["--unshare-cgroup-try"]
    if os.geteuid() == 0:
        # No user namespace: inside one, an interpreter in a folder that only root may enter could
        # not be started. The process becomes nobody once it has imported what it needs.
        words += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:  # pragma: no cover  # tests/attacks run it as a normal user
        words += ["--unshare-user", "--uid", str(NOBODY), "--gid", str(NOBODY)]
        if version(program) >= NEEDS_DISABLE_USERNS:
            words += ["--disable-userns"]
    for path in _outermost(_needed()):
        words += ["--ro-bind", str(path), str(path)]
    return (*words, "--remount-ro", "/", "--chdir", "/", "--")


@functools.cache
def version(program: str) -> tuple[int, ...]:  # pragma: no cover  # not as root
    """Return the version of bubblewrap, such as (0, 8, 0); empty if it prints none."""
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    return tuple(map(int, re.findall(r"\d+", done.stdout)))


def _needed() -> list[Path]:
    """Return the files of the Python runtime, and of the grader what runs beside learner code."""
    python = interpreter()
    paths = [Path(path) for path in LIBRARIES]
    # The executable, and the standard library with the interpreter's own shared library.
    paths += [python, python.parent.parent / "lib", python.parent.parent / "lib64"]
    folders = packages()
    numpy, grader = folders["numpy"], folders["grader"]
    # Wheels of NumPy put its C libraries into a folder beside it.
    paths += [numpy, numpy.parent / "numpy.libs", folders["msgspec"]]
    paths += [grader / "__init__.py", grader / "wire.py", grader / "worker"]
    return [path for path in paths if path.exists()]


def _outermost(paths: list[Path]) -> list[Path]:
    """Return `paths` without those that lie below another one."""
    outermost: list[Path] = []
    for path in sorted(set(paths), key=lambda path: len(path.parts)):
        # On some machines no path lies in another.
        if not any(path.is_relative_to(other) for other in outermost):  # pragma: no branch
            outermost.append(path)
    return outermost
