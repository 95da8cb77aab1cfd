"""Files and interpreters that every user may see, or only one; what has become of a folder."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib.metadata
import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.attacks.attack import Files


def write(folder: Path, files: Files, places: dict[str, str]) -> None:
    folder.mkdir(exist_ok=True)  # many attacks have one twin
    for name, contents in files.items():
        data = contents() if callable(contents) else contents
        if places and name.endswith((".py", ".ipynb")):
            data = _filled(data, places)
        (folder / name).write_bytes(data)


def _filled(data: bytes, places: dict[str, str]) -> bytes:
    return re.sub(rb"@([A-Z_0-9]+)@", lambda m: places[m[1].decode()].encode(), data)


def give(folder: Path, uid: int) -> None:
    if uid != os.getuid():
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, uid, uid, follow_symlinks=False)


def open_to_all(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


def make_writable(function: object, path: str, _error: object) -> None:
    """A folder that was closed on purpose does not stand in the way of cleaning up."""
    del function
    with contextlib.suppress(OSError):
        os.chmod(path, 0o700)  # noqa: PTH101
        shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)  # noqa: PTH108, PTH112


def contents(folder: Path) -> dict[str, str]:
    """What a folder of canaries holds, with what tells that it is as it was."""
    found = {".": oct(folder.stat().st_mode)}
    for path in sorted(folder.rglob("*")):
        state = path.lstat()
        digest = hashlib.sha256(bytes_of(path)).hexdigest()[:8] if path.is_file() else ""
        found[path.name] = f"{oct(state.st_mode)} {state.st_mtime_ns} {state.st_nlink} {digest}"
    return found


def touched(
    before: dict[str, dict[str, str]], after: dict[str, dict[str, str]]
) -> dict[str, list[str]]:
    return {
        name: sorted(
            entry
            for entry in {*before[name], *after.get(name, {})}
            if before[name].get(entry) != after.get(name, {}).get(entry)
        )
        for name in before
    }


def bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


@contextlib.contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def requirements(name: str, found: set[str] | None = None) -> set[str]:
    """The distributions that another needs, and those that these need."""
    from packaging.requirements import Requirement

    found = set() if found is None else found
    for text in importlib.metadata.requires(name) or ():
        requirement = Requirement(text)
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        if requirement.name not in found:
            found.add(requirement.name)
            requirements(requirement.name, found)
    return found


def name_packages(venv: Path, packages: Path) -> None:
    (site,) = venv.glob("lib/python*/site-packages")
    (site / "packages.pth").write_text(f"{packages}\n")


def is_closed(path: Path) -> bool:
    """Whether other users cannot enter a folder on the way to `path`."""
    return any(not parent.stat().st_mode & 0o001 for parent in (path, *path.parents))


@functools.cache
def ordinary_interpreter() -> Path | None:
    """An interpreter of this version that every user can start."""
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    candidates = [Path(sys.base_prefix) / "bin" / f"python{version}"]
    candidates += [Path(folder) / f"python{version}" for folder in ("/usr/bin", "/usr/local/bin")]
    for candidate in candidates:
        if candidate.exists() and not is_closed(candidate.resolve()):
            return candidate
    return None
