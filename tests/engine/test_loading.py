"""Loading what learners write: what is lost with a statement that fails, and what is not."""

from __future__ import annotations

import pytest

from grader import wire
from tests.support.worker import call, load, source


@pytest.mark.parametrize(
    "text",
    [
        "def softmax(Z: NDArray, *, axis: no.such = 0) -> Foo[1 / 0]: return Z",
        "x: Foo = 3\ny: Bar\ndef softmax(Z): return Z + (x - 3)",
        "class Layer:\n    size: Foo = 0\ndef softmax(Z): return Z + Layer.size",
    ],
)
def test_annotations_are_never_computed(child, text):
    assert child.ask(load(source(text))).errors == ()
    assert child.ask(call("softmax", 5)).value == 5


def test_what_reads_annotations_still_works(child):
    text = """
import functools
from dataclasses import KW_ONLY, InitVar, dataclass, field
from typing import Any, ClassVar, NamedTuple, TypedDict, get_type_hints
@dataclass(frozen=True, slots=True)
class Settings:
    known: ClassVar[int] = 7
    start: InitVar[int]
    sizes: list[int] = field(default_factory=list)
    _: KW_ONLY
    axis: int = 0
    def __post_init__(self, start):
        self.sizes.append(start)
class Pair(NamedTuple):
    a: int
    b: int = 2
class Params(TypedDict):
    W: int
@functools.singledispatch
def rows(x): return 1
@rows.register
def _(x: list): return len(x)
assert get_type_hints(rows.registry[list]) == {"x": list}
def softmax(Z):
    settings = Settings(4, axis=3)
    return settings.sizes, settings.known, settings.axis, *Pair(1), Params(W=5)["W"], rows([0, 0])
"""
    assert child.ask(load(source(text))).errors == ()
    assert wire.unpack(child.ask(call("softmax", 0)).value) == ([4], 7, 3, 1, 2, 5, 2)
