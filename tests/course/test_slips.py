"""An author's slip names the file and the remedy."""

import pytest

from grader.course.folder import course_of
from grader.course.planning import plan_of
from grader.course.variants import variants_in
from grader.errors import CourseError, UsageError
from tests.support.proving import edit


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (
            "checks.py",
            "def two_examples",
            "def one_two_three",
            "two checks of softmax are named 'one_two_three'",
        ),
        (
            "checks.py",
            "# What a first try",
            "1 / 0\n# What a first try",
            "importing it raised ZeroDivisionError",
        ),
        ("checks.py", "weight=2", "weight=0", "has weight 0; make it a positive number"),
        (
            "checks.py",
            "growth=len(Z) + np.abs(Z).max() + 4",
            "growth=0",
            "growth is 0; make it finite, at least 1",
        ),
        ("checks.py", "@softmax.terms", "@(lambda f: f)", "softmax has no @softmax.terms"),
        (
            "checks.py",
            '    """Z is afterwards what it was before, and so is what was returned before."""\n',
            "",
            "has no docstring",
        ),
        (
            "checks.py",
            'FunctionChecks("softmax")',
            'FunctionChecks("soft")',
            "checks for soft, which has no points",
        ),
        (
            "checks.py",
            "yield call(np.array([[1.0], [2.0], [3.0]]))",
            "yield call(object())",
            "cannot be sent",
        ),
        (
            "checks.py",
            "yield call(np.array([[1.0], [2.0], [3.0]]))",
            "yield from ()",
            "it makes no call",
        ),
        (
            "checks.py",
            "yield call(np.array([[1.0], [2.0], [3.0]]))",
            "yield 1 / 0",
            "making the inputs of one_two_three raised ZeroDivisionError",
        ),
        (
            "checks.py",
            "@softmax.value(weight=2)\ndef any_batch",
            "@softmax.value(parts=('dW',))\ndef any_batch",
            "the answer has no part 'dW'",
        ),
        (
            "checks.py",
            "def any_batch(rng: Rng)",
            "def any_batch(rng: Rng, seed: int)",
            "it takes seed; it may only take rng and memory_bytes",
        ),
        (
            "reference.py",
            "def softmax(",
            "def soft(",
            "no function softmax, which course.toml lists; write it",
        ),
        ("reference.py", '"hint-softmax"', '"no-hint"', "0 cells have the tag 'hint-softmax'"),
        ("reference.py", "# # Exercise 1", "# Exercise 1", "no title"),
        (
            "reference.py",
            "import numpy as np",
            "import nonsense",
            "importing it raised ModuleNotFoundError",
        ),
    ],
)
def test_a_course_authors_slip_names_the_file_and_the_remedy(copy, name, old, new, said):
    edit(copy, name, old, new)
    with pytest.raises(CourseError, match="ex01_softmax/" + name.replace(".", r"\.")) as caught:
        plan_of(course_of(copy / "solutions"))
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[limits]", "follow_through = 2\n[limits]", "between 0 and 1"),
        ("softmax = 12", "softmax = 0", "give it more than 0"),
        (
            "[limits]",
            "[limit]",
            "course.toml, line 8: course.toml has no key 'limit'; its keys are: title, ",
        ),
        ("title =", "title", "Expected '='"),
        ('slug = "ex01_softmax"', 'slug = "ex01-softmax"', "cannot be a Python module's name"),
        ("points = {", "points = { nothing = 1,", "no function nothing"),
    ],
)
def test_a_slip_in_course_toml_is_named(copy, old, new, said):
    path = copy / "solutions" / "course.toml"
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(CourseError) as caught:
        course_of(copy / "solutions")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "def softmax__a(Z):\n    'x'\ndef softmax__a(Z):\n    'x'\n",
            "two functions are called softmax__a",
        ),
        ("def softmax_a(Z): return Z\n", "softmax_a is neither FUNCTION__ID nor a helper"),
        ("def relu__a(Z):\n    'x'\n", "relu__a: this exercise has no function relu; rename it"),
        ("def softmax__a(:\n", "line 1"),
        ("@mistake(same_as='softmax__b')\ndef softmax__a(Z): ...\n", "its message from softmax__b"),
        (
            "def softmax__a(Z): 'x'\n@mistake(same_as='softmax__a')\ndef softmax__b(Z): 'y'\n",
            "softmax__b takes its message from softmax__a",
        ),
        (
            "def softmax__a(Z): ...\n@mistake(same_as=softmax__a)\ndef softmax__b(Z): ...\n",
            "another variant of this file that has a docstring",
        ),
        (
            "@mistake(worth=1.5)\ndef softmax__b(Z):\n    'No.'\n",
            "mistakes.py, line 1: write what it is worth as a share of the points",
        ),
        (
            "@mistake(worth=HALF)\ndef softmax__b(Z):\n    'No.'\n",
            "mistakes.py, line 1: write what it is worth as a share of the points",
        ),
        (None, "is missing"),
    ],
)
def test_a_slip_in_mistakes_is_named(copy, text, said):
    path = copy / "solutions" / "ex01_softmax" / "mistakes.py"
    path.unlink() if text is None else path.write_text(text)
    (exercise,) = course_of(copy / "solutions").exercises
    with pytest.raises(CourseError, match=said):
        variants_in(exercise, "mistakes.py")


def test_mistakes_share_a_message_and_a_learners_file_holds_nothing_of_how(copy):
    path = copy / "solutions" / "ex01_softmax" / "mistakes.py"
    path.write_text(
        "from grader.course import mistake\n"
        "def softmax__a(Z):\n    'You return Z.'\n    return Z\n"
        "@mistake(same_as='softmax__a')\ndef softmax__b(Z):\n    return Z.copy()\n"
    )
    course = course_of(copy / "solutions")
    (planned,) = plan_of(course, mistakes=True).exercises
    messages = {m.id: m.message for m in planned.functions[0].mistakes}
    assert messages == {"a": "You return Z.", "b": "You return Z."}
    _, variant = variants_in(course.exercises[0], "mistakes.py")
    assert "mistake" not in variant.source().decode()


def test_a_folder_that_is_no_course_says_how_to_name_one(tmp_path):
    with pytest.raises(UsageError, match="name a course with --course"):
        course_of(tmp_path)


def test_an_exercise_that_the_course_does_not_have_is_refused(course):
    with pytest.raises(UsageError, match="no exercise is called 'ex99'; choose from ex01_softmax"):
        plan_of(course, only=("ex99",))
