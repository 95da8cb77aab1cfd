import numpy as np

from grader.course import FunctionChecks, Terms, call

WORDS = {"?": 0, "the": 7, "cat": 3, "sat": 12, "on": 1, "mat": 5}

token_ids = FunctionChecks("token_ids")
layer_norm = FunctionChecks("layer_norm")


@token_ids.value(weight=2, public=True)
def known_words():
    """The text "the cat sat" becomes [7, 3, 12].

    In which order should the numbers be?
    """
    yield call("the cat sat", WORDS)
    yield call("on the mat the cat sat", WORDS)


@token_ids.value(public=True)
def unknown_and_capital_words():
    """A word that is not known becomes the number of "?", and "The" is "the".

    What does your code do with "The dog"?
    """
    yield call("The dog sat on the Cat", WORDS)
    yield call("The mat and THE mouse", WORDS)


@token_ids.value()
def any_sentence(rng):
    """Sentences of any length."""
    for length in (1, 9):
        yield call(" ".join(rng.choice([*WORDS, "dog", "Sat"], size=length)), WORDS)


@token_ids.type()
def whole_numbers():
    """The answer is a list of ints."""
    yield call("the cat sat", WORDS)


@layer_norm.terms
def layer_norm_terms(A, X, eps=1e-5):
    spread = np.sqrt(X.var(axis=1, keepdims=True) + eps)
    return Terms(magnitude=(abs(X) + abs(X).mean(axis=1, keepdims=True)) / spread, growth=8)


@layer_norm.value(weight=2, public=True)
def two_rows():
    """[[1, 2, 3], [0, 10, 20]]: both rows become about [-1.22, 0, 1.22].

    Along which axis do you take the mean?
    """
    yield call(np.array([[1.0, 2.0, 3.0], [0.0, 10.0, 20.0]]))


@layer_norm.value()
def any_rows(rng):
    """Rows of any length, with any eps."""
    yield call(rng.normal(size=(4, 5)))
    yield call(rng.normal(size=(3, 8)) * 0.1, eps=0.5)


@layer_norm.property("np.allclose(answer.mean(axis=1), 0, atol=1e-9)", public=True)
def rows_have_mean_0():
    """Each row of the answer has mean 0.

    What is the mean of a row once its own mean is taken off?
    """
    yield call(np.array([[1.0, 2.0, 3.0], [0.0, 10.0, 20.0]]))


@layer_norm.mutation()
def leaves_its_argument(rng):
    """X is afterwards what it was before."""
    yield call(rng.normal(size=(4, 5)))
