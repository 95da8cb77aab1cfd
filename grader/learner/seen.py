"""Remember in a learner's folder what they have been told: which functions passed, which hints."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

# Its name begins with a dot, so nobody collects it as part of a submission.
FILE = ".grader-seen.json"


class Seen(msgspec.Struct):
    """What a learner has been told: functions that have passed, and hints given for the others."""

    passed: list[str] = []
    hints: dict[str, list[str]] = {}

    def newly_passed(self, names: Sequence[str]) -> list[str]:
        """Return which of these functions pass for the first time, and remember them."""
        new = [name for name in names if name not in self.passed]
        self.passed += new
        return new

    def next_hint(self, function: str, hints: Sequence[str]) -> str | None:
        """Return the first of these hints that was not given yet; None when all were."""
        given = self.hints.setdefault(function, [])
        for hint in hints:
            if hint not in given:
                given.append(hint)
                return hint
        return None


def seen_in(folder: Path) -> Seen:
    """Read what is remembered in a folder; a file that is missing or damaged holds nothing."""
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=Seen)
    except (OSError, msgspec.DecodeError):
        return Seen()


def remember(seen: Seen, folder: Path) -> None:
    """Write down what a learner was told; where that cannot be written, they are told again."""
    with suppress(OSError):
        (folder / FILE).write_bytes(msgspec.json.encode(seen))
