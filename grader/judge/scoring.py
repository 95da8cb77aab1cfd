"""What checks are worth: the points of a function."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from grader.model import CheckResult, Followed, FunctionResult, Kind, Verdict


def score(points: float, checks: Sequence[CheckResult]) -> float:
    """The points that these checks are worth, in hundredths, out of `points`.

    One that was not run counts neither for nor against. Those of other kinds than value count only
    beside at least half of the value checks (by weight): an answer that is wrong nearly everywhere
    must not collect points for its type.
    """
    checks = [check for check in checks if check.verdict is not Verdict.NOT_RUN]
    passed = [check for check in checks if check.verdict is Verdict.PASSED]
    if not passed:
        return 0.0
    if len(passed) == len(checks):
        return points
    of_value = sum(check.weight for check in checks if check.kind is Kind.VALUE)
    right = sum(check.weight for check in passed if check.kind is Kind.VALUE)
    counted = sum(check.weight for check in passed) if right >= of_value / 2 else right
    # Rounding must not give more than there is, where the points are no hundredths.
    return min(points, round(points * counted / sum(check.weight for check in checks), 2))


def with_follow_through(
    result: FunctionResult, followed: Followed, *, share: float
) -> FunctionResult:
    """A share of what the checks would be worth that pass given the earlier functions."""
    given = [
        msgspec.structs.replace(check, verdict=Verdict.PASSED)
        if check.name in followed.checks
        else check
        for check in result.checks
    ]
    own = result.score or 0.0
    more = round(share * (score(result.max_score, given) - own), 2)
    if more <= 0:
        return result
    points = min(result.max_score, round(own + more, 2))
    names = " and ".join(followed.given)
    message = f"right, given your own {names}: the error is there, so begin there"
    if not followed.covers(result.checks):
        message = f"{result.message} (in part it is right, given your own {names})"
    return msgspec.structs.replace(result, score=points, follow_through=more, message=message)
