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

    With 3 classes and 5 examples that is an error, and with one example the shape is wrong. If n =
    m, all logits of example i get the bias of class i, which changes nothing. What shape must the
    biases have to be one for each row?
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

    That may help training, but it changes the hypotheses: Theta belongs to X as it comes. A single
    example has the deviation 0, so you divide 0 by 0, and nan is all that is left. Which line of
    your code did the contract not ask for?
    """
    S = (X - X.mean(axis=1, keepdims=True)) / X.std(axis=1, keepdims=True)
    return _hypotheses(Theta, S)


# hypotheses: not this softmax.


def hypotheses__logits(Theta, X):
    """You return the logits; nothing has turned them into probabilities yet.

    They may be negative, and a column does not sum to 1. Nobody can read logits such as 1.4 and
    -1.1 as chances, since only their difference means something. Which function that you wrote in
    an earlier exercise is the last step?
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

    A logit may be negative, and so may the sum. The logits 3 and -1 become 3/2 and -1/2, which are
    no probabilities, and 1 and -1 even make you divide by 0. What makes each score positive before
    they are compared?
    """
    Z = _logits(Theta, X)
    return Z / Z.sum(axis=0)


@mistake(worth=0.5)  # one sign
def hypotheses__sign_flipped(Theta, X):
    """You take the exponential of the negated logits, so the smallest logit wins.

    For the logits ln 4 and 0 you give 1/5 and 4/5, just the other way round. The minus sign belongs
    to the sigmoid's exp(-z). Which class should gain if its bias grows?
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


@mistake(worth=0.5)  # the right sum along the wrong axis
def hypotheses__rows_instead_of_columns(Theta, X):
    """You normalise each class over all the examples; it should be each example over its classes.

    Your rows sum to 1 where the columns should. With a single example every row has one entry, so
    each class gets the probability 1. Which axis does one example run along?
    """
    Z = _logits(Theta, X)
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


def hypotheses__whole_array_sum(Theta, X):
    """You divide by one sum over all classes and all examples.

    With a single example nothing shows. With two examples whose features are the same, each of your
    columns adds up to 1/2. And every example that joins the batch makes all the others less
    probable. What should each column of the result add up to?
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

    One example may lie thousands below another. Already exp(-800) is 0 in float64, so all its
    exponentials vanish, and their sum too. With a single example nothing shows. Whose maximum does
    each of them need?
    """
    Z = _logits(Theta, X)
    E = np.exp(Z - Z.max())
    return E / E.sum(axis=0)


def hypotheses__logits_clipped(Theta, X):
    """You clip the logits to keep the exponential finite, so all logits beyond the limit tie.

    Only their differences count, and the clip erases them. The logits 20000 and 19000 come out as
    1/2 and 1/2, where 1 and 0 would be right. How can you keep the differences and still avoid the
    overflow?
    """
    E = np.exp(np.clip(_logits(Theta, X), -500, 500))
    return E / E.sum(axis=0)


# hypotheses: shapes, digits, side effects.


def hypotheses__first_hypothesis_only(Theta, X):
    """You return h_1 alone: one number for each example.

    Each class has a hypothesis, and they share one denominator. From h_1 = 3/4 alone nobody can
    tell whether the rest is 1/8 and 1/8, or 1/4 and 0. How many rows should come back?
    """
    return _hypotheses(Theta, X)[0]


@mistake(worth=0.5)  # a loop that ends one too early, or begins one too late
def hypotheses__last_example_left_out(Theta, X):
    """Your loop stops one example early, so the last column stays zero.

    range(m) already leaves m itself out. With a single example your loop makes no round at all, and
    a column of zeros comes back. Which values does your loop variable take if m = 2?
    """
    H = np.zeros((len(Theta), X.shape[1]))
    for i in range(X.shape[1] - 1):
        H[:, i] = _hypotheses(Theta, X[:, i : i + 1])[:, 0]
    return H


@mistake(worth=0.5)  # a loop over the wrong axis
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

    In this course examples are columns, in the result as in X. If there are as many examples as
    classes, the shape looks right and every later step mixes them up. Which shape do n classes and
    m examples ask for?
    """
    return _hypotheses(Theta, X).T


def hypotheses__squeezed(Theta, X):
    """You drop the axes of length 1, so a single example or class comes back as a flat vector.

    (n,) and (n, 1) broadcast quite differently. If H has the shape (3,) and Y (3, 1), H - Y is a
    (3, 3) table, without any error. Is the squeeze there to repair a shape that went wrong earlier?
    """
    return np.squeeze(_hypotheses(Theta, X))


def hypotheses__epsilon_in_denominator(Theta, X):
    """You add a small number to the denominator, and only some eight to ten digits are right.

    Two equal logits should give exactly 0.5 each, and yours are a little below that. The columns no
    longer sum to 1. After the maximum has been subtracted, how small can the denominator become?
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

    A class may really be as unlikely as 1e-300, and your 1e-15 for it is wrong by a huge factor.
    The hypotheses themselves contain no logarithm that a 0 could harm. Is this the place to look
    after one that comes later?
    """
    return np.clip(_hypotheses(Theta, X), 1e-15, 1 - 1e-15)


def hypotheses__float32_inside(Theta, X):
    """You compute in float32: about seven digits, and nothing below 1e-45.

    So 1/3 is 0.33333334, and a class with the probability 1e-60 gets 0. Turning the result back
    into float64 does not bring the lost digits back. Which line of your code makes the numbers
    shorter?
    """
    T, R = Theta.astype(np.float32), X.astype(np.float32)
    Z = T[:, :1] + T[:, 1:] @ R
    return _softmax(Z).astype(np.float64)


@mistake(worth=0.5)  # right but for rounding
def hypotheses__rounded(Theta, X):
    """You round the probabilities, and small ones become exactly 0.

    Rounding is for printing. A class with the probability 0.00003 has 0 in your result, and with
    three equal classes a column sums to 0.9999. The cost will take the logarithm of these numbers.
    What is log(0)?
    """
    return np.round(_hypotheses(Theta, X), 4)


def hypotheses__list(Theta, X):
    """You return a nested list; the numbers in it are right.

    A list has no shape, and list minus list is a TypeError: [0.7] - [1] does not work. The next
    functions will want to do just that with hypotheses and labels. Which type did you receive?
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

    The sum over the classes is weighted by labels that sum to 1, so it needs no divisor. An example
    with h = 1/2 for its true class costs ln 2, whether there are two classes or ten. Which entry of
    which shape do you divide by?
    """
    return _cost(Theta, X, Y) / len(Y)


def output_layer_cost__half(Theta, X, Y):
    """You halve the cost.

    A factor 1/2 belongs to squared errors, where it cancels the 2 of the derivative. In the
    docstring's example each of two cases costs ln 2, 1.386 together, and you return 0.693. Does
    anything here have a square to differentiate?
    """
    return _cost(Theta, X, Y) / 2


@mistake(worth=0.5)  # one term is left out at the end
def output_layer_cost__one_cost_per_example(Theta, X, Y):
    """You return a cost for each example; they still have to be added up.

    J is one number for the whole batch. For the two examples of the docstring you return 0.693 and
    0.693, where 1.386 is asked for. Over which axes does your sum run, and which one is left?
    """
    return -(Y * _log_hypotheses(_logits(Theta, X))).sum(axis=0)


def output_layer_cost__last_example_only(Theta, X, Y):
    """You return the cost of the last example alone.

    If two examples cost 0.9 and 0.2, the batch costs 1.1, and you say 0.2. Each round of a loop
    overwrites what the round before it computed. Which operator adds to what is there already?
    """
    return _cost(Theta, X[:, -1:], Y[:, -1:])


def output_layer_cost__first_example_only(Theta, X, Y):
    """You return the cost of the first example alone.

    The loop ends after one round, or reads column 0 only. If five examples cost 0.3 each, you
    return 0.3 and not 1.5. Look at the indentation of your return: how often can it be reached?
    """
    return _cost(Theta, X[:, :1], Y[:, :1])


# output_layer_cost: another formula.


def output_layer_cost__sign_missing(Theta, X, Y):
    """Your cost is negative: the minus before the sum is missing.

    The logarithm of a probability is never positive: ln 0.9 is about -0.1, and ln 0.1 about -2.3.
    By your cost the bad prediction would be the cheaper one. Which sign makes a cost small for good
    predictions?
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

    That is another cost, and its gradient is another one too. However wrong a prediction is, it
    never costs more than 2 with you, while the cross-entropy grows without limit. Which function of
    h does the cross-entropy take?
    """
    return ((_hypotheses(Theta, X) - Y) ** 2).sum()


@mistake(same_as="output_layer_cost__squared_error")
def output_layer_cost__half_squared_error(Theta, X, Y):
    return 0.5 * ((_hypotheses(Theta, X) - Y) ** 2).sum()


def output_layer_cost__no_logarithm(Theta, X, Y):
    """You add up the probabilities of the true classes; the logarithm is missing.

    Without it a hopeless prediction costs hardly more than a poor one. For h = 0.1 you have -0.1,
    and for h = 0.001 it is -0.001; with the logarithm the second costs three times as much. What
    happens to -ln h as h goes to 0?
    """
    return -(Y * _hypotheses(Theta, X)).sum()


def output_layer_cost__labels_left_out(Theta, X, Y):
    """You add up the logarithms of all the classes; the labels have no say in your cost.

    Which class is the true one must make a difference. Two classes with h = 0.99 and 0.01 cost you
    about 4.6, whether the first or the second is true. By what is each logarithm multiplied?
    """
    return -_log_hypotheses(_logits(Theta, X)).sum()


def output_layer_cost__labels_and_hypotheses_swapped(Theta, X, Y):
    """You take the logarithm of the labels, weighted by the hypotheses: they have changed places.

    A label is 0 for nearly every class, and has no logarithm. The small number you add to it only
    hides that: ln(1e-15) is about -34.5, and it rules your whole cost. Which of the two is always
    positive on paper?
    """
    return -(_hypotheses(Theta, X) * np.log(Y + 1e-15)).sum()


def output_layer_cost__base_two(Theta, X, Y):
    """You take the logarithm to another base than e, so your cost is off by a constant factor.

    A true class with the probability 1/e (about 0.368) should cost exactly 1; with your base it
    does not. Derivatives like -y/h belong to the natural logarithm. Which NumPy function is that?
    """
    return _cost(Theta, X, Y) / np.log(2)


@mistake(same_as="output_layer_cost__base_two")
def output_layer_cost__base_ten(Theta, X, Y):
    return _cost(Theta, X, Y) / np.log(10)


def output_layer_cost__log_of_the_batch(Theta, X, Y):
    """You add up all the examples first and take a single logarithm afterwards.

    With one example and a one-hot label nothing shows. Two examples with h = 1/2 for the true class
    should cost 2 ln 2, but you take ln(1/2 + 1/2), which is 0. Which of the two comes first in the
    formula, the logarithm or the sum?
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

    A label of 0.5 counts as well, by half. An example with the labels 0.5 and 0.5 and the
    hypotheses 0.9 and 0.1 should cost about 1.2, and you say 0. What should each logarithm be
    multiplied by?
    """
    return -_log_hypotheses(_logits(Theta, X))[Y == 1].sum()


def output_layer_cost__normaliser_missing(Theta, X, Y):
    """You add up the true classes' logits; the logarithm of the denominator is missing.

    Add 100 to all three logits of an example: its hypotheses stay the same, but your cost falls by
    100. So it falls for ever if only the logits grow. What is ln(a / b)?
    """
    return -(Y * _logits(Theta, X)).sum()


@mistake(worth=0.5)  # one term is left out at the end
def output_layer_cost__maximum_not_added_back(Theta, X, Y):
    """You subtract the maximum inside the log-sum-exp and do not make up for it anywhere.

    The shift is free only if numerator and denominator lose the same. For the logits 5 and 5 the
    cost is ln 2, and you come to ln 2 - 5, a negative number. Which of your two terms still uses
    the logits without the shift?
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

    An example that lies 800 below it is left with the logarithm of 0, since exp(-800) is 0 in
    float64. One such example drags the whole cost down to -inf. With a single example nothing
    shows. Whose maximum does each example need?
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

    x_0 stands before x_1. Take one feature, x_1 = 3, and a row [5, 2] of Theta: the logit is 11,
    and yours is 17. Do you call your own hypotheses here, or have you written the logits anew?
    """
    return -(Y * _log_hypotheses(Theta @ np.vstack([X, np.ones((1, X.shape[1]))]))).sum()


def output_layer_cost__sigmoid(Theta, X, Y):
    """You give each class a sigmoid of its own inside the cost, where a softmax belongs.

    Each class then pays for its own logit only. With a true logit of 5 you say the cost is nearly
    0, even if another class has the logit 50. Through what do the other classes raise the cost of
    the true one?
    """
    with np.errstate(all="ignore"):
        return (Y * np.log(1 + np.exp(-_logits(Theta, X)))).sum()


@mistake(worth=0.5)  # the right sum along the wrong axis
def output_layer_cost__rows_instead_of_columns(Theta, X, Y):
    """You normalise each class over the examples inside the cost; it should be the other way round.

    Each row has a single entry if there is one example. Its probability is then 1 for every class,
    and your cost is 0, however wrong Theta may be. What should the probabilities of one column add
    up to?
    """
    Z = _logits(Theta, X)
    S = Z - Z.max(axis=1, keepdims=True)
    return -(Y * (S - np.log(np.exp(S).sum(axis=1, keepdims=True)))).sum()


def output_layer_cost__float32_inside(Theta, X, Y):
    """You compute in float32, and only about seven digits of the cost are right.

    Costs are compared with each other, and their differences are small. Near 100 two neighbours in
    float32 lie 0.0000076 apart, and what is smaller gets lost. Which line of your code makes the
    numbers shorter?
    """
    T, R = Theta.astype(np.float32), X.astype(np.float32)
    L = _log_hypotheses(T[:, :1] + T[:, 1:] @ R)
    return float(-(Y * L).sum())


def output_layer_cost__rounded(Theta, X, Y):
    """You round the cost.

    Rounding is for printing. A difference quotient made of rounded costs is useless. A step of
    0.00001 hardly ever changes the fourth decimal, so the slope mostly comes out as 0. Where does
    your code drop digits?
    """
    return float(np.round(_cost(Theta, X, Y), 4))


def output_layer_cost__array_of_one(Theta, X, Y):
    """You return an array with one entry; its value is right.

    A cost is a plain number. An array such as [[1.386]] prints with brackets and cannot be put into
    a format such as f"{J:.3f}". Which keepdims, or which matrix product, keeps the axes alive?
    """
    return -(Y * _log_hypotheses(_logits(Theta, X))).sum(keepdims=True)


def output_layer_cost__changes_labels(Theta, X, Y):
    """You multiply the labels in place, so the caller's Y is not the same afterwards.

    If the caller asks for the cost twice, the second answer is about products and no longer about
    labels. And an operation such as *= refuses to work if Y holds ints. Where could the product be
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

    Its 1 comes from the numerator, which contains the weight only in h_k. In the docstring's
    example with k = 0 and j = 0 your second part is -0.8, and 0.2 is right. What is u' in the
    quotient rule for another class?
    """
    h_k = _hypotheses(Theta, X)[k]
    return -(Y * (1 - h_k)) @ _with_ones(X)[j]


def output_layer_grad_parts__case_1_of_each_class(Theta, X, Y, k, j):
    """You use h_l (1 - h_l) as the derivative of each hypothesis, as for sigmoids.

    That is the derivative of h_l by its own logit. In the docstring's example with k = 0, j = 0
    your second part is -0.4, and 0.2 is right. The weight has one class only: how does z_k reach
    another h_l?
    """
    H = _hypotheses(Theta, X)
    return -(Y * (1 - H)) @ _with_ones(X)[j]


def output_layer_grad_parts__case_2_everywhere(Theta, X, Y, k, j):
    """You use the form of Part II for every part, that of the weight's own class included.

    In h_k the numerator contains the weight as well. In the docstring's example with k = 0, j = 0
    none of your parts is negative, though the first should be -0.5. Which term does the quotient
    rule give there in addition?
    """
    return (Y * _hypotheses(Theta, X)[k]) @ _with_ones(X)[j]


@mistake(worth=0.5)  # one sign
def output_layer_grad_parts__own_sign_flipped(Theta, X, Y, k, j):
    """The part of the weight's own class has the wrong sign; the others are right.

    If a class is the true one, a larger weight for it (times a positive x_j) should lower the
    cost. Which factor of this part brings a minus with it?
    """
    parts = _parts(Theta, X, Y, k, j)
    return np.where(np.arange(len(parts)) == k, -parts, parts)


@mistake(worth=0.5)  # one sign
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

    In the docstring's example with k = 0, j = 0 your second part is 0.6, and 0.2 is right. That 0.6
    is h_2 of the last example. dJ/dh_l brings the fraction y_l/h_l. With which of the two factors
    of -h_l h_k does it cancel?
    """
    H = _hypotheses(Theta, X)
    own = np.arange(len(H))[:, None] == k
    return (Y * (H - own)) @ _with_ones(X)[j]


def output_layer_grad_parts__fraction_forgotten(Theta, X, Y, k, j):
    """You use y_l in place of y_l/h_l: a factor h_l too many is left in each part.

    The derivative of ln h is not 1. At h = 1/2 the logarithm rises twice as fast as h, so in the
    docstring's example your first part is -0.25 and not -0.5. What does the derivative of -y ln h
    by h look like?
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

    With logits 800 apart the smaller h is exactly 0 in float64, and one such example spoils the
    whole sum. On paper the two cancel. Which formula remains for each part if you cancel first, and
    does it still divide by anything?
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

    dJ/dh_l is not -1/h_l for every class: the cost counts only what the label names. Change the
    true class of an example from 1 to 2 in your code: not a single number moves. Where does y_l
    belong?
    """
    H = _hypotheses(Theta, X)
    own = np.arange(len(H))[:, None] == k
    return (H[k] - own) @ _with_ones(X)[j]


def output_layer_grad_parts__label_of_the_weight(Theta, X, Y, k, j):
    """You multiply every part by y_k, the label of the weight's own class.

    Part l comes from the term of the cost that holds h_l. In the docstring's example with k = 0, j
    = 0 only the second example counts for you. You find 0.5 for the second part, and 0.2 is right.
    Whose label stands in that term?
    """
    H = _hypotheses(Theta, X)
    own = np.arange(len(H))[:, None] == k
    return (Y[k] * (H[k] - own)) @ _with_ones(X)[j]


def output_layer_grad_parts__hard_labels(Theta, X, Y, k, j):
    """You give each example to one true class, which is right for one-hot labels only.

    With a soft label several hypotheses enter the cost. Labels of 0.6 and 0.4 become 1 and 0 in
    your code, so the second part loses all it should get. How much should each of them count?
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

    The cost of this exercise is a sum, and so are its derivatives. With the three examples of the
    docstring your third part is 0.25 for k = 0, j = 0, where 0.75 is right. Where does your m come
    from?
    """
    return _parts(Theta, X, Y, k, j) / X.shape[1]


@mistake(worth=0.5)  # one term is left out at the end
def output_layer_grad_parts__not_summed(Theta, X, Y, k, j):
    """You return each example's share of each part; they still have to be added up.

    A part is one number for the whole batch. With 3 classes and 5 examples you return 15 numbers,
    and 3 are asked for. Which axis should the sum remove?
    """
    return _terms(Theta, X, Y, k) * _with_ones(X)[j]


def output_layer_grad_parts__last_example_only(Theta, X, Y, k, j):
    """You return the parts of the last example alone.

    In the docstring's example its label is class 2, so a single part is left: [0, 0.2, 0] for k =
    0, j = 0. Each round of a loop overwrites what the round before it computed. Which operator adds
    to what is there already?
    """
    return _parts(Theta, X[:, -1:], Y[:, -1:], k, j)


def output_layer_grad_parts__first_example_only(Theta, X, Y, k, j):
    """You return the parts of the first example alone.

    The loop ends after one round, or reads column 0 only. In the docstring's example you give [0,
    0, 0.75] for k = 0, j = 0, since the first label is class 3. How many examples does the cost add
    up?
    """
    return _parts(Theta, X[:, :1], Y[:, :1], k, j)


def output_layer_grad_parts__added_up(Theta, X, Y, k, j):
    """You return the sum of the parts: that is the whole derivative by this weight.

    Well done, but it comes in the next function; here each hypothesis shows what it contributes.
    From 0.45 alone nobody can see the parts -0.5, 0.2 and 0.75 of the docstring. How many numbers
    should come back?
    """
    return _parts(Theta, X, Y, k, j).sum()


def output_layer_grad_parts__summed_over_classes(Theta, X, Y, k, j):
    """You add up over the classes and keep the examples apart.

    A part belongs to one hypothesis and adds up all the examples. With 3 classes and 5 examples you
    return 5 numbers, one for each example. Which axis should the sum remove, and which one should
    stay?
    """
    return (_terms(Theta, X, Y, k) * _with_ones(X)[j]).sum(axis=0)


# output_layer_grad_parts: which weight, and which x.


def output_layer_grad_parts__x_0_is_zero(Theta, X, Y, k, j):
    """You take x_0 for 0 when j = 0, so a bias gets no derivative at all.

    Then no bias could ever be learned. But raise a bias by 0.1, and the logit of its class rises by
    0.1 in every example. By what is the bias multiplied in z_k?
    """
    return _terms(Theta, X, Y, k) @ np.vstack([np.zeros(X.shape[1]), X])[j]


def output_layer_grad_parts__x_left_out(Theta, X, Y, k, j):
    """You leave x_j out: your result is the same for every j.

    That is right for the bias only. If x_1 is 0 in an example, the weight of x_1 cannot change
    anything there; if it is 10, it counts ten times. What is the derivative of z_k by Theta_kj?
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

    No error warns you, and for j > 0 all is well. With a single feature your answers for j = 0 and
    j = 1 are simply the same. What is x_j if j = 0?
    """
    return _terms(Theta, X, Y, k) @ X[j - 1]


@mistake(same_as="output_layer_grad_parts__row_j_of_x")
def output_layer_grad_parts__ones_below(Theta, X, Y, k, j):
    return _terms(Theta, X, Y, k) @ np.vstack([X, np.ones(X.shape[1])])[j]


@mistake(worth=0.5)  # a loop that ends one too early, or begins one too late
def output_layer_grad_parts__k_counted_from_1(Theta, X, Y, k, j):
    """You treat k as counted from 1, and answer for the class before it (for k = 0, the last one).

    On paper classes count from 1, in this contract from 0: k = 2 is the third row of Theta. Python
    does not complain about row -1, it takes the last. Where do you subtract 1?
    """
    return _parts(Theta, X, Y, k - 1, j)


def output_layer_grad_parts__always_the_first_class(Theta, X, Y, k, j):
    """You answer for the first class, whatever k is.

    The derivation is written out for Theta_10 and Theta_11. In the docstring's second example, with
    k = 2 and j = 1, you give -0.5 for the first part, and 0.25 is right. What in the derivation
    changes if the weight belongs to class 3?
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

    What is asked for is one weight only, that in column j. With 3 classes and 2 features your table
    has 9 numbers, and 3 should come back. Which of your columns is it, and which argument tells
    you?
    """
    return _terms(Theta, X, Y, k) @ _with_ones(X).T


# output_layer_grad_parts: the hypotheses inside, digits, types, side effects.


def output_layer_grad_parts__bias_left_out(Theta, X, Y, k, j):
    """The hypotheses inside your parts are computed without the biases.

    If x_1 = 0, you take all classes for equally probable. Yet a bias of ln 4 against one of 0 makes
    it 4/5 to 1/5. Do you call your own hypotheses here, or have you written the logits anew?
    """
    H = _softmax(Theta[:, 1:] @ X)
    own = np.arange(len(H))[:, None] == k
    return (Y * (H[k] - own)) @ _with_ones(X)[j]


def output_layer_grad_parts__sigmoid(Theta, X, Y, k, j):
    """The hypotheses inside your parts are sigmoids: each class has one of its own.

    Then the other classes would not depend on this weight at all. If all the weights are 0, each of
    your three hypotheses is 1/2, and they sum to 3/2. What do h_1, h_2 and h_3 share?
    """
    with np.errstate(all="ignore"):
        H = 1 / (1 + np.exp(-_logits(Theta, X)))
    own = np.arange(len(H))[:, None] == k
    return (Y * (H[k] - own)) @ _with_ones(X)[j]


def output_layer_grad_parts__no_shift(Theta, X, Y, k, j):
    """The exponential in your hypotheses overflows for large logits, and the parts end in nan.

    A logit of 1000 is enough: its exponential is inf, and inf/inf is nan. Which number could the
    logits of an example lose without changing its hypotheses? Do you call your softmax of exercise
    1?
    """
    with np.errstate(all="ignore"):
        E = np.exp(_logits(Theta, X))
        H = E / E.sum(axis=0)
    own = np.arange(len(H))[:, None] == k
    return (Y * (H[k] - own)) @ _with_ones(X)[j]


def output_layer_grad_parts__one_global_max(Theta, X, Y, k, j):
    """You subtract one maximum, that of all the logits, and other examples end in 0/0.

    If one example has logits near 1000 and another has them near 0, the second one is left with
    exp(-1000). In float64 that is 0 for all of its classes. With a single example nothing shows.
    Whose maximum does each example need?
    """
    Z = _logits(Theta, X)
    with np.errstate(all="ignore"):
        E = np.exp(Z - Z.max())
        H = E / E.sum(axis=0)
    own = np.arange(len(H))[:, None] == k
    return (Y * (H[k] - own)) @ _with_ones(X)[j]


@mistake(worth=0.5, at_most=True)  # the formula is asked for
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

    A third becomes 0.33333334 in it, and the errors of all the examples add up. Turning the result
    back into float64 does not bring the lost digits back. Which line of your code makes the numbers
    shorter?
    """
    T, R = Theta.astype(np.float32), X.astype(np.float32)
    H = _softmax(T[:, :1] + T[:, 1:] @ R)
    own = np.arange(len(H))[:, None] == k
    return (Y * (H[k] - own)) @ _with_ones(X)[j]


@mistake(worth=0.5)  # right but for rounding
def output_layer_grad_parts__rounded(Theta, X, Y, k, j):
    """You round the parts, and small ones become exactly 0.

    Rounding is for printing; a small gradient is still a direction. With four decimals a part of
    0.00004 is 0, as if that hypothesis had no say at all. Where does your code drop digits?
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


@mistake(worth=0.5)  # the right numbers in another shape
def output_layer_grad_parts__column(Theta, X, Y, k, j):
    """You return the parts as a column, (n, 1); a flat array (n,) is asked for.

    It is one number for each hypothesis, and no example is left that could need an axis. Compared
    with a flat array of 3 numbers, your column broadcasts to a (3, 3) table. Where does the second
    axis come from?
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

    A list cannot be added to another one entry by entry: [1, 2] + [3, 4] is [1, 2, 3, 4], not [4,
    6]. Nothing warns you about that. Which type should the parts have?
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

    The cost of this exercise is a sum, so its gradient is one as well. If every example is there
    twice, the cost doubles, and its slope must double too; yours stays. Where does your m come
    from?
    """
    return _grad(Theta, X, Y) / X.shape[1]


@mistake(worth=0.5)  # a mean in place of a sum, in one place
def output_layer_grad__mean_for_the_bias(Theta, X, Y):
    """Your bias column is a mean over the examples, while the other columns are sums.

    The bias is a weight like any other, with x_0 = 1. What does the product with a row of ones do
    to the examples?
    """
    G = _grad(Theta, X, Y)
    G[:, 0] /= X.shape[1]
    return G


@mistake(worth=0.5)  # a mean in place of a sum, in one place
def output_layer_grad__mean_for_the_weights(Theta, X, Y):
    """Your bias column is a sum over the examples, while the other columns are means.

    All of them belong to one cost, and this one is a sum. With four examples your biases would move
    four times as far as the weights of a feature that is always 1. Where does your m come from?
    """
    G = _grad(Theta, X, Y)
    G[:, 1:] /= X.shape[1]
    return G


def output_layer_grad__divided_by_classes(Theta, X, Y):
    """You divide the gradient by the number of classes.

    Neither the cost nor its derivatives are means over the classes. In the docstring's example with
    three classes you find -2/9 for the first bias, and -2/3 is right. Which entry of which shape do
    you divide by?
    """
    return _grad(Theta, X, Y) / len(Theta)


def output_layer_grad__twice(Theta, X, Y):
    """Your gradient is twice too large.

    In the docstring's example you find -4/3 for the first bias. But the label is 1 there, the
    hypothesis 1/3, and they are only 2/3 apart. A factor 2 comes from a square, and the
    cross-entropy has none. Which cost have you differentiated?
    """
    return 2 * _grad(Theta, X, Y)


# output_layer_grad: the bias.


def output_layer_grad__bias_column_missing(Theta, X, Y):
    """Your result has no column for the biases.

    Theta has d + 1 columns, and each weight has a derivative. In the docstring's example you return
    three numbers, -4, 2 and 2, where Theta has six entries. Which x_j does a bias go with?
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

    dTheta has to look like Theta, entry for entry. In the docstring's example your first row is
    [-4, -2/3], so a step would move the bias by what the feature's weight needs. Which column of
    Theta holds the biases?
    """
    return np.roll(_grad(Theta, X, Y), -1, axis=1)


def output_layer_grad__row_of_ones_below(Theta, X, Y):
    """You put the row of ones below the features, in the hypotheses and in the product.

    Then Theta's first column meets x_1, and its last one the ones. With x_1 = 3 a row [5, 2] of
    Theta gives you the logit 17, and 11 is right. Does x_0 stand before x_1 or after x_d?
    """
    below = np.vstack([X, np.ones((1, X.shape[1]))])
    return (_softmax(Theta @ below) - Y) @ below.T


def output_layer_grad__bias_left_out_of_h(Theta, X, Y):
    """The hypotheses inside your gradient are computed without the biases.

    The gradient needs the probabilities that the layer really gives. With biases of 3 and 0 and x_1
    = 0 these are about 0.95 and 0.05, and you use 1/2 and 1/2. Do you call your own hypotheses
    here, or have you written the logits anew?
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

    Then every class is pushed down in every example. Your bias column is positive from top to
    bottom, though a true class with h = 1/3 should be raised. What must be the same as h for the
    gradient to be zero?
    """
    return _hypotheses(Theta, X) @ _with_ones(X).T


def output_layer_grad__hypotheses_left_out(Theta, X, Y):
    """You multiply minus the labels by the features; the hypotheses have no say in your gradient.

    Then even a perfect prediction is corrected. With h = 0.999 for the true class you still ask for
    a full step of 1 in its bias. Where have the parts with h_k gone?
    """
    return -Y @ _with_ones(X).T


def output_layer_grad__logits_minus_labels(Theta, X, Y):
    """You subtract the labels from the logits, as in linear regression.

    Labels are compared with probabilities. With Theta all zeros your logits are 0, so a false class
    gets the derivative 0. But its probability is 1/3, and it should fall. Which function lies
    between the two?
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

    Your chain rule through the softmax is fine; what goes into it is not. A hopeless prediction
    with h = 0.001 for the true class hardly moves with your gradient, where the cross-entropy pulls
    hardest. What is dJ/dh for a logarithm?
    """
    H = _hypotheses(Theta, X)
    D = H - Y
    return (H * (D - (H * D).sum(axis=0))) @ _with_ones(X).T


def output_layer_grad__probability_of_the_true_class(Theta, X, Y):
    """You use one probability per example, that of the true class, for the weights of all classes.

    Each class has a probability of its own. With 0.7, 0.2 and 0.1 and the first class true, you
    push the second down by 0.7, and the third too. Which index do h and y share in the sum for
    Theta_kj?
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

    The form (h - y) x is right, the h in it is not. With Theta all zeros and three classes you have
    1/2 where 1/3 belongs. What do your columns sum to, and what should they?
    """
    with np.errstate(all="ignore"):
        return (1 / (1 + np.exp(-_logits(Theta, X))) - Y) @ _with_ones(X).T


@mistake(worth=0.5)  # the right sum along the wrong axis
def output_layer_grad__rows_instead_of_columns(Theta, X, Y):
    """The hypotheses inside your gradient are normalised over the examples, not over the classes.

    With a single example each row has one entry. So you take the probability 1 for every class, and
    the true one seems to have nothing left to learn. What should one column of H add up to?
    """
    Z = _logits(Theta, X)
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return (E / E.sum(axis=1, keepdims=True) - Y) @ _with_ones(X).T


def output_layer_grad__whole_array_sum(Theta, X, Y):
    """The hypotheses inside your gradient are normalised over all classes and all examples.

    With a single example nothing shows. With four examples and Theta all zeros, each of three
    classes has 1/12 in your gradient, and 1/3 is right. What should one column of H add up to?
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

    A weight counts in an example only as much as its feature does. In the docstring's example x_1
    is 6, and -4 belongs beside the bias's -2/3; you have -2/3 twice. What is the derivative of z_k
    by Theta_kj?
    """
    D = _hypotheses(Theta, X) - Y
    return np.repeat(D.sum(axis=1, keepdims=True), Theta.shape[1], axis=1)


def output_layer_grad__logit_gradient(Theta, X, Y):
    """You return the derivative by the logits, one for each class and example.

    Each logit is made of d + 1 weights. With 3 classes, 2 features and 5 examples you return a (3,
    5) array, while Theta is (3, 3). What is the derivative of z_k by Theta_kj, and which axis is
    summed away?
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

    reshape keeps the order in memory and sets new borders. From [[1, 2, 3], [4, 5, 6]] it makes a
    first row [1, 2], and the transpose has [1, 4] there. Which of your two factors should come
    first in the product?
    """
    return _grad(Theta, X, Y).T.reshape(Theta.shape)


@mistake(worth=0.5)  # the right numbers in another shape
def output_layer_grad__flattened(Theta, X, Y):
    """You return one long vector of derivatives, as some optimisers want it.

    Here the result has the shape of Theta. A (3, 2) array of weights cannot take off your six
    numbers in a row: (3, 2) and (6,) do not broadcast. Where does your code flatten it?
    """
    return _grad(Theta, X, Y).ravel()


def output_layer_grad__squeezed(Theta, X, Y):
    """You squeeze the result, and a Theta with a single row gets a flat gradient.

    dTheta has the shape of Theta, always. For n = 1 and two features that is (1, 3), and you return
    (3,), where code that asks for dTheta[0, 1] fails. Is the squeeze there to repair a shape that
    went wrong earlier?
    """
    return np.squeeze(_grad(Theta, X, Y))


# output_layer_grad: loops.


def output_layer_grad__last_example_only(Theta, X, Y):
    """You return the gradient of the last example alone.

    If two examples want +0.5 and -0.2 for a weight, the batch wants +0.3, and you say -0.2. Each
    round of a loop overwrites what the round before it computed. Which operator adds to what is
    there already?
    """
    return _grad(Theta, X[:, -1:], Y[:, -1:])


def output_layer_grad__first_example_only(Theta, X, Y):
    """You return the gradient of the first example alone.

    The loop ends after one round, or reads column 0 only. With one example nothing shows, and with
    a hundred your gradient ignores ninety-nine of them. Look at the indentation of your return: how
    often can it be reached?
    """
    return _grad(Theta, X[:, :1], Y[:, :1])


@mistake(worth=0.5)  # a loop over the wrong axis
def output_layer_grad__loop_over_classes(Theta, X, Y):
    """Your loop over the examples runs n times (once per class) and not m times.

    If n < m the last examples are ignored, and if n > m the index runs out of the array. Which
    entry of which shape counts the examples?
    """
    G = np.zeros(Theta.shape)
    for i in range(len(Theta)):
        G += np.outer((_hypotheses(Theta, X) - Y)[:, i], _with_ones(X)[:, i])
    return G


@mistake(worth=0.5)  # a loop that ends one too early, or begins one too late
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

    float64 ends near 1.8e308, and exp(710) is beyond that. Then inf/inf gives nan, and one such
    example spoils a whole row of sums. Which number could the logits of an example lose without
    changing its hypotheses? Do you call your softmax of exercise 1?
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

    Two logits that lie 800 apart are enough: the smaller h is exactly 0 in float64. On paper the
    fraction cancels before anything can vanish. What remains of the two steps together?
    """
    H = _hypotheses(Theta, X)
    with np.errstate(all="ignore"):
        D = -Y / H
        return (H * (D - (H * D).sum(axis=0))) @ _with_ones(X).T


@mistake(worth=0.5, at_most=True)  # the formula is asked for
def output_layer_grad__central_difference(Theta, X, Y):
    """You estimate the derivatives from a small step, and they are right to a few digits only.

    The two costs that you subtract differ very little. If they agree in five of their sixteen
    digits, at most eleven are left for the slope. Differences are a fine way to check a gradient.
    Which formula gives all of it without any step?
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

    A third is 0.33333334 there, and everything after the seventh digit is chance. Turning the
    result back into float64 does not bring the lost digits back. Which line of your code makes the
    numbers shorter?
    """
    T, R = Theta.astype(np.float32), X.astype(np.float32)
    H = _softmax(T[:, :1] + T[:, 1:] @ R)
    return ((H - Y.astype(np.float32)) @ _with_ones(R).astype(np.float32).T).astype(np.float64)


@mistake(worth=0.5)  # right but for rounding
def output_layer_grad__rounded(Theta, X, Y):
    """You round the gradient, and small derivatives become exactly 0.

    Rounding is for printing; a small gradient is still a direction. Near the end of training all
    entries may be as small as 0.00003, and yours would then stand still. Where does your code drop
    digits?
    """
    return np.round(_grad(Theta, X, Y), 4)


def output_layer_grad__array_like_the_labels(Theta, X, Y):
    """Your array of errors has the dtype of the labels, and for ints h - y is cut to an int.

    An error of 1/3 becomes 0, and so does one of -2/3. With labels such as 1.0 nothing shows.
    zeros_like takes over the type along with the shape. Which type should the errors have?
    """
    D = np.zeros_like(Y)
    D[:] = _hypotheses(Theta, X) - Y
    return D @ _with_ones(X).T


def output_layer_grad__list(Theta, X, Y):
    """You return a nested list; the numbers in it are right.

    A list cannot be multiplied by a learning rate: 0.1 * [[1, 2]] is a TypeError. And 2 * [[1, 2]]
    puts the row there twice. So no step of training can use your answer. Which type does Theta
    have?
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
