"""Hash what a stored result depends on: with the same hash, grading again changes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from grader.model import FORMAT
from grader.plan import Plan, PlannedFunction


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """The fingerprint of each function, and that of all of them graded together."""

    plan: bytes
    functions: Mapping[str, bytes]

    def of_submission(self, submission_hash: bytes) -> Fingerprints:
        """Return the fingerprints for a submission with this hash."""
        return Fingerprints(
            _hash(self.plan, submission_hash),
            {
                name: _hash(fingerprint, submission_hash)
                for name, fingerprint in self.functions.items()
            },
        )


def fingerprints_of(plan: Plan, *, isolation: str, versions: Mapping[str, str]) -> Fingerprints:
    """Return the fingerprints of a plan's functions, before any submission is known.

    Everything in the plan beside its exercises (seed, limits, all names) enters all of them.
    """
    rest = msgspec.structs.replace(plan, title="", exercises=())
    common = msgspec.msgpack.encode([FORMAT, rest, isolation, sorted(versions.items())])
    functions = {
        function.name: _hash(common, exercise.slug.encode(), _graded_by(function))
        for exercise in plan.exercises
        for function in exercise.functions
    }
    return Fingerprints(_hash(common, *functions.values()), functions)


def _graded_by(function: PlannedFunction) -> bytes:
    """Encode a function's calls and checks without what was measured, or only a learner reads."""
    checks = tuple(msgspec.structs.replace(check, text="", hint="") for check in function.checks)
    calls, sealed = (
        tuple(msgspec.structs.replace(call, cpu_s=0.0) for call in planned)
        for planned in (function.calls, function.sealed)
    )
    return msgspec.msgpack.encode(
        msgspec.structs.replace(
            function, hint="", notice="", checks=checks, calls=calls, sealed=sealed
        )
    )


def _hash(*parts: bytes) -> bytes:
    return hashlib.sha256(msgspec.msgpack.encode(parts)).digest()
