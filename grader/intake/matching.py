"""Match the people of two lists one to one, by the most reliable data first, without guessing."""

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
    """One way to compare: the name of a value, and that value on either side ("" never matches)."""

    name: str
    of_left: Callable[[_L], Iterable[str]]
    of_right: Callable[[_R], Iterable[str]]


class Ambiguity(NamedTuple):
    """Why an item has no partner: how many on either side have the same value at some level.

    With an empty `value`, `left` items claim the same partner, each by a different value.
    """

    left: int
    right: int
    level: str
    value: str = ""

    def sentence(self, lefts: str, rights: str) -> str:
        """Say it in words; `lefts` and `rights` are plural nouns for the items of the two lists."""
        value = f" {self.value!r}" if self.value else ""
        return f"{self.right} {rights} and {self.left} {lefts} have the {self.level}{value}"


@dataclass
class Pairs:
    """The result of matching two lists, by index.

    `partners` maps an index in the left list to one in the right; `by` counts the pairs of each
    level; `unclear` says for indices in the left list why they have no partner, if others fit too.
    """

    partners: dict[int, int] = field(default_factory=dict)
    by: Counter[str] = field(default_factory=Counter)
    unclear: dict[int, Ambiguity] = field(default_factory=dict)


def paired(left: Sequence[_L], right: Sequence[_R], levels: Iterable[Level[_L, _R]]) -> Pairs:
    """Match items whose value is equal and unique on both sides, level by level, in order."""
    pairs = Pairs()
    open_left, open_right = [*range(len(left))], [*range(len(right))]
    for level in levels:
        by_left = _by_value(open_left, left, level.of_left)
        by_right = _by_value(open_right, right, level.of_right)
        claims: dict[int, list[int]] = defaultdict(list)
        for value, indices in by_left.items():
            others = by_right.get(value, ())
            if len(indices) == len(others) == 1:
                claims[others[0]].append(indices[0])
            elif others:
                why = Ambiguity(len(indices), len(others), level.name, value)
                for index in indices:
                    pairs.unclear.setdefault(index, why)
        for other, claimants in claims.items():
            if len(claimants) == 1:
                pairs.partners[claimants[0]] = other
                pairs.by[level.name] += 1
            else:
                for index in claimants:
                    pairs.unclear.setdefault(index, Ambiguity(len(claimants), 1, level.name))
        matched_right = set(pairs.partners.values())
        open_left = [index for index in open_left if index not in pairs.partners]
        open_right = [index for index in open_right if index not in matched_right]
    for index in pairs.partners:
        pairs.unclear.pop(index, None)
    return pairs


def folded(name: str) -> str:
    """Return a name as "first last", in lower case and NFC; turn "Last, First" round."""
    last, comma, first = name.partition(",")
    name = f"{first} {last}" if comma else name
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def without_accents(name: str) -> str:
    """Return a name as `folded` does, without accents."""
    decomposed = unicodedata.normalize("NFD", folded(name))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def as_in_canvas_files(name: str) -> str:
    """Return a name as Canvas puts it into file names: last name first, letters and digits only."""
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
    """Return the levels that compare names, the strictest first.

    `sortable_of_left` gives the name as Canvas puts it into file names, or "".
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


def _by_value(
    indices: Iterable[int], items: Sequence[_T], values_of: Callable[[_T], Iterable[str]]
) -> dict[str, list[int]]:
    """Return the indices of the items that have each value."""
    having: dict[str, list[int]] = defaultdict(list)
    for index in indices:
        for value in {value for value in values_of(items[index]) if value}:
            having[value].append(index)
    return having
