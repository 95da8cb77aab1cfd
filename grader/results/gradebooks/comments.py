"""The short comment beside a grade: for an LMS as HTML, for a mail merge as text."""

from __future__ import annotations

import html
from typing import TypeAlias

from grader.model import FunctionResult, Verdict
from grader.results.gradebooks.people import GradebookPerson
from grader.text import points, safe_cell

# A comment says so many things in full; the rest is on the page.
MOST_SAID = 3

# Paragraphs of lines.
Comment: TypeAlias = list[list[str]]


def comment(person: GradebookPerson, exercise: str) -> Comment:
    """Return the comment: what to begin with first, nothing said twice.

    Notes about the files come last: why something was not read, for example.
    """
    functions = [f for f in person.result.functions if not exercise or f.exercise == exercise]
    wrong = [f for f in functions if f.verdict != Verdict.PASSED]
    said: set[str] = set()
    paragraphs: Comment = [] if wrong else [["All right."]]
    others: list[str] = []
    for function in wrong:
        text = function.misconception.message if function.misconception else function.message
        if text in said or len(said) == MOST_SAID:
            others.append(_with_points(function))
        else:
            said.add(text)
            paragraphs.append([_with_points(function), text])
    if others:
        paragraphs.append([f"Not all points either for {', '.join(others)}."])
    for target, override in person.result.overrides.items():
        if exercise in ("", target):
            reason = f": {override.reason}" if override.reason else "."
            said_by_hand = f"{points(override.points)} points for {target} were given by hand"
            paragraphs.append([said_by_hand + reason])
    return [*paragraphs, *([note] for note in person.result.notes[:MOST_SAID])]


def as_html(text: Comment) -> str:
    """Return a comment as HTML, safe in a spreadsheet."""
    paragraphs = ("<br>".join(map(_escaped, lines)) for lines in text)
    # It begins with a tag, so no spreadsheet reads it as a formula; safe_cell makes sure of that.
    return safe_cell("".join(f"<p>{paragraph}</p>" for paragraph in paragraphs))


def as_text(text: Comment) -> str:
    """Return a comment as plain text, safe in a spreadsheet: a line for each of its lines."""
    return safe_cell("\n".join(" ".join(line.split()) for lines in text for line in lines))


def _with_points(function: FunctionResult) -> str:
    return f"{function.function}: {points(function.score)} of {points(function.max_score)} points"


def _escaped(text: str) -> str:
    return html.escape(" ".join(text.split()))
