"""What checks are worth: never more than the points, and another passed check never costs any."""

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from grader.judge.judge import result_of
from grader.judge.scoring import WRONG_ELSEWHERE, score, with_failed_elsewhere, with_points
from grader.model import NOT_THERE, CheckResult, Kind, Verdict, total
from grader.plan import PlannedCheck, PlannedExercise, PlannedFunction, PlannedMistake, Rules

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


VERDICTS = st.sampled_from(Verdict)
IDS = ("half", "little", "sign", "unknown")


@st.composite
def graded(draw):
    """A function's stored verdicts, and a plan in which it is worth something."""
    points, checks = draw(POINTS), draw(CHECKS)
    checks = [msgspec.structs.replace(one, name=f"c{n}") for n, one in enumerate(checks)]
    vectors = st.just(()) | st.tuples(*(VERDICTS for _ in checks))
    planned = PlannedFunction(
        "f",
        points,
        "",
        "",
        (),
        tuple(
            PlannedCheck(one.name, one.kind, one.weight, hidden=True, text="", hint="", calls=())
            for one in checks
        ),
        tuple(
            PlannedMistake(name, "", worth=draw(SHARES), at_most=draw(st.booleans()))
            for name in ("half", "little")
        ),
    )
    result = msgspec.structs.replace(
        result_of(EXERCISE, planned, checks, 0.0, draw(VERDICTS), "no"),
        own=draw(vectors),
        otherwise=draw(vectors),
        judged_with=draw(st.sampled_from([(), ("softmax",)])),
        matches=tuple(draw(st.lists(st.sampled_from(IDS), unique=True))),
    )
    return result, planned


RULES = st.builds(
    Rules,
    follow_through=SHARES,
    rounding=st.sampled_from([0.01, 0.5, 1.0]),
    worth=st.dictionaries(st.just("sign"), SHARES),
    rubric=st.dictionaries(
        st.just("f"), st.dictionaries(st.sampled_from(IDS), st.floats(0, 2000)), max_size=1
    ),
)


@given(graded(), RULES)
def test_no_verdicts_matches_and_rules_give_more_than_the_points_or_less_than_none(found, rules):
    result, planned = found
    priced = with_points(result, planned, rules)
    assert 0 <= priced.score <= planned.points == priced.max_score
    assert with_points(priced, planned, rules) == priced
    if priced.score < planned.points:
        assert priced.how or priced.verdict in NOT_THERE


@given(graded(), RULES, st.data())
def test_one_more_passed_check_never_lowers_points_but_where_a_mistake_is_no_longer_matched(
    found, rules, data
):
    """What is worth more than its checks is so because it is exactly this mistake."""
    result, planned = found
    index = data.draw(st.integers(0, len(result.checks) - 1))
    assume(result.checks[index].verdict is not Verdict.NOT_RUN)
    better = list(result.checks)
    better[index] = msgspec.structs.replace(better[index], verdict=Verdict.PASSED)
    # `own` is what it would get without stand-ins: nothing of that has changed.
    before, after = (
        with_points(msgspec.structs.replace(result, checks=tuple(checks), **more), planned, rules)
        for checks, more in ((result.checks, {}), (better, {}))
    )
    assert after.score >= before.score


@given(graded(), SHARES)
def test_a_share_of_the_difference_is_given_and_nothing_taken_away(found, share):
    result = msgspec.structs.replace(found[0], matches=())
    scores = [
        with_points(result, found[1], Rules(follow_through=share)).score
        for share in (0.0, share, 1.0)
    ]
    assert scores == sorted(scores)
    assert scores[1] == pytest.approx(scores[0] + share * (scores[2] - scores[0]), abs=0.011)


def priced(checks, matches=(), *, points=10.0, **rules):
    """Return the points and their explanation for a function with these checks."""
    checks = [msgspec.structs.replace(one, name=str(n)) for n, one in enumerate(checks)]
    planned = PlannedFunction(
        "f",
        points,
        "",
        "",
        (),
        tuple(
            PlannedCheck(one.name, one.kind, one.weight, hidden=True, text="", hint="", calls=())
            for one in checks
        ),
        (
            PlannedMistake("half", "", worth=0.5),
            PlannedMistake("less", "", worth=0.2, at_most=True),
        ),
    )
    result = result_of(EXERCISE, planned, checks, 0.0, Verdict.WRONG_VALUE, "no")
    result = with_points(msgspec.structs.replace(result, matches=matches), planned, Rules(**rules))
    return result.score, result.how


def test_points_say_in_a_line_how_they_come_about():
    bad, good, form = wrong(Kind.VALUE, 3), check(Kind.VALUE, 2), check(Kind.TYPE, 1)
    assert priced([good, form]) == (10, "")
    assert priced([bad, wrong(Kind.TYPE, 1)]) == (0, "no check passes")
    assert priced([wrong(Kind.TYPE, 3), good, form]) == (
        5, "10 × 3/6 = 5: by the weight of the checks that pass"
    )  # fmt: skip
    few = "only checks of values count, because less than half of their weight passes (2 of 5)"
    assert priced([bad, good, form]) == (3.33, f"10 × 2/6 = 3.33: {few}")
    assert priced([bad, good, form], rounding=0.5) == (
        3.5, priced([bad, good, form])[1] + "; rounded to 3.5"
    )  # fmt: skip


def test_a_mistake_is_worth_what_the_course_or_the_rubric_says():
    checks = [wrong(Kind.VALUE, 3), check(Kind.VALUE, 1)]
    assert priced(checks)[0] == 2.5
    assert priced(checks, ("half",)) == (
        5, "this mistake is worth 50% of the points (its checks: 2.5)"
    )  # fmt: skip
    assert priced(checks, ("less",))[0] == 2
    assert priced([check(Kind.VALUE, 1), wrong(Kind.TYPE, 1)], ("half",))[0] == 5
    assert priced([check(Kind.VALUE, 3), wrong(Kind.TYPE, 1)], ("half",))[0] == 7.5
    assert priced(checks, ("sign",), worth={"sign": 0.4})[0] == 4
    assert priced(checks, ("sign",), worth={"factor": 0.4})[0] == 2.5
    assert priced(checks, ("half",), rubric={"f": {"half": 1.0}}) == (
        1, "everybody who made this mistake gets 1 by the rubric of this class (without it: 5)"
    )  # fmt: skip
    assert priced(checks, ("half",), rubric={"g": {"half": 1.0}})[0] == 5


def test_rounding_never_gives_all_points_for_a_wrong_answer():
    nearly = [wrong(Kind.TYPE, 0.1), check(Kind.VALUE, 9.9)]
    assert priced(nearly)[0] == 9.9
    assert priced(nearly, rounding=1.0)[0] == 9
    assert priced(nearly, points=3.75, rounding=0.5)[0] == 3.5
    assert priced([check(Kind.VALUE, 1)], points=3.75, rounding=1.0)[0] == 3.75


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
