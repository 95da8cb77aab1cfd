"""Sources as learners write them: placeholders, syntax errors, magics, cells that are no Python."""

from __future__ import annotations

import pytest

from grader import wire
from tests.support.worker import call, load, source


@pytest.mark.parametrize(
    "body",
    [
        "pass",
        "...",
        "raise NotImplementedError",
        "raise NotImplementedError('x')",
        "'doc'",
        "'doc'\n    raise NotImplementedError()",
    ],
)
def test_placeholders_are_stubs(child, body):
    (definition,) = child.ask(load(source(f"def softmax(Z):\n    {body}"))).definitions
    assert definition.stub


@pytest.mark.parametrize(
    "body", ["return Z", "x = 1\n    raise NotImplementedError", "raise ValueError"]
)
def test_anything_more_is_an_attempt(child, body):
    (definition,) = child.ask(load(source(f"def softmax(Z):\n    {body}"))).definitions
    assert not definition.stub


def test_statements_around_a_syntax_error_are_kept_with_their_lines(child):
    text = '''x = """
if this were code:
"""
@staticmethod
def softmax(Z): return 1 / 0
def broken(:
    pass
y = (1,
z = 3
def softmax_jacobian(z): return z
'''
    loaded = child.ask(load(source(text)))
    assert {d.function for d in loaded.definitions} == {"softmax", "softmax_jacobian"}
    assert (loaded.errors[0].line, loaded.errors[0].error.type) == (6, "SyntaxError")
    assert child.ask(call("softmax", 1)).error.frames[-1].line == 5


@pytest.mark.parametrize("text", ["(" * 5_000, "-" * 100_000 + "1", "x = [" + "[" * 300])
def test_source_nested_too_deep_is_a_syntax_error(child, text):
    (error, *_) = child.ask(load(source(text))).errors
    assert error.error.type == "SyntaxError"


def test_magics_are_left_out_of_python_cells_only(child):
    cells = [
        "%%time\na = 1",
        "%%html\n<b>",
        "%matplotlib inline\nif True:\n    !ls\nb = !pwd\nprint?",
        "t = 7\nd = (t\n  % 4)",
        "def softmax(Z): return a, d",
    ]
    labelled = tuple(wire.Cell(f"n.ipynb, code cell {i}", text) for i, text in enumerate(cells, 1))
    loaded = child.ask(load(source("", "n.ipynb", labelled)))
    assert loaded.errors == ()
    assert wire.unpack(child.ask(call("softmax", 0, file="n.ipynb")).value) == (1, 3)


@pytest.mark.parametrize(
    ("cell", "defined"),
    [
        ("# a comment\n\n%%time\ndef softmax(z):\n    return 1\n", True),
        ("x = 1\n%%time\ndef softmax(z):\n    return 1\n", True),
        ("%%bash\ndef softmax(z):\n    return 1\n", False),
        ("%run ex02_jacobian\ndef softmax(z):\n    return 1\n", True),
        ("# only a comment\n%", False),
    ],
)
def test_cells_of_a_notebook_with_magics(child, cell, defined):
    loaded = child.ask(load(source("", "ex01_softmax.ipynb", cells=(wire.Cell("c", cell),))))
    assert bool(loaded.definitions) is defined


def test_a_statement_that_compiles_nowhere_costs_only_itself(child):
    loaded = child.ask(load(source("return 1\ndef softmax(z):\n    return 1.5\n")))
    assert len(loaded.errors) == 1
    assert child.ask(call("softmax", 3)).value == wire.pack(1.5)
