"""The checks of exercise 3: the cross-entropy cost, from probabilities and from logits."""

from collections.abc import Callable

import numpy as np

from grader.course.checks import Callback, Calls, FunctionChecks, Rng, Terms, call

cross_entropy = FunctionChecks("cross_entropy")
cross_entropy_from_logits = FunctionChecks("cross_entropy_from_logits")
cross_entropy_grad = FunctionChecks("cross_entropy_grad")

Function = Callable[..., float]


def _probabilities(rng: Rng, n: int, m: int) -> np.ndarray:
    """Columns that sum to 1; no entry is tiny."""
    weights = rng.uniform(0.2, 1.0, size=(n, m))
    return weights / weights.sum(axis=0)


def _one_hot(rng: Rng, n: int, m: int) -> np.ndarray:
    Y = np.zeros((n, m))
    Y[rng.integers(n, size=m), np.arange(m)] = 1.0
    return Y


def _unlikely(rng: Rng) -> Calls:
    """Batches in which a class with a label has a tiny probability, and one with a tiny label."""
    p = rng.uniform(0.2, 0.8)
    tiny, small = 10.0 ** -rng.uniform((190.0, 28.0), (210.0, 32.0))
    yield call(np.array([[tiny, p], [1.0, 1.0 - p]]), np.array([[1.0, 0.0], [0.0, 1.0]]))
    yield call(np.array([[1.0], [small]]), np.array([[1.0 - 1e-9], [1e-9]]))


@cross_entropy.terms
def cross_entropy_terms(J: float, A: np.ndarray, Y: np.ndarray) -> Terms:
    """All the terms have one sign, so nothing cancels: S0 is the cost itself."""
    return Terms(abs(J), growth=sum(A.shape) + 4)


@cross_entropy_from_logits.terms
def cross_entropy_from_logits_terms(J: float, Z: np.ndarray, Y: np.ndarray) -> Terms:
    """A logit is subtracted from a log-sum-exp of its own size: what is rounded are these two."""
    size = np.abs(Z).max() + np.log(len(Z)) + 1
    return Terms(abs(J) + size, growth=sum(Z.shape) + 4)


@cross_entropy_grad.terms
def cross_entropy_grad_terms(dA: np.ndarray, A: np.ndarray, Y: np.ndarray) -> Terms:
    """One division, and an exact zero where Y is 0."""
    return Terms(np.abs(dA), growth=4)


cross_entropy_grad.derivative_of("cross_entropy", Callback("A, Y", "A.shape[1]"))


# The cost from probabilities.


@cross_entropy.value(
    weight=2,
    public=True,
    shows=("Y = [[0], [1], [0]] give log 4", "Y = [[1/2], [1/2], [0]] give 1.039"),
)
def one_example() -> Calls:
    """A true class with probability 0.2 costs log 5, with 0.25 log 4; soft labels share the cost.

    Which entries of A does the cost read, and what has to be done to them?
    """
    yield call(np.array([[0.7], [0.2], [0.1]]), np.array([[0.0], [1.0], [0.0]]))
    yield call(np.array([[0.7], [0.2], [0.1]]), np.array([[0.25], [0.0], [0.75]]))
    yield call(np.array([[0.5], [0.25], [0.25]]), np.array([[0.0], [1.0], [0.0]]))
    yield call(np.array([[0.5], [0.25], [0.25]]), np.array([[0.5], [0.5], [0.0]]))


@cross_entropy.value(weight=2, public=True)
def mean_of_the_examples() -> Calls:
    """The cost of a batch is the mean of the losses of its examples.

    How many examples are there, and which size of A says so?
    """
    yield call(
        np.array([[0.7, 0.3], [0.2, 0.6], [0.1, 0.1]]),
        np.array([[0.0, 1.0], [1.0, 0.0], [0.0, 0.0]]),
    )
    yield call(
        np.array([[0.6, 0.1, 0.8], [0.4, 0.9, 0.2]]),
        np.array([[0.0, 1.0, 1.0], [1.0, 0.0, 0.0]]),
    )


@cross_entropy.value(public=True, shows=("Where Y is 0 a term is 0",))
def zero_times_log_zero() -> Calls:
    """A class with label 0 costs nothing, even if its probability is 0.

    What is 0 * log(0) for NumPy, and what should it be here?
    """
    yield call(np.array([[0.0], [0.6], [0.4]]), np.array([[0.0], [1.0], [0.0]]))
    yield call(
        np.array([[0.0, 0.9], [0.2, 0.0], [0.8, 0.1]]),
        np.array([[0.0, 1.0], [0.0, 0.0], [1.0, 0.0]]),
    )


@cross_entropy.value(public=True, shows=("Where Y > 0 and A = 0",))
def the_impossible_happens() -> Calls:
    """A true class with probability 0 makes the cost infinite.

    What does the cost tend to when that probability shrinks to 0? Does yours go on with it?
    """
    yield call(np.array([[0.0, 0.4], [1.0, 0.6]]), np.array([[1.0, 1.0], [0.0, 0.0]]))
    yield call(np.array([[0.3], [0.7], [0.0]]), np.array([[0.0], [0.0], [1.0]]))


@cross_entropy.value(weight=2)
def any_batch(rng: Rng) -> Calls:
    """Batches with more classes than examples, and more examples than classes."""
    yield call(_probabilities(rng, 5, 3), _one_hot(rng, 5, 3))
    yield call(_probabilities(rng, 3, 7), _one_hot(rng, 3, 7))


@cross_entropy.value()
def soft_labels(rng: Rng) -> Calls:
    """Labels that are spread over several classes; as many classes as examples, too."""
    yield call(_probabilities(rng, 4, 4), _probabilities(rng, 4, 4))
    yield call(_probabilities(rng, 3, 5), _probabilities(rng, 3, 5))


@cross_entropy.value()
def integer_labels(rng: Rng) -> Calls:
    """Labels that are stored as integers."""
    yield call(_probabilities(rng, 4, 4), _one_hot(rng, 4, 4).astype(np.int64))
    yield call(_probabilities(rng, 4, 6), _one_hot(rng, 4, 6).astype(np.int64))


@cross_entropy.value()
def one_example_or_two_classes(rng: Rng) -> Calls:
    """A batch of one example, and batches with two classes."""
    yield call(_probabilities(rng, 5, 1), _one_hot(rng, 5, 1))
    yield call(_probabilities(rng, 2, 6), _one_hot(rng, 2, 6))


@cross_entropy.value()
def tiny_and_full_probabilities(rng: Rng) -> Calls:
    """A true class with a probability near 1e-200 costs about 460, and a single class costs 0."""
    yield from _unlikely(rng)
    small = 10.0 ** -rng.uniform(190.0, 210.0)
    yield call(np.array([[small], [1.0]]), np.array([[1e-9], [1.0 - 1e-9]]))
    yield call(np.ones((1, 4)), np.ones((1, 4)))


@cross_entropy.value()
def impossible_in_any_batch(rng: Rng) -> Calls:
    """In other batches, too, a true class with probability 0 makes the cost infinite."""
    p, q = rng.uniform(0.2, 0.8, size=2)
    yield call(np.array([[p, 0.0, q], [1.0 - p, 1.0, 1.0 - q]]), np.eye(2)[:, [1, 0, 0]])


@cross_entropy.precision()
def accurate(rng: Rng) -> Calls:
    """As accurate as float64 allows, not just to six digits."""
    yield call(_probabilities(rng, 5, 3), _one_hot(rng, 5, 3))
    yield call(np.array([[0.7], [0.2], [0.1]]), np.array([[0.0], [1.0], [0.0]]))


@cross_entropy.type(public=True)
def is_a_number() -> Calls:
    """The answer is one number: a float, not an array with axes and not a list."""
    yield call(np.array([[0.7], [0.2], [0.1]]), np.array([[0.0], [1.0], [0.0]]))
    yield call(
        np.array([[0.7, 0.3], [0.2, 0.6], [0.1, 0.1]]),
        np.array([[0.0, 1.0], [1.0, 0.0], [0.0, 0.0]]),
    )


@cross_entropy.mutation()
def leaves_its_arguments(rng: Rng) -> Calls:
    """A and Y are afterwards what they were before."""
    yield call(_probabilities(rng, 5, 3), _one_hot(rng, 5, 3))
    yield call(
        np.array([[0.0, 0.9], [0.2, 0.0], [0.8, 0.1]]),
        np.array([[0.0, 1.0], [0.0, 0.0], [1.0, 0.0]]),
    )


# The cost from logits.


@cross_entropy_from_logits.value(weight=2, public=True, shows=("Z = [[1], [2], [3]]",))
def one_example() -> Calls:
    """For the logits [1, 2, 3] the log-sum-exp is about 3.41; what is taken off it?

    What does the cost become when the true class is the first one, and when it is the last one?
    """
    yield call(np.array([[1.0], [2.0], [3.0]]), np.array([[1.0], [0.0], [0.0]]))
    yield call(np.array([[1.0], [2.0], [3.0]]), np.array([[0.0], [0.0], [1.0]]))


@cross_entropy_from_logits.value(weight=2, public=True)
def mean_of_the_examples() -> Calls:
    """The cost of a batch is the mean of the losses of its examples.

    Each example has a log-sum-exp of its own: how many do you compute, and how often is each used?
    """
    yield call(
        np.array([[2.0, 0.5], [-1.0, 1.5], [0.0, 1.0]]),
        np.array([[0.0, 1.0], [1.0, 0.0], [0.0, 0.0]]),
    )
    yield call(
        np.array([[1.0, -1.0, 0.5], [2.0, 0.0, 3.0]]),
        np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]]),
    )


@cross_entropy_from_logits.value(
    public=True, shows=("Z = [[1000], [-1000]]", "The result is finite", "n = 1")
)
def cost_2000() -> Calls:
    """The logits 1000 and -1000 cost 2000 if the second class is the true one, not inf.

    Which probability would softmax give to that class? Can the logarithm be taken before that?
    """
    yield call(np.array([[1000.0], [-1000.0]]), np.array([[0.0], [1.0]]))
    yield call(
        np.array([[9000.0, 0.0], [-9000.0, -800.0], [0.0, 1.0]]),
        np.array([[0.0, 0.0], [1.0, 1.0], [0.0, 0.0]]),
    )
    yield call(np.array([[9000.0, -3000.0]]), np.array([[1.0, 1.0]]))


@cross_entropy_from_logits.value(weight=2)
def any_batch(rng: Rng) -> Calls:
    """Batches with more classes than examples, and the reverse; one of them twice, shifted."""
    yield call(rng.normal(scale=1.5, size=(5, 3)), _one_hot(rng, 5, 3))
    Z, Y = rng.normal(scale=1.5, size=(3, 7)), _one_hot(rng, 3, 7)
    yield call(Z, Y)
    yield call(Z + np.arange(7.0) - 2.0, Y)


@cross_entropy_from_logits.value()
def soft_labels(rng: Rng) -> Calls:
    """Labels that are spread over several classes; as many classes as examples, too."""
    yield call(rng.normal(scale=1.5, size=(4, 4)), _probabilities(rng, 4, 4))
    yield call(rng.normal(scale=1.5, size=(3, 5)), _probabilities(rng, 3, 5))


@cross_entropy_from_logits.value()
def integer_labels(rng: Rng) -> Calls:
    """Labels that are stored as integers."""
    yield call(rng.normal(scale=1.5, size=(4, 4)), _one_hot(rng, 4, 4).astype(np.int64))
    yield call(rng.normal(scale=1.5, size=(4, 6)), _one_hot(rng, 4, 6).astype(np.int64))


@cross_entropy_from_logits.value()
def few_classes_or_examples(rng: Rng) -> Calls:
    """One example, two classes, and a single class, which costs nothing."""
    yield call(rng.normal(scale=1.5, size=(5, 1)), _one_hot(rng, 5, 1))
    yield call(rng.normal(scale=1.5, size=(2, 6)), _one_hot(rng, 2, 6))
    yield call(rng.normal(scale=1.5, size=(1, 4)), np.ones((1, 4)))


@cross_entropy_from_logits.value()
def columns_far_apart(rng: Rng) -> Calls:
    """Columns that lie thousands and more apart: each needs a shift of its own."""
    offsets = np.array([0.0, 2048.0, -2048.0, 131_072.0, -131_072.0])
    yield call(rng.normal(scale=1.5, size=(4, 5)) + offsets, _one_hot(rng, 4, 5))


@cross_entropy_from_logits.value()
def true_classes_that_underflow(rng: Rng) -> Calls:
    """Logits of one column that lie 60 to 30 000 apart, and the true class is among the lowest."""
    lowest = np.array([[700.0, 0.0], [600.0, -800.0], [660.0, 1200.0]])
    labels = np.array([[0.0, 0.0], [1.0, 1.0], [0.0, 0.0]])
    yield call(lowest + rng.normal(size=(3, 2)), labels)
    spread = np.array([[0.0, 0.0, 800.0], [-1500.0, 30_000.0, 0.0]])
    yield call(spread + rng.normal(size=(2, 3)), np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 1.0]]))


@cross_entropy_from_logits.precision()
def accurate(rng: Rng) -> Calls:
    """As accurate as float64 allows, not just to six digits."""
    yield call(rng.normal(scale=1.5, size=(5, 3)), _one_hot(rng, 5, 3))
    z = rng.uniform(0.05, 0.15)
    yield call(np.array([[z], [-z]]), np.array([[1.0], [0.0]]))


@cross_entropy_from_logits.type(public=True)
def is_a_number() -> Calls:
    """The answer is one number: a float, not an array with axes and not a list."""
    yield call(np.array([[1.0], [2.0], [3.0]]), np.array([[1.0], [0.0], [0.0]]))
    yield call(
        np.array([[2.0, 0.5], [-1.0, 1.5], [0.0, 1.0]]),
        np.array([[0.0, 1.0], [1.0, 0.0], [0.0, 0.0]]),
    )


@cross_entropy_from_logits.mutation()
def leaves_its_arguments(rng: Rng) -> Calls:
    """Z and Y are afterwards what they were before."""
    yield call(rng.normal(scale=1.5, size=(5, 3)), _one_hot(rng, 5, 3))
    yield call(np.array([[1000.0], [-1000.0]]), np.array([[0.0], [1.0]]))


# The derivative by the probabilities.


@cross_entropy_grad.value(weight=2, public=True, shows=("A = [[1/2], [1/4], [1/4]]",))
def one_example() -> Calls:
    """The derivative by the probability of the true class; all the others are 0.

    In which of the terms of the loss does a_i occur? What is the derivative of a logarithm?
    """
    yield call(np.array([[0.5], [0.25], [0.25]]), np.array([[0.0], [1.0], [0.0]]))
    yield call(np.array([[0.8], [0.2]]), np.array([[1.0], [0.0]]))


@cross_entropy_grad.value(weight=2, public=True)
def a_batch_with_soft_labels() -> Calls:
    """Each column is the derivative of its own example's loss, without 1/m.

    Would the derivative of one example's loss change if another example joined the batch?
    """
    yield call(
        np.array([[0.4, 0.5], [0.2, 0.3], [0.4, 0.2]]),
        np.array([[0.0, 0.5], [1.0, 0.25], [0.0, 0.25]]),
    )
    yield call(
        np.array([[0.7, 0.9, 0.2], [0.3, 0.1, 0.8]]),
        np.array([[0.4, 1.0, 0.3], [0.6, 0.0, 0.7]]),
    )


@cross_entropy_grad.value(public=True, shows=("Where Y is 0 the result is 0",))
def zero_where_nothing_is_asked() -> Calls:
    """A class with label 0 has the derivative 0, even if its probability is 0.

    What is 0 / 0 for NumPy? Is there anything to divide at all?
    """
    yield call(np.array([[0.0], [0.8], [0.2]]), np.array([[0.0], [0.0], [1.0]]))
    yield call(
        np.array([[0.0, 0.6], [0.5, 0.0], [0.5, 0.4]]),
        np.array([[0.0, 1.0], [0.0, 0.0], [1.0, 0.0]]),
    )


@cross_entropy_grad.value(weight=2)
def any_batch(rng: Rng) -> Calls:
    """Batches with more classes than examples, and more examples than classes."""
    yield call(_probabilities(rng, 5, 3), _one_hot(rng, 5, 3))
    yield call(_probabilities(rng, 3, 7), _one_hot(rng, 3, 7))


@cross_entropy_grad.value()
def soft_labels(rng: Rng) -> Calls:
    """Labels that are spread over several classes; as many classes as examples, too."""
    yield call(_probabilities(rng, 4, 4), _probabilities(rng, 4, 4))
    A, Y = _probabilities(rng, 3, 5), _probabilities(rng, 3, 5)
    Y[1], Y[0] = Y[0] + Y[1] - 1e-9, 1e-9
    yield call(A, Y)


@cross_entropy_grad.value()
def integer_labels(rng: Rng) -> Calls:
    """Labels that are stored as integers: the derivatives are not integers."""
    yield call(_probabilities(rng, 4, 6), _one_hot(rng, 4, 6).astype(np.int64))
    yield call(_probabilities(rng, 3, 2), _one_hot(rng, 3, 2).astype(np.int64))


@cross_entropy_grad.value()
def few_classes_or_examples(rng: Rng) -> Calls:
    """One example, two classes, and a single class, whose derivative is -1."""
    yield call(_probabilities(rng, 5, 1), _one_hot(rng, 5, 1))
    yield call(np.ones((1, 4)), np.ones((1, 4)))


@cross_entropy_grad.value()
def steep_where_the_truth_looked_unlikely(rng: Rng) -> Calls:
    """A true class with a probability near 1e-200 has a derivative near -1e200."""
    yield from _unlikely(rng)


@cross_entropy_grad.precision()
def accurate(rng: Rng) -> Calls:
    """As accurate as float64 allows, not just to six digits."""
    yield call(_probabilities(rng, 2, 2), np.array([[1.0, 1.0], [0.0, 0.0]]))
    yield call(_probabilities(rng, 3, 1), np.array([[0.0], [1.0], [0.0]]))


@cross_entropy_grad.shape()
def keeps_the_shape(rng: Rng) -> Calls:
    """The answer has the shape of A, with a single example or a single class too."""
    yield from any_batch(rng)
    yield call(np.array([[0.5], [0.25], [0.25]]), np.array([[0.0], [1.0], [0.0]]))
    yield call(np.ones((1, 4)), np.ones((1, 4)))


@cross_entropy_grad.type(public=True)
def is_float64() -> Calls:
    """The answer is a NumPy array of float64."""
    yield call(np.array([[0.5], [0.25], [0.25]]), np.array([[0.0], [1.0], [0.0]]))


@cross_entropy_grad.mutation()
def leaves_its_arguments(rng: Rng) -> Calls:
    """A and Y are afterwards what they were before."""
    yield call(_probabilities(rng, 5, 3), _one_hot(rng, 5, 3))
    yield call(
        np.array([[0.0, 0.6], [0.5, 0.0], [0.5, 0.4]]),
        np.array([[0.0, 1.0], [0.0, 0.0], [1.0, 0.0]]),
    )
