"""What went wrong while a submission was loaded, and in which line of which file."""

from __future__ import annotations

from dataclasses import dataclass

from grader import wire
from grader.model import Submission


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


def problem_of(error: wire.LoadError, submission: Submission) -> LoadProblem:
    """Describe an error that a child reported while loading."""
    names = [source.name for source in submission.sources]
    file = names[error.source] if 0 <= error.source < len(names) else error.label
    sources = [source for source in submission.sources if source.name == file]
    text = line_of(sources[0], error) if sources else ""
    what = f"{error.error.type}: {error.error.message}" if error.error.message else error.error.type
    return LoadProblem(file, error.label, error.line, what, text)


def line_of(source: wire.Source, statement: wire.Progress | wire.LoadError) -> str:
    """Return the first line of a statement."""
    for cell in source.cells:
        if cell.label == statement.label:
            lines = cell.text.splitlines()
            if 0 < statement.line <= len(lines):
                return lines[statement.line - 1].strip()[:300]
    return ""
