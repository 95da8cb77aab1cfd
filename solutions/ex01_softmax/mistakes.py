"""Wrong ways to compute a softmax; each docstring is what the learner is told."""

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


# Large logits: what is subtracted before the exponential, and from what.


def softmax__no_shift(Z):
    """You take the exponential of the logits as they come.

    Above about 709 it overflows to inf, and a column far below zero underflows to 0 everywhere;
    both end in nan. Which number could a column lose without changing its softmax?
    """
    E = np.exp(Z)
    return E / E.sum(axis=0, keepdims=True)


def softmax__one_global_max(Z):
    """You subtract one maximum, the largest entry of the whole array, from every column.

    A column that lies 800 below it underflows to zeros and ends in 0/0. Adding a constant to a
    single column must not change anything: whose maximum does each column need?
    """
    E = np.exp(Z - np.max(Z))
    return E / E.sum(axis=0, keepdims=True)


def softmax__min_shift(Z):
    """You subtract the minimum, so the largest exponent is the spread of the column.

    Once a column spans more than about 709, the exponential overflows and the result is nan.
    Which entry of a column is the one that must not become large?
    """
    E = np.exp(Z - Z.min(axis=0, keepdims=True))
    return E / E.sum(axis=0, keepdims=True)


def softmax__mean_shift(Z):
    """You subtract the mean of the column, which leaves its largest entry above zero.

    In a wide column that entry still overflows, and the result is nan. What would have to be
    subtracted so that no exponent is ever positive?
    """
    E = np.exp(Z - Z.mean(axis=0, keepdims=True))
    return E / E.sum(axis=0, keepdims=True)


def softmax__largest_magnitude_shift(Z):
    """Your shift leaves very negative columns where they are, or moves them even further down.

    All their exponentials underflow to 0, and 0/0 is nan. Try your function on the single column
    (-1000, -1001): what is left after the shift?
    """
    E = np.exp(Z - np.abs(Z).max(axis=0, keepdims=True))
    return E / E.sum(axis=0, keepdims=True)


@mistake(same_as="softmax__largest_magnitude_shift")
def softmax__shift_of_positive_maxima_only(Z):
    E = np.exp(Z - np.maximum(Z.max(axis=0, keepdims=True), 0.0))
    return E / E.sum(axis=0, keepdims=True)


def softmax__maximum_added(Z):
    """You add the maximum where it should come off, so the exponents grow instead of shrinking.

    The constant still cancels for small logits, which hides the sign; logits of 400 already
    overflow. What should the largest exponent be after the shift?
    """
    E = np.exp(Z + Z.max(axis=0, keepdims=True))
    return E / E.sum(axis=0, keepdims=True)


def softmax__maximum_subtracted_after_exp(Z):
    """You subtract the maximum from the exponentials and not from the logits inside them.

    For the column (0, 1) your first numerator is exp(0) - 1 = 0, so that class gets no probability
    at all; 0.269 is right. Only a shift inside the exponential cancels in the fraction; outside it
    changes the answer. Which two brackets would you have to move?
    """
    E = np.exp(Z) - Z.max(axis=0, keepdims=True)
    return E / E.sum(axis=0, keepdims=True)


def softmax__only_denominator_shifted(Z):
    """You shift the logits in the denominator but not in the numerator.

    The column (0, 1) becomes 0.731 and 1.987: the factor exp(1) of its maximum cancels nowhere, and
    the two do not sum to 1. Only a column whose largest logit is 0 comes out right. What must be
    true of the shift for it to be free?
    """
    return np.exp(Z) / np.exp(Z - Z.max(axis=0, keepdims=True)).sum(axis=0, keepdims=True)


def softmax__only_numerator_shifted(Z):
    """You shift the logits in the numerator but not in the denominator.

    Every column is then too small by the factor exp(max), and does not sum to 1. What must be
    true of the shift for it to be free?
    """
    return np.exp(Z - Z.max(axis=0, keepdims=True)) / np.exp(Z).sum(axis=0, keepdims=True)


@mistake(worth=0.5)  # the right sum along the wrong axis
def softmax__row_max_shift(Z):
    """You subtract the maximum of each row, so the entries of one column lose different amounts.

    Take the rows (0, 2) and (0, 0). The first column holds two equal logits, so 0.5 and 0.5 are
    right. But one of them loses 2 and the other nothing, which gives 0.119 and 0.881. A shift
    cancels only if all entries of an example lose the same. Which axis holds the classes of one
    example here?
    """
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return E / E.sum(axis=0, keepdims=True)


def softmax__row_max_shift_without_keepdims(Z):
    """You take one maximum per row, and NumPy then lines these n numbers up with the m columns.

    That goes through only if n = m or there is one row or column; otherwise it is an error or a
    wrong shape. Print the shape of your maximum: how many numbers should it hold?
    """
    E = np.exp(Z - np.max(Z, axis=1))
    return E / E.sum(axis=0, keepdims=True)


# Which entries are summed.


@mistake(worth=0.5)  # the right sum along the wrong axis
def softmax__whole_array_sum(Z):
    """You divide by one sum over the whole array, so all the examples together add up to 1.

    With a single column this looks right, which hides it. Each column is an example of its own:
    what should one column add up to?
    """
    E = np.exp(Z - np.max(Z))
    return E / E.sum()


@mistake(same_as="softmax__whole_array_sum")
def softmax__whole_array_sum_no_shift(Z):
    return np.exp(Z) / np.sum(np.exp(Z))


@mistake(same_as="softmax__whole_array_sum")
def softmax__whole_array_sum_column_shift(Z):
    E = np.exp(Z - Z.max(axis=0, keepdims=True))
    return E / E.sum()


@mistake(worth=0.5)  # the right sum along the wrong axis
def softmax__rows_instead_of_columns(Z):
    """You normalise each row, as if rows were examples; here every column is one example.

    Your rows sum to 1 where the columns should. A single example shows it best: each row then holds
    one number, which divided by itself is 1. So the column (0, 5) becomes 1 and 1. Which axis does
    one example run along?
    """
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


@mistake(same_as="softmax__rows_instead_of_columns")
def softmax__rows_instead_of_columns_no_shift(Z):
    E = np.exp(Z)
    return E / E.sum(axis=1, keepdims=True)


def softmax__row_sums_column_max(Z):
    """You take the maximum of each column but the sum of each row.

    With the rows (0, 2) and (0, 0) your first column becomes 0.5 and 0.881, though its two logits
    are equal. Each of them was divided by a sum that mixes both examples. Maximum and sum have to
    belong to the same example. Along which axis should both of them run?
    """
    E = np.exp(Z - Z.max(axis=0, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


def softmax__row_sums_without_keepdims(Z):
    """You sum each row, and NumPy then lines these n sums up with the m columns.

    If n = m nobody complains, and column j is divided by the sum of row j. Three classes and two
    examples are an error, and a single column (0, 1) becomes a 2 by 2 table. Print the shape of
    your sum: how many sums do m examples need?
    """
    E = np.exp(Z - Z.max(axis=0))
    return E / E.sum(axis=1)


@mistake(same_as="softmax__row_sums_without_keepdims")
def softmax__row_max_and_sums_without_keepdims(Z):
    E = np.exp(Z - np.max(Z, axis=1))
    return E / np.sum(E, axis=1)


def softmax__denominator_without_self(Z):
    """You leave the entry itself out of its denominator, which gives odds instead of probabilities.

    Odds can exceed 1, and your columns do not sum to 1. Two equal logits come out as 1 and 1, where
    each class should get 0.5. A single class is even divided by 0. Over which classes does the sum
    in the definition run?
    """
    E = np.exp(Z - Z.max(axis=0, keepdims=True))
    return E / (E.sum(axis=0, keepdims=True) - E)


def softmax__one_plus_denominator(Z):
    """You add 1 to the denominator, as in the sigmoid, so every column sums to less than 1.

    That 1 belongs to an extra class with logit 0, which nobody asked for. With n = 1, what should
    the only probability be?
    """
    E = np.exp(Z)
    return E / (1 + E.sum(axis=0, keepdims=True))


@mistake(same_as="softmax__one_plus_denominator")
def softmax__one_plus_shifted_denominator(Z):
    E = np.exp(Z - Z.max(axis=0, keepdims=True))
    return E / (1 + E.sum(axis=0, keepdims=True))


def softmax__denominator_never_reset(Z):
    """Your running sum starts once, before the loop over the columns, and is never set back to 0.

    The first column is right, and each later one is divided by everything seen so far. Where
    should the sum of a column start?
    """
    n, m = Z.shape
    A = np.zeros((n, m))
    total = 0.0
    for k in range(m):
        e = np.exp(Z[:, k] - Z[:, k].max())
        for i in range(n):
            total += e[i]
        A[:, k] = e / total
    return A


# Not a softmax, though it resembles one.


def softmax__largest_becomes_one(Z):
    """You divide by the largest exponential, so the largest entry of every column becomes 1.

    Taking the maximum off the logits does just that, and it is only half of the work. Three equal
    logits come out as 1, 1 and 1, but probabilities have to share 1 among the classes. What do your
    columns sum to, and what would make that 1?
    """
    return np.exp(Z - Z.max(axis=0, keepdims=True))


def softmax__unit_length(Z):
    """You divide by the Euclidean length of the column, so the squares sum to 1.

    It is the probabilities themselves that should sum to 1. Four equal logits come out as 0.5 each:
    the squares are 0.25 and sum to 1, but four times 0.5 is 2. What does one of your columns add up
    to, and which sum would you have to divide by?
    """
    E = np.exp(Z - Z.max(axis=0, keepdims=True))
    return E / np.linalg.norm(E, axis=0, keepdims=True)


def softmax__mean_in_denominator(Z):
    """You divide by the mean of the exponentials, so every column sums to n.

    A probability can then be larger than 1. For the column (0, 0) both exponentials are 1, and so
    is their mean: each of the two classes gets 1. With ten equal logits it would be the same, and
    the column would sum to 10. What should the n classes of one example add up to?
    """
    E = np.exp(Z - Z.max(axis=0, keepdims=True))
    return E / E.mean(axis=0, keepdims=True)


def softmax__no_exponential(Z):
    """You divide the logits themselves by their sum; the exponential is missing.

    Logits may be negative or sum to zero, and then these fractions are no probabilities. The column
    (3, -1) becomes 1.5 and -0.5, and for (1, -1) you divide by 0. Which function makes any real
    number positive before you normalise?
    """
    return Z / Z.sum(axis=0, keepdims=True)


def softmax__sigmoid(Z):
    """You apply the sigmoid to every entry on its own, so the classes never meet.

    Each value lies between 0 and 1, but a column does not sum to 1. Through what do the classes
    of one example compete in a softmax?
    """
    return 1 / (1 + np.exp(-Z))


def softmax__normalised_sigmoid(Z):
    """You make the column sum to 1, but out of sigmoids rather than plain exponentials.

    Adding 5 to every logit of a column then changes your answer, and a softmax does not move.
    Which function of the logit belongs in numerator and denominator?
    """
    S = 1 / (1 + np.exp(-Z))
    return S / S.sum(axis=0, keepdims=True)


def softmax__log_softmax(Z):
    """You return the logarithm of the softmax: all entries are zero or negative.

    The exercise asks for the probabilities. Two equal logits should give 0.5 and 0.5; you return
    -0.693 twice, which is log(0.5). No probability is negative, and your columns do not sum to 1.
    Which last step leads from a log-probability back to a probability?
    """
    S = Z - Z.max(axis=0, keepdims=True)
    return S - np.log(np.exp(S).sum(axis=0, keepdims=True))


@mistake(worth=0.5)  # one sign
def softmax__sign_flipped(Z):
    """You take the exponential of the negated logits, so the smallest logit wins.

    The minus sign belongs to the sigmoid's exp(-z), not here. A larger logit means more in favour
    of its class. For the column (0, 1) you return 0.731 and 0.269: the right two numbers in each
    other's place. Which class should have the largest probability?
    """
    E = np.exp(-Z)
    return E / E.sum(axis=0, keepdims=True)


@mistake(same_as="softmax__sign_flipped", worth=0.5)  # one sign
def softmax__sign_of_shift_flipped(Z):
    E = np.exp(Z.max(axis=0, keepdims=True) - Z)
    return E / E.sum(axis=0, keepdims=True)


def softmax__absolute_logits(Z):
    """You drop the sign of the logits, so -3 counts as much as 3.

    The column (-3, 1) comes out as 0.881 and 0.119, as if it were (3, 1). The exponential is
    positive for any real number; there is nothing to repair before it. Which of the logits -3 and 1
    should get more probability?
    """
    S = np.abs(Z)
    E = np.exp(S - S.max(axis=0, keepdims=True))
    return E / E.sum(axis=0, keepdims=True)


def softmax__divided_by_max(Z):
    """You divide the logits by the largest one where it should be subtracted.

    Scaling changes how far the logits lie apart, so it changes the probabilities; a common shift
    does not. What happens to your answer if the largest logit is 0 or negative?
    """
    E = np.exp(Z / Z.max(axis=0, keepdims=True))
    return E / E.sum(axis=0, keepdims=True)


def softmax__standardised_logits(Z):
    """You standardise each column (mean 0, deviation 1) before the exponential.

    Taking off the mean is harmless for small logits, but dividing by the deviation changes the
    answer. The columns (0, 1) and (0, 100) both turn into (-1, 1), and you give both of them 0.119
    and 0.881. Equal logits have the deviation 0, and you get nan. Should (0, 1) and (0, 100) have
    the same softmax?
    """
    S = (Z - Z.mean(axis=0, keepdims=True)) / Z.std(axis=0, keepdims=True)
    E = np.exp(S)
    return E / E.sum(axis=0, keepdims=True)


def softmax__base_two(Z):
    """You raise 2 to the logits where the softmax raises e.

    Your columns sum to 1, but a class one point above another only gets twice its probability. The
    column (0, 1) becomes 1/3 and 2/3, where 0.269 and 0.731 are right. Equal logits hide it. Which
    line of yours chooses the base?
    """
    E = 2.0 ** (Z - Z.max(axis=0, keepdims=True))
    return E / E.sum(axis=0, keepdims=True)


def softmax__applied_twice(Z):
    """You apply the softmax to values that already went through a softmax.

    The second pass only sees numbers between 0 and 1, so it pulls the classes together. For the
    column (0, 100) the second class should get nearly 1. You give it 0.731, and with two classes
    you can never give more. Where in your code is the exponential taken a second time?
    """
    return _softmax(_softmax(Z))


def softmax__hard_max(Z):
    """You put a 1 at the largest logit and 0 elsewhere: that is an argmax.

    A softmax also says how far behind the other classes are, and it has a gradient. What should
    the two entries be for the logits (0, 0.1)?
    """
    return (Z == Z.max(axis=0, keepdims=True)).astype(float)


# Clipping, patching and losing digits.


def softmax__logits_clipped(Z):
    """You clip the logits to keep the exponential finite, so all logits beyond the limit tie.

    For a column such as (1000, 998) that gives equal probabilities. Only the differences within a
    column matter: how can you keep them and still avoid the overflow?
    """
    E = np.exp(np.clip(Z, -500, 500))
    return E / E.sum(axis=0, keepdims=True)


@mistake(same_as="softmax__logits_clipped")
def softmax__logits_clipped_at_700(Z):
    E = np.exp(np.clip(Z, -700, 700))
    return E / E.sum(axis=0, keepdims=True)


@mistake(same_as="softmax__logits_clipped")
def softmax__logits_clipped_from_above(Z):
    E = np.exp(np.clip(Z, None, 600))
    return E / E.sum(axis=0, keepdims=True)


def softmax__shifted_logits_clipped(Z):
    """You clip the logits after you shifted them, so a very small probability gets too large.

    The column (0, -600, -700) gives its last two classes the same number, though the first of them
    is exp(100) times as likely. After the shift nothing can overflow any more, and an exponential
    that underflows to 0 does no harm. What is the clip still protecting you from?
    """
    E = np.exp(np.clip(Z - Z.max(axis=0, keepdims=True), -500, 0))
    return E / E.sum(axis=0, keepdims=True)


@mistake(same_as="softmax__shifted_logits_clipped")
def softmax__shifted_logits_clipped_at_50(Z):
    E = np.exp(np.clip(Z - Z.max(axis=0, keepdims=True), -50, 50))
    return E / E.sum(axis=0, keepdims=True)


def softmax__probabilities_clipped(Z):
    """You clip the probabilities away from 0 (and perhaps from 1).

    A class may really be as unlikely as 1e-300, and the clipped value is wrong by a huge factor.
    Is this the place to look after a logarithm that comes later?
    """
    return np.clip(_softmax(Z), 1e-15, 1 - 1e-15)


@mistake(same_as="softmax__probabilities_clipped")
def softmax__probabilities_clipped_at_1e_7(Z):
    return np.clip(_softmax(Z), 1e-7, 1 - 1e-7)


def softmax__epsilon_in_denominator(Z):
    """You add a small number to the denominator, which makes every probability a little too small.

    The result is right to some eight or ten digits only. Try a single class: its probability is
    exactly 1, and yours falls short of that by about the number you added. After subtracting the
    maximum, how small can the denominator become?
    """
    E = np.exp(Z - Z.max(axis=0, keepdims=True))
    return E / (E.sum(axis=0, keepdims=True) + 1e-8)


@mistake(same_as="softmax__epsilon_in_denominator")
def softmax__epsilon_of_1e_10_in_denominator(Z):
    E = np.exp(Z - Z.max(axis=0, keepdims=True))
    return E / (E.sum(axis=0, keepdims=True) + 1e-10)


def softmax__epsilon_added_to_result(Z):
    """You add a small number to every probability, so your columns sum to more than 1.

    A probability of 1e-20 comes out as about 1e-8. Which danger was that number meant to avert,
    and does it exist in this function?
    """
    return _softmax(Z) + 1e-8


def softmax__nan_replaced_by_zero(Z):
    """You replace the nan of an overflow by zero, and the column no longer sums to 1.

    The overflow is hidden but the answer is lost with it. What could you do before the
    exponential, so that it never overflows?
    """
    E = np.exp(Z)
    return np.nan_to_num(E / E.sum(axis=0, keepdims=True))


def softmax__float32_inside(Z):
    """You compute in float32: about seven digits, and nothing below 1e-45.

    Three equal logits should get 0.3333333333 each, and yours become 0.3333333433. Turning the
    result back into float64 does not bring the lost digits back: by then every step has worked
    without them. Which line of your code makes the numbers shorter?
    """
    S = Z.astype(np.float32)
    E = np.exp(S - S.max(axis=0, keepdims=True))
    return (E / E.sum(axis=0, keepdims=True)).astype(np.float64)


def softmax__float32_result(Z):
    """You compute well and then return float32, which drops half of the digits.

    One third comes back as 0.3333333433, and three times that is 1.00000003. Later exercises
    subtract numbers that are nearly equal, and need the digits that are gone. What is the dtype of
    Z, and which step of yours leaves it?
    """
    return _softmax(Z).astype(np.float32)


@mistake(worth=0.5)  # right but for rounding
def softmax__rounded(Z):
    """You round the probabilities, and small ones become exactly 0.

    In the column (0, -20) the second class has the probability 2e-9, and you return 0 for it.
    Rounding is for printing; a cost takes the logarithm of these numbers later. What is log(0)?
    Which line drops the digits?
    """
    return np.round(_softmax(Z), 4)


@mistake(same_as="softmax__rounded", worth=0.5)  # right but for rounding
def softmax__rounded_to_6(Z):
    return np.round(_softmax(Z), 6)


# Loops, shapes, types and side effects.


def softmax__only_first_column(Z):
    """Only your first column is filled; all the others stay zero.

    With a single example nothing shows. With two, the second column sums to 0, which probabilities
    never do. The loop ends after one round, or only ever works on column 0. Look at the indentation
    of your return: how often can it be reached?
    """
    A = np.zeros(Z.shape)
    for k in range(Z.shape[1]):
        e = np.exp(Z[:, k] - Z[:, k].max())
        A[:, k] = e / e.sum()
        return A
    return A


@mistake(worth=0.5)  # a loop that ends one too early, or begins one too late
def softmax__last_column_left_out(Z):
    """Your loop stops one column early, so the last example stays zero.

    With a single example the loop does not run at all, and your whole answer is zeros. A column of
    zeros cannot be right: it has to sum to 1. range(m) already leaves m itself out. Which values
    does your loop variable take if m = 2?
    """
    m = Z.shape[1]
    A = np.zeros(Z.shape)
    for k in range(m - 1):
        A[:, k] = _softmax(Z[:, k])
    return A


@mistake(worth=0.5)  # a loop over the wrong axis
def softmax__loop_over_classes(Z):
    """Your loop over the examples runs n times (once per class) and not m times.

    If n < m the last columns stay zero, and if n > m the index runs out of the array. Which entry
    of Z.shape counts the examples?
    """
    A = np.zeros(Z.shape)
    for k in range(len(Z)):
        A[:, k] = _softmax(Z[:, k])
    return A


def softmax__transposed_result(Z):
    """You return the transpose: an example is a row in your result, but a column in Z.

    The probabilities themselves are right. With two examples of three classes Z is (3, 2), and you
    return (2, 3). If n = m the shape fits, but the numbers off the diagonal have changed places.
    Which shape does a (3, 5) array of logits ask for?
    """
    return _softmax(Z).T


@mistake(worth=0.5)  # the right numbers in another shape
def softmax__squeezed(Z):
    """You drop the axes of length 1, so one example comes back as a flat vector.

    The column (1, 2, 3) has the shape (3, 1), and your answer has the shape (3,). Subtract one from
    the other, and NumPy makes a 3 by 3 table of it without a word. The exercises that follow would
    meet just that. Where does your code squeeze or index an axis away?
    """
    return np.squeeze(_softmax(Z))


@mistake(worth=0.5)  # the right numbers in another shape
def softmax__flattened(Z):
    """You flatten the array first, so all examples melt into one long vector.

    That loses both the shape (n, m) and the sums per column. Two columns of (0, 0) become four
    numbers in a row, each of them 0.25; but two classes that are equally likely have 0.5 each. What
    should come back for two identical columns?
    """
    z = Z.flatten()
    e = np.exp(z - z.max())
    return e / e.sum()


def softmax__list(Z):
    """You return a nested list; the numbers in it are right.

    A list has no shape, and arithmetic means something else for it. If A is your answer, 2 * A
    repeats its rows and doubles no number, and A - 1 is an error. The next exercise would stumble
    over that. Which type did you receive, and where does it become a list?
    """
    return _softmax(Z).tolist()


def softmax__changes_its_argument(Z):
    """Your result is right, but the array you were given is not the same afterwards.

    An operation such as -= or out= writes into the caller's logits, who still needs them. Which
    of your lines writes into Z rather than into something new?
    """
    Z -= Z.max(axis=0, keepdims=True)
    return np.exp(Z) / np.exp(Z).sum(axis=0, keepdims=True)


@mistake(same_as="softmax__changes_its_argument")
def softmax__overwrites_its_argument(Z):
    Z[:] = _softmax(Z)
    return Z


def softmax__one_buffer_for_all_calls(Z):
    """Your numbers are right, but each call writes them into one and the same array.

    Whoever still holds the answer to an earlier call finds other numbers in it now. An array that
    lives outside of the function is filled again and again. Checks that look at one answer at a
    time never notice. What would two answers, held side by side, say? Where should the array of an
    answer be made?
    """
    return _in_one_buffer(_softmax(Z))


# Found in code that others have published, or by trying what the checks let through.


def softmax__long_double_without_shift(Z):
    """You take the exponential of the logits as they come, in numbers longer than float64.

    They overflow later, not never: from logits of some 11 000 on everything ends in nan again. On
    some machines a long double is no longer than a float64. More range only moves the limit. Which
    number could a column lose without changing its softmax, so that no range is needed?
    """
    E = np.exp(Z.astype(np.longdouble))
    return (E / E.sum(axis=0, keepdims=True)).astype(np.float64)


@mistake(same_as="softmax__logits_clipped")
def softmax__logits_clipped_at_10000(Z):
    return _softmax(np.clip(Z, -10_000, 10_000))


@mistake(same_as="softmax__logits_clipped")
def softmax__logits_clipped_at_1e6(Z):
    return _softmax(np.clip(Z, -1e6, 1e6))


def softmax__shifted_logits_divided_by_their_sum(Z):
    """You take the maximum off each column and divide by the sum; the exponential is missing.

    What is left after the shift is zero or negative. So the most likely class gets 0, and the
    others share the rest the wrong way round. A column of equal logits becomes 0/0. The shift is
    only there to tame an exponential. Between which two of your steps does that belong?
    """
    S = Z - Z.max(axis=0, keepdims=True)
    return S / S.sum(axis=0, keepdims=True)


def softmax__small_probabilities_dropped(Z):
    """You replace every probability below some limit by 0.

    A class may really be as unlikely as 1e-300, and the next step may take its logarithm. That is a
    number for 1e-300 and infinite for 0. Small is not the same as nothing. What would go wrong in
    your function if you left these entries alone?
    """
    A = _softmax(Z)
    return np.where(A < 1e-12, 0.0, A)
