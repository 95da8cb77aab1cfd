# %% [markdown]
# # Exercise 1: Tokens and layer norm
#
# A sentence becomes a row of whole numbers, and each number a row of features. Before attention
# looks at these rows, each is brought to mean 0 and variance 1.

# %%
import numpy as np


# %% [markdown]
# ## `token_ids`
#
# Look each word of `text` up in `vocabulary`, which maps words to their numbers. Words that are not
# in it get the number of `"?"`.


# %%
def token_ids(text: str, vocabulary: dict[str, int]) -> list[int]:
    """Return the number of each word of a text, in a list.

    Words are parted by blanks, and capital letters do not count.
    """
    # BEGIN SOLUTION
    return [vocabulary.get(word, vocabulary["?"]) for word in text.lower().split()]
    # END SOLUTION


# %% [markdown] tags=["hint-token_ids"]
# ### Stuck on `token_ids`?
#
# - What does `"The cat".lower().split()` give?

# %% [markdown] tags=["notice-token_ids"]
# The order of the words is still there; after this, only positions remember it.

# %% [markdown]
# ## `layer_norm`
#
# Each row of `X` is one token. Take off the row's mean, and divide by its standard deviation.


# %%
def layer_norm(X: np.ndarray, eps: float = 1e-5) -> np.ndarray:
    """Return the rows of X, (n, d) float64, each with mean 0 and variance 1, in a new array.

    `eps` is added to the variance, so that a row of equal numbers becomes zeros.
    """
    # BEGIN SOLUTION
    centred = X - X.mean(axis=1, keepdims=True)
    variance = (centred**2).mean(axis=1, keepdims=True)
    return centred / np.sqrt(variance + eps)
    # END SOLUTION


# %% [markdown] tags=["hint-layer_norm"]
# ### Stuck on `layer_norm`?
#
# - Which shape has the mean of each row, and what does `keepdims` change about it?

# %% [markdown] tags=["notice-layer_norm"]
# Multiplying all of `X` by 10 leaves the answer nearly as it was.

# %% [markdown] tags=["ask"]
# ## Ask the grader
#
# Save this file and run `grader check` in its folder.
