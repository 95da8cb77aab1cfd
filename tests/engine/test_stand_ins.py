"""A stand-in asks the grader, within the limits of the call that it is asked in."""

from __future__ import annotations

import time

import numpy as np
import pytest

from grader import wire
from grader.engine.session import EncodedCall, Session
from grader.intake.submission import submission_of
from grader.model import Died, Limits, Raised, Returned, TimedOut
from grader.worker.standing_in import StandIns
from tests.support.submissions import SOFTMAX

NAMES = ("softmax", "softmax_jacobian", "softmax_jacobian_batch")
SLUGS = ("ex01_softmax", "ex02_jacobian")
LIMITS = Limits(call_cpu_s=0.4, statement_cpu_s=1.0, submission_cpu_s=20.0, wall_factor=3.0)
HEAD = """
import os, sys, time
import numpy as np
wire = sys.modules["grader.wire"]
def send(message):
    data = wire.encode(message)
    while data:
        data = data[os.write(3, data):]
def called():
    frame = sys._getframe()
    while "call" not in frame.f_locals:
        frame = frame.f_back
    return frame.f_locals["call"].number
def ask(function="softmax", *args, number=None, **kwargs):
    send(wire.AskedReply(called() if number is None else number, function, args, kwargs))
"""
CALLS = f"{HEAD}from ex01_softmax import softmax\ndef softmax_jacobian(z):\n    "


class Answers:
    """Answers twice the first argument, and keeps what it was asked."""

    def __init__(self, takes_s: float = 0.0) -> None:
        self.asked: list[wire.AskedReply] = []
        self.takes_s = takes_s

    def __call__(self, asked: wire.AskedReply) -> wire.ToldRequest:
        self.asked.append(asked)
        time.sleep(self.takes_s)
        if not asked.args or not isinstance(asked.args[0], wire.Array):
            return wire.ToldRequest(failed=True)
        return wire.ToldRequest(wire.pack(2 * wire.unpack(asked.args[0])))


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def outcomes(lane, answers):
    """What calls of softmax_jacobian bring whose file holds this body, softmax being asked for."""

    def called(body, inputs=(1.0,), *, head=CALLS, stood_for=("softmax",), limits=LIMITS):
        files = {"ex01_softmax.py": SOFTMAX.encode(), "ex02_jacobian.py": (head + body).encode()}
        given = submission_of("ada", files)
        with (
            Session(lane, given, functions=NAMES, exercises=SLUGS, limits=limits) as session,
            session.with_stand_ins(answers) as second,
        ):
            second.stand_for(stood_for)
            frames = [_call(7 + n, z) for n, z in enumerate(inputs)]
            made = second.call("ex02_jacobian.py", "softmax_jacobian", frames)
            called.asked, called.killers = second.asked, second.killers
        return made

    return called


def _call(number: int, z: float | np.ndarray) -> EncodedCall:
    array = wire.pack(np.full((2, 1), z) if isinstance(z, float) else z)
    file, name = "ex02_jacobian.py", "softmax_jacobian"
    request = wire.CallRequest(number, file, name, (array,), {})
    return EncodedCall(number, wire.encode(request))


def values(made):
    assert all(isinstance(outcome, Returned) for outcome in made), made
    return [np.asarray(wire.unpack(outcome.value)).tolist() for outcome in made]


def test_what_the_grader_tells_is_what_the_caller_gets(outcomes, answers):
    assert values(outcomes("return softmax(z)", (1.0, 2.0))) == [[[2.0], [2.0]], [[4.0], [4.0]]]
    assert outcomes.asked == {"softmax"}
    assert [asked.number for asked in answers.asked] == [7, 8]


def test_what_is_not_asked_for_is_the_learners_own(outcomes, answers):
    assert values(outcomes("return softmax(z)", stood_for=())) == [[[0.5], [0.5]]]
    assert outcomes.asked == set()
    assert answers.asked == []


def test_each_function_that_a_name_is_bound_to_has_a_stand_in_of_its_own(outcomes):
    """What wraps the first one still does, where it is the learner's own."""
    wrapped = (
        f"{HEAD}from ex01_softmax import softmax\ndef more(f):\n    return lambda z: f(z) + 1\n"
    )
    wrapped += "first = softmax\nsoftmax = more(softmax)\n"
    body = "def softmax_jacobian(z):\n    return [first(z)[0, 0], softmax(z)[0, 0]]"
    assert values(outcomes(body, head=wrapped, stood_for=())) == [[0.5, 1.5]]
    assert values(outcomes(body, head=wrapped)) == [[2.0, 2.0]]


def test_attributes_of_a_function_are_those_of_its_stand_in(outcomes):
    counted = f"{HEAD}def softmax(z):\n    softmax.calls += 1\n    return z\n"
    counted += "softmax.calls = 0\nfirst = softmax\n"
    wrapped = f"{counted}import functools\nsoftmax = functools.wraps(softmax)(lambda z: first(z))\n"
    body = "def softmax_jacobian(z):\n    softmax(z)\n    return [softmax.calls, first.calls]"
    assert values(outcomes(body, head=counted, stood_for=())) == [[1, 1]]
    assert values(outcomes(body, head=wrapped)) == [[0, 0]]


def test_a_star_import_of_what_a_file_lacks_takes_nothing_away(outcomes):
    below = f"{HEAD}def softmax_jacobian(z):\n    return softmax(z)\nfrom ex01_softmax import *\n"
    assert values(outcomes("", head=below)) == [[[2.0], [2.0]]]


def test_a_name_that_holds_no_function_holds_a_stand_in_once_it_is_asked_for(outcomes):
    head = f"{HEAD}from ex01_softmax import softmax\n"
    head += "softmax = softmax(np.ones((2, 1)))\nkept = softmax\n"
    body = "def softmax_jacobian(z):\n    return {}"
    assert values(outcomes(body.format("softmax"), head=head, stood_for=())) == [[[0.5], [0.5]]]
    assert values(outcomes(body.format("softmax(z)"), head=head)) == [[[2.0], [2.0]]]
    assert values(outcomes(body.format("kept"), head=head)) == [[[0.5], [0.5]]]


def test_calls_wait_while_a_question_is_out(outcomes):
    """More than the pipe holds, and each of them asks twice."""
    inputs = [np.full((200, 40), float(n)) for n in range(20)]
    made = values(outcomes("return softmax(softmax(z))[:1, :1]", inputs))
    assert made == [[[4.0 * n]] for n in range(20)]


def test_where_nothing_can_be_told_the_learners_own_function_answers(outcomes):
    (raised,) = outcomes("return softmax('x')")
    assert isinstance(raised, Raised)
    assert raised.error.message == "'str' object has no attribute 'max'"


@pytest.mark.parametrize(
    "argument", ["lambda: 1", "{1: 2}", "10**30", "np.ones(2**20)", "np.array(['x'])", "[z, print]"]
)
def test_what_cannot_be_sent_is_given_to_the_learners_own(outcomes, answers, argument):
    (raised,) = outcomes(f"return softmax({argument})")
    assert isinstance(raised, Returned | Raised)
    assert answers.asked == []


@pytest.mark.parametrize("count", [3, 50])
def test_arguments_that_fill_more_than_a_message_are_given_to_the_learners_own(
    outcomes, answers, count
):
    """Each by itself could be sent."""
    (made,) = outcomes(f"return softmax(z, *[np.ones(2**18)] * {count})")
    assert isinstance(made, Raised)
    assert made.error.type == "TypeError"
    assert answers.asked == []


@pytest.mark.parametrize(
    "question",
    [
        "ask('softmax_jacobian')",
        "ask('softmax_jacobian_batch')",
        "ask('backward')",
        "ask('')",
        "ask('../../ex01_softmax')",
        "ask(number=9)",
        "ask(number=-1)",
        "send(wire.ToldRequest(1.0))",
        "send(wire.StandInsRequest(('softmax',)))",
        "send(wire.CallRequest(7, 'ex01_softmax.py', 'softmax', (), {}))",
        "ask('softmax', wire.Lambda('', '1'))",
        "ask('softmax', wire.Array('float64', (2**39, 2**39), b''))",
        "ask('softmax', wire.Array('float64', (2,), b''))",
        "ask('softmax', *[1.0] * 101)",
        "ask('softmax', [[[[[[[[[[1.0]]]]]]]]]])",
    ],
)
def test_a_question_that_no_stand_in_asks_ends_the_process(outcomes, answers, question):
    """And nobody answers it; what is honest before and after it counts."""
    body = f"if z[0, 0] == 2: {question}; return 'never'\n    return z"
    before, forged, after = outcomes(body, (1.0, 2.0, 3.0))
    assert isinstance(forged, Died)
    assert values([before, after]) == [[[1.0], [1.0]], [[3.0], [3.0]]]
    assert (answers.asked, outcomes.asked) == ([], set())


def test_without_stand_ins_a_question_ends_the_process(lane):
    files = {"ex02_jacobian.py": f"{CALLS}ask(); return z".encode()}
    given = submission_of("ada", files)
    with Session(lane, given, functions=NAMES, exercises=SLUGS, limits=LIMITS) as session:
        (made,) = session.call("ex02_jacobian.py", "softmax_jacobian", [_call(7, 1.0)])
    assert isinstance(made, Died)


@pytest.mark.parametrize("number", [0, 7, -1])
def test_nothing_is_answered_while_files_are_loaded(outcomes, answers, number):
    asks = f"{HEAD}ask(number={number})\ndef softmax_jacobian(z):\n    return z"
    assert values(outcomes("", head=asks)) == [[[1.0], [1.0]]]
    assert answers.asked == []
    assert "wrote something that is no answer" in outcomes.killers[0].what


def test_while_files_are_loaded_stand_ins_are_the_learners_own(outcomes, answers):
    early = f"{HEAD}from ex01_softmax import softmax\nEARLY = softmax(np.ones((2, 1)))\n"
    made = outcomes("def softmax_jacobian(z):\n    return EARLY", head=early)
    assert values(made) == [[[0.5], [0.5]]]
    assert answers.asked == []


@pytest.mark.parametrize(
    "pause",
    [
        "time.sleep(0.01)",
        "until = time.thread_time() + 0.01\n        while time.thread_time() < until: pass",
    ],
)
@pytest.mark.parametrize("question", ["softmax(z)", "ask('softmax'); os.read(3, 2**16)"])
def test_questions_do_not_renew_the_limit_of_their_call(outcomes, pause, question):
    began = time.monotonic()
    (made,) = outcomes(f"while True:\n        {question}\n        {pause}")
    assert isinstance(made, TimedOut)
    # Twice the limit of waiting at the most, since it may be tried once more.
    assert time.monotonic() - began < 2 * LIMITS.call_cpu_s * LIMITS.wall_factor + 1


@pytest.mark.parametrize("question", ["softmax(z)", "softmax(np.ones((500, 800)))"])
def test_a_flood_of_questions_ends_with_its_call(outcomes, question):
    began = time.monotonic()
    (made,) = outcomes(f"while True: {question}")
    assert isinstance(made, TimedOut | Died)
    assert time.monotonic() - began < 2 * LIMITS.call_cpu_s * LIMITS.wall_factor + 1


@pytest.mark.parametrize("then", ["", "; time.sleep(1e6 * (n > 500))"])
def test_who_does_not_read_what_is_told_has_the_time_of_a_call_and_not_that_of_waiting(
    outcomes, then
):
    limits = Limits(call_cpu_s=0.4, submission_cpu_s=20.0, wall_factor=30.0)
    body = "for n in range(10**6): ask('softmax', wire.pack(np.ones((100, 10))))" + then
    began = time.monotonic()
    (made,) = outcomes(body, limits=limits)
    assert isinstance(made, TimedOut)
    assert time.monotonic() - began < limits.call_cpu_s * limits.wall_factor / 2


def test_what_the_references_need_counts_against_the_submission(outcomes, answers):
    """Without it, ten calls would take their two seconds."""
    answers.takes_s = 0.2
    limits = Limits(call_cpu_s=0.4, submission_cpu_s=1.0, wall_factor=30.0)
    *first, last = outcomes("return softmax(z)", (1.0,) * 10, limits=limits)
    assert isinstance(first[0], Returned)
    assert last == TimedOut("the submission's earlier parts", called=False)


def test_what_the_references_need_counts_against_the_call(outcomes, answers):
    answers.takes_s = 0.2
    (made,) = outcomes("while True: softmax(z)")
    assert isinstance(made, TimedOut)
    # Within the limit of waiting, twice.
    assert len(answers.asked) <= 2 * (LIMITS.call_cpu_s * LIMITS.wall_factor / 0.2 + 1)


def test_the_questions_of_a_call_have_a_limit(outcomes, answers, monkeypatch):
    monkeypatch.setattr("grader.engine.session.MAX_ASKED_IN_A_CALL", 50)
    fifty, more = outcomes(
        "for _ in range(int(z[0, 0])): a = softmax(z)\n    return a", (50.0, 51.0)
    )
    assert isinstance(fifty, Returned)
    assert isinstance(more, Died)
    assert len(answers.asked) <= 101


def test_the_questions_of_a_submission_have_a_limit(outcomes, answers, monkeypatch):
    monkeypatch.setattr("grader.engine.session.MAX_ASKED", 5)
    made = outcomes("softmax(z); softmax(z); return z", (1.0, 2.0, 3.0))
    assert [type(outcome) for outcome in made] == [Returned, Returned, Died]
    assert len(answers.asked) == 5


def test_an_answer_that_is_sent_with_a_question_is_for_no_other_call(outcomes):
    """The second call is waiting, and its answer is forged during the first."""
    forged = "send(wire.ReturnedReply(8, wire.pack(np.ones(1)), changed=()))"
    first, second = outcomes(f"if z[0, 0] == 1: ask('softmax'); {forged}\n    return z", (1.0, 2.0))
    assert isinstance(first, Died)
    assert values([second]) == [[[2.0], [2.0]]]


class TestANamespace:
    """Stand-ins by themselves, in this process."""

    def made(self, *told):
        """Stand-ins for f and g, and what they ask; `told` is the answer to each question."""
        asked, answers = [], iter(told)

        def ask(name, args, kwargs):
            asked.append((name, args, kwargs))
            return next(answers)

        return StandIns(("f", "g"), ask), asked

    def run(self, stand_ins, *statements):
        namespace = {}
        stand_ins.put_into(namespace)
        for statement in statements:
            exec(statement, namespace)  # noqa: S102  # our own source
            stand_ins.put_into(namespace)
        return namespace

    def test_what_is_active_is_asked_for_and_what_is_not_is_the_learners(self):
        stand_ins, asked = self.made(wire.ToldRequest(7.0))
        here = self.run(stand_ins, "def f(x, how=''): return -x", "kept = f")
        assert here["kept"](2.0) == -2.0
        stand_ins.activate(["f"])
        assert here["kept"](2.0, how="up") == 7.0
        assert asked == [("f", (2.0,), {"how": wire.Word("up")})]

    @pytest.mark.parametrize("told", [None, wire.ToldRequest(failed=True)])
    def test_what_cannot_be_told_is_the_learners(self, told):
        stand_ins, _asked = self.made(told, told)
        here = self.run(stand_ins, "def f(x): return -x")
        stand_ins.activate(["f", "g"])
        assert here["f"](2.0) == -2.0
        with pytest.raises(ValueError, match="the right g cannot answer these arguments"):
            here["g"](2.0)

    @pytest.mark.parametrize("argument", [print, [1, {"a": print}]])
    def test_what_cannot_be_sent_is_not_asked(self, argument):
        stand_ins, asked = self.made()
        here = self.run(stand_ins, "def f(x): return 1.0")
        stand_ins.activate(["f"])
        assert here["f"](argument) == 1.0
        assert asked == []

    def test_a_placeholder_is_undefined_and_hides_nothing(self):
        stand_ins, _asked = self.made(wire.ToldRequest(7.0))
        here = self.run(stand_ins, "def f(x): return -x")
        with pytest.raises(NameError, match="name 'g' is not defined"):
            here["g"](1.0)
        assert set(stand_ins.defined(here)) >= {"f"}
        assert "g" not in stand_ins.defined(here)
        other = self.run(stand_ins, "x = 1")
        here.update(f=other["f"])
        stand_ins.put_into(here)
        assert here["f"](2.0) == -2.0

    def test_a_name_that_holds_no_function_is_answered_for_once_it_is_active(self):
        stand_ins, _asked = self.made(wire.ToldRequest(7.0))
        here = self.run(stand_ins, "def f(x): return -x", "f = f(2.0)")
        assert here["f"] == -2.0
        stand_ins.activate(["f"])
        assert here["f"](1.0) == 7.0
