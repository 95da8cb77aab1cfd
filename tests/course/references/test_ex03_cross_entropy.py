"""Prove the references of exercise 3 against mpmath, differences, and what is true on paper."""

import mpmath
import numpy as np
import pytest

from grader import wire
from grader.course.planning import plan_of
from tests.support.course import calls_of
from tests.support.references import COURSE, REFERENCES, one_hot, probabilities, seeds

softmax = REFERENCES["softmax"]
cross_entropy = REFERENCES["cross_entropy"]
cross_entropy_from_logits = REFERENCES["cross_entropy_from_logits"]
cross_entropy_grad = REFERENCES["cross_entropy_grad"]

# A hundredth of tier B, which is 1e-12 * growth * magnitude.
TIGHT = 1e-14


@pytest.fixture(autouse=True)
def enough_digits():
    # 1 - a cancels 869 digits where logits of one column lie 2000 apart.
    with mpmath.workdps(920), np.errstate(divide="ignore"):
        yield


@pytest.fixture
def rng():
    return np.random.default_rng(3)


def exact(array):
    return [[mpmath.mpf(float(x)) for x in row] for row in array]


def exact_cost(A, Y):
    """The mean of -sum y log a, and its magnitude and growth in the table of tolerances."""
    terms = [
        -y * mpmath.log(a) if a else mpmath.inf
        for row, labels in zip(exact(A), exact(Y), strict=True)
        for a, y in zip(row, labels, strict=True)
        if y
    ]
    J = mpmath.fsum(terms) / A.shape[1]
    return [[J]], [[J]], sum(A.shape) + 4


def exact_cost_from_logits(Z, Y):
    losses = []
    for z, y in zip(exact(Z.T), exact(Y.T), strict=True):
        log_sum = mpmath.log(mpmath.fsum(mpmath.exp(x) for x in z))
        losses.append(mpmath.fsum(p * (log_sum - x) for x, p in zip(z, y, strict=True)))
    J = mpmath.fsum(losses) / Z.shape[1]
    size = float(np.abs(Z).max()) + float(np.log(len(Z))) + 1
    return [[J]], [[J + size]], sum(Z.shape) + 4


def exact_derivative(A, Y):
    rows = zip(exact(A), exact(Y), strict=True)
    dA = [[-y / a if y else mpmath.mpf(0) for a, y in zip(*pair, strict=True)] for pair in rows]
    return dA, dA, 4


EXACT = {
    "cross_entropy": exact_cost,
    "cross_entropy_from_logits": exact_cost_from_logits,
    "cross_entropy_grad": exact_derivative,
}


def worst(actual, want, magnitude, growth):
    """By how many hundredths of tier B the worst entry is off; an infinite one must be infinite."""
    errors = []
    for row in zip(np.atleast_2d(actual), want, magnitude, strict=True):
        for x, w, s in zip(*row, strict=True):
            if mpmath.isinf(w) or not np.isfinite(x):
                errors.append(0.0 if x == w else np.inf)
            else:
                allowed = TIGHT * growth * abs(s) + mpmath.mpf("1e-300")
                errors.append(float(abs(mpmath.mpf(float(x)) - w) / allowed))
    return max(errors)


@seeds(2)
@pytest.mark.parametrize("name", EXACT)
def test_every_answer_that_the_checks_expect_agrees_with_920_digits(name, seed):
    for call in calls_of(name, seed):
        args = [wire.unpack(arg) for arg in call.args]
        assert worst(wire.unpack(call.expected), *EXACT[name](*args)) <= 1


@pytest.mark.parametrize("name", EXACT)
@pytest.mark.parametrize(("n", "m"), [(1, 1), (1, 3), (2, 2), (3, 9), (8, 3), (40, 1)])
def test_random_batches_agree_with_920_digits(name, n, m, rng):
    first = rng.normal(scale=3.0, size=(n, m)) if "logits" in name else probabilities(rng, n, m)
    for Y in (one_hot(rng, n, m), one_hot(rng, n, m).astype(int), probabilities(rng, n, m)):
        assert worst(REFERENCES[name](first, Y), *EXACT[name](first, Y)) <= 1


@pytest.mark.parametrize("spread", [40.0, 700.0, 2000.0])
def test_wide_columns_agree_with_920_digits(spread, rng):
    Z = rng.uniform(-spread / 2, spread / 2, size=(5, 6)) + rng.choice([0.0, 8192.0], size=6)
    for Y in (one_hot(rng, 5, 6), probabilities(rng, 5, 6)):
        want = exact_cost_from_logits(Z, Y)
        assert worst(cross_entropy_from_logits(Z, Y), *want) <= 1


def test_the_terms_of_the_checks_are_those_of_the_table():
    (planned,) = plan_of(COURSE, only=("ex03_cross_entropy",)).exercises
    for function in planned.functions:
        for call in function.calls:
            args = [wire.unpack(arg) for arg in call.args]
            _, magnitude, growth = EXACT[function.name](*args)
            size = np.array([[float(x) for x in row] for row in magnitude])
            assert np.allclose(wire.unpack(call.magnitude), abs(size), rtol=1e-9)
            assert call.growth == growth


def test_the_derivative_is_the_slope_of_each_examples_own_loss(rng):
    A, Y = probabilities(rng, 4, 3) + 0.1, probabilities(rng, 4, 3)
    slopes = np.zeros(A.shape)
    for place in np.ndindex(A.shape):
        step = np.zeros(A.shape)
        step[place] = 1e-6
        rise = cross_entropy(A + step, Y) - cross_entropy(A - step, Y)
        slopes[place] = 3 * rise / 2e-6
    assert np.allclose(cross_entropy_grad(A, Y), slopes, rtol=1e-7, atol=1e-8)


def test_the_derivative_agrees_with_a_complex_step(rng):
    A, Y = probabilities(rng, 5, 4), one_hot(rng, 5, 4)
    by_complex_step = -(Y * np.log(A + 1e-200j)).imag / 1e-200
    assert np.allclose(cross_entropy_grad(A, Y), by_complex_step, rtol=1e-13, atol=0)


def test_both_ways_to_the_cost_agree_while_nothing_underflows(rng):
    Z, Y = rng.normal(scale=5.0, size=(4, 6)), probabilities(rng, 4, 6)
    assert np.isclose(cross_entropy(softmax(Z), Y), cross_entropy_from_logits(Z, Y), rtol=1e-13)


def test_an_underflowed_truth_costs_2000_from_logits_and_inf_from_probabilities():
    Z, Y = np.array([[1000.0], [-1000.0]]), np.array([[0], [1]])
    assert cross_entropy_from_logits(Z, Y) == 2000
    assert cross_entropy(softmax(Z), Y) == np.inf


def test_only_the_true_class_enters_the_cost():
    Y = np.array([[0], [1], [0]])
    costs = {cross_entropy(np.array([[a], [0.25], [0.75 - a]]), Y) for a in (0.0, 0.1, 0.5)}
    assert costs == {np.log(4)}


def test_a_batch_written_down_twice_costs_the_same(rng):
    A, Y = probabilities(rng, 3, 5), probabilities(rng, 3, 5)
    assert np.isclose(cross_entropy(np.hstack([A, A]), np.hstack([Y, Y])), cross_entropy(A, Y))


def test_equal_logits_cost_log_n_whatever_the_labels_are(rng):
    for Y in (one_hot(rng, 6, 3), probabilities(rng, 6, 3)):
        assert np.isclose(cross_entropy_from_logits(np.full((6, 3), 8192.0), Y), np.log(6))


def test_the_lowest_cost_for_soft_labels_is_at_the_labels(rng):
    Y = probabilities(rng, 4, 1)
    others = [cross_entropy(probabilities(rng, 4, 1), Y) for _ in range(50)]
    assert cross_entropy(Y, Y) < min(others)


def test_the_derivative_is_zero_off_the_true_class_even_at_probability_zero():
    dA = cross_entropy_grad(np.array([[0.0], [1e-200], [1.0]]), np.array([[0], [1], [0]]))
    assert dA.tolist() == [[0.0], [-1e200], [0.0]]


def test_the_derivative_has_no_1_over_m_in_it(rng):
    A, Y = probabilities(rng, 3, 5), one_hot(rng, 3, 5)
    assert np.array_equal(cross_entropy_grad(A, Y)[:, :1], cross_entropy_grad(A[:, :1], Y[:, :1]))
