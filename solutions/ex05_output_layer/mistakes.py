"""Wrong output layers, costs and gradients; each docstring is what the learner is told."""

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


def _with_ones(X):
    return np.vstack([np.ones((1, X.shape[1])), X])


def _logits(Theta, X):
    return Theta @ _with_ones(X)


def _hypotheses(Theta, X):
    return _softmax(_logits(Theta, X))


def _log_hypotheses(Z):
    S = Z - Z.max(axis=0, keepdims=True)
    return S - np.log(np.exp(S).sum(axis=0, keepdims=True))


def _cost(Theta, X, Y):
    return -(Y * _log_hypotheses(_logits(Theta, X))).sum()


def _terms(Theta, X, Y, k):
    """One term for each part and each example, without x_j."""
    own = np.arange(len(Theta))[:, None] == k
    return Y * (_hypotheses(Theta, X)[k] - own)


def _parts(Theta, X, Y, k, j):
    return _terms(Theta, X, Y, k) @ _with_ones(X)[j]


def _grad(Theta, X, Y):
    return (_hypotheses(Theta, X) - Y) @ _with_ones(X).T


# hypotheses: the bias.


def hypotheses__bias_left_out(Theta, X):
    """You take x_0 for 0: the biases in column 0 of Theta have no effect on your result.

    An example whose features are all 0 then gets the same probability for each class. By what is
    a bias multiplied in the sum over j?
    """
    return _softmax(Theta[:, 1:] @ X)


@mistake(same_as="hypotheses__bias_left_out")
def hypotheses__row_of_zeros(Theta, X):
    return _softmax(Theta @ np.vstack([np.zeros((1, X.shape[1])), X]))


def hypotheses__row_of_ones_below(Theta, X):
    """You treat the last column of Theta as the biases, and the first one as the first feature.

    Row and column have to meet in the same order: x_0 stands before x_1. At which end of X does
    the row of ones belong?
    """
    return _softmax(Theta @ np.vstack([X, np.ones((1, X.shape[1]))]))


@mistake(same_as="hypotheses__row_of_ones_below")
def hypotheses__last_column_as_bias(Theta, X):
    return _softmax(Theta[:, :-1] @ X + Theta[:, -1:])


def hypotheses__bias_without_its_axis(Theta, X):
    """You add the biases as a flat vector, and NumPy lines them up with the examples.

    That is an error or a wrong shape unless n = m, and then all logits of example i get the bias
    of class i, which changes nothing. What shape must the biases have to be one for each row?
    """
    return _softmax(Theta[:, 1:] @ X + Theta[:, 0])


def hypotheses__bias_times_features(Theta, X):
    """You multiply the bias by the features as well, so it counts nothing where they are 0.

    A bias belongs to no feature at all: it is added once, whatever x is. What should z be for an
    example whose features are all 0?
    """
    return _softmax(Theta[:, 1:] @ X + Theta[:, :1] * X.sum(axis=0))


def hypotheses__bias_after_softmax(Theta, X):
    """You add the biases to the probabilities, after the softmax, so your columns do not sum to 1.

    A bias is a part of the score of its class. At which point have the scores of an example been
    turned into probabilities already?
    """
    return _softmax(Theta[:, 1:] @ X) + Theta[:, :1]


# hypotheses: Theta and the features.


def hypotheses__first_feature_only(Theta, X):
    """You use the first feature alone; all the columns of Theta after the second are ignored.

    The formulas for three hypotheses are written for d = 1. What does the sum in z_k look like if
    there are d features?
    """
    return _softmax(Theta[:, :1] + Theta[:, 1:2] * X[:1])


def hypotheses__columns_of_theta_as_classes(Theta, X):
    """You take the weights of a class out of a column of Theta, or reshape Theta until it fits.

    Either way weights of different classes meet in one logit; reshape only sets new borders, it
    does not transpose. Which product, with Theta as it comes, gives one row for each class?
    """
    return _softmax(Theta.T @ _with_ones(X))


@mistake(same_as="hypotheses__columns_of_theta_as_classes")
def hypotheses__theta_reshaped(Theta, X):
    n, width = Theta.shape
    return _softmax(Theta.reshape(width, n).T @ _with_ones(X))


def hypotheses__features_standardised(Theta, X):
    """You rescale the features (mean 0, deviation 1) before you use them.

    That may help training, but it changes the hypotheses: Theta belongs to X as it comes. Which
    line of your code did the contract not ask for?
    """
    S = (X - X.mean(axis=1, keepdims=True)) / X.std(axis=1, keepdims=True)
    return _hypotheses(Theta, S)


# hypotheses: not this softmax.


def hypotheses__logits(Theta, X):
    """You return the logits; nothing has turned them into probabilities yet.

    They may be negative, and a column does not sum to 1. Which function that you wrote in an
    earlier exercise is the last step?
    """
    return _logits(Theta, X)


def hypotheses__sigmoid(Theta, X):
    """You give each class a sigmoid of its own, so the classes of an example never meet.

    Those are three separate yes-or-no questions, and their answers do not sum to 1. What do h_1,
    h_2 and h_3 have in common in the formulas?
    """
    return 1 / (1 + np.exp(-_logits(Theta, X)))


def hypotheses__no_exponential(Theta, X):
    """You divide the logits themselves by their sum; the exponential is missing.

    A logit may be negative, and so may the sum. What makes each score positive before they are
    compared?
    """
    Z = _logits(Theta, X)
    return Z / Z.sum(axis=0)


def hypotheses__sign_flipped(Theta, X):
    """You take the exponential of the negated logits, so the smallest logit wins.

    The minus sign belongs to the sigmoid's exp(-z). Which class should gain if its bias grows?
    """
    return _softmax(-_logits(Theta, X))


def hypotheses__one_plus_denominator(Theta, X):
    """You add 1 to the denominator, so your columns sum to less than 1.

    That 1 stands for one more class whose logit is 0; some texts leave the last class out of
    Theta in this way. How many rows does Theta have here, and how many classes are there?
    """
    E = np.exp(_logits(Theta, X))
    return E / (1 + E.sum(axis=0))


def hypotheses__last_class_without_weights(Theta, X):
    """You replace the weights of the last class by zeros, as if it were a class of reference.

    Subtracting one row from all rows changes nothing, but setting one row to zeros does. What do
    the contract and the exercise say about the rows of Theta?
    """
    T = Theta.copy()
    T[-1] = 0.0
    return _hypotheses(T, X)


def hypotheses__rows_instead_of_columns(Theta, X):
    """You normalise each class over all the examples; it should be each example over its classes.

    Your rows sum to 1 where the columns should. Which axis does one example run along?
    """
    Z = _logits(Theta, X)
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


def hypotheses__whole_array_sum(Theta, X):
    """You divide by one sum over all classes and all examples.

    With a single example nothing shows. What should each column of the result add up to?
    """
    Z = _logits(Theta, X)
    E = np.exp(Z - Z.max())
    return E / E.sum()


def hypotheses__no_shift(Theta, X):
    """The exponential in your hypotheses overflows for large logits, and inf/inf is nan.

    Above about 709 there is no exp(z) in float64. Which number could the logits of an example lose
    without changing its hypotheses, and did your softmax of exercise 1 do so?
    """
    E = np.exp(_logits(Theta, X))
    return E / E.sum(axis=0)


def hypotheses__one_global_max(Theta, X):
    """You subtract one maximum, that of all the logits, and other examples underflow to 0/0.

    One example may lie thousands below another. Whose maximum does each of them need?
    """
    Z = _logits(Theta, X)
    E = np.exp(Z - Z.max())
    return E / E.sum(axis=0)


def hypotheses__logits_clipped(Theta, X):
    """You clip the logits to keep the exponential finite, so all logits beyond the limit tie.

    Only their differences count, and the clip erases them. How can you keep the differences and
    still avoid the overflow?
    """
    E = np.exp(np.clip(_logits(Theta, X), -500, 500))
    return E / E.sum(axis=0)


# hypotheses: shapes, digits, side effects.


def hypotheses__first_hypothesis_only(Theta, X):
    """You return h_1 alone: one number for each example.

    Each class has a hypothesis, and they share one denominator. How many rows should come back?
    """
    return _hypotheses(Theta, X)[0]


def hypotheses__last_example_left_out(Theta, X):
    """Your loop stops one example early, so the last column stays zero.

    range(m) already leaves m itself out. Which values does your loop variable take if m = 2?
    """
    H = np.zeros((len(Theta), X.shape[1]))
    for i in range(X.shape[1] - 1):
        H[:, i] = _hypotheses(Theta, X[:, i : i + 1])[:, 0]
    return H


def hypotheses__loop_over_classes(Theta, X):
    """Your loop over the examples runs n times (once per class) and not m times.

    If n < m the last columns stay zero, and if n > m the index runs out of the array. Which array
    tells you the number of examples, and in which entry of its shape?
    """
    H = np.zeros((len(Theta), X.shape[1]))
    for i in range(len(Theta)):
        H[:, i] = _hypotheses(Theta, X)[:, i]
    return H


def hypotheses__transposed_result(Theta, X):
    """You return a row for each example; the numbers are right.

    In this course examples are columns, in the result as in X. Which shape do n classes and m
    examples ask for?
    """
    return _hypotheses(Theta, X).T


def hypotheses__squeezed(Theta, X):
    """You drop the axes of length 1, so a single example or class comes back as a flat vector.

    (n,) and (n, 1) broadcast quite differently. Is the squeeze there to repair a shape that went
    wrong earlier?
    """
    return np.squeeze(_hypotheses(Theta, X))


def hypotheses__epsilon_in_denominator(Theta, X):
    """You add a small number to the denominator, and only some eight to ten digits are right.

    After the maximum has been subtracted, how small can the denominator become?
    """
    Z = _logits(Theta, X)
    E = np.exp(Z - Z.max(axis=0))
    return E / (E.sum(axis=0) + 1e-8)


@mistake(same_as="hypotheses__epsilon_in_denominator")
def hypotheses__epsilon_of_1e_10_in_denominator(Theta, X):
    Z = _logits(Theta, X)
    E = np.exp(Z - Z.max(axis=0))
    return E / (E.sum(axis=0) + 1e-10)


def hypotheses__probabilities_clipped(Theta, X):
    """You clip the probabilities away from 0.

    A class may really be as unlikely as 1e-300, and the clipped value is wrong by a huge factor.
    Is this the place to look after a logarithm that comes later?
    """
    return np.clip(_hypotheses(Theta, X), 1e-15, 1 - 1e-15)


def hypotheses__float32_inside(Theta, X):
    """You compute in float32: about seven digits, and nothing below 1e-45.

    Turning the result back into float64 does not bring the lost digits back. Which line of your
    code makes the numbers shorter?
    """
    T, R = Theta.astype(np.float32), X.astype(np.float32)
    Z = T[:, :1] + T[:, 1:] @ R
    return _softmax(Z).astype(np.float64)


def hypotheses__rounded(Theta, X):
    """You round the probabilities, and small ones become exactly 0.

    Rounding is for printing; a cost takes the logarithm of these numbers. What is log(0)?
    """
    return np.round(_hypotheses(Theta, X), 4)


def hypotheses__list(Theta, X):
    """You return a nested list; the numbers in it are right.

    A list has no shape, and H - Y would be an error. Which type did you receive?
    """
    return _hypotheses(Theta, X).tolist()


def hypotheses__changes_theta(Theta, X):
    """Your result is right, but the weights you were given are not the same afterwards.

    An operation such as -= writes into the caller's Theta, who trains it further. Which of your
    lines writes into an argument rather than into something new?
    """
    Theta -= Theta.max(axis=0)
    return _hypotheses(Theta, X)


# output_layer_cost: what is summed, and divided by what.


def output_layer_cost__mean_over_examples(Theta, X, Y):
    """You divide the cost by the number of examples.

    A mean is a fine convention, and exercise 3 uses it, but in this exercise the cost and its
    gradient are sums. Hand an example in twice: what should happen to the cost?
    """
    return _cost(Theta, X, Y) / X.shape[1]


@mistake(same_as="output_layer_cost__mean_over_examples")
def output_layer_cost__mean_of_the_column_sums(Theta, X, Y):
    return -np.mean((Y * _log_hypotheses(_logits(Theta, X))).sum(axis=0))


def output_layer_cost__mean_over_everything(Theta, X, Y):
    """You take the mean over all the classes and all the examples.

    The labels already say how much each class counts, and the examples are to be added up. How
    many numbers do you divide by, and how many should it be?
    """
    return -np.mean(Y * _log_hypotheses(_logits(Theta, X)))


def output_layer_cost__divided_by_classes(Theta, X, Y):
    """You divide the cost by the number of classes.

    The sum over the classes is weighted by labels that sum to 1, so it needs no divisor. Which
    entry of which shape do you divide by?
    """
    return _cost(Theta, X, Y) / len(Y)


def output_layer_cost__half(Theta, X, Y):
    """You halve the cost.

    A factor 1/2 belongs to squared errors, where it cancels the 2 of the derivative. Does anything
    here have a square to differentiate?
    """
    return _cost(Theta, X, Y) / 2


def output_layer_cost__one_cost_per_example(Theta, X, Y):
    """You return a cost for each example; they still have to be added up.

    J is one number for the whole batch. Over which axes does your sum run?
    """
    return -(Y * _log_hypotheses(_logits(Theta, X))).sum(axis=0)


def output_layer_cost__last_example_only(Theta, X, Y):
    """You return the cost of the last example alone.

    Each round of a loop overwrites what the round before it computed. Which operator adds to what
    is there already?
    """
    return _cost(Theta, X[:, -1:], Y[:, -1:])


def output_layer_cost__first_example_only(Theta, X, Y):
    """You return the cost of the first example alone.

    The loop ends after one round, or reads column 0 only. Look at the indentation of your return:
    how often can it be reached?
    """
    return _cost(Theta, X[:, :1], Y[:, :1])


# output_layer_cost: another formula.


def output_layer_cost__sign_missing(Theta, X, Y):
    """Your cost is negative: the minus before the sum is missing.

    The logarithm of a probability is never positive, and a cost should be small for good
    predictions. Which sign makes it so?
    """
    return -_cost(Theta, X, Y)


def output_layer_cost__binary_terms_added(Theta, X, Y):
    """You add (1 - y) ln(1 - h) for each class, as in binary cross-entropy.

    There every output is a yes-or-no question of its own. Here the classes share one denominator:
    has ln h of the true class not been told already about all the others?
    """
    H = _hypotheses(Theta, X)
    with np.errstate(all="ignore"):
        return -(Y * np.log(H) + (1 - Y) * np.log(1 - H)).sum()


def output_layer_cost__squared_error(Theta, X, Y):
    """You add up squared differences between hypotheses and labels.

    That is another cost, and its gradient is another one too. Which function of h does the
    cross-entropy take?
    """
    return ((_hypotheses(Theta, X) - Y) ** 2).sum()


@mistake(same_as="output_layer_cost__squared_error")
def output_layer_cost__half_squared_error(Theta, X, Y):
    return 0.5 * ((_hypotheses(Theta, X) - Y) ** 2).sum()


def output_layer_cost__no_logarithm(Theta, X, Y):
    """You add up the probabilities of the true classes; the logarithm is missing.

    Without it a hopeless prediction costs hardly more than a poor one. What happens to -ln h as h
    goes to 0?
    """
    return -(Y * _hypotheses(Theta, X)).sum()


def output_layer_cost__labels_left_out(Theta, X, Y):
    """You add up the logarithms of all the classes; the labels have no say in your cost.

    Which class is the true one must make a difference. By what is each logarithm multiplied?
    """
    return -_log_hypotheses(_logits(Theta, X)).sum()


def output_layer_cost__labels_and_hypotheses_swapped(Theta, X, Y):
    """You take the logarithm of the labels, weighted by the hypotheses: they have changed places.

    A label is 0 for nearly every class, and has no logarithm. Which of the two is always positive
    on paper?
    """
    return -(_hypotheses(Theta, X) * np.log(Y + 1e-15)).sum()


def output_layer_cost__base_two(Theta, X, Y):
    """You take the logarithm to another base than e, so your cost is off by a constant factor.

    Derivatives like -y/h belong to the natural logarithm. Which NumPy function is that?
    """
    return _cost(Theta, X, Y) / np.log(2)


@mistake(same_as="output_layer_cost__base_two")
def output_layer_cost__base_ten(Theta, X, Y):
    return _cost(Theta, X, Y) / np.log(10)


def output_layer_cost__log_of_the_batch(Theta, X, Y):
    """You add up all the examples first and take a single logarithm afterwards.

    With one example and a one-hot label nothing shows. Which of the two comes first in the formula,
    the logarithm or the sum?
    """
    return -np.log((Y * _hypotheses(Theta, X)).sum())


def output_layer_cost__log_outside_the_classes(Theta, X, Y):
    """You add up y h over the classes of an example, and then take the logarithm.

    For one-hot labels that is the same, for soft ones it is not. Does the logarithm stand inside
    the sum over the classes in the formula, or outside?
    """
    Z = _logits(Theta, X)
    S = Z - Z.max(axis=0)
    with np.errstate(all="ignore"):
        picked = np.where(Y > 0, np.log(Y) + S, -np.inf)
    top = picked.max(axis=0)
    each = top + np.log(np.exp(picked - top).sum(axis=0))
    return -(each - np.log(np.exp(S).sum(axis=0))).sum()


def output_layer_cost__hard_labels(Theta, X, Y):
    """You look for one true class in each example, which is right for one-hot labels only.

    A soft label such as (0.5, 0.3, 0.2) names several classes, each with its weight. What does the
    sum over k in the formula do with them?
    """
    L = _log_hypotheses(_logits(Theta, X))
    return -L[Y.argmax(axis=0), np.arange(X.shape[1])].sum()


def output_layer_cost__labels_equal_to_one(Theta, X, Y):
    """You count only the entries where the label is exactly 1, so soft labels cost nothing.

    A label of 0.5 counts as well, by half. What should each logarithm be multiplied by?
    """
    return -_log_hypotheses(_logits(Theta, X))[Y == 1].sum()


def output_layer_cost__normaliser_missing(Theta, X, Y):
    """You add up the true classes' logits; the logarithm of the denominator is missing.

    Without it the cost falls for ever if only the logits grow. What is ln(a / b)?
    """
    return -(Y * _logits(Theta, X)).sum()


def output_layer_cost__maximum_not_added_back(Theta, X, Y):
    """You subtract the maximum inside the log-sum-exp and do not make up for it anywhere.

    The shift is free only if numerator and denominator lose the same. Which of your two terms
    still uses the logits without the shift?
    """
    Z = _logits(Theta, X)
    lse = np.log(np.exp(Z - Z.max(axis=0)).sum(axis=0))
    return (lse - (Y * Z).sum(axis=0)).sum()


# output_layer_cost: probabilities that vanish.


def output_layer_cost__log_of_probability(Theta, X, Y):
    """You take the logarithm of a probability that has become 0, and the cost is nan or inf.

    For a class with label 0 that is 0 times -inf, for a true class it hides a finite cost. What
    does ln h become if you write the softmax in and simplify first?
    """
    with np.errstate(all="ignore"):
        return -(Y * np.log(_hypotheses(Theta, X))).sum()


def output_layer_cost__nan_left_out(Theta, X, Y):
    """You skip the nan of 0 times ln 0, and a true class that underflowed still costs inf.

    The cost of such an example is large but finite: the logits know it. What does ln h become if
    you write the softmax in and simplify first?
    """
    with np.errstate(all="ignore"):
        return -np.nansum(Y * np.log(_hypotheses(Theta, X)))


@mistake(same_as="output_layer_cost__nan_left_out")
def output_layer_cost__true_classes_only(Theta, X, Y):
    H = _hypotheses(Theta, X)
    with np.errstate(all="ignore"):
        return -(Y[Y > 0] * np.log(H[Y > 0])).sum()


def output_layer_cost__epsilon_in_the_logarithm(Theta, X, Y):
    """You put a floor under the probabilities, so no example can cost more than some 18 to 37.

    An example that is further off than that looks no worse, and the number you return is wrong.
    Which difference of logits is the cost really about?
    """
    return -(Y * np.log(_hypotheses(Theta, X) + 1e-15)).sum()


@mistake(same_as="output_layer_cost__epsilon_in_the_logarithm")
def output_layer_cost__epsilon_of_1e_8_in_the_logarithm(Theta, X, Y):
    return -(Y * np.log(_hypotheses(Theta, X) + 1e-8)).sum()


@mistake(same_as="output_layer_cost__epsilon_in_the_logarithm")
def output_layer_cost__probabilities_clipped(Theta, X, Y):
    return -(Y * np.log(np.clip(_hypotheses(Theta, X), 1e-12, 1.0))).sum()


def output_layer_cost__no_shift(Theta, X, Y):
    """The exponential inside your log-sum-exp overflows.

    The cost is infinite for logits above about 709, and for an example whose logits all lie below
    -745 too. Which logit could you take out of the sum, so that the largest exponent is 0?
    """
    Z = _logits(Theta, X)
    with np.errstate(all="ignore"):
        return (np.log(np.exp(Z).sum(axis=0)) - (Y * Z).sum(axis=0)).sum()


def output_layer_cost__one_global_max(Theta, X, Y):
    """You subtract one maximum, that of all the logits, before the exponential.

    An example that lies 800 below it is left with the logarithm of 0. Whose maximum does each
    example need?
    """
    Z = _logits(Theta, X)
    with np.errstate(all="ignore"):
        lse = Z.max() + np.log(np.exp(Z - Z.max()).sum(axis=0))
        return (lse - (Y * Z).sum(axis=0)).sum()


# output_layer_cost: the hypotheses inside it, types, side effects.


def output_layer_cost__bias_left_out(Theta, X, Y):
    """You take x_0 for 0 inside the cost: the biases in column 0 of Theta change nothing in it.

    By what is a bias multiplied in a logit? Do you call your own hypotheses here, or have you
    written the logits anew?
    """
    return -(Y * _log_hypotheses(Theta[:, 1:] @ X)).sum()


def output_layer_cost__row_of_ones_below(Theta, X, Y):
    """You treat the last column of Theta as the biases inside the cost.

    x_0 stands before x_1. Do you call your own hypotheses here, or have you written the logits
    anew?
    """
    return -(Y * _log_hypotheses(Theta @ np.vstack([X, np.ones((1, X.shape[1]))]))).sum()


def output_layer_cost__sigmoid(Theta, X, Y):
    """You give each class a sigmoid of its own inside the cost, where a softmax belongs.

    Each class then pays for its own logit only. Through what do the other classes raise the cost of
    the true one?
    """
    with np.errstate(all="ignore"):
        return (Y * np.log(1 + np.exp(-_logits(Theta, X)))).sum()


def output_layer_cost__rows_instead_of_columns(Theta, X, Y):
    """You normalise each class over the examples inside the cost; it should be the other way round.

    What should the probabilities of one column add up to? With a single example your cost is 0:
    can that be?
    """
    Z = _logits(Theta, X)
    S = Z - Z.max(axis=1, keepdims=True)
    return -(Y * (S - np.log(np.exp(S).sum(axis=1, keepdims=True)))).sum()


def output_layer_cost__float32_inside(Theta, X, Y):
    """You compute in float32, and only about seven digits of the cost are right.

    Costs are compared with each other, and their differences are small. Which line of your code
    makes the numbers shorter?
    """
    T, R = Theta.astype(np.float32), X.astype(np.float32)
    L = _log_hypotheses(T[:, :1] + T[:, 1:] @ R)
    return float(-(Y * L).sum())


def output_layer_cost__rounded(Theta, X, Y):
    """You round the cost.

    Rounding is for printing: a difference quotient made of rounded costs is useless. Where does
    your code drop digits?
    """
    return float(np.round(_cost(Theta, X, Y), 4))


def output_layer_cost__array_of_one(Theta, X, Y):
    """You return an array with one entry; its value is right.

    A cost is a plain number. Which keepdims, or which matrix product, keeps the axes alive?
    """
    return -(Y * _log_hypotheses(_logits(Theta, X))).sum(keepdims=True)


def output_layer_cost__changes_labels(Theta, X, Y):
    """You multiply the labels in place, so the caller's Y is not the same afterwards.

    An operation such as *= writes into Y, and refuses if Y holds ints. Where could the product be
    kept instead?
    """
    Y *= _log_hypotheses(_logits(Theta, X))
    return -Y.sum()


# output_layer_grad_parts: which ways there are, and with which sign.


def output_layer_grad_parts__own_part_only(Theta, X, Y, k, j):
    """You fill the part of the weight's own class only; all the others are 0.

    The weight stands in z_k alone, but z_k stands in the denominator of each hypothesis. Do the
    other h_l stay where they are when z_k grows?
    """
    parts = _parts(Theta, X, Y, k, j)
    return np.where(np.arange(len(parts)) == k, parts, 0.0)


def output_layer_grad_parts__own_part_missing(Theta, X, Y, k, j):
    """You fill the parts of the other classes, and leave that of the weight's own class at 0.

    h_k reacts to its own weight more than any other. What does the quotient rule give if the
    numerator contains the weight as well?
    """
    parts = _parts(Theta, X, Y, k, j)
    return np.where(np.arange(len(parts)) == k, 0.0, parts)


def output_layer_grad_parts__case_1_everywhere(Theta, X, Y, k, j):
    """You use the form of Part I for every part.

    Its 1 comes from the numerator, which contains the weight only in h_k. What is u' in the
    quotient rule for another class?
    """
    h_k = _hypotheses(Theta, X)[k]
    return -(Y * (1 - h_k)) @ _with_ones(X)[j]


def output_layer_grad_parts__case_1_of_each_class(Theta, X, Y, k, j):
    """You use h_l (1 - h_l) as the derivative of each hypothesis, as for sigmoids.

    That is the derivative of h_l by its own logit. The weight has one class only: how does z_k
    reach another h_l?
    """
    H = _hypotheses(Theta, X)
    return -(Y * (1 - H)) @ _with_ones(X)[j]


def output_layer_grad_parts__case_2_everywhere(Theta, X, Y, k, j):
    """You use the form of Part II for every part, that of the weight's own class included.

    In h_k the numerator contains the weight as well. Which term does the quotient rule give there
    in addition?
    """
    return (Y * _hypotheses(Theta, X)[k]) @ _with_ones(X)[j]


def output_layer_grad_parts__own_sign_flipped(Theta, X, Y, k, j):
    """The part of the weight's own class has the wrong sign; the others are right.

    If a class is the true one, a larger weight for it (times a positive x_j) should lower the
    cost. Which factor of this part brings a minus with it?
    """
    parts = _parts(Theta, X, Y, k, j)
    return np.where(np.arange(len(parts)) == k, -parts, parts)


def output_layer_grad_parts__other_signs_flipped(Theta, X, Y, k, j):
    """The parts of the other classes have the wrong sign; that of the weight's own class is right.

    Two factors meet in each of them, and each has a minus. If a wrong class gets a larger weight
    (and x_j is positive), should the cost grow or shrink?
    """
    parts = _parts(Theta, X, Y, k, j)
    return np.where(np.arange(len(parts)) == k, parts, -parts)


def output_layer_grad_parts__negated(Theta, X, Y, k, j):
    """All your parts have the opposite sign.

    Either the minus of the cost got lost, or the quotient rule was taken the wrong way round
    (u v' - u' v). If the true class gets a larger weight, should the cost grow?
    """
    return -_parts(Theta, X, Y, k, j)


# output_layer_grad_parts: the two factors.


def output_layer_grad_parts__own_probability_in_others(Theta, X, Y, k, j):
    """In the parts of the other classes a probability is left that should have cancelled.

    dJ/dh_l brings the fraction y_l/h_l. With which of the two factors of -h_l h_k does it cancel?
    """
    H = _hypotheses(Theta, X)
    own = np.arange(len(H))[:, None] == k
    return (Y * (H - own)) @ _with_ones(X)[j]


def output_layer_grad_parts__fraction_forgotten(Theta, X, Y, k, j):
    """You use y_l in place of y_l/h_l: a factor h_l too many is left in each part.

    The derivative of ln h is not 1. What does the derivative of -y ln h by h look like?
    """
    H = _hypotheses(Theta, X)
    return (H * _terms(Theta, X, Y, k)) @ _with_ones(X)[j]


def output_layer_grad_parts__fraction_counted_twice(Theta, X, Y, k, j):
    """You divide by h_l once too often: what you multiply y_l/h_l by is already free of h_l.

    d(ln h)/dTheta is the derivative of h divided by h. Which of the two did you compute, and which
    one does the chain rule need next to dJ/dh?
    """
    H = _hypotheses(Theta, X)
    with np.errstate(all="ignore"):
        return (_terms(Theta, X, Y, k) / H) @ _with_ones(X)[j]


def output_layer_grad_parts__fraction_left_standing(Theta, X, Y, k, j):
    """You compute y_l/h_l and multiply by h_l again, and where h_l underflows this is 0/0: nan.

    On paper the two cancel. Which formula remains for each part if you cancel first, and does it
    still divide by anything?
    """
    H = _hypotheses(Theta, X)
    own = np.arange(len(H))[:, None] == k
    with np.errstate(all="ignore"):
        return (-Y / H * (H * (own - H[k]))) @ _with_ones(X)[j]


def output_layer_grad_parts__epsilon_in_the_fraction(Theta, X, Y, k, j):
    """You add a small number to h_l under the fraction, and the part of a class that vanishes is 0.

    It should be as large as the cost is steep there. Which formula remains for each part if you
    cancel on paper, and does it still divide by anything?
    """
    H = _hypotheses(Theta, X)
    own = np.arange(len(H))[:, None] == k
    return (-Y / (H + 1e-15) * (H * (own - H[k]))) @ _with_ones(X)[j]


def output_layer_grad_parts__labels_left_out(Theta, X, Y, k, j):
    """Your parts do not depend on the labels.

    dJ/dh_l is not -1/h_l for every class: the cost counts only what the label names. Where does
    y_l belong?
    """
    H = _hypotheses(Theta, X)
    own = np.arange(len(H))[:, None] == k
    return (H[k] - own) @ _with_ones(X)[j]


def output_layer_grad_parts__label_of_the_weight(Theta, X, Y, k, j):
    """You multiply every part by y_k, the label of the weight's own class.

    Part l comes from the term of the cost that holds h_l. Whose label stands in that term?
    """
    H = _hypotheses(Theta, X)
    own = np.arange(len(H))[:, None] == k
    return (Y[k] * (H[k] - own)) @ _with_ones(X)[j]


def output_layer_grad_parts__hard_labels(Theta, X, Y, k, j):
    """You give each example to one true class, which is right for one-hot labels only.

    With a soft label several hypotheses enter the cost. How much should each of them count?
    """
    hard = np.eye(len(Y))[:, Y.argmax(axis=0)]
    return _parts(Theta, X, hard, k, j)


# output_layer_grad_parts: the sum over the examples.


def output_layer_grad_parts__product_of_sums(Theta, X, Y, k, j):
    """You add up the examples in each factor, and then multiply the two sums.

    That lets the label of one example meet the probability of another. With a single example
    nothing shows. Which comes first: multiply within an example, or add up?
    """
    H = _hypotheses(Theta, X)
    own = np.arange(len(H))[:, None] == k
    with np.errstate(all="ignore"):
        return (-Y / H).sum(axis=1) * ((H * (own - H[k])) @ _with_ones(X)[j])


def output_layer_grad_parts__feature_summed_separately(Theta, X, Y, k, j):
    """You add up x_j on its own, and multiply by it when the examples are summed already.

    For the bias this is off by the factor m, for a feature it is plainly something else. Which
    example does each x_j belong to?
    """
    return _terms(Theta, X, Y, k).sum(axis=1) * _with_ones(X)[j].sum()


def output_layer_grad_parts__mean_over_examples(Theta, X, Y, k, j):
    """You divide the parts by the number of examples.

    The cost of this exercise is a sum, and so are its derivatives. Where does your m come from?
    """
    return _parts(Theta, X, Y, k, j) / X.shape[1]


def output_layer_grad_parts__not_summed(Theta, X, Y, k, j):
    """You return each example's share of each part; they still have to be added up.

    A part is one number for the whole batch. Which axis should the sum remove?
    """
    return _terms(Theta, X, Y, k) * _with_ones(X)[j]


def output_layer_grad_parts__last_example_only(Theta, X, Y, k, j):
    """You return the parts of the last example alone.

    Each round of a loop overwrites what the round before it computed. Which operator adds to what
    is there already?
    """
    return _parts(Theta, X[:, -1:], Y[:, -1:], k, j)


def output_layer_grad_parts__first_example_only(Theta, X, Y, k, j):
    """You return the parts of the first example alone.

    The loop ends after one round, or reads column 0 only. How many examples does the cost add up?
    """
    return _parts(Theta, X[:, :1], Y[:, :1], k, j)


def output_layer_grad_parts__added_up(Theta, X, Y, k, j):
    """You return the sum of the parts: that is the whole derivative by this weight.

    Well done, but it comes in the next function; here each hypothesis shows what it contributes.
    How many numbers should come back?
    """
    return _parts(Theta, X, Y, k, j).sum()


def output_layer_grad_parts__summed_over_classes(Theta, X, Y, k, j):
    """You add up over the classes and keep the examples apart.

    A part belongs to one hypothesis and adds up all the examples. Which axis should the sum
    remove, and which one should stay?
    """
    return (_terms(Theta, X, Y, k) * _with_ones(X)[j]).sum(axis=0)


# output_layer_grad_parts: which weight, and which x.


def output_layer_grad_parts__x_0_is_zero(Theta, X, Y, k, j):
    """You take x_0 for 0 when j = 0, so a bias gets no derivative at all.

    Then no bias could ever be learned. By what is the bias multiplied in z_k?
    """
    return _terms(Theta, X, Y, k) @ np.vstack([np.zeros(X.shape[1]), X])[j]


def output_layer_grad_parts__x_left_out(Theta, X, Y, k, j):
    """You leave x_j out: your result is the same for every j.

    That is right for the bias only. What is the derivative of z_k by Theta_kj?
    """
    return _terms(Theta, X, Y, k).sum(axis=1)


def output_layer_grad_parts__row_j_of_x(Theta, X, Y, k, j):
    """You look x_j up one row too far on: j = 0 gets the first feature.

    The last j then gets no row at all, or the ones, if you have put them below. X has no row for
    x_0, and x_1 is its first. So what is x_0, and where do you find x_j for j > 0?
    """
    return _terms(Theta, X, Y, k) @ X[j]


def output_layer_grad_parts__row_j_minus_1_for_the_bias(Theta, X, Y, k, j):
    """For j = 0 you read row -1 of X, and Python counts that from the end: the last feature.

    No error warns you. For j > 0 all is well; what is x_j if j = 0?
    """
    return _terms(Theta, X, Y, k) @ X[j - 1]


@mistake(same_as="output_layer_grad_parts__row_j_of_x")
def output_layer_grad_parts__ones_below(Theta, X, Y, k, j):
    return _terms(Theta, X, Y, k) @ np.vstack([X, np.ones(X.shape[1])])[j]


def output_layer_grad_parts__k_counted_from_1(Theta, X, Y, k, j):
    """You treat k as counted from 1, and answer for the class before it (for k = 0, the last one).

    On paper classes count from 1, in this contract from 0. Where do you subtract 1?
    """
    return _parts(Theta, X, Y, k - 1, j)


def output_layer_grad_parts__always_the_first_class(Theta, X, Y, k, j):
    """You answer for the first class, whatever k is.

    The derivation is written out for Theta_10 and Theta_11. What in it changes if the weight
    belongs to class 2?
    """
    return _parts(Theta, X, Y, 0, j)


def output_layer_grad_parts__own_part_first(Theta, X, Y, k, j):
    """You put the part of the weight's own class first, and the others behind it.

    For the first class that is the right order, for the others it is not. Which hypothesis does
    the entry at place l belong to, whatever k is?
    """
    parts = _parts(Theta, X, Y, k, j)
    return np.concatenate([parts[k : k + 1], np.delete(parts, k)])


def output_layer_grad_parts__derivatives_by_all_classes(Theta, X, Y, k, j):
    """You return the sum of h - y times x_j for each class: the derivatives by n different weights.

    What is asked for is one weight, of class k, and the n ways on which it reaches the cost. Where
    does k occur in your code?
    """
    return (_hypotheses(Theta, X) - Y) @ _with_ones(X)[j]


def output_layer_grad_parts__all_columns(Theta, X, Y, k, j):
    """You return the parts for all the columns of Theta at once.

    What is asked for is one weight only, that in column j. Which of your columns is it?
    """
    return _terms(Theta, X, Y, k) @ _with_ones(X).T


# output_layer_grad_parts: the hypotheses inside, digits, types, side effects.


def output_layer_grad_parts__bias_left_out(Theta, X, Y, k, j):
    """The hypotheses inside your parts are computed without the biases.

    The derivative by a weight needs the probabilities that the layer really gives. Do you call
    your own hypotheses here, or have you written the logits anew?
    """
    H = _softmax(Theta[:, 1:] @ X)
    own = np.arange(len(H))[:, None] == k
    return (Y * (H[k] - own)) @ _with_ones(X)[j]


def output_layer_grad_parts__sigmoid(Theta, X, Y, k, j):
    """The hypotheses inside your parts are sigmoids: each class has one of its own.

    Then the other classes would not depend on this weight at all. What do h_1, h_2 and h_3 share?
    """
    with np.errstate(all="ignore"):
        H = 1 / (1 + np.exp(-_logits(Theta, X)))
    own = np.arange(len(H))[:, None] == k
    return (Y * (H[k] - own)) @ _with_ones(X)[j]


def output_layer_grad_parts__no_shift(Theta, X, Y, k, j):
    """The exponential in your hypotheses overflows for large logits, and the parts end in nan.

    Which number could the logits of an example lose without changing its hypotheses? Do you call
    your softmax of exercise 1?
    """
    with np.errstate(all="ignore"):
        E = np.exp(_logits(Theta, X))
        H = E / E.sum(axis=0)
    own = np.arange(len(H))[:, None] == k
    return (Y * (H[k] - own)) @ _with_ones(X)[j]


def output_layer_grad_parts__one_global_max(Theta, X, Y, k, j):
    """You subtract one maximum, that of all the logits, and other examples end in 0/0.

    Whose maximum does each example need?
    """
    Z = _logits(Theta, X)
    with np.errstate(all="ignore"):
        E = np.exp(Z - Z.max())
        H = E / E.sum(axis=0)
    own = np.arange(len(H))[:, None] == k
    return (Y * (H[k] - own)) @ _with_ones(X)[j]


def output_layer_grad_parts__central_difference(Theta, X, Y, k, j):
    """You estimate the derivatives from a small step, and they are right to a few digits only.

    Differences are a fine way to check a formula. What do the two cases of the quotient rule give
    you without any step?
    """
    eps = 1e-5
    step = np.zeros(Theta.shape)
    step[k, j] = eps
    up = _log_hypotheses(_logits(Theta + step, X))
    down = _log_hypotheses(_logits(Theta - step, X))
    return -(Y * (up - down)).sum(axis=1) / (2 * eps)


@mistake(same_as="output_layer_grad_parts__central_difference")
def output_layer_grad_parts__forward_difference(Theta, X, Y, k, j):
    eps = 1e-6
    step = np.zeros(Theta.shape)
    step[k, j] = eps
    up = _log_hypotheses(_logits(Theta + step, X))
    return -(Y * (up - _log_hypotheses(_logits(Theta, X)))).sum(axis=1) / eps


def output_layer_grad_parts__float32_inside(Theta, X, Y, k, j):
    """You compute in float32, and only about seven digits of each part are right.

    Turning the result back into float64 does not bring the lost digits back. Which line of your
    code makes the numbers shorter?
    """
    T, R = Theta.astype(np.float32), X.astype(np.float32)
    H = _softmax(T[:, :1] + T[:, 1:] @ R)
    own = np.arange(len(H))[:, None] == k
    return (Y * (H[k] - own)) @ _with_ones(X)[j]


def output_layer_grad_parts__rounded(Theta, X, Y, k, j):
    """You round the parts, and small ones become exactly 0.

    Rounding is for printing; a small gradient is still a direction. Where does your code drop
    digits?
    """
    return np.round(_parts(Theta, X, Y, k, j), 4)


def output_layer_grad_parts__array_like_the_labels(Theta, X, Y, k, j):
    """Your array of parts has the dtype of the labels, and for ints each part is cut to an int.

    zeros_like takes over the type along with the size. Which type should the parts have, and how
    do you ask for it?
    """
    parts = np.zeros_like(Y[:, 0])
    for part, value in enumerate(_parts(Theta, X, Y, k, j)):
        parts[part] = value
    return parts


def output_layer_grad_parts__column(Theta, X, Y, k, j):
    """You return the parts as a column, (n, 1); a flat array (n,) is asked for.

    It is one number for each hypothesis, and no example is left. Where does the second axis come
    from?
    """
    return _parts(Theta, X, Y, k, j)[:, None]


def output_layer_grad_parts__squeezed(Theta, X, Y, k, j):
    """You squeeze the result, and for a single class the array becomes a bare number.

    With n = 1 there is still one part, in an array of length 1. Is the squeeze there to repair a
    shape that went wrong earlier?
    """
    return np.squeeze(_parts(Theta, X, Y, k, j))


def output_layer_grad_parts__list(Theta, X, Y, k, j):
    """You return a list; the numbers in it are right.

    A list cannot be added to another one entry by entry. Which type should the parts have?
    """
    return _parts(Theta, X, Y, k, j).tolist()


def output_layer_grad_parts__changes_features(Theta, X, Y, k, j):
    """Your result is right, but the features you were given are not the same afterwards.

    A row such as X[j - 1] is a view: *= on it writes into the caller's X. What would a product with
    * alone do?
    """
    x = X[j - 1] if j else np.ones(X.shape[1])
    own = Y[k] @ x
    x *= _hypotheses(Theta, X)[k]
    parts = Y @ x
    parts[k] -= own
    return parts


# output_layer_grad: sign and scale.


def output_layer_grad__sign_flipped(Theta, X, Y):
    """Your gradient has the opposite sign: it points to where the cost falls.

    A derivative by the weight of a wrong class (and a positive x) should be positive, as more of
    it costs more. What do you subtract from what?
    """
    return -_grad(Theta, X, Y)


def output_layer_grad__mean_over_examples(Theta, X, Y):
    """You divide the gradient by the number of examples.

    The cost of this exercise is a sum, so its gradient is one as well. Where does your m come from?
    """
    return _grad(Theta, X, Y) / X.shape[1]


def output_layer_grad__mean_for_the_bias(Theta, X, Y):
    """Your bias column is a mean over the examples, while the other columns are sums.

    The bias is a weight like any other, with x_0 = 1. What does the product with a row of ones do
    to the examples?
    """
    G = _grad(Theta, X, Y)
    G[:, 0] /= X.shape[1]
    return G


def output_layer_grad__mean_for_the_weights(Theta, X, Y):
    """Your bias column is a sum over the examples, while the other columns are means.

    All of them belong to one cost, and this one is a sum. Where does your m come from?
    """
    G = _grad(Theta, X, Y)
    G[:, 1:] /= X.shape[1]
    return G


def output_layer_grad__divided_by_classes(Theta, X, Y):
    """You divide the gradient by the number of classes.

    Neither the cost nor its derivatives are means over the classes. Which entry of which shape do
    you divide by?
    """
    return _grad(Theta, X, Y) / len(Theta)


def output_layer_grad__twice(Theta, X, Y):
    """Your gradient is twice too large.

    A factor 2 comes from differentiating a square, and the cross-entropy has none. Which cost have
    you differentiated?
    """
    return 2 * _grad(Theta, X, Y)


# output_layer_grad: the bias.


def output_layer_grad__bias_column_missing(Theta, X, Y):
    """Your result has no column for the biases.

    Theta has d + 1 columns, and each weight has a derivative. Which x_j does a bias go with?
    """
    return (_hypotheses(Theta, X) - Y) @ X.T


def output_layer_grad__x_0_is_zero(Theta, X, Y):
    """Your bias column holds zeros.

    You get that if x_0 is taken for 0, or if the errors are added up over the classes as well:
    there they always cancel. No bias could be learned so. What is x_0, and over what do you sum?
    """
    return (_hypotheses(Theta, X) - Y) @ np.vstack([np.zeros(X.shape[1]), X]).T


@mistake(same_as="output_layer_grad__x_0_is_zero")
def output_layer_grad__bias_summed_over_classes(Theta, X, Y):
    G = _grad(Theta, X, Y)
    G[:, 0] = (_hypotheses(Theta, X) - Y).sum()
    return G


def output_layer_grad__bias_column_last(Theta, X, Y):
    """Your numbers are right, but the biases stand in the last column.

    dTheta has to look like Theta, entry for entry. Which column of Theta holds the biases?
    """
    return np.roll(_grad(Theta, X, Y), -1, axis=1)


def output_layer_grad__row_of_ones_below(Theta, X, Y):
    """You put the row of ones below the features, in the hypotheses and in the product.

    Then Theta's first column meets x_1, and its last one the ones. Does x_0 stand before x_1 or
    after x_d?
    """
    below = np.vstack([X, np.ones((1, X.shape[1]))])
    return (_softmax(Theta @ below) - Y) @ below.T


def output_layer_grad__bias_left_out_of_h(Theta, X, Y):
    """The hypotheses inside your gradient are computed without the biases.

    The gradient needs the probabilities that the layer really gives. Do you call your own
    hypotheses here, or have you written the logits anew?
    """
    return (_softmax(Theta[:, 1:] @ X) - Y) @ _with_ones(X).T


# output_layer_grad: what the error of an example is.


def output_layer_grad__own_parts_only(Theta, X, Y):
    """You use the part of each weight's own class only, so wrong classes are never pushed down.

    A weight of a wrong class reaches the cost through the denominator. Which parts are missing,
    and what do your columns sum to?
    """
    return -(Y * (1 - _hypotheses(Theta, X))) @ _with_ones(X).T


def output_layer_grad__labels_left_out(Theta, X, Y):
    """You multiply the hypotheses by the features; the labels have no say in your gradient.

    Then every class is pushed down in every example. What must be the same as h for the gradient
    to be zero?
    """
    return _hypotheses(Theta, X) @ _with_ones(X).T


def output_layer_grad__hypotheses_left_out(Theta, X, Y):
    """You multiply minus the labels by the features; the hypotheses have no say in your gradient.

    Then even a perfect prediction is corrected. Where have the parts with h_k gone?
    """
    return -Y @ _with_ones(X).T


def output_layer_grad__logits_minus_labels(Theta, X, Y):
    """You subtract the labels from the logits, as in linear regression.

    Labels are compared with probabilities. Which function lies between the two?
    """
    return (_logits(Theta, X) - Y) @ _with_ones(X).T


def output_layer_grad__sigmoid_derivative(Theta, X, Y):
    """You multiply h - y by h (1 - h) in addition.

    That factor belongs to a squared error after a sigmoid. Here the quotient rule has been used
    up: what did it cancel with on the way to h - y?
    """
    H = _hypotheses(Theta, X)
    return ((H - Y) * H * (1 - H)) @ _with_ones(X).T


def output_layer_grad__squared_error(Theta, X, Y):
    """You differentiate half the squared error of the hypotheses, not the cross-entropy.

    Your chain rule through the softmax is fine; what goes into it is not. What is dJ/dh for a
    logarithm?
    """
    H = _hypotheses(Theta, X)
    D = H - Y
    return (H * (D - (H * D).sum(axis=0))) @ _with_ones(X).T


def output_layer_grad__probability_of_the_true_class(Theta, X, Y):
    """You use one probability per example, that of the true class, for the weights of all classes.

    Each class has a probability of its own. Which index do h and y share in the sum for Theta_kj?
    """
    return ((Y * _hypotheses(Theta, X)).sum(axis=0) - Y) @ _with_ones(X).T


def output_layer_grad__hard_labels(Theta, X, Y):
    """You subtract 1 at the class with the largest label, which is right for one-hot labels only.

    A soft label is to be taken for what it is. What does h - y say for y = (0.5, 0.3, 0.2)?
    """
    hard = np.eye(len(Y))[:, Y.argmax(axis=0)]
    return (_hypotheses(Theta, X) - hard) @ _with_ones(X).T


def output_layer_grad__predictions_as_hypotheses(Theta, X, Y):
    """You use the predicted class (a 1 at the largest) in place of the probabilities.

    That is the perceptron's rule: it learns nothing from a class that wins by a hair. What do the
    hypotheses say beyond which class is ahead?
    """
    H = _hypotheses(Theta, X)
    return ((H.max(axis=0) == H) - Y) @ _with_ones(X).T


def output_layer_grad__sigmoid(Theta, X, Y):
    """The hypotheses inside your gradient are sigmoids: each class has one of its own.

    The form (h - y) x is right, the h in it is not. What do your columns sum to, and what should
    they?
    """
    with np.errstate(all="ignore"):
        return (1 / (1 + np.exp(-_logits(Theta, X))) - Y) @ _with_ones(X).T


def output_layer_grad__rows_instead_of_columns(Theta, X, Y):
    """The hypotheses inside your gradient are normalised over the examples, not over the classes.

    What should one column of H add up to?
    """
    Z = _logits(Theta, X)
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return (E / E.sum(axis=1, keepdims=True) - Y) @ _with_ones(X).T


def output_layer_grad__whole_array_sum(Theta, X, Y):
    """The hypotheses inside your gradient are normalised over all classes and all examples.

    With a single example nothing shows. What should one column of H add up to?
    """
    Z = _logits(Theta, X)
    E = np.exp(Z - Z.max())
    return (E / E.sum() - Y) @ _with_ones(X).T


# output_layer_grad: the product with the features.


def output_layer_grad__product_of_sums(Theta, X, Y):
    """You add up the errors and the features separately, and then multiply the two sums.

    That lets the error of one example meet the features of another. With a single example nothing
    shows. Which comes first: multiply within an example, or add up?
    """
    D = _hypotheses(Theta, X) - Y
    return D.sum(axis=1, keepdims=True) * _with_ones(X).sum(axis=1)


def output_layer_grad__features_left_out(Theta, X, Y):
    """Every column of your result is the same: the features are missing.

    A weight counts in an example only as much as its feature does. What is the derivative of z_k
    by Theta_kj?
    """
    D = _hypotheses(Theta, X) - Y
    return np.repeat(D.sum(axis=1, keepdims=True), Theta.shape[1], axis=1)


def output_layer_grad__logit_gradient(Theta, X, Y):
    """You return the derivative by the logits, one for each class and example.

    Each logit is made of d + 1 weights. What is the derivative of z_k by Theta_kj, and which axis
    is summed away?
    """
    return _hypotheses(Theta, X) - Y


def output_layer_grad__transposed_result(Theta, X, Y):
    """You return the transpose: a class is a column in your result, but a row in Theta.

    dTheta is subtracted from Theta later, so the two must match entry for entry. Which of your two
    factors should come first in the product?
    """
    return _grad(Theta, X, Y).T


def output_layer_grad__reshaped_not_transposed(Theta, X, Y):
    """You reshape the product where it should be transposed; the shape fits, the entries do not.

    reshape keeps the order in memory and sets new borders. Which of your two factors should come
    first in the product?
    """
    return _grad(Theta, X, Y).T.reshape(Theta.shape)


def output_layer_grad__flattened(Theta, X, Y):
    """You return one long vector of derivatives, as some optimisers want it.

    Here the result has the shape of Theta. Where does your code flatten it?
    """
    return _grad(Theta, X, Y).ravel()


def output_layer_grad__squeezed(Theta, X, Y):
    """You squeeze the result, and a Theta with a single row gets a flat gradient.

    dTheta has the shape of Theta, always. Is the squeeze there to repair a shape that went wrong
    earlier?
    """
    return np.squeeze(_grad(Theta, X, Y))


# output_layer_grad: loops.


def output_layer_grad__last_example_only(Theta, X, Y):
    """You return the gradient of the last example alone.

    Each round of a loop overwrites what the round before it computed. Which operator adds to what
    is there already?
    """
    return _grad(Theta, X[:, -1:], Y[:, -1:])


def output_layer_grad__first_example_only(Theta, X, Y):
    """You return the gradient of the first example alone.

    The loop ends after one round, or reads column 0 only. Look at the indentation of your return:
    how often can it be reached?
    """
    return _grad(Theta, X[:, :1], Y[:, :1])


def output_layer_grad__loop_over_classes(Theta, X, Y):
    """Your loop over the examples runs n times (once per class) and not m times.

    If n < m the last examples are ignored, and if n > m the index runs out of the array. Which
    entry of which shape counts the examples?
    """
    G = np.zeros(Theta.shape)
    for i in range(len(Theta)):
        G += np.outer((_hypotheses(Theta, X) - Y)[:, i], _with_ones(X)[:, i])
    return G


def output_layer_grad__last_class_left_out(Theta, X, Y):
    """The row of the last class stays zero in your result.

    Either the loop stops one class early, or you took the last class for one without weights. How
    many rows has Theta, and what should each column sum to?
    """
    G = _grad(Theta, X, Y)
    G[-1] = 0.0
    return G


# output_layer_grad: overflow, digits, types, side effects.


def output_layer_grad__no_shift(Theta, X, Y):
    """The exponential in your hypotheses overflows for large logits; the gradient ends in nan.

    Which number could the logits of an example lose without changing its hypotheses? Do you call
    your softmax of exercise 1?
    """
    with np.errstate(all="ignore"):
        E = np.exp(_logits(Theta, X))
        return (E / E.sum(axis=0) - Y) @ _with_ones(X).T


@mistake(same_as="output_layer_grad_parts__one_global_max")
def output_layer_grad__one_global_max(Theta, X, Y):
    Z = _logits(Theta, X)
    with np.errstate(all="ignore"):
        E = np.exp(Z - Z.max())
        return (E / E.sum(axis=0) - Y) @ _with_ones(X).T


def output_layer_grad__fraction_left_standing(Theta, X, Y):
    """You go through -Y/H and the Jacobian, and where a probability underflows this is 0/0: nan.

    On paper the fraction cancels before anything can vanish. What remains of the two steps
    together?
    """
    H = _hypotheses(Theta, X)
    with np.errstate(all="ignore"):
        D = -Y / H
        return (H * (D - (H * D).sum(axis=0))) @ _with_ones(X).T


def output_layer_grad__central_difference(Theta, X, Y):
    """You estimate the derivatives from a small step, and they are right to a few digits only.

    Differences are a fine way to check a gradient. Which formula gives all of it without any step?
    """
    eps = 1e-5
    G = np.zeros(Theta.shape)
    for place in np.ndindex(*Theta.shape):
        step = np.zeros(Theta.shape)
        step[place] = eps
        G[place] = (_cost(Theta + step, X, Y) - _cost(Theta - step, X, Y)) / (2 * eps)
    return G


@mistake(same_as="output_layer_grad__central_difference")
def output_layer_grad__forward_difference(Theta, X, Y):
    eps = 1e-6
    G = np.zeros(Theta.shape)
    for place in np.ndindex(*Theta.shape):
        step = np.zeros(Theta.shape)
        step[place] = eps
        G[place] = (_cost(Theta + step, X, Y) - _cost(Theta, X, Y)) / eps
    return G


def output_layer_grad__float32_inside(Theta, X, Y):
    """You compute in float32, and only about seven digits are right.

    Turning the result back into float64 does not bring the lost digits back. Which line of your
    code makes the numbers shorter?
    """
    T, R = Theta.astype(np.float32), X.astype(np.float32)
    H = _softmax(T[:, :1] + T[:, 1:] @ R)
    return ((H - Y.astype(np.float32)) @ _with_ones(R).astype(np.float32).T).astype(np.float64)


def output_layer_grad__rounded(Theta, X, Y):
    """You round the gradient, and small derivatives become exactly 0.

    Rounding is for printing; a small gradient is still a direction. Where does your code drop
    digits?
    """
    return np.round(_grad(Theta, X, Y), 4)


def output_layer_grad__array_like_the_labels(Theta, X, Y):
    """Your array of errors has the dtype of the labels, and for ints h - y is cut to an int.

    zeros_like takes over the type along with the shape. Which type should the errors have?
    """
    D = np.zeros_like(Y)
    D[:] = _hypotheses(Theta, X) - Y
    return D @ _with_ones(X).T


def output_layer_grad__list(Theta, X, Y):
    """You return a nested list; the numbers in it are right.

    A list cannot be multiplied by a learning rate. Which type does Theta have?
    """
    return _grad(Theta, X, Y).tolist()


def output_layer_grad__changes_labels(Theta, X, Y):
    """You subtract in place, so the caller's Y is not the same afterwards.

    D = Y is a second name for the same array, not a copy; -= writes into it, and refuses if it
    holds ints. Where could the difference be kept instead?
    """
    D = Y
    D -= _hypotheses(Theta, X)
    return -D @ _with_ones(X).T


# Found in code that others have published, or by trying what the checks let through.


@mistake(same_as="hypotheses__logits_clipped")
def hypotheses__logits_clipped_at_10000(Theta, X):
    return _softmax(np.clip(_logits(Theta, X), -10_000, 10_000))


def hypotheses__one_buffer_for_all_calls(Theta, X):
    """Your numbers are right, but each call writes them into one and the same array.

    Whoever still holds the answer to an earlier call finds other numbers in it now. An array that
    lives outside of the function is filled again and again. Checks that look at one answer at a
    time never notice. What would two answers, held side by side, say? Where should the array of an
    answer be made?
    """
    return _in_one_buffer(_hypotheses(Theta, X))


@mistake(same_as="hypotheses__one_buffer_for_all_calls")
def output_layer_grad_parts__one_buffer_for_all_calls(Theta, X, Y, k, j):
    return _in_one_buffer(_parts(Theta, X, Y, k, j))


@mistake(same_as="hypotheses__one_buffer_for_all_calls")
def output_layer_grad__one_buffer_for_all_calls(Theta, X, Y):
    return _in_one_buffer(_grad(Theta, X, Y))


def output_layer_grad_parts__small_labels_dropped(Theta, X, Y, k, j):
    """You take for 0 what is small: labels, or numbers in your answer, below some limit.

    A soft label may be as small as 1e-9. Where nothing larger stands beside it, the number it leads
    to is as small, and right all the same. Whether that matters depends on what it is compared
    with. From which size on is a number nothing? What would go wrong if you left it alone?
    """
    return _parts(Theta, X, np.where(Y > 1e-8, Y, 0.0), k, j)


@mistake(same_as="output_layer_grad_parts__small_labels_dropped")
def output_layer_grad_parts__small_parts_dropped(Theta, X, Y, k, j):
    parts = _parts(Theta, X, Y, k, j)
    return np.where(np.abs(parts) < 1e-6, 0.0, parts)


@mistake(same_as="output_layer_grad_parts__small_labels_dropped")
def output_layer_grad__small_labels_dropped(Theta, X, Y):
    return _grad(Theta, X, np.where(Y > 1e-8, Y, 0.0))


@mistake(same_as="output_layer_grad_parts__small_labels_dropped")
def output_layer_grad__small_derivatives_dropped(Theta, X, Y):
    grad = _grad(Theta, X, Y)
    return np.where(np.abs(grad) < 1e-6, 0.0, grad)


def output_layer_grad__clipped(Theta, X, Y):
    """You clip the derivatives.

    Clipping changes where the gradient points, not only how long it is. Some people do it in
    training, on purpose and by a limit of their choice; a derivative knows of no limit. What
    happens to yours if all features are measured in a unit that is a thousand times smaller?
    """
    return np.clip(_grad(Theta, X, Y), -100, 100)
