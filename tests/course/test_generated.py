"""Mistakes that `grader build --generate` makes of right functions, and what is said of them."""

import ast

import pytest

from grader.course.folder import course_of
from grader.course.generated import FILE, outdated, write_generated
from grader.course.planning import plan_of
from grader.course.slips import mutants_of
from grader.engine.lane import Lane
from grader.grade.grader import Grader
from grader.intake.submission import submission_of

MORE = '''

@relu.value()
def more(rng):
    """Further inputs, wider than they are high."""
    for columns in (3, 4, 5):
        yield call(rng.normal(size=(2, columns)) + 1.0)
'''
# Without its `k += 1` it never ends.
LOOP = '''

def relu__loop(Z):
    """A loop over the rows."""
    A, k = np.zeros(Z.shape), 0
    while k < len(Z):
        A[k] = np.maximum(Z[k], 0)
        k += 1
    return A
'''


def slips(source):
    (function,) = ast.parse(source).body
    return {(m.slip.kind, m.source.partition("\n")[2].strip()) for m in mutants_of(function)}


@pytest.mark.parametrize(
    ("line", "kind", "wrong"),
    [
        ("return Z.sum(axis=0)", "axis", "return Z.sum(axis=1)"),
        ("return Z.sum(axis=0)", "whole", "return Z.sum()"),
        ("return Z.max(axis=0, keepdims=True)", "keepdims", "return Z.max(axis=0)"),
        ("return Z @ W.T", "transpose", "return Z @ W"),
        ("return Z - W", "sign", "return Z + W"),
        ("return Z - W", "swapped", "return W - Z"),
        ("return Z - W", "term", "return Z"),
        ("return Z * W", "factor", "return W"),
        ("return Z * W", "product", "return Z @ W"),
        ("return Z / 2.0", "division", "return Z"),
        ("return range(1, 5)", "off_by_one", "return range(0, 5)"),
        ("return np.outer(Z, W)", "arguments", "return np.outer(W, Z)"),
        ("return np.tanh(Z)", "not_applied", "return Z"),
        ("return Z.sum()", "function", "return Z.mean()"),
        ("return Z * W", "quantity", "return Z * Z"),
        ("return {'a': Z, 'b': W}", "entry", "return {'b': W}"),
        ("return own(Z)", "not_applied", "return Z"),
        ("return Z + W", "applied", "return Z ** 2 + W"),
        ("return Z + W", "scaled", "return 2 * (Z + W)"),
        ("return Z + W", "reduced", "return np.sum(Z) + W"),
        ("W -= Z", "twice", "W -= Z\n    W -= Z"),
    ],
)
def test_each_slip_has_its_kind(line, kind, wrong):
    assert (kind, wrong) in slips(f"def f(Z, W):\n    {line}")


def test_a_line_moves_into_a_loop():
    source = "def f(Z):\n    s = 0\n    for z in Z:\n        s += z\n    return s"
    wrong = "s = 0\n    for z in Z:\n        s = 0\n        s += z\n    return s"
    assert ("loop", wrong) in slips(source)


@pytest.fixture
def generated(toy, lane: Lane):
    """The toy course with its generated mistakes, and how often a function was made wrong."""
    for name, text in (("checks.py", MORE), ("alternatives.py", LOOP)):
        with (toy / "ex01_relu" / name).open("a", encoding="utf-8") as file:
            file.write(text)
    course = course_of(toy)
    write_generated(course, plan_of(course), lane, step=lambda _name: None)
    return course


def named(course, lane, line):
    source = f"import numpy as np\ndef relu(Z):\n    {line}\n".encode()
    grader = Grader(plan_of(course, mistakes=True), lane)
    (function,) = grader.grade(submission_of("ada", {"ex01_relu.py": source})).functions
    return function.misconception


@pytest.mark.slow  # what never ends is waited for
def test_a_mistake_that_nobody_listed_is_named(generated, lane: Lane):
    name = named(generated, lane, "return np.where(Z > 1, Z, 1.0)")
    assert name.id.startswith("slip_")
    assert name.message.startswith("Your answers are those of a right solution with one slip: ")
    assert "finite" in name.evidence or "inputs" in name.evidence
    assert named(generated, lane, "return np.where(Z > 0, Z, 0.0)") is None
    other = named(generated, lane, "return np.where(Z > 1, Z, 0.7)")
    assert other is None or not other.id.startswith("slip_")
    # Nothing is generated again until something that it was made from changes.
    assert outdated(generated, plan_of(generated)) == {}
    path = generated.folder / "ex01_relu" / "reference.py"
    text = path.read_text(encoding="utf-8")
    assert "np.maximum(Z, 0" in text
    path.write_text(text.replace("np.maximum(Z, 0", "1 * np.maximum(Z, 0"), encoding="utf-8")
    changed = course_of(generated.folder)
    assert list(outdated(changed, plan_of(changed))) == ["relu"]
    left = named(changed, lane, "return np.where(Z > 1, Z, 1.0)")
    assert left is None or not left.id.startswith("slip_")


def test_a_file_that_cannot_be_read_holds_no_mistakes(toy):
    (toy / FILE).write_bytes(b"no such thing")
    (exercise,) = plan_of(course_of(toy), mistakes=True).exercises
    assert exercise.functions[0].generated == ()


def test_the_mistakes_of_the_course_are_generated_from_what_it_is_now(course):
    assert outdated(course, plan_of(course)) == {}, "run grader build --generate"
