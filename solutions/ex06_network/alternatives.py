"""Right ways to write and train a network, each written differently from the reference."""

import copy
import functools
import math

import numpy as np


def _softmax(Z):
    E = np.exp(Z - Z.max(axis=0, keepdims=True))
    return E / E.sum(axis=0, keepdims=True)


def _forward(params, X, hidden="tanh"):
    Z1 = params["W1"] @ X + params["b1"]
    A1 = np.tanh(Z1) if hidden == "tanh" else np.maximum(0, Z1)
    Z2 = params["W2"] @ A1 + params["b2"]
    A2 = _softmax(Z2)
    return A2, {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}


def _backward(params, cache, X, Y, hidden="tanh"):
    m = X.shape[1]
    dZ2 = cache["A2"] - Y
    dA1 = params["W2"].T @ dZ2
    dZ1 = dA1 * (1 - cache["A1"] ** 2) if hidden == "tanh" else dA1 * (cache["Z1"] > 0)
    return {
        "dW1": dZ1 @ X.T / m,
        "db1": dZ1.sum(axis=1, keepdims=True) / m,
        "dW2": dZ2 @ cache["A1"].T / m,
        "db2": dZ2.sum(axis=1, keepdims=True) / m,
    }


def _update(params, grads, lr):
    return {name: value - lr * grads["d" + name] for name, value in params.items()}


def _cost(A2, Y):
    """Skip where Y is 0: an A2 that underflowed there adds nothing."""
    there = Y > 0
    return -np.sum(Y[there] * np.log(A2[there])) / Y.shape[1]


class _Network:
    """An object that knows its activation functions by name."""

    functions = {"tanh": np.tanh, "relu": lambda Z: Z * (Z > 0)}

    def __call__(self, params, X, hidden="tanh"):
        """Go forward; the cache is an ordinary dict."""
        cache = {"Z1": np.dot(params["W1"], X) + params["b1"]}
        cache["A1"] = self.functions[hidden](cache["Z1"])
        cache["Z2"] = np.dot(params["W2"], cache["A1"]) + params["b2"]
        cache["A2"] = _softmax(cache["Z2"])
        return cache["A2"], cache


# forward


def forward__two_branches(params, X, hidden="tanh"):
    """An if with two branches, np.dot, and variables for all the parameters."""
    W1, b1, W2, b2 = params["W1"], params["b1"], params["W2"], params["b2"]
    Z1 = np.dot(W1, X) + b1
    if hidden == "relu":
        A1 = np.maximum(Z1, 0)
    else:
        A1 = np.tanh(Z1)
    Z2 = np.dot(W2, A1) + b2
    A2 = _softmax(Z2)
    return A2, {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}


def forward__tanh_from_exponentials(params, X, hidden="tanh"):
    """tanh as a fraction of exponentials, which is fine up to 700; relu by np.where."""
    Z1 = params["W1"] @ X + params["b1"]
    if hidden == "tanh":
        up, down = np.exp(Z1), np.exp(-Z1)
        A1 = (up - down) / (up + down)
    else:
        A1 = np.where(Z1 > 0, Z1, 0.0)
    Z2 = params["W2"] @ A1 + params["b2"]
    A2 = _softmax(Z2)
    return A2, {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}


def forward__tanh_from_the_sigmoid(params, X, hidden="tanh"):
    """tanh as a sigmoid of 2z, stretched; relu as the mean of z and its absolute value."""
    Z1 = params["W1"] @ X + params["b1"]
    A1 = 2 / (1 + np.exp(-2 * Z1)) - 1 if hidden == "tanh" else (Z1 + np.abs(Z1)) / 2
    Z2 = params["W2"] @ A1 + params["b2"]
    A2 = _softmax(Z2)
    return A2, {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}


def forward__rows_of_ones(params, X, hidden="tanh"):
    """Biases as a further column of the weights, as in exercise 5."""
    ones = np.ones((1, X.shape[1]))
    Z1 = np.hstack([params["b1"], params["W1"]]) @ np.vstack([ones, X])
    A1 = np.tanh(Z1) if hidden == "tanh" else np.clip(Z1, 0, None)
    Z2 = np.hstack([params["b2"], params["W2"]]) @ np.vstack([ones, A1])
    A2 = _softmax(Z2)
    return A2, {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}


def forward__example_by_example(params, X, hidden="tanh"):
    """A loop over the examples, with the columns put together at the end."""
    columns = [_forward(params, X[:, k : k + 1], hidden)[1] for k in range(X.shape[1])]
    cache = {name: np.hstack([one[name] for one in columns]) for name in columns[0]}
    return cache["A2"], cache


def forward__plain_loops(params, X, hidden="tanh"):
    """Loops over units and features, with math.tanh and math.exp."""

    def layer(W, b, A):
        Z = np.zeros((len(W), A.shape[1]))
        for i in range(len(W)):
            for k in range(A.shape[1]):
                Z[i, k] = b[i, 0]
                for j in range(len(A)):
                    Z[i, k] += W[i, j] * A[j, k]
        return Z

    Z1 = layer(params["W1"], params["b1"], X)
    A1 = np.zeros(Z1.shape)
    for place, z in np.ndenumerate(Z1):
        A1[place] = math.tanh(z) if hidden == "tanh" else max(z, 0.0)
    Z2 = layer(params["W2"], params["b2"], A1)
    A2 = np.zeros(Z2.shape)
    for k in range(Z2.shape[1]):
        top = max(Z2[:, k])
        total = sum(math.exp(z - top) for z in Z2[:, k])
        for i in range(len(Z2)):
            A2[i, k] = math.exp(Z2[i, k] - top) / total
    return A2, {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}


def forward__examples_in_rows_inside(params, X, hidden="tanh"):
    """Works with rows inside and returns transposed views, which are not contiguous."""
    Z1 = X.T @ params["W1"].T + params["b1"].T
    A1 = np.tanh(Z1) if hidden == "tanh" else Z1 * (Z1 > 0)
    Z2 = A1 @ params["W2"].T + params["b2"].T
    E = np.exp(Z2 - Z2.max(axis=1, keepdims=True))
    A2 = E / E.sum(axis=1, keepdims=True)
    return A2.T, {"Z1": Z1.T, "A1": A1.T, "Z2": Z2.T, "A2": A2.T}


def forward__einsum_and_log_sum_exp(params, X, hidden="tanh"):
    """einsum for the products, and the logits shifted by their log-sum-exp."""
    Z1 = np.einsum("hd,dm->hm", params["W1"], X) + params["b1"]
    A1 = {"tanh": np.tanh, "relu": functools.partial(np.maximum, 0)}[hidden](Z1)
    Z2 = np.einsum("nh,hm->nm", params["W2"], A1) + params["b2"]
    A2 = np.exp(Z2 - np.logaddexp.reduce(Z2, axis=0))
    return A2, {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}


def forward__further_entries_in_the_cache(params, X, hidden="tanh"):
    """Keeps the weights and the name of the activation in the cache as well."""
    A2, cache = _forward(params, X, hidden)
    return A2, {**cache, "W1": params["W1"].copy(), "A0": X.copy(), "hidden": hidden}


def forward__fortran_order(params, X, hidden="tanh"):
    """Arrays in Fortran order."""
    A2, cache = _forward(params, np.asfortranarray(X), hidden)
    return np.asfortranarray(A2), {k: np.asfortranarray(v) for k, v in cache.items()}


def forward__relu_in_place_on_a_copy(params, X, hidden="tanh"):
    """Sets the negative entries of a copy of Z1 to 0."""
    Z1 = params["W1"] @ X + params["b1"]
    A1 = Z1.copy()
    if hidden == "relu":
        A1[A1 < 0] = 0
    else:
        np.tanh(A1, out=A1)
    Z2 = params["W2"] @ A1
    Z2 += params["b2"]
    A2 = _softmax(Z2)
    return A2, dict(Z1=Z1, A1=A1, Z2=Z2, A2=A2)


forward__callable_instance = _Network()
"""An instance with __call__."""

forward__alias = _forward
"""Another name for a function."""


# backward


def backward__divided_at_the_start(params, cache, X, Y, hidden="tanh"):
    """1/m once and for all in dZ2."""
    dZ2 = (cache["A2"] - Y) / Y.shape[1]
    dZ1 = params["W2"].T @ dZ2 * ((1 - cache["A1"] ** 2) if hidden == "tanh" else cache["Z1"] > 0)
    return {
        "dW1": dZ1 @ X.T,
        "db1": np.sum(dZ1, axis=1, keepdims=True),
        "dW2": dZ2 @ cache["A1"].T,
        "db2": np.sum(dZ2, axis=1, keepdims=True),
    }


def backward__tanh_taken_from_z1(params, cache, X, Y, hidden="tanh"):
    """The slope from Z1 and not from A1; relu by A1 > 0; biases by np.mean."""
    m = X.shape[1]
    slope = 1 - np.tanh(cache["Z1"]) ** 2 if hidden == "tanh" else (cache["A1"] > 0) * 1.0
    dZ2 = cache["A2"] - Y
    dZ1 = np.multiply(np.dot(params["W2"].T, dZ2), slope)
    return {
        "dW1": np.dot(dZ1, X.T) / m,
        "db1": np.mean(dZ1, axis=1, keepdims=True),
        "dW2": np.dot(dZ2, cache["A1"].T) / m,
        "db2": np.mean(dZ2, axis=1, keepdims=True),
    }


def backward__slope_by_the_hyperbolic_cosine(params, cache, X, Y, hidden="tanh"):
    """The slope of tanh as 1/cosh^2, and that of relu as 1 at 0."""
    m = X.shape[1]
    slope = 1 / np.cosh(cache["Z1"]) ** 2 if hidden == "tanh" else cache["Z1"] >= 0
    dZ2 = cache["A2"] - Y
    dZ1 = (params["W2"].T @ dZ2) * slope
    return {
        "dW1": (1 / m) * dZ1 @ X.T,
        "db1": (1 / m) * dZ1.sum(axis=1).reshape(-1, 1),
        "dW2": (1 / m) * dZ2 @ cache["A1"].T,
        "db2": (1 / m) * dZ2.sum(axis=1)[:, np.newaxis],
    }


def backward__factored_slope(params, cache, X, Y, hidden="tanh"):
    """The slope of tanh as (1 - a)(1 + a); relu by np.heaviside; biases by a product with ones."""
    m = X.shape[1]
    A1 = cache["A1"]
    slope = (1 - A1) * (1 + A1) if hidden == "tanh" else np.heaviside(cache["Z1"], 0.5)
    mean = np.full((m, 1), 1 / m)
    dZ2 = cache["A2"] - Y
    dZ1 = params["W2"].T @ dZ2 * slope
    return {"dW1": dZ1 * mean.T @ X.T, "db1": dZ1 @ mean, "dW2": dZ2 / m @ A1.T, "db2": dZ2 @ mean}


def backward__example_by_example(params, cache, X, Y, hidden="tanh"):
    """Adds up the outer products of every example."""
    m = X.shape[1]
    grads = {"d" + name: np.zeros(value.shape) for name, value in params.items()}
    for k in range(m):
        dz2 = cache["A2"][:, k] - Y[:, k]
        da1 = dz2 @ params["W2"]
        a1 = cache["A1"][:, k]
        dz1 = da1 * (1 - a1**2) if hidden == "tanh" else np.where(a1 > 0, da1, 0.0)
        grads["dW1"] += np.outer(dz1, X[:, k])
        grads["db1"][:, 0] += dz1
        grads["dW2"] += np.outer(dz2, a1)
        grads["db2"][:, 0] += dz2
    return {name: value / m for name, value in grads.items()}


def backward__plain_loops(params, cache, X, Y, hidden="tanh"):
    """Loops over examples, classes, units and features."""
    (h, d), n, m = params["W1"].shape, len(params["W2"]), X.shape[1]
    dW1, db1, dW2, db2 = np.zeros((h, d)), np.zeros((h, 1)), np.zeros((n, h)), np.zeros((n, 1))
    for k in range(m):
        error = [float(cache["A2"][i, k]) - float(Y[i, k]) for i in range(n)]
        for i in range(n):
            db2[i, 0] += error[i] / m
            for j in range(h):
                dW2[i, j] += error[i] * cache["A1"][j, k] / m
        for j in range(h):
            down = sum(params["W2"][i, j] * error[i] for i in range(n))
            if hidden == "tanh":
                down *= 1 - cache["A1"][j, k] ** 2
            elif cache["Z1"][j, k] <= 0:
                down = 0.0
            db1[j, 0] += down / m
            for p in range(d):
                dW1[j, p] += down * X[p, k] / m
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}


def backward__einsum(params, cache, X, Y, hidden="tanh"):
    """einsum for everything that is summed."""
    m = X.shape[1]
    dZ2 = np.subtract(cache["A2"], Y)
    slope = 1 - np.square(cache["A1"]) if hidden == "tanh" else np.sign(cache["A1"])
    dZ1 = np.einsum("nh,nm,hm->hm", params["W2"], dZ2, slope)
    return {
        "dW1": np.einsum("hm,dm->hd", dZ1, X) / m,
        "db1": np.einsum("hm->h", dZ1)[:, None] / m,
        "dW2": np.einsum("nm,hm->nh", dZ2, cache["A1"]) / m,
        "db2": np.einsum("nm->n", dZ2)[:, None] / m,
    }


def backward__products_the_other_way_round(params, cache, X, Y, hidden="tanh"):
    """Computes every product transposed, and transposes at the end: Fortran order."""
    m = X.shape[1]
    back = (cache["A2"] - Y).T
    grads = {"dW2": (cache["A1"] @ back).T / m, "db2": back.sum(axis=0, keepdims=True).T / m}
    back = back @ params["W2"]
    back = back * ((1 - cache["A1"] ** 2) if hidden == "tanh" else (cache["Z1"] > 0)).T
    return grads | {"dW1": (X @ back).T / m, "db1": back.sum(axis=0, keepdims=True).T / m}


def backward__two_steps_with_zeros_guarded(params, cache, X, Y, hidden="tanh"):
    """dA2 first, 0 where Y is 0, then through the softmax: no division by 0."""
    A2 = cache["A2"]
    dA2 = -np.divide(Y, A2, out=np.zeros(A2.shape), where=Y > 0)
    dZ2 = A2 * (dA2 - (A2 * dA2).sum(axis=0))
    return _backward(params, {**cache, "A2": dZ2}, X, np.zeros(Y.shape), hidden)


def backward__further_entries(params, cache, X, Y, hidden="tanh"):
    """Returns dZ1, dZ2 and dX as well."""
    m = X.shape[1]
    dZ2 = -(Y - cache["A2"])
    dZ1 = params["W2"].T.dot(dZ2)
    if hidden == "relu":
        dZ1[cache["Z1"] <= 0] = 0
    else:
        dZ1 *= 1 - cache["A1"] ** 2
    return {
        "dZ2": dZ2,
        "dW2": dZ2.dot(cache["A1"].T) / m,
        "db2": dZ2.mean(axis=1, keepdims=True),
        "dZ1": dZ1,
        "dW1": dZ1.dot(X.T) / m,
        "db1": dZ1.mean(axis=1, keepdims=True),
        "dX": params["W1"].T.dot(dZ1),
    }


def backward__cache_not_used(params, cache, X, Y, hidden="tanh"):
    """Goes forward once more and leaves the cache alone."""
    return _backward(params, _forward(params, X, hidden)[1], X, Y, hidden)


def backward__rows_of_ones(params, cache, X, Y, hidden="tanh"):
    """Weights and biases together, by a row of ones; cut apart at the end."""
    m = X.shape[1]
    ones = np.ones((1, m))
    dZ2 = cache["A2"] - Y
    both2 = dZ2 @ np.vstack([ones, cache["A1"]]).T / m
    slope = 1 - cache["A1"] ** 2 if hidden == "tanh" else np.where(cache["Z1"] < 0, 0, 1)
    both1 = (params["W2"].T @ dZ2 * slope) @ np.vstack([ones, X]).T / m
    return {"dW1": both1[:, 1:], "db1": both1[:, :1], "dW2": both2[:, 1:], "db2": both2[:, :1]}


# update


def update__one_by_one(params, grads, lr):
    """Four lines and a dict."""
    W1 = params["W1"] - lr * grads["dW1"]
    b1 = params["b1"] - lr * grads["db1"]
    W2 = params["W2"] - lr * grads["dW2"]
    b2 = params["b2"] - lr * grads["db2"]
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}


def update__deep_copy(params, grads, lr):
    """A deep copy, changed in place."""
    new = copy.deepcopy(params)
    for name in new:
        new[name] -= lr * grads["d" + name]
    return new


def update__shallow_copy_with_new_arrays(params, grads, lr):
    """A shallow copy whose entries are replaced, not written into."""
    new = params.copy()
    for name in params:
        new[name] = new[name] - lr * grads[f"d{name}"]
    return new


def update__layer_by_layer(params, grads, lr):
    """A loop over the numbers of the layers, with the step added."""
    new = {}
    for layer in ("1", "2"):
        for kind in "Wb":
            step = -lr * grads["d" + kind + layer]
            new[kind + layer] = np.add(params[kind + layer], step)
    return new


update__lambda = lambda params, grads, lr: dict(  # noqa: E731
    (name, np.subtract(params[name], np.multiply(grads[f"d{name}"], lr))) for name in params
)
"""A lambda."""


# train


def train__for_loop(params, X, Y, lr, steps, hidden="tanh"):
    """The cost from the probabilities, collected in a list."""
    costs = []
    for _ in range(steps):
        A2, cache = _forward(params, X, hidden)
        costs.append(_cost(A2, Y))
        grads = _backward(params, cache, X, Y, hidden)
        params = _update(params, grads, lr)
    return params, costs


def train__array_of_costs(params, X, Y, lr, steps, hidden="tanh"):
    """Fills an array with the costs."""
    costs = np.zeros(steps)
    for t in range(steps):
        A2, cache = _forward(params, X, hidden)
        costs[t] = _cost(A2, Y)
        params = _update(params, _backward(params, cache, X, Y, hidden), lr)
    return params, costs


def train__own_copy_changed_in_place(params, X, Y, lr, steps, hidden="tanh"):
    """Copies the parameters once, and changes the copy in place."""
    own = {name: value.copy() for name, value in params.items()}
    costs = np.empty(steps)
    for t in range(steps):
        A2, cache = _forward(own, X, hidden)
        costs[t] = np.mean(-np.log((A2**Y).prod(axis=0)))
        for name, grad in _backward(own, cache, X, Y, hidden).items():
            own[name[1:]] -= lr * grad
    return own, costs


def train__top_layer_corrected_first(params, X, Y, lr, steps, hidden="tanh"):
    """Corrects W2 first, but has sent the error down before that."""
    W1, b1, W2, b2 = (params[name].copy() for name in ("W1", "b1", "W2", "b2"))
    m, costs = X.shape[1], []
    for _ in range(steps):
        A2, cache = _forward({"W1": W1, "b1": b1, "W2": W2, "b2": b2}, X, hidden)
        costs.append(float(_cost(A2, Y)))
        dZ2 = (A2 - Y) / m
        dA1 = W2.T @ dZ2
        W2 = W2 - lr * dZ2 @ cache["A1"].T
        b2 = b2 - lr * dZ2.sum(axis=1, keepdims=True)
        dZ1 = dA1 * (1 - cache["A1"] ** 2 if hidden == "tanh" else cache["Z1"] > 0)
        W1 = W1 - lr * dZ1 @ X.T
        b1 = b1 - lr * dZ1.sum(axis=1, keepdims=True)
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}, costs


def train__recursive(params, X, Y, lr, steps, hidden="tanh"):
    """One step, and then the rest by a call of itself; the costs are zero-dimensional arrays."""
    A2, cache = _forward(params, X, hidden)
    cost = np.squeeze(np.array([[_cost(A2, Y)]]))
    params = _update(params, _backward(params, cache, X, Y, hidden), lr)
    if steps == 1:
        return params, [cost]
    params, costs = train__recursive(params, X, Y, lr, steps - 1, hidden)
    return params, [cost, *costs]


def train__cost_of_the_last_parameters_dropped(params, X, Y, lr, steps, hidden="tanh"):
    """Records one cost too many and leaves out the last, with a while loop."""
    costs = []
    A2, cache = _forward(params, X, hidden)
    costs.append(_cost(A2, Y))
    while len(costs) <= steps:
        params = _update(params, _backward(params, cache, X, Y, hidden), lr)
        A2, cache = _forward(params, X, hidden)
        costs.append(_cost(A2, Y))
    return params, costs[:-1]


def train__costs_from_a_history(params, X, Y, lr, steps, hidden="tanh"):
    """Keeps every set of parameters and computes all costs at the end, from the logits."""
    history = [params]
    for _ in range(steps):
        _, cache = _forward(history[-1], X, hidden)
        history.append(_update(history[-1], _backward(history[-1], cache, X, Y, hidden), lr))
    costs = []
    for old in history[:-1]:
        Z2 = _forward(old, X, hidden)[1]["Z2"]
        costs.append(np.mean(np.sum(Y * (np.logaddexp.reduce(Z2, axis=0) - Z2), axis=0)))
    return history[-1], costs


def train__tuple_as_list(params, X, Y, lr, steps, hidden="tanh"):
    """Returns the pair as a list, with a dict that holds something more."""
    params, costs = train__for_loop(params, X, Y, lr, steps, hidden)
    return [{**params, "steps": steps}, list(map(float, costs))]


def train__costs_of_a_hopeless_run_cut_off(params, X, Y, lr, steps, hidden="tanh"):
    """Would stop at nan, which never comes."""
    costs = []
    while len(costs) < steps and not any(map(math.isnan, costs[-1:])):
        A2, cache = _forward(params, X, hidden)
        costs.append(_cost(A2, Y))
        params = _update(params, _backward(params, cache, X, Y, hidden), lr)
    return params, costs


train__partial = functools.partial(train__array_of_costs)
"""A functools.partial."""
