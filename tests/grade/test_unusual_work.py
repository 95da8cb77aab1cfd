"""Right work in unusual style keeps every point; odd and forged behaviour costs only its own."""

import time
import zipfile

import msgspec
import nbformat
import pytest

from grader import wire
from grader.engine.lane import Lane
from grader.grade.grader import Grader
from grader.intake.submission import submission_of
from grader.model import Limits, Verdict
from tests.support.results import failed_checks, function_of
from tests.support.submissions import SOFTMAX, contents_at, notebook


@pytest.mark.parametrize(
    "source",
    [
        SOFTMAX.replace("import numpy as np", "from numpy import *\nimport numpy as np"),
        "from __future__ import annotations\nfrom dataclasses import dataclass\n"
        "@dataclass\nclass Config:\n    axis: int = 0\n" + SOFTMAX,
        SOFTMAX + "import sys\nassert sys.modules[__name__].softmax is softmax\n",
        SOFTMAX + "raise SyntaxError\n",
        SOFTMAX + "import sys\nsys.stdout.write(b'x')\n",
        SOFTMAX + "class Odd(Exception):\n    def __str__(self): raise KeyError\nraise Odd\n",
        SOFTMAX.replace("def softmax", "def f")
        + "class C:\n    def __call__(self, Z): return f(Z)\n"
        + "    def __getattr__(self, name): raise KeyError(name)\nsoftmax = C()\n",
        SOFTMAX.replace("    E =", "    Z = Z.view()\n    E ="),
        "if True:\n" + SOFTMAX.replace("\n", "\n    "),
        SOFTMAX.replace("\n", "\n\x0c\n", 1),
        SOFTMAX + "# a line separator \u2028def broken(:\n",
        "old = '''\n" + "x = 1\n" * 60 + "'''\n" + SOFTMAX + "def broken(:\n    pass\n",
        SOFTMAX + "import threading\nthreading.Thread(target=print).start()\n",
        "x: int\n" + SOFTMAX + "def helper(a, /, *b: int, **c): ...\n",
    ],
)
def test_right_work_keeps_every_point(grade_softmax, source):
    result = grade_softmax(source)
    assert result.score == 12, result.message


@pytest.mark.parametrize("space", ["\u00a0", "\u200b", "\u00ad"])
def test_odd_characters_in_a_docstring_of_twins_cost_nothing(grade, space):
    source = SOFTMAX.replace("    E =", f'    """A{space}B."""\n    E =')
    files = {"ex01_softmax.py": "def softmax(Z): ...", "ex01_softmax.ipynb": notebook(source)}
    assert function_of(grade(files), "softmax").score == 12


def test_a_cell_whose_expression_goes_on_with_a_percent_sign_is_kept(grade):
    cell = "%matplotlib inline\nodd = (7\n       % 4)\nassert odd == 3\n" + SOFTMAX
    result = grade({"ada.ipynb": notebook(cell)})
    assert function_of(result, "softmax").score == 12
    assert result.notes == ()


def test_run_display_and_get_ipython_are_taken_as_in_a_notebook(grade):
    shown = SOFTMAX.replace("    E =", "    display(Z); get_ipython().system('ls')\n    E =")
    files = {
        "ex01_softmax.py": shown,
        "ex02_jacobian.ipynb": notebook("%run ./ex01_softmax.py\n" + JACOBIAN),
    }
    result = grade(files)
    assert function_of(result, "softmax").score == 12
    assert function_of(result, "softmax_jacobian").score == 10


def test_a_helper_file_whose_name_begins_like_an_exercises_can_be_imported(grade):
    files = {
        "ex01_softmax.py": "from ex01_softmax_utils import stable as softmax\n",
        "ex01_softmax_utils.py": SOFTMAX.replace("softmax", "stable"),
    }
    assert function_of(grade(files), "softmax").score == 12


def test_a_single_exercise_is_graded_with_the_same_imports(plan, lane):
    grader = Grader(plan, lane).only("ex02_jacobian", "softmax_jacobian")
    files = {
        "ex01_softmax.py": b"def softmax(Z):\n    raise NotImplementedError",
        "ex01_softmax.ipynb": notebook(SOFTMAX),
        "ex02_jacobian.py": ("from ex01_softmax import softmax\n" + JACOBIAN).encode(),
    }
    (result,) = grader.grade(submission_of("ada", files)).functions
    assert result.score == 10, result.message


def test_a_part_that_is_still_to_be_written_is_no_unwritten_function(grade_softmax):
    source = SOFTMAX.replace("    E =", "    if len(Z) == 1: raise NotImplementedError\n    E =")
    result = grade_softmax(source)
    assert result.verdict == Verdict.RAISED
    assert 8 < result.score < 12


def test_what_any_check_shows_holds_no_sealed_input(grade, plan):
    keeper = SOFTMAX.replace(
        "def softmax(Z):", "seen = []\ndef softmax(Z):\n    seen.append(Z.copy())"
    )
    teller = "from ex01_softmax import seen\ndef softmax_jacobian(z): raise ValueError(len(seen))"
    result = grade({"ex01_softmax.py": keeper, "ex02_jacobian.py": teller})
    public = [c for c in function_of(result, "softmax_jacobian").checks if not c.hidden]
    opened = len(plan.exercises[0].functions[0].calls)
    assert f"ValueError: {opened} (" in public[0].message, public[0].message


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        (
            "a.ipynb",
            b'{"cells":[],"metadata":{},"nbformat":"\\ud800","nbformat_minor":4}',
            "not a notebook",
        ),
        ("a.py", b"# coding: undefined\nx = \xff", "save it as UTF-8"),
        ("a.py", b"# coding: punycode\n\xff", "save it as UTF-8"),
        (" .py", b"x = 1", ""),
        ("x" * 240 + ".py", b"x = 1", ""),
    ],
)
def test_odd_files_are_noted_and_can_be_written_down(grader, name, data, said):
    result = grader.grade(submission_of("ada", {name: data}))
    assert result.score == 0
    assert said in " ".join(result.notes)
    assert msgspec.json.encode(result)


def test_a_notebook_with_many_broken_outputs_is_read_quickly(grade):
    cell = nbformat.v4.new_code_cell(SOFTMAX)
    document = nbformat.v4.new_notebook(cells=[cell])
    document.cells[0].outputs = [{"output_type": "nope"}] * 50_000
    began = time.monotonic()
    result = grade({"ada.ipynb": msgspec.json.encode(document)})
    assert function_of(result, "softmax").score == 12
    assert time.monotonic() - began < 10


def test_a_damaged_member_of_an_archive_costs_only_itself(tmp_path):
    path = tmp_path / "ada.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.py", "x = 'first'")
        archive.writestr("b.py", "x = 2")
    path.write_bytes(path.read_bytes().replace(b"'first'", b"'worst'"))
    submission = contents_at(path)
    assert [source.name for source in submission.sources] == ["b.py"]
    assert "a.py cannot be unpacked" in submission.notes[0]


FORGERIES = {
    "a frame that is announced to be huge": "os.write(3, b'\\xff\\xff\\xff\\xff')",
    "a frame that is no message": "os.write(3, b'\\x03\\0\\0\\0abc')",
    "a frame that is cut off": "os.write(3, b'\\xff\\0\\0\\0abc'); os._exit(0)",
    "an answer to another call": (
        "wire = sys.modules['grader.wire'];"
        " os.write(3, wire.encode(wire.ReturnedReply(99, wire.pack(1.0), ())))"
    ),
    "a list nested too deep": (
        "os.write(3, (lambda b: len(b).to_bytes(4, 'little') + b)("
        "b'\\x95\\xa8returned\\x00' + b'\\x93\\xa8sequence\\xa4list\\x91' * 400"
        " + b'\\x90\\xc2\\xa0'))"
    ),
    "a closed channel": "os.close(3)",
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
def test_forged_frames_earn_nothing_and_cost_only_their_call(grade_softmax, forgery):
    source = "import os, sys\n" + SOFTMAX.replace(
        "    E =", f"    if len(Z) == 1: {forgery}\n    E ="
    )
    failed = failed_checks(grade_softmax(source))
    assert failed <= {"two_examples", "few_classes_or_examples", "keeps_the_shape"}
    assert failed


def test_an_answer_before_the_question_is_taken_for_nothing_else(grade_softmax):
    early = """
import os, sys
wire = sys.modules["grader.wire"]
os.write(3, wire.encode(wire.ReturnedReply(0, wire.pack(1.0), ())))
"""
    assert grade_softmax(SOFTMAX + early).score == 12


def test_a_flood_of_progress_ends_with_the_submissions_time(plan):
    flood = b"""
import os, sys
wire = sys.modules["grader.wire"]
frame = wire.encode(wire.Progress(0, 0, "x", 1))
while True: os.write(3, frame)
"""
    limits = Limits(statement_cpu_s=0.5, submission_cpu_s=2.0, wall_factor=2.0)
    began = time.monotonic()
    with Lane() as lane:
        grader = Grader(msgspec.structs.replace(plan, limits=limits), lane)
        result = grader.grade(submission_of("ada", {"ada.py": flood}))
    assert result.score == 0
    assert time.monotonic() - began < 20


def test_sleeping_in_one_function_costs_no_other(plan):
    sleepy = "import time\ndef softmax_jacobian(z): time.sleep(9)\n"
    limits = Limits(call_cpu_s=0.2, submission_cpu_s=1.0, wall_factor=5.0)
    with Lane() as lane:
        grader = Grader(msgspec.structs.replace(plan, limits=limits), lane)
        files = {"ada.py": (SOFTMAX + sleepy).encode()}
        result = grader.grade(submission_of("ada", files))
    assert function_of(result, "softmax_jacobian").verdict == Verdict.TIMED_OUT
    assert function_of(result, "softmax").score == 12


def test_a_process_that_ends_after_loading_is_told_as_that(grade_softmax):
    patched = (
        "sys.modules['grader.worker.loading'].LoadedSubmission._others = lambda self: os._exit(4)"
    )
    source = f"{SOFTMAX}import os, sys\n{patched}\n"
    result = grade_softmax(source)
    assert result.score == 0
    assert result.verdict == Verdict.NOT_LOADED


def test_every_odd_value_has_a_place_on_the_wire():
    import numpy as np

    odd = {
        "too deep": np.zeros((1,) * 9),
        "object": np.datetime64("2020-01-01"),
        "too many items": {str(n): 0 for n in range(2_000)},
        "large int": 2**64,
    }
    for kind, value in odd.items():
        assert wire.pack(value) == wire.Opaque(kind), kind
    assert wire.pack(np.longdouble(2)).held == "longdouble"
    assert wire.pack(list(range(200_000))) == wire.Opaque("too many items")
    assert wire.unpack(wire.pack(1 + 2j)) == 1 + 2j


JACOBIAN = """
import numpy as np
def softmax_jacobian(z):
    a = softmax(z)
    return np.diag(a[:, 0]) - a @ a.T
"""
