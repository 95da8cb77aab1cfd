"""A learner's process that answers for others, too early, or of what is not there, is ended."""

import re
import time

import msgspec
import pytest

from grader.grade.grader import Grader
from grader.intake.submission import submission_of
from grader.model import Limits, Verdict
from tests.support.submissions import SOFTMAX

WIRE = 'import os, sys\nwire = sys.modules["grader.wire"]\n'
LOADED = 'wire.Loaded((wire.Definition("ex99.py", "softmax", False, True, "x"),), (), ())'
PROGRESS = 'wire.Progress(0, 0, "ex99.py, code cell 1", 1)'
CONTENTS = 'wire.Contents((wire.Source("ex99.py", "ex99", "ex99", ()),))'
DEFINITION = 'wire.Definition("{file}", "softmax", False, True, "{print}")'
TWICE = "wire.Loaded(({}, {}), (), ())".format(
    *(DEFINITION.format(file="ex01_softmax.py", print=number) for number in (1, 2))
)
ANSWER = "wire.ReturnedReply({number}, wire.pack(np.ones((3, 1))), ())"


def sent(message):
    return f"os.write(3, wire.encode({message}))\n"


@pytest.mark.parametrize(
    "message",
    [ANSWER.format(number=0), LOADED, PROGRESS, CONTENTS, TWICE],
    ids=["an answer", "a file", "progress", "contents", "a function twice"],
)
def test_while_it_loads(grade_softmax, message):
    forged = f"import numpy as np\n{WIRE}{sent(message)}"
    result = grade_softmax(forged + SOFTMAX)
    # What forged it is left out, and what is honest counts.
    assert result.score in (0, 12)
    assert result.verdict in (Verdict.PASSED, Verdict.NOT_LOADED)
    assert grade_softmax(SOFTMAX).score == 12


def test_who_reports_statements_and_rests_between_them_is_not_waited_for(plan, lane):
    limits = Limits(statement_cpu_s=0.2, submission_cpu_s=60, wall_factor=2)
    grader = Grader(msgspec.structs.replace(plan, limits=limits), lane)
    report = sent('wire.Progress(0, 0, "ex01_softmax.py", 1)').strip()
    forged = f"{WIRE}import time\nwhile True: {report}; time.sleep(0.002)\n"
    began = time.monotonic()
    result = grader.grade(submission_of("ada", {"ex01_softmax.py": forged.encode()}))
    assert "did not finish within" in result.notes[0]
    assert time.monotonic() - began < 30


def test_two_definitions_of_one_function_in_one_file_end_the_process(grade):
    """They would be two guesses."""
    forged = f"import numpy as np\n{WIRE}{sent(TWICE)}"
    result = grade({"ex01_softmax.py": SOFTMAX + forged})
    assert "line 9: the process was killed, or wrote something that is no answer" in result.notes[0]
    assert not any("more than one file" in note for note in result.notes)


def test_a_list_of_many_files_is_two_attempts_in_the_order_of_the_submission(grade):
    """Each file knows another answer; the list says that none of them is like another."""
    files = {f"file{number}.py": SOFTMAX for number in range(9)}
    definitions = ", ".join(DEFINITION.format(file=name, print=name) for name in reversed(files))
    forged = f"import numpy as np\n{WIRE}{sent(f'wire.Loaded(({definitions}), (), ())')}"
    result = grade(files | {"zzz.py": forged})
    (note,) = (note for note in result.notes if "more than one file" in note)
    assert re.search(r"counts \(file0\.py: [0-9.]+, file1\.py: [0-9.]+\)", note)
    assert "only the first 2 were looked at, not file2.py, file3.py" in note


def test_when_it_is_called(grade_softmax):
    forged = f"    {sent(ANSWER.format(number=900_000))}    return np.ones(Z.shape)\n"
    result = grade_softmax(f"import numpy as np\n{WIRE}def softmax(Z):\n{forged}")
    assert (result.score, result.verdict) == (0, Verdict.DIED)
    assert grade_softmax(SOFTMAX).score == 12
