"""Read Gradescope's "Export Submissions": a folder for each submission, and a file of submitters.

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
from grader.intake.archives import first_member
from grader.intake.files import Members, read_regular
from grader.intake.listing import Item, printable_name
from grader.intake.people import ClassSubmissions, Entry, Person, cleaned, student_id_of
from grader.text import counted
from grader.worker.files import clean_name

TITLE = "Gradescope export"
LOOKED_FOR = "submission_metadata.yml beside folders named like submission_40919"
METADATA = "submission_metadata.yml"
FOLDER = re.compile(r"submission_\w+")
EXPORT = re.compile(r"assignment_\d+_export")
MAX_METADATA_BYTES = 512 * 2**20
# What is parsed of it, without the results: each line becomes a kilobyte of objects.
MAX_PARSED_LINES = 500_000
# An alias is a few bytes that stand for a list of any length.
MAX_SUBMITTERS = 200_000
MAX_VALUE = 300

# Gradescope's own results and history are most of the file, and not needed.
_RESULTS = re.compile(r"^  :(?:results|history):.*\n(?:(?:   .*|  -.*|[ \t\r]*)\n)*", re.MULTILINE)


def fitting(items: Sequence[Item]) -> int:
    """Count the items that belong to an export; 0 without the file that names the submitters."""
    if not any(item.name == METADATA and not item.folder for item in items):
        return 0
    return sum(item.name == METADATA or _is_submission(item) for item in items)


def take(items: Sequence[Item], order: tuple[str, ...]) -> ClassSubmissions:  # noqa: ARG001  # all LMSs share this signature
    """Return an entry for each submitter of each folder.

    Raise UsageError when the metadata cannot be read.
    """
    submitters = _submitters(next(item for item in items if item.name == METADATA))
    folders = {item.name: item for item in items if _is_submission(item)}
    remarks = [
        f"{printable_name(item)} is not named as Gradescope names submissions; ignored"
        for item in items
        if item.name not in (METADATA, *folders)
    ]
    handed: list[tuple[Item, Person]] = []
    groups = 0
    for name, item in folders.items():
        people = submitters.get(name)
        if not people:
            remarks.append(
                f"{printable_name(item)} is graded under that name: {METADATA} names no submitter"
            )
        groups += len(people or []) > 1
        handed += [(item, person) for person in people or [_unnamed(name)]]
    for name, people in submitters.items():
        if name not in folders:
            who = ", ".join(person.name or person.sid or person.email for person in people)
            remarks.append(
                f"{clean_name(name)} ({who or 'nobody'}) is in {METADATA} but has no folder, so"
                " there is nothing to grade"
            )
    ids = _student_ids([person for _, person in handed])
    entries = [
        Entry(student_id, [item.part], person)
        for student_id, (item, person) in zip(ids, handed, strict=True)
    ]
    counts = [counted(len(entries), "learner"), *[counted(groups, "group")] * (groups > 0)]
    return ClassSubmissions(entries, "gradescope", f"{TITLE}: {', '.join(counts)}", remarks=remarks)


def _is_submission(item: Item) -> bool:
    return FOLDER.fullmatch(item.name) is not None and item.is_entry


def _unnamed(folder: str) -> Person:
    return Person(lms="gradescope", lms_id=folder.partition("_")[2])


def _student_ids(people: Sequence[Person]) -> list[str]:
    """Return for each the first of sid, email and name that is unique, or the folder's name."""
    sids = Counter(person.sid for person in people)
    emails = Counter(person.email.casefold() for person in people)
    names = Counter(person.name for person in people)
    ids = []
    for person in people:
        if person.sid and sids[person.sid] == 1:
            text = person.sid
        elif person.email and emails[person.email.casefold()] == 1:
            text = person.email
        elif person.name:
            text = person.name if names[person.name] == 1 else f"{person.name} ({person.lms_id})"
        else:
            text = f"submission_{person.lms_id}"
        ids.append(student_id_of(text))
    return ids


def _submitters(item: Item) -> dict[str, list[Person]]:
    """Return the submitters by folder. Raise UsageError with the line where the file is broken."""
    where = _where(item)
    document = _parsed(_text(item, where), where)
    if not isinstance(document, dict):
        raise UsageError(f"{where}, line 1: it does not list folders; {_AGAIN}")
    submitters: dict[str, list[Person]] = {}
    count = 0
    for folder, about in document.items():
        listed = about.get(":submitters") if isinstance(about, dict) else None
        people = listed if isinstance(listed, list) else []
        count += len(people)
        if count > MAX_SUBMITTERS:
            raise UsageError(f"{where} names more than {MAX_SUBMITTERS} submitters; {_AGAIN}")
        submitters[str(folder)] = _people(str(folder), people)
    return submitters


def _people(folder: str, submitters: list[Any]) -> list[Person]:
    people = [
        _unnamed(folder)._replace(
            name=_cell(one.get(":name")),
            email=_without_null(one.get(":email")),
            sid=_without_null(one.get(":sid")),
        )
        for one in submitters
        if isinstance(one, dict)
    ]
    people = list(dict.fromkeys(p for p in people if p.name or p.email or p.sid))
    return [p._replace(group=clean_name(folder)) for p in people] if len(people) > 1 else people


def _cell(value: Any) -> str:
    """Return a text or number as one line; "" for a list or a dictionary, however it is nested."""
    return cleaned(value[:MAX_VALUE]) if isinstance(value, str) else ""


def _without_null(value: Any) -> str:
    """Return a text; "" where Ruby wrote null."""
    text = _cell(value)
    return "" if text in ("~", "null") else text


def _parsed(text: str, where: str) -> Any:
    """Parse the file without Gradescope's results; all values stay text, as a sid may begin with 0.

    Raise UsageError with the line where it is no YAML.
    """
    import yaml

    # Blank lines in their place keep the line numbers of errors right.
    short = _RESULTS.sub(lambda match: "\n" * match.group().count("\n"), f"{text}\n")
    try:
        try:
            return _loaded(short, where)
        except yaml.YAMLError:
            # The part that was cut out may have held an anchor that the rest refers to.
            return _loaded(text, where)
    except yaml.YAMLError as error:
        line = _line(error, text)
        reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "not YAML"
        raise UsageError(f"{where}, line {line}: {clean_name(reason)}; {_AGAIN}") from error
    except RecursionError as error:  # pragma: no cover  # only PyYAML without libyaml raises it
        raise UsageError(f"{where} is nested too deeply; {_AGAIN}") from error


def _loaded(text: str, where: str) -> Any:
    """Load YAML in which aliases of one node share one object; UsageError if it is too long."""
    import yaml

    if text.count("\n") + text.count(",") > MAX_PARSED_LINES:
        raise UsageError(
            f"{where} has more than {MAX_PARSED_LINES} lines about submitters; {_AGAIN}"
        )
    # A base loader makes nothing but texts, lists and dictionaries, whatever the tags say.
    return yaml.load(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))  # noqa: S506


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
            data = first_member(item.part, MAX_METADATA_BYTES + 1)
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
