"""The plan of a course: it survives JSON, and tells learners about a quarter of its checks."""

import numpy as np

from grader import wire
from grader.course import column_major
from grader.course.planning import plan_of
from grader.plan_json import plan_from_json, plan_json, readable, value_from
from grader.platforms.otter.literals import literal
from tests.support.course import with_times


def test_a_plan_survives_json(course):
    plan = plan_of(course, hidden=False)
    # But for how long the references took.
    assert plan_from_json(plan_json(plan), "here") == with_times(plan, 0.0)


def test_about_a_quarter_of_the_checks_are_public(plan):
    checks = [c for e in plan.exercises for f in e.functions for c in f.checks]
    assert 0.2 <= sum(not c.hidden for c in checks) / len(checks) <= 0.4


def test_an_array_in_fortran_order_arrives_as_such_and_is_shown_so():
    packed = column_major(np.array([[1.0, 2.0], [3.0, 4.0]]))
    for value in (packed, value_from(readable(packed))):
        array = wire.unpack(value)
        assert array.flags.f_contiguous
        assert array.tolist() == [[1.0, 2.0], [3.0, 4.0]]
        assert "order='F'" in literal(value)
