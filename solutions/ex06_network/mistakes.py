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

    The logits are squeezed (tanh) or lose their negative half (relu) before the softmax sees them.
    With tanh a logit of 3 becomes 0.995, so no class can ever be nearly certain. Which of the two
    layers does `hidden` speak of?
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

    Two linear layers, one on top of the other, are one linear layer: 3 times 2x is just 6x. Such a
    network cannot bend its borders between the classes. What should happen to Z1 before the second
    layer gets it?
    """
    Z1 = params["W1"] @ X + params["b1"]
    Z2 = params["W2"] @ Z1 + params["b2"]
    return _pair(Z1, Z1, Z2, _softmax(Z2))


def forward__second_layer_fed_with_z1(params, X, hidden="tanh"):
    """You compute A1, and then feed the second layer with Z1.

    So the activation has no effect on the probabilities. With relu a unit at -2 should hand on 0,
    but your logits still get the -2. A1 is in the cache, and nobody uses it. What goes into the
    second layer?
    """
    Z1 = params["W1"] @ X + params["b1"]
    Z2 = params["W2"] @ Z1 + params["b2"]
    return _pair(Z1, _activation(Z1, hidden), Z2, _softmax(Z2))


def forward__activation_on_the_features(params, X, hidden="tanh"):
    """You apply the activation to X, before the first layer; behind that layer there is none.

    With relu a feature of -3 is lost before any weight has seen it, and tanh can hardly tell 5 from
    50. An activation belongs between the two layers. What does it get to see there: features, or
    weighted sums of them?
    """
    Z1 = params["W1"] @ _activation(X, hidden) + params["b1"]
    Z2 = params["W2"] @ Z1 + params["b2"]
    return _pair(Z1, Z1, Z2, _softmax(Z2))


@mistake(worth=0.5)  # one wrong name for the same idea
def forward__always_tanh(params, X, hidden="tanh"):
    """You compute tanh whatever `hidden` says.

    With relu every hidden unit comes out wrong: at 2 it should give 2, and you give 0.96; at -2 it
    should give 0. Which argument tells you what to use, and do you compare it with the very text
    that is handed over?
    """
    return _forward(params, X, "tanh")


@mistake(same_as="forward__always_tanh")
def forward__name_of_relu_misspelt(params, X, hidden="tanh"):
    return _forward(params, X, "relu" if hidden == "ReLU" else "tanh")


def forward__always_relu(params, X, hidden="tanh"):
    """You compute relu whatever `hidden` says.

    With tanh, and when nothing is said, the hidden layer comes out wrong. At -2 tanh gives -0.96,
    and you give 0; at 2 it gives 0.96, and you give 2. What is the default of `hidden`, and where
    do you look at it?
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

    Hidden units are no classes, and nothing makes them share 1 among themselves. A layer with a
    single unit would always give 1, whatever the features are. Which function works on each of them
    by itself?
    """
    Z1 = params["W1"] @ X + params["b1"]
    A1 = _softmax(Z1)
    Z2 = params["W2"] @ A1 + params["b2"]
    return _pair(Z1, A1, Z2, _softmax(Z2))


def forward__sigmoid_at_the_output(params, X, hidden="tanh"):
    """Your output layer uses the sigmoid, so each class is judged without the others.

    The columns of A2 do not sum to 1. For the logits 0, 0, 0 you give 1/2 three times, and each
    class should get 1/3. Which function turns n logits into n probabilities?
    """
    Z1 = params["W1"] @ X + params["b1"]
    A1 = _activation(Z1, hidden)
    Z2 = params["W2"] @ A1 + params["b2"]
    return _pair(Z1, A1, Z2, 1 / (1 + np.exp(-Z2)))


def forward__logits_returned(params, X, hidden="tanh"):
    """You return the logits: the last step is missing.

    Logits may be negative and sum to anything. Add 7 to all logits of an example and your A2 grows
    by 7, where the probabilities should stay as they are. What makes probabilities of logits?
    """
    Z1 = params["W1"] @ X + params["b1"]
    A1 = _activation(Z1, hidden)
    Z2 = params["W2"] @ A1 + params["b2"]
    return _pair(Z1, A1, Z2, Z2)


def forward__leaky_relu(params, X, hidden="tanh"):
    """Your relu lets a small part of the negative numbers through.

    That is a function of its own, called leaky relu. It keeps units that are off in touch with the
    gradient, but it is not what `hidden` asks for. At -200 yours gives -2. What does the plain one
    make of -200?
    """
    Z1 = params["W1"] @ X + params["b1"]
    A1 = np.tanh(Z1) if hidden == "tanh" else np.where(Z1 > 0, Z1, 0.01 * Z1)
    Z2 = params["W2"] @ A1 + params["b2"]
    return _pair(Z1, A1, Z2, _softmax(Z2))


def forward__relu_as_a_step(params, X, hidden="tanh"):
    """For relu you return whether the unit is on, 0 or 1, and not how strongly.

    A unit at 2 and one at 200 look the same to the second layer. What you have is the slope of
    relu, which is needed on the way back. What is relu itself at 2?
    """
    Z1 = params["W1"] @ X + params["b1"]
    A1 = np.tanh(Z1) if hidden == "tanh" else (Z1 > 0).astype(float)
    Z2 = params["W2"] @ A1 + params["b2"]
    return _pair(Z1, A1, Z2, _softmax(Z2))


def forward__relu_with_absolute_values(params, X, hidden="tanh"):
    """For relu you take the absolute value, so -2 becomes 2.

    Then the features that should switch a unit off switch it on as strongly. relu turns none of the
    negative numbers around: a unit at -2 and one at -5 have the same output. What should become of
    both?
    """
    Z1 = params["W1"] @ X + params["b1"]
    A1 = np.tanh(Z1) if hidden == "tanh" else np.abs(Z1)
    Z2 = params["W2"] @ A1 + params["b2"]
    return _pair(Z1, A1, Z2, _softmax(Z2))


def forward__relu_in_place(params, X, hidden="tanh"):
    """Your relu writes into Z1: in the cache Z1 and A1 hold the same numbers.

    A second name for an array is no copy of it. A1 is right, but where Z1 should keep a -2 there is
    0 now. Which of your lines makes A1, and does it make a new array?
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

    There tanh is simply 1. At z = 400 your unit gives nan, and with it every probability of that
    example is nan. Which form of tanh cannot overflow, and does NumPy have one?
    """
    Z1 = params["W1"] @ X + params["b1"]
    E = np.exp(2 * Z1)
    A1 = (E - 1) / (E + 1) if hidden == "tanh" else np.maximum(0, Z1)
    Z2 = params["W2"] @ A1 + params["b2"]
    return _pair(Z1, A1, Z2, _softmax(Z2))


# forward: weights, biases and axes.


def forward__no_biases(params, X, hidden="tanh"):
    """You leave out both biases.

    Without them every network gives equal probabilities at x = 0: both activations are 0 at 0, so
    all logits are 0 too. Three classes would have 1/3 each, whatever was learned. What is added to
    W1 X, and what to W2 A1?
    """
    Z1 = params["W1"] @ X
    A1 = _activation(Z1, hidden)
    Z2 = params["W2"] @ A1
    return _pair(Z1, A1, Z2, _softmax(Z2))


def forward__no_bias_in_the_hidden_layer(params, X, hidden="tanh"):
    """You leave out b1; b2 is in its place.

    Each layer has a bias of its own. With x = 0 all your hidden units give 0, with any weights:
    only b1 could tell them apart there. What is Z1 for x = 0, if the bias of a unit is 0.5?
    """
    Z1 = params["W1"] @ X
    A1 = _activation(Z1, hidden)
    Z2 = params["W2"] @ A1 + params["b2"]
    return _pair(Z1, A1, Z2, _softmax(Z2))


def forward__no_bias_at_the_output(params, X, hidden="tanh"):
    """You leave out b2; b1 is in its place.

    Each layer has a bias of its own, and that of the output says how common a class is. If all
    hidden units give 0, your classes are equally probable, also with a b2 of 5, 0 and 0. What is Z2
    there?
    """
    Z1 = params["W1"] @ X + params["b1"]
    A1 = _activation(Z1, hidden)
    Z2 = params["W2"] @ A1
    return _pair(Z1, A1, Z2, _softmax(Z2))


def forward__flat_biases(params, X, hidden="tanh"):
    """You lay the biases along the examples, where each unit should have its own.

    If there are as many units as examples, nobody complains. With the biases 0.1 and 0.2 the first
    example then gets 0.1 in both units, and the second 0.2. Which shape must a bias have so that
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

    If all sizes are the same this goes through, and otherwise the shapes do not fit. For 4 hidden
    units and 2 features W1 is (4, 2), and its transpose (2, 4) cannot meet an X with two rows. What
    do the rows of W1 stand for, features or hidden units?
    """
    Z1 = params["W1"].T @ X + params["b1"]
    A1 = _activation(Z1, hidden)
    Z2 = params["W2"].T @ A1 + params["b2"]
    return _pair(Z1, A1, Z2, _softmax(Z2))


def forward__elementwise_products(params, X, hidden="tanh"):
    """You multiply weights and inputs entry by entry; a matrix product is meant.

    Each unit has to collect from all features. With the weights 1 and 2 and the features 3 and 4 it
    needs the single number 11, while * leaves 3 and 8. Which operator does that, and which shape
    does it give for (h, d) and (d, m)?
    """
    Z1 = params["W1"] * X + params["b1"]
    A1 = _activation(Z1, hidden)
    Z2 = params["W2"] * A1 + params["b2"]
    return _pair(Z1, A1, Z2, _softmax(Z2))


def forward__examples_in_rows(params, X, hidden="tanh"):
    """Everything you return is transposed: your examples lie in rows.

    The numbers are right. But for 3 classes and 5 examples A2 comes back as (5, 3), and Y is (3,
    5): nothing that compares the two will work. Which axis of X, and of all that comes out, belongs
    to the examples in this course?
    """
    A2, cache = _forward(params, X, hidden)
    return A2.T, {name: value.T for name, value in cache.items()}


@mistake(worth=0.5)  # the right sum along the wrong axis
def forward__softmax_over_the_examples(params, X, hidden="tanh"):
    """Your softmax makes each row sum to 1, so the examples compete with each other.

    It is the classes of one example that share 1. With a single example each row has one entry, and
    you give every class the probability 1. Along which axis do the classes lie?
    """
    _, cache = _forward(params, X, hidden)
    E = np.exp(cache["Z2"] - cache["Z2"].max(axis=1, keepdims=True))
    A2 = E / E.sum(axis=1, keepdims=True)
    return A2, {**cache, "A2": A2}


def forward__softmax_without_shift(params, X, hidden="tanh"):
    """Your softmax takes the exponential of the logits as they come, and ends in nan.

    A network can produce logits in the thousands, but exp(710) is already beyond float64. Then inf
    is divided by inf. The logits 1000 and 999 are as harmless as 1 and 0. What did exercise 1 take
    off each column first?
    """
    _, cache = _forward(params, X, hidden)
    E = np.exp(cache["Z2"])
    A2 = E / E.sum(axis=0, keepdims=True)
    return A2, {**cache, "A2": A2}


def forward__softmax_with_one_global_max(params, X, hidden="tanh"):
    """Your softmax takes one maximum, that of the whole batch, off every column.

    An example that lies 800 below it underflows to zeros and ends in 0/0. Alone in the batch, the
    same example would come out right. Whose maximum does each column need?
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

    A class may really be as unlikely as 1e-100, and you make it 1e-15. A class that is certain no
    longer has 1. Which later step was the clip meant to protect, and does this function contain it?
    """
    A2, cache = _forward(params, X, hidden)
    A2 = np.clip(A2, 1e-15, 1 - 1e-15)
    return A2, {**cache, "A2": A2}


def forward__float32_inside(params, X, hidden="tanh"):
    """You compute in float32, which keeps about seven digits.

    In float32 a third is 0.33333334, and such errors grow with each sum and each layer. Turning the
    result back into float64 does not bring the other digits back. Which line makes the numbers
    shorter?
    """
    short = {name: value.astype(np.float32) for name, value in params.items()}
    A2, cache = _forward(short, X.astype(np.float32), hidden)
    return A2.astype(float), {name: value.astype(float) for name, value in cache.items()}


def forward__epsilon_in_the_softmax(params, X, hidden="tanh"):
    """Your softmax adds a small number to its denominator, so every probability is a little small.

    The result is right to some eight or ten digits only: two equal logits get a little less than
    0.5 each. The addition is meant against a division by 0. After subtracting the maximum, how
    small can the denominator become?
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

    The way back will need what was computed on the way up. Whoever writes `A2, cache =
    forward(...)` with three classes gets a ValueError, since an array of three rows does not split
    into two names. Which two things does the contract ask for?
    """
    return _forward(params, X, hidden)[0]


def forward__cache_first(params, X, hidden="tanh"):
    """You return the cache first and the probabilities second.

    Whoever unpacks your answer with `A2, cache = ...` gets each under the name of the other. Then
    A2.shape fails, for a dict has no shape. In which order does the contract name them?
    """
    A2, cache = _forward(params, X, hidden)
    return cache, A2


def forward__cache_as_a_tuple(params, X, hidden="tanh"):
    """Your cache is a tuple, where a dict is asked for.

    The way back looks things up by name. cache["A1"] stops with a TypeError, and a number such as
    cache[1] means something else as soon as you add an entry. Under which names should Z1, A1, Z2
    and A2 be found?
    """
    A2, cache = _forward(params, X, hidden)
    return A2, tuple(cache.values())


def forward__cache_without_the_output_layer(params, X, hidden="tanh"):
    """Your cache holds the hidden layer only.

    Four arrays are asked for, and two are there. The way back starts at the output, with a lookup
    in the cache, and stops with a KeyError at once. Which two arrays does the output layer make?
    """
    A2, cache = _forward(params, X, hidden)
    return A2, {"Z1": cache["Z1"], "A1": cache["A1"]}


def forward__squeezed(params, X, hidden="tanh"):
    """You drop the axes of length 1, so a single example comes back as a flat vector.

    (n,) and (n, 1) broadcast quite differently on the way back: (3,) minus (3, 1) is a (3, 3)
    table, without an error. With several examples you may never see it. Where does your code
    squeeze or index an axis away?
    """
    A2, cache = _forward(params, X, hidden)
    return np.squeeze(A2), {name: np.squeeze(value) for name, value in cache.items()}


def forward__lists(params, X, hidden="tanh"):
    """You return lists; the numbers in them are right.

    The way back will want to transpose and multiply them. A list has no .T, and a list minus
    another one is a TypeError, so the first line of backward fails. Which type did you receive?
    """
    A2, cache = _forward(params, X, hidden)
    return A2.tolist(), {name: value.tolist() for name, value in cache.items()}


def forward__cache_written_into_params(params, X, hidden="tanh"):
    """You put what you compute into the dict of the parameters.

    The caller's params has eight entries afterwards, and four of them are no parameters. A loop
    that updates whatever it finds in params then looks for a gradient "dZ1", and there is none.
    Which dict should the cache be?
    """
    A2, cache = _forward(params, X, hidden)
    params.update(cache)
    return A2, cache


# backward: from the labels to dZ2.


def backward__sign_turned_around(params, cache, X, Y, hidden="tanh"):
    """You start from Y - A2, so all your gradients point the other way.

    The cost would grow with every step: a true class with the probability 1/4 would have its logit
    lowered. If a wrong class has probability 0.3, should its logit's derivative be positive or
    negative?
    """
    return _from_dZ2(Y - cache["A2"], params, cache, X, hidden)


def backward__dA_taken_for_dZ(params, cache, X, Y, hidden="tanh"):
    """You start from -Y/A2, the derivative by the probabilities, as if it were that by the logits.

    Between the two lies the softmax. For 1/2, 1/4, 1/4 and the second class true you start from 0,
    -4, 0, so the false classes learn nothing. What did exercise 4 find for both steps together?
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

    The derivative of the softmax is in A2 - Y already. Where a true class has the probability
    0.001, your error is about 0.001 and not about 1: the worst answers learn least. What is left to
    multiply by?
    """
    A2 = cache["A2"]
    return _from_dZ2((A2 - Y) * A2 * (1 - A2), params, cache, X, hidden)


def backward__output_squeezed_by_the_slope_of_tanh(params, cache, X, Y, hidden="tanh"):
    """You multiply A2 - Y by 1 - A2^2, the slope of tanh; but the output layer is no tanh.

    The derivative of the softmax is in A2 - Y already. Where a false class has the probability 0.9,
    you make 0.17 of its error of 0.9. To which layer does `hidden` belong?
    """
    A2 = cache["A2"]
    return _from_dZ2((A2 - Y) * (1 - A2**2), params, cache, X, hidden)


def backward__two_steps_with_division(params, cache, X, Y, hidden="tanh"):
    """You go through -Y/A2 and the softmax Jacobian in two steps, and divide by probabilities.

    Where a probability is 0 that is 0/0, and the whole gradient becomes nan. The contract lets A2
    hold zeros where Y is 0, and a few logits 800 apart make them. Which shorter way needs no
    division?
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

    For one-hot labels that is the same as subtracting Y, and for soft ones it is not. With the
    labels 0.6 and 0.4 you take off 1 or nothing, never 0.6 or 0.4. What does the formula subtract?
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

    Nearly every entry becomes 0 then: 0.3 does, and -0.7 as well. With labels such as 1.0 nothing
    shows. Which dtype does zeros_like or empty_like give you, and which one do you need?
    """
    dZ2 = np.zeros_like(Y)
    dZ2[:] = cache["A2"] - Y
    return _from_dZ2(dZ2, params, cache, X, hidden)


# backward: where 1/m enters.


def backward__sums_for_means(params, cache, X, Y, hidden="tanh"):
    """Your gradients are sums over the examples: 1/m is missing everywhere.

    J is a mean. With one example nothing shows, and with a hundred your steps are a hundred times
    as long. What happens to your gradients if every example is there twice, and what should happen?
    """
    grads = _backward(params, cache, X, Y, hidden)
    return {name: value * X.shape[1] for name, value in grads.items()}


def backward__divided_twice(params, cache, X, Y, hidden="tanh"):
    """You divide by m twice, in dZ2 and again in all that follows.

    J is a mean and has one 1/m. With ten examples all your gradients are a tenth of what they
    should be, and with one example they are right. At which single place do you want to have the
    1/m?
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

    The gradient of a mean is a mean for every parameter. With ten examples your biases run ten
    times as fast as the weights; with one, nothing shows. What is a bias's gradient averaged over?
    """
    grads = _backward(params, cache, X, Y, hidden)
    m = X.shape[1]
    return {**grads, "db1": m * grads["db1"], "db2": m * grads["db2"]}


def backward__first_layer_not_divided(params, cache, X, Y, hidden="tanh"):
    """The second layer's gradients have a 1/m, and the first layer's have none.

    Both belong to the same mean. With fifty examples the first layer moves fifty times as far as it
    should; with one, nothing shows. Where have you put the 1/m, and does it reach dW1 and db1?
    """
    grads = _backward(params, cache, X, Y, hidden)
    m = X.shape[1]
    return {**grads, "dW1": m * grads["dW1"], "db1": m * grads["db1"]}


def backward__features_counted_for_examples(params, cache, X, Y, hidden="tanh"):
    """You divide by the number of rows, and rows are no examples.

    shape[0] of X counts features, shape[0] of Y counts classes. With 2 features, 3 classes and 100
    examples you divide by 2 or by 3, where it should be by 100. Which axis counts the examples?
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

    The cost is a mean over examples, while the classes of an example are summed. With 3 classes and
    10 examples you divide by 30, and each gradient is a third of the right one. By what should you
    divide?
    """
    dZ2 = cache["A2"] - Y
    dZ1 = params["W2"].T @ dZ2 * _slope(cache, hidden)
    return _gradients(dZ1, dZ2, cache["A1"], X, Y.size)


# backward: down to the hidden layer.


def backward__no_slope(params, cache, X, Y, hidden="tanh"):
    """You go from the second layer to the first without the slope of the activation.

    dW2 and db2 are right. But a relu unit that is off cannot pass anything on, and a tanh unit at z
    = 5 hardly can. You treat both as fully open. What stands between Z1 and A1, and what is its
    derivative?
    """
    return _from_slope(1.0, params, cache, X, Y)


def backward__activation_for_its_slope(params, cache, X, Y, hidden="tanh"):
    """You multiply by the activation itself where its slope is needed.

    dW2 and db2 are right. A tanh unit at z = 0 gives 0, so you let nothing through where it is
    steepest. A relu unit at z = 3 passes on three times too much. What is the slope in these two
    places?
    """
    return _from_slope(cache["A1"], params, cache, X, Y)


def backward__pre_activation_in_the_slope(params, cache, X, Y, hidden="tanh"):
    """You square Z1 in the slope of tanh: 1 - Z1^2.

    At z = 3 that is -8. But tanh never falls, and it is nowhere steeper than 1, so every slope lies
    between 0 and 1. Of which array is the square meant?
    """
    slope = 1 - cache["Z1"] ** 2 if hidden == "tanh" else _slope(cache, hidden)
    return _from_slope(slope, params, cache, X, Y)


def backward__tanh_taken_twice(params, cache, X, Y, hidden="tanh"):
    """You take tanh once more, of A1, before you square it in the slope.

    A1 is a tanh already. At z = 1 the slope is 0.42, and you find 0.59; the larger z is, the
    further you are off. In 1 - tanh(z)^2, is z the input of the activation or its output?
    """
    slope = 1 - np.tanh(cache["A1"]) ** 2 if hidden == "tanh" else _slope(cache, hidden)
    return _from_slope(slope, params, cache, X, Y)


def backward__square_forgotten(params, cache, X, Y, hidden="tanh"):
    """Your slope of tanh is 1 - A1; a square is missing.

    tanh is odd, so its slope is the same at z and at -z. Yours is 0.24 at z = 1 and 1.76 at z = -1,
    though tanh is nowhere steeper than 1. How can A1 and -A1 come to count alike?
    """
    slope = 1 - cache["A1"] if hidden == "tanh" else _slope(cache, hidden)
    return _from_slope(slope, params, cache, X, Y)


def backward__slope_of_the_sigmoid(params, cache, X, Y, hidden="tanh"):
    """Your slope is A1(1 - A1), which belongs to the sigmoid.

    For tanh it would be 0 at z = 0, where tanh is steepest. At z = -1 yours is even negative, about
    -1.34, and tanh never falls. What does the quotient rule give for tanh?
    """
    slope = cache["A1"] * (1 - cache["A1"]) if hidden == "tanh" else _slope(cache, hidden)
    return _from_slope(slope, params, cache, X, Y)


def backward__hyperbolic_secant_not_squared(params, cache, X, Y, hidden="tanh"):
    """Your slope of tanh is 1/cosh(z), without the square.

    It is right at z = 0 and too large everywhere else: at z = 1 you have 0.65, and tanh rises by
    0.42 only. What remains of the quotient rule's denominator when you differentiate
    sinh(z)/cosh(z)?
    """
    slope = 1 / np.cosh(cache["Z1"]) if hidden == "tanh" else _slope(cache, hidden)
    return _from_slope(slope, params, cache, X, Y)


@mistake(worth=0.5)  # one wrong name for the same idea
def backward__slope_of_tanh_for_relu(params, cache, X, Y, hidden="tanh"):
    """You use the slope of tanh whatever `hidden` says.

    With relu, 1 - A1^2 means nothing: a unit with A1 = 3 gets -8, as if more input gave less
    output. A unit that is off gets 1. What is the slope of relu where a unit is on, and what where
    it is off?
    """
    return _from_slope(1 - cache["A1"] ** 2, params, cache, X, Y)


def backward__slope_of_relu_for_tanh(params, cache, X, Y, hidden="tanh"):
    """You use the slope of relu whatever `hidden` says.

    tanh is nowhere flat, and nowhere but at 0 as steep as 1. At z = 2 its slope is 0.07, and you
    take 1; at z = -2 it is the same, and you take 0. What is the default of `hidden`?
    """
    return _from_slope(cache["Z1"] > 0, params, cache, X, Y)


def backward__relu_never_off(params, cache, X, Y, hidden="tanh"):
    """Your slope of relu is 1 everywhere.

    A unit that is off has A1 = 0, so asking for A1 >= 0 is always answered with yes. At z = -5 a
    small change of z changes nothing, and yet you send the error through. What tells a unit that is
    on from one that is off?
    """
    slope = _slope(cache, hidden) if hidden == "tanh" else cache["A1"] >= 0
    return _from_slope(slope, params, cache, X, Y)


def backward__relu_reversed(params, cache, X, Y, hidden="tanh"):
    """Your slope of relu is 1 where the unit is off, and 0 where it is on.

    A unit at z = 3 hands on 3, and at z = 3.1 it hands on 3.1. One at -3 gives 0, and at -3.1 still
    0. Through which of the two can a small change of Z1 be felt?
    """
    slope = _slope(cache, hidden) if hidden == "tanh" else cache["Z1"] < 0
    return _from_slope(slope, params, cache, X, Y)


def backward__gradient_for_the_weights(params, cache, X, Y, hidden="tanh"):
    """On the way down you multiply by dW2, the gradient; the weights themselves are W2.

    Their shapes are the same, which hides it. Near the end of training dW2 is almost 0, and your
    first layer would stand still although its weights still matter. Through which numbers does a
    hidden unit reach the logits?
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

    Both arrays have the shape (h, m), so with 4 units and 5 examples NumPy refuses. Only if h = m
    it goes through, and mixes the examples. The activation works on each entry by itself, and so
    does its derivative. Which product keeps the entries apart?
    """
    dZ2 = cache["A2"] - Y
    dZ1 = np.dot(np.dot(params["W2"].T, dZ2), _slope(cache, hidden))
    return _gradients(dZ1, dZ2, cache["A1"], X, X.shape[1])


# backward: out to weights and biases.


def backward__second_layer_with_z1(params, cache, X, Y, hidden="tanh"):
    """In dW2 you use Z1 where A1 belongs.

    The gradient of a weight has the number that went into that weight on the way up. From a unit at
    z = 5 that was about 1 with tanh, and from one at -5 nothing with relu. What went into the
    second layer?
    """
    grads = _backward(params, cache, X, Y, hidden)
    return {**grads, "dW2": (cache["A2"] - Y) @ cache["Z1"].T / X.shape[1]}


def backward__second_layer_with_features(params, cache, X, Y, hidden="tanh"):
    """In dW2 you use X where A1 belongs.

    Unless there are as many features as hidden units, even the shape is wrong. With 3 classes, 4
    hidden units and 2 features W2 is (3, 4), and your dW2 is (3, 2). What went into the second
    layer on the way up?
    """
    grads = _backward(params, cache, X, Y, hidden)
    return {**grads, "dW2": (cache["A2"] - Y) @ X.T / X.shape[1]}


def backward__first_layer_with_a1(params, cache, X, Y, hidden="tanh"):
    """In dW1 you use A1 where X belongs.

    Unless there are as many features as hidden units, even the shape is wrong. With 4 hidden units
    and 2 features W1 is (4, 2), and your dW1 is (4, 4). What went into the first layer on the way
    up?
    """
    grads = _backward(params, cache, X, Y, hidden)
    dZ1 = params["W2"].T @ (cache["A2"] - Y) * _slope(cache, hidden)
    return {**grads, "dW1": dZ1 @ cache["A1"].T / X.shape[1]}


def backward__weights_transposed(params, cache, X, Y, hidden="tanh"):
    """The gradients of your weights are transposed.

    A gradient has the shape of what it belongs to. With 4 hidden units and 2 features W1 is (4, 2),
    and your dW1 is (2, 4). A step cannot take one off the other. In which order do the two factors
    have to stand, and which of them is transposed?
    """
    grads = _backward(params, cache, X, Y, hidden)
    return {**grads, "dW1": grads["dW1"].T, "dW2": grads["dW2"].T}


def backward__biases_summed_over_units(params, cache, X, Y, hidden="tanh"):
    """You sum the bias gradients over the units; what is left has one number per example.

    In the output layer it is always 0, since each column of A2 and each column of Y sums to 1. A
    bias belongs to a unit and meets all examples. Which of the two axes has to disappear?
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

    For the output layer that number is always 0. If two classes need +0.2 and -0.2, neither can get
    it from your sum. Along which axis alone should be summed?
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

    Subtracted from the biases they would give square arrays, without any error: (3, 1) minus (3,)
    is (3, 3). The next forward pass then works with nine biases, not three. How do you keep an axis
    that you sum over?
    """
    grads = _backward(params, cache, X, Y, hidden)
    return {**grads, "db1": grads["db1"].ravel(), "db2": grads["db2"].ravel()}


def backward__biases_not_summed(params, cache, X, Y, hidden="tanh"):
    """Your bias gradients are dZ1 and dZ2 as they are, with a column for each example.

    One bias serves all examples. With 3 classes and 5 examples you have 15 numbers for 3 biases,
    and a step would blow b2 up to (3, 5). What has to happen to the m derivatives of a bias?
    """
    dZ2 = cache["A2"] - Y
    dZ1 = params["W2"].T @ dZ2 * _slope(cache, hidden)
    return {**_backward(params, cache, X, Y, hidden), "db1": dZ1, "db2": dZ2}


def backward__only_the_last_example(params, cache, X, Y, hidden="tanh"):
    """Your loop over the examples overwrites what it found before, so only the last one counts.

    The gradient is a mean over all of them. If four examples ask for 1, 1, 1 and -3, the mean is 0,
    and you return -3/4. What should happen to the results of the earlier rounds?
    """
    m = X.shape[1]
    for k in range(m):
        one = {name: value[:, k : k + 1] for name, value in cache.items()}
        grads = _backward(params, one, X[:, k : k + 1], Y[:, k : k + 1], hidden)
    return {name: value / m for name, value in grads.items()}


def backward__weight_decay(params, cache, X, Y, hidden="tanh"):
    """You add a multiple of the weights to their gradients.

    That is weight decay, and it belongs to another cost, one with a penalty on large weights. If Y
    = A2 all gradients should be 0, but yours still pull at a weight of 5. Is there such a term in J
    here?
    """
    grads = _backward(params, cache, X, Y, hidden)
    decay = {f"dW{i}": grads[f"dW{i}"] + 0.01 * params[f"W{i}"] for i in (1, 2)}
    return {**grads, **decay}


# backward: digits, types and side effects.


@mistake(worth=0.5, at_most=True)  # the formula is asked for
def backward__by_differences(params, cache, X, Y, hidden="tanh"):
    """You measure the gradients by changing each parameter a little, and not by formulas.

    That costs two forward passes for every single number and half of the digits: a layer with 1000
    weights needs 2000 passes for one step. Exercise 7 measures gradients, to check yours. If they
    are measured too, what would you check there?
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

    Whoever updates the parameters looks the gradients up by name: to move W1, update asks for one
    entry, and a tuple answers with a TypeError. Nobody should have to remember which number comes
    third. Under which four names should the gradients be found?
    """
    return tuple(_backward(params, cache, X, Y, hidden).values())


def backward__names_of_the_parameters(params, cache, X, Y, hidden="tanh"):
    """Your gradients carry the names of the parameters.

    W1 is a weight, and its gradient is called something else here. Put into one dict with the
    parameters, your entries would overwrite the weights. And update finds nothing under the name
    that it looks for. Which letter is missing?
    """
    grads = _backward(params, cache, X, Y, hidden)
    return {name[1:]: value for name, value in grads.items()}


def backward__lists(params, cache, X, Y, hidden="tanh"):
    """You return lists; the numbers in them are right.

    A learning rate times a list is an error: 0.1 * [2.0] stops with a TypeError. And 3 * [2.0] is
    [2.0, 2.0, 2.0], not [6.0]. So no step can be taken with your gradients. Which type did you
    receive?
    """
    return {name: g.tolist() for name, g in _backward(params, cache, X, Y, hidden).items()}


def backward__labels_taken_off_in_place(params, cache, X, Y, hidden="tanh"):
    """Your gradients are right, but the cache you were given is not the same afterwards.

    A new name for an array is no new array. An operation such as -= writes into the old one, and so
    does an assignment to some of its entries. A second call with that cache gives other gradients.
    Which array of the cache does that happen to?
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


@mistake(worth=0.5)  # one sign
def update__uphill(params, grads, lr):
    """You add the gradient, so every step goes uphill and the cost grows.

    A gradient points to where the cost grows fastest. From W1 = 1 with dW1 = 2 and lr = 0.1 you go
    to 1.2, where the docstring has 0.8. Which way do you want to go?
    """
    return {name: value + lr * grads["d" + name] for name, value in params.items()}


def update__no_learning_rate(params, grads, lr):
    """You take off the whole gradient; the learning rate plays no part.

    Then nobody can choose how long the steps are. From W1 = 1 with dW1 = 2 and lr = 0.1 you jump to
    -1, and the docstring has 0.8. Your step is ten times as long. Where does lr belong?
    """
    return {name: value - grads["d" + name] for name, value in params.items()}


def update__only_the_step(params, grads, lr):
    """You return the steps, not the parameters after them.

    The new parameters are the old ones plus a step. For W1 = 1, dW1 = 2 and lr = 0.1 you return
    -0.2, and the docstring's answer is 0.8. What is missing from your sum?
    """
    return {name: -lr * grads["d" + name] for name in params}


def update__weights_only(params, grads, lr):
    """You move the weights and leave the biases where they were.

    Biases are learned like everything else. With lr = 0.1 a bias of 1 whose gradient is 2 should
    become 0.8; in your dict it is still 1. Which four entries does grads have, and which of them do
    you read?
    """
    moved = {name: params[name] - lr * grads["d" + name] for name in ("W1", "W2")}
    return {**{name: value.copy() for name, value in params.items()}, **moved}


def update__shrinks_the_parameters(params, grads, lr):
    """You take off the learning rate times the parameter itself, and the gradient plays no part.

    So every parameter shrinks towards 0, wherever the cost falls. From W1 = 1 with lr = 0.1 you
    always go to 0.9, whether dW1 is 2 or -2. What should lr be multiplied by?
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

    The caller expects a new dict, and the old one as it was. After params = update(params, grads,
    lr) the name params stands for None, and the next forward pass fails. What does a function
    without a return statement give back?
    """
    for name in params:
        params[name] -= lr * grads["d" + name]


def update__tuple(params, grads, lr):
    """You return a tuple, where a dict is asked for.

    The next forward pass looks the parameters up by name: params["W1"] on a tuple is a TypeError.
    So training stops after its first step, though all four arrays are right. Under which four names
    should they be found?
    """
    return tuple(_update(params, grads, lr).values())


def update__names_of_the_gradients(params, grads, lr):
    """Your new parameters carry the names of the gradients.

    The numbers are right, but the next forward pass looks for W1, b1, W2 and b2. It finds dW1 and
    the others, and stops with a KeyError. Which letter is one too many, and where do you build the
    name?
    """
    return {"d" + name: value for name, value in _update(params, grads, lr).items()}


def update__float32(params, grads, lr):
    """You return float32, which drops half of the digits.

    The numbers are right to about seven digits. Near 1 the next float32 is 0.0000001 away, so a
    step much smaller than that does not move the weight at all. Which dtype did you receive, and
    where does yours change?
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


@mistake(worth=0.5)  # a loop that ends one too early, or begins one too late
def train__cost_after_the_step(params, X, Y, lr, steps, hidden="tanh"):
    """You measure the cost after each step; it should be measured before.

    The parameters are right, and your costs are the right ones shifted by one place. With steps = 1
    the docstring asks for the cost of the parameters that were given. To which parameters does your
    costs[0] belong?
    """
    costs = []
    for _ in range(steps):
        _, cache = _forward(params, X, hidden)
        params = _update(params, _backward(params, cache, X, Y, hidden), lr)
        costs.append(_cost(_forward(params, X, hidden)[1], Y))
    return params, costs


@mistake(worth=0.5)  # a loop that ends one too early, or begins one too late
def train__one_cost_too_many(params, X, Y, lr, steps, hidden="tanh"):
    """You record the cost after the last step too: steps + 1 numbers.

    One cost belongs to each step, the one from before it. With steps = 100 your list has 101
    entries, and a plot against range(100) refuses them. How many costs are there for one step?
    """
    params, costs = _rounds(params, X, Y, lr, steps, hidden)
    return params, [*costs, _cost(_forward(params, X, hidden)[1], Y)]


@mistake(worth=0.5)  # a loop that ends one too early, or begins one too late
def train__one_step_short(params, X, Y, lr, steps, hidden="tanh"):
    """Your loop makes one step too few.

    range(1, steps) leaves out steps itself, and it begins with 1 in place of 0: range(1, 4) has the
    three numbers 1, 2 and 3. So the parameters stop short, and one cost is missing. How many rounds
    does it make for steps = 1?
    """
    return _rounds(_copied(params), X, Y, lr, steps - 1, hidden)


@mistake(worth=0.5)  # a loop that ends one too early, or begins one too late
def train__one_step_too_many(params, X, Y, lr, steps, hidden="tanh"):
    """Your loop makes one step too many.

    range(steps + 1) counts from 0 up to steps, so range(4) makes four rounds where steps is 3. The
    parameters have moved once too often, and there is one cost too many. How many rounds does it
    make for steps = 1?
    """
    return _rounds(params, X, Y, lr, steps + 1, hidden)


def train__every_tenth_cost(params, X, Y, lr, steps, hidden="tanh"):
    """You record the cost of every tenth step only.

    That is fine for printing, but the list then says little about the steps. Of 25 steps it holds
    three costs, and costs[2] belongs to step 20. How many numbers are asked for, and which step
    should costs[2] belong to?
    """
    params, costs = _rounds(params, X, Y, lr, steps, hidden)
    return params, costs[::10]


def train__stops_early(params, X, Y, lr, steps, hidden="tanh"):
    """You stop before all steps are made, when the cost hardly changes any more.

    The caller asks for a number of steps, and for as many costs. Costs often stay level for a while
    and then fall again, and your training does not live to see it. What decides here when training
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

    All your costs are the same, from the first to the last. update leaves its arguments alone and
    gives back a new dict, as x + 1 does not change x. Under which name should the new parameters go
    on?
    """
    return _rounds(_copied(params), X, Y, lr, steps, hidden, lambda old, cache: old)


def train__forward_only_once(params, X, Y, lr, steps, hidden="tanh"):
    """You go forward once, before the loop, and use that cache for all steps.

    After the first step it belongs to parameters that are gone. All your costs are the same number,
    although the parameters do move. What has to be computed anew in every round?
    """
    _, cache = _forward(params, X, hidden)
    costs = []
    for _ in range(steps):
        costs.append(_cost(cache, Y))
        params = _update(params, _backward(params, cache, X, Y, hidden), lr)
    return params, costs


def train__gradients_only_once(params, X, Y, lr, steps, hidden="tanh"):
    """You compute the gradients once, and take every step in that same direction.

    The costs are new in each round, but the slope changes with the parameters too. On the curve w^2
    it is 2 at w = 1 and only 1 at w = 1/2. With the old slope you run on, past the lowest place.
    Which calls belong inside the loop?
    """
    grads = _backward(params, _forward(params, X, hidden)[1], X, Y, hidden)
    return _rounds(params, X, Y, lr, steps, hidden, lambda old, cache: _update(old, grads, lr))


def train__new_w2_in_backprop(params, X, Y, lr, steps, hidden="tanh"):
    """You correct W2 first, and then send the error down through the corrected W2.

    All four gradients belong to the parameters of the forward pass. Say that W2 = 1 and dW2 = 2
    with lr = 0.1. You multiply by 0.8 on the way down, but the logits were made with 1. Which W2
    should all four gradients see?
    """

    def step(old, cache):
        grads = _backward(old, cache, X, Y, hidden)
        new_w2 = old["W2"] - lr * grads["dW2"]
        late = _backward({**old, "W2": new_w2}, cache, X, Y, hidden)
        return _update(old, {**grads, "dW1": late["dW1"], "db1": late["db1"]}, lr)

    return _rounds(params, X, Y, lr, steps, hidden, step)


def train__one_example_at_a_time(params, X, Y, lr, steps, hidden="tanh"):
    """You make an update for every single example: m of them in each step.

    That is stochastic gradient descent. Here a step looks at all examples and moves once. With 5
    examples and 10 steps you make 50 updates, and the order of the examples matters. What is
    averaged before the parameters move?
    """

    def step(old, cache):
        for k in range(X.shape[1]):
            x, y = X[:, k : k + 1], Y[:, k : k + 1]
            old = _update(old, _backward(old, _forward(old, x, hidden)[1], x, y, hidden), lr)
        return old

    return _rounds(params, X, Y, lr, steps, hidden, step)


@mistake(worth=0.5)  # one sign
def train__uphill(params, X, Y, lr, steps, hidden="tanh"):
    """Your cost grows from step to step: you go along the gradient and not against it.

    The first cost is right. A derivative of 2 says that the cost grows if the parameter grows, and
    you make it grow. Which sign stands before the learning rate, and is the gradient itself turned
    around?
    """
    return _rounds(params, X, Y, -lr, steps, hidden)


def train__learning_rate_divided_by_m(params, X, Y, lr, steps, hidden="tanh"):
    """Your steps are too short by the factor m: 1/m is in them twice.

    The first cost is right. With 100 examples each step goes a hundredth of the way that lr asks
    for, so training seems to stand still. The gradients of a mean have their 1/m already; where
    does the second one come from?
    """
    return _rounds(params, X, Y, lr / X.shape[1], steps, hidden)


def train__learning_rate_times_m(params, X, Y, lr, steps, hidden="tanh"):
    """Your steps are too long by the factor m: they follow the gradient of a sum.

    The cost is a mean. With one example nothing shows, and with 100 a learning rate of 0.1 works
    like one of 10. What should happen to a step if every example is there twice?
    """
    return _rounds(params, X, Y, lr * X.shape[1], steps, hidden)


def train__learning_rate_decays(params, X, Y, lr, steps, hidden="tanh"):
    """You let the learning rate shrink from step to step.

    That can be useful, but the contract says that it is the same in every step. At 1 % less per
    step only about 37 % of it is left after 100 steps. Which line changes the rate?
    """
    rate = [lr]

    def step(old, cache):
        new = _update(old, _backward(old, cache, X, Y, hidden), rate[0])
        rate[0] *= 0.99
        return new

    return _rounds(params, X, Y, lr, steps, hidden, step)


def train__starts_at_random(params, X, Y, lr, steps, hidden="tanh"):
    """You start from parameters of your own; those you were given play no part.

    Not even the first cost is right. If somebody calls train twice, the second time with what the
    first returned, your training begins all over again. Where does the contract say training
    starts?
    """
    rng = np.random.default_rng(1)
    own = {name: 0.01 * rng.normal(size=value.shape) for name, value in params.items()}
    return _rounds(own, X, Y, lr, steps, hidden)


def train__standardised_features(params, X, Y, lr, steps, hidden="tanh"):
    """You standardise X before you train.

    The parameters you were given belong to X as it is. A network that is trained already would
    suddenly see other numbers: with a single example every feature becomes 0. What does the first
    cost become if X is changed?
    """
    spread = X.std(axis=1, keepdims=True) + 1e-8
    X = (X - X.mean(axis=1, keepdims=True)) / spread
    return _rounds(params, X, Y, lr, steps, hidden)


# train: the activation.


@mistake(worth=0.5)  # one wrong name for the same idea
def train__always_tanh(params, X, Y, lr, steps, hidden="tanh"):
    """You train with tanh whatever `hidden` says.

    Neither forward nor backward can know what the caller asked for unless they are told. With relu
    a unit at 2 should give 2, and yours gives 0.96, so even the first cost is off. Where do you
    hand `hidden` on?
    """
    return _rounds(params, X, Y, lr, steps, "tanh")


def train__backward_not_told_of_relu(params, X, Y, lr, steps, hidden="tanh"):
    """You tell forward about `hidden`, but not backward.

    With relu the first cost is right and the gradients use the slope of tanh. For a unit with A1 =
    3 that slope comes out as 1 - 9, which turns its learning around. What does backward assume if
    it is told nothing?
    """
    return _rounds(
        params, X, Y, lr, steps, hidden, lambda p, c: _update(p, _backward(p, c, X, Y), lr)
    )


@mistake(worth=0.5)  # one wrong name for the same idea
def train__forward_not_told_of_relu(params, X, Y, lr, steps, hidden="tanh"):
    """You tell backward about `hidden`, but not forward.

    With relu not even the first cost is right. Your hidden units give tanh, such as 0.96 at 2, and
    then learn with the slope of relu. With tanh nothing shows. What does forward assume if it is
    told nothing?
    """
    return _rounds(
        params, X, Y, lr, steps, "tanh", lambda p, c: _update(p, _backward(p, c, X, Y, hidden), lr)
    )


# train: the costs.


def train__cost_is_a_sum(params, X, Y, lr, steps, hidden="tanh"):
    """Your costs are sums over the examples; means are asked for.

    The parameters are right. With 100 examples that cost 0.7 each you record 70, and nobody can
    compare that with a batch of another size. By what should each cost be divided?
    """
    params, costs = _rounds(params, X, Y, lr, steps, hidden)
    return params, [cost * X.shape[1] for cost in costs]


def train__cost_is_a_mean_of_all_entries(params, X, Y, lr, steps, hidden="tanh"):
    """Your costs are averaged over the classes as well: they are too small by the factor n.

    np.mean divides by all entries, also by those off the true class. For three classes with 1/3
    each, an example costs ln 3 = 1.10, and you record 0.37. What is the mean over here?
    """
    params, costs = _rounds(params, X, Y, lr, steps, hidden)
    return params, [cost / len(Y) for cost in costs]


def train__cost_without_minus(params, X, Y, lr, steps, hidden="tanh"):
    """Your costs are negative: the minus sign is missing.

    The logarithm of a probability is never positive: ln 0.9 is -0.1, and ln 0.01 is -4.6. By your
    numbers the bad answer costs less than the good one. What should the cost of a perfect answer
    be, and of a bad one?
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
    smaller. A squared error is at most 2 per example, but cross-entropy is 4.6 where the true class
    has 0.01. Which cost has A2 - Y as its gradient?
    """
    costs = []
    for _ in range(steps):
        A2, cache = _forward(params, X, hidden)
        costs.append(np.sum((A2 - Y) ** 2) / X.shape[1])
        params = _update(params, _backward(params, cache, X, Y, hidden), lr)
    return params, costs


def train__epsilon_in_the_logarithm(params, X, Y, lr, steps, hidden="tanh"):
    """You add a small number inside the logarithm, so every cost is a little too small.

    A cost of 0 can even come out negative. And where the true class has the probability 1e-20, you
    record 18 where 46 is right. Which way to the cost needs no logarithm of a probability?
    """
    costs = []
    for _ in range(steps):
        A2, cache = _forward(params, X, hidden)
        costs.append(-np.sum(Y * np.log(A2 + 1e-8)) / X.shape[1])
        params = _update(params, _backward(params, cache, X, Y, hidden), lr)
    return params, costs


@mistake(worth=0.5)  # right but for rounding
def train__rounded_costs(params, X, Y, lr, steps, hidden="tanh"):
    """You round the costs.

    Rounding is for printing. Late in training a step may lower the cost from 0.12341 to 0.12337,
    and in your list nothing has happened: both are 0.1234. Who reads the list may think that
    training is over. Where does your code drop digits?
    """
    params, costs = _rounds(params, X, Y, lr, steps, hidden)
    return params, [round(float(cost), 4) for cost in costs]


# train: what comes back.


def train__only_the_last_cost(params, X, Y, lr, steps, hidden="tanh"):
    """You return one cost, the last.

    A single number does not show how training went. A cost of 0.4 at the end may have come down
    from 2, or up from 0.1. And len(costs) fails, for a plain number has no length. How many costs
    are asked for?
    """
    params, costs = _rounds(params, X, Y, lr, steps, hidden)
    return params, costs[-1]


def train__costs_first(params, X, Y, lr, steps, hidden="tanh"):
    """You return the costs first and the parameters second.

    Whoever unpacks your answer with `params, costs = ...` gets each under the name of the other.
    The next forward pass then asks the costs for "W1" and stops with an error. In which order does
    the contract name them?
    """
    params, costs = _rounds(params, X, Y, lr, steps, hidden)
    return costs, params


def train__no_costs(params, X, Y, lr, steps, hidden="tanh"):
    """You return the parameters alone; the costs are missing.

    Without them nobody sees whether training works. And `params, costs = train(...)` fails at once:
    your dict has four entries, and two names cannot hold them. Which two things does the contract
    ask for?
    """
    return _rounds(params, X, Y, lr, steps, hidden)[0]


@mistake(worth=0.5)  # the right numbers in another shape
def train__costs_in_a_column(params, X, Y, lr, steps, hidden="tanh"):
    """Your costs are a column of shape (steps, 1).

    They belong to steps, not to examples or classes. In a column costs[0] is an array of one entry
    and not a number. And your column minus a flat array of 100 costs is a (100, 100) table. What
    shape has a plain list of numbers?
    """
    params, costs = _rounds(params, X, Y, lr, steps, hidden)
    return params, np.array(costs).reshape(-1, 1)


def train__costs_as_text(params, X, Y, lr, steps, hidden="tanh"):
    """Your costs are texts, formatted for printing.

    Nobody can compute with them or draw them. "0.5" + "0.5" is "0.50.5", and "10.0" < "9.0" is
    true, because texts are compared letter by letter. Where does a number turn into a text in your
    code?
    """
    params, costs = _rounds(params, X, Y, lr, steps, hidden)
    return params, [f"{cost:.6f}" for cost in costs]


def train__float32_costs(params, X, Y, lr, steps, hidden="tanh"):
    """Your costs are float32, which drops half of the digits.

    They are right to about seven digits. Late in training a step may lower a cost of 1 by
    0.00000001, and in float32 both costs are the same number. Which dtype do you ask for when you
    collect them?
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
