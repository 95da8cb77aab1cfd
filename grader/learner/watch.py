"""`grader check --watch`: check again on every save, until the learner quits."""

from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import GraderError, UsageError
from grader.learner.check import check_files, checks_path, files_to_check, folder_of
from grader.model import FunctionResult, Verdict
from grader.plan_json import read_plan
from grader.results.terminal import (
    EXIT_FAILED,
    EXIT_PASSED,
    CheckedFiles,
    headline,
    line,
    show_function,
    show_notes,
)
from grader.results.terminal import next_step as next_step_of
from grader.worker.files import SUFFIXES

if TYPE_CHECKING:
    from rich.console import Console

    from grader.engine.lane import Lane

BAR = 24
SAVED, HINT, QUIT = "saved", "h", "q"
KEYPRESSES = (HINT, QUIT)
POLL_S = 0.1


def watch_files(files: Sequence[Path], lane: Lane, console: Console) -> int:
    """Check at once and on every save, until `q` is pressed; return the last check's exit code.

    UsageError when the checks or the files cannot be found at the start.
    """
    plan = read_plan(checks_path(folder_of(files)))
    names = {path.name for path in files_to_check(files, plan)} if files else None
    events: queue.Queue[str] = queue.Queue()
    checked: CheckedFiles | None = None
    with _keypresses(events) as has_keypresses, _saves(folder_of(files), names, events):
        events.put(SAVED)
        while True:
            match _next_event(events):
                case "q":
                    break
                case "h":
                    _hint(checked, console)
                case _:
                    checked = _check_and_show(files, lane, console, checked)
            keys = "h: hint, q: quit" if has_keypresses else "no terminal, so no keys: Ctrl-C quits"
            line(console, "", f"Watching for saves ({keys}).")
    return EXIT_PASSED if checked is not None and checked.passed else EXIT_FAILED


def _next_event(events: queue.Queue[str]) -> str:
    """Return the next event. Wait in short steps, so that Ctrl-C works on every system."""
    while True:
        try:
            return events.get(timeout=POLL_S)
        except queue.Empty:
            continue


def _check_and_show(
    files: Sequence[Path], lane: Lane, console: Console, before: CheckedFiles | None
) -> CheckedFiles | None:
    """Check once and show it: the first failing function in full, the others in a line."""
    console.clear()
    try:
        checked = check_files(files, lane)
    except UsageError as error:
        # A file may be missing for a moment while an editor saves it.
        line(console, f"! {error}")
        return before
    except GraderError as error:  # pragma: no cover  # only if the grader has a bug
        line(console, f"! {error}")
        return None
    show_notes(checked, console)
    first = _first_failing(checked)
    for function in checked.functions:
        if function is not first:
            line(console, headline(function))
    line(console, "")
    newly = _newly_passed(checked, before)
    for function in checked.functions:
        if function is first or (first is None and before is None) or function.function in newly:
            checks = checked.planned[function.function][1]
            output = checked.outputs.get(function.function, "")
            show_function(function, checks, output, console)
    _bar(checked, console)
    line(console, next_step_of(checked))
    return checked


def _first_failing(checked: CheckedFiles) -> FunctionResult | None:
    return next((f for f in checked.functions if f.verdict is not Verdict.PASSED), None)


def _newly_passed(checked: CheckedFiles, before: CheckedFiles | None) -> set[str]:
    """Return the functions that pass for the first time: their notice is shown."""
    if before is None:
        return set()
    wrong = {f.function for f in before.functions if f.verdict is not Verdict.PASSED}
    return {f.function for f in checked.functions if f.verdict is Verdict.PASSED} & wrong


def _bar(checked: CheckedFiles, console: Console) -> None:
    """Show the points of the functions that pass their checks, as a bar and in words."""
    total = sum(function.max_score for function in checked.functions)
    passed = [f.max_score for f in checked.functions if f.verdict is Verdict.PASSED]
    filled = round(BAR * sum(passed) / total) if total else 0
    line(
        console,
        "",
        f"[{'#' * filled}{'.' * (BAR - filled)}] {sum(passed):g} of {total:g} points pass their"
        f" {checked.which}",
    )


def _hint(checked: CheckedFiles | None, console: Console) -> None:
    """Show the hint for the first function that does not pass."""
    first = _first_failing(checked) if checked is not None else None
    if checked is None or first is None:
        line(console, "There is nothing to give a hint for.")
        return
    from rich.markdown import Markdown

    hint = checked.planned[first.function][1].hint
    console.print(Markdown(hint or f"There is no hint for {first.function}."))


@contextmanager
def _saves(folder: Path, names: set[str] | None, events: queue.Queue[str]) -> Iterator[None]:
    """Within this block, a save of one of these files (None: of any .py or .ipynb) is an event."""
    from watchfiles import watch

    stop = threading.Event()

    def run() -> None:
        for changes in watch(folder, stop_event=stop, recursive=False, raise_interrupt=False):
            paths = [Path(path) for _change, path in changes]
            if any(  # pragma: no branch  # the system decides which changes come together
                path.suffix in SUFFIXES and (names is None or path.name in names) for path in paths
            ):
                events.put(SAVED)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=2)


@contextmanager
def _keypresses(events: queue.Queue[str]) -> Iterator[bool]:
    """Within this block, keypresses are events. Yield False where there is no terminal to read."""
    if not sys.stdin.isatty():
        yield False
        return  # pragma: no cover  # without a terminal only Ctrl-C ends the watch
    stop = threading.Event()
    with _single_keys() as read:

        def run() -> None:
            while not stop.is_set():
                key = read().lower()
                if key in KEYPRESSES:
                    events.put(key)

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
    from collections.abc import Callable

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
    import select
    import termios
    import tty
    from collections.abc import Callable

    @contextmanager
    def _single_keys() -> Iterator[Callable[[], str]]:
        """Yield a function that reads a key without waiting for Enter; "" when none is pressed."""
        descriptor = sys.stdin.fileno()
        before = termios.tcgetattr(descriptor)
        tty.setcbreak(descriptor)

        def read() -> str:
            ready, _, _ = select.select([descriptor], [], [], POLL_S)
            return sys.stdin.read(1) if ready else ""

        try:
            yield read
        finally:
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
