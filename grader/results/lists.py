"""Keep the first few of many, and count the rest."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

# The most learners listed for one cause, and the most lines listed of one kind.
MOST_NAMES = 500
MOST_LINES = 200

_T = TypeVar("_T")


@dataclass(slots=True)
class ShortList(Generic[_T]):
    """Pairs of a learner's id and something about them: the first ones, and how many there are."""

    count: int = 0
    first: list[tuple[str, _T]] = field(default_factory=list)
    most: int = MOST_LINES

    def add(self, student: str, item: _T) -> None:
        """Add one pair."""
        self.count += 1
        if len(self.first) < self.most:
            self.first.append((student, item))

    @property
    def more(self) -> int:
        """How many pairs are not listed."""
        return self.count - len(self.first)
