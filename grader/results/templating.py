"""Load the templates of pages: all values are escaped, and a policy bars scripts but our own."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.model import ASKING, LEGEND, FunctionResult, Verdict
from grader.plan import PlannedFunction
from grader.text import points, printable

if TYPE_CHECKING:
    from jinja2 import Environment

MARKS = {"=": "right", "+": "big", "-": "small", "!": "bad"}


@cache
def environment() -> Environment:
    """Return the templates' environment, with the filters and globals that all of them use."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("grader.results"),
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
        "plain": printable,
        "marked": _marked,
    }
    environment.filters |= filters
    environment.globals |= {
        "style": _markup("style.css"),
        "script": _markup("table.js"),
        "report_style": _markup("report.css"),
        "report_script": _markup("report.js"),
        "legend": LEGEND,
        "marks": MARKS,
        "passed_in": _passed,
        "asking": ASKING,
        "hint_of": _hint_of,
    }
    return environment


def text_of(name: str) -> str:
    """Return the text of a template, style sheet or script."""
    return (Path(__file__).parent / "templates" / name).read_text(encoding="utf-8")


def policy(*names: str) -> str:
    """Return a content security policy that allows only these styles and scripts, by hash."""
    kinds = {".css": "style-src", ".js": "script-src"}
    allowed: dict[str, list[str]] = {}
    for name in names:
        digest = base64.b64encode(hashlib.sha256(text_of(name).encode()).digest()).decode()
        allowed.setdefault(kinds[Path(name).suffix], []).append(f"'sha256-{digest}'")
    parts = [f"{kind} {' '.join(hashes)}" for kind, hashes in allowed.items()]
    ends = ["base-uri 'none'", "form-action 'none'"]
    return "; ".join(["default-src 'none'", *parts, *ends])


def _marked(text: str) -> str:
    """Return a text of the course as HTML: `code` and *stress*."""
    from markupsafe import Markup, escape

    marked = re.sub(r"`([^`]*)`", r"<code>\1</code>", str(escape(text)))
    return Markup(re.sub(r"\*([\w ]+)\*", r"<em>\1</em>", marked))  # noqa: S704  # escaped


def _points(score: float | None) -> str:
    return points(score) or "–"  # noqa: RUF001  # a dash in place of a number


def _passed(function: FunctionResult) -> int:
    return sum(check.verdict is Verdict.PASSED for check in function.checks)


def _hint_of(planned: PlannedFunction, name: str) -> tuple[str, str]:
    """Return the text of a check and its hint."""
    return next(((c.text, c.hint) for c in planned.checks if c.name == name), ("", ""))


def _markup(name: str) -> Any:
    """Return a style sheet or script of ours, not to be escaped."""
    from markupsafe import Markup

    return Markup(text_of(name))  # noqa: S704  # a file of this package
