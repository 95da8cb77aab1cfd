"""An author's slips in a course, each reported with its file and what to do."""

import sys

from grader.cli import common
from grader.course.folder import course_of
from grader.course.proof import problems_of
from grader.course.template import template_of
from tests.support import documents
from tests.support.course import ROOT
from tests.support.refusals import told, written

COST = """
from grader.course import Callback

relu.derivative_of("before", Callback("Z", "3.0"))
"""
CHECKS, REFERENCE = "checks.py", "reference.py"


def add(toy, name, text):
    with (toy / "ex01_relu" / name).open("a", encoding="utf-8") as file:
        file.write(text)


def with_two_functions(toy, points="before = 1, relu = 10"):
    """The toy course with a function `before` that comes before relu."""
    settings = (toy / "course.toml").read_text()
    assert "relu = 10" in settings
    written(toy / "course.toml", settings.replace("relu = 10", points))
    add(toy, REFERENCE, BEFORE)
    add(toy, CHECKS, documents.checks_of("before"))


BEFORE = """
# %%
def before(Z):
    # BEGIN SOLUTION
    return Z * 1.0
    # END SOLUTION

# %% [markdown] tags=["hint-before"]
# Look.

# %% [markdown] tags=["notice-before"]
# Good.
"""


def problems(toy):
    return "\n".join(problems_of(course_of(toy), toy.parent / "exercises", step=lambda _text: None))


def test_a_folder_of_exercises_that_is_missing(toy):
    assert "exercises is missing; run `grader build`" in problems(toy)


def test_an_alternative_or_a_mistake_without_a_docstring(toy):
    add(toy, "alternatives.py", "\n\ndef relu__bare(Z):\n    return np.maximum(Z, 0)\n")
    add(toy, "mistakes.py", "\n\ndef relu__bare(Z):\n    return Z - 100.0\n")
    messages = problems(toy)
    assert "relu__bare has no docstring; say what is different" in messages
    assert "relu__bare has no docstring; write it: learners read it" in messages


def test_a_template_that_is_already_right(toy):
    """The solution stands outside of its markers."""
    path = toy / "ex01_relu" / REFERENCE
    text = path.read_text()
    at = text.index("# BEGIN SOLUTION")
    line = text.rindex("\n", 0, at)
    path.write_text(f"{text[:line]}\n    return np.maximum(Z, 0){text[line:]}")
    assert "template of ex01_relu gets 10.0 points for relu" in problems(toy)


def test_a_function_without_a_public_check(toy):
    path = toy / "ex01_relu" / CHECKS
    path.write_text(path.read_text().replace("public=True", "public=False"))
    assert "relu has no public check" in problems(toy)


def test_a_function_whose_answers_can_be_copied(toy):
    path = toy / "ex01_relu" / CHECKS
    literal = path.read_text().replace("def many_entries(rng):", "def many_entries():")
    literal = literal.replace("rng.normal", "np.random.default_rng(1).normal")
    path.write_text(literal)
    assert "no check of relu draws its inputs; let one take rng" in problems(toy)


def test_a_cost_that_is_another(toy):
    with_two_functions(toy)
    add(toy, CHECKS, COST)
    told_of = "relu is not the derivative of before by its first argument; correct it"
    assert told_of in problems(toy)


def test_a_derivative_of_a_later_function(toy):
    with_two_functions(toy, "relu = 10, before = 1")
    add(toy, CHECKS, COST)
    assert "relu depends on before, which is not an earlier function; choose from: none" in told(
        course_of, toy
    )


def test_two_exercises_with_one_function(toy):
    settings = (toy / "course.toml").read_text()
    first, exercise = settings.split("[[exercise]]")
    written(
        toy / "course.toml",
        f"{first}[[exercise]]{exercise}\n[[exercise]]{exercise.replace('ex01', 'ex02')}",
    )
    (toy / "ex02_relu").mkdir()
    for path in (toy / "ex01_relu").iterdir():
        if path.is_file():
            written(toy / "ex02_relu" / path.name, path.read_bytes())
    assert "two exercises have a function relu; rename one" in told(course_of, toy)


def test_without_jupytext(toy, monkeypatch):
    monkeypatch.setitem(sys.modules, "jupytext", None)
    exercise = course_of(toy).exercises[0]
    assert "pip install 'softmax-grader[author]'" in told(template_of, exercise, (), str)


def test_where_no_course_lies(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(common, "__file__", str(tmp_path / "a" / "b" / "common.py"))
    assert "there is no folder solutions/ here; name a course with --course DIR" in told(
        common.read_course, None
    )
    monkeypatch.chdir(ROOT)
    assert common.read_course(None).folder.name == "solutions"


def test_a_callback_of_a_check_can_be_called():
    from grader.course.checks import Callback

    assert Callback("x", "float(x + 1)")(2) == 3.0


def test_a_course_without_mistakes_has_a_plan(toy):
    from grader.course.planning import plan_of

    (toy / "ex01_relu" / "mistakes.py").unlink()
    (function,) = plan_of(course_of(toy), mistakes=True).exercises[0].functions
    assert function.mistakes == ()
