"""Make a wheel of the running grader, without a build: no network, no build tools.

The container then runs exactly the code that packed it, whether installed or from a checkout.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from grader import __version__
from grader.errors import UsageError
from grader.files import archive_of

DISTRIBUTION = "softmax-grader"
# Not needed in a container: the exercises are for learners' machines.
LEFT_OUT = frozenset({"__pycache__", "exercises"})
TAG = "py3-none-any"
# The metadata of an installed distribution that a wheel holds too.
METADATA = ("METADATA", "entry_points.txt", "licenses/LICENSE")


def wheel_name() -> str:
    """Return the file name that pip expects of this wheel."""
    return f"{DISTRIBUTION.replace('-', '_')}-{__version__}-{TAG}.whl"


def wheel_bytes() -> bytes:
    """Make a wheel of the running grader. UsageError when it was not installed by pip."""
    files = dict(sorted(_package()))
    folder = f"{DISTRIBUTION.replace('-', '_')}-{__version__}.dist-info"
    files |= {f"{folder}/{name}": data for name, data in _metadata()}
    files[f"{folder}/WHEEL"] = (
        f"Wheel-Version: 1.0\nGenerator: {DISTRIBUTION} {__version__}\n"
        f"Root-Is-Purelib: true\nTag: {TAG}\n"
    ).encode()
    record = [f"{name},{_digest(data)},{len(data)}" for name, data in files.items()]
    record.append(f"{folder}/RECORD,,")
    files[f"{folder}/RECORD"] = ("\n".join(record) + "\n").encode()
    return archive_of(files)


def _package() -> Iterator[tuple[str, bytes]]:
    package = Path(__file__).parents[2]
    for path in package.rglob("*"):
        inner = path.relative_to(package)
        if path.is_file() and not LEFT_OUT & set(inner.parts):
            yield f"{package.name}/{inner.as_posix()}", path.read_bytes()


def _metadata() -> Iterator[tuple[str, bytes]]:
    remedy = "install the grader with pip first: pip install ."
    try:
        distribution = metadata.distribution(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        raise UsageError(
            f"{DISTRIBUTION} is not installed, so it cannot be packed; {remedy}"
        ) from None
    if distribution.version != __version__:
        raise UsageError(
            f"{DISTRIBUTION} {distribution.version} is installed, but {__version__} is running;"
            f" {remedy}"
        )
    for name in METADATA:
        text = distribution.read_text(name)
        if text is not None:  # pragma: no branch  # some installers leave some of them out
            yield name, text.encode()


def _digest(data: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
    return f"sha256={digest}"
