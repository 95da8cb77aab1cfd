"""Call a function and tell which of its arguments the call changed, and if an earlier answer."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from grader import wire

# The index of an earlier answer among what a call changed.
EARLIER = -1
# Adding a step to an array and subtracting it again leaves a rounding error of this size.
RELATIVE_CHANGE = 1e-12


class _Answers:
    """The latest answers of the function that is being called, one of each shape."""

    def __init__(self) -> None:
        self.function: object = None
        self.latest: dict[object, tuple[object, wire.Value]] = {}

    def is_changed(self, function: object, answer: object, packed: wire.Value) -> bool:
        """Keep an answer, and return whether the one before it of the same shape has changed.

        It has if a function returns one and the same array at each call.
        """
        if function is not self.function:
            self.function, self.latest = function, {}
        shape = getattr(packed, "shape", type(packed))
        before = self.latest.get(shape)
        self.latest[shape] = answer, packed
        return before is not None and not _is_unchanged(before[1], before[0])


_answers = _Answers()


def answer_of(
    function: Callable[..., Any],
    packed_args: Sequence[wire.Value],
    packed_kwargs: Mapping[str, wire.Value],
) -> tuple[wire.Value, tuple[int, ...]]:
    """Call a function; return its packed answer and the indices of the arguments it changed.

    To change what an earlier call has returned counts as much: the caller may still hold that.
    """
    args = [wire.unpack(value) for value in packed_args]
    kwargs = {name: wire.unpack(value) for name, value in packed_kwargs.items()}
    result = function(*args, **kwargs)
    before = (*packed_args, *packed_kwargs.values())
    after = (*args, *kwargs.values())
    pairs = enumerate(zip(before, after, strict=True))
    changed = tuple(n for n, (old, new) in pairs if not _is_unchanged(old, new))
    packed = wire.pack(result)
    if _answers.is_changed(function, result, packed):
        changed = (*changed, EARLIER)
    return packed, changed


def _is_unchanged(old: wire.Value, new: object) -> bool:
    """Return whether an object still equals the packed value `old` that it was made from."""
    if isinstance(old, wire.Array) and type(new) is np.ndarray:
        # A fast path for nearly every call: the same bytes, so nothing needs to be packed.
        if new.tobytes() == old.data and new.shape == old.shape and new.dtype == old.dtype:
            return True
    elif isinstance(old, wire.Mapping) and type(new) is dict:
        return tuple(new) == old.keys and all(map(_is_unchanged, old.values, new.values()))
    elif isinstance(old, wire.Lambda):
        return True
    return _same(old, wire.pack(new))


def _same(old: wire.Value, new: wire.Value) -> bool:
    """Return whether two packed values are equal up to RELATIVE_CHANGE."""
    if isinstance(old, wire.Sequence) and isinstance(new, wire.Sequence):
        return len(old.items) == len(new.items) and all(map(_same, old.items, new.items))
    if isinstance(old, wire.Mapping) and isinstance(new, wire.Mapping):
        return old.keys == new.keys and all(map(_same, old.values, new.values))
    if old == new:
        return True
    if isinstance(old, wire.Array) and isinstance(new, wire.Array):
        if (old.dtype, old.shape) != (new.dtype, new.shape) or old.dtype == "bool":
            return False
        was, now = wire.unpack(old), wire.unpack(new)
        scale = abs(was).max(initial=0) or 1
        return bool((abs(was - now) <= RELATIVE_CHANGE * scale).all())
    if isinstance(old, float) and isinstance(new, float):
        return math.isnan(old) and math.isnan(new)
    return False
