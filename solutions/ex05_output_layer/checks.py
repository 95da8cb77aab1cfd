"""The checks of exercise 5: a softmax output layer, its cost and its gradient."""

from collections.abc import Callable

import numpy as np

from grader.course.checks import Calls, FunctionChecks, Rng, Terms, call

hypotheses = FunctionChecks("hypotheses")
output_layer_cost = FunctionChecks("output_layer_cost")
output_layer_grad_parts = FunctionChecks("output_layer_grad_parts")
output_layer_grad = FunctionChecks("output_layer_grad")

Function = Callable[..., np.ndarray]


def _logits(Theta: np.ndarray, X: np.ndarray) -> np.ndarray:
    return Theta[:, :1] + Theta[:, 1:] @ X


def _probabilities(Theta: np.ndarray, X: np.ndarray) -> np.ndarray:
    Z = _logits(Theta, X)
    exponentials = np.exp(Z - Z.max(axis=0))
    return exponentials / exponentials.sum(axis=0)


def _growth(Theta: np.ndarray, X: np.ndarray) -> float:
    """A logit is a sum of d + 1 products; exp turns its error into one of the same size."""
    n, width = Theta.shape
    return n + width * float(_logits(np.abs(Theta), np.abs(X)).max()) + 4


@hypotheses.terms
def hypotheses_terms(H: np.ndarray, Theta: np.ndarray, X: np.ndarray) -> Terms:
    """Every entry is a quotient, so S0 = H."""
    return Terms(magnitude=H, growth=_growth(Theta, X))


@output_layer_cost.terms
def cost_terms(J: float, Theta: np.ndarray, X: np.ndarray, Y: np.ndarray) -> Terms:
    """Each example's cost is a difference of logits, however small the difference is."""
    growth, m = _growth(Theta, X), X.shape[1]
    return Terms(magnitude=abs(J) + m * growth, growth=growth + m)


@output_layer_grad_parts.terms
def parts_terms(
    parts: np.ndarray, Theta: np.ndarray, X: np.ndarray, Y: np.ndarray, k: int, j: int
) -> Terms:
    """1 - h_k cancels, and so do the examples' terms where x_j changes its sign."""
    x_j = np.vstack([np.ones(X.shape[1]), X])[j]
    is_k = np.arange(len(Theta))[:, None] == k
    magnitude = (Y * (is_k + _probabilities(Theta, X)[k])) @ np.abs(x_j)
    return Terms(magnitude, growth=_growth(Theta, X) + X.shape[1])


@output_layer_grad.terms
def grad_terms(dTheta: np.ndarray, Theta: np.ndarray, X: np.ndarray, Y: np.ndarray) -> Terms:
    """h - y cancels, and so do the examples' terms."""
    ones_and_X = np.vstack([np.ones(X.shape[1]), X])
    magnitude = (_probabilities(Theta, X) + Y) @ np.abs(ones_and_X).T
    return Terms(magnitude, growth=_growth(Theta, X) + X.shape[1])


output_layer_grad.derivative_of("output_layer_cost")


# Inputs that several checks draw.


def _layer(rng: Rng, n: int, d: int, m: int) -> tuple[np.ndarray, np.ndarray]:
    return rng.normal(size=(n, d + 1)), rng.normal(size=(d, m))


def _one_hot(rng: Rng, n: int, m: int) -> np.ndarray:
    return np.eye(n)[:, rng.integers(n, size=m)]


def _labelled(rng: Rng, n: int, d: int, m: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return (*_layer(rng, n, d, m), _one_hot(rng, n, m))


def _soft(rng: Rng, n: int, m: int) -> np.ndarray:
    weights = rng.uniform(0.1, 1.0, size=(n, m))
    return weights / weights.sum(axis=0)


# All logits of an example lie far from 0, but near each other: its feature moves them together.
_TOGETHER = np.array([[0.5, 1.0], [-1.0, 1.0], [1.5, 1.0]])
_FAR = np.array([[0.0, 2048.0, -2048.0, 131_072.0, -131_072.0]])
# The logits of the second and third example lie 800 to 2000 apart.
_WIDE = np.array([[1.0, 0.0], [0.0, 1000.0], [0.5, -1000.0]])
_WIDE_X = np.array([[0.0, 1.0, -0.8]])


def _moved(rng: Rng, Theta: np.ndarray) -> np.ndarray:
    """Return Theta with other biases, each at most 1/2 away.

    They are multiples of 1/64, which float32 can hold far from 0 too: single precision costs the
    checks that are about precision, and not these as well.
    """
    moved = Theta.copy()
    moved[:, 0] += rng.integers(-32, 33, size=len(Theta)) / 64
    return moved


# hypotheses


@hypotheses.value(weight=2, public=True, shows=("Theta = [[ln 4, -ln 2]",))
def layer_by_hand() -> Calls:
    """The layer of the exercise, with x_1 = 0, 1 and 2.

    Which row of the table do you get right, and which one not? For x_1 = 0 only the biases count.
    """
    yield call(np.log([[4.0, 0.5], [1 / 3, 3.0], [1.0, 1.0]]), np.array([[0.0, 1.0, 2.0]]))


@hypotheses.value(weight=2, public=True, shows=("m = 1 gives shape (n, 1); n = 1",))
def two_features() -> Calls:
    """Two features: each has a column of Theta, and the biases have the first one.

    What shape must X have so that Theta @ X is possible? Which row of Theta meets which column?
    """
    Theta = np.array([[0.0, 1.0, 0.5], [1.0, -1.0, 0.0], [-0.5, 0.0, 2.0]])
    yield call(Theta, np.array([[1.0], [-1.0]]))
    yield call(Theta, np.array([[0.5, 0.0, -2.0, 1.5], [-1.0, 0.5, 1.0, 2.0]]))
    yield call(Theta[1:2], np.array([[1.0, -1.5], [-1.0, 0.5]]))


@hypotheses.value(public=True, shows=("Logits of any size",))
def logits_of_any_size() -> Calls:
    """Logits thousands and more away from 0, of one example and of different ones: no nan.

    Is the softmax behind your logits the one that survives this?
    """
    Theta = np.array([[0.5, 1000.0], [0.0, 1000.0], [0.0, -1000.0]])
    yield call(Theta, np.array([[1.0, 50.0, 2.0]]))
    yield call(Theta, np.array([[-100.0, 0.0, 3.0, 100.0]]))


@hypotheses.value(weight=2)
def any_layer(rng: Rng) -> Calls:
    """Layers with more classes than examples, and with more examples than classes."""
    yield call(*_layer(rng, 5, 2, 3))
    yield call(*_layer(rng, 3, 4, 7))


@hypotheses.value()
def square_theta(rng: Rng) -> Calls:
    """As many classes as columns of Theta and as examples: nothing is mixed up without an error."""
    yield call(*_layer(rng, 3, 2, 3))
    yield call(*_layer(rng, 4, 3, 4))


@hypotheses.value()
def small_layers(rng: Rng) -> Calls:
    """One example, two classes, and a single class, whose probability is 1."""
    yield call(*_layer(rng, 4, 2, 1))
    yield call(*_layer(rng, 1, 2, 4))


@hypotheses.value()
def large_logits(rng: Rng) -> Calls:
    """Logits thousands away from 0, and thousands apart: no nan, and nothing cut off."""
    yield call(_moved(rng, _TOGETHER), _FAR)
    # Not _WIDE: its hypotheses are nearly the labels that go with it below.
    wide = np.array([[0.5, 0.0], [0.0, 900.0], [1.0, -1100.0]])
    yield call(_moved(rng, wide), np.array([[0.0, 1.5, -0.75, 0.875]]))
    high = np.array([[0.0, 1.0], [1.0, 1.1], [0.0, 1.2]])
    yield call(_moved(rng, high), np.array([[600.0, 5.0, 590.0]]))


@hypotheses.precision()
def accurate_hypotheses(rng: Rng) -> Calls:
    """As accurate as float64 allows, tiny probabilities too."""
    yield call(*_layer(rng, 5, 2, 3))
    tails = np.array([[0.0, 0.5], [-689.5, 3.0], [-40.0, -2.0]])
    yield call(_moved(rng, tails), np.array([[0.0, 1.0, -3.0]]))


@hypotheses.shape()
def column_for_each_example(rng: Rng) -> Calls:
    """A row for each class and a column for each example, with one example or one class too."""
    yield from any_layer(rng)
    yield from two_features()


@hypotheses.type(public=True)
def hypotheses_are_float64() -> Calls:
    """The answer is a NumPy array of float64."""
    yield call(np.log([[4.0, 0.5], [1 / 3, 3.0], [1.0, 1.0]]), np.array([[0.0, 1.0, 2.0]]))


@hypotheses.mutation()
def hypotheses_leave_their_arguments(rng: Rng) -> Calls:
    """Theta and X are afterwards what they were before."""
    yield from any_layer(rng)
    yield from logits_of_any_size()


# output_layer_cost


@output_layer_cost.value(weight=2, public=True, shows=("Theta = [[0, 0], [0, 0]]",))
def cost_of_the_layer_by_hand() -> Calls:
    """The layer of the exercise costs ln(160/9), about 2.87795; one that knows nothing, 2 ln 2.

    What does each of the three examples cost? Are the three added up, or averaged?
    """
    yield call(
        np.log([[4.0, 0.5], [1 / 3, 3.0], [1.0, 1.0]]),
        np.array([[0.0, 1.0, 2.0]]),
        np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]),
    )
    yield call(np.zeros((2, 2)), np.array([[5.0, 7.0]]), np.eye(2))


@output_layer_cost.value(public=True)
def cost_with_two_features() -> Calls:
    """Two features, and labels that are floats or ints.

    For each example, which logit belongs to the true class?
    """
    yield call(
        np.array([[0.5, 1.0, -1.0], [0.0, 2.0, 1.0]]),
        np.array([[1.0, -0.5, 1.5], [2.0, 0.0, -1.0]]),
        np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]]),
    )
    yield call(
        np.array([[0.0, 1.0, 0.5], [1.0, -1.0, 0.0], [-0.5, 0.0, 2.0]]),
        np.array([[1.0, 0.5], [-1.0, 0.5]]),
        np.array([[0, 0], [1, 0], [0, 1]]),
    )


@output_layer_cost.value(
    public=True, shows=("A true class whose probability", "A class with label 0")
)
def hopeless_prediction() -> Calls:
    """With the logits 0 and 2000, the first class costs 2000, and the second one costs nothing.

    What does the first class's probability look like? From which numbers could the cost start?
    """
    Theta = np.array([[0.0, 0.0], [0.0, 2000.0]])
    yield call(Theta, np.array([[1.0]]), np.array([[1.0], [0.0]]))
    yield call(Theta, np.array([[0.5]]), np.array([[1.0], [0.0]]))
    yield call(Theta, np.array([[1.0]]), np.array([[0.0], [1.0]]))


@output_layer_cost.value(weight=2)
def cost_of_any_layer(rng: Rng) -> Calls:
    """Layers with more classes than examples, and with more examples than classes."""
    yield call(*_labelled(rng, 5, 2, 3))
    yield call(*_labelled(rng, 3, 4, 7))
    yield call(*_labelled(rng, 3, 2, 3))


@output_layer_cost.value()
def cost_of_small_layers(rng: Rng) -> Calls:
    """One example, two classes, and a single class, which costs nothing."""
    yield call(*_labelled(rng, 4, 2, 1))
    yield call(*_labelled(rng, 1, 2, 4))


@output_layer_cost.value()
def cost_of_soft_labels(rng: Rng) -> Calls:
    """Soft labels: every class with a label above 0 counts, by as much as its label says."""
    yield call(*_layer(rng, 4, 2, 3), _soft(rng, 4, 3))
    yield call(*_layer(rng, 3, 1, 2), np.array([[0.5, 0.25], [0.5, 0.0], [0.0, 0.75]]))


@output_layer_cost.value()
def cost_where_h_vanishes(rng: Rng) -> Calls:
    """A probability that is too small for a float64, of the true class or of another one.

    What is left of ln h if you write the softmax in and simplify before you compute?
    """
    wide = _moved(rng, _WIDE)
    yield call(wide, _WIDE_X, np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 1.0], [0.0, 0.0, 0.0]]))
    yield call(wide, _WIDE_X, np.array([[0.0, 0.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0]]))


@output_layer_cost.value()
def cost_of_large_logits(rng: Rng) -> Calls:
    """Logits thousands away from 0 that lie near each other."""
    labels = np.array([[1.0, 0.0, 1.0, 0.0, 0.0], [0, 1, 0, 0, 1], [0, 0, 0, 1, 0]])
    together = _moved(rng, _TOGETHER)
    yield call(together, _FAR, labels)
    yield call(together, _FAR[:, 1:2], labels[:, :1])


@output_layer_cost.precision()
def accurate_cost(rng: Rng) -> Calls:
    """As accurate as float64 allows."""
    yield call(*_labelled(rng, 5, 2, 3))
    yield call(*_labelled(rng, 3, 4, 7))


@output_layer_cost.type(public=True)
def cost_is_a_float() -> Calls:
    """The answer is a number, not an array of one or more."""
    yield call(
        np.log([[4.0, 0.5], [1 / 3, 3.0], [1.0, 1.0]]),
        np.array([[0.0, 1.0, 2.0]]),
        np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]),
    )


@output_layer_cost.mutation()
def cost_leaves_its_arguments(rng: Rng) -> Calls:
    """Theta, X and Y are afterwards what they were before."""
    yield call(*_labelled(rng, 5, 2, 3))


# output_layer_grad_parts


@output_layer_grad_parts.value(weight=2, public=True, shows=("Theta = [[ln 4, -ln 2]",))
def parts_for_two_weights_by_hand() -> Calls:
    """Parts I, II and III for the weights Theta_10 and Theta_31 of the exercise's layer.

    For k = 0, j = 0 they should be -0.5, 0.2 and 0.75. Which of the three examples stands behind
    each of them?
    """
    layer = (
        np.log([[4.0, 0.5], [1 / 3, 3.0], [1.0, 1.0]]),
        np.array([[0.0, 1.0, 2.0]]),
        np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]),
    )
    yield call(*layer, 0, 0)
    yield call(*layer, 2, 1)


@output_layer_grad_parts.value(weight=2, public=True, shows=("n = 1",))
def parts_for_other_weights() -> Calls:
    """The parts for weights of other classes and other columns, and of the only class of a layer.

    Which class does the weight belong to, and by what does x_j multiply each example?
    """
    Theta = np.array([[0.0, 1.0, 0.5], [1.0, -1.0, 0.0], [-0.5, 0.0, 2.0]])
    X = np.array([[1.0, 0.5, -2.0, 1.5], [-1.0, 0.5, 1.0, 2.0]])
    Y = np.array([[0.0, 0.0, 1.0, 1.0], [1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]])
    yield call(Theta, X, Y, 1, 2)
    yield call(Theta, X, Y, 2, 1)
    yield call(Theta, X, Y, 1, 0)
    yield call(Theta[1:2], X, np.ones((1, 4)), 0, 1)
    yield call(Theta[1:2], X, np.ones((1, 4)), 0, 0)


@output_layer_grad_parts.value(public=True, shows=("Finite and right",))
def parts_of_a_hopeless_prediction() -> Calls:
    """With the logits 0, 2000 and -1000, two probabilities are too small for a float64.

    Which quotient have you left standing that cancels on paper?
    """
    Theta = np.array([[0.0, 0.0], [0.0, 2000.0], [0.0, -1000.0]])
    Y = np.array([[1.0, 0.0], [0.0, 0.0], [0.0, 1.0]])
    yield call(Theta, np.array([[1.0, -2.0]]), Y, 1, 0)
    yield call(Theta, np.array([[1.5]]), Y[:, :1], 1, 1)


@output_layer_grad_parts.value(weight=2)
def parts_for_any_bias(rng: Rng) -> Calls:
    """Biases (j = 0) of layers of several sizes."""
    yield call(*_labelled(rng, 5, 2, 8), 3, 0)
    yield call(*_labelled(rng, 3, 4, 9), 0, 0)
    yield call(*_labelled(rng, 3, 1, 3), 2, 0)


@output_layer_grad_parts.value(weight=2)
def parts_for_any_weight(rng: Rng) -> Calls:
    """Weights of features (j > 0) in layers of several sizes."""
    yield call(*_labelled(rng, 5, 2, 8), 3, 2)
    yield call(*_labelled(rng, 3, 4, 9), 1, 3)
    yield call(*_labelled(rng, 4, 3, 4), 0, 1)


@output_layer_grad_parts.value()
def parts_in_small_layers(rng: Rng) -> Calls:
    """One example, two classes, and a single class, whose only part is 0."""
    yield call(*_labelled(rng, 4, 2, 1), 1, 1)
    yield call(*_labelled(rng, 1, 2, 4), 0, 2)


@output_layer_grad_parts.value()
def parts_with_soft_labels(rng: Rng) -> Calls:
    """Soft labels: every class with a label above 0 has a part."""
    yield call(*_layer(rng, 4, 2, 3), _soft(rng, 4, 3), 2, 0)
    yield call(*_layer(rng, 3, 2, 5), _soft(rng, 3, 5), 1, 2)


@output_layer_grad_parts.value(public=True)
def parts_with_int_labels() -> Calls:
    """Labels that are ints; the parts are floats all the same.

    Does an array in your code take its type over from Y?
    """
    Theta = np.array([[0.5, 1.0], [0.0, -1.0], [1.0, 0.0]])
    Y = np.array([[1, 0, 0, 0], [0, 0, 1, 0], [0, 1, 0, 1]])
    yield call(Theta, np.array([[1.0, 2.0, -1.5, 0.5]]), Y, 1, 0)
    yield call(Theta, np.array([[1.0, 2.0, -1.5, 0.5]]), Y, 2, 1)


@output_layer_grad_parts.value()
def parts_where_h_vanishes(rng: Rng) -> Calls:
    """Probabilities that are too small for a float64, of a true class or of another one.

    Which quotient have you left standing that cancels on paper?
    """
    Y = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 1.0], [0.0, 0.0, 0.0]])
    wide, unlikely = _moved(rng, _WIDE), Y * (1.0 - 1e-9) + [[0.0], [0.0], [1e-9]]
    yield call(wide, _WIDE_X, unlikely, 1, 1)
    yield call(wide, _WIDE_X, unlikely, 1, 0)
    yield call(_moved(rng, _TOGETHER), _FAR, np.eye(3)[:, [0, 1, 2, 2, 1]], 2, 0)


@output_layer_grad_parts.precision()
def accurate_parts(rng: Rng) -> Calls:
    """As accurate as float64 allows: formulas, not differences."""
    yield call(*_labelled(rng, 5, 2, 8), 3, 2)
    yield call(*_labelled(rng, 3, 4, 9), 1, 3)


@output_layer_grad_parts.shape()
def one_part_for_each_class(rng: Rng) -> Calls:
    """n numbers in a flat array, with a single class too."""
    yield from parts_for_any_weight(rng)
    yield from parts_for_other_weights()


@output_layer_grad_parts.type(public=True)
def parts_are_float64() -> Calls:
    """The answer is a NumPy array of float64."""
    yield call(
        np.log([[4.0, 0.5], [1 / 3, 3.0], [1.0, 1.0]]),
        np.array([[0.0, 1.0, 2.0]]),
        np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]),
        2,
        1,
    )


@output_layer_grad_parts.mutation()
def parts_leave_their_arguments(rng: Rng) -> Calls:
    """Theta, X and Y are afterwards what they were before."""
    yield from parts_for_any_weight(rng)


# output_layer_grad


@output_layer_grad.value(weight=2, public=True, shows=("Theta = [[0, 0], [0, 0], [0, 0]]",))
def six_weights() -> Calls:
    """The six derivatives of the exercise's layer, and of one that knows nothing yet.

    Does each column sum to 0? Does the first entry, 0.45, come out as the sum of its parts?
    """
    yield call(
        np.log([[4.0, 0.5], [1 / 3, 3.0], [1.0, 1.0]]),
        np.array([[0.0, 1.0, 2.0]]),
        np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]),
    )
    yield call(np.zeros((3, 2)), np.array([[6.0]]), np.array([[1.0], [0.0], [0.0]]))


@output_layer_grad.value(weight=2, public=True, shows=("n = 1",))
def grad_with_two_features() -> Calls:
    """Two features: a column for each, and one for the biases before them; with one class, zeros.

    What does the first column hold, and what are the examples multiplied by in the others?
    """
    yield call(
        np.array([[0.5, 1.0, -1.0], [0.0, 2.0, 1.0]]),
        np.array([[1.0, -0.5, 1.5], [2.0, 0.0, -1.0]]),
        np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]]),
    )
    yield call(
        np.array([[0.0, 1.0, 0.5], [1.0, -1.0, 0.0], [-0.5, 0.0, 2.0]]),
        np.array([[1.0, 0.5, -2.0, 1.5], [-1.0, 0.5, 1.0, 2.0]]),
        np.array([[0.0, 0.0, 1.0, 1.0], [1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]]),
    )
    X, Y = np.array([[1.0, -0.5], [2.0, 0.0]]), np.array([[1.0, 1.0]])
    yield call(np.array([[1.0, -1.0, 0.0]]), X, Y)
    yield call(np.array([[0.0, 0.5, 2.0]]), X, Y)


@output_layer_grad.value(public=True, shows=("Finite and right",))
def grad_of_a_hopeless_prediction() -> Calls:
    """With the logits 0, 2000 and -1000, two probabilities are too small for a float64.

    Where does your code divide by a probability, or take an exponential?
    """
    Theta = np.array([[0.0, 0.0], [0.0, 2000.0], [0.0, -1000.0]])
    Y = np.array([[1.0, 0.0], [0.0, 0.0], [0.0, 1.0]])
    yield call(Theta, np.array([[1.0, -2.0]]), Y)
    yield call(Theta, np.array([[1.5]]), Y[:, :1])


@output_layer_grad.value(weight=2)
def grad_of_any_layer(rng: Rng) -> Calls:
    """Layers with more classes than examples, and with more examples than classes."""
    yield call(*_labelled(rng, 5, 2, 3))
    yield call(*_labelled(rng, 3, 4, 7))


@output_layer_grad.value()
def grad_of_square_theta(rng: Rng) -> Calls:
    """As many classes as columns of Theta and as examples: nothing is mixed up without an error."""
    yield call(*_labelled(rng, 3, 2, 3))
    Theta, X, Y = _labelled(rng, 4, 3, 4)
    yield call(Theta * [1.0, 1e-4, 1e-4, 1e-4], X * 1e4, Y)


@output_layer_grad.value()
def grad_of_small_layers(rng: Rng) -> Calls:
    """One example, two classes, and a single class, whose derivatives are 0."""
    yield call(*_labelled(rng, 4, 2, 1))
    yield call(*_labelled(rng, 1, 2, 4))


@output_layer_grad.value()
def grad_with_soft_labels(rng: Rng) -> Calls:
    """Soft labels are taken for what they are."""
    yield call(*_layer(rng, 4, 2, 3), _soft(rng, 4, 3))
    yield call(*_layer(rng, 3, 2, 5), _soft(rng, 3, 5))


@output_layer_grad.value(public=True)
def grad_with_int_labels() -> Calls:
    """Labels that are ints; the derivatives are floats all the same.

    Does an array in your code take its type over from Y?
    """
    Theta = np.array([[0.5, 1.0], [0.0, -1.0], [1.0, 0.0]])
    Y = np.array([[1, 0, 0, 0], [0, 0, 1, 0], [0, 1, 0, 1]])
    yield call(Theta, np.array([[1.0, 2.0, -1.5, 0.5]]), Y)
    yield call(Theta[:2], np.array([[0.5, 1.5, -1.0]]), np.array([[1, 0, 1], [0, 1, 0]]))


@output_layer_grad.value()
def grad_where_h_vanishes(rng: Rng) -> Calls:
    """Probabilities that are too small for a float64, of a true class or of another one."""
    wide = _moved(rng, _WIDE)
    yield call(wide, _WIDE_X, np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 1.0], [0.0, 0.0, 0.0]]))
    tiny = 1e-9
    Y = np.array([[tiny, tiny], [1.0 - tiny, 0.0], [0.0, 1.0 - tiny]])
    yield call(wide, _WIDE_X[:, 1:], Y)
    yield call(wide, _WIDE_X[:, 2:], Y[:, 1:])
    yield call(_moved(rng, _TOGETHER), _FAR, np.eye(3)[:, [0, 1, 2, 2, 1]])


@output_layer_grad.precision()
def accurate_grad(rng: Rng) -> Calls:
    """As accurate as float64 allows: a formula, not differences."""
    yield call(*_labelled(rng, 5, 2, 3))
    yield call(*_labelled(rng, 3, 4, 7))


@output_layer_grad.shape()
def as_theta(rng: Rng) -> Calls:
    """The answer has the shape of Theta, with one example or one class too."""
    yield from grad_of_any_layer(rng)
    yield from six_weights()
    yield from grad_with_two_features()


@output_layer_grad.type(public=True)
def grad_is_float64() -> Calls:
    """The answer is a NumPy array of float64."""
    yield call(
        np.log([[4.0, 0.5], [1 / 3, 3.0], [1.0, 1.0]]),
        np.array([[0.0, 1.0, 2.0]]),
        np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]),
    )


@output_layer_grad.mutation()
def grad_leaves_its_arguments(rng: Rng) -> Calls:
    """Theta, X and Y are afterwards what they were before."""
    yield from grad_of_any_layer(rng)
    yield from six_weights()
