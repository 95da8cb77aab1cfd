"""Make one class of several downloads: sections of other people, weeks of other exercises."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from grader.intake.files import LaterHandIn
from grader.intake.people import ClassSubmissions, Entry, Person, with_unique_ids
from grader.text import counted, listed


def one_class(
    parts: Sequence[tuple[str, ClassSubmissions]], slugs: tuple[str, ...]
) -> ClassSubmissions:
    """Return the class that these downloads are of, each with its name, the earliest first.

    Whoever has the same id in two of them is one person if the roster or the LMS's numbers and
    addresses say so, or nothing but the names that the instructor wrote; else both keep their own
    results. Of that person's files for an exercise (one of
    `slugs`) the later ones count. Nobody is absent who is in one of the downloads.
    """
    if len(parts) == 1:
        return parts[0][1]
    merged: list[Entry] = []
    indices: dict[str, list[int]] = defaultdict(list)
    again: list[str] = []
    unclear: list[str] = []
    for where, part in parts:
        for entry in part.entries:
            same = (i for i in indices[entry.student] if _are_one(merged[i], entry))
            if (index := next(same, None)) is None:
                if indices[entry.student]:
                    unclear.append(entry.student)
                indices[entry.student].append(len(merged))
                merged.append(entry)
                continue
            earlier = merged[index]
            again.append(earlier.student)
            merged[index] = Entry(
                earlier.student,
                (*earlier.parts, LaterHandIn(where, slugs), *entry.parts),
                _person(earlier.person, entry.person),
                tuple(dict.fromkeys((*earlier.notes, *entry.notes))),
            )
    whole = ClassSubmissions(with_unique_ids(merged))
    for where, part in parts:
        whole.remarks += [f"{where}: {text}" for text in (part.summary, *part.remarks) if text]
        whole.strays += [f"{where}/{stray}" for stray in part.strays]
        whole.lms = whole.lms or part.lms
        whole.rostered |= part.rostered
    if again:
        people = listed(list(dict.fromkeys(again)))
        more = counted(len({*again}), "learner is", "learners are")
        whole.remarks.append(f"{more} in more than one of them, and later files count: {people}")
    whole.remarks += [
        f"{student} is in several of them, and nothing shows that this is one person: each is"
        " graded by itself; to have them matched, name a --roster"
        for student in dict.fromkeys(unclear)
    ]
    handed = {entry.student for entry in whole.entries}
    absent = {student: person for _where, part in parts for student, person in part.absent}
    whole.absent = [pair for pair in absent.items() if pair[0] not in handed]
    return whole


def _are_one(first: Entry, second: Entry) -> bool:
    """Tell whether two entries of one id are the same person's: never by an LMS's name alone.

    The number of Moodle and Gradescope is another one in each assignment; that of Canvas is not.
    """
    one, other = first.person, second.person
    if one.in_roster and other.in_roster:
        return True
    pairs = [(one.email.casefold(), other.email.casefold()), (one.sid, other.sid)]
    if one.lms == other.lms == "canvas":
        pairs.append((one.lms_id, other.lms_id))
    known = [mine == theirs for mine, theirs in pairs if mine and theirs]
    # Outside an LMS, whoever wrote the names of the entries says who is who.
    return all(known) if known else not (one.lms or other.lms)


def _person(one: Person, other: Person) -> Person:
    """Merge what two downloads say of one person; a number that is not the same is none."""
    known = {
        field: getattr(one, field) or getattr(other, field)
        for field in ("name", "email", "sid", "lms", "group", "section", "sortable")
    }
    lms_id = one.lms_id if one.lms_id == other.lms_id else ""
    return one._replace(**known, lms_id=lms_id, late=one.late or other.late)
