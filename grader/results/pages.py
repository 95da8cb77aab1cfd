"""The pages of a run: one about the class, and one for each learner. Nothing on them can act."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from grader import __version__
from grader.errors import UsageError
from grader.files import write_text
from grader.judge.words import next_step
from grader.plan import Plan
from grader.results.figures import MOST_LINES, ClassFigures, Lines
from grader.results.plots import ENOUGH, plots_of
from grader.results.store import Store
from grader.results.templating import environment, policy, text_of
from grader.text import points

# What a learner's page is made of.
SHOWN = ("base.html", "parts.html", "feedback.html", "style.css")
REPORT, FEEDBACK = "report.html", "feedback"
# The names of the pages that were written, each with a hash of what it shows.
PAGES = ".pages.json"
SIMPLE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,60}")
# Windows takes these for devices, whatever follows the dot.
RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")


@dataclass(frozen=True, slots=True)
class Circumstances:
    """How a class was graded, as the report says it."""

    title: str
    isolation: str
    plan: Plan

    @property
    def limits(self) -> str:
        """The limits, as they could be given on the command line."""
        return self.plan.limits.as_options


def page_name(student: str) -> str:
    """The file name of a learner's page: their name where that is harmless, else one made of it.

    No two learners share one, not even where names that differ in their case are the same.
    """
    if SIMPLE.fullmatch(student) and not RESERVED.fullmatch(student):
        return f"{student}.html"
    base = re.sub(r"[^a-z0-9]+", "-", student.lower()).strip("-")[:40]
    digest = hashlib.sha256(student.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    # A harmless name has no ~ in it.
    return f"{base or 'learner'}~{digest}.html"


def write_report(out: Path, store: Store, about: Circumstances) -> None:
    """Write report.html: the class at a glance."""
    figures = ClassFigures(about.plan)
    for result in store.results():
        figures.add(result)
    template = environment().get_template("report.html")
    stream = template.generate(
        about=about,
        figures=figures,
        plots=plots_of(figures),
        enough_to_plot=ENOUGH,
        moves=_moves(store),
        learners=_learners(store, about.plan),
        csp=policy("style.css", "table.js"),
        version=__version__,
        most_lines=MOST_LINES,
        page=page_name,
    )
    write_text(out / REPORT, stream)


def write_feedback(out: Path, store: Store, about: Circumstances) -> None:
    """Write a page for each learner whose page is not up to date; remove those of who left."""
    folder = out / FEEDBACK
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"{folder} cannot be made: {error.strerror}; move what is there"
        ) from error
    known = _known_pages(folder)
    written: dict[str, str] = {}
    template = environment().get_template("feedback.html")
    planned = {f.name: f for exercise in about.plan.exercises for f in exercise.functions}
    titles = {exercise.slug: exercise.title for exercise in about.plan.exercises}
    common = hashlib.sha256(
        msgspec.msgpack.encode(
            [__version__, about.title, titles, _texts(about.plan), *map(text_of, SHOWN)]
        )
    ).digest()
    for result in store.results():
        name = page_name(result.student)
        stamp = hashlib.sha256(common + msgspec.msgpack.encode(result)).hexdigest()
        written[name] = stamp
        if known.get(name) == stamp and (folder / name).exists():
            continue
        stream = template.generate(
            about=about,
            result=result,
            functions=[(f, planned[f.function]) for f in result.functions],
            titles=titles,
            next=next_step(result.functions),
            csp=policy("style.css"),
        )
        write_text(folder / name, stream)
    for name in known.keys() - written.keys():
        # Only what was written here: never a file of the instructor's.
        if "/" not in name and "\\" not in name:
            (folder / name).unlink(missing_ok=True)
    write_text(folder / PAGES, [json.dumps(written, indent=0)])


def _known_pages(folder: Path) -> dict[str, str]:
    try:
        found = json.loads((folder / PAGES).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _texts(plan: Plan) -> list[tuple[str, str]]:
    """The words of the checks, which stand on the pages."""
    return [
        (check.text, check.hint)
        for exercise in plan.exercises
        for function in exercise.functions
        for check in function.checks
    ]


def _moves(store: Store) -> Lines:
    moves = Lines()
    for move in store.moves():
        before, after = (points(score) or "blank" for score in (move.before, move.after))
        how = " (override)" if move.overridden else ""
        moves.add(move.student, f"{move.function} {before} → {after}{how}")
    return moves


def _learners(store: Store, plan: Plan) -> Iterator[dict[str, Any]]:
    """A row for each learner, made when it is written."""
    slugs = [exercise.slug for exercise in plan.exercises]
    for result in store.results():
        yield {
            "student": result.student,
            "name": result.name,
            "scores": [result.exercise_score(slug) for slug in slugs],
            "score": result.score,
            "follow_through": sum(f.follow_through for f in result.functions),
            "misconceptions": sum(f.misconception is not None for f in result.functions),
        }
