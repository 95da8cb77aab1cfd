"""How long it takes to fill a gradebook of 50 000 rows: python benchmarks/speed/export_size.py."""

from __future__ import annotations

import tempfile
import time
from contextlib import suppress
from pathlib import Path

import msgspec

from grader.cli import main
from grader.model import FunctionResult, SubmissionResult

ROWS = 50_000


def measure() -> None:
    """Write results and a gradebook into a temporary folder, fill it, print the time."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        lines = ["Student,ID,SIS User ID,SIS Login ID,Section,Softmax (901)"]
        lines += [f'"Family{n}, Given{n}",{n},s{n},login{n},"CS, A",' for n in range(ROWS)]
        (work / "gradebook.csv").write_text("\n".join(lines), encoding="utf-8")
        with (work / "results.jsonl").open("wb") as file:
            for number in range(ROWS):
                file.write(msgspec.json.encode(result(f"login{number}")) + b"\n")
        began = time.perf_counter()
        command = ["export", "canvas", work, work / "gradebook.csv", "--column", "901"]
        with suppress(SystemExit):
            main([*map(str, command), "--out", str(work / "filled.csv")], standalone_mode=False)
        print(f"{ROWS} rows in {time.perf_counter() - began:.1f} s")


def result(student: str) -> SubmissionResult:
    """A result with 20 functions."""
    functions = tuple(
        FunctionResult("ex01", f"function{n}", 5.0, 5.0, "passed", "", None, ())  # type: ignore[arg-type]
        for n in range(20)
    )
    return SubmissionResult(1, student, (), 100.0, 100.0, "none", {}, (), functions)


if __name__ == "__main__":
    measure()
