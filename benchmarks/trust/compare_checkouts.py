"""Do two versions of the grader give the same? Grade the same files with both, and compare.

    python benchmarks/trust/compare_checkouts.py BEFORE AFTER [--whole all] [--allow FILE]

BEFORE and AFTER are checkouts. Only what users see is used (the commands, and the files that they
write), so modules may have moved, or have other names. Four classes are compared:

- `sample`: what `grader demo` makes, once, with BEFORE;
- `variants`: every mistake and every alternative of BEFORE's course, each a file of its own;
- `whole`: some of them (`--whole 0`: none, `all`: all), each within a solution of all exercises, so
  that what builds on a wrong function shows as well;
- `check`: `grader check --json` for some of the sample class, by each version's exercises/.

Everything in results.jsonl counts but times and versions; so do gradebook.csv, changes.csv and
misconceptions.csv, byte for byte.

Each line of the file for `--allow` is `BEFORE => AFTER`, two regular expressions. A message that
the first one matches as a whole may have become one that the second one matches. Lines that begin
with # are comments. Points, verdicts and names of mistakes must always be the same.

Exit code: 0 when all is the same or allowed, 1 when something is not, 2 when it could not run.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from result_values import TABLES, Results, results_in, values_of
from variant_files import variants_of, write_alone, write_whole

# The fields that hold text for people, by their last word; only these may be reworded.
WORDS = frozenset({"message", "evidence", "notes"})
KINDS_SHOWN, EXAMPLES_SHOWN = 20, 2
WHOSE = """import grader, numpy, sys
print(grader.__file__, "by", sys.executable, sys.version.split()[0], "NumPy", numpy.__version__)"""


class CannotRunError(Exception):
    """Something is not there, or a command has failed."""


class Side(NamedTuple):
    """One of the two versions."""

    name: str
    checkout: Path
    python: Path
    course: Path
    work: Path

    def run(self, *words: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run this checkout's code, whatever else its interpreter has installed."""
        env = {name: text for name, text in os.environ.items() if not name.startswith("PYTHON")}
        return subprocess.run(
            [self.python, *words],
            cwd=cwd or self.work,
            env=env | {"PYTHONPATH": str(self.checkout)},
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )

    def grader(self, *words: str | Path, cwd: Path | None = None) -> str:
        """What a command prints; CannotRunError when it could not do its work."""
        done = self.run("-m", "grader", *words, cwd=cwd)
        if done.returncode not in (0, 1):  # 1: something in a submission is wrong
            raise CannotRunError(f"{self.name}: grader {words[0]} ended with {done.returncode}")
        return done.stdout

    def prove_code(self) -> None:
        """Print whose code runs; CannotRunError if it is not this checkout's."""
        found, _, versions = self.run("-c", WHOSE).stdout.strip().partition(" by ")
        if not found:
            raise CannotRunError(f"{self.name}: {self.python} cannot import grader and numpy")
        if self.checkout not in Path(found).resolve().parents:
            raise CannotRunError(f"{self.name}: {found} would run, which is not in {self.checkout}")
        print(f"{self.name}: {found}, {versions}", flush=True)


class Difference(NamedTuple):
    """Two values that are not the same; None: there is none."""

    group: str
    submission: str
    where: str
    field: str
    before: Any
    after: Any
    allowed: bool

    @property
    def kind(self) -> tuple[str, str, str]:
        """The field, and the words that are not the same, without the numbers in them."""
        before, after = (
            re.sub(r"\d[\d.]*", "#", str(v)).split() for v in (self.before, self.after)
        )
        for _ in range(2):  # what both begin with; what both end with
            while before and after and before[-1] == after[-1]:
                del before[-1], after[-1]
            before, after = before[::-1], after[::-1]
        return self.field, " ".join(before), " ".join(after)


def main() -> int:
    """Grade with both, print what differs; the exit code."""
    options = options_of()
    began = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix="compare-") as name:
            differences = compared(options, options.keep or Path(name))
    except (CannotRunError, OSError, ValueError, re.error) as error:
        print(f"compare_checkouts.py: {error}", file=sys.stderr)
        return 2
    if options.json:
        options.json.write_text(json.dumps([d._asdict() for d in differences], indent=1))
    missed = [d for d in differences if not d.allowed]
    print_kinds(missed)
    print(
        f"\n{len(missed)} differences, and {len(differences) - len(missed)} that are allowed;"
        f" {time.monotonic() - began:.0f} s"
    )
    return int(bool(missed))


def options_of() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    add = parser.add_argument
    for name in ("before", "after"):
        add(name, type=Path, metavar=name.upper())
        default = "default: its .venv's, or the one that runs this"
        add(f"--python-{name}", type=Path, metavar="PYTHON", help=default)
    add("--course", type=Path, metavar="DIR", help="for both; default: each one's solutions/")
    add("--students", type=int, default=60, metavar="N", help="in the sample class; default: 60")
    add("--whole", default="100", metavar="N", help="how many whole solutions, or all; default 100")
    add("--checks", type=int, default=6, metavar="N", help="runs of grader check; default: 6")
    add("--jobs", type=int, default=2, metavar="N", help="submissions graded at once; default: 2")
    add("--isolation", default="auto", metavar="TIER", help="as for grader grade; default: auto")
    add("--allow", type=Path, metavar="FILE", help="messages that are reworded; see above")
    add("--json", type=Path, metavar="FILE", help="write all differences into this file")
    add("--keep", type=Path, metavar="FOLDER", help="work in this new folder, and leave it")
    return parser.parse_args()


def compared(options: argparse.Namespace, work: Path) -> list[Difference]:
    """Everything that differs, class by class."""
    sides = [side_of(name, options, work) for name in ("before", "after")]
    for side in sides:
        side.prove_code()
    allowed = allowed_in(options.allow) if options.allow else []
    classes = classes_of(sides[0], options)
    print("\n| class | submissions | functions | values | differences | allowed |")
    print("| --- | --- | --- | --- | --- | --- |", flush=True)
    differences = []
    for group in (*classes, "check"):
        before, after = (results_of(side, group, classes, options) for side in sides)
        found = list(differences_in(group, before, after, allowed))
        differences += found
        submissions = [values for name, values in before.items() if name not in TABLES]
        figures = (
            len(submissions),
            sum(field == "functions.verdict" for values in submissions for _, field in values),
            sum(map(len, before.values())),
            sum(not d.allowed for d in found),
            sum(d.allowed for d in found),
        )
        if not figures[1]:
            raise CannotRunError(f"{sides[0].name}: no function was graded in {group}")
        print(f"| {group} | {' | '.join(map(str, figures))} |", flush=True)
    return differences


def side_of(name: str, options: argparse.Namespace, work: Path) -> Side:
    """One of the two versions, with a folder to work in."""
    checkout = getattr(options, name).resolve()
    own = checkout / ".venv" / "bin" / "python"
    python = getattr(options, f"python_{name}") or (own if own.exists() else Path(sys.executable))
    course = (options.course or checkout / "solutions").resolve()
    if not (course / "course.toml").is_file():
        raise CannotRunError(f"{course} holds no course.toml; name a checkout, or a --course")
    folder = (work / name).resolve()
    folder.mkdir(parents=True)
    # Made absolute, but not resolved: by its place an interpreter knows its virtual environment.
    return Side(name, checkout, python.absolute(), course, folder)


def allowed_in(path: Path) -> list[tuple[re.Pattern[str], re.Pattern[str]]]:
    """The rewordings that a file allows."""
    lines = [line for line in path.read_text().splitlines() if line and line[0] != "#"]
    for line in lines:
        if line.count(" => ") != 1:
            raise CannotRunError(f"{path}: {line!r} is not of the form BEFORE => AFTER")
    pairs = (line.split(" => ") for line in lines)
    return [(re.compile(one, re.DOTALL), re.compile(other, re.DOTALL)) for one, other in pairs]


def classes_of(side: Side, options: argparse.Namespace) -> dict[str, Path]:
    """The folders of the classes that both will grade."""
    progress("making the classes")
    students, jobs = str(options.students), str(options.jobs)
    demo = side.work / "demo"
    side.grader(
        "demo", "--students", students, "--jobs", jobs, "--course", side.course, "--out", demo
    )
    variants = variants_of(side.course)
    count = len(variants) if options.whole == "all" else min(int(options.whole), len(variants))
    # Evenly from all exercises.
    chosen = [list(variants)[number * len(variants) // count] for number in range(count)]
    classes = {
        "sample": demo / "submissions",
        "variants": write_alone(variants, side.work / "variants"),
    }
    if chosen:
        classes["whole"] = write_whole(
            {student: variants[student] for student in chosen}, side.course, side.work / "whole"
        )
    return classes


def results_of(
    side: Side, group: str, classes: dict[str, Path], options: argparse.Namespace
) -> Results:
    """What one version makes of a class."""
    progress(f"{side.name}: {group}")
    if group == "check":
        return checked(side, classes["sample"], options.checks)
    out = side.work / f"{group}-results"
    grade = ("grade", classes[group], "--out", out, "--course", side.course, "--from", "plain")
    side.grader(*grade, "--jobs", str(options.jobs), "--isolation", options.isolation)
    return results_in(out)


def checked(side: Side, sample: Path, count: int) -> Results:
    """What `grader check --json` says of the first learners who have handed in scripts."""
    students = sorted(path for path in sample.iterdir() if path.is_dir() and [*path.glob("*.py")])
    results: Results = {}
    for student in students[:count]:
        folder = shutil.copytree(student, side.work / "check" / student.name)
        results[student.name] = values_of(json.loads(side.grader("check", "--json", cwd=folder)))
    return results


def differences_in(
    group: str,
    before: Results,
    after: Results,
    allowed: list[tuple[re.Pattern[str], re.Pattern[str]]],
) -> Iterator[Difference]:
    """All that differs in a class."""
    for name in sorted(before.keys() | after.keys()):
        one, other = before.get(name, {}), after.get(name, {})
        places = [place for place in one | other if one.get(place) != other.get(place)]
        if name in TABLES and len(places) > 1:
            places.remove(("", "bytes"))  # the cells say what it is
        for place in places:
            where, field = place
            pair = one.get(place), other.get(place)
            is_allowed = field.rpartition(".")[2] in WORDS and any(
                old.fullmatch(str(pair[0])) and new.fullmatch(str(pair[1])) for old, new in allowed
            )
            yield Difference(group, name, where, field, *pair, is_allowed)


def print_kinds(differences: list[Difference]) -> None:
    """Print how many differences of each kind there are, and the first of each in full."""
    for field, count in Counter(d.field for d in differences).most_common():
        print(f"\n{field}: {count} differences")
    kinds: dict[tuple[str, str, str], list[Difference]] = {}
    for difference in differences:
        kinds.setdefault(difference.kind, []).append(difference)
    most = sorted(kinds.values(), key=len, reverse=True)
    for examples in most[:KINDS_SHOWN]:
        print(f"\n{examples[0].field}, {len(examples)} of this kind:")
        for d in examples[:EXAMPLES_SHOWN]:
            print(f"  {d.group}, {d.submission} {d.where}\n    - {d.before}\n    + {d.after}")
    if len(most) > KINDS_SHOWN:
        print(f"\nand {len(most) - KINDS_SHOWN} kinds more; --json FILE writes all")


def progress(text: str) -> None:
    """Say on standard error what is being done."""
    print(f"[{time.strftime('%H:%M:%S')}] {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
