"""Prove the references of exercise 4 against mpmath, differences, and what is true on paper."""

import tracemalloc

import mpmath
import numpy as np
import pytest

from grader import wire
from tests.support.course import calls_of
from tests.support.references import REFERENCES, one_hot, probabilities, seeds

softmax = REFERENCES["softmax"]
softmax_jacobian = REFERENCES["softmax_jacobian"]
cross_entropy_from_logits = REFERENCES["cross_entropy_from_logits"]
cross_entropy_grad = REFERENCES["cross_entropy_grad"]
vjp_with_jacobian = REFERENCES["vjp_with_jacobian"]
softmax_backward = REFERENCES["softmax_backward"]
softmax_cross_entropy_grad = REFERENCES["softmax_cross_entropy_grad"]
chain_terms = REFERENCES["chain_terms"]

# A hundredth of tier B, which is 1e-12 * growth * magnitude.
TIGHT = 1e-14
# Arguments of more entries than this take mpmath seconds.
LARGE = 1000


@pytest.fixture(autouse=True)
def enough_digits():
    # 1 - a cancels 869 digits where logits of one column lie 2000 apart.
    with mpmath.workdps(920):
        yield


@pytest.fixture
def rng():
    return np.random.default_rng(4)


def exact(column):
    return [mpmath.mpf(float(x)) for x in column]


def exact_softmax(column):
    exponentials = [mpmath.exp(x) for x in exact(column)]
    total = mpmath.fsum(exponentials)
    return [e / total for e in exponentials]


def exact_product(a, g):
    """g^T J with J_ij = a_i (delta_ij - a_j), as the chain rule has it, and its magnitude."""
    average = mpmath.fsum(p * q for p, q in zip(a, g, strict=True))
    largest = max(abs(q) for q in g)
    return [p * (q - average) for p, q in zip(a, g, strict=True)], [2 * p * largest for p in a]


def exact_vjp(Z, dA):
    columns = [exact_product(exact_softmax(z), exact(g)) for z, g in zip(Z.T, dA.T, strict=True)]
    return columns, len(Z) + float(np.abs(Z).max()) + 4


def exact_backward(dA, A):
    return [exact_product(exact(a), exact(g)) for g, a in zip(dA.T, A.T, strict=True)], len(A) + 4


def exact_collapse(Z, Y):
    columns = []
    for z, labels in zip(Z.T, Y.T, strict=True):
        pairs = list(zip(exact_softmax(z), exact(labels), strict=True))
        columns.append(([p - y for p, y in pairs], [p + y for p, y in pairs]))
    return columns, len(Z) + float(np.abs(Z).max()) + 4


def exact_terms(z, y):
    """Column j of (dL/da_i)(da_i/dz_j), by Case 1 and Case 2, with dL/da_i = -y_i/a_i."""
    a, labels = exact_softmax(z[:, 0]), exact(y[:, 0])
    columns = []
    for j in range(len(a)):
        cases = [p * (1 - p) if i == j else -p * a[j] for i, p in enumerate(a)]
        terms = [-y / p * case for p, y, case in zip(a, labels, cases, strict=True)]
        columns.append((terms, [y * (a[j] + (i == j)) for i, y in enumerate(labels)]))
    return columns, len(z) + float(np.abs(z).max()) + 4


EXACT = {
    "vjp_with_jacobian": exact_vjp,
    "softmax_backward": exact_backward,
    "softmax_cross_entropy_grad": exact_collapse,
    "chain_terms": exact_terms,
}


def worst(actual, columns, growth):
    """By how many hundredths of tier B the worst entry is off."""
    errors = []
    for answer, (want, magnitude) in zip(actual.T, columns, strict=True):
        for x, w, s in zip(answer, want, magnitude, strict=True):
            allowed = TIGHT * growth * s + mpmath.mpf("1e-300")
            is_number = np.isfinite(x)
            errors.append(float(abs(mpmath.mpf(float(x)) - w) / allowed) if is_number else np.inf)
    return max(errors)


def draw(name, rng, n, m):
    """Arguments of ordinary size for a function of this exercise."""
    if name == "softmax_backward":
        return rng.normal(size=(n, m)), probabilities(rng, n, m)
    Z = rng.normal(scale=3.0, size=(n, 1 if name == "chain_terms" else m))
    second = rng.normal(size=Z.shape) if name == "vjp_with_jacobian" else one_hot(rng, *Z.shape)
    return Z, second


@seeds(2)
@pytest.mark.parametrize("name", EXACT)
def test_every_answer_that_the_checks_expect_agrees_with_mpmath(name, seed):
    for call in calls_of(name, seed):
        args = [wire.unpack(arg) for arg in call.args]
        if args[0].size < LARGE:
            assert worst(wire.unpack(call.expected), *EXACT[name](*args)) <= 1


def test_the_answer_for_20_000_classes_agrees_with_40_digits(rng):
    dA, A = rng.normal(size=(20_000, 2)), probabilities(rng, 20_000, 2)
    with mpmath.workdps(40):
        averages = [mpmath.fdot(exact(a), exact(g)) for a, g in zip(A.T, dA.T, strict=True)]
        want = [float(A[9, k] * (dA[9, k] - averages[k])) for k in range(2)]
    assert np.allclose(softmax_backward(dA, A)[9], want, rtol=1e-12, atol=0)


@pytest.mark.parametrize("name", EXACT)
@pytest.mark.parametrize(("n", "m"), [(1, 1), (1, 3), (2, 2), (3, 9), (8, 3), (30, 1)])
def test_random_batches_agree_with_920_digits(name, n, m, rng):
    args = draw(name, rng, n, m)
    assert worst(REFERENCES[name](*args), *EXACT[name](*args)) <= 1


@pytest.mark.parametrize("spread", [40.0, 700.0, 2000.0])
def test_wide_columns_agree_with_920_digits(spread, rng):
    Z = rng.uniform(-spread / 2, spread / 2, size=(5, 4)) + rng.choice([0.0, 8192.0], size=4)
    dA, Y = rng.normal(size=(5, 4)), probabilities(rng, 5, 4)
    assert worst(vjp_with_jacobian(Z, dA), *exact_vjp(Z, dA)) <= 1
    assert worst(softmax_cross_entropy_grad(Z, Y), *exact_collapse(Z, Y)) <= 1
    z, y = Z[:, :1], np.eye(5)[:, [Z[:, 0].argmax()]]
    assert worst(chain_terms(z, y), *exact_terms(z, y)) <= 1


@pytest.mark.parametrize("name", EXACT)
def test_the_terms_of_the_checks_are_those_of_the_table(name):
    for call in calls_of(name, 0):
        args = [wire.unpack(arg) for arg in call.args]
        if args[0].size < LARGE:
            columns, growth = EXACT[name](*args)
            want = np.array([[float(s) for s in magnitude] for _, magnitude in columns]).T
            assert np.allclose(wire.unpack(call.magnitude), want, rtol=1e-9, atol=1e-300)
            assert call.growth == growth


def test_the_product_agrees_with_a_complex_step(rng):
    Z, dA = rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
    by_complex_step = np.zeros(Z.shape)
    for j in range(4):
        E = np.exp(Z + 1e-200j * np.eye(4)[:, [j]])
        by_complex_step[j] = (dA * (E / E.sum(axis=0)).imag).sum(axis=0) / 1e-200
    assert np.allclose(vjp_with_jacobian(Z, dA), by_complex_step, rtol=1e-12, atol=1e-14)


def test_the_collapse_is_the_slope_of_each_examples_own_loss(rng):
    Z, Y = rng.normal(size=(4, 3)), probabilities(rng, 4, 3)
    slopes = np.zeros(Z.shape)
    for place in np.ndindex(Z.shape):
        step = np.zeros(Z.shape)
        step[place] = 1e-5
        rise = cross_entropy_from_logits(Z + step, Y) - cross_entropy_from_logits(Z - step, Y)
        slopes[place] = 3 * rise / 2e-5
    assert np.allclose(softmax_cross_entropy_grad(Z, Y), slopes, rtol=1e-7, atol=1e-9)


def test_both_products_agree(rng):
    Z, dA = rng.normal(scale=3.0, size=(6, 4)), rng.normal(size=(6, 4))
    assert np.allclose(vjp_with_jacobian(Z, dA), softmax_backward(dA, softmax(Z)), rtol=1e-12)


def test_the_fraction_and_the_matrix_collapse_to_a_minus_y(rng):
    Z, Y = rng.normal(scale=3.0, size=(6, 4)), probabilities(rng, 6, 4)
    dA = cross_entropy_grad(softmax(Z), Y)
    collapsed = softmax(Z) - Y
    assert np.allclose(vjp_with_jacobian(Z, dA), collapsed, rtol=1e-9, atol=1e-13)
    assert np.allclose(softmax_backward(dA, softmax(Z)), collapsed, rtol=1e-9, atol=1e-13)
    assert np.allclose(softmax_cross_entropy_grad(Z, Y), collapsed, rtol=0, atol=0)


def test_elementwise_multiplication_does_not_collapse(rng):
    A, Y = probabilities(rng, 4, 3), one_hot(rng, 4, 3)
    elementwise = cross_entropy_grad(A, Y) * A * (1 - A)
    assert (elementwise[Y == 0] == 0).all()
    assert (softmax_backward(cross_entropy_grad(A, Y), A)[Y == 0] > 0).all()


def test_adding_a_constant_to_g_changes_nothing(rng):
    dA, A = rng.normal(size=(5, 4)), probabilities(rng, 5, 4)
    shifted = dA + np.array([1.0, -3.0, 100.0, 0.5])
    assert np.allclose(softmax_backward(shifted, A), softmax_backward(dA, A), atol=1e-13)


def test_the_sum_of_the_outputs_has_the_gradient_0(rng):
    assert abs(softmax_backward(np.ones((5, 4)), probabilities(rng, 5, 4))).max() < 1e-15


def test_the_columns_of_every_gradient_sum_to_0(rng):
    Z, dA, Y = rng.normal(size=(5, 4)), rng.normal(size=(5, 4)), probabilities(rng, 5, 4)
    for dZ in (vjp_with_jacobian(Z, dA), softmax_cross_entropy_grad(Z, Y)):
        assert abs(dZ.sum(axis=0)).max() < 1e-14


def test_where_the_truth_underflows_two_steps_give_nan_and_the_collapse_gives_minus_1():
    Z, Y = np.array([[0.0], [-800.0]]), np.array([[0.0], [1.0]])
    with np.errstate(all="ignore"):
        two_steps = softmax_backward(-Y / softmax(Z), softmax(Z))
    assert np.isnan(two_steps).all()
    assert softmax_cross_entropy_grad(Z, Y).tolist() == [[1.0], [-1.0]]


def test_going_back_through_20_000_classes_takes_little_memory(rng):
    dA, A = rng.normal(size=(20_000, 2)), probabilities(rng, 20_000, 2)
    tracemalloc.start()
    softmax_backward(dA, A)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes < 4 * dA.nbytes


def test_the_terms_are_the_rows_of_the_jacobian_times_the_derivative_of_the_loss(rng):
    z, y = rng.normal(size=(5, 1)), probabilities(rng, 5, 1)
    want = cross_entropy_grad(softmax(z), y) * softmax_jacobian(z)
    assert np.allclose(chain_terms(z, y), want, rtol=1e-12, atol=1e-14)


def test_the_columns_of_the_terms_sum_to_the_gradient_and_the_rows_to_0(rng):
    z, y = rng.normal(size=(5, 1)), probabilities(rng, 5, 1)
    T = chain_terms(z, y)
    assert np.allclose(T.sum(axis=0), softmax_cross_entropy_grad(z, y)[:, 0], atol=1e-15)
    assert np.allclose(T.sum(axis=1), 0.0, atol=1e-15)


@pytest.mark.parametrize("c", range(4))
def test_for_every_other_input_the_one_surviving_term_has_i_unlike_j_and_equals_a_j(c, rng):
    z, y = rng.normal(size=(4, 1)), np.eye(4)[:, [c]]
    T = chain_terms(z, y)
    for j in set(range(4)) - {c}:
        (i,) = np.flatnonzero(T[:, j])
        assert i == c != j
        assert T[i, j] == softmax(z)[j, 0]


def test_a_false_class_that_underflows_has_a_row_of_zeros():
    T = chain_terms(np.array([[0.0], [-900.0], [1.0]]), np.array([[1], [0], [0]]))
    assert np.isfinite(T).all()
    assert (T[1:] == 0).all()
