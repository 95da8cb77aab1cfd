"""Follow-through rule by rule, on a course that is made for it."""

import pytest

from grader.course.folder import course_of
from grader.course.planning import plan_of
from grader.diagnose.following import FollowThrough
from grader.grade.grader import Grader
from grader.intake.submission import submission_of
from tests.support.refusals import written

COURSE = """title = "Twice"
follow_through = 0.5

[[exercise]]
slug = "ex01_twice"
points = { double = 10, shifted = 10, total = 10, parts = 10, pair = 10, last = 10 }
"""
FUNCTION = '''
# %%
def {name}(Z, scale=1.0):
    """{name}."""
    # BEGIN SOLUTION
    return {answer}
    # END SOLUTION

# %% [markdown] tags=["hint-{name}"]
# Look.

# %% [markdown] tags=["notice-{name}"]
# So.
'''
RIGHT = {
    "double": "2.0 * Z",
    "shifted": "double(Z) + 1.0",
    "total": "float(scale * double(Z).sum())",
    "parts": '{"all": double(Z), "sum": float(double(Z).sum()), "size": [1.0 * len(Z)]}',
    "pair": "(double(Z), 1.0)",
    "last": "shifted(Z) * 2.0",
}
# By the number of rows: 2 is the public check, 3, 4 and 5 are the hidden ones.
CHECKS = '''
{name} = FunctionChecks("{name}")


@{name}.terms
def {name}_terms(A, Z, scale=1.0):
    return Terms(magnitude={magnitude}, growth=10)


@{name}.value(public=True)
def {name}_two(rng):
    """Two rows.

    What are they?
    """
    yield call(np.array([[1.0, 2.0], [3.0, 5.0]]))


@{name}.value()
def {name}_three(rng):
    """Three rows."""
    yield call(rng.normal(size=(3, 2)))


@{name}.value()
def {name}_four(rng):
    """Four rows."""
    yield call(rng.normal(size=(4, 2)))


@{name}.value()
def {name}_five(rng):
    """Five rows."""
    yield call(rng.normal(size=(5, 2)), scale=1.5)
'''
GIVEN = """

@{name}.given("{earlier}")
def {name}_by_{earlier}({earlier}, Z, scale=1.0):
    return {answer}
"""
# Formulas that come first and say nothing of the learners of these tests.
FIRST = {
    "parts": """

@parts.given("shifted")
def parts_by_shifted(shifted, Z, scale=1.0):
    return {"all": shifted(Z) - 1.0, "sum": float(2 * shifted(Z).sum()), "size": [1.0 * len(Z)]}
""",
    "pair": """

@pair.given("double")
def pair_otherwise(double, Z, scale=1.0):
    return double(Z) + 7.0, 1.0
""",
}
MAGNITUDES = {
    "total": "np.abs(Z).sum() * 4",
    "parts": '{"all": np.abs(Z) * 4, "sum": np.abs(Z).sum() * 4, "size": [9.0]}',
    "pair": "(np.abs(Z) * 4, 4.0)",
}
TWO_CALLS = '''

@pair.value()
def pair_six_seven(rng):
    """Six rows, and seven."""
    yield call(rng.normal(size=(6, 2)))
    yield call(rng.normal(size=(7, 2)))
'''
DIGITS = '''

@last.precision()
def last_digits(rng):
    """All digits."""
    yield call(rng.normal(size=(5, 2)), scale=1.5)
'''
# The first is wrong only where a learner of these tests is; those after it answer as they do with
# their own function, and otherwise in one check.
MISTAKES = '''import numpy as np


def _double(Z):
    return 2.0 * Z


def shifted__only_two(Z, scale=1.0):
    """Two."""
    return _double(Z) + 1.0 + 9.0 * (len(Z) == 2)


def shifted__only_four(Z, scale=1.0):
    """Four."""
    return _double(Z) + 1.0 + 5.0 * (len(Z) == 4) * (3.0 * Z - _double(Z))


def shifted__only_five(Z, scale=1.0):
    """Five."""
    return _double(Z) + 1.0 + 5.0 * (len(Z) == 5) * (3.0 * Z - _double(Z))


def shifted__five_without_double(Z, scale=1.0):
    """Three times, but in the check of three rows: it uses no earlier function."""
    return 3.0 * Z + 1.0


def shifted__raises(Z, scale=1.0):
    """No."""
    _double(Z)
    raise ValueError


def double__triple(Z, scale=1.0):
    """Three."""
    return 3.0 * Z
'''
PARTS, TOTAL = RIGHT["parts"], RIGHT["total"]
TRIPLE = "def double(Z, scale=1.0):\n    return 3.0 * Z\n"


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    folder = tmp_path_factory.mktemp("twice")
    written(folder / "course.toml", COURSE)
    text = "# %% [markdown]\n# # Twice\n\n# %%\nimport numpy as np\n"
    checks = "import numpy as np\nfrom grader.course import FunctionChecks, Terms, call\n"
    for name, answer in RIGHT.items():
        text += FUNCTION.format(name=name, answer=answer)
        magnitude = MAGNITUDES.get(name, "np.abs(A) + 1")
        checks += CHECKS.format(name=name, magnitude=magnitude)
        checks += FIRST.get(name, "")
        if name != "double":
            earlier = "shifted" if name == "last" else "double"
            checks += GIVEN.format(name=name, answer=answer, earlier=earlier)
    written(folder / "ex01_twice" / "reference.py", text)
    written(folder / "ex01_twice" / "checks.py", checks + TWO_CALLS + DIGITS)
    written(folder / "ex01_twice" / "mistakes.py", MISTAKES)
    return course_of(folder)


@pytest.fixture(scope="module")
def followed(course, lane):
    """What a source gets, by function, and how many points of it for following."""
    grader = Grader(plan_of(course, mistakes=True), lane, FollowThrough(course.folder))

    def given(source):
        files = {"ex01_twice.py": f"import numpy as np\n{source}".encode()}
        result = grader.grade(submission_of("ada", files))
        return {f.function: f for f in result.functions}

    return given


def of(name, answer):
    return f"def {name}(Z, scale=1.0):\n    return {answer}\n"


ALL = "".join(of(name, answer) for name, answer in RIGHT.items() if name != "double")


def test_what_is_right_given_ones_own_function_earns_its_share(followed):
    found = followed(TRIPLE + ALL)
    assert found["double"].score == 0
    # All four checks, half of the points.
    assert {n: found[n].follow_through for n in ("total", "parts", "pair")} == {
        "total": 5.0, "parts": 5.0, "pair": 5.0,
    }  # fmt: skip
    assert found["total"].message.startswith("right, given your own double")
    assert found["total"].misconception is None
    # The picture is of the answer as it is.
    assert found["pair"].grid is not None


def test_only_the_checks_that_a_mistake_would_pass_as_well_are_blocked(followed):
    """Of those that one mistake fails, and of those that another does."""
    shifted = followed(TRIPLE + ALL)["shifted"]
    assert shifted.follow_through == 2.5
    assert shifted.score == 2.5
    # The first mistake, wrong in nothing else, says nothing of the three other checks.
    wrong = ALL.replace("double(Z) + 1.0", "double(Z) + 1.0 + (len(Z) == 2)")
    assert followed(TRIPLE + wrong)["shifted"].follow_through == 1.25


@pytest.mark.parametrize(
    ("name", "answer", "points"),
    [
        # Wrong where there are two rows, and right in three checks of four.
        ("total", f"{TOTAL} + (len(Z) == 2)", 3.75),
        ("total", f"{TOTAL} if len(Z) > 2 else 1 / 0", 3.75),
        ("total", f"{TOTAL} + 1", 0),
        ("parts", PARTS.replace('"sum": float(', '"sum": float(2 * '), 0),
        ("parts", PARTS.replace('"all": double(Z)', '"all": double(Z) * (1 + 1e-7)'), 5.0),
        ("pair", "(double(Z) * (1 + 1e-4), 1.0)", 0),
        ("pair", "(double(Z), 1.0 + 1e-4)", 0),
        # Of two calls of a check one is right given it, and nothing comes back from the other.
        ("pair", "(double(Z), 1.0) if len(Z) != 7 else 1 / 0", 4.0),
    ],
)
def test_what_is_wrong_given_it_earns_nothing(followed, name, answer, points):
    found = followed(TRIPLE + ALL.replace(of(name, RIGHT[name]), of(name, answer)))
    assert found[name].follow_through == points


@pytest.mark.parametrize(
    "double",
    ["0.0 * Z", "None", "Z[:1]", "'word'", "[[3.0, 1.0]]", "1 / 0", "Z * np.nan", "{'a': Z}"],
)
def test_an_own_function_that_says_nothing_is_not_followed(followed, double):
    found = followed(of("double", double) + ALL)
    assert {name: f.follow_through for name, f in found.items() if f.follow_through} == {}


def test_only_value_checks_are_followed(followed):
    """Four of the five checks: how many digits are right is nothing that follows."""
    assert followed(TRIPLE + ALL)["last"].follow_through == 4.0


def test_where_one_formula_says_nothing_the_next_one_is_tried(followed):
    """The one before needs a function that is not there, or gives other answers."""
    found = followed(TRIPLE + ALL.replace(of("shifted", RIGHT["shifted"]), ""))
    assert (found["parts"].follow_through, found["pair"].follow_through) == (5.0, 5.0)


@pytest.mark.parametrize(
    ("double", "parts", "points"),
    [("1e6 * Z", 1 + 1e-7, 5.0), ("1e6 * Z", 1 + 1e-4, 0), ("1e-4 * Z", 1 + 1e-3, 0)],
)
def test_rounding_is_measured_by_what_the_own_function_gives(followed, double, parts, points):
    own = PARTS.replace('"all": double(Z)', f'"all": double(Z) * {parts!r}')
    found = followed(of("double", double) + ALL.replace(of("parts", PARTS), of("parts", own)))
    assert found["parts"].follow_through == points


@pytest.mark.parametrize("double", ["0.0 * Z", "None"])
def test_what_is_not_made_of_what_says_nothing_is_followed(followed, double):
    """`last` is right given a shifted that is wrong in its own way; or that is made of double."""
    own = ALL.replace(of("shifted", RIGHT["shifted"]), of("shifted", "3.0 * Z + 1.0"))
    assert followed(of("double", double) + own)["last"].follow_through == 4.0
    assert followed(of("double", double) + ALL)["last"].follow_through == 0


def test_a_right_function_is_not_followed(followed):
    found = followed(of("double", RIGHT["double"]) + ALL.replace("+ 1.0", "+ 2.0"))
    assert found["shifted"].follow_through == 0
    assert found["shifted"].score == 0
