"""Right functions in forms that the course does not list: what diagnosis.py breaks, unseen.

Each is written as a learner may write it, and named FUNCTION__FORM. Nothing in `solutions/` may be
a copy of one of these.
"""

import numpy as np


def _probabilities(logits):
    shifted = logits - np.max(logits, axis=0)
    powers = np.exp(shifted)
    return powers / np.sum(powers, axis=0)


def softmax__rows_of_the_transpose(Z):
    out = np.zeros_like(Z, dtype=float)
    for i, column in enumerate(Z.T):
        c = np.max(column)
        total = 0.0
        for value in column:
            total += np.exp(value - c)
        out[:, i] = np.exp(column - c) / total
    return out


def softmax__in_three_lines(Z):
    biggest = np.max(Z, axis=0, keepdims=True)
    e = np.exp(Z - biggest)
    return np.divide(e, np.sum(e, axis=0, keepdims=True))


def softmax_jacobian__columns_and_deltas(z):
    p = _probabilities(z).reshape(-1)
    n = p.shape[0]
    J = np.zeros((n, n))
    for j in range(n):
        J[:, j] = -p * p[j]
        J[j, j] += p[j]
    return J


def softmax_jacobian__identity_times_p(z):
    p = _probabilities(z)
    return p * np.eye(p.shape[0]) - p.dot(p.T)


def softmax_jacobian_batch__two_loops(Z):
    P = _probabilities(Z)
    n, m = P.shape
    out = np.zeros((m, n, n))
    for k in range(m):
        for i in range(n):
            out[k, i] = -P[i, k] * P[:, k]
            out[k, i, i] += P[i, k]
    return out


def softmax_jacobian_batch__outer_by_newaxis(Z):
    P = _probabilities(Z).T
    products = P[:, :, None] * P[:, None, :]
    diagonals = P[:, :, None] * np.eye(P.shape[1])
    return diagonals - products


def cross_entropy__masked_sum(A, Y):
    m = A.shape[1]
    total = 0.0
    for k in range(m):
        there = Y[:, k] > 0
        total = total + np.sum(Y[there, k] * np.log(A[there, k]))
    return -total / m


def cross_entropy__safe_entries(A, Y):
    safe = np.where(Y > 0, A, 1.0)
    losses = np.sum(-Y * np.log(safe), axis=0)
    return np.mean(losses)


def cross_entropy_from_logits__by_example(Z, Y):
    n, m = Z.shape
    J = 0.0
    for k in range(m):
        c = np.max(Z[:, k])
        lse = c + np.log(np.sum(np.exp(Z[:, k] - c)))
        J = J + np.sum(Y[:, k] * (lse - Z[:, k]))
    return J / m


def cross_entropy_from_logits__log_probabilities(Z, Y):
    shifted = Z - np.max(Z, axis=0)
    logs = shifted - np.log(np.sum(np.exp(shifted), axis=0))
    return -np.sum(np.mean(Y * logs, axis=1))


def cross_entropy_grad__where_asked(A, Y):
    out = np.zeros(A.shape)
    asked = Y > 0
    out[asked] = -Y[asked] / A[asked]
    return out


def cross_entropy_grad__entry_by_entry(A, Y):
    n, m = A.shape
    out = np.zeros((n, m))
    for i in range(n):
        for k in range(m):
            if Y[i, k] > 0:
                out[i, k] = -(Y[i, k] / A[i, k])
    return out


def vjp_with_jacobian__sum_of_columns(Z, dA):
    P = _probabilities(Z)
    out = np.zeros(dA.shape)
    for k in range(P.shape[1]):
        p = P[:, k]
        J = np.diag(p) - np.outer(p, p)
        out[:, k] = np.dot(J.T, dA[:, k])
    return out


def vjp_with_jacobian__stack_of_jacobians(Z, dA):
    P = _probabilities(Z).T
    J = P[:, :, None] * (np.eye(P.shape[1]) - P[:, None, :])
    return np.einsum("kij,ik->jk", J, dA)


def softmax_backward__two_terms(dA, A):
    weighted = dA * A
    return weighted - A * np.sum(weighted, axis=0)


def softmax_backward__loop_of_dots(dA, A):
    out = np.zeros(A.shape)
    for k in range(A.shape[1]):
        inner = np.dot(A[:, k], dA[:, k])
        out[:, k] = A[:, k] * dA[:, k] - inner * A[:, k]
    return out


def softmax_cross_entropy_grad__in_place(Z, Y):
    out = _probabilities(Z)
    out -= Y
    return out


def softmax_cross_entropy_grad__by_columns(Z, Y):
    out = np.zeros(Z.shape)
    for k in range(Z.shape[1]):
        e = np.exp(Z[:, k] - np.max(Z[:, k]))
        out[:, k] = e / np.sum(e) - Y[:, k]
    return out


def chain_terms__two_loops(z, y):
    p = _probabilities(z)[:, 0]
    n = len(p)
    T = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            T[i, j] = y[i, 0] * p[j]
        T[i, i] -= y[i, 0]
    return T


def chain_terms__outer(z, y):
    p = _probabilities(z).ravel()
    t = y.ravel()
    return np.outer(t, p) - np.diag(t)


def hypotheses__with_a_bias(Theta, X):
    scores = np.dot(Theta[:, 1:], X) + Theta[:, 0:1]
    return _probabilities(scores)


def hypotheses__one_example_at_a_time(Theta, X):
    out = np.zeros((Theta.shape[0], X.shape[1]))
    for k in range(X.shape[1]):
        x = np.concatenate([[1.0], X[:, k]])
        s = np.dot(Theta, x)
        e = np.exp(s - np.max(s))
        out[:, k] = e / np.sum(e)
    return out


def output_layer_cost__log_of_sums(Theta, X, Y):
    R = np.concatenate([np.ones((1, X.shape[1])), X], axis=0)
    S = np.dot(Theta, R)
    S = S - np.max(S, axis=0)
    lse = np.log(np.sum(np.exp(S), axis=0))
    return np.sum(lse * np.sum(Y, axis=0)) - np.sum(Y * S)


def output_layer_cost__loop(Theta, X, Y):
    J = 0.0
    for k in range(X.shape[1]):
        x = np.concatenate([[1.0], X[:, k]])
        s = np.dot(Theta, x)
        s = s - np.max(s)
        J -= np.sum(Y[:, k] * (s - np.log(np.sum(np.exp(s)))))
    return J


def output_layer_grad_parts__by_class(Theta, X, Y, k, j):
    R = np.concatenate([np.ones((1, X.shape[1])), X], axis=0)
    P = _probabilities(np.dot(Theta, R))
    parts = np.zeros(Theta.shape[0])
    for i in range(Theta.shape[0]):
        if i == k:
            parts[i] = -np.sum(Y[i] * (1 - P[k]) * R[j])
        else:
            parts[i] = np.sum(Y[i] * P[k] * R[j])
    return parts


def output_layer_grad_parts__product(Theta, X, Y, k, j):
    R = np.concatenate([np.ones((1, X.shape[1])), X], axis=0)
    P = _probabilities(np.dot(Theta, R))
    parts = np.dot(Y, P[k] * R[j])
    parts[k] -= np.sum(Y[k] * R[j])
    return parts


def output_layer_grad__bias_and_weights(Theta, X, Y):
    R = np.concatenate([np.ones((1, X.shape[1])), X], axis=0)
    error = _probabilities(np.dot(Theta, R)) - Y
    bias = np.sum(error, axis=1, keepdims=True)
    weights = np.dot(error, X.T)
    return np.concatenate([bias, weights], axis=1)


def output_layer_grad__by_example(Theta, X, Y):
    grad = np.zeros(Theta.shape)
    for k in range(X.shape[1]):
        x = np.concatenate([[1.0], X[:, k]])
        s = np.dot(Theta, x)
        e = np.exp(s - np.max(s))
        grad += np.outer(e / np.sum(e) - Y[:, k], x)
    return grad


def forward__names_first(params, X, hidden="tanh"):
    W1, W2 = params["W1"], params["W2"]
    Z1 = np.dot(W1, X) + params["b1"]
    A1 = np.tanh(Z1)
    if hidden == "relu":
        A1 = Z1 * (Z1 > 0)
    Z2 = np.dot(W2, A1) + params["b2"]
    A2 = _probabilities(Z2)
    cache = {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}
    return A2, cache


def backward__step_by_step(params, cache, X, Y, hidden="tanh"):
    m = Y.shape[1]
    dZ2 = cache["A2"] - Y
    dW2 = np.dot(dZ2, cache["A1"].T) / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dA1 = np.dot(params["W2"].T, dZ2)
    if hidden == "relu":
        dZ1 = dA1 * (cache["Z1"] > 0)
    else:
        dZ1 = dA1 * (1 - np.tanh(cache["Z1"]) ** 2)
    dW1 = np.dot(dZ1, X.T) / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}


def backward__means(params, cache, X, Y, hidden="tanh"):
    m = X.shape[1]
    E = (cache["A2"] - Y) / m
    grads = {"dW2": E @ cache["A1"].T, "db2": E.sum(axis=1)[:, None]}
    slope = 1 - np.square(cache["A1"])
    if hidden == "relu":
        slope = np.where(cache["Z1"] > 0, 1.0, 0.0)
    D = slope * (params["W2"].T @ E)
    grads["dW1"] = D @ X.T
    grads["db1"] = D.sum(axis=1)[:, None]
    return grads


def update__one_by_one(params, grads, lr):
    new = {}
    for key in params:
        step = lr * grads["d" + key]
        new[key] = params[key] - step
    return new


def train__all_inside(params, X, Y, lr, steps, hidden="tanh"):
    p = {key: value.copy() for key, value in params.items()}
    m = X.shape[1]
    costs = []
    for _ in range(steps):
        Z1 = np.dot(p["W1"], X) + p["b1"]
        A1 = np.tanh(Z1) if hidden == "tanh" else np.maximum(Z1, 0)
        Z2 = np.dot(p["W2"], A1) + p["b2"]
        S = Z2 - np.max(Z2, axis=0)
        logs = S - np.log(np.sum(np.exp(S), axis=0))
        costs.append(-np.sum(Y * logs) / m)
        dZ2 = (np.exp(logs) - Y) / m
        dA1 = np.dot(p["W2"].T, dZ2)
        dZ1 = dA1 * (1 - A1**2) if hidden == "tanh" else dA1 * (Z1 > 0)
        p["W2"] = p["W2"] - lr * np.dot(dZ2, A1.T)
        p["b2"] = p["b2"] - lr * np.sum(dZ2, axis=1, keepdims=True)
        p["W1"] = p["W1"] - lr * np.dot(dZ1, X.T)
        p["b1"] = p["b1"] - lr * np.sum(dZ1, axis=1, keepdims=True)
    return p, costs


def numerical_gradient__flat_index(f, x, eps=1e-5):
    grad = np.zeros(x.shape)
    for i in range(x.size):
        at = np.unravel_index(i, x.shape)
        step = np.zeros(x.shape)
        step[at] = eps
        grad[at] = (f(x + step) - f(x - step)) / (2 * eps)
    return grad


def numerical_gradient__two_values(f, x, eps=1e-5):
    point = np.array(x, dtype=float)
    grad = np.zeros(point.shape)
    for at in np.ndindex(point.shape):
        kept = point[at]
        point[at] = kept + eps
        above = f(point.copy())
        point[at] = kept - eps
        below = f(point.copy())
        point[at] = kept
        grad[at] = (above - below) / (2 * eps)
    return grad


def gradient_check__square_roots(analytic, numeric):
    difference = np.sqrt(np.sum((analytic - numeric) ** 2))
    size = np.sqrt(np.sum(analytic**2)) + np.sqrt(np.sum(numeric**2))
    if size == 0:
        return 0.0
    return difference / size
