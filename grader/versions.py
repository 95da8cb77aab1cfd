"""The versions that results depend on, as they are written to results.jsonl."""

from __future__ import annotations

import platform

import numpy as np

from grader import __version__

VERSIONS = {
    "grader": __version__,
    "python": platform.python_version(),
    "numpy": np.__version__,
}
