"""What a learner's process knows, holds and may do, and that it affects no other process."""

import contextlib
import os
import signal
import subprocess
import sys

from grader.engine.lane import Lane
from grader.grade.grader import Grader
from grader.intake.submission import submission_of
from tests.support.course import ROOT
from tests.support.processes import children_of, descendants_of, is_running, wait_for
from tests.support.submissions import SOFTMAX


def test_the_environment_of_learner_code_is_clean(plan, monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "canary")
    source = b"import os\ndef softmax(Z): raise ValueError(sorted(os.environ))"
    with Lane() as lane:
        one = Grader(plan, lane).only("ex01_softmax", "softmax")
        (result,) = one.grade(submission_of("ada", {"ada.py": source})).functions
    assert "OPENBLAS_NUM_THREADS" in result.message
    assert "SECRET" not in result.message
    assert "HOME" not in result.message


def test_no_module_that_knows_a_reference_is_in_the_learners_process(grade_softmax):
    source = """
import sys
def softmax(Z):
    raise ValueError(sorted(n for n in sys.modules if n.startswith("grader")))
"""
    allowed = "ValueError: ['grader', 'grader.wire', 'grader.worker', 'grader.worker.archives',"
    allowed += " 'grader.worker.calling', 'grader.worker.child', 'grader.worker.codes',"
    allowed += " 'grader.worker.files',"
    allowed += " 'grader.worker.hardening', 'grader.worker.imports', 'grader.worker.loading',"
    allowed += " 'grader.worker.parsing', 'grader.worker.raising',"
    allowed += " 'grader.worker.reading', 'grader.worker.sources',"
    allowed += " 'grader.worker.standing_in', 'grader.worker.zygote']"
    assert allowed in grade_softmax(source).message


def test_a_learners_process_holds_no_descriptor_but_its_channel(plan):
    source = b"""
import os
def softmax(Z):
    opened = []
    for number in range(900):
        try: os.fstat(number); opened.append(number)
        except OSError: pass
    raise ValueError(opened)
"""
    # The grader may hold many descriptors, with high numbers.
    with contextlib.ExitStack() as stack, Lane() as lane:
        for _ in range(300):
            stack.callback(os.close, os.open(os.devnull, os.O_RDONLY))
        one = Grader(plan, lane).only("ex01_softmax", "softmax")
        (result,) = one.grade(submission_of("ada", {"ada.py": source})).functions
    assert "ValueError: [0, 1, 2, 3]" in result.message


def test_a_machine_that_allows_less_is_no_learners_fault(tmp_path):
    (tmp_path / "ex01_softmax.py").write_text(SOFTMAX)
    command = f"ulimit -t 30; exec {sys.executable} -m grader check ex01_softmax.py"
    done = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_learner_code_is_limited_by_the_kernel_too(grade_softmax):
    source = """
import resource
def softmax(Z):
    names = ("AS", "CPU", "FSIZE", "NOFILE", "CORE")
    raise ValueError([resource.getrlimit(getattr(resource, "RLIMIT_" + n))[1] for n in names])
"""
    assert (
        "ValueError: [1073741824, 62, 16777216, 16, 0]"
        in grade_softmax(
            source.replace("import resource", "import sys; resource = sys.modules['resource']")
        ).message
    )


def test_the_next_learner_is_not_touched_by_one_who_patches_numpy(grade, grade_softmax):
    poison = """
import numpy as np, builtins, sys
np.exp = np.abs = np.zeros
builtins.len = lambda x: 0
sys.modules["numpy"].ndarray = None
def softmax(Z): return Z
"""
    grade({"ex01_softmax.py": poison})
    assert grade_softmax(SOFTMAX).score == 12


def test_a_killed_zygote_is_started_again(plan):
    files = {"ex01_softmax.py": SOFTMAX.encode()}
    before = set(children_of(os.getpid()))
    with Lane() as lane:
        one = Grader(plan, lane).only("ex01_softmax", "softmax")
        one.grade(submission_of("ada", files))
        (zygote,) = set(children_of(os.getpid())) - before
        os.kill(zygote, signal.SIGKILL)
        assert one.grade(submission_of("bela", files)).score == 12


def test_children_die_with_the_grader_that_was_killed(tmp_path):
    (tmp_path / "ada.py").write_text("def softmax(Z):\n    while True: pass\n")
    marker = tmp_path / "out"
    command = [sys.executable, "-m", "grader", "grade", tmp_path / "ada.py", "--out", marker]
    command += ["--exercise", "ex01_softmax"]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE)
    # The worker, its zygote and the zygote's child, which hangs.
    wait_for(lambda: len(descendants_of(process.pid)) >= 4)
    children = descendants_of(process.pid)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    wait_for(lambda: not any(map(is_running, children)), seconds=5)
