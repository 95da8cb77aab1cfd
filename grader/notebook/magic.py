"""`%load_ext grader`: run a cell within limits, then check what it defines: `%%check NAME`."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from grader.notebook.checking import check
from grader.notebook.guard import TimeUp, time_limit

CELL_S = 30.0
TOO_LONG = "This cell was stopped, since it took too long. Does one of its loops ever end?"


def check_cell(shell: Any, line: str, cell: str) -> object:
    """Run a cell; check the functions named in `line`, or all that the cell defines."""
    before = dict(shell.user_ns)
    result, ended = None, False
    with suppress(TimeUp), time_limit(CELL_S, 2 * CELL_S, again_s=1.0) as is_up:
        result = shell.run_cell(cell, store_history=False)
        ended = not is_up.is_set()
    if not ended:
        print(TOO_LONG)  # noqa: T201  # below the cell
    if result is None or not result.success:
        return None
    names = line.replace(",", " ").split()
    here = {name: value for name, value in shell.user_ns.items() if before.get(name) is not value}
    if not names:
        return check.all_in(here)
    return check(*(shell.user_ns.get(name, name) for name in names))
