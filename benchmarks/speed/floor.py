"""The floor of what a submission can cost: a bare fork that makes the learner's calls.

No protocol, no limits, no comparison: fork, run the learner's files, call the functions, end. Run
by lane.py as a process of its own, as clean as the one that the grader forks from:

    python floor.py WORK        one fork for each line of standard input
"""

from __future__ import annotations

import gc
import os
import sys
import time
import types
import warnings
from pathlib import Path
from typing import Any, NoReturn

import msgspec
from measure import cpu_s

from grader import wire
from grader.worker import imports


class Work(msgspec.Struct, frozen=True):
    """What a learner's process has to do: run these files (by module name), make these calls."""

    files: dict[str, str]
    calls: tuple[wire.CallRequest, ...]


class Fork(msgspec.Struct, frozen=True):
    """What one fork took, parent and child together."""

    wall_ms: float
    core_ms: float


class ReadyCall(msgspec.Struct, frozen=True):
    """A call whose arguments are objects already."""

    module: str
    function: str
    args: list[Any]
    kwargs: dict[str, Any]


def main() -> None:
    """Read the work from the file that is named, write the times of each fork as a line of JSON."""
    work = msgspec.msgpack.decode(Path(sys.argv[1]).read_bytes(), type=Work)
    imports.preload()
    calls = [
        ReadyCall(
            call.file,
            call.function,
            [wire.unpack(value) for value in call.args],
            {name: wire.unpack(value) for name, value in call.kwargs.items()},
        )
        for call in work.calls
    ]
    gc.collect()
    gc.freeze()
    for _ in sys.stdin:
        print(msgspec.json.encode(_fork(work.files, calls)).decode(), flush=True)


def _fork(files: dict[str, str], calls: list[ReadyCall]) -> Fork:
    began, cpu_began = time.perf_counter(), cpu_s()
    pid = os.fork()
    if pid == 0:
        _work(files, calls)
    _, status = os.waitpid(pid, 0)
    took = Fork((time.perf_counter() - began) * 1000, (cpu_s() - cpu_began) * 1000)
    if status:
        raise SystemExit("the learner's files or calls failed")
    return took


def _work(files: dict[str, str], calls: list[ReadyCall]) -> NoReturn:
    """What the child does; it never returns to its copy of the parent's code."""
    exit_code = 1
    warnings.simplefilter("ignore")
    try:
        for name, text in files.items():
            sys.modules[name] = module = types.ModuleType(name)
            exec(compile(text, name, "exec"), module.__dict__)  # noqa: S102  # our own references
        for call in calls:
            getattr(sys.modules[call.module], call.function)(*call.args, **call.kwargs)
        exit_code = 0
    finally:
        os._exit(exit_code)


if __name__ == "__main__":
    main()
