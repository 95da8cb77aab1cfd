"""Show how far a run is: a bar in a terminal, a line now and then elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

# Lines in a whole run, where no terminal shows a bar.
LINES = 10


@contextmanager
def progress(total: int, console: Console) -> Iterator[Callable[[], None]]:
    """Show how many of `total` are graded; the block calls what it is given once for each."""
    if console.is_terminal:
        with _bar(total, console) as step:
            yield step
    else:
        yield _lines(total, console)


@contextmanager
def _bar(total: int, console: Console) -> Iterator[Callable[[], None]]:
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("graded {task.completed:.0f}/{task.total:.0f}"),
        BarColumn(),
        TextColumn("{task.fields[rate]:.1f}/s"),
        TimeRemainingColumn(),
        TextColumn("left"),
    )
    began = time.monotonic()
    with Progress(*columns, console=console) as shown:
        task = shown.add_task("", total=total, rate=0.0)

        def step() -> None:
            done = shown.tasks[0].completed + 1
            shown.update(task, advance=1, rate=_rate(int(done), began))

        yield step


def _lines(total: int, console: Console) -> Callable[[], None]:
    began = time.monotonic()
    every = max(1, total // LINES)
    done = 0

    def step() -> None:
        nonlocal done
        done += 1
        if done % every == 0 or done == total:
            rate = _rate(done, began)
            left = f", {_duration((total - done) / rate)} left" if done < total else ""
            text = f"graded {done} of {total} ({rate:.1f}/s{left})"
            console.print(text, markup=False, highlight=False)

    return step


def _rate(done: int, began: float) -> float:
    return done / max(time.monotonic() - began, 1e-3)


def _duration(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
