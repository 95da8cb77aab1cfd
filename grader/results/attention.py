"""Whose hand-in somebody should look at, and what to do about it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import NamedTuple

from grader.intake.people import ClassSubmissions
from grader.model import NOT_THERE, SubmissionResult, Verdict
from grader.results.causes import answers_of
from grader.results.lists import ShortList
from grader.text import counted, listed

# How a message begins or what it says, where the verdict alone does not tell.
_NEWER = "newer syntax is not understood"
_BLOCKED = re.compile(r"(\w[\w.]*) cannot be imported(?: while grading|: this course).*\bimport\b")
_RENAMED = "did you rename it?"
_ENDED = re.compile(r"ended the whole Python process|used up the time of a submission")
_NOTHING = (Verdict.MISSING, Verdict.NOT_LOADED)
# A wrong answer is rare if at most so many learners give it, and two learners are told of who share
# at least so many of them. A class must have so many learners for "rare" to mean anything.
RARE, SHARED, ENOUGH = 3, 2, 10
# Of a larger group with the same files, pairs are not told again.
MOST = 50
# Of several people or functions, so many are named.
MOST_TOLD = 3


class Reason(NamedTuple):
    """Why somebody should look: what happened, after "3 learners", and what to do."""

    what: str
    remedy: str


REASONS = {
    "failed": Reason(
        "could not be graded: the grader itself failed",
        "Nobody loses a point by it; the cells are blank. Run the same command again, and report it"
        " if it stays so.",
    ),
    "unread": Reason(
        "handed in nothing that could be graded",
        "No function of the course was found in it, so they have 0 points. Ask them for the .py or"
        " .ipynb files.",
    ),
    "absent": Reason(
        "handed in nothing",
        "They are in the roster, and in no file here; they have no row in gradebook.csv.",
    ),
    "unknown": Reason(
        "had no row in the roster",
        "They are graded under the name of their files. Add them to the roster, or put the id of"
        " their LMS there.",
    ),
    "newer": Reason(
        "used the syntax of a newer Python than the grader's",
        "Grade with that Python, or ask them to write it in the older way.",
    ),
    "blocked": Reason(
        "imported something that is not there while grading",
        "What follows from it is lost. Look at whether the rest of their work is right.",
    ),
    "unloaded": Reason(
        "handed in a file that cannot be loaded",
        "The rest is graded. A missing bracket may have cost a whole exercise: ask for it again, or"
        " give points by hand.",
    ),
    "renamed": Reason(
        "may have renamed a function",
        "The work may be there under another name. Ask for it again, or give points by hand.",
    ),
    "stopped": Reason(
        "ran out of time, or ended the process",
        "Look for a loop that never ends. If honest work is slow, raise --limit call.",
    ),
    "late": Reason("handed in late", "Deadlines and penalties are your LMS's business."),
    "same_files": Reason(
        "handed in files with the same contents, byte for byte",
        "It may be a group, or one file that was handed in twice. Ask before you conclude anything"
        " else.",
    ),
    "same_answers": Reason(
        "share wrong answers that hardly anybody else gave",
        "Learners who work together share mistakes as well. Look at both before you conclude"
        " anything else.",
    ),
}


@dataclass(slots=True)
class Concern:
    """One reason to look, and the learners with what it is about in each case."""

    id: str
    learners: ShortList[str] = field(default_factory=ShortList)

    @property
    def what(self) -> str:
        """What they did, to be read after "3 learners"."""
        return REASONS[self.id].what

    @property
    def headline(self) -> str:
        """A sentence with the number of learners."""
        return f"{counted(self.learners.count, 'learner')} {self.what}"

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return REASONS[self.id].remedy


class Attention:
    """Who needs a look. `add` each result once, then read `concerns`, the most pressing first."""

    def __init__(self, submissions: ClassSubmissions | None) -> None:
        self._concerns = {name: Concern(name) for name in REASONS}
        self._count = 0
        self._names: dict[str, str] = {}
        self._contents: dict[str, list[str]] = defaultdict(list)
        self._answers: dict[tuple[str, int], list[str]] = defaultdict(list)
        self._groups: dict[str, str] = {}
        if submissions is None:
            return
        self._groups = {e.student: e.person.group for e in submissions.entries if e.person.group}
        for student, _person in submissions.absent:
            self._add("absent", student)
        for entry in submissions.entries:
            if entry.person.late:
                self._add("late", entry.student)
            if submissions.rostered and not entry.person.in_roster:
                self._add("unknown", entry.student)

    def add(self, result: SubmissionResult) -> None:
        """Look at one learner's result."""
        self._count += 1
        for name, about in _reasons(result):
            self._add(name, result.student, about)
        if any(function.verdict not in NOT_THERE for function in result.functions):
            self._contents[result.contents].append(result.student)
        if result.name:
            self._names[result.student] = result.name
        for function in result.functions:
            if function.verdict not in (Verdict.PASSED, Verdict.GRADER_ERROR, *NOT_THERE):
                answer = function.function, answers_of(function)
                self._answers[answer].append(result.student)

    def _add(self, name: str, student: str, about: str = "") -> None:
        self._concerns[name].learners.add(student, about)

    @property
    def concerns(self) -> list[Concern]:
        """The reasons that anybody has, in the order of REASONS."""
        named = self._concerns | {
            "same_files": Concern("same_files", _listed(self._same_files())),
            "same_answers": Concern("same_answers", _listed(self._same_answers())),
        }
        return [concern for concern in named.values() if concern.learners.count]

    def _same_files(self) -> Iterator[tuple[str, str]]:
        for contents, students in self._contents.items():
            if contents and len(students) > 1:
                for student in students:
                    if others := [other for other in students if self._may_wonder(student, other)]:
                        yield student, self._with(others)

    def _same_answers(self) -> Iterator[tuple[str, str]]:
        """Yield each learner who shares rare wrong answers, with whom, and in which functions."""
        if self._count < ENOUGH:
            return
        pairs: dict[tuple[str, str], list[str]] = defaultdict(list)
        for (function, _answer), students in self._answers.items():
            if len(students) <= RARE:
                for pair in combinations(students, 2):
                    pairs[pair].append(function)
        same = {p for key, s in self._contents.items() if key for p in combinations(s[:MOST], 2)}
        for pair, functions in pairs.items():
            if len(functions) >= SHARED and pair not in same and self._may_wonder(*pair):
                for one, other in (pair, pair[::-1]):
                    yield one, f"{self._with([other])}, in {listed(functions, most=MOST_TOLD)}"

    def _may_wonder(self, one: str, other: str) -> bool:
        """Tell whether these are two people who did not hand in as one group."""
        group = self._groups.get(one)
        return one != other and (group is None or group != self._groups.get(other))

    def _with(self, others: Iterable[str]) -> str:
        return f"with {listed([self._names.get(other, other) for other in others], most=MOST_TOLD)}"


def _reasons(result: SubmissionResult) -> Iterator[tuple[str, str]]:
    """Yield the reasons to look at one hand-in, each with what it is about."""
    if result.score is None:
        yield "failed", result.notes[-1] if result.notes else ""
        return
    if all(function.verdict in _NOTHING for function in result.functions):
        yield "unread", "; ".join(result.notes[:3] or result.files[:3])
        return
    messages = [function.message for function in result.functions]
    texts = [*messages, *result.notes]
    blocked = next((found[1] for found in map(_BLOCKED.search, texts) if found), "")
    newer = next((text for text in texts if _NEWER in text), "")
    if newer:
        yield "newer", newer
    if blocked:
        yield "blocked", blocked
    if not newer and not blocked:
        unloaded = (f.message for f in result.functions if f.verdict is Verdict.NOT_LOADED)
        if why := next(unloaded, ""):
            yield "unloaded", why
    if renamed := [text for text in messages if _RENAMED in text]:
        yield "renamed", "; ".join(text.partition("; ")[2] or text for text in renamed[:3])
    if stopped := _stopped(result):
        yield "stopped", stopped


def _stopped(result: SubmissionResult) -> str:
    """Say which functions ran out of time or ended the process, or that loading did."""
    verdicts = (Verdict.TIMED_OUT, Verdict.DIED)
    names = [
        function.function
        for function in result.functions
        if any(check.verdict in verdicts for check in function.checks)
    ]
    return ", ".join(names) or next((note for note in result.notes if _ENDED.search(note)), "")


def _listed(pairs: Iterable[tuple[str, str]]) -> ShortList[str]:
    found: ShortList[str] = ShortList()
    for student, about in pairs:
        found.add(student, about)
    return found
