"""Compute the points of a function from the results of its checks."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from grader.model import CheckResult, FunctionResult, Kind, Verdict

# All that is said of a sealed input, whatever came of it.
WRONG_ELSEWHERE = "right for the inputs shown, wrong for others of the same kind"


def score(points: float, checks: Sequence[CheckResult]) -> float:
    """Return the points for these checks, out of `points`, rounded to hundredths.

    A check that was not run counts neither for nor against. Checks of other kinds than value count
    only when at least half of the value checks (by weight) pass: an answer that is wrong nearly
    everywhere must not collect points for its type.
    """
    checks = [check for check in checks if check.verdict is not Verdict.NOT_RUN]
    passed = [check for check in checks if check.verdict is Verdict.PASSED]
    if not passed:
        return 0.0
    if len(passed) == len(checks):
        return points
    of_value = sum(check.weight for check in checks if check.kind is Kind.VALUE)
    right = sum(check.weight for check in passed if check.kind is Kind.VALUE)
    earned = sum(check.weight for check in passed) if right >= of_value / 2 else right
    # `points` need not be whole hundredths, and rounding must not give more than that.
    return min(points, round(points * earned / sum(check.weight for check in checks), 2))


def with_share(own: float, points: float, share: float) -> float:
    """Return the points of a function for which earlier ones were answered rightly.

    `own` is what it got with the learner's own earlier functions, `points` what it got with right
    ones; `share` of the difference is given, and nothing is taken away.
    """
    own = min(own, points)
    return min(points, round(own + share * (points - own), 2))


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
