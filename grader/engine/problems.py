"""What went wrong while a submission was loaded, and in which line of which file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader import wire


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
    what = f"{error.error.type}: {error.error.message}" if error.error.message else error.error.type
    return LoadProblem(file, error.label, error.line, what, _line(lines, error.line))


def line_of(source: wire.Source, statement: wire.Progress) -> str:
    """Return the first line of a statement."""
    texts = [cell.text for cell in source.cells if cell.label == statement.label]
    return _line("".join(texts).splitlines(), statement.line)


def _line(lines: Sequence[str], number: int) -> str:
    return lines[number - 1].strip()[:300] if 0 < number <= len(lines) else ""
