"""`grader start`: put the exercises where a learner wants to work."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader.errors import UsageError
from grader.learner.check import exercises_folder
from grader.plan import CHECKS, read_plan

FORMS = {"py": (".py",), "ipynb": (".ipynb",), "both": (".py", ".ipynb")}


@dataclass(slots=True)
class Started:
    """The names of the files that were copied, and of those that were left as they are."""

    copied: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    first: str = ""


def start(folder: Path, *, slugs: Sequence[str] = (), form: str = "both") -> Started:
    """Copy the exercises (those of `slugs`, or all) to `folder`; no file there is touched.

    UsageError when there is no such exercise, or the folder cannot be written to.
    """
    source = exercises_folder()
    known = read_plan(source / CHECKS).slugs
    for slug in slugs:
        if slug not in known:
            raise UsageError(f"no exercise is called {slug!r}; there are: {', '.join(known)}")
    wanted = [
        f"{slug}{suffix}" for slug in known if slug in (slugs or known) for suffix in FORMS[form]
    ]
    started = Started(first=wanted[0])
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("README.md", CHECKS, *wanted):
            if (folder / name).exists():
                started.kept.append(name)
            else:
                shutil.copyfile(source / name, folder / name)
                started.copied.append(name)
    except OSError as error:
        raise UsageError(f"{folder} cannot be written to: {error.strerror}") from error
    return started
