import numpy as np


def token_ids__sorted(text, vocabulary):
    """You put the numbers in order of size.

    A sentence is more than the words in it. In your answer "the cat sat on the mat" and "the mat
    sat on the cat" are the same numbers. Nothing that comes later could tell the two apart. In
    which order does a reader see the words?
    """
    return sorted(vocabulary.get(word, vocabulary["?"]) for word in text.lower().split())


def token_ids__without_unknown_words(text, vocabulary):
    """You leave out the words that are not in the vocabulary.

    The list is then shorter than the sentence, and every word after the gap stands one place too
    early. A word that nobody knows is still a word, and that it was there matters. Which number
    could stand in its place?
    """
    return [vocabulary[word] for word in text.lower().split() if word in vocabulary]


def token_ids__case_counts(text, vocabulary):
    """You take "The" and "the" for two different words.

    The vocabulary holds small letters only, so the first word of nearly every sentence would be
    one that nobody knows. A capital letter says where a sentence begins, not what a word means.
    What could you do to the text before you look its words up?
    """
    return [vocabulary.get(word, vocabulary["?"]) for word in text.split()]


def token_ids__array_of_floats(text, vocabulary):
    """You return floats in an array, though these numbers are names of rows.

    Nobody can look up row 3.0 of a table: an index must be a whole number. Python refuses a float
    there, even if nothing stands behind its point. What would have become of the numbers if
    you had left them in a list?
    """
    return np.array([float(vocabulary.get(w, vocabulary["?"])) for w in text.lower().split()])


def layer_norm__columns(X, eps=1e-5):
    """You take the mean and the variance of each column.

    That mixes the tokens of a sentence: what becomes of one word then hangs on which others stand
    beside it. A sentence of one word would always become zeros. Each token is to be brought to
    the same size by itself. Along which axis do its features lie?
    """
    centred = X - X.mean(axis=0, keepdims=True)
    return centred / np.sqrt((centred**2).mean(axis=0, keepdims=True) + eps)


def layer_norm__not_centred(X, eps=1e-5):
    """You divide by the standard deviation, but the mean is still in the row.

    The numbers now have the right spread around the wrong place. A row that was far from 0 is far
    from 0 still, and large for no reason of its own. Two things were to be done to each row. Which
    of them is missing?
    """
    return X / np.sqrt(X.var(axis=1, keepdims=True) + eps)


def layer_norm__by_the_variance(X, eps=1e-5):
    """You divide by the variance and not by its root.

    The variance is in squared units. If all numbers are ten times as large, it is a hundred times
    as large, and the answer would shrink to a tenth. It should stay as it was. What has the same
    units as the numbers themselves?
    """
    centred = X - X.mean(axis=1, keepdims=True)
    return centred / ((centred**2).mean(axis=1, keepdims=True) + eps)


def layer_norm__in_place(X, eps=1e-5):
    """You write into the array that you were given.

    The answer is right, but whoever called you finds other numbers in the array than before, and
    computes with these from then on. Where could the answer go, so that the array stays as it was?
    """
    X -= X.mean(axis=1, keepdims=True)
    X /= np.sqrt((X**2).mean(axis=1, keepdims=True) + eps)
    return X
