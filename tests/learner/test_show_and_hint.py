"""The failing call as code, and hints one at a time."""

import subprocess
import sys

import msgspec
import pytest

from grader.learner.check import check_files
from grader.learner.hints import hint_for, hints_of
from grader.learner.seen import Seen
from grader.model import Misconception
from tests.support.submissions import SOFTMAX

BROKEN = SOFTMAX.replace("axis=0", "axis=1")
# Wrong, and none of the mistakes that are known.
ODD = "import numpy as np\ndef softmax(Z): return np.sin(Z * Z) + 0.1 * np.cos(3 * Z)\n"
# The network of the course, with a place for one mistake.
NETWORK = """
import numpy as np
def softmax(Z):
    E = np.exp(Z - Z.max(axis=0))
    return E / E.sum(axis=0)
def forward(params, X, hidden="tanh"):
    Z1 = params["W1"] @ X + params["b1"]
    A1 = np.tanh(Z1) if hidden == "tanh" else np.maximum(Z1, 0)
    Z2 = params["W2"] @ A1 + params["b2"]
    return softmax(Z2), {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": softmax(Z2)}
def backward(params, cache, X, Y, hidden="tanh"):
    m = X.shape[1]
    dZ2 = cache["A2"] - Y
    db2 = dZ2.sum(axis=1, keepdims=True) / m
    slope = 1 - cache["A1"] ** 2 if hidden == "tanh" else cache["Z1"] > 0
    dZ1 = params["W2"].T @ dZ2 * slope
    db1 = dZ1.sum(axis=1, keepdims=True) / m
    return {"dW1": dZ1 @ X.T / m, "db1": db1, "dW2": dZ2 @ cache["A1"].T / m, "db2": db2}
def update(params, grads, lr):
    return {k: v - lr * grades["d" + k] for k, v in params.items()}
def train(params, X, Y, lr, steps, hidden="tanh"):
    costs = []
    for _ in range(steps):
        A, cache = forward(params, X, hidden)
        costs.append(float(-(Y * np.log(A)).sum() / X.shape[1]))
        params = update(params, backward(params, cache, X, Y, hidden), lr)
    return params, costs
""".replace("grades", "grads")


def hints(run, folder, function):
    """All hints for a function, one command after the other."""
    found = []
    while True:
        done = run("hint", function, cwd=folder)
        assert done.returncode == 0, done.stderr
        if not done.stdout.startswith("Hint "):
            return found, done.stdout
        found.append(done.stdout.partition(": ")[2].strip())


class TestShow:
    def test_prints_code_that_runs_in_a_prompt_whatever_its_size(self, run, folder):
        (folder / "ex01_softmax.py").write_text(SOFTMAX)
        twice = NETWORK.replace("db2 = dZ2.sum(", "db2 = 2 * dZ2.sum(")
        (folder / "ex06_network.py").write_text(twice)
        done = run("check", "--show", "backward", cwd=folder)
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("# backward, two_hidden_units: answer['db2'] entry (0, 0)")
        code = f"{done.stdout}\nprint(backward(params, cache, X, Y)['db2'])"
        ran = subprocess.run(
            [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True
        )
        wrong = done.stdout.partition(" is ")[2].partition(",")[0]
        assert wrong[:7] in ran.stdout

    def test_takes_a_check_of_a_function_too(self, run, folder):
        (folder / "ex01_softmax.py").write_text(SOFTMAX)
        done = run("check", "--show", "softmax.large_logits", cwd=folder)
        assert "# softmax, large_logits: passes\nimport numpy as np\nfrom ex01_" in done.stdout
        assert "Z = np.array([[" in done.stdout

    def test_shows_the_call_of_a_check_that_is_not_public(self, run, folder):
        fails_for_six = SOFTMAX.replace("    E =", "    if Z.shape[1] == 6: return Z\n    E =")
        (folder / "ex01_softmax.py").write_text(fails_for_six)
        done = run("check", "--show", "softmax", cwd=folder)
        assert "# softmax, few_classes_or_examples: entry (0, " in done.stdout
        rows = done.stdout.partition("Z = np.array([[")[2].partition("]")[0]
        assert len(rows.split(",")) == 6

    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("softmx", "there is no softmx; did you mean softmax?"),
            ("softmax.large", "there is no large; did you mean large_logits?"),
            ("nosuch.large", "there is no nosuch; choose from softmax, "),
            ("is_float64", "several functions have a check is_float64; choose from softmax.is_"),
            ("chain_terms", "ex04_backward is not in"),
        ],
    )
    def test_says_what_it_does_not_know(self, run, folder, name, words):
        (folder / "ex04_backward.py").unlink()
        done = run("check", "--show", name, cwd=folder)
        assert done.returncode == 2
        assert words in done.stderr

    def test_of_another_file_is_refused(self, run, folder):
        done = run("check", "ex02_jacobian.py", "--show", "softmax", cwd=folder)
        assert "softmax belongs to ex01_softmax; name that file, or none" in done.stderr

    def test_takes_a_check_that_only_one_function_has(self, run, folder):
        (folder / "ex01_softmax.py").write_text(SOFTMAX)
        done = run("check", "--show", "layer_by_hand", cwd=folder)
        assert done.stdout.startswith("# hypotheses, layer_by_hand: ")


class TestHints:
    def test_come_one_at_a_time_and_are_remembered(self, run, folder):
        (folder / "ex01_softmax.py").write_text(ODD)
        found, last = hints(run, folder, "softmax")
        assert len(found) == len(set(found)) >= 3
        assert last.startswith(f"That was the last of {len(found)} for softmax. Again: {found[-1]}")

    def test_are_for_the_first_that_fails_without_a_name(self, run, folder):
        assert "for softmax: " in run("hint", cwd=folder).stdout

    def test_hold_formulas_in_unicode(self, run, folder):
        found, _ = hints(run, folder, "softmax_jacobian")
        assert any("Take a = [1/2, 1/4, 1/4]. " in hint for hint in found)
        assert not any("$" in hint or "\\" in hint for hint in found)

    def test_there_are_none_behind_an_earlier_function_that_fails(self, run, folder):
        twice = NETWORK.replace("db2 = dZ2.sum(", "db2 = 2 * dZ2.sum(")
        (folder / "ex06_network.py").write_text(twice)
        done = run("hint", "train", cwd=folder)
        assert "no hint for train yet. It may be your backward" in done.stdout

    def test_there_are_none_for_what_passes(self, run, folder):
        (folder / "ex01_softmax.py").write_text(SOFTMAX)
        assert "softmax passes its checks" in run("hint", "softmax", cwd=folder).stdout

    def test_that_assume_nan_come_only_where_there_is_nan(self, run, folder):
        (folder / "ex01_softmax.py").write_text(ODD)
        found, _ = hints(run, folder, "softmax")
        assert not any(hint.startswith("You get `nan`?") for hint in found)

    @pytest.fixture
    def backward(self, folder, lane):
        """A result in which db2 is wrong, and what was checked."""
        twice = NETWORK.replace("db2 = dZ2.sum(", "db2 = 2 * dZ2.sum(")
        (folder / "ex06_network.py").write_text(twice)
        checked = check_files([folder / "ex06_network.py"], lane)
        return checked, next(f for f in checked.functions if f.function == "backward")

    def test_that_take_for_right_what_is_wrong_are_left_out(self, backward):
        checked, function = backward
        unnamed = msgspec.structs.replace(function, misconception=None)
        found = hints_of(unnamed, checked.planned["backward"][1])
        assert len(found) > 2
        assert not any(hint.startswith("Are `dW2` and `db2` right") for hint in found)

    def test_run_out_where_none_fits_the_mistake(self, backward):
        checked, function = backward
        other = msgspec.structs.replace(function, misconception=Misconception("x", "Zebras?", ""))
        words = hint_for(checked, other, Seen())
        assert words.startswith("There is no further hint for backward. Try the call")

    def test_come_in_the_order_of_what_fails(self, run, folder):
        (folder / "ex01_softmax.py").write_text(
            "import numpy as np\ndef softmax(Z): return np.sin(Z) + np.exp(Z) / np.sum(np.exp(Z))\n"
        )
        found, _ = hints(run, folder, "softmax")
        assert any("`nan`" in hint for hint in found)

    @pytest.mark.parametrize(
        ("right", "wrong", "function", "misleading"),
        [
            # The mean over the examples is taken twice: db2 is what is wrong, so it is not right.
            (
                "db2 = dZ2.sum(axis=1",
                "db2 = dZ2.mean(axis=1",
                "backward",
                "Are `dW2` and `db2` right, and",
            ),
            # `hidden` is not passed on: the number of steps has nothing to do with it.
            (
                "forward(params, X, hidden)",
                "forward(params, X)",
                "train",
                "Are the costs right, but the parameters are one step short",
            ),
        ],
    )
    def test_never_contradict_the_mistake_that_is_named(
        self, run, folder, right, wrong, function, misleading
    ):
        assert right in NETWORK
        (folder / "ex06_network.py").write_text(NETWORK.replace(right, wrong))
        assert "What it looks like:" in run("check", "ex06_network.py", cwd=folder).stdout
        found, _ = hints(run, folder, function)
        assert not any(hint.startswith(misleading) for hint in found)
