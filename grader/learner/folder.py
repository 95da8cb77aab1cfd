"""Find a learner's exercise files in a folder, and the checks and templates that belong to them."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from grader.errors import UsageError
from grader.plan import Plan
from grader.plan_json import CHECKS
from grader.worker.files import SUFFIXES, Unreadable
from grader.worker.parsing import is_stub
from grader.worker.sources import exercise_of, source_of

# How a script and a notebook as they are handed out begin, and what exercises are called.
_TITLE = re.compile(r'^(?:# # |\s*"# )(Exercise \d+: [^"\\\n]+)', re.MULTILINE)
_NUMBERED = re.compile(r"ex\d+_")


def files_to_check(files: Sequence[Path], plan: Plan) -> list[Path]:
    """Return the files, or the exercise files of the folder that is named instead.

    An exercise's name stands for its file. UsageError when there are none, or a file does not exist
    or is no .py or .ipynb file.
    """
    folder = folder_of(files)
    if not files or files[0].is_dir():
        paths = exercise_files(folder, plan)
        if not paths:
            raise UsageError(
                f"there is no exercise file in {folder.resolve()}; go to your exercises, or"
                " get them with `grader start DIR`"
            )
        return paths
    return [found for file in files for found in _named(file, folder, plan)]


def _named(file: Path, folder: Path, plan: Plan) -> list[Path]:
    if not file.is_file():
        if file.name in plan.slugs and (found := files_of(folder, file.name, plan)):
            return found
        raise UsageError(f"{file} does not exist; {_did_you_mean(file, folder, plan)}")
    if file.suffix.lower() not in SUFFIXES:
        raise UsageError(
            f"{file} is neither a .py nor an .ipynb file; name one of your exercise files"
        )
    return [file]


def folder_of(files: Sequence[Path]) -> Path:
    """Return the folder of these files; without any, the current folder."""
    if not files:
        return Path()
    return files[0] if files[0].is_dir() else files[0].parent


def _did_you_mean(file: Path, folder: Path, plan: Plan) -> str:
    names = [path.name for path in exercise_files(folder, plan)]
    begun = [name for name in names if name.startswith(file.name)]
    if close := begun or get_close_matches(file.name, names, n=1):
        return f"did you mean {close[0]}?"
    return "name an exercise file"


def nearest_exercise(file: Path, plan: Plan) -> str:
    """Return the exercise that a file of another name is likely to be; empty if none is."""
    parts = {slug: slug.partition("_")[2] or slug for slug in plan.slugs}
    same = [slug for slug, part in parts.items() if part in file.stem or file.stem in part]
    close = same or get_close_matches(file.stem, plan.slugs, n=1)
    return close[0] if close else ""


def refuse_other_course(file: Path, plan: Plan) -> None:
    """Raise UsageError if a file is of another course than that whose checks came with the grader.

    One that lies beside the checks of its own course is not. Others are known by the title of
    their exercise, or by a name such as ex01_layer_norm, which no exercise here has.
    """
    if (file.parent / CHECKS).is_file():
        return
    title = _TITLE.search(file.read_text(encoding="utf-8", errors="replace"))
    if title:
        begun = title[1].rstrip()
        is_other = not any(exercise.title.startswith(begun) for exercise in plan.exercises)
    else:
        is_other = bool(_NUMBERED.match(file.stem)) and not nearest_exercise(file, plan)
    if is_other:
        raise UsageError(
            f"{file} belongs to no exercise of {plan.title!r}, the course that came with the"
            f" grader, and there is no {CHECKS} beside it; put your course's {CHECKS} into"
            f" {file.parent.resolve()}"
        )


def functions_in(file: Path, plan: Plan) -> list[str]:
    """Return the functions of the course that a file seems to define."""
    text = file.read_bytes().decode(errors="replace")
    return [name for name in plan.names if re.search(rf"\bdef {name}\b|\b{name} *=", text)]


def exercise_files(folder: Path, plan: Plan) -> list[Path]:
    """List the files of `folder` that are named after an exercise, in the form worked in."""
    return [path for slug in plan.slugs for path in files_of(folder, slug, plan)]


def files_of(folder: Path, slug: str, plan: Plan) -> list[Path]:
    """Return the file of an exercise: of script and notebook, the one that something is written in.

    Both, if both hold work; of two that are as they were handed out, the one saved last.
    """
    paths = [folder / f"{slug}{suffix}" for suffix in SUFFIXES]
    paths = [path for path in paths if path.is_file()]
    if len(paths) < 2:
        return paths
    touched = [path for path in paths if not is_untouched(path, plan)]
    return touched or [max(paths, key=lambda path: path.stat().st_mtime_ns)]


def is_untouched(path: Path, plan: Plan) -> bool:
    """Tell whether no function of the course is written in a file, nor one that cannot be read."""
    try:
        source, _note = source_of(path.name, path.read_bytes(), order=plan.slugs)
    except Unreadable:
        return False
    return not any(_holds_work(cell.text, plan) for cell in source.cells)


def _holds_work(text: str, plan: Plan) -> bool:
    try:
        nodes = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError):
        # A cell of commands for Jupyter defines nothing.
        return re.search(r"^\s*def ", text, re.MULTILINE) is not None
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef)]
    return any(node.name in plan.names and not is_stub(node) for node in functions)


def imported(files: Sequence[Path], others: Sequence[Path]) -> list[Path]:
    """List the other exercises that `files` mention, directly or through each other."""
    found: list[Path] = []
    unread = list(files)
    while unread:
        text = unread.pop().read_bytes()
        for other in others:
            if other not in found and other.stem.encode() in text:
                found.append(other)
                unread.append(other)
    return found


def exercises_of(files: Sequence[Path], plan: Plan) -> set[str]:
    """Return the exercises that files are named for."""
    return {exercise_of(file.name, plan.slugs) for file in files}


def checks_path(folder: Path) -> Path:
    """Find the public checks: beside the exercises, or else those that came with the grader."""
    if (folder / CHECKS).is_file():
        return folder / CHECKS
    return exercises_folder() / CHECKS


def exercises_folder() -> Path:
    """Find the exercises that came with the grader: in the package, or beside it in a checkout.

    UsageError when there are none.
    """
    package = Path(__file__).parents[1]
    for candidate in (package / "exercises", package.parent / "exercises"):
        if (candidate / CHECKS).is_file():
            return candidate
    raise UsageError(f"{CHECKS} is missing; put it beside the exercises, or reinstall the grader")
