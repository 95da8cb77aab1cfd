"""The checks of exercise 7: checking gradients by differences."""

from collections.abc import Callable

import numpy as np

from grader.course.checks import Callback, Calls, FunctionChecks, Rng, Terms, call, column_major

numerical_gradient = FunctionChecks("numerical_gradient")
gradient_check = FunctionChecks("gradient_check")


@numerical_gradient.terms
def numerical_gradient_terms(
    grad: np.ndarray, f: Callable[[np.ndarray], float], x: np.ndarray, eps: float = 1e-5
) -> Terms:
    """Wide enough for any way that is at least as near the truth as the central difference.

    With the steps used here a central difference is right to better than a tenth of this, and a
    forward difference is off by many times as much.
    """
    return Terms(1.0 + np.abs(grad), loose=1e-7, tight=1e-7)


@gradient_check.terms
def gradient_check_terms(error: float, analytic: np.ndarray, numeric: np.ndarray) -> Terms:
    """A quotient of norms: relative to itself. A denominator may have up to 5e-12 in it."""
    total = float(np.linalg.norm(analytic) + np.linalg.norm(numeric))
    return Terms(error * max(1.0, 5e-6 / total if total else 1.0), loose=1e-6, tight=1e-6)


# numerical_gradient. Every f takes an array of x's shape only, and complex numbers as well.


@numerical_gradient.value(weight=2, public=True, shows=("f = lambda x: x[0] * x[1]",))
def a_product() -> Calls:
    """f(x) = x_0 x_1 at (2, 3): the gradient is (3, 2).

    One entry moves at a time, and is back in its place before the next one moves. Is that so?
    """
    yield call(Callback("x", "x[0] * x[1]"), np.array([2.0, 3.0]))


@numerical_gradient.value(
    weight=2, public=True, shows=("f = lambda W: np.sum(W ** 3)", "x with a single entry")
)
def a_matrix() -> Calls:
    """x is a matrix, and f needs all of it; a single entry keeps its axes.

    With which shape do you call f, and how many entries does your gradient have?
    """
    f = Callback("x", "np.sum(x ** 3) + x[0, 0] * x[1, 2]")
    yield call(f, np.array([[1.0, -2.0, 0.5], [0.0, 1.5, -1.0]]))
    yield call(Callback("W", "np.sum(W ** 3)"), np.array([[1.0, 2.0]]))
    f = Callback("x", "np.sum(x[0]) * np.sum(x[-1] ** 2)")
    yield call(f, np.array([[0.0, 2.0], [1.0, -0.5]]))
    yield call(Callback("x", "np.exp(x[0])"), np.array([0.5]))
    yield call(Callback("x", "x[0, 0] ** 3"), np.array([[2.0]]))


@numerical_gradient.value(weight=2)
def curved_functions(rng: Rng) -> Calls:
    """Functions that bend: a difference to one side only is not good enough."""
    yield call(Callback("x", "np.exp(np.sum(x) / 4) + np.sum(x ** 3)"), rng.normal(size=(4,)))
    yield call(Callback("x", "np.sum(np.sin(2 * x[0]) * x[1])"), rng.normal(size=(2, 3)))


@numerical_gradient.value()
def entries_that_meet(rng: Rng) -> Calls:
    """Entries that are multiplied with each other, all with all; matrices stored by columns."""
    f = Callback("x", "x[0] * x[1] * x[2] + x[0] * x[3] ** 2")
    yield call(f, rng.uniform(1.0, 3.0, size=(4,)))
    f = Callback("x", "(x[0] @ x[1]) * np.exp(x[1, 0] * x[0, 1] / 4)")
    yield call(f, column_major(rng.uniform(0.5, 2.0, size=(2, 3))))
    f = Callback("x", "np.sum(x[0] ** 2) * np.sum(x[-1])")
    yield call(f, column_major(rng.uniform(0.5, 2.0, size=(3, 2))))


@numerical_gradient.value()
def any_number_of_axes(rng: Rng) -> Calls:
    """A column, a row, three axes, a single entry: the same function for all of them."""
    yield call(Callback("x", "(x[0, 0] - x[2, 0]) ** 2 + x[1, 0] ** 3"), rng.normal(size=(3, 1)))
    yield call(Callback("x", "x[0, 1] ** 2 * x[0, 3] + x[0, 2] ** 3"), rng.normal(size=(1, 4)))
    f = Callback("x", "np.sum(x[0] @ x[1]) + np.sum(x ** 3)")
    yield call(f, rng.normal(size=(2, 3, 3)))
    yield call(Callback("x", "np.exp(x[0])"), rng.normal(loc=1.0, scale=0.5, size=(1,)))


@numerical_gradient.value()
def its_own_step(rng: Rng) -> Calls:
    """The step is the one the caller asks for.

    A function that wiggles fast needs a small one; for a parabola even a huge one is fine.
    """
    yield call(Callback("x", "np.sum(np.sin(200 * x))"), rng.uniform(0.0, 0.005, (3,)), eps=1e-6)
    yield call(Callback("x", "np.sum(np.cos(200 * x))"), rng.uniform(0.006, 0.009, (2,)), eps=1e-6)
    f = Callback("x", "x[0] ** 2 + 3 * x[0] * x[1] - x[1] ** 2")
    yield call(f, rng.normal(size=(2,)), eps=0.5)
    f = Callback("x", "np.sum(x ** 2) + np.sum(x) ** 2 / 4")
    yield call(f, rng.normal(size=(2, 2)), 0.25)


@numerical_gradient.value()
def zeros_and_large_numbers(rng: Rng) -> Calls:
    """Entries that are 0, negative, or in the hundreds, and one that hardly matters."""
    f = Callback("x", "np.sum(np.exp(x[:3]) + x[:3] ** 2) + x[0] * x[1] + 4e-7 * x[3]")
    yield call(f, np.array([0.0, 0.0, -1.0, 0.0]))
    f = Callback("x", "x[0] ** 2 / 100 + x[1] * x[2] + 4e-7 * x[3]")
    yield call(f, np.array([300.0, -200.0, 0.0, 0.0]) + rng.normal(size=4))


@numerical_gradient.shape()
def has_the_shape_of_x(rng: Rng) -> Calls:
    """The gradient has the shape of x, with any number of axes."""
    yield from any_number_of_axes(rng)
    yield from a_matrix()


@numerical_gradient.type(public=True)
def is_float64() -> Calls:
    """The answer is a NumPy array of float64."""
    yield call(Callback("x", "x[0] * x[1]"), np.array([2.0, 3.0]))


@numerical_gradient.mutation()
def puts_x_back(rng: Rng) -> Calls:
    """x is afterwards what it was before, up to the last rounding.

    If you move entries of x itself, what do you do when you are done with one?
    """
    yield from curved_functions(rng)
    yield call(Callback("x", "np.exp(x[0])"), np.array([0.5]))


# gradient_check


@gradient_check.value(
    weight=2, public=True, shows=("[3, 0] and [0, 4] give 5/7", "Two arrays of zeros")
)
def far_and_equal() -> Calls:
    """(3, 0) and (0, 4) are 5/7 apart, opposites are 1 apart, two arrays of zeros 0.

    Which three lengths are there in the formula? And what do you divide by if all are 0?
    """
    yield call(np.array([3.0, 0.0]), np.array([0.0, 4.0]))
    yield call(np.array([1.0, -2.0]), np.array([-1.0, 2.0]))
    yield call(np.array([[1.0, 2.0], [2.0, -4.0]]), np.array([[1.0, 1.0], [3.0, -5.0]]))
    yield call(np.array([[1.5, 1.0], [0.0, 3.0]]), np.array([[0.5, 2.0], [-1.0, 1.0]]))
    yield call(np.array([750_000.0, 1_000_000.0]), np.array([749_996.0, 1_000_003.0]))
    yield call(np.array([0.0, 0.0]), np.array([0.0, 0.0]))
    yield call(np.array([[0.0, 0.0]]), np.array([[0.0, 0.0]]))


@gradient_check.value(public=True)
def tiny_and_different() -> Calls:
    """Gradients of 1e-9 that differ are as far apart as larger ones.

    From which size on are two gradients the same, whatever they are? Is there such a size?
    """
    yield call(np.array([1e-9, 2e-9]), np.array([2e-9, 1e-9]))
    yield call(np.array([[3e-9], [0.0]]), np.array([[0.0], [4e-9]]))


@gradient_check.value(weight=2)
def any_shape(rng: Rng) -> Calls:
    """Vectors, columns, matrices and more axes, that agree more or less well."""
    for shape, noise in (((5,), 1.0), ((3, 4), 0.5), ((2, 3, 2), 1e-4)):
        grad = rng.normal(size=shape)
        yield call(grad, grad + rng.normal(scale=noise, size=shape))


@gradient_check.value()
def large_and_one_sided(rng: Rng) -> Calls:
    """Gradients of a million, and one that is zero where the other is not."""
    grad = rng.normal(scale=1e6, size=(3, 2))
    yield call(grad, grad + rng.normal(size=(3, 2)))
    yield call(np.zeros((2, 2)), rng.normal(size=(2, 2)))
    yield call(grad, 3.0 * grad)


@gradient_check.precision()
def small_gradients(rng: Rng) -> Calls:
    """Gradients of 1e-6 and of 1e-9, and differences in the ninth digit: small, but there."""
    grad = rng.uniform(1e-6, 2e-6, size=(2, 3))
    yield call(grad, 1.5 * grad[::-1])
    yield call(2.0 * grad, 2.5 * grad)
    yield call(grad[:, :2] / 1e3, 1.5 * grad[::-1, :2] / 1e3)
    grad = rng.normal(size=(4,))
    yield call(grad, grad * (1.0 + 1e-9 * rng.normal(size=(4,))))


@gradient_check.type()
def is_float(rng: Rng) -> Calls:
    """The answer is one float."""
    grad = rng.normal(size=(5,))
    yield call(grad, grad + rng.normal(scale=1.0, size=(5,)))


@gradient_check.mutation()
def leaves_its_arguments(rng: Rng) -> Calls:
    """Both arrays are afterwards what they were before."""
    grad = rng.normal(size=(5,))
    yield call(grad, grad + rng.normal(scale=1.0, size=(5,)))
