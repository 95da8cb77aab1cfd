"""Time `check(softmax)` in a notebook's kernel, from running the cell to all that it shows.

python benchmarks/speed/notebook.py [--repeats N]
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from grader.learner.start import start

TARGET_S = 0.1
IMPORT = "import numpy as np\nfrom grader.notebook import check"
RIGHT = "def softmax(Z):\n    E = np.exp(Z - Z.max(axis=0))\n    return E / E.sum(axis=0)"
WRONG = "def softmax(Z):\n    E = np.exp(Z)\n    return E / E.sum(axis=0)"


def main() -> int:
    """Print a table; 1 when the median of a check, after the first, misses the target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=20)
    repeats = parser.parse_args().repeats
    with tempfile.TemporaryDirectory() as folder:
        start(Path(folder), form="ipynb")
        slowest = measured(folder, repeats)
    met = slowest <= TARGET_S
    print(f"\ntarget {TARGET_S:g} s for each check after the first: {'met' if met else 'missed'}")
    return 0 if met else 1


def measured(folder: str, repeats: int) -> float:
    """Time cells in a kernel that runs in this folder; return the larger median."""
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel(kernel_name="python3", cwd=folder)
    medians = []
    try:
        print(f"the first cell, with the import: {timed(client, IMPORT):.3f} s")
        for name, source in (("right", RIGHT), ("wrong", WRONG)):
            timed(client, source)
            first, *rest = [timed(client, "check(softmax)") for _ in range(repeats + 1)]
            medians.append(statistics.median(rest))
            print(
                f"a {name} softmax: first check {first:.3f} s, then {medians[-1]:.3f} s"
                f" ({min(rest):.3f} to {max(rest):.3f} s, {repeats} checks)"
            )
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return max(medians)


def timed(client: Any, cell: str) -> float:
    """Run a cell; return the time until all that it shows is here."""
    began = time.perf_counter()
    reply = client.execute_interactive(cell, output_hook=lambda _message: None, timeout=60)
    assert reply["content"]["status"] == "ok", reply["content"]
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
