import numpy as np

from grader.course import FunctionChecks, Terms, call

causal_mask = FunctionChecks("causal_mask")
attention = FunctionChecks("attention")

THREE = np.array([[1.0, 2.0, 3.0], [3.0, 0.0, 1.0], [0.0, 5.0, -1.0]])


@causal_mask.value(weight=2, public=True)
def three_tokens():
    """Of three tokens the first sees itself, the second two, the third all.

    What should stand in the first row?
    """
    yield call(3)
    yield call(4)


@causal_mask.value()
def any_number(rng):
    """Any number of tokens."""
    yield call(int(rng.integers(5, 9)))


@causal_mask.type()
def of_bool():
    """The answer is an array of bool."""
    yield call(3)


@attention.terms
def attention_terms(answer, X):
    weights, sizes = answer["weights"], abs(answer["output"]).max(axis=0) + np.sqrt(X.shape[1])
    return Terms({"weights": weights, "output": np.ones((len(X), 1)) * sizes}, growth=400)


@attention.value(weight=2, public=True, parts=("weights",))
def weights_of_three():
    """The weights of three tokens.

    Which of them may the first token look at?
    """
    yield call(THREE)


@attention.value(public=True, parts=("output",))
def output_of_three():
    """The output for three tokens.

    Of which rows is it the weighted sum?
    """
    yield call(THREE)


@attention.value()
def any_tokens(rng):
    """Any number of tokens and features."""
    yield call(rng.normal(size=(5, 4)))
    yield call(rng.normal(size=(2, 6)) * 10)


@attention.property("np.allclose(answer['weights'].sum(axis=1), 1)", public=True)
def weights_sum_to_1():
    """The weights of each token sum to 1.

    By what do you divide the exponentials?
    """
    yield call(THREE)


@attention.type(parts=("weights",))
def weights_are_float64(rng):
    """The weights are a float64 array."""
    yield call(rng.normal(size=(5, 4)))
