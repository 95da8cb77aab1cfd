import numpy as np


def _layer_norm(X):
    return (X - X.mean(axis=1)[:, None]) / np.sqrt(X.var(axis=1)[:, None] + 1e-5)


def causal_mask__compared(n):
    """Positions compared."""
    return np.arange(n)[:, None] >= np.arange(n)


def causal_mask__loop(n):
    """Entry by entry, as nested lists that become an array."""
    return np.array([[j <= i for j in range(n)] for i in range(n)])


def attention__loop(X):
    """Token by token."""
    rows = _layer_norm(X)
    weights = np.zeros((len(X), len(X)))
    for i, row in enumerate(rows):
        scores = rows[: i + 1] @ row / X.shape[1] ** 0.5
        weights[i, : i + 1] = np.exp(scores) / np.exp(scores).sum()
    return {"weights": weights, "output": weights @ rows}


def attention__multiplied(X):
    """Exponentials times the mask."""
    rows = _layer_norm(X)
    weights = np.exp(rows @ rows.T / np.sqrt(X.shape[1])) * np.tri(len(X))
    weights = weights / weights.sum(axis=1, keepdims=True)
    return {"output": weights @ rows, "weights": weights}
