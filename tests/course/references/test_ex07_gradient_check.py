"""The references of exercise 7 against complex steps and mpmath."""

import mpmath as mp
import numpy as np
import pytest

from grader import wire
from tests.support.course import calls_of
from tests.support.references import REFERENCES, seeds

numerical_gradient = REFERENCES["numerical_gradient"]
gradient_check = REFERENCES["gradient_check"]
EPSILONS = (1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-8, 1e-10, 1e-12)


def planned_calls(function, seed):
    for call in calls_of(function, seed):
        args = [wire.unpack(a) for a in call.args]
        yield call, args, {name: wire.unpack(a) for name, a in call.kwargs.items()}


def true_gradient(f, x):
    """By a complex step: it subtracts nothing, so it is right to rounding."""
    grad = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        moved = x.astype(complex)
        moved[place] += 1e-200j
        grad[place] = f(moved).imag / 1e-200
    return grad


def forward_difference(f, x, eps=1e-5):
    grad = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        right = x.copy()
        right[place] += eps
        grad[place] = (f(right) - f(x)) / eps
    return grad


@seeds(10)
def test_the_central_difference_is_within_a_tenth_of_the_tolerance_of_the_truth(seed):
    for call, (f, x, *eps), kwargs in planned_calls("numerical_gradient", seed):
        expected = wire.unpack(call.expected)
        allowed = call.loose * (1 + np.abs(expected))
        assert (np.abs(expected - true_gradient(f, x)) <= 0.1 * allowed).all()
        assert (expected == numerical_gradient(f, x, *eps, **kwargs)).all()


@seeds(10)
def test_a_forward_difference_is_far_outside_of_every_tolerance(seed):
    outside = 0
    for call, (f, x, *eps), kwargs in planned_calls("numerical_gradient", seed):
        expected = wire.unpack(call.expected)
        error = np.abs(forward_difference(f, x, *eps, **kwargs) - expected)
        outside += (error > 2 * call.loose * (1 + np.abs(expected))).any()
    assert outside >= 16


@seeds(5)
def test_no_two_entries_of_an_input_could_be_exchanged_unseen(seed):
    meeting = 0
    for _, (f, x, *_), _ in planned_calls("numerical_gradient", seed):
        grad = true_gradient(f, x)
        for place in np.ndindex(x.shape):
            moved = x.copy()
            moved[place] += 0.5
            change = np.abs(true_gradient(f, moved) - grad)
            change[place] = 0
            meeting += change.max() > 1e-3
    assert meeting >= 20


def slopes_of_exp(eps):
    return (
        (np.exp(1 + eps) - np.exp(1.0)) / eps,
        float(numerical_gradient(lambda x: np.exp(x[0]), np.array([1.0]), eps)[0]),
    )


def test_the_table_of_errors_in_the_text_has_these_numbers():
    forward = "1.4e-01 1.4e-02 1.4e-03 1.4e-04 1.4e-05 1.4e-06 6.6e-09 1.5e-06 4.3e-04"
    central = "4.5e-03 4.5e-05 4.5e-07 4.5e-09 5.9e-11 1.6e-10 6.6e-09 6.7e-07 2.1e-04"
    with mp.workdps(50):
        errors = [[abs(mp.mpf(float(s)) - mp.e) for s in slopes_of_exp(eps)] for eps in EPSILONS]
    assert " ".join(f"{float(one):.1e}" for one, _ in errors) == forward
    assert " ".join(f"{float(two):.1e}" for _, two in errors) == central


def test_the_errors_shrink_like_eps_and_like_its_square():
    (forward, central), (later, much_later) = (
        [slope - np.e for slope in slopes_of_exp(eps)] for eps in (0.1, 0.01)
    )
    assert [round(forward / later), round(central / much_later)] == [10, 100]
    assert forward == pytest.approx(0.1 / 2 * np.e, rel=0.05)
    assert central == pytest.approx(0.1**2 / 6 * np.e, rel=0.01)


def test_the_worked_slopes_of_the_text_have_these_digits():
    assert [round(float(s), 5) for s in slopes_of_exp(0.1)] == [2.85884, 2.72281]
    assert [round(float(s), 5) for s in slopes_of_exp(0.01)] == [2.73192, 2.71833]


def test_forgetting_to_put_an_entry_back_is_seen_by_a_product_and_not_by_a_sum():
    def drifting(f, x, eps=0.1):
        grad = []
        for i in range(x.size):
            x[i] += eps
            right = f(x)
            x[i] -= 2 * eps
            grad.append((right - f(x)) / (2 * eps))
        return grad

    assert drifting(lambda x: x[0] * x[1], np.array([2.0, 3.0])) == pytest.approx([3.0, 1.9])
    assert drifting(lambda x: x[0] + x[1], np.array([2.0, 3.0])) == pytest.approx([1.0, 1.0])


@pytest.mark.parametrize("shape", [(3,), (1,), (4, 1), (1, 4), (2, 3), (2, 1, 3), ()])
def test_any_shape_is_measured_and_x_stays_as_it_was(shape):
    x = np.random.default_rng(1).normal(size=shape)
    before = x.copy()
    grad = numerical_gradient(lambda x: np.sum(x**3), x)
    assert grad.shape == shape
    assert np.allclose(grad, 3 * before**2, rtol=1e-8, atol=1e-9)
    assert (x == before).all()


@seeds(10)
def test_the_relative_error_is_right_to_a_hundredth_of_its_tolerance(seed):
    def norm(entries):
        return mp.sqrt(mp.fsum(e * e for e in entries))

    with mp.workdps(60):
        for call, pair, _ in planned_calls("gradient_check", seed):
            a, b = ([mp.mpf(float(v)) for v in array.flat] for array in pair)
            total = norm(a) + norm(b)
            want = norm([p - q for p, q in zip(a, b, strict=True)]) / total if total else mp.mpf(0)
            assert abs(wire.unpack(call.expected) - want) <= 0.01 * call.tight * want


def test_the_relative_error_is_symmetric_without_scale_and_at_most_one():
    rng = np.random.default_rng(2)
    for _ in range(50):
        a, b = rng.normal(size=(2, 3, 2)) * rng.uniform(0.01, 100, size=(2, 1, 1))
        error = gradient_check(a, b)
        assert error == gradient_check(b, a) <= 1
        assert gradient_check(1e-6 * a, 1e-6 * b) == pytest.approx(error, rel=1e-12)


@pytest.mark.parametrize(
    ("factor", "error"),
    [
        (2, "0.3333"),
        (0.5, "0.3333"),
        (5, "0.6667"),
        (-1, "1.0000"),
        (0, "1.0000"),
        (1.01, "0.0050"),
        (1, "0.0000"),
    ],
)
def test_a_constant_factor_has_the_error_that_the_text_says(factor, error):
    a = np.array([[1.0, -2.0], [0.5, 3.0]])
    assert f"{gradient_check(a, factor * a):.4f}" == error


def test_the_three_pairs_of_the_text_and_two_zeros():
    pairs = ([1, 2], [2, 1]), ([1e-6, 0], [2e-6, 0]), ([1e6, 0], [1e6 + 1, 0]), ([0, 0], [0, 0])
    errors = [gradient_check(np.array(a, float), np.array(b, float)) for a, b in pairs]
    assert [f"{e:.3g}" for e in errors] == ["0.316", "0.333", "5e-07", "0"]


def test_softmax_cross_entropy_measures_as_probabilities_minus_labels():
    z = np.array([[0.3], [-1.2], [2.0]])
    measured = numerical_gradient(lambda z: np.log(np.sum(np.exp(z))) - z[1, 0], z)
    assert (
        gradient_check(REFERENCES["softmax"](z) - np.array([[0.0], [1.0], [0.0]]), measured) < 1e-9
    )


@pytest.mark.parametrize("hidden", ["tanh", "relu"])
def test_the_network_of_exercise_6_passes_the_demonstration(hidden, capsys):
    numerical_gradient.__globals__["check_network"](hidden)
    errors = [float(line.split(": ")[1]) for line in capsys.readouterr().out.splitlines()]
    assert len(errors) == 4
    assert max(errors) < 1e-9
