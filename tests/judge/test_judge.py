"""What answers are worth, for each kind of check, without any process."""

import logging

import msgspec
import numpy as np
import pytest

from grader import wire
from grader.course.generated import rows_of
from grader.diagnose.explain import Explainer, attempt, public_part
from grader.diagnose.prints import stored, wanted_prints
from grader.errors import SandboxError
from grader.judge.compare import value_difference
from grader.judge.expected import expected_of
from grader.judge.judge import Judge
from grader.judge.words import next_step
from grader.model import (
    Died,
    Kind,
    Limits,
    NotCalled,
    NotLoaded,
    Raised,
    Returned,
    TimedOut,
    Verdict,
)
from grader.plan import (
    FORMAT,
    Plan,
    PlannedCall,
    PlannedCheck,
    PlannedExercise,
    PlannedFunction,
    PlannedMistake,
)
from tests.support.telling import tell

WANT = np.array([[1.0, 2.0], [3.0, 4.0]])
OFF = WANT * (1 + 1e-9)  # right, but not to the last bits
WRONG = WANT + 1
FRAME = wire.TracebackLine("ex.py", 2, "g", "raise")
MISTAKE = PlannedMistake("plus_one", "You add one.")


def call(want=WANT):
    return PlannedCall((wire.pack(2.0),), {}, wire.pack(want), wire.pack(want), 1.0, 1e-6, 1e-12)


def check(name, kind, weight=1.0, *, hidden=False, calls=(0, 1), parts=(), sealed=()):
    return PlannedCheck(name, kind, weight, hidden, "", "", calls, parts, sealed)


CHECKS = (
    check("values", Kind.VALUE, 2),
    check("second", Kind.VALUE, 2, hidden=True, calls=(1,)),
    check("accurate", Kind.PRECISION, hidden=True),
    check("float64", Kind.TYPE),
    check("shape", Kind.SHAPE),
    check("unchanged", Kind.MUTATION, hidden=True),
    check("memory", Kind.MEMORY, hidden=True, calls=(1,)),
)


def judged(*outcomes, checks=CHECKS, calls=None, mistakes=(MISTAKE,)):
    """Judge and explain a function of 10 points whose calls had these outcomes."""
    plan, function, ended = planned_with(checks, *outcomes, calls=calls, mistakes=mistakes)
    judge = Judge(plan)
    result = judge.judged(plan.exercises[0], function, ended)
    return Explainer(plan, judge.expected).explained(result, function, ended)


def planned_with(checks, *outcomes, calls=None, mistakes=(MISTAKE,), sealed=()):
    calls = calls or (call(), call())
    function = PlannedFunction("f", 10.0, "", "", calls, checks, mistakes, ("z",), "", sealed)
    function = msgspec.structs.replace(function, prints=stored([prints(calls)] * len(mistakes)))
    exercise = PlannedExercise("ex", "An exercise", (function,))
    plan = Plan(FORMAT, "A course", Limits(), (exercise,), ("ex",), ("f",))
    ended = [o if not isinstance(o, np.ndarray | list) else returned(o) for o in outcomes]
    return plan, function, ended


def prints(calls):
    """The fingerprints of the mistake of adding one, in the first two calls."""
    expected = [expected_of(one) for one in calls]
    outcomes = {index: returned(WRONG) for index in range(min(2, len(calls)))}
    return rows_of(outcomes, expected, wanted_prints(expected))


def returned(value, *, changed=()):
    return Returned(wire.pack(value), changed)


def verdicts(result):
    return {one.name: one.verdict for one in result.checks if one.verdict is not Verdict.PASSED}


def test_a_right_answer_passes_all_and_is_explained_by_nothing():
    result = judged(WANT, WANT.copy())
    assert (result.score, result.max_score, result.verdict) == (10, 10, Verdict.PASSED)
    assert (result.message, result.misconception, result.grid) == ("", None, None)
    assert [(one.name, one.kind, one.weight, one.hidden, one.message) for one in result.checks] == [
        (one.name, one.kind, one.weight, one.hidden, "") for one in CHECKS
    ]
    assert (result.exercise, result.function) == ("ex", "f")


@pytest.mark.parametrize(
    ("answers", "lost"),
    [
        ((WRONG, WANT), {"values": "wrong_value", "accurate": "wrong_value"}),
        (
            (WANT, WRONG),
            dict.fromkeys(("values", "second", "accurate", "memory"), "wrong_value"),
        ),
        ((WANT, OFF), {"accurate": "imprecise"}),
        ((WANT, WANT.astype(np.float32)), {"float64": "wrong_type"}),
        ((WANT.tolist(), WANT), {"float64": "wrong_type"}),
        (
            (WANT[:, :1], WANT),
            dict.fromkeys(("values", "accurate", "shape"), "wrong_shape"),
        ),
        (
            (WANT * np.nan, WANT),
            {"values": "not_finite", "accurate": "not_finite"},
        ),
        ((WANT, returned(WANT, changed=(0,))), {"unchanged": "mutated_argument"}),
    ],
    ids=["first", "second", "imprecise", "float32", "list", "shape", "nan", "mutated"],
)
def test_an_answer_loses_the_checks_that_look_at_what_is_wrong_with_it(answers, lost):
    result = judged(*answers)
    assert verdicts(result) == lost
    weight = sum(one.weight for one in result.checks if one.name not in lost)
    of_value = sum(
        one.weight for one in result.checks if one.kind is Kind.VALUE and one.name not in lost
    )
    assert result.score == round(10 * (weight if of_value >= 2 else of_value) / 9, 2)


@pytest.mark.parametrize(
    ("outcome", "verdict"),
    [
        (Raised(wire.Error("ValueError", "no", ())), "raised"),
        (Raised(wire.Error("MemoryError", "", ())), "out_of_memory"),
        (Raised(wire.Error("NotImplementedError", "", (FRAME,))), "raised"),
        (TimedOut("2 seconds"), "timed_out"),
        (Died("it ended"), "died"),
        (NotLoaded("it is gone"), "not_loaded"),
    ],
)
def test_a_call_that_gave_nothing_loses_every_check_that_looks_at_it(outcome, verdict):
    result = judged(outcome, WANT)
    assert verdicts(result) == dict.fromkeys(
        ("values", "accurate", "float64", "shape", "unchanged"), verdict
    )
    messages = {one.name: one.message for one in result.checks if one.message and not one.same_as}
    told = ("values",) if verdict == "raised" else verdicts(result)
    assert messages == dict.fromkeys(told, f"f(2.0): {tell(outcome)}")
    assert result.verdict == verdict
    assert result.score == round(10 * (2 + 1) / 9, 2)  # second and memory


def test_what_a_changed_argument_and_a_lack_of_precision_are_called():
    for changed, want in {
        (0,): "it changes its argument z; work on a copy, or on a new array",
        (-1,): "it changes what an earlier call has returned; return a new array each time",
    }.items():
        checks = judged(OFF, returned(WANT, changed=changed)).checks
        assert {o.name: o.message for o in checks}["unchanged"] == want
    public = (check("accurate", Kind.PRECISION, calls=(0,)), check("value", Kind.VALUE))
    (accurate, value) = judged(OFF, WRONG, checks=public).checks
    assert accurate.message == "f(2.0): " + tell(
        value_difference(wire.pack(OFF), expected_of(call()), tight=True),
        call(),
        imprecise=True,
    )
    assert value.message == "f(2.0): " + tell(
        value_difference(wire.pack(WRONG), expected_of(call())),
        call(),
        imprecise=False,
    )


def test_a_check_that_cannot_be_run_counts_neither_way():
    checks = (*CHECKS[:2], check("memory", Kind.MEMORY, calls=(2,)))
    calls = (call(), call(), call())
    result = judged(WANT, WANT, NotCalled("no limit"), checks=checks, calls=calls, mistakes=())
    assert verdicts(result) == {"memory": "not_run"}
    assert (result.score, result.verdict) == (10, Verdict.PASSED)


SEALED = (
    check("values", Kind.VALUE, 2, calls=(0,), sealed=(0,)),
    check("accurate", Kind.PRECISION, calls=(0,), sealed=(1,)),
    check("unchanged", Kind.MUTATION, calls=(0,), sealed=(0,)),
    check("float64", Kind.TYPE, calls=(0,)),
)


@pytest.mark.parametrize(
    ("outcomes", "failed"),
    [
        ({0: WANT, 1: WANT}, set()),
        ({0: WRONG, 1: WANT}, {"values"}),
        ({0: OFF, 1: OFF}, {"accurate"}),
        ({0: returned(WANT, changed=(0,))}, {"unchanged"}),
        (
            {0: Raised(wire.Error("Z17", "7", ())), 1: Died("7")},
            {"values", "accurate", "unchanged"},
        ),
        ({0: TimedOut("2 seconds"), 1: NotLoaded("7")}, {"values", "accurate", "unchanged"}),
    ],
)
def test_of_sealed_calls_only_the_checks_that_fail_are_told(outcomes, failed):
    sealed = (call(), call())
    plan, function, _ = planned_with(SEALED, calls=(call(),), mistakes=(), sealed=sealed)
    ended = {n: returned(o) if isinstance(o, np.ndarray) else o for n, o in outcomes.items()}
    assert Judge(plan).failed_elsewhere(function, ended) == failed


def test_the_first_verdict_of_the_ladder_is_the_functions_and_a_public_check_tells_it():
    hidden_first = (check("hidden", Kind.VALUE, hidden=True), check("public", Kind.VALUE))
    result = judged(WRONG, WRONG, checks=hidden_first)
    assert result.message.startswith("public: f(2.0): ")
    raised = Raised(wire.Error("ValueError", "no", ()))
    both = (check("value", Kind.VALUE, calls=(0,)), check("other", Kind.VALUE, calls=(1,)))
    result = judged(WRONG, raised, checks=both)
    assert result.verdict is Verdict.RAISED
    assert result.message.startswith("other: ")


def test_a_stub_is_not_attempted_but_a_branch_of_one_raises():
    frame = wire.TracebackLine("ex.py", 2, "f", "raise")
    stub = Raised(wire.Error("NotImplementedError", "", (frame,)))
    result = judged(stub, stub)
    assert (result.verdict, result.score) == (Verdict.NOT_ATTEMPTED, 0)
    assert not result.message.startswith("values: ")
    result = judged(stub, WANT)
    assert result.verdict is Verdict.RAISED
    assert result.message.startswith("values: ")


def test_a_listed_mistake_is_named_and_a_grid_shows_what_is_wrong():
    result = judged(WRONG, WRONG)
    assert result.misconception.id == "plus_one"
    assert result.misconception.message == "You add one."
    assert result.grid.rows == ("++", "++")


def test_a_check_of_parts_looks_at_those_only():
    want = {"a": np.ones(2), "b": np.ones(2)}
    answer = {"a": np.ones(2), "b": np.zeros(2)}
    checks = tuple(check(name, Kind.VALUE, parts=(name,), calls=(0,)) for name in "ab")
    result = judged(returned(answer), checks=checks, calls=(call(want),), mistakes=())
    assert verdicts(result) == {"b": "wrong_value"}
    assert result.score == 5


def test_an_explanation_that_fails_costs_nothing_but_a_lost_process_is_told_of(caplog):
    def fails():
        raise ZeroDivisionError

    def lost():
        raise SandboxError("gone")

    with caplog.at_level(logging.ERROR):
        assert attempt(fails) is None
    (record,) = caplog.records
    assert record.message == "an explanation failed; the points are not affected"
    assert attempt(lambda: 3) == 3
    with pytest.raises(SandboxError, match="gone"):
        attempt(lost)


def error(kind):
    return Raised(wire.Error(kind, "no", ()))


@pytest.mark.parametrize(
    "outcomes",
    [
        (error("ValueError"), TimedOut("2 s"), error("MemoryError"), Died("it ended")),
        (NotLoaded("it is gone"), error("ValueError"), WRONG),
        (Died("it ended"), returned(None), WRONG[:1], WRONG * np.nan, WRONG),
    ],
)
def test_of_several_calls_the_first_rung_of_the_ladder_is_told(outcomes):
    calls = tuple(call() for _ in outcomes)
    checks = (check("all", Kind.PRECISION, calls=tuple(range(len(calls)))[::-1]),)
    for count in range(1, len(outcomes)):
        rest = (*outcomes[count - 1 :], *(WANT for _ in outcomes[: count - 1]))
        (only,) = judged(rest[0], *(WANT for _ in rest[1:]), checks=checks, calls=calls).checks
        result = judged(*rest, checks=checks, calls=calls)
        assert (result.checks[0].verdict, result.message) == (only.verdict, f"all: {only.message}")


def test_what_answers_some_inputs_of_a_check_is_attempted():
    frame = wire.TracebackLine("ex.py", 2, "f", "raise")
    stub = Raised(wire.Error("NotImplementedError", "", (frame,)))
    checks = (check("all", Kind.VALUE),)
    assert judged(stub, WANT, checks=checks).verdict == Verdict.RAISED
    raises = PlannedMistake("raises", "You raise.")
    untouched = judged(stub, stub, checks=checks, mistakes=(raises,))
    assert (untouched.verdict, untouched.misconception) == (Verdict.NOT_ATTEMPTED, None)


def test_the_public_part_follows_the_same_ladder():
    checks = (
        check("wrong", Kind.VALUE, calls=(0,)),
        check("raises", Kind.VALUE, calls=(1,)),
        check("hidden", Kind.VALUE, calls=(1,), hidden=True),
    )
    result = judged(WRONG, error("ValueError"), checks=checks)
    part = public_part(result)
    assert (part.verdict, part.message) == (result.verdict, result.message)
    assert part.verdict == Verdict.RAISED
    assert next_step([part]) == "Next: correct f; begin with raises above."
