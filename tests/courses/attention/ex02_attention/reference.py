# %% [markdown]
# # Exercise 2: Attention
#
# Each token looks at those before it, and takes from each as much as the two have in common.

# %%
import numpy as np

from ex01_layer_norm import layer_norm


# %% [markdown]
# ## `causal_mask`
#
# Token i may look at token j if j is not after i.


# %%
def causal_mask(n: int) -> np.ndarray:
    """Return an (n, n) array of bool: True where the row's token may look at the column's."""
    # BEGIN SOLUTION
    return np.tril(np.ones((n, n), dtype=bool))
    # END SOLUTION


# %% [markdown] tags=["hint-causal_mask"]
# ### Stuck on `causal_mask`?
#
# - What does `np.arange(3)[:, None] >= np.arange(3)` compare?

# %% [markdown] tags=["notice-causal_mask"]
# The first token can look at nobody but itself.

# %% [markdown]
# ## `attention`
#
# Bring the rows of `X` to mean 0 and variance 1 with your `layer_norm`. How much token i takes of
# token j is their scalar product, divided by the root of the number of features; where the mask
# forbids it, it is minus infinity. Exponentials of these, divided by their sum in each row, are the
# weights. The output is the weighted sum of the rows.


# %%
def attention(X: np.ndarray) -> dict[str, np.ndarray]:
    """Return {"weights": (n, n), "output": (n, d)}, both float64, for X, (n, d) float64."""
    # BEGIN SOLUTION
    rows = layer_norm(X)
    scores = rows @ rows.T / np.sqrt(X.shape[1])
    scores[~causal_mask(len(X))] = -np.inf
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    return {"weights": weights, "output": weights @ rows}
    # END SOLUTION


# %% [markdown] tags=["hint-attention"]
# ### Stuck on `attention`?
#
# - What is `np.exp(-np.inf)`?

# %% [markdown] tags=["notice-attention"]
# Nothing in the weights depends on the order of the tokens, but for the mask.

# %% [markdown] tags=["ask"]
# ## Ask the grader
#
# Save this file and run `grader check` in its folder.
