"""The pages of a run: one about the class, and one for each learner. Nothing on them can act."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import msgspec

from grader import __version__
from grader.errors import UsageError
from grader.files import write_text
from grader.judge.words import next_step
from grader.model import Move, SubmissionResult
from grader.plan import Plan
from grader.results.figures import MOST_LINES, ClassFigures, Listed
from grader.results.plots import ENOUGH, plots_of
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


def write_report(
    out: Path, figures: ClassFigures, moves: Iterable[Move], about: Circumstances
) -> None:
    """Write report.html: the class at a glance."""
    template = environment().get_template("report.html")
    stream = template.generate(
        about=about,
        figures=figures,
        plots=plots_of(figures),
        enough_to_plot=ENOUGH,
        moves=_listed_moves(moves),
        csp=policy("style.css", "table.js"),
        version=__version__,
        most_lines=MOST_LINES,
        page=page_name,
    )
    write_text(out / REPORT, stream)


class FeedbackPages:
    """The folder of learners' pages while one run writes it. Use it as a context manager.

    `add` writes the page of a learner unless it is up to date, which the hash that the last run
    noted tells. At the end of the block the pages of those who left are removed and the hashes
    noted; where the block fails, all pages stay as they are by then, and will be looked at again.
    """

    def __init__(self, out: Path, about: Circumstances) -> None:
        self._folder = out / FEEDBACK
        self._about = about
        try:
            self._folder.mkdir(exist_ok=True)
        except OSError as error:
            raise UsageError(
                f"{self._folder} cannot be made: {error.strerror}; move what is there"
            ) from error
        self._known = _known_pages(self._folder)
        self._written: dict[str, str] = {}
        self._template = environment().get_template("feedback.html")
        exercises = about.plan.exercises
        self._planned = {f.name: f for exercise in exercises for f in exercise.functions}
        self._titles = {exercise.slug: exercise.title for exercise in exercises}
        shown = [__version__, about.title, self._titles, _texts(about.plan), *map(text_of, SHOWN)]
        self._common = hashlib.sha256(msgspec.msgpack.encode(shown)).digest()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        if kind is not None:
            return
        for name in self._known.keys() - self._written.keys():
            # Only what was written here: never a file of the instructor's.
            if "/" not in name and "\\" not in name:
                (self._folder / name).unlink(missing_ok=True)
        write_text(self._folder / PAGES, [json.dumps(self._written, indent=0)])

    def add(self, result: SubmissionResult) -> None:
        """Write a learner's page, unless it is up to date."""
        name = page_name(result.student)
        stamp = hashlib.sha256(self._common + msgspec.msgpack.encode(result)).hexdigest()
        self._written[name] = stamp
        if self._known.get(name) == stamp and (self._folder / name).exists():
            return
        stream = self._template.generate(
            about=self._about,
            result=result,
            functions=[(f, self._planned[f.function]) for f in result.functions],
            titles=self._titles,
            next=next_step(result.functions),
            csp=policy("style.css"),
        )
        write_text(self._folder / name, stream)


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


def _listed_moves(moves: Iterable[Move]) -> Listed[str]:
    lines: Listed[str] = Listed()
    for move in moves:
        before, after = (points(score) or "blank" for score in (move.before, move.after))
        how = " (override)" if move.overridden else ""
        lines.add(move.student, f"{move.function} {before} → {after}{how}")
    return lines
