"""`grader hint`: one hint at a time for a function, those first that fit what fails."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from math import fsum

from grader.diagnose import invariants
from grader.learner.checked import EARLIER, CheckedFiles
from grader.learner.seen import Seen
from grader.model import ASKING, NEUTRAL, NOT_THERE, FunctionResult, Misconception, Verdict
from grader.plan import PlannedFunction
from grader.results.markdown import plain
from grader.results.terminal import failing_check

# Words that say nothing about which mistake a sentence is about.
_COMMON = frozenset(
    """about after again alone also answer argument array arrays before check checks come comes
    each every everything example examples first from function give gives have here into itself
    look make makes more nothing number numbers once only other others over print right same should
    still than that their them then there these they this those value values what where
    which with without wrong would write written your yours""".split()
)
# Words are the same by their beginnings.
_STEM = 5
# Of a function whose mistake is named: at most so many hints, that share so many words with it, and
# nearly as many as the best one.
MOST, LEAST, NEAR = 2, 1.0, 0.6


def hint_for(checked: CheckedFiles, function: FunctionResult | None, seen: Seen) -> str:
    """Return the next hint for a function, and which of how many it is; `seen` remembers it."""
    if function is None or function.verdict is Verdict.PASSED:
        name = function.function if function else "all of this"
        return f"There is nothing to give a hint for: {name} passes its checks."
    name, mistake = function.function, function.misconception
    if mistake is not None and mistake.id == EARLIER:
        return f"There is no hint for {name} yet. {mistake.message}"
    hints = hints_of(function, checked.planned[name][1])
    if not hints:
        return (
            f"There is no further hint for {name}. Try the call that fails yourself:"
            f" grader check --show {name}"
        )
    hint = seen.next_hint(name, hints)
    if hint is None:
        return f"That was the last of {len(hints)} for {name}. Again: {hints[-1]}"
    return f"Hint {1 + hints.index(hint)} of {len(hints)} for {name}: {hint}"


def hints_of(function: FunctionResult, planned: PlannedFunction) -> list[str]:
    """Return the hints for a function that does not pass, in the order to give them.

    A hint that assumes what is not so is left out. Where a mistake is named, only hints that are
    about the same thing remain: another question would lead away from it.
    """
    hints = [plain(hint) for hint in re.split(r"^- ", planned.hint, flags=re.MULTILINE)[1:]]
    if function.verdict in (Verdict.PASSED, *NOT_THERE):
        return hints
    mistake = _named(function)
    known = mistake.message if mistake else _failures(function, planned)
    fits = _fits(hints, known)
    best = max(fits.values(), default=0.0)
    hints = [hint for hint in hints if not _assumes_otherwise(hint, function)]
    hints.sort(key=lambda hint: -fits[hint])
    if mistake is None:
        return [*_question(function, planned), *hints]
    return [hint for hint in hints[:MOST] if fits[hint] >= max(LEAST, NEAR * best)]


def _named(function: FunctionResult) -> Misconception | None:
    """Return the mistake of a function, if more is known than which property its answers lack."""
    mistake = function.misconception
    return None if mistake is None or mistake.id in invariants.IDS else mistake


def _fits(hints: Sequence[str], known: str) -> dict[str, float]:
    """Return how well each hint fits what is known: by shared words, rare ones above all."""
    told = _stems(known)
    stems = {hint: _stems(hint) for hint in hints}
    often = Counter(stem for each in stems.values() for stem in each)
    # The exact sum: a set has another order in each process, and hints that fit alike must not.
    return {h: fsum(1 / often[stem] for stem in told & each) for h, each in stems.items()}


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
    if right is None or _named(function) is not None:
        # A mistake that is named may be in what is said to be right.
        return right is not None
    wrong = re.findall(r"answer(?:\[\d\])?\['(\w+)'\]", messages)
    return any(re.search(rf"\b{part}\b", right[1]) for part in wrong)


def _stems(text: str) -> set[str]:
    """Return the beginnings of the words of a text that say what it is about."""
    words = re.findall(r"[A-Za-z_]\w{2,}", text.casefold())
    return {word[:_STEM] for word in words if word not in _COMMON}
