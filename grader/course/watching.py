"""`grader build --check --watch`: prove what was saved, and tell what changed by it."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable
from pathlib import Path

from grader.course.folder import course_of
from grader.course.grading import VariantGrader
from grader.course.proof import problems_of
from grader.course.settings import settings_of
from grader.errors import GraderError
from grader.text import counted

Say = Callable[[str], None]
READ = (".py", ".toml")


def watch_course(
    folder: Path,
    exercises: Path,
    only: tuple[str, ...],
    say: Say,
    saves: Iterable[Collection[Path]],
) -> bool:
    """Prove a course, and after each of `saves` the exercises that these files are of.

    `say` prints a line. Return whether nothing was wrong in the end.
    """
    found: dict[str, list[str]] = {}
    with VariantGrader() as grading:
        _prove(folder, exercises, only or _slugs(folder), found, grading, say)
        for saved in saves:
            changed = _changed(saved, folder)
            try:
                slugs = only or _slugs(folder)
            except GraderError as error:
                say(f"{error}")
                continue
            # What could not be proved before is tried again.
            due = (s for s in slugs if s in changed or "" in changed or s not in found)
            if changed:
                _prove(folder, exercises, tuple(due), found, grading, say)
    return not any(found.values())


def _slugs(folder: Path) -> tuple[str, ...]:
    return tuple(entry.slug for entry in settings_of(folder).exercise)


def _changed(saved: Collection[Path], folder: Path) -> set[str]:
    """Return the folders of saved files; "" stands for a file of the whole course."""
    read = [path.relative_to(folder.resolve()) for path in saved if path.suffix in READ]
    return {path.parts[0] if len(path.parts) > 1 else "" for path in read}


def _prove(
    folder: Path,
    exercises: Path,
    slugs: tuple[str, ...],
    found: dict[str, list[str]],
    grading: VariantGrader,
    say: Say,
) -> None:
    """Prove these exercises, one by one, and say what is new and what is fixed."""
    try:
        course = course_of(folder)
    except GraderError as error:
        say(f"{error}")
        for slug in slugs:
            found.pop(slug, None)
        return
    for gone in found.keys() - {*course.slugs}:
        del found[gone]
    for slug in slugs:
        began = time.monotonic()
        try:
            problems = problems_of(
                course, exercises, step=lambda _: None, only=(slug,), grading=grading
            )
        except GraderError as error:
            problems = [str(error)]
        before = found.get(slug, [])
        found[slug] = problems
        for problem in problems:
            say(f"{'still' if problem in before else 'new'}: {problem}")
        for problem in before:
            if problem not in problems:
                say(f"fixed: {problem}")
        seconds = time.monotonic() - began
        count = counted(len(problems), "problem") if problems else "proved"
        say(f"{slug}: {count} ({seconds:.1f} s)")
