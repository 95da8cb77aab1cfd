"""The report card of a course, and the rules that a course must keep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from grader.course.folder import Exercise
from grader.course.variants import Variant
from grader.model import FunctionResult, Kind, Verdict

# With fewer alternatives than this, nothing shows whether a check is too strict.
FEW_ALTERNATIVES = 2
# The least margins, in orders of magnitude (powers of ten): of the worst right answer within the
# tolerance, and of the clearest answer of each mistake beyond it.
MARGIN_RIGHT = 0.5
MARGIN_WRONG = 0.3


class CheckAudit(msgspec.Struct, frozen=True):
    """How well one check tells right answers from wrong ones.

    `killed` counts the mistakes that lose this check; `sole` names those that lose no other. The
    margins are in orders of magnitude: `right_margin` is how far the worst right answer (that of
    `right_by`) lies within the tolerance, `wrong_margin` how far the nearest wrong one (that of
    `wrong_by`) lies beyond it. None where no numbers are compared or, for `right_margin`, where
    all right answers are exact.
    """

    exercise: str
    function: str
    check: str
    kind: Kind
    hidden: bool
    killed: int
    sole: tuple[str, ...]
    right_margin: float | None = None
    right_by: str = ""
    wrong_margin: float | None = None
    wrong_by: str = ""


class FunctionAudit(msgspec.Struct, frozen=True):
    """The alternatives and mistakes that one function's checks are tried on.

    `nearest` is the mistake whose clearest answer is nearest to the tolerance and `margin` how far
    beyond it that answer lies, in orders of magnitude; None where no mistake loses by its numbers
    alone. `unnamed` mistakes are not recognised when they are graded. `alike` are pairs of mistakes
    with at least one unnamed, that answer alike in every call but have different docstrings.
    `confused` are pairs of a mistake and the other mistake that it is taken for.
    """

    exercise: str
    function: str
    alternatives: int
    mistakes: int
    nearest: str = ""
    margin: float | None = None
    alike: tuple[tuple[str, str], ...] = ()
    confused: tuple[tuple[str, str], ...] = ()
    unnamed: tuple[str, ...] = ()


class Audit(msgspec.Struct, frozen=True):
    """The report card of a course. `broken` lists the broken rules, with file and remedy."""

    title: str
    checks: tuple[CheckAudit, ...]
    functions: tuple[FunctionAudit, ...]
    broken: tuple[str, ...]


def broken_rules(
    exercise: Exercise,
    checks: list[CheckAudit],
    function: FunctionAudit,
    results: Mapping[Variant, FunctionResult],
) -> Iterator[str]:
    """Yield the rules that a function breaks, each with its file and the remedy.

    `results` are those of its alternatives and mistakes.
    """
    mistakes_path, name = exercise.mistakes_path, function.function
    for variant, result in results.items():
        is_mistake = variant.path == mistakes_path
        yield from (_broken_by_mistake if is_mistake else _broken_by_alternative)(variant, result)
    if function.alternatives < FEW_ALTERNATIVES:
        yield (
            f"{exercise.folder / 'alternatives.py'}: {name} has too few alternatives"
            f" ({function.alternatives} of at least {FEW_ALTERNATIVES}); add other right ways to"
            " write it"
        )
    verbs = ((function.alike, "answers like"), (function.confused, "is taken for"))
    for pairs, verb in verbs:
        for mistake, other in pairs:
            yield (
                f"{mistakes_path}: {name}__{mistake} {verb} {other}; add an input to checks.py"
                " that tells them apart, or give both the same message"
            )
    if function.margin is not None and function.margin < MARGIN_WRONG:
        yield (
            f"{mistakes_path}: {name}__{function.nearest} is wrong by only {function.margin:.1f}"
            f" orders of magnitude where it is clearest ({MARGIN_WRONG} are needed: a tolerance may"
            " be half of its distance); add an input on which it is further off, or make the terms"
            " smaller"
        )
    for check in checks:
        yield from _rules_broken_by(check, exercise.checks_path)


def _broken_by_alternative(variant: Variant, result: FunctionResult) -> Iterator[str]:
    where = f"{variant.path}, line {variant.line}: {variant.name}"
    if variant.is_def and not variant.doc:
        yield f"{where} has no docstring; say what is different"
    if result.score != result.max_score:
        yield (
            f"{where} gets {result.score} of {result.max_score} points ({result.message}); it is"
            " wrong, or a check is too strict"
        )


def _broken_by_mistake(variant: Variant, result: FunctionResult) -> Iterator[str]:
    where = f"{variant.path}, line {variant.line}: {variant.name}"
    if result.verdict is Verdict.PASSED:
        yield f"{where} gets full points; add an input to checks.py that shows the mistake"
    if not variant.doc:
        yield f"{where} has no docstring; write it: learners read it"


def _rules_broken_by(check: CheckAudit, path: Path) -> Iterator[str]:
    name = f"{path}: check {check.check} of {check.function}"
    if not check.killed:
        yield f"{name} is lost by no mistake; drop it, or write the mistake that it is for"
    if check.right_margin is not None and check.right_margin < MARGIN_RIGHT:
        yield (
            f"{name}: the alternative {check.right_by} is only {check.right_margin:.1f} orders of"
            f" magnitude within the tolerance ({MARGIN_RIGHT} are needed); make the terms larger,"
            " or correct the alternative"
        )
