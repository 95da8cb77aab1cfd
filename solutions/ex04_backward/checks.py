"""The checks of exercise 4: backwards through softmax, and why it all collapses."""

import math
from collections.abc import Callable

import numpy as np

from grader.course.checks import Callback, Calls, FunctionChecks, Rng, Terms, call

vjp_with_jacobian = FunctionChecks("vjp_with_jacobian")
softmax_backward = FunctionChecks("softmax_backward")
softmax_cross_entropy_grad = FunctionChecks("softmax_cross_entropy_grad")
chain_terms = FunctionChecks("chain_terms")

Function = Callable[..., np.ndarray]


def _softmax(Z: np.ndarray) -> np.ndarray:
    exponentials = np.exp(Z - Z.max(axis=0, keepdims=True))
    return exponentials / exponentials.sum(axis=0, keepdims=True)


def _probabilities(rng: Rng, n: int, m: int) -> np.ndarray:
    """Columns that sum to 1, drawn as such: no logits lead to them that any function is given."""
    weights = rng.uniform(0.2, 1.0, size=(n, m))
    return weights / weights.sum(axis=0)


def _one_hot(rng: Rng, n: int, m: int) -> np.ndarray:
    Y = np.zeros((n, m))
    Y[rng.integers(n, size=m), np.arange(m)] = 1.0
    return Y


def _upstream(rng: Rng, n: int, m: int) -> np.ndarray:
    """A gradient with zeros in it, as that of a cost that does not read every output."""
    dA = rng.normal(scale=2.0, size=(n, m))
    dA[1] = 0.0
    return dA


@vjp_with_jacobian.terms
def vjp_terms(dZ: np.ndarray, Z: np.ndarray, dA: np.ndarray) -> Terms:
    """a_j (g_j - <a, g>): neither g_j nor the average exceeds the largest g."""
    magnitude = 2 * _softmax(Z) * np.abs(dA).max(axis=0)
    return Terms(magnitude, growth=len(Z) + np.abs(Z).max() + 4)


@softmax_backward.terms
def backward_terms(dZ: np.ndarray, dA: np.ndarray, A: np.ndarray) -> Terms:
    """As above; no exponential is taken, so the size of the logits does not matter."""
    return Terms(2 * A * np.abs(dA).max(axis=0), growth=len(A) + 4)


@softmax_cross_entropy_grad.terms
def softmax_cross_entropy_grad_terms(dZ: np.ndarray, Z: np.ndarray, Y: np.ndarray) -> Terms:
    """A - Y cancels where a label and its probability agree."""
    return Terms(_softmax(Z) + Y, growth=len(Z) + np.abs(Z).max() + 4)


@chain_terms.terms
def chain_terms_terms(T: np.ndarray, z: np.ndarray, y: np.ndarray) -> Terms:
    """y_i a_j and, on the diagonal, y_i."""
    magnitude = y * (_softmax(z).T + np.eye(len(z)))
    return Terms(magnitude, growth=len(z) + np.abs(z).max() + 4)


softmax_cross_entropy_grad.derivative_of(
    "cross_entropy_from_logits", Callback("Z, Y", "Z.shape[1]")
)


# The chain rule as it stands.


@vjp_with_jacobian.value(weight=2, public=True, shows=("Z = [[ln 2], [0], [0]]",))
def one_example() -> Calls:
    """One example: a row of three numbers times a 3 x 3 matrix.

    Through how many outputs does each logit reach the loss? Does your product add them all up?
    """
    yield call(np.array([[0.0], [1.0], [-1.0]]), np.array([[3.0], [0.0], [-2.0]]))
    yield call(np.array([[np.log(2.0)], [0.0], [0.0]]), np.array([[2.0], [0.0], [-1.0]]))


@vjp_with_jacobian.value(weight=2, public=True, shows=("n = 1",))
def two_examples() -> Calls:
    """Each column of dA meets the Jacobian of its own example; that of a single class is 0.

    Which columns of Z and of dA take part in the second column of your answer?
    """
    yield call(
        np.array([[0.0, 0.5], [1.0, 0.5], [2.0, -1.5]]),
        np.array([[1.0, 0.0], [-1.0, 4.0], [0.5, 2.0]]),
    )
    yield call(
        np.array([[0.5, 0.0, -1.0], [-0.5, 2.0, 0.0]]),
        np.array([[1.0, -2.0, 0.0], [0.0, 1.0, 3.0]]),
    )
    yield call(np.array([[2.0, -1.0]]), np.array([[3.0, 0.5]]))


@vjp_with_jacobian.value(weight=2)
def any_batch(rng: Rng) -> Calls:
    """Batches with more classes than examples, and more examples than classes."""
    yield call(rng.normal(scale=1.5, size=(5, 3)), rng.normal(scale=2.0, size=(5, 3)))
    yield call(rng.normal(scale=1.5, size=(3, 6)), rng.normal(scale=2.0, size=(3, 6)))


@vjp_with_jacobian.value()
def as_many_classes_as_examples(rng: Rng) -> Calls:
    """As many examples as classes: no axis is taken for another one without an error."""
    yield call(rng.normal(scale=1.5, size=(4, 4)), rng.normal(scale=2.0, size=(4, 4)))


@vjp_with_jacobian.value()
def few_classes_or_examples(rng: Rng) -> Calls:
    """One example, two classes, and a single class, whose logit changes nothing."""
    yield call(rng.normal(scale=1.5, size=(5, 1)), rng.normal(scale=2.0, size=(5, 1)))
    yield call(rng.normal(scale=1.5, size=(1, 3)), rng.normal(scale=2.0, size=(1, 3)))


@vjp_with_jacobian.value()
def zeros_and_constants_in_dA(rng: Rng) -> Calls:
    """An upstream gradient with zeros in it, and one with a column of equal numbers."""
    yield call(rng.normal(scale=1.5, size=(4, 3)), _upstream(rng, 4, 3))
    dA = rng.normal(scale=2000.0, size=(3, 2))
    dA[:, 0] = 1.0
    yield call(rng.normal(scale=1.5, size=(3, 2)), dA)


@vjp_with_jacobian.value()
def extreme_logits(rng: Rng) -> Calls:
    """Columns that lie thousands and more apart, and logits thousands apart within a column."""
    offsets = np.array([0.0, 2048.0, -2048.0, 131_072.0, -131_072.0])
    yield call(rng.normal(scale=1.5, size=(4, 5)) + offsets, rng.normal(size=(4, 5)))
    yield call(
        np.array([[1e5, 600.0], [-1000.0, 602.0], [1e5 - 1.0, 570.0]]),
        rng.normal(scale=2.0, size=(3, 2)),
    )
    yield call(np.array([[0.0, -2000.0], [1.0, -2001.0]]), rng.normal(scale=2e4, size=(2, 2)))


@vjp_with_jacobian.precision()
def accurate(rng: Rng) -> Calls:
    """As accurate as float64 allows: a formula, not a finite difference."""
    yield call(rng.normal(scale=1.5, size=(5, 3)), rng.normal(scale=2.0, size=(5, 3)))
    tail = np.array([[0.0], [-690.0], [-40.0]]) + rng.uniform(0.0, 0.5, size=(3, 1))
    yield call(tail, np.array([[1.0], [-2.0], [3.0]]))


@vjp_with_jacobian.shape()
def keeps_the_shape(rng: Rng) -> Calls:
    """The answer has the shape of Z, with a single example or a single class too."""
    yield call(rng.normal(scale=1.5, size=(5, 3)), rng.normal(scale=2.0, size=(5, 3)))
    yield call(np.array([[0.0], [1.0], [-1.0]]), np.array([[3.0], [0.0], [-2.0]]))
    yield call(np.array([[2.0, -1.0]]), np.array([[3.0, 0.5]]))


@vjp_with_jacobian.type(public=True)
def is_float64() -> Calls:
    """The answer is a NumPy array of float64."""
    yield call(np.array([[0.0], [1.0], [-1.0]]), np.array([[3.0], [0.0], [-2.0]]))


@vjp_with_jacobian.mutation()
def leaves_its_arguments(rng: Rng) -> Calls:
    """Z and dA are afterwards what they were before."""
    yield call(rng.normal(scale=1.5, size=(5, 3)), rng.normal(scale=2.0, size=(5, 3)))
    yield call(np.array([[np.log(2.0)], [0.0], [0.0]]), np.array([[2.0], [0.0], [-1.0]]))


# The same without a matrix.


@softmax_backward.value(weight=2, public=True, shows=("dA = [[2], [0], [-1]]",))
def one_example() -> Calls:
    """One example: how far does each entry of dA lie above their average?

    With which weights is the average taken, and what happens to the difference then?
    """
    yield call(np.array([[4.0], [0.0], [-1.0]]), np.array([[0.2], [0.3], [0.5]]))
    yield call(np.array([[2.0], [0.0], [-1.0]]), np.array([[0.5], [0.25], [0.25]]))


@softmax_backward.value(weight=2, public=True, shows=("n = 1",))
def two_examples() -> Calls:
    """Each example has an average of its own, from which a single class never differs.

    What shape do the averages of a (3, 2) batch have in your code?
    """
    yield call(
        np.array([[1.0, 0.0], [-1.0, 5.0], [0.5, 2.0]]),
        np.array([[0.1, 0.4], [0.6, 0.4], [0.3, 0.2]]),
    )
    yield call(
        np.array([[1.0, -2.0, 0.0], [0.0, 1.0, 3.0]]),
        np.array([[0.7, 0.9, 0.2], [0.3, 0.1, 0.8]]),
    )
    yield call(np.array([[3.0, 0.5]]), np.ones((1, 2)))


@softmax_backward.value(weight=2)
def any_batch(rng: Rng) -> Calls:
    """Batches with more classes than examples, and more examples than classes."""
    yield call(rng.normal(scale=2.0, size=(5, 3)), _probabilities(rng, 5, 3))
    yield call(rng.normal(scale=2.0, size=(3, 6)), _probabilities(rng, 3, 6))


@softmax_backward.value()
def as_many_classes_as_examples(rng: Rng) -> Calls:
    """As many examples as classes: no axis is taken for another one without an error."""
    yield call(rng.normal(scale=2.0, size=(4, 4)), _probabilities(rng, 4, 4))


@softmax_backward.value()
def few_classes_or_examples(rng: Rng) -> Calls:
    """One example, two classes, and a single class, whose logit changes nothing."""
    yield call(rng.normal(scale=2.0, size=(5, 1)), _probabilities(rng, 5, 1))
    yield call(rng.normal(scale=2.0, size=(1, 3)), np.ones((1, 3)))


@softmax_backward.value()
def zeros_and_constants_in_dA(rng: Rng) -> Calls:
    """Upstream gradients with zeros in them, as in -Y/A, and one with a column of equal numbers."""
    yield call(_upstream(rng, 4, 3), _probabilities(rng, 4, 3))
    A = _probabilities(rng, 4, 3)
    yield call(-_one_hot(rng, 4, 3) / A, A)
    dA = rng.normal(scale=2000.0, size=(3, 2))
    dA[:, 0] = 1.0
    yield call(dA, _probabilities(rng, 3, 2))


@softmax_backward.value()
def tiny_probabilities(rng: Rng) -> Calls:
    """Probabilities from 1e-12 to 1e-250, and 0: their logits have a gradient about as small."""
    yield call(
        rng.normal(scale=2.0, size=(4, 2)),
        np.array([[1.0, 1e-100], [1e-250, 0.5], [1e-12, 0.5], [0.0, 1e-40]]),
    )
    a, b, c = 10.0 ** -rng.uniform((29.0, 19.0, 179.0), (31.0, 21.0, 181.0))
    yield call(np.array([[2.0], [-3.0], [1.0]]), np.array([[a], [1.0], [b]]))
    yield call(np.array([[-1.0 / c], [0.0], [0.0]]), np.array([[c], [1.0], [0.0]]))


@softmax_backward.precision()
def accurate(rng: Rng) -> Calls:
    """As accurate as float64 allows, not just to six digits."""
    yield call(rng.normal(scale=2.0, size=(5, 3)), _probabilities(rng, 5, 3))
    yield call(np.array([[4.0], [0.0], [-1.0]]), np.array([[0.2], [0.3], [0.5]]))


@softmax_backward.shape()
def keeps_the_shape(rng: Rng) -> Calls:
    """The answer has the shape of A, with a single example or a single class too."""
    yield call(rng.normal(scale=2.0, size=(5, 3)), _probabilities(rng, 5, 3))
    yield call(np.array([[4.0], [0.0], [-1.0]]), np.array([[0.2], [0.3], [0.5]]))
    yield call(np.array([[3.0, 0.5]]), np.ones((1, 2)))


@softmax_backward.type(public=True)
def is_float64() -> Calls:
    """The answer is a NumPy array of float64."""
    yield call(np.array([[4.0], [0.0], [-1.0]]), np.array([[0.2], [0.3], [0.5]]))


@softmax_backward.mutation()
def leaves_its_arguments(rng: Rng) -> Calls:
    """The arrays dA and A are afterwards what they were before."""
    yield call(rng.normal(scale=2.0, size=(5, 3)), _probabilities(rng, 5, 3))
    yield call(np.array([[2.0], [0.0], [-1.0]]), np.array([[0.5], [0.25], [0.25]]))


@softmax_backward.memory()
def twenty_thousand_classes(rng: Rng, memory_bytes: int) -> Calls:
    """20 000 classes fit into memory, and even more where more memory is allowed.

    How many bytes would an array of n * n numbers need for n = 20 000?
    """
    # n * n float32 numbers never fit; an answer of n * m float64 numbers stays below 4 MiB.
    n = max(20_000, math.isqrt(memory_bytes // 4) + 1)
    m = 2 if n <= 250_000 else 1
    yield call(rng.normal(scale=2.0, size=(n, m)), _probabilities(rng, n, m))


# The collapse.


@softmax_cross_entropy_grad.value(weight=2, public=True, shows=("Z = [[ln 2], [0], [0]]", "n = 1"))
def one_example() -> Calls:
    """One example: only one entry is negative, and none is 0, unless there is one class only.

    Which entry is it? By which road do the false classes get theirs?
    """
    yield call(np.array([[1.0], [0.0], [2.0]]), np.array([[0.0], [1.0], [0.0]]))
    yield call(np.array([[np.log(2.0)], [0.0], [0.0]]), np.array([[0.0], [1.0], [0.0]]))
    yield call(np.array([[2.0, -1.0]]), np.ones((1, 2)))


@softmax_cross_entropy_grad.value(weight=2, public=True)
def a_batch_with_soft_labels() -> Calls:
    """Each column is the derivative of its own example's loss, without 1/m.

    Did you assume that a label is 0 or 1? And would the derivative of one example's loss change if
    another example joined the batch?
    """
    yield call(
        np.array([[1.0, -0.5], [0.5, 0.0], [-1.0, 1.5]]),
        np.array([[0.0, 0.5], [0.0, 0.25], [1.0, 0.25]]),
    )
    yield call(
        np.array([[0.5, 0.0, -1.0], [-0.5, 2.0, 0.0]]),
        np.array([[0.4, 1.0, 0.3], [0.6, 0.0, 0.7]]),
    )


@softmax_cross_entropy_grad.value(public=True, shows=("Z = [[0], [-800]]", "Finite and right"))
def a_true_class_that_underflows() -> Calls:
    """The derivative is -1, not nan, where softmax gives the true class the probability 0.

    Where does your code divide by a probability? What has cancelled on paper?
    """
    yield call(np.array([[1.0], [-800.0], [0.0]]), np.array([[0.0], [1.0], [0.0]]))
    yield call(np.array([[0.0], [-800.0]]), np.array([[0.0], [1.0]]))


@softmax_cross_entropy_grad.value(weight=2)
def any_batch(rng: Rng) -> Calls:
    """Batches with more classes than examples, and the reverse; one of them twice, shifted."""
    yield call(rng.normal(scale=1.5, size=(5, 3)), _one_hot(rng, 5, 3))
    Z, Y = rng.normal(scale=1.5, size=(3, 6)), _one_hot(rng, 3, 6)
    yield call(Z, Y)
    yield call(Z + np.arange(6.0) - 2.0, Y)


@softmax_cross_entropy_grad.value()
def soft_labels(rng: Rng) -> Calls:
    """Labels that are spread over several classes; as many classes as examples, too."""
    yield call(rng.normal(scale=1.5, size=(3, 5)), _probabilities(rng, 3, 5))
    yield call(rng.normal(scale=1.5, size=(4, 4)), _probabilities(rng, 4, 4))


@softmax_cross_entropy_grad.value()
def integer_labels(rng: Rng) -> Calls:
    """Labels that are stored as integers: the derivatives are not integers."""
    yield call(rng.normal(scale=1.5, size=(4, 6)), _one_hot(rng, 4, 6).astype(np.int64))
    yield call(rng.normal(scale=1.5, size=(3, 2)), _one_hot(rng, 3, 2).astype(np.int64))


@softmax_cross_entropy_grad.value()
def few_classes_or_examples(rng: Rng) -> Calls:
    """One example, two classes, and a single class, whose logit changes nothing."""
    yield call(rng.normal(scale=1.5, size=(5, 1)), _one_hot(rng, 5, 1))
    yield call(rng.normal(scale=1.5, size=(1, 3)), np.ones((1, 3)))


@softmax_cross_entropy_grad.value()
def extreme_logits(rng: Rng) -> Calls:
    """Columns that lie thousands and more apart, and logits 60 to 2000 apart within a column."""
    offsets = np.array([0.0, 2048.0, -2048.0, 131_072.0, -131_072.0])
    yield call(rng.normal(scale=1.5, size=(4, 5)) + offsets, _one_hot(rng, 4, 5))
    yield call(
        np.array([[1e5, 600.0], [-1000.0, 660.0], [1e5 - 1.0, 659.0]]) + rng.normal(size=(3, 2)),
        np.array([[0.0, 1.0], [1.0, 0.0], [0.0, 0.0]]),
    )
    yield call(
        np.array([[0.0, 0.0], [-690.0, -500.0], [2.0, 1999.0]]) + rng.normal(size=(3, 2)),
        np.array([[1.0 - 1e-9, 0.0], [1e-9, 1.0], [0.0, 0.0]]),
    )


@softmax_cross_entropy_grad.precision()
def accurate(rng: Rng) -> Calls:
    """As accurate as float64 allows, in the tail of a column too."""
    yield call(rng.normal(scale=1.5, size=(5, 3)), _one_hot(rng, 5, 3))
    tail = np.array([[0.0], [-690.0], [-40.0]]) + rng.uniform(0.0, 0.5, size=(3, 1))
    yield call(tail, np.array([[1.0 - 1e-9], [1e-9], [0.0]]))


@softmax_cross_entropy_grad.shape()
def keeps_the_shape(rng: Rng) -> Calls:
    """The answer has the shape of Z, with a single example or a single class too."""
    yield from any_batch(rng)
    yield call(np.array([[1.0], [0.0], [2.0]]), np.array([[0.0], [1.0], [0.0]]))
    yield call(np.array([[2.0, -1.0]]), np.ones((1, 2)))


@softmax_cross_entropy_grad.type(public=True)
def is_float64() -> Calls:
    """The answer is a NumPy array of float64."""
    yield call(np.array([[1.0], [0.0], [2.0]]), np.array([[0.0], [1.0], [0.0]]))


@softmax_cross_entropy_grad.mutation()
def leaves_its_arguments(rng: Rng) -> Calls:
    """Z and Y are afterwards what they were before."""
    yield from any_batch(rng)
    yield call(np.array([[np.log(2.0)], [0.0], [0.0]]), np.array([[0.0], [1.0], [0.0]]))


# Every term of the chain rule.


@chain_terms.value(weight=2, public=True, shows=("z = [[0], [ln 3]]", "n = 1"))
def a_true_class() -> Calls:
    """For one-hot labels one row is left, and it has an entry for every input.

    Which index does y_i = 0 wipe out: that of the output, or that of the input?
    """
    yield call(np.array([[2.0], [1.0], [0.0]]), np.array([[0.0], [1.0], [0.0]]))
    yield call(np.array([[0.0], [np.log(3.0)]]), np.array([[1.0], [0.0]]))
    yield call(np.array([[2.0]]), np.array([[1.0]]))
    yield call(np.array([[-1.0]]), np.array([[1.0]]))


@chain_terms.value(weight=2, public=True)
def labels_of_a_half_and_a_quarter() -> Calls:
    """With soft labels every output that has a label has a row.

    What do your columns sum to? And your rows?
    """
    yield call(np.array([[0.0], [0.5], [-0.5]]), np.array([[0.5], [0.25], [0.25]]))
    yield call(np.array([[1.0], [-0.5], [0.0], [0.5]]), np.array([[0.0], [0.25], [0.5], [0.25]]))


@chain_terms.value(public=True, shows=("A class with y = 0",))
def false_classes_without_probability() -> Calls:
    """A false class whose probability is too small for a float64 has a row of zeros, not of nan.

    What is 0 / 0 for NumPy? Is there anything to divide at all?
    """
    yield call(np.array([[1.0], [900.0], [0.0]]), np.array([[0.0], [1.0], [0.0]]))
    yield call(np.array([[0.0], [2000.0]]), np.array([[0.0], [1.0]]))


@chain_terms.value(weight=2)
def any_example(rng: Rng) -> Calls:
    """Examples with three to six classes."""
    yield call(rng.normal(scale=1.5, size=(5, 1)), _one_hot(rng, 5, 1))
    yield call(rng.normal(scale=1.5, size=(6, 1)), _one_hot(rng, 6, 1))
    yield call(rng.normal(scale=1.5, size=(3, 1)), _one_hot(rng, 3, 1))


@chain_terms.value()
def soft_labels(rng: Rng) -> Calls:
    """Labels that are spread over several classes."""
    y = _probabilities(rng, 4, 1)
    y[1], y[0] = y[0] + y[1] - 1e-9, 1e-9
    yield call(rng.normal(scale=1.5, size=(4, 1)), y)
    y = np.array([[0.7], [1e-9], [0.3 - 1e-9]])
    yield call(rng.normal(scale=1.5, size=(3, 1)), y)


@chain_terms.value()
def one_or_two_classes(rng: Rng) -> Calls:
    """Two classes, and a single one, whose only term is 0."""
    yield call(rng.normal(scale=1.5, size=(2, 1)), np.array([[0.0], [1.0]]))
    yield call(rng.normal(scale=1.5, size=(1, 1)), np.ones((1, 1)))


@chain_terms.value()
def integer_labels(rng: Rng) -> Calls:
    """Labels that are stored as integers: the terms are not integers."""
    yield call(rng.normal(scale=1.5, size=(4, 1)), _one_hot(rng, 4, 1).astype(np.int64))
    yield call(rng.normal(scale=1.5, size=(3, 1)), np.array([[1], [0], [0]]))


@chain_terms.value()
def large_logits(rng: Rng) -> Calls:
    """Logits thousands and more away from 0 whose differences are moderate."""
    z = rng.normal(scale=1.5, size=(3, 1))
    yield call(z + 131_072.0, np.array([[0.0], [0.0], [1.0]]))
    yield call(z - 131_072.0, np.array([[0.0], [1.0], [0.0]]))
    high = np.array([[600.0], [660.0], [659.0]]) + rng.normal(size=(3, 1))
    yield call(high, np.array([[0.0], [1.0], [0.0]]))


@chain_terms.value()
def false_classes_that_underflow(rng: Rng) -> Calls:
    """A false class with the probability 0: its row is 0, not nan."""
    z = np.array([[1.0], [-900.0], [0.0]]) + rng.normal(size=(3, 1))
    yield call(z, np.array([[0.0], [0.0], [1.0]]))
    z = np.array([[0.0], [2000.0], [-500.0], [1998.5]]) + rng.normal(scale=0.5, size=(4, 1))
    yield call(z, np.array([[0.0], [1.0], [0.0], [0.0]]))


@chain_terms.precision()
def accurate(rng: Rng) -> Calls:
    """As accurate as float64 allows, in the tail of a column too."""
    yield call(rng.normal(scale=1.5, size=(5, 1)), _one_hot(rng, 5, 1))
    tail = np.array([[0.0], [-600.0], [-40.0]]) + rng.uniform(0.0, 0.5, size=(3, 1))
    yield call(tail, np.array([[1.0], [0.0], [0.0]]))


@chain_terms.shape()
def is_square(rng: Rng) -> Calls:
    """n classes give an (n, n) array, with n = 1 too."""
    yield from any_example(rng)
    yield call(np.array([[2.0]]), np.array([[1.0]]))


@chain_terms.type(public=True)
def is_float64() -> Calls:
    """The answer is a NumPy array of float64."""
    yield call(np.array([[2.0], [1.0], [0.0]]), np.array([[0.0], [1.0], [0.0]]))


@chain_terms.mutation()
def leaves_its_arguments(rng: Rng) -> Calls:
    """z and y are afterwards what they were before."""
    yield from any_example(rng)
    yield from a_true_class()
