"""Run what the author of a course wrote; name the line where it raises, exits or does not end."""

from __future__ import annotations

import signal
import threading
import traceback
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from grader.errors import CourseError

# How long the code of a file may take when it is read, in seconds.
IMPORT_S = 60.0


class _TooLong(BaseException):
    """Raised in code that does not end. No Exception: authors' code may catch these."""


@contextmanager
def running(what: str, path: Path, *, seconds: float) -> Iterator[None]:
    """Within this block code of a course runs, for so many seconds at most.

    CourseError when it raises, exits or does not end: it begins with the file and the line (`path`
    if the error comes from no file of the course) and goes on with `what`. Only the main thread can
    be stopped.
    """
    try:
        with _at_most(seconds):
            yield
    except CourseError as error:
        raise CourseError(f"{path}: {error}") from error
    except _TooLong as error:
        raise CourseError(
            f"{_place(error, path)}: {what} did not end within {seconds:g} seconds; correct it,"
            " or give it less to do"
        ) from None
    except SystemExit as error:
        raise CourseError(
            f"{_place(error, path)}: {what} ends Python (sys.exit); let it return or raise"
        ) from error
    except Exception as error:
        raise CourseError(f"{_place(error, path)}: {what} raised {error!r}; correct it") from error


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Raise _TooLong in this block after so many seconds, and again: it may have been caught."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(
        signal, "setitimer"
    ):  # pragma: no cover  # Windows
        yield
        return

    def stop(_number: int, _frame: types.FrameType | None) -> None:
        raise _TooLong

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _place(error: BaseException, path: Path) -> str:
    """Return the innermost line of the course that an exception passed through."""
    course = path.parent.parent
    places = [
        f"{frame.f_code.co_filename}, line {line}"
        for frame, line in traceback.walk_tb(error.__traceback__)
        if Path(frame.f_code.co_filename).is_relative_to(course)
    ]
    return places[-1] if places else str(path)


def line_of(function: Callable[..., Any]) -> str:
    """Return ", line N" of a function of the course; nothing if it has none, such as a partial."""
    code = getattr(function, "__code__", None)
    return f", line {code.co_firstlineno}" if code is not None else ""


def module_of(path: Path, name: str) -> types.ModuleType:
    """Import a course author's file, leaving no trace in sys.modules or __pycache__.

    CourseError when it cannot be read, raises, exits or does not end.
    """
    module = types.ModuleType(name)
    module.__file__ = str(path)
    try:
        source = path.read_bytes()
    except OSError as error:
        raise CourseError(
            f"cannot read {path}: {error.strerror}; make it a readable file"
        ) from error
    try:
        code = compile(source, str(path), "exec")
    except (SyntaxError, ValueError) as error:
        line = f", line {error.lineno}" if isinstance(error, SyntaxError) else ""
        raise CourseError(f"{path}{line}: {getattr(error, 'msg', error)}; correct it") from error
    with running("importing it", path, seconds=IMPORT_S):
        exec(code, vars(module))  # noqa: S102  # trusted: the course
    return module
