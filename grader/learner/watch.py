"""`grader check --watch`: check again on every save, until the learner has had enough."""

from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import GraderError, UsageError
from grader.intake.files import SUFFIXES
from grader.learner.check import check_files, checks_path, files_to_check, folder_of
from grader.model import Verdict
from grader.plan import read_plan
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

if TYPE_CHECKING:
    from rich.console import Console

    from grader.engine.lane import Lane

BAR = 24
SAVED, HINT, QUIT = "saved", "h", "q"
KEYS = (HINT, QUIT)
POLL_S = 0.1


def watched(files: Sequence[Path], lane: Lane, console: Console) -> int:
    """Check on every save; returns the exit code of the last check when `q` is pressed."""
    plan = read_plan(checks_path(folder_of(files)))
    names = {path.name for path in files_to_check(files, plan)} if files else None
    events: queue.Queue[str] = queue.Queue()
    found: CheckedFiles | None = None
    with _keys(events) as has_keys, _saves(folder_of(files), names, events):
        events.put(SAVED)
        while True:
            match _next(events):
                case "q":
                    break
                case "h":
                    _hint(found, console)
                case _:
                    found = _checked(files, lane, console, found)
            keys = "h: hint, q: quit" if has_keys else "no keys here, since this is no terminal"
            line(console, "", f"Watching for saves ({keys}).")
    return EXIT_PASSED if found is not None and found.passed else EXIT_FAILED


def _next(events: queue.Queue[str]) -> str:
    """The next event. Waits in short steps, so that Ctrl-C is heard on every system."""
    while True:
        try:
            return events.get(timeout=POLL_S)
        except queue.Empty:
            continue


def _checked(
    files: Sequence[Path], lane: Lane, console: Console, before: CheckedFiles | None
) -> CheckedFiles | None:
    """Check once and show it: the first failing function in full, the others in a line."""
    console.clear()
    try:
        found = check_files(files, lane)
    except UsageError as error:
        # A file may be away for a moment while an editor saves it.
        line(console, f"! {error}")
        return before
    except GraderError as error:  # pragma: no cover  # our own failure
        line(console, f"! {error}")
        return None
    show_notes(found, console)
    first = _first_failing(found)
    for function in found.functions:
        if function is not first:
            line(console, headline(function))
    line(console, "")
    newly = _newly_passed(found, before)
    for function in found.functions:
        if function is first or (first is None and before is None) or function.function in newly:
            checks = found.planned[function.function][1]
            output = found.outputs.get(function.function, "")
            show_function(function, checks, output, console)
    _bar(found, console)
    line(console, next_step_of(found))
    return found


def _first_failing(found: CheckedFiles) -> object:
    return next((f for f in found.functions if f.verdict is not Verdict.PASSED), None)


def _newly_passed(found: CheckedFiles, before: CheckedFiles | None) -> set[str]:
    """The functions that have just come right: what to notice is shown with them."""
    if before is None:
        return set()
    wrong = {f.function for f in before.functions if f.verdict is not Verdict.PASSED}
    return {f.function for f in found.functions if f.verdict is Verdict.PASSED} & wrong


def _bar(found: CheckedFiles, console: Console) -> None:
    """How many of the points' functions pass their public checks, as a bar and in words."""
    total = sum(function.max_score for function in found.functions)
    passed = [f.max_score for f in found.functions if f.verdict is Verdict.PASSED]
    filled = round(BAR * sum(passed) / total) if total else 0
    line(
        console,
        "",
        f"[{'#' * filled}{'.' * (BAR - filled)}] {sum(passed):g} of {total:g} points pass their"
        " public checks",
    )


def _hint(found: CheckedFiles | None, console: Console) -> None:
    """The hint for the first function that does not pass."""
    first = found and next((f for f in found.functions if f.verdict is not Verdict.PASSED), None)
    if not found or not first:
        line(console, "There is nothing to give a hint for.")
        return
    from rich.markdown import Markdown

    hint = found.planned[first.function][1].hint
    console.print(Markdown(hint or f"There is no hint for {first.function}."))


@contextmanager
def _saves(folder: Path, names: set[str] | None, events: queue.Queue[str]) -> Iterator[None]:
    """Until the block ends, a save of one of these files (None: of any exercise) is an event."""
    from watchfiles import watch

    stop = threading.Event()

    def run() -> None:
        for changes in watch(folder, stop_event=stop, recursive=False, raise_interrupt=False):
            paths = [Path(path) for _change, path in changes]
            if any(  # pragma: no branch  # whether it comes alone is up to the system
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
def _keys(events: queue.Queue[str]) -> Iterator[bool]:
    """Until the block ends, pressed keys are events; gives whether there are keys at all."""
    if not sys.stdin.isatty():
        yield False
        return  # pragma: no cover  # without keys only Ctrl-C ends it
    stop = threading.Event()
    with _single_keys() as read:

        def run() -> None:
            while not stop.is_set():
                key = read().lower()
                if key in KEYS:
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
        """A way to read a key without waiting for the end of a line; gives "" when none comes."""

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
        """A way to read a key without waiting for the end of a line; gives "" when none comes."""
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
