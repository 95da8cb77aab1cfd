"""The checks of exercise 2: the Jacobian of softmax."""

from collections.abc import Callable

import numpy as np

from grader.course.checks import Calls, FunctionChecks, Rng, Terms, call

softmax_jacobian = FunctionChecks("softmax_jacobian")
softmax_jacobian_batch = FunctionChecks("softmax_jacobian_batch")

Function = Callable[..., np.ndarray]


def _softmax(Z: np.ndarray) -> np.ndarray:
    exponentials = np.exp(Z - Z.max(axis=0, keepdims=True))
    return exponentials / exponentials.sum(axis=0, keepdims=True)


def _batch_magnitude(Z: np.ndarray) -> np.ndarray:
    """a_i d_ij + a_i a_j for every example: the terms of a Jacobian, before they cancel."""
    A = _softmax(Z).T
    return A[:, :, None] * (np.eye(len(Z)) + A[:, None, :])


@softmax_jacobian.terms
def jacobian_terms(J: np.ndarray, z: np.ndarray) -> Terms:
    """1 - a_i cancels: what is rounded are the terms, not their difference."""
    return Terms(_batch_magnitude(z)[0], growth=len(z) + np.abs(z).max() + 4)


@softmax_jacobian_batch.terms
def jacobian_batch_terms(J: np.ndarray, Z: np.ndarray) -> Terms:
    """As for a single Jacobian."""
    return Terms(_batch_magnitude(Z), growth=len(Z) + np.abs(Z).max() + 4)


# One Jacobian.


@softmax_jacobian.value(weight=2, public=True, shows=("z = [[0], [ln 3]]", "z = [[0], [0]]"))
def two_classes() -> Calls:
    """For two classes every entry is of the same size, such as 1/4; only the signs differ.

    If z_1 grows, which probability grows with it, and which one shrinks?
    """
    yield call(np.array([[0.0], [0.0]]))
    yield call(np.array([[0.0], [np.log(3.0)]]))


@softmax_jacobian.value(weight=2, public=True, shows=("n = 1",))
def one_two_three() -> Calls:
    """The Jacobian of the column [1, 2, 3], and of another one, and of a single logit.

    Compare Case 1 with the diagonal and Case 2 with the other entries. Do the rows sum to 0?
    """
    yield call(np.array([[1.0], [2.0], [3.0]]))
    yield call(np.array([[0.5], [-1.0], [1.5]]))
    yield call(np.array([[4.0]]))
    yield call(np.array([[-1.0]]))


@softmax_jacobian.value(weight=2)
def any_column(rng: Rng) -> Calls:
    """Columns of three to six logits."""
    yield call(rng.normal(scale=1.5, size=(4, 1)))
    yield call(rng.normal(scale=1.5, size=(6, 1)))
    yield call(rng.normal(scale=1.5, size=(3, 1)))


@softmax_jacobian.value()
def one_or_two_classes(rng: Rng) -> Calls:
    """One class, whose probability never changes, and two classes."""
    yield call(rng.normal(scale=1.5, size=(1, 1)))
    yield call(rng.normal(scale=1.5, size=(2, 1)))


@softmax_jacobian.value()
def large_logits(rng: Rng) -> Calls:
    """Logits thousands and more away from 0 whose differences are moderate."""
    column = rng.normal(scale=1.5, size=(3, 1))
    yield call(column - [[1000.0], [1000.0], [1030.0]])
    yield call(column + 131_072.0)


@softmax_jacobian.value()
def wide_columns(rng: Rng) -> Calls:
    """Logits up to 2000 apart, and logits just below what overflows."""
    for column in ([1e5, -1000.0, 1e5 - 1.0], [600.0, 601.5, 599.0], [712.0, 710.5, 711.0]):
        yield call(np.array([column]).T + rng.normal(scale=0.5, size=(3, 1)))


@softmax_jacobian.precision()
def accurate(rng: Rng) -> Calls:
    """As accurate as float64 allows: a formula, not a finite difference."""
    yield call(rng.normal(scale=1.5, size=(4, 1)))
    yield call(np.array([[0.0], [-690.0], [-40.0]]) + rng.uniform(0.0, 0.5, size=(3, 1)))


@softmax_jacobian.shape()
def is_square(rng: Rng) -> Calls:
    """n classes give an (n, n) matrix, with n = 1 too."""
    yield from any_column(rng)
    yield call(np.array([[4.0]]))


@softmax_jacobian.type(public=True)
def is_float64() -> Calls:
    """The answer is a NumPy array of float64."""
    yield call(np.array([[1.0], [2.0], [3.0]]))


@softmax_jacobian.mutation()
def leaves_its_argument(rng: Rng) -> Calls:
    """z is afterwards what it was before."""
    yield from any_column(rng)
    yield call(np.array([[1.0], [2.0], [3.0]]))


# One Jacobian for each example.


@softmax_jacobian_batch.value(weight=2, public=True, shows=("Z = [[0, 0], [0, ln 3]]",))
def two_examples() -> Calls:
    """The columns [0, 0] and [0, ln 3] have a Jacobian each.

    The first index says which example: is your answer[0] the Jacobian of the first column?
    """
    yield call(np.array([[0.0, 0.0], [0.0, np.log(3.0)]]))


@softmax_jacobian_batch.value(weight=2, public=True, shows=("m = 1", "n = 1"))
def as_many_matrices_as_examples() -> Calls:
    """Three classes and two examples give two 3 x 3 matrices, and so on for other numbers.

    Which of the three axes counts the examples? How many matrices are there for a single one?
    """
    yield call(np.array([[1.0, 0.0], [2.0, 0.0], [3.0, 1.0]]))
    yield call(np.array([[0.5, -1.0, 2.0], [-0.5, 1.0, 4.0]]))
    yield call(np.array([[1.0], [0.0], [-0.5]]))
    yield call(np.array([[3.0, -2.0, 0.0]]))


@softmax_jacobian_batch.value(weight=2)
def any_batch(rng: Rng) -> Calls:
    """Batches with more classes than examples, and more examples than classes."""
    yield call(rng.normal(scale=1.5, size=(4, 3)))
    yield call(rng.normal(scale=1.5, size=(3, 5)))


@softmax_jacobian_batch.value()
def as_many_classes_as_examples(rng: Rng) -> Calls:
    """As many examples as classes: no axis is taken for another one without an error."""
    yield call(rng.normal(scale=1.5, size=(4, 4)))


@softmax_jacobian_batch.value()
def few_classes_or_examples(rng: Rng) -> Calls:
    """One example, one class, two classes."""
    yield call(rng.normal(scale=1.5, size=(4, 1)))
    yield call(rng.normal(scale=1.5, size=(1, 3)))


@softmax_jacobian_batch.value()
def columns_far_apart(rng: Rng) -> Calls:
    """Columns that lie thousands and more apart, and logits thousands apart within a column."""
    offsets = np.array([0.0, 2048.0, -2048.0, 131_072.0, -131_072.0])
    yield call(rng.normal(scale=1.5, size=(3, 5)) + offsets)
    spread = np.array([[1e5, 0.0], [-1000.0, 1.0], [1e5 - 1.0, -30.0]])
    yield call(spread + rng.normal(size=(3, 2)))


@softmax_jacobian_batch.precision()
def accurate(rng: Rng) -> Calls:
    """As accurate as float64 allows, in every example."""
    yield call(rng.normal(scale=1.5, size=(4, 3)))
    tails = np.array([[0.0, 0.5], [-690.0, -300.0], [-40.0, -650.0]])
    yield call(tails + rng.uniform(0.0, 0.5, size=(3, 2)))


@softmax_jacobian_batch.shape()
def is_example_first(rng: Rng) -> Calls:
    """The shape is (m, n, n): the example first, also when there is one example only."""
    yield from any_batch(rng)
    yield call(np.array([[1.0], [0.0], [-0.5]]))


@softmax_jacobian_batch.type(public=True)
def is_float64() -> Calls:
    """The answer is a NumPy array of float64."""
    yield call(np.array([[1.0, 0.0], [2.0, 0.0], [3.0, 1.0]]))


@softmax_jacobian_batch.mutation()
def leaves_its_argument(rng: Rng) -> Calls:
    """Z is afterwards what it was before."""
    yield from any_batch(rng)
    yield from columns_far_apart(rng)
