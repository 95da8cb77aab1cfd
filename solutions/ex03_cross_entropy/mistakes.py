"""Wrong ways to compute a cross-entropy; each docstring is what the learner is told."""

import math

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


def _log(A, Y):
    """The logarithm where a label asks for it, and 0 elsewhere."""
    return np.log(A, out=np.zeros(A.shape), where=Y > 0)


def _log_sum_exp(Z, axis=0):
    top = Z.max(axis=axis, keepdims=True)
    return top + np.log(np.exp(Z - top).sum(axis=axis, keepdims=True))


# cross_entropy: a sum, a mean, and what of.


def cross_entropy__sum_of_the_examples(A, Y):
    """You add up the losses of all the examples and do not take their mean.

    With one example nothing shows; with m of them your cost is m times too large. What should
    happen to the cost if every example is written down twice?
    """
    return -np.sum(Y * _log(A, Y))


@mistake(worth=0.5)  # the right sum along the wrong axis
def cross_entropy__divided_by_classes(A, Y):
    """You divide by the number of classes, not by the number of examples.

    Say two examples of three classes have the losses 1 and 2. Their mean is 1.5, and you return 1.
    If n = m nothing shows. Here the columns are the examples. Which of the two sizes of A counts
    them, and what does len(A) count?
    """
    return -np.sum(Y * _log(A, Y)) / Y.shape[0]


@mistake(
    same_as="cross_entropy__divided_by_classes", worth=0.5
)  # the right sum along the wrong axis
def cross_entropy__mean_over_rows(A, Y):
    return np.mean(-np.sum(Y * _log(A, Y), axis=1))


def cross_entropy__mean_over_all_entries(A, Y):
    """You take the mean over all n * m entries, zeros included.

    The loss of one example is a sum over its classes; only the examples are averaged. Over which
    axis do you sum, and over which one do you average?
    """
    return -np.mean(Y * _log(A, Y))


@mistake(worth=0.5)  # one term is left out at the end
def cross_entropy__one_loss_per_example(A, Y):
    """You return one loss for each example, and the last step is missing.

    The cost of a batch is a single number. For two examples with the losses 1 and 2 you return both
    of them. If a change turns them into 0.5 and 2.6, is that better or worse? Two numbers cannot
    say, one can. How do you get from m losses to their mean?
    """
    return -np.sum(Y * _log(A, Y), axis=0)


def cross_entropy__return_inside_the_loop(A, Y):
    """Only the first example enters your cost; all the others are left out.

    With the losses 1 and 2 you return 1/2: the first loss, already divided by m. With a single
    example nothing shows. The loop ends after one round. Look at the indentation of your return:
    how often can it be reached?
    """
    total = 0.0
    for k in range(Y.shape[1]):
        total -= np.sum(Y[:, k] * _log(A[:, k], Y[:, k]))
        return total / Y.shape[1]
    return total


# cross_entropy: matrix products.


def cross_entropy__matrix_of_classes(A, Y):
    """You multiply Y by the transpose of log(A), and get an (n, n) table of classes.

    With a single output row this product is the sum you want. With n classes it also pairs the
    labels of one class with the probabilities of another. Three classes make nine numbers, and a
    cost is one. Which of its entries belong to the cost?
    """
    return -np.dot(Y, _log(A, np.ones(A.shape)).T) / Y.shape[1]


def cross_entropy__all_pairs_of_classes(A, Y):
    """You multiply the matrices Y and log(A) and sum all of the result.

    That pairs the labels of one class with the probabilities of every other class. Take two equally
    likely classes and a one-hot label: you add up log(1/2) twice and return 1.386, where 0.693 is
    right. Which product keeps to pairs that stand at the same place?
    """
    return -np.sum(np.dot(Y, _log(A, np.ones(A.shape)).T)) / Y.shape[1]


def cross_entropy__all_pairs_of_examples(A, Y):
    """You multiply the transpose of Y by log(A) and sum all of the result.

    That pairs the labels of one example with the probabilities of every other example. With m = 1
    it looks right. Which product keeps to pairs that stand at the same place?
    """
    return -np.sum(np.dot(Y.T, _log(A, np.ones(A.shape)))) / Y.shape[1]


# cross_entropy: another cost.


def cross_entropy__sign_missing(A, Y):
    """Your cost is negative: the minus sign is missing.

    The logarithm of a probability is never positive. A true class at 0.5 gives you -0.693, and one
    at 0.01 gives -4.605. So the worse prediction has the lower cost, and training would look for
    it. Should a good prediction have a high cost or a low one?
    """
    return np.sum(Y * _log(A, Y)) / Y.shape[1]


def cross_entropy__binary(A, Y):
    """You add a term with 1 - Y and 1 - A: that is the cost of n separate yes-or-no questions.

    It fits sigmoid outputs. A softmax answers one question with n classes, and the probabilities
    of the false ones enter only by what they take from the true one. Which sum is asked for?
    """
    return -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / Y.shape[1]


@mistake(same_as="cross_entropy__binary")
def cross_entropy__binary_clipped(A, Y):
    P = np.clip(A, 1e-15, 1 - 1e-15)
    return -np.sum(Y * np.log(P) + (1 - Y) * np.log(1 - P)) / Y.shape[1]


def cross_entropy__labels_left_out(A, Y):
    """You take the logarithms of all the probabilities; the labels are not in your formula.

    A false class with a small probability then costs much, although it is a good prediction. For
    a = (0.9, 0.1) with the first class true, 0.105 is right, and the second class adds 2.303 to it.
    What does Y pick out of the sum?
    """
    return -np.sum(np.log(A)) / A.shape[1]


def cross_entropy__false_classes_only(A, Y):
    """You sum log(1 - a) over the false classes; the true one does not enter.

    Cross-entropy does the opposite: it reads the probability of the true class and no other. With
    two classes both give the same number. For (1/2, 1/4, 1/4) with the first class true, 0.693 is
    right, and you return 0.575. By what is each logarithm multiplied in the definition?
    """
    with np.errstate(all="ignore"):
        return -np.nansum((1 - Y) * np.log(1 - A)) / A.shape[1]


@mistake(worth=0.5)  # two arguments the other way round
def cross_entropy__arguments_swapped(A, Y):
    """You take the logarithm of the labels and multiply it by the probabilities.

    A label of 1 has the logarithm 0, so the probability of the true class drops out. A label of 0
    has the logarithm -inf, or about -35 if 1e-15 is added to it first. With one-hot labels only the
    false classes count in your cost. Which of the two arrays belongs inside the logarithm?
    """
    return -np.sum(A * np.log(Y)) / Y.shape[1]


@mistake(same_as="cross_entropy__arguments_swapped")
def cross_entropy__arguments_swapped_with_epsilon(A, Y):
    return -np.sum(A * np.log(Y + 1e-15)) / Y.shape[1]


def cross_entropy__entropy_of_the_prediction(A, Y):
    """You use A in both places, so the labels never enter: this is the entropy of the prediction.

    It tells how undecided the model is, not how wrong. A prediction that is sure and wrong would
    cost nothing. Where does the truth belong?
    """
    return -np.sum(A * np.log(A, out=np.zeros(A.shape), where=A > 0)) / A.shape[1]


def cross_entropy__entropy_of_the_labels_taken_off(A, Y):
    """You compute the divergence from Y to A: the entropy of the labels is taken off your cost.

    For one-hot labels that entropy is 0 and both are the same; for soft labels they are not. Is
    there a logarithm of Y in the definition of the cost?
    """
    return np.sum(Y * (_log(Y, Y) - _log(A, Y))) / Y.shape[1]


def cross_entropy__base_two(A, Y):
    """You take the logarithm to another base: your costs are off by one and the same factor.

    A true class at 0.5 should cost 0.693. To base 2 that is 1, and to base 10 it is 0.301. The
    derivative that comes later in this exercise only fits one base. Which one is it, and what is it
    called in NumPy?
    """
    return -np.sum(Y * np.log2(A, out=np.zeros(A.shape), where=Y > 0)) / Y.shape[1]


@mistake(same_as="cross_entropy__base_two")
def cross_entropy__base_ten(A, Y):
    return -np.sum(Y * np.log10(A, out=np.zeros(A.shape), where=Y > 0)) / Y.shape[1]


def cross_entropy__no_logarithm(A, Y):
    """You average the probability of the true class itself, with a minus; the logarithm is missing.

    Then a probability of 0.01 is hardly worse than one of 0.02: you say -0.01 and -0.02, but the
    losses are 4.605 and 3.912. And a perfect prediction gets -1. What should the cost of a
    probability of 1 be?
    """
    return -np.sum(Y * A) / Y.shape[1]


def cross_entropy__one_minus_the_probability(A, Y):
    """You take 1 - a as the loss where -log(a) is asked for.

    The two agree for a = 1, but 1 - a can never exceed 1, however sure and wrong a prediction is.
    Which function of a grows without end?
    """
    return np.sum(Y * (1 - A)) / Y.shape[1]


def cross_entropy__squared_error(A, Y):
    """You sum the squares of A - Y: that is the squared error, another cost.

    It never exceeds 2 for one example, however wrong the prediction is. Of two classes, a true one
    at 0.01 gives you 1.960, and one at 0.0001 gives 2.000; the losses asked for are 4.605 and
    9.210. Which function of the probabilities does cross-entropy use?
    """
    return np.sum((A - Y) ** 2) / Y.shape[1]


def cross_entropy__softmax_once_more(A, Y):
    """You apply softmax to A, but A holds probabilities already.

    The second softmax flattens them, and even a perfect prediction gets a cost. For a = (1, 0) with
    the first class true you return 0.313, where 0 is right. Which functions in other libraries
    expect logits here, and what do you receive?
    """
    return -np.sum(Y * np.log(_softmax(A))) / Y.shape[1]


# cross_entropy: labels that are not one-hot.


def cross_entropy__largest_label_only(A, Y):
    """You look up the class with the largest label and read only its probability.

    For one-hot labels that is right. With the labels (0.6, 0.4) and a = (0.9, 0.1) you return
    0.105, where 0.984 is right. A class that holds 0.4 of the truth and is thought unlikely costs
    much. What becomes of the class with 0.4 in your sum?
    """
    truth = Y.argmax(axis=0)
    return -np.mean(np.log(A[truth, np.arange(A.shape[1])]))


def cross_entropy__labels_equal_to_one(A, Y):
    """You pick out the entries where Y is exactly 1, and soft labels have none.

    The examples without a 1 then cost nothing. Take two classes that are equally likely, with the
    labels 0.6 and 0.4: you return 0, as for a perfect prediction, and 0.693 is right. With which
    weight should each class enter if its label is 0.6?
    """
    return -np.sum(np.log(A[Y == 1])) / Y.shape[1]


def cross_entropy__labels_taken_as_yes_or_no(A, Y):
    """You take every label above 0 for a full 1.

    For one-hot labels nothing shows. With the labels 0.9 and 0.1 the two classes count the same, so
    what belongs to the second one comes out ten times too large. They should not weigh the same:
    where did the weights go?
    """
    return -np.sum(np.log(A[Y > 0])) / Y.shape[1]


def cross_entropy__log_of_the_sum(A, Y):
    """You sum Y * A first and take the logarithm after that.

    For one-hot labels the order makes no difference; for soft ones a logarithm of a sum is not a
    sum of logarithms. Which of the two does the definition have?
    """
    return -np.mean(np.log(np.sum(Y * A, axis=0)))


# cross_entropy: zeros.


def cross_entropy__zero_times_log_zero(A, Y):
    """You compute 0 * log(0), which is nan, wherever both label and probability are 0.

    One nan is enough to make the whole sum nan. So a = (1, 0) with the first class true, a perfect
    prediction, has no cost at all. By convention such a class costs nothing. For which entries is
    there no need to take a logarithm?
    """
    return -np.sum(Y * np.log(A)) / Y.shape[1]


def cross_entropy__epsilon_in_the_logarithm(A, Y):
    """You keep the probabilities away from 0, by adding or by clipping, and that caps the cost.

    That keeps nan away, but an impossible truth should cost inf, and one of 1e-200 about 460. Can
    you tell the harmless zeros, those with label 0, from the others?
    """
    return -np.sum(Y * np.log(A + 1e-8)) / Y.shape[1]


@mistake(same_as="cross_entropy__epsilon_in_the_logarithm")
def cross_entropy__epsilon_of_1e_15_in_the_logarithm(A, Y):
    return -np.sum(Y * np.log(A + 1e-15)) / Y.shape[1]


@mistake(same_as="cross_entropy__epsilon_in_the_logarithm")
def cross_entropy__probabilities_clipped(A, Y):
    return -np.sum(Y * np.log(np.clip(A, 1e-15, 1 - 1e-15))) / Y.shape[1]


@mistake(same_as="cross_entropy__epsilon_in_the_logarithm")
def cross_entropy__probabilities_clipped_at_1e_7(A, Y):
    return -np.sum(Y * np.log(np.clip(A, 1e-7, 1 - 1e-7))) / Y.shape[1]


def cross_entropy__impossible_truth_skipped(A, Y):
    """You skip every entry where A is 0, also where it is the true class.

    A model that calls the truth impossible then pays nothing, as if it were perfect. At 1e-300 it
    still paid 691. The smaller the probability of the true class, the more it has to cost, to the
    very end. Which array should decide what to skip?
    """
    return -np.sum(Y * np.log(A, out=np.zeros(A.shape), where=A > 0)) / Y.shape[1]


def cross_entropy__math_log_of_zero(A, Y):
    """You use math.log, which raises a ValueError for 0 where NumPy says -inf.

    Take a = (0, 1) with the first class true: your function stops, and not even the other examples
    of the batch get their cost. If the true class has probability 0 the answer should be inf. Which
    logarithm gives you that, or how can you tell this case apart?
    """
    n, m = A.shape
    total = 0.0
    for k in range(m):
        for i in range(n):
            if Y[i, k] > 0:
                total -= Y[i, k] * math.log(A[i, k])
    return total / m


def cross_entropy__logarithms_in_an_integer_array(A, Y):
    """You write logarithms into an array that took its dtype from Y; integer labels cut them off.

    The log of 0.5, -0.693, becomes 0 there, and the log of 0.2, -1.609, becomes -1. Every true
    class above 0.37 costs you nothing. With float labels nothing shows. What does zeros_like(Y)
    give for labels that are integers?
    """
    logs = np.zeros_like(Y)
    np.log(A, out=logs, where=Y > 0, casting="unsafe")
    return -np.sum(Y * logs) / Y.shape[1]


# cross_entropy: digits, types and side effects.


def cross_entropy__float32_inside(A, Y):
    """You compute in float32: about seven digits, and nothing below 1e-45.

    A true class with the probability 1e-50 becomes 0 that way, and you return an infinite number
    where a finite one is right. Turning the result back into float64 does not bring the lost digits
    back. Which line of your code makes the numbers shorter?
    """
    P = A.astype(np.float32)
    return float(-np.sum(Y.astype(np.float32) * _log(P, Y).astype(np.float32)) / Y.shape[1])


@mistake(worth=0.5)  # right but for rounding
def cross_entropy__rounded(A, Y):
    """You round the cost; gradients are checked with differences far smaller than that.

    Suppose a small step takes the cost from 0.69314 to 0.69312. To four digits both are 0.6931, so
    the step seems to do nothing, and the slope comes out as 0. Rounding is for printing. Where does
    your code drop digits?
    """
    return np.round(-np.sum(Y * _log(A, Y)) / Y.shape[1], 4)


def cross_entropy__array_of_one(A, Y):
    """You return an array or a list that holds one number; the number in it is right.

    A cost is a plain number, and a list of costs should be a list of numbers. Which step keeps the
    extra axes, and what would take the number out?
    """
    return np.sum(-Y * _log(A, Y), keepdims=True) / Y.shape[1]


@mistake(same_as="cross_entropy__array_of_one")
def cross_entropy__list_of_one(A, Y):
    return [float(np.sum(-Y * _log(A, Y)) / Y.shape[1])]


def cross_entropy__zeros_patched_in_the_argument(A, Y):
    """Your result is right, but the array you were given is not the same afterwards.

    You overwrite the zeros of A, and the caller needs A for the gradient. How could you do this on
    an array of your own?
    """
    A[Y == 0] = 1.0
    return -np.sum(Y * np.log(A)) / Y.shape[1]


# cross_entropy_from_logits: by way of the probabilities.


def cross_entropy_from_logits__log_of_softmax(Z, Y):
    """You take the logarithm of softmax, and a probability that has underflowed to 0 is lost.

    The logits still know how far apart the classes are; after softmax nobody does. What is
    log(exp(x) / s), if you work it out before any number is computed?
    """
    return -np.sum(Y * np.log(_softmax(Z))) / Y.shape[1]


@mistake(same_as="cross_entropy_from_logits__log_of_softmax")
def cross_entropy_from_logits__log_of_softmax_where_asked(Z, Y):
    return -np.sum(Y * _log(_softmax(Z), Y)) / Y.shape[1]


def cross_entropy_from_logits__epsilon_in_the_logarithm(Z, Y):
    """You add a small number to the probability, or clip it, and that caps the cost.

    Where the true class has underflowed the cost should be 2000, say, and yours is never above 40.
    Which quantity would tell 2000 from 1000, and is it still there after softmax?
    """
    return -np.sum(Y * np.log(_softmax(Z) + 1e-8)) / Y.shape[1]


@mistake(same_as="cross_entropy_from_logits__epsilon_in_the_logarithm")
def cross_entropy_from_logits__epsilon_of_1e_12_in_the_logarithm(Z, Y):
    return -np.sum(Y * np.log(_softmax(Z) + 1e-12)) / Y.shape[1]


@mistake(same_as="cross_entropy_from_logits__epsilon_in_the_logarithm")
def cross_entropy_from_logits__probabilities_clipped(Z, Y):
    return -np.sum(Y * np.log(np.clip(_softmax(Z), 1e-15, 1.0))) / Y.shape[1]


# cross_entropy_from_logits: the shift.


def cross_entropy_from_logits__no_shift(Z, Y):
    """You take the exponential of the logits as they come, and large ones overflow.

    Far below zero all of them vanish, and the logarithm is -inf. Which number could you take off a
    column inside the exponential, and how do you make up for it outside?
    """
    return np.sum(Y * (np.log(np.exp(Z).sum(axis=0)) - Z)) / Z.shape[1]


def cross_entropy_from_logits__one_global_max(Z, Y):
    """You shift every column by one maximum, that of the whole array.

    A column that lies 800 below it vanishes, and the logarithm of its sum is -inf. The columns
    (0, 0) and (800, 800) have the same loss, 0.693. In one batch you lose the first of them. Whose
    maximum does each column need?
    """
    S = Z - Z.max()
    return np.sum(Y * (np.log(np.exp(S).sum(axis=0)) - S)) / Z.shape[1]


def cross_entropy_from_logits__min_shift(Z, Y):
    """You shift by the minimum or the mean, and in a wide column the largest logit overflows.

    In the column (0, 2000) the minimum leaves an exponent of 2000, the mean one of 1000, and both
    exponentials are inf. So the cost is inf or nan although all the logits are finite. Which entry
    of a column must not be positive after the shift?
    """
    S = Z - Z.min(axis=0)
    return np.sum(Y * (np.log(np.exp(S).sum(axis=0)) - S)) / Z.shape[1]


@mistake(same_as="cross_entropy_from_logits__min_shift")
def cross_entropy_from_logits__mean_shift(Z, Y):
    S = Z - Z.mean(axis=0)
    return np.sum(Y * (np.log(np.exp(S).sum(axis=0)) - S)) / Z.shape[1]


@mistake(worth=0.5)  # one term is left out at the end
def cross_entropy_from_logits__max_not_added_back(Z, Y):
    """You take the maximum off inside the log-sum-exp and do not give it back outside.

    Unlike in softmax it does not cancel here: your cost is too small by the largest logit. The
    column (5, 5) should cost 0.693, and you return -4.307. What is log(exp(c) * s)?
    """
    log_sum = np.log(np.exp(Z - Z.max(axis=0)).sum(axis=0))
    return np.sum(Y * (log_sum - Z)) / Z.shape[1]


def cross_entropy_from_logits__max_added_twice(Z, Y):
    """You make up for the shift twice: once in the log-sum-exp, and once in the logit.

    Your cost is too large by the largest logit. The column (5, 5) should cost 0.693, the same as
    (0, 0), and you return 5.693. If the shifted logit is what you take off, which log-sum-exp goes
    with it?
    """
    S = Z - Z.max(axis=0)
    return np.sum(Y * (_log_sum_exp(Z) - S)) / Z.shape[1]


def cross_entropy_from_logits__logits_clipped(Z, Y):
    """You clip the logits to keep the exponential finite, and beyond the limit they all tie.

    The cost then no longer knows how far apart they are. Only differences matter: how can you
    keep them and still avoid the overflow?
    """
    C = np.clip(Z, -500, 500)
    return np.sum(Y * (np.log(np.exp(C).sum(axis=0)) - C)) / Z.shape[1]


@mistake(same_as="cross_entropy_from_logits__logits_clipped")
def cross_entropy_from_logits__logits_clipped_at_700(Z, Y):
    C = np.clip(Z, -700, 700)
    return np.sum(Y * (np.log(np.exp(C).sum(axis=0)) - C)) / Z.shape[1]


# cross_entropy_from_logits: the wrong sum.


@mistake(worth=0.5)  # the right sum along the wrong axis
def cross_entropy_from_logits__log_sum_exp_over_rows(Z, Y):
    """You take the log-sum-exp of each row, but an example is a column.

    Try a single example: each row then holds one logit, and the log-sum-exp hands it back. So the
    cost is 0, whatever the label is. Each example needs one log-sum-exp, over its n classes. Along
    which axis do they lie?
    """
    return np.sum(Y * (_log_sum_exp(Z, axis=1) - Z)) / Z.shape[1]


def cross_entropy_from_logits__row_sums_without_keepdims(Z, Y):
    """You sum over each row, and NumPy lines these n numbers up with the m columns.

    If n = m nobody complains; otherwise it is an error, or a number that means nothing. Print the
    shape of your log-sum-exp: how many numbers do m examples need?
    """
    return np.sum(Y * (_log_sum_exp(Z, axis=1).ravel() - Z)) / Z.shape[1]


def cross_entropy_from_logits__log_sum_exp_of_everything(Z, Y):
    """You take one log-sum-exp of the whole array, so all the examples share a denominator.

    With one example nothing shows. Two columns of (0, 0) share a sum of 4, so you return log
    4 = 1.386, and log 2 = 0.693 is right. What should an example's cost have to do with the logits
    of another?
    """
    top = Z.max()
    return np.sum(Y * (top + np.log(np.exp(Z - top).sum()) - Z)) / Z.shape[1]


def cross_entropy_from_logits__log_sum_exp_n_times(Z, Y):
    """You add the log-sum-exp of each example once for every class.

    It meets an (n, m) array to which the labels have already been applied, and broadcasting repeats
    it n times. For the column (0, 0) it is 0.693, and you return twice that. What should multiply
    it, or where should it be added instead?
    """
    return np.sum(_log_sum_exp(Z) - Y * Z) / Z.shape[1]


def cross_entropy_from_logits__log_sum_exp_only(Z, Y):
    """You return the mean log-sum-exp; the logit of the true class is missing, and so is Y.

    A cost that does not know the truth cannot tell a right prediction from a wrong one. What is
    left of log(exp(z) / s) if you write it as a difference?
    """
    return np.mean(_log_sum_exp(Z))


def cross_entropy_from_logits__true_logit_only(Z, Y):
    """You return minus the logit of the true class; the log-sum-exp is missing.

    Adding 7 to every logit then changes your cost, though it changes no probability. What is left
    of log(exp(z) / s) if you write it as a difference?
    """
    return -np.sum(Y * Z) / Z.shape[1]


def cross_entropy_from_logits__sum_of_exponentials_without_log(Z, Y):
    """You use the sum of the exponentials itself and not its logarithm.

    For the column (0, 0) that sum is 2, and 2 is what you return; 0.693 is right. If all the logits
    grow by 1 your cost explodes, though no probability changes. The logarithm of a fraction is a
    difference of two logarithms. Which of the two is missing?
    """
    return np.sum(Y * (np.exp(Z).sum(axis=0) - Z)) / Z.shape[1]


def cross_entropy_from_logits__log_of_the_logits(Z, Y):
    """You take the logarithm of the logits as if they were probabilities.

    A logit may be negative, and then its logarithm is nan. The column (1, 1) gives you a cost of 0,
    as if the model were certain, though each class has the probability 0.5. What turns logits into
    probabilities, and what is the logarithm of *that*?
    """
    return -np.sum(Y * np.log(Z)) / Z.shape[1]


def cross_entropy_from_logits__softmax_twice(Z, Y):
    """You apply softmax twice: you take the log-sum-exp of probabilities.

    The second softmax flattens the first one. For the column (0, 100) with the second class true
    you return 0.313, where next to nothing is right. What does the function receive, logits or
    probabilities, and how often does the exponential appear in the definition?
    """
    P = _softmax(Z)
    return np.sum(Y * (_log_sum_exp(P) - P)) / Z.shape[1]


def cross_entropy_from_logits__sigmoids(Z, Y):
    """You treat each logit as a yes-or-no question of its own, with a sigmoid.

    That is binary cross-entropy: n separate answers that need not sum to 1. For the column (0, 0)
    you add up two losses of 0.693, one for each question, where a single one is right. Through what
    do the classes meet in a softmax?
    """
    return np.sum(np.logaddexp(0, Z) - Y * Z) / Z.shape[1]


def cross_entropy_from_logits__binary(Z, Y):
    """You add a term with 1 - Y and 1 - A: that is the cost of n separate yes-or-no questions.

    It fits sigmoid outputs. A softmax answers one question with n classes, and the false ones are
    in the log-sum-exp already. Which sum is asked for?
    """
    A = np.clip(_softmax(Z), 1e-15, 1 - 1e-15)
    return -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / Z.shape[1]


def cross_entropy_from_logits__sign_flipped(Z, Y):
    """Your cost is negative: the two parts are subtracted the wrong way round.

    The logarithm of a probability is never positive, and the cost has a minus sign in front of it.
    Should a good prediction have a high cost or a low one?
    """
    return np.sum(Y * (Z - _log_sum_exp(Z))) / Z.shape[1]


def cross_entropy_from_logits__all_classes(Z, Y):
    """You sum the log-probabilities of all the classes; the labels are not in your formula.

    A false class with a small probability then costs much, although it is a good prediction. For
    the column (0, 5) with the second class true, 0.007 is right, and you return 5.013. What does Y
    pick out of the sum?
    """
    return np.sum(_log_sum_exp(Z) - Z) / Z.shape[1]


# cross_entropy_from_logits: labels, means, types and side effects.


def cross_entropy_from_logits__largest_label_only(Z, Y):
    """You look up the class with the largest label and read only its logit.

    For one-hot labels that is right. With the labels (0.6, 0.4) and the column (2, 0) you return
    0.127, where 0.927 is right. The second class is unlikely and still holds 0.4 of the truth. What
    becomes of it in your sum?
    """
    truth = Y.argmax(axis=0)
    return np.mean((_log_sum_exp(Z) - Z)[truth, np.arange(Z.shape[1])])


@mistake(same_as="cross_entropy__labels_equal_to_one")
def cross_entropy_from_logits__labels_equal_to_one(Z, Y):
    return np.sum((_log_sum_exp(Z) - Z)[Y == 1]) / Z.shape[1]


@mistake(same_as="cross_entropy__sum_of_the_examples")
def cross_entropy_from_logits__sum_of_the_examples(Z, Y):
    return np.sum(Y * (_log_sum_exp(Z) - Z))


@mistake(worth=0.5)  # the right sum along the wrong axis
def cross_entropy_from_logits__divided_by_classes(Z, Y):
    """You divide by the number of classes, not by the number of examples.

    Say two examples of four classes have the losses 1 and 3. Their mean is 2, and you return 1. As
    many classes as examples would hide it. Here the columns are the examples. Which of the two
    sizes of Z counts them, and what does len(Z) count?
    """
    return np.sum(Y * (_log_sum_exp(Z) - Z)) / Z.shape[0]


@mistake(same_as="cross_entropy__mean_over_all_entries")
def cross_entropy_from_logits__mean_over_all_entries(Z, Y):
    return np.mean(Y * (_log_sum_exp(Z) - Z))


@mistake(
    same_as="cross_entropy__one_loss_per_example", worth=0.5
)  # one term is left out at the end
def cross_entropy_from_logits__one_loss_per_example(Z, Y):
    return np.sum(Y * (_log_sum_exp(Z) - Z), axis=0)


def cross_entropy_from_logits__losses_in_an_integer_array(Z, Y):
    """You write numbers into an array that took its dtype from Y; integer labels cut them off.

    For the column (0, 0) the loss of 0.693 becomes 0 in it, and a loss of 2.408 becomes 2. With
    float labels nothing shows. What does zeros_like(Y) give for labels that are integers?
    """
    losses = np.zeros_like(Y)
    losses[:] = Y * (_log_sum_exp(Z) - Z)
    return np.sum(losses) / Z.shape[1]


def cross_entropy_from_logits__epsilon_beside_the_sum(Z, Y):
    """You add a small number to the sum of the exponentials, and your cost is a little too large.

    The result is right to some eight or ten digits only. After subtracting the maximum, how small
    can that sum become?
    """
    S = Z - Z.max(axis=0)
    return np.sum(Y * (np.log(np.exp(S).sum(axis=0) + 1e-8) - S)) / Z.shape[1]


@mistake(same_as="cross_entropy_from_logits__epsilon_beside_the_sum")
def cross_entropy_from_logits__epsilon_of_1e_10_beside_the_sum(Z, Y):
    S = Z - Z.max(axis=0)
    return np.sum(Y * (np.log(np.exp(S).sum(axis=0) + 1e-10) - S)) / Z.shape[1]


def cross_entropy_from_logits__float32_inside(Z, Y):
    """You compute in float32: about seven digits are right, and no more.

    The logits 1000000 and 1000000.01 are one and the same number there, so which of the two classes
    is true no longer matters. Turning the result back into float64 does not bring the lost digits
    back. Which line of your code makes the numbers shorter?
    """
    S = Z.astype(np.float32)
    return float(np.sum(Y.astype(np.float32) * (_log_sum_exp(S) - S)) / np.float32(Z.shape[1]))


@mistake(same_as="cross_entropy__rounded", worth=0.5)  # right but for rounding
def cross_entropy_from_logits__rounded(Z, Y):
    return np.round(np.sum(Y * (_log_sum_exp(Z) - Z)) / Z.shape[1], 4)


def cross_entropy_from_logits__array_of_one(Z, Y):
    """You return an array that holds one number; the number in it is right.

    A cost is a plain number, and a list of costs should be a list of numbers. Which step keeps the
    extra axes, and what would take the number out?
    """
    return np.sum(Y * (_log_sum_exp(Z) - Z), keepdims=True) / Z.shape[1]


def cross_entropy_from_logits__changes_its_argument(Z, Y):
    """Your result is right, but the array you were given is not the same afterwards.

    An operation such as -= writes into the caller's logits, who still needs them. Which of your
    lines writes into Z rather than into something new?
    """
    Z -= Z.max(axis=0, keepdims=True)
    return np.sum(Y * (np.log(np.exp(Z).sum(axis=0)) - Z)) / Z.shape[1]


# cross_entropy_grad: another derivative.


def cross_entropy_grad__sign_missing(A, Y):
    """Your derivative has the wrong sign: the minus of the loss is missing.

    If the true class becomes more likely, the loss falls: from 1.386 at 0.25 to 1.347 at 0.26. You
    say that it rises, by 4 for each unit. Which sign does the derivative of a falling function
    have?
    """
    return np.divide(Y, A, out=np.zeros(A.shape), where=Y > 0)


def cross_entropy_grad__divided_by_m(A, Y):
    """You divide by the number of examples; with m = 1 nothing shows.

    In this course dA is per example: column k is the derivative of that example's own loss. Where
    will the 1/m of the mean enter later, and would it then be there twice?
    """
    return np.divide(-Y, A, out=np.zeros(A.shape), where=Y > 0) / Y.shape[1]


def cross_entropy_grad__divided_by_n(A, Y):
    """You divide by the number of classes.

    The loss of one example is a sum over its classes, not a mean. If a true class goes from 0.5 to
    0.51, the loss falls from 0.693 to 0.673, about 2 for each unit. With two classes you say 1.
    Where does the division come from, and what in the loss of one example asks for it?
    """
    return np.divide(-Y, A, out=np.zeros(A.shape), where=Y > 0) / Y.shape[0]


def cross_entropy_grad__binary(A, Y):
    """You differentiate binary cross-entropy: there is a second term with 1 - Y and 1 - A.

    That cost asks n separate yes-or-no questions, one sigmoid for each. In the loss of a softmax,
    does the probability of a false class appear at all?
    """
    return -(np.divide(Y, A) - np.divide(1 - Y, 1 - A))


@mistake(same_as="cross_entropy_grad__binary")
def cross_entropy_grad__binary_with_epsilon(A, Y):
    return -(Y / (A + 1e-12) - (1 - Y) / (1 - A + 1e-12))


def cross_entropy_grad__by_the_logits(A, Y):
    """You return A - Y, which is the derivative by the logits.

    That is where the next exercise ends up; here the derivative by the probabilities is asked for.
    For a = (1/2, 1/2) with the first class true you give the second class 1/2, though the loss does
    not contain its probability. Which step lies between the two?
    """
    return A - Y


def cross_entropy_grad__labels_left_out(A, Y):
    """You return -1/A everywhere, as if every class were the true one.

    A probability that the loss does not contain has the derivative 0. For (1/2, 1/4, 1/4) with the
    first class true you give each of the others -4, though neither appears in the loss. By what is
    each logarithm multiplied in the loss?
    """
    return -1 / A


def cross_entropy_grad__loss_not_derivative(A, Y):
    """You return the terms of the loss themselves, with the logarithm still in them.

    What is asked for is how fast they change. For a true class at 0.5 you return 0.693. If it rises
    to 0.51, the loss falls to 0.673. By how much for each unit is that? What is the derivative of
    log(a) by a?
    """
    return -Y * _log(A, Y)


def cross_entropy_grad__product(A, Y):
    """You multiply the labels by the probabilities, and take the minus of that.

    A true class at 0.9 then gets -0.9, and one at 0.01 only -0.01. It should be the other way
    round: the less likely the true class looked, the steeper the loss. What is the derivative of
    log(a) by a?
    """
    return -Y * A


def cross_entropy_grad__labels_only(A, Y):
    """You return -Y: the derivative of the logarithm is missing.

    A true class gets -1 from you, at 0.9 and at 0.01 alike. But a step of 0.01 lowers the loss by
    0.011 from the first and by 0.693 from the second. What is the derivative of log(a) by a?
    """
    return -1.0 * Y


def cross_entropy_grad__fraction_upside_down(A, Y):
    """You divide the probabilities by the labels: the fraction is upside down.

    Most labels are 0, and dividing by them gives inf or nan. A true class at 0.25 gets -0.25 from
    you, though its loss falls by 0.039 on the way to 0.26. Which of the two arrays stands below the
    line in the derivative of y log(a) by a?
    """
    return -A / Y


def cross_entropy_grad__second_derivative(A, Y):
    """You divide by the square of the probability, as in a second derivative.

    For a loss of -log(a), a small step in a changes it by how much? Try a = 0.5: is it 2 or 4 for
    each unit?
    """
    return np.divide(-Y, A**2, out=np.zeros(A.shape), where=Y > 0)


def cross_entropy_grad__squared_error(A, Y):
    """You differentiate the squared error; here the cost is cross-entropy.

    Its derivative stays small even where the model is sure and wrong: a true class at 0.01 gets
    -1.98 from you. A step to 0.02 alone lowers the loss by 0.693. Which function of a does the loss
    contain, and what is its derivative?
    """
    return 2 * (A - Y)


# cross_entropy_grad: zeros and soft labels.


def cross_entropy_grad__zero_by_zero(A, Y):
    """You compute 0/0, which is nan, wherever both label and probability are 0.

    For a = (0, 1/4, 3/4) with the second class true your first entry is nan, and the chain rule
    would spread it. The loss does not contain that probability at all, so its derivative is 0. For
    which entries is there anything to divide?
    """
    return -Y / A


def cross_entropy_grad__epsilon_in_denominator(A, Y):
    """You keep the probabilities away from 0, by adding or by clipping: steep derivatives go flat.

    At a probability of 1e-200 yours is weaker by more than a hundred powers of ten. Can you tell
    the harmless zeros, those with label 0, from the small numbers that matter?
    """
    return -Y / (A + 1e-8)


@mistake(same_as="cross_entropy_grad__epsilon_in_denominator")
def cross_entropy_grad__epsilon_of_1e_15_in_denominator(A, Y):
    return -Y / (A + 1e-15)


@mistake(same_as="cross_entropy_grad__epsilon_in_denominator")
def cross_entropy_grad__probabilities_clipped(A, Y):
    return -Y / np.clip(A, 1e-15, 1.0)


@mistake(same_as="cross_entropy_grad__epsilon_in_denominator")
def cross_entropy_grad__probabilities_clipped_at_1e_7(A, Y):
    return -Y / np.clip(A, 1e-7, 1 - 1e-7)


def cross_entropy_grad__largest_label_only(A, Y):
    """You fill in the class with the largest label only, and take that label for 1.

    For one-hot labels that is right. If a label is split 0.6 to 0.4, which entries of the
    derivative are not 0, and what multiplies them?
    """
    dA = np.zeros(A.shape)
    truth, k = Y.argmax(axis=0), np.arange(A.shape[1])
    dA[truth, k] = -1 / A[truth, k]
    return dA


@mistake(same_as="cross_entropy__labels_taken_as_yes_or_no")
def cross_entropy_grad__labels_taken_as_yes_or_no(A, Y):
    return np.divide(-1.0, A, out=np.zeros(A.shape), where=Y > 0)


def cross_entropy_grad__integer_array(A, Y):
    """You write into an array that took its dtype from Y, and integer labels cut the digits off.

    A true class at 0.8 should get -1.25, and you return -1; whatever lies above 0.5 gets the same.
    With float labels nothing shows. What does zeros_like(Y) give for labels that are integers?
    """
    dA = np.zeros_like(Y)
    dA[Y > 0] = -Y[Y > 0] / A[Y > 0]
    return dA


# cross_entropy_grad: shapes, digits, types and side effects.


def cross_entropy_grad__one_number_per_example(A, Y):
    """You sum over the classes, and one number is left for each example.

    The loss can be differentiated by each of the n probabilities. With a = (1/2, 1/2) and the same
    two numbers as labels, each class has -1. You return -2, and nobody can tell whose it is. Which
    shape does A have, and which has your answer?
    """
    return np.divide(-Y, A, out=np.zeros(A.shape), where=Y > 0).sum(axis=0)


def cross_entropy_grad__entries_picked_out(A, Y):
    """You pick out the entries with a label, and their places are lost in a flat vector.

    The derivative has the shape of A, with zeros where nothing is asked. For two one-hot examples
    of three classes you return 2 numbers in place of 6. Which shape is left when a mask picks
    entries out of an array? Into what shape should you write them?
    """
    return -Y[Y > 0] / A[Y > 0]


def cross_entropy_grad__transposed(A, Y):
    """You return the transpose: an example is a row in your result, but a column in A.

    The numbers themselves are right. With two examples of three classes A is (3, 2), and your
    answer (2, 3) could not even be multiplied with it entry by entry. Which shape does a (3, 5)
    array of probabilities ask for?
    """
    return np.divide(-Y, A, out=np.zeros(A.shape), where=Y > 0).T


def cross_entropy_grad__squeezed(A, Y):
    """You drop the axes of length 1, so one example comes back as a flat vector.

    For three classes A has the shape (3, 1), and your answer has the shape (3,). Multiply the two:
    you get nine numbers where three are meant. The next exercise does such things. Where does your
    code squeeze or index an axis away?
    """
    return np.squeeze(np.divide(-Y, A, out=np.zeros(A.shape), where=Y > 0))


@mistake(same_as="cross_entropy__float32_inside")
def cross_entropy_grad__float32_inside(A, Y):
    P = np.where(Y > 0, A, 1).astype(np.float32)
    return (-Y.astype(np.float32) / P).astype(np.float64)


def cross_entropy_grad__list(A, Y):
    """You return a nested list; the numbers in it are right.

    A list has no shape, and if dA is your answer, even -dA is an error. The chain rule multiplies
    it by whole tables, and would stumble over that. Which type did you receive, and which step
    makes a list of it?
    """
    return np.divide(-Y, A, out=np.zeros(A.shape), where=Y > 0).tolist()


def cross_entropy_grad__zeros_patched_in_the_argument(A, Y):
    """Your result is right, but the array you were given is not the same afterwards.

    You overwrite entries of A, and the caller still needs them. Suppose the cost is computed from
    the same A after your gradient, or the gradient a second time. Print A before and after a call:
    which entries differ? How could you do this on an array of your own?
    """
    A[Y == 0] = 1.0
    return -Y / A


# Found in code that others have published, or by trying what the checks let through.


def cross_entropy__small_labels_dropped(A, Y):
    """You take labels below some limit for 0.

    A soft label may be as small as 1e-9, and the loss of its class counts by just that much. Where
    the other classes cost nothing, it is all there is. Where that class has probability 0, it makes
    the cost infinite. From which size on is a label nothing? Which test asks just that?
    """
    return -np.sum(Y * np.log(A, out=np.zeros(A.shape), where=Y > 1e-8)) / Y.shape[1]


@mistake(same_as="cross_entropy__small_labels_dropped")
def cross_entropy__labels_close_to_zero_dropped(A, Y):
    wanted = ~np.isclose(Y, 0)
    return -np.sum(Y * np.log(A, out=np.zeros(A.shape), where=wanted)) / Y.shape[1]


def cross_entropy_grad__small_labels_dropped(A, Y):
    """You take labels below some limit for 0, and so their derivatives too.

    A soft label may be as small as 1e-9. Where its class has a probability of 1e-30, the derivative
    is -1e21: about the largest number there is in the column. From which size on is a label
    nothing? Which test asks just that?
    """
    return np.divide(-Y, A, out=np.zeros(A.shape), where=Y > 1e-8)


def cross_entropy_grad__one_buffer_for_all_calls(A, Y):
    """Your numbers are right, but each call writes them into one and the same array.

    Whoever still holds the answer to an earlier call finds other numbers in it now. An array that
    lives outside of the function is filled again and again. Checks that look at one answer at a
    time never notice. What would two answers, held side by side, say? Where should the array of an
    answer be made?
    """
    return _in_one_buffer(np.divide(-Y, A, out=np.zeros(A.shape), where=Y > 0))


def cross_entropy_from_logits__long_double_without_shift(Z, Y):
    """You take the exponential of the logits as they come, in numbers longer than float64.

    They overflow later, not never: from logits of some 11 000 on the cost is infinite or nan again.
    On some machines a long double is no longer than a float64. More range only moves the limit.
    Which number could a column lose, and get back behind the logarithm, so that no range is needed?
    """
    E = Z.astype(np.longdouble)
    total = np.log(np.exp(E).sum(axis=0))
    return float(np.sum(Y * (total - E)) / Y.shape[1])


@mistake(same_as="cross_entropy_from_logits__logits_clipped")
def cross_entropy_from_logits__logits_clipped_at_10000(Z, Y):
    C = np.clip(Z, -10_000, 10_000)
    return np.sum(Y * (_log_sum_exp(C) - C)) / Y.shape[1]
