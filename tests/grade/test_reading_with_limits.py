"""What costs much to read costs its own learner only: they read why, and the others are graded."""

import io
import os
import signal
import zipfile
from functools import partial

import msgspec
import pytest

from grader.engine.child import TimeLimits
from grader.engine.fresh import FreshLane
from grader.engine.reading import contents_from, request_of
from grader.errors import SandboxError
from grader.grade.grader import Grader
from grader.intake.submission import read_submission, submission_of
from grader.model import Limits, Verdict
from tests.support.submissions import SOFTMAX

RIGHT = {"ex01_softmax.py": SOFTMAX.encode()}
# 50 kB in an archive, half a gigabyte as objects.
OBJECTS = '{"nbformat": 4, "cells": [' + "{}," * 6_000_000 + "{}]}"
SMALL = 256 * 2**20


def zipped(members):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()


@pytest.fixture(scope="module")
def objects():
    """Notebooks that take seconds, and much memory, to parse."""
    book = zipped({"0.ipynb": OBJECTS})
    return {"weapon.zip": zipped({f"{n}.zip": book for n in range(12)})}


@pytest.fixture
def grade_within(plan, lane):
    """Grade softmax within other limits than the usual ones."""

    def graded(files, **limits):
        limited = msgspec.structs.replace(plan, limits=Limits(**limits))
        return (
            Grader(limited, lane).only("ex01_softmax", "softmax").grade(submission_of("a", files))
        )

    return graded


def test_what_takes_too_long_to_read_is_told_and_the_next_learner_is_graded(grade_within, objects):
    result = grade_within(objects | RIGHT, submission_cpu_s=1.0)
    reason = "unpacking what was handed in takes longer than 1 s; hand in the files themselves"
    assert result.notes[0] == reason
    assert result.files == ("ex01_softmax.py", "weapon.zip")
    (function,) = result.functions
    assert (function.score, function.verdict, function.message) == (0, Verdict.NOT_LOADED, reason)
    assert grade_within(RIGHT).score == 12


def test_what_takes_too_much_memory_to_read_costs_only_its_own_file(grade_within):
    result = grade_within({"weapon.ipynb": OBJECTS.encode()} | RIGHT, memory_bytes=SMALL)
    (note,) = result.notes
    assert note.startswith("weapon.ipynb takes more memory to read than a submission may use; ")
    assert result.score == 12


def test_an_archive_that_does_not_fit_into_memory_is_told(grade_within):
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as archive:
        archive.writestr("big.zip", bytes(60 * 2**20))
    result = grade_within({"weapon.zip": stored.getvalue()} | RIGHT, memory_bytes=SMALL)
    assert result.score == 0
    assert result.functions[0].message.startswith("what was handed in takes more memory to read")
    assert "more memory to read" in result.notes[0]


def test_an_archive_reaches_the_learners_process_as_it_was_handed_in(tmp_path):
    packed = zipped({"ex01_softmax.py": SOFTMAX})
    (tmp_path / "ada.zip").write_bytes(packed)
    submission = read_submission("ada", [tmp_path / "ada.zip"])
    assert submission.files == {"ada.zip": packed}


def test_the_files_are_read_without_a_zygote_too(plan):
    files = {"weapon.zip": zipped({"ex01_softmax.py": SOFTMAX, "notes.txt": "x"})}
    with FreshLane() as lane:
        result = Grader(plan, lane).only("ex01_softmax", "softmax").grade(submission_of("a", files))
    assert (result.score, result.files) == (12, ("ex01_softmax.py",))
    assert "notes.txt was ignored" in result.notes[0]


def killed_while_reading(lane, files, *, begun):
    """What is told when a child is killed before, or once, it has begun to read."""
    submission, limits = submission_of("ada", files), TimeLimits(20, 60, 60)
    with lane.child(Limits()) as child:
        kill = partial(os.kill, child.pid, signal.SIGKILL)
        if not begun:
            kill()

        def receive(most_bytes):
            reply = child.receive(limits, most_bytes=most_bytes)
            kill()
            return reply

        return contents_from(child, request_of(submission, ()), submission, limits, receive)


def test_a_process_that_ends_while_it_reads_is_told(lane, objects):
    contents = killed_while_reading(lane, objects, begun=True)
    assert contents.notes[0].startswith(
        "unpacking what was handed in fails: the process was killed"
    )
    assert contents.unreadable == (("", contents.notes[0]),)
    contents = killed_while_reading(lane, {"a.ipynb": OBJECTS.encode()}, begun=True)
    assert contents.notes[0].startswith("reading what was handed in fails: ")
    assert contents.notes[0].endswith("; hand in only the files you wrote")


def test_a_process_that_does_not_begin_to_read_is_our_failure(lane):
    with pytest.raises(SandboxError, match="the process for learner code did not start"):
        killed_while_reading(lane, RIGHT, begun=False)
