"""The references of exercise 5, proved against mpmath, differences, and the article's equations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import mpmath as mp
import numpy as np
import pytest

from tests.support.references import COURSE

FUNCTIONS = {f.name: f for e in COURSE.exercises for f in e.functions}
hypotheses = FUNCTIONS["hypotheses"].reference
output_layer_cost = FUNCTIONS["output_layer_cost"].reference
output_layer_grad_parts = FUNCTIONS["output_layer_grad_parts"].reference
output_layer_grad = FUNCTIONS["output_layer_grad"].reference

# A hundredth of what a precision check allows.
TIGHT = 1e-14
SMALLEST = 1e-300


class Layer(NamedTuple):
    """The arguments of the cost and of the gradient."""

    Theta: Any
    X: Any
    Y: Any


def random_layer(seed: int, n: int, d: int, m: int, *, soft: bool = False) -> Layer:
    rng = np.random.default_rng(seed)
    Y = np.eye(n)[:, rng.integers(n, size=m)]
    if soft:
        Y = rng.dirichlet(np.ones(n), size=m).T
    return Layer(rng.normal(size=(n, d + 1)), rng.normal(scale=1.5, size=(d, m)), Y)


BY_HAND = Layer(
    np.log([[4, 1 / 2], [1 / 3, 3], [1, 1]]),
    np.array([[0.0, 1.0, 2.0]]),
    np.array([[0, 1, 0], [0, 0, 1], [1, 0, 0]]),
)
MODERATE = {
    "by hand": BY_HAND,
    "wide": random_layer(1, 5, 2, 3),
    "long": random_layer(2, 3, 4, 7),
    "square": random_layer(3, 3, 2, 3),
    "soft": random_layer(4, 4, 2, 3, soft=True),
    "one example": random_layer(5, 4, 3, 1),
    "two classes": random_layer(6, 2, 1, 5),
    "one class": random_layer(7, 1, 2, 4),
}
EXTREME = {
    "true classes vanish": Layer(
        np.array([[1.0, 0.0], [0.0, 1000.0], [0.5, -1000.0]]),
        np.array([[0.0, 1.0, -0.8]]),
        np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 1.0], [0.0, 0.0, 0.0]]),
    ),
    "other classes vanish": Layer(
        np.array([[1.0, 0.0], [0.0, 1000.0], [0.5, -1000.0]]),
        np.array([[0.0, 1.0, -0.8]]),
        np.array([[0, 0, 0], [1, 1, 0], [0, 0, 1]]),
    ),
    "logits far from 0": Layer(
        np.array([[0.5, 1.0], [-1.0, 1.0], [1.5, 1.0]]),
        np.array([[0.0, 2048.0, -2048.0, 8192.0, -8192.0]]),
        np.eye(3)[:, [0, 1, 2, 2, 1]],
    ),
    "a tail of e^-690": Layer(
        np.array([[0.0, 0.5], [-690.0, 3.0], [-40.0, -2.0]]),
        np.array([[0.0, 1.0, -3.0]]),
        np.array([[0.0, 1.0, 0.2], [1.0, 0.0, 0.3], [0.0, 0.0, 0.5]]),
    ),
}
EVERY = MODERATE | EXTREME


def each(layers: dict[str, Layer]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("layer", layers.values(), ids=layers)


@pytest.fixture(autouse=True)
def _many_digits() -> Iterator[None]:
    with mp.workdps(450):
        yield


def exact(array: Any) -> list[list[Any]]:
    return [[mp.mpf(float(value)) for value in row] for row in array]


def exact_h(Theta: list[list[Any]], x: list[Any]) -> list[Any]:
    """Equations 2 to 4 for one example, word for word; x begins with x_0."""
    u = [mp.exp(mp.fdot(row, x)) for row in Theta]
    return [value / mp.fsum(u) for value in u]


def exact_examples(layer: Layer) -> list[tuple[list[Any], list[Any]]]:
    """Each example's [1, x_1, ...] and its labels."""
    columns = zip(exact(layer.X.T), exact(layer.Y.T), strict=True)
    return [([mp.mpf(1), *x], y) for x, y in columns]


def exact_cost(Theta: list[list[Any]], layer: Layer) -> Any:
    """Equation 5."""
    return -mp.fsum(
        label * mp.log(h)
        for x, y in exact_examples(layer)
        for label, h in zip(y, exact_h(Theta, x), strict=True)
    )


def by_one_weight(function: Callable[[list[list[Any]]], Any], layer: Layer, k: int, j: int) -> Any:
    """The derivative of a function of Theta by Theta[k, j], from mpmath's differences."""
    Theta = exact(layer.Theta)

    def moved(t: Any) -> Any:
        rows = [list(row) for row in Theta]
        rows[k][j] = t
        return function(rows)

    return mp.diff(moved, Theta[k][j])


def exact_part(layer: Layer, part: int, k: int, j: int) -> Any:
    """The sum over the examples of dJ/dh_l times dh_l/dTheta_kj, without its closed form."""
    return mp.fsum(
        -y[part]
        / exact_h(exact(layer.Theta), x)[part]
        * by_one_weight(lambda Theta, x=x: exact_h(Theta, x)[part], layer, k, j)
        for x, y in exact_examples(layer)
        if y[part]
    )


def assert_as_exact(function: str, true: Any, *args: Any) -> None:
    """The reference is within a hundredth of the tolerance of a precision check."""
    true = np.array(true, dtype=object)
    answer = np.asarray(FUNCTIONS[function].reference(*args))
    assert answer.shape == true.shape
    terms = FUNCTIONS[function].terms_of(true.astype(float), *args)
    sizes = np.broadcast_to(np.asarray(terms.magnitude, dtype=float), true.shape)
    for got, want, size in zip(answer.flat, true.flat, sizes.flat, strict=True):
        assert abs(mp.mpf(float(got)) - want) <= TIGHT * terms.growth * size + SMALLEST


# Against mpmath.


@each(EVERY)
def test_hypotheses_are_the_fractions_of_equations_2_to_4(layer: Layer) -> None:
    columns = [exact_h(exact(layer.Theta), x) for x, _ in exact_examples(layer)]
    true = [list(row) for row in zip(*columns, strict=True)]
    assert_as_exact("hypotheses", true, layer.Theta, layer.X)


@each(EVERY)
def test_cost_is_equation_5(layer: Layer) -> None:
    assert_as_exact("output_layer_cost", exact_cost(exact(layer.Theta), layer), *layer)


@each(EVERY)
def test_parts_are_the_products_of_equation_7(layer: Layer) -> None:
    n, width = layer.Theta.shape
    for k, j in {(0, 0), (n - 1, 0), (n // 2, 1), (0, width - 1)}:
        true = [exact_part(layer, part, k, j) for part in range(n)]
        assert_as_exact("output_layer_grad_parts", true, *layer, k, j)


@each(EVERY)
def test_gradient_is_the_derivative_of_the_exact_cost(layer: Layer) -> None:
    true = [
        [by_one_weight(lambda T: exact_cost(T, layer), layer, k, j) for j in range(len(row))]
        for k, row in enumerate(layer.Theta)
    ]
    assert_as_exact("output_layer_grad", true, *layer)


# Against each other.


@each(MODERATE)
def test_gradient_agrees_with_central_differences_of_the_cost(layer: Layer) -> None:
    gradient = output_layer_grad(*layer)
    for place in np.ndindex(*layer.Theta.shape):
        step = np.zeros(layer.Theta.shape)
        step[place] = 1e-5
        up = output_layer_cost(layer.Theta + step, layer.X, layer.Y)
        down = output_layer_cost(layer.Theta - step, layer.X, layer.Y)
        assert gradient[place] == pytest.approx((up - down) / 2e-5, abs=1e-7)


@each(EVERY)
def test_parts_add_up_to_the_gradient(layer: Layer) -> None:
    gradient = output_layer_grad(*layer)
    scale = 1 + np.abs(layer.X).sum()
    for k, j in np.ndindex(*layer.Theta.shape):
        total = output_layer_grad_parts(*layer, k, j).sum()
        assert total == pytest.approx(gradient[k, j], abs=1e-13 * scale)


@each(EVERY)
def test_columns_of_the_gradient_sum_to_zero(layer: Layer) -> None:
    sums = output_layer_grad(*layer).sum(axis=0)
    np.testing.assert_allclose(sums, 0, atol=1e-13 * (1 + np.abs(layer.X).sum()))


@each(MODERATE)
def test_adding_a_number_to_a_column_of_theta_changes_nothing(layer: Layer) -> None:
    shifted = layer.Theta + np.arange(1.0, layer.Theta.shape[1] + 1)
    np.testing.assert_allclose(
        hypotheses(shifted, layer.X), hypotheses(layer.Theta, layer.X), rtol=1e-13
    )
    assert output_layer_cost(shifted, layer.X, layer.Y) == pytest.approx(
        output_layer_cost(*layer), rel=1e-12
    )


@each(MODERATE)
def test_handing_every_example_in_twice_doubles_cost_and_gradient(layer: Layer) -> None:
    twice = Layer(layer.Theta, np.tile(layer.X, 2), np.tile(layer.Y, 2))
    assert output_layer_cost(*twice) == pytest.approx(2 * output_layer_cost(*layer))
    np.testing.assert_allclose(output_layer_grad(*twice), 2 * output_layer_grad(*layer), atol=1e-14)


@each(EVERY)
def test_no_argument_is_changed_and_nothing_is_nan(layer: Layer) -> None:
    given = [np.array(argument, copy=True) for argument in layer]
    answers = [hypotheses(*given[:2]), output_layer_cost(*given), output_layer_grad(*given)]
    answers.append(output_layer_grad_parts(*given, 0, 1))
    assert all(np.isfinite(answer).all() for answer in answers)
    assert all(np.array_equal(a, b) for a, b in zip(given, layer, strict=True))


# What the article and the exercise say.


def test_parts_i_ii_iii_are_equations_12_16_and_20() -> None:
    Theta, X, Y = random_layer(11, 3, 1, 6, soft=True)
    h_1 = hypotheses(Theta, X)[0]
    written = [-(Y[0] * (1 - h_1)).sum(), (Y[1] * h_1).sum(), (Y[2] * h_1).sum()]
    np.testing.assert_allclose(output_layer_grad_parts(Theta, X, Y, 0, 0), written, rtol=1e-13)


def test_six_weights_are_equations_21_to_23() -> None:
    Theta, X, Y = random_layer(12, 3, 1, 6)
    error = hypotheses(Theta, X) - Y
    written = [[error[k].sum(), (error[k] * X[0]).sum()] for k in range(3)]
    np.testing.assert_allclose(output_layer_grad(Theta, X, Y), written, rtol=1e-13)


def test_a_sum_in_each_factor_gives_another_number() -> None:
    Theta, X, Y = BY_HAND
    h_1 = hypotheses(Theta, X)[0]
    literal = (-Y[0] / h_1).sum() * (h_1 * (1 - h_1)).sum()
    assert literal == pytest.approx(-1.195)
    assert output_layer_grad_parts(*BY_HAND, 0, 0)[0] == pytest.approx(-0.5)


def test_an_example_at_x_1_zero_teaches_the_biases_and_them_alone() -> None:
    Theta, X, Y = BY_HAND
    gradient = output_layer_grad(Theta, X[:, :1], Y[:, :1])
    np.testing.assert_allclose(gradient, [[3 / 4, 0], [1 / 16, 0], [-13 / 16, 0]])


def test_two_classes_are_logistic_regression() -> None:
    Theta, X, Y = random_layer(13, 2, 3, 5)
    Theta[1] = 0
    h = 1 / (1 + np.exp(-(Theta[0, 0] + Theta[0, 1:] @ X)))
    np.testing.assert_allclose(hypotheses(Theta, X)[0], h)
    sigmoid_gradient = np.append((h - Y[0]).sum(), X @ (h - Y[0]))
    np.testing.assert_allclose(output_layer_grad(Theta, X, Y)[0], sigmoid_gradient)


def test_the_numbers_of_the_layer_by_hand_are_right() -> None:
    H = [[3 / 4, 1 / 2, 1 / 5], [1 / 16, 1 / 4, 3 / 5], [3 / 16, 1 / 4, 1 / 5]]
    np.testing.assert_allclose(hypotheses(*BY_HAND[:2]), H)
    assert output_layer_cost(*BY_HAND) == pytest.approx(np.log(160 / 9))
    assert output_layer_cost(*BY_HAND) == pytest.approx(2.87795, abs=5e-6)
    assert output_layer_cost(*BY_HAND) / 3 == pytest.approx(0.95932, abs=5e-6)
    gradient = [[0.45, -0.1], [-0.0875, -0.55], [-0.3625, 0.65]]
    np.testing.assert_allclose(output_layer_grad(*BY_HAND), gradient)


@pytest.mark.parametrize(
    ("k", "j", "parts"),
    [(0, 0, [-0.5, 0.2, 0.75]), (0, 1, [-0.5, 0.4, 0]), (2, 1, [0.25, 0.4, 0])],
)
def test_the_parts_of_the_layer_by_hand_are_right(k: int, j: int, parts: list[float]) -> None:
    np.testing.assert_allclose(output_layer_grad_parts(*BY_HAND, k, j), parts, atol=1e-15)


def test_the_examples_in_the_docstrings_are_right() -> None:
    cost = output_layer_cost(np.zeros((2, 2)), np.array([[5.0, 7.0]]), np.eye(2))
    assert cost == pytest.approx(2 * np.log(2))
    hopeless = np.array([[0.0, 0.0], [0.0, 2000.0]]), np.ones((1, 1)), np.array([[1], [0]])
    assert output_layer_cost(*hopeless) == 2000
    gradient = output_layer_grad(np.zeros((3, 2)), np.array([[6.0]]), np.array([[1], [0], [0]]))
    np.testing.assert_allclose(gradient, [[-2 / 3, -4], [1 / 3, 2], [1 / 3, 2]])
