"""`grader start` and `grader reset`: the exercises as they are handed out, and that way again."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader.errors import UsageError
from grader.files import write_bytes, writing_to
from grader.learner.folder import exercises_folder, files_of
from grader.learner.marimo import IMPORT, marimo_of
from grader.plan import Plan
from grader.plan_json import CHECKS, read_plan

FORMS = {"py": ".py", "ipynb": ".ipynb", "marimo": ".py"}
# Where copies of what is replaced are kept: a name that nobody collects as part of a submission.
KEPT = ".grader-kept"
# In there: what another course has handed out.
FIRST = "0"


@dataclass(slots=True)
class Started:
    """What `start` did: which files it copied, which were there already, which to open first."""

    copied: list[str] = field(default_factory=list)
    existing: list[str] = field(default_factory=list)
    first: str = ""


def start(
    folder: Path, *, slugs: Sequence[str] = (), form: str = "py", course: Path | None = None
) -> Started:
    """Copy the exercises (those of `slugs`, or all) to `folder`, in one of the FORMS.

    `course` is the folder with the exercises of another course than the one that came with the
    grader; a copy of each is kept, for `reset`. A file that is there is never overwritten.
    UsageError when there is no such exercise or course, or the folder cannot be written to.
    """
    source = exercises_folder() if course is None else _handed_out_by(course)
    plan = read_plan(source / CHECKS)
    all_slugs = plan.slugs
    for slug in slugs:
        _known(slug, all_slugs)
    wanted = [f"{slug}{FORMS[form]}" for slug in all_slugs if slug in (slugs or all_slugs)]
    started = Started(first=wanted[0])
    with writing_to(folder, remedy="name another folder"):
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("README.md", CHECKS, *wanted):
            if (folder / name).exists():
                started.existing.append(name)
            else:
                data = _handed_out(source / name, plan, marimo=form == "marimo")
                (folder / name).write_bytes(data)
                started.copied.append(name)
            if course is not None and name in wanted:
                (folder / KEPT / FIRST).mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source / name, folder / KEPT / FIRST / name)
    return started


def _handed_out_by(course: Path) -> Path:
    if (course / CHECKS).is_file():
        return course
    if (course / "course.toml").is_file():
        raise UsageError(
            f"{course} is a course as its author has it; learners get the folder that"
            " `grader build` makes of it: name that"
        )
    raise UsageError(
        f"{course} has no {CHECKS}; name the folder with your course's exercises, unpacked"
    )


def _handed_out(source: Path, plan: Plan, *, marimo: bool) -> bytes:
    """Return a file as learners get it: a script may become a notebook for marimo."""
    if marimo and source.suffix == ".py":
        return marimo_of(source.read_text(encoding="utf-8"), plan.functions).encode()
    return source.read_bytes()


def reset(folder: Path, slug: str, plan: Plan, *, undo: bool = False) -> tuple[Path, Path]:
    """Put an exercise back as it was handed out, or with `undo` as it was before that.

    Return its file, and where what it held is kept: nothing is lost, and an `undo` can be undone.
    UsageError when there is no such exercise or nothing to go back to.
    """
    slug = slug.removesuffix(".py").removesuffix(".ipynb")
    _known(slug, plan.slugs)
    found = files_of(folder, slug, plan)
    if not found:
        raise UsageError(f"{slug} is not in {folder.resolve()}; get it with `grader start .`")
    file = max(found, key=lambda path: path.stat().st_mtime_ns)
    kept = [path for path in (folder / KEPT).glob(f"*/{file.name}") if path.parent.name != FIRST]
    kept.sort(key=lambda path: int(path.parent.name))
    if undo and not kept:
        raise UsageError(f"{file.name} was never reset, so there is nothing to go back to")
    marimo = IMPORT in file.read_bytes()
    data = kept[-1].read_bytes() if undo else _original(folder, file.name, plan, marimo=marimo)
    if data == file.read_bytes():
        raise UsageError(f"{file.name} is already as it was handed out")
    with writing_to(folder, remedy="is the folder yours, and is there space?"):
        copy = _new_place(folder / KEPT) / file.name
        shutil.copy2(file, copy)
        write_bytes(file, [data])
    return file, copy


def _original(folder: Path, name: str, plan: Plan, *, marimo: bool) -> bytes:
    """Return a file as it was handed out, by the course of this folder."""
    source = folder / KEPT / FIRST / name
    if not source.is_file():
        source = exercises_folder() / name
        if not source.is_file() or read_plan(source.parent / CHECKS).title != plan.title:
            raise UsageError(
                f"what {name} was when it was handed out is not kept here; get it from your course"
                " again, and next time by `grader start DIR --course FOLDER`"
            )
    return _handed_out(source, plan, marimo=marimo)


def _known(slug: str, slugs: Sequence[str]) -> None:
    if slug not in slugs:
        raise UsageError(f"no exercise is called {slug!r}; choose from {', '.join(slugs)}")


def _new_place(folder: Path) -> Path:
    """Make a folder with a number that no other has."""
    folder.mkdir(exist_ok=True)
    numbers = [int(path.name) for path in folder.iterdir() if path.name.isdecimal()]
    place = folder / str(max(numbers, default=0) + 1)
    place.mkdir()
    return place
