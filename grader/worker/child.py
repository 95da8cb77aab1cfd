"""The child process: load one submission, answer one call at a time, die."""

from __future__ import annotations

import io
import os
import sys
import warnings
from typing import Any

import msgspec
import numpy as np

from grader import wire
from grader.worker import imports
from grader.worker.calling import answer_of
from grader.worker.hardening import CHANNEL, ChildLimits, Seal, limit, shed
from grader.worker.loading import LoadedSubmission

OUTPUT_LIMIT = 10_000


def serve(channel_fd: int, limits: ChildLimits, seal: Seal | None) -> None:
    """Answer the requests on `channel_fd` until the grader closes it or kills this process.

    First of all this process gives up what learner code must not have; only then it reads any.
    """
    shed(channel_fd)
    warnings.simplefilter("ignore")
    limit(limits)
    if seal is not None:  # pragma: no cover  # behind a wall coverage can write nothing
        seal.apply()
    answer_requests(CHANNEL, CHANNEL)


def answer_requests(requests_fd: int, replies_fd: int) -> None:
    """Read requests, write replies, until the other end of `requests_fd` is closed."""
    submission: LoadedSubmission | None = None
    echo = False
    requests = _Requests(requests_fd)
    while (body := requests.next()) is not None:
        request = wire.decode_request(body)
        output = _Output()
        sys.stdout = sys.stderr = output
        reply: wire.Reply
        if isinstance(request, wire.LoadRequest):
            echo = request.echo
            submission = _prepared(request, replies_fd)
            reply = submission.load()
        else:
            assert submission is not None
            reply = _answer(submission, request)
        if echo:
            reply = msgspec.structs.replace(reply, output=output.text())
        _write(replies_fd, _encoded(reply))


def _encoded(reply: wire.Reply) -> bytes:
    """The frame of a reply; when what a learner made cannot be one, of the error that it is."""
    try:
        return wire.encode(reply)
    # Not seen to happen: what a learner makes is packed before.
    except Exception as error:  # noqa: BLE001  # pragma: no cover  # must not look like the learner's
        number = getattr(reply, "number", 0)
        return wire.encode(wire.RaisedReply(number, wire.error_of(error, ())))


def warm_up() -> None:
    """Do once what every child will do, so that none of them does it for the first time.

    Python and NumPy make much of what they need (syntax tree classes, caches, dispatch tables) when
    it is first used; made before the fork, it is shared by all children.
    """
    source = wire.Source("warm_up.py", "warm_up", "warm_up", (wire.Cell("warm_up.py", _WARM_UP),))
    submission = LoadedSubmission(wire.LoadRequest((source,), ("f",), ()), lambda _progress: None)
    submission.load()
    for argument in (np.ones((2, 2)), None):  # one that works, and one that raises
        call = wire.CallRequest(0, "warm_up.py", "f", (wire.pack(argument),), {})
        wire.decode_request(wire.encode(call)[4:])
        wire.encode(_answer(submission, call))


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
    """The frames that the grader sends, read in large pieces."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.buffer = bytearray()

    def next(self) -> bytes | None:
        """The body of the next frame; None when the grader has closed the channel."""
        header = self._take(4)
        return None if header is None else self._take(wire.frame_length(header))

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
    # Not a socket's `send`: a sealed process has no system calls for sockets.
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _prepared(request: wire.LoadRequest, replies_fd: int) -> LoadedSubmission:
    submission = LoadedSubmission(
        request, lambda progress: _write(replies_fd, wire.encode(progress))
    )
    imports.install(imports.Finder(submission.importable(), submission.module))
    return submission


def _answer(
    submission: LoadedSubmission, call: wire.CallRequest
) -> wire.ReturnedReply | wire.RaisedReply:
    try:
        function: Any = submission.function(call.file, call.function)
        value, mutated = answer_of(function, call.args, call.kwargs)
        return wire.ReturnedReply(call.number, value, mutated)
    except BaseException as error:  # noqa: BLE001  # whatever it is, it is the learner's answer
        return wire.RaisedReply(call.number, wire.error_of(error, submission.frames(error)))


class _Output(io.TextIOBase):
    """Standard output and error: kept up to a limit, then dropped."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.room = OUTPUT_LIMIT - 100

    def writable(self) -> bool:
        """Text can be written."""
        return True

    def write(self, text: str) -> int:
        """Keep `text` as far as there is room."""
        if not isinstance(text, str):
            raise TypeError(f"write() takes a str, not {type(text).__name__}")
        if self.room > 0:
            self.parts.append(text[: self.room])
            self.room -= len(text)
            if self.room <= 0:
                self.parts.append("\n[what was printed after this was left out]\n")
        return len(text)

    def text(self) -> str:
        """What was kept."""
        return wire.clean("".join(self.parts), OUTPUT_LIMIT)
