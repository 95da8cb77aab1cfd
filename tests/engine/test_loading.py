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


def errors_of(loaded):
    return [(error.line, error.error.type) for error in loaded.errors]


DECORATED = """
import functools
def plus_one(f):
    return functools.wraps(f)(lambda Z: f(Z) + 1)
def failing(f):
    raise ValueError("not today")
@plus_one
@numba.njit(
    parallel=True)
@plus_one
@failing
def softmax(Z, axis=0): return Z
"""


def test_a_decorator_that_fails_costs_only_itself(child):
    loaded = child.ask(load(source(DECORATED)))
    assert errors_of(loaded) == [(11, "ValueError"), (8, "NameError")]
    assert child.ask(call("softmax", 5)).value == 7


def test_a_decorated_class_and_a_stub_stay_what_they_are(child):
    text = """
@missing
class Layer:
    size = 3
@missing
def softmax(Z): raise NotImplementedError
@missing
def softmax_jacobian(z): return Layer.size
"""
    loaded = child.ask(load(source(text)))
    assert errors_of(loaded) == [(2, "NameError"), (5, "NameError"), (7, "NameError")]
    assert [d.stub for d in loaded.definitions] == [True, False]
    assert child.ask(call("softmax_jacobian", 0)).value == 3


def test_a_function_that_cannot_be_defined_is_told_once(child):
    loaded = child.ask(load(source("@print\ndef softmax(Z=missing): return Z")))
    assert errors_of(loaded) == [(2, "NameError")]
    assert loaded.definitions == ()


def test_files_that_differ_in_a_decorator_are_no_twins(child):
    plain, decorated = "def softmax(Z): return Z", "@staticmethod\ndef softmax(Z): return Z"
    one = child.ask(load(source(plain), source(decorated, "ex01_softmax.ipynb")))
    assert len({d.fingerprint for d in one.definitions}) == len(one.definitions)


def test_a_module_that_cannot_be_imported_costs_none_named_beside_it(child):
    text = "import scipy, numpy as np, torch\ndef softmax(Z): return np.float64(Z)"
    loaded = child.ask(load(source(text)))
    assert errors_of(loaded) == [(1, "ModuleNotFoundError")] * 2
    assert wire.unpack(child.ask(call("softmax", 5)).value) == 5
