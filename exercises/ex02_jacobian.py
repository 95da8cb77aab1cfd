# %% [markdown]
# # Exercise 2: the derivative of softmax
#
# For a function with one input and one output, the derivative is a single number. Softmax has $n$
# inputs and $n$ outputs. What is "its derivative" then?
#
# You will write two functions: `softmax_jacobian(z)` for one example, and
# `softmax_jacobian_batch(Z)` for many. As before, columns are examples: $n$ classes, $m$ examples,
# and `z` is a single column of shape `(n, 1)`.

# %%
import numpy as np

# %% [markdown]
# ## Bring your own softmax along
#
# Both functions start from probabilities, so they build on your exercise 1. The next line fetches
# *your* `softmax` from the file `ex01_softmax.py` in this folder.

# %%
from ex01_softmax import softmax

# %% [markdown]
# ## Softmax has n inputs and n outputs: how many derivatives are there?
#
# Each output $a_i$ may depend on each input $z_j$. That makes one partial derivative for every
# *pair*, $n \cdot n$ in all, and a table is the natural home for them:
#
# $$J_{ij} = \frac{\partial a_i}{\partial z_j}$$
#
# This $(n, n)$ matrix is the **Jacobian**. Row $i$ belongs to the output, column $j$ to the input.
# Could most of its entries be zero, as they would be for an activation that treats each entry on
# its own, like tanh?

# %% [markdown]
# ## Who changes when one logit changes?
#
# Start from $z = [1,\ 2,\ 3]$ and raise only the third logit, by 0.1:
#
# | class | a before | a after | change |
# |---|---|---|---|
# | 1 | 0.09003 | 0.08414 | -0.00589 |
# | 2 | 0.24473 | 0.22873 | -0.01600 |
# | 3 | 0.66524 | 0.68713 | +0.02189 |
#
# Nobody touched $z_1$ or $z_2$, and yet all three outputs moved. Through which part of the formula
# did $z_3$ reach $a_1$?
#
# Add up the last column. Then work out what *fraction* of its probability class 1 lost, and what
# fraction class 2 lost. Both answers will come back below.

# %% [markdown]
# ## Which rule differentiates a fraction?
#
# Write $a_i = u / s$ with the numerator $u = e^{z_i}$ and the shared denominator
# $s = \sum_l e^{z_l}$. The quotient rule says
#
# $$\frac{\partial a_i}{\partial z_j}
#   = \frac{\dfrac{\partial u}{\partial z_j} \, s - u \, \dfrac{\partial s}{\partial z_j}}{s^2}$$
#
# Two small derivatives are needed. What is $\partial s / \partial z_j$? It is $e^{z_j}$, whichever
# $j$ you take: only one term of the sum contains $z_j$.
#
# And $\partial u / \partial z_j$? That depends. On what?

# %% [markdown]
# ## Case 1: what if it is the output's own logit, $i = j$?
#
# Then $z_j$ stands in the numerator as well, and $\partial u / \partial z_i = e^{z_i}$:
#
# $$\frac{\partial a_i}{\partial z_i}
#   = \frac{e^{z_i} s - e^{z_i} e^{z_i}}{s^2}
#   = \frac{e^{z_i}}{s} \cdot \frac{s - e^{z_i}}{s}
#   = a_i (1 - a_i)$$
#
# Where have you met this expression before? Two classes are enough to see it.

# %% [markdown]
# ## Case 2: what if it is somebody else's logit, $i \neq j$?
#
# Now the numerator does not contain $z_j$ at all, so $\partial u / \partial z_j = 0$. The
# denominator does contain it:
#
# $$\frac{\partial a_i}{\partial z_j}
#   = \frac{0 \cdot s - e^{z_i} e^{z_j}}{s^2}
#   = - a_i a_j$$
#
# It is never positive: whatever helps class $j$ is paid for by the others. Does the factor $a_i$
# fit the two fractions that you worked out from the table?

# %% [markdown]
# ## Conclusion: can both cases be said in one line?
#
# Compare $a_i (1 - a_i)$ with $a_i (0 - a_j)$. All that differs is a 1 that appears exactly when
# $i = j$. There is a symbol for that, the Kronecker delta: $\delta_{ij} = 1$ if $i = j$, and
# $\delta_{ij} = 0$ otherwise. So
#
# $$\frac{\partial a_i}{\partial z_j} = a_i (\delta_{ij} - a_j)$$
#
# Note what is *not* in it: no logits. Once you know the probabilities, you know the derivative.

# %% [markdown]
# ## What does such a matrix look like?
#
# The logits $[0,\ \ln 3]$ have the exponentials 1 and 3, hence $a = [1/4,\ 3/4]$ and
#
# $$J = \begin{bmatrix} 3/16 & -3/16 \\ -3/16 & 3/16 \end{bmatrix}$$
#
# The logits $[\ln 2,\ 0,\ 0]$ give $a = [1/2,\ 1/4,\ 1/4]$. Fill in the three missing entries:
#
# $$J = \begin{bmatrix} 1/4 & -1/8 & ? \\ -1/8 & ? & -1/16 \\ -1/8 & -1/16 & ? \end{bmatrix}$$

# %% [markdown]
# ## Can you write it without any index?
#
# Multiply the Conclusion out: $a_i \delta_{ij} - a_i a_j$. Each of the two terms is an $(n, n)$
# matrix. Where does the first one have entries that are not zero, and which ones? The second one
# holds every product of two probabilities: what do you multiply to get all of them at once, when
# $a$ is a column?
#
# Write $J$ as a difference of two matrices, on paper, before you write any code. Use the formula,
# not a difference quotient: that is for checking, and exercise 7 comes to it.


# %%
def softmax_jacobian(z: np.ndarray) -> np.ndarray:
    """Give all derivatives of one example's probabilities by its logits.

    Args:
        z : (n, 1) float64, the logits of one example; any finite values.

    Returns:
        J : (n, n) float64, J[i, j] = da_i/dz_j with a = softmax(z):
            row i is the output, column j the input.

    Examples:
        z = [[0], [ln 3]] has the probabilities 1/4 and 3/4 and gives
        [[3/16, -3/16], [-3/16, 3/16]].
        z = [[0], [0]] has the probabilities 1/2 and 1/2 and gives [[1/4, -1/4], [-1/4, 1/4]].

    Edge cases:
        n = 1 gives [[0]]: the only probability is always 1 and never moves.

    Does not modify z.
    """
    raise NotImplementedError("softmax_jacobian is still to be written")


# %% [markdown]
# ### Stuck on `softmax_jacobian`?
#
# - Take $a = [1/2,\ 1/4,\ 1/4]$. Which entries does your matrix have off the diagonal? Should any
#   of them be zero?
# - What shape has `softmax(z)`, and what shape has its transpose? What do you get from the product
#   of the two with `*`, and with `@`? Does the order matter?
# - What does `np.diag` return for an array of shape `(3,)`, and what for one of shape `(3, 1)`?
# - You fill the matrix entry by entry? With `a` of shape `(3, 1)`, is `a[0]` a number or an array?
# - Does each row of your result sum to 0? If not, which of the two cases is off?

# %% [markdown]
# ## What must each row and each column add up to?
#
# Complete the matrix above and add: along the rows, then down the columns. It is no accident. Two
# facts about softmax are behind it, and each explains one of the two sums:
#
# - The probabilities add up to 1, whatever the logits are.
# - Raising all logits by the same amount changes nothing.
#
# Column $j$ holds what *all outputs* do when $z_j$ moves. Row $i$ holds what *one output* does as
# each logit moves. So which fact belongs to which sum?

# %% [markdown]
# ## What else can you check on your own?
#
# Take a `z` with four or five different logits, and `J = softmax_jacobian(z)`.
#
# - **Symmetric:** is `J` equal to `J.T`? Which case tells you so before you compute anything?
# - **Positive semi-definite:** for a column $v$, work out $v^T J v$ on paper. You find the mean of
#   the $v_i^2$ minus the square of the mean of the $v_i$, with the $a_i$ as weights. What is that
#   quantity called in statistics, and can it be negative?
# - What does `np.linalg.eigvalsh(J)` say? One eigenvalue is 0, up to rounding. Which direction $v$
#   belongs to it, and why is that no surprise?
# - When is the whole of `J` nearly zero? What does that mean for a network that is very sure?

# %% [markdown]
# ### What does it look like?
#
# The next cell draws a Jacobian with your function. Which entries are positive, and why just these?
# Which row has the largest ones?

# %%
if __name__ == "__main__":
    from grader.notebook import heat_map

    heat_map(
        lambda: softmax_jacobian(np.array([[0.0], [1.0], [2.0], [3.0]])),
        title="The Jacobian of softmax at [0, 1, 2, 3]",
        down="output i",
        across="input j",
    )

# %% [markdown]
# ## A batch of m examples: one big matrix, or m small ones?
#
# $Z$ has $nm$ entries, and so has $A$. Pairing them all would make an $(nm, nm)$ matrix. But how
# much does a probability of one example change when a logit of *another* example moves?
#
# Not at all: each column goes through softmax by itself. For $n = 10$ and $m = 100$ the big matrix
# would have 1,000,000 entries, and no more than 10,000 of them could differ from zero. Those
# 10,000 are $m$ Jacobians of shape $(n, n)$, one for each example, and they are all we keep.

# %% [markdown]
# ## In which order should the three axes stand?
#
# The result has shape `(m, n, n)`: **example first**. Then `J[k]` is the whole Jacobian of example
# $k$, with rows and columns where you expect them. It is also what NumPy expects: `@` treats an
# array with three axes as a stack of matrices that occupy the *last two*.
#
# In `Z` the examples stand last. So somewhere on the way an axis has to move. Which one, and
# where to?


# %%
def softmax_jacobian_batch(Z: np.ndarray) -> np.ndarray:
    """Give the Jacobian of softmax for every example of a batch.

    Args:
        Z : (n, m) float64, the logits; n classes, m examples, column k is example k.

    Returns:
        J : (m, n, n) float64, example first: J[k, i, j] = da_i/dz_j for example k.

    Examples:
        Z = [[0, 0], [0, ln 3]] has two columns, so the result has shape (2, 2, 2):
        J[0] is [[1/4, -1/4], [-1/4, 1/4]] and J[1] is [[3/16, -3/16], [-3/16, 3/16]].

    Edge cases:
        m = 1 gives shape (1, n, n): the first axis stays.
        n = 1 gives m zeros, in shape (m, 1, 1).

    Does not modify Z.
    """
    raise NotImplementedError("softmax_jacobian_batch is still to be written")


# %% [markdown]
# ### Stuck on `softmax_jacobian_batch`?
#
# - Do you already have a function that answers for one column? Which shape does it want: that of
#   `Z[:, k]`, or that of `Z[:, k : k + 1]`?
# - If you would rather do without a loop: which shape comes from multiplying an `(m, n, 1)` array
#   by an `(m, 1, n)` array, and what stands at its place `[k, i, j]`?
# - Try $n = 3$ and $m = 2$, then $n = m = 3$. Could a mix-up of two axes hide in the second?
# - What should `J[k]` sum to along each of its two axes?

# %% [markdown]
# ## What is it all for?
#
# Training needs the derivative of a cost by the logits, and the chain rule leads it through
# your Jacobian. For the cross-entropy cost, what goes in is $dA = -Y / A$: a fraction, and for
# one-hot labels nearly all zeros. The Jacobian is a full matrix of products. And yet what comes
# out is
#
# $$dZ = A - Y$$
#
# Why does everything collapse to that? Where do the fraction and the matrix go? Exercises 3 and 4
# settle it. (There $dA$ and $dZ$ are per example; a mean's $1/m$ enters only later, in $dW$ and
# $db$.)

# %% [markdown]
# ## Ask the grader
#
# Save this file, then run this in a terminal, in the folder that holds it:
#
#     grader check ex02_jacobian.py
