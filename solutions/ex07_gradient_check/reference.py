# %% [markdown]
# # Exercise 7: is the gradient right?
#
# A wrong gradient seldom crashes. The cost still falls, only more slowly, and nobody notices. How
# could you find out, without anybody's reference to compare with?
#
# You have something to compare with: the cost itself. It is easy to compute and hard to get wrong,
# and what a derivative *is* you know from school. In this exercise you build a measuring
# instrument out of that, two small functions, `numerical_gradient` and `gradient_check`. Then you
# turn it on your own network.

# %%
from collections.abc import Callable

import numpy as np

# %% [markdown]
# ## How do you measure a slope?
#
# The derivative of $f$ at $x$ is the slope of a line that touches the curve. A computer cannot
# touch, but it can cut: take two places on the curve, close to each other, and divide the
# difference in height by the distance. Which two places? Two suggestions:
#
# $$\text{forward:} \quad \frac{f(x + \varepsilon) - f(x)}{\varepsilon}
#   \qquad\qquad
#   \text{central:} \quad \frac{f(x + \varepsilon) - f(x - \varepsilon)}{2 \varepsilon}$$
#
# Draw a curve that bends, mark a place, and draw both lines. Which of the two looks more like the
# line that touches the curve at $x$?

# %% [markdown]
# ## Does it show in numbers?
#
# Take $f(x) = e^{x}$ at $x = 1$ with $\varepsilon = 0.1$. The true slope is $e = 2.71828$.
#
# | | height on the right | height on the left | distance | slope |
# |---|---|---|---|---|
# | forward | 3.00417 | 2.71828 | 0.1 | 2.85884 |
# | central | 3.00417 | 2.45960 | 0.2 | 2.72281 |
#
# With $\varepsilon = 0.01$ they are 2.73192 and 2.71833. Work out all four errors. By what factor
# does each of the two improve when $\varepsilon$ becomes ten times smaller?

# %% [markdown]
# ## Why is one so much better?
#
# Write Taylor's series once to the right and once to the left:
#
# $$f(x + \varepsilon) = f(x) + \varepsilon f'(x) + \tfrac{1}{2} \varepsilon^2 f''(x)
#   + \tfrac{1}{6} \varepsilon^3 f'''(x) + \dots$$
# $$f(x - \varepsilon) = f(x) - \varepsilon f'(x) + \tfrac{1}{2} \varepsilon^2 f''(x)
#   - \tfrac{1}{6} \varepsilon^3 f'''(x) + \dots$$
#
# Put the first line into the forward difference. Its largest error is
# $\tfrac{1}{2} \varepsilon f''(x)$: it shrinks like $\varepsilon$.
#
# Now subtract the second line from the first. Which terms survive, and which cancel? So why does
# the central difference have an error of $\tfrac{1}{6} \varepsilon^2 f'''(x)$ only? Check it with
# the numbers above: $0.1^2 \cdot 2.71828 / 6 = 0.00453$.

# %% [markdown]
# ## Then why not choose a tiny ε?
#
# Here are both errors for $e^{x}$ at $x = 1$, computed in float64:
#
# | $\varepsilon$ | forward | central |
# |---|---|---|
# | 1e-1 | 1.4e-01 | 4.5e-03 |
# | 1e-2 | 1.4e-02 | 4.5e-05 |
# | 1e-3 | 1.4e-03 | 4.5e-07 |
# | 1e-4 | 1.4e-04 | 4.5e-09 |
# | 1e-5 | 1.4e-05 | 5.9e-11 |
# | 1e-6 | 1.4e-06 | 1.6e-10 |
# | 1e-8 | 6.6e-09 | 6.6e-09 |
# | 1e-10 | 1.5e-06 | 6.7e-07 |
# | 1e-12 | 4.3e-04 | 2.1e-04 |
#
# Down to some $\varepsilon$ the columns fall, one digit a row and two digits a row. Then both rise
# again. $f(x + \varepsilon)$ and $f(x - \varepsilon)$ agree in more and more digits, the
# difference keeps only the few in which they do not, and what is left of rounding is divided by a
# tiny number.
#
# Where does each of the two columns have its best row? How many digits does each one reach there?
# Can you see now where the usual $\varepsilon = 10^{-5}$ comes from?

# %% [markdown]
# ## What if x is a whole array?
#
# The cost of a network depends on thousands of numbers, arranged in matrices. Its gradient has an
# entry for each of them, and each entry is an ordinary derivative: **one** number of $x$ moves,
# all others stay where they are.
#
# Try it by hand with $f(x) = x_0 x_1$ at $x = (2, 3)$ and $\varepsilon = 0.1$. Moving $x_0$ alone:
#
# $$\frac{2.1 \cdot 3 - 1.9 \cdot 3}{0.2} = 3$$
#
# - What comes out when $x_1$ alone moves?
# - And when both move together? Is that number in the gradient at all?
# - Suppose you have moved $x_0$ to $1.9$, and then go on to $x_1$ without putting $x_0$ back. Which
#   number do you get for the second entry? Would $f(x) = x_0 + x_1$ have told you?

# %% [markdown]
# ## What does f want to be called with?
#
# With an array like $x$: the *whole* array, in the shape of $x$. One entry on its own would not
# do, and neither would one row, nor a flat version of a matrix: $f$ may well begin with a matrix
# product.
#
# So you need a way to visit every entry of an array of *any* shape, a vector, a matrix, something
# with three axes. What do `np.ndindex(x.shape)`, `np.nditer` and `x.flat` offer? One of them is
# enough.
#
# And if you do move entries of the caller's own `x`: how does it look when you are done?


# %%
def numerical_gradient(
    f: Callable[[np.ndarray], float], x: np.ndarray, eps: float = 1e-5
) -> np.ndarray:
    """Measure the gradient of f at x by central differences.

    Args:
        f : a function of one array in the shape of x; it returns one number.
        x : float64 array of any shape.
        eps : how far each entry moves to either side.

    Returns:
        grad : float64 array in the shape of x, grad[i] = df/dx_i at x. It is at least as near to
            the true gradient as the central difference with this eps.

    Examples:
        f = lambda x: x[0] * x[1] at x = [2, 3] gives [3, 2].
        f = lambda W: np.sum(W ** 3) at W = [[1, 2]] gives [[3, 12]].

    Edge cases:
        x with a single entry keeps its shape, whether that is (1,) or (1, 1).

    x is afterwards what it was before.
    """
    # BEGIN SOLUTION
    grad = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        right, left = x.copy(), x.copy()
        right[place] += eps
        left[place] -= eps
        grad[place] = (f(right) - f(left)) / (2 * eps)
    return grad
    # END SOLUTION


# %% [markdown] tags=["hint-numerical_gradient"]
# ### Stuck on `numerical_gradient`?
#
# - Is every entry off by about 1e-5? Then look at the two places where you call `f`: do they lie
#   on both sides of `x`?
# - Is everything twice too large, or half as large? How far apart are your two places?
# - Is the first entry right and are the later ones slightly off? What does `x` look like when you
#   come to the second entry?
# - Are all entries the same? How many entries move at a time?
# - Does it raise an error inside of `f`? Print the shape of what you hand over to it.

# %% [markdown] tags=["notice-numerical_gradient"]
# Two calls of f buy a square: the error falls like eps^2 and no longer like eps, because
# everything symmetric cancels. Rounding sets the limit from the other side, and eps = 1e-5 lies
# near the best compromise for a central difference in float64.
# It took two calls of f for every single entry of x. A network with a million parameters would
# need two million forward passes for one gradient. Backprop gets all of them from one forward and
# one backward pass: that is why it was invented, and why this function is for checking only.

# %% [markdown] tags=["picture"]
# ### What does it look like?
#
# The next cell draws the error of your slope against $\varepsilon$, beside the forward difference.
# Which slopes do the two lines have on the right, and why do both turn up again on the left?

# %% tags=["picture"]
if __name__ == "__main__":
    from grader.notebook import curves

    steps = np.geomspace(1e-12, 1e-1, 56)
    curves(
        lambda: [
            [max(abs((np.exp(1 + e) - np.e) / e - np.e), 1e-13) for e in steps],
            [
                max(
                    abs(numerical_gradient(lambda x: float(np.exp(x[0])), np.ones(1), e)[0] - np.e),
                    1e-13,
                )
                for e in steps
            ],
        ],
        steps,
        ["forward", "central (yours)"],
        title="The error of the slope of exp at 1",
        across="eps",
        log=True,
    )

# %% [markdown]
# ## How far apart are two gradients?
#
# Now there are two arrays, one from your formulas and one from `numerical_gradient`. They never
# agree to the last digit. What number tells you whether they agree well *enough*? Some proposals,
# each with a case for you to judge:
#
# | proposal | first | second | what it says |
# |---|---|---|---|
# | sum of the differences | $(1, 2)$ | $(2, 1)$ | 0 |
# | largest difference | $(10^{-6}, 0)$ | $(2 \cdot 10^{-6}, 0)$ | 0.000001 |
# | largest difference | $(10^{6}, 0)$ | $(10^{6} + 1, 0)$ | 1 |
#
# Which of these three pairs are in good agreement, and which are not? Does the number say so?

# %% [markdown]
# ## Compared with what?
#
# A difference is large or small only *in comparison*. So take the length of the difference and
# divide it by the lengths of the two gradients:
#
# $$\frac{\lVert a - b \rVert}{\lVert a \rVert + \lVert b \rVert}
#   \qquad \text{with} \qquad \lVert v \rVert = \sqrt{\textstyle\sum_i v_i^2}$$
#
# where the sum runs over *all* entries, whatever the shape. The pairs of the table get 0.316,
# 0.333 and 0.0000005. Why can this number never be larger than 1?
#
# It even gives you a hint at the mistake. If $b$ is $c$ times $a$ with $c > 0$, it is
# $\lvert 1 - c \rvert / (1 + c)$:
#
# | b is | you get |
# |---|---|
# | $2a$ or $a/2$ | 0.3333 |
# | $5a$, a forgotten $1/m$ with $m = 5$ | 0.6667 |
# | $-a$, or 0 | 1 |
# | $1.01 a$ | 0.0050 |
#
# As a rule of thumb: 1e-7 or less is agreement, 1e-2 or more is a mistake. In between, look closer.

# %% [markdown]
# ## Is there a case without an answer?
#
# What does the formula say for two gradients that are zero everywhere? And what *should* it say:
# do they agree?


# %%
def gradient_check(analytic: np.ndarray, numeric: np.ndarray) -> float:
    """Say how far two gradients are apart, as a relative error between 0 and 1.

    Args:
        analytic : float64 array of any shape, a gradient from formulas.
        numeric : float64 array of the same shape, a gradient from measurement.

    Returns:
        norm(analytic - numeric) / (norm(analytic) + norm(numeric)), a float; the norm is the
        square root of the sum of the squares of all entries.

    Examples:
        [3, 0] and [0, 4] give 5/7 = 0.71429 (to five digits).

    Edge cases:
        Two arrays of zeros give 0.

    Does not modify its arguments.
    """
    # BEGIN SOLUTION
    total = np.linalg.norm(analytic) + np.linalg.norm(numeric)
    if total == 0:
        return 0.0
    return float(np.linalg.norm(analytic - numeric) / total)
    # END SOLUTION


# %% [markdown] tags=["hint-gradient_check"]
# ### Stuck on `gradient_check`?
#
# - What do you get for `a` and `-a`? And for `a` and `2 * a`? Compare with the table.
# - Do you get nan for zeros? What do you divide by there?
# - Do vectors work and matrices do not? What does the norm you use do with a matrix, and along
#   which axis?

# %% [markdown] tags=["notice-gradient_check"]
# A signed sum lets errors cancel, an absolute error knows no scale. Divided by the two lengths it
# is a number between 0 and 1 that means the same for every layer and every network.
# 0 says that the gradients agree, 1 that one of them is zero or points the other way, and a
# constant factor has a value of its own: 1/3 for a factor of two.

# %% [markdown] tags=["script-only"]
# ## Turn it on your own network
#
# The next line fetches *your* `forward` and `backward` from the file `ex06_network.py` in this
# folder.

# %% tags=["script-only"]
from ex06_network import backward, forward

# %% [markdown] tags=["notebook-only"]
# ## Turn it on your own network
#
# Paste your `forward` and `backward` from ex06 here, into the next cell, and the `softmax` that
# they use.

# %% tags=["notebook-only"]
# >>> Paste your softmax, forward and backward here, import lines and all. <<<

# %% [markdown]
# ## What are f and x here?
#
# The cost depends on four arrays. Take them one after another: `x` is one of them, `f` computes
# the cost of the network in which this one array is replaced by what `f` is called with, and the
# other three stay. Read the function below: which line says so?


# %%
def check_network(hidden: str = "tanh") -> None:
    """Compare your backward with your numerical_gradient (nothing to do for you here)."""
    rng = np.random.default_rng(7)
    d, h, n, m = 2, 4, 3, 5
    params = {
        "W1": rng.normal(size=(h, d)),
        "b1": rng.normal(size=(h, 1)),
        "W2": rng.normal(size=(n, h)),
        "b2": rng.normal(size=(n, 1)),
    }
    X = rng.normal(size=(d, m))
    Y = np.eye(n)[:, rng.integers(n, size=m)]

    def cost(**changed: np.ndarray) -> float:
        A2, _ = forward(params | changed, X, hidden)
        return -np.sum(Y * np.log(A2)) / m

    _, cache = forward(params, X, hidden)
    grads = backward(params, cache, X, Y, hidden)
    for name, value in params.items():
        measured = numerical_gradient(lambda x, name=name: cost(**{name: x}), value)
        print(f"{hidden}, d{name}: {gradient_check(grads['d' + name], measured):.1e}")


# %% [markdown]
# Run the next cell when your two functions are finished. The grader leaves it out.

# %%
if __name__ == "__main__":
    try:
        check_network("tanh")
        check_network("relu")
    except (NameError, NotImplementedError) as still_missing:
        print(f"The check has to wait: {still_missing}.")

# %% [markdown]
# ## Can you trust the instrument?
#
# All eight numbers should be around 1e-11. An instrument that always says so would be worthless,
# so make it speak: break your `backward` on purpose, one thing at a time, and predict the four
# numbers *before* you run the check again.
#
# - Leave out the $1/m$ in `dW2` only. (There are $m = 5$ examples.)
# - Turn the sign of $dZ_2$ around.
# - Leave out the slope of the activation. Which of the four numbers stay good?
# - Take $W_2$ from after an update. Does a check of `backward` alone find that one?
#
# And one place where the *measurement* is wrong and the formula right: what does the central
# difference say about relu at $z = 0$, where the slope jumps from 0 to 1?

# %% [markdown] tags=["ask"]
# ## Ask the grader
#
# Save this file, then run this in a terminal, in the folder that holds it:
#
#     grader check ex07_gradient_check.py

# %% [markdown]
# ## Where has all this led?
#
# You began with a fraction of exponentials and ended with a network that learns, and with an
# instrument that needs no reference. Try it on the earlier exercises too: does `softmax_jacobian`
# hold? Does $A - Y$? Whatever gradient you derive from now on, you can check it, at the price of
# two calls for each number.
