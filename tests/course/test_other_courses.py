"""Courses in other subjects: proved, graded on sealed inputs, their authors told what is wrong."""

import pytest

from grader.course.folder import course_of
from grader.course.handout import built_files, write_files
from grader.course.planning import plan_of
from grader.course.proof import problems_of
from grader.course.sealing import FIXED_SEED, with_sealed
from grader.engine.launch import Wall
from grader.engine.references import References
from grader.errors import CourseError
from grader.grade.grader import Grader
from grader.intake.submission import submission_of
from tests.support.course import ROOT

ATTENTION = ROOT / "tests" / "courses" / "attention"
TOML = """title = "Axes"

[[exercise]]
slug = "ex01_axes"
points = { counts = 2, axes = 4, any_basis = 4 }
"""
REFERENCE = '''
# %% [markdown]
# # Exercise 1: Axes

# %%
import numpy as np

# %%
def counts(words):
    """Return how often each word comes."""
    # BEGIN SOLUTION
    return {word: words.count(word) for word in words}
    # END SOLUTION

# %%
def axes(X):
    """Return the eigenvectors of X.T @ X, one to a column."""
    # BEGIN SOLUTION
    return np.linalg.eigh(X.T @ X)[1]
    # END SOLUTION

# %%
def any_basis(X):
    """Return any orthonormal basis of the columns of X."""
    # BEGIN SOLUTION
    return np.linalg.qr(X)[0]
    # END SOLUTION
'''
for _name in ("counts", "axes", "any_basis"):
    for _tag in ("hint", "notice"):
        REFERENCE += f'\n# %% [markdown] tags=["{_tag}-{_name}"]\n# - What is it?\n'
CHECKS = '''
import numpy as np
from grader.course import FunctionChecks, Terms, call

counts = FunctionChecks("counts", exact_keys=True)
axes = FunctionChecks("axes", equal_up_to="column_signs")
any_basis = FunctionChecks("any_basis")

@counts.value(public=True)
def three_words():
    """Three words, one of them twice."""
    yield call(["a", "b", "a"])
    yield call(["b", "a", "c"])

@counts.value()
def drawn(rng):
    """Any words."""
    yield call([str(word) for word in rng.choice(["a", "b", "c"], size=9)])

@axes.terms
def axes_terms(A, X):
    return Terms(np.ones(A.shape), growth=1e4)

@any_basis.terms
def basis_terms(A, X):
    return Terms(np.ones(A.shape), growth=1e4)

@axes.value(public=True)
def of_three_columns():
    """Three columns."""
    yield call(np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 1.0], [3.0, 1.0, 2.0]]))
    yield call(np.array([[1.0, -2.0, 0.0], [0.0, 1.0, 4.0], [0.0, 1.0, 1.0]]))

@axes.value()
def of_any_columns(rng):
    """Any columns."""
    yield call(rng.normal(size=(6, 3)))

@any_basis.property("np.allclose(answer.T @ answer, np.eye(X.shape[1]))", public=True)
def is_orthonormal():
    """The columns have length 1 and right angles."""
    yield call(np.array([[1.0, 2.0], [0.0, 1.0], [3.0, 1.0]]))

@any_basis.property("np.allclose(answer @ (answer.T @ X), X)")
def spans_the_same(rng):
    """The columns of X are made of those of the answer."""
    yield call(rng.normal(size=(6, 3)))
    yield call(rng.normal(size=(5, 2)))
'''
WORDS = (
    "This is what many do at first. The numbers come out near the right ones and are not what was"
    " asked for. Whoever goes on with them gets into trouble later, and will not know why. Which"
    " of the two did the text of the exercise ask for?"
)
MISTAKES = f'''
import numpy as np

def counts__missing_once(words):
    """You leave out what comes once. {WORDS}"""
    return {{word: words.count(word) for word in words if words.count(word) > 1}}

def axes__rows(X):
    """You return the axes in rows. {WORDS}"""
    return np.linalg.eigh(X.T @ X)[1].T

def any_basis__not_scaled(X):
    """You return the columns as they came. {WORDS}"""
    return X + 0

def any_basis__another(X):
    """You return a basis of something else. {WORDS}"""
    return np.eye(*X.shape)
'''
ALTERNATIVES = '''
import numpy as np

def counts__loop(words):
    """A loop."""
    found = {}
    for word in words:
        found[word] = found.get(word, 0) + 1
    return found

def counts__other_order(words):
    """In another order."""
    return {word: words.count(word) for word in sorted(words)}

def axes__other_signs(X):
    """With other signs."""
    return -np.linalg.eigh(X.T @ X)[1] * (-1) ** np.arange(X.shape[1])

def axes__svd(X):
    """By singular values."""
    return np.linalg.svd(X)[2][::-1].T

def any_basis__svd(X):
    """By singular values."""
    return np.linalg.svd(X, full_matrices=False)[0]

def any_basis__turned(X):
    """The basis in another order."""
    return -np.linalg.qr(X)[0][:, ::-1]
'''


@pytest.fixture
def axes(tmp_path):
    """A course whose answers are equal up to something, or only have a property."""
    home = tmp_path / "course" / "ex01_axes"
    home.mkdir(parents=True)
    (home.parent / "course.toml").write_text(TOML)
    names = ("reference", "checks", "mistakes", "alternatives")
    for name, text in zip(names, (REFERENCE, CHECKS, MISTAKES, ALTERNATIVES), strict=True):
        (home / f"{name}.py").write_text(text)
    return home.parent


def problems(folder, exercises):
    course = course_of(folder)
    write_files(built_files(course), exercises)
    return problems_of(course, exercises, step=lambda _: None)


@pytest.mark.parametrize("name", ["attention", "axes"])
def test_it_is_proved(name, axes, tmp_path):
    folder = axes if name == "axes" else ATTENTION
    assert problems(folder, tmp_path / "handed out") == []


def graded(folder, lane, source):
    course = course_of(folder)
    plan = with_sealed(plan_of(course, mistakes=True), course, FIXED_SEED)
    assert any(function.sealed for e in plan.exercises for function in e.functions)
    with References(plan, Wall()) as references:
        grader = Grader(plan, lane, references)
        result = grader.grade(submission_of("ada", {"work.py": source.encode()}))
    return {function.function: function for function in result.functions}


def test_answers_that_are_right_in_another_way_get_full_points_on_sealed_inputs(axes, lane):
    source = ALTERNATIVES
    for name in ("counts__other_order", "axes__other_signs", "any_basis__turned"):
        source = source.replace(f"def {name}", f"def {name.partition('__')[0]}")
    result = graded(axes, lane, source)
    assert [result[name].score for name in ("counts", "axes", "any_basis")] == [2, 4, 4]


def test_what_lacks_a_property_is_not_compared_with_the_reference(axes, lane):
    source = "import numpy as np\ndef any_basis(X):\n    return 2 * np.linalg.qr(X)[0]\n"
    result = graded(axes, lane, source)["any_basis"]
    assert result.score < 4
    assert "that is not true of the answer" in result.message
    # It is twice the reference's; but others would be right as well.
    assert result.misconception is None
    assert result.grid is None
    result = graded(axes, lane, "def any_basis(X):\n    return X + 0\n")["any_basis"]
    assert result.misconception.id == "not_scaled"


def test_an_answer_that_is_right_on_the_public_input_alone_loses_points(axes, lane):
    source = (
        "import numpy as np\ndef axes(X):\n    if X[0, 0] == np.round(X[0, 0]) or KNOWN:\n"
        "        return np.linalg.eigh(X.T @ X)[1]\n    return X[:3] * 0\n"
    )
    assert graded(axes, lane, "KNOWN = True\n" + source)["axes"].score == 4
    assert graded(axes, lane, "KNOWN = False\n" + source)["axes"].score < 4


def test_right_answers_stand_in_for_wrong_ones_that_are_arrays_of_bool(lane):
    reference = (ATTENTION / "ex02_attention" / "reference.py").read_text(encoding="utf-8")
    first = (ATTENTION / "ex01_layer_norm" / "reference.py").read_text(encoding="utf-8")
    source = first + reference.replace("return np.tril(", "return ~np.tril(")
    source = source.replace("from ex01_layer_norm import layer_norm", "")
    result = graded(ATTENTION, lane, source)
    assert result["causal_mask"].score < 3
    assert result["attention"].score == 7
    assert result["attention"].judged_with == ("causal_mask",)


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("checks", "np.eye(X.shape[1]))", "0)", "is not true of the reference's answer"),
        ("checks", "np.eye(X.shape[1])", "eye(3)", "raised NameError"),
        ("checks", "np.eye(X.shape[1])", "np.eye(", "raised SyntaxError"),
        ("checks", '"column_signs"', '"signs"', "is equal up to 'signs'; choose from nothing"),
        ("checks", "@axes.terms\n", "", "axes has no @axes.terms; add it, to set the tolerances"),
        ("reference", "words.count(word) for", "2**53 for", "whole numbers of 2**53 or more"),
        ("reference", "return {word", "return {1", "dicts with text keys"),
        ("reference", "return {word: words.count(word) for word in words}", "return 1j", "complex"),
    ],
)  # fmt: skip
def test_an_author_is_told_what_cannot_be_compared(axes, file, old, new, words):
    path = axes / "ex01_axes" / f"{file}.py"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(CourseError) as raised:
        plan_of(course_of(axes))
    assert words in str(raised.value)
    assert f"ex01_axes/{file}.py" in str(raised.value) or "checks.py" in str(raised.value)


def test_a_text_has_no_tolerance(axes):
    path = axes / "ex01_axes" / "reference.py"
    path.write_text(path.read_text().replace("return np.linalg.qr(X)[0]", "return 'QR'"))
    path = axes / "ex01_axes" / "checks.py"
    path.write_text(path.read_text().replace("np.ones(A.shape)", "1.0"))
    with pytest.raises(CourseError, match="magnitude is given for a value of type str, which must"):
        plan_of(course_of(axes))


def test_a_part_without_tolerance_may_not_hold_floats(axes):
    path = axes / "ex01_axes" / "checks.py"
    path.write_text(path.read_text().replace("Terms(np.ones(A.shape), growth=1e4)", "Terms(None)"))
    with pytest.raises(CourseError, match="holds floats, which are never quite equal"):
        plan_of(course_of(axes))
