"""Hash what a stored result depends on: with the same hash, grading again changes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from grader.model import FORMAT
from grader.plan import Plan, PlannedFunction, Rules


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """The fingerprint of each function, that of all of them graded together, and what points add.

    Points, weights and rules are in none of them but `priced`, which is that of a submission in
    which points decided what counts. `prices` has a hash of what each function's points depend on.
    """

    plan: bytes
    priced: bytes
    functions: Mapping[str, bytes]
    prices: Mapping[str, bytes]

    def of_submission(self, submission_hash: bytes) -> Fingerprints:
        """Return the fingerprints for a submission with this hash."""
        return Fingerprints(
            _hash(self.plan, submission_hash),
            _hash(self.priced, submission_hash),
            {
                name: _hash(fingerprint, submission_hash)
                for name, fingerprint in self.functions.items()
            },
            self.prices,
        )


def fingerprints_of(plan: Plan, *, isolation: str, versions: Mapping[str, str]) -> Fingerprints:
    """Return the fingerprints of a plan's functions, before any submission is known.

    Everything in the plan beside its exercises (seed, limits, all names) enters all of them.
    """
    rest = msgspec.structs.replace(plan, title="", exercises=(), rules=Rules())
    common = msgspec.msgpack.encode([FORMAT, rest, isolation, sorted(versions.items())])
    functions = {
        function.name: _hash(common, exercise.slug.encode(), _graded_by(function))
        for exercise in plan.exercises
        for function in exercise.functions
    }
    together = _hash(common, *functions.values())
    prices = prices_of(plan)
    return Fingerprints(together, _hash(together, *prices.values()), functions, prices)


def prices_of(plan: Plan) -> dict[str, bytes]:
    """Return, for each function, a hash of all that its points depend on beside its verdicts."""
    rules = msgspec.structs.replace(plan.rules, rubric={})
    return {
        name: _hash(
            msgspec.msgpack.encode(
                (
                    rules,
                    plan.rules.rubric.get(name),
                    function.points,
                    [(check.name, check.weight) for check in function.checks],
                    [(mistake.id, mistake.worth, mistake.at_most) for mistake in function.mistakes],
                ),
                order="sorted",
            )
        )
        for name, function in plan.functions.items()
    }


def _graded_by(function: PlannedFunction) -> bytes:
    """Encode a function's calls and checks without what is no part of a verdict.

    Beside points, that is what was measured, and what only a learner reads.
    """
    replace = msgspec.structs.replace
    checks = tuple(replace(check, weight=1.0, text="", hint="") for check in function.checks)
    mistakes = tuple(replace(one, worth=None, at_most=False) for one in function.mistakes)
    calls, sealed = (
        tuple(replace(call, cpu_s=0.0) for call in planned)
        for planned in (function.calls, function.sealed)
    )
    return msgspec.msgpack.encode(
        replace(
            function,
            points=0.0,
            hint="",
            notice="",
            checks=checks,
            mistakes=mistakes,
            calls=calls,
            sealed=sealed,
        )
    )


def _hash(*parts: bytes) -> bytes:
    return hashlib.sha256(msgspec.msgpack.encode(parts)).digest()
