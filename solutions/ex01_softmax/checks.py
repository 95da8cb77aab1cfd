"""The checks of exercise 1: softmax."""

import numpy as np

from grader.course.checks import Calls, FunctionChecks, Rng, Terms, call

softmax = FunctionChecks("softmax")


@softmax.terms
def softmax_terms(A: np.ndarray, Z: np.ndarray) -> Terms:
    """Every entry is a quotient, so S0 = A; exp turns an error in Z into one of Z's own size."""
    return Terms(magnitude=A, growth=len(Z) + np.abs(Z).max() + 4)


# What a first try gets right.


@softmax.value(weight=2, public=True, shows=("The column [1, 2, 3]", "m = 1"))
def one_two_three() -> Calls:
    """The column [1, 2, 3] becomes about [0.09, 0.24, 0.67].

    Work it out on paper as in the table of the exercise. Which of the three steps differs?
    """
    yield call(np.array([[1.0], [2.0], [3.0]]))


@softmax.value(weight=2, public=True, shows=("n = 1",))
def two_examples() -> Calls:
    """Each column is an example of its own and sums to 1, if there is only one class too.

    Along which axis do you sum: over the classes, or over the examples?
    """
    yield call(np.array([[1.0, 0.0], [2.0, 0.0], [3.0, 0.0]]))
    yield call(np.array([[0.5, -1.0, 2.0], [-0.5, 1.0, 4.0]]))
    yield call(np.array([[3.0, -2.0, 0.0]]))


@softmax.value(weight=2, public=True, shows=("The column [1, 2, 3]", "The column [0, -1000]"))
def large_logits() -> Calls:
    """Logits near 1000 and in the millions, and logits 1000 to 3000 apart, are no reason for nan.

    What is exp(1000)? Which number may you take off a column without changing its softmax?
    """
    yield call(
        np.array(
            [[1001.0, -1000.0, 1e7], [1002.0, -1001.0, 1e7 + 1.0], [1003.0, -1002.0, 1e7 - 1.0]]
        )
    )
    yield call(np.array([[0.0], [2000.0], [1.0]]))
    yield call(np.array([[0.0, -1e7, 3000.0], [-1000.0, -1e7 - 1.0, 0.0]]))


# What a class is more varied than a first try.


@softmax.value(weight=2)
def any_batch(rng: Rng) -> Calls:
    """Batches with more classes than examples, and the reverse; one of them twice, shifted."""
    yield call(rng.normal(scale=2.0, size=(5, 3)))
    Z = rng.normal(scale=2.0, size=(3, 7))
    yield call(Z)
    yield call(Z + np.arange(7.0) - 2.0)


@softmax.value()
def as_many_classes_as_examples(rng: Rng) -> Calls:
    """As many examples as classes: nothing is spread along the wrong axis without an error."""
    yield call(rng.normal(scale=2.0, size=(4, 4)))
    yield call(rng.normal(scale=2.0, size=(2, 2)))


@softmax.value()
def few_classes_or_examples(rng: Rng) -> Calls:
    """One example, two classes, and a single class, whose probability is 1."""
    yield call(rng.normal(scale=2.0, size=(5, 1)))
    yield call(rng.normal(scale=2.0, size=(2, 6)))
    yield call(rng.normal(scale=2.0, size=(1, 4)))


# The inputs that part the shifts. Their logits are eighths, which float32 can hold far from 0 too:
# single precision costs the checks that are about precision, and not these as well.


def _eighths(rng: Rng, *shape: int) -> np.ndarray:
    return rng.integers(-40, 41, size=shape) / 8


def _tails(rng: Rng) -> np.ndarray:
    """Two columns whose probabilities become as small as a float64 just holds."""
    tails = np.array([[0.0, 0.5], [-690.0, -300.0], [-40.0, -650.0]])
    return tails + rng.uniform(0.0, 0.5, size=(3, 2))


@softmax.value()
def columns_far_apart(rng: Rng) -> Calls:
    """Columns that lie thousands or more apart: each needs a shift of its own."""
    offsets = np.array([0.0, 2048.0, -2048.0, 131_072.0, -131_072.0])
    yield call(_eighths(rng, 4, 5) + offsets)


@softmax.value()
def wide_columns(rng: Rng) -> Calls:
    """Logits of one column that lie 800 to 2000 apart."""
    spread = np.array([[0.0, 2000.0, -800.0], [-1500.0, 0.0, 0.0], [-1600.0, 1999.0, -1700.0]])
    yield call(spread + _eighths(rng, 3, 3))


@softmax.value()
def just_below_overflow(rng: Rng) -> Calls:
    """Logits of 595 to 720, and of 8 million: large, yet their differences still count.

    What happens to differences when logits are cut off at a limit?
    """
    near = np.array([[600.0, 700.0], [606.5, 712.0], [609.0, 720.0]])
    yield call(near - np.abs(_eighths(rng, 3, 2)) / 8)
    yield call(np.array([600.0, 660.0, 700.0]) + _eighths(rng, 4, 3))
    more = rng.integers(1, 6)
    yield call(np.array([[2.0**23], [2.0**23 + more], [-1e300]]))


@softmax.value()
def tiny_probabilities(rng: Rng) -> Calls:
    """Probabilities down to e^-690 are small, not 0."""
    yield call(_tails(rng))
    yield call(np.array([[0.0], [-20.0], [-45.0]]) + rng.uniform(-1.0, 1.0, size=(3, 4)))


# The same answer, looked at more closely.


@softmax.precision()
def accurate(rng: Rng) -> Calls:
    """As accurate as float64 allows, not just to six digits."""
    yield call(rng.normal(scale=2.0, size=(5, 3)))
    yield call(_tails(rng))


@softmax.shape()
def keeps_the_shape(rng: Rng) -> Calls:
    """The answer has the shape of Z, with a single example or a single class too."""
    yield from any_batch(rng)
    yield call(np.array([[1.0], [2.0], [3.0]]))
    yield call(np.array([[3.0, -2.0, 0.0]]))


@softmax.type(public=True)
def is_float64() -> Calls:
    """The answer is a NumPy array of float64."""
    yield call(np.array([[1.0, 0.0], [2.0, 0.0], [3.0, 0.0]]))


@softmax.mutation(public=True)
def leaves_its_argument() -> Calls:
    """Z is afterwards what it was before, and so is what was returned before."""
    yield from large_logits()
