import numpy as np


def token_ids__loop(text, vocabulary):
    """A loop, and a test for each word."""
    numbers = []
    for word in text.split():
        small = word.lower()
        numbers.append(vocabulary[small] if small in vocabulary else vocabulary["?"])
    return numbers


def token_ids__array(text, vocabulary):
    """An array of whole numbers."""
    return np.array([vocabulary.get(w, vocabulary["?"]) for w in text.lower().split()])


def layer_norm__var(X, eps=1e-5):
    """With np.var."""
    return (X - X.mean(axis=1)[:, None]) / np.sqrt(X.var(axis=1)[:, None] + eps)


def layer_norm__loop(X, eps=1e-5):
    """Row by row."""
    return np.array([(row - row.mean()) / (row.var() + eps) ** 0.5 for row in X])
