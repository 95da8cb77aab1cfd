"""The references of exercise 6 against mpmath, which knows the cost and no backpropagation."""

from fractions import Fraction

import mpmath as mp
import numpy as np
import pytest

from grader import wire
from grader.judge.compare import value_difference
from grader.judge.expected import expected_of
from tests.support.course import calls_of
from tests.support.references import COURSE, seeds

EXERCISE = next(e for e in COURSE.exercises if e.slug == "ex06_network")
reference = {f.name: f.reference for f in EXERCISE.functions}
forward, backward, update, train = (reference[f.name] for f in EXERCISE.functions)
given = forward.__globals__
NAMES = ("W1", "b1", "W2", "b2")


def arguments(call):
    args = [wire.unpack(a) for a in call.args]
    return args, {name: wire.unpack(a) for name, a in call.kwargs.items()}


def random_params(rng, d, h, n):
    shapes = {"W1": (h, d), "b1": (h, 1), "W2": (n, h), "b2": (n, 1)}
    return {name: rng.normal(size=shape) for name, shape in shapes.items()}


def exact(params):
    return {name: [[mp.mpf(float(v)) for v in row] for row in params[name]] for name in NAMES}


def exact_layers(params, x, hidden):
    """z1, a1, z2, a2 of one example in mpmath."""
    act = mp.tanh if hidden == "tanh" else lambda z: max(z, mp.mpf(0))

    def layer(W, b, a):
        return [mp.fdot(row, a) + bias for row, (bias,) in zip(W, b, strict=True)]

    z1 = layer(params["W1"], params["b1"], x)
    a1 = [act(z) for z in z1]
    z2 = layer(params["W2"], params["b2"], a1)
    total = mp.fsum(map(mp.exp, z2))
    return {"Z1": z1, "A1": a1, "Z2": z2, "A2": [mp.exp(z) / total for z in z2]}


def exact_cost(params, X, Y, hidden):
    """The definition of J, and nothing else."""
    terms = []
    for k in range(X.shape[1]):
        a2 = exact_layers(params, [mp.mpf(float(v)) for v in X[:, k]], hidden)["A2"]
        terms += [mp.mpf(float(y)) * mp.log(a) for y, a in zip(Y[:, k], a2, strict=True) if y > 0]
    return -mp.fsum(terms) / X.shape[1]


def exact_gradients(params, X, Y, hidden):
    """Central differences of J with a step so small that 40 digits are right."""
    step, grads = mp.mpf(10) ** -40, {}
    for name in NAMES:
        grad = [[None] * len(row) for row in params[name]]
        for i, row in enumerate(params[name]):
            for j, old in enumerate(row):
                row[j] = old + step
                right = exact_cost(params, X, Y, hidden)
                row[j] = old - step
                grad[i][j] = (right - exact_cost(params, X, Y, hidden)) / (2 * step)
                row[j] = old
        grads["d" + name] = grad
    return grads


def floats(nested):
    return np.array([[float(v) for v in row] for row in nested])


def exact_call(function, call):
    """What mpmath answers to a planned call, rounded to float64 at the end."""
    args, kwargs = arguments(call)
    if function == "forward":
        params, X, hidden = args[0], args[1], kwargs.get("hidden", (*args, "tanh")[2])
        columns = [exact_layers(exact(params), [mp.mpf(float(v)) for v in x], hidden) for x in X.T]
        cache = {name: floats([one[name] for one in columns]).T for name in columns[0]}
        return cache["A2"], cache
    if function == "backward":
        params, _cache, X, Y = args[:4]
        hidden = kwargs.get("hidden", (*args, "tanh")[4])
        return {k: floats(g) for k, g in exact_gradients(exact(params), X, Y, hidden).items()}
    params, X, Y, lr, steps = args[:5]
    hidden = kwargs.get("hidden", (*args, "tanh")[5])
    params, costs = exact(params), []
    for _ in range(steps):
        costs.append(float(exact_cost(params, X, Y, hidden)))
        for name, grad in exact_gradients(params, X, Y, hidden).items():
            for row, slopes in zip(params[name[1:]], grad, strict=True):
                row[:] = [p - mp.mpf(lr) * g for p, g in zip(row, slopes, strict=True)]
    return {name: floats(value) for name, value in params.items()}, costs


def assert_near(call, answer, part):
    """`answer` lies within `part` of the tier B tolerance of the call's expected value."""
    tight = expected_of(call)

    def shrunk(expected):
        items = tuple(map(shrunk, expected.items))
        allowed = None if expected.tight is None else expected.tight * part
        return type(expected)(
            expected.path, expected.value, expected.loose, allowed, items, expected.keys
        )

    assert value_difference(wire.pack(answer), shrunk(tight), tight=True) is None


@seeds(3)
def test_forward_is_right_to_a_hundredth_of_its_precise_tolerance(seed):
    with mp.workdps(60):
        for call in calls_of("forward", seed):
            assert_near(call, exact_call("forward", call), 0.01)


@seeds(2)
def test_backward_is_the_derivative_of_the_mean_cost(seed):
    for call in calls_of("backward", seed):
        (params, cache, *_), _ = arguments(call)
        if params["W1"].size > 12:
            continue  # the small networks hold every kind of input, and mpmath is slow
        # A gradient of 0 beside a cost of 500 takes more digits than anything else.
        with mp.workdps(400 if cache["A2"].min() == 0 else 90):
            assert_near(call, exact_call("backward", call), 0.01)


def test_training_is_right_to_a_hundredth_of_its_precise_tolerance():
    with mp.workdps(100):
        calls = [c for c in calls_of("train", 0) if 1 <= arguments(c)[0][4] <= 4]
        assert len(calls) >= 4
        for call in calls:
            assert_near(call, exact_call("train", call), 0.01)


def test_update_is_one_exact_step():
    for call in calls_of("update", 0):
        (params, grads, lr), _ = arguments(call)
        moved = update(params, grads, lr)
        for name in NAMES:
            for p, g, new in zip(
                params[name].flat, grads["d" + name].flat, moved[name].flat, strict=True
            ):
                want = Fraction(p) - Fraction(lr) * Fraction(g)
                assert abs(Fraction(new) - want) <= Fraction(1e-15) * (1 + abs(want))


@seeds(20)
def test_the_graded_problem_is_solved_whatever_the_seed(seed):
    for call in calls_of("train", seed):
        (_start, X, Y, _rate, steps, *_), _ = arguments(call)
        if steps == 120:
            params, costs = wire.unpack(call.expected)
            assert costs[0] > 0.5
            assert costs[-1] < 0.05
            assert (forward(params, X)[0].argmax(axis=0) == Y.argmax(axis=0)).all()


@pytest.mark.parametrize(("hidden", "last"), [("tanh", "0.0062"), ("relu", "0.0051")])
def test_the_spiral_is_solved_as_the_text_says(hidden, last):
    rng = np.random.default_rng(6)
    X, Y = given["spiral"](40, rng)
    params, costs = train(given["starting_params"](2, 16, 3, rng), X, Y, 1.0, 2000, hidden)
    assert f"{costs[-1]:.4f}" == last
    assert (np.diff(costs) < 0).all()
    assert (forward(params, X, hidden)[0].argmax(axis=0) == Y.argmax(axis=0)).sum() == 120
    if hidden == "tanh":
        assert [f"{costs[t]:.4f}" for t in (0, 100, 500)] == ["1.0620", "0.3550", "0.0364"]


def test_a_single_layer_gets_67_of_the_spirals_120_examples():
    X, Y = given["spiral"](40, np.random.default_rng(6))
    X1, Theta = np.vstack([np.ones(120), X]), np.zeros((3, 3))
    for _ in range(5000):
        H = given["softmax"](Theta @ X1)
        Theta -= (H - Y) @ X1.T / 120
    assert (H.argmax(axis=0) == Y.argmax(axis=0)).sum() == 67
    assert f"{-np.mean(np.log((H * Y).sum(axis=0))):.3f}" == "0.674"


def worked_example():
    params = {
        "W1": np.array([[0.5, -0.25], [1.0, 0.5]]),
        "b1": np.array([[0.5], [-1.0]]),
        "W2": np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 1.0]]),
        "b2": np.array([[0.0], [0.0], [0.5]]),
    }
    return params, np.array([[1.0], [2.0]]), np.array([[0.0], [1.0], [0.0]])


def test_the_worked_example_of_the_text_has_these_digits():
    params, X, Y = worked_example()
    A2, cache = forward(params, X)
    assert np.round(A2.ravel(), 5).tolist() == [0.26664, 0.35974, 0.37363]
    assert np.round(cache["Z2"].ravel(), 5).tolist() == [0.46212, 0.76159, 0.79948]
    assert np.round(forward(params, X, "relu")[0].ravel(), 5).tolist() == [0.2327, 0.38365, 0.38365]
    grads = backward(params, cache, X, Y)
    assert np.round(grads["dW1"], 5).tolist() == [[-0.08414, -0.16828], [-0.11198, -0.22396]]
    assert np.round(grads["dW2"], 5).tolist() == [
        [0.12322, 0.20307],
        [-0.29588, -0.48762],
        [0.17266, 0.28455],
    ]
    for lr, cost in ((0.0, 1.02238), (0.1, 0.90222), (0.5, 0.50026), (1.0, 0.20303)):
        moved = update(params, grads, lr)
        assert round(float(-np.log(forward(moved, X)[0][1, 0])), 5) == cost


@pytest.mark.parametrize("hidden", ["tanh", "relu"])
def test_the_output_layers_gradients_sum_to_zero_over_the_classes(hidden):
    rng = np.random.default_rng(3)
    params, X = random_params(rng, 3, 5, 4), rng.normal(size=(3, 6))
    grads = backward(
        params, forward(params, X, hidden)[1], X, np.eye(4)[:, [0, 1, 2, 3, 0, 1]], hidden
    )
    assert np.abs(grads["dW2"].sum(axis=0)).max() < 1e-15
    assert abs(grads["db2"].sum()) < 1e-15


def test_labels_that_equal_the_probabilities_leave_nothing_to_learn():
    rng = np.random.default_rng(4)
    params, X = random_params(rng, 3, 5, 4), rng.normal(size=(3, 6))
    A2, cache = forward(params, X)
    assert all((g == 0).all() for g in backward(params, cache, X, A2).values())


def test_doubling_every_example_changes_no_gradient():
    rng = np.random.default_rng(5)
    params, X, Y = random_params(rng, 3, 5, 4), rng.normal(size=(3, 4)), np.eye(4)
    once = backward(params, forward(params, X)[1], X, Y)
    X2, Y2 = np.hstack([X, X]), np.hstack([Y, Y])
    twice = backward(params, forward(params, X2)[1], X2, Y2)
    assert all(np.allclose(once[k], twice[k], rtol=1e-13, atol=1e-16) for k in once)


def test_without_a_hidden_bend_the_second_layer_is_exercise_fives_gradient():
    rng = np.random.default_rng(6)
    params, X, Y = random_params(rng, 3, 5, 4), rng.normal(size=(3, 4)), np.eye(4)
    A2, cache = forward(params, X)
    A1 = np.vstack([np.ones(4), cache["A1"]])
    both = backward(params, cache, X, Y)
    assert np.allclose(np.hstack([both["db2"], both["dW2"]]), (A2 - Y) @ A1.T / 4, rtol=1e-14)


@pytest.mark.parametrize("hidden", ["tanh", "relu"])
def test_zeros_never_learn_and_equal_units_stay_equal(hidden):
    X, Y = given["spiral"](5, np.random.default_rng(0))
    zeros = {
        "W1": np.zeros((4, 2)),
        "b1": np.zeros((4, 1)),
        "W2": np.zeros((3, 4)),
        "b2": np.zeros((3, 1)),
    }
    _, costs = train(zeros, X, Y, 1.0, 50, hidden)
    assert np.allclose(costs, np.log(3), rtol=1e-12)
    params, _ = train({k: v + 0.1 for k, v in zeros.items()}, X, Y, 1.0, 50, hidden)
    assert np.ptp(params["W1"], axis=0).max() < 1e-12


def test_costs_are_measured_before_each_step():
    rng = np.random.default_rng(7)
    params, X, Y = random_params(rng, 2, 4, 3), rng.normal(size=(2, 3)), np.eye(3)
    two, costs = train(params, X, Y, 0.3, 2)
    one, first = train(params, X, Y, 0.3, 1)
    again, second = train(one, X, Y, 0.3, 1)
    assert costs == [*first, *second]
    assert all((two[k] == again[k]).all() for k in two)
    assert first == [pytest.approx(float(exact_cost(exact(params), X, Y, "tanh")), rel=1e-14)]


@seeds(5)
def test_caches_are_consistent_and_their_networks_are_nobody_elses(seed):
    # The example of the exercise is printed in it, with all its numbers.
    (printed,) = {call.args[:2] for call in calls_of("forward", seed) if not call.kwargs} & {
        (call.args[0], call.args[2]) for call in calls_of("backward", seed)
    }
    used = {call.args[:2] for f in ("forward", "train") for call in calls_of(f, seed)} - {printed}
    for call in calls_of("backward", seed):
        args, kwargs = arguments(call)
        hidden = kwargs.get("hidden", (*args, "tanh")[4])
        _A2, cache = forward(args[0], args[2], hidden)
        assert all((args[1][name] == cache[name]).all() for name in cache)
        assert (call.args[0], call.args[2]) not in used
        off = np.abs(cache["Z1"]) == 0 if hidden == "relu" else np.zeros(cache["Z1"].shape, bool)
        # Where relu has no slope, nothing comes back to the unit.
        assert np.abs((args[0]["W2"].T @ (cache["A2"] - args[3]))[off]).max(initial=0) < 1e-15


def test_an_update_of_a_shallow_copy_would_reach_the_original():
    old = {"b": np.array([1.0, 2.0])}
    new = old.copy()
    new["b"] -= 10.0
    assert old["b"].tolist() == [-9.0, -8.0]
