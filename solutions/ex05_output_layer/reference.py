# %% [markdown]
# # Exercise 5: the gradient of an output layer
#
# So far the logits simply were there. In a network a layer of weights makes them from features, and
# the weights are what training changes. So: how does the cost change with *each single weight*?
#
# You go the slow way first, along every path from one weight to the cost, then in one step. You
# will write `hypotheses`, `output_layer_cost`, `output_layer_grad_parts` and `output_layer_grad`.

# %%
import numpy as np

# %% [markdown] tags=["script-only"]
# ## Bring your own softmax along
#
# The layer ends in a softmax. The next line fetches *yours* from the file `ex01_softmax.py` in this
# folder.

# %% tags=["script-only"]
from ex01_softmax import softmax

# %% [markdown] tags=["notebook-only"]
# ## Bring your own softmax along
#
# The layer ends in a softmax. A notebook cannot import from another notebook: paste your `softmax`
# from ex01 into the next cell.

# %% tags=["notebook-only"]
# >>> Paste your softmax here, import lines and all. <<<

# %% [markdown]
# ## Part 1: the hypotheses
#
# - `X`, shape `(d, m)`: $d$ features of $m$ examples. Columns are examples.
# - `Theta`, shape `(n, d + 1)`: the weights. Row $k$ belongs to class $k$.
# - `Y`, shape `(n, m)`: the labels, one-hot or soft. Each column sums to 1.
#
# Why does `Theta` have one column more than there are features?

# %% [markdown]
# ### Where does the bias live?
#
# The logit of class $k$ is a weighted sum of the features, plus a bias that looks at none of them:
#
# $$z_k = \Theta_{k0} + \Theta_{k1} x_1 + \dots + \Theta_{kd} x_d$$
#
# By what would $\Theta_{k0}$ have to be multiplied to look like the other terms? Call that number
# $x_0 = 1$, and the sum runs from $j = 0$ to $d$.
#
# `X` comes *without* a row for $x_0$. What must happen to it before `Theta` fits, and at which end?

# %% [markdown]
# ### Which weight is called what?
#
# On paper classes are counted from 1, in code rows from 0. Columns start at 0 in both, since $j =
# 0$ is the bias. So the paper's $\Theta_{10}$ is `Theta[0, 0]`. Where do you find its
# $\Theta_{23}$?
#
# (How many layers is that? Count *matrices of weights*, not the circles of a drawing: it is one.
# Exercise 6 has two.)

# %% [markdown]
# ### Three hypotheses, written out
#
# With three classes and one feature `Theta` has six entries, and
#
# $$h_1 = \frac{e^{\Theta_{10} + \Theta_{11} x_1}}{v}, \quad
#   h_2 = \frac{e^{\Theta_{20} + \Theta_{21} x_1}}{v}, \quad
#   h_3 = \frac{e^{\Theta_{30} + \Theta_{31} x_1}}{v}$$
#
# where $v$ is the sum of the same three exponentials in each. So you need not write three
# functions. Which one that you have gives all of $h_1$, $h_2$, $h_3$ at once?

# %% [markdown]
# ### A layer to do by hand
#
# These weights stay with us through the whole exercise:
#
# $$\Theta = \begin{bmatrix} \ln 4 & -\ln 2 \\ -\ln 3 & \ln 3 \\ 0 & 0 \end{bmatrix}
#   \qquad\text{so}\qquad
#   e^{z_1} = \frac{4}{2^{x_1}}, \quad e^{z_2} = \frac{3^{x_1}}{3}, \quad e^{z_3} = 1$$
#
# Three examples have $x_1 = 0$, $1$ and $2$. Cover the last three columns and work them out first.
#
# | x_1 | exp(z_1) | exp(z_2) | exp(z_3) | sum | h_1 | h_2 | h_3 |
# |---|---|---|---|---|---|---|---|
# | 0 | 4 | 1/3 | 1 | 16/3 | 3/4 | 1/16 | 3/16 |
# | 1 | 2 | 1 | 1 | 4 | 1/2 | 1/4 | 1/4 |
# | 2 | 1 | 3 | 1 | 5 | 1/5 | 3/5 | 1/5 |
#
# For $x_1 = 0$ only the biases have a say. Would the first row look like this without them?


# %%
def hypotheses(Theta: np.ndarray, X: np.ndarray) -> np.ndarray:
    """Give the probabilities of all classes for each example.

    Args:
        Theta : (n, d + 1) float64, the weights; row k is class k, column 0 holds the biases,
                column j the weights of feature j.
        X     : (d, m) float64, the features, without a row of ones; column i is example i.

    Returns:
        H : (n, m) float64, H[k, i] is the probability of class k for example i.
            Every entry is finite and in [0, 1]; every column sums to 1.

    Examples:
        Theta = [[ln 4, -ln 2], [-ln 3, ln 3], [0, 0]] and X = [[0, 1, 2]] give
        [[3/4, 1/2, 1/5], [1/16, 1/4, 3/5], [3/16, 1/4, 1/5]].

    Edge cases:
        Logits of any size, also thousands apart, give no nan.
        m = 1 gives shape (n, 1); n = 1 gives a row of ones.

    Does not modify Theta or X.
    """
    # BEGIN SOLUTION
    ones_and_X = np.vstack([np.ones((1, X.shape[1])), X])
    return softmax(Theta @ ones_and_X)
    # END SOLUTION


# %% [markdown] tags=["hint-hypotheses"]
# ### Stuck on `hypotheses`?
#
# - What shape do you need on the right of `Theta @ ...`, and what shape has `X`? Which NumPy
#   function puts one array on top of another?
# - If you treat the biases on their own: `Theta[:, 0]` or `Theta[:, :1]`, which of the two can be
#   added to an `(n, m)` array as one number for each row?
# - Do your numbers agree with the table for $x_1 = 0$ only, or for all but that? What does each
#   tell you?
# - Does every *column* of the result sum to 1?

# %% [markdown] tags=["notice-hypotheses"]
# However many hypotheses are written down, there is one softmax: one matrix product for all the
# logits, one denominator for each example.
# The bias is a weight like any other, for a feature x_0 that is always 1. Remember that 1: it
# comes back in the gradient.
# And try this: add the same number to a whole column of Theta. Nothing happens to H. Why?

# %% [markdown]
# ## Part 2: the cost
#
# Each example costs what you know from exercise 3, and the examples are added up:
#
# $$J = - \sum_{i=1}^{m} \sum_{k=1}^{n} y_k^{(i)} \ln h_k^{(i)}$$
#
# Let our three examples belong to class 3, class 1 and class 2:
#
# $$Y = \begin{bmatrix} 0 & 1 & 0 \\ 0 & 0 & 1 \\ 1 & 0 & 0 \end{bmatrix}
#   \qquad\text{gives}\qquad
#   J = \ln \frac{16}{3} + \ln 2 + \ln \frac{5}{3} = \ln \frac{160}{9} \approx 2.87795$$
#
# Where in the table stand the 3/16, 1/2 and 3/5 that this comes from?

# %% [markdown]
# ### A sum or a mean?
#
# In exercise 3 the cost was a *mean*: it would be $2.87795 / 3 \approx 0.95932$ here. Is one of the
# two a mistake?
#
# - Hand every example in twice. What happens to the sum, and what to the mean?
# - Which weights make the sum smallest, and which the mean?
# - What does the derivative do to a constant factor such as $1/m$?
#
# No rule of calculus asks for the $1/m$. It is a convention, and you only have to know which one
# you are in: here there is none, neither in the cost nor in its derivatives.

# %% [markdown]
# ### What if the true class gets nothing at all?
#
# Take the logits $0$ and $2000$, and let the first class be the true one. On paper the cost $\ln (1
# + e^{2000})$ is $2000$ to hundreds of digits. What does your `hypotheses` make of $h_1 = 1 / (1 +
# e^{2000})$, and what is the logarithm of that? Would a tiny number added under the logarithm give
# 2000? So which numbers should the cost start from?


# %%
def output_layer_cost(Theta: np.ndarray, X: np.ndarray, Y: np.ndarray) -> float:
    """Give the cross-entropy cost of the layer, summed over the examples.

    Args:
        Theta : (n, d + 1) float64, the weights; column 0 holds the biases.
        X     : (d, m) float64, the features, without a row of ones.
        Y     : (n, m) float64 or int, the labels, one-hot or soft; every column sums to 1.

    Returns:
        J : a float, minus the sum of Y[k, i] ln H[k, i] over all classes and examples. A sum:
            it is not divided by m.

    Examples:
        Theta = [[0, 0], [0, 0]], X = [[5, 7]] and Y = [[1, 0], [0, 1]] give 2 ln 2 = 1.386294...:
        each example costs ln 2, whatever its feature is.

    Edge cases:
        A true class whose probability is too small for a float64 still has a finite cost: with
        the logits 0 and 2000, the first class costs 2000.
        A class with label 0 costs nothing, even if its probability is too small for a float64.

    Does not modify Theta, X or Y.
    """
    # BEGIN SOLUTION
    Z = Theta @ np.vstack([np.ones((1, X.shape[1])), X])
    shifted = Z - Z.max(axis=0)
    log_H = shifted - np.log(np.exp(shifted).sum(axis=0))
    return float(-(Y * log_H).sum())
    # END SOLUTION


# %% [markdown] tags=["hint-output_layer_cost"]
# ### Stuck on `output_layer_cost`?
#
# - Is your result exactly $m$ times too small? What do you take the mean of?
# - You get `nan` or `inf`? Which entry of `H` is 0, and what is 0 times the logarithm of 0 in
#   NumPy?
# - Put the softmax in: $\ln h_k$ is a difference of two terms. One is simply a logit. How did you
#   keep the other one finite in exercise 3?
# - Soft labels such as $[0.5,\ 0.5,\ 0]$: does every class with a label above 0 contribute?

# %% [markdown] tags=["notice-output_layer_cost"]
# A sum or a mean: the weights that are best are the same, and so is the direction downhill. Only
# the length of the gradient differs, by the factor m, and with it the learning rate that suits it.
# What must not happen is to mix the two, the cost as a mean and its gradient as a sum.
# The cost of a hopeless prediction is finite, too: the logarithm undoes the exponential, so it is
# about the distance between two logits. Only the detour through h made it look infinite.

# %% [markdown]
# ## Part 3: every path from one weight to the cost
#
# $\Theta_{10}$ stands in $z_1$ and in no other logit. Does it reach the cost through $h_1$ alone?
# Look at the three fractions: where does $z_1$ stand in $h_2$, and in $h_3$?
#
# So there are three paths, and the chain rule adds them up. For one example:
#
# $$\frac{\partial J}{\partial \Theta_{10}} =
#   \underbrace{\frac{\partial J}{\partial h_1}
#               \frac{\partial h_1}{\partial \Theta_{10}}}_{\text{Part I}} +
#   \underbrace{\frac{\partial J}{\partial h_2}
#               \frac{\partial h_2}{\partial \Theta_{10}}}_{\text{Part II}} +
#   \underbrace{\frac{\partial J}{\partial h_3}
#               \frac{\partial h_3}{\partial \Theta_{10}}}_{\text{Part III}}$$
#
# If the label is one-hot, how many of the three can differ from zero? Must Part I be among them?
#
# The first factor is the $-Y/A$ of exercise 3, since each $h_l$ stands in one term of $J$ only:
#
# $$\frac{\partial J}{\partial h_l} = - \frac{y_l}{h_l}$$

# %% [markdown]
# ### The second factor: what does the quotient rule give?
#
# Write $h_1 = u / v$ with $u = e^{z_1}$, and differentiate by $\Theta_{10}$. The inner derivative
# of $z_1 = \Theta_{10} + \Theta_{11} x_1$ is 1, so $u' = u$. And of the three terms of $v$ one
# contains $\Theta_{10}$, so $v' = u$ too:
#
# $$\frac{\partial h_1}{\partial \Theta_{10}} = \frac{u' v - u v'}{v^2}
#   = \frac{u}{v} \cdot \frac{v - u}{v} = h_1 (1 - h_1)$$
#
# For $h_2$ the numerator $u = e^{z_2}$ does not contain $\Theta_{10}$ at all: $u' = 0$. But $v'$ is
# $e^{z_1}$ as before:
#
# $$\frac{\partial h_2}{\partial \Theta_{10}} = \frac{0 \cdot v - e^{z_2} e^{z_1}}{v^2}
#   = - h_2 h_1,
#   \qquad\text{and}\qquad
#   \frac{\partial h_3}{\partial \Theta_{10}} = - h_3 h_1$$
#
# Where have you met these results, under other names?

# %% [markdown]
# ### What is left when the two factors meet?
#
# Numbers first. Our second example has $h = (1/2,\ 1/4,\ 1/4)$ and belongs to class 1; the third
# has $h = (1/5,\ 3/5,\ 1/5)$ and belongs to class 2:
#
# $$\text{Part I:} \quad -\frac{1}{1/2} \cdot \frac{1}{2} \cdot \frac{1}{2} = -\frac{1}{2}
#   \qquad
#   \text{Part II:} \quad -\frac{1}{3/5} \cdot \Big( -\frac{3}{5} \cdot \frac{1}{5} \Big)
#   = \frac{1}{5}$$
#
# What cancels? Now with letters: which probability is left in Part I, and which in Parts II and
# III? Is it that of the same class? And what would a computer say to the fraction, had you not
# cancelled, where $h_l$ has become `0.0`?

# %% [markdown]
# ### Where does the sum over the examples belong?
#
# You may find it written like this, one sum in each factor:
#
# $$\Big( - \sum_i \frac{y_1^{(i)}}{h_1^{(i)}} \Big) \cdot
#   \Big( \sum_i h_1^{(i)} \big( 1 - h_1^{(i)} \big) \Big)$$
#
# For our three examples this is $-2 \cdot 0.5975 = -1.195$. Add up their own Parts I, though, and
# you get $0 - 0.5 + 0 = -0.5$. Has the label of one example anything to do with the probability of
# another? So multiply within each example first, then add up. For how many examples do the two
# always agree?

# %% [markdown]
# ### And the other five weights?
#
# For $\Theta_{11}$ only the inner derivative of $z_1$ changes. What is it now, and so by what is
# each example multiplied?
#
# | weight | Part I | Part II | Part III | sum |
# |---|---|---|---|---|
# | $\Theta_{10}$ | -0.5 | 0.2 | 0.75 | 0.45 |
# | $\Theta_{11}$ | -0.5 | 0.4 | 0 | -0.1 |
# | $\Theta_{31}$ | ? | ? | ? | ? |
#
# Why did the 0.75 vanish from the second line? For $\Theta_{31}$, which part plays the role of Part
# I?


# %%
def output_layer_grad_parts(
    Theta: np.ndarray, X: np.ndarray, Y: np.ndarray, k: int, j: int
) -> np.ndarray:
    """Give the parts of the derivative of the cost by one weight, one part for each hypothesis.

    Args:
        Theta : (n, d + 1) float64, the weights; column 0 holds the biases.
        X     : (d, m) float64, the features, without a row of ones.
        Y     : (n, m) float64 or int, the labels, one-hot or soft; every column sums to 1.
        k     : int from 0 to n - 1, the row (class) of the weight.
        j     : int from 0 to d, the column of the weight; j = 0 is the bias, with x_0 = 1.

    Returns:
        parts : (n,) float64; parts[l] is the sum over the examples of
                (dJ/dh_l) (dh_l/dTheta[k, j]). In the order of the classes, whatever k is.

    Examples:
        Theta = [[ln 4, -ln 2], [-ln 3, ln 3], [0, 0]], X = [[0, 1, 2]] and
        Y = [[0, 1, 0], [0, 0, 1], [1, 0, 0]] give for k = 0, j = 0 [-0.5, 0.2, 0.75],
        and for k = 2, j = 1 [0.25, 0.4, 0].

    Edge cases:
        Finite and right even where a probability is too small for a float64.
        n = 1 gives [0].

    Does not modify Theta, X or Y.
    """
    # BEGIN SOLUTION
    h_k = hypotheses(Theta, X)[k]
    x_j = X[j - 1] if j > 0 else np.ones(X.shape[1])
    is_k = np.arange(len(Theta)) == k
    return (Y * (h_k - is_k[:, np.newaxis])) @ x_j
    # END SOLUTION


# %% [markdown] tags=["hint-output_layer_grad_parts"]
# ### Stuck on `output_layer_grad_parts`?
#
# - Which of the $n$ parts is the odd one out: does it depend on `k`, or is it always the first?
# - Every other part is, for each example, a product of three things. Which carries the index $l$,
#   which $k$, and which $j$?
# - In which row of `X` is $x_j$? What do you take for $j = 0$? Could `X[-1]` have crept in?
# - You get `nan` for extreme weights? Is there a division left that could be cancelled on paper?
# - Right for one example but wrong for several? Do you multiply before you add up?

# %% [markdown] tags=["notice-output_layer_grad_parts"]
# The part of the weight's own class is -sum y_k (1 - h_k) x_j, all the others are
# +sum y_l h_k x_j. What is left of the probabilities is h_k everywhere: h_l cancels.
# For a one-hot label a single part is not zero. If the true class is not k, it is one of the
# "others", and without those an example could never tell a wrong class to step back.
# Now add the parts up, with the label's sum in mind.

# %% [markdown]
# ## Part 4: all weights at once
#
# Add your $n$ parts for one example, with letters, and collect everything that has $h_k$ as a
# factor. You know one thing about the labels of an example that makes the bracket beside it very
# short. What remains, and what has the weight added to what you found in exercise 4?

# %% [markdown]
# ### Six weights: what is missing?
#
# All the derivatives together have the shape of `Theta`. For our layer:
#
# $$\frac{\partial J}{\partial \Theta} =
#   \begin{bmatrix} 0.45 & -0.1 \\ ? & -0.55 \\ -0.3625 & ? \end{bmatrix}$$
#
# Fill in the two gaps from what you have just found, then add up each *column*. What do you get?
#
# Was that a coincidence? Add the same number to a whole column of `Theta`, all the biases, say. By
# how much does each logit of an example grow? What does softmax make of that, and hence the cost?
# So what does that say about the sum of the derivatives along this column? Does it hold for a
# feature's, too? (Or: what do the probabilities of an example add up to, and what its labels?)

# %% [markdown]
# ### What about the bias, once more?
#
# A derivation of this layer that you may come across ends with the remark that $x_j$ is 0 for $j =
# 0$. Put that in: could a bias ever learn anything? Our first example has $x_1 = 0$. By which of
# the six weights does its cost have a derivative other than zero? Compare with $x_0 = 1$.

# %% [markdown]
# ### From one weight to all of them
#
# You could call `output_layer_grad_parts` $n (d + 1)$ times. But each entry is a sum over the
# examples of (something with index $k$) times (something with index $j$). Which operation on two
# matrices does this for all at once? Which of the two is to be transposed?


# %%
def output_layer_grad(Theta: np.ndarray, X: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """Give the derivative of the cost by every weight.

    Args:
        Theta : (n, d + 1) float64, the weights; column 0 holds the biases.
        X     : (d, m) float64, the features, without a row of ones.
        Y     : (n, m) float64 or int, the labels, one-hot or soft; every column sums to 1.

    Returns:
        dTheta : (n, d + 1) float64, dTheta[k, j] = dJ/dTheta[k, j] for the cost that is summed
                 over the examples, not divided by m.

    Examples:
        Theta = [[0, 0], [0, 0], [0, 0]], X = [[6]] and Y = [[1], [0], [0]] give
        [[-2/3, -4], [1/3, 2], [1/3, 2]].

    Edge cases:
        Finite and right even where a probability is too small for a float64.
        n = 1 gives zeros.

    Does not modify Theta, X or Y.
    """
    # BEGIN SOLUTION
    ones_and_X = np.vstack([np.ones((1, X.shape[1])), X])
    return (hypotheses(Theta, X) - Y) @ ones_and_X.T
    # END SOLUTION


# %% [markdown] tags=["hint-output_layer_grad"]
# ### Stuck on `output_layer_grad`?
#
# - What is the derivative of the cost by one *logit*, and of that logit by one of its weights?
# - You need `(n, d + 1)` from an `(n, m)` array and one with $m$ columns. Does the matrix product
#   sum over the index over which the cost sums?
# - Which column of your result belongs to the biases? Is it the first, and does it hold something
#   other than zeros?
# - Does each column of your result sum to 0? Does each entry equal the sum of its parts?
# - Is everything off by the same factor? Is the cost a sum or a mean here?

# %% [markdown] tags=["notice-output_layer_grad"]
# dJ/dTheta_kj = sum (h_k - y_k) x_j, in one product (H - Y) [1; X]^T. The fraction, the quotient
# rule and the n paths have all gone, because the labels of each example sum to 1.
# It is the very form that logistic regression has with its sigmoid. What is new is hidden in h.
# Each column sums to 0 over the classes: if one class gains weight, the others lose as much. So
# gradient descent never moves the mean of a column of Theta.

# %% [markdown]
# ### Have you seen this form before?
#
# Logistic regression has one output $h = 1 / (1 + e^{-z})$ and a label $y$ of 0 or 1. Derive the
# derivative of its cost by a weight with $h' = h (1 - h)$. What is different from yours, apart from
# an index? That is no accident: take $n = 2$ and a second row of zeros in `Theta`. What is $h_1$
# then?

# %% [markdown]
# ### How can you check it without any formula?
#
# In a cell of your own, or a Python prompt:
#
# ```python
# Theta = np.log([[4, 1 / 2], [1 / 3, 3], [1, 1]])
# X = np.array([[0.0, 1.0, 2.0]])
# Y = np.array([[0, 1, 0], [0, 0, 1], [1, 0, 0]])
# ```
#
# - Raise `Theta[0, 0]` by 0.001. By how much does the cost grow, divided by 0.001? Which entry of
#   the gradient should that be, nearly? Is it `output_layer_grad_parts(Theta, X, Y, 0, 0).sum()`,
#   too?
# - An implementation that forgets $x_1$ is right for $\Theta_{10}$. Which entries show it?

# %% [markdown] tags=["picture"]
# ## What can one layer do?
#
# The next cell trains a layer by your gradient on three clouds of points, and draws the most
# probable class at each place. What kind of lines are the borders, and why?

# %% tags=["picture"]
if __name__ == "__main__":
    from grader.notebook import regions

    rng = np.random.default_rng(5)
    clouds = np.repeat([[0.0, 3.0, 6.0], [0.0, 4.0, 0.0]], 20, axis=1)
    X = clouds + rng.normal(size=(2, 60))
    Y = np.repeat(np.eye(3), 20, axis=1)

    def trained():
        Theta = np.zeros((3, 3))
        for _ in range(500):
            Theta -= 0.01 * output_layer_grad(Theta, X, Y)
        return Theta

    regions(lambda points: hypotheses(trained(), points), X, Y, title="The most probable class")

# %% [markdown] tags=["ask"]
# ## Ask the grader
#
# Save this file, then run this in a terminal, in the folder that holds it:
#
#     grader check ex05_output_layer.py

# %% [markdown]
# ## What comes next?
#
# Put another layer in front, and this one looks at what that makes of the features. How does the
# error travel on, to the weights behind? That is exercise 6, where the cost is a mean again.
