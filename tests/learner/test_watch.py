"""`grader check --watch` in a real terminal: what is drawn, when, and by which keys."""

import signal
import subprocess
import sys
import time

import pytest

from tests.support.submissions import SOFTMAX
from tests.support.terminal import Terminal, plain

BROKEN = SOFTMAX.replace("axis=0", "axis=1")
ENDLESS = "def softmax(Z):\n    while True: pass\n"
READY = "Watching for saves (n: next, h: hint, l: list, a: all, r: reset, q: quit)."


@pytest.fixture
def watched(folder):
    """A file with a mistake, and the terminal in which it is watched."""
    (folder / "ex01_softmax.py").write_text(BROKEN)
    with Terminal("check", "--watch", "ex01_softmax.py", cwd=folder) as terminal:
        terminal.first = terminal.until(READY)
        yield terminal
        terminal.press("q")
        terminal.exit_code()


def test_it_checks_at_once_and_on_every_save_until_q(folder, watched):
    assert "checking ..." in watched.first
    assert "softmax: 2 of 5 checks pass" in plain(watched.first)
    file = folder / "ex01_softmax.py"
    file.write_text("def softmax(Z:\n")
    assert "SyntaxError" in watched.until(READY)
    # As many editors save: another file takes the name.
    (folder / "new").write_text(SOFTMAX)
    (folder / "new").replace(file)
    shown = watched.until(READY)
    assert "12 of 12 points pass" in plain(shown)
    assert "What to notice:" in shown
    file.write_text(f"{SOFTMAX}\n# saved again\n")
    assert "What to notice:" not in watched.until(READY)
    watched.press("q")
    assert watched.exit_code() == 0


def test_the_old_screen_stays_until_the_new_one_is_there(folder, watched):
    (folder / "ex01_softmax.py").write_text(SOFTMAX)
    shown = watched.until(READY)
    # One line says what is done, and nothing is erased before the new screen is drawn over the old.
    assert shown.startswith("\r\x1b[Kchecking ...")
    assert "\x1b[2J" not in shown
    assert shown.index("\x1b[H") < shown.index("softmax") < shown.index("\x1b[J")


def test_keys_lead_on(folder, watched):
    odd = "import numpy as np\ndef softmax(Z): return np.sin(Z * Z) + 0.1 * np.cos(3 * Z)\n"
    (folder / "ex01_softmax.py").write_text(odd)
    watched.until(READY)
    watched.press("h")
    assert "Hint 1 of " in watched.until(READY)
    watched.press("h")
    assert "Hint 2 of " in watched.until(READY)
    watched.press("a")
    assert "is_float64" in watched.until(READY)
    watched.press("l")
    assert "ex01_softmax   0 of 12 points" in plain(watched.until(READY))
    watched.press("n")
    assert "What it looks like:" in watched.until(READY)


def test_a_reset_is_asked_for_twice(folder, watched):
    watched.press("r")
    watched.until("Put ex01_softmax back as it was handed out?")
    watched.press("n")
    watched.until(READY)
    assert (folder / "ex01_softmax.py").read_text() == BROKEN
    watched.press("ry")
    assert "softmax is not written yet" in watched.until(READY)
    assert (folder / ".grader-kept" / "1" / "ex01_softmax.py").read_text() == BROKEN
    watched.press("ry")
    watched.until("ex01_softmax.py is already as it was handed out")


def test_a_file_that_is_gone_for_a_moment_leaves_the_screen_as_it_is(folder, watched):
    (folder / "ex01_softmax.py").unlink()
    assert "\x1b[H" not in watched.until("ex01_softmax.py does not exist")


@pytest.mark.parametrize("key", ["\x03", "q"])
def test_neither_ctrl_c_nor_q_wait_for_a_loop_that_never_ends(folder, key):
    (folder / "ex01_softmax.py").write_text(ENDLESS)
    with Terminal("check", "--watch", "ex01_softmax.py", cwd=folder) as terminal:
        terminal.until("checking ...")
        time.sleep(1.5)
        pressed = time.monotonic()
        terminal.press(key)
        assert terminal.exit_code() == {"\x03": 130, "q": 1}[key]
        # The loop would go on for nine seconds; benchmarks/speed/learner.py measures this alone.
        assert time.monotonic() - pressed < 3.0


def test_a_save_ends_the_check_of_a_loop_that_never_ends(folder):
    (folder / "ex01_softmax.py").write_text(ENDLESS)
    with Terminal("check", "--watch", "ex01_softmax.py", cwd=folder) as terminal:
        terminal.until("checking ...")
        time.sleep(1.5)
        (folder / "ex01_softmax.py").write_text(SOFTMAX)
        assert "12 of 12 points pass" in plain(terminal.until(READY))


def test_without_a_terminal_it_says_that_there_are_no_keys(folder):
    (folder / "ex01_softmax.py").write_text(SOFTMAX)
    # Whoever runs the tests in the background has Ctrl-C ignored, which a child would inherit.
    hears_ctrl_c = ["env", "--default-signal=INT"]
    command = [*hears_ctrl_c, sys.executable, "-m", "grader", "check", "--watch", "ex01_softmax.py"]
    with subprocess.Popen(
        command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as process:
        lines = iter(process.stdout.readline, "")
        last = next(text for text in lines if text.startswith("Watching"))
        assert last == "Watching for saves (no terminal, so no keys: Ctrl-C quits).\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 130
