"""`grader pack`: one file to hand in, read as the grader will read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import UsageError
from grader.files import archive_of, write_bytes, writing_to
from grader.learner.check import check_submission
from grader.learner.checked import CheckedFiles
from grader.learner.folder import checks_path, files_to_check, folder_of
from grader.model import FunctionResult, Verdict
from grader.plan_json import read_plan
from grader.results.screen import ABSENT, NOTE, PASSED, Screen, line
from grader.text import counted

if TYPE_CHECKING:
    from grader.engine.lane import Lane

NAME = "handin"


@dataclass(frozen=True, slots=True)
class Packed:
    """What there is to hand in, and what the grader sees in it."""

    path: Path
    files: tuple[str, ...]
    checked: CheckedFiles


def pack(files: Sequence[Path], lane: Lane, *, out: Path | None = None) -> Packed:
    """Put exercise files into one zip archive and check that; a single file stays as it is.

    An archive that is there is never overwritten. UsageError when there is nothing to hand in, or
    `out` cannot be written.
    """
    folder = folder_of(files)
    plan = read_plan(checks_path(folder))
    paths = files_to_check(files, plan)
    if len(paths) == 1 and out is None:
        path = paths[0]
    else:
        path = out or _new_name(folder)
        if path.exists():
            raise UsageError(f"{path} exists already; name another file with --out")
        archive = archive_of({file.name: file.read_bytes() for file in paths})
        with writing_to(path, remedy="name another file with --out"):
            write_bytes(path, [archive])
    return Packed(path, tuple(p.name for p in paths), check_submission([path], plan, lane))


def _new_name(folder: Path) -> Path:
    """Return a name that no file in the folder has: handin.zip, handin-2.zip, ..."""
    names = (f"{NAME}{f'-{n}' if n > 1 else ''}.zip" for n in range(1, 10_000))
    return next(folder / name for name in names if not (folder / name).exists())


def show_packed(packed: Packed, screen: Screen) -> bool:
    """Show what to hand in and what the grader sees in it; tell whether all of it can be read."""
    size = max(1, round(packed.path.stat().st_size / 1024))
    line(screen, f"Hand in {packed.path} ({counted(len(packed.files), 'file')}, {size} KiB).")
    line(screen, "", "The grader sees:")
    for exercise in packed.checked.plan.exercises:
        here = any(exercise.slug in name for name in packed.files)
        functions = [f for f in packed.checked.functions if f.exercise == exercise.slug]
        words = _states(functions) if here else "not in it"
        line(screen, f"{PASSED if here else ABSENT} {exercise.slug}: {words}")
    notes = packed.checked.result.notes_of_its_own
    broken = [f.message for f in packed.checked.functions if f.verdict is Verdict.NOT_LOADED]
    for note in (*notes, *broken):
        line(screen, f"{NOTE} {note}")
    return not broken


def _states(functions: Sequence[FunctionResult]) -> str:
    """Say of these functions which are right, and so on."""
    states: dict[str, list[str]] = {}
    for function in functions:
        states.setdefault(_state(function), []).append(function.function)
    if len(states) == 1 < len(functions):
        return f"{len(functions)} functions ({next(iter(states))})"
    return "; ".join(f"{', '.join(names)} ({state})" for state, names in states.items())


def _state(function: FunctionResult) -> str:
    words = {
        Verdict.PASSED: "right",
        Verdict.NOT_ATTEMPTED: "not written",
        Verdict.NOT_LOADED: "cannot be read",
        Verdict.MISSING: "not found",
    }
    return words.get(function.verdict, "fails checks")
