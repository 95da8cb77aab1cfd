"""Downloads that are told by the names of their files alone: one pattern for each system.

A pattern is matched against the path of each file in a download, with / between folders. Its named
groups say what the parts of a path are: `student` (an id or a login), `name` or `first` and `last`,
`email`, `time` or `attempt`, and `file`, the learner's own name for it, with folders. What a
teacher gives as --names is such a pattern, too.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from grader.errors import UsageError
from grader.intake.files import Member, Members, Part, RenamedFile
from grader.intake.listing import Item, printable_name
from grader.intake.people import ClassSubmissions, Entry, Person, cleaned, student_id_of
from grader.text import counted, listed, one
from grader.worker.files import is_junk, is_readable

GROUPS = ("student", "name", "first", "last", "email", "time", "attempt", "file")
# At least one of these says whose a file is; in this order they become a learner's id.
WHOSE = ("student", "email", "name", "last")
# So many files are looked at to recognise a layout.
SAMPLE = 60
MOST_FILES = 200_000
TIMES = (
    "%b %d, %Y %I%M %p",
    "%B %d, %Y %I%M %p",
    "%Y-%m-%d %H:%M:%S.%f %Z",
    "%Y-%m-%d %H:%M:%S %Z",
)


@dataclass(frozen=True, slots=True)
class Layout:
    """A system whose downloads are recognised by a pattern for the paths of their files.

    What is not `distinct` could be a learner's own order of things, so it is not looked for unless
    the teacher says what it is.
    """

    title: str
    looked_for: str
    pattern: re.Pattern[str]
    distinct: bool = True

    def share(self, items: Sequence[Item]) -> float:
        """Return how many of the first files with code fit, from 0 to 1."""
        matches = []
        for path, _item in _code_files(items):
            matches.append(self.pattern.fullmatch(path))
            if len(matches) == SAMPLE:
                break
        return sum(match is not None for match in matches) / max(len(matches), 1)

    def take(self, items: Sequence[Item], order: tuple[str, ...]) -> ClassSubmissions:  # noqa: ARG002  # all LMSs share this signature
        """Group the files by learner; of several attempts the newest counts."""
        learners: dict[str, list[tuple[re.Match[str], Item]]] = defaultdict(list)
        others = []
        for path, item in _code_files(items):
            match = self.pattern.fullmatch(path)
            if match is None:
                others.append(printable_name(item._replace(name=path)))
            else:
                learners[_whose(match)].append((match, item))
        entries, older = [], 0
        for student, files in learners.items():
            entry, ignored = _entry(student, files)
            entries.append(entry)
            older += ignored
        summary = f"{self.title}: {counted(len(entries), 'learner')}"
        if older:
            summary += f", {counted(older, 'older file')} ignored"
        remarks = [f"not named as in {one(self.title)}, so ignored: {listed(others, most=5)}"]
        return ClassSubmissions(entries, "", summary, remarks=remarks if others else [])


def layout_of(names: str) -> Layout:
    """Return the layout of a pattern that a teacher wrote, with the groups of a learner and a file.

    Raise UsageError when it is no regular expression, or does not say whose a file is.
    """
    remedy = f"its named groups are {', '.join(GROUPS)}, as in (?P<student>[^_]+)_(?P<file>.+)"
    try:
        pattern = re.compile(names)
    except re.error as error:
        raise UsageError(f"--names: {error} in {names!r}; {remedy}") from error
    if unknown := set(pattern.groupindex) - set(GROUPS):
        raise UsageError(f"--names: there is no group {min(unknown)!r}; {remedy}")
    if not set(WHOSE) & set(pattern.groupindex):
        raise UsageError(f"--names: no group says whose a file is; {remedy}")
    return Layout("class by --names", f"files whose path fits {names}", pattern)


def _code_files(items: Sequence[Item]) -> Iterator[tuple[str, Item]]:
    """Yield the files that are read, in folders too, with their paths. Links are not followed."""
    files = (file for item in items for file in _files_in(item))
    for path, item in islice(files, MOST_FILES):
        if is_readable(item.name) and not any(map(is_junk, path.split("/"))):
            yield path, item


def _files_in(item: Item) -> Iterator[tuple[str, Item]]:
    part = item.part
    if not item.folder:
        yield item.name, item
    elif isinstance(part, Members):
        for number, name in part.members:
            if not name.endswith("/"):
                last = name.rpartition("/")[2]
                member = part._replace(members=(Member(number, last),))
                yield f"{item.name}/{name}", Item(last, False, member)
    else:
        for folder, folders, files in os.walk(part):
            folders[:] = sorted(name for name in folders if not is_junk(name))
            inside = Path(folder).relative_to(part).as_posix()
            for name in sorted(files):
                path = f"{item.name}/{inside}/{name}" if inside != "." else f"{item.name}/{name}"
                yield path, Item(name, False, Path(folder) / name)


def _whose(match: re.Match[str]) -> str:
    """Return what tells learners apart: their id, or all that is said of them."""
    found = {name: text for name, text in match.groupdict().items() if text}
    return next((found[name] for name in WHOSE[:2] if name in found), "") or _name(match)


def _name(match: re.Match[str]) -> str:
    found = match.groupdict()
    parts = [found.get("first"), found.get("last")]
    return cleaned(found.get("name") or " ".join(part for part in parts if part))


def _entry(student: str, files: Sequence[tuple[re.Match[str], Item]]) -> tuple[Entry, int]:
    """Return one learner's entry with their newest attempt, and how many files are older."""
    newest = max(_attempt(match) for match, _item in files)
    counting = [(match, item) for match, item in files if _attempt(match) == newest]
    parts = [_part(match, item) for match, item in sorted(counting, key=lambda each: each[1].name)]
    older = len(files) - len(counting)
    notes = (f"handed in again: {counted(older, 'older file')} ignored",) if older else ()
    match = counting[0][0]
    person = Person(name=_name(match), email=cleaned(match.groupdict().get("email")))
    return Entry(student_id_of(student), parts, person, notes), older


def _part(match: re.Match[str], item: Item) -> Part:
    part = item.renamed(match.groupdict().get("file") or item.name)
    if isinstance(part, RenamedFile):
        part = part._replace(below=match.string.count("/"))
    return part


def _attempt(match: re.Match[str]) -> tuple[int, str]:
    """Return a key by which a later attempt is greater."""
    found = match.groupdict()
    time, attempt = found.get("time") or "", found.get("attempt") or ""
    for form in TIMES:
        try:
            time = datetime.strptime(time, form).isoformat()  # noqa: DTZ007  # only compared
        except ValueError:
            continue
        break
    digits = "".join(c for c in attempt if c.isdecimal())
    return int(digits or 0), time


def _layout(title: str, looked_for: str, *pattern: str, distinct: bool = True) -> Layout:
    return Layout(title, looked_for, re.compile("".join(pattern), re.DOTALL), distinct)


_STAMP = r"(?P<time>\d{4}(?:-\d\d){5})"
LAYOUTS = {
    "blackboard": _layout(
        "Blackboard download",
        "files named like Softmax_ada_attempt_2026-02-01-12-34-50_ex01_softmax.py",
        rf"[^/]+_(?P<student>[^/_]+)_attempt_{_STAMP}_(?P<file>[^/]+)",
    ),
    "brightspace": _layout(
        "Brightspace download",
        "folders named like 1000-550 - Ada Lovelace - Feb 1, 2026 1234 PM",
        r"\d+-\d+ - (?P<name>[^/]+?) - (?P<time>[A-Z][a-z]+ \d+, \d{4} \d+ [AP]M)/(?P<file>.+)",
    ),
    "sakai": _layout(
        "Sakai download",
        "folders named like Lovelace, Ada(ada)",
        r"(?P<last>[^/,]+), (?P<first>[^/(]+)\((?P<student>[^/)]+)\)/",
        r"Submission attachment\(s\)/(?P<file>.+)",
    ),
    "autolab": _layout(
        "Autolab download",
        "files named like ada@x.org_3_ex01_softmax.py",
        r"(?P<email>[^/@]+@[^/@_]+)_(?P<attempt>\d+)_(?P<file>[^/]+)",
    ),
    "vpl": _layout(
        "VPL download",
        "folders named like Ada Lovelace 1200 ada/2026-02-01-12-34-50",
        rf"(?P<name>[^/]+?) \d+ (?P<student>[^/ ]+)/{_STAMP}/(?P<file>.+)",
    ),
    "github": _layout(
        "GitHub Classroom download",
        "folders named like softmax-submissions/softmax-ada",
        r"(?P<assignment>[^/]+)-submissions/(?P=assignment)-(?P<student>[^/]+)/(?P<file>.+)",
    ),
    "nbgrader": _layout(
        "nbgrader exchange",
        "folders named like ada+ps1+2026-02-01 12:34:50 UTC",
        r"(?P<student>[^/+]+)\+[^/+]+\+(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[^/+]*)(?:\+[^/]*)?/",
        r"(?P<file>.+)",
    ),
    "teams": _layout(
        "Microsoft Teams folder",
        "folders named like Ada Lovelace/Softmax/Version 2",
        r"(?P<name>[^/]+)/[^/]+/Version (?P<attempt>\d+)/(?P<file>.+)",
    ),
    "ilias": _layout(
        "ILIAS download",
        "folders named like Lovelace_Ada_ada_1200/20260201123450_ex01_softmax.py",
        r"(?P<last>[^/_]+)_(?P<first>[^/_]+)_(?P<student>[^/]+)_\d+/",
        r"(?P<time>\d{14})_(?P<file>[^/]+)",
    ),
    "submitty": _layout(
        "Submitty download",
        "folders named like ada/3",
        r"(?P<student>[^/]+)/(?P<attempt>[1-9]\d{0,3})/(?P<file>.+)",
        distinct=False,
    ),
    "drive": _layout(
        "Google Drive folder",
        "files named like Ada Lovelace - ex01_softmax.py",
        r"(?P<name>[^/]*[^\s/][^/]*?) - (?P<file>[^/]+)",
    ),
}
