"""What went wrong while a submission was loaded, and in which line of which file."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader import wire

# What a syntax error and its line may look like where this Python and later ones find none.
NEWER = (3, 12)
_NEWER_ERROR = "SyntaxError: f-string expression part cannot include"
_NEWER_LINE = re.compile(
    r"""
    ^type\ +\w+(\[.*\])?\ *=\ *\w              # type Vector = list[float]
    | ^(async\ +)?(def|class)\ +\w+\[.*\]      # def scaled[T](x: T): ...
    # f"{d["a"]}", a text that an older Python ends at its second quote, within the braces
    | \b(f|fr|rf)(?P<q>["'])((?!(?P=q)).)*
      \{ ((?!(?P=q))[^{}])* (?P=q) ((?!(?P=q))[^{}])* (?P=q) [^{}]* \}
    """,
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class LoadProblem:
    """A statement that failed, hung or ended the process; the rest of its file still counts."""

    file: str
    label: str
    line: int
    what: str
    text: str = ""
    # It ended or hung the process, so the statements after it may not have run.
    fatal: bool = False


def problems_of(
    errors: Sequence[wire.LoadError], sources: Sequence[wire.Source]
) -> list[LoadProblem]:
    """Describe the errors that a child reported while loading these sources."""
    labels = {error.label for error in errors}
    # Each text is split once, however many errors are in it.
    lines = {
        cell.label: cell.text.splitlines()
        for source in sources
        for cell in source.cells
        if cell.label in labels
    }
    return [_problem_of(error, sources, lines.get(error.label, [])) for error in errors]


def _problem_of(
    error: wire.LoadError, sources: Sequence[wire.Source], lines: Sequence[str]
) -> LoadProblem:
    known = 0 <= error.source < len(sources)
    file = sources[error.source].name if known else error.label
    line = _line(lines, error.line)
    what = f"{error.error.type}: {error.error.message}" if error.error.message else error.error.type
    newer = what.startswith(_NEWER_ERROR) or _NEWER_LINE.search(line)
    if newer and what.startswith("SyntaxError") and sys.version_info < NEWER:
        ours = "{}.{}".format(*sys.version_info)
        what += f" (this is graded with Python {ours}; newer syntax is not understood)"
    return LoadProblem(file, error.label, error.line, what, line)


def why_undefined(error: wire.Error, problems: Iterable[LoadProblem]) -> str:
    """Return which failed import is why a name is not defined; empty if none is."""
    missing = re.match(r"name '(\w+)' is not defined", error.message)
    if error.type != "NameError" or missing is None or not error.frames:
        return ""
    for problem in problems:
        here = error.frames[-1].label.startswith(problem.file)
        if here and missing[1] in _imported_by(problem.text):
            reason = problem.what.partition(": ")[2]
            return f"`{problem.text}` in line {problem.line} failed: {reason}"
    return ""


def _imported_by(line: str) -> set[str]:
    """Return the names that an import would bind; empty for other statements."""
    found = re.match(r"(?:from\s+[\w.]+\s+)?import\s+([^#;]*)", line)
    parts = found[1].strip("() ").split(",") if found else []
    return {part.split()[-1].partition(".")[0] for part in parts if part.strip()}


def line_of(source: wire.Source, statement: wire.Progress) -> str:
    """Return the first line of a statement."""
    texts = [cell.text for cell in source.cells if cell.label == statement.label]
    return _line("".join(texts).splitlines(), statement.line)


def _line(lines: Sequence[str], number: int) -> str:
    return lines[number - 1].strip()[:300] if 0 < number <= len(lines) else ""
