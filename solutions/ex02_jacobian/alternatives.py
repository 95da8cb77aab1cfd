"""Right ways to compute the Jacobian of softmax, each written differently from the reference."""

import functools
import math

import numpy as np


def _softmax(Z):
    E = np.exp(Z - Z.max(axis=0, keepdims=True))
    return E / E.sum(axis=0, keepdims=True)


def _jacobian(a):
    return np.diag(a) - np.outer(a, a)


def _jacobian_in_order(z, order):
    return np.array(_jacobian(_softmax(z)[:, 0]), order=order)


class _Jacobian:
    """An instance that is called like a function and remembers its softmax."""

    def __init__(self, softmax):
        self.softmax = softmax

    def __call__(self, z):
        """Differentiate the remembered softmax at the column z."""
        return _jacobian(self.softmax(z).ravel())


# softmax_jacobian


def softmax_jacobian__diagflat(z):
    """np.diagflat and a column times its transpose."""
    a = _softmax(z)
    return np.diagflat(a) - a @ a.T


def softmax_jacobian__star_product(z):
    """An (n, 1) array times its transpose with *, which broadcasts to all pairs."""
    a = _softmax(z)
    return np.diagflat(a) - a * a.T


def softmax_jacobian__eye_minus_row(z):
    """One product, a_i times (delta minus a_j), by broadcasting a column and a row."""
    a = _softmax(z)
    return a * (np.eye(len(a)) - a.T)


def softmax_jacobian__transposed(z):
    """Returns the transpose, which is the same matrix."""
    a = _softmax(z)
    return (a * (np.eye(len(a)) - a.T)).T


def softmax_jacobian__scaled_identity(z):
    """The diagonal matrix is the identity times a row."""
    a = _softmax(z)
    return np.eye(len(a)) * a.T - np.dot(a, a.T)


def softmax_jacobian__kronecker_loops(z):
    """Two loops and a Kronecker delta."""
    a = _softmax(z)
    n = len(a)
    J = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            delta = 1.0 if i == j else 0.0
            J[i, j] = a[i, 0] * (delta - a[j, 0])
    return J


def softmax_jacobian__two_cases(z):
    """Two loops, with Case 1 and Case 2 told apart."""
    a = _softmax(z).flatten()
    J = np.empty((a.size, a.size))
    for i in range(a.size):
        for j in range(a.size):
            if i == j:
                J[i, j] = a[i] * (1 - a[i])
            else:
                J[i, j] = -a[i] * a[j]
    return J


def softmax_jacobian__half_mirrored(z):
    """Fills one half and copies it to the other."""
    a = _softmax(z).ravel()
    J = np.zeros((len(a), len(a)))
    for i in range(len(a)):
        J[i, i] = a[i] - a[i] ** 2
        for j in range(i):
            J[i, j] = J[j, i] = -a[i] * a[j]
    return J


def softmax_jacobian__where(z):
    """np.where picks between the two cases."""
    a = _softmax(z)
    return np.where(np.eye(len(a), dtype=bool), a * (1 - a), -a * a.T)


def softmax_jacobian__fill_diagonal(z):
    """Negative products everywhere, and then a new diagonal."""
    a = _softmax(z)[:, 0]
    J = -np.multiply.outer(a, a)
    np.fill_diagonal(J, a * (1 - a))
    return J


def softmax_jacobian__diagonal_from_row_sums(z):
    """The diagonal is whatever makes each row sum to 0."""
    a = _softmax(z)[:, 0]
    J = -np.outer(a, a)
    np.fill_diagonal(J, 0.0)
    return J - np.diag(J.sum(axis=1))


def softmax_jacobian__diagonal_by_index(z):
    """Adds the probabilities to the diagonal by an index array."""
    a = _softmax(z).ravel()
    J = -a[:, None] * a[None, :]
    J[np.diag_indices(len(a))] += a
    return J


def softmax_jacobian__einsum(z):
    """Both terms come from einsum."""
    a = _softmax(z)[:, 0]
    return np.einsum("i,ij->ij", a, np.eye(len(a))) - np.einsum("i,j->ij", a, a)


def softmax_jacobian__column_by_column(z):
    """One column per logit, from a unit vector each, and stacked at the end."""
    a = _softmax(z)[:, 0]
    return np.stack([a * (unit - a[j]) for j, unit in enumerate(np.eye(len(a)))], axis=1)


def softmax_jacobian__apply_along_axis(z):
    """Applies J v = a (v - <a, v>) to every column of the identity."""
    a = _softmax(z)[:, 0]
    return np.apply_along_axis(lambda v: a * (v - a @ v), 0, np.eye(len(a)))


def softmax_jacobian__matrix_product(z):
    """The Jacobian of the logarithm of softmax, multiplied by diag(a) from the left."""
    a = _softmax(z)
    return np.diagflat(a) @ (np.eye(len(a)) - np.ones((len(a), 1)) @ a.T)


def softmax_jacobian__quotient_rule(z):
    """The quotient rule on shifted exponentials, without naming the probabilities."""
    e = np.exp(z - z.max())
    s = e.sum()
    return (np.diagflat(e) * s - e @ e.T) / s**2


def softmax_jacobian__log_sum_exp(z):
    """Takes products as exponentials of sums of log-probabilities."""
    top = z.max()
    log_a = (z - top - math.log(np.exp(z - top).sum())).ravel()
    return np.diag(np.exp(log_a)) - np.exp(np.add.outer(log_a, log_a))


def softmax_jacobian__complex_step(z):
    """A complex step: it subtracts nothing, so it is right to rounding."""
    n = len(z)
    J = np.zeros((n, n))
    shifted = (z - z.max()).ravel()
    for j in range(n):
        w = shifted.astype(complex)
        w[j] += 1e-20j
        e = np.exp(w)
        J[:, j] = (e / e.sum()).imag / 1e-20
    return J


def softmax_jacobian__list_comprehension(z):
    """Nested lists, turned into an array at the end."""
    a = [float(p) for p in _softmax(z)[:, 0]]
    return np.array([[p * ((i == j) - q) for j, q in enumerate(a)] for i, p in enumerate(a)])


def softmax_jacobian__extended_precision(z):
    """Computes in long double and returns float64."""
    a = _softmax(z.astype(np.longdouble))
    return (a * (np.eye(len(a)) - a.T)).astype(np.float64)


def softmax_jacobian__epsilon_of_1e_12(z):
    """A denominator epsilon of 1e-12, which is accepted."""
    e = np.exp(z - z.max())
    a = e / (e.sum() + 1e-12)
    return np.diagflat(a) - a @ a.T


def softmax_jacobian__non_contiguous(z):
    """Returns a strided view of a larger array."""
    n = len(z)
    wide = np.zeros((2 * n, 3 * n))
    wide[::2, ::3] = _jacobian(_softmax(z)[:, 0])
    return wide[::2, ::3]


softmax_jacobian__partial = functools.partial(_jacobian_in_order, order="F")
"""A functools.partial, with a result in Fortran order."""

softmax_jacobian__lambda = lambda z: _jacobian(_softmax(z).reshape(-1))  # noqa: E731
"""A lambda."""

softmax_jacobian__callable_instance = _Jacobian(_softmax)
"""An instance with __call__."""


# softmax_jacobian_batch


def softmax_jacobian_batch__loop(Z):
    """Fills an array of zeros example by example."""
    n, m = Z.shape
    A = _softmax(Z)
    J = np.zeros((m, n, n))
    for k in range(m):
        J[k] = _jacobian(A[:, k])
    return J


def softmax_jacobian_batch__one_example_at_a_time(Z):
    """Calls the function for one column on slices that stay (n, 1)."""
    columns = [Z[:, k : k + 1] for k in range(Z.shape[1])]
    return np.stack([softmax_jacobian__diagflat(z) for z in columns])


def softmax_jacobian_batch__array_of_list(Z):
    """np.array of a list of matrices."""
    return np.array([_jacobian(a) for a in _softmax(Z).T])


def softmax_jacobian_batch__concatenated(Z):
    """Joins blocks of shape (1, n, n) along the first axis."""
    return np.concatenate([_jacobian(a)[None] for a in _softmax(Z).T], axis=0)


def softmax_jacobian_batch__einsum(Z):
    """Both terms come from einsum, with the example first in the output."""
    A = _softmax(Z)
    return np.einsum("ik,ij->kij", A, np.eye(len(A))) - np.einsum("ik,jk->kij", A, A)


def softmax_jacobian_batch__broadcast(Z):
    """A product of two broadcast arrays, (m, n, 1) and (m, 1, n), and one with the identity."""
    R = np.ascontiguousarray(_softmax(Z).T)
    return R[:, :, None] * np.eye(len(Z))[None] - R[:, :, None] * R[:, None, :]


def softmax_jacobian_batch__last_axes_swapped(Z):
    """Returns each matrix transposed, which is the same matrix."""
    R = _softmax(Z).T
    J = R[:, None, :] * (np.eye(len(Z)) - R[:, :, None])
    return J.swapaxes(1, 2)


def softmax_jacobian_batch__matmul(Z):
    """A stack of columns times a stack of rows with @."""
    columns = _softmax(Z).T[:, :, np.newaxis]
    return columns * np.eye(len(Z)) - columns @ columns.transpose(0, 2, 1)


def softmax_jacobian_batch__moveaxis(Z):
    """Builds (n, n, m) and moves the last axis to the front: the result is not contiguous."""
    A = _softmax(Z)
    J = A[:, None, :] * (np.eye(len(A))[:, :, None] - A[None, :, :])
    return np.moveaxis(J, -1, 0)


def softmax_jacobian_batch__transpose(Z):
    """Builds (n, n, m) example by example and reorders the axes with transpose."""
    J = np.dstack([_jacobian(a) for a in _softmax(Z).T])
    return J.transpose(2, 0, 1)


def softmax_jacobian_batch__apply_along_axis(Z):
    """np.apply_along_axis makes an (n, n) matrix from every column."""
    return np.rollaxis(np.apply_along_axis(_jacobian, 0, _softmax(Z)), 2)


def softmax_jacobian_batch__vectorize(Z):
    """np.vectorize with a signature from vectors to matrices."""
    return np.vectorize(_jacobian, signature="(n)->(n,n)")(_softmax(Z).T)


def softmax_jacobian_batch__three_loops(Z):
    """Three plain loops and a Kronecker delta."""
    n, m = Z.shape
    A = _softmax(Z)
    J = np.empty((m, n, n))
    for k in range(m):
        for i in range(n):
            for j in range(n):
                J[k, i, j] = A[i, k] * (float(i == j) - A[j, k])
    return J


def softmax_jacobian_batch__diagonals_by_index(Z):
    """Negative products everywhere; index arrays then add to all the diagonals."""
    A = _softmax(Z)
    J = -np.einsum("ik,jk->kij", A, A)
    i = np.arange(len(A))
    J[:, i, i] += A.T
    return J


def softmax_jacobian_batch__where(Z):
    """np.where picks between the two cases for all the examples at once."""
    R = _softmax(Z).T
    products = R[:, :, None] * R[:, None, :]
    return np.where(np.eye(len(Z), dtype=bool), (R * (1 - R))[:, :, None], -products)


def softmax_jacobian_batch__cut_from_four_axes(Z):
    """Computes all the derivatives by all the logits, and keeps those within one example."""
    n, m = Z.shape
    A = _softmax(Z)
    J = np.zeros((n, m, n, m))
    for k in range(m):
        J[:, k, :, k] = _jacobian(A[:, k])
    return np.array([J[:, k, :, k] for k in range(m)])


def softmax_jacobian_batch__fortran_order(Z):
    """Returns an array in Fortran order."""
    return np.asfortranarray([_jacobian(a) for a in _softmax(Z).T])


def softmax_jacobian_batch__mapped(Z):
    """Python's map over the columns, stacked at the end."""
    return np.stack(list(map(_jacobian, np.transpose(_softmax(Z)))), axis=0)


softmax_jacobian_batch__lambda = lambda Z: np.array(  # noqa: E731
    [_jacobian(a) for a in _softmax(Z).T]
)
"""A lambda."""
