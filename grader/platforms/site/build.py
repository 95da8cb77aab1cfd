"""Build the site: JupyterLite with the course's notebooks, our wheel, and a start page."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path, PurePosixPath
from typing import Any

from grader.course.folder import Course
from grader.course.handout import built_files
from grader.course.notebooks import IMPORT, Place, notebook
from grader.errors import UsageError
from grader.files import archive_of
from grader.plan_json import CHECKS
from grader.platforms.container.wheel import DISTRIBUTION, wheel_bytes, wheel_name
from grader.platforms.site.headers import CDN, headers
from grader.platforms.site.pages import Links, devcontainer, lms_fragment, start_page

KERNEL = "@jupyterlite/pyodide-kernel-extension:kernel"
# A folder with this file is a site that may be written over.
CONFIG = "jupyter-lite.json"
# The list of the notebooks.
LISTING = PurePosixPath("api/contents/all.json")
HERE = Path(__file__).parent
ASK = """## Ask the grader

Run your cells above, then the next one: it checks all functions and says what to do next. Nothing
limits the time and memory that your code takes here. If a check never ends, a loop in your code
does not: choose **Restart Kernel** in the menu **Kernel**, correct it, and run your cells again."""
# What a learner types is kept in the browser every five seconds. Cells outside the window are there
# too: for the browser's search, and for screen readers.
OVERRIDES = {
    "@jupyterlab/docmanager-extension:plugin": {"autosaveInterval": 5},
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
}


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """Where the parts of a site come from, and where it will be.

    `pyodide` is a folder with Pyodide's files, which then become part of the site. `wheels` is a
    folder of packages that Pyodide does not have.
    """

    pyodide: Path | None = None
    wheels: Path | None = None
    links: Links = field(default_factory=Links)


def build_site(course: Course, out: Path, settings: SiteSettings) -> int:
    """Write the site to the folder `out` and return its size in bytes.

    UsageError when JupyterLite is missing or fails, when a folder cannot be used, or when `out`
    holds anything but an earlier site.
    """
    _check(out, settings)
    extension = _extension()
    files = _files(course, settings)
    with tempfile.TemporaryDirectory(prefix="grader-") as folder:
        lite, built = Path(folder) / "lite", Path(folder) / "site"
        for name, data in files.items():
            (lite / name).parent.mkdir(parents=True, exist_ok=True)
            (lite / name).write_bytes(data)
        if settings.pyodide:
            shutil.copytree(settings.pyodide, lite / "static" / "pyodide")
        _run_jupyterlite(lite, built, extension)
        for name, text in _pages(course, built, settings).items():
            (built / name).parent.mkdir(parents=True, exist_ok=True)
            (built / name).write_text(text, encoding="utf-8")
        with _writing_to(out):
            shutil.copytree(built, out, dirs_exist_ok=True)
        return sum(path.stat().st_size for path in built.rglob("*") if path.is_file())


def _check(out: Path, settings: SiteSettings) -> None:
    if out.exists() and not (out.is_dir() and _may_be_written_over(out)):
        raise UsageError(f"{out} holds other files; name a new folder with --out")
    if settings.pyodide and not (settings.pyodide / "pyodide-lock.json").is_file():
        raise UsageError(
            f"{settings.pyodide} is not a copy of Pyodide: it has no pyodide-lock.json; name the"
            " folder that its archive unpacks to"
        )
    if settings.wheels and not any(settings.wheels.glob("*.whl")):
        raise UsageError(f"{settings.wheels} has no .whl files; name a folder with some")
    with _writing_to(out):
        out.mkdir(parents=True, exist_ok=True)


@contextmanager
def _writing_to(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UsageError(f"cannot write to {out}: {error}; name another folder") from error


def _may_be_written_over(out: Path) -> bool:
    entries = {path.name for path in out.iterdir()} - {".git"}
    return not entries or CONFIG in entries


def _files(course: Course, settings: SiteSettings) -> dict[str, bytes]:
    """Return what JupyterLite builds the site of, by name."""
    # In the wheel, the checks are there wherever the kernel's current folder is.
    checks = {f"grader/exercises/{CHECKS}": built_files(course)[CHECKS].encode()}
    files = {f"pypi/{wheel_name()}": wheel_bytes(checks)}
    files |= dict([_repacked("comm")])
    files |= {f"pypi/{path.name}": path.read_bytes() for path in _wheels(settings)}
    files[CONFIG] = json.dumps(_config(course)).encode()
    files["overrides.json"] = json.dumps(OVERRIDES).encode()
    return files


def _repacked(name: str) -> tuple[str, bytes]:
    """Make a wheel of a package of this environment: the kernel needs it, Pyodide has it not."""
    distribution = metadata.distribution(name)
    files = {
        path.as_posix(): path.read_binary()
        for path in distribution.files or ()
        if not {"..", "__pycache__"} & set(path.parts)
    }
    return f"pypi/{name}-{distribution.version}-py3-none-any.whl", archive_of(files)


def _wheels(settings: SiteSettings) -> list[Path]:
    return sorted(settings.wheels.glob("*.whl")) if settings.wheels else []


def _config(course: Course) -> dict[str, Any]:
    """Return JupyterLite's settings: no package may come from an index other than the site's."""
    data = {
        "appName": course.title,
        "contentsAllJsonFile": LISTING.name,
        "litePluginSettings": {KERNEL: {"disablePyPIFallback": True}},
    }
    return {"jupyter-lite-schema-version": 0, "jupyter-config-data": data}


def _run_jupyterlite(lite: Path, out: Path, extension: Path) -> None:
    # No other extension of this environment may get into the site.
    command: list[str | Path] = [
        *(sys.executable, "-m", "jupyterlite_core", "build", "--ignore-sys-prefix"),
        f"--LiteBuildConfig.federated_extensions={extension}",
        *("--lite-dir", lite, "--output-dir", out),
        *("--apps", "notebooks", "--no-sourcemaps", "--no-unused-shared-packages"),
    ]
    done = subprocess.run(  # noqa: S603  # our own interpreter
        command, cwd=lite, capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-5:]
        raise UsageError("JupyterLite could not build the site:\n" + "\n".join(last))


def _extension() -> Path:
    """Find the extension of JupyterLite that runs Python."""
    with suppress(ImportError):
        import jupyterlite_core  # noqa: F401  # only whether it is there
        from jupyter_core.paths import jupyter_path

        name = KERNEL.partition(":")[0]
        for folder in map(Path, jupyter_path("labextensions", name)):
            if folder.is_dir():
                return folder
    raise UsageError("building a site needs JupyterLite: pip install 'softmax-grader[site]'")


def _pages(course: Course, built: Path, settings: SiteSettings) -> dict[str, str]:
    """Return our own files of the site: what JupyterLite has built is already in `built`."""
    files = {
        "index.html": start_page(course, settings.links),
        "start.js": (HERE / "start.js").read_text(encoding="utf-8"),
        "start.css": (HERE / "start.css").read_text(encoding="utf-8"),
        ".nojekyll": "",
    }
    learners = _notebooks(course, install=DISTRIBUTION)
    files |= {f"files/{name}": text for name, text in learners.items()}
    files[str(LISTING)] = json.dumps(_listing(learners))
    if settings.links.address:
        files["lms.html"] = lms_fragment(course, settings.links)
    if settings.links.repository:
        files[".devcontainer/devcontainer.json"] = devcontainer(wheel_name())
        wheel = settings.links.raw(f"pypi/{wheel_name()}")
        for name, text in _notebooks(course, install=wheel).items():
            files[f"colab/{name}"] = text
    files["_headers"] = headers(built, others="" if settings.pyodide else CDN)
    return files


def _notebooks(course: Course, *, install: str) -> dict[str, str]:
    """Return a notebook for each exercise, by file name; its first code cell has pip install it."""
    place = Place(first=f"%pip install -q {install}\n{IMPORT}", ask=ASK)
    return {f"{e.slug}.ipynb": notebook(e, place) for e in course.exercises}


def _listing(names: Iterable[str]) -> dict[str, Any]:
    """Return the list of the site's notebooks, as Jupyter's contents API has it."""
    now = datetime.now(UTC).isoformat()
    entry: dict[str, Any] = {
        "last_modified": now,
        "created": now,
        "content": None,
        "mimetype": None,
    }
    entry |= {"format": None, "writable": True}
    notebooks = [{**entry, "name": n, "path": n, "type": "notebook"} for n in names]
    root = {"name": "", "path": "", "type": "directory", "format": "json", "content": notebooks}
    return {**entry, **root}
