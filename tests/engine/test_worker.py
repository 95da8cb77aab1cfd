"""The process that runs learner code, driven over its own protocol."""

from __future__ import annotations

import contextlib
import io
import socket
import time
import zipfile

import numpy as np
import pytest

from grader import wire
from grader.worker.calling import EARLIER
from tests.support.submissions import SOFTMAX
from tests.support.worker import call, load, source


def test_a_loaded_function_answers_calls(child):
    loaded = child.ask(load(source(SOFTMAX + "def helper(): pass\n")))
    assert [(d.file, d.function, d.stub) for d in loaded.definitions] == [
        ("ex01_softmax.py", "softmax", False)
    ]
    assert loaded.others == (("ex01_softmax.py", "helper"),)
    reply = child.ask(call("softmax", np.zeros((2, 1))))
    assert (reply.number, reply.changed) == (7, ())
    assert wire.unpack(reply.value).tolist() == [[0.5], [0.5]]


ONE_BUFFER = """
import numpy as np
buffers = {}
def softmax(Z):
    A = buffers.setdefault(Z.shape, np.empty(Z.shape))
    A[:] = Z
    return A
"""


def test_a_call_that_changes_an_earlier_answer_counts_as_one_that_changes_its_argument(child):
    child.ask(load(source(ONE_BUFFER)))
    inputs = np.zeros((2, 1)), np.ones((1, 2)), np.ones((2, 1)), np.ones((2, 1))
    replies = [child.ask(call("softmax", Z)) for Z in inputs]
    # The last one is the one before over again: nothing has changed.
    assert [reply.changed for reply in replies] == [(), (), (EARLIER,), ()]


def test_new_arrays_of_the_same_shape_change_nothing(child):
    child.ask(load(source(SOFTMAX)))
    replies = [child.ask(call("softmax", Z)) for Z in (np.zeros((2, 1)), np.eye(2)[:, :1])]
    assert not any(reply.changed for reply in replies)


def zipped(members, method=zipfile.ZIP_DEFLATED):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()


def reading(**files):
    return wire.ReadRequest(tuple(wire.File(n, d) for n, d in files.items()), ("ex01_softmax",))


def test_files_are_read_before_they_are_loaded(child):
    archive = zipped({"ex01_softmax.py": SOFTMAX, "notes.txt": "x"})
    contents = child.ask(reading(**{"ada.zip": archive}))
    assert contents.files == ("ex01_softmax.py",)
    assert contents.notes == (
        "ada.zip: notes.txt was ignored: it is not a .py, .ipynb or .zip file",
    )
    assert [d.function for d in child.ask(load(*contents.sources)).definitions] == ["softmax"]


def test_a_file_that_takes_too_much_memory_costs_itself_alone(worker):
    book = '{"nbformat": 4, "cells": [' + "{}," * 3_000_000 + "{}]}"
    archive = zipped({"inner.zip": bytes(60 * 2**20), "a.py": "x = 1"})
    pid = worker.fork_with_room_for(50 * 2**20)
    contents = worker.ask(
        reading(**{"a.ipynb": book.encode(), "ada.zip": archive, "b.py": SOFTMAX.encode()})
    )
    assert [source.name for source in contents.sources] == ["b.py"]
    assert [note.split(" takes more memory to read")[0] for note in contents.notes] == [
        "ada.zip",
        "a.ipynb",
    ]
    assert worker.status(pid) == 0


def test_files_that_do_not_fit_into_memory_are_told_before_the_process_ends(worker):
    pid = worker.fork_with_room_for(40 * 2**20)
    with contextlib.suppress(BrokenPipeError):
        worker.channel.sendall(wire.encode(reading(**{"a.zip": bytes(60 * 2**20)})))
    assert isinstance(worker.reply(), wire.Progress)
    contents = worker.reply()
    assert contents.sources == ()
    assert "what was handed in takes more memory to read" in contents.unreadable[0][1]
    assert worker.status(pid) == 1


def test_dicts_tuples_scalars_keywords_and_callbacks_cross(child):
    text = """
def softmax(params, pair, *, scale, f):
    return f(params['W'] * pair[1] * scale), {'a': None}
"""
    child.ask(load(source(text)))
    request = wire.CallRequest(
        7,
        "ex01_softmax.py",
        "softmax",
        (wire.pack({"W": np.ones(2)}), wire.pack((1, 2))),
        {"scale": 3.0, "f": wire.Lambda("x", "x + 1")},
    )
    value = wire.unpack(child.ask(request).value)
    assert value[0].tolist() == [7.0, 7.0]
    assert value[1] == {"a": None}


def test_a_text_reaches_the_function_and_counts_as_unchanged(child):
    child.ask(load(source("def softmax(Z, hidden='tanh'): return float(hidden == 'relu')")))
    request = wire.CallRequest(
        7, "ex01_softmax.py", "softmax", (1.0,), {"hidden": wire.Word("relu")}
    )
    reply = child.ask(request)
    assert (reply.value, reply.changed) == (1.0, ())


@pytest.mark.parametrize(
    ("body", "changed"),
    [
        ("p['W'] += 1", True),
        ("p['new'] = 1", True),
        ("p['W'] = p['W'] + 1", True),
        ("p['n'].append(1)", True),
        ("p['flag'][0] = True", True),
        ("p['s'] = 2.0", True),
        ("p['W'] = p['W'].astype('f4')", True),
        ("p['W'][0] += 1e-5; p['W'][0] -= 2e-5; p['W'][0] += 1e-5", False),
        ("q = dict(p); q['W'] = 0", False),
        ("p = None", False),
    ],
)
def test_a_changed_argument_is_reported_and_the_rounding_of_a_step_is_not(child, body, changed):
    child.ask(load(source(f"def softmax(p):\n    {body}")))
    params = {"W": np.array([1.1, 2.2]), "n": [1], "s": float("nan"), "flag": np.array([False])}
    assert child.ask(call("softmax", params)).changed == (0,) * changed


def test_prints_are_echoed_up_to_a_limit_when_asked_for(child):
    text = """print('loading')
def softmax(n):
    print('x' * n)
    print('tail')
    raise ValueError('no')
"""
    assert child.ask(load(source(text), echo=True)).output == "loading\n"
    raised = child.ask(call("softmax", 3))
    assert raised.output == "xxx\ntail\n"
    assert (raised.error.type, raised.error.message) == ("ValueError", "no")
    frame = raised.error.frames[-1]
    assert (frame.label, frame.line, frame.text) == ("ex01_softmax.py", 5, "raise ValueError('no')")
    assert "left out" in child.ask(call("softmax", 50_000)).output


def test_statements_to_be_skipped_are_skipped(child):
    text = "1 / 0\n" + SOFTMAX
    assert child.ask(load(source(text), skip=((0, 0),))).errors == ()


def test_a_file_to_be_skipped_is_not_parsed(child):
    assert child.ask(load(source(SOFTMAX), skip=((0, -1),))).definitions == ()


def test_future_imports_hold_for_the_whole_file(child):
    text = "from __future__ import annotations\ndef softmax(Z: nonsense) -> no.such: return Z"
    assert child.ask(load(source(text))).errors == ()


def test_files_import_each_other_in_any_order(child):
    first = source("from ex02_jacobian import helper\ndef softmax(Z): return helper()")
    second = source(
        "import ex01_softmax\ndef helper(): return ex01_softmax.__name__", "ex02_jacobian.py"
    )
    assert child.ask(load(first, second)).errors == ()
    assert child.ask(call("softmax", 1)).value == wire.Word("ex01_softmax")


def test_an_imported_function_is_not_ones_own(child):
    first, second = source(SOFTMAX), source("from ex01_softmax import softmax", "ex02_jacobian.py")
    loaded = child.ask(load(first, second))
    assert {(d.file, d.is_defined_here) for d in loaded.definitions} == {
        ("ex01_softmax.py", True),
        ("ex02_jacobian.py", False),
    }


def test_an_exercise_without_a_file_is_imported_from_wherever_its_function_is(child):
    user = source("from ex01_softmax import softmax", "ex02_jacobian.py")
    everything = source("def softmax(Z): return 9", "homework.ipynb")
    assert child.ask(load(user, everything)).errors == ()
    assert child.ask(call("softmax", 0, file="ex02_jacobian.py")).value == 9


def test_script_and_notebook_of_one_name_are_one_module_to_others(child):
    stub = source("def softmax(Z): raise NotImplementedError\nx = 1")
    written = source("def softmax(Z): return Z\ny = 2", "ex01_softmax.ipynb")
    user = source("from ex01_softmax import softmax, x, y", "ex02_jacobian.py")
    assert child.ask(load(stub, written, user)).errors == ()
    assert child.ask(call("softmax", 5, file="ex02_jacobian.py")).value == 5


def test_the_choice_of_the_grader_goes_first(child):
    one = source("def softmax(Z): return 1")
    two = source("def softmax(Z): return 2", "ex01_softmax.ipynb")
    user = source("from ex01_softmax import softmax", "ex02_jacobian.py")
    child.ask(load(one, two, user, chosen={"softmax": "ex01_softmax.ipynb"}))
    assert child.ask(call("softmax", 0, file="ex02_jacobian.py")).value == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import torch", "this course uses NumPy and the standard library only"),
        ("import multiprocessing.pool", "cannot be imported while grading"),
        ("import ex02_jacobian", "is not among the submitted files"),
    ],
)
def test_what_cannot_be_imported_says_why(child, text, said):
    import re

    (error,) = child.ask(load(source(text))).errors
    assert error.error.type in ("ModuleNotFoundError", "ImportError")
    assert re.search(said, error.error.message)


def test_stand_ins_do_nothing_whatever_is_done_with_them(child):
    text = """
import matplotlib.pyplot as plt, seaborn as sns, ipywidgets as widgets, pandas
from tqdm.auto import tqdm, trange
fig, axes = plt.subplots(nrows=2, ncols=3)
axes[1, 2].plot([1]); fig.colorbar(axes[0][0]).x.y.z
one, ax = plt.subplots()
three = plt.subplots(3)[1]
@widgets.interact
def softmax(Z): return sum(tqdm([1, 2], desc="x")), [i for i in trange(2)], len(tqdm([1]))
with plt.rc_context(): pass
frame = pandas.DataFrame({"a": [1]}); frame["b"] = frame["a"]; assert len(frame) == 0
assert not list(frame) and len(axes) == 2 and len(three) == 3
assert "not available" in repr(plt)
try: plt.__wrapped__
except AttributeError: pass
odd = plt.subplots("x")
"""
    assert child.ask(load(source(text))).errors == ()
    value = child.ask(call("softmax", 0)).value
    assert wire.unpack(value) == (3, [0, 1], 1)


def test_a_stand_in_is_no_answer(child):
    child.ask(load(source("import pandas\ndef softmax(Z): return pandas.DataFrame(Z)")))
    assert child.ask(call("softmax", 0)).value == wire.Opaque("stand-in")


def test_twins_have_one_fingerprint_whatever_their_comments(child):
    notebook = source(SOFTMAX + "# a note\nsoftmax(np.zeros((2, 1)))", "ex01_softmax.ipynb")
    one, two = child.ask(load(source(SOFTMAX), notebook)).definitions
    assert one.fingerprint == two.fingerprint


def test_only_so_many_errors_are_told(child):
    assert len(child.ask(load(source("1 / 0\n" * 80))).errors) == 50


def test_what_is_no_text_cannot_be_printed(child):
    text = """import sys
def softmax(n):
    if sys.stdout.writable():
        sys.stdout.write(n)
"""
    child.ask(load(source(text), echo=True))
    error = child.ask(call("softmax", 3)).error
    assert (error.type, error.message) == ("TypeError", "write() takes a str, not int")


@pytest.mark.parametrize(
    ("body", "changed"),
    [
        ("p['n'].append(2)", True),
        ("p['s'] = 1", True),
        ("p['d'][0]['a'] += 1", True),
        ("p['d'][0] = {'a': 1.0}", False),
    ],
)
def test_what_is_within_an_argument_is_compared(child, body, changed):
    child.ask(load(source(f"def softmax(p):\n    {body}")))
    params = {"n": [1], "s": float("nan"), "d": [{"a": 1.0}]}
    assert child.ask(call("softmax", params)).changed == (0,) * changed


def test_an_ended_child_is_remembered_until_it_is_asked_for(worker):
    first = worker.fork()
    worker.channel.close()
    time.sleep(0.1)
    second = worker.fork()
    assert worker.status(first) == 0
    assert worker.status(second) == 0
    worker.channel, theirs = socket.socketpair()
    theirs.close()
    assert worker.status(second) == -9
    assert worker.status(b"1") == -9


def test_a_callable_whose_attributes_raise_is_a_function(child):
    text = """class Odd:
    def __getattr__(self, name):
        raise KeyboardInterrupt
    def __call__(self, z):
        return 1.5
softmax = Odd()
"""
    loaded = child.ask(load(source(text)))
    assert [d.function for d in loaded.definitions] == ["softmax"]
    assert child.ask(call("softmax", 3)).value == wire.pack(1.5)


BEHIND = "from ex01_softmax import softmax\ndef softmax_jacobian(z): return softmax(z) * 2\n"


def test_a_stand_in_asks_while_calls_wait_and_takes_what_it_is_told(child):
    jacobian = source(BEHIND, name="ex02_jacobian.py")
    loaded = child.ask(load(source(SOFTMAX), jacobian, stand_ins=True))
    assert {(d.file, d.function, d.mentions) for d in loaded.definitions} >= {
        ("ex02_jacobian.py", "softmax_jacobian", ("softmax",))
    }
    calls = [call("softmax_jacobian", np.full((2, 1), n), file=jacobian.name) for n in (1.0, 2.0)]
    frames = [wire.StandInsRequest(("softmax",)), *calls]
    child.channel.sendall(b"".join(map(wire.encode, frames)))
    for number in (1.0, 2.0):
        asked = child.reply()
        assert (asked.number, asked.function) == (7, "softmax")
        assert wire.unpack(asked.args[0]).tolist() == [[number], [number]]
        child.channel.sendall(wire.encode(wire.ToldRequest(wire.pack(np.ones((2, 1))))))
        assert wire.unpack(child.reply().value).tolist() == [[2.0], [2.0]]


def test_arguments_that_fill_more_than_a_message_are_the_learners_own(child):
    text = "def softmax(*Z): return len(Z)\n"
    text += "def softmax_jacobian(z): return softmax(z, z.copy())\n"
    child.ask(load(source(text), stand_ins=True))
    child.channel.sendall(wire.encode(wire.StandInsRequest(("softmax",))))
    assert child.ask(call("softmax_jacobian", np.zeros(2**19 - 9))).value == 2


def test_without_the_file_of_an_exercise_its_function_is_stood_in_for(child):
    jacobian = source(BEHIND, name="ex02_jacobian.py")
    loaded = child.ask(load(jacobian, stand_ins=True))
    assert [d.function for d in loaded.definitions] == ["softmax_jacobian"]
    child.channel.sendall(wire.encode(wire.StandInsRequest(("softmax",))))
    child.channel.sendall(
        wire.encode(call("softmax_jacobian", np.zeros((2, 1)), file=jacobian.name))
    )
    assert child.reply().function == "softmax"
    child.channel.sendall(wire.encode(wire.ToldRequest(failed=True)))
    message = "the right softmax cannot answer these arguments"
    assert child.reply().error.message == message
