"""Give part of the points for what is right on a learner's own, wrong, earlier function.

A course says by which formula a function follows from earlier ones (`@vjp.given("jacobian")`). Here
the formula is applied to what the learner's earlier function answers, and compared with what the
later one answered. Nothing is earned where that says nothing: an earlier answer that is constant,
its own input, empty or not finite, or with which a listed mistake agrees as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import count as numbers_from
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import msgspec
import numpy as np

from grader import wire
from grader.course.checks import Given
from grader.course.folder import Course, Function, course_of, module_of
from grader.course.variants import SEPARATOR
from grader.diagnose.derivatives import of_own_cost
from grader.diagnose.earlier import FIRST_NUMBER, Earlier, file_used, flat, like
from grader.diagnose.patterns import close
from grader.engine.session import Session
from grader.judge.compare import leaves_of, value_difference
from grader.judge.expected import Expected, expected_of
from grader.model import Followed, Misconception, Outcome, Returned
from grader.plan import PlannedCall, PlannedCheck, PlannedFunction

# Of the largest entry: what rounding may do to an answer given another answer.
LOOSE = 1e-6


class Judged(NamedTuple):
    """A function, what its calls have given, and what they should."""

    function: PlannedFunction
    outcomes: Sequence[Outcome]
    expected: Sequence[Expected]


class FollowThrough:
    """Follow-through by the formulas of one course, whose code is read when first needed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._course: Course | None = None
        self._mistakes: dict[str, ModuleType] = {}
        self._wrong: dict[str, dict[str, frozenset[int]]] = {}

    def followed(
        self,
        session: Session,
        file: str,
        judged: Judged,
        failed: Sequence[PlannedCheck],
    ) -> Followed | None:
        """Which of the `failed` value checks pass given the learner's own earlier functions."""
        slug, written = self._written(judged.function.name)
        session.restart()
        for given in written.given:
            earlier = self._earlier(session, file, given)
            if earlier is None:
                continue
            right = [check for check in failed if _is_right(given, earlier, judged, check)]
            if not right or any(self._is_trivial(one) for one in earlier.values()):
                continue
            blocked = self._blocked(slug, judged, earlier, right)
            checks = frozenset(check.name for check in right) - blocked
            if checks:
                return Followed(checks, given.names)
        return None

    def own_cost(self, session: Session, file: str, judged: Judged) -> Misconception | None:
        """What to say of a derivative that is the one of the learner's own, other, cost."""
        _slug, written = self._written(judged.function.name)
        for given in written.costs:
            session.restart()
            earlier = self._earlier(session, file, given)
            if earlier is None:
                continue
            own = partial(given.formula, *earlier.values())
            right = partial(given.formula, *(one.reference for one in earlier.values()))
            count = of_own_cost(judged.function.calls, judged.outcomes, own=own, right=right)
            if count:
                return _own_cost(given.names, count)
        return None

    def _earlier(self, session: Session, file: str, given: Given) -> dict[str, Earlier] | None:
        """The learner's earlier functions that a formula needs; None if one is not there."""
        files = {name: file_used(session, file, name) for name in given.names}
        numbers = numbers_from(FIRST_NUMBER)
        earlier = {
            name: Earlier(session, used, name, self._written(name)[1].reference, numbers)
            for name, used in files.items()
            if used is not None
        }
        return earlier if len(earlier) == len(files) else None

    def _is_trivial(self, one: Earlier) -> bool:
        """Whether its answers say nothing, or are made of answers that do."""
        if one.is_trivial:
            return True
        _slug, written = self._written(one.name)
        for given in written.given:
            before = self._earlier(one.session, one.file, given)
            if before is not None and _is_made_of(one, before, given):
                return any(self._is_trivial(each) for each in before.values())
        return False

    def _written(self, name: str) -> tuple[str, Function]:
        if self._course is None:
            self._course = course_of(self.folder)
        return next(
            (exercise.slug, function)
            for exercise in self._course.exercises
            for function in exercise.functions
            if function.name == name
        )

    def _blocked(
        self,
        slug: str,
        judged: Judged,
        earlier: dict[str, Earlier],
        right: Sequence[PlannedCheck],
    ) -> set[str]:
        """The checks that say nothing: a mistake that fails them now answers as the learner does.

        Only mistakes count that make use of an earlier function, and that answer so in all checks.
        """
        function, outcomes, expected = judged
        module = self._mistakes_of(slug)
        places = sorted({place for check in right for place in check.calls})
        blocked: set[str] = set()
        wrong_in = self._wrong_places(function, expected)
        with _in_place(module, earlier):
            for mistake in function.mistakes:
                wrong = wrong_in[mistake.id]
                if wrong.isdisjoint(places):
                    continue
                implementation = getattr(module, f"{function.name}{SEPARATOR}{mistake.id}")
                for one in earlier.values():
                    one.used = False
                agrees = all(
                    _agrees(implementation, function.calls[place], outcomes[place], expected[place])
                    for place in places
                )
                if agrees and any(one.used for one in earlier.values()):
                    blocked |= {c.name for c in right if not wrong.isdisjoint(c.calls)}
        return blocked

    def _wrong_places(
        self, function: PlannedFunction, expected: Sequence[Expected]
    ) -> dict[str, frozenset[int]]:
        """In which calls each mistake is wrong, in more than its digits or its form."""
        if function.name not in self._wrong:
            self._wrong[function.name] = {
                mistake.id: frozenset(
                    place
                    for place, answer in enumerate(mistake.answers)
                    if answer is not None
                    and (answer.error or value_difference(answer.value, expected[place]))
                )
                for mistake in function.mistakes
            }
        return self._wrong[function.name]

    def _mistakes_of(self, slug: str) -> ModuleType:
        if slug not in self._mistakes:
            assert self._course is not None
            exercise = next(e for e in self._course.exercises if e.slug == slug)
            self._mistakes[slug] = module_of(exercise.mistakes_path, f"{slug}_mistakes")
        return self._mistakes[slug]


def _own_cost(names: tuple[str, ...], count: int) -> Misconception:
    cost = " and ".join(names)
    return Misconception(
        "derivative_of_another_cost",
        f"Your derivative is right for your own {cost}, but that cost is not the one asked for."
        f" Begin there: what should {cost} give that yours does not?",
        f"on {count} inputs it says by how much your own cost grows if an entry grows a little",
    )


@contextmanager
def _in_place(module: ModuleType, earlier: dict[str, Earlier]) -> Iterator[None]:
    """Until the block ends, the helper _NAME of a file of mistakes is the learner's NAME."""
    helpers = {f"_{name}": one for name, one in earlier.items() if hasattr(module, f"_{name}")}
    before = {helper: getattr(module, helper) for helper in helpers}
    vars(module).update(helpers)
    try:
        yield
    finally:
        vars(module).update(before)


def _is_right(
    given: Given, earlier: dict[str, Earlier], judged: Judged, check: PlannedCheck
) -> bool:
    """Whether all calls of a check are answered as the formula does, given the earlier ones."""
    function, outcomes, _expected_ones = judged
    for place in check.calls:
        outcome = outcomes[place]
        if not isinstance(outcome, Returned):
            return False
        call = function.calls[place]
        answer = _computed(lambda *a, **k: given.formula(*earlier.values(), *a, **k), call)
        expected = None if answer is None else _expected(answer, call)
        if expected is None or value_difference(outcome.value, expected) is not None:
            return False
    return True


def _is_made_of(one: Earlier, before: dict[str, Earlier], given: Given) -> bool:
    """Whether an earlier function's answers are those of the formula, given the ones before it."""
    for asked in one.asked:
        args = [wire.unpack(value) for value in asked.args]
        kwargs = {name: wire.unpack(value) for name, value in asked.kwargs.items()}
        try:
            with np.errstate(all="ignore"):
                answer = flat(given.formula(*before.values(), *args, **kwargs))
        # A learner's answer, in the course's formula.
        except Exception:  # noqa: BLE001  # pragma: no cover  # then none of it is followed
            return False
        if answer.shape != asked.answer.shape or not np.allclose(answer, asked.answer):
            return False
    return True


def _agrees(
    implementation: Callable[..., Any], call: PlannedCall, outcome: Outcome, expected: Expected
) -> bool:
    answer = _computed(implementation, call)
    if answer is None or not isinstance(outcome, Returned):
        return False
    mistaken, theirs = leaves_of(answer, expected), leaves_of(outcome.value, expected)
    return len(mistaken) == len(theirs) and all(
        one.numbers is not None
        and other.numbers is not None
        and close(one.numbers, other.numbers, one.expected)
        for one, other in zip(theirs, mistaken, strict=True)
    )


def gives(function: Callable[..., Any], call: PlannedCall) -> bool:
    """Whether a function answers a call rightly (tolerance tier A)."""
    answer = _computed(function, call)
    return answer is not None and value_difference(answer, expected_of(call)) is None


def _computed(function: Callable[..., Any], call: PlannedCall) -> wire.Value | None:
    """What `function` answers; None if it cannot: the earlier answers may have any shape."""
    args = [wire.unpack(value) for value in call.args]
    kwargs = {name: wire.unpack(value) for name, value in call.kwargs.items()}
    try:
        with np.errstate(all="ignore"):
            return wire.pack(function(*args, **kwargs))
    except Exception:  # noqa: BLE001  # a learner's answer, in the course's formula
        return None


def _expected(answer: wire.Value, call: PlannedCall) -> Expected | None:
    """The answer as what is expected, if it is of the kind that a right answer is."""
    try:
        value = like(wire.unpack(answer), wire.unpack(call.expected))
    except (TypeError, ValueError, KeyError, wire.WireError):
        return None
    packed = msgspec.structs.replace(
        call,
        expected=wire.pack(value),
        magnitude=wire.pack(_magnitude(value)),
        loose=LOOSE,
    )
    return expected_of(packed)


def _magnitude(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _magnitude(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(map(_magnitude, value))
    if isinstance(value, list):
        return [max(map(abs, value), default=0.0)] * len(value)
    if isinstance(value, float):
        return abs(value)
    return np.full(value.shape, np.abs(value).max(initial=0.0))
