"""The pages of a run: one about the class, and one for each learner. Nothing on them can act."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from grader import __version__
from grader.errors import UsageError
from grader.feedback import next_step, printable
from grader.figures import MOST_LINES, ClassFigures, Lines
from grader.limits import defaults
from grader.model import FunctionResult, Verdict
from grader.picture import LEGEND
from grader.plan import Plan, PlannedFunction
from grader.plots import plots_of
from grader.report import points, write_atomically
from grader.store import Store

if TYPE_CHECKING:
    from jinja2 import Environment

REPORT, FEEDBACK = "report.html", "feedback"
# The names of the pages that were written, each with a hash of what it shows.
PAGES = ".pages.json"
SIMPLE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,60}")
# Windows takes these for devices, whatever follows the dot.
RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")
MARKS = {"=": "right", "+": "big", "-": "small", "!": "bad"}


@dataclass(frozen=True, slots=True)
class Circumstances:
    """How a class was graded, as the report says it."""

    title: str
    isolation: str
    plan: Plan

    @property
    def limits(self) -> str:
        """The limits, as they could be given on the command line."""
        return defaults(self.plan.limits)


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
    template = _environment().get_template("report.html")
    stream = template.generate(
        about=about,
        figures=figures,
        plots=plots_of(figures),
        moves=_moves(store),
        learners=_learners(store, about.plan),
        verdicts=Verdict,
        csp=_policy("style.css", "table.js"),
        version=__version__,
    )
    write_atomically(out / REPORT, stream)


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
    template = _environment().get_template("feedback.html")
    planned = {f.name: f for exercise in about.plan.exercises for f in exercise.functions}
    titles = {exercise.slug: exercise.title for exercise in about.plan.exercises}
    common = hashlib.sha256(
        msgspec.msgpack.encode([__version__, about.title, titles, _texts(about.plan), _source()])
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
            csp=_policy("style.css"),
        )
        write_atomically(folder / name, stream)
    for name in known.keys() - written.keys():
        # Only what was written here: never a file of the instructor's.
        if "/" not in name and "\\" not in name:
            (folder / name).unlink(missing_ok=True)
    write_atomically(folder / PAGES, [json.dumps(written, indent=0)])


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
            "scores": [result.exercise_score(slug) for slug in slugs],
            "score": result.score,
            "follow_through": sum(f.follow_through for f in result.functions),
            "misconceptions": sum(f.misconception is not None for f in result.functions),
        }


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("grader"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Callable[[Any], Any]] = {
        "points": _points,
        "percent": lambda rate: "–" if rate is None else f"{100 * rate:.0f} %",  # noqa: RUF001
        "correlation": lambda r: "–" if r is None else f"{r:.2f}".replace("-", "−"),  # noqa: RUF001
        "words": lambda verdict: verdict.replace("_", " "),
        "paragraphs": lambda text: [" ".join(part.split()) for part in text.split("\n\n")],
        "page": page_name,
        "plain": printable,
    }
    environment.filters |= filters
    environment.globals |= {
        "style": _markup("style.css"),
        "script": _markup("table.js"),
        "legend": LEGEND,
        "marks": MARKS,
        "passed_in": _passed,
        "hint_of": _hint_of,
        "most_lines": MOST_LINES,
    }
    return environment


def _points(score: float | None) -> str:
    return points(score) or "–"  # noqa: RUF001  # a dash for no number


def _passed(function: FunctionResult) -> int:
    return sum(check.verdict is Verdict.PASSED for check in function.checks)


def _hint_of(planned: PlannedFunction, name: str) -> tuple[str, str]:
    """The words and the question of a check."""
    return next(((c.text, c.hint) for c in planned.checks if c.name == name), ("", ""))


def _text(name: str) -> str:
    return (Path(__file__).parent / "templates" / name).read_text(encoding="utf-8")


def _source() -> str:
    return "".join(map(_text, ("feedback.html", "style.css")))


def _markup(name: str) -> Any:
    """A style sheet or script of ours, as it stands in the page."""
    from markupsafe import Markup

    return Markup(_text(name))  # noqa: S704  # a file of this package


def _policy(*names: str) -> str:
    """A policy that allows these styles and scripts, by their hashes, and nothing else at all."""
    kinds = {".css": "style-src", ".js": "script-src"}
    parts = ["default-src 'none'"]
    for name in names:
        digest = base64.b64encode(hashlib.sha256(_text(name).encode()).digest()).decode()
        parts.append(f"{kinds[Path(name).suffix]} 'sha256-{digest}'")
    return "; ".join([*parts, "base-uri 'none'", "form-action 'none'"])
