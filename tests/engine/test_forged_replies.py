"""A learner's process that answers for others, too early, or of what is not there, is ended."""

import pytest

from grader.model import Verdict
from tests.support.submissions import SOFTMAX

WIRE = 'import os, sys\nwire = sys.modules["grader.wire"]\n'
LOADED = 'wire.Loaded((wire.Definition("ex99.py", "softmax", False, True, "x"),), (), ())'
PROGRESS = 'wire.Progress(0, 0, "ex99.py, code cell 1", 1)'
CONTENTS = 'wire.Contents((wire.Source("ex99.py", "ex99", "ex99", ()),))'
ANSWER = "wire.ReturnedReply({number}, wire.pack(np.ones((3, 1))), False)"


def sent(message):
    return f"os.write(3, wire.encode({message}))\n"


@pytest.mark.parametrize(
    "message",
    [ANSWER.format(number=0), LOADED, PROGRESS, CONTENTS],
    ids=["an answer", "a file", "progress", "contents"],
)
def test_while_it_loads(grade_softmax, message):
    forged = f"import numpy as np\n{WIRE}{sent(message)}"
    result = grade_softmax(forged + SOFTMAX)
    # What forged it is left out, and what is honest counts.
    assert result.score in (0, 12)
    assert result.verdict in (Verdict.PASSED, Verdict.NOT_LOADED)
    assert grade_softmax(SOFTMAX).score == 12


def test_when_it_is_called(grade_softmax):
    forged = f"    {sent(ANSWER.format(number=900_000))}    return np.ones(Z.shape)\n"
    result = grade_softmax(f"import numpy as np\n{WIRE}def softmax(Z):\n{forged}")
    assert (result.score, result.verdict) == (0, Verdict.DIED)
    assert grade_softmax(SOFTMAX).score == 12
