"""Match the people of two lists one to one, by the most reliable data first, without guessing."""

from __future__ import annotations

import html
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

_L = TypeVar("_L")
_R = TypeVar("_R")
_T = TypeVar("_T")
_NOT_IN_MOODLE_FILES = re.compile(r"""[\x00-\x1f\x7f&<>"`|':\\/]""")


class Level(NamedTuple, Generic[_L, _R]):
    """One way to compare: the name of a value, and that value on either side ("" never matches).

    A `checked` level is one of numbers and addresses, which may be somebody else's elsewhere: two
    items are matched by it only if their names do not contradict it.
    """

    name: str
    of_left: Callable[[_L], Iterable[str]]
    of_right: Callable[[_R], Iterable[str]]
    checked: bool = False


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

    `partners` maps an index in the left list to one in the right, `by` to the name of the level
    that matched it. For indices in the left list without a partner, `unclear` says why, if others
    fit too; `contradicted` has the index in the right list and the level of a match that the names
    contradict.
    """

    partners: dict[int, int] = field(default_factory=dict)
    by: dict[int, str] = field(default_factory=dict)
    unclear: dict[int, Ambiguity] = field(default_factory=dict)
    contradicted: dict[int, tuple[int, str]] = field(default_factory=dict)


def paired(
    left: Sequence[_L],
    right: Sequence[_R],
    levels: Iterable[Level[_L, _R]],
    may_match: Callable[[_L, _R], bool],
) -> Pairs:
    """Match items whose value is equal and unique on both sides, level by level, in order.

    `may_match` is asked about each pair of a level that is `checked`: whether their names allow it.
    """
    pairs = Pairs()
    for level in levels:
        for other, claimants in _claims(level, left, right, pairs).items():
            for index in list(claimants):
                if level.checked and not may_match(left[index], right[other]):
                    pairs.contradicted.setdefault(index, (other, level.name))
                    claimants.remove(index)
            if len(claimants) == 1:
                pairs.partners[claimants[0]] = other
                pairs.by[claimants[0]] = level.name
                continue
            for index in claimants:
                pairs.unclear.setdefault(index, Ambiguity(len(claimants), 1, level.name))
    for index in pairs.partners:
        pairs.unclear.pop(index, None)
        pairs.contradicted.pop(index, None)
    return pairs


def _claims(
    level: Level[_L, _R], left: Sequence[_L], right: Sequence[_R], pairs: Pairs
) -> dict[int, list[int]]:
    """Return, for indices in the right list, which of the left have a value of theirs alone.

    Only items that have no partner yet are looked at. A value that several have is noted.
    """
    taken = set(pairs.partners.values())
    open_left = [index for index in range(len(left)) if index not in pairs.partners]
    open_right = [index for index in range(len(right)) if index not in taken]
    by_right = _by_value(open_right, right, level.of_right)
    claims: dict[int, list[int]] = defaultdict(list)
    for value, indices in _by_value(open_left, left, level.of_left).items():
        others = by_right.get(value, ())
        if len(indices) == len(others) == 1:
            claims[others[0]].append(indices[0])
        elif others:
            why = Ambiguity(len(indices), len(others), level.name, value)
            for index in indices:
                pairs.unclear.setdefault(index, why)
    return claims


def folded(name: str) -> str:
    """Return a name as "first last", in lower case and NFC; turn "Last, First" round."""
    last, comma, first = name.partition(",")
    name = f"{first} {last}" if comma else name
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def without_accents(name: str) -> str:
    """Return a name as `folded` does, without accents."""
    decomposed = unicodedata.normalize("NFD", folded(name))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def may_be_one(name: str, other: str) -> bool:
    """Tell whether two names may be of one person, or of one team; an unknown one may be anybody's.

    They may if all words of one are in the other, in any order, with or without accents. A name
    that is one word, as in Canvas's files, may be made of words of the other, or hold all of them.
    """
    one, two = sorted((_words(name), _words(other)), key=len)
    if not one or not two or one <= two:
        return True
    if len(one) == 1:
        (run_together,) = one
        held = {word for word in two if word in run_together}
        if held == two or _letters(held) == _letters(one):
            return True
    if _letters(one) == _letters(two):
        return True
    return bool({*as_in_moodle_files(name)} & {*as_in_moodle_files(other)})


def as_in_moodle_files(name: str) -> list[str]:
    """Return a name as Moodle puts it into file names, folded: a person's, and a team's.

    Moodle drops marks that file systems dislike, and writes _ as a blank; a team's name goes
    through HTML before, so that & becomes amp;.
    """
    texts = (name, html.escape(name, quote=False), html.escape(name))
    return [folded(without_marks_of_moodle(text)) for text in texts]


def without_marks_of_moodle(name: str) -> str:
    """Return a name without what Moodle has no place for in the names of files."""
    return _NOT_IN_MOODLE_FILES.sub("", name).replace("_", " ")


def as_in_group_files(name: str) -> list[str]:
    """Return a group's name as Moodle and Canvas put it into file names."""
    run_together = "".join(c for c in name.lower() if c.isalnum() or c == "_")
    return [*as_in_moodle_files(name), run_together]


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


def _words(name: str) -> set[str]:
    """Return the words of a name, which are letters, digits and the signs that belong to them."""
    plain = without_accents(name)
    return {*"".join(c if unicodedata.category(c)[0] in "LNM" else " " for c in plain).split()}


def _letters(words: set[str]) -> list[str]:
    return sorted("".join(words))


def _by_value(
    indices: Iterable[int], items: Sequence[_T], values_of: Callable[[_T], Iterable[str]]
) -> dict[str, list[int]]:
    """Return the indices of the items that have each value."""
    having: dict[str, list[int]] = defaultdict(list)
    for index in indices:
        for value in {value for value in values_of(items[index]) if value}:
            having[value].append(index)
    return having
