"""Wrong ways back through softmax; each docstring is what the learner is told."""

import numpy as np

from grader.course import mistake


_buffers = {}


def _in_one_buffer(answer):
    """Return the same array at each call for answers of this shape, with these numbers in it."""
    buffer = _buffers.setdefault(answer.shape, np.empty(answer.shape))
    buffer[:] = answer
    return buffer


def _softmax(Z):
    E = np.exp(Z - Z.max(axis=0, keepdims=True))
    return E / E.sum(axis=0, keepdims=True)


def _jacobian(a):
    return np.diagflat(a) - np.outer(a, a)


def _softmax_jacobian(z):
    return _jacobian(_softmax(z)[:, 0])


def _jacobians(Z):
    return np.array([_softmax_jacobian(z[:, None]) for z in Z.T])


def _backward(A, dA):
    return A * (dA - (A * dA).sum(axis=0, keepdims=True))


# vjp_with_jacobian: not a matrix product.


def vjp_with_jacobian__elementwise(Z, dA):
    """You multiply entry by entry, with a(1 - a): only the diagonal of the Jacobian takes part.

    That fits tanh or a sigmoid, where each output has one input. Here a logit also moves the other
    outputs. In a column of your answer, which g does entry j depend on, and which should it?
    """
    A = _softmax(Z)
    return dA * A * (1 - A)


@mistake(same_as="vjp_with_jacobian__elementwise")
def vjp_with_jacobian__diagonals_taken_out(Z, dA):
    dZ = np.zeros(Z.shape)
    for k, z in enumerate(Z.T):
        dZ[:, k] = dA[:, k] * np.diag(_softmax_jacobian(z[:, None]))
    return dZ


def vjp_with_jacobian__sigmoid(Z, dA):
    """You use the derivative of a sigmoid for each logit; there is no softmax in your answer.

    The form s(1 - s) looks the same, but the logits of one example share a denominator. What
    should a column of your answer sum to?
    """
    S = 1 / (1 + np.exp(-Z))
    return dA * S * (1 - S)


def vjp_with_jacobian__product_not_summed(Z, dA):
    """You multiply the rows of each Jacobian by dA, and do not sum after that.

    These are the single terms of the chain rule; each logit needs their sum over all the outputs.
    Which shape does dZ have, and which axis of your array belongs to the outputs?
    """
    return dA.T[:, :, None] * _jacobians(Z)


def vjp_with_jacobian__summed_over_the_inputs(Z, dA):
    """You sum over the wrong index: over the inputs, and everything cancels to nearly 0.

    Each output's derivatives by all the logits add up to 0, so nothing can be left. Which index
    stands in both factors of the chain rule?
    """
    dZ = np.zeros(Z.shape)
    for k, z in enumerate(Z.T):
        dZ[:, k] = (dA[:, k : k + 1] * _softmax_jacobian(z[:, None])).sum(axis=1)
    return dZ


def vjp_with_jacobian__jacobians_returned(Z, dA):
    """You return the Jacobians themselves; dA does not enter your answer.

    What is asked for is how the loss moves with the logits, and dA says how it moves with the
    outputs. How does the chain rule put the two together?
    """
    return _jacobians(Z)


# vjp_with_jacobian: which example meets which.


def vjp_with_jacobian__first_jacobian_for_all(Z, dA):
    """You use one and the same Jacobian for every example.

    With m = 1 nothing shows. But an example with probabilities 1/2 and 1/2 has 1/4 in the corner of
    its Jacobian, and one with 9/10 and 1/10 has 9/100. How many Jacobians do five examples have,
    and which of them should meet column k of dA?
    """
    return _softmax_jacobian(Z[:, :1]).T @ dA


@mistake(same_as="vjp_with_jacobian__first_jacobian_for_all")
def vjp_with_jacobian__last_jacobian_for_all(Z, dA):
    return _softmax_jacobian(Z[:, -1:]).T @ dA


def vjp_with_jacobian__jacobians_added_up(Z, dA):
    """You add up the Jacobians of all the examples and apply the sum to every column.

    With m = 1 nothing shows. Which Jacobian should meet column k of dA, and does your product know
    which example a column belongs to?
    """
    return _jacobians(Z).sum(axis=0) @ dA


def vjp_with_jacobian__examples_mixed(Z, dA):
    """You multiply whole matrices in the second term, and A @ (A.T @ dA) mixes the examples.

    A.T @ dA holds the product of every example with every other. With m = 1 nothing shows. Which
    of its entries belong together?
    """
    A = _softmax(Z)
    return A * dA - A @ (A.T @ dA)


def vjp_with_jacobian__one_average_for_all(Z, dA):
    """You subtract one and the same number from the whole array: a sum over all the examples.

    With m = 1 nothing shows. If two examples both have the average 3/4, your code takes 3/2 off
    each of them. How many averages do m examples have, and along which axis is each of them taken?
    """
    A = _softmax(Z)
    return A * (dA - np.sum(A * dA))


def vjp_with_jacobian__average_over_the_examples(Z, dA):
    """You take the average along each row, over the examples, and not down each column.

    Within one example the classes compete; other examples have no say. With a = [1/2, 1/4, 1/4] and
    g = [2, 0, -1] the average is 3/4: which entries of your arrays go into it? And what should a
    column of your answer sum to?
    """
    A = _softmax(Z)
    return A * (dA - np.sum(A * dA, axis=1, keepdims=True))


def vjp_with_jacobian__row_sums_without_keepdims(Z, dA):
    """You sum each row, and NumPy then lines these n sums up with the m columns.

    If n = m nobody complains; otherwise it is an error or a wrong shape. Print the shape of your
    sum: how many numbers do m examples need?
    """
    A = _softmax(Z)
    return A * (dA - np.sum(A * dA, axis=1))


def vjp_with_jacobian__rows_of_dA(Z, dA):
    """You take row k of dA for example k, but an example is a column.

    If n = m the shapes fit all the same, and only the numbers are wrong. What does dA[k] give, and
    what does dA[:, k]?
    """
    dZ = np.zeros(Z.shape)
    for k, z in enumerate(Z.T):
        dZ[:, k] = dA[k] @ _softmax_jacobian(z[:, None])
    return dZ


# vjp_with_jacobian: a wrong term.


def vjp_with_jacobian__negated(Z, dA):
    """Your answer has the opposite sign in every entry.

    For the example of the docstring you give -5/8 first, where 5/8 is right. Raising a logit raises
    its own probability. Is it the Jacobian that you subtracted the wrong way round, or is there a
    minus that belongs to a loss? What is the sign of a Jacobian's diagonal?
    """
    return -_backward(_softmax(Z), dA)


@mistake(worth=0.5)  # one sign
def vjp_with_jacobian__average_added(Z, dA):
    """You add the second term where it should come off.

    With the probabilities 1/2, 1/4, 1/4 and dA = [2, 0, -1] your column is [11/8, 3/16, -1/16],
    which sums to 3/2. Yet a common shift of all logits changes nothing. Which sign have the entries
    of the Jacobian off its diagonal?
    """
    A = _softmax(Z)
    return A * (dA + (A * dA).sum(axis=0))


def vjp_with_jacobian__first_term_only(Z, dA):
    """You multiply dA by the probabilities and stop there.

    That is what comes through the numerators; the shared denominator is missing. If all the g are 1
    the answer must be 0, for the probabilities always sum to 1, but yours is A. Which second term
    has the Jacobian beside diag(a)?
    """
    return _softmax(Z) * dA


def vjp_with_jacobian__second_term_only(Z, dA):
    """You use Case 2 for all entries, so only the term of the shared denominator is there.

    Each logit also stands in a numerator, its own. With dA all ones your column sums to -1, but a
    common shift of the logits changes no probability. Which term has the Jacobian on its diagonal,
    and not elsewhere?
    """
    A = _softmax(Z)
    return -A * (A * dA).sum(axis=0)


def vjp_with_jacobian__unweighted_mean(Z, dA):
    """You subtract the plain mean of dA; every class counts alike in it.

    With g = [2, 0, -1] that is 1/3, whatever the probabilities are. A class that is nearly
    impossible should hardly count. In the sum over i of g_i times J_ij, by what is each g_i
    multiplied?
    """
    return _softmax(Z) * (dA - dA.mean(axis=0))


def vjp_with_jacobian__unweighted_sum(Z, dA):
    """You subtract the plain sum of dA, without any weights.

    If all the g are equal the answer must be 0. Yours is not: with three classes and each g = 1,
    you take 3 off 1 and are left with -2 times the probabilities. In the sum over i of g_i times
    J_ij, by what is each g_i multiplied?
    """
    return _softmax(Z) * (dA - dA.sum(axis=0))


def vjp_with_jacobian__log_softmax(Z, dA):
    """You go back through the logarithm of softmax: this is the formula for log-probabilities.

    Here dA is the derivative by the probabilities themselves. With a = [1/2, 1/4, 1/4] and g = [2,
    0, -1] your first entry is 3/2, and 5/8 would be right. What does the derivative of log(a) have
    that the derivative of a has not?
    """
    return dA - _softmax(Z) * dA.sum(axis=0)


def vjp_with_jacobian__outer_factor_missing(Z, dA):
    """You subtract the average and stop there: the factor in front is missing.

    With a = [1/2, 1/4, 1/4] and g = [2, 0, -1] you give 5/4, -3/4, -7/4, and these do not sum to 0.
    A class with a probability of nearly 0 hardly reacts to its logit. What makes your answer small
    for such a class?
    """
    return dA - (_softmax(Z) * dA).sum(axis=0)


def vjp_with_jacobian__average_without_factor(Z, dA):
    """You multiply only the first term by the probabilities, but not the average.

    With a = [1/2, 1/4, 1/4] and dA all ones you get -1/2, -3/4, -3/4, where three zeros are right.
    Which two factors besides g has each entry of the Jacobian off its diagonal?
    """
    A = _softmax(Z)
    return A * dA - (A * dA).sum(axis=0)


def vjp_with_jacobian__applied_twice(Z, dA):
    """You multiply by the Jacobian twice.

    One step from the probabilities to the logits is one product. For the example of the docstring
    one product gives 5/8 in front, and the second shrinks it to 15/64. Where does the second one
    come from: does what you multiply contain a Jacobian already?
    """
    A = _softmax(Z)
    return _backward(A, _backward(A, dA))


def vjp_with_jacobian__cross_entropy_assumed(Z, dA):
    """You add A to A * dA, which is right only if the loss is cross-entropy.

    For that loss the average of dA is -1, and you have put in this number. With a = [1/2, 1/4, 1/4]
    and g = [2, 0, -1] the average is 3/4. Where does your code work out the average of the dA that
    it was given?
    """
    A = _softmax(Z)
    return A + A * dA


def vjp_with_jacobian__dA_taken_for_labels(Z, dA):
    """You subtract dA from the probabilities, as if dA held the labels.

    A - Y is the end of the road for one special loss. Here dA may come from any loss. A column such
    as [2, 0, -1] has a negative entry, and [5, 5, 5] does not sum to 1, so neither holds labels.
    Which matrix should it be multiplied by?
    """
    return _softmax(Z) - dA


# vjp_with_jacobian: softmax of what, and how.


@mistake(worth=0.5)  # two arguments the other way round
def vjp_with_jacobian__arguments_swapped(Z, dA):
    """You take the Jacobian at dA and multiply it by Z: the two arguments are swapped.

    Twice as large a gradient from above should give twice as large an answer. With your code,
    doubling dA changes the probabilities instead. The Jacobian belongs to the place where softmax
    was computed. Which of the two arrays holds the logits?
    """
    return _backward(_softmax(dA), Z)


def vjp_with_jacobian__jacobian_at_dA(Z, dA):
    """You take softmax of dA, and Z does not enter your answer.

    A gradient is not a logit. Whether the logits are [0, 0] or [5, 0], you return the same numbers,
    although sure probabilities move much less than 1/2 and 1/2. At which point was softmax computed
    on the way forward?
    """
    return _backward(_softmax(dA), dA)


@mistake(worth=0.5)  # the right sum along the wrong axis
def vjp_with_jacobian__softmax_over_rows(Z, dA):
    """Your formula is right, but the probabilities in it are normalised along the rows.

    Each example is a column, and its n probabilities should sum to 1. With a single example every
    row has one entry, so each of your probabilities is 1, whatever the logits are. What does one
    column of your A add up to?
    """
    return _backward(_softmax(Z.T).T, dA)


def vjp_with_jacobian__logits_taken_as_probabilities(Z, dA):
    """You put the logits into the formula where the probabilities belong.

    The argument Z has not been through softmax yet. For a column of logits that are all 0 your
    answer is 0 whatever dA says, though the probabilities there are equal and can move. Which first
    step turns Z into A?
    """
    return _backward(Z, dA)


def vjp_with_jacobian__no_shift(Z, dA):
    """You take the exponential of the logits as they come, and large ones overflow to nan.

    exp(710) is already more than a float64 can hold, and infinity divided by infinity is nan. All
    this happens in the softmax inside the product. Which number could all the logits of a column
    lose without changing the probabilities?
    """
    E = np.exp(Z)
    return _backward(E / E.sum(axis=0), dA)


def vjp_with_jacobian__one_global_max(Z, dA):
    """You subtract one maximum, that of the whole array, before the exponential.

    A column that lies 800 below it underflows: exp(-800) is 0 in float64, its sum is 0 as well, and
    0/0 gives nan. With one example, nothing shows. Whose maximum does each column need?
    """
    E = np.exp(Z - Z.max())
    return _backward(E / E.sum(axis=0), dA)


# vjp_with_jacobian: shapes, factors, loops.


def vjp_with_jacobian__divided_by_m(Z, dA):
    """You divide by the number of examples; with m = 1 nothing shows.

    In this course dZ is per example. Say that an example alone has the entry 5/8. In your code a
    second one that joins the batch turns it into 5/16. Does its own loss change with the company?
    """
    return _backward(_softmax(Z), dA) / Z.shape[1]


def vjp_with_jacobian__summed_over_the_examples(Z, dA):
    """You sum over the examples, and one column is left for all of them.

    Each example has a gradient by its own logits. If one has 5/8 and another -5/8 in the same row,
    your sum says 0, and neither would learn. Which shape has Z, and which has your answer?
    """
    return _backward(_softmax(Z), dA).sum(axis=1, keepdims=True)


def vjp_with_jacobian__transposed(Z, dA):
    """You return the transpose: an example is a row in your result, but a column in Z.

    The numbers themselves are right. For Z of shape (3, 5) you return (5, 3), and where n = m only
    the places are wrong. In an einsum, what do the letters after the arrow say about the order of
    the axes?
    """
    return np.einsum("kij,ik->kj", _jacobians(Z), dA)


def vjp_with_jacobian__reshaped_not_transposed(Z, dA):
    """You reshape where you should transpose; the shape fits, but the numbers land elsewhere.

    reshape keeps the order in memory and only sets new borders. With m = 1 nothing shows: what
    does reshape(3, 2) do to a (2, 3) array whose rows you know?
    """
    return np.einsum("kij,ik->kj", _jacobians(Z), dA).reshape(Z.shape)


def vjp_with_jacobian__squeezed(Z, dA):
    """You drop the axes of length 1, so one example comes back as a flat vector.

    What follows then goes wrong without a word: (3,) minus (3, 1) broadcasts to a (3, 3) table.
    With several examples and classes nothing shows. Where does your code squeeze or index an axis
    away?
    """
    return np.squeeze(_backward(_softmax(Z), dA))


def vjp_with_jacobian__only_first_column(Z, dA):
    """Only your first column is filled; all the others stay zero.

    The loop ends after one round, so with m = 1 your answer is right and with m = 5 four columns
    are missing. Look at the indentation of your return: how often can it be reached?
    """
    dZ = np.zeros(Z.shape)
    for k, z in enumerate(Z.T):
        dZ[:, k] = dA[:, k] @ _softmax_jacobian(z[:, None])
        return dZ
    return dZ


@mistake(worth=0.5)  # a loop over the wrong axis
def vjp_with_jacobian__loop_over_classes(Z, dA):
    """Your loop over the examples runs n times (once per class) and not m times.

    If n < m the last columns stay zero, and if n > m the index runs out of the array. Which entry
    of Z.shape counts the examples?
    """
    dZ = np.zeros(Z.shape)
    for k in range(len(Z)):
        dZ[:, k] = dA[:, k] @ _softmax_jacobian(Z[:, k : k + 1])
    return dZ


# vjp_with_jacobian: digits, types and side effects.


@mistake(worth=0.5, at_most=True)  # the formula is asked for
def vjp_with_jacobian__central_difference(Z, dA):
    """You estimate the derivatives from a small step, and they are right to a few digits only.

    Differences are a fine way to check a gradient. What does the Jacobian of exercise 2 give you
    without any step at all?
    """
    dZ = np.zeros(Z.shape)
    for j in range(len(Z)):
        step = np.zeros((len(Z), 1))
        step[j] = 1e-5
        dZ[j] = (dA * (_softmax(Z + step) - _softmax(Z - step))).sum(axis=0) / 2e-5
    return dZ


def vjp_with_jacobian__float32_inside(Z, dA):
    """You compute in float32: about seven digits, and nothing below 1e-45.

    One third becomes 0.33333334 there, and 1e-50 becomes 0. Turning the result back into float64
    does not bring the lost digits back. Which line of your code makes the numbers shorter?
    """
    return _backward(_softmax(Z.astype(np.float32)), dA.astype(np.float32)).astype(np.float64)


def vjp_with_jacobian__list(Z, dA):
    """You return a list; the numbers in it are right.

    A list has no shape and no .T, so the layer before would stumble over it. And 2 times a list
    repeats it: 2 * [1, 3] is [1, 3, 1, 3], not [2, 6]. Which type did you receive?
    """
    return _backward(_softmax(Z), dA).tolist()


def vjp_with_jacobian__changes_dA(Z, dA):
    """Your result is right, but an array that you were given is not the same afterwards.

    An operation such as -= or *= writes into the caller's array. Which of your lines writes into an
    argument rather than into something new?
    """
    A = _softmax(Z)
    dA -= (A * dA).sum(axis=0)
    return A * dA


# softmax_backward: the wrong product.


@mistake(same_as="vjp_with_jacobian__elementwise")
def softmax_backward__elementwise(dA, A):
    return dA * A * (1 - A)


@mistake(same_as="vjp_with_jacobian__elementwise")
def softmax_backward__diagonals_taken_out(dA, A):
    return np.multiply(dA, A - A**2)


def softmax_backward__derivative_without_dA(dA, A):
    """You return a(1 - a), and dA does not enter your answer.

    What is asked for is how the loss moves with the logits; only dA knows anything of the loss. How
    does the chain rule put the two together?
    """
    return A * (1 - A)


def softmax_backward__first_term_only(dA, A):
    """You multiply dA by the probabilities and stop there.

    That is what comes through the numerators; the shared denominator is missing. For a = [1/2, 1/4,
    1/4] and g = [2, 0, -1] you give 1, 0, -1/4, which sum to 3/4 and not to 0. What comes off each
    g before the factor a is applied?
    """
    return A * dA


def softmax_backward__second_term_only(dA, A):
    """You keep only the term of the shared denominator.

    Each logit also stands in a numerator, its own. For a = [1/2, 1/4, 1/4] and g = [2, 0, -1] all
    your entries are negative. Yet the first class has by far the largest g. Which term of the sum
    has i = j in it, and what is left of that sum?
    """
    return -A * (A * dA).sum(axis=0)


def softmax_backward__average_returned(dA, A):
    """You return the average itself, spread over the classes: dA is not compared with it.

    A logit is moved by how far its g lies above the average. With g = [2, 0, -1] and the average
    3/4, the first class lies above it and the others below, yet your three signs agree. What do you
    subtract from what?
    """
    return A * (A * dA).sum(axis=0)


@mistake(worth=0.5)  # one sign
def softmax_backward__average_added(dA, A):
    """You add the average where it should come off.

    Adding a constant to all the g should change nothing, and with your formula it does. If they are
    all 1, your answer is twice the probabilities instead of 0. Which sign have the entries of the
    Jacobian off its diagonal?
    """
    return A * (dA + (A * dA).sum(axis=0))


@mistake(worth=0.5)  # one sign
def softmax_backward__negated(dA, A):
    """Your answer has the opposite sign in every entry.

    A logit whose g lies above the average should get a positive entry. With the average 3/4, a
    class with g = 2 lies above it by 5/4, and yours is negative there. What do you subtract from
    what?
    """
    return -_backward(A, dA)


@mistake(same_as="vjp_with_jacobian__outer_factor_missing")
def softmax_backward__outer_factor_missing(dA, A):
    return dA - (A * dA).sum(axis=0)


def softmax_backward__average_without_factor(dA, A):
    """You multiply only the first term by the probabilities, but not the average.

    Your columns do not sum to 0. When you took a factor out of the second sum, which index did it
    have, and where did it go?
    """
    return A * dA - (A * dA).sum(axis=0)


def softmax_backward__factor_squared(dA, A):
    """You have one factor a too many in the second term.

    The average is a plain number for each example. If all the g are equal, your answer should be 0:
    which power of a makes the two terms cancel?
    """
    return A * dA - A * A * (A * dA).sum(axis=0)


def softmax_backward__unweighted_mean(dA, A):
    """You subtract the plain mean of dA; every class counts alike in it.

    The average that comes off has weights. For a = [1/2, 1/4, 1/4] and g = [2, 0, -1] the plain
    mean is 1/3, the weighted average 3/4. In the second sum, by what is each g_i multiplied?
    """
    return A * (dA - dA.mean(axis=0))


def softmax_backward__mean_of_the_products(dA, A):
    """You divide the weighted sum by the number of classes as well.

    The weights are probabilities and sum to 1 already, so their weighted sum *is* the average. For
    a = [1/2, 1/4, 1/4] and g = [2, 0, -1] it is 3/4, and you make 1/4 of it. What would your
    "average" be if all the g were 1?
    """
    return A * (dA - (A * dA).mean(axis=0))


def softmax_backward__unweighted_sum(dA, A):
    """You subtract the plain sum of dA, without any weights.

    If all the g are equal the answer must be 0; yours is not. With g = [1, 1, 1] you take 3 off
    each entry, more than any average could be. In the second sum, by what is each g_i multiplied?
    """
    return A * (dA - dA.sum(axis=0))


@mistake(same_as="vjp_with_jacobian__log_softmax")
def softmax_backward__log_softmax(dA, A):
    return dA - A * dA.sum(axis=0)


# softmax_backward: which example, which axis.


@mistake(same_as="vjp_with_jacobian__one_average_for_all")
def softmax_backward__one_average_for_all(dA, A):
    return A * (dA - np.sum(A * dA))


@mistake(same_as="vjp_with_jacobian__average_over_the_examples")
def softmax_backward__average_over_the_examples(dA, A):
    return A * (dA - np.sum(A * dA, axis=1, keepdims=True))


@mistake(same_as="vjp_with_jacobian__row_sums_without_keepdims")
def softmax_backward__row_sums_without_keepdims(dA, A):
    return A * (dA - np.sum(A * dA, axis=1))


def softmax_backward__examples_mixed(dA, A):
    """You multiply whole matrices, and A @ (A.T @ dA) mixes the examples.

    A.T @ dA holds the product of every example with every other. With m = 1 nothing shows. With
    five examples it has 25 numbers, but there are only five averages. Which of its entries belong
    together?
    """
    return A * dA - A @ (A.T @ dA)


# softmax_backward: something else taken for something.


@mistake(worth=0.5)  # two arguments the other way round
def softmax_backward__arguments_swapped(dA, A):
    """You use dA and A in each other's place.

    The upstream gradient is the first argument, the probabilities are the second. Where a g is 0,
    as the second one in [2, 0, -1], your entry is 0 too, and the right one is -3/16. Which of the
    two arrays holds the weights of the average?
    """
    return dA * (A - (A * dA).sum(axis=0))


def softmax_backward__softmax_once_more(dA, A):
    """You apply softmax to A, but A holds probabilities already.

    The second softmax flattens them: 1/2, 1/4, 1/4 become about 0.39, 0.30, 0.30, and even a class
    with the probability 1 ends far below it. What does the docstring say about the second argument?
    """
    return _backward(_softmax(A), dA)


def softmax_backward__dA_taken_for_labels(dA, A):
    """You subtract dA from the probabilities, as if dA held the labels.

    A - Y is the end of the road for one special loss. Here dA may come from any loss. What should
    happen to it before anything is subtracted?
    """
    return A - dA


@mistake(same_as="vjp_with_jacobian__cross_entropy_assumed")
def softmax_backward__cross_entropy_assumed(dA, A):
    return A + A * dA


@mistake(
    same_as="vjp_with_jacobian__divided_by_m", worth=0.5
)  # a mean in place of a sum, in one place
def softmax_backward__divided_by_m(dA, A):
    return _backward(A, dA) / A.shape[1]


# softmax_backward: memory.


def softmax_backward__one_jacobian_at_a_time(dA, A):
    """You build an (n, n) matrix for each example, and for 20 000 classes it takes 3.2 GB.

    The numbers are right. What is done with the matrix after it has been built, and can the same
    sum be had without it?
    """
    dZ = np.zeros(A.shape)
    for k in range(A.shape[1]):
        a = A[:, k : k + 1]
        dZ[:, k] = (np.diagflat(a) - a @ a.T) @ dA[:, k]
    return dZ


@mistake(same_as="softmax_backward__one_jacobian_at_a_time")
def softmax_backward__all_jacobians_at_once(dA, A):
    R = A.T
    J = R[:, :, None] * (np.eye(len(A)) - R[:, None, :])
    return np.einsum("kij,ik->jk", J, dA)


# softmax_backward: digits, shapes, types and side effects.


def softmax_backward__probabilities_clipped(dA, A):
    """You clip the probabilities, so classes that are nearly impossible react far too strongly.

    A class with the probability 1e-30 should get an entry of about that size. With your lower limit
    it gets one many times as large, since the probability is a factor. No logarithm is taken here
    and nothing is divided. What is the clip protecting?
    """
    return _backward(np.clip(A, 1e-15, 1 - 1e-15), dA)


@mistake(same_as="softmax_backward__probabilities_clipped")
def softmax_backward__probabilities_clipped_at_1e_7(dA, A):
    return _backward(np.clip(A, 1e-7, 1.0), dA)


@mistake(same_as="vjp_with_jacobian__float32_inside")
def softmax_backward__float32_inside(dA, A):
    return _backward(A.astype(np.float32), dA.astype(np.float32)).astype(np.float64)


def softmax_backward__transposed(dA, A):
    """You return the transpose: an example is a row in your result, but a column in A.

    The numbers themselves are right, only their places are not. Where n = m the shape does not give
    it away: what was in row 1, column 2 is then in row 2, column 1. Which shape does a (3, 5) array
    of probabilities ask for?
    """
    return _backward(A, dA).T


@mistake(same_as="vjp_with_jacobian__squeezed", worth=0.5)  # the right numbers in another shape
def softmax_backward__squeezed(dA, A):
    return np.squeeze(_backward(A, dA))


@mistake(same_as="vjp_with_jacobian__list")
def softmax_backward__list(dA, A):
    return _backward(A, dA).tolist()


@mistake(same_as="vjp_with_jacobian__changes_dA")
def softmax_backward__changes_dA(dA, A):
    dA -= (A * dA).sum(axis=0)
    dA *= A
    return dA


# softmax_cross_entropy_grad: another end of the road.


def softmax_cross_entropy_grad__sign_flipped(Z, Y):
    """You subtract the wrong way round: your answer has the opposite sign in every entry.

    For the probabilities 1/2, 1/4, 1/4 and the second class as the true one, you give 3/4 in its
    place. A step against the gradient should raise the logit of the true class. Which sign must its
    entry have?
    """
    return Y - _softmax(Z)


def softmax_cross_entropy_grad__divided_by_m(Z, Y):
    """You divide by the number of examples; with m = 1 nothing shows.

    In this course dZ is per example, and the 1/m of the mean enters later, in dW and db. With four
    examples a -3/4 has become -3/16 here, and later another 4 would divide it. How often should the
    mean be taken?
    """
    return (_softmax(Z) - Y) / Z.shape[1]


def softmax_cross_entropy_grad__divided_by_n(Z, Y):
    """You divide by the number of classes.

    The loss of one example is a sum over its classes, not a mean. With three classes and a true one
    at the probability 1/4, you give -1/4, and -3/4 is right. Where does the division come from, and
    which size did you mean to divide by?
    """
    return (_softmax(Z) - Y) / Z.shape[0]


def softmax_cross_entropy_grad__elementwise(Z, Y):
    """Only the true classes get a derivative from you; it is 0 for all the others.

    You multiply dA entry by entry with a(1 - a), or leave out the terms with i different from j.
    But each false logit stands in the denominator of the true probability. What would then pull it
    down?
    """
    return -Y * (1 - _softmax(Z))


@mistake(same_as="softmax_cross_entropy_grad__elementwise")
def softmax_cross_entropy_grad__elementwise_in_two_steps(Z, Y):
    A = _softmax(Z)
    return -(Y / A) * A * (1 - A)


@mistake(same_as="softmax_cross_entropy_grad__elementwise")
def softmax_cross_entropy_grad__false_classes_set_to_zero(Z, Y):
    return np.where(Y > 0, _softmax(Z) - Y, 0.0)


def softmax_cross_entropy_grad__one_taken_off_everywhere(Z, Y):
    """You subtract 1 from every probability, whatever the labels are.

    Only the true class should lose its label; false classes lose 0. For 1/2, 1/4, 1/4 your three
    entries are all negative, so a step against them would raise every logit at once. What should a
    column of your answer sum to?
    """
    return _softmax(Z) - 1


def softmax_cross_entropy_grad__probabilities_only(Z, Y):
    """You return the probabilities; the labels are missing.

    A gradient that does not know the truth pushes down every class, the true one too. For 1/2, 1/4,
    1/4 your column sums to 1, but a common shift of the logits costs nothing. So what should a
    column of your answer sum to?
    """
    return _softmax(Z)


def softmax_cross_entropy_grad__derivative_by_the_probabilities(Z, Y):
    """You return -Y/A, which is the derivative by the probabilities.

    For 1/2, 1/4, 1/4 with the second class true that is [0, -4, 0]. It leaves the false logits
    alone, but these move the true probability as well. Which matrix, or which short form of its
    product, leads from there to the logits?
    """
    A = _softmax(Z)
    return np.divide(-Y, A, out=np.zeros(A.shape), where=Y > 0)


def softmax_cross_entropy_grad__derivative_applied_once_more(Z, Y):
    """You multiply A - Y by a(1 - a), though the derivative of softmax is in it already.

    That factor belongs to the squared error with a sigmoid. It makes -9/64 of -3/4 where a = 1/4,
    and where a is nearly 0 or 1 hardly anything is left. What did the 1/a of the logarithm cancel
    against?
    """
    A = _softmax(Z)
    return (A - Y) * A * (1 - A)


def softmax_cross_entropy_grad__jacobian_applied_once_more(Z, Y):
    """You multiply A - Y by the Jacobian of softmax, though it is in there already.

    A - Y is the derivative by the logits; -Y/A is the one by the probabilities. Which of the two
    has to meet the Jacobian?
    """
    A = _softmax(Z)
    return _backward(A, A - Y)


def softmax_cross_entropy_grad__squared_error(Z, Y):
    """You differentiate the squared error of the probabilities; here the loss is cross-entropy.

    Such a gradient nearly vanishes where the model is sure and wrong. What does the logarithm in
    the loss put below a fraction line, and what does that cancel?
    """
    A = _softmax(Z)
    return _backward(A, 2 * (A - Y))


def softmax_cross_entropy_grad__twice(Z, Y):
    """Your answer is twice as large as it should be.

    For a true class with the probability 1/4 you give -3/2, but no entry of this gradient lies
    below -1. A 2 is what the derivative of a square brings, and cross-entropy has no square. Where
    does yours come from: is something counted twice?
    """
    return 2 * (_softmax(Z) - Y)


def softmax_cross_entropy_grad__logits_minus_labels(Z, Y):
    """You subtract the labels from the logits; softmax is missing.

    The labels are probabilities, and can only be compared with probabilities. Add 5 to every logit
    and your answer grows by 5, while the loss stays where it was. Which first step turns Z into A?
    """
    return Z - Y


def softmax_cross_entropy_grad__log_softmax(Z, Y):
    """You subtract the labels from the logarithms of the probabilities.

    For a false class with a = 1/2 that gives ln(1/2), about -0.69: you would raise its logit, and
    it should fall. The logarithm belongs to the loss, and its derivative has cancelled. What is
    left of it in the result?
    """
    S = Z - Z.max(axis=0)
    return S - np.log(np.exp(S).sum(axis=0)) - Y


def softmax_cross_entropy_grad__sigmoid(Z, Y):
    """You use a sigmoid for each logit: that is the gradient of n yes-or-no questions.

    It has the same form, and yet another A. For the logits 0, 0, 0 a sigmoid gives 1/2 three times,
    where each class has 1/3. What should the n probabilities of one example sum to?
    """
    return 1 / (1 + np.exp(-Z)) - Y


def softmax_cross_entropy_grad__binary_in_two_steps(Z, Y):
    """You use the binary cost and then a(1 - a) entry by entry: two errors that cancel on paper.

    For a sigmoid that is the right way, and by luck the result has the same form. But wherever a
    probability is exactly 0 or 1 you divide by 0. Which loss has a softmax layer, and which
    product?
    """
    A = _softmax(Z)
    dA = -(np.divide(Y, A) - np.divide(1 - Y, 1 - A))
    return dA * A * (1 - A)


def softmax_cross_entropy_grad__softmax_of_the_labels(Z, Y):
    """You apply softmax to the labels as well.

    They are probabilities already, and softmax blurs a sure label: [1, 0] becomes about [0.73,
    0.27]. So your gradient is 0 at the wrong place, before the network is sure of the true class.
    Which of the two arrays holds logits?
    """
    return _softmax(Z) - _softmax(Y)


def softmax_cross_entropy_grad__softmax_of_the_difference(Z, Y):
    """You subtract the labels before softmax, inside its argument.

    They have to come off the probabilities. What softmax returns is never negative, so your answer
    would raise no logit at all, not even that of the true class. What comes first, and what does a
    column of your answer sum to?
    """
    return _softmax(Z - Y)


# softmax_cross_entropy_grad: two steps where one is safe.


def softmax_cross_entropy_grad__two_steps_with_jacobian(Z, Y):
    """You go by way of -Y/A and the product with softmax's derivative, dividing by A on the way.

    On paper the division cancels. Where a probability has underflowed to 0 you get inf, then nan,
    while the result is harmless. What is left if you cancel *before* computing?
    """
    A = _softmax(Z)
    return np.stack([_jacobian(a) @ (-y / a) for a, y in zip(A.T, Y.T, strict=True)], axis=1)


@mistake(same_as="softmax_cross_entropy_grad__two_steps_with_jacobian")
def softmax_cross_entropy_grad__two_steps_without_matrix(Z, Y):
    A = _softmax(Z)
    dA = np.divide(-Y, A, out=np.zeros(A.shape), where=Y > 0)
    return _backward(A, dA)


def softmax_cross_entropy_grad__two_steps_with_epsilon(Z, Y):
    """You go by way of -Y/A and keep A away from 0 there, by adding or by clipping.

    So nan is gone, but a true class that has underflowed gets about 0 where it needs -1: it would
    never learn. What is left if you cancel *before* computing?
    """
    A = _softmax(Z)
    return _backward(A, -Y / (A + 1e-8))


@mistake(same_as="softmax_cross_entropy_grad__two_steps_with_epsilon")
def softmax_cross_entropy_grad__two_steps_clipped(Z, Y):
    A = _softmax(Z)
    return _backward(A, -Y / np.clip(A, 1e-15, 1.0))


def softmax_cross_entropy_grad__probabilities_clipped(Z, Y):
    """You clip the probabilities, and a false class that is nearly impossible gets too much.

    A false class with the probability 1e-30 should have just that in its entry, and with your clip
    it has the lower limit. No logarithm is taken here and nothing is divided. What is the clip
    protecting?
    """
    return np.clip(_softmax(Z), 1e-15, 1 - 1e-15) - Y


@mistake(same_as="softmax_cross_entropy_grad__probabilities_clipped")
def softmax_cross_entropy_grad__probabilities_clipped_at_1e_7(Z, Y):
    return np.clip(_softmax(Z), 1e-7, 1 - 1e-7) - Y


# softmax_cross_entropy_grad: which softmax.


def softmax_cross_entropy_grad__no_shift(Z, Y):
    """You take the exponential of the logits as they come, and large ones overflow to nan.

    A logit of 1000 is enough: its exponential is inf, and inf/inf is nan. That is the softmax
    before the subtraction, not the subtraction itself. Which number could all the logits of a
    column lose without changing the probabilities?
    """
    E = np.exp(Z)
    return E / E.sum(axis=0) - Y


@mistake(same_as="vjp_with_jacobian__one_global_max")
def softmax_cross_entropy_grad__one_global_max(Z, Y):
    E = np.exp(Z - Z.max())
    return E / E.sum(axis=0) - Y


@mistake(worth=0.5)  # the right sum along the wrong axis
def softmax_cross_entropy_grad__softmax_over_rows(Z, Y):
    """You normalise the rows, but an example is a column.

    The n probabilities of an example should sum to 1. With m = 1 each row has a single entry, so
    each of yours is 1 whatever the logits are. What does one column of your A add up to?
    """
    return _softmax(Z.T).T - Y


def softmax_cross_entropy_grad__softmax_over_everything(Z, Y):
    """You normalise over the whole array, so all the examples share one denominator.

    With one example nothing shows. With two that have the same logits, each column of yours sums to
    1/2 before the labels come off. What should one column of your A add up to?
    """
    E = np.exp(Z - Z.max())
    return E / E.sum() - Y


# softmax_cross_entropy_grad: labels.


def softmax_cross_entropy_grad__largest_label_only(Z, Y):
    """You look up the class with the largest label and subtract 1 there.

    For one-hot labels that is right. If a label is split 0.6 to 0.4, you treat it as 1 to 0, and
    the second class is pushed down for nothing. What has to come off which probability?
    """
    A = _softmax(Z)
    A[Y.argmax(axis=0), np.arange(Z.shape[1])] -= 1
    return A


def softmax_cross_entropy_grad__labels_equal_to_one(Z, Y):
    """You subtract 1 where Y is exactly 1, and soft labels have no such place.

    A column with the labels 0.6 and 0.4 keeps its probabilities untouched and sums to 1, not to 0.
    With one-hot labels you would never notice. What has to come off a probability if its label is
    0.6?
    """
    A = _softmax(Z)
    A[Y == 1] -= 1
    return A


def softmax_cross_entropy_grad__labels_taken_as_yes_or_no(Z, Y):
    """You subtract a full 1 wherever the label is above 0.

    For one-hot labels nothing shows. With labels of 0.6 and 0.4 you take off 2 in all, though they
    sum to 1. What has to come off a probability if its label is 0.6, and what should a column of
    your answer sum to?
    """
    return _softmax(Z) - (Y > 0)


def softmax_cross_entropy_grad__integer_array(Z, Y):
    """You write into an array that took its dtype from Y, and integer labels cut the digits off.

    A 0.9 becomes 0 there, and so does -0.75, without any warning. With float labels nothing shows.
    What does zeros_like(Y) give for labels that are integers, and which dtype does your answer
    need?
    """
    dZ = np.zeros_like(Y)
    dZ[:] = _softmax(Z) - Y
    return dZ


def softmax_cross_entropy_grad__subtracted_in_place_from_the_labels(Z, Y):
    """You subtract in place in an array that holds labels; for integer ones NumPy refuses.

    The result of an in-place operation must fit the dtype that is there, and 0 - 0.25 is no
    integer. With labels such as 1.0 it works, so the trouble comes with somebody else's data. Which
    array of floats could you start from?
    """
    dZ = Y.copy()
    dZ -= _softmax(Z)
    return -dZ


# softmax_cross_entropy_grad: shapes, digits, types and side effects.


@mistake(worth=0.5)  # a mean in place of a sum, in one place
def softmax_cross_entropy_grad__averaged_over_the_examples(Z, Y):
    """You average over the examples, and one column is left for all of them.

    Each example has a gradient by its own logits. If the entries of two examples in one row are 1/2
    and -1/2, your mean is 0, and what both should learn is gone. Which shape has Z, and which has
    your answer?
    """
    return (_softmax(Z) - Y).mean(axis=1, keepdims=True)


def softmax_cross_entropy_grad__transposed(Z, Y):
    """You return the transpose: an example is a row in your result, but a column in Z.

    The numbers themselves are right. Yet each of your rows now sums to 0, where each column should;
    with as many examples as classes, only that tells you. Which shape does a (3, 5) array of logits
    ask for?
    """
    return (_softmax(Z) - Y).T


@mistake(same_as="vjp_with_jacobian__squeezed")
def softmax_cross_entropy_grad__squeezed(Z, Y):
    return np.squeeze(_softmax(Z) - Y)


@mistake(worth=0.5, at_most=True)  # the formula is asked for
def softmax_cross_entropy_grad__central_difference(Z, Y):
    """You estimate the derivatives from a small step, and they are right to a few digits only.

    The costs to both sides agree in their first five digits or so, and subtracting them throws
    these away. A cost of 2000 leaves you even fewer. Differences are a fine way to check a
    gradient. What remains of the chain rule once everything has cancelled?
    """
    dZ = np.zeros(Z.shape)
    for j in range(len(Z)):
        step = np.zeros((len(Z), 1))
        step[j] = 1e-5
        higher, lower = (
            np.logaddexp.reduce(S, axis=0) - (Y * S).sum(axis=0) for S in (Z + step, Z - step)
        )
        dZ[j] = (higher - lower) / 2e-5
    return dZ


@mistake(same_as="vjp_with_jacobian__float32_inside")
def softmax_cross_entropy_grad__float32_inside(Z, Y):
    return (_softmax(Z.astype(np.float32)) - Y.astype(np.float32)).astype(np.float64)


@mistake(same_as="vjp_with_jacobian__list")
def softmax_cross_entropy_grad__list(Z, Y):
    return (_softmax(Z) - Y).tolist()


def softmax_cross_entropy_grad__changes_its_argument(Z, Y):
    """Your result is right, but an array that you were given is not the same afterwards.

    An operation such as -= writes into the caller's logits, who still needs them. Which of your
    lines writes into an argument rather than into something new?
    """
    Z -= Z.max(axis=0)
    return _softmax(Z) - Y


# chain_terms: which terms are there at all.


def chain_terms__diagonal_only(z, y):
    """You keep only the terms with i = j, as if y_i = 0 took care of all the others.

    It does not: y_i = 0 wipes out the terms of output i. Which output is left, and how many inputs
    move it?
    """
    a = _softmax(z)
    return np.diagflat(-y * (1 - a))


@mistake(same_as="chain_terms__diagonal_only")
def chain_terms__diagonal_loop(z, y):
    a = _softmax(z)
    T = np.zeros((len(z), len(z)))
    for i in range(len(z)):
        for j in range(len(z)):
            if i == j and y[i, 0] != 0:
                T[i, j] = -y[i, 0] / a[i, 0] * a[i, 0] * (1 - a[i, 0])
    return T


def chain_terms__zero_diagonal(z, y):
    """You keep the terms with i different from j, and leave out those with i = j.

    The true class reacts to its own logit, and most of all. What does a row of your table sum to,
    and what should it?
    """
    T = y * _softmax(z).T
    np.fill_diagonal(T, 0.0)
    return T


def chain_terms__case_2_everywhere(z, y):
    """You use Case 2 for every entry, so the 1 on the diagonal is missing.

    Each row should sum to 0; yours sums to its label. What does the derivative of a_i by its own
    logit have that the others have not?
    """
    return y * _softmax(z).T


def chain_terms__row_of_the_largest_label_only(z, y):
    """You fill the row of the class with the largest label only, and take that label for 1.

    For one-hot labels that is right. With soft labels such as 0.6 and 0.4 the loss reads both
    outputs, each with its own weight. Which rows are then not 0, and how large is each of them?
    """
    a = _softmax(z)
    c = int(y.argmax())
    T = np.zeros((len(z), len(z)))
    T[c] = a[:, 0]
    T[c, c] -= 1
    return T


# chain_terms: which index is which.


def chain_terms__transposed(z, y):
    """Your table is transposed: the labels stand along the columns.

    A row belongs to an output, a column to an input, and dL/da_i depends on the output only. For a
    one-hot label, is it one row of your table that is not 0, or one column?
    """
    a = _softmax(z)
    return (y * (a.T - np.eye(len(z)))).T


@mistake(same_as="chain_terms__transposed")
def chain_terms__jacobian_times_a_flat_vector(z, y):
    a = _softmax(z)
    g = np.divide(-y, a, out=np.zeros(a.shape), where=y > 0)
    return _jacobian(a) * g.ravel()


def chain_terms__probability_of_the_output(z, y):
    """You put a_i into each entry where a_j belongs: the same probability all along a row.

    After the 1/a has cancelled, the probability that is left is the one of the input. In which
    direction does your a run, and in which your y?
    """
    return y * (_softmax(z) - np.eye(len(z)))


def chain_terms__labels_left_out(z, y):
    """You leave out the labels, so every output has a row of its own.

    An output that the loss does not read has the derivative dL/da_i = 0. For y = [1, 0] nothing can
    come through output 2, but your second row is as full as the first. What should dL/da_i = 0 make
    of a row?
    """
    return _softmax(z).T - np.eye(len(z))


# chain_terms: a factor is missing, or another one is there.


def chain_terms__sign_flipped(z, y):
    """Every entry has the opposite sign: the minus of the loss is missing, or one too many.

    If the logit of the true class grows, the loss falls. For the probabilities 1/4 and 3/4 with the
    first class true, your corner entry is +3/4. Which sign must the diagonal have?
    """
    return y * (np.eye(len(z)) - _softmax(z).T)


def chain_terms__jacobian_only(z, y):
    """You return the Jacobian of softmax; the derivative of the loss is missing.

    The labels do not enter, so your table is the same whichever class is true: 3/16 in the corner
    for the probabilities 1/4 and 3/4. Each term is a product of two derivatives. Which factor turns
    a change of a_i into a change of the loss?
    """
    return _jacobian(_softmax(z))


def chain_terms__derivative_of_the_loss_only(z, y):
    """You spread dL/da over the table; the derivatives of the probabilities are missing.

    All entries of one of your rows are the same, such as -4 and -4 for a true class with a = 1/4.
    But its own logit raises a_i, and another one lowers it. How does a_i move when z_j does?
    """
    a = _softmax(z)
    return np.tile(np.divide(-y, a, out=np.zeros(a.shape), where=y > 0), (1, len(z)))


def chain_terms__labels_times_the_jacobian(z, y):
    """You multiply the Jacobian by the labels, and not by the derivative of the loss.

    The loss has a logarithm in it. Where the true class has the probability 1/4, your terms are
    four times too small. What is the derivative of -y log(a) by a, and what does its denominator
    cancel?
    """
    return -y * _jacobian(_softmax(z))


def chain_terms__outer_product_with_the_diagonal(z, y):
    """You multiply dL/da_i by a_j(1 - a_j), the diagonal of the Jacobian, in every entry.

    That is the derivative of a_j by its own logit; needed is that of a_i by z_j. What is it if i
    and j differ?
    """
    a = _softmax(z)
    g = np.divide(-y, a, out=np.zeros(a.shape), where=y > 0)
    return g @ (a * (1 - a)).T


def chain_terms__binary(z, y):
    """You differentiate binary cross-entropy, so the false outputs get rows of their own.

    That loss asks each output a yes-or-no question. In the loss of a softmax an output with y_i = 0
    does not appear. What should its row be?
    """
    a = _softmax(z)
    return (-y / a + (1 - y) / (1 - a)) * _jacobian(a)


def chain_terms__divided_by_n(z, y):
    """You divide by the number of classes.

    The terms are added up later, not averaged. In the docstring's example with two classes you have
    -3/8 where -3/4 is right. So every column sum is half of what it should be. What are the sums of
    your columns meant to be?
    """
    return y * (_softmax(z).T - np.eye(len(z))) / len(z)


# chain_terms: summed too early.


def chain_terms__summed_column(z, y):
    """You have summed already: what you return is the gradient, not the terms it is made of.

    With n = 2 you return two numbers, and four are asked for. Once added up, they no longer show
    which output each part came through. Before the chain rule adds up, there is one term for each
    output and each input. Which shape has that table?
    """
    return _softmax(z) - y


@mistake(same_as="chain_terms__summed_column")
def chain_terms__summed_row(z, y):
    a = _softmax(z)
    g = np.divide(-y, a, out=np.zeros(a.shape), where=y > 0)
    return g.T @ _jacobian(a)


# chain_terms: zeros, softmaxes, digits, types and side effects.


def chain_terms__zero_by_zero(z, y):
    """You divide labels by probabilities, and 0/0 is nan for a false class that has underflowed.

    With the logits 0 and -800 the second probability is exactly 0 in float64. If its label is 0,
    its row should simply be 0. What cancels if you multiply the two derivatives on paper first?
    """
    a = _softmax(z)
    return (-y / a) * _jacobian(a)


def chain_terms__epsilon_in_denominator(z, y):
    """You add a small number to the denominator of -y/a, and only some digits are right.

    It keeps nan away from the false classes, and bends the terms of the true one. What cancels if
    you multiply the two derivatives on paper first?
    """
    a = _softmax(z)
    return (-y / (a + 1e-8)) * _jacobian(a)


def chain_terms__no_shift(z, y):
    """You take the exponential of the logits as they come, and large ones overflow to nan.

    That is the softmax inside the terms. The logits 1000 and 999 have the same probabilities as 1
    and 0, but exp(1000) is too large for a float64. Which number could all the logits lose without
    changing the probabilities?
    """
    E = np.exp(z)
    return y * ((E / E.sum()).T - np.eye(len(z)))


@mistake(worth=0.5)  # the right sum along the wrong axis
def chain_terms__softmax_along_rows(z, y):
    """You normalise along axis 1, where a column has a single entry, so every probability is 1.

    Then the diagonal entry of a true class is 0, as if nothing could improve, and every other entry
    in its row is 1. Along which axis do the n classes of z lie?
    """
    return y * (_softmax(z.T) - np.eye(len(z)))


@mistake(worth=0.5)  # two arguments the other way round
def chain_terms__arguments_swapped(z, y):
    """You take softmax of the labels and use the logits as labels: the arguments are swapped.

    The logits come first, the labels second. If all the logits are 0, your table is all zeros,
    though the true class has only the probability 1/n. Which of the two columns sums to 1 already?
    """
    return z * (_softmax(y).T - np.eye(len(z)))


def chain_terms__probabilities_clipped(z, y):
    """You clip the probabilities, and an input that is nearly impossible gets too much.

    If input j has the probability 1e-30, its entry in the row of the true class should be as small;
    yours is 1e-15. In the final form no logarithm is taken and nothing is divided. What is the clip
    protecting?
    """
    return y * (np.clip(_softmax(z), 1e-15, 1 - 1e-15).T - np.eye(len(z)))


@mistake(worth=0.5, at_most=True)  # the formula is asked for
def chain_terms__central_difference(z, y):
    """You estimate the derivatives from a small step, and they are right to a few digits only.

    The two probabilities that you subtract agree in their first five digits or so, and these are
    lost. Differences are a fine way to check. What do the two derivatives give you without any step
    at all?
    """
    a = _softmax(z)
    g = np.divide(-y, a, out=np.zeros(a.shape), where=y > 0)
    steps = 1e-5 * np.eye(len(z))
    return g * (_softmax(z + steps) - _softmax(z - steps)) / 2e-5


@mistake(same_as="vjp_with_jacobian__float32_inside")
def chain_terms__float32_inside(z, y):
    a = _softmax(z.astype(np.float32))
    return (y.astype(np.float32) * (a.T - np.eye(len(z), dtype=np.float32))).astype(np.float64)


def chain_terms__integer_array(z, y):
    """You write into an array that took its dtype from y, and integer labels cut the digits off.

    Every term lies between -1 and 1, so -3/4 and 3/4 both become 0 in it. With float labels nothing
    shows. Which dtype has an array that is made from labels that are integers?
    """
    T = np.tile(y, (1, len(z)))
    T[:] = y * (_softmax(z).T - np.eye(len(z)))
    return T


def chain_terms__squeezed(z, y):
    """You squeeze the result, and for a single class the table becomes a bare number.

    With n = 1 there is still one output and one input, so the docstring asks for [[0]], of shape
    (1, 1). Code that then asks for T[0, 0] fails. Is the squeeze there to repair a shape that went
    wrong earlier?
    """
    return np.squeeze(y * (_softmax(z).T - np.eye(len(z))))


def chain_terms__list(z, y):
    """You return a nested list; the numbers in it are right.

    A list has no shape and no .sum, so its columns cannot be added up. The built-in sum does not
    help: for [[1, 2], [3, 4]] it stops with a TypeError. Which type should a table of terms have?
    """
    return (y * (_softmax(z).T - np.eye(len(z)))).tolist()


@mistake(same_as="softmax_cross_entropy_grad__changes_its_argument")
def chain_terms__changes_its_argument(z, y):
    z -= z.max()
    return y * (_softmax(z).T - np.eye(len(z)))


# Found in code that others have published, or by trying what the checks let through.


def vjp_with_jacobian__one_buffer_for_all_calls(Z, dA):
    """Your numbers are right, but each call writes them into one and the same array.

    Whoever still holds the answer to an earlier call finds other numbers in it now. An array that
    lives outside of the function is filled again and again. Checks that look at one answer at a
    time never notice. What would two answers, held side by side, say? Where should the array of an
    answer be made?
    """
    return _in_one_buffer(_backward(_softmax(Z), dA))


@mistake(same_as="vjp_with_jacobian__one_buffer_for_all_calls")
def softmax_backward__one_buffer_for_all_calls(dA, A):
    return _in_one_buffer(_backward(A, dA))


@mistake(same_as="vjp_with_jacobian__one_buffer_for_all_calls")
def softmax_cross_entropy_grad__one_buffer_for_all_calls(Z, Y):
    return _in_one_buffer(_softmax(Z) - Y)


@mistake(same_as="vjp_with_jacobian__one_buffer_for_all_calls")
def chain_terms__one_buffer_for_all_calls(z, y):
    return _in_one_buffer(y * (_softmax(z).T - np.eye(len(z))))


def softmax_backward__upstream_handed_on(dA, A):
    """You hand dA on as it came: your softmax has no derivative of its own.

    That is right only in a network whose cost is differentiated by the logits at once. Then nothing
    is left for this step to do. Here dA is about the probabilities, whatever the cost is. What
    happens to your answer if a constant is added to dA, and what should happen to it?
    """
    return dA.copy()


def vjp_with_jacobian__upstream_handed_on(Z, dA):
    """You hand dA on as it came: the Jacobian takes no part in your answer.

    The derivative by the logits and that by the probabilities are two different things; between
    them stands a table of n times n numbers. With one class the only probability never moves. What
    does your function answer then, and what should it?
    """
    return dA.copy()


def vjp_with_jacobian__upstream_clipped(Z, dA):
    """You clip the gradient that comes in, or the one that goes out.

    Clipping changes where the gradient points, not only how long it is. Some people do it in
    training, on purpose and by a limit of their choice; a derivative knows of no limit. What should
    twice the dA give, whatever its size?
    """
    return _backward(_softmax(Z), np.clip(dA, -100, 100))


@mistake(same_as="vjp_with_jacobian__upstream_clipped")
def softmax_backward__upstream_clipped(dA, A):
    return _backward(A, np.clip(dA, -100, 100))


def vjp_with_jacobian__small_gradients_dropped(Z, dA):
    """You replace gradients below some limit by 0.

    The logit of an unlikely class has a gradient as small as its probability, and it is right all
    the same. Whether it matters depends on what it is compared with, and on what it is multiplied
    by later. From which size on is a number nothing? What would go wrong if you left it alone?
    """
    dZ = _backward(_softmax(Z), dA)
    return np.where(np.abs(dZ) < 1e-6, 0.0, dZ)


@mistake(same_as="vjp_with_jacobian__small_gradients_dropped")
def softmax_backward__small_gradients_dropped(dA, A):
    dZ = _backward(A, dA)
    return np.where(np.abs(dZ) < 1e-6, 0.0, dZ)


@mistake(same_as="vjp_with_jacobian__small_gradients_dropped")
def softmax_cross_entropy_grad__small_gradients_dropped(Z, Y):
    dZ = _softmax(Z) - Y
    return np.where(np.abs(dZ) < 1e-6, 0.0, dZ)


def softmax_cross_entropy_grad__small_labels_dropped(Z, Y):
    """You take labels below some limit for 0.

    A soft label may be as small as 1e-9. Where its class has no probability to speak of, that label
    is all of the gradient of its logit. From which size on is a label nothing? Which test asks just
    that, and do you need one at all?
    """
    return _softmax(Z) - np.where(Y > 1e-8, Y, 0.0)


@mistake(same_as="softmax_cross_entropy_grad__small_labels_dropped")
def chain_terms__small_labels_dropped(z, y):
    return np.where(y > 1e-8, y, 0.0) * (_softmax(z).T - np.eye(len(z)))


def chain_terms__small_terms_dropped(z, y):
    """You replace terms below some limit by 0.

    The terms of one column belong together: they add up to the derivative by one logit. One of them
    may be small because its label or its probability is, and it is right all the same. From which
    size on is a number nothing? What would go wrong if you left it alone?
    """
    T = y * (_softmax(z).T - np.eye(len(z)))
    return np.where(np.abs(T) < 1e-3, 0.0, T)


def vjp_with_jacobian__logits_clipped(Z, dA):
    """You clip the logits before the softmax, so all logits beyond the limit tie.

    Then the probabilities are equal where they should not be, and the gradient is shared out
    accordingly. Only the differences within a column matter, and a clip is just what erases them.
    How can you keep the differences and still avoid the overflow?
    """
    return _backward(_softmax(np.clip(Z, -10_000, 10_000)), dA)


@mistake(same_as="vjp_with_jacobian__logits_clipped")
def softmax_cross_entropy_grad__logits_clipped(Z, Y):
    return _softmax(np.clip(Z, -10_000, 10_000)) - Y


@mistake(same_as="vjp_with_jacobian__logits_clipped")
def chain_terms__logits_clipped(z, y):
    return y * (_softmax(np.clip(z, -10_000, 10_000)).T - np.eye(len(z)))
