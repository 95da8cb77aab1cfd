"""Each function is judged on its own merits: a wrong one costs those behind it nothing."""

from __future__ import annotations

import re

import msgspec
import numpy as np
import pytest

from grader.engine.launch import Wall
from grader.engine.references import References
from grader.grade.grader import Grader
from grader.intake.submission import submission_of
from grader.model import Kind, Limits, Verdict
from grader.plan import Rules
from tests.support.course import planned
from tests.support.results import function_of
from tests.support.submissions import SOFTMAX, Files, notebook

BASE_TWO = SOFTMAX.replace("np.exp(", "2.0 ** (")
JACOBIAN = """
def softmax_jacobian(z):
    a = softmax(z)[:, 0]
    return np.diag(a) - np.outer(a, a)
"""
IMPORT = "import numpy as np\nfrom ex01_softmax import softmax\n"
RIGHT = IMPORT + JACOBIAN
DIAGONAL = RIGHT.replace("np.diag(a) - np.outer(a, a)", "np.diag(a * (1 - a))")


def jacobian(expression: str, parameters: str = "z") -> str:
    """A right Jacobian that calls softmax by this expression."""
    return f"""
def softmax_jacobian({parameters}):
    a = {expression}[:, 0]
    return np.diag(a) - np.outer(a, a)
"""


@pytest.fixture(scope="module")
def references(course) -> Files:
    return {f"{e.slug}.py": e.reference_path.read_bytes() for e in course.exercises}


@pytest.fixture(scope="module")
def judged(explain):
    """What softmax_jacobian gets with this source of ex02, behind this source of ex01."""

    def graded(ex02: str, ex01: str | None = BASE_TWO, **files: str | bytes):
        first = {} if ex01 is None else {"ex01_softmax.py": ex01}
        given = {"ex02_jacobian.py": ex02, **first, **files}
        result = explain({name: text for name, text in given.items() if text})
        return function_of(result, "softmax_jacobian")

    return graded


# How the code of ex02 gets at softmax, and what it calls.
HOLD = "\nimport numpy as np\n"
REFERRED_TO = {
    "import": RIGHT,
    "star import": RIGHT.replace("import softmax", "import *"),
    "attribute": "import numpy as np, ex01_softmax\n" + jacobian("ex01_softmax.softmax(z)"),
    "import as": RIGHT.replace("import softmax", "import softmax as sm").replace(
        "= softmax(", "= sm("
    ),
    "module as": "import numpy as np\nimport ex01_softmax as first\n"
    + jacobian("first.softmax(z)"),
    "import in the function": "import numpy as np\n"
    + JACOBIAN.replace("    a =", "    from ex01_softmax import softmax\n    a ="),
    "alias": f"{IMPORT}sm = softmax\n" + jacobian("sm(z)"),
    "default argument": IMPORT + jacobian("sm(z)", "z, sm=softmax"),
    "dict": f"{IMPORT}USED = {{'softmax': softmax}}\n" + jacobian("USED['softmax'](z)"),
    "partial": f"{IMPORT}import functools\nsm = functools.partial(softmax)\n" + jacobian("sm(z)"),
    "closure": f"{IMPORT}def made(f):\n    return lambda z: f(z)\nsm = made(softmax)\n"
    + jacobian("sm(z)"),
    "method": f"{IMPORT}class Layer:\n    def __init__(self):\n        self.f = softmax\n"
    "    def __call__(self, z):\n        return self.f(z)\nlayer = Layer()\n"
    + jacobian("layer(z)"),
    "static method": f"{IMPORT}class Layer:\n    f = staticmethod(softmax)\n"
    + jacobian("Layer.f(z)"),
    "lambda": f"{IMPORT}sm = lambda z: softmax(z)\n" + jacobian("sm(z)"),
    "is a lambda": f"{IMPORT}softmax_jacobian = lambda z: (lambda a: np.diag(a) - np.outer(a, a))("
    "softmax(z)[:, 0])\n",
    "keyword argument": IMPORT + jacobian("softmax(Z=z)"),
    "helper": f"{IMPORT}def probabilities(z):\n    return softmax(z)\n"
    + jacobian("probabilities(z)"),
    "called while it is loaded": f"{IMPORT}print(softmax(np.ones((2, 1))))\n{JACOBIAN}",
    "star import below": HOLD + JACOBIAN + "from ex01_softmax import *\n",
    "pasted": BASE_TWO + JACOBIAN,
    "several on a line": "import numpy as np; from ex01_softmax import softmax; sm = softmax\n"
    + jacobian("sm(z)"),
    "by its name": "import numpy as np, importlib\n"
    "first = importlib.import_module('ex01_softmax')\n" + jacobian("getattr(first, 'softmax')(z)"),
    "import that may fail": "import numpy as np\ntry:\n    from ex01_softmax import softmax\n"
    f"except ImportError:\n    pass\n{JACOBIAN}",
}
# How ex01 itself makes a softmax that is wrong.
CACHED = """
def cached(f):
    known = {}
    def wrapper(Z):
        key = Z.tobytes(), Z.shape
        if key not in known:
            known[key] = f(Z)
        return known[key]
    return wrapper
"""
MADE = {
    "plain": BASE_TWO,
    "decorated": CACHED + BASE_TWO.replace("def softmax", "@cached\ndef softmax"),
    "wrapped": f"{CACHED}{BASE_TWO}softmax = cached(softmax)\n",
    "lambda": "import numpy as np\nsoftmax = lambda Z: Z / Z.sum(axis=0)\n",
    "partial": BASE_TWO.replace("softmax(", "power(") + "import functools\n"
    "softmax = functools.partial(power)\n",
    "method": BASE_TWO.replace("softmax(Z)", "softmax(self, Z)").replace(
        "def", "class Layer:\n  def"
    )
    + "softmax = Layer().softmax\n",
    "object": BASE_TWO.replace("softmax(Z)", "__call__(self, Z)").replace(
        "def", "class Layer:\n  def"
    )
    + "softmax = Layer()\n",
    "conditional": "import numpy as np\nif np:\n    def softmax(Z):\n        return Z\n",
    "defined twice": BASE_TWO + "first = softmax\n" + BASE_TWO,
    "recursive": "def softmax(Z):\n    return Z if Z.shape[1] < 2 else softmax(Z[:, :1])\n",
    "a list": BASE_TWO.replace("axis=0, keepdims=True)\n", "axis=0, keepdims=True)\n", 1).replace(
        "return E / E.sum(axis=0, keepdims=True)", "return (E / E.sum(axis=0)).tolist()"
    ),
    "changes its argument": BASE_TWO.replace("    E =", "    Z *= 2\n    E ="),
    "raises": "def softmax(Z):\n    raise RuntimeError('mine')\n",
    "exits": "def softmax(Z):\n    raise SystemExit\n",
    "returns nothing": "def softmax(Z):\n    Z\n",
}
# How there may be no softmax at all.
ABSENT = {
    "not handed in": None,
    "deleted": "import numpy as np\n",
    "a stub": "def softmax(Z):\n    raise NotImplementedError\n",
    "an empty stub": "def softmax(Z):\n    pass\n",
    "a syntax error": BASE_TWO.replace("return", "return ("),
    "a syntax error in another cell": "def softmax(Z:\n",
    "renamed": BASE_TWO.replace("softmax", "soft_max"),
    "ends the process while it is loaded": "import os\nos._exit(1)\n",
    "fails while it is loaded": "1 / 0\nfrom nowhere import softmax\n",
    "set to None": "softmax = None\n",
    "overwritten": f"{SOFTMAX}softmax = softmax(np.ones((2, 1)))\n",
}


@pytest.mark.parametrize("form", REFERRED_TO)
def test_right_code_behind_a_wrong_softmax_is_right_however_it_refers_to_it(judged, form):
    _is_right_with_softmax(judged(REFERRED_TO[form]))


@pytest.mark.parametrize("form", MADE)
def test_it_is_right_however_the_wrong_softmax_is_made(judged, form):
    _is_right_with_softmax(judged(RIGHT, MADE[form]))


@pytest.mark.parametrize("form", ABSENT)
def test_it_is_right_without_a_softmax(judged, form):
    _is_right_with_softmax(judged(RIGHT, ABSENT[form]))


@pytest.mark.parametrize("form", ["not handed in", "a syntax error", "renamed"])
@pytest.mark.parametrize(
    "reference", ["star import", "attribute", "default argument", "partial", "alias", "dict"]
)
def test_what_is_held_while_loading_is_there_without_a_softmax(judged, reference, form):
    _is_right_with_softmax(judged(REFERRED_TO[reference], ABSENT[form]))


def test_what_was_caught_before_its_statement_ended_is_the_learners_own(judged):
    """A known exception: a stand-in takes the place of a name once the statement has ended."""
    registry = (
        "import numpy as np\nALL = {}\ndef register(f):\n    ALL[f.__name__] = f\n    return f\n"
    )
    registry += BASE_TWO.replace("def softmax", "@register\ndef softmax")
    source = "import numpy as np\nfrom ex01_softmax import ALL\n" + jacobian("ALL['softmax'](z)")
    function = judged(source, registry)
    assert function.judged_with == ()
    assert function.score < 10


def _is_right_with_softmax(function):
    assert function.score == function.max_score, function
    assert function.verdict is Verdict.PASSED
    assert function.misconception is None
    assert function.judged_with == ("softmax",)
    assert function.message == "right with a right softmax: begin there"


@pytest.mark.parametrize("made", [notebook, str])
def test_one_file_with_everything_in_it(explain, references, made):
    sources = [text.decode() for text in references.values()]
    source = "\n".join([BASE_TWO, *sources[1:]])
    source = re.sub(r"^from ex0.*$", "", source, flags=re.MULTILINE)
    name = "all.ipynb" if made is notebook else "all.py"
    _only_softmax_is_wrong(explain({name: made(source)}))


def test_every_function_of_the_course_is_right_behind_a_wrong_softmax(explain, references):
    result = explain({**references, "ex01_softmax.py": BASE_TWO})
    _only_softmax_is_wrong(result)
    behind = {
        "softmax_jacobian",
        "softmax_jacobian_batch",
        # It calls no softmax, but what does.
        "vjp_with_jacobian",
        "softmax_cross_entropy_grad",
        "chain_terms",
        "hypotheses",
        "output_layer_grad_parts",
        "output_layer_grad",
        "forward",
        "train",
    }
    judged = {f.function: f.judged_with for f in result.functions if f.judged_with}
    assert judged == dict.fromkeys(behind, ("softmax",))


def _only_softmax_is_wrong(result):
    assert {f.function for f in result.functions if f.score != f.max_score} == {"softmax"}
    assert function_of(result, "softmax").misconception.id == "base_two"
    for function in result.functions[1:]:
        assert function.misconception is None
        told = "right with a right softmax: begin there" if function.judged_with else ""
        assert function.message == told


def test_a_right_submission_is_judged_with_nothing(explain, references):
    result = explain(references)
    assert result.score == result.max_score
    for function in result.functions:
        assert (function.judged_with, function.own, function.message) == ((), (), "")


@pytest.mark.parametrize("end", ["while True: pass", "import os; os._exit(1)"])
def test_an_earlier_function_that_hangs_or_ends_the_process_costs_others_nothing(
    explain_with, references, end
):
    source = f"def softmax(Z):\n    {end}\n"
    result = explain_with(QUICK)({**references, "ex01_softmax.py": source})
    assert {f.function for f in result.functions if f.score != f.max_score} == {"softmax"}
    # Nobody waited for it once more.
    assert function_of(result, "softmax_jacobian").own == ()


@pytest.fixture(scope="module")
def explain_with(lane):
    """Grade files by the plan with these changes."""
    plan = planned(mistakes=True)
    with References(plan, Wall()) as references:

        def explain(changes):
            grader = Grader(msgspec.structs.replace(plan, **changes), lane, references)
            return lambda files: grader.grade(
                submission_of("ada", {n: _bytes(f) for n, f in files.items()})
            )

        yield explain


def _bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text


QUICK = {"limits": Limits(call_cpu_s=0.5, submission_cpu_s=30.0)}


def test_what_works_with_its_own_convention_keeps_its_points_though_another_hangs(
    explain_with, references
):
    """Its softmax has examples in rows, and so has what calls it."""
    rows = SOFTMAX.replace("axis=0", "axis=1")
    hangs = "def cross_entropy(A, Y):\n    while True: pass\n"
    files = {
        **references,
        "ex01_softmax.py": rows,
        "ex03_cross_entropy.py": references["ex03_cross_entropy.py"].decode() + hangs,
        "ex04_backward.py": references["ex04_backward.py"]
        .decode()
        .replace("return softmax(Z) - Y", "return softmax(Z.T).T - Y"),
    }
    result = explain_with(QUICK)(files)
    lost = {f.function for f in result.functions if f.score != f.max_score}
    assert lost == {"softmax", "cross_entropy"}


@pytest.mark.parametrize(
    ("slugs", "files"),
    [
        (None, ("ex03_cross_entropy", "ex04_backward")),
        (("ex04_backward",), ("ex04_backward",)),
        (("ex02_jacobian", "ex04_backward"), ("ex02_jacobian", "ex04_backward")),
        (("ex06_network",), ("ex06_network",)),
    ],
)
def test_what_is_handed_in_by_the_week_is_right_without_the_weeks_before(
    explain_with, references, slugs, files
):
    exercises = planned(mistakes=True).exercises
    explain = explain_with(
        {"exercises": tuple(e for e in exercises if slugs is None or e.slug in slugs)}
    )
    result = explain({f"{slug}.py": references[f"{slug}.py"] for slug in files})
    handed_in = [f for f in result.functions if f.exercise in files]
    assert handed_in
    assert all(f.score == f.max_score and f.misconception is None for f in handed_in)


def test_a_mistake_of_its_own_is_named_behind_a_wrong_softmax(judged):
    function = judged(DIAGONAL)
    assert function.misconception.id == "diagonal_only"
    assert function.judged_with == ("softmax",)
    assert function.score == judged(DIAGONAL, SOFTMAX).score
    assert not function.message.startswith("right with")


def test_the_checks_that_are_told_are_those_with_right_functions(judged, grade):
    """Beside them stands what came of them with the learner's own."""
    function = judged(RIGHT.replace("np.outer", "0.99 * np.outer"))
    alone = judged(RIGHT.replace("np.outer", "0.99 * np.outer"), SOFTMAX)
    assert [c.message for c in function.checks] == [c.message for c in alone.checks]
    files = {"ex01_softmax.py": BASE_TWO, "ex02_jacobian.py": RIGHT}
    own = function_of(grade(files), "softmax_jacobian").checks
    assert judged(RIGHT).own == tuple(check.verdict for check in own)
    assert Verdict.WRONG_VALUE in judged(RIGHT).own


def test_what_begins_with_several_functions_names_them_in_the_order_of_the_course(
    explain, references
):
    wrong = "def cross_entropy(A, Y):\n    return -1.0\n"
    both = references["ex04_backward.py"].decode()
    both = both.replace(
        "return softmax(Z) - Y", "cross_entropy(softmax(Z), Y)\n    return softmax(Z) - Y"
    )
    files = {
        **references,
        "ex01_softmax.py": BASE_TWO,
        "ex03_cross_entropy.py": references["ex03_cross_entropy.py"].decode() + wrong,
        "ex04_backward.py": f"from ex03_cross_entropy import cross_entropy\n{both}",
    }
    function = function_of(explain(files), "softmax_cross_entropy_grad")
    assert function.judged_with == ("softmax", "cross_entropy")
    assert function.message == "right with a right softmax and cross_entropy: begin there"


def test_a_function_that_is_right_with_its_own_convention_keeps_its_points(judged):
    """Its softmax wants examples in rows, and its Jacobian knows that."""
    rows = SOFTMAX.replace("axis=0", "axis=1")
    function = judged(IMPORT + jacobian("softmax(z.T).T"), rows)
    assert (function.score, function.judged_with, function.message) == (10, (), "")


def test_the_better_of_both_counts_and_no_mistake_is_named(judged):
    """With its own softmax half of it is right; with a right one nothing is."""
    odd = IMPORT + jacobian("softmax(z.T).T") + "if len(z) == 3: return J + 1\n"
    odd = odd.replace(
        "    return np.diag(a) - np.outer(a, a)\nif", "    J = np.diag(a) - np.outer(a, a)\n    if"
    ).replace("return J + 1\n", "return J + 1\n    return J\n")
    function = judged(odd, SOFTMAX.replace("axis=0", "axis=1"))
    assert 0 < function.score < 10
    assert (function.judged_with, function.own, function.misconception) == ((), (), None)


def test_an_instructor_may_give_a_share_of_the_difference(explain_with):
    files = {"ex01_softmax.py": BASE_TWO, "ex02_jacobian.py": RIGHT}
    of = {
        share: function_of(
            explain_with({"rules": Rules(follow_through=share)})(files), "softmax_jacobian"
        )
        for share in (0.0, 0.5, 1.0)
    }
    alone = of[0.0].score
    assert 0 <= alone < 5
    assert of[1.0].score == 10
    assert of[0.5].score == pytest.approx((alone + 10) / 2, abs=0.01)
    assert {f.verdict for f in of.values()} == {Verdict.PASSED}


TRIVIAL = ["np.zeros((len(z), len(z)))", "z", "softmax(z)", "np.diag(softmax(z)[:, 0])", "None"]


@pytest.mark.parametrize("answer", TRIVIAL)
def test_a_trivial_answer_gains_nothing(judged, answer):
    source = f"{IMPORT}def softmax_jacobian(z):\n    return {answer}\n"
    assert judged(source).score <= judged(source, SOFTMAX).score


def test_an_earlier_function_that_remembers_the_inputs_of_a_later_one_gains_nothing(explain):
    """It could make up a Jacobian that fits whatever product was returned."""
    cheat = """
import numpy as np
SEEN = {}
def softmax_jacobian(z):
    g = SEEN.get(z.tobytes())
    return np.zeros((len(z), len(z))) + len(z) if g is None else np.outer(g / (g @ g), z[:, 0] ** 2)
def vjp_with_jacobian(Z, dA):
    for z, g in zip(Z.T, dA.T):
        SEEN[z.tobytes()] = g
    return np.stack([g @ softmax_jacobian(z[:, None]) for z, g in zip(Z.T, dA.T)], 1)
"""
    result = explain({"everything.py": cheat})
    # The product itself is right.
    assert function_of(result, "vjp_with_jacobian").score == 7
    assert function_of(result, "softmax_jacobian").score == 0


def test_what_was_told_to_a_later_function_is_not_there_when_the_earlier_one_is_called(explain):
    """The batch asks for the Jacobians of all sealed inputs, as if it knew them, and keeps them."""
    (planned_function,) = (
        f for f in planned().exercises[1].functions if f.name == "softmax_jacobian"
    )
    # It is wrong for its first input, so that it is answered for.
    first, *others = (call.args[0].data for call in planned_function.calls)
    known = set(others) - {first}
    sealed = [np.frombuffer(call.args[0].data).tolist() for call in planned_function.sealed]
    source = f"""{IMPORT}
KNOWN, KEPT = {known!r}, {{}}
def softmax_jacobian(z):
    a = softmax(z)[:, 0]
    return np.diag(a) - np.outer(a, a) if z.tobytes() in KNOWN else KEPT.get(z.tobytes())
def softmax_jacobian_batch(Z):
    for entries in {sealed!r}:
        z = np.array(entries)[:, None]
        KEPT[z.tobytes()] = softmax_jacobian(z)
    return np.stack([softmax_jacobian(z[:, None]) for z in Z.T])
"""
    result = explain({"ex01_softmax.py": BASE_TWO, "ex02_jacobian.py": source})
    assert function_of(result, "softmax_jacobian_batch").score == 5
    function = function_of(result, "softmax_jacobian")
    assert function.judged_with == ("softmax",)
    verdicts = {check.name: check.verdict for check in function.checks}
    told = {c.name for c in planned_function.checks if c.sealed and c.kind is not Kind.MUTATION}
    assert {verdicts[name] for name in told} >= {Verdict.FAILS_ON_OTHER_INPUTS}
    assert {name for name in told if verdicts[name] is Verdict.PASSED} == set()


def test_nothing_is_answered_while_files_are_loaded(judged):
    """Else the answers to all inputs could be kept from the start."""
    source = f"""{IMPORT}
def softmax_jacobian(z):
    raise ValueError(EARLY)
EARLY = float(softmax(np.arange(3.0)[:, None])[0, 0])
"""
    assert "ValueError: 0.142857" in judged(source).message


def test_what_the_right_function_cannot_answer_is_left_to_the_learners_own(explain, references):
    """It has a parameter of its own, and is right for the arguments that the later one has."""
    own = """
import numpy as np
def softmax(Z, axis=1):
    E = np.exp(Z - Z.max(axis=axis, keepdims=True))
    return E / E.sum(axis=axis, keepdims=True)
"""
    later = """
import numpy as np
from ex01_softmax import softmax
def softmax_jacobian(z):
    a = softmax(z, axis=0)[:, 0]
    return np.diag(a) - np.outer(a, a)
"""
    result = explain({**references, "ex01_softmax.py": own, "ex02_jacobian.py": later})
    assert function_of(result, "softmax").verdict is Verdict.WRONG_VALUE
    assert function_of(result, "softmax_jacobian").score == 10
