"""Wrong ways to write and train a network; each docstring is what the learner is told."""

import numpy as np

from grader.course import mistake


_buffers = {}


def _in_one_buffer(answer, name):
    """Return the same array at each call for answers of this shape, with these numbers in it."""
    buffer = _buffers.setdefault((name, answer.shape), np.empty(answer.shape))
    buffer[:] = answer
    return buffer


def _softmax(Z):
    E = np.exp(Z - Z.max(axis=0, keepdims=True))
    return E / E.sum(axis=0, keepdims=True)


def _activation(Z1, hidden):
    return np.tanh(Z1) if hidden == "tanh" else np.maximum(0, Z1)


def _slope(cache, hidden):
    return 1 - cache["A1"] ** 2 if hidden == "tanh" else (cache["Z1"] > 0).astype(float)


def _pair(Z1, A1, Z2, A2):
    return A2, {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}


def _forward(params, X, hidden="tanh"):
    Z1 = params["W1"] @ X + params["b1"]
    A1 = _activation(Z1, hidden)
    Z2 = params["W2"] @ A1 + params["b2"]
    return _pair(Z1, A1, Z2, _softmax(Z2))


def _gradients(dZ1, dZ2, A1, X, m):
    return {
        "dW1": dZ1 @ X.T / m,
        "db1": dZ1.sum(axis=1, keepdims=True) / m,
        "dW2": dZ2 @ A1.T / m,
        "db2": dZ2.sum(axis=1, keepdims=True) / m,
    }


def _from_dZ2(dZ2, params, cache, X, hidden):
    dZ1 = params["W2"].T @ dZ2 * _slope(cache, hidden)
    return _gradients(dZ1, dZ2, cache["A1"], X, X.shape[1])


def _from_slope(slope, params, cache, X, Y):
    dZ2 = cache["A2"] - Y
    return _gradients(params["W2"].T @ dZ2 * slope, dZ2, cache["A1"], X, X.shape[1])


def _backward(params, cache, X, Y, hidden="tanh"):
    return _from_dZ2(cache["A2"] - Y, params, cache, X, hidden)


def _update(params, grads, lr):
    return {name: value - lr * grads["d" + name] for name, value in params.items()}


def _cost(cache, Y):
    Z = cache["Z2"] - cache["Z2"].max(axis=0, keepdims=True)
    return -np.sum(Y * (Z - np.log(np.exp(Z).sum(axis=0)))) / Y.shape[1]


# forward: what belongs to which layer.


def forward__activation_on_the_logits(params, X, hidden="tanh"):
    """You apply the activation of the hidden layer to the output layer as well.

    The logits are squeezed (tanh) or lose their negative half (relu) before the softmax sees
    them. Which of the two layers does `hidden` speak of?
    """
    Z1 = params["W1"] @ X + params["b1"]
    A1 = _activation(Z1, hidden)
    Z2 = params["W2"] @ A1 + params["b2"]
    return _pair(Z1, A1, Z2, _softmax(_activation(Z2, hidden)))


@mistake(same_as="forward__activation_on_the_logits")
def forward__activated_logits_as_z2(params, X, hidden="tanh"):
    Z1 = params["W1"] @ X + params["b1"]
    A1 = _activation(Z1, hidden)
    Z2 = _activation(params["W2"] @ A1 + params["b2"], hidden)
    return _pair(Z1, A1, Z2, _softmax(Z2))


def forward__no_activation(params, X, hidden="tanh"):
    """Your hidden layer has no activation: A1 is the same as Z1.

    Two linear layers, one on top of the other, are one linear layer. What should happen to Z1
    before the second layer gets it?
    """
    Z1 = params["W1"] @ X + params["b1"]
    Z2 = params["W2"] @ Z1 + params["b2"]
    return _pair(Z1, Z1, Z2, _softmax(Z2))


def forward__second_layer_fed_with_z1(params, X, hidden="tanh"):
    """You compute A1, and then feed the second layer with Z1.

    So the activation has no effect on the probabilities. What goes into the second layer?
    """
    Z1 = params["W1"] @ X + params["b1"]
    Z2 = params["W2"] @ Z1 + params["b2"]
    return _pair(Z1, _activation(Z1, hidden), Z2, _softmax(Z2))


def forward__activation_on_the_features(params, X, hidden="tanh"):
    """You apply the activation to X, before the first layer; behind that layer there is none.

    An activation belongs between the two layers. What does it get to see there: features, or
    weighted sums of them?
    """
    Z1 = params["W1"] @ _activation(X, hidden) + params["b1"]
    Z2 = params["W2"] @ Z1 + params["b2"]
    return _pair(Z1, Z1, Z2, _softmax(Z2))


def forward__always_tanh(params, X, hidden="tanh"):
    """You compute tanh whatever `hidden` says.

    With relu every hidden unit comes out wrong. Which argument tells you what to use, and do you
    compare it with the very text that is handed over?
    """
    return _forward(params, X, "tanh")


@mistake(same_as="forward__always_tanh")
def forward__name_of_relu_misspelt(params, X, hidden="tanh"):
    return _forward(params, X, "relu" if hidden == "ReLU" else "tanh")


def forward__always_relu(params, X, hidden="tanh"):
    """You compute relu whatever `hidden` says.

    With tanh, and when nothing is said, the hidden layer comes out wrong. What is the default of
    `hidden`?
    """
    return _forward(params, X, "relu")


def forward__sigmoid_in_the_hidden_layer(params, X, hidden="tanh"):
    """You use the sigmoid in the hidden layer where tanh is asked for.

    The two have the same form, but the sigmoid lies between 0 and 1, and tanh between -1 and 1.
    What should a hidden unit with input 0 give?
    """
    Z1 = params["W1"] @ X + params["b1"]
    A1 = 1 / (1 + np.exp(-Z1)) if hidden == "tanh" else np.maximum(0, Z1)
    Z2 = params["W2"] @ A1 + params["b2"]
    return _pair(Z1, A1, Z2, _softmax(Z2))


def forward__softmax_in_the_hidden_layer(params, X, hidden="tanh"):
    """You use softmax in the hidden layer too.

    Hidden units are no classes, and nothing makes them share 1 among themselves. Which function
    works on each of them by itself?
    """
    Z1 = params["W1"] @ X + params["b1"]
    A1 = _softmax(Z1)
    Z2 = params["W2"] @ A1 + params["b2"]
    return _pair(Z1, A1, Z2, _softmax(Z2))


def forward__sigmoid_at_the_output(params, X, hidden="tanh"):
    """Your output layer uses the sigmoid, so each class is judged without the others.

    The columns of A2 do not sum to 1. Which function turns n logits into n probabilities?
    """
    Z1 = params["W1"] @ X + params["b1"]
    A1 = _activation(Z1, hidden)
    Z2 = params["W2"] @ A1 + params["b2"]
    return _pair(Z1, A1, Z2, 1 / (1 + np.exp(-Z2)))


def forward__logits_returned(params, X, hidden="tanh"):
    """You return the logits: the last step is missing.

    Logits may be negative and sum to anything. What makes probabilities of them?
    """
    Z1 = params["W1"] @ X + params["b1"]
    A1 = _activation(Z1, hidden)
    Z2 = params["W2"] @ A1 + params["b2"]
    return _pair(Z1, A1, Z2, Z2)


def forward__leaky_relu(params, X, hidden="tanh"):
    """Your relu lets a small part of the negative numbers through.

    That is a function of its own, called leaky relu. What does the plain one make of -2?
    """
    Z1 = params["W1"] @ X + params["b1"]
    A1 = np.tanh(Z1) if hidden == "tanh" else np.where(Z1 > 0, Z1, 0.01 * Z1)
    Z2 = params["W2"] @ A1 + params["b2"]
    return _pair(Z1, A1, Z2, _softmax(Z2))


def forward__relu_as_a_step(params, X, hidden="tanh"):
    """For relu you return whether the unit is on, 0 or 1, and not how strongly.

    That is the slope of relu, which is needed on the way back. What is relu itself at 2?
    """
    Z1 = params["W1"] @ X + params["b1"]
    A1 = np.tanh(Z1) if hidden == "tanh" else (Z1 > 0).astype(float)
    Z2 = params["W2"] @ A1 + params["b2"]
    return _pair(Z1, A1, Z2, _softmax(Z2))


def forward__relu_with_absolute_values(params, X, hidden="tanh"):
    """For relu you take the absolute value, so -2 becomes 2.

    relu switches negative units off and turns none of them around. What should become of -2?
    """
    Z1 = params["W1"] @ X + params["b1"]
    A1 = np.tanh(Z1) if hidden == "tanh" else np.abs(Z1)
    Z2 = params["W2"] @ A1 + params["b2"]
    return _pair(Z1, A1, Z2, _softmax(Z2))


def forward__relu_in_place(params, X, hidden="tanh"):
    """Your relu writes into Z1: in the cache Z1 and A1 hold the same numbers.

    A second name for an array is no copy of it. What does cache["Z1"] look like where it should
    be negative?
    """
    Z1 = params["W1"] @ X + params["b1"]
    if hidden == "relu":
        A1 = Z1
        A1[A1 < 0] = 0
    else:
        A1 = np.tanh(Z1)
    Z2 = params["W2"] @ A1 + params["b2"]
    return _pair(Z1, A1, Z2, _softmax(Z2))


def forward__tanh_of_one_large_exponential(params, X, hidden="tanh"):
    """You write tanh with exp(2z), which overflows above z = 355 and ends in inf/inf.

    There tanh is simply 1. Which form of it cannot overflow, and does NumPy have one?
    """
    Z1 = params["W1"] @ X + params["b1"]
    E = np.exp(2 * Z1)
    A1 = (E - 1) / (E + 1) if hidden == "tanh" else np.maximum(0, Z1)
    Z2 = params["W2"] @ A1 + params["b2"]
    return _pair(Z1, A1, Z2, _softmax(Z2))


# forward: weights, biases and axes.


def forward__no_biases(params, X, hidden="tanh"):
    """You leave out both biases.

    Without them every network gives equal probabilities at x = 0. What is added to W1 X, and what
    to W2 A1?
    """
    Z1 = params["W1"] @ X
    A1 = _activation(Z1, hidden)
    Z2 = params["W2"] @ A1
    return _pair(Z1, A1, Z2, _softmax(Z2))


def forward__no_bias_in_the_hidden_layer(params, X, hidden="tanh"):
    """You leave out b1; b2 is in its place.

    Each layer has a bias of its own. What is Z1 for x = 0?
    """
    Z1 = params["W1"] @ X
    A1 = _activation(Z1, hidden)
    Z2 = params["W2"] @ A1 + params["b2"]
    return _pair(Z1, A1, Z2, _softmax(Z2))


def forward__no_bias_at_the_output(params, X, hidden="tanh"):
    """You leave out b2; b1 is in its place.

    Each layer has a bias of its own. What is Z2 if all hidden units give 0?
    """
    Z1 = params["W1"] @ X + params["b1"]
    A1 = _activation(Z1, hidden)
    Z2 = params["W2"] @ A1
    return _pair(Z1, A1, Z2, _softmax(Z2))


def forward__flat_biases(params, X, hidden="tanh"):
    """You lay the biases along the examples, where each unit should have its own.

    If there are as many units as examples, nobody complains. Which shape must a bias have so that
    NumPy repeats it for every column?
    """
    Z1 = params["W1"] @ X + params["b1"].ravel()
    A1 = _activation(Z1, hidden)
    Z2 = params["W2"] @ A1 + params["b2"].ravel()
    return _pair(Z1, A1, Z2, _softmax(Z2))


@mistake(same_as="forward__flat_biases")
def forward__biases_as_rows(params, X, hidden="tanh"):
    Z1 = np.dot(params["W1"], X) + params["b1"].T
    A1 = _activation(Z1, hidden)
    Z2 = np.dot(params["W2"], A1) + params["b2"].T
    return _pair(Z1, A1, Z2, _softmax(Z2))


def forward__weights_transposed(params, X, hidden="tanh"):
    """You multiply by the transposes of the weights.

    If all sizes are the same this goes through, and otherwise the shapes do not fit. What do the
    rows of W1 stand for, features or hidden units?
    """
    Z1 = params["W1"].T @ X + params["b1"]
    A1 = _activation(Z1, hidden)
    Z2 = params["W2"].T @ A1 + params["b2"]
    return _pair(Z1, A1, Z2, _softmax(Z2))


def forward__elementwise_products(params, X, hidden="tanh"):
    """You multiply weights and inputs entry by entry; a matrix product is meant.

    Each unit has to collect from all features. Which operator does that, and which shape does it
    give for (h, d) and (d, m)?
    """
    Z1 = params["W1"] * X + params["b1"]
    A1 = _activation(Z1, hidden)
    Z2 = params["W2"] * A1 + params["b2"]
    return _pair(Z1, A1, Z2, _softmax(Z2))


def forward__examples_in_rows(params, X, hidden="tanh"):
    """Everything you return is transposed: your examples lie in rows.

    The numbers are right. Which axis of X, and of all that comes out, belongs to the examples in
    this course?
    """
    A2, cache = _forward(params, X, hidden)
    return A2.T, {name: value.T for name, value in cache.items()}


def forward__softmax_over_the_examples(params, X, hidden="tanh"):
    """Your softmax makes each row sum to 1, so the examples compete with each other.

    It is the classes of one example that share 1. Along which axis do they lie?
    """
    _, cache = _forward(params, X, hidden)
    E = np.exp(cache["Z2"] - cache["Z2"].max(axis=1, keepdims=True))
    A2 = E / E.sum(axis=1, keepdims=True)
    return A2, {**cache, "A2": A2}


def forward__softmax_without_shift(params, X, hidden="tanh"):
    """Your softmax takes the exponential of the logits as they come, and ends in nan.

    A network can produce logits in the thousands. What did exercise 1 take off each column first?
    """
    _, cache = _forward(params, X, hidden)
    E = np.exp(cache["Z2"])
    A2 = E / E.sum(axis=0, keepdims=True)
    return A2, {**cache, "A2": A2}


def forward__softmax_with_one_global_max(params, X, hidden="tanh"):
    """Your softmax takes one maximum, that of the whole batch, off every column.

    An example that lies 800 below it underflows to zeros and ends in 0/0. Whose maximum does each
    column need?
    """
    _, cache = _forward(params, X, hidden)
    E = np.exp(cache["Z2"] - cache["Z2"].max())
    A2 = E / E.sum(axis=0, keepdims=True)
    return A2, {**cache, "A2": A2}


def forward__standardised_features(params, X, hidden="tanh"):
    """You standardise X (mean 0, deviation 1) before the first layer.

    That may help training, but it is a preparation of the data and no part of the network. What
    becomes of a single example when its own mean is taken off?
    """
    spread = X.std(axis=1, keepdims=True) + 1e-8
    return _forward(params, (X - X.mean(axis=1, keepdims=True)) / spread, hidden)


# forward: digits, types and side effects.


def forward__probabilities_clipped(params, X, hidden="tanh"):
    """You clip the probabilities away from 0 and from 1.

    A class may really be as unlikely as 1e-100. Which later step was the clip meant to protect,
    and does this function contain it?
    """
    A2, cache = _forward(params, X, hidden)
    A2 = np.clip(A2, 1e-15, 1 - 1e-15)
    return A2, {**cache, "A2": A2}


def forward__float32_inside(params, X, hidden="tanh"):
    """You compute in float32, which keeps about seven digits.

    Turning the result back into float64 does not bring the others back. Which line makes the
    numbers shorter?
    """
    short = {name: value.astype(np.float32) for name, value in params.items()}
    A2, cache = _forward(short, X.astype(np.float32), hidden)
    return A2.astype(float), {name: value.astype(float) for name, value in cache.items()}


def forward__epsilon_in_the_softmax(params, X, hidden="tanh"):
    """Your softmax adds a small number to its denominator, so every probability is a little small.

    The result is right to some eight or ten digits only. After subtracting the maximum, how small
    can the denominator become?
    """
    _, cache = _forward(params, X, hidden)
    E = np.exp(cache["Z2"] - cache["Z2"].max(axis=0, keepdims=True))
    A2 = E / (E.sum(axis=0, keepdims=True) + 1e-8)
    return A2, {**cache, "A2": A2}


@mistake(same_as="forward__epsilon_in_the_softmax")
def forward__epsilon_of_1e_10_in_the_softmax(params, X, hidden="tanh"):
    _, cache = _forward(params, X, hidden)
    E = np.exp(cache["Z2"] - cache["Z2"].max(axis=0, keepdims=True))
    A2 = E / (E.sum(axis=0, keepdims=True) + 1e-10)
    return A2, {**cache, "A2": A2}


def forward__only_the_probabilities(params, X, hidden="tanh"):
    """You return the probabilities alone; the cache is missing.

    The way back will need what was computed on the way up. Which two things does the contract ask
    for?
    """
    return _forward(params, X, hidden)[0]


def forward__cache_first(params, X, hidden="tanh"):
    """You return the cache first and the probabilities second.

    Whoever unpacks your answer gets each under the name of the other. In which order does the
    contract name them?
    """
    A2, cache = _forward(params, X, hidden)
    return cache, A2


def forward__cache_as_a_tuple(params, X, hidden="tanh"):
    """Your cache is a tuple, where a dict is asked for.

    The way back looks things up by name. Under which names should Z1, A1, Z2 and A2 be found?
    """
    A2, cache = _forward(params, X, hidden)
    return A2, tuple(cache.values())


def forward__cache_without_the_output_layer(params, X, hidden="tanh"):
    """Your cache holds the hidden layer only.

    Four arrays are asked for. Which two of them does the output layer make?
    """
    A2, cache = _forward(params, X, hidden)
    return A2, {"Z1": cache["Z1"], "A1": cache["A1"]}


def forward__squeezed(params, X, hidden="tanh"):
    """You drop the axes of length 1, so a single example comes back as a flat vector.

    (n,) and (n, 1) broadcast quite differently on the way back. Where does your code squeeze or
    index an axis away?
    """
    A2, cache = _forward(params, X, hidden)
    return np.squeeze(A2), {name: np.squeeze(value) for name, value in cache.items()}


def forward__lists(params, X, hidden="tanh"):
    """You return lists; the numbers in them are right.

    The way back will want to transpose and multiply them. Which type did you receive?
    """
    A2, cache = _forward(params, X, hidden)
    return A2.tolist(), {name: value.tolist() for name, value in cache.items()}


def forward__cache_written_into_params(params, X, hidden="tanh"):
    """You put what you compute into the dict of the parameters.

    The caller's params has entries afterwards that are no parameters. Which dict should the cache
    be?
    """
    A2, cache = _forward(params, X, hidden)
    params.update(cache)
    return A2, cache


# backward: from the labels to dZ2.


def backward__sign_turned_around(params, cache, X, Y, hidden="tanh"):
    """You start from Y - A2, so all your gradients point the other way.

    The cost would grow with every step. If a wrong class has probability 0.3, should its logit's
    derivative be positive or negative?
    """
    return _from_dZ2(Y - cache["A2"], params, cache, X, hidden)


def backward__dA_taken_for_dZ(params, cache, X, Y, hidden="tanh"):
    """You start from -Y/A2, the derivative by the probabilities, as if it were that by the logits.

    Between the two lies the softmax. What did exercise 4 find for both steps together?
    """
    return _from_dZ2(-Y / cache["A2"], params, cache, X, hidden)


def backward__diagonal_of_the_jacobian(params, cache, X, Y, hidden="tanh"):
    """You multiply -Y/A2 entry by entry by A2(1 - A2), the diagonal of the softmax Jacobian.

    Only the true class gets a gradient then, for the other n - 1 entries of each row are missing.
    What did exercise 4 find for the full product?
    """
    return _from_dZ2(-Y * (1 - cache["A2"]), params, cache, X, hidden)


def backward__extra_softmax_slope(params, cache, X, Y, hidden="tanh"):
    """You multiply A2 - Y by A2(1 - A2), as for a squared error with a sigmoid.

    The derivative of the softmax is in A2 - Y already. What is left to multiply by?
    """
    A2 = cache["A2"]
    return _from_dZ2((A2 - Y) * A2 * (1 - A2), params, cache, X, hidden)


def backward__output_squeezed_by_the_slope_of_tanh(params, cache, X, Y, hidden="tanh"):
    """You multiply A2 - Y by 1 - A2^2, the slope of tanh; but the output layer is no tanh.

    The derivative of the softmax is in A2 - Y already. To which layer does `hidden` belong?
    """
    A2 = cache["A2"]
    return _from_dZ2((A2 - Y) * (1 - A2**2), params, cache, X, hidden)


def backward__two_steps_with_division(params, cache, X, Y, hidden="tanh"):
    """You go through -Y/A2 and the softmax Jacobian in two steps, and divide by probabilities.

    Where a probability is 0 that is 0/0, and the whole gradient becomes nan. Which shorter way
    needs no division?
    """
    A2 = cache["A2"]
    dA2 = -Y / A2
    dZ2 = A2 * (dA2 - (A2 * dA2).sum(axis=0, keepdims=True))
    return _from_dZ2(dZ2, params, cache, X, hidden)


def backward__two_steps_with_epsilon(params, cache, X, Y, hidden="tanh"):
    """You divide by A2 plus a small number, so nothing is left of the gradient of a tiny A2.

    An example that the network gets thoroughly wrong is where the gradient should be largest.
    Which shorter way needs no division?
    """
    A2 = cache["A2"]
    dA2 = -Y / (A2 + 1e-8)
    dZ2 = A2 * (dA2 - (A2 * dA2).sum(axis=0, keepdims=True))
    return _from_dZ2(dZ2, params, cache, X, hidden)


def backward__labels_taken_as_one_hot(params, cache, X, Y, hidden="tanh"):
    """You subtract 1 at the true class; with soft labels there is no single true class.

    For one-hot labels that is the same as subtracting Y, and for soft ones it is not. What does
    the formula subtract?
    """
    dZ2 = cache["A2"].copy()
    dZ2[Y == 1] -= 1
    return _from_dZ2(dZ2, params, cache, X, hidden)


@mistake(same_as="backward__labels_taken_as_one_hot")
def backward__largest_label_taken_as_the_class(params, cache, X, Y, hidden="tanh"):
    dZ2 = cache["A2"].copy()
    dZ2[Y.argmax(axis=0), np.arange(Y.shape[1])] -= 1
    return _from_dZ2(dZ2, params, cache, X, hidden)


def backward__dtype_of_the_labels(params, cache, X, Y, hidden="tanh"):
    """You store dZ2 in an array of Y's dtype: with whole-number labels the decimals are cut off.

    Nearly every entry becomes 0 then. Which dtype does zeros_like or empty_like give you, and
    which one do you need?
    """
    dZ2 = np.zeros_like(Y)
    dZ2[:] = cache["A2"] - Y
    return _from_dZ2(dZ2, params, cache, X, hidden)


# backward: where 1/m enters.


def backward__sums_for_means(params, cache, X, Y, hidden="tanh"):
    """Your gradients are sums over the examples: 1/m is missing everywhere.

    J is a mean. What happens to your gradients if every example is there twice, and what should
    happen?
    """
    grads = _backward(params, cache, X, Y, hidden)
    return {name: value * X.shape[1] for name, value in grads.items()}


def backward__divided_twice(params, cache, X, Y, hidden="tanh"):
    """You divide by m twice, in dZ2 and again in all that follows.

    J is a mean and has one 1/m. At which single place do you want to have it?
    """
    return _from_dZ2((cache["A2"] - Y) / X.shape[1], params, cache, X, hidden)


def backward__first_layer_divided_twice(params, cache, X, Y, hidden="tanh"):
    """The first layer's gradients are divided by m twice: once in dZ1, once in dW1 and db1.

    The second layer is right. What does dZ1 have to do with a mean, if each of its columns is
    about one example?
    """
    m = X.shape[1]
    dZ2 = cache["A2"] - Y
    dZ1 = params["W2"].T @ dZ2 * _slope(cache, hidden) / m
    return _gradients(dZ1, dZ2, cache["A1"], X, m)


def backward__biases_not_divided(params, cache, X, Y, hidden="tanh"):
    """Your weights have a 1/m, and your biases have none.

    The gradient of a mean is a mean for every parameter. What is a bias's gradient averaged over?
    """
    grads = _backward(params, cache, X, Y, hidden)
    m = X.shape[1]
    return {**grads, "db1": m * grads["db1"], "db2": m * grads["db2"]}


def backward__first_layer_not_divided(params, cache, X, Y, hidden="tanh"):
    """The second layer's gradients have a 1/m, and the first layer's have none.

    Both belong to the same mean. Where have you put the 1/m, and does it reach dW1 and db1?
    """
    grads = _backward(params, cache, X, Y, hidden)
    m = X.shape[1]
    return {**grads, "dW1": m * grads["dW1"], "db1": m * grads["db1"]}


def backward__features_counted_for_examples(params, cache, X, Y, hidden="tanh"):
    """You divide by the number of rows, and rows are no examples.

    shape[0] of X counts features, shape[0] of Y counts classes. Which axis counts the examples?
    """
    dZ2 = cache["A2"] - Y
    dZ1 = params["W2"].T @ dZ2 * _slope(cache, hidden)
    return _gradients(dZ1, dZ2, cache["A1"], X, X.shape[0])


@mistake(same_as="backward__features_counted_for_examples")
def backward__classes_counted_for_examples(params, cache, X, Y, hidden="tanh"):
    dZ2 = cache["A2"] - Y
    dZ1 = params["W2"].T @ dZ2 * _slope(cache, hidden)
    return _gradients(dZ1, dZ2, cache["A1"], X, len(Y))


def backward__divided_by_all_entries(params, cache, X, Y, hidden="tanh"):
    """You divide by the number of all entries of Y, which is n times m.

    The cost is a mean over examples, while the classes of an example are summed. By what should
    you divide?
    """
    dZ2 = cache["A2"] - Y
    dZ1 = params["W2"].T @ dZ2 * _slope(cache, hidden)
    return _gradients(dZ1, dZ2, cache["A1"], X, Y.size)


# backward: down to the hidden layer.


def backward__no_slope(params, cache, X, Y, hidden="tanh"):
    """You go from the second layer to the first without the slope of the activation.

    dW2 and db2 are right. What stands between Z1 and A1, and what is its derivative?
    """
    return _from_slope(1.0, params, cache, X, Y)


def backward__activation_for_its_slope(params, cache, X, Y, hidden="tanh"):
    """You multiply by the activation itself where its slope is needed.

    dW2 and db2 are right. What is the slope of relu at z = 3, and what is that of tanh at z = 0?
    """
    return _from_slope(cache["A1"], params, cache, X, Y)


def backward__pre_activation_in_the_slope(params, cache, X, Y, hidden="tanh"):
    """You square Z1 in the slope of tanh: 1 - Z1^2.

    That can be far below 0, and tanh never falls. Of which array is the square meant?
    """
    slope = 1 - cache["Z1"] ** 2 if hidden == "tanh" else _slope(cache, hidden)
    return _from_slope(slope, params, cache, X, Y)


def backward__tanh_taken_twice(params, cache, X, Y, hidden="tanh"):
    """You take tanh once more, of A1, before you square it in the slope.

    A1 is a tanh already. In 1 - tanh(z)^2, is z the input of the activation or its output?
    """
    slope = 1 - np.tanh(cache["A1"]) ** 2 if hidden == "tanh" else _slope(cache, hidden)
    return _from_slope(slope, params, cache, X, Y)


def backward__square_forgotten(params, cache, X, Y, hidden="tanh"):
    """Your slope of tanh is 1 - A1; a square is missing.

    tanh is odd, so its slope is the same at z and at -z. Is yours?
    """
    slope = 1 - cache["A1"] if hidden == "tanh" else _slope(cache, hidden)
    return _from_slope(slope, params, cache, X, Y)


def backward__slope_of_the_sigmoid(params, cache, X, Y, hidden="tanh"):
    """Your slope is A1(1 - A1), which belongs to the sigmoid.

    For tanh it would be 0 at z = 0, where tanh is steepest. What does the quotient rule give for
    tanh?
    """
    slope = cache["A1"] * (1 - cache["A1"]) if hidden == "tanh" else _slope(cache, hidden)
    return _from_slope(slope, params, cache, X, Y)


def backward__hyperbolic_secant_not_squared(params, cache, X, Y, hidden="tanh"):
    """Your slope of tanh is 1/cosh(z), without the square.

    It is right at z = 0 and too large everywhere else. What remains of the quotient rule's
    denominator?
    """
    slope = 1 / np.cosh(cache["Z1"]) if hidden == "tanh" else _slope(cache, hidden)
    return _from_slope(slope, params, cache, X, Y)


def backward__slope_of_tanh_for_relu(params, cache, X, Y, hidden="tanh"):
    """You use the slope of tanh whatever `hidden` says.

    With relu, 1 - A1^2 means nothing. What is the slope of relu where a unit is on?
    """
    return _from_slope(1 - cache["A1"] ** 2, params, cache, X, Y)


def backward__slope_of_relu_for_tanh(params, cache, X, Y, hidden="tanh"):
    """You use the slope of relu whatever `hidden` says.

    tanh is nowhere flat, and nowhere but at 0 as steep as 1. What is the default of `hidden`?
    """
    return _from_slope(cache["Z1"] > 0, params, cache, X, Y)


def backward__relu_never_off(params, cache, X, Y, hidden="tanh"):
    """Your slope of relu is 1 everywhere.

    A unit that is off has A1 = 0, so asking for A1 >= 0 is always answered with yes. What tells
    a unit that is on from one that is off?
    """
    slope = _slope(cache, hidden) if hidden == "tanh" else cache["A1"] >= 0
    return _from_slope(slope, params, cache, X, Y)


def backward__relu_reversed(params, cache, X, Y, hidden="tanh"):
    """Your slope of relu is 1 where the unit is off, and 0 where it is on.

    Through which of the two can a small change of Z1 be felt?
    """
    slope = _slope(cache, hidden) if hidden == "tanh" else cache["Z1"] < 0
    return _from_slope(slope, params, cache, X, Y)


def backward__gradient_for_the_weights(params, cache, X, Y, hidden="tanh"):
    """On the way down you multiply by dW2, the gradient; the weights themselves are W2.

    Their shapes are the same, which hides it. Through which numbers does a hidden unit reach the
    logits?
    """
    m = X.shape[1]
    dZ2 = cache["A2"] - Y
    dW2 = dZ2 @ cache["A1"].T / m
    return _gradients(dW2.T @ dZ2 * _slope(cache, hidden), dZ2, cache["A1"], X, m)


def backward__second_weights_not_transposed(params, cache, X, Y, hidden="tanh"):
    """You multiply dZ2 by W2 as it is; on the way down it has to be transposed.

    If there are as many classes as hidden units this goes through. Does hidden unit j reach the
    logits through row j of W2, or through column j?
    """
    dZ2 = cache["A2"] - Y
    dZ1 = params["W2"] @ dZ2 * _slope(cache, hidden)
    return _gradients(dZ1, dZ2, cache["A1"], X, X.shape[1])


def backward__slope_by_matrix_product(params, cache, X, Y, hidden="tanh"):
    """You multiply by the slope with a matrix product.

    The activation works on each entry by itself, and so does its derivative. Which product keeps
    the entries apart?
    """
    dZ2 = cache["A2"] - Y
    dZ1 = np.dot(np.dot(params["W2"].T, dZ2), _slope(cache, hidden))
    return _gradients(dZ1, dZ2, cache["A1"], X, X.shape[1])


# backward: out to weights and biases.


def backward__second_layer_with_z1(params, cache, X, Y, hidden="tanh"):
    """In dW2 you use Z1 where A1 belongs.

    The gradient of a weight has the number that went into that weight on the way up. What went
    into the second layer?
    """
    grads = _backward(params, cache, X, Y, hidden)
    return {**grads, "dW2": (cache["A2"] - Y) @ cache["Z1"].T / X.shape[1]}


def backward__second_layer_with_features(params, cache, X, Y, hidden="tanh"):
    """In dW2 you use X where A1 belongs.

    Unless there are as many features as hidden units, even the shape is wrong. What went into the
    second layer on the way up?
    """
    grads = _backward(params, cache, X, Y, hidden)
    return {**grads, "dW2": (cache["A2"] - Y) @ X.T / X.shape[1]}


def backward__first_layer_with_a1(params, cache, X, Y, hidden="tanh"):
    """In dW1 you use A1 where X belongs.

    Unless there are as many features as hidden units, even the shape is wrong. What went into the
    first layer on the way up?
    """
    grads = _backward(params, cache, X, Y, hidden)
    dZ1 = params["W2"].T @ (cache["A2"] - Y) * _slope(cache, hidden)
    return {**grads, "dW1": dZ1 @ cache["A1"].T / X.shape[1]}


def backward__weights_transposed(params, cache, X, Y, hidden="tanh"):
    """The gradients of your weights are transposed.

    A gradient has the shape of what it belongs to. In which order do the two factors have to
    stand, and which of them is transposed?
    """
    grads = _backward(params, cache, X, Y, hidden)
    return {**grads, "dW1": grads["dW1"].T, "dW2": grads["dW2"].T}


def backward__biases_summed_over_units(params, cache, X, Y, hidden="tanh"):
    """You sum the bias gradients over the units; what is left has one number per example.

    A bias belongs to a unit and meets all examples. Which of the two axes has to disappear?
    """
    dZ2 = cache["A2"] - Y
    dZ1 = params["W2"].T @ dZ2 * _slope(cache, hidden)
    grads, m = _backward(params, cache, X, Y, hidden), X.shape[1]
    return {
        **grads,
        "db1": dZ1.sum(axis=0, keepdims=True) / m,
        "db2": dZ2.sum(axis=0, keepdims=True) / m,
    }


def backward__biases_summed_over_everything(params, cache, X, Y, hidden="tanh"):
    """You add up all entries for the bias gradients, so a layer has one number for all its units.

    For the output layer that number is always 0. Along which axis alone should be summed?
    """
    grads = _backward(params, cache, X, Y, hidden)
    return {**grads, "db1": np.sum(grads["db1"]), "db2": np.sum(grads["db2"])}


@mistake(same_as="backward__biases_summed_over_everything")
def backward__biases_summed_into_the_right_shape(params, cache, X, Y, hidden="tanh"):
    grads = _backward(params, cache, X, Y, hidden)
    full = {name: np.full_like(grads[name], grads[name].sum()) for name in ("db1", "db2")}
    return {**grads, **full}


def backward__flat_biases(params, cache, X, Y, hidden="tanh"):
    """Your bias gradients are flat, (h,) and (n,), where (h, 1) and (n, 1) are asked for.

    Subtracted from the biases they would give square arrays, without any error. How do you keep
    an axis that you sum over?
    """
    grads = _backward(params, cache, X, Y, hidden)
    return {**grads, "db1": grads["db1"].ravel(), "db2": grads["db2"].ravel()}


def backward__biases_not_summed(params, cache, X, Y, hidden="tanh"):
    """Your bias gradients are dZ1 and dZ2 as they are, with a column for each example.

    One bias serves all examples. What has to happen to its m derivatives?
    """
    dZ2 = cache["A2"] - Y
    dZ1 = params["W2"].T @ dZ2 * _slope(cache, hidden)
    return {**_backward(params, cache, X, Y, hidden), "db1": dZ1, "db2": dZ2}


def backward__only_the_last_example(params, cache, X, Y, hidden="tanh"):
    """Your loop over the examples overwrites what it found before, so only the last one counts.

    The gradient is a mean over all of them. What should happen to the results of the earlier
    rounds?
    """
    m = X.shape[1]
    for k in range(m):
        one = {name: value[:, k : k + 1] for name, value in cache.items()}
        grads = _backward(params, one, X[:, k : k + 1], Y[:, k : k + 1], hidden)
    return {name: value / m for name, value in grads.items()}


def backward__weight_decay(params, cache, X, Y, hidden="tanh"):
    """You add a multiple of the weights to their gradients.

    That is weight decay, and it belongs to another cost, one with a penalty on large weights. Is
    there such a term in J here?
    """
    grads = _backward(params, cache, X, Y, hidden)
    decay = {f"dW{i}": grads[f"dW{i}"] + 0.01 * params[f"W{i}"] for i in (1, 2)}
    return {**grads, **decay}


# backward: digits, types and side effects.


def backward__by_differences(params, cache, X, Y, hidden="tanh"):
    """You measure the gradients by changing each parameter a little, and not by formulas.

    That costs two forward passes for every single number and half of the digits. What would you
    then check in exercise 7?
    """
    grads = {}
    for name, value in params.items():
        grad = np.zeros(value.shape)
        for place in np.ndindex(value.shape):
            costs = []
            for step in (1e-5, -1e-5):
                moved = value.copy()
                moved[place] += step
                costs.append(_cost(_forward({**params, name: moved}, X, hidden)[1], Y))
            grad[place] = (costs[0] - costs[1]) / 2e-5
        grads["d" + name] = grad
    return grads


@mistake(same_as="forward__float32_inside")
def backward__float32_inside(params, cache, X, Y, hidden="tanh"):
    params, cache = (
        {name: value.astype(np.float32) for name, value in given.items()}
        for given in (params, cache)
    )
    grads = _backward(params, cache, X.astype(np.float32), Y.astype(np.float32), hidden)
    return {name: value.astype(float) for name, value in grads.items()}


def backward__tuple(params, cache, X, Y, hidden="tanh"):
    """You return a tuple, where a dict is asked for.

    Whoever updates the parameters looks the gradients up by name. Under which four names?
    """
    return tuple(_backward(params, cache, X, Y, hidden).values())


def backward__names_of_the_parameters(params, cache, X, Y, hidden="tanh"):
    """Your gradients carry the names of the parameters.

    W1 is a weight, and its gradient is called something else here. Which letter is missing?
    """
    grads = _backward(params, cache, X, Y, hidden)
    return {name[1:]: value for name, value in grads.items()}


def backward__lists(params, cache, X, Y, hidden="tanh"):
    """You return lists; the numbers in them are right.

    A learning rate times a list is an error. Which type did you receive?
    """
    return {name: g.tolist() for name, g in _backward(params, cache, X, Y, hidden).items()}


def backward__labels_taken_off_in_place(params, cache, X, Y, hidden="tanh"):
    """Your gradients are right, but the cache you were given is not the same afterwards.

    A new name for an array is no new array, and an operation such as -= or an assignment to some
    of its entries writes into the old one. Which array of the cache does that happen to?
    """
    dZ2 = cache["A2"]
    dZ2 -= Y
    return _from_dZ2(dZ2, params, cache, X, hidden)


@mistake(same_as="backward__labels_taken_off_in_place")
def backward__slope_written_into_the_cache(params, cache, X, Y, hidden="tanh"):
    grads = _backward(params, cache, X, Y, hidden)
    slope = cache["Z1"]
    slope[slope <= 0] = 0
    slope[slope > 0] = 1
    return grads


# update


def update__uphill(params, grads, lr):
    """You add the gradient, so every step goes uphill and the cost grows.

    A gradient points to where the cost grows fastest. Which way do you want to go?
    """
    return {name: value + lr * grads["d" + name] for name, value in params.items()}


def update__no_learning_rate(params, grads, lr):
    """You take off the whole gradient; the learning rate plays no part.

    Then nobody can choose how long the steps are. Where does lr belong?
    """
    return {name: value - grads["d" + name] for name, value in params.items()}


def update__only_the_step(params, grads, lr):
    """You return the steps, not the parameters after them.

    The new parameters are the old ones plus a step. What is missing from your sum?
    """
    return {name: -lr * grads["d" + name] for name in params}


def update__weights_only(params, grads, lr):
    """You move the weights and leave the biases where they were.

    Biases are learned like everything else. Which four entries does grads have?
    """
    moved = {name: params[name] - lr * grads["d" + name] for name in ("W1", "W2")}
    return {**{name: value.copy() for name, value in params.items()}, **moved}


def update__shrinks_the_parameters(params, grads, lr):
    """You take off the learning rate times the parameter itself, and the gradient plays no part.

    So every parameter shrinks towards 0, wherever the cost falls. What should lr be multiplied
    by?
    """
    return {name: value - lr * value for name, value in params.items()}


def update__in_place(params, grads, lr):
    """Your result is right, but what you were given is not the same afterwards.

    An operation such as -= or *= writes into the array that is there, and a copy of the dict holds
    the same arrays. Which of your lines makes a new array, and which does not?
    """
    for name in params:
        params[name] -= lr * grads["d" + name]
    return params


@mistake(same_as="update__in_place")
def update__shallow_copy(params, grads, lr):
    new = params.copy()
    for name in new:
        new[name] -= lr * grads["d" + name]
    return new


@mistake(same_as="update__in_place")
def update__steps_written_into_the_gradients(params, grads, lr):
    new = {}
    for name, value in params.items():
        step = grads["d" + name]
        step *= lr
        new[name] = value - step
    return new


def update__nothing_returned(params, grads, lr):
    """You change the parameters in place and return nothing.

    The caller expects a new dict, and the old one as it was. What does a function without a
    return statement give back?
    """
    for name in params:
        params[name] -= lr * grads["d" + name]


def update__tuple(params, grads, lr):
    """You return a tuple, where a dict is asked for.

    The next forward pass looks the parameters up by name. Under which four names?
    """
    return tuple(_update(params, grads, lr).values())


def update__names_of_the_gradients(params, grads, lr):
    """Your new parameters carry the names of the gradients.

    The next forward pass looks for W1, b1, W2 and b2. Which letter is one too many?
    """
    return {"d" + name: value for name, value in _update(params, grads, lr).items()}


def update__float32(params, grads, lr):
    """You return float32, which drops half of the digits.

    The numbers are right to about seven digits. Which dtype did you receive?
    """
    return {name: value.astype(np.float32) for name, value in _update(params, grads, lr).items()}


# train: the loop.


def _rounds(params, X, Y, lr, steps, hidden="tanh", step=None):
    """Train with a `step` of one's own; it gets the parameters and the cache."""
    costs = []
    for _ in range(steps):
        _, cache = _forward(params, X, hidden)
        costs.append(_cost(cache, Y))
        if step is None:
            params = _update(params, _backward(params, cache, X, Y, hidden), lr)
        else:
            params = step(params, cache)
    return params, costs


def _copied(params):
    return {name: value.copy() for name, value in params.items()}


def train__cost_after_the_step(params, X, Y, lr, steps, hidden="tanh"):
    """You measure the cost after each step; it should be measured before.

    The parameters are right, and your costs are the right ones shifted by one place. To which
    parameters does costs[0] belong?
    """
    costs = []
    for _ in range(steps):
        _, cache = _forward(params, X, hidden)
        params = _update(params, _backward(params, cache, X, Y, hidden), lr)
        costs.append(_cost(_forward(params, X, hidden)[1], Y))
    return params, costs


def train__one_cost_too_many(params, X, Y, lr, steps, hidden="tanh"):
    """You record the cost after the last step too: steps + 1 numbers.

    One cost belongs to each step, the one from before it. How many are there for one step?
    """
    params, costs = _rounds(params, X, Y, lr, steps, hidden)
    return params, [*costs, _cost(_forward(params, X, hidden)[1], Y)]


def train__one_step_short(params, X, Y, lr, steps, hidden="tanh"):
    """Your loop makes one step too few.

    range(1, steps) leaves out the first number as well as steps itself. How many rounds does it
    make for steps = 1?
    """
    return _rounds(_copied(params), X, Y, lr, steps - 1, hidden)


def train__one_step_too_many(params, X, Y, lr, steps, hidden="tanh"):
    """Your loop makes one step too many.

    range(steps + 1) counts from 0 up to steps. How many rounds does it make for steps = 1?
    """
    return _rounds(params, X, Y, lr, steps + 1, hidden)


def train__every_tenth_cost(params, X, Y, lr, steps, hidden="tanh"):
    """You record the cost of every tenth step only.

    That is fine for printing, but the list then says little about the steps. How many numbers are
    asked for?
    """
    params, costs = _rounds(params, X, Y, lr, steps, hidden)
    return params, costs[::10]


def train__stops_early(params, X, Y, lr, steps, hidden="tanh"):
    """You stop before all steps are made, when the cost hardly changes any more.

    The caller asks for a number of steps, and for as many costs. What decides here when training
    ends?
    """
    costs = []
    for _ in range(steps):
        _, cache = _forward(params, X, hidden)
        costs.append(_cost(cache, Y))
        if len(costs) > 1 and abs(costs[-1] - costs[-2]) < 0.05:
            break
        params = _update(params, _backward(params, cache, X, Y, hidden), lr)
    return params, costs


def train__update_thrown_away(params, X, Y, lr, steps, hidden="tanh"):
    """You call update and do nothing with what it returns: the parameters never move.

    All your costs are the same. Under which name should the new parameters go on?
    """
    return _rounds(_copied(params), X, Y, lr, steps, hidden, lambda old, cache: old)


def train__forward_only_once(params, X, Y, lr, steps, hidden="tanh"):
    """You go forward once, before the loop, and use that cache for all steps.

    After the first step it belongs to parameters that are gone. What has to be computed anew in
    every round?
    """
    _, cache = _forward(params, X, hidden)
    costs = []
    for _ in range(steps):
        costs.append(_cost(cache, Y))
        params = _update(params, _backward(params, cache, X, Y, hidden), lr)
    return params, costs


def train__gradients_only_once(params, X, Y, lr, steps, hidden="tanh"):
    """You compute the gradients once, and take every step in that same direction.

    The costs are new in each round, but the slope changes with the parameters too. Which calls
    belong inside the loop?
    """
    grads = _backward(params, _forward(params, X, hidden)[1], X, Y, hidden)
    return _rounds(params, X, Y, lr, steps, hidden, lambda old, cache: _update(old, grads, lr))


def train__new_w2_in_backprop(params, X, Y, lr, steps, hidden="tanh"):
    """You correct W2 first, and then send the error down through the corrected W2.

    All four gradients belong to the parameters of the forward pass. Which W2 did the logits come
    from?
    """

    def step(old, cache):
        grads = _backward(old, cache, X, Y, hidden)
        new_w2 = old["W2"] - lr * grads["dW2"]
        late = _backward({**old, "W2": new_w2}, cache, X, Y, hidden)
        return _update(old, {**grads, "dW1": late["dW1"], "db1": late["db1"]}, lr)

    return _rounds(params, X, Y, lr, steps, hidden, step)


def train__one_example_at_a_time(params, X, Y, lr, steps, hidden="tanh"):
    """You make an update for every single example: m of them in each step.

    That is stochastic gradient descent. Here a step looks at all examples and moves once. What
    is averaged before the parameters move?
    """

    def step(old, cache):
        for k in range(X.shape[1]):
            x, y = X[:, k : k + 1], Y[:, k : k + 1]
            old = _update(old, _backward(old, _forward(old, x, hidden)[1], x, y, hidden), lr)
        return old

    return _rounds(params, X, Y, lr, steps, hidden, step)


def train__uphill(params, X, Y, lr, steps, hidden="tanh"):
    """Your cost grows from step to step: you go along the gradient and not against it.

    The first cost is right. Which sign stands before the learning rate?
    """
    return _rounds(params, X, Y, -lr, steps, hidden)


def train__learning_rate_divided_by_m(params, X, Y, lr, steps, hidden="tanh"):
    """Your steps are too short by the factor m: 1/m is in them twice.

    The first cost is right. The gradients of a mean have their 1/m already; where does the second
    one come from?
    """
    return _rounds(params, X, Y, lr / X.shape[1], steps, hidden)


def train__learning_rate_times_m(params, X, Y, lr, steps, hidden="tanh"):
    """Your steps are too long by the factor m: they follow the gradient of a sum.

    The cost is a mean. What should happen to a step if every example is there twice?
    """
    return _rounds(params, X, Y, lr * X.shape[1], steps, hidden)


def train__learning_rate_decays(params, X, Y, lr, steps, hidden="tanh"):
    """You let the learning rate shrink from step to step.

    That can be useful, but the contract says that it is the same in every step. Which line
    changes it?
    """
    rate = [lr]

    def step(old, cache):
        new = _update(old, _backward(old, cache, X, Y, hidden), rate[0])
        rate[0] *= 0.99
        return new

    return _rounds(params, X, Y, lr, steps, hidden, step)


def train__starts_at_random(params, X, Y, lr, steps, hidden="tanh"):
    """You start from parameters of your own; those you were given play no part.

    Not even the first cost is right. Where does the contract say training starts?
    """
    rng = np.random.default_rng(1)
    own = {name: 0.01 * rng.normal(size=value.shape) for name, value in params.items()}
    return _rounds(own, X, Y, lr, steps, hidden)


def train__standardised_features(params, X, Y, lr, steps, hidden="tanh"):
    """You standardise X before you train.

    The parameters you were given belong to X as it is. What does the first cost become if X is
    changed?
    """
    spread = X.std(axis=1, keepdims=True) + 1e-8
    X = (X - X.mean(axis=1, keepdims=True)) / spread
    return _rounds(params, X, Y, lr, steps, hidden)


# train: the activation.


def train__always_tanh(params, X, Y, lr, steps, hidden="tanh"):
    """You train with tanh whatever `hidden` says.

    Neither forward nor backward can know what the caller asked for unless they are told. Where do
    you hand `hidden` on?
    """
    return _rounds(params, X, Y, lr, steps, "tanh")


def train__backward_not_told_of_relu(params, X, Y, lr, steps, hidden="tanh"):
    """You tell forward about `hidden`, but not backward.

    With relu the first cost is right and the gradients use the slope of tanh. What does backward
    assume if it is told nothing?
    """
    return _rounds(
        params, X, Y, lr, steps, hidden, lambda p, c: _update(p, _backward(p, c, X, Y), lr)
    )


def train__forward_not_told_of_relu(params, X, Y, lr, steps, hidden="tanh"):
    """You tell backward about `hidden`, but not forward.

    With relu not even the first cost is right. What does forward assume if it is told nothing?
    """
    return _rounds(
        params, X, Y, lr, steps, "tanh", lambda p, c: _update(p, _backward(p, c, X, Y, hidden), lr)
    )


# train: the costs.


def train__cost_is_a_sum(params, X, Y, lr, steps, hidden="tanh"):
    """Your costs are sums over the examples; means are asked for.

    The parameters are right. By what should each cost be divided?
    """
    params, costs = _rounds(params, X, Y, lr, steps, hidden)
    return params, [cost * X.shape[1] for cost in costs]


def train__cost_is_a_mean_of_all_entries(params, X, Y, lr, steps, hidden="tanh"):
    """Your costs are averaged over the classes as well: they are too small by the factor n.

    np.mean divides by all entries, also by those off the true class. What is the mean over here?
    """
    params, costs = _rounds(params, X, Y, lr, steps, hidden)
    return params, [cost / len(Y) for cost in costs]


def train__cost_without_minus(params, X, Y, lr, steps, hidden="tanh"):
    """Your costs are negative: the minus sign is missing.

    The logarithm of a probability is never positive. What should the cost of a perfect answer be,
    and of a bad one?
    """
    params, costs = _rounds(params, X, Y, lr, steps, hidden)
    return params, [-cost for cost in costs]


def train__binary_cross_entropy(params, X, Y, lr, steps, hidden="tanh"):
    """Your cost also has a term with log(1 - A2), for the classes that are not the true one.

    That is the binary cross-entropy, for outputs that are judged one by one. What does the
    softmax cross-entropy ask of a class with y = 0?
    """
    costs = []
    for _ in range(steps):
        A2, cache = _forward(params, X, hidden)
        terms = Y * np.log(A2) + (1 - Y) * np.log(1 - A2)
        costs.append(-np.sum(terms) / X.shape[1])
        params = _update(params, _backward(params, cache, X, Y, hidden), lr)
    return params, costs


def train__squared_error_recorded(params, X, Y, lr, steps, hidden="tanh"):
    """Your costs are squared errors; the gradients are those of the cross-entropy.

    The parameters are right, and the list tells about another cost than the one that is made
    smaller. Which cost has A2 - Y as its gradient?
    """
    costs = []
    for _ in range(steps):
        A2, cache = _forward(params, X, hidden)
        costs.append(np.sum((A2 - Y) ** 2) / X.shape[1])
        params = _update(params, _backward(params, cache, X, Y, hidden), lr)
    return params, costs


def train__epsilon_in_the_logarithm(params, X, Y, lr, steps, hidden="tanh"):
    """You add a small number inside the logarithm, so every cost is a little too small.

    A cost of 0 can even come out negative. Which way to the cost needs no logarithm of a
    probability?
    """
    costs = []
    for _ in range(steps):
        A2, cache = _forward(params, X, hidden)
        costs.append(-np.sum(Y * np.log(A2 + 1e-8)) / X.shape[1])
        params = _update(params, _backward(params, cache, X, Y, hidden), lr)
    return params, costs


def train__rounded_costs(params, X, Y, lr, steps, hidden="tanh"):
    """You round the costs.

    Rounding is for printing. What can you still see of two steps that differ in the fifth digit?
    """
    params, costs = _rounds(params, X, Y, lr, steps, hidden)
    return params, [round(float(cost), 4) for cost in costs]


# train: what comes back.


def train__only_the_last_cost(params, X, Y, lr, steps, hidden="tanh"):
    """You return one cost, the last.

    A single number does not show how training went. How many costs are asked for?
    """
    params, costs = _rounds(params, X, Y, lr, steps, hidden)
    return params, costs[-1]


def train__costs_first(params, X, Y, lr, steps, hidden="tanh"):
    """You return the costs first and the parameters second.

    Whoever unpacks your answer gets each under the name of the other. In which order does the
    contract name them?
    """
    params, costs = _rounds(params, X, Y, lr, steps, hidden)
    return costs, params


def train__no_costs(params, X, Y, lr, steps, hidden="tanh"):
    """You return the parameters alone; the costs are missing.

    Without them nobody sees whether training works. Which two things does the contract ask for?
    """
    return _rounds(params, X, Y, lr, steps, hidden)[0]


def train__costs_in_a_column(params, X, Y, lr, steps, hidden="tanh"):
    """Your costs are a column of shape (steps, 1).

    They belong to steps, not to examples or classes. What shape has a plain list of numbers?
    """
    params, costs = _rounds(params, X, Y, lr, steps, hidden)
    return params, np.array(costs).reshape(-1, 1)


def train__costs_as_text(params, X, Y, lr, steps, hidden="tanh"):
    """Your costs are texts, formatted for printing.

    Nobody can compute with them or draw them. Where does a number turn into a text in your code?
    """
    params, costs = _rounds(params, X, Y, lr, steps, hidden)
    return params, [f"{cost:.6f}" for cost in costs]


def train__float32_costs(params, X, Y, lr, steps, hidden="tanh"):
    """Your costs are float32, which drops half of the digits.

    They are right to about seven digits. Which dtype do you ask for when you collect them?
    """
    params, costs = _rounds(params, X, Y, lr, steps, hidden)
    return params, np.array(costs, dtype=np.float32)


def train__changes_its_argument(params, X, Y, lr, steps, hidden="tanh"):
    """Your results are right, but the parameters you were given are not the same afterwards.

    Calling train a second time would start where the first call ended. Which of your lines writes
    into the caller's dict, or into an array in it?
    """

    def step(old, cache):
        grads = _backward(old, cache, X, Y, hidden)
        for name in old:
            old[name] -= lr * grads["d" + name]
        return old

    return _rounds(params, X, Y, lr, steps, hidden, step)


@mistake(same_as="train__changes_its_argument")
def train__replaces_entries_of_its_argument(params, X, Y, lr, steps, hidden="tanh"):
    def step(old, cache):
        grads = _backward(old, cache, X, Y, hidden)
        for name in old:
            old[name] = old[name] - lr * grads["d" + name]
        return old

    return _rounds(params, X, Y, lr, steps, hidden, step)


# Found in code that others have published, or by trying what the checks let through.


def _in_buffers(arrays):
    return {name: _in_one_buffer(array, name) for name, array in arrays.items()}


def forward__one_buffer_for_all_calls(params, X, hidden="tanh"):
    """Your numbers are right, but each call writes them into one and the same array.

    Whoever still holds the answer to an earlier call finds other numbers in it now. An array that
    lives outside of the function is filled again and again. Checks that look at one answer at a
    time never notice. What would two answers, held side by side, say? Where should the array of an
    answer be made?
    """
    _, cache = _forward(params, X, hidden)
    cache = _in_buffers(cache)
    return cache["A2"], cache


@mistake(same_as="forward__one_buffer_for_all_calls")
def backward__one_buffer_for_all_calls(params, cache, X, Y, hidden="tanh"):
    return _in_buffers(_backward(params, cache, X, Y, hidden))


@mistake(same_as="forward__one_buffer_for_all_calls")
def update__one_buffer_for_all_calls(params, grads, lr):
    return _in_buffers(_update(params, grads, lr))


def backward__small_labels_dropped(params, cache, X, Y, hidden="tanh"):
    """You take for 0 what is small: labels, or numbers in your answer, below some limit.

    A soft label may be as small as 1e-9. Where nothing larger stands beside it, the gradient it
    leads to is as small, and right all the same. Whether that matters depends on what it is
    compared with. From which size on is a number nothing? What would go wrong if you left it alone?
    """
    return _backward(params, cache, X, np.where(Y > 1e-8, Y, 0.0), hidden)


@mistake(same_as="backward__small_labels_dropped")
def backward__small_gradients_dropped(params, cache, X, Y, hidden="tanh"):
    grads = _backward(params, cache, X, Y, hidden)
    return {name: np.where(np.abs(grad) < 1e-6, 0.0, grad) for name, grad in grads.items()}


def backward__clipped(params, cache, X, Y, hidden="tanh"):
    """You clip the gradients.

    Clipping changes where the gradient points, not only how long it is. Some people do it in
    training, on purpose and by a limit of their choice; a derivative knows of no limit. What
    happens to yours if all features are measured in a unit that is a thousand times smaller?
    """
    grads = _backward(params, cache, X, Y, hidden)
    return {name: np.clip(grad, -100, 100) for name, grad in grads.items()}


def update__gradients_clipped(params, grads, lr):
    """You clip the gradients before the step.

    Many people do that in training, on purpose and by a limit of their choice. Here nobody has
    asked for it: the step is the learning rate times the gradient, whatever its size. Who would
    have to name the limit, and under which name does it stand among the arguments?
    """
    return {
        name: value - lr * np.clip(grads["d" + name], -100, 100) for name, value in params.items()
    }


def update__small_gradients_dropped(params, grads, lr):
    """You skip gradients below some limit, so their parameters do not move at all.

    A parameter that is 0 moves far by a step of 1e-9, compared with where it was; and many small
    steps make a large one. From which size on is a step none? What would go wrong if you took it?
    """
    grads = {name: np.where(np.abs(grad) < 1e-6, 0.0, grad) for name, grad in grads.items()}
    return _update(params, grads, lr)


@mistake(same_as="train__stops_early")
def train__stops_when_the_cost_hardly_changes(params, X, Y, lr, steps, hidden="tanh"):
    costs = []
    for _ in range(steps):
        _, cache = _forward(params, X, hidden)
        costs.append(_cost(cache, Y))
        if len(costs) > 1 and abs(costs[-1] - costs[-2]) < 1e-8:
            break
        params = _update(params, _backward(params, cache, X, Y, hidden), lr)
    return params, costs


def train__stops_when_the_cost_rises(params, X, Y, lr, steps, hidden="tanh"):
    """You stop before all steps are made, as soon as the cost rises.

    With a large learning rate it may rise once and fall again later. And the caller, who asked for
    a number of steps and as many costs, should see that it rose. What decides here when training
    ends?
    """
    costs = []
    for _ in range(steps):
        _, cache = _forward(params, X, hidden)
        costs.append(_cost(cache, Y))
        if len(costs) > 1 and costs[-1] > costs[-2]:
            break
        params = _update(params, _backward(params, cache, X, Y, hidden), lr)
    return params, costs


def train__best_parameters_returned(params, X, Y, lr, steps, hidden="tanh"):
    """You return the parameters with the lowest cost on the way; those after the last step are
    asked.

    As long as the cost falls they are nearly the same, which hides it. If it rises, your costs tell
    of parameters that the caller does not get. To which step do the parameters belong that the
    contract names? And where would the caller go on, if training were continued?
    """
    costs, best, lowest = [], params, np.inf
    for _ in range(steps):
        _, cache = _forward(params, X, hidden)
        costs.append(_cost(cache, Y))
        params = _update(params, _backward(params, cache, X, Y, hidden), lr)
        cost = _cost(_forward(params, X, hidden)[1], Y)
        if cost < lowest:
            best, lowest = params, cost
    return best, costs


def train__gradients_clipped(params, X, Y, lr, steps, hidden="tanh"):
    """You clip the gradients in each step.

    Many people do that, on purpose and by a limit of their choice. Here nobody has asked for it: a
    step is the learning rate times the gradient, whatever its size. Who would have to name the
    limit, and under which name does it stand among the arguments?
    """

    def step(old, cache):
        grads = _backward(old, cache, X, Y, hidden)
        return _update(old, {name: np.clip(grad, -1, 1) for name, grad in grads.items()}, lr)

    return _rounds(params, X, Y, lr, steps, hidden, step)
