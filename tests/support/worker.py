"""A zygote and its children, driven without the grader, and the requests to send them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

from grader import wire
from grader.worker.hardening import ChildLimits
from grader.worker.zygote import FORK, FORKED, READY, STATUS, Setup

LIMITS = ChildLimits(memory_bytes=4 * 2**30, cpu_s=60, file_bytes=2**26)


class Worker:
    """A zygote that is started with this environment, so that coverage can look inside."""

    def __init__(self, threads="1", stderr=None):
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [sys.executable, "-m", "grader.worker", str(theirs.fileno())]
            env = os.environ | {"OPENBLAS_NUM_THREADS": threads}
            self.process = subprocess.Popen(
                command, pass_fds=[theirs.fileno()], env=env, stderr=stderr
            )
        self.control.send(Setup().to_bytes())
        assert self.control.recv(200)[:1] == READY
        self.channel = None

    def fork(self, limits=LIMITS):
        self.channel, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(self.control, [FORK + limits.to_bytes()], [theirs.fileno()])
            answer, (pidfd,), _, _ = socket.recv_fds(self.control, 64, 1)
        os.close(pidfd)
        assert answer[:1] == FORKED
        return answer[1:]

    def ask(self, request):
        self.channel.sendall(wire.encode(request))
        while isinstance(reply := self.reply(), wire.Progress):
            pass
        return reply

    def reply(self):
        header = self.channel.recv(4, socket.MSG_WAITALL)
        return wire.decode_reply(self.channel.recv(wire.frame_length(header), socket.MSG_WAITALL))

    def fork_with_room_for(self, room_bytes):
        """Fork a child that may have so much memory beyond what the zygote has."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[0])
        held_bytes = pages * os.sysconf("SC_PAGE_SIZE")
        return self.fork(LIMITS._replace(memory_bytes=held_bytes + room_bytes))

    def status(self, pid):
        self.channel.close()
        self.control.send(STATUS + pid)
        return int(self.control.recv(64)[1:])


def source(text, name="ex01_softmax.py", cells=None):
    cells = cells or (wire.Cell(name, text),)
    stem = name.partition(".")[0]
    return wire.Source(name, stem, stem, cells)


def load(*sources, **options):
    return wire.LoadRequest(
        sources, ("softmax", "softmax_jacobian"), ("ex01_softmax", "ex02_jacobian"), **options
    )


def call(function, *args, file="ex01_softmax.py", **kwargs):
    packed = {name: wire.pack(value) for name, value in kwargs.items()}
    return wire.CallRequest(7, file, function, tuple(map(wire.pack, args)), packed)
