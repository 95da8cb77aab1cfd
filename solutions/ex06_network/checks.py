"""The checks of exercise 6: a network with one hidden layer."""

from collections.abc import Callable

import numpy as np

from grader.course.checks import Calls, FunctionChecks, Rng, Terms, call

forward = FunctionChecks("forward")
backward = FunctionChecks("backward")
update = FunctionChecks("update")
train = FunctionChecks("train")

Arrays = dict[str, np.ndarray]

Function = Callable[..., np.ndarray]


def _softmax(Z: np.ndarray) -> np.ndarray:
    exponentials = np.exp(Z - Z.max(axis=0, keepdims=True))
    return exponentials / exponentials.sum(axis=0, keepdims=True)


def _cache(params: Arrays, X: np.ndarray, hidden: str) -> Arrays:
    """What forward puts into its cache: A1 really is the activation of Z1, A2 the softmax of Z2."""
    Z1 = params["W1"] @ X + params["b1"]
    A1 = np.tanh(Z1) if hidden == "tanh" else np.maximum(Z1, 0.0)
    Z2 = params["W2"] @ A1 + params["b2"]
    return {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": _softmax(Z2)}


def _params(rng: Rng, d: int, h: int, n: int, scale: float = 1.0) -> Arrays:
    return {
        "W1": rng.normal(scale=scale, size=(h, d)),
        "b1": rng.normal(scale=scale, size=(h, 1)),
        "W2": rng.normal(scale=scale, size=(n, h)),
        "b2": rng.normal(scale=scale, size=(n, 1)),
    }


def _labels(rng: Rng, n: int, m: int) -> np.ndarray:
    """One-hot labels, every class at least once where there are enough examples."""
    return np.eye(n)[:, rng.permutation(np.arange(m) % n)]


def _soft_labels(rng: Rng, n: int, m: int) -> np.ndarray:
    return rng.dirichlet(np.ones(n), size=m).T


def _growth(params: Arrays, X: np.ndarray) -> float:
    """G: the sizes of all sums, and how large the numbers in them can be before they cancel."""
    h, d = params["W1"].shape
    n, m = len(params["W2"]), X.shape[1]
    Z1 = np.abs(params["W1"]) @ np.abs(X) + np.abs(params["b1"])
    Z2 = np.abs(params["W2"]) @ np.maximum(Z1, 1.0) + np.abs(params["b2"])
    return float(h + d + n + m + 4 + (d + 1) * (Z1.max() + Z2.max()))


@forward.terms
def forward_terms(
    expected: tuple[np.ndarray, Arrays], params: Arrays, X: np.ndarray, hidden: str = "tanh"
) -> Terms:
    """A probability is a quotient, so S0 = A2; the rest are sums that may cancel.

    `tight`: measured errors stay below 1e-16 G; 1e-13 G still tells a denominator with 1e-12 in
    it, which is accepted, from one with 1e-10.
    """
    A2, cache = expected
    sizes = {name: np.abs(value) + 1.0 for name, value in cache.items()} | {"A2": A2}
    return Terms((A2, sizes), growth=_growth(params, X), tight=1e-13)


@backward.terms
def backward_terms(
    grads: Arrays,
    params: Arrays,
    cache: Arrays,
    X: np.ndarray,
    Y: np.ndarray,
    hidden: str = "tanh",
) -> Terms:
    """The same products with magnitudes: A2 + Y for A2 - Y, and 1 + A1^2 for 1 - A1^2.

    `tight`: measured errors stay below 1e-16 G, and those of central differences above 4e-13 G.
    """
    m = X.shape[1]
    slope = 1.0 + cache["A1"] ** 2 if hidden == "tanh" else cache["Z1"] > 0
    dZ2 = cache["A2"] + Y
    dZ1 = (np.abs(params["W2"]).T @ dZ2) * slope
    sizes = {
        "dW1": dZ1 @ np.abs(X).T / m,
        "db1": dZ1.sum(axis=1, keepdims=True) / m,
        "dW2": dZ2 @ np.abs(cache["A1"]).T / m,
        "db2": dZ2.sum(axis=1, keepdims=True) / m,
    }
    return Terms(sizes, growth=_growth(params, X), tight=5e-14)


@update.terms
def update_terms(moved: Arrays, params: Arrays, grads: Arrays, lr: float) -> Terms:
    """One difference: its two terms."""
    sizes = {name: np.abs(params[name]) + np.abs(lr * grads[f"d{name}"]) for name in moved}
    return Terms(sizes, growth=4.0)


@train.terms
def train_terms(
    expected: tuple[Arrays, list[float]],
    params: Arrays,
    X: np.ndarray,
    Y: np.ndarray,
    lr: float,
    steps: int,
    hidden: str = "tanh",
) -> Terms:
    """What is rounded in one step is carried through all that follow."""
    trained, costs = expected
    sizes = {name: np.abs(value) + 1.0 for name, value in trained.items()}
    growth = max(_growth(params, X), _growth(trained, X))
    return Terms((sizes, [abs(cost) for cost in costs]), growth=growth)


# forward

# The network of the exercise, and a smaller one.
BY_HAND = {
    "W1": np.array([[0.5, -0.25], [1.0, 0.5]]),
    "b1": np.array([[0.5], [-1.0]]),
    "W2": np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 1.0]]),
    "b2": np.array([[0.0], [0.0], [0.5]]),
}
TWO_CLASSES = {
    "W1": np.array([[1.0, 2.0], [-1.0, 1.0]]),
    "b1": np.array([[0.5], [-0.5]]),
    "W2": np.array([[1.0, -1.0], [0.5, 2.0]]),
    "b2": np.array([[0.25], [-0.25]]),
}


@forward.value(weight=2, public=True, shows=("The network of the table", "m = 1"))
def one_example() -> Calls:
    """The example of the exercise: about 0.267, 0.360 and 0.374 with tanh.

    Go down the table: which of Z1, A1, Z2 and A2 is the first that differs?
    """
    yield call(BY_HAND, np.array([[1.0], [2.0]]))


@forward.value(weight=2, public=True, shows=("The network of the table",))
def relu_in_the_hidden_layer() -> Calls:
    """One example and three with relu: some hidden units are off, and Z1 still shows how far.

    Does your cache hold Z1 as it was before the activation?
    """
    yield call(BY_HAND, np.array([[1.0], [2.0]]), hidden="relu")
    yield call(TWO_CLASSES, np.array([[1.0, -2.0, 0.0], [0.0, 1.0, -1.0]]), hidden="relu")


@forward.value(public=True, shows=("Logits in Z2",))
def logits_thousands_apart() -> Calls:
    """Three examples with tanh whose logits lie thousands apart, and the same with moderate ones.

    Is the softmax at the end of your network the one that survives this?
    """
    X = np.array([[1.0, -2.0, 0.0], [0.0, 1.0, -1.0]])
    yield call(TWO_CLASSES, X, "tanh")
    wide = np.array([[2000.0, -1000.0], [-2000.0, 3000.0]])
    yield call({**TWO_CLASSES, "W2": wide}, X, "tanh")
    yield call({**TWO_CLASSES, "W2": wide}, 2.0 * X, "relu")


@forward.value(weight=2, parts=("0",))
def any_network(rng: Rng) -> Calls:
    """A2 of networks of several sizes with tanh, which also counts if nothing is said."""
    yield call(_params(rng, 3, 5, 4), rng.normal(size=(3, 7)))
    yield call(_params(rng, 4, 2, 3), rng.normal(size=(4, 5)), "tanh")


@forward.value(weight=2)
def any_relu_network(rng: Rng) -> Calls:
    """Networks of several sizes with relu."""
    yield call(_params(rng, 3, 5, 4), rng.normal(size=(3, 7)), hidden="relu")
    yield call(_params(rng, 2, 6, 3), rng.normal(size=(2, 4)), "relu")


@forward.value()
def everything_the_same_size(rng: Rng) -> Calls:
    """As many features as hidden units, classes and examples: no axis is taken for another."""
    yield call(_params(rng, 4, 4, 4), rng.normal(size=(4, 4)))
    yield call(_params(rng, 3, 3, 3), rng.normal(size=(3, 3)), hidden="relu")


@forward.value()
def few_of_everything(rng: Rng) -> Calls:
    """One example, one feature, one hidden unit, two classes, one class."""
    yield call(_params(rng, 1, 1, 3), rng.normal(size=(1, 1)), hidden="relu")
    yield call(_params(rng, 2, 3, 1), rng.normal(size=(2, 5)))


@forward.value()
def logits_far_apart(rng: Rng) -> Calls:
    """Logits in the thousands, and examples whose logits lie thousands apart.

    Is the softmax at the end of your network the one that survives this?
    """
    wide = _params(rng, 2, 3, 3)
    wide["W2"] = wide["W2"] * 1500.0
    yield call(wide, rng.normal(size=(2, 4)))
    apart = _params(rng, 2, 3, 3)
    apart["W1"], apart["W2"] = np.abs(apart["W1"]) + 0.5, np.abs(apart["W2"]) + 0.5
    yield call(apart, np.array([[1.0, 60_000.0, -6000.0], [0.5, 10.0, 1.0]]), "relu")


@forward.value()
def saturated_units(rng: Rng) -> Calls:
    """Hidden units with inputs of several hundred, where tanh is 1 or -1 to the last digit."""
    params = _params(rng, 2, 4, 3)
    params["W1"] = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, -1.0], [0.5, 0.5]])
    params["W1"] += rng.uniform(-0.1, 0.1, size=(4, 2))
    yield call(params, np.array([[420.0, -200.0, 1.0], [0.5, 100.0, -450.0]]))
    yield call(params, np.array([[30.0], [-430.0]]), "tanh")


@forward.precision()
def accurate(rng: Rng) -> Calls:
    """As accurate as float64 allows, also for probabilities that are very small."""
    yield call(_params(rng, 3, 5, 4), rng.normal(size=(3, 7)))
    unsure = _params(rng, 2, 3, 3)
    unsure["b2"] = np.array([[0.0], [-300.0], [-40.0]])
    yield call(unsure, rng.normal(size=(2, 4)), hidden="relu")


@forward.shape()
def keeps_two_axes(rng: Rng) -> Calls:
    """A2 is (n, m), and the cache holds (h, m) and (n, m), with a single example too."""
    yield call(_params(rng, 3, 5, 4), rng.normal(size=(3, 7)))
    yield from one_example()


@forward.type(public=True)
def is_array_and_dict() -> Calls:
    """The answer is a pair: the array A2, and a dict with the arrays Z1, A1, Z2 and A2."""
    yield from relu_in_the_hidden_layer()


@forward.mutation()
def leaves_its_arguments(rng: Rng) -> Calls:
    """params and X are afterwards what they were before."""
    yield call(_params(rng, 3, 5, 4), rng.normal(size=(3, 7)))
    yield from relu_in_the_hidden_layer()


# backward. Its caches come from networks that neither forward nor train is called with, but for the
# example of the exercise, whose numbers everybody has. Most checks look at the weights, and two at
# the biases: a slip in one gradient does not cost them all.

WEIGHTS = ("dW1", "dW2")


def _backward_call(
    params: Arrays, X: np.ndarray, Y: np.ndarray, hidden: str = "tanh"
) -> tuple[Arrays, Arrays, np.ndarray, np.ndarray, str]:
    return params, _cache(params, X, hidden), X, Y, hidden


TWO_UNITS = {
    "W1": np.array([[1.0], [-0.5]]),
    "b1": np.array([[0.0], [0.5]]),
    "W2": np.array([[1.0, -1.0], [0.5, 2.0]]),
    "b2": np.array([[0.0], [-0.5]]),
}
THREE_CLASSES = {
    "W1": np.array([[1.0, -1.0], [0.5, 2.0]]),
    "b1": np.array([[0.25], [-0.25]]),
    "W2": np.array([[1.0, 0.0], [-1.0, 0.5], [0.0, 1.0]]),
    "b2": np.array([[0.0], [0.25], [-0.25]]),
}


@backward.value(weight=2, public=True, shows=("The numbers of the cells above", "m = 1"))
def two_hidden_units() -> Calls:
    """The example of the exercise, and two examples of a smaller network, with tanh.

    Are dW2 and db2 right already? Then look between dZ2 and dZ1.
    """
    X, Y = np.array([[1.0], [2.0]]), np.array([[0.0], [1.0], [0.0]])
    yield call(BY_HAND, _cache(BY_HAND, X, "tanh"), X, Y)
    X, Y = np.array([[0.5, -2.0]]), np.array([[1.0, 0.0], [0.0, 1.0]])
    yield call(TWO_UNITS, _cache(TWO_UNITS, X, "tanh"), X, Y)


@backward.value(weight=2, public=True, shows=("The derivative of relu at 0",))
def relu_units() -> Calls:
    """Three classes and a few examples with relu; hidden units are off for some of them.

    What is the slope of relu where the unit is on, and what where it is off?
    """
    X = np.array([[1.0, -1.0, 2.0, 0.0], [0.0, 1.0, 1.0, -1.0]])
    Y = np.array([[1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]])
    yield call(*_backward_call(THREE_CLASSES, X, Y, "relu"))
    # The input of the second unit is 0 for the first example. Its weights are the same for all
    # classes, so what comes back to it adds up to 0: the slope there does not matter.
    even = {**THREE_CLASSES, "W2": np.array([[1.0, 0.5], [-1.0, 0.5], [0.0, 0.5]])}
    X, Y = np.array([[1.0, -2.0], [-0.125, 1.0]]), np.array([[0.0, 0.25], [0.6, 0.0], [0.4, 0.75]])
    yield call(*_backward_call(even, X, Y, "relu"))


@backward.value(public=True, shows=("Y = A2", "n = 1", "A2 may hold zeros"))
def nothing_to_learn() -> Calls:
    """Zeros where Y is A2 or there is one class only; and a network that is sure of two classes.

    Does your way from Y to dZ2 divide by a probability?
    """
    X = np.array([[0.5, -2.0]])
    yield call(*_backward_call(TWO_UNITS, X, _cache(TWO_UNITS, X, "tanh")["A2"]))
    one = {**TWO_UNITS, "W2": np.array([[1.0, -1.0]]), "b2": np.array([[0.5]])}
    yield call(*_backward_call(one, X, np.ones((1, 2))))
    sure = {**TWO_UNITS, "b2": np.array([[0.0], [-900.0]])}
    yield call(*_backward_call(sure, X, np.array([[1.0, 1.0], [0.0, 0.0]])))
    sure = {**THREE_CLASSES, "b2": np.array([[0.0], [1.0], [-900.0]])}
    X, Y = np.array([[1.0, 0.5], [0.0, 1.0]]), np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])
    yield call(*_backward_call(sure, X, Y, "relu"))


@backward.value(weight=2, parts=WEIGHTS)
def any_network(rng: Rng) -> Calls:
    """Networks of several sizes with tanh: more examples than units, and fewer."""
    yield call(*_backward_call(_params(rng, 3, 5, 4), rng.normal(size=(3, 7)), _labels(rng, 4, 7)))
    yield call(*_backward_call(_params(rng, 4, 6, 3), rng.normal(size=(4, 2)), _labels(rng, 3, 2)))


@backward.value(weight=2, parts=WEIGHTS)
def any_relu_network(rng: Rng) -> Calls:
    """Networks of several sizes with relu, many of their units off."""
    X = rng.normal(size=(3, 6))
    yield call(*_backward_call(_params(rng, 3, 5, 4), X, _labels(rng, 4, 6), "relu"))
    X = rng.normal(size=(2, 8))
    yield call(*_backward_call(_params(rng, 2, 7, 3), X, _labels(rng, 3, 8), "relu"))


@backward.value(parts=("db2",))
def output_biases(rng: Rng) -> Calls:
    """The gradient by b2, in networks of several sizes."""
    yield from any_network(rng)


@backward.value(parts=("db1",))
def hidden_biases(rng: Rng) -> Calls:
    """The gradient by b1, in networks of several sizes."""
    yield from any_relu_network(rng)


@backward.value(parts=WEIGHTS)
def everything_the_same_size(rng: Rng) -> Calls:
    """As many features as hidden units, classes and examples: no transpose goes unseen."""
    yield call(*_backward_call(_params(rng, 4, 4, 4), rng.normal(size=(4, 4)), _labels(rng, 4, 4)))
    X = rng.normal(size=(3, 3))
    yield call(*_backward_call(_params(rng, 3, 3, 3), X, _labels(rng, 3, 3), "relu"))


@backward.value(parts=WEIGHTS)
def few_of_everything(rng: Rng) -> Calls:
    """One example, one feature, one hidden unit, two classes; and one class: nothing to learn."""
    X = rng.normal(size=(1, 1))
    yield call(*_backward_call(_params(rng, 1, 1, 3), X, _labels(rng, 3, 1), "relu"))
    yield call(*_backward_call(_params(rng, 2, 3, 1), rng.normal(size=(2, 5)), np.ones((1, 5))))


def _other_unit(params: Arrays, X: np.ndarray) -> tuple[Arrays, np.ndarray]:
    """Measure the features in a unit that is 10 000 times smaller: so are the gradients by W1."""
    return {**params, "W1": params["W1"] * 1e-4}, X * 1e4


@backward.value(parts=WEIGHTS)
def soft_labels(rng: Rng) -> Calls:
    """Labels between 0 and 1: A2 - Y holds for them as well."""
    X, Y = rng.normal(size=(3, 6)), _soft_labels(rng, 4, 6)
    yield call(*_backward_call(*_other_unit(_params(rng, 3, 5, 4), X), Y))
    X, Y = rng.normal(size=(2, 3)), _soft_labels(rng, 3, 3)
    yield call(*_backward_call(_params(rng, 2, 4, 3), X, Y, "relu"))


@backward.value(parts=WEIGHTS)
def whole_number_labels(rng: Rng) -> Calls:
    """Labels that come as integers: the gradients are none."""
    X, Y = rng.normal(size=(3, 6)), _labels(rng, 4, 6).astype(np.int64)
    yield call(*_backward_call(_params(rng, 3, 5, 4), X, Y))
    X, Y = rng.normal(size=(2, 5)), _labels(rng, 3, 5).astype(np.int64)
    yield call(*_backward_call(*_other_unit(_params(rng, 2, 4, 3), X), Y, "relu"))


@backward.value(parts=WEIGHTS)
def very_sure_networks(rng: Rng) -> Calls:
    """Probabilities of 1e-200 for the true class, and of exactly 0 for others.

    Does your way from Y to dZ2 divide by a probability?
    """
    params = _params(rng, 2, 3, 3)
    params["b2"] = np.array([[0.0], [-460.0], [-900.0]])
    yield call(*_backward_call(params, rng.normal(size=(2, 4)), np.eye(3)[:, [0, 1, 0, 1]]))
    for hidden in ("relu", "tanh"):
        Y = np.array([[1.0 - 1e-9], [1e-9], [0.0]]) * np.ones(3)
        yield call(*_backward_call(params, rng.normal(size=(2, 3)), Y, hidden))


@backward.precision()
def accurate(rng: Rng) -> Calls:
    """As accurate as float64 allows: from formulas, not from differences."""
    yield call(*_backward_call(_params(rng, 3, 5, 4), rng.normal(size=(3, 7)), _labels(rng, 4, 7)))
    X = rng.normal(size=(2, 8))
    yield call(*_backward_call(_params(rng, 2, 7, 3), X, _labels(rng, 3, 8), "relu"))


@backward.shape()
def shaped_like_the_parameters(rng: Rng) -> Calls:
    """Each gradient has the shape of its parameter, the biases and a single example included."""
    yield from any_network(rng)
    yield from two_hidden_units()


@backward.type(public=True)
def is_dict_of_arrays() -> Calls:
    """The answer is a dict with the float64 arrays dW1, db1, dW2 and db2."""
    yield from two_hidden_units()


@backward.mutation()
def leaves_its_arguments(rng: Rng) -> Calls:
    """params, cache, X and Y are afterwards what they were before."""
    yield call(*_backward_call(_params(rng, 3, 5, 4), rng.normal(size=(3, 7)), _labels(rng, 4, 7)))
    X = rng.normal(size=(2, 8))
    yield call(*_backward_call(_params(rng, 2, 7, 3), X, _labels(rng, 3, 8), "relu"))


# update


@update.value(public=True, shows=("W1 = [[1]] with dW1 = [[2]]",))
def one_step() -> Calls:
    """Each parameter moves against its gradient, by the learning rate times its size.

    In which direction does the cost fall: with the gradient, or against it?
    """
    params = {
        "W1": np.array([[1.0]]),
        "b1": np.array([[0.5]]),
        "W2": np.array([[3.0], [-1.0]]),
        "b2": np.array([[0.0], [2.0]]),
    }
    grads = {
        "dW1": np.array([[2.0]]),
        "db1": np.array([[-4.0]]),
        "dW2": np.array([[500.0], [-3.0]]),
        "db2": np.array([[4e-9], [-1.0]]),
    }
    yield call(params, grads, 0.1)
    grads = {f"d{name}": 0.5 - value for name, value in TWO_UNITS.items()}
    # Steps of any size are taken: b1 starts from 0.
    grads |= {"db1": np.array([[4e-9], [2.0]]), "dW2": 1000.0 * grads["dW2"]}
    yield call(TWO_UNITS, grads, 0.5)


def _grads(rng: Rng, params: Arrays) -> Arrays:
    return {f"d{name}": rng.normal(size=value.shape) for name, value in params.items()}


@update.value()
def any_parameters(rng: Rng) -> Calls:
    """Several sizes and learning rates, one of them the whole number 2; tiny and huge gradients."""
    params = _params(rng, 3, 5, 4)
    yield call(params, _grads(rng, params), 0.03)
    params = _params(rng, 3, 5, 4)
    yield call(params, _grads(rng, params), 0.5)
    params = _params(rng, 3, 5, 4)
    grads = _grads(rng, params)
    params["b1"], grads["db1"], grads["dW2"] = (
        np.zeros((5, 1)),
        grads["db1"] * 1e-9,
        grads["dW2"] * 1e4,
    )
    yield call(params, grads, 2)


@update.type()
def is_dict_of_arrays(rng: Rng) -> Calls:
    """The answer is a dict with the float64 arrays W1, b1, W2 and b2."""
    params = _params(rng, 3, 5, 4)
    yield call(params, _grads(rng, params), 0.03)


@update.mutation()
def leaves_the_old_parameters(rng: Rng) -> Calls:
    """The parameters and the gradients that came in are afterwards what they were before."""
    yield from any_parameters(rng)


# train


@train.value(weight=2, public=True, shows=("steps = 1",))
def the_first_step() -> Calls:
    """One step: one cost, that of the parameters that came in, and parameters moved once.

    Do you measure the cost before the step, or after it?
    """
    params = {
        "W1": np.array([[1.0], [0.5]]),
        "b1": np.array([[0.5], [-1.0]]),
        "W2": np.array([[1.0, 0.0], [-1.0, 1.0]]),
        "b2": np.array([[0.0], [0.5]]),
    }
    X, Y = np.array([[-1.0, 1.0, 2.0]]), np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
    yield call(params, X, Y, 0.5, 1)


@train.value(weight=2, public=True)
def several_steps() -> Calls:
    """Four steps with relu and three classes: four costs, four updates; and eleven with tanh.

    Is the first cost right, and are the later ones off? Which parameters does each step start from?
    """
    params = {
        "W1": np.array([[1.0, 0.5], [-1.0, 1.0], [0.5, -1.0]]),
        "b1": np.array([[0.25], [0.25], [0.25]]),
        "W2": np.array([[1.0, -1.0, 0.0], [0.0, 1.0, -1.0], [-1.0, 0.0, 1.0]]),
        "b2": np.array([[0.0], [0.0], [0.0]]),
    }
    X = np.array([[1.0, -1.0, 0.0, 2.0], [1.0, 0.5, -1.5, 0.0]])
    Y = np.array([[1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]])
    yield call(params, X, Y, 0.5, 4, hidden="relu")
    yield call(params, X[:, :2], Y[:, :2], 0.25, 3, "relu")
    yield call(params, X, Y, 0.5, 11)


@train.value(weight=2)
def a_few_steps(rng: Rng) -> Calls:
    """A few steps from several starting points, with tanh."""
    yield call(_params(rng, 3, 5, 4), rng.normal(size=(3, 7)), _labels(rng, 4, 7), 0.3, 5)
    yield call(_params(rng, 2, 6, 3), rng.normal(size=(2, 4)), _labels(rng, 3, 4), 0.1, 12, "tanh")


@train.value(weight=2)
def a_few_relu_steps(rng: Rng) -> Calls:
    """A few steps with relu: it has to reach both forward and backward."""
    X, Y = rng.normal(size=(3, 6)), _labels(rng, 4, 6)
    yield call(_params(rng, 3, 5, 4), X, Y, 0.2, 5, hidden="relu")
    X, Y = rng.normal(size=(2, 5)), _labels(rng, 3, 5)
    yield call(_params(rng, 2, 4, 3), X, Y, 0.1, 11, "relu")


@train.value()
def any_labels(rng: Rng) -> Calls:
    """Soft labels, labels that are integers, a single example, as many examples as classes."""
    X, Y = rng.normal(size=(3, 5)), _soft_labels(rng, 4, 5)
    yield call(_params(rng, 3, 4, 4), X, Y, 0.3, 4)
    X, Y = rng.normal(size=(2, 6)), _labels(rng, 3, 6).astype(np.int64)
    yield call(_params(rng, 2, 4, 3), X, Y, 0.3, 4, hidden="relu")
    yield call(_params(rng, 2, 3, 3), rng.normal(size=(2, 1)), _labels(rng, 3, 1), 0.3, 3)
    yield call(_params(rng, 3, 3, 3), rng.normal(size=(3, 3)), _labels(rng, 3, 3), 0.3, 3)


@train.value()
def every_step_is_taken(rng: Rng) -> Calls:
    """All steps are taken, where the cost hardly moves any more, and where it rises.

    Who says how many steps there are? Is there anything in your loop that knows better?
    """
    for hidden in ("tanh", "relu"):
        sure = _params(rng, 2, 4, 3)
        sure |= {"W2": sure["W2"] / 10, "b2": np.array([[8.0], [0.0], [0.0]])}
        yield call(sure, rng.normal(size=(2, 5)), np.eye(3)[:, [0] * 5], 0.001, 4, hidden)
    for steps in (4, 3):
        X, Y = rng.normal(size=(2, 6)), _labels(rng, 3, 6)
        yield call(_params(rng, 2, 4, 3), X, Y, 8.0, steps)


def ring(rng: Rng) -> tuple[np.ndarray, np.ndarray]:
    """Six heaps around a circle; those that face each other are of one class: no line helps."""
    heap = np.repeat(np.arange(6), 4)
    angle = np.pi * heap / 3 + rng.uniform(-0.2, 0.2, size=heap.size)
    radius = rng.uniform(1.5, 2.0, size=heap.size)
    return radius * np.stack([np.cos(angle), np.sin(angle)]), np.eye(3)[:, heap % 3]


@train.value()
def solves_a_problem(rng: Rng) -> Calls:
    """Three classes that no straight lines can part are learned until little cost is left."""
    X, Y = ring(rng)
    yield call(_params(rng, 2, 8, 3), X, Y, 1.0, 60)


@train.precision()
def accurate(rng: Rng) -> Calls:
    """As accurate as float64 allows, after several steps too."""
    yield call(_params(rng, 3, 5, 4), rng.normal(size=(3, 7)), _labels(rng, 4, 7), 0.3, 5)


@train.shape()
def one_cost_a_step(rng: Rng) -> Calls:
    """As many costs as steps in one flat row, and parameters in the shapes they came in."""
    yield call(_params(rng, 3, 5, 4), rng.normal(size=(3, 7)), _labels(rng, 4, 7), 0.3, 5)
    yield call(_params(rng, 2, 6, 3), rng.normal(size=(2, 4)), _labels(rng, 3, 4), 0.1, 12, "tanh")


@train.type(public=True)
def is_dict_and_costs() -> Calls:
    """The answer is a pair: a dict of float64 arrays, and the costs as a list or a 1-D array."""
    yield from the_first_step()


@train.mutation()
def leaves_the_starting_point(rng: Rng) -> Calls:
    """params, X and Y are afterwards what they were before."""
    yield call(_params(rng, 3, 5, 4), rng.normal(size=(3, 7)), _labels(rng, 4, 7), 0.3, 5)
    yield from several_steps()
