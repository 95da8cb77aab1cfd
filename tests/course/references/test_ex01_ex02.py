"""The references against many-digit arithmetic and derivatives: no check shares their bugs."""

import mpmath
import numpy as np
import pytest

# Shares of the tightest tolerance (tier B), with its growth factor, that a reference may use up.
SHARE = 0.01
EPSILON = 1e-12

COLUMNS = [
    [1.0, 2.0, 3.0],
    [1000.0, 1001.0, 999.5],
    [-1000.0, -1001.0, -998.0],
    [0.0, -690.0, -40.0],
    [600.0, 660.0, 700.0],
    [1000.0, -1000.0, 999.0],
    [8192.25, 8190.0],
    [5.0],
    [0.1, -0.2, 0.3, -0.4, 0.5, 2.0],
]


def reference(course, slug, name):
    exercise = next(e for e in course.exercises if e.slug == slug)
    return next(f.reference for f in exercise.functions if f.name == name)


def exact_softmax(column):
    with mpmath.workdps(950):
        exponentials = [mpmath.exp(mpmath.mpf(z)) for z in column]
        return [e / mpmath.fsum(exponentials) for e in exponentials]


def as_array(rows):
    return np.array([[float(entry) for entry in row] for row in rows])


@pytest.mark.parametrize("column", COLUMNS)
def test_softmax_has_every_digit_that_float64_can_hold(course, column):
    softmax = reference(course, "ex01_softmax", "softmax")
    z = np.array(column)[:, None]
    want = as_array([[a] for a in exact_softmax(column)])
    growth = len(column) + np.abs(z).max() + 4
    assert (np.abs(softmax(z) - want) <= SHARE * EPSILON * growth * want + 1e-300).all()


@pytest.mark.parametrize("column", COLUMNS)
def test_the_jacobian_has_every_digit_of_its_terms(course, column):
    jacobian = reference(course, "ex02_jacobian", "softmax_jacobian")
    z = np.array(column)[:, None]
    a = exact_softmax(column)
    with mpmath.workdps(950):
        want = as_array([[a[i] * ((i == j) - a[j]) for j in range(len(a))] for i in range(len(a))])
        terms = as_array([[a[i] * ((i == j) + a[j]) for j in range(len(a))] for i in range(len(a))])
    growth = len(column) + np.abs(z).max() + 4
    assert (np.abs(jacobian(z) - want) <= SHARE * EPSILON * growth * terms + 1e-300).all()


def test_the_jacobian_is_the_derivative_of_softmax(course):
    """By complex steps, which have no cancellation: Im f(z + ih) / h."""
    jacobian = reference(course, "ex02_jacobian", "softmax_jacobian")
    rng = np.random.default_rng(5)
    for n in (1, 2, 3, 7):
        z = rng.normal(scale=2, size=(n, 1))
        steps = z + 1j * 1e-30 * np.eye(n)
        exponentials = np.exp(steps - z.max())
        derivative = (exponentials / exponentials.sum(axis=0)).imag / 1e-30
        np.testing.assert_allclose(jacobian(z), derivative, rtol=1e-12, atol=1e-15)


def test_rows_and_columns_of_the_jacobian_sum_to_zero(course):
    jacobian = reference(course, "ex02_jacobian", "softmax_jacobian")
    J = jacobian(np.random.default_rng(6).normal(size=(6, 1)))
    assert np.abs(J.sum(axis=0)).max() < 1e-15
    assert np.abs(J.sum(axis=1)).max() < 1e-15
    assert (J == J.T).all()
    assert np.linalg.eigvalsh(J).min() > -1e-15


def test_the_batch_holds_the_jacobian_of_each_example(course):
    jacobian = reference(course, "ex02_jacobian", "softmax_jacobian")
    batch = reference(course, "ex02_jacobian", "softmax_jacobian_batch")
    for n, m in ((3, 5), (5, 3), (4, 4), (1, 3), (4, 1)):
        Z = np.random.default_rng(7).normal(scale=3, size=(n, m)) + 1000 * np.arange(m)
        singles = np.stack([jacobian(Z[:, [k]]) for k in range(m)])
        assert batch(Z).shape == (m, n, n)
        np.testing.assert_allclose(batch(Z), singles, rtol=0, atol=1e-15)
