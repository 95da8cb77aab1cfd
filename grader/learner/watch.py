"""`grader check --watch`: check again on every save, until the learner quits."""

from __future__ import annotations

import _thread
import queue
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.errors import GraderError, UsageError
from grader.learner.check import check_files
from grader.learner.checked import CheckedFiles
from grader.learner.folder import checks_path, files_to_check, folder_of
from grader.learner.hints import hint_for
from grader.learner.keys import keypresses
from grader.learner.overview import EXIT_FAILED, EXIT_PASSED, show, show_exercises
from grader.learner.seen import Seen, remember, seen_in
from grader.learner.start import reset
from grader.model import FunctionResult, Verdict
from grader.plan_json import read_plan
from grader.results.screen import DIM, NOTE, Screen, line
from grader.worker.files import SUFFIXES

if TYPE_CHECKING:
    from grader.engine.lane import Lane

SAVED, NEXT, HINT, LIST, ALL, RESET, YES, QUIT = "saved", "n", "h", "l", "a", "r", "y", "q"
KEYS = "n: next, h: hint, l: list, a: all, r: reset, q: quit"
POLL_S = 0.05


class Watch:
    """A folder that is watched, and what is shown of it.

    State: the last check, which of its failing functions is shown, the events that wait. Lifetime:
    one command. `run` does everything: keys and saves come from two threads as events, and the main
    thread alone checks and draws. An event that cannot wait, a save or `q`, interrupts a check that
    still runs, as Ctrl-C would: code that never ends holds nobody up.
    """

    def __init__(self, files: Sequence[Path], lane: Lane, screen: Callable[[], Screen]) -> None:
        self.files = files
        self.lane = lane
        self.screen = screen
        self.folder = folder_of(files)
        self.plan = read_plan(checks_path(self.folder))
        files_to_check(files, self.plan)
        self.seen: Seen = seen_in(self.folder)
        self.checked: CheckedFiles | None = None
        self.shown = 0
        self.new: list[str] = []
        self.asked_to_reset = False
        self._events: queue.Queue[str] = queue.Queue()
        self._is_checking = False
        self._interrupted = False

    def run(self) -> int:
        """Check at once and on every save, until `q` is pressed; return the last exit code."""
        with keypresses(self._event) as self.has_keys, _saves(self.folder, self._event):
            self._events.put(SAVED)
            while self._goes_on():
                pass
        return EXIT_PASSED if self.checked is not None and self.checked.passed else EXIT_FAILED

    def _goes_on(self) -> bool:
        """Answer the next event; tell whether there will be others."""
        try:
            event = self._next_event()
            if event == QUIT:
                return False
            self._answer(event)
        except KeyboardInterrupt:
            if not self._interrupted:
                raise
            self._interrupted = False
            self.lane.abandon()
        return True

    def _event(self, event: str) -> None:
        """Note an event, from another thread."""
        self._events.put(event)
        if event in (SAVED, QUIT) and self._is_checking:
            self._interrupted = True
            _thread.interrupt_main()

    def _next_event(self) -> str:
        """Return the next event; wait in short steps, so that Ctrl-C works on every system."""
        while True:
            try:
                return self._events.get(timeout=POLL_S)
            except queue.Empty:
                continue

    def _answer(self, event: str) -> None:
        if self.asked_to_reset:
            self._reset(event)
        elif event == SAVED:
            self._check()
        elif event == RESET and self.checked is not None:
            self.asked_to_reset = True
            self._status(f"Put {self._slug()} back as it was handed out? (y: yes, a copy is kept)")
        elif event in (NEXT, HINT, LIST, ALL):
            self._show(event)

    def _check(self) -> None:
        self._status("checking ...")
        self._is_checking = True
        try:
            self.checked = check_files(self.files, self.lane, plan=self.plan)
        except UsageError as error:
            # A file may be missing for a moment while an editor saves it.
            self._status(f"{NOTE} {error}")
            return
        except GraderError as error:  # pragma: no cover  # only if the grader has a bug
            self._status(f"{NOTE} {error}")
            return
        finally:
            self._is_checking = False
        self.new = self.seen.newly_passed(self.checked.passing)
        remember(self.seen, self.folder)
        self.shown = 0
        self._show(SAVED)

    def _show(self, event: str) -> None:
        """Draw what a key asks for."""
        if self.checked is None:
            return
        screen = self.screen()
        if event == NEXT:
            self.shown += 1
        if event == LIST:
            show_exercises(self.checked, screen)
        else:
            function = self._function()
            new = self.new if event == SAVED else ()
            show(self.checked, screen, new=new, only=function, everything=event == ALL)
            if event == HINT:
                line(screen, "", hint_for(self.checked, function, self.seen))
                remember(self.seen, self.folder)
        self._draw(screen)

    def _function(self) -> FunctionResult | None:
        """Return the function that is shown: the first that fails, or the next ones in turn."""
        assert self.checked is not None
        failing = [f for f in self.checked.functions if f.verdict is not Verdict.PASSED]
        if not failing:
            return None
        first = self.checked.first
        start = failing.index(first) if first is not None else 0
        return failing[(start + self.shown) % len(failing)]

    def _slug(self) -> str:
        assert self.checked is not None
        function = self._function()
        return function.exercise if function else self.checked.plan.exercises[0].slug

    def _reset(self, event: str) -> None:
        self.asked_to_reset = False
        if event != YES:
            self._answer(event) if event == SAVED else self._status(self._keys())
            return
        try:
            file, copy = reset(self.folder, self._slug(), self.plan)
        except UsageError as error:
            self._status(f"{NOTE} {error}")
        else:
            self._status(f"{file.name} is as it was handed out; what you had is in {copy}")

    def _keys(self) -> str:
        keys = KEYS if self.has_keys else "no terminal, so no keys: Ctrl-C quits"
        return f"Watching for saves ({keys})."

    def _draw(self, screen: Screen) -> None:
        """Replace what is shown, in one go: the old screen stays until the new one is there."""
        line(screen, "", self._keys(), style=DIM)
        if sys.stdout.isatty():
            body = "\x1b[K\n".join(screen.lines)
            click.echo(f"\x1b[H{body}\x1b[K\x1b[J", nl=False)
        else:
            click.echo(screen.text)

    def _status(self, text: str) -> None:
        """Show a line in place of the last one."""
        if sys.stdout.isatty():
            click.echo(f"\r\x1b[K{text}", nl=False)
        else:
            click.echo(text)


@contextmanager
def _saves(folder: Path, saved: Callable[[str], object]) -> Iterator[None]:
    """Within this block, a save of a .py or .ipynb file in the folder is an event."""
    from watchfiles import watch

    stop = threading.Event()

    def run() -> None:
        changed = watch(
            folder, stop_event=stop, recursive=False, raise_interrupt=False, debounce=100, step=20
        )
        for changes in changed:
            if any(Path(path).suffix in SUFFIXES for _change, path in changes):
                saved(SAVED)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=2)
