"""Sockets at which it is heard whether an attack has come through."""

from __future__ import annotations

import contextlib
import secrets
import selectors
import socket
import threading
from pathlib import Path


class Listeners:
    """Sockets of several families that give a token to whoever comes, and write down who came."""

    def __init__(self, folder: Path, token: str) -> None:
        self.token = token.encode()
        self.abstract = f"canary-{secrets.token_hex(6)}"
        self.events: list[tuple[str, str]] = []
        self.selector = selectors.DefaultSelector()
        stream, datagram = socket.SOCK_STREAM, socket.SOCK_DGRAM
        self.tcp = self._open("tcp", socket.AF_INET, stream, ("127.0.0.1", 0))
        self.udp = self._open("udp", socket.AF_INET, datagram, ("127.0.0.1", 0))
        self.tcp6 = 1
        with contextlib.suppress(OSError):  # a machine without IPv6
            self.tcp6 = self._open("tcp6", socket.AF_INET6, stream, ("::1", 0))
        self._open("unix", socket.AF_UNIX, stream, str(folder / "stream"))
        self._open("datagram", socket.AF_UNIX, datagram, str(folder / "datagram"))
        self._open("abstract", socket.AF_UNIX, stream, "\0" + self.abstract)
        for name in ("stream", "datagram"):
            (folder / name).chmod(0o777)
        self.wake, self.waker = socket.socketpair()
        self.selector.register(self.wake, selectors.EVENT_READ, ("stop", self.wake))
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _open(self, label: str, family: int, kind: int, address: object) -> int:
        listener = socket.socket(family, kind)
        listener.bind(address)
        if kind == socket.SOCK_STREAM:
            listener.listen(64)
        listener.setblocking(False)
        self.selector.register(listener, selectors.EVENT_READ, (label, listener))
        return listener.getsockname()[1] if family in (socket.AF_INET, socket.AF_INET6) else 0

    def _serve(self) -> None:
        while True:
            for key, _ in self.selector.select():
                label, listener = key.data
                if label == "stop":
                    return
                with contextlib.suppress(OSError):
                    self.events.append((label, self._met(listener)))

    def _met(self, listener: socket.socket) -> str:
        if listener.type == socket.SOCK_DGRAM:
            return listener.recv(200).decode("utf-8", "replace")
        guest, _ = listener.accept()
        with guest:
            guest.settimeout(0.5)
            guest.sendall(self.token)
            with contextlib.suppress(TimeoutError, ConnectionError):
                return guest.recv(200).decode("utf-8", "replace")
        return ""

    def close(self) -> None:
        self.waker.send(b"x")
        self.thread.join()
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()
        self.waker.close()
        self.selector.close()
