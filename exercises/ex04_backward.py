# %% [markdown]
# # Exercise 4: backwards through softmax
#
# You have $dA$, the derivative of the loss by the probabilities. You have the Jacobian, the
# derivatives of the probabilities by the logits. The chain rule puts them together into $dZ$, the
# derivative of the loss by the logits. It is said to come out as $A - Y$. How?
#
# You will write four functions: `vjp_with_jacobian(Z, dA)`, which applies the chain rule as it
# stands, `softmax_backward(dA, A)`, which does the same without any matrix,
# `softmax_cross_entropy_grad(Z, Y)`, the result for cross-entropy, and `chain_terms(z, y)`, which
# answers the question that exercise 3 left open. Columns are examples, as always.

# %%
import numpy as np

# %% [markdown]
# ## Bring your softmax and your Jacobian along
#
# The next lines fetch *your* functions from the files of exercises 1 and 2 in this folder.

# %%
from ex01_softmax import softmax
from ex02_jacobian import softmax_jacobian

# %% [markdown]
# ## Part 1: the chain rule as it stands
#
# ### What exactly is dZ?
#
# It is short for the derivative of the loss by the logits $Z$ of the last layer, so it has the
# shape of $Z$. In some notes the derivation begins with
#
# $$dZ^{[L]} = \frac{\partial J}{\partial W^{[L]}}$$
#
# Can that be right? Say the layer before has $h$ outputs. Then $W^{[L]}$ is $(n, h)$. What is the
# shape of $Z^{[L]}$, and what should stand below the fraction line? (It is a slip of the pen, but
# whoever goes on from there can only get stuck.)

# %% [markdown]
# ### By how many roads does a logit reach the loss?
#
# Nudge one logit $z_j$. Exercise 2 showed that *every* probability moves then. Each of them may
# move the loss. So there are $n$ roads from $z_j$ to $L$, one through each output $a_i$, and the
# chain rule adds them up. Write $g_i = \partial L / \partial a_i$ for the entries of one column of
# $dA$:
#
# $$\frac{\partial L}{\partial z_j}
#   = \sum_{i=1}^{n} \frac{\partial L}{\partial a_i} \, \frac{\partial a_i}{\partial z_j}
#   = \sum_{i=1}^{n} g_i \, J_{ij}$$
#
# Which index is summed over, that of the output or that of the input? And which one is left?

# %% [markdown]
# ### Which product is that: elementwise, or of matrices?
#
# Look at the sum again: a row of $n$ numbers meets column $j$ of a matrix. For all $j$ at once
# that is a row vector times a matrix,
#
# $$\underbrace{\left[ g_1 \ \cdots \ g_n \right]}_{(1,\, n)} \; \underbrace{J}_{(n,\, n)}
#   = \underbrace{\left[ \tfrac{\partial L}{\partial z_1} \ \cdots \
#     \tfrac{\partial L}{\partial z_n} \right]}_{(1,\, n)}$$
#
# This is called a **vector-Jacobian product**, VJP for short. What shape does NumPy give to
# `g * J` if `g` is an `(n, 1)` column? Is that the shape of a gradient by $n$ logits? In that
# array, what would still have to be done, and along which axis?

# %% [markdown]
# ### Does it matter? An example by hand
#
# Let $a = [1/2,\ 1/4,\ 1/4]$, whose Jacobian you met in exercise 2, and let $g = [2,\ 0,\ -1]$:
#
# $$J = \begin{bmatrix} 1/4 & -1/8 & -1/8 \\ -1/8 & 3/16 & -1/16 \\ -1/8 & -1/16 & 3/16
#   \end{bmatrix}$$
#
# | | by $z_1$ | by $z_2$ | by $z_3$ |
# |---|---|---|---|
# | row times matrix | 5/8 | -3/16 | -7/16 |
# | elementwise, $g_j \, a_j (1 - a_j)$ | 1/2 | 0 | -3/16 |
#
# Check one entry of the first row. Then look at $z_2$: the elementwise product claims that it
# does not matter, because $g_2 = 0$. Which roads from $z_2$ to the loss has it overlooked?
#
# Add up each row of the table. Which of the two sums had to be 0, and by which property of the
# Jacobian?


# %%
def vjp_with_jacobian(Z: np.ndarray, dA: np.ndarray) -> np.ndarray:
    """Multiply each example's upstream gradient by the Jacobian of softmax.

    Args:
        Z : (n, m) float64, the logits; n classes, m examples, column k is example k.
        dA : (n, m) float64, dA[i, k] = dL_k/da_ik for any losses L_k, not only cross-entropy.

    Returns:
        dZ : (n, m) float64, dZ[j, k] = dL_k/dz_jk.
             Column k is J_k^T dA[:, k], with J_k the Jacobian of example k.

    Examples:
        Z = [[ln 2], [0], [0]] has the probabilities 1/2, 1/4 and 1/4. With dA = [[2], [0], [-1]]
        it gives [[5/8], [-3/16], [-7/16]].

    Edge cases:
        n = 1 gives zeros: the only probability cannot move.

    Does not modify Z or dA.
    """
    raise NotImplementedError("vjp_with_jacobian is still to be written")


# %% [markdown]
# ### Stuck on `vjp_with_jacobian`?
#
# - How many Jacobians are there for `Z` of shape `(3, 5)`? Which column of `dA` goes with which of
#   them?
# - What are the shapes on both sides of your product? Do you use `*` where a sum over an index is
#   meant?
# - Your numbers are all near 0? Along which axis do you sum, and what do the rows of a Jacobian add
#   up to?
# - With `dA` all ones, what should come out? (Would that alone tell you that your function is
#   right?)

# %% [markdown]
# ## Part 2: without a matrix
#
# ### What does the matrix cost you?
#
# A language model has, say, $n = 20\,000$ words as classes. How many entries has *one* Jacobian?
# At 8 bytes each that makes 3.2 gigabytes, for a single example, and all of it only to be
# multiplied by one vector and thrown away. The probabilities themselves take 160 kilobytes.
#
# So put the Conclusion of exercise 2 into the sum, and do not build anything:
#
# $$\sum_{i} g_i \, a_i (\delta_{ij} - a_j)
#   = \sum_{i} g_i \, a_i \, \delta_{ij} \ - \ \sum_{i} g_i \, a_i \, a_j$$
#
# - How many terms of the first sum are not zero? Which?
# - In the second sum, which factor has nothing to do with $i$ and may stand in front of the sum?
# - The number that remains of the second sum: for how many $j$ must it be computed anew?
#
# Finish the line on paper. It needs no matrix any more.

# %% [markdown]
# ### What does the short form say?
#
# Write $\langle a, g \rangle = \sum_i a_i g_i$. It is an **average** of the $g_i$, with the
# probabilities as weights. For $a = [1/2,\ 1/4,\ 1/4]$ and $g = [2,\ 0,\ -1]$ it is $3/4$.
#
# - Compare each $g_j$ with this average, and then look at the signs of $[5/8,\ -3/16,\ -7/16]$.
#   What decides the sign?
# - Add 100 to every entry of $g$. What happens to the average? And to $dZ$?
# - So what comes out if all the $g_i$ are equal? Many people test their softmax gradient with the
#   *sum* of the outputs as the loss. What is $g$ then? What does such a test prove?


# %%
def softmax_backward(dA: np.ndarray, A: np.ndarray) -> np.ndarray:
    """Take the gradient by the probabilities back to the logits, without any Jacobian.

    Args:
        dA : (n, m) float64, dA[i, k] = dL_k/da_ik for any losses L_k.
        A : (n, m) float64, the probabilities (not the logits); every column sums to 1.

    Returns:
        dZ : (n, m) float64, dZ[j, k] = dL_k/dz_jk, the same as vjp_with_jacobian gives
             for logits whose softmax is A.

    Examples:
        dA = [[2], [0], [-1]] and A = [[1/2], [1/4], [1/4]] give [[5/8], [-3/16], [-7/16]].

    Edge cases:
        n = 1 gives zeros.

    Works for n = 20 000 within 1 GiB: the memory it needs grows like n, not like n * n.
    Does not modify dA or A.
    """
    raise NotImplementedError("softmax_backward is still to be written")


# %% [markdown]
# ### Stuck on `softmax_backward`?
#
# - For $a = [1/2,\ 1/4,\ 1/4]$ and $g = [2,\ 0,\ -1]$: what is the average, what is left of each
#   $g_j$ after it has been taken off, and how do you get to $5/8$ from there?
# - How many averages are there for a batch of $m$ examples? What shape do they have?
# - Add a constant to every entry of `dA`. Does your answer stay the same? If not, which of your two
#   terms is off?
# - Does the answer also fit `vjp_with_jacobian` on a `Z` whose softmax is your `A`? Which of the
#   two arguments came first again?

# %% [markdown]
# ## Part 3: with cross-entropy
#
# ### And now cross-entropy: where do the fraction and the matrix go?
#
# From exercise 3, $g_i = -y_i / a_i$. Put it into your short form, in two steps:
#
# 1. The average $\langle a, g \rangle = \sum_i a_i \cdot (-y_i / a_i)$. Cancel. What do the labels
#    of one example sum to?
# 2. What is left of each $g_j$ after that number has been taken off, and what does the factor in
#    front make of it?
#
# For $a = [1/2,\ 1/4,\ 1/4]$ and $y = [0,\ 1,\ 0]$ you should arrive at $[1/2,\ -3/4,\ 1/4]$. Which
# simple expression in $a$ and $y$ is that? At which point did you use that the $y_i$ sum to 1, and
# did you need them to be 0 or 1?

# %% [markdown]
# ### Is the short way only shorter?
#
# Take $z = [0,\ -800]$ and let class 2 be the true one. In `float64`, `softmax` gives exactly
# $[1,\ 0]$: the second probability has underflowed.
#
# | step | class 1 | class 2 |
# |---|---|---|
# | $a$ | 1 | 0 |
# | $g = -y / a$ | 0 | -inf |
# | $a \cdot g$, for the average | 0 | nan |
# | $dZ$ in two steps | nan | nan |
# | $dZ$ collapsed | 1 | -1 |
#
# The two steps divide by $a$ and then multiply by $a$ again. On paper that does no harm. What
# harm does it do here? And what would follow for the training if one example in a million
# produced a `nan`?

# %% [markdown]
# ### A reminder about 1/m
#
# $dZ$ is per example, like $dA$: column $k$ belongs to the loss of example $k$ alone. Nothing in
# this exercise is divided by $m$. If you have seen $(A - Y)/m$ elsewhere: there the mean is taken
# care of at this place, and here it will be in $dW$ and $db$.


# %%
def softmax_cross_entropy_grad(Z: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """Differentiate each example's cross-entropy by its own logits.

    Args:
        Z : (n, m) float64, the logits; n classes, m examples. Any finite values.
        Y : (n, m) float or int, the labels, one-hot or soft; every column sums to 1.

    Returns:
        dZ : (n, m) float64, dZ[j, k] = dL_k/dz_jk with L_k = -sum_i y_ik log(a_ik)
             and a = softmax(z). Per example: there is no 1/m in it.

    Examples:
        Z = [[ln 2], [0], [0]] and Y = [[0], [1], [0]] give [[1/2], [-3/4], [1/4]].
        Z = [[0], [-800]] and Y = [[0], [1]] give [[1], [-1]], not nan.

    Edge cases:
        Finite and right also where a probability underflows to 0, that of the true class too.
        n = 1 gives zeros.

    Does not modify Z or Y.
    """
    raise NotImplementedError("softmax_cross_entropy_grad is still to be written")


# %% [markdown]
# ### Stuck on `softmax_cross_entropy_grad`?
#
# - Work the two steps above through for $a = [1/2,\ 1/4,\ 1/4]$ and $y = [0,\ 1,\ 0]$. Which
#   numbers cancelled?
# - You get `nan`? Where do you divide by a probability, and is there still a reason to?
# - Is the entry of the true class negative, and are all the others positive? Which way should the
#   logit of the true class move, if a step goes *against* the gradient?
# - Right for one example, too small for several? Right for floats, but not for integer labels? What
#   do you divide by, and which dtype do you write into?

# %% [markdown]
# ## Part 4: the terms, one by one
#
# ### Why bother with $i \neq j$ when $y_i = 0$?
#
# Here is the question of exercise 3 again. The cost reads only the true class $c$; so $g_i = 0$ for
# all other $i$; so why should the mixed case of the Jacobian, $i \neq j$, matter at all?
#
# Do not argue. Look. Before the chain rule adds anything up, it has $n \cdot n$ products, one for
# each output $i$ and each input $j$:
#
# $$T_{ij} = \frac{\partial L}{\partial a_i} \, \frac{\partial a_i}{\partial z_j}$$
#
# Take $a = [1/2,\ 1/4,\ 1/4]$ and $y = [0,\ 1,\ 0]$ once more. Copy this grid and fill it in, with
# the $J$ from above and $g = [0,\ -4,\ 0]$:
#
# | | input $j = 1$ | input $j = 2$ | input $j = 3$ |
# |---|---|---|---|
# | output $i = 1$ | ? | ? | ? |
# | output $i = 2$ | ? | ? | ? |
# | output $i = 3$ | ? | ? | ? |
#
# - Which entries vanish because of the zeros in $y$: some rows, some columns, or everything off the
#   diagonal?
# - In column 1, one entry survives. Is it one with $i = j$, or one with $i \neq j$?
# - What do the columns add up to? And which of these sums would be wrong if all the entries with
#   $i \neq j$ were dropped?

# %% [markdown]
# ### Can the grid be written without a fraction?
#
# For any labels, $g_i = -y_i / a_i$, and $J_{ij} = a_i (\delta_{ij} - a_j)$. Multiply the two. What
# cancels? Which of the two letters, $a$ or $y$, carries the index $i$ in the end, and which the
# index $j$?
#
# A form without division is also the one that survives: a false class may have a probability of
# exactly 0. What would $0 / 0$ do to its row?


# %%
def chain_terms(z: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Give every term of the chain rule for one example, before they are summed.

    Args:
        z : (n, 1) float64, the logits of one example. A class with y > 0 never has a probability
            that underflows to 0.
        y : (n, 1) float or int, its labels, one-hot or soft; they sum to 1.

    Returns:
        T : (n, n) float64, T[i, j] = (dL/da_i) * (da_i/dz_j)
            with L = -sum_i y_i log(a_i) and a = softmax(z): row i is the output,
            column j the input. The sums of its columns are dL/dz.

    Examples:
        z = [[0], [ln 3]] has the probabilities 1/4 and 3/4. With y = [[1], [0]] it gives
        [[-3/4, 3/4], [0, 0]], whose columns sum to -3/4 and 3/4.

    Edge cases:
        A class with y = 0 may have a probability that underflows to 0: its row is 0.
        n = 1 gives [[0]].

    Does not modify z or y.
    """
    raise NotImplementedError("chain_terms is still to be written")


# %% [markdown]
# ### Stuck on `chain_terms`?
#
# - Which of the two derivatives belongs to a row, and which one fills the whole table? How do you
#   multiply every row of a matrix by a number of its own?
# - You summed already? What shape is asked for?
# - Take one-hot labels. How many rows of your result are not zero: one, all, or is it a column?
# - What do your columns add up to, and what did `softmax_cross_entropy_grad` say?

# %% [markdown]
# ### What does it look like?
#
# The next cell draws your terms for four classes. Which row is not zero? Which of its entries would
# be lost if only $i = j$ counted?

# %%
if __name__ == "__main__":
    from grader.notebook import heat_map

    heat_map(
        lambda: chain_terms(np.log([[4.0], [2.0], [1.0], [1.0]]), np.eye(4)[:, 1:2]),
        title="The terms of the chain rule (the true class is 1)",
        down="output i",
        across="input j",
    )

# %% [markdown]
# ## How can you tell that it is right?
#
# In a notebook, try your functions in a cell of your own; with a script, in a Python prompt.
#
# - Do `vjp_with_jacobian(Z, dA)` and `softmax_backward(dA, softmax(Z))` agree for random `Z` and
#   `dA`?
# - Does `softmax_cross_entropy_grad(Z, Y)` agree with both if `dA` is the `cross_entropy_grad` of
#   exercise 3? On which `Z` do they part, and which one is right there?
# - Does each column of each `dZ` sum to 0?
# - Does `chain_terms(z, y).sum(axis=0)` agree with `softmax_cross_entropy_grad(z, y)`? What do the
#   *rows* sum to, and why?
# - How long does `softmax_backward` take for `n = 20_000`? And `vjp_with_jacobian` for `n = 1000`,
#   where its matrix still fits?

# %% [markdown]
# ## Two questions to answer in writing
#
# Nobody grades these; they are for you. If you can answer both without looking anything up, you
# have understood this exercise.
#
# **First.** Softmax's derivative is an $(n, n)$ matrix and $dA$ has $n$ entries. In *one sentence*:
# why does the matrix times $dA$ have $n$ entries again, as the logits do?
#
# *Your sentence:*
#
# **Second.** Here is a statement as you may find it in a discussion:
#
# > In softmax cross-entropy, every output pays for its own mistakes: the true one through
# > $\log a_i$, and each of the others through $\log (1 - a_i)$. This is why the outputs with
# > $y_i = 0$ matter.
#
# Which cost does this describe, and for which kind of outputs? Correct it for softmax: what does an
# output with $y_i = 0$ add to the cost, and by which road does its logit act all the same?
#
# *Your correction:*

# %% [markdown]
# ## Ask the grader
#
# Save this file, then run this in a terminal, in the folder that holds it:
#
#     grader check ex04_backward.py

# %% [markdown]
# ## What comes next?
#
# Logits do not fall from the sky: an output layer makes them from weights and features. Exercise 5
# differentiates by the weights, term by term, and finds $A - Y$ waiting there.
