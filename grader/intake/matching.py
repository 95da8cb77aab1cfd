"""Find out who is who in two lists: one to one, by what says it best, and never by a guess."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

_L = TypeVar("_L")
_R = TypeVar("_R")
_T = TypeVar("_T")


class Level(NamedTuple, Generic[_L, _R]):
    """A way to tell that two are one: `what` it is, and the values of either; "" says nothing."""

    what: str
    of_left: Callable[[_L], Iterable[str]]
    of_right: Callable[[_R], Iterable[str]]


class Unclear(NamedTuple):
    """Why one is not matched: how many on either side share a value, or claim one and the same."""

    left: int
    right: int
    what: str
    value: str = ""

    def told(self, lefts: str, rights: str) -> str:
        """The same in words; `lefts` and `rights` are what the two lists hold."""
        value = f" {self.value!r}" if self.value else ""
        return f"{self.right} {rights} and {self.left} {lefts} have the {self.what}{value}"


@dataclass
class Pairs:
    """The place in the second list of each in the first that is matched, and by what; why not."""

    found: dict[int, int] = field(default_factory=dict)
    by: Counter[str] = field(default_factory=Counter)
    unclear: dict[int, Unclear] = field(default_factory=dict)


def paired(left: Sequence[_L], right: Sequence[_R], levels: Iterable[Level[_L, _R]]) -> Pairs:
    """Match what has the same value, and no other on either side has it; earlier levels first."""
    pairs = Pairs()
    open_left, open_right = [*range(len(left))], [*range(len(right))]
    for level in levels:
        by_left = _index(open_left, left, level.of_left)
        by_right = _index(open_right, right, level.of_right)
        claims: dict[int, list[int]] = defaultdict(list)
        for value, places in by_left.items():
            others = by_right.get(value, ())
            if len(places) == len(others) == 1:
                claims[others[0]].append(places[0])
            elif others:
                why = Unclear(len(places), len(others), level.what, value)
                for place in places:
                    pairs.unclear.setdefault(place, why)
        for other, claimants in claims.items():
            if len(claimants) == 1:
                pairs.found[claimants[0]] = other
                pairs.by[level.what] += 1
            else:
                for place in claimants:
                    pairs.unclear.setdefault(place, Unclear(len(claimants), 1, level.what))
        taken = set(pairs.found.values())
        open_left = [place for place in open_left if place not in pairs.found]
        open_right = [place for place in open_right if place not in taken]
    for place in pairs.found:
        pairs.unclear.pop(place, None)
    return pairs


def folded(name: str) -> str:
    """A name as "first last", in one case and form; "Last, First" is turned round."""
    last, comma, first = name.partition(",")
    name = f"{first} {last}" if comma else name
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def without_accents(name: str) -> str:
    """The same without accents."""
    decomposed = unicodedata.normalize("NFD", folded(name))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def as_in_canvas_files(name: str) -> str:
    """A name as Canvas writes it into those of files: last name first, letters and digits only."""
    last, comma, first = name.partition(",")
    words = name.split()
    if not comma and len(words) > 1:
        last, first = words[-1], " ".join(words[:-1])
    return "".join(c for c in f"{last}{first}".lower() if c.isalnum() or c == "_")


def name_levels(
    name_of_left: Callable[[_L], str],
    sortable_of_left: Callable[[_L], str],
    name_of_right: Callable[[_R], str],
) -> list[Level[_L, _R]]:
    """The levels by which names are compared, the strictest first.

    `sortable_of_left` gives the name as Canvas writes it into the names of files, or "".
    """
    return [
        Level("name", lambda a: [folded(name_of_left(a))], lambda b: [folded(name_of_right(b))]),
        Level(
            "name without accents",
            lambda a: [without_accents(name_of_left(a))],
            lambda b: [without_accents(name_of_right(b))],
        ),
        Level(
            "name in Canvas's files",
            lambda a: [sortable_of_left(a)],
            lambda b: [as_in_canvas_files(name_of_right(b))],
        ),
    ]


def _index(
    places: Iterable[int], items: Sequence[_T], values: Callable[[_T], Iterable[str]]
) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for place in places:
        for value in {value for value in values(items[place]) if value}:
            found[value].append(place)
    return found
