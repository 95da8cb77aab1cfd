"""Measure a site in a browser: its bytes, and how long a learner waits.

    python benchmarks/speed/site.py --rounds 5

Needs chromium and, the first time, a package registry (a hundred megabytes, kept in --parts):
Pyodide 0.27.7 and an older JupyterLite, as in the tests. Each round opens the start page in one and
the same profile, whose cache is warm from the second round on. "First check" is from the click on
an exercise until its check has answered, all cells being run.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.support.browser import build, parts_in
from tests.support.sites import SOFTMAX_LINK, chromium, of_the_notebook, served, write

RIGHT = "def softmax(Z):\n    E = np.exp(Z - Z.max(axis=0))\n    return E / E.sum(axis=0)"
PATIENCE_MS = 240_000


def main() -> None:
    """Build, open, run, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--parts", type=Path, default=Path(tempfile.gettempdir()) / "grader-site")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        began = time.perf_counter()
        build(parts_in(options.parts), site)
        print(f"| building it, s | {time.perf_counter() - began:.1f} |")
        for name, within in (("the site without Pyodide", site), ("Pyodide", pyodide(site))):
            size = megabytes(within) - (megabytes(pyodide(site)) if within == site else 0)
            print(f"| {name}, MB | {size:.1f} |")
        with served(site) as address, chromium(Path(folder) / "profile") as browser:
            rounds = [one_round(browser, address, first=n == 0) for n in range(options.rounds)]
    firsts, laters = zip(*rounds, strict=True)
    print(f"| first check, cold, s | {firsts[0]:.1f} |")
    if firsts[1:]:
        print(f"| first check, warm, s | {', '.join(f'{s:.1f}' for s in firsts[1:])} |")
    print(f"| a check after that, s, median | {median(laters):.2f} |")


def one_round(browser: Any, address: str, *, first: bool) -> tuple[float, float]:
    """Return the seconds until the first check has answered, and those of the next one."""
    page = browser.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(address)
    began = time.perf_counter()
    page.get_by_role("link", name=SOFTMAX_LINK).click()
    notebook = of_the_notebook(page)
    if first:
        write(page, "raise NotImplementedError", RIGHT)
    else:
        page.locator(".jp-OutputArea-output .softmax-grader").first.evaluate("e => e.remove()")
    notebook.run_all()
    page.locator(".softmax-grader .next", has_text="All public").first.wait_for(state="attached")
    waited = time.perf_counter() - began
    cell = page.locator(".jp-CodeCell", has_text="check(softmax)")
    cell.locator(".cm-content").click()
    prompt = cell.locator(".jp-InputPrompt")
    before = prompt.inner_text()
    began = time.perf_counter()
    page.keyboard.press("Control+Enter")
    while prompt.inner_text() in {before, "[*]:"}:
        page.wait_for_timeout(10)
    after = time.perf_counter() - began
    print(f"{waited:.1f} s, {after:.2f} s, load {os.getloadavg()[0]:.1f}", file=sys.stderr)
    notebook.save()
    page.close()
    return waited, after


def pyodide(site: Path) -> Path:
    """The site's copy of Pyodide."""
    return site / "static" / "pyodide"


def megabytes(folder: Path) -> float:
    """The bytes of all files in a folder, in millions."""
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) / 1e6


if __name__ == "__main__":
    main()
