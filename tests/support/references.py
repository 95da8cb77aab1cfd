"""The references of the course, and random input for them."""

import numpy as np

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
