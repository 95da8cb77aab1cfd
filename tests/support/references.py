"""The references of the course, and random input for them."""

import numpy as np
import pytest

from grader.course.folder import course_of
from tests.support.course import ROOT

COURSE = course_of(ROOT / "solutions")
REFERENCES = {f.name: f.reference for exercise in COURSE.exercises for f in exercise.functions}


def probabilities(rng: np.random.Generator, n: int, m: int) -> np.ndarray:
    """Columns that sum to one."""
    return rng.dirichlet(np.ones(n), size=m).T


def one_hot(rng: np.random.Generator, n: int, m: int) -> np.ndarray:
    """Columns of zeros but for a one."""
    return np.eye(n)[:, rng.integers(n, size=m)]


def seeds(count: int) -> pytest.MarkDecorator:
    """Run a test with so many seeds; all but the first are left to `make test-all`."""
    others = [pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, count)]
    return pytest.mark.parametrize("seed", [0, *others])
