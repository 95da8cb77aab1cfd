"""Call a learner's function in the notebook's own process so that the notebook survives it."""

from __future__ import annotations

import builtins
import io
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from grader.model import Limits

# How often it is looked whether the time is up, and how often it is said when it is: the code may
# catch that, and so has little time to go on.
TICK_S, AGAIN_S = 0.05, 0.001
# Of what the code prints, so many characters are kept: endless printing would stop the browser.
MOST_PRINTED = 20_000
ENDED = "it ended the program, by exit() or the like; let it return its answer"
ASKED = "it asks for something to be typed; let it use its arguments instead"


class TimeUp(BaseException):
    """Raised in code that takes too long; no Exception, which that code may catch."""


class Printed(io.StringIO):
    """A stream that keeps the beginning of what is written to it."""

    def write(self, text: str) -> int:
        """Write what still fits."""
        super().write(text[: max(0, MOST_PRINTED - self.tell())])
        return len(text)


@contextmanager
def guarded(limits: Limits, printed: Printed, namespace: dict[str, Any]) -> Iterator[None]:
    """Within this block, keep what the code prints, and the notebook's process from ending.

    What asks for input raises EOFError, what ends the process SystemExit, and what takes more
    memory than a submission may MemoryError, where the system can limit it. `namespace` is the
    notebook's: its exit and quit would end the kernel.
    """
    with ExitStack() as stack:
        stack.enter_context(redirect_stdout(printed))
        stack.enter_context(redirect_stderr(printed))
        stack.enter_context(_replaced(vars(builtins), "input", _ask))
        stack.enter_context(_replaced(vars(sys), "breakpointhook", _ask))
        for name in {"_exit", "abort"} & vars(os).keys():
            stack.enter_context(_replaced(vars(os), name, _end))
        for name in {"exit", "quit"} & namespace.keys():
            stack.enter_context(_replaced(namespace, name, _end))
        stack.enter_context(_limited_memory(limits.memory_bytes))
        yield


def _ask(*_args: object, **_kwargs: object) -> NoReturn:
    raise EOFError(ASKED)


def _end(*_args: object, **_kwargs: object) -> NoReturn:
    raise SystemExit(ENDED)


@contextmanager
def _replaced(names: dict[str, Any], name: str, value: Callable[..., Any]) -> Iterator[None]:
    before = names[name]
    names[name] = value
    try:
        yield
    finally:
        names[name] = before


@contextmanager
def _limited_memory(memory_bytes: int) -> Iterator[None]:
    """Limit how much this process may grow within the block, where that can be done."""
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except (ImportError, OSError):  # pragma: no cover  # another system than Linux
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = pages * resource.getpagesize() + memory_bytes
    if soft != resource.RLIM_INFINITY:
        most = min(most, soft)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


@contextmanager
def time_limit(cpu_s: float, wall_s: float, again_s: float = AGAIN_S) -> Iterator[threading.Event]:
    """Raise TimeUp within this block once it has used so much time, and again until it ends.

    The event that it yields is set when the time is up.
    """
    done, is_up = threading.Event(), threading.Event()
    if sys.platform == "emscripten":
        yield is_up  # there is one thread, and it is busy
        return
    watch = partial(_watch, done, is_up, threading.get_ident(), again_s)
    end = time.process_time() + cpu_s, time.monotonic() + wall_s
    watcher = threading.Thread(target=watch, args=end, daemon=True)
    watcher.start()
    try:
        yield is_up
    finally:
        _end_of(watcher, done)


def _watch(
    done: threading.Event,
    is_up: threading.Event,
    thread: int,
    again_s: float,
    cpu_end: float,
    wall_end: float,
) -> None:
    while not done.wait(again_s if is_up.is_set() else TICK_S):
        if time.process_time() > cpu_end or time.monotonic() > wall_end:
            is_up.set()
            _raise_in(thread, TimeUp)


def _end_of(watcher: threading.Thread, done: threading.Event) -> None:
    """End the watcher; TimeUp may be raised here once more before it has ended."""
    while True:
        try:
            done.set()
            watcher.join()
            _raise_in(threading.get_ident(), None)
        except TimeUp:
            continue
        return


def _raise_in(thread: int, error: type[BaseException] | None) -> None:
    """Have a thread raise this as soon as it runs Python code; None: not what it was to raise."""
    import ctypes

    what = None if error is None else ctypes.py_object(error)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), what)
