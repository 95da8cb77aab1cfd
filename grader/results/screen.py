"""Lines of text for a learner: wrapped and coloured for a terminal, plain for a pipe or a page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from textwrap import wrap

PASSED, FAILED, ABSENT = "✓", "✗", "–"  # noqa: RUF001  # a dash that stands beside a tick
NOTE = "!"
GREEN, RED, YELLOW, BOLD, DIM = "32", "31", "33", "1", "2"
# Colour is added to words and marks that say the same.
_MARKS = {PASSED: GREEN, FAILED: RED, ABSENT: DIM, NOTE: YELLOW}
# The width of text that is not printed to a terminal.
WIDTH = 88


@dataclass(slots=True)
class Screen:
    """The lines that a command has to show, and how: none is printed before its caller does."""

    # None: lines are not wrapped, since a script or a pager will read them.
    width: int | None = WIDTH
    coloured: bool = False
    lines: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All lines as one text."""
        return "\n".join(self.lines)

    def painted(self, text: str, style: str) -> str:
        """Return a text in a colour, if this screen has colours."""
        return f"\x1b[{style}m{text}\x1b[0m" if self.coloured and style else text


def as_text(show_on: Callable[[Screen], object]) -> str:
    """Return what `show_on` shows, as it would look in a terminal without colour."""
    screen = Screen()
    show_on(screen)
    return screen.text


def line(screen: Screen, *texts: str, style: str = "") -> None:
    """Add lines, each wrapped below its own beginning: behind the mark, if it has one."""
    for text in texts:
        body = text.strip()
        indent = " " * (len(text) - len(text.lstrip()))
        mark = body[0] if body[1:2] == " " and body[0] in _MARKS else ""
        for number, part in enumerate(_wrapped(body, indent, "  " if mark else "", screen.width)):
            if mark and not number and not style:
                start = len(indent)
                painted = screen.painted(mark, _MARKS[mark])
                screen.lines.append(f"{indent}{painted}{part[start + 1 :]}")
            else:
                screen.lines.append(screen.painted(part, style))


def _wrapped(body: str, indent: str, hanging: str, width: int | None) -> list[str]:
    if width is None or not body:
        return [f"{indent}{body}" if body else ""]
    return wrap(
        body,
        width,
        initial_indent=indent,
        subsequent_indent=f"{indent}{hanging}",
        break_on_hyphens=False,
    )
