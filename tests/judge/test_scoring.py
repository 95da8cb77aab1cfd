"""What checks are worth: never more than the points, and another passed check never costs any."""

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from grader.judge.judge import result_of
from grader.judge.scoring import WRONG_ELSEWHERE, score, with_failed_elsewhere, with_share
from grader.model import CheckResult, Kind, Verdict, total
from grader.plan import PlannedExercise, PlannedFunction

EXERCISE = PlannedExercise("ex", "An exercise", ())


def check(kind, weight, verdict=Verdict.PASSED, name="a"):
    return CheckResult(name, kind, hidden=True, weight=weight, verdict=verdict, message="")


def wrong(kind, weight, name="a"):
    return check(kind, weight, Verdict.WRONG_VALUE, name)


def function(points, checks):
    """Return the result of a function with these checks."""
    planned = PlannedFunction("f", points, "", "", (), ())
    return result_of(EXERCISE, planned, checks, score(points, checks), Verdict.WRONG_VALUE, "no")


POINTS = st.floats(0.01, 1000)
CHECKS = st.lists(
    st.builds(check, st.sampled_from(Kind), st.floats(0.1, 9), st.sampled_from(Verdict)),
    min_size=1,
    max_size=30,
)
SHARES = st.floats(0, 1)


@given(POINTS, CHECKS)
def test_no_sequence_of_verdicts_yields_more_than_the_points_or_less_than_none(points, checks):
    assert 0 <= score(points, checks) <= points


@given(POINTS, CHECKS)
def test_all_checks_passed_yields_exactly_the_points(points, checks):
    passed = [msgspec.structs.replace(one, verdict=Verdict.PASSED) for one in checks]
    assert score(points, passed) == points


@given(POINTS, CHECKS, st.data())
def test_a_check_that_passes_besides_never_lowers_a_score(points, checks, data):
    index = data.draw(st.integers(0, len(checks) - 1))
    # A check that was not run does not count: if it passes, there is one check more.
    assume(checks[index].verdict is not Verdict.NOT_RUN)
    better = list(checks)
    better[index] = msgspec.structs.replace(checks[index], verdict=Verdict.PASSED)
    assert score(points, better) >= score(points, checks)


@given(POINTS, CHECKS, st.sampled_from(Kind), st.floats(0.1, 9))
def test_one_more_passed_check_never_lowers_the_score_of_who_is_right_in_half(
    points, checks, kind, weight
):
    of_value = [one for one in checks if one.kind is Kind.VALUE]
    of_value = [one for one in of_value if one.verdict is not Verdict.NOT_RUN]
    right = sum(one.weight for one in of_value if one.verdict is Verdict.PASSED)
    half = right >= sum(one.weight for one in of_value) / 2
    assume(half or kind is Kind.VALUE)
    assert score(points, [*checks, check(kind, weight)]) >= score(points, checks)


@given(POINTS, POINTS, SHARES)
def test_a_share_of_the_difference_is_given_and_nothing_taken_away(own, points, share):
    after = with_share(own, points, share)
    assert min(own, points) - 0.0051 <= after <= points
    assert with_share(own, points, 1) == pytest.approx(points, abs=0.0051)
    assert with_share(own, points, 0) == pytest.approx(min(own, points), abs=0.0051)


@given(st.lists(st.one_of(st.none(), POINTS)))
def test_a_total_is_the_sum_or_unknown(scores):
    if None in scores:
        assert total(scores) is None
    else:
        assert total(scores) == pytest.approx(sum(scores), abs=0.01)


def test_other_checks_count_only_beside_half_of_the_value_checks():
    form, bad, good = check(Kind.TYPE, 2), wrong(Kind.VALUE, 1), check(Kind.VALUE, 1)
    assert score(10, [bad, bad, good, form]) == 2.0  # 1 of 5
    assert score(10, [bad, good, form]) == 7.5  # 3 of 4


def test_a_check_that_was_not_run_counts_neither_way():
    skipped = check(Kind.MEMORY, 5, Verdict.NOT_RUN)
    assert score(10, [skipped, check(Kind.VALUE, 1)]) == 10
    assert score(10, [skipped, wrong(Kind.VALUE, 1), check(Kind.VALUE, 3)]) == 7.5
    assert score(10, [skipped]) == 0


def test_scores_are_in_hundredths():
    assert score(10, [wrong(Kind.VALUE, 1), check(Kind.VALUE, 2)]) == 6.67
    # If the points are not whole hundredths, rounding must not exceed them.
    assert score(0.506, [wrong(Kind.TYPE, 0.1), check(Kind.VALUE, 100)]) == 0.506


@given(POINTS, CHECKS, st.data())
def test_checks_that_fail_on_other_inputs_cost_their_points_and_change_no_other(
    points, checks, data
):
    checks = [
        msgspec.structs.replace(one, name=str(number), message="m")
        for number, one in enumerate(checks)
    ]
    passed = [one.name for one in checks if one.verdict is Verdict.PASSED]
    failed = data.draw(st.sets(st.sampled_from(passed))) if passed else set()
    before = function(points, checks)
    after = with_failed_elsewhere(before, failed)
    assert after.score <= before.score
    for old, new in zip(before.checks, after.checks, strict=True):
        assert (new == old) is (old.name not in failed)
    told = {(one.verdict, one.message) for one in after.checks if one.name in failed}
    assert told <= {(Verdict.FAILS_ON_OTHER_INPUTS, WRONG_ELSEWHERE)}
    assert (after.verdict, after.message) == (before.verdict, before.message)


def test_a_function_that_passes_all_but_sealed_inputs_says_so():
    checks = [check(Kind.VALUE, 3, name="a"), check(Kind.VALUE, 1, name="b")]
    passed = msgspec.structs.replace(function(8, checks), verdict=Verdict.PASSED, message="")
    assert with_failed_elsewhere(passed, set()) == passed
    result = with_failed_elsewhere(passed, {"b"})
    assert (result.score, result.verdict) == (6, Verdict.FAILS_ON_OTHER_INPUTS)
    assert result.message == f"b: {WRONG_ELSEWHERE}"
