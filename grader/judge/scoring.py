"""Compute the points of a function from stored verdicts, and say in a line how they come about."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from operator import itemgetter

import msgspec

from grader.model import NOT_THERE, CheckResult, FunctionResult, Kind, Verdict
from grader.plan import PlannedFunction, Rules
from grader.text import points as as_text

# All that is said of a sealed input, whatever came of it.
WRONG_ELSEWHERE = "right for the inputs shown, wrong for others of the same kind"


def score(points: float, checks: Sequence[CheckResult]) -> float:
    """Return the points for these checks, out of `points`, rounded to hundredths.

    A check that was not run counts neither for nor against. Checks of other kinds than value count
    only when at least half of the value checks (by weight) pass: an answer that is wrong nearly
    everywhere must not collect points for its type.
    """
    return _earned(points, checks)[0]


def with_points(result: FunctionResult, function: PlannedFunction, rules: Rules) -> FunctionResult:
    """Return a result with the points that its verdicts are worth now, and how they come about.

    The better of its passes counts: with the learner's own earlier functions (`own`), with right
    ones (`checks`, `otherwise`), of which the rules may give a share only. A mistake may be worth
    more than its checks add up to, or at most so much; what an instructor's rubric gives for it
    counts before all that. Full points are for those only who pass all checks, or by a rubric.
    """
    weights = {check.name: check.weight for check in function.checks}
    checks = tuple(
        msgspec.structs.replace(check, weight=weights[check.name]) for check in result.checks
    )
    result = msgspec.structs.replace(result, checks=checks, max_score=function.points)
    if result.score is None:
        return result
    earned, how = _by_checks(result, rules)
    if earned < function.points:
        for rule in (_by_worth, _by_rubric):
            earned, how = rule(result, function, rules, earned, how)
        rounded = _rounded(earned, function.points, rules.rounding)
        if round(rounded - earned, 2):
            how = f"{how}; rounded to {as_text(rounded)}"
        earned = rounded
    return msgspec.structs.replace(result, score=earned, how=how)


def _by_checks(result: FunctionResult, rules: Rules) -> tuple[float, str]:
    """Return the points of the pass that counts, and how they come about."""
    points = result.max_score
    earned, how = _earned(points, result.checks)
    if result.otherwise:
        other = _earned(points, _checks_with(result, result.otherwise))
        earned, how = max((earned, how), other, key=itemgetter(0))
    if result.own:
        own = _earned(points, _checks_with(result, result.own))[0]
    else:
        own = 0.0 if result.judged_with else earned
    if own < earned and rules.follow_through < 1:
        share = rules.follow_through
        how = (
            f"{as_text(own)} with your own earlier functions, and {share:.0%} of the"
            f" {as_text(earned - own)} more with right ones"
        )
        earned = min(points, round(own + share * (earned - own), 2))
    return earned, "" if result.verdict in NOT_THERE else how


def _checks_with(result: FunctionResult, verdicts: Sequence[Verdict]) -> list[CheckResult]:
    return [
        msgspec.structs.replace(check, verdict=verdict)
        for check, verdict in zip(result.checks, verdicts, strict=True)
    ]


def _earned(points: float, checks: Sequence[CheckResult]) -> tuple[float, str]:
    """Return the points for these checks, and the sum that they come from; "" for all points."""
    run = [check for check in checks if check.verdict is not Verdict.NOT_RUN]
    passed = [check for check in run if check.verdict is Verdict.PASSED]
    if not passed:
        return 0.0, "no check passes"
    if len(passed) == len(run):
        return points, ""
    of_value = sum(check.weight for check in run if check.kind is Kind.VALUE)
    right = sum(check.weight for check in passed if check.kind is Kind.VALUE)
    earned = sum(check.weight for check in passed)
    every = sum(check.weight for check in run)
    why = "by the weight of the checks that pass"
    if right < of_value / 2:
        why = (
            "only checks of values count, because less than half of their weight passes"
            f" ({right:g} of {of_value:g})"
        )
        earned = right
    # `points` need not be whole hundredths, and rounding must not give more than that.
    sum_ = min(points, round(points * earned / every, 2))
    return sum_, f"{as_text(points)} × {earned:g}/{every:g} = {as_text(sum_)}: {why}"


def _by_worth(
    result: FunctionResult, function: PlannedFunction, rules: Rules, earned: float, how: str
) -> tuple[float, str]:
    """Apply what a course says that a mistake, or a relation to the right answer, is worth."""
    listed = {mistake.id: mistake for mistake in function.mistakes}
    for name in result.matches:
        mistake = listed.get(name)
        share = rules.worth.get(name) if mistake is None else mistake.worth
        if share is None:
            continue
        worth = round(share * function.points, 2)
        if earned < worth or (mistake is not None and mistake.at_most and earned > worth):
            how = f"this mistake is worth {share:.0%} of the points (its checks: {as_text(earned)})"
            earned = worth
    return earned, how


def _by_rubric(
    result: FunctionResult, function: PlannedFunction, rules: Rules, earned: float, how: str
) -> tuple[float, str]:
    """Apply what an instructor gives to all who made a mistake."""
    given = rules.rubric.get(function.name, {})
    for name in result.matches:
        if name in given:
            points = min(given[name], function.points)
            return points, (
                f"everybody who made this mistake gets {as_text(points)} by the rubric of"
                f" this class (without it: {as_text(earned)})"
            )
    return earned, how


def _rounded(earned: float, points: float, to: float) -> float:
    """Round to a multiple of `to`; never up to all points, which are for those who are right."""
    if earned >= points:
        return points
    whole = round(earned / to) * to
    if whole >= points:
        whole -= to
    return max(0.0, round(whole, 2))


def with_failed_elsewhere(result: FunctionResult, failed: Collection[str]) -> FunctionResult:
    """Take off the points of checks that passed but fail on a sealed input.

    Every such check reads the same, and what was found on the open inputs stays as it is.
    """
    if not failed:
        return result
    checks = tuple(
        msgspec.structs.replace(
            check, verdict=Verdict.FAILS_ON_OTHER_INPUTS, message=WRONG_ELSEWHERE
        )
        if check.name in failed
        else check
        for check in result.checks
    )
    changed = msgspec.structs.replace(result, checks=checks, score=score(result.max_score, checks))
    if result.verdict is not Verdict.PASSED:
        return changed
    first = next(check.name for check in checks if check.name in failed)
    message = f"{first}: {WRONG_ELSEWHERE}"
    return msgspec.structs.replace(changed, verdict=Verdict.FAILS_ON_OTHER_INPUTS, message=message)
