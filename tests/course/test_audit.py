"""The report card of a course: of the toy course in the documents, and of broken ones."""

import json

import pytest

from grader.course.audit import audit_course
from grader.course.folder import course_of
from grader.course.messages import broken_messages

CHECKS, MISTAKES, ALTERNATIVES = "checks.py", "mistakes.py", "alternatives.py"


def edit(toy, name, old, new):
    path = toy / "ex01_relu" / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def add(toy, name, text):
    with (toy / "ex01_relu" / name).open("a", encoding="utf-8") as file:
        file.write(f"\n\n{text}\n")


def broken(toy):
    return list(audit_course(course_of(toy)).broken)


def test_a_toy_course_is_audited(toy):
    audit = audit_course(course_of(toy))
    assert audit.broken == ()
    rows = {check.check: check for check in audit.checks}
    assert rows["both_signs"].killed == 2
    assert rows["leaves_its_argument"].sole == ("in_place",)
    assert rows["leaves_its_argument"].right_margin is None
    # |-0.5| for 0 is wrong by infinitely many tolerances, 1 for 0.5 by 10^6.
    assert rows["both_signs"].wrong_margin == pytest.approx(6.0, abs=0.01)
    assert rows["both_signs"].wrong_by == "step"
    (relu,) = audit.functions
    assert (relu.alternatives, relu.mistakes, relu.unnamed) == (2, 3, ())


RIGHT = "np.maximum(Z, 0)"
BROKEN = {
    "loses nothing": (MISTAKES, "right", RIGHT, "relu__right gets full points; add an input"),
    "right but barely": (ALTERNATIVES, "barely", f"{RIGHT} * (1 + 9e-7)",
        "the alternative barely is only 0.0 orders of magnitude within the tolerance"),
    "wrong but barely": (MISTAKES, "close", f"{RIGHT} * (1 + 1.5e-6)",
        "relu__close is wrong by only 0.2 orders of magnitude where it is clearest"),
    "like another one": (MISTAKES, "other", "(Z > 0) * 1.0", "relu__step answers like other"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "variant", "answer", "message"), BROKEN.values(), ids=BROKEN)
def test_each_broken_rule_is_reported_with_its_file(toy, name, variant, answer, message):
    add(toy, name, f'def relu__{variant}(Z):\n    """In other words."""\n    return {answer}')
    rule, *_ = broken(toy)
    assert message in rule
    assert str(toy / "ex01_relu") in rule


LONG = "It is not quite what was asked for here, as you will see. " * 4
MESSAGES = {
    "You are wrong.": "has 3 words; write 40 to 120",
    LONG * 3: "has 156 words; write 40 to 120",
    LONG.replace(". ", ", "): "has a sentence of 52 words (It is not quite what ...); split it",
    f"{LONG} {'Differentiation, ' * 10}": "has many long words; say it more plainly: "
    "Differentiation",
    f"{LONG} Try NP.maximum( Z,0 ).": "gives the solution away: np.maximum(Z, 0);"
    " ask for it instead",
}


@pytest.mark.parametrize(("message", "said"), MESSAGES.items())
def test_each_rule_for_messages_is_reported_with_its_line(toy, message, said):
    clear = f"{LONG} Try np.maximum(Z, 0.5)."
    for name, text in (("twice", message), ("thrice", message), ("clear", clear)):
        source = f'def relu__{name}(Z):\n    """{text}"""\n    return {len(name)} * Z'
        add(toy, MISTAKES, source)
    path = toy / "ex01_relu" / MISTAKES
    lines = path.read_text(encoding="utf-8").splitlines()
    line = lines.index("def relu__twice(Z):") + 1
    assert list(broken_messages(course_of(toy).exercises[0])) == [
        f"{path}, line {line}: the message of relu__twice {said}"
        + (": what the code does, why that is wrong, and a question" if "write" in said else "")
    ]
    assert any(said in rule for rule in broken(toy))


def test_a_check_that_nobody_loses_is_reported(toy):
    idle = '@relu.shape()\ndef idle(rng):\n    """Idle."""\n    yield call(rng.normal(size=3))'
    add(toy, CHECKS, idle)
    (rule,) = broken(toy)
    assert f"{CHECKS}: check idle of relu is lost by no mistake; drop it" in rule


def test_a_function_with_few_alternatives_is_reported(toy):
    edit(toy, ALTERNATIVES, "def relu__where", "def _relu__where")
    (rule,) = broken(toy)
    assert "relu has too few alternatives (1 of at least 2)" in rule


def test_the_command_prints_a_table_or_json_writes_a_page_and_ends_with_1(toy, run):
    page = toy.parent / "audit.html"
    done = run("audit", "--course", toy, "--html", page)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "the course keeps the rules"
    assert "leaves_its_argument" in done.stdout
    assert "leaves_its_argument" in page.read_text(encoding="utf-8")
    edit(toy, ALTERNATIVES, "def relu__where", "def _relu__where")
    done = run("audit", "--course", toy)
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "1 rule broken"
    assert "relu has too few alternatives (1 of at least 2)" in done.stdout
    done = run("audit", "--course", toy, "--json")
    assert done.returncode == 1
    report_card = json.loads(done.stdout)
    assert len(report_card["broken"]) == 1
    assert report_card["functions"][0]["function"] == "relu"
    nowhere = run("audit", "--course", toy, "--html", toy / "no" / "audit.html")
    assert nowhere.returncode == 2
    assert "cannot write to " in nowhere.stderr
    assert "audit.html: No such file or directory" in nowhere.stderr
