"""Wrong ways to compute the Jacobian of softmax; each docstring is what the learner is told."""

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


def _differences(f, z, eps):
    n = z.shape[0]
    J = np.zeros((n, n))
    for j in range(n):
        step = np.zeros((n, 1))
        step[j, 0] = eps
        J[:, j : j + 1] = f(z, step)
    return J


# softmax_jacobian: the diagonal only, or one case in place of two.


def softmax_jacobian__elementwise_column(z):
    """You return one derivative per class, as for an activation that works elementwise.

    Each output of softmax depends on every logit, so n outputs and n inputs make a whole table. For
    the logits (0, 0) you return 0.25 twice; but if the first logit rises, the second class moves
    too. Which derivatives are missing from your answer?
    """
    a = _softmax(z)
    return a * (1 - a)


@mistake(same_as="softmax_jacobian__elementwise_column")
def softmax_jacobian__elementwise_vector(z):
    return np.diag(_jacobian(_softmax(z)))


def softmax_jacobian__diagonal_only(z):
    """You fill the diagonal (Case 1) and leave zeros everywhere else.

    A zero says that raising one logit does not move the other probabilities. For the logits (0, 0)
    the first class then gains at a rate of 0.25, and the second one loses nothing. But the two
    always sum to 1: where would the gain of one class come from?
    """
    a = _softmax(z)
    return np.diagflat(a * (1 - a))


def softmax_jacobian__sigmoid_derivative(z):
    """You differentiate the sigmoid of each logit; there is no softmax in your Jacobian at all.

    The form s(1 - s) is the same as in Case 1, but s has to be a softmax probability. With a single
    class that is always 1 and never moves; for z = 0 you say 0.25. With more classes the others
    enter too. What do the rows of a softmax Jacobian sum to?
    """
    s = 1 / (1 + np.exp(-z))
    return np.diagflat(s * (1 - s))


@mistake(same_as="softmax_jacobian__sigmoid_derivative")
def softmax_jacobian__sigmoid_derivative_column(z):
    s = 1 / (1 + np.exp(-z))
    return s * (1 - s)


def softmax_jacobian__case_1_everywhere(z):
    """You use the form of Case 1, one probability times (1 minus another), in every entry.

    That 1 comes from the numerator, which only depends on its own logit. What is the derivative
    of the numerator of a_i with respect to z_j if i and j differ?
    """
    a = _softmax(z)
    return a @ (1 - a).T


@mistake(same_as="softmax_jacobian__case_1_everywhere")
def softmax_jacobian__case_1_everywhere_transposed(z):
    a = _softmax(z)
    return (1 - a) @ a.T


def softmax_jacobian__case_2_everywhere(z):
    """You use Case 2 in every entry, the diagonal included, so every row sums to minus a_i.

    For the logits (0, 0) all your entries are -0.25: whichever logit rises, both classes lose. Yet
    they have to sum to 1 again. On the diagonal the numerator depends on that logit as well. Which
    term does Case 1 have that Case 2 lacks?
    """
    a = _softmax(z)
    return -a @ a.T


def softmax_jacobian__zero_diagonal(z):
    """You fill everything off the diagonal (Case 2), and leave the diagonal at zero.

    A class does react to its own logit, and more than to any other. What must be on the diagonal
    for each row to sum to 0?
    """
    a = _softmax(z)
    J = -np.outer(a, a)
    np.fill_diagonal(J, 0.0)
    return J


def softmax_jacobian__probabilities_on_diagonal_only(z):
    """You put the probabilities on the diagonal and stop there.

    That is the derivative of the numerator divided by the denominator; but the denominator depends
    on the logits too. For the logits (0, 0) you say 0.5, which is twice too much, and nobody pays
    for it. What is the second term of the quotient rule?
    """
    return np.diagflat(_softmax(z))


# softmax_jacobian: signs.


def softmax_jacobian__outer_product_only(z):
    """You return the products of all pairs of probabilities: all entries are positive.

    If one class gains, the others must lose, so entries off the diagonal cannot be positive. For
    the logits (0, 0) you return 0.25 four times, and each row sums to 0.5 where it should sum to 0.
    Which sign, and which second matrix, does the formula have?
    """
    a = _softmax(z)
    return a @ a.T


@mistake(worth=0.5)  # one sign
def softmax_jacobian__outer_product_added(z):
    """You add the outer product where it should come off, so every row sums to twice a_i.

    For the logits (0, 0) your first row is (0.75, 0.25). It says that the first class gains if both
    logits rise together. But such a shift changes nothing, so each row has to sum to 0. Which sign
    does the second term of the quotient rule carry?
    """
    a = _softmax(z)
    return np.diagflat(a) + a @ a.T


def softmax_jacobian__off_diagonal_positive(z):
    """Your diagonal is right, but the entries off it have the wrong sign.

    They say that raising one logit raises all the other probabilities too. For the logits (0, 0)
    you have 0.25 in every place: raise one logit by 0.1, and both classes gain about 0.025. Can all
    of them grow if they sum to 1?
    """
    a = _softmax(z)
    J = np.outer(a, a)
    np.fill_diagonal(J, a * (1 - a))
    return J


def softmax_jacobian__diagonal_negative(z):
    """Your entries off the diagonal are right, but those on it have the wrong sign.

    A negative diagonal says that raising a logit lowers the probability of its own class. For the
    logits (0, 0) you return -0.25 four times, so both classes would lose at once. What should each
    row sum to, and what does yours?
    """
    a = _softmax(z)
    J = -np.outer(a, a)
    np.fill_diagonal(J, a * (a - 1))
    return J


def softmax_jacobian__negated(z):
    """Every entry has the opposite sign: your two terms are subtracted the wrong way round.

    Your rows and columns still sum to 0, so these sums cannot show it. For the logits (0, 0) your
    first row is (-0.25, 0.25). Look at the sign of your diagonal. If you raise one logit, should
    the probability of its own class grow or shrink?
    """
    a = _softmax(z)
    return a @ a.T - np.diagflat(a)


# softmax_jacobian: the right formula met the wrong shape.


def softmax_jacobian__squares_broadcast(z):
    """You subtract each probability's own square all along its row, where products of pairs belong.

    A column times itself with * is a column of squares, and NumPy stretches it over the matrix.
    Print the shape of your product: is it (n, n)?
    """
    a = _softmax(z)
    return np.diagflat(a) - a * a


def softmax_jacobian__squares_broadcast_along_columns(z):
    """You subtract each probability's own square all down its column.

    Products of pairs belong there. A flat vector times itself is a vector of squares, and NumPy
    stretches it over the matrix. Print the shape of your product: is it (n, n)?
    """
    a = _softmax(z).ravel()
    return np.diag(a) - a * a


def softmax_jacobian__inner_product(z):
    """You subtract one number, the sum of the squared probabilities, from the whole matrix.

    For the logits (0, 0) that number is 0.5, and your diagonal becomes 0: a class would not react
    to its own logit. A row times a column is a single number; a column times a row is a table. What
    is the shape of your product?
    """
    a = _softmax(z)
    return np.diagflat(a) - a.T @ a


def softmax_jacobian__diag_of_column(z):
    """You call np.diag on an (n, 1) array, and it reads a diagonal rather than building one.

    All that is left is the first probability, which NumPy then spreads over the whole matrix.
    What does np.diag return for a column, and what for a flat vector?
    """
    a = _softmax(z)
    return np.diag(a) - a @ a.T


@mistake(worth=0.5)  # the right sum along the wrong axis
def softmax_jacobian__softmax_along_rows(z):
    """You normalise along axis 1, where a column has a single entry, so every probability is 1.

    Your Jacobian is then built from ones only. Whatever the logits are, it has 0 on the diagonal
    and -1 everywhere else. But two classes cannot both be certain. Along which axis do the n
    classes of z lie?
    """
    E = np.exp(z - z.max(axis=1, keepdims=True))
    return _jacobian(E / E.sum(axis=1, keepdims=True))


def softmax_jacobian__first_column_only(z):
    """You return n entries, one column of the table: the derivatives by the first logit alone.

    Your array or inner loop takes its size from the shape (n, 1) of the column. How many logits
    can each probability be differentiated by?
    """
    a = _softmax(z)
    J = np.zeros(a.shape)
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            J[i, j] = a[i, 0] * ((i == j) - a[j, 0])
    return J


def softmax_jacobian__first_row_only(z):
    """You return one row of the Jacobian: the derivatives of the first probability alone.

    For the logits (0, 0) that is 0.25 and -0.25. It tells how the first class reacts to each of the
    two logits, and nothing of the second class. Each of the n outputs has a row of its own. How can
    your code collect all of them?
    """
    return _jacobian(_softmax(z))[0]


def softmax_jacobian__summed_up(z):
    """You sum the Jacobian over an axis, and what is left is zero up to rounding.

    That is no accident: the probabilities sum to 1 whatever the logits are, and a common shift of
    the logits moves none of them. So the sum forgets all that was in the table. With three classes,
    nine derivatives become three zeros. Which shape should the table of all the derivatives have?
    """
    return _jacobian(_softmax(z)).sum(axis=1)


@mistake(worth=0.5)  # the right numbers in another shape
def softmax_jacobian__extra_axis(z):
    """Your matrix is right but wrapped in one more axis, as if it were a batch of one.

    This function takes one example and returns one matrix. For two classes your shape is (1, 2, 2),
    so J[0] is the whole matrix rather than its first row, and J[1] is an error. Where does the axis
    of length 1 come from?
    """
    return _jacobian(_softmax(z))[None]


def softmax_jacobian__squeezed(z):
    """You squeeze the result, and for a single class the matrix becomes a bare number.

    With n = 1 the Jacobian is still a table, with one row and one column. Is the squeeze there to
    repair a shape that went wrong earlier?
    """
    return np.squeeze(_jacobian(_softmax(z)))


def softmax_jacobian__upper_triangle_only(z):
    """You fill the diagonal and what lies above it; below the diagonal there are zeros.

    Each probability also reacts to the logits of the classes before it. What does the symmetry of
    this matrix tell you about the other half?
    """
    return np.triu(_jacobian(_softmax(z)))


@mistake(worth=0.5)  # a loop that ends one too early, or begins one too late
def softmax_jacobian__last_class_left_out(z):
    """Your loops stop one class early, so the last row and the last column stay zero.

    For the logits (0, 0) you fill one entry of four: the first class gains at a rate of 0.25, and
    nobody loses. With one class the loops do not even start. range(n) already leaves n itself out.
    Which values do your loop variables take if n = 2?
    """
    n = z.shape[0]
    a = _softmax(z)
    J = np.zeros((n, n))
    for i in range(n - 1):
        for j in range(n - 1):
            J[i, j] = a[i, 0] * ((i == j) - a[j, 0])
    return J


# softmax_jacobian: the derivative of something else.


def softmax_jacobian__log_softmax(z):
    """You return the derivative of the logarithm of softmax: the factor a_i is missing.

    Your rows still sum to 0, but the matrix is not symmetric. What does the derivative of log(a_i)
    have in it that the derivative of a_i has not?
    """
    a = _softmax(z)
    return np.eye(len(a)) - a.T


def softmax_jacobian__log_softmax_transposed(z):
    """You return the derivative of the logarithm of softmax, transposed.

    Your columns sum to 0 but your rows do not, and the matrix is not symmetric. Which factor is
    missing from each entry, and along which direction does your a run?
    """
    a = _softmax(z)
    return np.eye(len(a)) - a


def softmax_jacobian__identity_minus_outer_product(z):
    """You start from the identity matrix, so each diagonal entry is too large.

    For the logits (0, 0) yours are 0.75, three times what they should be. The entries beside them
    are right. The delta in the formula is multiplied by something before anything is subtracted.
    What does a row of your matrix sum to, and what should it?
    """
    a = _softmax(z)
    return np.eye(len(a)) - a @ a.T


def softmax_jacobian__cross_entropy_gradient(z):
    """You return a - 1, which is the gradient of a cross-entropy cost for a true class.

    That comes later, once a cost has been attached; here only the softmax is differentiated.
    How many derivatives are there if n probabilities depend on n logits?
    """
    return _softmax(z) - 1


def softmax_jacobian__logits_taken_as_probabilities(z):
    """You put the logits into the formula where the probabilities belong.

    The argument z has not been through softmax yet. For the logits (0, 0) you return zeros only,
    though each class has the probability 0.5 and can well move. And logits may be negative, or
    larger than 1. Which first step turns z into a?
    """
    return np.diagflat(z) - z @ z.T


def softmax_jacobian__logits_in_second_factor(z):
    """You multiply probabilities by logits: the first factor is a, the second is still z.

    Both factors in Case 1 and in Case 2 are probabilities. Which of your names holds the result
    of softmax, and which holds its input?
    """
    a = _softmax(z)
    return a * (np.eye(len(z)) - z.T)


def softmax_jacobian__denominator_not_squared(z):
    """You divide by the sum of the exponentials, but only once.

    Your matrix is too large by just that sum. For the logits (0, 0) both exponentials are 1 and
    their sum is 2, so you return 0.5 where 0.25 is right. Your rows sum to 0 all the same. What
    stands below the line in the derivative of u/s?
    """
    e = np.exp(z - z.max())
    s = e.sum()
    return (np.diagflat(e) * s - e @ e.T) / s


def softmax_jacobian__divided_by_n(z):
    """You divide the Jacobian by the number of classes.

    For the logits (0, 0) you return 0.125 and -0.125, half of what they should be. The rows sum to
    0 all the same, so they do not show it. A derivative of one output by one input is not an
    average of anything. Where does the division by n (or a mean) come from?
    """
    return _jacobian(_softmax(z)) / len(z)


# softmax_jacobian: overflow, digits, types and side effects.


def softmax_jacobian__no_shift(z):
    """You take the exponential of the logits as they come, and large ones overflow to nan.

    That is the softmax inside the Jacobian. For the logits (1000, 1000) you divide inf by inf,
    though the two classes are as likely as for (0, 0). Which number could all the logits lose
    without changing the probabilities?
    """
    E = np.exp(z)
    return _jacobian(E / E.sum(axis=0, keepdims=True))


def softmax_jacobian__forward_difference(z):
    """You estimate the derivatives from a small step, and they are right to a few digits only.

    Differences are a fine way to check a Jacobian. What do Case 1 and Case 2 give you without any
    step at all?
    """
    return _differences(lambda v, h: (_softmax(v + h) - _softmax(v)) / 1e-6, z, 1e-6)


@mistake(
    same_as="softmax_jacobian__forward_difference", worth=0.5, at_most=True
)  # the formula is asked for
def softmax_jacobian__central_difference(z):
    return _differences(lambda v, h: (_softmax(v + h) - _softmax(v - h)) / 2e-5, z, 1e-5)


def softmax_jacobian__float32_inside(z):
    """You compute in float32: about seven digits, and nothing below 1e-45.

    In float32 a probability of 1/3 is 0.33333334, and one of e^-200 is 0. The derivatives that are
    built from them can be no better. Turning the result back into float64 does not bring the lost
    digits back. Which line of your code makes the numbers shorter?
    """
    return _jacobian(_softmax(z.astype(np.float32))).astype(np.float64)


@mistake(worth=0.5)  # right but for rounding
def softmax_jacobian__rounded(z):
    """You round the result, and small derivatives become exactly 0.

    For the logits (0, -20) all four derivatives are about 2e-9 or -2e-9, and you return zeros only.
    Rounding is for printing; the chain rule multiplies these numbers by others that may be large.
    Where does your code drop digits?
    """
    return np.round(_jacobian(_softmax(z)), 4)


def softmax_jacobian__probabilities_clipped(z):
    """You clip the probabilities before using them, so tiny derivatives come out far too large.

    A class may really be as unlikely as 1e-300, and its row of the Jacobian is about as small.
    No logarithm is taken here: what is the clip protecting?
    """
    return _jacobian(np.clip(_softmax(z), 1e-15, 1 - 1e-15))


def softmax_jacobian__epsilon_in_denominator(z):
    """You add a small number to the softmax's denominator, and only some eight digits are right.

    Your probabilities then sum to a little less than 1, and your rows no longer sum to 0. With a
    single class the derivative is exactly 0; you return about the number that you added. After
    subtracting the maximum, how small can the denominator become?
    """
    E = np.exp(z - z.max())
    return _jacobian(E / (E.sum() + 1e-8))


def softmax_jacobian__list(z):
    """You return a nested list; the numbers in it are right.

    A list has no shape and no .T, and 2 * J repeats its rows where it should double its numbers. So
    the chain rule in the next exercises would stumble over it. Which type should a table of
    derivatives have, and where does yours become a list?
    """
    return _jacobian(_softmax(z)).tolist()


def softmax_jacobian__changes_its_argument(z):
    """Your result is right, but the array you were given is not the same afterwards.

    An operation such as -= writes into the caller's logits, who still needs them. Which of your
    lines writes into z rather than into something new?
    """
    z -= z.max()
    return _jacobian(_softmax(z))


# softmax_jacobian_batch: the arrangement of the axes.


def softmax_jacobian_batch__example_last(Z):
    """Your Jacobians are right, but the axis of the examples is not the first one.

    The result should be (m, n, n), so that J[k] is the whole Jacobian of example k. With three
    classes and two examples, your J[0] is no 3 by 3 table: it holds the first row of each example's
    table. What is its shape, and which axis would have to move?
    """
    A = _softmax(Z)
    n, m = A.shape
    J = np.zeros((n, n, m))
    for k in range(m):
        J[:, :, k] = _jacobian(A[:, k])
    return J


@mistake(same_as="softmax_jacobian_batch__example_last")
def softmax_jacobian_batch__example_in_the_middle(Z):
    return np.moveaxis(np.array([_jacobian(a) for a in _softmax(Z).T]), 0, 1)


@mistake(worth=0.5)  # the right sum along the wrong axis
def softmax_jacobian_batch__reshaped_not_transposed(Z):
    """You reshape where an axis has to move; the shape fits, but the numbers land in wrong places.

    reshape keeps the order in memory and only sets new borders. With m = 1 nothing shows: what
    does A.reshape(2, 3) do to a (3, 2) array whose columns you know?
    """
    A = _softmax(Z)
    n, m = A.shape
    J = np.stack([_jacobian(a) for a in A.T], axis=-1)
    return J.reshape(m, n, n)


@mistake(same_as="softmax_jacobian_batch__reshaped_not_transposed")
def softmax_jacobian_batch__probabilities_reshaped(Z):
    A = _softmax(Z)
    n, m = A.shape
    return np.array([_jacobian(a) for a in A.reshape(m, n)])


@mistake(worth=0.5)  # the right sum along the wrong axis
def softmax_jacobian_batch__rows_as_examples(Z):
    """You take each row for an example, so you get n matrices of size (m, m).

    Here a column is an example and its n entries are the classes. How many Jacobians should there
    be, and how large is each?
    """
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return np.array([_jacobian(a) for a in E / E.sum(axis=1, keepdims=True)])


@mistake(same_as="softmax_jacobian_batch__rows_as_examples")
def softmax_jacobian_batch__rows_of_probabilities(Z):
    return np.array([_jacobian(a) for a in _softmax(Z)])


def softmax_jacobian_batch__one_big_matrix(Z):
    """You return one square matrix with a row for every class of every example.

    One example's probabilities do not depend on another example's logits, so outside m blocks
    there is nothing to store. How many logits can move one column of A?
    """
    a = _softmax(Z).reshape(-1, 1)
    return np.diagflat(a) - a @ a.T


@mistake(same_as="softmax_jacobian_batch__one_big_matrix")
def softmax_jacobian_batch__one_block_diagonal_matrix(Z):
    n, m = Z.shape
    J = np.zeros((n * m, n * m))
    for k, a in enumerate(_softmax(Z).T):
        J[k * n : (k + 1) * n, k * n : (k + 1) * n] = _jacobian(a)
    return J


def softmax_jacobian_batch__four_axes(Z):
    """You return the derivative of every entry by every entry: four axes, and nearly all zeros.

    Entries of different examples do not depend on each other. Which of the four axes always have
    the same value wherever there is something other than zero?
    """
    n, m = Z.shape
    J = np.zeros((n, m, n, m))
    for k, a in enumerate(_softmax(Z).T):
        J[:, k, :, k] = _jacobian(a)
    return J


def softmax_jacobian_batch__squeezed(Z):
    """You drop axes of length 1, so a batch of one example loses its first axis.

    (1, n, n) and (n, n) behave differently in the exercises that follow. Is the squeeze there to
    repair a shape that went wrong earlier?
    """
    return np.squeeze(np.array([_jacobian(a) for a in _softmax(Z).T]))


# softmax_jacobian_batch: too few Jacobians.


def softmax_jacobian_batch__elementwise(Z):
    """You return one derivative per entry, as for an activation that works elementwise.

    Within an example each probability depends on all n logits. With three classes and two examples
    you return 6 numbers, and 18 are asked for: a table of nine for each example. How many
    derivatives does one column of A have?
    """
    A = _softmax(Z)
    return A * (1 - A)


@mistake(same_as="softmax_jacobian_batch__elementwise")
def softmax_jacobian_batch__elementwise_transposed(Z):
    A = _softmax(Z).T
    return A * (1 - A)


def softmax_jacobian_batch__summed_over_examples(Z):
    """You add up the Jacobians of all examples into one matrix.

    Two columns of (0, 0) give 0.5 on your diagonal, twice the 0.25 of either; and nobody can take
    the sum apart again. Each example has a Jacobian of its own, and the upstream gradient of the
    same example will meet it later. Where does your code sum over the examples?
    """
    A = _softmax(Z)
    return np.diag(A.sum(axis=1)) - A @ A.T


def softmax_jacobian_batch__averaged_over_examples(Z):
    """You average the Jacobians of all examples into one matrix.

    The mean belongs to the cost, not to the derivative of softmax. The column (0, 0) has 0.25 on
    its diagonal and (0, 100) nearly 0; your average says 0.125, which is true of neither. What
    would each example need when the chain rule is applied to it?
    """
    A = _softmax(Z)
    return (np.diag(A.sum(axis=1)) - A @ A.T) / Z.shape[1]


def softmax_jacobian_batch__divided_by_m(Z):
    """Your Jacobians are all there, but each is divided by the number of examples.

    A 1/m comes from the mean in a cost, and there is no cost here. Would the derivative of one
    example change if you added another example to the batch?
    """
    return np.array([_jacobian(a) for a in _softmax(Z).T]) / Z.shape[1]


def softmax_jacobian_batch__first_example_only(Z):
    """You return the Jacobian of the first example alone, as one matrix.

    The loop ends after one round, or reads column 0 only. Change the second column of Z: your
    answer stays the same. And a batch of one example still needs the shape (1, n, n). How many
    matrices does a batch of m examples need?
    """
    return _jacobian(_softmax(Z)[:, 0])


def softmax_jacobian_batch__last_example_only(Z):
    """You return the Jacobian of the last example alone, as one matrix.

    Each round of the loop overwrites what the round before it computed. After three examples only
    the third matrix is left, and J[0] is its first row rather than the Jacobian of example 0. Where
    could the m results be kept?
    """
    for a in _softmax(Z).T:
        J = _jacobian(a)
    return J


def softmax_jacobian_batch__only_first_slice_filled(Z):
    """Only your first matrix is filled; those of all the other examples stay zero.

    With a single example that is right, which hides it; with two, J[1] claims that no class of the
    second example can move. The loop ends after one round. Look at the indentation of your return:
    how often can it be reached?
    """
    n, m = Z.shape
    J = np.zeros((m, n, n))
    for k in range(m):
        J[k] = _jacobian(_softmax(Z)[:, k])
        return J
    return J


@mistake(worth=0.5)  # a loop that ends one too early, or begins one too late
def softmax_jacobian_batch__last_slice_left_out(Z):
    """Your loop stops one example early, so the last matrix stays zero.

    With a single example it does not run at all, and the whole answer is zeros. A zero matrix
    claims that no logit moves any class of that example. range(m) already leaves m itself out.
    Which values does your loop variable take if m = 2?
    """
    n, m = Z.shape
    A = _softmax(Z)
    J = np.zeros((m, n, n))
    for k in range(m - 1):
        J[k] = _jacobian(A[:, k])
    return J


@mistake(worth=0.5)  # a loop over the wrong axis
def softmax_jacobian_batch__loop_over_classes(Z):
    """Your loop over the examples runs n times (once per class) and not m times.

    If n < m the last matrices stay zero, and if n > m the index runs out of the array. Which entry
    of Z.shape counts the examples?
    """
    n, m = Z.shape
    A = _softmax(Z)
    J = np.zeros((m, n, n))
    for k in range(n):
        J[k] = _jacobian(A[:, k])
    return J


def softmax_jacobian_batch__last_example_repeated(Z):
    """All your matrices are equal, and each is the Jacobian of the last example.

    One and the same array was appended m times, and each round wrote over it. Where in your loop
    should a new array come into being?
    """
    n = len(Z)
    J, out = np.zeros((n, n)), []
    for a in _softmax(Z).T:
        J[:] = _jacobian(a)
        out.append(J)
    return np.array(out)


# softmax_jacobian_batch: examples that mix, and wrong softmaxes.


def softmax_jacobian_batch__second_factor_summed_over_examples(Z):
    """In your product the second factor is summed over all the examples.

    In an einsum, an index with a letter of its own that is not in the output is summed away. Which
    letter must the two factors share if both belong to example k?
    """
    A = _softmax(Z)
    D = np.einsum("ik,ij->kij", A, np.eye(len(A)))
    return D - np.einsum("ik,jl->kij", A, A)


def softmax_jacobian_batch__shared_outer_product(Z):
    """You subtract the same matrix from every example: A @ A.T has added up all the examples.

    With m = 1 this is right, which hides it. What shape does a product need to have if each
    example is to keep its own?
    """
    A = _softmax(Z)
    return np.array([np.diag(a) for a in A.T]) - A @ A.T


@mistake(worth=0.5)  # the right sum along the wrong axis
def softmax_jacobian_batch__softmax_over_rows(Z):
    """Your formula is right, but the probabilities in it are normalised along the rows.

    Each example is a column, and its n probabilities should sum to 1. With a single example each
    row holds one number, so each class gets the probability 1. What does one column of your A add
    up to?
    """
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    A = E / E.sum(axis=1, keepdims=True)
    return np.array([_jacobian(a) for a in A.T])


def softmax_jacobian_batch__softmax_over_everything(Z):
    """Your formula is right, but the probabilities in it are normalised over the whole array.

    With a single example nothing shows. With two columns of (0, 0) each entry of your A is 0.25
    rather than 0.5. The rows of your Jacobians then sum to 0.125 and not to 0. What does one column
    of your A add up to?
    """
    E = np.exp(Z - Z.max())
    return np.array([_jacobian(a) for a in (E / E.sum()).T])


def softmax_jacobian_batch__logits_taken_as_probabilities(Z):
    """You put the logits into the formula where the probabilities belong.

    The argument Z has not been through softmax yet. A column (2, 2) gives you -2 on the diagonal,
    as if a class lost when its own logit grows; 0.25 is right. Logits need not lie between 0 and 1,
    nor sum to 1. Which first step turns Z into A?
    """
    return np.array([_jacobian(z) for z in Z.T])


def softmax_jacobian_batch__no_shift(Z):
    """You take the exponential of the logits as they come, and large ones overflow to nan.

    That is the softmax inside the Jacobians. A column (1000, 1000) becomes inf/inf, and its whole
    matrix nan, though its two classes are simply equally likely. Which number could each column
    lose without changing its probabilities?
    """
    E = np.exp(Z)
    return np.array([_jacobian(a) for a in (E / E.sum(axis=0, keepdims=True)).T])


def softmax_jacobian_batch__one_global_max(Z):
    """You subtract one maximum, that of the whole array, before the exponential.

    A column that lies 800 below it underflows to zeros, and its Jacobian is nan. The columns (0, 0)
    and (800, 800) should have the same Jacobian; yours is right for the second one and lost for the
    first. Whose maximum does each column need?
    """
    E = np.exp(Z - Z.max())
    return np.array([_jacobian(a) for a in (E / E.sum(axis=0, keepdims=True)).T])


# softmax_jacobian_batch: a wrong formula for every example.


def softmax_jacobian_batch__diagonal_only(Z):
    """You fill the diagonal of each matrix (Case 1) and leave zeros everywhere else.

    A zero says that raising one logit does not move the other probabilities of its example. They
    always sum to 1: where would the gain of one class come from?
    """
    A = _softmax(Z)
    return np.array([np.diag(a * (1 - a)) for a in A.T])


def softmax_jacobian_batch__probabilities_on_diagonal_only(Z):
    """You put the probabilities on the diagonals and stop there.

    That is the derivative of the numerator divided by the denominator; but the denominator depends
    on the logits too. With a single class you return 1 for every example, though a probability that
    is always 1 cannot move. What is the second term of the quotient rule?
    """
    return np.array([np.diag(a) for a in _softmax(Z).T])


def softmax_jacobian_batch__case_2_everywhere(Z):
    """You use Case 2 in every entry, the diagonals included.

    For a column (0, 0) each row of its matrix sums to -0.5, as if both classes lost when both
    logits rise together. Such a shift changes nothing. On the diagonal the numerator depends on the
    logit too. Which term does Case 1 have that Case 2 lacks?
    """
    A = _softmax(Z)
    return -np.einsum("ik,jk->kij", A, A)


@mistake(same_as="softmax_jacobian__case_1_everywhere")
def softmax_jacobian_batch__case_1_everywhere(Z):
    A = _softmax(Z)
    return np.einsum("ik,jk->kij", A, 1 - A)


@mistake(same_as="softmax_jacobian__case_1_everywhere")
def softmax_jacobian_batch__case_1_everywhere_transposed(Z):
    A = _softmax(Z)
    return np.einsum("ik,jk->kij", 1 - A, A)


@mistake(worth=0.5)  # one sign
def softmax_jacobian_batch__outer_product_added(Z):
    """You add the products of pairs where they should come off: rows sum to twice a_i.

    If one class gains, the others must lose. For a column (0, 0) your matrix has 0.75 on the
    diagonal and 0.25 beside it, so nobody loses anything. Which sign does the second term of the
    quotient rule carry?
    """
    A = _softmax(Z)
    return np.array([np.diag(a) + np.outer(a, a) for a in A.T])


def softmax_jacobian_batch__negated(Z):
    """Every entry has the opposite sign: your two terms are subtracted the wrong way round.

    A column (0, 0) gives you -0.25 on the diagonal and 0.25 beside it. The rows sum to 0 in spite
    of it. Look at the sign of your diagonals. If you raise one logit, should the probability of its
    own class grow or shrink?
    """
    A = _softmax(Z)
    return np.array([np.outer(a, a) - np.diag(a) for a in A.T])


def softmax_jacobian_batch__squares_broadcast(Z):
    """You subtract each probability's own square all along a row or column of its matrix.

    Products of pairs belong there; NumPy stretched one axis where two different ones should meet.
    Which index of your second factor should be i, and which j?
    """
    A = _softmax(Z).T[:, :, None]
    return A * (np.eye(len(Z)) - A)


@mistake(same_as="softmax_jacobian_batch__squares_broadcast")
def softmax_jacobian_batch__squares_broadcast_along_columns(Z):
    A = _softmax(Z).T[:, None, :]
    return A * (np.eye(len(Z)) - A)


def softmax_jacobian_batch__diag_of_column(Z):
    """You call np.diag on an (n, 1) column, and it reads a diagonal rather than building one.

    All that is left is the first probability, which NumPy then spreads over the whole matrix.
    What does np.diag return for a column, and what for a flat vector?
    """
    A = _softmax(Z)
    columns = [A[:, k : k + 1] for k in range(A.shape[1])]
    return np.array([np.diag(a) - a @ a.T for a in columns])


def softmax_jacobian_batch__log_softmax(Z):
    """You return the derivative of the logarithm of softmax: the factor a_i is missing.

    Your rows still sum to 0, but your matrices are not symmetric. What does the derivative of
    log(a_i) have in it that the derivative of a_i has not?
    """
    return np.eye(len(Z)) - _softmax(Z).T[:, None, :]


def softmax_jacobian_batch__log_softmax_transposed(Z):
    """You return the derivative of the logarithm of softmax, transposed.

    Your columns sum to 0 but your rows do not, and your matrices are not symmetric. Which factor
    is missing from each entry, and along which direction does your a run?
    """
    return np.eye(len(Z)) - _softmax(Z).T[:, :, None]


# softmax_jacobian_batch: digits, types and side effects.


@mistake(
    same_as="softmax_jacobian__forward_difference", worth=0.5, at_most=True
)  # the formula is asked for
def softmax_jacobian_batch__central_difference(Z):
    columns = [Z[:, k : k + 1] for k in range(Z.shape[1])]
    return np.array([softmax_jacobian__central_difference(z) for z in columns])


@mistake(same_as="softmax_jacobian__forward_difference")
def softmax_jacobian_batch__forward_difference(Z):
    columns = [Z[:, k : k + 1] for k in range(Z.shape[1])]
    return np.array([softmax_jacobian__forward_difference(z) for z in columns])


@mistake(same_as="softmax_jacobian__float32_inside")
def softmax_jacobian_batch__float32_inside(Z):
    A = _softmax(Z.astype(np.float32))
    return np.array([_jacobian(a) for a in A.T]).astype(np.float64)


def softmax_jacobian_batch__list_of_arrays(Z):
    """You return a list of matrices; the numbers in it are right.

    A list has no shape (m, n, n) and cannot be multiplied as a batch. If J is your answer, J[0] is
    fine but J[0, 1] is an error, and J + J is a list twice as long. Which type should hold all the
    examples together?
    """
    return [_jacobian(a) for a in _softmax(Z).T]


def softmax_jacobian_batch__changes_its_argument(Z):
    """Your result is right, but the array you were given is not the same afterwards.

    An operation such as -= writes into the caller's logits, who still needs them. Which of your
    lines writes into Z rather than into something new?
    """
    Z -= Z.max(axis=0, keepdims=True)
    return np.array([_jacobian(a) for a in _softmax(Z).T])


# Found in code that others have published, or by trying what the checks let through.


def softmax_jacobian__one_buffer_for_all_calls(z):
    """Your numbers are right, but each call writes them into one and the same array.

    Whoever still holds the answer to an earlier call finds other numbers in it now. An array that
    lives outside of the function is filled again and again. Checks that look at one answer at a
    time never notice. What would two answers, held side by side, say? Where should the array of an
    answer be made?
    """
    return _in_one_buffer(_jacobian(_softmax(z)))


@mistake(same_as="softmax_jacobian__one_buffer_for_all_calls")
def softmax_jacobian_batch__one_buffer_for_all_calls(Z):
    return _in_one_buffer(np.array([_jacobian(_softmax(z[:, None])) for z in Z.T]))


def softmax_jacobian__one_number(z):
    """You return a single number where a table of n times n derivatives is asked for.

    Somewhere the products of your formula are added up, as in a scalar product. Each pair of an
    output and a logit has a derivative of its own, and none of them may be added to another one.
    How many pairs are there for three classes? Which step of yours makes one number of them?
    """
    a = _softmax(z)
    return float(np.sum(a * (1 - a)))


def softmax_jacobian__kron_taken_for_delta(z):
    """You call np.kron where the formula has Kronecker's delta: they only share a name.

    np.kron multiplies each entry of one array with all of another, so it makes n * n rows of n. The
    delta is a table that says whether two indices are the same, and nothing of the logits is in it.
    For which pairs is it 1? Which array of NumPy's looks like that?
    """
    a = _softmax(z)
    return a * (np.kron(z, z) - a)


def softmax_jacobian__small_entries_dropped(z):
    """You replace every entry below some limit by 0.

    The derivatives of an unlikely class are as small as its probability, and right all the same.
    Divide one by that probability, and it is of ordinary size. An upstream gradient may be large
    enough to do just that. Small compared with what? And what would go wrong if you left them
    alone?
    """
    J = _jacobian(_softmax(z))
    return np.where(np.abs(J) < 1e-8, 0.0, J)


@mistake(same_as="softmax_jacobian__small_entries_dropped")
def softmax_jacobian_batch__small_entries_dropped(Z):
    J = np.array([_jacobian(_softmax(z[:, None])) for z in Z.T])
    return np.where(np.abs(J) < 1e-8, 0.0, J)


def softmax_jacobian__logits_clipped(z):
    """You clip the logits before the softmax, so all logits beyond the limit tie.

    Then the probabilities are equal where they should not be, and so are the derivatives. Only the
    differences within a column matter, and a clip is just what erases them. How can you keep the
    differences and still avoid the overflow?
    """
    return _jacobian(_softmax(np.clip(z, -10_000, 10_000)))


@mistake(same_as="softmax_jacobian__logits_clipped")
def softmax_jacobian_batch__logits_clipped(Z):
    return np.array([_jacobian(_softmax(z[:, None])) for z in np.clip(Z, -10_000, 10_000).T])
