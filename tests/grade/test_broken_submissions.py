"""Broken, hostile and endless submissions: each its own verdict, nobody else's grade touched."""

import json
import re
import time

import msgspec
import pytest

from grader.engine.lane import Lane
from grader.grade.grader import Grader
from grader.intake.submission import submission_of
from grader.model import Limits, Verdict
from tests.support.results import failed_checks, function_of
from tests.support.submissions import SOFTMAX, notebook

QUICK = Limits(call_cpu_s=0.2, statement_cpu_s=0.3, submission_cpu_s=3.0, wall_factor=3.0)


@pytest.fixture(scope="module")
def quick(plan):
    """A grader of softmax whose limits are short."""
    with Lane() as lane:
        short = msgspec.structs.replace(plan, limits=QUICK)
        yield Grader(short, lane).only("ex01_softmax", "softmax")


@pytest.fixture
def grade_quickly(quick):
    def graded(source: str):
        files = {"ex01_softmax.py": source.encode()}
        result = quick.grade(submission_of("ada", files))
        return function_of(result, "softmax"), result.notes

    return graded


def test_a_syntax_error_is_shown_with_file_line_and_text(grade_softmax):
    result = grade_softmax("import numpy as np\n\ndef softmax(Z)\n    return Z\n")
    assert result.verdict == Verdict.NOT_LOADED
    assert "ex01_softmax.py, line 3: SyntaxError" in result.message
    assert result.message.endswith("def softmax(Z)")


def test_what_stands_before_and_after_a_syntax_error_still_counts(grade):
    result = grade({"ex01_softmax.py": "x = (1,\ny = 2\n" + SOFTMAX + "def broken(:\n  pass\n"})
    assert function_of(result, "softmax").score == 12
    assert any("SyntaxError" in note for note in result.notes)


def test_a_statement_that_fails_costs_only_itself(grade):
    result = grade({"ex01_softmax.py": "print(1 / 0)\n" + SOFTMAX + "softmax(None)\n"})
    assert function_of(result, "softmax").score == 12
    assert result.notes[0] == (
        "ex01_softmax.py, line 1: ZeroDivisionError: division by zero: print(1 / 0)"
    )


def test_a_cell_that_fails_costs_only_its_statement(grade):
    result = grade({"ada.ipynb": notebook("undefined\n" + SOFTMAX)})
    assert function_of(result, "softmax").score == 12
    assert "ada.ipynb, code cell 1, line 1: NameError" in result.notes[0]


@pytest.mark.parametrize("killer", ["os._exit(0)", "os.kill(os.getpid(), 9)", "os.abort()"])
def test_a_statement_that_ends_the_process_is_skipped(grade, killer):
    result = grade({"ex01_softmax.py": f"import os\n{killer}\n" + SOFTMAX})
    assert function_of(result, "softmax").score == 12
    assert result.notes[0].startswith("ex01_softmax.py, line 2: ")


def test_sys_exit_and_keyboard_interrupt_at_the_top_level_cost_only_their_statement(grade):
    source = "import sys\nsys.exit(1)\nraise KeyboardInterrupt\n" + SOFTMAX
    assert function_of(grade({"ex01_softmax.py": source}), "softmax").score == 12


def test_a_statement_that_never_ends_is_skipped(grade_quickly):
    result, notes = grade_quickly("while True: pass\n" + SOFTMAX)
    assert result.score == 12
    # Of computing; or three times that of waiting, where the machine is busy.
    said = r"ex01_softmax\.py, line 1: did not finish within 0\.[39] seconds"
    assert re.match(said, notes[0])


def test_the_main_block_does_not_run(grade):
    result = grade({"ex01_softmax.py": SOFTMAX + "if __name__ == '__main__':\n    1 / 0\n"})
    assert function_of(result, "softmax").score == 12
    assert result.notes == ()


def test_a_function_that_never_returns_is_soon_not_called_any_more(grade_quickly):
    began = time.monotonic()
    result, _ = grade_quickly("def softmax(Z):\n    while True: pass")
    assert (result.verdict, result.score) == (Verdict.TIMED_OUT, 0)
    # Fewer than half of the calls have been waited for.
    assert time.monotonic() - began < 20 * QUICK.call_cpu_s
    assert {check.verdict for check in result.checks} == {Verdict.TIMED_OUT}


def test_a_call_that_sleeps_is_ended(grade_quickly):
    result, _ = grade_quickly("import time\ndef softmax(Z): time.sleep(60)")
    assert result.verdict == Verdict.TIMED_OUT
    assert "no answer within 0.2 seconds of sleep;" in result.message


def test_a_call_that_hangs_costs_only_that_call(grade_quickly):
    source = SOFTMAX.replace(
        "    E =", "    while 1990 < abs(Z).max() < 2010 and Z.size == 9: pass\n    E ="
    )
    result, _ = grade_quickly(source)
    assert failed_checks(result) == {"wide_columns"}


def test_a_call_that_ends_the_process_costs_only_that_call(grade_softmax):
    source = SOFTMAX.replace("    E =", "    if len(Z) == 1: import os; os._exit(3)\n    E =")
    result = grade_softmax(source)
    assert failed_checks(result) == {"two_examples", "few_classes_or_examples", "keeps_the_shape"}
    assert result.verdict == Verdict.DIED
    assert result.message.endswith("the code ended the whole Python process (exit code 3)")


def test_a_public_call_that_ends_the_process_is_told_how(grade_softmax):
    result = grade_softmax("import os\ndef softmax(Z): os._exit(3)")
    assert "ended the whole Python process (exit code 3)" in result.message
    result = grade_softmax("import os\ndef softmax(Z): os.kill(os.getpid(), 40)")
    assert result.score == 0
    assert "the process was ended by signal 40" in result.message


# A race: how often it is tried decides whether it is seen.
@pytest.mark.parametrize("times", [5, pytest.param(30, marks=pytest.mark.slow)])
def test_the_death_of_a_child_costs_no_call_that_it_had_answered(grade_softmax, times):
    body = "    if len(Z) == 1: import os; os._exit(3)\n    E ="
    source = SOFTMAX.replace("    E =", body)
    for _ in range(times):
        failed = failed_checks(grade_softmax(source))
        assert failed == {"two_examples", "few_classes_or_examples", "keeps_the_shape"}


def test_a_crash_is_a_verdict(grade_softmax):
    source = "import ctypes\ndef softmax(Z): return ctypes.string_at(0)"
    result = grade_softmax(source)
    assert result.verdict == Verdict.DIED
    assert "segmentation fault" in result.message


@pytest.mark.slow
def test_a_submission_that_uses_up_its_time_gets_timed_out(grade_quickly):
    source = "import time\nt = time.process_time()\nwhile time.process_time() < t + .25: pass\n"
    result, _ = grade_quickly(source * 30 + "def softmax(Z): pass")
    assert (result.verdict, result.score) == (Verdict.NOT_LOADED, 0)
    # On a busy machine the kernel may be the first to count it up.
    assert "did not finish within" in result.message or "computing time" in result.message


def test_many_statements_that_end_the_process_cost_their_file_and_no_other(grade):
    killers = "import os\n" + "os._exit(1)\n" * 12
    result = grade({"ex01_softmax.py": killers + SOFTMAX, "zzz.py": SOFTMAX})
    assert function_of(result, "softmax").score == 12


@pytest.mark.parametrize(
    "bomb",
    [
        "np.zeros((20_000, 20_000)) + 1",
        "[0] * 10**10",
        "bytearray(2**31)",
    ],
)
def test_a_memory_bomb_is_out_of_memory(grade_softmax, bomb):
    result = grade_softmax(f"import numpy as np\ndef softmax(Z): return {bomb}")
    assert (result.verdict, result.score) == (Verdict.OUT_OF_MEMORY, 0)


def test_a_result_of_200_megabytes_is_a_wrong_shape(grade_softmax):
    result = grade_softmax("import numpy as np\ndef softmax(Z): return np.zeros((5_000, 5_000))")
    assert (result.verdict, result.score) == (Verdict.WRONG_SHAPE, 0)
    assert "has shape (5000, 5000); (3, 1) is expected" in result.message


@pytest.mark.parametrize("huge", ["list(range(10**6))", "10**400", "'x' * 10**8", "{1: 2}"])
def test_huge_and_odd_objects_are_wrong_types(grade_softmax, huge):
    assert grade_softmax(f"def softmax(Z): return {huge}").verdict == Verdict.WRONG_TYPE


def test_lists_within_lists_without_end_are_a_wrong_type(grade_softmax):
    source = "def softmax(Z):\n    a = []\n    a.append(a)\n    return a"
    assert grade_softmax(source).verdict == Verdict.WRONG_TYPE


def test_endless_prints_are_dropped(grade_softmax):
    source = SOFTMAX.replace(
        "    E =",
        "    import sys\n"
        "    for _ in range(9_999): print('x' * 99)\n"
        "    sys.stderr.write('y' * 10**6)\n"
        "    E =",
    )
    assert grade_softmax(source).score == 12


def test_recursion_without_end_raises(grade_softmax):
    result = grade_softmax("def softmax(Z): return softmax(Z)")
    assert result.verdict == Verdict.RAISED
    assert "RecursionError" in result.message


def test_an_exception_shows_type_message_and_line_of_a_public_check(grade_softmax):
    result = grade_softmax("def softmax(Z):\n    return Z.nope")
    assert (
        "it raised AttributeError: 'numpy.ndarray' object has no attribute 'nope'" in result.message
    )
    assert "(ex01_softmax.py, line 2: return Z.nope)" in result.message


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "ex01_softmax.py is empty"),
        (b"   \n\n", "ex01_softmax.py is empty"),
        (b"x = 1\0", "NUL bytes"),
        ("x = 1".encode("utf-16-le"), "NUL bytes"),
    ],
)
def test_a_file_that_is_no_text_is_not_loaded_and_says_why(grade_softmax, data, said):
    result = grade_softmax(data)
    assert (result.verdict, result.score) == (Verdict.NOT_LOADED, 0)
    assert said in result.message


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("# -*- coding: latin-1 -*-\nassert 'é' == '\\xe9'\n", "latin-1"),
        (
            "#!/usr/bin/python\n# vim: set fileencoding=CP1251 :\nassert 'я' == '\\u044f'\n",
            "cp1251",
        ),
        ("# coding: iso_8859_15\nassert '€' == '\\u20ac'\n", "iso8859-15"),
        ("assert '€' == '\\u20ac'\n", "utf-16"),
        ("assert '€' == '\\u20ac'\n", "utf-8-sig"),
        # No encoding that Python knows is honoured beyond the short list: these are UTF-8.
        ("# coding: punycode\nassert '€' == '\\u20ac'\n", "utf-8"),
        ("# coding: rot13\nassert 'x' == '\\x78'\n", "utf-8"),
        ("x = 1\n\n# coding: latin-1\nassert '€' == '\\u20ac'\n", "utf-8"),
    ],
)
def test_the_usual_encodings_are_read(grade, text, encoding):
    result = grade({"ex01_softmax.py": (text + SOFTMAX).encode(encoding)})
    assert function_of(result, "softmax").score == 12
    assert result.notes == ()


@pytest.mark.parametrize(
    ("head", "byte", "said"),
    [
        (b"", b"\xe9", "is not UTF-8 (byte 0xe9 on line 2)"),
        (b"# coding: ascii", b"\xe9", "is not UTF-8 (byte 0xe9 on line 2)"),
        (b"# coding: cp1252", b"\x81", "is not cp1252 (byte 0x81 on line 2)"),
    ],
)
def test_any_other_encoding_is_read_as_latin_1_with_a_note(grade, head, byte, said):
    data = head + b"\nassert len('" + byte + b"') == 1\n" + SOFTMAX.encode()
    result = grade({"ex01_softmax.py": data})
    assert function_of(result, "softmax").score == 12
    assert result.notes == (f"ex01_softmax.py {said}, so it was read as Latin-1; save it as UTF-8",)


def test_a_notebook_in_another_encoding_is_read_too(grade):
    book = {"nbformat": 4, "cells": [{"cell_type": "code", "source": f"# é\n{SOFTMAX}"}]}
    for encoding in ("utf-16", "latin-1"):
        data = json.dumps(book, ensure_ascii=False).encode(encoding)
        assert function_of(grade({"a.ipynb": data}), "softmax").score == 12


def test_windows_line_ends_and_a_byte_order_mark_do_no_harm(grade_softmax):
    assert grade_softmax(b"\xef\xbb\xbf" + SOFTMAX.replace("\n", "\r\n").encode()).score == 12


@pytest.mark.parametrize(
    "data",
    [
        b'{"cells": [',
        b"[]",
        b'{"cells": 3, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}',
        b'{"cells": [{"cell_type": "code", "source": 5}], "nbformat": 4, "metadata": {}}',
        b'{"nbformat": 99}',
        b"[" * 100_000,
        b"\xff\xfe\x00",
    ],
)
def test_what_is_no_notebook_is_not_loaded_and_says_what_to_do(grade, data):
    result = grade({"ex01_softmax.ipynb": data})
    function = function_of(result, "softmax")
    assert function.verdict == Verdict.NOT_LOADED
    assert "open it in Jupyter and save it again" in function.message


def test_a_notebook_of_an_old_format_is_graded(grade):
    import nbformat

    cell = nbformat.v3.new_code_cell(input=SOFTMAX)
    old = nbformat.v3.new_notebook(worksheets=[nbformat.v3.new_worksheet(cells=[cell])])
    text = nbformat.v3.writes_json(old)
    assert function_of(grade({"ada.ipynb": text}), "softmax").score == 12


def test_magics_are_left_out_and_timed_cells_still_define(grade):
    import nbformat

    sources = [
        "%matplotlib inline\n!pip install numpy\n?print\nprint?",
        "%%time\n" + SOFTMAX,
        "%%bash\nrm -rf /",
        "files = !ls\nx = %timeit -o pass",
    ]
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    text = nbformat.writes(nbformat.v4.new_notebook(cells=cells))
    result = grade({"ada.ipynb": text})
    assert function_of(result, "softmax").score == 12
    assert result.notes == ()


def test_notebook_tools_and_plots_cost_nobody_a_point(grade):
    source = """
import otter
import pandas as pd
import matplotlib.pyplot as plt
from IPython.display import display, HTML
from tqdm import tqdm, trange
grader = otter.Notebook("ada.ipynb")
grader.check("q1")
fig, (left, right) = plt.subplots(1, 2)
left.plot([1, 2]); right.set_title("x")
with plt.style.context("ggplot"): pass
display(pd.DataFrame({"a": [1]}))
assert list(tqdm([1, 2])) == [1, 2] and list(trange(3)) == [0, 1, 2]
"""
    result = grade({"ada.py": source + SOFTMAX})
    assert function_of(result, "softmax").score == 12
    assert result.notes == ()


@pytest.mark.parametrize("module", ["scipy.special", "torch", "sklearn"])
def test_another_library_is_refused_with_a_sentence(grade, module):
    result = grade({"ex01_softmax.py": f"import {module}\n"})
    assert "this course uses NumPy and the standard library only" in result.notes[0]


@pytest.mark.parametrize(
    "imported",
    [
        "from scipy import special",
        "from scipy import (optimize, special)  # for large logits",
        "import scipy.special as special",
        "import special",
    ],
)
def test_a_name_whose_import_failed_says_so_where_it_is_missing(grade_softmax, imported):
    result = grade_softmax(f"{imported}\ndef softmax(Z):\n    return special.softmax(Z, axis=0)\n")
    assert f"'special' is not defined (`{imported}` in line 1 failed: " in result.message
    assert "cannot be imported: this course uses NumPy and the standard" in result.message


@pytest.mark.parametrize(
    "failed", ["import scipy.special", "special = 1 / 0", "from scipy import *"]
)
def test_a_name_that_no_failed_import_binds_is_told_as_it_is(grade_softmax, failed):
    result = grade_softmax(f"{failed}\ndef softmax(Z):\n    return special(Z)\n")
    assert "'special' is not defined (is it written, imported, or pasted" in result.message


def test_a_decorator_that_is_not_there_costs_no_point(grade):
    head = "from numba import njit\n@njit(parallel=True)"
    result = grade({"ex01_softmax.py": SOFTMAX.replace("\ndef", f"\n{head}\ndef")})
    assert function_of(result, "softmax").score == 12
    failed_import, failed_decorator = result.notes
    assert failed_import.startswith("ex01_softmax.py, line 3: ModuleNotFoundError: numba cannot be")
    assert failed_decorator == (
        "ex01_softmax.py, line 4: NameError: name 'njit' is not defined: @njit(parallel=True)"
    )


def test_a_file_with_a_name_of_its_own_that_cannot_be_read_may_hold_the_function(grade):
    broken = "import numpy as np\n\ndef softmax(Z):\n    E = np.exp(Z\n    return E\n"
    result = function_of(grade({"ada.py": broken}), "softmax")
    assert result.verdict is Verdict.NOT_LOADED
    assert result.message.startswith("softmax is not there after loading; ada.py, line 4")
    result = function_of(grade({"ex02_jacobian.py": broken}), "softmax")
    assert result.verdict is Verdict.MISSING
