"""The same verdicts with each supported minor version of Python and NumPy that can be had here.

    pip install nox
    nox -f benchmarks/trust/noxfile.py

A session of `verdicts` grades every mistake and every alternative and compares scores, verdicts and
names of mistakes with those of the first session; one of `otter` makes what otter uses, and lets it
grade. A Python that is not installed is skipped, and said so.
"""

from __future__ import annotations

from pathlib import Path

import nox

ROOT = Path(__file__).resolve().parents[2]
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
# The oldest that is supported, and each minor version since.
NUMPYS = ("2.0", "2.1", "2.2", "2.3", "2.4")
# NumPy says of which Pythons it has wheels.
WHEELS = {
    "2.0": ("3.11", "3.12"),
    "2.1": ("3.11", "3.12", "3.13"),
    "2.2": ("3.11", "3.12", "3.13"),
}
# The minor versions of otter-grader that the extra `otter` promises.
OTTERS = ("7.0",)
PAIRS = [(p, n) for p in PYTHONS for n in NUMPYS if p in WHEELS.get(n, PYTHONS)]

nox.options.error_on_missing_interpreters = False
nox.options.reuse_existing_virtualenvs = True


@nox.session
@nox.parametrize(("python", "numpy"), PAIRS)
def verdicts(session: nox.Session, numpy: str) -> None:
    """Grade all, and compare with the first session."""
    session.install("--quiet", f"numpy~={numpy}.0", "-e", str(ROOT))
    first = ROOT / "benchmarks" / "verdicts.json"
    script = str(ROOT / "benchmarks" / "trust" / "verdicts.py")
    is_first = (session.python, numpy) == PAIRS[0]
    session.run("python", script, "--out" if is_first else "--same-as", str(first))


@nox.session(python=PYTHONS[0])
@nox.parametrize("otter", OTTERS)
def otter(session: nox.Session, otter: str) -> None:
    """Make notebooks and autograders with each version of otter, and let it grade with them."""
    session.install("--quiet", f"otter-grader[grading]~={otter}.0", "-e", f"{ROOT}[test]")
    tests = str(ROOT / "tests" / "platforms")
    session.run("python", "-m", "pytest", "-q", tests, "-k", "otter", "-m", "slow or not slow")
