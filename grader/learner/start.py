"""`grader start`: copy the exercises to where a learner wants to work."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader.errors import UsageError
from grader.files import writing_to
from grader.learner.check import exercises_folder
from grader.plan_json import CHECKS, read_plan

FORMS = {"py": (".py",), "ipynb": (".ipynb",), "both": (".py", ".ipynb")}


@dataclass(slots=True)
class Started:
    """What `start` did: which files it copied, which were there already, which to open first."""

    copied: list[str] = field(default_factory=list)
    existing: list[str] = field(default_factory=list)
    first: str = ""


def start(folder: Path, *, slugs: Sequence[str] = (), form: str = "both") -> Started:
    """Copy the exercises (those of `slugs`, or all) to `folder`; never overwrite a file there.

    UsageError when there is no such exercise, or the folder cannot be written to.
    """
    source = exercises_folder()
    all_slugs = read_plan(source / CHECKS).slugs
    for slug in slugs:
        if slug not in all_slugs:
            raise UsageError(f"no exercise is called {slug!r}; choose from {', '.join(all_slugs)}")
    wanted = [
        f"{slug}{suffix}"
        for slug in all_slugs
        if slug in (slugs or all_slugs)
        for suffix in FORMS[form]
    ]
    started = Started(first=wanted[0])
    with writing_to(folder, remedy="name another folder"):
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("README.md", CHECKS, *wanted):
            if (folder / name).exists():
                started.existing.append(name)
            else:
                shutil.copyfile(source / name, folder / name)
                started.copied.append(name)
    return started
