"""The walls that this machine can have."""

from __future__ import annotations

import pytest

from grader.engine import isolation
from grader.engine.isolation import examined

WALLS = ("bubblewrap", "seccomp")


EXAMINED = {tier: examined(tier) for tier in isolation.TIERS}


def behind(tier):
    """The wall of a tier; the test is skipped, visibly, where this machine cannot have it."""
    found = EXAMINED[tier]
    if found.problem:
        pytest.skip(f"no {tier} here: {found.problem}")
    return found.wall
