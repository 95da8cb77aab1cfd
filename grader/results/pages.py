"""Write a run's web pages: one about the class, and one for each learner.

Values are escaped, and a policy bars every script and style except the grader's own, so nothing
from a submission can act on them.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from functools import cached_property
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeAlias

import msgspec

from grader import __version__
from grader.errors import UsageError
from grader.files import write_text
from grader.judge.words import next_step
from grader.model import FunctionResult, Move, SubmissionResult, in_the_way
from grader.plan import Plan, PlannedFunction
from grader.results.causes import is_unwritten
from grader.results.figures import ClassFigures
from grader.results.lists import ShortList
from grader.results.templating import environment, policy, text_of
from grader.text import listed, points

if TYPE_CHECKING:
    from jinja2 import Template

_Functions: TypeAlias = list[tuple[FunctionResult, PlannedFunction]]
# The files that a learner's page is made from.
SOURCES = ("base.html", "parts.html", "feedback.html", "style.css")
# Of a smaller class a plot says less than a table.
ENOUGH_TO_PLOT = 5
REPORT, FEEDBACK = "report.html", "feedback"
# Lists the pages that the last run wrote, each with a hash of its contents.
PAGES = ".pages.json"
SIMPLE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,60}")
# Windows opens a device for these names, whatever follows the dot.
RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")


def page_name(student: str) -> str:
    """Return the file name of a learner's page: their id where that is harmless, else a hash of it.

    No two learners share one, not even on a file system that ignores case.
    """
    if SIMPLE.fullmatch(student) and not RESERVED.fullmatch(student):
        return f"{student}.html"
    base = re.sub(r"[^a-z0-9]+", "-", student.lower()).strip("-")[:40]
    digest = hashlib.sha256(student.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    # No harmless name has a ~, so no learner's id can be equal to this.
    return f"{base or 'learner'}~{digest}.html"


def write_report(
    out: Path, figures: ClassFigures, moves: ShortList[Move], plan: Plan, *, isolation: str
) -> None:
    """Write report.html, the page about the class; `isolation` says behind which wall it ran."""
    template = environment().get_template("report.html")
    sections = figures.sections
    titles = {exercise.slug: exercise.title for exercise in plan.exercises}
    spreads = [(titles[slug], spread) for slug, spread in figures.exercises.items()]
    spreads += [(f"All of section {name}", spread) for name, spread in sections.items()]
    absent = dict(figures.absent)
    stream = template.generate(
        plan=plan,
        isolation=isolation,
        figures=figures,
        spread=figures.spread,
        spreads=spreads,
        sections=sections,
        absent=absent,
        names=figures.names,
        named=any(row.name and row.name != row.student for row in figures.learners),
        addresses=any(person.email for person in absent.values())
        or any(row.email for row in figures.learners),
        unnamed=figures.causes.unnamed,
        plotted=len(figures.learners) >= ENOUGH_TO_PLOT and figures.spread is not None,
        moves=ShortList(moves.count, [(student, _move(move)) for student, move in moves.first]),
        csp=policy("style.css", "report.css", "table.js", "report.js"),
        version=__version__,
        page=page_name,
    )
    write_text(out / REPORT, stream)


class FeedbackPages:
    """The folder of learners' pages while one run writes it. Use it as a context manager.

    State: the hash of each page that the last run wrote, and of each that this run has checked.
    Order: `add` each result once. It writes the learner's page unless the hash of what the page
    would show is the last run's and the file is still there.
    When the block ends, the pages of learners who left are removed and the hashes saved. If the
    block fails, the pages stay as they are, and the next run checks all of them again.
    UsageError when the folder cannot be created; OSError when a page cannot be written.
    """

    def __init__(self, out: Path, plan: Plan) -> None:
        self._folder = out / FEEDBACK
        self._title = plan.title
        try:
            self._folder.mkdir(exist_ok=True)
        except OSError as error:
            raise UsageError(
                f"cannot create {self._folder}: {error.strerror}; move or rename what is there"
            ) from error
        self._previous = _previous_pages(self._folder)
        self._written: dict[str, str] = {}
        self._planned = plan.functions
        self._titles = {exercise.slug: exercise.title for exercise in plan.exercises}
        common = [__version__, plan.title, self._titles, _texts(plan)]
        common += map(text_of, SOURCES)
        self._common = hashlib.sha256(msgspec.msgpack.encode(common)).digest()

    @cached_property
    def _template(self) -> Template:
        # Compiled for the first page that is written: often there is none.
        return environment().get_template("feedback.html")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        if kind is not None:
            return
        for name in self._previous.keys() - self._written.keys():
            # Only a file that a run wrote into this folder, never one of the instructor's.
            if "/" not in name and "\\" not in name:
                (self._folder / name).unlink(missing_ok=True)
        write_text(self._folder / PAGES, [json.dumps(self._written, indent=0)])

    def add(self, result: SubmissionResult) -> None:
        """Write a learner's page, unless it is up to date."""
        name = page_name(result.student)
        stamp = hashlib.sha256(self._common + msgspec.msgpack.encode(result)).hexdigest()
        self._written[name] = stamp
        if self._previous.get(name) == stamp and (self._folder / name).exists():
            return
        exercises = [
            (slug, [(f, self._planned[f.function]) for f in functions])
            for slug, functions in groupby(result.functions, key=attrgetter("exercise"))
        ]
        stream = self._template.generate(
            title=self._title,
            result=result,
            exercises=exercises,
            details=[(slug, *_together(functions)) for slug, functions in exercises],
            titles=self._titles,
            notes=told_once(result.notes_of_its_own),
            next=next_step(result.functions, where="below"),
            in_the_way=in_the_way(result.functions),
            csp=policy("style.css"),
        )
        write_text(self._folder / name, stream)


def _together(functions: _Functions) -> tuple[_Functions, _Functions]:
    """Part the functions of an exercise: what is told one by one, and what is not there at all.

    A single function that is not there is told as all others are.
    """
    absent = [(f, planned) for f, planned in functions if is_unwritten(f) and f.override is None]
    if len(absent) < 2:  # two are told together
        return functions, []
    return [one for one in functions if one not in absent], absent


def told_once(notes: Iterable[str]) -> list[str]:
    """Return notes with one line for all statements that failed in the same way.

    One function that is not there lets all files fail that import it.
    """
    told: dict[str, list[str]] = {}
    for note in notes:
        place, line, what = note.partition(", line ")
        number, _, error = what.partition(": ")
        told.setdefault(error if line else note, []).append(f"{place}{line}{number}")
    return [
        error if places == [error] else f"{listed(places)}: {error}"
        for error, places in told.items()
    ]


def _previous_pages(folder: Path) -> dict[str, str]:
    try:
        pages = json.loads((folder / PAGES).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return pages if isinstance(pages, dict) else {}


def _texts(plan: Plan) -> list[tuple[str, str]]:
    """Return the texts and hints of all checks, which are shown on the pages."""
    checks = (check for function in plan.functions.values() for check in function.checks)
    return [(check.text, check.hint) for check in checks]


def _move(move: Move) -> str:
    before, after = (points(score) or "blank" for score in (move.before, move.after))
    how = " (override)" if move.overridden else ""
    return f"{move.function or move.exercise} {before} → {after}{how}"
