"""Make one class of several downloads: sections of other people, weeks of other exercises."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from grader.intake.files import LaterHandIn
from grader.intake.people import ClassSubmissions, Entry, Person, with_unique_ids
from grader.text import counted, listed


def one_class(
    parts: Sequence[tuple[str, ClassSubmissions]], slugs: tuple[str, ...]
) -> ClassSubmissions:
    """Return the class that these downloads are of, each with its name, the earliest first.

    Whoever has the same id in two of them is one person if the roster or the LMS's numbers and
    addresses say so, or nothing but the names that the instructor wrote; else both keep their own
    results. Of that person's files for an exercise (one of `slugs`) the later ones count. Nobody is
    absent who is in one of the downloads.
    """
    if len(parts) == 1:
        return parts[0][1]
    merged = _Merged()
    for where, part in parts:
        for entry in part.entries:
            merged.add(entry, LaterHandIn(where, slugs))
    whole = ClassSubmissions(with_unique_ids(merged.entries))
    for where, part in parts:
        whole.remarks += [f"{where}: {text}" for text in (part.summary, *part.remarks) if text]
        whole.strays += [f"{where}/{stray}" for stray in part.strays]
        whole.lms = whole.lms or part.lms
        whole.rostered |= part.rostered
    whole.remarks += merged.remarks()
    handed = {entry.student for entry in whole.entries}
    absent = {student: person for _where, part in parts for student, person in part.absent}
    whole.absent = [pair for pair in absent.items() if pair[0] not in handed]
    return whole


@dataclass(slots=True)
class _Merged:
    """The entries of the downloads so far, a person's of several of them made into one."""

    entries: list[Entry] = field(default_factory=list)
    # For each id, where its entries are: more than one if these may be different people.
    _indices: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    _again: list[str] = field(default_factory=list)
    _unclear: list[str] = field(default_factory=list)

    def add(self, entry: Entry, later: LaterHandIn) -> None:
        """Add an entry of the next download: to that of the same person, if there is one."""
        indices = self._indices[entry.student]
        same = (i for i in indices if _are_one(self.entries[i], entry))
        if (index := next(same, None)) is None:
            self._unclear += [entry.student] * bool(indices)
            indices.append(len(self.entries))
            self.entries.append(entry)
            return
        earlier = self.entries[index]
        self._again.append(earlier.student)
        self.entries[index] = Entry(
            earlier.student,
            (*earlier.parts, later, *entry.parts),
            _person(earlier.person, entry.person),
            tuple(dict.fromkeys((*earlier.notes, *entry.notes))),
        )

    def remarks(self) -> Iterator[str]:
        """Yield who is in several of the downloads, and of whom that is not certain."""
        if self._again:
            people = list(dict.fromkeys(self._again))
            more = counted(len(people), "learner is", "learners are")
            yield f"{more} in more than one of them, and later files count: {listed(people)}"
        for student in dict.fromkeys(self._unclear):
            yield (
                f"{student} is in several of them, and nothing shows that this is one person: each"
                " is graded by itself; to have them matched, name a --roster"
            )


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
