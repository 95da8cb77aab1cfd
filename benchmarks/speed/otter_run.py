"""Grade a notebook with `otter run`, by as many checks as the grader's plan has."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from measure import Timing, command_timing

from grader import wire
from grader.plan import Plan, PlannedCheck, PlannedFunction
from grader.platforms.otter.literals import arguments, literal

# Drawing a figure takes otter a second and the grader nothing: leave it out of the comparison.
PLOTTING = re.compile(r"^(?!\s).*(matplotlib|\bplt\b|\bax\.)")


def without_plots(notebook: bytes) -> bytes:
    """The notebook without the top-level lines that plot; everything else stays."""
    document = json.loads(notebook)
    for cell in document["cells"]:
        cell["source"] = [line for line in cell["source"] if not PLOTTING.search(line)]
    return json.dumps(document, indent=1).encode()


def autograder_zip(plan: Plan, folder: Path, python: str) -> Path:
    """An autograder made by `otter generate`: a test file for each function, a case for each check.

    Every case makes the calls of its check and compares with the expected values, as literals.
    """
    tests = folder / "tests"
    tests.mkdir()
    for exercise in plan.exercises:
        for function in exercise.functions:
            (tests / f"{function.name}.py").write_text(ok_test(function), encoding="utf-8")
    options = ("--no-config", "--no-requirements", "--no-environment")
    archive = folder / "autograder.zip"
    command_timing(
        [python, "-m", "otter", "generate", "-t", tests, "-o", archive, *options], cwd=folder
    )
    return archive


def otter_timing(notebook: Path, archive: Path, python: str, *, checks: int) -> Timing:
    """The time of one `otter run`; RuntimeError when not all of the checks pass."""
    folder = notebook.parent
    options = ("-a", archive, "-o", folder, "--no-logo")
    timing = command_timing([python, "-m", "otter", "run", *options, notebook], cwd=folder)
    tests = json.loads((folder / "results.json").read_text(encoding="utf-8"))["tests"]
    passed = sum(test.get("score") or 0 for test in tests)
    if passed != checks:
        raise RuntimeError(f"the references pass {passed} of {checks} checks in otter: {tests}")
    return timing


def ok_test(function: PlannedFunction) -> str:
    """The checks of a function as a test file in otter's OK format."""
    cases = [
        {"code": doctest_code(function, check), "hidden": check.hidden} for check in function.checks
    ]
    suite = {"cases": cases, "scored": True, "setup": "", "teardown": "", "type": "doctest"}
    test = {"name": function.name, "points": len(cases), "suites": [suite]}
    return f"OK_FORMAT = True\n\ntest = {test!r}\n"


def doctest_code(function: PlannedFunction, check: PlannedCheck) -> str:
    """The calls of a check, and its comparisons, as a doctest."""
    lines = [">>> import numpy as np"]
    for place in check.calls:
        call = function.calls[place]
        lines.append(f">>> result = {function.name}({arguments(call)})")
        for comparison in comparisons("result", call.expected):
            lines += [f">>> {comparison}", "True"]
    return "\n".join(lines) + "\n"


def comparisons(actual: str, expected: wire.Value) -> Iterator[str]:
    """Expressions that hold when `actual` (source code) is what is expected, one for each array."""
    match expected:
        case wire.Sequence(items=items):
            for place, item in enumerate(items):
                yield from comparisons(f"{actual}[{place}]", item)
        case wire.Mapping(keys=keys, values=values):
            for key, value in zip(keys, values, strict=True):
                yield from comparisons(f"{actual}[{key!r}]", value)
        case None | bool() | str():
            yield f"bool({actual} == {expected!r})"
        case _:
            yield f"bool(np.allclose({actual}, {literal(expected)}, equal_nan=True))"
