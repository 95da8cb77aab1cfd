"""Read keypresses one by one, without waiting for Enter."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

POLL_S = 0.05


@contextmanager
def keypresses(pressed: Callable[[str], object]) -> Iterator[bool]:
    """Within this block, each key is told. Yield False where there is no terminal to read."""
    if not sys.stdin.isatty():
        yield False
        return  # pragma: no cover  # without a terminal only Ctrl-C ends the watch
    stop = threading.Event()
    with _single_keys() as read:

        def run() -> None:
            while not stop.is_set():
                if key := read():
                    pressed(key.lower())

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        try:
            yield True
        finally:
            stop.set()
            thread.join(timeout=2)


if sys.platform == "win32":  # pragma: no cover  # not tested on Windows
    import msvcrt
    import time

    @contextmanager
    def _single_keys() -> Iterator[Callable[[], str]]:
        """Yield a function that reads a key without waiting for Enter; "" when none is pressed."""

        def read() -> str:
            if msvcrt.kbhit():
                return msvcrt.getwch()
            time.sleep(POLL_S)
            return ""

        yield read
else:
    import os
    import select
    import termios
    import tty

    @contextmanager
    def _single_keys() -> Iterator[Callable[[], str]]:
        """Yield a function that reads a key without waiting for Enter; "" when none is pressed."""
        descriptor = sys.stdin.fileno()
        before = termios.tcgetattr(descriptor)
        tty.setcbreak(descriptor)

        def read() -> str:
            ready, _, _ = select.select([descriptor], [], [], POLL_S)
            return os.read(descriptor, 1).decode(errors="replace") if ready else ""

        try:
            yield read
        finally:
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
