"""Are the tests of what decides points any good? Break that code in a thousand ways and see.

Runs mutmut (pip install mutmut) on the modules that pyproject.toml names, in a copy of the last
commit, and compares the mutants that no test has noticed with those that are explained below.

    python benchmarks/trust/mutants.py [--keep FOLDER]

Exit code: 1 when a mutant survives without an explanation.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# What survives, by its function and a part of a line that is changed, and why that is right.
EXPLAINED = {
    ("_is_identical", ""): "a shortcut for answers that are right to the last bit; without it they"
    " are compared, with the same outcome",
    ("_value_difference", "_is_identical(None"): "the same shortcut, never taken",
    (
        "_value_difference",
        "np.where(fine, 1.0",
    ): "what is wrong is off by more than 1",
    ("_nested", "wire.WireError("): "its text is for nobody: the caller says what is wrong",
    ("_expected", "Expected(path, None, None, None"): "of a tuple or dict only the items are used",
    ("_judge", 'Verdict.PASSED, "XXXX"'): "what is told of a passed check is dropped by the caller",
    ("_judge", "imprecise = None"): "as false as False",
    ("distance", "numbers.reshape(None)"): "of one entry: compared with a scalar in any shape",
    ("leaves_of", "strict"): "parts_of has seen to it that there are as many",
    ("leaves_of", "pairs = zip(parts, expected.items, )"): "likewise",
    ("numbers_of", "array.astype(None"): "NumPy's default is float64",
    ("numbers_of", "copy=None"): "as false as False",
    **{
        (
            function,
            f"zip({first}, ",
        ): "as many, always: strict is for whoever changes it"
        for function, first in (
            ("_explained", "function.checks, result.checks"),
            ("_agrees", "theirs, mistaken"),
        )
    },
    ("_agrees", "answer is None and"): "what is None has no parts to compare",
    ("_expected", "loose=LOOSE"): "a value check allows as much anyhow",
    ("_functions", "len(task.files) >= 1"): "the only file is the chosen one anyhow",
    ("_encoded", ">= MAX_ENCODED"): "when a cache is emptied decides about nothing",
    ("_difference", "_difference(value, expected), True"): "no type and no shape is imprecise",
}


def main() -> None:
    """Run mutmut, print what survives without an explanation."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--keep", type=Path, help="work in this folder, and leave it")
    keep = parser.parse_args().keep
    with tempfile.TemporaryDirectory() as name:
        folder = keep or Path(name) / "copy"
        clone = ["git", "clone", "--quiet", ROOT, folder]
        subprocess.run(clone, check=True)
        mutmut = [sys.executable, "-m", "mutmut"]
        with (folder / "mutmut.log").open("wb") as log:
            subprocess.run([*mutmut, "run"], cwd=folder, stdout=log, stderr=log, check=False)
        survived = output(folder, "results").split("\n")
        mutants = [line.split(":")[0].strip() for line in survived if ":" in line]
        killed = output(folder, "results", "--all", "true").count(": killed")
        unexplained = [mutant for mutant in mutants if not reason(folder, mutant)]
        for mutant in unexplained:
            print(output(folder, "show", mutant))
    print(
        f"{killed} mutants killed, {len(mutants)} survive, of which unexplained:", len(unexplained)
    )
    sys.exit(bool(unexplained) or not killed)


def output(folder: Path, *arguments: str) -> str:
    """What mutmut prints."""
    command = [sys.executable, "-m", "mutmut", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout


def reason(folder: Path, mutant: str) -> str:
    """Why a mutant may survive, or an empty text."""
    # x_function, or xǁClassǁmethod
    named = mutant.rpartition(".")[2].partition("__mutmut")[0]
    function = named.rpartition("ǁ")[2] if "ǁ" in named else named.removeprefix("x_")
    shown = output(folder, "show", mutant).splitlines()
    # What was put in, and what was taken out.
    changed = [line for line in shown if line[:2] in ("+ ", "- ")]
    for (name, part), why in EXPLAINED.items():
        if name == function and any(part in line for line in changed or [""]):
            return why
    return ""


if __name__ == "__main__":
    main()
