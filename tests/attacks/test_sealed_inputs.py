"""Whatever learner code does once it has seen a sealed input, all that is told is pass or fail.

Each submission is right on all open inputs. On some of the sealed ones it misbehaves in one of many
ways. What anybody reads of it must then be a function of which checks have failed on sealed inputs,
and of nothing else: not of how they failed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import msgspec
import pytest

from grader.course.sealing import with_sealed
from grader.engine.launch import Wall
from grader.engine.references import References
from grader.grade.grader import GradedSubmission, Grader
from grader.intake.submission import submission_of
from grader.model import Limits, Verdict
from grader.plan import Plan
from grader.platforms.container.grade import GradedInContainer
from grader.platforms.container.pack import Settings
from grader.platforms.gradescope.results import results_of
from grader.results.pages import FeedbackPages, page_name
from grader.results.tables import json_line, misconception_rows
from tests.attacks.arena import SEED
from tests.support.course import planned

LIMITS = Limits(call_cpu_s=0.3, statement_cpu_s=1.0, submission_cpu_s=4.0, wall_factor=3.0)
EXERCISES = ("ex01_softmax", "ex02_jacobian")

# What is done with a sealed input, in place of a right answer. SECRET holds its numbers.
INSTEAD = {
    "nothing": "return None",
    "wrong values": "return right(Z) + 1",
    "wrong values that tell": "return np.full(Z.shape, Z[0, 0])",
    "nearly right values": "return right(Z) * (1 + 1e-9)",
    "nan": "return right(Z) * np.nan",
    "a shape that tells": "return np.zeros(int(abs(Z[0, 0]) * 1e4))",
    "more axes": "return right(Z)[None, None]",
    "swapped axes": "return right(Z).T",
    "a huge array": "return np.broadcast_to(1.0, (987_654_321,))",
    "a list": "return right(Z).tolist()",
    "a list of a length that tells": "return [0.0] * int(abs(Z[0, 0]) * 1e3)",
    "a dict with a key that tells": "return {SECRET: right(Z)}",
    "a text that tells": "return SECRET",
    "an own class": "return type(SECRET, (), {})()",
    "float32": "return right(Z).astype(np.float32)",
    "complex": "return right(Z) + 1j",
    "objects": "return right(Z).astype(object)",
    "a masked array": "return np.ma.masked_array(right(Z))",
    "a number": "return float(Z[0, 0])",
    "a bool": "return True",
    "a generator": "return (z for z in Z)",
    "itself": "return softmax",
    "a changed argument": "Z[:] = 0; return right(Z)",
    "an exception of Python": "raise ValueError(SECRET)",
    "an exception with a name that tells": "raise type(SECRET, (Exception,), {})",
    "a chain of exceptions": "raise KeyError(SECRET) from OSError(SECRET)",
    "an exception that cannot be shown": "raise type('E', (Exception,), {'__str__': quit_})",
    "an exception group": "raise ExceptionGroup(SECRET, [ValueError(SECRET)])",
    "a stub": "raise NotImplementedError",
    "a stub within": "exec('def inner(): raise NotImplementedError\\ninner()')",
    "a lack of memory": "raise MemoryError(SECRET)",
    "all memory": "return np.ones(10**9)",
    "endless recursion": "return softmax(Z)",
    "an exit": "raise SystemExit(SECRET)",
    "an interrupt": "raise KeyboardInterrupt",
    "the end of the process": "os._exit(int(abs(Z[0, 0]) * 100) % 200)",
    "an endless loop": "while True: pass",
    "a long sleep": "time.sleep(60)",
    "an alarm": "signal.setitimer(signal.ITIMER_REAL, 0.01); time.sleep(60)",
    "a forged reply": "reply_forged()",
    "no channel": "os.closerange(0, 64)",
}
# What is done besides, before a right answer is given.
BESIDES = {
    "prints": "print(SECRET); os.write(1, SECRET.encode()); os.write(2, SECRET.encode())",
    "warns": "warnings.warn(SECRET)",
    "takes its time": "time.sleep(0.1)",
    "patches an earlier function": "sys.modules['ex01_softmax'].softmax = lambda Z: SECRET",
    "patches NumPy": "np.exp = np.outer = np.diag = lambda *a, **k: SECRET",
    "patches the encoder": "[m.__dict__.clear() for n, m in [*sys.modules.items()] if 'wire' in n]",
    "patches builtins": "import builtins; builtins.len = builtins.type = lambda *a: SECRET",
    "empties the modules": "sys.modules.clear()",
    "renames itself": "softmax.__name__ = softmax.__qualname__ = SECRET",
    "deletes later functions": "globals().pop('softmax_jacobian', 0)",
    "leaves files and variables": "os.environ['SEEN'] = SECRET; time.seen = SECRET",
    "traces all that follows": "sys.settrace(lambda *a: os._exit(7))",
    "ends at the next collection": "keep.append(type('D', (), {'__del__': quit_})()); keep.clear()",
    "answers later ones wrongly": "wrong.append(SECRET)",
}
BEHAVIOURS = {**INSTEAD, **{name: f"{code}; return right(Z)" for name, code in BESIDES.items()}}

Pattern: TypeAlias = frozenset[tuple[str, str]]

# Which sealed inputs it misbehaves on, by their shape: other checks fail with each.
PICKED = {
    "all": "True",
    "one shape": "Z.shape == (5, 3)",
    "wide ones": "Z.shape[1] > 3",
}

SOURCE = """
import os, signal, sys, time, warnings
import numpy as np

OPEN = {opened!r}
keep, wrong = [], []

def quit_(*_):
    os._exit(9)

def reply_forged():
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, b"\\x00" * 40)
        except OSError:
            pass

def right(Z):
    E = np.exp(Z - Z.max(axis=0, keepdims=True))
    return E / E.sum(axis=0, keepdims=True)

def misbehaving(Z, SECRET):
    {code}

def softmax(Z):
    if wrong:
        return wrong
    if Z.tobytes() in OPEN or not ({picked}):
        return right(Z)
    return misbehaving(Z, "LEAK" + str(Z.tolist()))

def softmax_jacobian(z):
    a = softmax(z)[:, 0]
    return np.diag(a) - np.outer(a, a)

def softmax_jacobian_batch(Z):
    return np.stack([np.diag(a) - np.outer(a, a) for a in softmax(Z).T])
"""


@pytest.fixture(scope="module")
def plan(course) -> Plan:
    whole = planned(mistakes=True)
    exercises = tuple(e for e in whole.exercises if e.slug in EXERCISES)
    opened = msgspec.structs.replace(whole, exercises=exercises, limits=LIMITS)
    return with_sealed(opened, course, SEED)


@pytest.fixture(scope="module")
def grader(plan, lane) -> Iterator[Grader]:
    with References(plan, Wall()) as references:
        yield Grader(plan, lane, references)


def source_of(plan: Plan, code: str, picked: str) -> bytes:
    """A submission that knows all open inputs, as everybody may."""
    opened = {
        call.args[0].data
        for exercise in plan.exercises
        for function in exercise.functions
        for call in function.calls
    }
    source = SOURCE.format(opened=opened, code=code.replace("\n", "\\n"), picked=picked)
    return source.encode()


def pattern(graded: GradedSubmission) -> Pattern:
    """Which checks have failed on sealed inputs."""
    return frozenset(
        (function.function, check.name)
        for function in graded.result.functions
        for check in function.checks
        if check.verdict is Verdict.FAILS_ON_OTHER_INPUTS
    )


def told(graded: GradedSubmission, plan: Plan, folder: Path) -> Iterator[str]:
    """Everything that anybody reads of a submission, in each form."""
    # But for the hash of the files, which are another learner's each time.
    result = msgspec.structs.replace(graded.result, contents="")
    yield json_line(result)
    yield from misconception_rows(result)
    yield repr(sorted(graded.outputs.items()))
    with FeedbackPages(folder, plan) as pages:
        pages.add(result)
    yield (folder / "feedback" / page_name(result.student)).read_text(encoding="utf-8")
    for markup in ("html", "md"):
        for per in ("function", "check"):
            outcome = GradedInContainer(result, plan, Settings(format=markup, per=per))
            yield msgspec.json.encode(results_of(outcome)).decode()
    yield outcome.summary
    otter = pytest.importorskip("grader.platforms.otter.plugin")
    yield from (otter.text_of(function, outcome) for function in result.functions)


@pytest.mark.parametrize(
    "picked",
    ["one shape", *(pytest.param(name, marks=pytest.mark.slow) for name in ("all", "wide ones"))],
)
def test_what_is_told_depends_only_on_which_checks_have_failed(picked, plan, grader, tmp_path):
    told_by: dict[Pattern, dict[tuple[str, ...], list[str]]] = defaultdict(dict)
    for number, (name, code) in enumerate(BEHAVIOURS.items()):
        files = {"ex01_softmax.py": source_of(plan, code, PICKED[picked])}
        graded = grader.grade_submission(submission_of("ada", files), echo=True)
        texts = tuple(told(graded, plan, _made(tmp_path / str(number))))
        assert "LEAK" not in "".join(texts), name
        told_by[pattern(graded)].setdefault(texts, []).append(name)
    assert len(BEHAVIOURS) >= 50
    for failed, groups in told_by.items():
        assert len(groups) == 1, (sorted(failed), list(groups.values()))
    names = {failed: next(iter(groups.values())) for failed, groups in told_by.items()}
    # It was tried: prints cost nothing, exceptions something, and others the same.
    assert "prints" in names[frozenset()]
    assert "an exception of Python" not in names[frozenset()]
    assert max(map(len, names.values())) >= 15


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
