"""How long it takes to take in a class of 5 000: python benchmarks/speed/intake_size.py.

Taking in is all before the first submission is graded: recognising the LMS, finding whose each file
is, matching with a roster; and reading all files, which workers do as they grade.
"""

from __future__ import annotations

import sys
import tempfile
import time
import zipfile
from pathlib import Path

from grader.intake.recognise import class_at
from grader.intake.roster import read_roster, with_roster
from grader.intake.submission import read_submission

LEARNERS, TARGET_S = 5_000, 5.0
ORDER = ("ex01_softmax", "ex02_jacobian")
SOURCE = b"import numpy as np\ndef softmax(Z):\n    return np.exp(Z) / np.exp(Z).sum(axis=0)\n"


def main() -> int:
    """Print a line for each form; 1 when one takes longer than the target."""
    slowest = 0.0
    print("| what | files | taken in, s | read, s |\n| --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        roster = work / "roster.csv"
        lines = [f"s{n},Given{n} Family{n},g{n}@x.org,{n}" for n in range(LEARNERS)]
        roster.write_text("id,name,email,canvas_id\n" + "\n".join(lines), encoding="utf-8")
        for name, files in (("canvas", canvas), ("moodle", moodle), ("gradescope", gradescope)):
            for form, write in (("folder", as_folder), ("zip", as_zip)):
                path = work / f"{name}-{form}"
                made = files()
                path = write(path, made)
                began = time.perf_counter()
                found = with_roster(class_at(path, order=ORDER), read_roster(roster))
                took = time.perf_counter() - began
                began = time.perf_counter()
                for entry in found.entries:
                    read_submission(entry.student, entry.parts)
                reading = time.perf_counter() - began
                if len(found.entries) != LEARNERS or found.absent:
                    raise RuntimeError(f"{path}: {len(found.entries)} learners were taken in")
                slowest = max(slowest, took)
                print(f"| {name}, {form} | {len(made)} | {took:.2f} | {reading:.2f} |")
    return int(slowest > TARGET_S)


def canvas() -> dict[str, bytes]:
    """Two files of each learner, one of them handed in twice."""
    files = {}
    for n in range(LEARNERS):
        files[f"family{n}given{n}_{n}_{n + 10**6}_ex01_softmax.py"] = SOURCE
        files[f"family{n}given{n}_LATE_{n}_{n + 2 * 10**6}_ex01_softmax-1.py"] = SOURCE
        files[f"family{n}given{n}_{n}_{n + 3 * 10**6}_ex02_jacobian.py"] = SOURCE
    return files


def moodle() -> dict[str, bytes]:
    """A folder of each learner."""
    name = "Given{0} Family{0}_{0}_assignsubmission_file/ex01_softmax.py"
    return {name.format(n): SOURCE for n in range(LEARNERS)}


def gradescope() -> dict[str, bytes]:
    """A folder of each submission, and what was graded of each by another grader."""
    about = ["---"]
    files = {}
    for n in range(LEARNERS):
        files[f"submission_{n}/ex01_softmax.py"] = SOURCE
        about += [
            f"submission_{n}:",
            "  :submitters:",
            f"  - :name: Given{n} Family{n}",
            f"    :sid: s{n}",
            f"    :email: g{n}@x.org",
            "  :results:",
            "    :tests:",
            *[f"    - :name: test {k}\n      :output: passed" for k in range(20)],
        ]
    files["submission_metadata.yml"] = "\n".join(about).encode()
    return files


def as_folder(path: Path, files: dict[str, bytes]) -> Path:
    """Written to disk."""
    for name, data in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)
    return path


def as_zip(path: Path, files: dict[str, bytes]) -> Path:
    """In one archive."""
    path = path.with_suffix(".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


if __name__ == "__main__":
    sys.exit(main())
