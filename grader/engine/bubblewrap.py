"""The command line with which bubblewrap starts Python in namespaces of its own.

Inside there is no network, no other process, no /proc, /dev or /tmp, and of the file system only
what Python and NumPy are made of, read-only.
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

# Where C libraries lie; not every system has them all.
LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache")
NEEDS_DISABLE_USERNS = (0, 8)


class BubblewrapError(SandboxError):
    """There is no bubblewrap on this machine."""


def prefix() -> tuple[str, ...]:
    """The words to put before Python's own command. BubblewrapError without bubblewrap."""
    program = shutil.which("bwrap")
    if program is None:
        raise BubblewrapError("bubblewrap is not there")
    words = [program, "--die-with-parent", "--new-session", "--as-pid-1", "--cap-drop", "ALL"]
    words += ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"]
    words += ["--unshare-cgroup-try"]
    if os.geteuid() == 0:
        # In no user namespace: an interpreter below a folder that only root may enter could not be
        # started in one. The process becomes nobody once it has imported what it needs.
        words += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:  # pragma: no cover  # by tests/attacks, as a normal user
        words += ["--unshare-user", "--uid", str(NOBODY), "--gid", str(NOBODY)]
        if version(program) >= NEEDS_DISABLE_USERNS:
            words += ["--disable-userns"]
    for path in _outermost(_needed()):
        words += ["--ro-bind", str(path), str(path)]
    return (*words, "--remount-ro", "/", "--chdir", "/", "--")


@functools.cache
def version(program: str) -> tuple[int, ...]:  # pragma: no cover  # likewise
    """The version of bubblewrap, such as (0, 8, 0); empty when it does not tell."""
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    return tuple(map(int, re.findall(r"\d+", done.stdout)))


def _needed() -> list[Path]:
    """Files and folders of the Python runtime; of the grader only what runs beside learner code."""
    python = interpreter()
    found = [Path(path) for path in LIBRARIES]
    # The executable, and the standard library with the interpreter's own shared library.
    found += [python, python.parent.parent / "lib", python.parent.parent / "lib64"]
    folders = packages()
    numpy, grader = folders["numpy"], folders["grader"]
    # Wheels of NumPy bring its C libraries in a folder beside it.
    found += [numpy, numpy.parent / "numpy.libs", folders["msgspec"]]
    found += [grader / "__init__.py", grader / "wire.py", grader / "worker"]
    return [path for path in found if path.exists()]


def _outermost(paths: list[Path]) -> list[Path]:
    """`paths` without those that lie below another one of them."""
    kept: list[Path] = []
    for path in sorted(set(paths), key=lambda path: len(path.parts)):
        # Whether one lies in another depends on the machine.
        if not any(path.is_relative_to(other) for other in kept):  # pragma: no branch
            kept.append(path)
    return kept
