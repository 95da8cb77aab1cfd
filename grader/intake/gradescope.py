"""Gradescope's "Export Submissions": a folder for each submission, and a file that says whose.

assignment_8046_export/submission_metadata.yml
assignment_8046_export/submission_40919/ex01_softmax.py
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from grader.errors import SubmissionError, UsageError
from grader.intake.archives import first_members
from grader.intake.files import Members, clean_name, read_regular
from grader.intake.listing import Item, shown
from grader.intake.people import ClassSubmissions, Entry, Person, cleaned, student_id_of
from grader.text import counted

TITLE = "Gradescope export"
LOOKED_FOR = "submission_metadata.yml beside folders named like submission_40919"
METADATA = "submission_metadata.yml"
FOLDER = re.compile(r"submission_\w+")
EXPORT = re.compile(r"assignment_\d+_export")
MAX_METADATA_BYTES = 512 * 2**20

# What was found by Gradescope's own graders: most of the file, and nothing of it is needed.
_RESULTS = re.compile(r"^  :(?:results|history):.*\n(?:(?:   .*|  -.*|[ \t\r]*)\n)*", re.MULTILINE)


def fitting(items: Sequence[Item]) -> int:
    """How many of these are an export's; none without the file that says whose they are."""
    if not any(item.name == METADATA and not item.folder for item in items):
        return 0
    return sum(item.name == METADATA or _is_submission(item) for item in items)


def take(items: Sequence[Item], order: tuple[str, ...]) -> ClassSubmissions:  # noqa: ARG001  # as of every LMS
    """Everybody who handed in one of these folders. UsageError when the metadata is broken."""
    file = next(item for item in items if item.name == METADATA)
    named = _submitters(file)
    folders = {item.name: item for item in items if _is_submission(item)}
    remarks = [
        f"{shown(item)} is not named as Gradescope names submissions; it is not looked at"
        for item in items
        if item.name not in (METADATA, *folders)
    ]
    handed: list[tuple[Item, Person]] = []
    groups = 0
    for name, item in folders.items():
        people = named.get(name)
        if not people:
            remarks.append(f"{shown(item)} is graded under that name: {METADATA} names nobody")
        groups += len(people or []) > 1
        handed += [(item, person) for person in people or [_unnamed(name)]]
    for name, people in named.items():
        if name not in folders:
            who = ", ".join(person.name or person.sid or person.email for person in people)
            remarks.append(
                f"{clean_name(name)} ({who or 'nobody'}) is in {METADATA}, but has no folder;"
                " nothing is graded"
            )
    entries = [
        Entry(key, [item.part], person)
        for key, (item, person) in zip(_keys([p for _, p in handed]), handed, strict=True)
    ]
    told = [counted(len(entries), "learner"), *[counted(groups, "group")] * (groups > 0)]
    return ClassSubmissions(entries, "gradescope", f"{TITLE}: {', '.join(told)}", remarks=remarks)


def _is_submission(item: Item) -> bool:
    return FOLDER.fullmatch(item.name) is not None and item.is_entry


def _unnamed(folder: str) -> Person:
    return Person(lms="gradescope", lms_id=folder.partition("_")[2])


def _keys(people: Sequence[Person]) -> list[str]:
    """The key of each: the first of sid, email and name that nobody else has, or the folder's."""
    sids = Counter(person.sid for person in people)
    emails = Counter(person.email.casefold() for person in people)
    names = Counter(person.name for person in people)
    keys = []
    for person in people:
        folder = f"submission_{person.lms_id}"
        if person.sid and sids[person.sid] == 1:
            key = person.sid
        elif person.email and emails[person.email.casefold()] == 1:
            key = person.email
        elif person.name:
            key = person.name if names[person.name] == 1 else f"{person.name} ({person.lms_id})"
        else:
            key = folder
        keys.append(student_id_of(key))
    return keys


def _submitters(item: Item) -> dict[str, list[Person]]:
    """Who handed in each folder. UsageError says where the file is broken."""
    where = _where(item)
    found = _parsed(_text(item, where), where)
    if not isinstance(found, dict):
        raise UsageError(f"{where}, line 1: it does not list folders; {_AGAIN}")
    return {str(folder): _people(str(folder), about) for folder, about in found.items()}


def _people(folder: str, about: Any) -> list[Person]:
    submitters = about.get(":submitters") if isinstance(about, dict) else None
    people = [
        _unnamed(folder)._replace(
            name=cleaned(one.get(":name")),
            email=_known(one.get(":email")),
            sid=_known(one.get(":sid")),
        )
        for one in (submitters if isinstance(submitters, list) else [])
        if isinstance(one, dict)
    ]
    people = list(dict.fromkeys(p for p in people if p.name or p.email or p.sid))
    return [p._replace(group=clean_name(folder)) for p in people] if len(people) > 1 else people


def _known(value: Any) -> str:
    """A text, or none where Ruby has written that there is none."""
    text = cleaned(value)
    return "" if text in ("~", "null") else text


def _parsed(text: str, where: str) -> Any:
    """The file without what was graded. Every value in it is a text: a sid may begin with 0."""
    import yaml

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    short = _RESULTS.sub(lambda found: "\n" * found.group().count("\n"), f"{text}\n")
    try:
        # A base loader makes nothing but texts, lists and dictionaries, whatever the tags say.
        try:
            return yaml.load(short, Loader=loader)  # noqa: S506
        except yaml.YAMLError:
            # What was left out may have been referred to.
            return yaml.load(text, Loader=loader)  # noqa: S506
    except yaml.YAMLError as error:
        line = _line(error, text)
        reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "no YAML"
        raise UsageError(f"{where}, line {line}: {clean_name(reason)}; {_AGAIN}") from error
    except RecursionError as error:  # pragma: no cover  # PyYAML without libyaml
        raise UsageError(f"{where} is nested too deep; {_AGAIN}") from error


def _line(error: Any, text: str) -> int:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is not None:
        return int(mark.line) + 1
    return text.count("\n", 0, getattr(error, "position", 0)) + 1


def _text(item: Item, where: str) -> str:
    try:
        if isinstance(item.part, Path):
            data = read_regular(item.part, MAX_METADATA_BYTES)
        else:
            (data,) = first_members([item.part], MAX_METADATA_BYTES + 1)
        return data.decode("utf-8-sig")
    except SubmissionError as error:
        raise UsageError(f"{where} {error}; {_AGAIN}") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{where}, line {line}: it is not UTF-8; {_AGAIN}") from error


def _where(item: Item) -> str:
    if isinstance(item.part, Members):
        return f"{item.part.archive}: {METADATA}"
    return str(item.part)


_AGAIN = "download the export again"
