"""The command in a terminal of 80 columns, as a learner sees it."""

import os
import pty
import re
import select
import subprocess
import sys
import time

ESCAPES = re.compile("\x1b\\[[0-9;?]*[a-zA-Z]")


class Terminal:
    def __init__(self, *args, cwd, **environment):
        self.main, other = pty.openpty()
        command = [sys.executable, "-m", "grader", *args]
        environment = {**os.environ, "COLUMNS": "80", "TERM": "xterm", **environment}
        self.process = subprocess.Popen(
            command,
            cwd=cwd,
            stdin=other,
            stdout=other,
            stderr=other,
            env=environment,
            preexec_fn=_own_terminal,  # noqa: PLW1509  # so that Ctrl-C reaches it, and it alone
        )
        os.close(other)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.process.kill()
        self.process.wait()
        os.close(self.main)

    def until(self, words, *, seconds=30):
        """What is shown until these words are; every call goes on where the last one stopped."""
        text = b""
        deadline = time.monotonic() + seconds
        while words not in text.decode(errors="replace") and time.monotonic() < deadline:
            if select.select([self.main], [], [], 0.02)[0]:
                text += os.read(self.main, 65536)
        shown = text.decode(errors="replace")
        assert words in shown, shown
        return shown

    def press(self, key):
        os.write(self.main, key.encode())

    def exit_code(self, *, seconds=20):
        return self.process.wait(timeout=seconds)


def _own_terminal():
    """Make standard input the terminal of a session of its own."""
    import fcntl
    import signal
    import termios

    # Whoever runs the tests in the background has Ctrl-C ignored, which a child would inherit.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def plain(text):
    return ESCAPES.sub("", text).replace("\r", "")
