# %% [markdown]
# # Exercise 3: the cross-entropy cost
#
# Softmax turns scores into probabilities. Are they *good* probabilities? To train a network you
# need one number that says how bad they are, and then the derivative of that number.
#
# You will write three functions: `cross_entropy(A, Y)`, the same cost once more as
# `cross_entropy_from_logits(Z, Y)`, and the derivative `cross_entropy_grad(A, Y)`. As before,
# columns are examples: $n$ classes, $m$ examples.

# %%
import numpy as np

# %% [markdown]
# ## Part 1: the cost
#
# ### How is the right answer written down?
#
# As a column of labels, with a 1 for the true class and 0 for all the others. Such a column is
# called **one-hot**. Three examples of the classes 1, 3 and 1 give
#
# $$Y = \begin{bmatrix} 1 & 0 & 1 \\ 0 & 0 & 0 \\ 0 & 1 & 0 \end{bmatrix}$$
#
# `Y` has the shape of `A`. Sometimes a label is not that sure of itself: a blurred digit may be a
# "1" with 0.7 and a "7" with 0.3. Such labels are called **soft**. In this course both kinds are
# allowed, and in both every column of `Y` sums to 1. What may *not* be taken for granted then, in
# a program that looks for "the 1" in each column?

# %% [markdown]
# ### What should it cost to be wrong?
#
# Say the true class got the probability $a$. We look for a penalty that is 0 if $a = 1$ and that
# grows as $a$ falls. Here are two candidates:
#
# | $a$ | $1 - a$ | $-\log a$ |
# |---|---|---|
# | 1 | 0 | 0 |
# | 0.9 | 0.1 | 0.105 |
# | 0.5 | 0.5 | 0.693 |
# | 0.1 | 0.9 | 2.303 |
# | 0.01 | 0.99 | 4.605 |
# | 0.0001 | 0.9999 | 9.210 |
#
# Compare the last two rows. A model that says "one in ten thousand" about what then happens is
# far worse than one that says "one in a hundred". Which of the two columns knows that? (Here, as
# everywhere in the course, $\log$ is the natural logarithm.)

# %% [markdown]
# ### What does a column of labels pick out?
#
# With labels $y_1, \dots, y_n$ the **loss** of one example is
#
# $$L = -\sum_{i=1}^{n} y_i \log a_i$$
#
# This is the **cross-entropy**. Take $a = [1/2,\ 1/4,\ 1/4]$ and write out all three terms:
#
# - for $y = [0,\ 1,\ 0]$: how many terms are left, and what is $L$? (It is $\log 4 \approx 1.386$.)
# - for $y = [1/2,\ 1/2,\ 0]$: how many now? ($L \approx 1.040$.)
#
# In the first case the other two probabilities could be anything: $[1/2,\ 1/4,\ 1/4]$ and
# $[0,\ 1/4,\ 3/4]$ have the same loss. **Only the true class enters the cost.** Remember this
# sentence; a good question hangs on it.

# %% [markdown]
# ### But what is 0 times log 0?
#
# In $[0,\ 1/4,\ 3/4]$ the first class has probability 0 and label 0. What does Python say to
# `0 * np.log(0.0)`? And what *should* such a term contribute? Look at $y \log a$ for $y = 0$ while
# $a$ gets smaller and smaller:
#
# | $a$ | $0 \cdot \log a$ |
# |---|---|
# | 0.1 | 0 |
# | 1e-10 | 0 |
# | 1e-300 | 0 |
#
# So by convention $0 \log 0 = 0$: a class that nobody asked about costs nothing. And if $a = 0$
# for a class with $y > 0$? Then the model has sworn that the truth is impossible. No finite number
# is high enough, and the cost is `inf`. Would adding a small number to every $a$ before the
# logarithm respect both of these?

# %% [markdown]
# ### Many examples: a sum or a mean?
#
# Both are in use. In this course the cost $J$ of a batch is the **mean** of the losses:
#
# $$J = \frac{1}{m} \sum_{k=1}^{m} L_k
#     = -\frac{1}{m} \sum_{k=1}^{m} \sum_{i=1}^{n} Y_{ik} \log A_{ik}$$
#
# With a mean, a batch with every example written down twice costs as much as before. Here are two
# examples, of the classes 1 and 3:
#
# $$A = \begin{bmatrix} 0.7 & 0.1 \\ 0.2 & 0.6 \\ 0.1 & 0.3 \end{bmatrix}, \qquad
#   L_1 = 0.3567, \quad L_2 = 1.2040, \quad J = 0.7803$$
#
# Which of the two sizes of `A` is $m$? What would come out if you took the mean over all six
# entries of the product?


# %%
def cross_entropy(A: np.ndarray, Y: np.ndarray) -> float:
    """Give the mean cross-entropy of a batch of probabilities.

    Args:
        A : (n, m) float64, the probabilities; n classes, m examples, every column sums to 1.
            Entries may be exactly 0.
        Y : (n, m) float or int, the labels, one-hot or soft; every column sums to 1.

    Returns:
        J : float, the mean over the examples of -sum_i y_i log(a_i).

    Examples:
        A = [[1/2], [1/4], [1/4]] and Y = [[0], [1], [0]] give log 4 = 1.386...
        A = [[1/2], [1/4], [1/4]] and Y = [[1/2], [1/2], [0]] give 1.039...

    Edge cases:
        Where Y is 0 a term is 0, also where A is 0 too: 0 log 0 = 0.
        Where Y > 0 and A = 0 the cost is inf.

    Does not modify A or Y.
    """
    raise NotImplementedError("cross_entropy is still to be written")


# %% [markdown]
# ### Stuck on `cross_entropy`?
#
# - Take a batch of two examples and work out the loss of each by hand. Is your cost their mean,
#   their sum, or something else? By which number do you divide?
# - You get `nan`? Which entry of `np.log(A)` is not finite, and what is it multiplied by?
# - For which entries do you need a logarithm at all? Which arrays can tell you?
# - It works for one-hot labels but not for soft ones? Where do you assume that there is a 1?

# %% [markdown]
# ### What does it look like?
#
# The next cell draws your cost of one example against the probability of class 1, for three labels
# of that class. Where is each curve lowest, and is it 0 there?

# %%
if __name__ == "__main__":
    from grader.notebook import curves

    a = np.linspace(0.01, 0.99, 99)
    labels = {"label 1": [[1.0], [0.0]], "label 0.7": [[0.7], [0.3]], "label 0.5": [[0.5], [0.5]]}
    curves(
        lambda: [
            [cross_entropy(np.array([[p], [1 - p]]), np.array(Y)) for p in a]
            for Y in labels.values()
        ],
        a,
        list(labels),
        title="The cost of one example with two classes",
        across="probability of class 1",
    )

# %% [markdown]
# ## Part 2: the cost from logits
#
# ### What happens if the true class is so unlikely that its probability underflows?
#
# Take the logits $z = [1000,\ -1000]$, and let class 2 be the true one. On paper
#
# $$a_2 = \frac{e^{-1000}}{e^{1000} + e^{-1000}} \approx e^{-2000}, \qquad -\log a_2 \approx 2000$$
#
# A bad prediction, but its cost is an ordinary number. What does your computer make of it in two
# steps, first `softmax`, then the logarithm? The smallest positive `float64` is about $e^{-744}$.
# So at which of the two steps is the answer lost, and can the second step bring it back?

# %% [markdown]
# ### Could the logarithm come first?
#
# Take the logarithm of the fraction *on paper*, before any number is computed:
#
# $$\log a_i = \log \frac{e^{z_i}}{\sum_l e^{z_l}} = \ ? \ - \ ?$$
#
# One of the two parts is very simple. The other one is called the **log-sum-exp** of the column.
# Check your result with $z = [1,\ 2,\ 3]$: the log-sum-exp is 3.40761, and $-\log a_1$ has to be
# 2.40761, because $a_1 = 0.09003$.

# %% [markdown]
# ### Is a log-sum-exp safe for every column?
#
# Try $\log(e^{1000} + e^{1001})$, and then $\log(e^{-1000} + e^{-1001})$. Both are harmless
# numbers, near 1001.3 and near -999.7. What does NumPy say?
#
# You have met this trouble before. In softmax, a number taken off every logit of a column
# cancelled. Here it does not cancel; what happens instead? Fill in the blank:
#
# $$\log \sum_l e^{z_l} = \ ? \ + \log \sum_l e^{z_l - c}$$
#
# Which $c$ would you take, and is it one number for all the columns?


# %%
def cross_entropy_from_logits(Z: np.ndarray, Y: np.ndarray) -> float:
    """Give the mean cross-entropy of softmax(Z), without losing what softmax would round to 0.

    Args:
        Z : (n, m) float64, the logits; n classes, m examples. Any finite values.
        Y : (n, m) float or int, the labels, one-hot or soft; every column sums to 1.

    Returns:
        J : float, the mean over the examples of -sum_i y_i log(a_i) with a = softmax(z).

    Examples:
        Z = [[1], [2], [3]] and Y = [[1], [0], [0]] give 2.40760596...
        Z = [[1000], [-1000]] and Y = [[0], [1]] give 2000, not inf.

    Edge cases:
        The result is finite for any finite logits.
        n = 1 gives 0: the only class has probability 1.

    Does not modify Z or Y.
    """
    raise NotImplementedError("cross_entropy_from_logits is still to be written")


# %% [markdown]
# ### Stuck on `cross_entropy_from_logits`?
#
# - Does a probability, a number between 0 and 1, appear anywhere on your way? What becomes of
#   $e^{-2000}$ there?
# - What shape has your log-sum-exp: one number for each example? Print it for $[1,\ 2,\ 3]$: is it
#   3.40761?
# - Is your result wrong by exactly the largest logit? What did you take off inside the exponential,
#   and what did you do about it outside?
# - In a broadcast sum, how often is the log-sum-exp of one example counted? How often should it be?

# %% [markdown]
# ## Part 3: the derivative
#
# ### Which way is down? The derivative of the loss
#
# Now ask how the loss of *one* example reacts to its probabilities. Write the sum out once more,
#
# $$L = -y_1 \log a_1 - y_2 \log a_2 - \dots - y_n \log a_n$$
#
# and differentiate by a single $a_i$, while the other probabilities are held fixed. How many of
# the $n$ terms contain $a_i$? What is the derivative of $\log a_i$? So what is
#
# $$dA_i = \frac{\partial L}{\partial a_i} = \ ?$$
#
# The name $dA$ is short for "derivative of the loss by $A$". It has the shape of `A`.

# %% [markdown]
# ### What does it look like in numbers?
#
# Take $a = [1/2,\ 1/4,\ 1/4]$ and $y = [0,\ 1,\ 0]$ again. The loss is $\log 4 = 1.38629$. If $a_2$
# were 0.26 in place of 0.25, the loss would be 1.34707. That is a change of $-0.03922$ for a step
# of $0.01$, or about $-3.9$ for each unit. What does your derivative say?
#
# And what does it say for class 1 and class 3? Take $a = [0,\ 1/4,\ 3/4]$ with the same labels:
# what should it say for class 1 there, and what does $-0 / 0$ say?

# %% [markdown]
# ### Where is the 1/m?
#
# $J$ is a mean, so strictly speaking $\partial J / \partial A$ has a factor $1/m$ in it. Sources
# disagree about where to write it, and many errors come from writing it twice or never. In this
# course the rule is:
#
# - $J$ is a mean over the examples.
# - $dA$, and later $dZ$, are **per example**: column $k$ is the derivative of $L_k$, without $1/m$.
# - The $1/m$ enters once, at the end, in the gradients of the weights (exercise 6).
#
# Does the derivative of $L_1$ change if somebody adds a second example to the batch?


# %%
def cross_entropy_grad(A: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """Differentiate each example's loss by its own probabilities.

    Args:
        A : (n, m) float64, the probabilities; n classes, m examples.
            Entries may be 0 where Y is 0, and only there.
        Y : (n, m) float or int, the labels, one-hot or soft; every column sums to 1.

    Returns:
        dA : (n, m) float64, dA[i, k] = dL_k/da_ik with L_k = -sum_i y_ik log(a_ik).
             Per example: there is no 1/m in it.

    Examples:
        A = [[1/2], [1/4], [1/4]] and Y = [[0], [1], [0]] give [[0], [-4], [0]].

    Edge cases:
        Where Y is 0 the result is 0, also where A is 0 too.

    Does not modify A or Y.
    """
    raise NotImplementedError("cross_entropy_grad is still to be written")


# %% [markdown]
# ### Stuck on `cross_entropy_grad`?
#
# - If the true class becomes a little more likely, does the loss rise or fall? Does the sign of
#   your answer agree?
# - Does another class's probability appear in the loss if its label is 0? What is the derivative by
#   something that does not appear?
# - What is `0 / 0` for NumPy? For which entries need you not divide at all?
# - Do your values come out as whole numbers when `Y` holds integers? Which dtype did the array get
#   that you write into?

# %% [markdown]
# ## So are the other classes of no account?
#
# Whoever has just learnt this may well ask: the label of a pear is $[0,\ 1,\ 0]$. The cost does not
# read the probabilities of "apple" and "plum", and $dA$ is zero there. So in the derivative by the
# logits, why should one bother with the mixed case $i \neq j$ of the Jacobian at all, when
# $y_i = 0$ makes those terms vanish?
#
# **So far the question looks right.** Everything that you have computed in this exercise speaks
# for it: the cost, and the zeros in $dA$. And yet exercise 2 ended with $dZ = A - Y$, which is
# *not* zero for "apple" and "plum".
#
# Something does not fit. Write down, in one sentence, what you think it is, before you turn to
# exercise 4. (A clue: in `cross_entropy_from_logits`, did only the true class enter?)

# %% [markdown]
# ## How can you tell that it is right?
#
# In a notebook, try your functions in a cell of your own; with a script, in a Python prompt.
#
# - Do `cross_entropy(softmax(Z), Y)`, with the `softmax` of your exercise 1, and
#   `cross_entropy_from_logits(Z, Y)` agree for logits of ordinary size? From which size on do they
#   part?
# - If you add 7 to every logit, what should happen to the cost?
# - With $n$ equal logits, the cost is $\log n$ whatever the labels are. Why?
# - Change one entry of `A` by $10^{-6}$ and compare the change of the *loss* with `dA`. (Your
#   `cross_entropy` does not mind a column that does not quite sum to 1. By which factor does the
#   change of the *cost* differ if $m = 2$?)

# %% [markdown]
# ## Ask the grader
#
# Save this file, then run this in a terminal, in the folder that holds it:
#
#     grader check ex03_cross_entropy.py
