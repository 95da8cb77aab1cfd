"""The plan of a course: it survives JSON, and tells learners about a quarter of its checks."""

from grader.course.planning import plan_of
from grader.plan import plan_from_json, plan_json
from tests.support.course import with_times


def test_a_plan_survives_json(course):
    plan = plan_of(course, hidden=False)
    # But for how long the references took.
    assert plan_from_json(plan_json(plan), "here") == with_times(plan, 0.0)


def test_about_a_quarter_of_the_checks_are_public(plan):
    checks = [c for e in plan.exercises for f in e.functions for c in f.checks]
    assert 0.2 <= sum(not c.hidden for c in checks) / len(checks) <= 0.4
