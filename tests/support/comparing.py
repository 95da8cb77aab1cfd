"""Values compared as they are when they come over the wire."""

from __future__ import annotations

from grader import wire
from grader.judge.compare import value_difference
from grader.judge.expected import expected_of
from grader.plan import PlannedCall


def expected(value, magnitude=None, growth=10.0):
    magnitude = value if magnitude is None else magnitude
    return expected_of(
        PlannedCall((), {}, wire.pack(value), wire.pack(magnitude), growth, 1e-6, 1e-12)
    )


def difference(actual, want, **options):
    return value_difference(wire.pack(actual), want, **options)
