"""Make a class as an LMS hands it over: each kind of mess, ordinary hand-ins, and a roster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from grader.course.folder import Course
from grader.course.mess import Mess, Work
from grader.course.messes import KINDS, ORDINARY
from grader.course.sample import Files, samples_of, write_files
from grader.files import write_text
from grader.text import csv_row

# Names as they stand in rosters: alike, accented, long, in other scripts.
GIVEN = (
    "Ada Bela Chidi Zoë Émilie Łukasz Nguyễn Ayşe Søren Farah Hana Inés Jamal 伟 Kaito Lena Mira"
    " Omar Priya Анна Quentin Rosa Sami Θάλεια Uma Viktor Wanjiru Ximena Yusuf Zofia"
).split()
FAMILY = (
    "Lovelace O'Brien Müller-Lüdenscheidt Nowak 李 Smith García Åström İnan Kowalczyk Okafor Tanaka"
    " Haddad Иванова Papadopoulos Fernández Kim Singh d'Alembert"
).split()
SECTIONS = ("Mon 10", "Tue 14", "Thu 9")
# For so many who hand something in, one hands in nothing.
ABSENT = 25


class HandIn(NamedTuple):
    """One learner of the class: their number, name and kind of work, and the work."""

    number: int
    name: str
    kind: str
    work: Work

    @property
    def id(self) -> str:
        """Their id in the roster."""
        return f"s{self.number:04}"

    @property
    def canvas_id(self) -> int:
        """Their number in Canvas."""
        return 4000 + self.number

    @property
    def canvas_files(self) -> Files:
        """The files under the names that Canvas gives them."""
        given, family = self.name.split(" ", 1)
        letters = "".join(letter for letter in f"{family}{given}".lower() if letter.isalnum())
        late = "_LATE" if self.work.concern == "late" else ""
        who, first = f"{letters}{late}_{self.canvas_id}", 90_000 + 20 * self.number
        files = enumerate(self.work.files.items(), start=first)
        return {f"{who}_{number}_{name}": data for number, (name, data) in files}


def messy_class(course: Course, *, students: int, seed: int = 0) -> list[HandIn]:
    """Make a class: one hand-in of each kind first, then such as most learners hand in."""
    mess = Mess(samples_of(course, seed=seed))
    kinds = [*KINDS, *[ORDINARY] * (students - len(KINDS))][:students]
    return [
        HandIn(number, _name(number, kind), kind, KINDS[kind](mess))
        for number, kind in enumerate(kinds)
    ]


def _name(number: int, kind: str) -> str:
    if kind.startswith("namesake"):
        return "Wei Li"
    return f"{GIVEN[number % len(GIVEN)]} {FAMILY[7 * number % len(FAMILY)]}"


def write_messy(course: Course, folder: Path, *, students: int) -> tuple[Path, Path]:
    """Write a class below `folder`; return the folder of submissions and the roster beside it."""
    hand_ins = messy_class(course, students=students)
    files = {name: data for one in hand_ins for name, data in one.canvas_files.items()}
    submissions = write_files(folder / "submissions", files)
    roster = folder / "roster.csv"
    write_text(roster, roster_of(hand_ins))
    return submissions, roster


def roster_of(hand_ins: Sequence[HandIn]) -> Iterator[str]:
    """Yield the rows of the class's roster, with some who hand in nothing."""
    known = [(one.id, one.name, one.canvas_id) for one in hand_ins if one.work.concern != "unknown"]
    known += [
        (f"a{number:04}", f"{GIVEN[-1 - number % len(GIVEN)]} de la Cruz", 900 + number)
        for number in range(len(hand_ins) // ABSENT)
    ]
    yield csv_row(["id", "name", "email", "section", "canvas_id"])
    for number, (key, name, canvas_id) in enumerate(known):
        section = SECTIONS[number % len(SECTIONS)]
        yield csv_row([key, name, f"{key}@example.org", section, str(canvas_id)])
