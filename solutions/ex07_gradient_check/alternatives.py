"""Right ways to measure and compare gradients, each written differently from the reference."""

import functools
import math

import numpy as np


def _places(x):
    return np.ndindex(*x.shape)


def _derivative(f, x, place, eps):
    step = np.zeros(x.shape)
    step[place] = eps
    return (f(x + step) - f(x - step)) / (2 * eps)


# numerical_gradient


def numerical_gradient__nditer(f, x, eps=1e-5):
    """np.nditer, changing x in place and keeping the old number."""
    grad = np.zeros_like(x)
    it = np.nditer(x, flags=["multi_index"], op_flags=["readwrite"])
    while not it.finished:
        place = it.multi_index
        old = x[place]
        x[place] = old + eps
        right = f(x)
        x[place] = old - eps
        left = f(x)
        x[place] = old
        grad[place] = (right - left) / (2 * eps)
        it.iternext()
    return grad


def numerical_gradient__put_back_by_adding(f, x, eps=1e-5):
    """Changes x in place and adds the step again: x is back up to rounding."""
    grad = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        x[place] += eps
        right = f(x)
        x[place] -= 2 * eps
        left = f(x)
        x[place] += eps
        grad[place] = (right - left) / (2 * eps)
    return grad


def numerical_gradient__flat_view(f, x, eps=1e-5):
    """x.flat for reading and writing, with f still called with x."""
    grad = np.empty(x.shape)
    for i in range(x.size):
        old = x.flat[i]
        heights = []
        for moved in (old + eps, old - eps):
            x.flat[i] = moved
            heights.append(f(x))
        x.flat[i] = old
        grad.flat[i] = (heights[0] - heights[1]) / (2 * eps)
    return grad


def numerical_gradient__unit_arrays(f, x, eps=1e-5):
    """Adds and subtracts an array that is 0 but for one entry."""
    return np.array([_derivative(f, x, place, eps) for place in _places(x)]).reshape(x.shape)


def numerical_gradient__rows_of_the_identity(f, x, eps=1e-5):
    """The steps are the rows of an identity matrix, in the shape of x."""
    steps = eps * np.eye(x.size).reshape(x.size, *x.shape)
    grad = [(f(x + step) - f(x - step)) / 2 / eps for step in steps]
    return np.reshape(grad, x.shape)


def numerical_gradient__step_as_it_was_rounded(f, x, eps=1e-5):
    """Divides by the distance that is left after rounding."""
    grad = np.zeros(x.shape)
    for place, value in np.ndenumerate(x):
        right, left = x.copy(), x.copy()
        right[place] = value + eps
        left[place] = value - eps
        grad[place] = (f(right) - f(left)) / (right[place] - left[place])
    return grad


def numerical_gradient__mean_of_two_sides(f, x, eps=1e-5):
    """The mean of a difference to the right and one to the left."""
    grad = np.zeros(x.shape)
    here = f(x)
    for place in _places(x):
        step = np.zeros(x.shape)
        step[place] = eps
        grad[place] = ((f(x + step) - here) / eps + (here - f(x - step)) / eps) / 2
    return grad


def numerical_gradient__five_points(f, x, eps=1e-5):
    """Four places for each entry: the error is of the fourth order."""
    grad = np.zeros(x.shape)
    for place in _places(x):
        near, far = (_derivative(f, x, place, k * eps) for k in (1, 2))
        grad[place] = (4 * near - far) / 3
    return grad


def numerical_gradient__richardson(f, x, eps=1e-5):
    """Central differences with eps and with half of it, extrapolated."""
    grad = np.zeros(x.shape)
    for place in _places(x):
        grad[place] = (4 * _derivative(f, x, place, eps / 2) - _derivative(f, x, place, eps)) / 3
    return grad


def numerical_gradient__complex_step(f, x, eps=1e-5):
    """A tiny step into the imaginary direction: it subtracts nothing."""
    grad = np.zeros(x.shape)
    for place in _places(x):
        moved = x.astype(complex)
        moved[place] += 1e-30j
        grad[place] = f(moved).imag / 1e-30
    return grad


def numerical_gradient__non_contiguous(f, x, eps=1e-5):
    """Returns a transposed view, filled by a recursive walk over the axes."""
    grad = np.zeros(x.shape[::-1])

    def walk(place):
        if len(place) == x.ndim:
            grad[place[::-1]] = _derivative(f, x, place, eps)
            return
        for i in range(x.shape[len(place)]):
            walk((*place, i))

    walk(())
    return grad.T


def numerical_gradient__unravelled_index(f, x, eps=1e-5):
    """A flat counter, turned into an index by np.unravel_index."""
    grad = np.zeros(x.size)
    for i in range(x.size):
        grad[i] = _derivative(f, x, np.unravel_index(i, x.shape), eps)
    return grad.reshape(x.shape)


def numerical_gradient__flat_copy_put_into_shape(f, x, eps=1e-5):
    """Moves the entries of a flat copy, and hands over that copy in the shape of x."""
    flat, grad = x.ravel().copy(), np.zeros(x.size)
    for i in range(x.size):
        old = flat[i]
        flat[i] = old + eps
        right = f(flat.reshape(x.shape))
        flat[i] = old - eps
        grad[i] = (right - f(flat.reshape(x.shape))) / (2 * eps)
        flat[i] = old
    return grad.reshape(x.shape)


numerical_gradient__lambda = lambda f, x, eps=1e-5: np.array(  # noqa: E731
    [_derivative(f, x, place, eps) for place in _places(x)], dtype=float
).reshape(x.shape)
"""A lambda."""


# gradient_check


def _norm(v):
    return math.sqrt(sum(float(entry) ** 2 for entry in np.ravel(v)))


def gradient_check__if_and_else(analytic, numeric):
    """A conditional expression."""
    above = np.linalg.norm(analytic - numeric)
    below = np.linalg.norm(analytic) + np.linalg.norm(numeric)
    return above / below if below > 0 else 0.0


def gradient_check__root_of_sum_of_squares(analytic, numeric):
    """Norms written out with np.sqrt and np.sum."""
    a, b = np.sqrt(np.sum(analytic**2)), np.sqrt(np.sum(numeric**2))
    if a == 0 and b == 0:
        return 0.0
    return np.sqrt(np.sum((numeric - analytic) ** 2)) / (a + b)


def gradient_check__plain_python(analytic, numeric):
    """Norms in plain Python."""
    below = _norm(analytic) + _norm(numeric)
    return _norm(np.subtract(analytic, numeric)) / below if below else 0.0


def gradient_check__flat_vectors(analytic, numeric):
    """Flattens both, and takes scalar products."""
    a, b = analytic.reshape(-1), numeric.reshape(-1)
    below = (a @ a) ** 0.5 + (b @ b) ** 0.5
    return float(((a - b) @ (a - b)) ** 0.5 / below) if below != 0.0 else 0.0


def gradient_check__equal_first(analytic, numeric):
    """Asks whether the two are equal before anything is divided."""
    if np.array_equal(analytic, numeric):
        return 0.0
    return np.linalg.norm(analytic - numeric) / (np.linalg.norm(analytic) + np.linalg.norm(numeric))


def gradient_check__epsilon_of_1e_12(analytic, numeric):
    """An epsilon of 1e-12 in the denominator, which is accepted."""
    below = np.linalg.norm(analytic) + np.linalg.norm(numeric) + 1e-12
    return float(np.linalg.norm(analytic - numeric) / below)


def gradient_check__nan_replaced(analytic, numeric):
    """Lets 0/0 happen and takes it for 0."""
    with np.errstate(invalid="ignore"):
        below = np.float64(np.linalg.norm(analytic) + np.linalg.norm(numeric))
        return np.nan_to_num(np.linalg.norm(analytic - numeric) / below)


def gradient_check__zero_dimensional(analytic, numeric):
    """Returns an array without axes."""
    return np.array(gradient_check__if_and_else(analytic, numeric))


gradient_check__partial = functools.partial(gradient_check__flat_vectors)
"""A functools.partial."""


def gradient_check__nothing_below_1e_12(analytic, numeric):
    """Takes for zeros what is far below any gradient."""
    below = np.linalg.norm(analytic) + np.linalg.norm(numeric)
    return 0.0 if below < 1e-12 else np.linalg.norm(analytic - numeric) / below
