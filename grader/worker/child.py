"""Run one submission in a child process: load it, answer calls one at a time, and exit."""

from __future__ import annotations

import io
import json
import os
import sys
import warnings
import zipfile
from collections import deque
from typing import Any

import msgspec
import numpy as np

from grader import wire
from grader.worker import imports
from grader.worker.calling import answer_of
from grader.worker.hardening import CHANNEL, ChildLimits, Seal, limit, shed
from grader.worker.loading import LoadedSubmission
from grader.worker.reading import contents_of, nothing_read
from grader.worker.standing_in import StandIns

OUTPUT_LIMIT = 10_000
# From here on, what ends the process is in the files.
_READING = wire.encode(wire.Progress(-1, -1, "", 0))


def serve(channel_fd: int, limits: ChildLimits, seal: Seal | None) -> None:
    """Answer the requests on `channel_fd` until the grader closes it or kills this process.

    This process gives up every privilege before it reads any learner code.
    """
    shed(channel_fd)
    warnings.simplefilter("ignore")
    limit(limits)
    if seal is not None:  # pragma: no cover  # a sealed process cannot write coverage data
        seal.apply()
    answer_requests(CHANNEL, CHANNEL)


def answer_requests(requests_fd: int, replies_fd: int) -> None:
    """Read requests and write replies until the other end of `requests_fd` is closed."""
    submission: LoadedSubmission | None = None
    echo = False
    requests = _Requests(requests_fd)
    while True:
        try:
            request = requests.next()
        except MemoryError:
            if submission is None:  # pragma: no branch  # else learner code takes all of it
                _write(replies_fd, _READING)
                _write(replies_fd, wire.encode(nothing_read()))
            raise
        if request is None:
            return
        if isinstance(request, wire.ReadRequest):
            _write(replies_fd, _READING)
            _write(replies_fd, _encoded(contents_of(request)))
            continue
        if isinstance(request, wire.StandInsRequest):
            assert submission is not None
            assert submission.stand_ins is not None
            submission.stand_ins.activate(request.names)
            continue
        output = _Output()
        sys.stdout = sys.stderr = output
        reply: wire.Loaded | wire.ReturnedReply | wire.RaisedReply
        if isinstance(request, wire.LoadRequest):
            echo = request.echo
            submission = _prepared(request, requests, replies_fd)
            reply = submission.load()
        else:
            assert submission is not None
            assert isinstance(request, wire.CallRequest)
            requests.number = request.number
            reply = _answer(submission, request)
        if echo:
            reply = msgspec.structs.replace(reply, output=output.text())
        _write(replies_fd, _encoded(reply))


def _encoded(reply: wire.Reply) -> bytes:
    """Encode a reply as a frame; if that fails, encode the error instead."""
    try:
        return wire.encode(reply)
    # Never seen: `pack` has already turned everything that a learner made into plain values.
    except Exception as error:  # noqa: BLE001  # pragma: no cover  # our own failure
        number = getattr(reply, "number", 0)
        return wire.encode(wire.RaisedReply(number, wire.error_of(error)))


def warm_up() -> None:
    """Do once what every child will do, so that no child pays for doing it first.

    Python and NumPy create much of what they need (syntax tree classes, caches, dispatch tables) at
    first use; created before the fork, it is shared by all children.
    """
    source = wire.Source("warm_up.py", "warm_up", "warm_up", (wire.Cell("warm_up.py", _WARM_UP),))
    contents_of(wire.ReadRequest(_warm_up_files(), ("warm_up",)))
    submission = LoadedSubmission(wire.LoadRequest((source,), ("f",), ()), lambda _progress: None)
    submission.load()
    for argument in (np.ones((2, 2)), None):  # one call that works, one that raises
        call = wire.CallRequest(0, "warm_up.py", "f", (wire.pack(argument),), {})
        wire.decode_request(wire.encode(call)[4:])
        wire.encode(_answer(submission, call))


def _warm_up_files() -> tuple[wire.File, ...]:
    notebook = {"nbformat": 4, "cells": [{"cell_type": "code", "source": ["x = 1\n", "y = 2"]}]}
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("warm_up.ipynb", json.dumps(notebook))
    script = wire.File("warm_up.py", b"# coding: latin-1\nx = '\xe9'\n")
    return script, wire.File("warm_up.zip", made.getvalue())


_WARM_UP = '''
import numpy as np

def f(Z: np.ndarray) -> np.ndarray:
    """Use what submissions use."""
    E = np.exp(Z - Z.max(axis=0, keepdims=True))
    A = E / E.sum(axis=0, keepdims=True)
    np.diag(A[:, 0]) - A @ A.T + np.outer(A[0], A[0]) + np.eye(2) * np.einsum("ik,jk->ij", A, A)
    return np.stack([np.zeros_like(A), np.log(A), np.tanh(A), np.abs(A), np.where(A > 0, A, 0)])
'''


class _Requests:
    """Reads the frames that the grader sends, in large pieces."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.buffer = bytearray()
        # Calls that were sent before what a stand-in is told.
        self.waiting: deque[wire.Request] = deque()
        # That of the call at work.
        self.number = 0

    def next(self) -> wire.Request | None:
        """Return the next request; None when the grader has closed the channel."""
        return self.waiting.popleft() if self.waiting else self._read()

    def told(self) -> wire.ToldRequest:
        """Return what the grader tells, before the calls that wait. EOFError when it tells none."""
        while (request := self._read()) is not None:
            if isinstance(request, wire.ToldRequest):
                return request
            self.waiting.append(request)
        raise EOFError

    def _read(self) -> wire.Request | None:
        header = self._take(4)
        body = None if header is None else self._take(wire.frame_length(header))
        return None if body is None else wire.decode_request(body)

    def _take(self, count: int) -> bytes | None:
        while len(self.buffer) < count:
            part = os.read(self.descriptor, 2**16)
            if not part:
                return None
            self.buffer += part
        data = bytes(memoryview(self.buffer)[:count])
        del self.buffer[:count]
        return data


def _write(descriptor: int, data: bytes) -> None:
    # Not `socket.send`: a sealed process may not make system calls on sockets.
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _prepared(request: wire.LoadRequest, requests: _Requests, replies_fd: int) -> LoadedSubmission:
    def asked(
        name: str, args: tuple[wire.Value, ...], kwargs: dict[str, wire.Value]
    ) -> wire.ToldRequest | None:
        try:
            question = wire.encode(wire.AskedReply(requests.number, name, args, kwargs))
        except wire.WireError:
            return None
        if len(question) > wire.MAX_REPLY_BYTES:
            return None
        _write(replies_fd, question)
        return requests.told()

    submission = LoadedSubmission(
        request,
        lambda progress: _write(replies_fd, wire.encode(progress)),
        StandIns(request.functions, asked) if request.stand_ins else None,
    )
    imports.install(imports.Finder(submission.importable(), submission.module))
    return submission


def _answer(
    submission: LoadedSubmission, call: wire.CallRequest
) -> wire.ReturnedReply | wire.RaisedReply:
    try:
        function: Any = submission.function(call.file, call.function)
        value, changed = answer_of(function, call.args, call.kwargs)
        return wire.ReturnedReply(call.number, value, changed)
    except BaseException as error:  # noqa: BLE001  # whatever it raises is its answer
        return wire.RaisedReply(call.number, submission.error_of(error))


class _Output(io.TextIOBase):
    """Replaces standard output and error: keeps text up to a limit and drops the rest."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.room = OUTPUT_LIMIT - 100

    def writable(self) -> bool:
        """Return True: text can be written."""
        return True

    def write(self, text: str) -> int:
        """Keep as much of `text` as still fits, and accept the rest silently."""
        if not isinstance(text, str):
            raise TypeError(f"write() takes a str, not {type(text).__name__}")
        if self.room > 0:
            self.parts.append(text[: self.room])
            self.room -= len(text)
            if self.room <= 0:
                self.parts.append("\n[what was printed after this was left out]\n")
        return len(text)

    def text(self) -> str:
        """Return what was kept."""
        return wire.clean("".join(self.parts), OUTPUT_LIMIT)
