"""Attacks by learners, graded by the real command: each is stopped, in every tier.

An attack is stopped when its points are those of its honest part, no secret and no sign of success
stands in any result, and no canary (file, socket, process, shared memory) was touched.
"""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
from collections.abc import Iterator, Sequence

import pytest

from grader.course.planning import plan_of
from grader.course.sealing import with_sealed
from tests.attacks.arena import PATIENCE_S, SEED, Arena, Combination, Outcome
from tests.attacks.attack import Attack
from tests.attacks.attack_list import ATTACKS, OPEN
from tests.attacks.classroom import bystanders, student_of, twin_name

# Nothing else may start or end processes, or keep the machine busy, while they are watched.
pytestmark = pytest.mark.alone

ME = "root" if os.getuid() == 0 else "user"
# By every user, from every place, all attacks: a minute for each, so these are slow. One of each
# tier is tried with a sample of the attacks, of every family, whenever the tests are run.
SAMPLED = [
    Combination("bubblewrap", ME, "ordinary", sampled=True),
    Combination("seccomp", "user", "private", sampled=True),
]
WALLED = [
    *SAMPLED,
    *(
        pytest.param(Combination(isolation, user, place), marks=pytest.mark.slow)
        for isolation in ("bubblewrap", "seccomp")
        for user in ("root", "user")
        for place in ("ordinary", "private")
    ),
]
NO_WALL = Combination("none", "user", "ordinary")
SAMPLE = ATTACKS[1::13]


def tried(combination: Combination) -> Sequence[Attack]:
    return SAMPLE if combination.sampled else ATTACKS


@pytest.fixture(scope="module")
def arena() -> Iterator[Arena]:
    made = Arena()
    yield made
    made.close()


@pytest.fixture
def field(arena: Arena, combination: Combination) -> tuple[Outcome, Outcome]:
    """What the attacks have left, and what the undisturbed class has left."""
    _skip_what_cannot_run(combination)
    attacks = tried(combination)
    return (
        arena.outcome(combination, attacks),
        arena.outcome(combination, attacks, undisturbed=True),
    )


def _skip_what_cannot_run(combination: Combination) -> None:
    if os.uname().sysname != "Linux" or os.uname().machine != "x86_64":
        pytest.skip("the attacks' system calls are those of Linux on x86-64")
    if combination.user == "root" and os.getuid() != 0:
        pytest.skip("this is not root")
    if combination.isolation == "bubblewrap" and shutil.which("bwrap") is None:
        pytest.skip("bwrap is not installed")


def breaches(attack: Attack, arena: Arena, attacked: Outcome, undisturbed: Outcome) -> list[str]:
    """In what ways an attack got through."""
    student = student_of(attack)
    line = attacked.lines.get(student)
    if line is None:
        return ["it has no result"]
    result, twin = json.loads(line), undisturbed.result(twin_name(attack))
    found = []
    points = {f["function"]: f["score"] for f in result["functions"]}
    due = {f["function"]: f["score"] for f in twin["functions"]}
    if points != due:
        lost = all(s is not None and s <= due[name] for name, s in points.items())
        if not (lost and "costs" in attack.marks):
            different = [f"{n}: {points[n]} for {due[n]}" for n in due if points[n] != due[n]]
            found.append(f"its points differ: {different}")
    secrets = {**arena.tokens, "success": arena.won, "passwd": "root:x:0:0"}
    secrets["file"] = arena.secret(attack)
    found += [
        f"its result holds the secret of: {kind}" for kind in secrets if secrets[kind] in line
    ]
    if "canary " in line:
        found.append("its result holds a canary")
    # The paragraphs of a mistake's message are ours.
    for function in result["functions"]:
        if function["misconception"]:
            function["misconception"]["message"] = ""
    if unprintable := [text for text in texts_in(result) if not text.isprintable()]:
        found.append(f"its result holds control characters: {unprintable[:2]}")
    if touched := attacked.touched.get(attack.name):
        found.append(f"its canary files were touched: {touched}")
    found += [
        f"it reached a socket: {event}" for event in attacked.events if attack.name in event[1]
    ]
    if attacked.took[student] > PATIENCE_S:
        found.append(f"it held up the grader: {attacked.took[student]} s")
    if attack.name in attacked.ended:
        found.append("it ended or stopped another process")
    return found


def was_tried(attack: Attack, attacked: Outcome) -> bool:
    """Whether the result tells that the attack's code ran, or what was made of its files."""
    told = " ".join(texts_in(attacked.result(student_of(attack))))
    ended = ("Python process", "did not finish", "process was killed", "process crashed")
    return attack.says in told or any(words in told for words in ended) or "costs" in attack.marks


def texts_in(value: object) -> Iterator[str]:
    """All texts in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from texts_in(item)
    elif isinstance(value, dict):
        yield from texts_in([*value, *value.values()])


def test_the_sample_holds_attacks_of_every_family():
    assert {attack.family for attack in SAMPLE} == {attack.family for attack in ATTACKS}


def test_the_sealed_inputs_hold_one_that_attacks_wait_for(course):
    plan = with_sealed(plan_of(course, only=("ex01_softmax",)), course, SEED)
    sealed = [call.args[0] for call in plan.exercises[0].functions[0].sealed]
    assert any(value.shape == (5, 3) and value.data != OPEN for value in sealed)


def each_attack() -> Iterator[object]:
    """Each combination with each of the attacks that are tried in it."""
    for given in WALLED:
        combination, marks = given, ()
        if not isinstance(given, Combination):
            (combination,), marks = given.values, given.marks
        for attack in tried(combination):
            yield pytest.param(combination, attack, marks=marks, id=f"{combination}-{attack.name}")


@pytest.mark.parametrize(("combination", "attack"), list(each_attack()))
def test_it_is_stopped(attack, combination, arena, field):
    if attack.needs_root and os.getuid() != 0:
        pytest.skip("only root can make what this attack hands in")
    attacked, undisturbed = field
    assert breaches(attack, arena, attacked, undisturbed) == []
    assert was_tried(attack, attacked), attacked.lines[student_of(attack)]


@pytest.mark.parametrize("combination", WALLED, ids=str)
class TestOfAWholeRun:
    def test_the_tier_is_the_one_that_was_asked_for(self, field, combination):
        for outcome in field:
            assert outcome.code == 0, outcome.printed[-2_000:]
            tiers = {json.loads(line)["isolation"] for line in outcome.lines.values()}
            assert tiers == {combination.isolation}

    def test_every_other_result_is_what_it_is_without_attacks(self, field, arena, combination):
        attacked, undisturbed = field
        names = bystanders(tried(combination), arena.tokens["victim"])
        assert len(names) > len(tried(combination)) / 4
        for name in names:
            results = [outcome.result(name) for outcome in (attacked, undisturbed)]
            assert json.dumps(results[0]) == json.dumps(results[1])
        assert {attacked.result(name)["score"] for name in names} >= {12.0, 100.0}

    def test_nothing_survives(self, field):
        assert field[0].survivors == []

    def test_nobody_came_to_a_listener(self, field):
        assert field[0].events == []

    def test_no_process_was_ended(self, field):
        assert field[0].ended == set()

    def test_class_course_grader_and_results_hold_what_they_should(self, field):
        assert field[0].changed == []
        assert field[0].written == field[1].written

    def test_nobody_is_added_or_missing(self, field, combination):
        attacked, _ = field
        attacks = tried(combination)
        students = {student_of(a) for a in attacks if not a.needs_root or os.getuid() == 0}
        assert set(attacked.lines) == students | set(bystanders(attacks, ""))

    def test_no_secret_is_printed_or_in_the_gradebook(self, field, arena):
        text = field[0].printed + field[0].gradebook.decode()
        secrets = [*arena.tokens.values(), arena.won, "root:x:0:0", "canary "]
        assert [secret for secret in secrets if secret in text] == []

    def test_nothing_printed_or_written_controls_a_terminal(self, field):
        attacked, _ = field
        lines = (attacked.printed + attacked.gradebook.decode()).split("\n")
        assert [line for line in lines if not line.isprintable()] == []
        for line in attacked.lines.values():
            assert line.isprintable()

    def test_no_cell_of_the_gradebook_is_a_formula(self, field):
        attacked, _ = field
        rows = list(csv.reader(io.StringIO(attacked.gradebook.decode(), newline="")))
        assert len(rows) == len(attacked.lines) + 1
        assert {len(row) for row in rows} == {9}
        starts = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
        bad = [row[0] for row in rows if row[0].strip().startswith(starts)]
        assert bad == []
        # A spreadsheet that parts cells at semicolons or tabs finds no formula behind one either.
        assert [row[0] for row in rows if "\t" in row[0]] == []


LIVE = [attack for attack in ATTACKS if not attack.marks & {"stopped", "depends"}]


@pytest.mark.slow  # a minute
@pytest.mark.parametrize("combination", [NO_WALL], ids=str)
class TestWithoutAWall:
    """The attacks are live, and the canaries sing."""

    @pytest.mark.parametrize("attack", LIVE, ids=[attack.name for attack in LIVE])
    def test_it_gets_through(self, attack, arena, field):
        assert breaches(attack, arena, *field), field[0].lines.get(attack.name)

    def test_a_process_survives(self, field):
        survivors = " ".join(field[0].survivors)
        assert "canary-daemon" in survivors
        assert "sleep 241" in survivors

    def test_listeners_of_each_kind_are_reached(self, field):
        kinds = {kind for kind, _ in field[0].events}
        assert kinds >= {"tcp", "udp", "unix", "abstract", "datagram"}
