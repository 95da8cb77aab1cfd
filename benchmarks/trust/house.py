"""The shape of the code: how long its files and functions are, what it loads, how soon it starts.

    python benchmarks/trust/house.py [CHECKOUT]

Measures the checkout that is named, or the one that it lies in, and prints a table. All is counted
as a reader sees it. A file's length is its lines, blank ones and comments too. A function's length
is from its `def` to its last line, docstring included and decorators not; a function within another
one counts by itself, and as lines of the outer one. A 95 % is the length that 95 of 100 do not
exceed. Parameters are counted without `self` and `cls`.

Exit code: 1 when a limit (the constants below) is missed.
"""

from __future__ import annotations

import argparse
import ast
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from statistics import median
from typing import NamedTuple

FILE_MEDIAN, FILE_95 = 130, 320
FUNCTION_MEDIAN, FUNCTION_95 = 9, 28
LONG_FUNCTION, MANY_PARAMETERS = 40, 6
MODULES_AT_THE_TOP = 14
LOADED_BY_SCORING = 8
START_S, STARTS = 0.15, 10
# Why a function may be longer than LONG_FUNCTION, or have more than MANY_PARAMETERS.
REASONS = {
    "teacher.grade": "a command: its docstring is its help, and each option is a parameter",
}
# The module of arithmetic, by its names in all layouts; the first that exists counts.
SCORING = ("grader.judge.scoring", "grader.scoring")
LEARNER = "grader.learner"
TOO_MUCH_FOR_LEARNERS = ("sqlite3", "grader.worker.zygote")
# Import a module, a package with all that is in it, and print what is loaded then.
IMPORT = """
import importlib, pkgutil, sys
module = importlib.import_module(sys.argv[1])
for found in pkgutil.iter_modules(getattr(module, "__path__", ())):
    importlib.import_module(f"{module.__name__}.{found.name}")
print(*sys.modules)
"""


class Function(NamedTuple):
    """A function of the grader's."""

    name: str
    place: str
    lines: int
    parameters: int
    is_command: bool


class Row(NamedTuple):
    """A line of the table: what was measured, and the most that it may be, if there is a limit."""

    what: str
    measured: float
    limit: float | None = None
    note: str = ""

    @property
    def is_missed(self) -> bool:
        """Whether it is more than it may be."""
        return self.limit is not None and self.measured > self.limit


def main() -> int:
    """Print the table; the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    default = Path(__file__).resolve().parents[2]
    parser.add_argument("checkout", type=Path, nargs="?", default=default)
    root = parser.parse_args().checkout.resolve()
    rows = [*of_files(root), *of_functions(root), *of_imports(root), *of_starts(root), *sizes(root)]
    print("| what | measured | limit | | |\n| --- | --- | --- | --- | --- |")
    for row in rows:
        limit = "" if row.limit is None else f"{row.limit:g}"
        verdict = "" if row.limit is None else "missed" if row.is_missed else "met"
        print(f"| {row.what} | {row.measured:.5g} | {limit} | {verdict} | {row.note} |")
    return int(any(row.is_missed for row in rows))


def of_files(root: Path) -> Iterator[Row]:
    """How long files are, and how many lie at the top."""
    lengths = {path: count_lines(path) for path in sorted((root / "grader").rglob("*.py"))}
    longest = max(lengths, key=lambda path: lengths[path])
    yield Row("files, median lines", median(lengths.values()), FILE_MEDIAN)
    yield Row("files, 95 %", at_95(lengths.values()), FILE_95)
    yield Row("the longest file", lengths[longest], None, str(longest.relative_to(root)))
    top = [path for path in lengths if path.parent == root / "grader"]
    yield Row("modules directly in grader/", len(top), MODULES_AT_THE_TOP)


def of_functions(root: Path) -> Iterator[Row]:
    """How long functions are, and how many parameters they have."""
    functions = list(functions_of(root))
    yield Row("functions, median lines", median(f.lines for f in functions), FUNCTION_MEDIAN)
    yield Row("functions, 95 %", at_95(f.lines for f in functions), FUNCTION_95)
    long = [f for f in functions if f.lines > LONG_FUNCTION]
    what = f"functions over {LONG_FUNCTION} lines"
    yield from with_reasons(what, long, lambda f: f.lines)
    many = [f for f in functions if f.parameters > MANY_PARAMETERS]
    what = f"functions with more than {MANY_PARAMETERS} parameters"
    yield from with_reasons(what, [f for f in many if not f.is_command], lambda f: f.parameters)
    commands = [f for f in many if f.is_command]
    listed = ", ".join(f"{f.name} {f.parameters}" for f in commands)
    yield Row("commands with as many options", len(commands), None, listed)
    for name in REASONS.keys() - {f.name for f in long + many}:
        yield Row(f"a reason for {name}, which needs none", 1, 0, "take it out of house.py")


def with_reasons(
    what: str, functions: list[Function], figure: Callable[[Function], int]
) -> Iterator[Row]:
    """How many functions are too large: with a reason for it, and without."""
    excused = [f for f in functions if f.name in REASONS]
    others = [f for f in functions if f.name not in REASONS]
    yield Row(what, len(others), 0, ", ".join(f"{f.place} {figure(f)}" for f in others))
    for f in excused:
        yield Row(f"{f.name}, with a reason", figure(f), None, REASONS[f.name])


def functions_of(root: Path) -> Iterator[Function]:
    """Every function and method of the grader's."""
    for path in sorted((root / "grader").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                decorators = (decorator for decorator in node.decorator_list)
                yield Function(
                    f"{path.stem}.{node.name}",
                    f"{path.relative_to(root)}:{node.lineno} {node.name}",
                    (node.end_lineno or node.lineno) - node.lineno + 1,
                    parameters_of(node.args),
                    any(".command(" in ast.unparse(decorator) for decorator in decorators),
                )


def parameters_of(arguments: ast.arguments) -> int:
    """How many parameters a caller may fill."""
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    starred = [one for one in (arguments.vararg, arguments.kwarg) if one]
    return sum(one.arg not in ("self", "cls") for one in named) + len(starred)


def of_imports(root: Path) -> Iterator[Row]:
    """What some modules load."""
    name = next(name for name in SCORING if is_module(root, name))
    ours = sorted(loaded for loaded in loaded_by(root, name) if loaded.split(".")[0] == "grader")
    yield Row(f"of ours loaded by {name}, itself included", len(ours), LOADED_BY_SCORING)
    loaded = loaded_by(root, LEARNER)
    for much in TOO_MUCH_FOR_LEARNERS:
        yield Row(f"{LEARNER} loads {much}", much in loaded, 0)


def is_module(root: Path, name: str) -> bool:
    """Whether there is such a module."""
    path = root.joinpath(*name.split("."))
    return path.with_suffix(".py").exists() or path.is_dir()


def loaded_by(root: Path, name: str) -> set[str]:
    """The names of all modules that are loaded once this one is."""
    return set(run(root, "-c", IMPORT, name).split())


def of_starts(root: Path) -> Iterator[Row]:
    """How long it takes until help is there."""
    for words in (("--help",), ("doctor", "--help")):
        run(root, "-m", "grader", *words)
        took = []
        core_began = children_s()
        for _ in range(STARTS):
            began = time.perf_counter()
            run(root, "-m", "grader", *words)
            took.append(time.perf_counter() - began)
        core = (children_s() - core_began) / STARTS
        what = f"`grader {' '.join(words)}`, s, median of {STARTS}"
        yield Row(
            what,
            median(took),
            START_S,
            f"{min(took):.3f} to {max(took):.3f}; {core:.3f} of one core",
        )


def children_s() -> float:
    """The CPU time of all commands so far."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run(root: Path, *words: str) -> str:
    """What this interpreter prints when it runs the checkout's code."""
    return subprocess.run(
        [sys.executable, *words],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def sizes(root: Path) -> Iterator[Row]:
    """How many lines there are in all, of Python and of everything else that is text."""
    for folder in ("grader", "tests", "benchmarks", "docs"):
        names = subprocess.run(
            ["git", "ls-files", "-z", folder], cwd=root, capture_output=True, text=True, check=True
        ).stdout.split("\0")
        lines = {name: count_lines(root / name) for name in names if (root / name).is_file()}
        python = sum(count for name, count in lines.items() if name.endswith(".py"))
        yield Row(f"lines of {folder}/", sum(lines.values()), None, f"{python} of them Python")


def count_lines(path: Path) -> int:
    """How many lines a file has."""
    return len(path.read_bytes().splitlines())


def at_95(figures: Iterable[int]) -> int:
    """The figure that 95 of 100 do not exceed."""
    ordered = sorted(figures)
    return ordered[int(0.95 * len(ordered))]


if __name__ == "__main__":
    sys.exit(main())
