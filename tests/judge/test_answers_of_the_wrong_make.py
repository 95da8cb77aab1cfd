"""Answers of the wrong type, from functions that return dicts, tuples and lists."""

import pytest

from grader.course.sample import solved_files
from tests.support.results import function_of

CASES = {
    "a cache without a key": (
        "ex06_network",
        (
            "right = forward\ndef forward(*args, **kwargs):\n"
            "    A2, cache = right(*args, **kwargs)\n    return A2, {'Z1': cache['Z1']}"
        ),
        ("forward", "wrong_type", "answer[1] is a dict without 'A1', 'Z2', 'A2'"),
    ),
    "a dict as a tuple": (
        "ex06_network",
        (
            "right = backward\ndef backward(*args, **kwargs):\n"
            "    return tuple(right(*args, **kwargs).values())"
        ),
        ("backward", "wrong_type", "it returns a tuple; a dict is expected"),
    ),
    "parameters that come back changed": (
        "ex06_network",
        (
            "def update(params, grads, lr):\n"
            "    for name in params: params[name] -= lr * grads['d' + name]\n    return params"
        ),
        ("update", "mutated_argument", "it changes its argument"),
    ),
    "one cost too many": (
        "ex06_network",
        (
            "right = train\ndef train(*args, **kwargs):\n"
            "    params, costs = right(*args, **kwargs)\n    return params, [*costs, 0.0]"
        ),
        ("train", "wrong_shape", "there are too many entries"),
    ),
    "a picture in place of costs": (
        "ex06_network",
        (
            "import matplotlib.pyplot as plt\nright = train\ndef train(*args, **kwargs):\n"
            "    params, costs = right(*args, **kwargs)\n    return params, plt.plot(costs)"
        ),
        ("train", "wrong_type", "answer[1] is an object of a plotting or notebook module"),
    ),
    "a function called with a number where it takes an array": (
        "ex07_gradient_check",
        "def numerical_gradient(f, x, eps=1e-5):\n    return f(float(x.flat[0]))",
        ("numerical_gradient", "raised", "TypeError"),
    ),
    "labels whose type the answer takes over": (
        "ex04_backward",
        (
            "right = softmax_cross_entropy_grad\ndef softmax_cross_entropy_grad(Z, Y):\n"
            "    dZ = np.zeros_like(Y)\n    dZ[:] = right(Z, Y)\n    return dZ"
        ),
        ("softmax_cross_entropy_grad", "wrong_value", "is 0, should be"),
    ),
}


@pytest.mark.parametrize(("slug", "spoilt", "expected"), CASES.values(), ids=CASES)
def test_an_answer_of_the_wrong_make_has_a_clear_verdict(grade, course, slug, spoilt, expected):
    files = solved_files(course)
    files[f"{slug}.py"] += f"\n\n{spoilt}\n".encode()
    name, verdict, words = expected
    function = function_of(grade(files), name)
    assert function.verdict == verdict, function.message
    assert words in " ".join(check.message for check in function.checks)
    assert function.score < function.max_score
