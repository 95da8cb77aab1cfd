"""Right ways to compute a cross-entropy, each written differently from the reference."""

import functools
import math

import numpy as np


def _softmax(Z):
    E = np.exp(Z - Z.max(axis=0))
    return E / E.sum(axis=0)


def _log_softmax(Z):
    S = Z - Z.max(axis=0, keepdims=True)
    return S - np.log(np.exp(S).sum(axis=0, keepdims=True))


def _mean_loss(A, Y, log):
    return -np.mean(np.sum(np.where(Y > 0, Y * log(np.where(Y > 0, A, 1.0)), 0.0), axis=0))


class _Cost:
    """An instance that is called like a function and remembers its logarithm."""

    def __init__(self, log):
        self.log = log

    def __call__(self, A, Y):
        """Give the mean cross-entropy with the remembered logarithm."""
        return _mean_loss(A, Y, self.log)


# cross_entropy


def cross_entropy__nansum(A, Y):
    """np.nansum drops the nan of 0 * log(0), and keeps the inf of an impossible truth."""
    with np.errstate(all="ignore"):
        return -np.nansum(Y * np.log(A)) / Y.shape[1]


def cross_entropy__nan_to_num(A, Y):
    """np.nan_to_num on the products: nan becomes 0 and inf the largest float."""
    return -np.nan_to_num(Y * np.log(A)).sum() / Y.shape[1]


def cross_entropy__logarithms_made_finite(A, Y):
    """np.nan_to_num on the logarithms: 0 times the lowest float is 0."""
    return -(Y * np.nan_to_num(np.log(A))).sum() / Y.shape[1]


def cross_entropy__ones_where_nothing_is_asked(A, Y):
    """Replaces probabilities by 1 where the label is 0."""
    return -np.sum(Y * np.log(np.where(Y > 0, A, 1.0))) / Y.shape[1]


def cross_entropy__log_with_where(A, Y):
    """np.log with where= and out=."""
    logs = np.log(A, out=np.zeros(A.shape), where=(Y != 0))
    return float(-(Y * logs).sum() / A.shape[1])


def cross_entropy__log_of_the_reciprocal(A, Y):
    """log(1/a) in place of -log(a)."""
    asked = Y > 0
    return np.sum(Y[asked] * np.log(1 / A[asked])) / Y.shape[1]


def cross_entropy__entry_loop(A, Y):
    """Two loops, with the zeros skipped."""
    n, m = A.shape
    total = 0.0
    for k in range(m):
        for i in range(n):
            if Y[i, k] > 0:
                total -= Y[i, k] * np.log(A[i, k])
    return total / m


def cross_entropy__math_log_with_a_case_for_zero(A, Y):
    """math.log, and math.inf where the truth is impossible."""
    losses = [0.0] * A.shape[1]
    for (i, k), y in np.ndenumerate(Y):
        if y > 0:
            losses[k] += -float(y) * math.log(A[i, k]) if A[i, k] > 0 else math.inf
    return sum(losses) / len(losses)


def cross_entropy__loss_of_each_column(A, Y):
    """A loss for each column, and the mean of the list."""
    losses = []
    for a, y in zip(A.T, Y.T, strict=True):
        losses.append(-(y[y > 0] * np.log(a[y > 0])).sum())
    return np.mean(losses)


def cross_entropy__mean_of_column_sums(A, Y):
    """Sums over the classes first, and then takes the mean over the examples."""
    terms = np.zeros(A.shape)
    terms[Y > 0] = Y[Y > 0] * np.log(A[Y > 0])
    return -terms.sum(axis=0).mean()


def cross_entropy__mean_times_n(A, Y):
    """The mean over all entries, times the number of classes."""
    logs = np.log(A, out=np.zeros(A.shape), where=Y > 0)
    return -np.mean(Y * logs) * len(A)


def cross_entropy__einsum(A, Y):
    """The sum of the products comes from einsum."""
    logs = np.log(A, out=np.zeros(A.shape), where=Y > 0)
    return -np.einsum("ik,ik->", Y, logs) / Y.shape[1]


def cross_entropy__vdot(A, Y):
    """np.vdot flattens both arrays."""
    logs = np.log(np.where(Y > 0, A, 1.0))
    return -np.vdot(Y, logs) / Y.shape[1]


def cross_entropy__diagonal_of_a_product(A, Y):
    """The mean of the diagonal of Y^T log(A): the other pairs are computed and dropped."""
    losses = [-(Y[:, k] @ np.log(np.where(Y[:, k] > 0, A[:, k], 1.0))) for k in range(Y.shape[1])]
    return np.trace(np.diag(losses)) / len(losses)


def cross_entropy__average_of_the_logarithms(A, Y):
    """The labels are the weights of a sum over the whole array, and the m columns sum to m."""
    logs = np.log(np.where(Y > 0, A, 1.0))
    return -np.average(logs, weights=Y)


def cross_entropy__base_two_converted(A, Y):
    """Logarithms to base 2, multiplied by log(2)."""
    bits = -np.sum(Y * np.log2(np.where(Y > 0, A, 1.0)))
    return bits * np.log(2) / Y.shape[1]


def cross_entropy__fsum(A, Y):
    """math.fsum adds without rounding in between."""
    asked = Y > 0
    return math.fsum(-Y[asked] * np.log(A[asked])) / Y.shape[1]


def cross_entropy__zero_dimensional(A, Y):
    """Squeezes a (1, 1) array to a 0-d array."""
    logs = np.log(A, out=np.zeros(A.shape), where=Y > 0)
    return np.squeeze(-np.sum(Y * logs, keepdims=True) / Y.shape[1])


def cross_entropy__extended_precision(A, Y):
    """Computes in long double and returns a float."""
    P = np.where(Y > 0, A, 1.0).astype(np.longdouble)
    return float(-(Y * np.log(P)).sum() / Y.shape[1])


cross_entropy__partial = functools.partial(_mean_loss, log=np.log)
"""A functools.partial with the logarithm filled in."""

cross_entropy__lambda = lambda A, Y: _mean_loss(A, Y, np.log)  # noqa: E731
"""A lambda."""

cross_entropy__callable_instance = _Cost(np.log)
"""An instance with __call__."""

cross_entropy__alias = cross_entropy__nansum
"""A second name for an existing function."""


# cross_entropy_from_logits


def cross_entropy_from_logits__log_softmax(Z, Y):
    """A stable log-softmax, weighted by the labels."""
    return -np.sum(Y * _log_softmax(Z)) / Z.shape[1]


def cross_entropy_from_logits__max_added_back(Z, Y):
    """The log-sum-exp of the unshifted logits, with the maximum added back."""
    top = Z.max(axis=0)
    log_sum = top + np.log(np.exp(Z - top).sum(axis=0))
    return np.sum(Y * (log_sum - Z)) / Z.shape[1]


def cross_entropy_from_logits__one_log_sum_for_each_example(Z, Y):
    """The labels of an example sum to 1, so its log-sum-exp is added once."""
    top = Z.max(axis=0)
    log_sum = top + np.log(np.exp(Z - top).sum(axis=0))
    return np.mean(log_sum - np.sum(Y * Z, axis=0))


def cross_entropy_from_logits__sums_apart(Z, Y):
    """The two sums are taken over the whole batch and subtracted at the end."""
    top = Z.max(axis=0)
    log_sum = top + np.log(np.exp(Z - top).sum(axis=0))
    return (log_sum.sum() - (Y * Z).sum()) / Z.shape[1]


def cross_entropy_from_logits__logaddexp(Z, Y):
    """The log-sum-exp comes from np.logaddexp.reduce."""
    return np.sum(Y * (np.logaddexp.reduce(Z, axis=0) - Z)) / Z.shape[1]


def cross_entropy_from_logits__running_logaddexp(Z, Y):
    """One pass over the classes with np.logaddexp."""
    log_sum = Z[0].copy()
    for row in Z[1:]:
        log_sum = np.logaddexp(log_sum, row)
    return np.mean(np.sum(Y * (log_sum - Z), axis=0))


def cross_entropy_from_logits__pairwise(Z, Y):
    """The loss of a class is the log-sum-exp of the differences from its own logit."""
    total = 0.0
    for k in range(Z.shape[1]):
        for i in range(Z.shape[0]):
            total += Y[i, k] * np.logaddexp.reduce(Z[:, k] - Z[i, k])
    return total / Z.shape[1]


def cross_entropy_from_logits__column_loop(Z, Y):
    """A loop over the columns, with a shift for each."""
    total = 0.0
    for k in range(Z.shape[1]):
        z = Z[:, k]
        log_sum = z.max() + np.log(np.sum(np.exp(z - z.max())))
        total += log_sum - Y[:, k] @ z
    return total / Z.shape[1]


def cross_entropy_from_logits__entry_loop(Z, Y):
    """Plain loops and the math module."""
    n, m = Z.shape
    losses = []
    for k in range(m):
        top = max(Z[i, k] for i in range(n))
        log_sum = math.log(sum(math.exp(Z[i, k] - top) for i in range(n)))
        losses.append(sum(Y[i, k] * (log_sum - (Z[i, k] - top)) for i in range(n)))
    return sum(losses) / m


def cross_entropy_from_logits__max_plus_constant(Z, Y):
    """Shifts by the maximum plus a constant."""
    S = Z - (Z.max(axis=0, keepdims=True) + 3.0)
    return np.sum(Y * (np.log(np.exp(S).sum(axis=0)) - S)) / Z.shape[1]


def cross_entropy_from_logits__log1p(Z, Y):
    """The largest exponential is 1 and left to log1p."""
    S = np.sort(Z - Z.max(axis=0), axis=0)
    log_sum = Z.max(axis=0) + np.log1p(np.exp(S[:-1]).sum(axis=0))
    return np.mean(np.sum(Y * (log_sum - Z), axis=0))


def cross_entropy_from_logits__transposed(Z, Y):
    """Works on rows."""
    R, L = Z.T, Y.T
    S = R - R.max(axis=1, keepdims=True)
    log_sums = np.log(np.exp(S).sum(axis=1, keepdims=True))
    return ((log_sums - S) * L).sum(axis=1).mean()


def cross_entropy_from_logits__einsum(Z, Y):
    """The weighted sum comes from einsum."""
    return -np.einsum("ik,ik->", Y, _log_softmax(Z)) / Z.shape[1]


def cross_entropy_from_logits__logarithm_of_softmax_where_it_is_safe(Z, Y):
    """Takes the logarithm of softmax for ordinary columns, and the difference for wide ones."""
    wide = np.ptp(Z, axis=0) > 20
    logs = np.where(wide, _log_softmax(Z), np.log(np.where(wide, 1.0, _softmax(Z))))
    return -np.sum(Y * logs) / Z.shape[1]


def cross_entropy_from_logits__epsilon_of_1e_12(Z, Y):
    """Adds 1e-12 to the sum of the exponentials, which is accepted."""
    S = Z - Z.max(axis=0)
    return np.sum(Y * (np.log(np.exp(S).sum(axis=0) + 1e-12) - S)) / Z.shape[1]


def cross_entropy_from_logits__extended_precision(Z, Y):
    """Computes in long double and returns a float."""
    return float(-(Y * _log_softmax(Z.astype(np.longdouble))).sum() / Z.shape[1])


def cross_entropy_from_logits__zero_dimensional(Z, Y):
    """Returns a 0-d array."""
    return np.asarray(-np.mean((Y * _log_softmax(Z)).sum(axis=0)))


cross_entropy_from_logits__lambda = lambda Z, Y: -(Y * _log_softmax(Z)).sum(0).mean()  # noqa: E731
"""A lambda."""


# cross_entropy_grad


def cross_entropy_grad__boolean_index(A, Y):
    """Divides only the entries that have a label, into an array of zeros."""
    dA = np.zeros(A.shape)
    dA[Y > 0] = -Y[Y > 0] / A[Y > 0]
    return dA


def cross_entropy_grad__where(A, Y):
    """np.where picks the quotient or a zero; the warning of 0/0 is harmless."""
    return np.where(Y > 0, -Y / A, 0.0)


def cross_entropy_grad__ones_where_nothing_is_asked(A, Y):
    """Divides by 1 where the label is 0."""
    return -Y / np.where(Y > 0, A, 1.0)


def cross_entropy_grad__ones_for_zeros(A, Y):
    """Divides by 1 where the probability is 0."""
    return -Y / np.where(A == 0, 1.0, A)


def cross_entropy_grad__nan_to_num(A, Y):
    """np.nan_to_num turns 0/0 into 0."""
    return np.nan_to_num(-Y / A)


def cross_entropy_grad__smallest_float(A, Y):
    """No divisor is smaller than the smallest normal float."""
    return -Y / np.maximum(A, np.finfo(np.float64).tiny)


def cross_entropy_grad__divide_with_where(A, Y):
    """np.divide with where= and out=, and the sign at the end."""
    return -np.divide(Y, A, out=np.zeros_like(A), where=A > 0)


def cross_entropy_grad__entry_loop(A, Y):
    """Two loops, with the zeros skipped."""
    dA = np.zeros(A.shape)
    for i in range(A.shape[0]):
        for k in range(A.shape[1]):
            if Y[i, k] != 0:
                dA[i, k] = -Y[i, k] / A[i, k]
    return dA


def cross_entropy_grad__reciprocal(A, Y):
    """Multiplies by the reciprocal."""
    return -Y * np.reciprocal(np.where(Y > 0, A, 1.0))


def cross_entropy_grad__columns_stacked(A, Y):
    """One column at a time, stacked along the second axis."""
    P = np.where(Y > 0, A, 1.0)
    return np.stack([-Y[:, k] / P[:, k] for k in range(A.shape[1])], axis=1)


def cross_entropy_grad__mean_times_m(A, Y):
    """The derivative of the mean cost, multiplied by m again."""
    m = A.shape[1]
    return -(Y / m) / np.where(Y > 0, A, 1.0) * m


def cross_entropy_grad__zeros_patched_in_a_copy(A, Y):
    """Overwrites the entries that do not matter, in a copy."""
    P = A.copy()
    P[Y == 0] = 1.0
    P = np.divide(Y, P)
    return np.negative(P, out=P)


def cross_entropy_grad__fortran_order(A, Y):
    """Returns an array in Fortran order."""
    return np.asfortranarray(-Y / np.where(Y > 0, A, 1.0))


def cross_entropy_grad__non_contiguous(A, Y):
    """Returns every second column of a wider array, so the result is not contiguous."""
    wide = np.zeros((A.shape[0], 2 * A.shape[1]))
    wide[:, ::2] = -Y / np.where(Y > 0, A, 1.0)
    return wide[:, ::2]


def cross_entropy_grad__lists(A, Y):
    """Builds nested lists and turns them into an array at the end."""
    rows = [
        [-float(y) / a if y > 0 else 0.0 for a, y in zip(p, labels, strict=True)]
        for p, labels in zip(A.tolist(), Y.tolist(), strict=True)
    ]
    return np.array(rows)


cross_entropy_grad__vectorized = np.vectorize(
    lambda a, y: -y / a if y > 0 else 0.0, otypes=[np.float64]
)
"""np.vectorize with a case for zero."""
