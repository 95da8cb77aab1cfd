"""Find the files that define a function of the course, or say why there is none."""

from __future__ import annotations

import re
from collections.abc import Collection
from difflib import get_close_matches

from grader.engine.problems import LoadProblem
from grader.engine.session import Session
from grader.model import Verdict
from grader.text import printable

# Of so many files that hold different answers to one function, the best one counts; more would be
# more guesses.
MAX_ATTEMPTS = 2
UNREAD = ("SyntaxError", "IndentationError", "TabError")
# What Python says of indentation, in plain words.
PLAIN = {
    "TabError": "Indent with spaces only: this line has tabs where others have spaces",
    "IndentationError: unexpected indent": "This line stands further right than the one above it",
    "IndentationError: unindent": "This line is indented as none of those above it is",
}


def attempted_in(session: Session, slug: str, function: str) -> list[str]:
    """Return the files that attempt `function`, in the order of the submission.

    If a file named for the exercise defines it, no other file counts. A .py and a notebook
    that differ are two attempts. The first MAX_ATTEMPTS are to be graded.
    """
    written = [
        definition
        for definition in session.loaded.definitions
        if definition.function == function and not definition.stub
    ]
    # Not in the order in which a learner's process has listed them.
    order = [source.name for source in session.contents.sources]
    written.sort(key=lambda definition: order.index(definition.file))
    named = _files_of(session, slug)
    here = [d for d in written if d.is_defined_here]
    candidates = [d for d in here if d.file in named] or here or written
    distinct = {definition.fingerprint: definition for definition in reversed(candidates)}
    return [d.file for d in candidates if distinct[d.fingerprint] is d]


def why_absent(
    session: Session, slug: str, function: str, told: dict[str, str]
) -> tuple[Verdict, str]:
    """Return the verdict on a function that no file attempts, and the reason.

    `told` holds the notes that were the reason for earlier functions, which it names.
    """
    stubs = {d.file for d in session.loaded.definitions if d.function == function}
    if why := _why_not_loaded(session, slug, function, told, stubs):
        return Verdict.NOT_LOADED, why
    if stubs:
        return Verdict.NOT_ATTEMPTED, f"{function} is not written yet"
    return Verdict.MISSING, _missing_message(session, slug, function)


def problem_note(problem: LoadProblem) -> str:
    """Describe a statement that failed while its file was loaded, in one line."""
    line = f", line {problem.line}" if problem.line > 0 else ""
    text = f": {problem.text}" if problem.text else ""
    plain = next((words for what, words in PLAIN.items() if problem.what.startswith(what)), "")
    plain = f". {plain}." if plain else ""
    return printable(f"{problem.label}{line}: {problem.what}{text}{plain}")


def _why_not_loaded(
    session: Session, slug: str, function: str, told: dict[str, str], stubs: Collection[str]
) -> str:
    """Say why a function is absent although a file may hold it, or return an empty text.

    Where files hold it as a stub, only another file of the exercise may hold more: the form of it
    that was worked in, beside the one that is as it was handed out.
    """
    # Files of this exercise, and those that are called as none is.
    others = not stubs
    stems = {source.name: source.stem for source in session.contents.sources}
    named = {
        name
        for name, stem in stems.items()
        if stem == slug or (others and stem not in session.exercises)
    }
    for stem, reason in session.contents.unreadable:
        if stem == slug or (others and stem not in session.exercises):
            return reason
    problems = [p for p in session.problems if others or p.file in named - set(stubs)]
    for problem in problems:
        if re.search(rf"\bdef {function}\b|\b{function} *=", problem.text):
            note = problem_note(problem)
            told.setdefault(note, function)
            return note
    for problem in problems:
        # A file that could not be read to its end may hold it.
        anywhere = problem.fatal and not problem.file
        unread = problem.file in named and (problem.fatal or problem.what.startswith(UNREAD))
        if anywhere or unread:
            note = problem_note(problem)
            first = told.setdefault(note, function)
            if first != function:
                return f"{function} is not there after loading, for the same reason as {first}"
            return f"{function} is not there after loading; {note}"
    return ""


def _missing_message(session: Session, slug: str, function: str) -> str:
    if not session.contents.sources:
        return f"no readable file was submitted, so {function} could not be looked for"
    others = {name: file for file, name in session.loaded.others}
    same = [name for name in others if _words(name) == _words(function)]
    if close := same or get_close_matches(function, others):
        name = printable(close[0])
        file = printable(others[close[0]])
        return f"no function is called {function}; {file} has {name}: did you rename it?"
    if not _files_of(session, slug):
        return f"{slug} was not handed in, and no other file has {function}"
    return f"no function is called {function}; did you rename or delete it?"


def _words(name: str) -> list[str]:
    """Return the words of a name in alphabetical order: those of `softmaxJacobian` are two."""
    return sorted(word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", name))


def _files_of(session: Session, slug: str) -> set[str]:
    return {source.name for source in session.contents.sources if source.stem == slug}
