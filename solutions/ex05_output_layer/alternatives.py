"""Right output layers, costs and gradients, each written differently from the reference."""

import functools
import math

import numpy as np


def _softmax(Z, axis=0):
    E = np.exp(Z - Z.max(axis=axis, keepdims=True))
    return E / E.sum(axis=axis, keepdims=True)


def _with_ones(X):
    return np.vstack([np.ones((1, X.shape[1])), X])


def _logits(Theta, X):
    return Theta @ _with_ones(X)


def _hypotheses(Theta, X):
    return _softmax(_logits(Theta, X))


def _log_hypotheses(Theta, X):
    Z = _logits(Theta, X)
    S = Z - Z.max(axis=0)
    return S - np.log(np.exp(S).sum(axis=0))


def _scaled_grad(Theta, X, Y, scale):
    return scale * ((_hypotheses(Theta, X) - Y) @ _with_ones(X).T)


class _Layer:
    """An instance that is called like a function and remembers its activation."""

    def __init__(self, activation):
        self.activation = activation

    def __call__(self, Theta, X):
        """Apply the remembered activation to the logits."""
        return self.activation(_logits(Theta, X))


# hypotheses


def hypotheses__bias_apart(Theta, X):
    """Splits Theta into a bias column and the rest."""
    b, W = Theta[:, :1], Theta[:, 1:]
    return _softmax(np.dot(W, X) + b)


def hypotheses__bias_with_newaxis(Theta, X):
    """The flat bias vector gets its second axis back."""
    return _softmax(Theta[:, 1:] @ X + Theta[:, 0][:, np.newaxis])


def hypotheses__insert(Theta, X):
    """np.insert puts the row of ones on top."""
    return _softmax(Theta @ np.insert(X, 0, 1.0, axis=0))


def hypotheses__pad(Theta, X):
    """np.pad puts the row of ones on top."""
    return _softmax(Theta @ np.pad(X, ((1, 0), (0, 0)), constant_values=1.0))


def hypotheses__larger_array(Theta, X):
    """Copies X into an array of ones that is one row larger."""
    R = np.ones((X.shape[0] + 1, X.shape[1]))
    R[1:] = X
    E = np.exp(Theta.dot(R) - Theta.dot(R).max(axis=0))
    return E / E.sum(axis=0)


def hypotheses__ones_below_and_theta_rolled(Theta, X):
    """The ones stand below, and the columns of Theta are moved along with them."""
    return _softmax(np.roll(Theta, -1, axis=1) @ np.vstack([X, np.ones(X.shape[1])]))


def hypotheses__rows_as_examples(Theta, X):
    """Works with examples as rows, and returns the transpose in Fortran order."""
    R = np.hstack([np.ones((X.shape[1], 1)), X.T])
    return _softmax(R @ Theta.T, axis=1).T


def hypotheses__example_by_example(Theta, X):
    """A loop over the examples, and one over the classes, in plain Python."""
    H = np.zeros((len(Theta), X.shape[1]))
    for i in range(X.shape[1]):
        x = [1.0, *X[:, i]]
        z = [sum(t * v for t, v in zip(row, x, strict=True)) for row in Theta]
        top = max(z)
        e = [math.exp(value - top) for value in z]
        H[:, i] = [value / sum(e) for value in e]
    return H


def hypotheses__three_written_out(Theta, X):
    """One hypothesis after the other, each as one over a sum of exponentials of differences."""
    Z = _logits(Theta, X)
    with np.errstate(over="ignore"):
        return np.stack([1.0 / np.exp(Z - z).sum(axis=0) for z in Z])


def hypotheses__last_class_as_reference(Theta, X):
    """Subtracts the last row of Theta from all rows, which changes no hypothesis."""
    return _hypotheses(Theta - Theta[-1], X)


def hypotheses__log_sum_exp(Theta, X):
    """Takes the exponential of the logarithm of the hypotheses."""
    return np.exp(_log_hypotheses(Theta, X))


def hypotheses__einsum(Theta, X):
    """The logits come from einsum."""
    Z = np.einsum("kj,ji->ki", Theta[:, 1:], X) + Theta[:, [0]]
    return _softmax(Z)


def hypotheses__max_plus_constant(Theta, X):
    """Shifts by the maximum plus a constant."""
    Z = _logits(Theta, X)
    E = np.exp(Z - Z.max(axis=0) - 2.0)
    return E / E.sum(axis=0)


def hypotheses__epsilon_of_1e_12(Theta, X):
    """A denominator epsilon of 1e-12, which is accepted."""
    Z = _logits(Theta, X)
    E = np.exp(Z - Z.max(axis=0))
    return E / (E.sum(axis=0) + 1e-12)


def hypotheses__extended_precision(Theta, X):
    """Computes in long double and returns a strided float64 array."""
    T, R = Theta.astype(np.longdouble), _with_ones(X).astype(np.longdouble)
    H = _softmax((T[:, :, None] * R[None]).sum(axis=1))
    wide = np.zeros((H.shape[0], 2 * H.shape[1]))
    wide[:, ::2] = H
    return wide[:, ::2]


hypotheses__callable_instance = _Layer(_softmax)
"""An instance with __call__."""

hypotheses__lambda = lambda Theta, X: _softmax(Theta[:, :1] + Theta[:, 1:] @ X)  # noqa: E731
"""A lambda."""


# output_layer_cost


def output_layer_cost__log_sum_exp(Theta, X, Y):
    """Log-sum-exp minus the labels' mean logit, which uses that the labels sum to 1."""
    Z = _logits(Theta, X)
    top = Z.max(axis=0)
    return np.sum(top + np.log(np.exp(Z - top).sum(axis=0)) - (Y * Z).sum(axis=0))


def output_layer_cost__logaddexp(Theta, X, Y):
    """np.logaddexp.reduce gives the log-sum-exp."""
    Z = _logits(Theta, X)
    return (np.logaddexp.reduce(Z, axis=0) * Y.sum(axis=0)).sum() - np.sum(Y * Z)


def output_layer_cost__pairwise(Theta, X, Y):
    """ln(1/h_k) is the log-sum-exp of the differences to z_k."""
    Z = _logits(Theta, X)
    return sum(np.dot(y, np.logaddexp.reduce(Z - z, axis=0)) for z, y in zip(Z, Y, strict=True))


def output_layer_cost__example_by_example(Theta, X, Y):
    """Adds up the examples in a loop, with math.log."""
    J = 0.0
    for i in range(X.shape[1]):
        z = Theta[:, 0] + Theta[:, 1:] @ X[:, i]
        lse = z.max() + math.log(np.exp(z - z.max()).sum())
        for label, logit in zip(Y[:, i], z, strict=True):
            J += label * (lse - logit)
    return J


def output_layer_cost__positive_labels_only(Theta, X, Y):
    """Leaves the classes with label 0 out."""
    named = Y > 0
    return -np.sum(Y[named] * _log_hypotheses(Theta, X)[named])


def output_layer_cost__mean_times_m(Theta, X, Y):
    """Exercise 3's mean, times the number of examples."""
    mean = np.mean((Y * _log_hypotheses(Theta, X)).sum(axis=0))
    return -mean * X.shape[1]


def output_layer_cost__einsum(Theta, X, Y):
    """einsum sums over classes and examples."""
    return -np.einsum("ki,ki", Y.astype(float), _log_hypotheses(Theta, X))


def output_layer_cost__trace(Theta, X, Y):
    """The trace of a matrix product adds up the entrywise products."""
    return -np.trace(Y.T @ _log_hypotheses(Theta, X))


def output_layer_cost__flat_dot(Theta, X, Y):
    """The dot product of two flattened arrays."""
    return float(-np.dot(Y.ravel(), _log_hypotheses(Theta, X).ravel()))


def output_layer_cost__zero_dimensional(Theta, X, Y):
    """Returns a 0-d array."""
    return np.array(-(Y * _log_hypotheses(Theta, X)).sum())


def output_layer_cost__fsum(Theta, X, Y):
    """Adds up with math.fsum."""
    return -math.fsum((Y * _log_hypotheses(Theta, X)).ravel())


def output_layer_cost__relative_to_the_last_class(Theta, X, Y):
    """Subtracts the last row of Theta first."""
    return -(Y * _log_hypotheses(Theta - Theta[-1], X)).sum()


output_layer_cost__lambda = lambda Theta, X, Y: -np.vdot(Y, _log_hypotheses(Theta, X))  # noqa: E731
"""A lambda."""


# output_layer_grad_parts


def output_layer_grad_parts__loops(Theta, X, Y, k, j):
    """Three cases in plain loops, as on paper."""
    H = _hypotheses(Theta, X)
    parts = np.zeros(len(Theta))
    for i in range(X.shape[1]):
        x_j = 1.0 if j == 0 else X[j - 1, i]
        for part in range(len(Theta)):
            if part == k:
                parts[part] += -Y[part, i] * (1 - H[k, i]) * x_j
            else:
                parts[part] += Y[part, i] * H[k, i] * x_j
    return parts


def output_layer_grad_parts__own_part_subtracted(Theta, X, Y, k, j):
    """All parts as if they were of other classes, and then the own class's 1."""
    x = _with_ones(X)[j]
    parts = Y @ (_hypotheses(Theta, X)[k] * x)
    parts[k] -= Y[k] @ x
    return parts


def output_layer_grad_parts__kronecker(Theta, X, Y, k, j):
    """A column of the identity is the Kronecker delta."""
    delta = np.eye(len(Theta))[:, [k]]
    return -(Y * (delta - _hypotheses(Theta, X)[k]) * _with_ones(X)[j]).sum(axis=1)


def output_layer_grad_parts__where(Theta, X, Y, k, j):
    """np.where picks between the two cases."""
    h = _hypotheses(Theta, X)[k]
    own = (np.arange(len(Theta)) == k)[:, None]
    return np.where(own, -Y * (1 - h), Y * h).dot(_with_ones(X)[j])


def output_layer_grad_parts__einsum(Theta, X, Y, k, j):
    """einsum sums over the examples."""
    D = np.tile(_hypotheses(Theta, X)[k], (len(Theta), 1))
    D[k] -= 1
    return np.einsum("li,li,i->l", Y, D, _with_ones(X)[j])


def output_layer_grad_parts__one_minus_h_as_a_sum(Theta, X, Y, k, j):
    """1 - h_k is the sum of the others' probabilities."""
    H = _hypotheses(Theta, X)
    D = np.repeat(H[k : k + 1], len(H), axis=0)
    D[k] = -np.delete(H, k, axis=0).sum(axis=0)
    return (Y * D) @ _with_ones(X)[j]


def output_layer_grad_parts__rate_of_the_logits(Theta, X, Y, k, j):
    """Pushes the rate of change of the logits through d ln h = dz - <h, dz>."""
    dZ = np.zeros((len(Theta), X.shape[1]))
    dZ[k] = _with_ones(X)[j]
    return -(Y * (dZ - (_hypotheses(Theta, X) * dZ).sum(axis=0))).sum(axis=1)


def output_layer_grad_parts__jacobians(Theta, X, Y, k, j):
    """For each example, the Jacobian of ln h, of which column k is needed."""
    H, R = _hypotheses(Theta, X), _with_ones(X)
    parts = np.zeros(len(Theta))
    for i in range(X.shape[1]):
        J = np.eye(len(Theta)) - H[:, i]
        parts -= Y[:, i] * J[:, k] * R[j, i]
    return parts


def output_layer_grad_parts__complex_step(Theta, X, Y, k, j):
    """A complex step in one weight: it subtracts nothing, so it is right to rounding."""
    Z = _logits(Theta, X)
    S = (Z - Z.max(axis=0)).astype(complex)
    S[k] += 1e-200j * _with_ones(X)[j]
    rates = (S - np.log(np.exp(S).sum(axis=0))).imag / 1e-200
    return -(Y * rates).sum(axis=1)


def output_layer_grad_parts__list_comprehension(Theta, X, Y, k, j):
    """One dot product for each hypothesis, in a list that becomes an array."""
    h, x = _hypotheses(Theta, X)[k], _with_ones(X)[j]
    return np.array([np.dot(y * (h - (part == k)), x) for part, y in enumerate(Y)])


def output_layer_grad_parts__swapped_twice(Theta, X, Y, k, j):
    """Moves class k to the front, takes Parts I, II, III there, and moves the result back."""
    order = np.array([k] + [part for part in range(len(Theta)) if part != k])
    h, labels = _hypotheses(Theta[order], X)[0], Y[order]
    weights = np.vstack([labels[:1] * (h - 1), labels[1:] * h])
    parts = np.empty(len(Theta))
    parts[order] = weights @ _with_ones(X)[j]
    return parts


def output_layer_grad_parts__diagonal_of_a_product(Theta, X, Y, k, j):
    """The diagonal of Y times the transposed rates of ln h: a view into a larger array."""
    D = _hypotheses(Theta, X)[k] - np.eye(len(Theta))[:, [k]]
    return np.diagonal(Y @ (D * _with_ones(X)[j]).T)


def output_layer_grad_parts__cut_from_all_columns(Theta, X, Y, k, j):
    """Computes the parts for all columns of Theta, and returns one of them."""
    own = np.arange(len(Theta))[:, None] == k
    return ((Y * (_hypotheses(Theta, X)[k] - own)) @ _with_ones(X).T)[:, j]


output_layer_grad_parts__lambda = lambda Theta, X, Y, k, j: (  # noqa: E731
    (Y * (_hypotheses(Theta, X)[k] - (np.arange(len(Y)) == k)[:, None])) @ _with_ones(X)[j]
)
"""A lambda."""


# output_layer_grad


def output_layer_grad__columns_apart(Theta, X, Y):
    """Bias column and feature columns are computed apart and joined."""
    D = _hypotheses(Theta, X) - Y
    return np.hstack([D.sum(axis=1, keepdims=True), D @ X.T])


def output_layer_grad__filled(Theta, X, Y):
    """Fills an array like Theta column by column."""
    D = _hypotheses(Theta, X) - Y
    G = np.empty_like(Theta)
    G[:, 0] = D.sum(axis=1)
    for j in range(X.shape[0]):
        G[:, j + 1] = (D * X[j]).sum(axis=1)
    return G


def output_layer_grad__four_loops(Theta, X, Y):
    """Plain loops over weights and examples."""
    H, R = _hypotheses(Theta, X), _with_ones(X)
    G = np.zeros(Theta.shape)
    for k in range(Theta.shape[0]):
        for j in range(Theta.shape[1]):
            for i in range(X.shape[1]):
                G[k, j] += (H[k, i] - Y[k, i]) * R[j, i]
    return G


def output_layer_grad__outer_products(Theta, X, Y):
    """Adds up one outer product for each example."""
    D = _hypotheses(Theta, X) - Y
    return sum(np.outer(d, x) for d, x in zip(D.T, _with_ones(X).T, strict=True))


def output_layer_grad__two_cases(Theta, X, Y):
    """Two cases for each class and example, and each weighted by its label."""
    H, R = _hypotheses(Theta, X), _with_ones(X)
    G = np.zeros_like(Theta)
    for i in range(X.shape[1]):
        for true in np.flatnonzero(Y[:, i]):
            for k in range(len(Theta)):
                step = H[k, i] - 1 if k == true else H[k, i]
                G[k] += Y[true, i] * step * R[:, i]
    return G


def output_layer_grad__sum_of_parts(Theta, X, Y):
    """Adds up the parts of each weight."""
    H, R = _hypotheses(Theta, X), _with_ones(X)
    G = np.zeros(Theta.shape)
    for k, j in np.ndindex(*Theta.shape):
        own = np.arange(len(Theta))[:, None] == k
        G[k, j] = ((Y * (H[k] - own)) @ R[j]).sum()
    return G


def output_layer_grad__subtracted_labels_in_a_copy(Theta, X, Y):
    """Subtracts the labels in place, from an array of its own."""
    D = _hypotheses(Theta, X)
    D -= Y
    return np.matmul(D, _with_ones(X).T)


def output_layer_grad__two_products(Theta, X, Y):
    """H times the features, minus Y times the features."""
    R = _with_ones(X).T
    return _hypotheses(Theta, X) @ R - Y @ R


def output_layer_grad__transposed_twice(Theta, X, Y):
    """Multiplies the other way round and transposes: the result is in Fortran order."""
    return (_with_ones(X) @ (_hypotheses(Theta, X) - Y).T).T


def output_layer_grad__negated_difference(Theta, X, Y):
    """Minus the sum of (y - h) x."""
    return -np.dot(Y - _hypotheses(Theta, X), np.insert(X, 0, 1, axis=0).T)


def output_layer_grad__einsum(Theta, X, Y):
    """einsum sums over the examples."""
    return np.einsum("ki,ji->kj", _hypotheses(Theta, X) - Y, _with_ones(X))


def output_layer_grad__tensordot(Theta, X, Y):
    """tensordot contracts the axis of the examples."""
    return np.tensordot(_hypotheses(Theta, X) - Y, _with_ones(X), axes=(1, 1))


def output_layer_grad__broadcast(Theta, X, Y):
    """A product with three axes, summed over the examples."""
    D = _hypotheses(Theta, X) - Y
    return (D[:, None, :] * _with_ones(X)[None, :, :]).sum(axis=-1)


def output_layer_grad__mean_times_m(Theta, X, Y):
    """The gradient of a mean, times the number of examples."""
    m = X.shape[1]
    return m * ((_hypotheses(Theta, X) - Y) / m @ _with_ones(X).T)


def output_layer_grad__last_row_from_the_others(Theta, X, Y):
    """The last row is what makes each column sum to 0."""
    G = (_hypotheses(Theta, X) - Y) @ _with_ones(X).T
    G[-1] = -G[:-1].sum(axis=0)
    return G


def output_layer_grad__complex_step(Theta, X, Y):
    """A complex step in each weight: it subtracts nothing, so it is right to rounding."""
    Z, R = _logits(Theta, X), _with_ones(X)
    G = np.zeros(Theta.shape)
    for k, j in np.ndindex(*Theta.shape):
        S = (Z - Z.max(axis=0)).astype(complex)
        S[k] += 1e-200j * R[j]
        G[k, j] = -(Y * (S - np.log(np.exp(S).sum(axis=0)))).imag.sum() / 1e-200
    return G


def output_layer_grad__derivative_of_the_logarithm(Theta, X, Y):
    """Collects sum of y_l (h_k - d_lk) over the classes before the features come in."""
    D = _hypotheses(Theta, X) * Y.sum(axis=0) - Y
    return D @ _with_ones(X).T


output_layer_grad__partial = functools.partial(_scaled_grad, scale=1.0)
"""A functools.partial with a factor of 1 filled in."""

output_layer_grad__alias = output_layer_grad__columns_apart
"""A second name for an existing function."""
