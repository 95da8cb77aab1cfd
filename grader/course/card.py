"""The report card of a course, for a terminal and as a page."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING

from grader import __version__
from grader.course.messages import LONG_WORD, LONGEST, LONGEST_SENTENCE, SHORTEST
from grader.course.rules import (
    FEW_ALTERNATIVES,
    MARGIN_RIGHT,
    MARGIN_WRONG,
    Audit,
    CheckAudit,
)
from grader.results.templating import environment, policy

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

NONE = "–"  # noqa: RUF001  # a dash for no number
RULES = (
    "every alternative gets full points, and every variant has a docstring",
    "every mistake loses a check, and every check is lost by a mistake",
    f"every function has at least {FEW_ALTERNATIVES} alternatives",
    f"every right answer is at least {MARGIN_RIGHT} orders of magnitude within the tolerance",
    f"every mistake is, where it is clearest, at least {MARGIN_WRONG} orders beyond it",
    "no mistake answers like another or is taken for it, unless both have the same message",
    f"every message has {SHORTEST} to {LONGEST} words and gives no solution away",
    f"no sentence has more than {LONGEST_SENTENCE} words, few words have {LONG_WORD} letters",
)


def print_audit(audit: Audit, console: Console) -> None:
    """Print a table of all checks, by function, and the rules that the course breaks."""
    console.print(_table(audit))
    console.print(f"\n{_counts(audit)}", highlight=False)
    console.print("lost by: mistakes that lose the check; only it: those that lose no other check")
    console.print("right, wrong: orders of magnitude within and beyond the tolerance")
    for rule in audit.broken:
        console.print(rule, markup=False, highlight=False, soft_wrap=True)


def audit_page(audit: Audit) -> Iterable[str]:
    """Render the report card as an HTML page, in pieces."""
    template = environment().get_template("audit.html")
    return template.generate(
        audit=audit, rules=RULES, csp=policy("style.css", "table.js"), version=__version__
    )


def _table(audit: Audit) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, title_justify="left")
    table.add_column("check", no_wrap=True)
    table.add_column("kind", no_wrap=True)
    for name in ("lost by", "only it", "right", "wrong"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("nearest to the tolerance", no_wrap=True)
    functions = {function.function: function for function in audit.functions}
    for name, checks in groupby(audit.checks, key=lambda check: check.function):
        mistakes, alternatives = functions[name].mistakes, functions[name].alternatives
        counts = f"{mistakes} mistakes, {alternatives} alternatives"
        table.add_row(f"[bold]{name}[/bold]", *[""] * 5, counts)
        for check in checks:
            table.add_row(*_row(check))
    return table


def _row(check: CheckAudit) -> tuple[str, ...]:
    nearest = " / ".join(filter(None, (check.right_by, check.wrong_by)))
    return (
        f"  {check.check}",
        str(check.kind),
        str(check.killed),
        str(len(check.sole)),
        _orders(check.right_margin),
        _orders(check.wrong_margin),
        nearest,
    )


def _orders(margin: float | None) -> str:
    return NONE if margin is None else f"{margin:.1f}"


def _counts(audit: Audit) -> str:
    sole = sum(bool(check.sole) for check in audit.checks)
    unnamed = [f"{f.function}__{name}" for f in audit.functions for name in f.unnamed]
    counts = (
        f"{len(audit.checks)} checks ({sole} the only one to catch some mistake),"
        f" {sum(f.mistakes for f in audit.functions)} mistakes,"
        f" {sum(f.alternatives for f in audit.functions)} alternatives"
    )
    return f"{counts}; not recognised: {', '.join(unnamed)}" if unnamed else counts
