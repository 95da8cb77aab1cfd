"""Read the limits of a run from the command line: `call=3`, `memory=2GiB`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import msgspec

from grader.errors import UsageError
from grader.model import GIB, MIB, Limits, memory_text

UNITS = {"MiB": MIB, "GiB": GIB}
# A process that has only loaded NumPy takes 150 MiB. With more than MOST_MEMORY, an answer of n
# numbers, where n * n numbers do not fit into memory, would be too large to send.
LEAST_MEMORY, MOST_MEMORY = 256 * MIB, 512 * GIB


def limits_with(limits: Limits, options: Iterable[str]) -> Limits:
    """Replace the limits that `options` set as NAME=VALUE. UsageError says what is valid."""
    for text in options:
        name, _, value = text.partition("=")
        if name not in _READERS:
            raise UsageError(f"--limit {text}: there is no such limit; the limits are {NAMES}")
        field, read = _READERS[name]
        limits = msgspec.structs.replace(limits, **{field: read(text, value)})
    return limits


def _seconds(text: str, value: str) -> float:
    number = _number(value)
    if not 0 < number < math.inf:
        raise UsageError(f"--limit {text}: give a number of seconds above 0, like 2.5")
    return number


def _factor(text: str, value: str) -> float:
    number = _number(value)
    if not 1 <= number < math.inf:
        raise UsageError(f"--limit {text}: give a factor for the computing time, at least 1")
    return number


def _memory_bytes(text: str, value: str) -> int:
    unit = next((unit for unit in UNITS if value.endswith(unit)), "")
    number = _number(value.removesuffix(unit))
    if not unit or not 0 < number < math.inf:
        raise UsageError(f"--limit {text}: give a number of MiB or GiB, like 1.5GiB")
    memory = int(number * UNITS[unit])
    if memory < LEAST_MEMORY:
        least = memory_text(LEAST_MEMORY)
        raise UsageError(
            f"--limit {text}: NumPy cannot work in so little memory; give {least} or more"
        )
    if memory > MOST_MEMORY:
        raise UsageError(f"--limit {text}: give {memory_text(MOST_MEMORY)} or less")
    return memory


def _number(text: str) -> float:
    """Read a number. Return 0, which is no valid limit, when `text` is none."""
    try:
        return float(text)
    except ValueError:
        return 0.0


_READERS: dict[str, tuple[str, Callable[[str, str], float]]] = {
    "call": ("call_cpu_s", _seconds),
    "statement": ("statement_cpu_s", _seconds),
    "submission": ("submission_cpu_s", _seconds),
    "wall": ("wall_factor", _factor),
    "memory": ("memory_bytes", _memory_bytes),
}
NAMES = ", ".join(_READERS)
