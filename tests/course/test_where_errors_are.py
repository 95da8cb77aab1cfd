"""What is wrong in a course is named with its file, its line, and what to do."""

import pytest

from grader import wire
from grader.course.audit import audit_course
from grader.course.folder import course_of
from grader.course.planning import plan_of
from grader.course.proof import problems_of
from grader.course.sealing import FIXED_SEED, with_sealed
from tests.support.refusals import told

CHECKS, REFERENCE, MISTAKES, ALTERNATIVES = (
    "checks.py",
    "reference.py",
    "mistakes.py",
    "alternatives.py",
)
TERMS = "return Terms(magnitude=A, growth=1)"
BOTH_SIGNS = "yield call(np.array([[-2.0, 3.0], [0.5, -0.5]]))"
SOLUTION = "return np.maximum(Z, 0)"


def changed(toy, name, old, new):
    """Change a file of the toy course; the number of the line that was changed."""
    path = toy / "ex01_relu" / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def line_of(toy, name, words):
    text = (toy / "ex01_relu" / name).read_text(encoding="utf-8")
    return text[: text.index(words)].count("\n") + 1


def impatient(toy):
    """Let a call of the author's own code take two seconds, and no ten."""
    path = toy / "course.toml"
    path.write_text(path.read_text() + "\n[limits]\ncall_cpu_s = 0.2\n")


def planned(toy):
    return plan_of(course_of(toy), mistakes=True)


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ("Terms(magnitude=A, growth=1)", "relu return nothing; write `return Terms("),
        ("return A", "return an array of float64; write `return Terms(magnitude=..., growth=...)`"),
        ("return Terms(A.ravel())", "magnitude has shape (4,), the answer has shape (2, 2)"),
        ("return Terms((A, A))", "magnitude has other parts than the answer; give it the same"),
        ("return Terms('A')", "magnitude is an array of <U1; give it real numbers"),
        ("return Terms(A * np.nan)", "magnitude is not finite at (0, 0): nan for 0"),
        ("return Terms(A + np.inf)", "magnitude is not finite at (0, 0): inf for 0"),
        ("return Terms(0 * A)", "magnitude is less than the answer at (0, 1): 0 for 3"),
        ("return Terms(A, growth='4')", "growth is 4; make it finite, at least 1"),
        ("return Terms(A, loose=0)", "loose is 0; make it finite, more than 0"),
        ("return Terms(A, loose=float('nan'))", "loose is nan; make it finite, more than 0"),
        ("return Terms(A, tight=-1)", "tight is -1; make it finite, more than 0"),
    ],
)
def test_terms_from_which_no_tolerance_follows(toy, terms, said):
    changed(toy, CHECKS, f"    {TERMS}", f"    {terms}")
    message = told(planned, toy)
    assert f"checks.py, line {line_of(toy, CHECKS, '@relu.terms')}: the terms of relu" in message
    assert said in message
    assert "check both_signs of relu" in message or "write `return" in message


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (CHECKS, TERMS, "return Terms(magnitude=B, growth=1)", "the terms of relu ("),
        (CHECKS, BOTH_SIGNS, "yield call(np.ones(2)[5])", "the inputs of both_signs raised Index"),
        (CHECKS, BOTH_SIGNS, "yield call(exit())", "the inputs of both_signs ends Python"),
        (CHECKS, "relu = Func", "relu = Nothing + Func", "importing it raised NameError"),
        (REFERENCE, SOLUTION, "return np.maximum(Z)", "the reference of relu ("),
        (REFERENCE, SOLUTION, "raise SystemExit", "ends Python (sys.exit); let it return or"),
        (MISTAKES, "return np.abs(Z)", "exit()", "relu__absolute_value ends Python (sys.exit)"),
    ],
)
def test_a_line_that_raises_or_exits(toy, name, old, new, said):
    line = changed(toy, name, old, new)
    message = told(planned, toy)
    assert message.startswith(f"{toy / 'ex01_relu' / name}, line {line}: ")
    assert said in message


ENDLESS = "while True: Z = 1"


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (CHECKS, BOTH_SIGNS, ENDLESS, "the inputs of both_signs"),
        (CHECKS, TERMS, ENDLESS, "the terms of relu"),
        (REFERENCE, SOLUTION, ENDLESS, "the reference of relu"),
        (MISTAKES, "return np.abs(Z)", ENDLESS, "relu__absolute_value"),
        (
            MISTAKES,
            "return np.abs(Z)",
            "while True:\n      try: 1\n      except: pass",
            "relu__absolute_value",
        ),
    ],
)
def test_a_line_that_never_ends(toy, name, old, new, said):
    impatient(toy)
    changed(toy, name, old, new)
    message = told(planned, toy)
    assert f"{name}, line " in message
    assert said in message
    assert "did not end within 2 seconds; correct it" in message


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (BOTH_SIGNS, "yield np.ones((2, 2))", "it yields ndarray, not a call; write `yield call"),
        (BOTH_SIGNS, "call(np.ones((2, 2)))", "it makes no call; write at least one `yield call"),
        (BOTH_SIGNS, "while True: yield call(1.0)", "it yields more than 1000 calls; let its loop"),
        (BOTH_SIGNS, "yield call({1, 2})", "set cannot be sent to a learner's process"),
        ("weight=2, public", "weight='2', public", "has weight '2'; make it a positive number"),
        ("weight=2, public", "weight=1e999, public", "has weight inf; make it a positive number"),
        ("weight=2, public", "parts='dW', public", "parts of both_signs is 'dW'; write a tuple"),
        ("weight=2, public", "shows='n', public", 'such as shows=("...",)'),
    ],
)
def test_a_check_that_is_none(toy, old, new, said):
    changed(toy, CHECKS, old, new)
    line = line_of(toy, CHECKS, "@relu.value")
    message = told(planned, toy)
    assert f"checks.py, line {line}: " in message
    assert said in message


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("None", "relu returns nothing, which cannot be compared"),
        ("Z > 0, {1}", "relu returns a value of type set, which cannot be compared"),
        ("Z * 1j", "relu returns an array of complex128, which cannot be compared"),
        ("Z.astype(object)", "relu returns an array of object, which cannot be compared"),
    ],
)
def test_an_answer_of_an_unknown_kind(toy, answer, said):
    changed(toy, REFERENCE, SOLUTION, f"return {answer}")
    message = told(planned, toy)
    assert f"reference.py, line {line_of(toy, REFERENCE, 'def relu')}: {said}" in message


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("slug =", "slag =", "[[exercise]] has no key 'slag'; its keys are: slug, points"),
        ("[[exercise]]", "[limits]\ncpu = 2\n[[exercise]]", "[limits] has no key 'cpu'; its keys"),
        ("[[exercise]]", "[checks]\non = []\n[[exercise]]", "no key 'on'; its keys are: off, full"),
        ("[[exercise]]", "[worth]\nsgn = 0\n[[exercise]]", "its keys are: sign, factor, swapped"),
        ("[[exercise]]", "[limits]\nmemory_bytes = 0\n[[exercise]]", "memory_bytes is 0; give it"),
        ("relu = 10", "relu = nan", "relu has nan points; give it more than 0"),
    ],
)
def test_a_setting_that_means_nothing(toy, old, new, said):
    path = toy / "course.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    assert said in told(course_of, toy)


def problems(toy, only=()):
    course = course_of(toy)
    return problems_of(course, toy.parent / "exercises", step=lambda _: None, only=only)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("return Z[7]", "relu__where gets 0.0 of 10.0 points"),
        ("exit()", "relu__where gets 0.0 of 10.0 points"),
        ("while True: pass", "relu__where gets 0.0 of 10.0 points"),
    ],
)
def test_an_alternative_that_raises_exits_or_never_ends(toy, answer, said):
    impatient(toy)
    changed(toy, ALTERNATIVES, "return np.where(Z > 0, Z, 0.0)", answer)
    line = line_of(toy, ALTERNATIVES, "def relu__where")
    (broken,) = audit_course(course_of(toy)).broken
    assert broken in problems(toy)
    assert broken.startswith(f"{toy / 'ex01_relu' / ALTERNATIVES}, line {line}: {said}")


def test_an_alternative_that_is_right_with_one_seed_only(toy):
    """It keeps the answers to all that was drawn with the seed of the proof."""
    plan = with_sealed(plan_of(course_of(toy)), course_of(toy), FIXED_SEED)
    (function,) = plan.exercises[0].functions
    known = [wire.unpack(c.args[0]).tolist() for c in (*function.calls, *function.sealed)]
    changed(
        toy,
        ALTERNATIVES,
        "return np.where(Z > 0, Z, 0.0)",
        f"return np.where(Z > 0, Z, 0.0) if Z.tolist() in {known} else Z",
    )
    assert any("relu__where gets" in p and "entries are wrong" in p for p in problems(toy))


def test_a_line_of_the_solution_outside_of_its_markers(toy):
    begin = "    # BEGIN SOLUTION\n"
    changed(toy, REFERENCE, begin, f"    Z = Z * 1.0\n    n = 1  # given\n{begin}")
    line = line_of(toy, REFERENCE, "Z = Z * 1.0")
    (said,) = [problem for problem in problems(toy, ("ex01_relu",)) if "markers" in problem]
    assert f"reference.py, line {line}: relu: this line is outside of the solution's mark" in said
    assert said.endswith("; move it between them, or end it with `# given`")


def test_a_tolerance_that_is_wider_than_half_of_a_mistakes_distance(toy):
    with (toy / "ex01_relu" / MISTAKES).open("a") as file:
        file.write(
            "\n\ndef relu__close(Z):\n    'Close.'\n    return np.maximum(Z, 0) * (1 + 1.5e-6)"
        )
    said = (
        "relu__close is wrong by only 0.2 orders of magnitude where it is clearest (0.3 are needed"
    )
    assert any(f"{said}: a tolerance may be half of its distance)" in p for p in problems(toy))
