"""Compare `otter run` through the plugin with `grader grade` (points) and with plain otter (time).

    python benchmarks/speed/otter_plugin.py              # both; six minutes
    python benchmarks/speed/otter_plugin.py --runs 0     # points only

Exit code 1 when a submission gets other points, or a target is missed.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import nbformat
from measure import command_timing
from otter_run import autograder_zip, otter_timing, without_plots

from grader.course.folder import Course, course_of
from grader.course.planning import plan_of
from grader.course.sample import class_files, notebook_bytes
from grader.platforms.container.pack import Settings
from grader.platforms.otter.assign import assign

ROOT = Path(__file__).resolve().parents[2]
FAST, PUBLIC = 0.6, 1.0
NONE_TESTED = (
    "from grader.platforms.otter import plugin; plugin.TESTED = ();from otter.cli import cli; cli()"
)


def main() -> int:
    """Print both tables; 1 when something is not as it must be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=64)
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    course = course_of(ROOT / "solutions")
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        archive = assign(course, work / "dist", Settings(limits=course.limits)).autograder
        differing = points_table(course, archive, options.students, work) if options.students else 0
        missed = time_table(course, archive, options.runs, work) if options.runs else 0
    return 1 if differing or missed else 0


def points_table(course: Course, archive: Path, students: int, work: Path) -> int:
    """Grade a sample class both ways; how many get other points."""
    folder = work / "class"
    folder.mkdir()
    made = dict(merged(course, students))
    for name, data in made.items():
        (folder / name).write_bytes(data)
    command_timing(
        [sys.executable, "-m", "grader", "grade", folder, "--out", work / "results",
         "--course", ROOT / "solutions"], cwd=work,
    )  # fmt: skip
    lines = (work / "results" / "results.jsonl").read_text(encoding="utf-8").splitlines()
    ours = {line["student"]: line for line in map(json.loads, lines)}
    differing = unread = 0
    for name in made:
        path = folder / name
        found = otter_points(archive, path, work)
        if found is None:
            # Otter ended before it had looked for its plugins.
            unread += 1
            found = otter_points(archive, path, work, ours=True)
        expected = {f["function"]: f["score"] for f in ours[path.stem]["functions"]}
        if found != expected:
            differing += 1
            print(f"{name}: otter gives {found}, grader grade {expected}")
    notebooks = sum(name.endswith(".ipynb") for name in made)
    print(f"{len(made)} submissions, {notebooks} of them notebooks: {differing} get other points")
    print(f"{unread} of them end `otter run` itself, and were run by `grader otter run`")
    return differing


def merged(course: Course, students: int) -> Iterator[tuple[str, bytes]]:
    """A sample class in which each learner has one file: half of them notebooks."""
    files = class_files(course, students=students)
    names = sorted({re.split(r"[/.]", name)[0] for name in files})
    scripts = notebooks = 0
    for student in names:
        own = {n: data for n, data in files.items() if re.split(r"[/.]", n)[0] == student}
        cells = [text for name in sorted(own) for text in sources(name, own[name])]
        if not own.keys() - {name for name in own if name.endswith(".pdf")}:
            continue
        if len(own) == 1 and not cells:
            (name,) = own
            notebooks += name.endswith(".ipynb")
            yield student + Path(name).suffix, own[name]
        elif scripts < notebooks:
            scripts += 1
            yield f"{student}.py", "\n\n".join(cells).encode()
        else:
            notebooks += 1
            book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(t) for t in cells])
            yield f"{student}.ipynb", nbformat.writes(book).encode()


def sources(name: str, data: bytes) -> list[str]:
    """The source of a file's cells; none if it cannot be read."""
    try:
        if name.endswith(".py"):
            return [data.decode()]
        if name.endswith(".ipynb"):
            cells = nbformat.reads(data.decode(), as_version=4).cells
            return [cell.source for cell in cells if cell.cell_type == "code"]
    except Exception:  # noqa: BLE001  # the class holds files that are broken on purpose
        return []
    return []


def otter_points(
    archive: Path, path: Path, work: Path, *, ours: bool = False
) -> dict[str, float] | None:
    """The points of each function by `otter run` (or `grader otter run`); None without results."""
    results = work / "results.json"
    results.unlink(missing_ok=True)
    module = ["grader", "otter"] if ours else ["otter"]
    subprocess.run(
        [sys.executable, "-m", *module, "run", "-a", archive, "-o", work, path],
        cwd=work, capture_output=True, check=False,
    )  # fmt: skip
    if not results.exists():
        return None
    tests = json.loads(results.read_text(encoding="utf-8"))["tests"]
    if len(tests) == 1:
        print(f"{path.name}: {tests[0]['output']}")
    return {test["name"]: test.get("score") for test in tests}


def time_table(course: Course, archive: Path, runs: int, work: Path) -> int:
    """Time one notebook in turn: plain otter, the plugin, the plugin by public means only."""
    plan = plan_of(course)
    checks = sum(len(function.checks) for e in plan.exercises for function in e.functions)
    notebook = work / "timed" / "work.ipynb"
    notebook.parent.mkdir()
    notebook.write_bytes(without_plots(notebook_bytes(course)))
    plain = autograder_zip(plan, work, sys.executable)
    options = ["-a", archive, "-o", notebook.parent, "--no-logo", notebook]
    times: dict[str, list[float]] = {"plain otter": [], "plugin": [], "plugin, public way": []}
    for _ in range(runs):
        timing = otter_timing(notebook, plain, sys.executable, checks=checks)
        times["plain otter"].append(timing.wall_ms)
        timing = command_timing([sys.executable, "-m", "otter", "run", *options], cwd=work)
        times["plugin"].append(timing.wall_ms)
        command = [sys.executable, "-c", NONE_TESTED, "run", *options]
        times["plugin, public way"].append(command_timing(command, cwd=work).wall_ms)
    base = statistics.median(times["plain otter"])
    print(f"\n| `otter run`, {checks} checks, {runs} runs each | ms, median | of plain |")
    print("| --- | --- | --- |")
    ratios = {}
    for name, taken in times.items():
        ratios[name] = statistics.median(taken) / base
        print(f"| {name} | {statistics.median(taken):.0f} | {ratios[name]:.2f} |")
    return int(ratios["plugin"] > FAST) + int(ratios["plugin, public way"] > PUBLIC)


if __name__ == "__main__":
    sys.exit(main())
