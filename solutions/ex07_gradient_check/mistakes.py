"""Wrong ways to measure and compare gradients; each docstring is what the learner is told."""

import numpy as np

from grader.course import mistake


_buffers = {}


def _in_one_buffer(answer):
    """Return the same array at each call for answers of this shape, with these numbers in it."""
    buffer = _buffers.setdefault(answer.shape, np.empty(answer.shape))
    buffer[:] = answer
    return buffer


def _central(f, x, eps=1e-5):
    grad = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        right, left = x.copy(), x.copy()
        right[place] += eps
        left[place] -= eps
        grad[place] = (f(right) - f(left)) / (2 * eps)
    return grad


def _relative(a, b):
    total = np.linalg.norm(a) + np.linalg.norm(b)
    return np.linalg.norm(a - b) / total if total > 0 else 0.0


# numerical_gradient: which two places, and how far apart.


@mistake(worth=0.5)  # a cruder formula for the same derivative
def numerical_gradient__forward_difference(f, x, eps=1e-5):
    """You look to one side only: from x to a step away from it.

    Its error shrinks like eps and not like eps^2, because nothing cancels. For x^3 at x = 1 with
    eps = 0.1 you are off by about 0.3. A look to both sides misses the slope 3 by 0.01 only. Which
    second place would lie opposite to the first?
    """
    grad = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        right = x.copy()
        right[place] += eps
        grad[place] = (f(right) - f(x)) / eps
    return grad


@mistake(
    same_as="numerical_gradient__forward_difference", worth=0.5
)  # a cruder formula for the same derivative
def numerical_gradient__backward_difference(f, x, eps=1e-5):
    grad = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        left = x.copy()
        left[place] -= eps
        grad[place] = (f(x) - f(left)) / eps
    return grad


def numerical_gradient__divided_by_eps(f, x, eps=1e-5):
    """You divide by eps, so everything is twice too large.

    For x^2 at x = 3 the slope is 6, and you find 12. Take eps = 1 to see it: the heights 16 and 4
    belong to x = 4 and x = 2. One place lies eps to the right of x and the other eps to the left.
    How far are they apart?
    """
    return 2 * _central(f, x, eps)


def numerical_gradient__left_is_the_middle(f, x, eps=1e-5):
    """Your second place is x itself, so everything is about half as large as it should be.

    You go eps to the right, and then eps back to the left. How far to the left of x do you want
    to be?
    """
    grad = np.zeros(x.shape)
    y = x.copy()
    for place in np.ndindex(x.shape):
        y[place] += eps
        right = f(y)
        y[place] -= eps
        left = f(y)
        grad[place] = (right - left) / (2 * eps)
    return grad


def numerical_gradient__only_the_left_is_divided(f, x, eps=1e-5):
    """You divide the second height alone by 2 eps: a pair of brackets is missing.

    Division comes before subtraction: 5 - 3 / 2 is 3.5, not 1. With a small eps your answer is
    huge, about -50000 for x^2 at x = 1 and eps = 0.00001. Which two numbers have to be subtracted
    first?
    """
    grad = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        right, left = x.copy(), x.copy()
        right[place] += eps
        left[place] -= eps
        grad[place] = f(right) - f(left) / (2 * eps)
    return grad


def numerical_gradient__times_eps(f, x, eps=1e-5):
    """You divide by 2 and then multiply by eps: a pair of brackets is missing.

    / and * are worked off from left to right: 12 / 2 * 3 is 18, while 12 / (2 * 3) is 2. So the
    smaller eps is, the nearer to 0 is your answer. What should stand below the fraction as a whole?
    """
    grad = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        right, left = x.copy(), x.copy()
        right[place] += eps
        left[place] -= eps
        grad[place] = (f(right) - f(left)) / 2 * eps
    return grad


def numerical_gradient__sign_turned_around(f, x, eps=1e-5):
    """You subtract the right height from the left one, so every sign is turned around.

    If f grows to the right, its slope is positive. For x^2 at x = 3 it is 6, and you find -6; a
    gradient check would call every right formula wrong. Which height comes first?
    """
    return _central(f, x, -eps) * -1.0


def numerical_gradient__fixed_step(f, x, eps=1e-5):
    """You use a step of your own, and eps plays no part.

    How small a step must be depends on f: one that wiggles fast needs a smaller one. sin(1000000 x)
    makes a whole turn within 0.0000063, and your step jumps right over it. Who knows f, you or the
    caller?
    """
    return _central(f, x, 1e-5)


@mistake(same_as="numerical_gradient__fixed_step")
def numerical_gradient__fixed_step_of_1e_4(f, x, eps=1e-5):
    return _central(f, x, 1e-4)


def numerical_gradient__step_far_too_small(f, x, eps=1e-5):
    """Your step is so small that hardly anything but rounding is left of the difference.

    Two heights that agree in twelve digits have only four left to differ in. Where does the table
    of the exercise have its best row?
    """
    return _central(f, x, 1e-12)


def numerical_gradient__step_relative_to_the_entry(f, x, eps=1e-5):
    """Your step is eps times the entry, so it is 0 where the entry is 0: 0/0 is nan.

    Zeros are the most ordinary entries of all; biases often begin with them. And an entry of 1000
    moves a million times as far as one of 0.001. How far should an entry of 0 move?
    """
    grad = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[place] = eps * x[place]
        grad[place] = (f(x + step) - f(x - step)) / (2 * step[place])
    return grad


# numerical_gradient: one entry at a time, and back again.


def numerical_gradient__all_entries_at_once(f, x, eps=1e-5):
    """You move all entries together and get one number: a slope along the diagonal.

    For x[0] + 2 * x[1] that is 3, where [1, 2] is right, and from 3 alone nobody can get the two
    back. Each entry of the gradient asks what happens when that entry alone moves. How many numbers
    should come out?
    """
    return (f(x + eps) - f(x - eps)) / (2 * eps)


def numerical_gradient__one_number_everywhere(f, x, eps=1e-5):
    """You move all entries together, so all entries of your gradient are the same.

    For x[0] + 2 * x[1] you give [3, 3], where [1, 2] is right. Each entry of the gradient asks what
    happens when that entry alone moves. What belongs inside a loop?
    """
    return np.full(x.shape, (f(x + eps) - f(x - eps)) / (2 * eps))


def numerical_gradient__not_put_back(f, x, eps=1e-5):
    """You leave each entry where the second call of f had it: x drifts while you go on.

    The later entries are then measured at a slightly different place. What has to be done to an
    entry before the next one moves?
    """
    grad = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        x[place] += eps
        right = f(x)
        x[place] -= 2 * eps
        left = f(x)
        grad[place] = (right - left) / (2 * eps)
    return grad


def numerical_gradient__put_back_too_far(f, x, eps=1e-5):
    """You put each entry back to the wrong place: it ends eps to the right of where it was.

    You went eps to the right, then 2 eps to the left. How far is it home from there? Or could you
    have kept the old number?
    """
    grad = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        x[place] += eps
        right = f(x)
        x[place] -= 2 * eps
        left = f(x)
        x[place] += 2 * eps
        grad[place] = (right - left) / (2 * eps)
    return grad


def numerical_gradient__only_the_last_entry(f, x, eps=1e-5):
    """Your gradient is made anew in every round, so only its last entry survives.

    All the others are 0. For the docstring's x[0] * x[1] at [2, 3] you give [0, 2], and the 3 was
    there for one round, before it got lost. Which line should stand before the loop?
    """
    for place in np.ndindex(x.shape):
        grad = np.zeros(x.shape)
        right, left = x.copy(), x.copy()
        right[place] += eps
        left[place] -= eps
        grad[place] = (f(right) - f(left)) / (2 * eps)
    return grad


# numerical_gradient: what f is called with.


def numerical_gradient__single_entries(f, x, eps=1e-5):
    """You call f with a single entry, but f wants the whole array.

    A function that adds up its entries may survive that; one that multiplies two of them cannot.
    The docstring's x[0] * x[1] finds no x[1] in the number 2.00001. Where do the entries go that do
    not move?
    """
    grad = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        grad[place] = (f(x[place] + eps) - f(x[place] - eps)) / (2 * eps)
    return grad


def numerical_gradient__flattened(f, x, eps=1e-5):
    """You call f with a flat version of x, but f wants the shape that x has.

    For vectors nothing is lost; a function of a matrix fails, or sees something else. How can you
    visit all entries without changing the shape?
    """
    flat = x.ravel().copy()
    return _central(f, flat, eps).reshape(x.shape)


def numerical_gradient__row_by_row(f, x, eps=1e-5):
    """You call f with one row at a time, but f wants the whole array.

    What f has to say about two rows together is lost. If f is W[0, 0] * W[1, 0], one row is not
    enough to compute it, and f stops with an error. Which array should be handed over, with which
    entry moved?
    """
    if x.ndim == 1:
        return _central(f, x, eps)
    return np.array([_central(f, row, eps) for row in x])


def numerical_gradient__whole_rows_moved(f, x, eps=1e-5):
    """Your loop runs along the first axis only, so in a matrix whole rows move together.

    For vectors it is right. For the sum of W ** 3 at [[1, 2]] you give [[15, 15]], where the
    docstring has [[3, 12]]. You have added up what belongs apart. How many indices does one entry
    of a matrix need?
    """
    grad = np.zeros(x.shape)
    for i in range(len(x)):
        right, left = x.copy(), x.copy()
        right[i] += eps
        left[i] -= eps
        grad[i] = (f(right) - f(left)) / (2 * eps)
    return grad


def numerical_gradient__matrices_only(f, x, eps=1e-5):
    """Your two loops need exactly two axes, so a vector or three axes are an error.

    Two nested loops are right for a matrix. But a vector of shape (3,) has no x.shape[1], and the
    docstring allows any shape. Which tool of NumPy visits every entry, however many axes there are?
    """
    grad = np.zeros(x.shape)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            right, left = x.copy(), x.copy()
            right[i, j] += eps
            left[i, j] -= eps
            grad[i, j] = (f(right) - f(left)) / (2 * eps)
    return grad


# numerical_gradient: shapes and types.


@mistake(worth=0.5)  # the right numbers in another shape
def numerical_gradient__flat_result(f, x, eps=1e-5):
    """Your gradient is flat; the numbers in it are right.

    It should have the shape of x: a W of shape (2, 3) has a gradient of shape (2, 3), and you
    return (6,). The two cannot even be subtracted. Which array could you fill in place of a list
    that grows?
    """
    return _central(f, x, eps).ravel()


@mistake(worth=0.5)  # the right numbers in another shape
def numerical_gradient__column(f, x, eps=1e-5):
    """Your gradient is always a column, whatever the shape of x.

    A vector should come back as a vector. Of shape (3,) you make (3, 1), and the difference of the
    two is a (3, 3) table without any error. A (2, 3) matrix becomes (6, 1). Whose shape does a
    gradient have?
    """
    return _central(f, x, eps).reshape(-1, 1)


def numerical_gradient__whole_numbers(f, x, eps=1e-5):
    """You store the gradient in an array of whole numbers, and the decimals are cut off.

    An int array keeps no decimals, whatever you assign to it. 0.7 becomes 0, and a slope of 3 that
    was measured as 2.9999999 becomes 2. Which dtype should yours have?
    """
    return _central(f, x, eps).astype(int)


def numerical_gradient__float32(f, x, eps=1e-5):
    """You return float32, which drops half of the digits.

    The numbers are right to about seven digits: a third is 0.33333334 in it. A measured gradient
    has about ten good ones, and you want to compare them all. Which dtype did you receive, and
    where does yours change?
    """
    return _central(f, x, eps).astype(np.float32)


def numerical_gradient__list(f, x, eps=1e-5):
    """You return a list; the numbers in it are right.

    A list has no shape, and a list minus a list is a TypeError. So nobody can ask whether your
    gradient fits x, or take it times a step. Which type did you receive?
    """
    return _central(f, x, eps).tolist()


# gradient_check: what is compared.


def gradient_check__absolute(analytic, numeric):
    """You return the length of the difference, compared with nothing.

    For gradients of 1e-6 it looks tiny even if one is twice the other. With [1e-6] and [2e-6] you
    return 0.000001, as if all were well. What should it be divided by, so that the units do not
    matter?
    """
    return float(np.linalg.norm(analytic - numeric))


def gradient_check__largest_difference(analytic, numeric):
    """You return the largest difference, compared with nothing.

    For gradients of 1e-6 it looks tiny even if one is twice the other. And for [3, 0] and [0, 4]
    you say 4, though the answer should lie between 0 and 1. What says whether a difference is
    large?
    """
    return float(np.max(np.abs(analytic - numeric)))


def gradient_check__signed(analytic, numeric):
    """You add up signed differences, and they cancel.

    (1, 2) and (2, 1) come out as equal, since -1 and 1 add up to 0. In other cases your error is
    negative, and then it lies below every limit. What does a norm do to the signs first?
    """
    total = np.linalg.norm(analytic) + np.linalg.norm(numeric)
    return float(np.sum(analytic - numeric) / total) if total > 0 else 0.0


def gradient_check__lengths_compared(analytic, numeric):
    """You compare the lengths of the two gradients, not the gradients.

    Opposite gradients have the same length, so [3, 4] and [-3, -4] get 0 from you, though they
    could not be further apart. Which comes first: subtracting or taking the norm?
    """
    a, b = np.linalg.norm(analytic), np.linalg.norm(numeric)
    return float(abs(a - b) / (a + b)) if a + b > 0 else 0.0


def gradient_check__sum_above(analytic, numeric):
    """You take the norm of the sum where that of the difference is asked for.

    Two equal gradients then come out as far apart as can be: [3, 4] compared with itself gives
    10/10 = 1. And for opposite ones you say 0. Which sign stands in the formula?
    """
    total = np.linalg.norm(analytic) + np.linalg.norm(numeric)
    return float(np.linalg.norm(analytic + numeric) / total) if total > 0 else 0.0


def gradient_check__distance_of_directions(analytic, numeric):
    """You compare directions only: one minus the cosine of the angle.

    A forgotten factor does not change a direction, and is the commonest mistake of all. [3, 4] and
    [6, 8] get 0 from you, though every entry is twice as large. What should a and 2a get?
    """
    total = np.linalg.norm(analytic) * np.linalg.norm(numeric)
    return float(1 - np.sum(analytic * numeric) / total) if total > 0 else 0.0


# gradient_check: what it is divided by.


def gradient_check__one_length_below(analytic, numeric):
    """You divide by the length of one of the two gradients only.

    The number is then no longer between 0 and 1, and it depends on which one you name first. For
    [3, 0] and [0, 4] it is more than 1 already, where 5/7 is asked for. What stands below the
    fraction?
    """
    total = np.linalg.norm(numeric)
    difference = np.linalg.norm(analytic - numeric)
    return float(difference / total) if total > 0 else float(difference)


@mistake(same_as="gradient_check__one_length_below")
def gradient_check__the_other_length_below(analytic, numeric):
    total = np.linalg.norm(analytic)
    difference = np.linalg.norm(analytic - numeric)
    return float(difference / total) if total > 0 else float(difference)


def gradient_check__larger_length_below(analytic, numeric):
    """You divide by the larger of the two lengths; their sum is asked for.

    That is a reasonable measure too, about twice as large. For [3, 0] and [0, 4] you give 5/4, and
    the docstring has 5/7. What would opposite gradients get in yours, and what should they get?
    """
    total = max(np.linalg.norm(analytic), np.linalg.norm(numeric))
    return float(np.linalg.norm(analytic - numeric) / total) if total > 0 else 0.0


def gradient_check__length_of_the_sum_below(analytic, numeric):
    """You divide by the length of the sum; the sum of the lengths is asked for.

    For [3, 0] and [0, 4] the sum is [3, 4], of length 5, and you give 5/5; the docstring has 5/7.
    For opposite gradients the sum is 0, and nothing can be divided by that. What is added to what?
    """
    total = np.linalg.norm(analytic + numeric)
    return float(np.linalg.norm(analytic - numeric) / total) if total > 0 else 0.0


def gradient_check__brackets_missing(analytic, numeric):
    """You divide by the first length only, and then add the second one: brackets are missing.

    Division comes before addition. For [3, 0] and [0, 4] you compute 5 / 3 + 4, about 5.67, but the
    answer should lie between 0 and 1. What stands below the fraction as a whole?
    """
    a, b = np.linalg.norm(analytic), np.linalg.norm(numeric)
    return float(np.linalg.norm(analytic - numeric) / a + b) if a > 0 else float(b)


def gradient_check__squares(analytic, numeric):
    """You leave out the square roots: your lengths are squared.

    An error of 1e-4 then looks like one of 1e-8, and a wrong formula passes for a right one. For
    [3, 0] and [0, 4] you give 25/25, where 5/7 is right. What is the last step of a norm?
    """
    total = np.sum(analytic**2) + np.sum(numeric**2)
    return float(np.sum((analytic - numeric) ** 2) / total) if total > 0 else 0.0


def gradient_check__zeros_not_guarded(analytic, numeric):
    """Two gradients of zeros give 0/0 in your function, and that is nan.

    They agree as well as can be. But nan < 1e-7 is False, so whoever tests your number takes them
    for different. What should the answer be, and where do you ask whether the denominator is 0?
    """
    total = np.linalg.norm(analytic) + np.linalg.norm(numeric)
    return np.linalg.norm(analytic - numeric) / total


def gradient_check__zeros_disagree(analytic, numeric):
    """You answer 1 for two gradients of zeros, as if they disagreed.

    Both say the same: nothing changes. 1 is what opposite gradients get, such as [3] and [-3], the
    worst there is. A parameter that plays no part in the cost would raise a false alarm. Which
    answer means "no difference"?
    """
    total = np.linalg.norm(analytic) + np.linalg.norm(numeric)
    return float(np.linalg.norm(analytic - numeric) / total) if total > 0 else 1.0


def gradient_check__epsilon_below(analytic, numeric):
    """You add a small number to the denominator to avoid 0/0, and it swallows small gradients.

    Where the two lengths add up to just that small number, your answer is half of the right one.
    For still smaller gradients it is nearly 0, even if they are opposite. Which single case needs a
    way of its own?
    """
    total = np.linalg.norm(analytic) + np.linalg.norm(numeric) + 1e-8
    return float(np.linalg.norm(analytic - numeric) / total)


@mistake(same_as="gradient_check__epsilon_below")
def gradient_check__epsilon_of_1e_10_below(analytic, numeric):
    total = np.linalg.norm(analytic) + np.linalg.norm(numeric) + 1e-10
    return float(np.linalg.norm(analytic - numeric) / total)


# gradient_check: which norm.


def gradient_check__worst_entry(analytic, numeric):
    """You take the relative error of the worst entry.

    Where an entry is nearly 0, rounding alone makes that large. [1, 1e-12] and [1, 3e-12] get 1/2
    from you, although all that differs is chance in the twelfth digit. Over which entries does the
    norm run before anything is divided?
    """
    total = np.maximum(np.abs(analytic) + np.abs(numeric), 1e-12)
    return float(np.max(np.abs(analytic - numeric) / total))


def gradient_check__mean_of_entries(analytic, numeric):
    """You average the relative errors of the entries.

    An entry that is nearly 0 then counts as much as a large one. [1, 1e-12] and [1, 3e-12] get 1/4
    from you, the mean of 0 and 1/2, and they agree in twelve digits. Over which entries does the
    norm run before anything is divided?
    """
    total = np.maximum(np.abs(analytic) + np.abs(numeric), 1e-12)
    return float(np.mean(np.abs(analytic - numeric) / total))


def gradient_check__sums_of_magnitudes(analytic, numeric):
    """Your norm is the sum of the magnitudes; here it is the root of the sum of squares.

    For (3, 4) yours is 7: that is the way along two sides of a triangle. And for the docstring's
    [3, 0] and [0, 4] you return 7/7, not 5/7. How long is the arrow from (0, 0) to (3, 4)?
    """
    total = np.abs(analytic).sum() + np.abs(numeric).sum()
    return float(np.abs(analytic - numeric).sum() / total) if total > 0 else 0.0


def gradient_check__norm_of_a_matrix(analytic, numeric):
    """For a matrix you take the spectral norm, its largest singular value.

    That is what ord=2 means once there are two axes. For [[3, 0], [0, 4]] it is 4, and the four
    entries in one row have the length 5. What should the norm do with all the entries here,
    whatever their shape?
    """
    if analytic.ndim != 2:
        return _relative(analytic, numeric)
    total = np.linalg.norm(analytic, 2) + np.linalg.norm(numeric, 2)
    return float(np.linalg.norm(analytic - numeric, 2) / total) if total > 0 else 0.0


def gradient_check__column_by_column(analytic, numeric):
    """You take norms along one axis, so a matrix gets a number for each column.

    One number is asked for, about all entries together. For a gradient of shape (2, 3) you return
    three, and `if error < 1e-7` stops with a ValueError. What does axis=0 leave over?
    """
    total = np.linalg.norm(analytic, axis=0) + np.linalg.norm(numeric, axis=0)
    difference = np.linalg.norm(analytic - numeric, axis=0)
    return np.where(total > 0, difference / np.where(total > 0, total, 1), 0.0)


# gradient_check: digits, types and side effects.


def gradient_check__verdict(analytic, numeric):
    """You return whether the gradients agree, True or False; a number is asked for.

    The number says how bad a mistake is, and often which one. 1/3 means that one gradient is twice
    the other, and 1 that a sign is wrong; False says neither. Who should draw the line?
    """
    return bool(_relative(analytic, numeric) < 1e-7)


def gradient_check__rounded(analytic, numeric):
    """You round the result, so a difference in the ninth digit becomes 0.

    Whether an error is 1e-8 or 1e-11 is just what one wants to know here: the first may be a
    mistake, the second is rounding. You return 0.0 for both. What is rounding good for, and who
    should do it?
    """
    return round(float(_relative(analytic, numeric)), 7)


def gradient_check__float32_inside(analytic, numeric):
    """You compute in float32, where two gradients that agree in eight digits are the same.

    1 and 1.00000001 become one number there, and you report 0. The difference is gone before you
    can measure it. Which line makes the numbers shorter?
    """
    return float(_relative(analytic.astype(np.float32), numeric.astype(np.float32)))


def gradient_check__array_of_one(analytic, numeric):
    """You return an array with one entry; a plain number is asked for.

    The number in it is right. But it prints as [0.71428571], and a format such as f"{error:.1e}"
    stops with a TypeError. Which step leaves an axis around it?
    """
    return np.array([_relative(analytic, numeric)])


def gradient_check__changes_its_argument(analytic, numeric):
    """Your result is right, but a gradient you were given is not the same afterwards.

    An operation such as -= writes into the caller's array. After the check of [3, 0] against [1, 0]
    the caller holds [2, 0], and the next step of training goes by that. Which of your lines does
    it?
    """
    total = np.linalg.norm(analytic) + np.linalg.norm(numeric)
    analytic -= numeric
    return float(np.linalg.norm(analytic) / total) if total > 0 else 0.0


# Found in code that others have published, or by trying what the checks let through.


def numerical_gradient__one_buffer_for_all_calls(f, x, eps=1e-5):
    """Your numbers are right, but each call writes them into one and the same array.

    Whoever still holds the answer to an earlier call finds other numbers in it now. An array that
    lives outside of the function is filled again and again. Checks that look at one answer at a
    time never notice. What would two answers, held side by side, say? Where should the array of an
    answer be made?
    """
    return _in_one_buffer(_central(f, x, eps))


def numerical_gradient__small_entries_dropped(f, x, eps=1e-5):
    """You replace small entries of the gradient by 0.

    Rounding leaves about 1e-11 in an entry that should be 0, and you sweep away far more than that.
    Whether a slope of 4e-7 matters, only the caller knows: that is what is measured here. From
    which size on is a slope none? What would go wrong if you left it alone?
    """
    grad = _central(f, x, eps)
    return np.where(np.abs(grad) < 1e-6, 0.0, grad)


def gradient_check__small_taken_for_zero(analytic, numeric):
    """You take two short gradients for zeros, and so for equal.

    One may be twice the other, or point the other way. Gradients of 1e-9 are as right or wrong as
    larger ones, and deep in a network they are quite common. What do you want to protect the
    division from? Which single number below the fraction really is a danger?
    """
    total = np.linalg.norm(analytic) + np.linalg.norm(numeric)
    return float(np.linalg.norm(analytic - numeric) / total) if total > 1e-6 else 0.0


@mistake(same_as="gradient_check__small_taken_for_zero")
def gradient_check__close_to_zero_taken_for_zero(analytic, numeric):
    total = np.linalg.norm(analytic) + np.linalg.norm(numeric)
    return 0.0 if np.isclose(total, 0) else float(np.linalg.norm(analytic - numeric) / total)


def gradient_check__denominator_never_below_1e_8(analytic, numeric):
    """You never let the denominator be smaller than 1e-8, so short gradients always seem to agree.

    For gradients of 1e-9 the answer is then ten times too small or more, however far they are
    apart. What do you want to protect the division from? Which single number below the fraction
    really is a danger, and which answer belongs there?
    """
    total = max(1e-8, np.linalg.norm(analytic) + np.linalg.norm(numeric))
    return float(np.linalg.norm(analytic - numeric) / total)


def gradient_check__nearly_equal_taken_for_equal(analytic, numeric):
    """You answer 0 as soon as NumPy finds the two gradients close to each other.

    "Close" means there: to five digits, or by less than 1e-8, however small the numbers are.
    Whether an error is 1e-6 or 1e-11 is just what one wants to know here. What does the formula say
    for two gradients that are close? Does it need any help?
    """
    return 0.0 if np.allclose(analytic, numeric) else float(_relative(analytic, numeric))


def numerical_gradient__moves_entries_of_a_copy(f, x, eps=1e-5):
    """You move the entries of a flat version of x and call f with x, as if both were one array.

    Often they are. But if x is a transpose, or a slice of a larger array, its entries do not lie
    one after another. NumPy has to copy them to make a flat array. Then x itself never moves, and
    your gradient is 0. Which way of visiting all entries works whatever the order they are stored
    in?
    """
    flat, grad = x.reshape(-1), np.zeros(x.size)
    for i in range(x.size):
        old = flat[i]
        flat[i] = old + eps
        right = f(x)
        flat[i] = old - eps
        left = f(x)
        flat[i] = old
        grad[i] = (right - left) / (2 * eps)
    return grad.reshape(x.shape)
