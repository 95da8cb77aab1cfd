"""A course's Markdown in a terminal: formulas in Unicode, code untouched."""

import re

import pytest

from grader.results.markdown import plain


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        (r"Take $a = [1/2,\ 1/4,\ 1/4]$.", "Take a = [1/2, 1/4, 1/4]."),
        (r"What becomes of $e^{-2000}$?", "What becomes of e^(-2000)?"),
        (r"$a_1 = \frac{e^{t}}{e^{t} + 1}$", "a₁ = (e^t)/(e^t + 1)"),
        (r"$W_1 x + b_1$ and $\Theta_{kj}$", "W₁ x + b₁ and Θ_kj"),
        (r"$\frac{1}{2} \cdot x^2$", "1/2 · x²"),
        (r"$\mathrm{softmax}(Z)$, $J^T$ and $x^{-1}$", "softmax(Z), Jᵀ and x⁻¹"),
        ("Which *one* entry, **of all**?", "Which one entry, of all?"),
        ("Do you use `*` and `$x_1$` here?", "Do you use `*` and `$x_1$` here?"),
        ("p - lr * g makes\na new array", "p - lr * g makes a new array"),
    ],
)
def test_formulas_are_written_in_unicode(markdown, text):
    assert plain(markdown) == text


def test_nothing_of_latex_is_left_in_what_the_course_tells(plan):
    for function in plan.functions.values():
        for part in re.split(r"^- |\n\n", function.hint + function.notice, flags=re.MULTILINE):
            assert not re.search(r"[$\\]", plain(part)), part
