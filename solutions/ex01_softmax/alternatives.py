"""Right ways to compute a softmax, each written differently from the reference."""

import functools
import math

import numpy as np


def _along(Z, axis):
    E = np.exp(Z - Z.max(axis=axis, keepdims=True))
    return E / E.sum(axis=axis, keepdims=True)


def _vector(z):
    e = np.exp(z - z.max())
    return e / e.sum()


class _Softmax:
    """An instance that is called like a function and remembers its axis."""

    def __init__(self, axis):
        self.axis = axis

    def __call__(self, Z):
        """Apply the softmax along the remembered axis."""
        return _along(Z, self.axis)


def softmax__without_keepdims(Z):
    """axis=0 needs no keepdims: (m,) lines up with the columns."""
    E = np.exp(Z - Z.max(axis=0))
    return E / E.sum(axis=0)


def softmax__column_loop(Z):
    """A loop over the columns fills an array of zeros."""
    A = np.zeros(Z.shape)
    for k in range(Z.shape[1]):
        A[:, k] = _vector(Z[:, k])
    return A


def softmax__entry_loop(Z):
    """Two plain loops and math.exp, without any vectorised step."""
    n, m = Z.shape
    A = np.zeros((n, m))
    for k in range(m):
        top = max(Z[i, k] for i in range(n))
        total = sum(math.exp(Z[i, k] - top) for i in range(n))
        for i in range(n):
            A[i, k] = math.exp(Z[i, k] - top) / total
    return A


def softmax__builtin_sum(Z):
    """Python's own sum and max run over the rows of the array."""
    E = np.exp(Z - functools.reduce(np.maximum, Z))
    return E / sum(E)


def softmax__log_sum_exp(Z):
    """Shifts by the log-sum-exp, so that no division is left."""
    top = Z.max(axis=0, keepdims=True)
    return np.exp(Z - (top + np.log(np.exp(Z - top).sum(axis=0, keepdims=True))))


def softmax__log_softmax_then_exp(Z):
    """Takes the exponential of a stable log-softmax."""
    S = Z - Z.max(axis=0, keepdims=True)
    return np.exp(S - np.log(np.exp(S).sum(axis=0, keepdims=True)))


def softmax__logaddexp_reduce(Z):
    """The log-sum-exp comes from np.logaddexp.reduce."""
    return np.exp(Z - np.logaddexp.reduce(Z, axis=0))


def softmax__max_plus_constant(Z):
    """Shifts by the maximum plus a constant."""
    E = np.exp(Z - (Z.max(axis=0, keepdims=True) + 3.0))
    return E / E.sum(axis=0, keepdims=True)


def softmax__below_the_max(Z):
    """Shifts by a little less than the maximum, so the largest exponent is 10."""
    E = np.exp(Z - Z.max(axis=0, keepdims=True) + 10.0)
    return E / E.sum(axis=0, keepdims=True)


def softmax__global_then_column_max(Z):
    """Subtracts the global maximum first and each column's own maximum after it."""
    S = Z - Z.max()
    S = S - S.max(axis=0)
    return np.exp(S) / np.exp(S).sum(axis=0)


def softmax__transposed_twice(Z):
    """Works on rows and transposes back; the result is in Fortran order."""
    R = Z.T
    E = np.exp(R - R.max(axis=1, keepdims=True))
    return (E / E.sum(axis=1, keepdims=True)).T


def softmax__divided_transposed(Z):
    """Lets the transpose, not keepdims, line up the shift and the sum."""
    E = np.exp((Z.T - Z.max(axis=0)[:, None]).T)
    return (E.T / np.sum(E, axis=0)[:, None]).T


def softmax__apply_along_axis(Z):
    """np.apply_along_axis hands each column to a function of a vector."""
    return np.apply_along_axis(_vector, 0, Z)


def softmax__vectorize(Z):
    """np.vectorize with a signature, applied to the transpose."""
    return np.vectorize(_vector, signature="(n)->(n)")(Z.T).T


def softmax__stacked_columns(Z):
    """Stacks one vector per example along the second axis."""
    return np.stack([_vector(z) for z in Z.T], axis=1)


def softmax__column_vectors_joined(Z):
    """Keeps every column (n, 1) and joins them with hstack."""
    return np.hstack([_along(Z[:, k : k + 1], 0) for k in range(Z.shape[1])])


def softmax__array_of_lists(Z):
    """Builds nested lists and turns them into an array at the end."""
    return np.array([_vector(z).tolist() for z in Z.T]).T


def softmax__fortran_order(Z):
    """Returns an array in Fortran order."""
    return np.asfortranarray(_along(Z, 0))


def softmax__non_contiguous(Z):
    """Returns every second column of a wider array, so the result is not contiguous."""
    wide = np.zeros((Z.shape[0], 2 * Z.shape[1]))
    wide[:, ::2] = _along(Z, 0)
    return wide[:, ::2]


def softmax__out_arguments(Z):
    """Writes with out= into arrays of its own."""
    E = np.subtract(Z, np.max(Z, axis=0))
    np.exp(E, out=E)
    np.divide(E, np.sum(E, axis=0), out=E)
    return E


def softmax__in_place_on_a_copy(Z):
    """Uses -= and /=, on a copy of the argument."""
    A = Z.copy()
    A -= A.max(axis=0)
    np.exp(A, A)
    A /= A.sum(axis=0)
    return A


def softmax__reciprocal(Z):
    """Multiplies by the reciprocal of the sum."""
    E = np.exp(Z - Z.max(axis=0))
    return E * (1.0 / E.sum(axis=0))


def softmax__pairwise_differences(Z):
    """One over a sum of exp(z_j - z_i): an overflow there is a rightful zero here."""
    return 1.0 / np.exp(Z[None, :, :] - Z[:, None, :]).sum(axis=1)


def softmax__sum_by_einsum(Z):
    """The column sums come from einsum."""
    E = np.exp(Z - np.amax(Z, 0))
    return np.einsum("ik,k->ik", E, 1 / np.einsum("ik->k", E))


def softmax__sum_by_matmul(Z):
    """The column sums come from a product with a row of ones."""
    E = np.exp(Z - Z.max(axis=0))
    return E / (np.ones((1, Z.shape[0])) @ E)


def softmax__scaled_by_diagonal_matrix(Z):
    """The division is a product with a diagonal matrix from the right."""
    E = np.exp(Z - Z.max(axis=0))
    return E @ np.diag(1 / E.sum(axis=0))


def softmax__max_by_sorting(Z):
    """The maximum is the last row of the sorted columns."""
    E = np.exp(Z - np.sort(Z, axis=0)[-1])
    return E / E.sum(axis=0)


def softmax__running_maximum(Z):
    """One pass over the classes with a running maximum and a rescaled running sum."""
    top, total = Z[0].copy(), np.ones(Z.shape[1])
    for row in Z[1:]:
        higher = np.maximum(top, row)
        total = total * np.exp(top - higher) + np.exp(row - higher)
        top = higher
    return np.exp(Z - top) / total


def softmax__power_of_e(Z):
    """Raises np.e to the shifted logits."""
    E = np.e ** (Z - Z.max(axis=0))
    return E / E.sum(axis=0)


def softmax__power_of_two(Z):
    """Raises 2 to the shifted logits times log2(e)."""
    E = np.exp2((Z - Z.max(axis=0)) * np.log2(np.e))
    return E / E.sum(axis=0)


def softmax__extended_precision(Z):
    """Computes in long double and returns float64."""
    return _along(Z.astype(np.longdouble), 0).astype(np.float64)


def softmax__epsilon_of_1e_12(Z):
    """Adds 1e-12 to the denominator, which is accepted."""
    E = np.exp(Z - Z.max(axis=0))
    return E / (E.sum(axis=0) + 1e-12)


def softmax__harmless_clip(Z):
    """Clips the shifted logits where the exponential is zero anyway."""
    E = np.exp(np.clip(Z - Z.max(axis=0), -745, 0))
    return E / E.sum(axis=0)


def softmax__normalised_twice(Z):
    """Divides by the column sums a second time, which changes nothing."""
    A = _along(Z, 0)
    return A / A.sum(axis=0)


_work = {}


def softmax__work_array_kept(Z):
    """Computes in an array that it keeps from call to call, and returns a new one."""
    E = _work.setdefault(Z.shape, np.empty(Z.shape))
    np.exp(Z - Z.max(axis=0), out=E)
    return E / E.sum(axis=0)


softmax__partial = functools.partial(_along, axis=0)
"""A functools.partial with the axis filled in."""

softmax__lambda = lambda Z: _along(Z, -2)  # noqa: E731
"""A lambda that counts the axis from the end."""

softmax__callable_instance = _Softmax(axis=0)
"""An instance with __call__."""

softmax__alias = softmax__without_keepdims
"""A second name for an existing function."""
