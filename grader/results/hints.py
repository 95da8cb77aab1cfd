"""Choose the hints for a function: one after the other, those first that fit what fails."""

from __future__ import annotations

import re

from grader.model import ASKING, NEUTRAL, NOT_THERE, FunctionResult, Verdict
from grader.plan import PlannedFunction
from grader.results.markdown import plain
from grader.results.terminal import failing_check

# Words that say nothing about which mistake a sentence is about.
_COMMON = frozenset(
    """about after again alone also answer argument array arrays before check checks come comes
    each every everything example examples first from function give gives have here into itself
    look make makes more nothing number numbers once only other others over print right same should
    softmax still than that their them then there these they this those value values what where
    which with without wrong would write written your yours""".split()
)
# So many words in common, by their beginnings, make a hint fit a mistake that is named.
FITS = 2
_STEM = 5


def hints_of(function: FunctionResult, planned: PlannedFunction) -> list[str]:
    """Return the hints for a function that does not pass, in the order to give them.

    A hint that assumes what is not so is left out. Where a mistake is named, only hints that are
    about the same thing remain: another question would lead away from it.
    """
    hints = [plain(hint) for hint in re.split(r"^- ", planned.hint, flags=re.MULTILINE)[1:]]
    if function.verdict in (Verdict.PASSED, *NOT_THERE):
        return hints
    hints = [hint for hint in hints if not _assumes_otherwise(hint, function)]
    if function.misconception is not None:
        told = _stems(function.misconception.message)
        fitting = [hint for hint in hints if len(told & _stems(hint)) >= FITS]
        return sorted(fitting, key=lambda hint: -len(told & _stems(hint)))
    told = _stems(_failures(function, planned))
    hints.sort(key=lambda hint: -len(told & _stems(hint)))
    return [*_question(function, planned), *hints]


def _question(function: FunctionResult, planned: PlannedFunction) -> list[str]:
    """Return the question of the check to begin with, unless it assumes what is not so."""
    failing = failing_check(function)
    asked = [check.hint for check in planned.checks if failing and check.name == failing.name]
    asks = failing is not None and failing.verdict in ASKING
    return [
        plain(hint) for hint in asked if hint and asks and not _assumes_otherwise(hint, function)
    ]


def _failures(function: FunctionResult, planned: PlannedFunction) -> str:
    """Return what is known of a function without a named mistake, as one text."""
    failing = [check for check in function.checks if check.verdict not in NEUTRAL]
    names = {check.name for check in failing}
    about = [check.text for check in planned.checks if check.name in names]
    return " ".join((*about, *(check.message for check in failing)))


def _assumes_otherwise(hint: str, function: FunctionResult) -> bool:
    """Tell whether a hint begins with what is not so: nan, or parts right that are wrong."""
    first, _, _ = hint.partition("?")
    failing = [check for check in function.checks if check.verdict not in NEUTRAL]
    messages = " ".join(check.message.rpartition("): ")[2] for check in failing)
    if re.search(r"\b(nan|inf)\b", first) and not re.search(r"\b(nan|inf)\b", messages):
        return True
    if re.search(r"\braises?\b", first) and "raised" not in messages:
        return True
    right = re.match(r"(?:Are|Is) (.*?) right\b", first)
    wrong = re.findall(r"answer(?:\[\d\])?\['(\w+)'\]", messages)
    return right is not None and any(re.search(rf"\b{part}\b", right[1]) for part in wrong)


def _stems(text: str) -> set[str]:
    """Return the beginnings of the words of a text that say what it is about."""
    words = re.findall(r"[A-Za-z_]\w{2,}", text.casefold())
    return {word[:_STEM] for word in words if word not in _COMMON}
