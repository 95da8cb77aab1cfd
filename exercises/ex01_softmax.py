# %% [markdown]
# # Exercise 1: softmax
#
# A classifier's last layer produces plain numbers; what we want from it are probabilities.
# Softmax is the step between the two. It takes one line to write on paper. Writing it so that it
# is right for *every* finite input takes one good idea more, and finding that idea is this
# exercise.
#
# You will write one function, `softmax(Z)`.

# %% [markdown]
# ## Conventions of the whole course
#
# - There are $n$ classes and $m$ examples.
# - **Columns are examples.** `Z` has shape `(n, m)`, and column `k` belongs to example `k`.
# - A single example is still a matrix with one column: `(n, 1)`, never `(n,)`.
# - Arrays hold `float64`, and a function leaves its arguments as it found them.

# %%
import numpy as np

# %% [markdown]
# ## What is a logit?
#
# The last layer gives each class a score. Such a score, before anything is done to it, is called
# a **logit** and written $z_i$ for class $i$.
#
# A logit may be negative, zero or huge, and the $n$ logits of an example need not add up to
# anything in particular. A larger one means "more in favour of this class", no more than that.

# %% [markdown]
# ## How would *you* turn scores into probabilities?
#
# Probabilities must be non-negative and add up to 1. So why not divide each score by the sum of
# the scores? Try it on these columns before you read on:
#
# - $[1,\ 2,\ 3]$ works. But what about $[3,\ -1]$?
# - And $[1,\ -1]$?
# - Would squaring the scores first repair it? Which class wins for $[-3,\ 1]$ then?

# %% [markdown]
# ## Which function makes every score positive and keeps their order?
#
# The exponential does: $e^{z} > 0$ for every $z$, and a larger $z$ gives a larger $e^{z}$.
# After that, dividing by the sum is safe:
#
# $$a_i = \frac{e^{z_i}}{\sum_{l=1}^{n} e^{z_l}}$$
#
# This is **softmax**. What does it make of the *difference* of two logits? Divide two outputs:
#
# $$\frac{a_i}{a_j} = e^{z_i - z_j}$$
#
# So only differences count: one point more between two classes always multiplies their ratio by
# the same factor, $e \approx 2.718$.

# %% [markdown]
# ## What comes out for the column $[1,\ 2,\ 3]$?
#
# Cover the last column of the table and work it out first.
#
# | class | logit | exp(logit) | divided by the sum |
# |---|---|---|---|
# | 1 | 1 | 2.71828 | 0.09003 |
# | 2 | 2 | 7.38906 | 0.24473 |
# | 3 | 3 | 20.08554 | 0.66524 |
# | sum | | 30.19287 | 1.00000 |
#
# Is $0.66524 / 0.24473$ what the previous cell says it should be?

# %% [markdown]
# ## A whole batch at once: which axis belongs to the classes?
#
# Here are two examples with three classes each, and what softmax makes of them:
#
# $$Z = \begin{bmatrix} 1 & 0 \\ 2 & 0 \\ 3 & 0 \end{bmatrix}
#   \qquad\longrightarrow\qquad
#   A = \begin{bmatrix} 0.09003 & 0.33333 \\ 0.24473 & 0.33333 \\ 0.66524 & 0.33333
#   \end{bmatrix}$$
#
# What has to add up to 1 here, each row or each column? Along which `axis` do you have to sum?

# %% [markdown]
# ## What shape does the sum have?
#
# You are about to divide an `(n, m)` array by sums. NumPy lines shapes up from the right.
# Before you run anything, predict for each shape of divisor whether the division works, and
# whether it divides each column by its own number:
#
# - `(m,)`
# - `(1, m)`
# - `(n,)`
# - `(n, 1)`
#
# What does `keepdims=True` change in `Z.sum(axis=0)`? For $m > 1$, which of the four shapes always
# gives wrong numbers without a word, and which one does so only when $n = m$?

# %% [markdown]
# ## Your turn
#
# The docstring below is the contract: what goes in, what comes out, and what must hold at the
# edges. Replace the line that raises `NotImplementedError` by the formula as it stands; loops are
# allowed, but you will need none. Then check it. What it does not pass yet is the subject of the
# second half of this exercise.


# %%
def softmax(Z: np.ndarray) -> np.ndarray:
    """Turn each column of logits into probabilities.

    Args:
        Z : (n, m) float64, the logits; n classes, m examples, column k is example k.
            Any finite values, also columns that lie thousands apart.

    Returns:
        A : (n, m) float64, A[i, k] is the probability of class i for example k.
            Every entry is finite and in [0, 1]; every column sums to 1.

    Examples:
        The column [1, 2, 3] becomes [0.09003, 0.24473, 0.66524] (to five digits),
        and so does the column [1001, 1002, 1003].
        The column [0, -1000] becomes [1, 0]: the second probability is too small for a float64.

    Edge cases:
        m = 1 keeps its two axes: (n, 1) in, (n, 1) out.
        n = 1 gives a row of ones, whatever the logits are.

    Does not modify Z.
    """
    raise NotImplementedError("softmax is still to be written")


# %% [markdown]
# ## Right for every finite input
#
# The formula is easy to type. It is not yet right for every column: that takes one more idea.

# %% [markdown]
# ### What does the computer say to exp(1000)?
#
# The largest `float64` is about $1.8 \cdot 10^{308}$, which $e^{z}$ passes just before $z = 710$.
# From there on `np.exp` returns `inf`. At the other end, `np.exp` returns exactly `0.0` once $z$
# has dropped below about $-745$.
#
# What, then, does the formula give, typed in as it stands, for each of these columns?
#
# - $[1000,\ 1001]$
# - $[-1000,\ -1001]$
# - $[0,\ -1000]$
#
# Two of them end in `nan`. What is the reason in each case? (There are two.) And why is the third
# column harmless?

# %% [markdown]
# ### Would cutting the logits off help?
#
# Suppose every logit above 700 is replaced by 700, so that nothing overflows any more. What comes
# out for $[800,\ 900]$?
#
# Now use the rule for $a_i / a_j$ from above: the first class should get about
# $e^{-100} \approx 3.7 \cdot 10^{-44}$. Which kind of error is worse, a `nan` or a calm
# $[0.5,\ 0.5]$?

# %% [markdown]
# ### What happens if every logit of an example grows by the same amount?
#
# Compare $[1,\ 2,\ 3]$ with $[1001,\ 1002,\ 1003]$, on paper and without a computer. Put
# $z_i + c$ in place of $z_i$ and use $e^{z + c} = e^{c} \, e^{z}$:
#
# $$\frac{e^{z_i + c}}{\sum_l e^{z_l + c}} = \ ?$$
#
# Carry this out to the end. What is left of $c$?

# %% [markdown]
# ### And what is that good for?
#
# You have just found a number that is yours to choose. Choose it well:
#
# - How large may the largest exponent of a column become before something breaks? How small may
#   it become before the *denominator* breaks?
# - Say you pick $c$ so that the average of the column becomes 0. Try that on $[0,\ 2000]$.
# - Say you pick one and the same $c$ for the whole matrix. Try to find a $c$ that serves both
#   columns of this one:
#
# $$Z = \begin{bmatrix} 0 & 5000 \\ 1 & 5001 \end{bmatrix}$$
#
# What do you conclude: which $c$, and chosen for whom? Put it into your `softmax`, and check again.

# %% [markdown]
# ### Stuck on `softmax`?
#
# - Print the shape of every intermediate result for a `(3, 2)` input. Is there one number per
#   *example* where you expect one, or is it one per class?
# - You get `nan`? Look at the exponentials: is one of them `inf`, or are all of a column `0.0`?
# - You may add any constant to a column without changing the answer. Which *one* entry of the
#   column decides whether anything overflows, and whether everything vanishes? Where would you
#   like that entry to be?
# - It works for one column but not for two that lie far apart? How many constants do you use?

# %% [markdown]
# ## How can you tell that it is right?
#
# In a notebook, try your function in a cell of your own; with a script, in a Python prompt:
#
# ```python
# Z = np.array([[1.0, 1001.0], [2.0, 1002.0], [3.0, 1003.0]])
# A = softmax(Z)
# ```
#
# - Does every column of `A` sum to 1, and are its two columns the same?
# - Does `softmax(Z + 12345.0)` agree with `A`, up to rounding?
# - If you swap two rows of `Z`, what should happen to `A`? Does it?
# - A function that answers $1/n$ everywhere passes every check above. What would expose it?

# %% [markdown]
# ## What does it look like?
#
# Divide all logits by one number $T$, the **temperature**, before the softmax. What do you expect
# for a small $T$, and what for a large one? The next cell draws it with your function.

# %%
if __name__ == "__main__":
    from grader.notebook import curves

    T = np.geomspace(0.2, 20, 60)
    curves(
        lambda: softmax(np.array([[1.0], [2.0], [3.0]]) / T),
        T,
        ["class 1", "class 2", "class 3"],
        title="softmax of [1, 2, 3] / T",
        across="temperature T",
    )

# %% [markdown]
# ## Two looks back

# %% [markdown]
# ### Three hypotheses, or one function?
#
# An output layer with three classes and one feature $x_1$ is often written as three hypotheses.
# With $z_k = \theta_{k0} + \theta_{k1} x_1$ they are
#
# $$h_1 = \frac{e^{z_1}}{e^{z_1} + e^{z_2} + e^{z_3}}, \qquad
#   h_2 = \frac{e^{z_2}}{e^{z_1} + e^{z_2} + e^{z_3}}, \qquad
#   h_3 = \frac{e^{z_3}}{e^{z_1} + e^{z_2} + e^{z_3}}$$
#
# How many *different* denominators do you see? Only one. So these are not three functions that
# happen to look alike: they are the three outputs of a single softmax, computed together.
#
# Could you raise $h_1$ and leave both $h_2$ and $h_3$ where they are? Keep your answer for
# exercise 2.

# %% [markdown]
# ### What if there are only two classes, or one?
#
# Take the logits $[t,\ 0]$. Divide the numerator and the denominator of $a_1$ by $e^{t}$:
#
# $$a_1 = \frac{e^{t}}{e^{t} + 1} = \frac{1}{1 + e^{-t}}$$
#
# Do you recognise it? Softmax with two classes is the sigmoid in other clothes.
#
# And with a single class ($n = 1$): what must $a_1$ be, whatever $z_1$ is?

# %% [markdown]
# ## Ask the grader
#
# Save this file, then run this in a terminal, in the folder that holds it:
#
#     grader check ex01_softmax.py

# %% [markdown]
# ## What comes next?
#
# Every output shares one denominator, so every logit has a say in every probability. If you nudge
# one logit a little, how much does each probability move? That is exercise 2.
